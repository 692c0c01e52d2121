"""The page of a boundary: every layer it must respect, its conflicts and the audit's table, offline."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from affine import Affine
from shapely.geometry import LineString, box

from urbgeo.errors import InputError
from urbgeo.land.audit import ControlLines, audit_control_lines
from urbgeo.land.boundary import delineate_boundary
from urbgeo.land.growth import Growth, simulate_growth
from urbgeo.land.learning import DISTANCE, NEIGHBOURS, GrowthRules
from urbgeo.maps.base import save_map
from urbgeo.maps.land import land_map
from urbgeo.rasters.grid import Grid

CRS = 4547


def grid(values: object) -> Grid:
    return Grid(np.asarray(values), Affine(100, 0, 500_000, 0, -100, 3_000_000), CRS)


def frame(*shapes: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def grown(built: np.ndarray) -> Growth:
    import pandas as pd

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
