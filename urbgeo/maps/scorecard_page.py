"""The scorecard as one page: offline, Chinese and English, for the screen and for A4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.crs import metric_crs
from urbgeo.files import write_text
from urbgeo.indicators.lights import LIGHTS
from urbgeo.indicators.words import value_in_words
from urbgeo.language import in_both
from urbgeo.maps.base import packaged
from urbgeo.maps.classes import NO_DATA_COLOUR, Classes
from urbgeo.maps.drawing import SHARE_BREAKS

if TYPE_CHECKING:
    from urbgeo.indicators.scorecard import Scorecard

CHAPTERS = {
    "access": ("时间圈与覆盖", "Circles and coverage"),
    "services": ("公共服务", "Services"),
    "commuting": ("通勤", "Commuting"),
    "sizes": ("城镇规模结构", "City sizes"),
    "urbanisation": ("城镇化水平", "Urbanisation"),
    "land": ("用地与三线", "Land and control lines"),
    "networks": ("网络", "Networks"),
    "green": ("绿地", "Green"),
    "safety": ("安全", "Safety"),
    "regional": ("区域结构", "Regional structure"),
    "other": ("评估", "Assessment"),
}
BASES = {
    "modelled": ("模型", "modelled"),
    "observed": ("统计", "observed"),
    "given": ("给定", "given"),
    "plan": ("规划", "plan"),
    "": ("", ""),
}
SIGNS = {">=": "≥", "<=": "≤", "=": "=", "up": "↑", "down": "↓", "none": ""}
MAP_BREAKS = tuple(100 * one for one in SHARE_BREAKS)
MAPS_MOST = 18
_WIDE, _HIGH, _EDGE = 132.0, 34.0, 4.0


def write_page(card: Scorecard, path: Path | str) -> Path:
    """Write a scorecard as one HTML file that asks nothing of any network.

    Returns
    -------
    pathlib.Path
        The path.
    """
    return write_text(path, page_text(card))


def page_text(card: Scorecard) -> str:
    """The page."""
    zh, en = card.region.title_zh, card.region.title_en
    parts = [
        _header(card, zh, en),
        _tally(card),
        *(_chapter(card, name) for name in CHAPTERS if (card.measured["chapter"] == name).any()),
        _maps(card),
        _waiting(card),
        _footer(card),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(zh)} {escape(en)}</title><style>{packaged('scorecard.css')}</style></head>"
        f'<body data-lang="zh">{"".join(parts)}<script>{SWITCH}</script></body></html>'
    )


def chapters_html(card: Scorecard) -> str:
    """Tally, chapters and what waits for a layer, to stand inside another page (headings one level down)."""
    chapters = [_chapter(card, name) for name in CHAPTERS if (card.measured["chapter"] == name).any()]
    inside = "".join([_tally(card), *chapters, _maps(card), _waiting(card)])
    return inside.replace("<h2>", "<h3>").replace("</h2>", "</h3>")  # names are escaped: no heading of theirs


SWITCH = """document.querySelectorAll('.switch button').forEach(function (one) {
  one.addEventListener('click', function () {
    document.body.dataset.lang = one.dataset.to;
    document.documentElement.lang = one.dataset.to;
    document.querySelectorAll('.switch button').forEach(function (other) {
      other.classList.toggle('on', other === one);
    });
  });
});"""


def _both(zh: str, en: str) -> str:
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


def _header(card: Scorecard, zh: str, en: str) -> str:
    years = card.provenance.parameters.get("years", ())
    said = "、".join(map(str, years)), ", ".join(map(str, years))
    return (
        f"<header><div><h1>{_both(f'{zh}规划指标评估', f'{en}: scorecard')}</h1>"
        f'<div class="sub">{_both(f"评估年份 {said[0]}", f"Years {said[1]}")}</div></div>'
        '<div class="switch"><button class="on" data-to="zh">中文</button>'
        '<button data-to="en">English</button></div></header>'
    )


def _tally(card: Scorecard) -> str:
    cells = [
        f"<div>{_dot(str(light))}<b>{int(row['rows'])}</b>{_both(row['zh'], row['en'])}</div>"
        for light, row in card.summary.iterrows()
        if row["rows"]
    ]
    note = _both(
        "斜线：依据中估算占比超过一半；半色：速度区间跨越目标值。",
        "Hatched: more than half of what it rests on is estimated. Half and half: the band of speeds lies on "
        "both sides of the target.",
    )
    return f'<div class="tally">{"".join(cells)}</div><div class="sub">{note}</div>'


def _dot(light: str, *, marked: bool = False) -> str:
    names = f"dot {'open' if light == 'open' else 'grey' if light == 'grey' else ''}"
    names += " marked" if marked else ""
    return f'<i class="{names}" style="background-color:{LIGHTS[light][2]}"></i>'


def _chapter(card: Scorecard, name: str) -> str:
    rows = card.measured[card.measured["chapter"] == name]
    heads = [
        ("10%", "", "状态", "Status"), ("23%", "", "指标", "Indicator"), ("13%", "n", "现值", "Value"),
        ("13%", "n", "目标", "Target"), ("12%", "", "历年", "Series"),
        ("29%", "", "差距与依据", "Gap and basis"),
    ]  # fmt: skip
    head = "".join(
        f'<th style="width:{width}" class="{kind}">{_both(zh, en)}</th>' for width, kind, zh, en in heads
    )
    body = "".join(_row(card, str(one), row) for one, row in rows.iterrows())
    return (
        f'<section><h2>{_both(*CHAPTERS[name])}</h2><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _row(card: Scorecard, name: str, row: pd.Series) -> str:
    light = str(row["light"])
    zh, en = value_in_words(row["value"], row["unit"])
    cells = [
        f'<td class="light">{_dot(light, marked=bool(row["marked"]))}'
        f'<span class="word">{_both(*LIGHTS[light][:2])}</span></td>',
        f"<td><b>{_both(row['name_zh'], row['name_en'])}</b></td>",
        f'<td class="n"><small>{row["year"]}</small> <b>{_both(zh, en)}</b>{_band(row)}</td>',
        f'<td class="n">{_target(row)}</td>',
        f"<td>{_spark(card.series.loc[name], row)}</td>",
        f"<td>{_gap(row)}<small>{_basis(row)}</small></td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _band(row: pd.Series) -> str:
    if not (math.isfinite(row["low"]) and math.isfinite(row["high"])) or row["low"] == row["high"]:
        return ""
    low, high = (value_in_words(row[one], row["unit"]) for one in ("low", "high"))
    short = [one.split(" ")[0].rstrip("%") for one in low]
    return f"<br><small>{_both(f'{short[0]}–{high[0]}', f'{short[1]}–{high[1]}')}</small>"


def _target(row: pd.Series) -> str:
    sign = SIGNS[row["direction"]]
    year = "" if pd.isna(row["target_year"]) else f"<small>{row['target_year']:.0f}</small> "
    if pd.isna(row["target"]):
        return f"{year}{sign}" if sign in ("↑", "↓") else "–"
    zh, en = value_in_words(row["target"], row["unit"])
    return f"{year}{_both(f'{sign} {zh}', f'{sign} {en}')}"


def _gap(row: pd.Series) -> str:
    zh, en = str(row["gap_in_words"]), str(row["gap_in_words_en"])
    if not zh:
        return ""
    lead = ("", "") if pd.notna(row["gap"]) else ("关注：", "Note: ")
    return f"{_both(lead[0] + zh, lead[1] + en)}<br>"


def _basis(row: pd.Series) -> str:
    zh, en = BASES[str(row["basis"])]
    if row["estimated_share"] > 0:
        zh += f"，估算占 {row['estimated_share']:.0%}"
        en += f", {row['estimated_share']:.0%} estimated"
    source = _both(*(f"{row[f'document_{one}']} {row['clause']}" for one in ("zh", "en")))
    return f"{_both(zh, en)}{' · ' if zh else ''}{source}"


def _spark(series: pd.Series, row: pd.Series) -> str:
    """The series as a line with the target as a dashed one; a single year is a point."""
    present = series.dropna()
    if present.empty:
        return ""
    years, values = present.index.to_numpy(float), present.to_numpy(float)
    has_aim = math.isfinite(row["target"]) and math.isfinite(row["target_year"])
    span_x = [*years, row["target_year"]] if has_aim else list(years)
    span_y = [*values, row["target"]] if has_aim else list(values)
    x = _scaled(span_x, _EDGE, _WIDE - _EDGE)
    y = _scaled(span_y, _HIGH - _EDGE, _EDGE)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[: len(years)], y[: len(years)], strict=True))
    marks = "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.2" fill="#2b3138"/>'
        for a, b in zip(x[: len(years)], y[: len(years)], strict=True)
    )
    aim = ""
    if has_aim:
        aim = (
            f'<line x1="{_EDGE}" x2="{_WIDE - _EDGE}" y1="{y[-1]:.1f}" y2="{y[-1]:.1f}" stroke="#c8452d" '
            f'stroke-dasharray="3 3"/><circle cx="{x[-1]:.1f}" cy="{y[-1]:.1f}" r="3" fill="#fff" '
            'stroke="#c8452d" stroke-width="1.3"/>'
        )
    title = ", ".join(f"{int(year)}: {value:,.4g}" for year, value in present.items())
    return (
        f'<svg class="spark" viewBox="0 0 {_WIDE:g} {_HIGH:g}"><title>{escape(title)}</title>{aim}'
        f'<polyline points="{points}" fill="none" stroke="#2b3138" stroke-width="1.4"/>{marks}</svg>'
    )


def _scaled(values: Iterable[float], start: float, end: float) -> np.ndarray:
    held = np.asarray(list(values), float)
    low, high = held.min(), held.max()
    if high == low:
        return np.full(len(held), (start + end) / 2)
    return start + (held - low) / (high - low) * (end - start)


def _maps(card: Scorecard) -> str:
    """Small maps of the prefectures, one for each share that is known by prefecture, on one scale."""
    zones = card.region.zones
    shares = card.table.index[(card.table["unit"] == "%")]
    shown = [one for one in card.units.index if one in shares and card.units.loc[one].notna().sum() > 1]
    shown = [one for one in shown if not one.startswith("urbanisation.") or one == "urbanisation.2025"]
    if zones is None or "prefecture" not in zones or not shown:
        return ""
    outlines, box = _outlines(zones)
    scale = Classes("share", MAP_BREAKS, ramp="YlGnBu", unit="%")
    figures = "".join(_map(card, one, outlines, box, scale) for one in shown[:MAPS_MOST])
    key = "".join(
        f'<span><i style="background:{colour}"></i>{escape(label)}</span>'
        for colour, label in zip(
            (*scale.colours, NO_DATA_COLOUR), (*scale.labels, "– 无数据 no data"), strict=True
        )
    )
    head = _both("分市州", "By prefecture")
    return f'<section><h2>{head}</h2><div class="key">{key}</div><div class="maps">{figures}</div></section>'


def _outlines(zones: gpd.GeoDataFrame) -> tuple[dict[str, str], str]:
    """Paths of the prefectures in kilometres, north up, and the box around them."""
    flat = zones[["prefecture", zones.geometry.name]].to_crs(metric_crs(zones))
    shapes = shapely.coverage_simplify(flat.geometry.to_numpy(), 1500.0)
    whole = gpd.GeoDataFrame(flat[["prefecture"]], geometry=shapes, crs=flat.crs).dissolve("prefecture")
    west, south, east, north = whole.total_bounds / 1000.0
    paths = {str(one): _path(shape, west, north) for one, shape in whole.geometry.items()}
    return paths, f"0 0 {east - west:.0f} {north - south:.0f}"


def _path(shape: shapely.Geometry, west: float, north: float) -> str:
    rings = []
    for part in shapely.get_parts(shape):
        xy = shapely.get_coordinates(part.exterior) / 1000.0
        rings.append("M" + "L".join(f"{x - west:.1f} {north - y:.1f}" for x, y in xy) + "Z")
    return "".join(rings)


def _map(card: Scorecard, name: str, outlines: dict[str, str], box: str, scale: Classes) -> str:
    values = card.units.loc[name]
    seats = card.region.prefectures

    def called(one: object, column: str) -> str:
        # counties that the province governs itself have no prefecture with a seat
        return str(seats.at[one, column]) if one in seats.index else str(one)

    drawn = []
    for one, path in outlines.items():
        value = float(values.get(one, math.nan))
        at = int(np.searchsorted(MAP_BREAKS, value, side="left")) if math.isfinite(value) else -1
        colour = scale.colours[at] if at >= 0 else NO_DATA_COLOUR
        label = called(one, "name_zh")
        said = f"{label} {value:.0f} %" if at >= 0 else f"{label} –"
        drawn.append(f'<path d="{path}" fill="{colour}"><title>{escape(said)}</title></path>')
    row = card.table.loc[name]
    worst = values.dropna().sort_values(kind="stable").head(3)
    worst = worst[worst < 100]
    zh = "、".join(f"{called(one, 'name_zh')} {value:.0f}" for one, value in worst.items())
    en = ", ".join(f"{called(one, 'name_en')} {value:.0f}" for one, value in worst.items())
    tail = f"<br><small>{_both(f'最低 {zh}', f'lowest {en}')}</small>" if zh else ""
    return (
        f'<figure><svg viewBox="{box}" stroke="#fff" stroke-width="2">{"".join(drawn)}</svg>'
        f"<figcaption>{_both(row['name_zh'], row['name_en'])}{tail}</figcaption></figure>"
    )


def _waiting(card: Scorecard) -> str:
    if card.missing.empty:
        return ""
    items = "".join(
        f"<li>{_both(row['name_zh'], row['name_en'])}"
        + (f" <code>{escape(row['files'] or row['layers'])}</code>" if row["layers"] else "")
        + "</li>"
        for _, row in card.missing.iterrows()
    )
    head = _both("未测：缺少图层或数据", "Not measured: a layer or data are missing")
    return f'<section><h2>{head}</h2><ul class="wait">{items}</ul></section>'


def _all(lines: Sequence[tuple[str, str]], between_zh: str, between_en: str) -> str:
    return _both(between_zh.join(zh for zh, _ in lines), between_en.join(en for _, en in lines))


def _footer(card: Scorecard) -> str:
    sources = [in_both(one) for one in card.provenance.sources]
    notes = [in_both(one) for one in card.region.notes]
    return (
        f"<footer><p><b>{_both('数据来源', 'Sources')}</b> {_all(sources, '；', '; ')}</p>"
        f"<p><b>{_both('说明', 'Notes')}</b> {_all(notes, '', ' ')}</p>"
        f"<p>{escape(card.provenance.line())}</p></footer>"
    )
