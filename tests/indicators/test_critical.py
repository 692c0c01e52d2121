"""Critical links against closing every link in turn; stages of building against known answers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.errors import InputError
from urbgeo.indicators.critical import critical_links, stage_projects
from urbgeo.network.edits import without_links
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork, build_network


def points(count: int, names: str) -> gpd.GeoDataFrame:
    """On a parabola: no link passes a point that is not its end."""
    at = np.arange(count)
    spots = gpd.points_from_xy(500_000 + 1_500 * at, 3_000_000 + 200 * at**2)
    return gpd.GeoDataFrame({"name": [f"{names}{at}" for at in range(count)]}, geometry=spots, crs=32649)


def network_of(pairs: list[tuple[int, int, float, bool]], count: int) -> TravelNetwork:
    nodes = points(count, "n").drop(columns="name").set_axis([f"n{at}" for at in range(count)])
    rows = [
        {"from_node": f"n{a}", "to_node": f"n{b}", "length_km": 30.0, "class": "primary", "minutes": minutes,
         "oneway": oneway}
        for a, b, minutes, oneway in pairs
    ]  # fmt: skip
    return build_network(nodes, pd.DataFrame(rows, index=[f"l{at}" for at in range(len(rows))]))


links = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 30).map(float), st.booleans()).filter(
        lambda one: one[0] != one[1]
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=12)
@given(links, st.lists(st.integers(0, 7), min_size=1, max_size=2, unique=True))
def test_each_link_costs_what_closing_it_costs(
    pairs: list[tuple[int, int, float, bool]], ends: list[int]
) -> None:
    used = sorted({one for pair in pairs for one in pair[:2]})
    facilities = points(8, "f").iloc[[one for one in ends if one in used] or used[:1]]
    places = points(8, "p").iloc[used].assign(population=np.arange(1, len(used) + 1) * 100.0)
    network = network_of(pairs, 8)
    found = critical_links(network, places, facilities).table
    before = _by_nodes(network, places, facilities)
    for link in network.link_table.index:
        closed = _closed(network, link)
        after = _by_nodes(closed, places, facilities) if closed is not None else before * 0 + np.inf
        at_facility = places.geometry.isin(facilities.geometry)
        added = (after - before).where(np.isfinite(before), 0.0).mask(at_facility, 0.0)
        lost = np.isinf(added)
        cost = float((places["population"] * added.where(~lost, 0.0)).sum())
        if cost > 1e-6 or lost.any():
            assert found.at[link, "person_minutes"] == pytest.approx(cost, abs=1e-3)
            assert found.at[link, "people_cut"] == places.loc[lost, "population"].sum()
        else:
            assert link not in found.index


def _closed(network: TravelNetwork, link: str) -> TravelNetwork | None:
    return None if len(network.link_table) == 1 else without_links(network, [link])


def _by_nodes(network: TravelNetwork, places: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> pd.Series:
    """Minutes from node to node by Floyd and Warshall: places and facilities stand on nodes."""
    count = 8
    best = np.full((count, count), np.inf)
    np.fill_diagonal(best, 0.0)
    for _, row in network.link_table.iterrows():
        a, b = (int(str(row[end])[1:]) for end in ("from_node", "to_node"))
        best[a, b] = min(best[a, b], row["minutes"])
        if row["minutes_back"] == row["minutes_back"]:
            best[b, a] = min(best[b, a], row["minutes_back"])
    for k in range(count):
        best = np.minimum(best, best[:, [k]] + best[[k], :])
    goal = [int(one) for one in facilities.index]
    return pd.Series([best[int(one), goal].min() for one in places.index], places.index)


def test_a_bridge_cuts_off_those_behind_it() -> None:
    network = network_of(
        [(0, 1, 10.0, False), (1, 2, 5.0, False), (0, 2, 50.0, False), (2, 3, 7.0, False)], 4
    )
    places = points(4, "p").assign(population=[1.0, 10.0, 100.0, 1000.0])
    found = critical_links(network, places, points(1, "f"))
    table = found.table
    assert repr(found).startswith("<CriticalLinks 3 links on quickest ways; most 38,950 person-minutes>")
    assert table.index[0] == "l3"
    assert table.loc["l3", ["people_cut", "people"]].tolist() == [1000, 1000]
    # without 0-1 everyone goes by 0-2: place 1 takes 55 instead of 10, places 2 and 3 take 35 more
    assert table.at["l0", "person_minutes"] == pytest.approx(10 * 45 + 1100 * 35)
    assert table.at["l0", "places"] == "p1、p2、p3"
    assert "l2" not in table.index


def test_projects_are_built_by_what_they_add_to_those_before() -> None:
    base = network_of([(0, 1, 60.0, False), (1, 2, 60.0, False), (2, 3, 60.0, False)], 4)
    places = points(4, "p").assign(population=100.0)
    new = pd.DataFrame(
        {
            "project": ["north", "south", "twin"],
            "from_node": ["n0", "n1", "n0"],
            "to_node": ["n1", "n2", "n1"],
            "length_km": [30.0, 30.0, 30.0],
            "class": "primary",
            "minutes": [20.0, 30.0, 20.0],
        },
        index=["x", "y", "z"],
    )
    table = stage_projects(base, new, places, points(1, "f"), km_per_year=30.0, first_year=2026)
    assert table.index.tolist() == ["north", "south", "twin"]
    assert table["opens"].tolist() == [2026, 2027, 2028]
    # three places behind the first link save 40 each; two behind the second 30; the twin saves nothing more
    assert table["person_minutes_saved"].tolist() == pytest.approx([12_000, 6_000, 0])
    assert table.at["north", "places_gaining"] == "p1、p2、p3"
    assert table["share_saved"].tolist() == pytest.approx([2 / 3, 1, 1])
    slow = stage_projects(base, new, places, points(1, "f"), km_per_year=20.0)
    assert slow["opens"].tolist() == [2027, 2028, 2030]


def test_what_saves_most_a_kilometre_is_built_first() -> None:
    """The northern project saves twice as much as the southern one, at three times its length."""
    base = network_of([(0, 1, 60.0, False), (1, 2, 60.0, False), (2, 3, 60.0, False)], 4)
    new = pd.DataFrame(
        {"project": ["north", "south"], "from_node": ["n0", "n1"], "to_node": ["n1", "n2"],
         "length_km": [90.0, 30.0], "class": "primary", "minutes": [20.0, 30.0]},
        index=["x", "y"],
    )  # fmt: skip
    places = points(4, "p").assign(population=100.0)
    table = stage_projects(base, new, places, points(1, "f"), km_per_year=30.0, first_year=2026)
    assert table.index.tolist() == ["south", "north"]
    assert table["person_minutes_saved"].tolist() == pytest.approx([6_000, 12_000])
    assert table["opens"].tolist() == [2026, 2029]


def test_baselines_agree_with_the_package(hunan_network: TravelNetwork, hunan: object) -> None:
    road = hunan_network.only(("road",))
    found = critical_links(road, hunan.counties, hunan.prefectures)  # type: ignore[attr-defined]
    first = found.table.index[found.table["class"] == "expressway"][0]
    before = nearest_facility(road, hunan.counties, hunan.prefectures)["minutes"]  # type: ignore[attr-defined]
    # closed to through traffic: a link nobody joins gives the same as taking it out
    after = nearest_facility(without_links(road, [first]), hunan.counties, hunan.prefectures)["minutes"]  # type: ignore[attr-defined]
    cost = ((after - before) * hunan.counties["population"]).sum()  # type: ignore[attr-defined]
    assert found.table.at[first, "person_minutes"] == pytest.approx(cost, rel=1e-6)


@pytest.mark.parametrize(("minutes", "people"), [(59.5, 200.0), (59.6, 0.0)])
def test_half_a_minute_is_a_gain_and_less_is_none(minutes: float, people: float) -> None:
    base = network_of([(0, 1, 60.0, False), (1, 2, 60.0, False)], 3)
    new = pd.DataFrame(
        {"project": ["a"], "from_node": ["n0"], "to_node": ["n1"], "length_km": [30.0], "class": "primary",
         "minutes": [minutes]},
        index=["x"],
    )  # fmt: skip
    places = points(3, "p").assign(population=100.0)
    row = stage_projects(base, new, places, points(1, "f"), km_per_year=30.0).loc["a"]
    assert row["people_gaining"] == people and row["places_gaining"] == ("p1、p2" if people else "")
    assert row["person_minutes_saved"] == pytest.approx(200.0 * (60.0 - minutes))


def test_projects_without_a_name_are_refused() -> None:
    base = network_of([(0, 1, 60.0, False)], 2)
    new = pd.DataFrame({"project": ["a", None], "length_km": 1.0})
    with pytest.raises(InputError, match="projects: links without a project; name each"):
        stage_projects(base, new, points(2, "p").assign(population=1), points(1, "f"), km_per_year=1.0)


@pytest.mark.parametrize("km", [0, -1, float("nan"), float("inf")])
def test_a_yearly_length_must_be_one(km: float) -> None:
    base = network_of([(0, 1, 60.0, False)], 2)
    new = pd.DataFrame({"project": ["a"], "length_km": [1.0]})
    with pytest.raises(InputError, match="km_per_year"):
        stage_projects(base, new, points(2, "p").assign(population=1), points(1, "f"), km_per_year=km)
