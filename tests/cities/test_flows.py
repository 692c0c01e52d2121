"""Commuting flows between zones: checked once, held as a matrix of homes by workplaces."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.cities.flows import borders, check_threshold, in_order, read_flows, tied_share
from urbgeo.errors import InputError


def test_neighbours_share_a_border_not_a_corner() -> None:
    boxes = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)],
        index=list("abc"), crs=32631,
    )  # fmt: skip
    boxes.geometry = boxes.geometry.affine_transform([1000, 0, 0, 1000, 500_000, 5_600_000])
    table = borders(boxes)
    pairs = {(row.zone, row.neighbour) for row in table.dropna().itertuples()}
    assert pairs == {("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")}
    assert table.loc[table["neighbour"].isna(), "zone"].tolist() == ["a", "b", "c"], "the rim"
    assert table["border_km"].tolist() == pytest.approx([1, 1, 1, 1, 3, 2, 3], rel=1e-3)


def test_borders_that_share_no_corners_are_borders_in_degrees_too() -> None:
    """West of two small zones lies a large one; their common corner lies on its side, where it has none."""
    boxes = [shapely.box(4, 50, 5, 51), shapely.box(5, 50, 6, 50.4), shapely.box(5, 50.4, 6, 51)]
    table = borders(gpd.GeoDataFrame(geometry=boxes, index=list("abc"), crs=4326)).dropna()
    assert len(table) == 6
    east = table[(table["zone"] == "a")].set_index("neighbour")["border_km"]
    assert east.tolist() == pytest.approx([44.5, 66.8], rel=0.01), "0.4 and 0.6 degrees of a meridian"


@pytest.mark.parametrize(("cut_m", "rim"), [(0.3, False), (2.55, False), (3.1, True)])
def test_slivers_between_borders_are_no_rim(cut_m: float, rim: bool) -> None:
    """Nine squares, the middle one with a corner cut off; more than a thousandth of 4 km is a rim."""
    boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(3) for y in range(3)]
    boxes[4] = shapely.Polygon([(1 + cut_m / 1000, 1), (2, 1), (2, 2), (1, 2), (1, 1 + cut_m / 1000)])
    zones = gpd.GeoDataFrame(geometry=boxes, crs=32631)
    zones.geometry = zones.geometry.affine_transform([1000, 0, 0, 1000, 500_000, 5_600_000])
    table = borders(zones)
    assert set(table.loc[table["neighbour"].isna(), "zone"]) == set(range(9)) - (set() if rim else {4})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"home": ["a", "q"]}, "home not among the zones at q"),
        ({"workers": [1, -2]}, "negative"),
        ({"home": ["a", "a"], "work": ["b", "b"]}, "pairs given twice at a->b"),
        ({"workers": [1, np.nan]}, "missing"),
    ],
)
def test_faulty_flows_are_refused(change: dict[str, list[object]], message: str) -> None:
    table = pd.DataFrame({"home": ["a", "b"], "work": ["b", "a"], "workers": [1.0, 2.0]} | change)
    with pytest.raises(InputError, match=message):
        read_flows(table, list("abc"))


@pytest.mark.parametrize(("north", "km"), [(20.0, 110.711), (28.0, 110.828), (52.0, 111.277)])
def test_borders_are_as_long_as_on_the_ground(north: float, km: float) -> None:
    """A degree of a meridian, by the series for its arc; an equal-area plane is off by up to 2 %."""
    boxes = [shapely.box(x, north, x + 1, north + 1) for x in (112, 113)]
    table = borders(gpd.GeoDataFrame(geometry=boxes, index=["a", "b"], crs=4326)).dropna()
    assert table["border_km"].tolist() == pytest.approx([km, km], rel=2e-5)


def test_a_table_becomes_a_matrix_of_homes_by_workplaces() -> None:
    """a: 7 live and work there, 2 go to b and 1 to c; b sends 20 to a; nobody lives in c."""
    rows = [("b", "a", 20), ("a", "c", 1), ("a", "a", 7), ("a", "b", 2)]
    found = read_flows(pd.DataFrame(rows, columns=["home", "work", "workers"]), ["c", "b", "a"])
    assert found.zones.tolist() == ["a", "b", "c"]
    assert found.matrix.toarray().tolist() == [[7, 2, 1], [20, 0, 0], [0, 0, 0]]
    assert (found.employed.tolist(), found.jobs.tolist()) == ([10, 20, 0], [27, 2, 1])
    assert found.between(np.array([1, 0, 1]), 2).toarray().tolist() == [[0, 20], [2, 8]]
    assert found.between(np.array([0, -1, 1]), 2).toarray().tolist() == [[7, 1], [0, 0]]
    for wrong in (None, "abc", pd.DataFrame(index=list("abc"))):
        with pytest.raises(InputError, match="zones: the ids of all zones are needed"):
            read_flows(pd.DataFrame(rows, columns=["home", "work", "workers"]), wrong)


@pytest.mark.parametrize(
    ("rule", "expected"), [("out", 0.1), ("either", 0.3), ("interchange", 0.4), ("pooled", 25 / 150)]
)
def test_a_zone_is_tied_by_those_who_go_and_those_who_come(rule: str, expected: float) -> None:
    """10 of 100 residents work in the city and 15 of 50 jobs are held from there; nobody, no share."""
    out, back, employed, jobs = (np.array(one) for one in ([10.0, 0], [15.0, 0], [100.0, 0], [50.0, 0]))
    assert tied_share(out, back, employed, jobs, rule).tolist() == pytest.approx([expected, 0])


def test_a_threshold_is_above_nothing_and_at_most_all() -> None:
    assert check_threshold(1, "share") == 1.0 and check_threshold(1e-9, "share") == 1e-9
    for wrong in (0, 1.0001, np.nan, "0.5", True):
        with pytest.raises(InputError, match=r"share: .* is no share; give a number above 0 and at most 1"):
            check_threshold(wrong, "share")  # type: ignore[arg-type]


def test_names_stand_once_in_an_order_of_their_own() -> None:
    assert in_order(["b", 10, "a", 9, "b"]).tolist() == [9, 10, "a", "b"]
