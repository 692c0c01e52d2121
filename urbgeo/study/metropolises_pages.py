"""The circles of several metropolises in the report, its page and the map."""

from __future__ import annotations

import folium
import geopandas as gpd

from urbgeo.cities.metropolises import MetropolitanCircles
from urbgeo.maps import Categories, Field, add_points, add_polygons
from urbgeo.maps.charts import Both
from urbgeo.maps.report_page import Grid
from urbgeo.maps.styles import AreaStyle, PointStyle
from urbgeo.output import markdown_text
from urbgeo.results import bare
from urbgeo.study.markdown import md_table, number

COLOURS = ("#1b6b5f", "#b35806", "#54278f", "#2166ac", "#8c510a", "#c51b7d", "#4d9221", "#737373")

HEADS: list[Both] = [("都市", "Metropolis"), ("县级单元", "Counties"), ("万人", "People, 10 000")]


def _cells(found: MetropolitanCircles) -> list[list[str]]:
    rows = []
    for name, row in found.circles.iterrows():
        people = number(row["people"] / 1e4, 1) if "people" in row else ""
        rows.append([str(name), f"{row['zones']:.0f}", people])
    return rows


def metropolises_section(found: MetropolitanCircles) -> str:
    """Counties and people of every circle, as Markdown, under a head of its own: most regions name one."""
    said = (
        "各都市圈一并划定，每个县级单元只归一个（多个都可达时归时间最近者）。"
        "Drawn together: a county that several reach goes to the nearest in time."
    )
    return (
        "### 各都市 All metropolises\n\n"
        + said
        + "\n\n"
        + md_table(
            [f"{zh} {en}" for zh, en in HEADS], [[markdown_text(row[0]), *row[1:]] for row in _cells(found)]
        )
    )


def metropolises_grid(found: MetropolitanCircles) -> Grid:
    """The same for the page."""
    rows: list[list[str | Both]] = [list(row) for row in _cells(found)]
    caption = ("各都市一小时圈（一并划定）", "One-hour circles of all metropolises, drawn together")
    return Grid(HEADS, rows, frozenset({1, 2}), caption)


def add_metropolises(
    fmap: folium.Map, found: MetropolitanCircles, ground: gpd.GeoDataFrame, simplify_m: float
) -> None:
    """Counties by the metropolis that they belong to."""
    table = bare(found.table)
    layer = gpd.GeoDataFrame(ground[["name_zh", "name_en", "geometry"]].join(table, how="inner"))
    layer = layer[layer["member"]]
    items = [
        (name, COLOURS[place % len(COLOURS)], str(name), str(name))
        for place, name in enumerate(found.circles.index)
    ]
    shown = [
        Field("name_zh", "名称", "Name (zh)"),
        Field("name_en", "英文名", "Name (en)"),
        Field("metropolis", "所属都市", "Metropolis"),
        Field("minutes", "驻地到核心", "Seat to core", "min"),
        Field("contested", "几个都市一小时内可达", "Metropolises within an hour"),
    ]
    names = {"name_zh": "各都市一小时圈", "name_en": "Circles of all metropolises"}
    colour = Categories("metropolis", items)
    if layer.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        look = AreaStyle(opacity=0.6, shown=False, simplify_m=simplify_m)
        add_polygons(fmap, layer, colour=colour, hover=shown, style=look, **names)
    else:
        add_points(fmap, layer, colour=colour, hover=shown, style=PointStyle(shown=False), **names)
