# The front door: the one list of public names, grouped by question. They load when first touched.
# ruff: noqa: I001 (grouped by question, not by module)

# The region, the whole study
from .study.build import region as region
from .regions.load import load_region as load_region
from .regions.region import Region as Region
from .network.regional import region_network as region_network
from .study.run import run_study as run_study
from .indicators.scorecard import scorecard as scorecard
from .indicators.what_if import what_if as what_if
from .options import options as options

# My own files
from .sources.tables import read_layer as read_layer
from .sources.china import county_polygons as county_polygons
from .sources.airports import airports as airports
from .crs import convert_datum as convert_datum

# My own network, and what one change does
from .network.model import build_network as build_network
from .network.lines import from_lines as from_lines
from .network.osm import from_pbf as from_pbf
from .network.osm import from_osmnx as from_osmnx
from .network.download import download as download
from .network.report import network_report as network_report
from .network.saved import open_network as open_network
from .network.saved import save_network as save_network
from .network.model import TravelNetwork as TravelNetwork
from .network.speeds import speed_sets as speed_sets
from .network.calibrate import calibrate as calibrate
from .network.scenario import compare as compare
from .network.scenario import rank_projects as rank_projects

# How long does it take
from .network.minutes import minutes_table as minutes_table
from .network.minutes import nearest_facility as nearest_facility
from .network.paths import quickest_paths as quickest_paths
from .access.isochrones import isochrones as isochrones

# Who reaches what
from .access.coverage import coverage as coverage
from .access.reach import reach as reach
from .access.towns import town_access as town_access
from .access.opportunities import cumulative as cumulative
from .access.catchments import catchments as catchments
from .access.equity import equity as equity
from .access.living import living_circles as living_circles

# Which cities belong together
from .cities.circles import commuting_circle as commuting_circle
from .cities.band import circle_band as circle_band
from .cities.metropolises import metropolitan_circles as metropolitan_circles
from .cities.clusters import city_clusters as city_clusters
from .cities.sizes import size_classes as size_classes
from .cities.degurba import degree_of_urbanisation as degree_of_urbanisation
from .cities.functional import functional_areas as functional_areas

# Where may the city grow
from .land.suitability import suitability as suitability
from .land.boundary import delineate_boundary as delineate_boundary
from .land.audit import audit_control_lines as audit_control_lines
from .land.audit import ControlLines as ControlLines
from .surface.travel import travel_surface as travel_surface

# Show it
from .maps.base import new_map as new_map
from .maps.base import save_map as save_map

__version__: str
