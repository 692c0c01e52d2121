"""Rules of an audit on rectangles: limits closed, land counted once, caps in any unit of area."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS
from shapely.geometry import Polygon, box

from urbgeo.errors import InputError
from urbgeo.land.rules import (
    FORBIDDEN,
    NOTED,
    _within,
    extent_checks,
    geometry_checks,
    hole_checks,
    limit_of,
    new_land,
    new_land_checks,
    once_counted_m2,
    overlap_checks,
)
from urbgeo.standards import Standard

UTM = CRS.from_epsg(32649)
TIMES = Standard("TIMES", 1.3, "", "a document", 2019, confirmed=False)


def rect(left: float, low: float, width: float, height: float) -> Polygon:
    """Kilometres from a place in Hunan."""
    x, y = 5e5 + 1000 * left, 3e6 + 1000 * low
    return box(x, y, x + 1000 * width, y + 1000 * height)


def frame(*shapes: Polygon, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=UTM)


def conflicts(*rows: tuple[str, str, str, Polygon]) -> gpd.GeoDataFrame:
    first, second, kind, shapes = zip(*rows, strict=True)
    made = frame(*shapes, first_layer=list(first), second_layer=list(second), kind=list(kind))
    return made.assign(area_m2=made.area)


def by_rule(checks: list[Any]) -> dict[str, Any]:
    """Value, limit and verdict by rule; no rule twice."""
    found = {one[0]: (round(one[2], 9), one[4], one[5]) for one in checks}
    assert len(found) == len(checks)
    return found


def test_every_pair_of_layers_is_either_forbidden_or_noted() -> None:
    layers = ("boundary", "farmland", "redline", "built_up", "hazards", "reserves")
    said = {frozenset(one[:2]) for one in (*FORBIDDEN, *NOTED)}
    assert len(said) == len(FORBIDDEN) + len(NOTED), "no pair twice"
    rest = {frozenset(one) for one in combinations(layers, 2)} - said
    assert rest == {frozenset(("boundary", "built_up"))}, "built-up land lies in the boundary"


def test_a_limit_of_the_caller_says_so_and_one_of_a_document_stays() -> None:
    assert limit_of(None, "cap") is None and limit_of(TIMES, "cap") is TIMES
    own = limit_of(0.0, "cap")
    assert own is not None and (own.value, own.source) == (0.0, "given by the caller")
    for wrong in (-1.0, np.nan, "1"):
        with pytest.raises(InputError, match="cap"):
            limit_of(wrong, "cap")  # type: ignore[arg-type]


def test_the_last_digits_of_arithmetic_fail_no_plan() -> None:
    assert _within(0.1 + 0.2, 0.3) and _within(0.3, 0.3)
    assert not _within(0.3 + 1e-8, 0.3) and not _within(1e-12, 0.0)
    assert not _within(np.nan, 1.0)


def test_land_in_several_conflicts_is_counted_once() -> None:
    apart = conflicts(("a", "b", "conflict", rect(0, 0, 1, 1)), ("a", "b", "conflict", rect(1, 0, 1, 1)))
    assert once_counted_m2(apart) == pytest.approx(2e6)
    over = conflicts(("a", "b", "conflict", rect(0, 0, 1, 1)), ("a", "b", "conflict", rect(0.5, 0, 1, 1)))
    assert once_counted_m2(over) == pytest.approx(1.5e6)
    assert once_counted_m2(apart.iloc[:0]) == 0.0 and once_counted_m2(apart.iloc[:1]) == pytest.approx(1e6)


def test_only_real_conflicts_of_forbidden_pairs_fail_and_slivers_are_counted() -> None:
    layers = dict.fromkeys(("boundary", "farmland", "hazards"), frame(rect(0, 0, 9, 9)))
    found = conflicts(
        ("boundary", "farmland", "conflict", rect(0, 0, 1, 2)),
        ("boundary", "farmland", "sliver", rect(4, 0, 1, 1)),
        ("farmland", "hazards", "conflict", rect(0, 0, 3, 1)),
        ("boundary", "redline", "in buffer", rect(0, 0, 0.5, 1)),
    )
    rules = by_rule(overlap_checks(layers, found))
    assert rules["boundary in farmland"] == (2.0, 0.0, False)
    assert rules["slivers of boundary in farmland"][::2] == (1.0, None)
    assert rules["boundary in hazards"] == (0.0, 0.0, True)
    assert rules["farmland in hazards"][::2] == (3.0, None), "noted, held to nothing"
    assert rules["boundary near redline"][0] == 0.5
    assert not any("redline in" in name or "in redline" in name for name in rules), "there is no such layer"


def test_faults_of_polygons_are_counted_by_kind() -> None:
    faults = pd.DataFrame(
        {"fault": ["invalid: self-intersection", "empty", "duplicate", "overlaps", "overlaps"]}
    )
    assert [one[2] for one in geometry_checks(faults)] == [2.0, 1.0, 2.0]
    assert [one[5] for one in geometry_checks(faults.iloc[:0])] == [True] * 3


def test_windows_and_gaps_have_a_number_and_an_area_each() -> None:
    holes = frame(rect(0, 0, 1, 1), rect(2, 0, 2, 1), rect(5, 0, 1, 1), kind=["window", "gap", "gap"])
    found = by_rule(hole_checks(holes.assign(area_m2=holes.area)))
    names = "windows in the boundary", "window area", "gaps in the boundary", "gap area"
    assert [found[one][0] for one in names] == [1.0, 1.0, 2.0, 3.0]


def extent(
    people: float | None = None, base: float | None = None, **layers: gpd.GeoDataFrame
) -> dict[str, Any]:
    unions = {name: one.union_all() for name, one in layers.items()}
    return by_rule(extent_checks(layers, unions, people, base, TIMES))


def test_elastic_land_is_held_against_concentrated_by_the_size_of_the_city() -> None:
    zones = frame(rect(0, 0, 10, 1), rect(0, 1, 1.5, 1), zone=["concentrated", "elastic"])
    rule = "elastic over concentrated area"
    assert extent(2_999_999, boundary=zones)[rule] == (0.15, 0.15, True)
    assert extent(3e6, boundary=zones)[rule] == (0.15, 0.10, False)
    assert extent(boundary=zones)[rule][1:] == (pytest.approx(np.nan, nan_ok=True), None)
    assert extent(boundary=zones)["special area"][0] == 0.0
    assert rule not in extent(2e6, boundary=zones.iloc[1:]), "nothing concentrated: no share"


def test_the_multiple_is_of_the_base_years_land_and_built_land_lies_inside_or_not() -> None:
    found = extent(base=2.0, boundary=frame(rect(0, 0, 2.6, 1)), built_up=frame(rect(2, 0, 1, 1)))
    assert found["expansion multiple"] == (1.3, 1.3, True) and found["boundary"][0] == 2.6
    assert found["built-up land inside"][0] == 0.6
    assert extent(base=1.99, boundary=frame(rect(0, 0, 2.6, 1)))["expansion multiple"][2] is False
    assert "expansion multiple" not in extent(boundary=frame(rect(0, 0, 1, 1)))


def laid(units: gpd.GeoDataFrame | None = None, base: float | None = None, **layers: gpd.GeoDataFrame) -> Any:
    unions = {name: one.union_all() for name, one in layers.items()}
    given = layers if units is None else layers | {"units": units}
    return new_land(given, unions, UTM, base)


def test_new_land_is_what_the_boundary_takes_beyond_built_land_without_special_zones() -> None:
    boundary = frame(rect(0, 0, 3, 1), rect(3, 0, 1, 1), zone=["concentrated", "special"])
    built = frame(rect(0, 0, 1, 1), rect(3, 0, 1, 1))
    assert laid(boundary=boundary, built_up=built)[1] == pytest.approx(2.0)
    assert laid(boundary=boundary, base=1.0)[1] == pytest.approx(2.0)
    assert laid(boundary=boundary, base=5.0)[1] == 0.0, "less than before is no new land"
    assert np.isnan(laid(boundary=boundary)[1])
    drawn = frame(rect(0, 0, 0.5, 1))
    assert laid(boundary=boundary, built_up=built, new_land=drawn)[1] == pytest.approx(0.5), (
        "as it was handed in"
    )


@pytest.mark.parametrize(
    ("column", "caps"), [("cap_km2", [1.0, 0.5]), ("cap_ha", [100, "50"]), ("cap_mu", [1500, 750])]
)
def test_units_are_held_to_their_caps_in_the_unit_that_is_named(column: str, caps: list[object]) -> None:
    units = frame(rect(0, 0, 1, 1), rect(1, 0, 1, 1), **{column: caps}).set_axis(["west", "east"])
    table, total = laid(units, boundary=frame(rect(0, 0, 3, 1)), new_land=frame(rect(0, 0, 3, 1)))
    assert table["cap_km2"].tolist() == pytest.approx([1.0, 0.5])
    assert table["new_land_km2"].tolist() == pytest.approx([1.0, 1.0]) and table["passes"].tolist() == [
        True,
        False,
    ]
    checks = by_rule(new_land_checks(table, total, limit_of(3.0, "cap")))
    assert checks["new construction land"] == (3.0, 3.0, True)
    assert checks["new construction land outside every unit"][0] == pytest.approx(1.0)
    assert checks["units over their cap"] == (1.0, 0.0, False)


def test_caps_that_are_no_area_or_given_twice_are_refused_by_unit() -> None:
    shapes = rect(0, 0, 1, 1), rect(1, 0, 1, 1)
    drawn = {"boundary": frame(rect(0, 0, 3, 1)), "new_land": frame(rect(0, 0, 3, 1))}
    for cap in ("much", -1, np.inf, None):
        units = frame(*shapes, cap_ha=[1.0, cap]).set_axis(["west", "east"])
        with pytest.raises(InputError, match="cap_ha is no area at east"):
            laid(units, **drawn)
    with pytest.raises(InputError, match="cap_ha, cap_km2 all give caps"):
        laid(frame(*shapes, cap_ha=[1.0, 1.0], cap_km2=[1.0, 1.0]), **drawn)
    table, total = laid(frame(*shapes), **drawn)
    assert "passes" not in table and "units over their cap" not in by_rule(
        new_land_checks(table, total, None)
    )


def test_a_unit_without_new_land_has_just_none() -> None:
    units = frame(rect(0, 0, 1, 1), rect(5, 5, 1, 1), cap_km2=[0.5, 0.0]).set_axis(["west", "far"])
    table, _ = laid(units, boundary=frame(rect(0, 0, 3, 1)), new_land=frame(rect(0, 0, 1, 1)))
    assert table["new_land_km2"].tolist() == [pytest.approx(1.0), 0.0]
    assert table["passes"].tolist() == [False, True], "of no land a cap of none is kept"
