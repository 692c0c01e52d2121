"""The one rule for commuting circles: rings, roles, one piece of land, comparison with official lists."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity

from urbgeo.cities.circle_rules import compared, land_borders, ring_of, roles
from urbgeo.crs import CHINA_ALBERS


def test_borders_asked_again_follow_the_shapes_and_the_ids() -> None:
    shapes = [shapely.box(112 + at, 28, 113 + at, 29) for at in range(3)]
    zones = gpd.GeoDataFrame(geometry=shapes, index=["a", "b", "c"], crs=4326)
    for _ in range(2):
        table = land_borders(zones)
        inner = table.dropna()
        assert set(zip(inner["zone"], inner["neighbour"], strict=True)) == {
            ("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"),
        }  # fmt: skip
        assert set(table["zone"][table["neighbour"].isna()]) == {"a", "b", "c"}
    squares_of = [shapely.box(500_000 + 1e4 * at, 3e6, 510_000 + 1e4 * at, 3.01e6) for at in range(2)]
    km = [
        land_borders(gpd.GeoSeries(squares_of, index=["a", "b"], crs=crs)).dropna()["border_km"].iloc[0]
        for crs in (4547, CHINA_ALBERS)
    ]
    assert km[0] == pytest.approx(10.0) and abs(km[1] - 10.0) > 0.03, "the same numbers in another plane"
    named = land_borders(zones.set_axis([7, 8, 9])).dropna()
    assert set(zip(named["zone"], named["neighbour"], strict=True)) == {(7, 8), (8, 7), (8, 9), (9, 8)}
    apart = land_borders(zones.set_geometry([shapes[0], shapes[2], shapes[1]], crs=4326)).dropna()
    assert set(zip(apart["zone"], apart["neighbour"], strict=True)) == {
        ("a", "c"), ("c", "a"), ("c", "b"), ("b", "c"),
    }  # fmt: skip


def test_zones_face_each_other_over_a_gap_with_no_zone_in_it() -> None:
    """Inland, coast, two islands, one too far: others are within the bound, but a zone lies between."""
    boxes = {
        "inland": shapely.box(0, 0, 1_000, 4_000),
        "coast": shapely.box(1_000, 0, 2_000, 4_000),
        "near": shapely.box(3_000, 0, 4_000, 4_000),
        "far": shapely.box(5_000, 0, 6_000, 4_000),
        "beyond": shapely.box(16_100, 0, 17_000, 4_000),
    }
    moved = [shapely.affinity.translate(one, 500_000, 3_000_000) for one in boxes.values()]
    zones = gpd.GeoDataFrame(geometry=moved, index=list(boxes), crs=4547)
    table = land_borders(zones)
    facing = table[table["border_km"].eq(0) & table["neighbour"].notna()]
    pairs = {frozenset(one) for one in zip(facing["zone"], facing["neighbour"], strict=True)}
    assert pairs == {frozenset(["coast", "near"]), frozenset(["near", "far"])}


@pytest.mark.parametrize(("across_m", "clear"), [(0.9, True), (1.1, False)])
def test_a_way_that_only_touches_the_corner_of_a_third_zone_is_clear(across_m: float, clear: bool) -> None:
    """From the eastern tip of one land to the western tip of the other, over the tip of a third."""
    shapes = [
        shapely.Polygon([(0, 0), (1_000, 2_000), (0, 4_000)]),
        shapely.Polygon([(4_000, 0), (3_000, 2_000), (4_000, 4_000)]),
        shapely.Polygon([(1_500, 1_000), (2_500, 1_000), (2_000, 2_000 + across_m)]),
    ]
    moved = [shapely.affinity.translate(one, 500_000, 3_000_000) for one in shapes]
    table = land_borders(gpd.GeoDataFrame(geometry=moved, index=["west", "east", "third"], crs=4547))
    pairs = {frozenset(one) for one in table[["zone", "neighbour"]].dropna().itertuples(index=False)}
    assert (frozenset(["west", "east"]) in pairs) is clear
    assert {frozenset(["west", "third"]), frozenset(["east", "third"])} <= pairs


def test_a_comparison_counts_zones_and_sums_amounts() -> None:
    zones = pd.DataFrame({"people": [1.0, 10.0, 100.0, 1000.0]}, index=list("abcd"))
    circles = {"x": pd.Index(["a", "b", "c"]), "none": pd.Index([])}
    official = {"x": ["b", "c", "d", "e", "b"], "none": []}
    found = compared(circles, official, zones, ["people"], name="circle")
    assert found.index.tolist() == ["x", "none"] and found.index.name == "circle"
    row = found.loc["x"]
    assert row[["both", "only_circle", "only_official", "unknown"]].tolist() == [
        ("b", "c"), ("a",), ("d",), ("e",),
    ]  # fmt: skip
    assert row[["precision", "recall"]].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert row[["people_circle", "people_official", "people_both"]].tolist() == [111, 1110, 110]
    less = compared({"x": pd.Index(["a"])}, {"x": ["a", "b"]}, zones, [], name="circle").loc["x"]
    assert less[["precision", "recall"]].tolist() == [1.0, 0.5]
    assert found.loc["none", ["precision", "recall"]].isna().all()


def test_rings_are_closed_bounds_and_roles_have_an_order() -> None:
    rings = ring_of(np.array([0.0, 30.0, 30.001, 60.0, 60.1, np.inf, np.nan]), [30, 60])
    assert rings.tolist() == pytest.approx([30, 30, 60, 60, np.inf, np.inf, np.nan], nan_ok=True)
    yes, no = np.array([True] * 5), np.array([False] * 5)
    marks = [np.array([k == at for k in range(6)]) for at in range(5)]
    core, added, dropped, area, below = marks
    assert roles(core, area, dropped, added, below).tolist() == [
        "core", "enclave", "exclave", "circle", "below rate", "outside",
    ]  # fmt: skip
    assert roles(core, area, dropped, added).tolist()[4:] == ["outside", "outside"]
    assert roles(yes, yes, yes, yes, yes).tolist() == ["core"] * 5
    assert roles(no, no, no, yes, yes).tolist() == ["enclave"] * 5
