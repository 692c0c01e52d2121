"""Why a unit moved between two runs: what its answer rests on, before and after, against the threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

COLUMNS = (
    "answer",
    "unit",
    "name_zh",
    "name_en",
    "what",
    "before",
    "after",
    "minutes_before",
    "minutes_after",
    "threshold_min",
    "why_zh",
    "why",
)

SHARES = {
    "area": ("area_share", "圈内面积占比", "share of its area inside"),
    "population": ("population_share", "圈内人口占比", "share of its people inside"),
}
ABSENT = "–"

Row = Mapping[str, Any]


def moved_units(before: Row, after: Row) -> pd.DataFrame:
    """One row per unit, answer and verdict that differ between two records."""
    rows: list[dict[str, Any]] = []
    for answer, tests in _VERDICTS.items():
        old, new = (one["units"].get(answer, {}) for one in (before, after))
        limits = [one["thresholds"].get(answer, {}) for one in (before, after)]
        for unit in dict.fromkeys([*old, *new]):
            for what in _what(tests, {**old.get(unit, {}), **new.get(unit, {})}):
                row = _moved(answer, unit, what, (old.get(unit), new.get(unit)), limits)
                if row is not None:
                    rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


_VERDICTS = {
    "circle": ("member",),
    "airport_coverage_prefectures": ("covered",),
    "airport_coverage_counties": ("covered",),
    "reach_cities": ("cities_",),
    "county_access": ("within_",),
}
"""Columns that hold the verdict of each answer, by name or by how the name begins."""


def _what(tests: tuple[str, ...], row: Row) -> Iterator[str]:
    for name in row:
        if any(name == one or (one.endswith("_") and name.startswith(one)) for one in tests):
            yield name


def _moved(
    answer: str, unit: str, what: str, pair: tuple[Row | None, Row | None], limits: list[Row]
) -> dict[str, Any] | None:
    """A row where the verdict differs."""
    old, new = pair
    if old is not None and new is not None and old.get(what) == new.get(what):
        return None
    named = new if new is not None else old or {}
    minutes = what.replace("within_", "minutes_") if what.startswith("within_") else "minutes"
    zh, en = _why(answer, what, minutes, pair, limits)
    return {
        "answer": answer,
        "unit": unit,
        "name_zh": named.get("name_zh") or "",
        "name_en": named.get("name_en") or "",
        "what": what,
        "before": _text(old, what),
        "after": _text(new, what),
        "minutes_before": _number((old or {}).get(minutes)),
        "minutes_after": _number((new or {}).get(minutes)),
        "threshold_min": _number(limits[1].get(minutes)),
        "why_zh": zh,
        "why": en,
    }


def _why(
    answer: str, what: str, minutes: str, pair: tuple[Row | None, Row | None], limits: list[Row]
) -> tuple[str, str]:
    old, new = pair
    if old is None or new is None:
        return ("此前没有这个单元", "the unit was not there before") if old is None else (
            "这个单元已不在其中", "the unit is no longer there")  # fmt: skip
    if answer == "circle":
        return _why_circle(old, new, limits)
    if what.startswith("cities_"):
        return "在时限内到达的城市数变了", "another number of cities is within the limit"
    zh, en = _minutes_part(minutes, old, new, limits)
    if answer.startswith("airport") and old.get("facility") != new.get("facility"):
        zh += f"；最近机场 {old.get('facility')} → {new.get('facility')}"
        en += f"; nearest airport {old.get('facility')} → {new.get('facility')}"
    return zh, en


def _why_circle(old: Row, new: Row, limits: list[Row]) -> tuple[str, str]:
    """A decision, the rule's own measure against its bound, or what contiguity makes of it."""
    decided = [one.get("decision") or "" for one in (old, new)]
    by_rule = [one.get("member_by_rule", one.get("member")) for one in (old, new)]
    if decided[0] != decided[1]:
        who = (new if decided[1] else old).get("decided_by") or ""
        said = [one or "–" for one in decided]
        zh = f"决定 {said[0]} → {said[1]}（{who}）"
        en = f"decision {said[0]} → {said[1]} ({who})"
        if by_rule[0] == by_rule[1]:
            return zh, en
        rule_zh, rule_en = _rule_part(old, new, limits)
        return f"{zh}；{rule_zh}", f"{en}; {rule_en}"
    return _rule_part(old, new, limits)


def _rule_part(old: Row, new: Row, limits: list[Row]) -> tuple[str, str]:
    rules = [one.get("rule") for one in limits]
    minutes_zh, minutes_en = _minutes_part("minutes", old, new, limits)
    if rules[0] != rules[1]:
        zh, en = f"规则 {rules[0]} → {rules[1]}", f"rule {rules[0]} → {rules[1]}"
        return f"{zh}；{minutes_zh}", f"{en}; {minutes_en}"
    measure = SHARES.get(str(rules[1]))
    if measure is None:
        return minutes_zh, minutes_en
    column, name_zh, name_en = measure
    bounds = [_number(one.get("share")) for one in limits]
    shares = [_number(one.get(column)) for one in (old, new)]
    zh = f"{name_zh} {shares[0]:.3f} → {shares[1]:.3f}，界限 {_pair(bounds)}"
    en = f"{name_en} {shares[0]:.3f} → {shares[1]:.3f}, bound {_pair(bounds)}"
    roles = [one.get("role") for one in (old, new)]
    if (shares[0] >= bounds[0]) == (shares[1] >= bounds[1]) and roles[0] != roles[1]:
        zh += f"；连片处理 {roles[0]} → {roles[1]}"
        en += f"; by contiguity {roles[0]} → {roles[1]}"
    return f"{zh}；{minutes_zh}", f"{en}; {minutes_en}"


def _minutes_part(column: str, old: Row, new: Row, limits: list[Row]) -> tuple[str, str]:
    times = " → ".join(_minutes(one.get(column)) for one in (old, new))
    bound = _pair([one.get(column) for one in limits])
    return f"时间 {times} 分钟，阈值 {bound}", f"minutes {times}, threshold {bound}"


def _pair(bounds: list[Any]) -> str:
    told = [ABSENT if pd.isna(one) else f"{one:g}" for one in bounds]
    return told[0] if told[0] == told[1] else " → ".join(told)


def _minutes(value: Any) -> str:
    number = _number(value)
    return "无法到达 unreached" if number == float("inf") else ABSENT if pd.isna(number) else f"{number:.1f}"


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _text(row: Row | None, what: str) -> str:
    if row is None or row.get(what) is None:
        return ABSENT
    value = row[what]
    if isinstance(value, bool):
        return "in" if value else "out"
    return f"{value:g}" if isinstance(value, float) else str(value)
