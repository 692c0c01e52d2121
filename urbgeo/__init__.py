"""urbgeo studies a system of cities: travel times, commuting circles, coverage, reach, access.

The names below load when first used, so that importing urbgeo stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from urbgeo.options import options
from urbgeo.provenance import package_version

if TYPE_CHECKING:
    from urbgeo.access.coverage import coverage
    from urbgeo.access.isochrones import isochrones
    from urbgeo.access.reach import reach
    from urbgeo.access.towns import town_access
    from urbgeo.cities.circles import commuting_circle
    from urbgeo.network.minutes import minutes_table, nearest_facility
    from urbgeo.network.model import Snapping, TravelNetwork, build_network
    from urbgeo.network.osm import from_osmnx, from_pbf
    from urbgeo.network.rail import RailTerms
    from urbgeo.network.regional import region_network
    from urbgeo.network.scenario import compare, rank_projects
    from urbgeo.regions.load import load_region
    from urbgeo.regions.region import Region
    from urbgeo.study.run import run_study

_ROOMS = {
    "RailTerms": "urbgeo.network.rail",
    "Region": "urbgeo.regions.region",
    "Snapping": "urbgeo.network.model",
    "TravelNetwork": "urbgeo.network.model",
    "build_network": "urbgeo.network.model",
    "from_osmnx": "urbgeo.network.osm",
    "from_pbf": "urbgeo.network.osm",
    "commuting_circle": "urbgeo.cities.circles",
    "compare": "urbgeo.network.scenario",
    "coverage": "urbgeo.access.coverage",
    "isochrones": "urbgeo.access.isochrones",
    "load_region": "urbgeo.regions.load",
    "minutes_table": "urbgeo.network.minutes",
    "nearest_facility": "urbgeo.network.minutes",
    "rank_projects": "urbgeo.network.scenario",
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
    "commuting_circle",
    "compare",
    "coverage",
    "from_osmnx",
    "from_pbf",
    "isochrones",
    "load_region",
    "minutes_table",
    "nearest_facility",
    "options",
    "rank_projects",
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
