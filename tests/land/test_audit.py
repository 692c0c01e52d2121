"""The audit finds what was planted, measures as shapely's overlay does, and names what it found."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from urbgeo.errors import InputError
from urbgeo.land import rules
from urbgeo.land.audit import Audit, ControlLines, audit_control_lines, report_table
from urbgeo.land.layers import repair_layer, subdivided
from urbgeo.land.overlaps import overlaps
from urbgeo.land.rules import FORBIDDEN
from urbgeo.standards import elastic_share, standard, standards_table

UTM = 32649
X, Y = 500_000, 3_000_000


def frame(*shapes: object, ids: list[str] | None = None, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), index=ids, crs=UTM)


def rect(left: float, low: float, width: float, height: float) -> Polygon:
    return box(X + left, Y + low, X + left + width, Y + low + height)


def value(audit: Audit, rule: str) -> float:
    return float(audit.table.loc[rule, "value"])


def passes(audit: Audit, rule: str) -> object:
    return audit.table.loc[rule, "passes"]


def test_planted_overlaps_are_found_with_area_and_ids() -> None:
    boundary = frame(rect(0, 0, 1000, 1000), ids=["B"])
    farmland = frame(
        rect(-100, 100, 300, 100), rect(999, 500, 500, 200), rect(2000, 0, 10, 10), ids=["f1", "f2", "f3"]
    )
    audit = audit_control_lines(ControlLines(boundary, farmland=farmland))
    found = audit.conflicts.set_index("second_id")
    assert found["kind"].to_dict() == {"f1": "conflict", "f2": "sliver"}
    assert found.loc["f1", "area_m2"] == pytest.approx(200 * 100)
    assert found.loc["f1", "area_mu"] == pytest.approx(30.0)
    assert found.loc["f2", "width_m"] == pytest.approx(2 * 200 / 402)
    assert value(audit, "boundary in farmland") == pytest.approx(0.02)
    assert passes(audit, "boundary in farmland") is False
    assert value(audit, "slivers of boundary in farmland") == 1


def test_a_clean_plan_passes() -> None:
    lines = ControlLines(
        frame(rect(0, 0, 100, 100), zone=["concentrated"]),
        farmland=frame(rect(100, 0, 100, 100)),
        redline=frame(rect(200, 0, 50, 100)),
        built_up=frame(rect(0, 0, 90, 100)),
    )
    audit = audit_control_lines(lines, people=200_000, new_land_cap_km2=standard("HUNAN_NEW_LAND_KM2"))
    assert audit.conflicts.empty
    assert audit.table["passes"].dropna().astype(bool).all()
    assert value(audit, "expansion multiple") == pytest.approx(100 / 90)
    assert value(audit, "new construction land") == pytest.approx(0.001)
    assert value(audit, "built-up land inside") == pytest.approx(1.0)


def random_layer(rng: np.random.Generator, count: int) -> gpd.GeoDataFrame:
    """Overlapping blobs, some with holes, some of two parts."""
    shapes = []
    for _ in range(count):
        middle = rng.uniform(0, 1000, 2) + np.array([X, Y])
        turns = np.sort(rng.uniform(0, 2 * np.pi, 12))
        far = rng.uniform(30, 250, 12)
        ring = Polygon(middle + np.c_[np.cos(turns), np.sin(turns)] * far[:, None]).buffer(0)
        if rng.random() < 0.4:
            ring = ring.difference(Point(*middle).buffer(20))
        if rng.random() < 0.3:
            ring = ring.union(Point(middle + rng.uniform(-400, 400, 2)).buffer(40))
        shapes.append(ring)
    return frame(*shapes)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12))
def test_areas_equal_shapely_overlay_on_random_polygons(seed: int, one: int, other: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = random_layer(rng, one), random_layer(rng, other)
    found = overlaps(left, right)
    plain = gpd.overlay(
        left.reset_index(names="i"), right.reset_index(names="j"), how="intersection", keep_geom_type=True
    )
    expected = plain.area.groupby([plain["i"], plain["j"]]).sum()
    expected = expected[expected > 1e-6]
    ours = found[found["area_m2"] > 1e-6].set_index(["one", "other"])["area_m2"]
    assert sorted(ours.index) == sorted(expected.index)
    np.testing.assert_allclose(ours.sort_index(), expected.sort_index(), rtol=1e-6)
    np.testing.assert_allclose(found["area_m2"], found.area, rtol=1e-6)
    lines = ControlLines(left, farmland=right)
    audit = audit_control_lines(lines, sliver_width_m=0, sliver_area_m2=0)
    union = shapely.area(shapely.intersection(left.union_all(), right.union_all()))
    assert value(audit, "boundary in farmland") * 1e6 == pytest.approx(union, rel=1e-6, abs=1e-3)


def test_cutting_a_large_polygon_up_keeps_its_land() -> None:
    turns = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    far = 5000 + 300 * np.sin(40 * turns)
    coast = Polygon(
        np.c_[X + far * np.cos(turns), Y + far * np.sin(turns)], [rect(-500, -500, 900, 900).exterior.coords]
    )
    pieces, owner = subdivided(np.array([coast, rect(0, 0, 1, 1)]))
    assert shapely.get_num_coordinates(pieces).max() <= 256
    assert shapely.area(pieces[owner == 0]).sum() == pytest.approx(coast.area, rel=1e-9)
    assert (owner == 1).sum() == 1
    parcels = frame(*[rect(500 * i - 6000, 500 * j - 6000, 500, 500) for i in range(24) for j in range(24)])
    found = overlaps(parcels, frame(coast))
    expected = shapely.area(shapely.intersection(parcels.geometry.to_numpy(), coast))
    np.testing.assert_allclose(
        found.set_index("one")["area_m2"].reindex(range(576), fill_value=0), expected, rtol=1e-6, atol=1e-6
    )


def test_overlaps_inside_a_layer_count_once_and_are_listed() -> None:
    boundary = frame(rect(0, 0, 1000, 1000))
    farmland = frame(rect(0, 0, 100, 100), rect(50, 0, 100, 100), ids=["a", "b"])
    audit = audit_control_lines(ControlLines(boundary, farmland=farmland))
    assert value(audit, "boundary in farmland") == pytest.approx(0.015)
    row = audit.faults.set_index("fault").loc["overlaps"]
    assert (row["id"], row["other"], row["area_m2"]) == ("a", "b", pytest.approx(5000))
    assert passes(audit, "overlaps within a layer") is False


def test_faulty_polygons_are_listed_and_repaired_in_a_copy() -> None:
    bow = Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
    farmland = frame(
        bow, rect(200, 0, 10, 10), rect(200, 0, 10, 10), Polygon(), ids=["bow", "one", "twin", "none"]
    )
    before = farmland.geometry.to_wkb()
    repaired, faults = repair_layer(farmland, name="farmland")
    assert faults.set_index("id")["fault"].to_dict() == {
        "bow": "invalid: Self-intersection[500050 3000050]", "twin": "duplicate", "none": "empty"
    }  # fmt: skip
    assert list(repaired.index) == ["bow", "one"]
    assert repaired.is_valid.all()
    assert repaired.area["bow"] == pytest.approx(5000)
    assert (farmland.geometry.to_wkb() == before).all()
    audit = audit_control_lines(ControlLines(frame(rect(0, 0, 300, 300)), farmland=farmland))
    assert value(audit, "invalid or empty polygons") == 2
    assert value(audit, "duplicate polygons") == 1
    assert value(audit, "boundary in farmland") == pytest.approx(5100 / 1e6)


def test_windows_are_told_from_gaps() -> None:
    shape = rect(0, 0, 1000, 1000).difference(rect(100, 100, 200, 200)).difference(rect(600, 600, 50, 50))
    audit = audit_control_lines(ControlLines(frame(shape), farmland=frame(rect(100, 100, 200, 180))))
    holes = audit.holes.set_index("kind")
    assert holes.loc["window", "farmland_share"] == pytest.approx(0.9)
    assert holes.loc["gap", "area_m2"] == pytest.approx(2500)
    assert value(audit, "boundary in farmland") == 0


def test_zones_multiples_and_caps_are_held_to_their_limits() -> None:
    lines = ControlLines(
        frame(rect(0, 0, 1000, 1000), rect(1000, 0, 120, 1000), zone=["concentrated", "elastic"]),
        built_up=frame(rect(0, 0, 800, 1000)),
        units=frame(
            rect(0, 0, 1000, 1000), rect(1000, 0, 1000, 1000), ids=["west", "east"], cap_km2=[0.25, 0.1]
        ),
    )
    small = audit_control_lines(lines, people=1e6)
    great = audit_control_lines(lines, people=5e6)
    assert passes(small, "elastic over concentrated area") is True
    assert passes(great, "elastic over concentrated area") is False
    assert value(small, "expansion multiple") == pytest.approx(1.4)
    assert passes(small, "expansion multiple") is False
    assert small.units["new_land_km2"].to_dict() == pytest.approx({"west": 0.2, "east": 0.12})
    assert small.units["passes"].to_dict() == {"west": True, "east": False}
    assert value(small, "units over their cap") == 1


def test_every_pair_of_layers_is_looked_at() -> None:
    names = ["boundary", "farmland", "redline", "built_up", "hazards", "reserves"]
    layers = {name: frame(rect(0, 0, 100 + 10 * i, 100), ids=[name[0]]) for i, name in enumerate(names)}
    audit = audit_control_lines(ControlLines(**layers))
    found = audit.conflicts.set_index(["first_layer", "second_layer"])
    pairs = {frozenset(pair) for pair in found.index}
    assert pairs == {frozenset(pair) for pair in combinations(names, 2)} - {
        frozenset(("boundary", "built_up"))
    }
    for (first, second), row in found.iterrows():
        assert row["area_m2"] == pytest.approx(
            100 * (100 + 10 * min(names.index(first), names.index(second)))
        )
        assert (row["first_id"], row["second_id"]) == (first[0], second[0])
    checks = audit.table
    forbidden = found.index[found["kind"] == "conflict"]
    assert len(forbidden) == len(FORBIDDEN) == 7
    for first, second in found.index:
        verdict = checks.loc[f"{first} in {second}", "passes"]
        assert verdict is False if (first, second) in forbidden else verdict is None


def test_a_sliver_is_narrow_or_small() -> None:
    boundary = frame(rect(0, 0, 1000, 1000))
    farmland = frame(
        rect(-10, 0, 11.9, 1000), rect(998, 0, 9, 1000), rect(400, -10, 7, 17), rect(500, -10, 8, 17),
        ids=["thin", "wide", "small", "large"],
    )  # fmt: skip
    found = audit_control_lines(ControlLines(boundary, farmland=farmland)).conflicts.set_index("second_id")
    assert found.loc["wide", "width_m"] == pytest.approx(2 * 2000 / 2004)
    assert found["kind"].to_dict() == {
        "thin": "sliver",
        "wide": "sliver",
        "small": "sliver",
        "large": "conflict",
    }
    lenient = audit_control_lines(ControlLines(boundary, farmland=farmland), sliver_width_m=1.95)
    assert lenient.conflicts.set_index("second_id").loc["wide", "kind"] == "conflict"


def test_a_hole_kept_by_farmland_and_ecological_land_together_is_a_window() -> None:
    shape = rect(0, 0, 1000, 1000).difference(rect(100, 100, 200, 200)).difference(rect(600, 600, 50, 50))
    lines = ControlLines(
        frame(shape), farmland=frame(rect(100, 100, 80, 200)), redline=frame(rect(150, 100, 80, 200))
    )
    audit = audit_control_lines(lines)
    window = audit.holes.set_index("kind").loc["window"]
    assert (window["farmland_share"], window["redline_share"]) == pytest.approx((0.4, 0.4))
    assert window["kept_share"] == pytest.approx(0.65), "what both keep counts once"
    assert value(audit, "windows in the boundary") == value(audit, "gaps in the boundary") == 1
    assert value(audit, "window area") == pytest.approx(0.04)
    assert value(audit, "gap area") == pytest.approx(0.0025)


def test_special_use_land_is_no_construction_land() -> None:
    zones = frame(rect(0, 0, 1000, 1000), rect(1000, 0, 500, 1000), zone=["concentrated", "special"])
    units = frame(rect(0, 0, 400, 1000), rect(400, 0, 300, 1000), ids=["a", "b"], cap_mu=[150.0, 449.0])
    lines = ControlLines(zones, built_up=frame(rect(0, 0, 300, 1000)), units=units)
    audit = audit_control_lines(lines, base_built_km2=1.5 / 1.3)
    assert value(audit, "new construction land") == pytest.approx(0.7)
    assert audit.units["new_land_km2"].to_dict() == pytest.approx({"a": 0.1, "b": 0.3})
    assert audit.units["cap_km2"].to_dict() == pytest.approx({"a": 0.1, "b": 0.449 / 1.5})
    assert audit.units["passes"].to_dict() == {"a": True, "b": False}
    assert value(audit, "new construction land outside every unit") == pytest.approx(0.3)
    assert value(audit, "expansion multiple") == pytest.approx(1.3)
    assert passes(audit, "expansion multiple") is True, "a plan at its limit keeps it"
    given = audit_control_lines(replace(lines, new_land=frame(rect(0, 0, 100, 1000))))
    assert value(given, "new construction land") == pytest.approx(0.1)


def test_a_cap_on_new_land_is_checked_or_refused_never_dropped() -> None:
    boundary = frame(rect(0, 0, 4000, 3000))
    cap = standard("HUNAN_NEW_LAND_KM2")
    found = audit_control_lines(ControlLines(boundary), base_built_km2=10, new_land_cap_km2=cap)
    assert found.table.loc["new construction land", ["value", "limit", "passes"]].tolist() == [
        2.0,
        604.0,
        True,
    ]
    tight = audit_control_lines(ControlLines(boundary), base_built_km2=10, new_land_cap_km2=1.9)
    assert tight.table.loc["new construction land", ["limit", "passes"]].tolist() == [1.9, False]
    with pytest.raises(InputError, match="new_land_cap_km2: nothing says what is new"):
        audit_control_lines(ControlLines(boundary), new_land_cap_km2=cap)


def test_a_bound_met_to_the_last_digit_holds() -> None:
    # 0.1 + 0.2 is more than 0.3 in binary numbers; a plan that takes its cap to the square metre passes.
    boundary = frame(rect(0, 0, 1000, 300))
    parts = frame(rect(0, 0, 1000, 100), rect(0, 100, 1000, 200)).set_axis(["a", "b"])
    for cap, passes in ((0.1 + 0.2, True), (0.3, True), (0.3 - 1e-8, False)):
        found = audit_control_lines(ControlLines(boundary, new_land=parts), new_land_cap_km2=cap)
        assert found.table.loc["new construction land", "passes"] == passes, cap
    value = 0.1 + 0.2
    assert rules._within(value, 0.3) and not rules._within(value, 0.3 - 1e-8)


def test_a_hole_half_covered_is_a_window_and_a_sliver_at_its_bound_is_none() -> None:
    ring = rect(0, 0, 1000, 1000).difference(rect(400, 400, 200, 200))
    for cover, kind in ((100.0, "window"), (99.0, "gap")):
        found = audit_control_lines(
            ControlLines(frame(ring), farmland=frame(rect(400, 400, cover, 200))), base_built_km2=1.0
        )
        assert found.holes["kind"].tolist() == [kind], cover
    # An overlap of 10 x 10 m: 100 m2, mean width 2 A / P = 5 m.
    lines = ControlLines(frame(rect(0, 0, 1000, 1000)), farmland=frame(rect(990, 990, 500, 500)))
    for how, kind in (
        ({"sliver_width_m": 5.0, "sliver_area_m2": 100.0}, "conflict"),
        ({"sliver_width_m": 5.01, "sliver_area_m2": 0.0}, "sliver"),
        ({"sliver_width_m": 0.0, "sliver_area_m2": 100.1}, "sliver"),
    ):
        assert audit_control_lines(lines, **how).conflicts["kind"].tolist() == [kind], how


@pytest.mark.parametrize(
    ("given", "how", "message"),
    [
        (None, {}, r"lines: ControlLines\(boundary, ...\) are needed, not NoneType"),
        (frame(rect(0, 0, 10, 10)), {}, "ControlLines"),
        (ControlLines(None), {}, "boundary: a GeoDataFrame is needed"),
        (ControlLines(frame(rect(0, 0, 10, 10))), {"base_built_km2": np.nan}, "base_built_km2"),
        (ControlLines(frame(rect(0, 0, 10, 10))), {"base_built_km2": -1.0}, "base_built_km2"),
        (ControlLines(frame(rect(0, 0, 10, 10))), {"sliver_width_m": "2"}, "sliver_width_m"),
        (ControlLines(frame(rect(0, 0, 10, 10))), {"redline_buffer_m": np.inf}, "redline_buffer_m"),
        (ControlLines(frame(rect(0, 0, 10, 10))), {"expansion_multiple": np.nan}, "expansion_multiple"),
        (
            ControlLines(frame(rect(0, 0, 10, 10)).assign(zone="concentrated")),
            {"people": -5.0},
            "people: -5.0; give a finite number",
        ),
    ],
)
def test_what_cannot_be_audited_is_refused(given: object, how: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        audit_control_lines(given, **how)


def test_the_report_table_has_verdicts_and_mu() -> None:
    lines = ControlLines(frame(rect(0, 0, 1000, 1000)), farmland=frame(rect(900, 0, 500, 1000)))
    audit = audit_control_lines(lines, base_built_km2=1.0, new_land_cap_km2=standard("HUNAN_NEW_LAND_KM2"))
    table = report_table(audit).set_index("审查内容")
    row = table.loc["城镇开发边界不占永久基本农田"]
    assert row[["结果", "单位", "折合亩", "限值", "结论"]].tolist() == [0.1, "km²", 150.0, 0.0, "不符合"]
    assert table.loc["扩展倍数", ["结果", "单位", "结论", "依据原文已核"]].tolist() == [
        1.0,
        "倍",
        "符合",
        "否",
    ]
    assert table.loc["城镇开发边界面积", "结论"] == ""
    assert np.isnan(table.loc["扩展倍数", "折合亩"])
    assert len(table) == len(audit.table)


@pytest.mark.parametrize(
    ("people", "share"), [(2_999_999, 0.15), (3e6, 0.10), (4_999_999, 0.10), (5e6, 0.05)]
)
def test_elastic_share_goes_by_city_size(people: float, share: float) -> None:
    assert elastic_share(people).value == share


def test_caps_are_the_published_ones() -> None:
    assert standard("NEW_LAND_KM2").value == pytest.approx(19_666.67, abs=5e-3)
    assert standard("HUNAN_NEW_LAND_KM2").value == 604.0


def test_a_judgement_is_never_shown_as_confirmed() -> None:
    table = standards_table()
    judged = table[table["source"].str.contains("judgement")]
    assert {"AMBULANCE_MIN", "SHELTER_WALK_MIN", "HOSPITAL_DRIVE_MIN"} <= set(judged.index)
    assert not judged["confirmed"].any() and table["confirmed"].any()


def test_land_near_ecological_land_is_listed_once() -> None:
    lines = ControlLines(
        frame(rect(0, 0, 100, 100)), redline=frame(rect(110, -500, 10, 1100), rect(115, -500, 10, 1100))
    )
    audit = audit_control_lines(lines, redline_buffer_m=50, sliver_width_m=3, sliver_area_m2=40)
    told = audit.provenance.parameters
    assert [told[one] for one in ("redline_buffer_m", "sliver_width_m", "sliver_area_m2")] == [50, 3, 40]
    assert value(audit, "boundary near redline") == pytest.approx(40 * 100 / 1e6)
    assert set(audit.conflicts["kind"]) == {"in buffer"}


def test_layers_in_other_crs_are_brought_over() -> None:
    boundary, farmland = frame(rect(0, 0, 1000, 1000)), frame(rect(500, 0, 1000, 1000))
    same = audit_control_lines(ControlLines(boundary, farmland=farmland))
    mixed = audit_control_lines(ControlLines(boundary, farmland=farmland.to_crs(4326)))
    degrees = audit_control_lines(ControlLines(boundary.to_crs(4326), farmland=farmland.to_crs(4326)))
    assert value(mixed, "boundary in farmland") == pytest.approx(
        value(same, "boundary in farmland"), rel=1e-6
    )
    assert value(degrees, "boundary in farmland") == pytest.approx(0.5, rel=2e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"boundary": frame()}, "no rows"),
        ({"boundary": gpd.GeoDataFrame(geometry=[rect(0, 0, 1, 1)])}, "boundary: it has no CRS"),
        (
            {"farmland": frame(rect(0, 0, 1, 1), rect(0, 0, 1, 1), ids=["a", "a"])},
            "farmland: repeated ids at a",
        ),
        ({"farmland": frame(Point(X, Y))}, "farmland: no polygons at 0"),
        ({"boundary": frame(rect(0, 0, 1, 1), zone=["core"])}, "none of concentrated"),
        ({"built_up": frame(rect(0, 0, 1, 1)), "units": frame(rect(0, 0, 9, 9), cap_km2=[-1.0])}, "cap_km2"),
        (
            {
                "built_up": frame(rect(0, 0, 1, 1)),
                "units": frame(rect(0, 0, 9, 9), cap_km2=[1.0], cap_mu=[1.0]),
            },
            "keep one of them",
        ),
    ],
)
def test_layers_that_cannot_be_audited_are_refused(change: dict[str, gpd.GeoDataFrame], message: str) -> None:
    layers = {"boundary": frame(rect(0, 0, 10, 10))} | change
    with pytest.raises(InputError, match=message):
        audit_control_lines(ControlLines(**layers))


def test_an_audit_says_how_many_rules_hold_and_saves_only_what_it_found() -> None:
    lines = ControlLines(frame(rect(0, 0, 1000, 1000)), farmland=frame(rect(900, 0, 500, 1000)))
    audit = audit_control_lines(lines, base_built_km2=1.0)
    verdicts = audit.table["passes"].tolist()
    failed = [name for name, verdict in zip(audit.table.index, verdicts, strict=True) if verdict is False]
    assert failed == ["boundary in farmland"] == audit.summary.index.tolist()
    assert repr(audit).splitlines()[0] == f"<Audit {verdicts.count(True)} rules hold, 1 fail, 1 overlaps>"
    assert list(audit.tables()) == ["table", "summary", "provenance", "conflicts"]
    assert audit.summary.columns.tolist() == ["rule_zh", "value", "unit", "limit", "source"]
    assert audit.summary["value"].tolist() == pytest.approx([0.1])


def test_zones_that_are_none_and_what_is_no_audit_are_refused_by_name() -> None:
    wrong = frame(rect(0, 0, 10, 10), rect(20, 0, 10, 10), ids=["a", "b"], zone=["elastic", "green"])
    with pytest.raises(InputError, match="boundary: zone at b is none of concentrated, elastic"):
        audit_control_lines(ControlLines(wrong))
    with pytest.raises(InputError, match="boundary: it has no rows"):
        audit_control_lines(ControlLines(wrong.iloc[:0]))
    with pytest.raises(InputError, match=r"audit: what audit_control_lines\(\) gives .* not DataFrame"):
        report_table(wrong.drop(columns="geometry"))
    audit = audit_control_lines(ControlLines(frame(rect(0, 0, 1234, 1000))), base_built_km2=1.0)
    with pytest.raises(InputError, match="digits"):
        report_table(audit, digits=-1)
    rounded = [report_table(audit, digits=digits).set_index("审查内容")["结果"] for digits in (0, 1, 3)]
    assert [one["城镇开发边界面积"] for one in rounded] == [1.0, 1.2, 1.234]
    assert report_table(audit).set_index("审查内容").loc["城镇开发边界面积", "结果"] == 1.234


def test_an_audit_tells_the_numbers_it_went_by() -> None:
    lines = ControlLines(frame(rect(0, 0, 100, 100)), built_up=frame(rect(0, 0, 100, 50)))
    told = audit_control_lines(lines, new_land_cap_km2=0.5, expansion_multiple=2.5).provenance.parameters
    assert told["base_built_km2"] == pytest.approx(0.005), "what stands, where no base year is given"
    assert (told["new_land_cap_km2"], told["expansion_multiple"]) == (0.5, 2.5)
    assert (told["sliver_width_m"], told["sliver_area_m2"], told["redline_buffer_m"]) == (2.0, 50.0, 0.0)
    assert told["features"] == {"boundary": 1, "built_up": 1} and told["people"] is None
    plain = audit_control_lines(ControlLines(lines.boundary)).provenance.parameters
    assert plain["base_built_km2"] is None and plain["new_land_cap_km2"] is None
    assert plain["expansion_multiple"] == standard("EXPANSION_MULTIPLE").value == 1.3
