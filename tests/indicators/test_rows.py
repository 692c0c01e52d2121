"""Known answers of the check-up's own figures, and the scorecard's rows that they bring."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.errors import InputError
from urbgeo.indicators.rows import (
    closed_rings,
    commuting_measures,
    land_quota,
    mixed_use,
    share_holding,
    share_near,
    spacing_along,
    street_pattern,
    urbanisation_path,
)
from urbgeo.indicators.scorecard import scorecard
from urbgeo.regions.region import Region

CRS = 32649


def frame(shapes: list[shapely.Geometry], **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def box(x: float, y: float, size: float) -> shapely.Polygon:
    return shapely.box(5e5 + x, 3e6 + y, 5e5 + x + size, 3e6 + y + size)


def test_a_unit_holds_what_lies_in_it() -> None:
    zones = frame([box(0, 0, 1000), box(1000, 0, 1000), box(2000, 0, 1000)])
    points = frame([box(100, 100, 2).centroid, box(200, 100, 2).centroid, box(2500, 100, 2).centroid])
    assert share_holding(zones, points).tolist() == [2, 0, 1]


def test_near_is_a_closed_bound_in_metres() -> None:
    at = frame([shapely.Point(5e5, 3e6), shapely.Point(5e5 + 500, 3e6), shapely.Point(5e5 + 501, 3e6)])
    people = at.assign(population=[0.0, 30.0, 10.0])
    assert share_near(people, at.iloc[:1], within_m=500.0, population="population") == 0.75
    assert share_near(people, at.iloc[:1], within_m=500.0) == pytest.approx(2 / 3)
    nobody = people.assign(population=0.0)
    assert share_near(people, at.iloc[:0], within_m=500.0, population="population") == 0.0
    for facilities in (at, at.iloc[:0]):
        assert np.isnan(share_near(nobody, facilities, within_m=500.0, population="population"))


def test_a_grid_of_streets_has_its_blocks_crossings_and_dead_ends() -> None:
    lines = [shapely.LineString([(5e5 + x, 3e6), (5e5 + x, 3e6 + 200)]) for x in (0, 100, 200)]
    lines += [shapely.LineString([(5e5, 3e6 + y), (5e5 + 200, 3e6 + y)]) for y in (0, 100, 200)]
    lines += [shapely.LineString([(5e5 + 200, 3e6 + 100), (5e5 + 260, 3e6 + 100)])]
    found = street_pattern(frame(lines, **{"class": ["主干路"] * 3 + ["支路"] * 4}))
    assert found["block_ha"] == pytest.approx(1.0)
    assert found["crossings"] == 5  # the middle, three sides of it with three ways, and the one with the tail
    assert found["length_km"] == pytest.approx(1.26)
    assert found["dead_end_share"] == pytest.approx(1 / 6)
    assert found["share 支路"] == pytest.approx(660 / 1260)


def test_mix_of_uses_is_entropy_over_its_most() -> None:
    uses = frame([box(0, 0, 100), box(100, 0, 100), box(200, 0, 100), box(300, 0, 100)], use=list("aaab"))
    shares = np.array([0.75, 0.25])
    assert mixed_use(uses) == pytest.approx(-(shares * np.log(shares)).sum() / np.log(2))
    assert mixed_use(uses.iloc[:2]) == 0.0


def test_flows_read_the_right_way_round() -> None:
    flows = pd.DataFrame(
        {
            "from_zone": ["a", "a", "b"],
            "to_zone": ["a", "b", "b"],
            "workers": [60, 40, 100],
            "minutes": [15.0, 45.0, 60.0],
        }
    )
    overall, zones = commuting_measures(flows)
    assert overall["mean_min"] == pytest.approx((60 * 15 + 40 * 45 + 100 * 60) / 200)
    assert overall[["share_45", "share_60", "self_containment"]].tolist() == [0.5, 1.0, 0.8]
    assert zones.loc["a", ["workers", "jobs", "self_containment"]].tolist() == [100, 60, 0.6]
    assert zones.at["b", "jobs_per_worker"] == pytest.approx(1.4)


def test_gaps_along_a_road_count_its_ends() -> None:
    way = shapely.LineString([(0, 0), (0, 50_000), (50_000, 50_000)])
    points = gpd.GeoSeries([shapely.Point(10_000, 50_100), shapely.Point(-20, 20_000)], crs=CRS)
    assert spacing_along(way, points).tolist() == pytest.approx([20, 40, 40])


def test_a_ring_with_a_gap_closes_nothing() -> None:
    ring = box(0, 0, 1000).exterior
    seats = frame([box(400, 400, 2).centroid])
    assert closed_rings(frame([ring]), seats).all()
    assert not closed_rings(frame([shapely.LineString(ring.coords[:-1])]), seats).any()


def test_a_quota_follows_growth_and_adds_up() -> None:
    growth = pd.Series({"a": 300.0, "b": 100.0, "c": -50.0})
    found = land_quota(growth, 10.0, floor_share=0.3)
    assert found.sum() == pytest.approx(10.0)
    assert found.tolist() == pytest.approx([1 + 5.25, 1 + 1.75, 1])
    assert land_quota(growth * 0.0, 9.0).tolist() == [3, 3, 3]


def test_the_path_meets_the_plan_and_slows() -> None:
    path = urbanisation_path((2020, 0.5876), (2035, 0.72))
    assert path[2020] == pytest.approx(0.5876) and path[2035] == pytest.approx(0.72)
    steps = path.diff().dropna()
    assert (steps.diff().dropna() < 0).all() and 0.005 < steps.iloc[-1] < 0.0105
    for wrong in (((2035, 0.6), (2020, 0.7)), ((2020, 0.6), (2035, 0.9)), ((2020, 0.6), (2020, 0.7))):
        with pytest.raises(InputError, match="urbanisation_path"):
            urbanisation_path(*wrong)
    for name, given in (("base", {"base": (2020,)}), ("target", {"target": 0.7}), ("base", {"base": "ab"})):
        with pytest.raises(InputError, match=f"^{name}: .*; give a year and a share, e.g. .2020, 0.59"):
            urbanisation_path(**{"base": (2020, 0.5), "target": (2035, 0.7)} | given)


def test_layers_bring_their_rows(hunan: Region) -> None:
    built, parks = frame([box(0, 0, 10_000)]), frame([box(0, 0, 1000)])
    layers = {
        "built": built,
        "built_before": frame([box(0, 0, 5000)]),
        "green": frame([box(0, 0, 5000), box(0, 0, 4000)]),
        "greenery": built,
        "parks": parks,
        "people": frame([box(100, 100, 2).centroid, box(9000, 9000, 2).centroid], population=[30.0, 10.0]),
        "boundary": frame([box(0, 0, 8000)]),
        "streets": frame([shapely.LineString([(5e5, 3e6), (5e5 + 10_000, 3e6 + 9_999)])]),
    }
    table = scorecard(hunan, years=(2025,), layers=layers).table
    assert table.at["newland.hunan", "value"] == pytest.approx(75.0, rel=1e-3)
    assert table.at["newland.hunan", "light"] == "met"
    assert table.at["green.space", "value"] == pytest.approx(25.0, rel=1e-3)
    assert table.at["green.space", "light"] == "away"  # below its base of 35.72
    assert table.at["green.cover", "value"] == pytest.approx(100.0)
    assert table.at["park.500", "value"] == pytest.approx(75.0)
    assert table.at["boundary", "value"] == pytest.approx(64.0, rel=1e-3)
    assert table.at["road.density", "value"] == pytest.approx(0.1414, rel=0.01)
