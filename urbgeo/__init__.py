"""urbgeo studies a system of cities: travel times, commuting circles, coverage, reach, access.

The names below load when first used, so that importing urbgeo stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from urbgeo.options import options
from urbgeo.provenance import package_version

if TYPE_CHECKING:
    from urbgeo.access.catchments import catchments
    from urbgeo.access.connectivity import connectivity
    from urbgeo.access.coverage import coverage
    from urbgeo.access.equity import equity
    from urbgeo.access.isochrones import isochrones
    from urbgeo.access.living import living_circles
    from urbgeo.access.opportunities import cumulative, gravity
    from urbgeo.access.reach import reach
    from urbgeo.access.towns import town_access
    from urbgeo.cities.circles import commuting_circle
    from urbgeo.network.minutes import minutes_table, nearest_facility
    from urbgeo.network.model import Snapping, TravelNetwork, build_network
    from urbgeo.network.rail import RailTerms
    from urbgeo.network.regional import region_network
    from urbgeo.regions.load import load_region
    from urbgeo.regions.region import Region
    from urbgeo.study.run import run_study

_ROOMS = {
    "RailTerms": "urbgeo.network.rail",
    "Region": "urbgeo.regions.region",
    "Snapping": "urbgeo.network.model",
    "TravelNetwork": "urbgeo.network.model",
    "build_network": "urbgeo.network.model",
    "catchments": "urbgeo.access.catchments",
    "commuting_circle": "urbgeo.cities.circles",
    "connectivity": "urbgeo.access.connectivity",
    "coverage": "urbgeo.access.coverage",
    "cumulative": "urbgeo.access.opportunities",
    "equity": "urbgeo.access.equity",
    "gravity": "urbgeo.access.opportunities",
    "isochrones": "urbgeo.access.isochrones",
    "living_circles": "urbgeo.access.living",
    "load_region": "urbgeo.regions.load",
    "minutes_table": "urbgeo.network.minutes",
    "nearest_facility": "urbgeo.network.minutes",
    "reach": "urbgeo.access.reach",
    "region_network": "urbgeo.network.regional",
    "run_study": "urbgeo.study.run",
    "town_access": "urbgeo.access.towns",
}

__version__ = package_version()

__all__ = [
    "RailTerms",
    "Region",
    "Snapping",
    "TravelNetwork",
    "build_network",
    "catchments",
    "commuting_circle",
    "connectivity",
    "coverage",
    "cumulative",
    "equity",
    "gravity",
    "isochrones",
    "living_circles",
    "load_region",
    "minutes_table",
    "nearest_facility",
    "options",
    "reach",
    "region_network",
    "run_study",
    "town_access",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'urbgeo' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
