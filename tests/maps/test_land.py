"""The page of a boundary: every layer it must respect, its conflicts and the audit's table, offline."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from shapely.geometry import LineString, box

from tests.maps.shown import named_layers
from urbgeo.errors import InputError
from urbgeo.land.audit import ControlLines, audit_control_lines
from urbgeo.land.boundary import delineate_boundary
from urbgeo.land.growth import Growth, simulate_growth
from urbgeo.land.learning import DISTANCE, NEIGHBOURS, GrowthRules
from urbgeo.maps.base import save_map
from urbgeo.maps.land import STEP_COLOURS, ZONE_COLOURS, land_map
from urbgeo.rasters.grid import Grid

CRS = 4547


def grid(values: object) -> Grid:
    return Grid(np.asarray(values), Affine(100, 0, 500_000, 0, -100, 3_000_000), CRS)


def frame(*shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def grown(built: np.ndarray) -> Growth:
    weights = pd.Series({"intercept": 0.0, "x": 0.0, DISTANCE: -1.0, NEIGHBOURS: 1.0})
    ones = pd.Series(1.0, ["x", DISTANCE, NEIGHBOURS])
    flat = {"x": grid(np.ones(built.shape))}
    return simulate_growth(grid(built), flat, GrowthRules(weights, ones * 0, ones), new_cells=12, steps=3)


def test_a_page_has_zones_lines_conflicts_growth_and_the_audit(tmp_path: Path) -> None:
    built = np.zeros((20, 20), bool)
    built[6:12, 6:12] = True
    none = grid(np.zeros(built.shape, bool))
    drawn = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, demand_km2=0.42)
    field = frame(box(500_500, 2_998_700, 500_700, 2_999_500), box(500_900, 2_999_390, 501_600, 2_999_600))
    lines = ControlLines(
        drawn.polygons, farmland=field, redline=frame(box(501_500, 2_998_000, 502_000, 2_999_000))
    )
    audit = audit_control_lines(lines, base_built_km2=0.36)
    assert (audit.conflicts["kind"] == "conflict").any()
    road = frame(LineString([(500_000, 2_999_000), (502_000, 2_999_000)]))
    page = land_map(drawn, lines=lines, audit=audit, growth=grown(built), along=road, years=(2020, 2035))
    text = save_map(page, tmp_path / "land.html").read_text(encoding="utf-8")
    for said in (
        "集中建设区",
        "永久基本农田",
        "生态保护红线",
        "冲突",
        "按年增长",
        "参照线",
        "审查表",
        "2025",
        "2035",
    ):
        assert said in text, said
    assert "城镇开发边界不占永久基本农田" in text and "不符合" in text
    assert "https://" not in text and "built-up land and growth around it" in text
    bare = save_map(land_map(drawn), tmp_path / "bare.html").read_text(encoding="utf-8")
    assert "审查表" not in bare and "按年增长" not in bare


@pytest.mark.parametrize("wrong", ["boundary", "audit", "growth"])
def test_what_is_no_boundary_audit_or_run_is_refused(wrong: str) -> None:
    built = np.zeros((12, 12), bool)
    built[4:8, 4:8] = True
    none = grid(np.zeros(built.shape, bool))
    drawn = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, demand_km2=0.18)
    given = {"boundary": drawn, wrong: frame(box(0, 0, 1, 1))}
    with pytest.raises(InputError, match=f"{wrong}: a .* is needed, not GeoDataFrame"):
        land_map(given.pop("boundary"), **given)


def town() -> tuple[np.ndarray, Grid]:
    built = np.zeros((20, 20), bool)
    built[6:12, 6:12] = True
    return built, grid(np.zeros(built.shape, bool))


def test_growth_is_a_layer_of_its_steps_by_number_or_by_year_the_last_darkest() -> None:
    built, none = town()
    drawn = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, demand_km2=0.42)
    run = grown(built)
    for years, when, name in (
        (None, ["1", "2", "3"], "growth by step"),
        ((2020, 2035), ["2025", "2030", "2035"], "growth by year"),
    ):
        layer = named_layers(land_map(drawn, growth=run, years=years))[name]
        said = re.findall(r"<span>(\d+)</span><em>1</em>|<span>(\d+)</span></span><em>1</em>", layer["name"])
        assert [one or two for one, two in said] == when
        assert layer["colours"][:3] == [STEP_COLOURS[0], STEP_COLOURS[4], STEP_COLOURS[7]]
        assert [one["properties"]["c"] for one in layer["features"]] == [0, 1, 2] and layer["style"][
            "weight"
        ] == 0.0
    still = simulate_growth(grid(built), {"x": grid(np.ones(built.shape))}, run_rules(), new_cells=0, steps=2)
    assert "growth by step" not in named_layers(land_map(drawn, growth=still))


def run_rules() -> GrowthRules:
    weights = pd.Series({"intercept": 0.0, "x": 0.0, DISTANCE: -1.0, NEIGHBOURS: 1.0})
    ones = pd.Series(1.0, ["x", DISTANCE, NEIGHBOURS])
    return GrowthRules(weights, ones * 0, ones)


def test_zones_lie_below_the_outline_and_control_lines_below_both() -> None:
    built, none = town()
    drawn = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, demand_km2=0.42)
    twice = frame(box(500_500, 2_998_700, 500_700, 2_999_500), box(500_600, 2_998_700, 500_800, 2_999_500))
    lines = ControlLines(
        drawn.polygons, farmland=twice, built_up=frame(box(500_600, 2_998_800, 501_200, 2_999_400))
    )
    road = frame(LineString([(500_000, 2_999_000), (502_000, 2_999_000)]))
    found = named_layers(land_map(drawn, lines=lines, along=road))
    assert list(found) == [
        "permanent basic farmland", "built-up land", "zones", "lines followed", "boundary"
    ]  # fmt: skip
    assert [one["shown"] for one in found.values()] == [True, False, True, True, True]
    farm = found["permanent basic farmland"]
    assert len(farm["features"]) == 1 and farm["style"] == {
        "weight": 0.4, "color": "#e8d174", "fillOpacity": 0.5, "opacity": 1
    }  # fmt: skip
    outline = found["boundary"]["style"]
    assert (outline["fillOpacity"], outline["weight"], outline["color"]) == (0.0, 2.5, "#7d1128")
    assert (
        found["zones"]["style"]["fillOpacity"] == 0.45 and found["lines followed"]["style"]["weight"] == 1.0
    )
    zones = drawn.polygons["zone"].map({one[0]: at for at, one in enumerate(ZONE_COLOURS)}).tolist()
    assert [one["properties"]["c"] for one in found["zones"]["features"]] == zones


def test_conflicts_are_areas_only_and_touching_edges_are_none() -> None:
    built, none = town()
    drawn = delineate_boundary(grid(built), grid(np.ones(built.shape)), none, demand_km2=0.42)
    _, south, east, north = drawn.polygons.total_bounds
    beside = frame(box(east, south, east + 300, north))
    audit = audit_control_lines(ControlLines(drawn.polygons, farmland=beside), base_built_km2=0.36)
    assert "conflicts" not in named_layers(land_map(drawn, audit=audit))
    over = frame(box(east - 100, south, east + 300, north))
    lines = ControlLines(drawn.polygons, farmland=over)
    audit = audit_control_lines(lines, base_built_km2=0.36)
    layer = named_layers(land_map(drawn, audit=audit))["conflicts"]
    assert {one["geometry"]["type"] for one in layer["features"]} == {"Polygon"}
    assert layer["colours"] == ["#d00000"] and layer["style"]["color"] == "#6a040f"
    assert [en for _, en in layer["fields"]] == ["layer", "runs into", "id", "area"]
    text = land_map(drawn, audit=audit).get_root().render()
    assert f"audit: {len(audit.summary)} 项不符合" in text and "max-height:36vh" in text
