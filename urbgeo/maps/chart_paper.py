"""Charts on paper: the lines of :mod:`urbgeo.maps.charts` as a matplotlib figure with Chinese type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from urbgeo.errors import InputError
from urbgeo.maps.charts import Both, Chart, chart_of
from urbgeo.maps.classes import PALETTE
from urbgeo.results import Result

CHARTS = ("profile", "lorenz", "rank", "series")
"""Kinds of charts beside the map."""

PALE = "#76808a"
TAGS_MOST = 12


def asked_chart(
    result: Result | Mapping[str, Result], kind: str, by: str | Sequence[str] | None, title: Both | None
) -> Chart:
    """The chart of one result, or of several by name on common axes (years, scenarios).

    Raises
    ------
    InputError
        Where there is no result, or one has no columns for the chart.
    """
    if not isinstance(result, Mapping):
        return chart_of(result, kind, by, title or result._titles)
    if not result:
        raise InputError("result: no results; give at least one, by the name of its line.")
    each = {name: chart_of(one, kind, by, title or one._titles) for name, one in result.items()}
    first = next(iter(each.values()))
    lines = []
    for name, chart in each.items():
        drawn = [one for one in chart.lines if one.kind != "dashed"]
        for line in drawn:
            lead = name if len(drawn) == 1 else f"{name}：{line.name[0]}"
            tail = name if len(drawn) == 1 else f"{name}: {line.name[1]}"
            lines.append(replace(line, name=(lead, tail)))
    lines += [one for one in first.lines if one.kind == "dashed" and first.x_ends is not None]
    return replace(first, lines=lines)


def draw_chart(axes: Any, chart: Chart) -> None:
    """Lines, axes in both languages, and the legend, on axes of matplotlib; names are no formulas."""
    colours = iter(PALETTE * 3)
    if chart.log:
        axes.set_xscale("log")
        axes.set_yscale("log")
    for line in chart.lines:
        name = " ".join(dict.fromkeys(line.name))
        if line.kind == "points":
            axes.plot(line.x, line.y, "o", color=next(colours), markersize=3.5, label=name)
            for x, y, tag in list(zip(line.x, line.y, line.tags, strict=False))[:TAGS_MOST]:
                axes.annotate(
                    tag, (x, y), xytext=(4, 3), textcoords="offset points", fontsize=6.5, parse_math=False
                )
        elif line.kind == "steps":
            axes.plot(line.x, line.y, drawstyle="steps-post", color=next(colours), linewidth=1.3, label=name)
        elif line.kind == "dashed":
            axes.plot(line.x, line.y, "--", color=PALE, linewidth=1.0, label=name)
        else:
            axes.plot(line.x, line.y, "o-", color=next(colours), markersize=2.5, linewidth=1.3, label=name)
    for at in chart.marks:
        axes.axvline(at, color=PALE, linewidth=0.7, linestyle=":")
    axes.set_xlabel(" ".join(dict.fromkeys(chart.x)), parse_math=False)
    axes.set_ylabel(" ".join(dict.fromkeys(chart.y)), parse_math=False)
    if chart.x_ends is not None:
        axes.set_xlim(*chart.x_ends)
    if chart.y_ends is not None:
        axes.set_ylim(*chart.y_ends)
    if chart.x[1] == "year":
        axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", color="#e2e5e8", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if len(chart.lines) > 1:
        for text in axes.legend(frameon=False, fontsize=7.2, loc="best").get_texts():
            text.set_parse_math(False)
