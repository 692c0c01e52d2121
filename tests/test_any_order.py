"""The same question in any order of rows, by any kind of ids, in any CRS has the same answer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, box

from tests.test_crs import SYSTEMS
from urbgeo.access.coverage import coverage
from urbgeo.access.reach import reach
from urbgeo.cities.circles import CircleRules, commuting_circle
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork

SPOTS = np.array([(112.90, 28.20), (113.10, 28.25), (113.30, 28.00), (112.95, 27.90), (113.50, 28.20)])
ENDS = [(0, 1), (1, 2), (2, 3), (3, 0), (2, 4), (1, 4)]
CLASSES = ["primary", "expressway", "secondary", "local", "primary", "secondary"]
ONEWAY = ["B", "F", "B", "T", "B", "F"]
PEOPLE = np.array([1_200_000.0, 350_000.0, 80_000.0, 45_000.0, 20_000.0])
SERVED = [0, 3]


@dataclass(frozen=True)
class Question:
    """Roads with one-way streets, places and the land around them, all called by the same ids."""

    roads: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame

    @property
    def network(self) -> TravelNetwork:
        return from_lines(self.roads, oneway_column="oneway")

    def turned(self, of_roads: list[int], of_places: list[int], of_zones: list[int]) -> Question:
        return Question(self.roads.iloc[of_roads], self.places.iloc[of_places], self.zones.iloc[of_zones])


def question(ids: list[object], links: list[object]) -> Question:
    lines = [LineString(SPOTS[list(pair)]) for pair in ENDS]
    roads = gpd.GeoDataFrame({"class": CLASSES, "oneway": ONEWAY}, index=links, geometry=lines, crs=4490)
    index = pd.Index(ids)
    held = {"population": PEOPLE, "order": range(len(ids))}
    places = gpd.GeoDataFrame(held, index=index, geometry=gpd.points_from_xy(*SPOTS.T), crs=4490)
    land = [_around(lon, lat) for lon, lat in SPOTS]
    return Question(roads, places, gpd.GeoDataFrame(held, index=index, geometry=land, crs=4490))


def _around(lon: float, lat: float) -> Polygon:
    return box(lon - 0.09, lat - 0.09, lon + 0.08, lat + 0.07)


PLAIN = question(list("abcde"), [f"road {k}" for k in range(len(ENDS))])
NETWORK = PLAIN.network


def kinds(count: int) -> st.SearchStrategy[list[object]]:
    """Ids as planners have them: whole numbers, text, digits of unequal width and with noughts in front."""
    words = st.text("ab长沙 市-", min_size=1, max_size=6).map(str.strip).filter(bool)
    digits = st.text("0123456789", min_size=1, max_size=6)
    of_kind = [st.integers(-5, 2**40), words, digits, st.one_of(words, digits)]
    return st.one_of([st.lists(one, min_size=count, max_size=count, unique=True) for one in of_kind])


asked = st.builds(
    lambda ids, links, roads, places, zones: question(ids, links).turned(roads, places, zones),
    kinds(len(SPOTS)),
    kinds(len(ENDS)),
    st.permutations(range(len(ENDS))),
    st.permutations(range(len(SPOTS))),
    st.permutations(range(len(SPOTS))),
)


def by_order(table: pd.DataFrame, frame: gpd.GeoDataFrame, columns: list[str]) -> pd.DataFrame:
    """Rows in the order in which the places stand in ``SPOTS``, called by it."""
    return table[columns].rename(index=frame["order"].to_dict()).sort_index().rename_axis(index=None)


def square(table: pd.DataFrame, frame: gpd.GeoDataFrame) -> np.ndarray:
    place = frame["order"].to_dict()
    turned = table.rename(index=place, columns=place)
    return turned.sort_index(axis=0).sort_index(axis=1).to_numpy(float)


@settings(max_examples=25)
@given(asked)
def test_minutes_are_the_same_in_any_order_by_any_ids(other: Question) -> None:
    truth = square(minutes_table(NETWORK, PLAIN.places, PLAIN.places), PLAIN.places)
    assert not np.allclose(truth, truth.T), "one-way streets tell there from back"
    found = square(minutes_table(other.network, other.places, other.places), other.places)
    np.testing.assert_allclose(found, truth, rtol=1e-9)


@settings(max_examples=25)
@given(asked)
def test_coverage_is_the_same_in_any_order_by_any_ids(other: Question) -> None:
    columns = ["minutes", "covered", "status"]

    def covered(of: Question, network: TravelNetwork) -> tuple[pd.DataFrame, list[int], float]:
        served = of.places[of.places["order"].isin(SERVED)]
        found = coverage(network, of.places, served, minutes=20, weight="population")
        table = by_order(found.table, of.places, columns)
        nearest = by_order(found.table, of.places, ["facility"])["facility"].map(of.places["order"])
        return table, nearest.tolist(), found.share

    truth, other_answer = covered(PLAIN, NETWORK), covered(other, other.network)
    assert 0 < truth[2] < 1
    pd.testing.assert_frame_equal(other_answer[0], truth[0])
    assert other_answer[1:] == truth[1:]


@settings(max_examples=25)
@given(asked)
def test_reach_is_the_same_in_any_order_by_any_ids(other: Question) -> None:
    def reached(of: Question, network: TravelNetwork) -> tuple[np.ndarray, pd.DataFrame, pd.DataFrame]:
        found = reach(network, of.places, minutes=25)
        table = found.cities.drop(columns=["geometry", "population", "order"], errors="ignore")
        rows = by_order(table, of.places, list(table.columns))
        return square(found.minutes["road"], of.places), rows, found.summary

    truth, found = reached(PLAIN, NETWORK), reached(other, other.network)
    assert len(np.unique(truth[1].filter(like="cities_").to_numpy(float))) > 1
    np.testing.assert_allclose(found[0], truth[0], rtol=1e-9)
    pd.testing.assert_frame_equal(found[1], truth[1])
    pd.testing.assert_frame_equal(found[2], truth[2])


@settings(max_examples=10)
@given(asked)
def test_the_circle_is_the_same_in_any_order_by_any_ids(other: Question) -> None:
    columns = ["minutes", "by_seat", "by_area", "by_population", "role", "member", "ring", "people"]

    def circle(of: Question, network: TravelNetwork) -> pd.DataFrame:
        core = of.places[of.places["order"] == 0]
        rules = CircleRules(contiguous=False, rings=(20, 40, 60))
        found = commuting_circle(network, core, of.zones, minutes=25, seats=of.places, rules=rules)
        return by_order(found.table, of.zones, columns)

    truth = circle(PLAIN, NETWORK)
    assert 0 < truth["member"].sum() < len(truth)
    pd.testing.assert_frame_equal(circle(other, other.network), truth)


spans = st.tuples(st.floats(0.01, 0.35), st.floats(0.0, 2 * math.pi))


@settings(max_examples=40)
@given(
    st.lists(spans, min_size=3, max_size=7, unique=True),
    st.lists(st.sampled_from(SYSTEMS), min_size=3, max_size=3),
)
def test_any_layer_in_any_system_gives_the_same_minutes(
    way: list[tuple[float, float]], systems: list[object]
) -> None:
    """A road through drawn points, each layer in a system of its own."""
    steps = np.array([(far * math.cos(turn), far * math.sin(turn)) for far, turn in way])
    at = np.array([112.9, 28.2]) + np.cumsum(steps, axis=0) % 0.6
    lines = [LineString(at[k : k + 2]) for k in range(len(at) - 1)]
    roads = gpd.GeoDataFrame({"class": "primary"}, index=range(len(lines)), geometry=lines, crs=4490)
    ends = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*at[[0, -1]].T), index=["p", "q"], crs=4490)
    truth = minutes_table(from_lines(roads), ends, ends).to_numpy()
    of_roads, of_origins, of_destinations = systems
    found = minutes_table(
        from_lines(roads.to_crs(of_roads)), ends.to_crs(of_origins), ends.to_crs(of_destinations)
    ).to_numpy()
    np.testing.assert_allclose(found, truth, rtol=1e-3, atol=0.01)
