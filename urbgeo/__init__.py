"""urbgeo studies a system of cities: travel times, commuting circles, coverage, reach, access."""

from urbgeo.doors import front_door
from urbgeo.options import options as options  # before its module of that name can take its place
from urbgeo.provenance import package_version

__getattr__, __dir__, __all__ = front_door(__name__, __file__)
__version__ = package_version()
