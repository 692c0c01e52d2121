# The front door: the one list of public names, grouped by question. They load when first touched.

# The region and the whole study
# Who reaches what
from .access.catchments import catchments as catchments
from .access.connectivity import connectivity as connectivity
from .access.coverage import coverage as coverage
from .access.equity import equity as equity

# Minutes
from .access.isochrones import isochrones as isochrones
from .access.living import living_circles as living_circles
from .access.opportunities import cumulative as cumulative
from .access.reach import reach as reach
from .access.towns import town_access as town_access

# Systems of cities
from .cities.circles import commuting_circle as commuting_circle
from .cities.clusters import city_clusters as city_clusters
from .cities.degurba import degree_of_urbanisation as degree_of_urbanisation
from .cities.functional import functional_areas as functional_areas
from .cities.metropolises import metropolitan_circles as metropolitan_circles
from .cities.sizes import size_classes as size_classes

# Targets
from .indicators.scorecard import scorecard as scorecard

# Land
from .land.audit import ControlLines as ControlLines
from .land.audit import audit_control_lines as audit_control_lines
from .land.boundary import delineate_boundary as delineate_boundary
from .land.suitability import suitability as suitability

# Maps
from .maps.base import new_map as new_map
from .maps.base import save_map as save_map
from .network.calibrate import calibrate as calibrate
from .network.download import download as download
from .network.lines import from_lines as from_lines
from .network.minutes import minutes_table as minutes_table
from .network.minutes import nearest_facility as nearest_facility

# Networks, and what one change does
from .network.model import Snapping as Snapping
from .network.model import TravelNetwork as TravelNetwork
from .network.model import build_network as build_network
from .network.osm import from_osmnx as from_osmnx
from .network.osm import from_pbf as from_pbf
from .network.paths import quickest_paths as quickest_paths
from .network.regional import region_network as region_network
from .network.saved import open_network as open_network
from .network.saved import save_network as save_network
from .network.scenario import compare as compare
from .network.scenario import rank_projects as rank_projects
from .network.speeds import speed_sets as speed_sets
from .network.sums import node_sums as node_sums
from .options import options as options
from .rasters.cut import cut_raster as cut_raster
from .regions.load import load_region as load_region
from .regions.region import Region as Region
from .sources.airports import airports as airports
from .sources.china import county_polygons as county_polygons

# A planner's own files
from .sources.tables import read_layer as read_layer
from .study.build import region as region
from .study.run import run_study as run_study
from .surface.travel import travel_surface as travel_surface

__version__: str
