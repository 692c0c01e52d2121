"""Charts as SVG inside a page, in both languages."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from urbgeo.maps.charts import Both, Chart, Line
from urbgeo.maps.classes import PALETTE
from urbgeo.maps.pictures import Key, Picture
from urbgeo.types import Floats

WIDE, HIGH = 480.0, 290.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 14.0, 20.0, 46.0
TAGS_MOST = 6
INK, PALE = "#2b3138", "#76808a"


def chart_picture(chart: Chart, *, note: Both = ("", "")) -> Picture:
    """A chart with its lines named in a legend below."""
    x_ends = chart.x_ends or _ends([one.x for one in chart.lines], log=chart.log)
    y_ends = chart.y_ends or _ends([one.y for one in chart.lines], log=chart.log, zero=not chart.log)
    x_ticks, y_ticks = (
        _ticks(*ends, log=chart.log, whole=at == 0) for at, ends in enumerate((x_ends, y_ends))
    )
    if chart.y_ends is None and not chart.log:
        y_ends = (min(y_ends[0], y_ticks[0]), max(y_ends[1], y_ticks[-1]))

    def at_x(values: Floats) -> Floats:
        return LEFT + _part(values, x_ends, log=chart.log) * (WIDE - LEFT - RIGHT)

    def at_y(values: Floats) -> Floats:
        return HIGH - BOTTOM - _part(values, y_ends, log=chart.log) * (HIGH - TOP - BOTTOM)

    shades = _shades(chart.lines)
    drawn = [_axes(chart, x_ticks, y_ticks, at_x(np.array(x_ticks)), at_y(np.array(y_ticks)))]
    drawn += [
        Markup(
            '<line x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}" stroke="{3}" stroke-dasharray="2 3"/>'
        ).format(at_x(np.array([one]))[0], f"{TOP:g}", f"{HIGH - BOTTOM:g}", PALE)
        for one in chart.marks
    ]
    drawn += [
        _line(one, at_x(one.x), at_y(one.y), shade) for one, shade in zip(chart.lines, shades, strict=True)
    ]
    svg = Markup('<svg class="chart" viewBox="0 0 {:g} {:g}" role="img">{}</svg>').format(
        WIDE, HIGH, Markup().join(drawn)
    )
    keys = [
        Key(
            shade,
            one.name,
            0,
            "dash" if one.kind == "dashed" else "point" if one.kind == "points" else "line",
        )
        for one, shade in zip(chart.lines, shades, strict=True)
    ]
    return Picture(svg, chart.title, [(("", ""), keys)] if len(keys) > 1 else (), note)


def _shades(lines: Sequence[Line]) -> list[str]:
    colours = iter(PALETTE)
    return [PALE if one.kind == "dashed" else next(colours) for one in lines]


def _ends(held: Sequence[Floats], *, log: bool, zero: bool = False) -> tuple[float, float]:
    values = np.concatenate(list(held))
    low, high = float(values.min()), float(values.max())
    if zero and low > 0 and low < 0.6 * high:
        low = 0.0
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 1.0, high + 1.0)
    return low, high


def _part(values: Floats, ends: tuple[float, float], *, log: bool) -> Floats:
    held = np.log(np.concatenate([values, ends])) if log else np.concatenate([values, ends])
    low, high = held[-2:]
    found: Floats = (held[:-2] - low) / (high - low)
    return found


def _ticks(low: float, high: float, *, log: bool, whole: bool) -> list[float]:
    """Round numbers that cover the axis."""
    if log:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = (1.0, 2.0, 5.0) if len(powers) <= 4 else (1.0,)
        every = [step * 10.0**power for power in powers for step in steps]
        return [one for one in every if low <= one <= high]
    rough = (high - low) / 5.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * min(one for one in (1.0, 2.0, 2.5, 5.0, 10.0) if one * power >= rough * 0.999)
    if whole:
        step = max(step, 1.0)
        first, last = math.ceil(low / step), math.floor(high / step)
    else:
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * at for at in range(first, last + 1)]


def _axes(chart: Chart, x_ticks: list[float], y_ticks: list[float], x: Floats, y: Floats) -> Markup:
    grid = [
        Markup(
            '<path d="M{left:g} {at:.1f}H{right:g}" stroke="#e2e5e8"/>'
            '<text x="{text:g}" y="{down:.1f}" text-anchor="end">{said}</text>'
        ).format(left=LEFT, right=WIDE - RIGHT, at=at, text=LEFT - 6, down=at + 4, said=_said(tick))
        for tick, at in zip(y_ticks, y, strict=True)
    ]
    foot = [
        Markup('<text x="{:.1f}" y="{:g}" text-anchor="middle">{}</text>').format(
            at, HIGH - BOTTOM + 16, _said(tick, year=chart.x[1] == "year")
        )
        for tick, at in zip(x_ticks, x, strict=True)
    ]
    names = [
        Markup('<text lang="{}" x="{:g}" y="{:g}" text-anchor="middle">{}</text>').format(
            language, (LEFT + WIDE - RIGHT) / 2, HIGH - 10, text
        )
        for language, text in zip(("zh", "en"), chart.x, strict=True)
    ]
    sides = [
        Markup(
            '<text lang="{}" transform="translate(12 {:g}) rotate(-90)" text-anchor="middle">{}</text>'
        ).format(language, (TOP + HIGH - BOTTOM) / 2, text)
        for language, text in zip(("zh", "en"), chart.y, strict=True)
    ]
    base = Markup('<path d="M{:g} {:g}H{:g}" stroke="{}"/>').format(LEFT, HIGH - BOTTOM, WIDE - RIGHT, INK)
    return Markup("<g>{}{}{}{}{}</g>").format(
        *(Markup().join(one) for one in (grid, foot, names, sides)), base
    )


def _said(value: float, *, year: bool = False) -> str:
    return f"{value:.0f}" if year else f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _line(line: Line, x: Floats, y: Floats, shade: str) -> Markup:
    if line.kind == "points":
        dots = Markup().join(
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3.4" fill="{}"><title>{}</title></circle>').format(
                a, b, shade, line.tags[at] if line.tags else ""
            )
            for at, (a, b) in enumerate(zip(x, y, strict=True))
        )
        tags = Markup().join(
            Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
                *((x[at] - 6, y[at] - 6, "end") if x[at] > 0.85 * WIDE else (x[at] + 6, y[at] - 6, "start")),
                line.tags[at],
            )
            for at in _apart(x, y)
            if line.tags
        )
        return Markup("{}{}").format(dots, tags)
    steps = [f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)]
    path = "M" + "L".join(steps)
    if line.kind == "steps":
        path = f"M{steps[0]}" + "".join(f"H{a:.1f}V{b:.1f}" for a, b in zip(x[1:], y[1:], strict=True))
    dash = Markup(' stroke-dasharray="5 4"') if line.kind == "dashed" else ""
    dots = Markup()
    if line.kind == "line" and len(x) <= 12:
        dots = Markup().join(
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.6" fill="{}"/>').format(a, b, shade)
            for a, b in zip(x, y, strict=True)
        )
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-width="1.8"{}/>{}').format(
        path, shade, dash, dots
    )


def _apart(x: Floats, y: Floats) -> list[int]:
    """The first points whose names have room."""
    kept: list[int] = []
    for at in range(len(x)):
        if len(kept) < TAGS_MOST and all(abs(x[at] - x[k]) > 60 or abs(y[at] - y[k]) > 14 for k in kept):
            kept.append(at)
    return kept
