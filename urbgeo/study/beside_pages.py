"""The circle by commuting rate and the check on observed minutes, in the report, its page and the map."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import folium
import geopandas as gpd
import pandas as pd

from urbgeo.access.observed import CLOSE
from urbgeo.maps import Categories, Field, add_points, add_polygons
from urbgeo.maps.charts import Both
from urbgeo.maps.report_page import Grid, Section
from urbgeo.maps.styles import AreaStyle, PointStyle
from urbgeo.output import markdown_text
from urbgeo.results import bare
from urbgeo.study.absent import why_absent
from urbgeo.study.answers import Answers
from urbgeo.study.beside import hour_rows, ring_rows
from urbgeo.study.markdown import md_table, number

RING_COLOURS = ("#7f2704", "#d94801", "#fd8d3c", "#fdbe85", "#feedde")
RING_HEADS: list[Both] = [
    ("通勤率", "Rate"), ("单元", "Zones"), ("确定", "Certain"), ("可能", "Possible"),
    ("与时间圈一致", "Also by time"), ("仅通勤率", "By rate only"), ("仅时间", "By time only"),
]  # fmt: skip
HOUR_HEADS: list[Both] = [
    ("时段", "Hour"), ("出行", "Trips"), ("模型/实测 中位", "Model / observed, median"),
    (f"±{CLOSE:.0%} 以内", f"Within {CLOSE:.0%}"), ("10 分位", "10th percentile"),
    ("90 分位", "90th percentile"), ("模型不通", "Not reached by the model"),
]  # fmt: skip


def rings_section(answers: Answers) -> str:
    """Rings by commuting rate beside the circle by time, as Markdown."""
    table = [[_both(cell) for cell in row] for row in _ring_cells(answers)]
    said = "\n".join(_rings_said(answers))
    return said + "\n\n" + md_table([_both(head) for head in RING_HEADS], table)


def observed_section(answers: Answers) -> str:
    """The model beside a map service's minutes by hour, as Markdown."""
    table = [[_both(cell) for cell in row] for row in _hour_cells(answers)]
    said = "\n".join(_observed_said())
    return said + "\n\n" + md_table([_both(head) for head in HOUR_HEADS], table)


def rings_grid(answers: Answers) -> Grid:
    """Rings by commuting rate beside the circle by time, for the page."""
    caption = ("通勤率圈层与时间圈并列", "Rings by commuting rate beside the circle by time")
    return Grid(RING_HEADS, _ring_cells(answers), frozenset({0, 1, 2, 3, 4}), caption)


def observed_page(answers: Answers) -> Section:
    """The model beside a map service's minutes by hour, for the page."""
    grid = Grid(HOUR_HEADS, _hour_cells(answers), frozenset(range(1, 7)))
    zh, en = _observed_said()
    return Section(("与实测时间对照", "Beside observed minutes"), [(zh, en)], grids=[grid])


def add_rings(fmap: folium.Map, answers: Answers, ground: gpd.GeoDataFrame, simplify_m: float) -> None:
    """Zones by the ring of their commuting rate."""
    rings = answers.rings
    steps = [float(one) for one in rings.rings.index]
    layer = gpd.GeoDataFrame(ground[["name_zh", "name_en", "geometry"]].join(bare(rings.table)))
    layer = layer[layer["ring"] > 0]
    items = [
        (step, colour, f"≥ {step:.0%}", f"at least {step:.0%}")
        for step, colour in zip(steps, _colours(len(steps)), strict=True)
    ]
    shown = [
        Field("rate", "通勤率", "Commuting rate", digits=3),
        Field("rate_low", "下限（隐去的格）", "At least, by suppressed cells", digits=3),
        Field("rate_high", "上限（隐去的格）", "At most, by suppressed cells", digits=3),
        Field("employed", "就业居民（显示的）", "Employed residents shown"),
        Field("in_time", "在时间圈内", "In the circle by time"),
    ]
    polygons = layer.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    areas = partial(add_polygons, style=AreaStyle(opacity=0.6, shown=False, simplify_m=simplify_m))
    add = areas if polygons else partial(add_points, style=PointStyle(opacity=0.6, shown=False))
    add(
        fmap,
        layer,
        name_zh="通勤率圈层",
        name_en="Rings by commuting rate",
        colour=Categories("ring", items),
        hover=[
            Field("name_zh", "名称", "Name (zh)"),
            Field("name_en", "英文名", "Name (en)"),
            *(one for one in shown if one.column in layer),
        ],
    )


def _colours(count: int) -> list[str]:
    return [RING_COLOURS[min(place, len(RING_COLOURS) - 1)] for place in range(count)]


def _rings_said(answers: Answers) -> tuple[str, str]:
    about = answers.rings.provenance
    hidden = about.shares["pairs suppressed"]
    least = about.parameters["least_count"]
    zh = "按给定的通勤表，由外向核心通勤的就业居民占比画出；圈层比例为惯例，没有国家标准。"
    en = (
        "Share of employed residents who work in the core, by the table given; the rates are a convention, "
        "no standard sets them."
    )
    if hidden > 0:
        zh += f"{hidden:.1%} 的单元对被隐去（小于 {least} 人），“确定”与“可能”为其上下限。"
        en += (
            f" {hidden:.1%} of the pairs are suppressed (below {least}); certain and possible are what they "
            "allow."
        )
    return zh, en


def modelled_said(answers: Answers) -> Both:
    """What of the minutes on a page is modelled: all, but for the check where there is one."""
    if why_absent(answers.observed):
        return "时间均为模型计算值，不是观测值", "all minutes are modelled, none is observed"
    return (
        "时间均为模型计算值，只有与之对照的地图服务时间除外",
        "all minutes are modelled but those of a map service that they are held against",
    )


def _observed_said() -> tuple[str, str]:
    return (
        "只作对照，没有据此校准；一组车速不能同时符合各个时段。",
        "A check, nothing is fitted; one set of speeds cannot be right at every hour.",
    )


def _ring_cells(answers: Answers) -> list[list[str | Both]]:
    return [
        [
            f"{row['rate']:.0%}", f"{row['zones']:.0f}", f"{row['certain']:.0f}", f"{row['possible']:.0f}",
            "–" if row["both"] is None else f"{len(row['both'])}",
            *(_named(answers, row[one]) for one in ("only_rate", "only_time")),
        ]
        for row in ring_rows(answers.rings)
    ]  # fmt: skip


def _hour_cells(answers: Answers) -> list[list[str | Both]]:
    return [
        [
            (zh, en), f"{row['trips']:.0f}", number(row["median_ratio"], 2),
            "–" if pd.isna(row["within"]) else f"{row['within']:.0%}", number(row["p10"], 2),
            number(row["p90"], 2), f"{row['unreached']:.0f}",
        ]
        for zh, en, row in hour_rows(answers.observed)
    ]  # fmt: skip


def _named(answers: Answers, ids: Iterable[object] | None) -> str | Both:
    """Names of zones, which need be no places."""
    table = answers.rings.table
    held = table.loc[list(ids or ())]
    return "、".join(map(str, held["name_zh"])) or "–", ", ".join(map(str, held["name_en"])) or "–"


def _both(cell: str | Both) -> str:
    """A cell for Markdown: Chinese beside English, once where they are the same."""
    zh, en = (cell, cell) if isinstance(cell, str) else cell
    return markdown_text(zh if zh == en else f"{zh} {en}")
