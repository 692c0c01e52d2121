"""What the verbs of this room refuse of what is given, each by its name, before anything is worked out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import shapely

from tests.cities.cells import grid_of
from tests.cities.systems_made import frame
from tests.network.build import points, squares
from urbgeo.cities.balancing import doubly_constrained
from urbgeo.cities.circle_zones import settle
from urbgeo.cities.clusters import city_clusters, cluster_tree, clusters_by_minutes
from urbgeo.cities.communities import communities
from urbgeo.cities.commuting_rings import commuting_rings
from urbgeo.cities.contiguity import contiguous
from urbgeo.cities.degurba import centre_polygons, degree_of_urbanisation, dense_built_share
from urbgeo.cities.degurba_units import classify_units
from urbgeo.cities.dissolve import dissolve_members
from urbgeo.cities.flows import borders, read_flows
from urbgeo.cities.functional import cities_of_centres, functional_areas
from urbgeo.cities.gravity import fit_gravity
from urbgeo.cities.interaction import huff, radiation
from urbgeo.cities.labour import LabourRules
from urbgeo.cities.member_links import member_links
from urbgeo.cities.metropolises import metropolitan_circles
from urbgeo.cities.percolation import percolate
from urbgeo.cities.ranks import rank_size
from urbgeo.cities.shape import network_shape
from urbgeo.cities.sizes import project_urbanisation, shrinking_cities, urbanisation_rate
from urbgeo.cities.systems import city_systems
from urbgeo.errors import InputError

IDS = ["a", "b"]
COST = frame([[1, 5], [6, 1]])
PEOPLE = pd.Series([500_000.0, 300_000.0], IDS)
SPOTS = points([(0, 0), (10, 0)], IDS).assign(population=PEOPLE)
TWICE = points([(0, 0), (10, 0)], ["a", "a"]).assign(population=5e5)
LAND = squares((0, 0), (10, 0), ids=IDS).assign(population=PEOPLE)
BOW = LAND.set_geometry([shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])] * 2, crs=LAND.crs)
FLOWS = pd.DataFrame({"home": IDS, "work": IDS, "workers": [9.0, 9.0]})
LINKS = pd.DataFrame({"from_place": ["a"], "to_place": ["b"], "strength": [1.0]})
STREETS = pd.DataFrame({"from_node": ["a"], "to_node": ["b"], "length_m": [50.0]})
MEMBERS = pd.DataFrame({"geography": ["X", "X"], "adcode": ["430100", "430200"]})
CELLS = grid_of(np.full((2, 2), 9.0))
CITIES = pd.Series({"a": "A", "b": None}, dtype=object)
YEARS = {"population_before": "p", "population_after": "p", "built_before": "p", "built_after": "p"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: doubly_constrained(PEOPLE, PEOPLE, COST, beta=1, decay="steep"), "decay: 'steep'"),
        (
            lambda: settle(LAND.assign(urban_population=[3e5, 40.0]), SPOTS, "population", "urban_population",
                           False),
            "zones: .*mixed with persons at b",
        ),
        (lambda: city_clusters(TWICE, population="population", distance_km=9), "places: .*repeated ids at a"),
        (lambda: city_clusters(SPOTS, population="population", distance_km=0), "distance_km: 0"),
        (lambda: city_clusters(SPOTS, population="population", distance_km=9, min_population=-1),
         "min_population: -1"),
        (lambda: city_clusters(SPOTS, population="population", distance_km=9, min_density=-1),
         "min_density: -1"),
        (lambda: city_clusters(SPOTS.assign(population=0.4), population="population", distance_km=9),
         "places: .*population"),
        (lambda: city_clusters(SPOTS.assign(population=[5e5, 40.0]), population="population", distance_km=9),
         "places: .*mixed with persons at b"),
        (lambda: city_clusters(SPOTS, population="population", distance_km=9, min_population=1e9),
         "places: the threshold lies above every place; the most people are 500000"),
        (lambda: clusters_by_minutes(COST, minutes=9, linked="any"), "linked: 'any'"),
        (lambda: cluster_tree(COST, linked="any"), "linked: 'any'"),
        (lambda: clusters_by_minutes(COST, minutes=9, population=PEOPLE / 1e6), "population: "),
        (lambda: clusters_by_minutes(COST, minutes=9, population=pd.Series([5e5, 40.0], IDS)),
         "population: .*mixed with persons at b"),
        (lambda: communities(None), "links: a table is needed, not NoneType"),
        (lambda: communities(LINKS, seed=0.5), "seed: 0.5; give a whole number of 0 or more"),
        (lambda: communities(LINKS, resolution=0), "resolution: 0"),
        (lambda: communities(LINKS, strength="trips"), "links: no column trips"),
        (lambda: commuting_rings(FLOWS, BOW, core_zones=["a"]), "zones: .*invalid polygons at a, b"),
        (lambda: commuting_rings(None, LAND, core_zones=["a"]), "flows: a table is needed, not NoneType"),
        (lambda: commuting_rings(FLOWS.drop(columns="workers"), LAND, core_zones=["a"]),
         "flows: no column workers"),
        (lambda: contiguous(pd.DataFrame({"zone": ["a"]}), pd.Index(IDS), (), np.array([0, -1]),
                            np.array([0, 0])), "neighbours: no column neighbour"),
        (lambda: degree_of_urbanisation(np.ones((2, 2))),
         r"grid: a PopulationGrid or RasterGrid is needed, not ndarray; the call is degree_of_urbanisation"),
        (lambda: dense_built_share(np.ones((2, 2))), r"grid: .*ndarray; the call is dense_built_share\(grid"),
        (lambda: dense_built_share(CELLS, step=0), "step: 0; give a finite number > 0 and <= 1"),
        (lambda: dense_built_share(CELLS, block_rows=0), "block_rows: 0"),
        (lambda: centre_polygons(CELLS), "urban: a result of degree_of_urbanisation is needed, not Popul"),
        (lambda: classify_units(BOW, degree_of_urbanisation(CELLS), CELLS), "units: .*invalid polygons at a"),
        (lambda: classify_units(LAND, degree_of_urbanisation(CELLS), None),
         r"grid: .*NoneType; the call is classify_units\(units, urban, grid"),
        (lambda: classify_units(LAND, degree_of_urbanisation(CELLS), CELLS, method="all"), "method: 'all'"),
        (lambda: classify_units(LAND, degree_of_urbanisation(CELLS), CELLS, rules="1999"), "rules: '1999'"),
        (lambda: dissolve_members("X", LAND.set_axis(["430102", "430201"])),
         "members: a table with geography and adcode is needed, not str"),
        (lambda: dissolve_members(MEMBERS, LAND.set_crs(None, allow_override=True), repair=True),
         "counties: it has no CRS"),
        (lambda: dissolve_members(MEMBERS, LAND.set_axis(["430102", "430201"]).assign(population=[650.0, 90]),
                                  population="population"), "counties: .*10,000"),
        (lambda: read_flows(FLOWS.drop(columns="work"), IDS), "flows: no column work"),
        (lambda: borders(BOW), "zones: .*invalid polygons at a, b"),
        (lambda: functional_areas(FLOWS, CITIES, rule="both"), "rule: 'both'"),
        (lambda: functional_areas(FLOWS, pd.concat([CITIES, CITIES])), "cities: repeated ids at a, b"),
        (lambda: cities_of_centres(COST, PEOPLE, unit_in_centre=1.5), "unit_in_centre: 1.5"),
        (lambda: cities_of_centres(COST, PEOPLE, city_in_centre=-0.5), "city_in_centre: -0.5"),
        (lambda: cities_of_centres(COST, PEOPLE, centre_in_city=2), "centre_in_city: 2"),
        (lambda: cities_of_centres(COST.iloc[:1], PEOPLE),
         "centre_people and population: units of one of the two only at b; align them"),
        (lambda: fit_gravity(COST, COST, method="best"), "method: 'best'"),
        (lambda: fit_gravity(COST, COST, constraint="all"), "constraint: 'all'"),
        (lambda: fit_gravity(COST, COST, decay="steep"), "decay: 'steep'"),
        (lambda: fit_gravity(None, COST), r"flows: a table is needed, not NoneType; the call is fit_gravity"),
        (lambda: fit_gravity(COST, None), r"cost: a table is needed, not NoneType; the call is fit_gravity"),
        (lambda: radiation(pd.Series([5e5, 40.0], IDS), COST), "population: .*mixed with persons at b"),
        (lambda: huff(PEOPLE.iloc[:1], COST), "attraction and cost: b stand on one side only; align the cen"),
        (lambda: LabourRules(min_containment=0), "min_containment: 0 is no share"),
        (lambda: LabourRules(target_containment=1.5), "target_containment: 1.5 is no share"),
        (lambda: LabourRules(target_size=0), "target_size: 0"),
        (lambda: member_links(COST, MEMBERS, SPOTS, friction=-1), "friction: -1"),
        (lambda: member_links(COST, MEMBERS.drop(columns="adcode"), SPOTS), "members: no column adcode"),
        (lambda: member_links(COST, MEMBERS, pd.DataFrame(index=["430100", "430100"])),
         "places: repeated ids at 430100"),
        (lambda: metropolitan_circles(COST, CITIES, LAND, direction="up"), "direction: 'up'"),
        (lambda: metropolitan_circles(COST, CITIES, pd.DataFrame(index=["a", "a"])),
         "zones: repeated ids at a"),
        (lambda: metropolitan_circles(COST, pd.concat([CITIES, CITIES]), LAND), "cores: repeated ids at a"),
        (lambda: percolate(TWICE, links=STREETS, thresholds_m=[9, 99]), "nodes: .*repeated ids at a"),
        (lambda: percolate(SPOTS, links=[1], thresholds_m=[9, 99]), "links: a table is needed, not list"),
        (lambda: percolate(SPOTS, links=STREETS.drop(columns="length_m"), thresholds_m=[9, 99]),
         "links: no column length_m"),
        (lambda: percolate(SPOTS, links=STREETS, thresholds_m=[99]), "thresholds_m: give two or more, ris"),
        (lambda: rank_size(PEOPLE, method="ols"), "method: 'ols'"),
        (lambda: network_shape(SPOTS, None), "links: a table is needed, not NoneType"),
        (lambda: network_shape(SPOTS, LINKS), "links: no column length_km"),
        (lambda: urbanisation_rate(PEOPLE / PEOPLE.sum(), PEOPLE), "urban: "),
        (lambda: project_urbanisation([0.5, 0.6], [2030]), "rates: a Series by year is needed, not list"),
        (lambda: project_urbanisation(pd.Series({2010: 0.5, 2020: 0.6}), [2030], confidence=0),
         "confidence: 0; give a finite number > 0"),
        (lambda: project_urbanisation(pd.Series([0.5, 0.6], [2010, 2010]), [2030]),
         "rates: repeated ids at 2010"),
        (lambda: project_urbanisation(pd.Series({2010: "half", 2020: "0.6"}), [2030]), "rates: "),
        (lambda: shrinking_cities("p", **YEARS), "cities: a table is needed, not str"),
        (lambda: city_systems(COST, MEMBERS, TWICE), "places: .*repeated ids at a"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=f"(?s)^{message}"):
        call()
