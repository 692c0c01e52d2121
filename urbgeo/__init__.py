"""urbgeo studies a system of cities: travel times, commuting circles, coverage, reach, access.

The names below load when first used, so that importing urbgeo stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from urbgeo.options import options
from urbgeo.provenance import package_version

if TYPE_CHECKING:
    from urbgeo.network.minutes import minutes_table, nearest_facility
    from urbgeo.network.model import Snapping, TravelNetwork, build_network
    from urbgeo.network.osm import from_osmnx, from_pbf

_ROOMS = {
    "Snapping": "urbgeo.network.model",
    "TravelNetwork": "urbgeo.network.model",
    "build_network": "urbgeo.network.model",
    "from_osmnx": "urbgeo.network.osm",
    "from_pbf": "urbgeo.network.osm",
    "minutes_table": "urbgeo.network.minutes",
    "nearest_facility": "urbgeo.network.minutes",
}

__version__ = package_version()

__all__ = [
    "Snapping",
    "TravelNetwork",
    "build_network",
    "from_osmnx",
    "from_pbf",
    "minutes_table",
    "nearest_facility",
    "options",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'urbgeo' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
