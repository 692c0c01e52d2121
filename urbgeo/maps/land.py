"""A development boundary on one offline page: zones, control lines, conflicts, growth, the audit's table."""

from __future__ import annotations

from html import escape

import folium
import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.arguments import check_object, check_titles
from urbgeo.land.audit import Audit, ControlLines, report_table
from urbgeo.land.boundary import Boundary
from urbgeo.land.growth import Growth
from urbgeo.maps.base import figure_of, new_map, plain_text
from urbgeo.maps.classes import Categories
from urbgeo.maps.layers import add_lines, add_polygons
from urbgeo.maps.styles import AreaStyle, LineStyle
from urbgeo.rasters.align import cells_to_polygons

ZONE_COLOURS = (
    ("concentrated", "#c44536", "集中建设区", "concentrated"),
    ("elastic", "#f4a261", "弹性发展区", "elastic"),
    ("special", "#2a9d8f", "特别用途区", "special use"),
)
STEP_COLOURS = ("#fde0c5", "#facba6", "#f8b58b", "#f59e72", "#f2855d", "#ef6a4c", "#eb4a40", "#b3202c")
"""Growth by step, the last steps darkest; more steps than colours share them."""

LAYERS = (
    ("farmland", "永久基本农田", "permanent basic farmland", "#e8d174"),
    ("redline", "生态保护红线", "ecological red line", "#7fb685"),
    ("hazards", "灾害高风险区", "hazard area", "#b39ddb"),
    ("reserves", "自然保护地", "nature reserve", "#4d908e"),
    ("built_up", "现状建成区", "built-up land", "#8d99ae"),
)
_MOST_HEIGHT = "36vh"


def land_map(
    boundary: Boundary,
    *,
    lines: ControlLines | None = None,
    audit: Audit | None = None,
    growth: Growth | None = None,
    along: gpd.GeoDataFrame | None = None,
    years: tuple[float, float] | None = None,
    title: str | tuple[str, str] = ("城镇开发边界", "Development boundary"),
) -> folium.Map:
    """A boundary with what it must respect and what it runs into, on a page that works unplugged.

    Parameters
    ----------
    boundary
        What :func:`urbgeo.land.boundary.delineate_boundary` drew.
    lines
        The layers audited: farmland, red lines, hazards, reserves, built-up land.
    audit
        Its conflicts become a layer, its checks a table on the page.
    growth
        A simulated run, coloured by step.
    along
        The lines that the outline follows.
    years
        Year at the start and at the end of the run; steps are then named by year.
    title
        Chinese and English.

    Returns
    -------
    folium.Map
        For :func:`urbgeo.maps.save_map`.

    Raises
    ------
    InputError
        For what is no boundary, audit or run.

    Examples
    --------
    >>> from affine import Affine
    >>> from urbgeo.land.boundary import delineate_boundary
    >>> from urbgeo.rasters.grid import Grid
    >>> place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    >>> town = np.zeros((12, 12), bool)
    >>> town[4:8, 4:8] = True
    >>> built, score = Grid(town, place, 4547), Grid(np.ones((12, 12)), place, 4547)
    >>> drawn = delineate_boundary(built, score, Grid(~(town | True), place, 4547), demand_km2=0.18)
    >>> type(land_map(drawn)).__name__
    'Map'
    """
    check_object(boundary, "boundary", Boundary, "delineate_boundary gives one")
    if audit is not None:
        check_object(audit, "audit", Audit, "audit_control_lines gives one")
    if growth is not None:
        check_object(growth, "growth", Growth, "simulate_growth gives one")
    around = boundary.polygons.to_crs(4326).total_bounds.tolist()
    fmap = new_map(*check_titles(title), bounds=around, sources=boundary.provenance.sources)
    if lines is not None:
        _control_lines(fmap, lines)
    if growth is not None:
        _steps(fmap, growth, years)
    _zones(fmap, boundary)
    if along is not None:
        add_lines(
            fmap,
            along,
            name_zh="参照线",
            name_en="lines followed",
            colour="#3d5a80",
            style=LineStyle(width_px=1.0),
        )
    _pieces(fmap, boundary)
    if audit is not None:
        _conflicts(fmap, audit)
        figure_of(fmap).html.add_child(plain_text(_table(audit)), name="urbgeo_audit")
    return fmap


def _control_lines(fmap: folium.Map, lines: ControlLines) -> None:
    held = lines.layers()
    for name, zh, en, colour in LAYERS:
        if name in held and len(held[name]):
            merged = gpd.GeoDataFrame(geometry=[held[name].geometry.union_all()], crs=held[name].crs)
            add_polygons(
                fmap,
                merged,
                name_zh=zh,
                name_en=en,
                colour=colour,
                style=AreaStyle(opacity=0.5, outline=colour, outline_px=0.4, shown=name != "built_up"),
            )


def _zones(fmap: folium.Map, boundary: Boundary) -> None:
    add_polygons(
        fmap,
        boundary.polygons,
        name_zh="分区",
        name_en="zones",
        colour=Categories("zone", ZONE_COLOURS),
        hover=(("zone", "分区", "zone"), ("area_km2", "面积", "area", "km²")),
        style=AreaStyle(opacity=0.45),
    )


def _pieces(fmap: folium.Map, boundary: Boundary) -> None:
    """The outline alone, over zones and lines."""
    hover = (
        ("why", "入选理由", "why"),
        ("built_km2", "现状", "built-up", "km²"),
        ("new_km2", "新增", "new", "km²"),
        ("area_km2", "面积", "area", "km²"),
    )
    add_polygons(
        fmap,
        boundary.table,
        name_zh="开发边界",
        name_en="boundary",
        colour="#7d1128",
        hover=hover,
        style=AreaStyle(opacity=0.0, outline="#7d1128", outline_px=2.5),
    )


def _steps(fmap: folium.Map, growth: Growth, years: tuple[float, float] | None) -> None:
    steps = growth.step.values
    last = max(int(steps.max()), 1)
    parts = []
    for step in range(1, last + 1):
        found = cells_to_polygons(steps == step, growth.step)
        if len(found):
            when = f"{step}" if years is None else f"{years[0] + (years[1] - years[0]) * step / last:.0f}"
            parts.append(found[["geometry"]].dissolve().assign(when=when))
    if not parts:
        return
    frame = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=growth.step.crs)
    pick = np.linspace(0, len(STEP_COLOURS) - 1, len(frame)).round().astype(int)
    items = [(when, STEP_COLOURS[k], when, when) for when, k in zip(frame["when"], pick, strict=True)]
    zh, en = ("按年增长", "growth by year") if years is not None else ("按步增长", "growth by step")
    add_polygons(
        fmap,
        frame,
        name_zh=zh,
        name_en=en,
        colour=Categories("when", items),
        style=AreaStyle(outline_px=0.0),
    )


def _conflicts(fmap: folium.Map, audit: Audit) -> None:
    real = audit.conflicts[audit.conflicts["kind"] == "conflict"]
    # An overlap may have stretches where edges only touch: these are lines, and no area.
    real = real.explode(ignore_index=True)
    real = real[real.geom_type == "Polygon"]
    if not len(real):
        return
    hover = (
        ("first_layer", "图层", "layer"),
        ("second_layer", "冲突图层", "runs into"),
        ("second_id", "编号", "id"),
        ("area_mu", "面积", "area", "亩"),
    )
    add_polygons(
        fmap,
        real,
        name_zh="冲突",
        name_en="conflicts",
        colour="#d00000",
        hover=hover,
        style=AreaStyle(outline="#6a040f"),
    )


def _table(audit: Audit) -> str:
    """The checks as a folded table over the lower left corner of the map."""
    table = report_table(audit)
    said = (table["结论"] != "") | (table["结果"] > 0)
    kept = table.loc[said, ["审查内容", "结果", "单位", "限值", "结论"]]
    rows = kept.to_html(index=False, escape=True, na_rep="", border=0)
    style = (
        "position:absolute;left:12px;bottom:64px;z-index:900;background:#fffffff0;padding:6px 10px;"
        f"max-height:{_MOST_HEIGHT};overflow:auto;font:12px sans-serif;border-radius:4px"
    )
    head = escape(f"审查表 · audit: {len(audit.summary)} 项不符合 · fail")
    return f'<details style="{style}"><summary>{head}</summary>{rows}</details>'
