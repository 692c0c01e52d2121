"""Charts of results as data: which lines, under which names; drawn on a page and on paper alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from urbgeo.access.equity import gini, lorenz
from urbgeo.checks import check_columns
from urbgeo.columns import column_name
from urbgeo.errors import InputError, some_of
from urbgeo.maps.labels import is_minutes
from urbgeo.results import NAME_COLUMNS, Result
from urbgeo.types import Floats

Both = tuple[str, str]
"""A text in Chinese and in English."""

PEOPLE = ("population", "people")
"""Columns that a chart weighs by, where a table has one."""

MOST_MIN = 180.0
"""Minutes at which a profile ends; places farther off stay below the whole."""

LINES_MOST = 8

SMALLEST_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Line:
    """Points of one line; ``kind`` is ``"line"``, ``"steps"``, ``"points"`` or ``"dashed"``."""

    name: Both
    x: Floats
    y: Floats
    kind: str = "line"
    tags: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Chart:
    """Lines on one pair of axes; ``marks`` are upright lines at values of x; ``log`` sets both axes."""

    title: Both
    x: Both
    y: Both
    lines: Sequence[Line]
    marks: Sequence[float] = ()
    log: bool = False
    x_ends: tuple[float, float] | None = None
    y_ends: tuple[float, float] | None = None


def profile_chart(
    minutes: pd.DataFrame, people: pd.Series | None = None, *, title: Both, marks: Sequence[float] = (60.0,)
) -> Chart:
    """Share of people (or of places) by minutes, a line for each column.

    Places without minutes count in the whole and are never reached.

    >>> found = profile_chart(pd.DataFrame({"minutes": [10.0, 40.0]}), title=("", ""))
    >>> found.lines[0].y.tolist()
    [0.0, 50.0, 100.0, 100.0]
    """
    weight = np.ones(len(minutes)) if people is None else people.reindex(minutes.index).to_numpy(float)
    if np.isnan(weight).any():
        raise InputError("people: none for some places of the profile; fill or drop them.")
    lines = []
    for column in minutes:
        values = minutes[column].to_numpy(float)
        order = np.argsort(np.where(np.isnan(values), np.inf, values), kind="stable")
        sums, at = 100.0 * np.cumsum(weight[order]) / weight.sum(), values[order]
        inside = at <= MOST_MIN
        last = sums[inside][-1] if inside.any() else 0.0
        x = np.concatenate([[0.0], at[inside], [MOST_MIN]])
        y = np.concatenate([[0.0], sums[inside], [last]])
        name = column_name(column)
        lines.append(Line((name.zh, name.en or name.zh), x, y, "steps"))
    who = ("人口占比 %", "share of people, %") if people is not None else ("占比 %", "share of places, %")
    return Chart(title, ("分钟", "minutes"), who, lines, marks, x_ends=(0.0, MOST_MIN), y_ends=(0.0, 100.0))


def lorenz_chart(amounts: Mapping[Both, pd.Series], people: pd.Series, *, title: Both) -> Chart:
    """Lorenz curves of amounts a head, the line of equality dashed; the Gini index in each name."""
    lines = [Line(("完全平均", "equality"), np.array([0.0, 100.0]), np.array([0.0, 100.0]), "dashed")]
    for (zh, en), held in amounts.items():
        curve, index = lorenz(held, people), gini(held, people)
        named = (f"{zh}（基尼 {index:.2f}）", f"{en} (Gini {index:.2f})")
        lines.append(Line(named, 100.0 * curve["people"].to_numpy(), 100.0 * curve["access"].to_numpy()))
    ends = (0.0, 100.0)
    return Chart(
        title,
        ("人口累计 %，由少到多", "people, %, from the least on"),
        ("所得累计 %", "what they have, %"),
        lines,
        x_ends=ends,
        y_ends=ends,
    )


def rank_chart(population: pd.Series, names: pd.Series | None = None, *, title: Both) -> Chart:
    """Cities by rank and people, both logarithmic, with the line of least squares.

    Cities of less than :data:`SMALLEST_SHARE` of the largest are no part of the tail and are left out.
    """
    held = population.astype(float).sort_values(ascending=False, kind="stable")
    held = held[held >= SMALLEST_SHARE * held.max()] if held.max() > 0 else held.iloc[:0]
    if len(held) < 3:
        raise InputError(f"population: {len(held)} cities with people; a rank-size chart needs three.")
    rank, people = np.arange(1, len(held) + 1, dtype=float), held.to_numpy() / 1e4
    slope, level = np.polyfit(np.log(people), np.log(rank - 0.5), 1)
    tags = [str(one) for one in names.reindex(held.index)] if names is not None else []
    fitted = np.array([1.0, float(len(held))])
    at = np.exp((np.log(fitted - 0.5) - level) / slope)
    named = (f"拟合：指数 {-slope:.2f}", f"fit: exponent {-slope:.2f}")
    lines = [
        Line(("城市", "cities"), rank, people, "points", tags),
        Line(named, fitted, at, "dashed"),
    ]
    return Chart(title, ("位序", "rank"), ("人口，万人", "people, 10 000"), lines, log=True)


def series_chart(
    rows: Mapping[Both, pd.Series], *, title: Both, unit: str = "", target: float | None = None
) -> Chart:
    """Values by year, gaps left open as longer lines; the target dashed."""
    lines = [
        Line(name, one.dropna().index.to_numpy(float), one.dropna().to_numpy(float))
        for name, one in rows.items()
    ]
    lines = [one for one in lines if len(one.x)]
    if not lines:
        raise InputError("series: no year has a value; there is nothing to draw.")
    if target is not None and np.isfinite(target):
        ends = np.array([min(one.x.min() for one in lines), max(one.x.max() for one in lines)])
        lines.append(Line((f"目标 {target:g}", f"target {target:g}"), ends, np.full(2, target), "dashed"))
    return Chart(title, ("年", "year"), (unit, unit), lines)


def chart_of(result: Result, kind: str, by: str | Sequence[str] | None, title: Both) -> Chart:
    """The chart of a result: ``"profile"``, ``"lorenz"``, ``"rank"`` or ``"series"``.

    Raises
    ------
    InputError
        Where the result has no columns for it; the message says which it needs.
    """
    asked = None if by is None else [by] if isinstance(by, str) else list(by)
    if kind == "series":
        return _series_of(result, asked, title)
    table = result.table
    if asked is not None:
        check_columns(table, "table", asked)
    people = next((table[one] for one in PEOPLE if one in table), None)
    if kind == "rank":
        column = (asked or [one for one in PEOPLE if one in table] or [""])[0]
        check_columns(table, "table", [column or "population"])
        return rank_chart(table[column], _named(table), title=title)
    if kind == "profile":
        timed = asked or [one for one in table.select_dtypes("number") if is_minutes(one)][:LINES_MOST]
        if not timed:
            raise InputError(f"{type(result).__name__}: no column of minutes; name one in by=.")
        return profile_chart(table[timed], people, title=title)
    return _lorenz_of(result, asked, people, title)


def _lorenz_of(result: Result, asked: list[str] | None, people: pd.Series | None, title: Both) -> Chart:
    table = result.table
    columns = asked or [one for one in PEOPLE if one in table][:1]
    if not columns:
        raise InputError(f"{type(result).__name__}: name the column of amounts in by=.")
    weight = pd.Series(1.0, table.index) if people is None or columns == [people.name] else people
    amounts = {(name.zh, name.en): table[one] for one in columns for name in [column_name(one)]}
    return lorenz_chart(amounts, weight.astype(float), title=title)


def _series_of(result: Result, asked: list[str] | None, title: Both) -> Chart:
    series = getattr(result, "series", None)
    if not isinstance(series, pd.DataFrame):
        raise InputError(f"{type(result).__name__}: it has no series by year; a scorecard has one.")
    known = series.index[series.notna().sum(axis=1) > 1]
    wanted = asked or list(known[:LINES_MOST])
    unknown = [one for one in wanted if one not in series.index]
    if unknown:
        raise InputError(f"by: no series of {some_of(unknown)}; there are {some_of(known)}.")
    table = result.table
    rows = {_names_of(table, one): series.loc[one] for one in wanted}
    aim = float(table.at[wanted[0], "target"]) if len(wanted) == 1 and "target" in table else None
    units = {str(table.at[one, "unit"]) for one in wanted} if "unit" in table else set()
    return series_chart(rows, title=title, unit=units.pop() if len(units) == 1 else "", target=aim)


def _names_of(table: pd.DataFrame, one: object) -> Both:
    zh = str(table.at[one, "name_zh"]) if "name_zh" in table else str(one)
    return zh, str(table.at[one, "name_en"]) if "name_en" in table else zh


def _named(table: pd.DataFrame) -> pd.Series | None:
    return next((table[one] for one in table if str(one) in NAME_COLUMNS), None)
