"""urbgeo studies a system of cities: travel times, commuting circles, coverage, reach, access.

The names below load when first used, so that importing urbgeo stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from urbgeo.options import options
from urbgeo.provenance import package_version

if TYPE_CHECKING:
    from urbgeo.access.catchments import catchments, compare_catchments
    from urbgeo.access.connectivity import connectivity
    from urbgeo.access.coverage import coverage, coverage_by_minutes
    from urbgeo.access.equity import equity
    from urbgeo.access.isochrones import isochrones
    from urbgeo.access.living import living_circles
    from urbgeo.access.opportunities import cumulative, gravity
    from urbgeo.access.reach import reach
    from urbgeo.access.towns import town_access
    from urbgeo.cities.circles import commuting_circle
    from urbgeo.cities.degurba import degree_of_urbanisation
    from urbgeo.cities.functional import functional_areas
    from urbgeo.cities.metropolises import metropolitan_circles
    from urbgeo.cities.sizes import size_classes
    from urbgeo.land.audit import ControlLines, audit_control_lines
    from urbgeo.land.boundary import delineate_boundary
    from urbgeo.land.suitability import suitability
    from urbgeo.network.air import air_circle
    from urbgeo.network.download import download
    from urbgeo.network.minutes import minutes_table, nearest_facility
    from urbgeo.network.model import Snapping, TravelNetwork, build_network
    from urbgeo.network.osm import from_osmnx, from_pbf
    from urbgeo.network.paths import quickest_paths
    from urbgeo.network.rail import RailTerms
    from urbgeo.network.regional import region_network
    from urbgeo.network.saved import open_network, save_network
    from urbgeo.network.scenario import compare, rank_projects
    from urbgeo.network.stream import write_minutes_table
    from urbgeo.network.sums import node_sums, sums_within
    from urbgeo.rasters.cut import cut_raster
    from urbgeo.regions.load import load_region
    from urbgeo.regions.region import Region
    from urbgeo.study.run import run_study
    from urbgeo.surface.travel import travel_surface

_ROOMS = {
    "ControlLines": "urbgeo.land.audit",
    "RailTerms": "urbgeo.network.rail",
    "Region": "urbgeo.regions.region",
    "Snapping": "urbgeo.network.model",
    "TravelNetwork": "urbgeo.network.model",
    "air_circle": "urbgeo.network.air",
    "audit_control_lines": "urbgeo.land.audit",
    "build_network": "urbgeo.network.model",
    "catchments": "urbgeo.access.catchments",
    "commuting_circle": "urbgeo.cities.circles",
    "compare": "urbgeo.network.scenario",
    "compare_catchments": "urbgeo.access.catchments",
    "connectivity": "urbgeo.access.connectivity",
    "coverage": "urbgeo.access.coverage",
    "coverage_by_minutes": "urbgeo.access.coverage",
    "cumulative": "urbgeo.access.opportunities",
    "cut_raster": "urbgeo.rasters.cut",
    "degree_of_urbanisation": "urbgeo.cities.degurba",
    "delineate_boundary": "urbgeo.land.boundary",
    "download": "urbgeo.network.download",
    "equity": "urbgeo.access.equity",
    "from_osmnx": "urbgeo.network.osm",
    "from_pbf": "urbgeo.network.osm",
    "functional_areas": "urbgeo.cities.functional",
    "gravity": "urbgeo.access.opportunities",
    "isochrones": "urbgeo.access.isochrones",
    "living_circles": "urbgeo.access.living",
    "load_region": "urbgeo.regions.load",
    "metropolitan_circles": "urbgeo.cities.metropolises",
    "minutes_table": "urbgeo.network.minutes",
    "nearest_facility": "urbgeo.network.minutes",
    "node_sums": "urbgeo.network.sums",
    "open_network": "urbgeo.network.saved",
    "quickest_paths": "urbgeo.network.paths",
    "rank_projects": "urbgeo.network.scenario",
    "reach": "urbgeo.access.reach",
    "region_network": "urbgeo.network.regional",
    "run_study": "urbgeo.study.run",
    "save_network": "urbgeo.network.saved",
    "size_classes": "urbgeo.cities.sizes",
    "suitability": "urbgeo.land.suitability",
    "sums_within": "urbgeo.network.sums",
    "town_access": "urbgeo.access.towns",
    "travel_surface": "urbgeo.surface.travel",
    "write_minutes_table": "urbgeo.network.stream",
}

__version__ = package_version()

__all__ = [
    "ControlLines",
    "RailTerms",
    "Region",
    "Snapping",
    "TravelNetwork",
    "air_circle",
    "audit_control_lines",
    "build_network",
    "catchments",
    "commuting_circle",
    "compare",
    "compare_catchments",
    "connectivity",
    "coverage",
    "coverage_by_minutes",
    "cumulative",
    "cut_raster",
    "degree_of_urbanisation",
    "delineate_boundary",
    "download",
    "equity",
    "from_osmnx",
    "from_pbf",
    "functional_areas",
    "gravity",
    "isochrones",
    "living_circles",
    "load_region",
    "metropolitan_circles",
    "minutes_table",
    "nearest_facility",
    "node_sums",
    "open_network",
    "options",
    "quickest_paths",
    "rank_projects",
    "reach",
    "region_network",
    "run_study",
    "save_network",
    "size_classes",
    "suitability",
    "sums_within",
    "town_access",
    "travel_surface",
    "write_minutes_table",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'urbgeo' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
