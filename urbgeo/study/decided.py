"""The circle as decided: what the rule says of each unit, and what was decided beside it."""

from __future__ import annotations

import pandas as pd

from urbgeo.output import markdown_text
from urbgeo.study.answers import Answers
from urbgeo.study.markdown import md_table, names, number

COLUMNS = ("member_by_rule", "decision", "decision_effect", "decided_by", "decided_on", "decision_reason")
CHANGES, AGREES = "changes the rule's answer", "the rule says so too"
BY_DECISION = [
    ("decided in", "#2166ac", "按决定纳入", "in by decision"),
    ("decided out", "#b2182b", "按决定剔除", "out by decision"),
]
"""Parts of the circle's map: name, colour, words."""

EFFECTS = {CHANGES: "与规则不同", AGREES: "与规则相同", "": ""}


def decided_circle(answers: Answers) -> pd.DataFrame:
    """The table of the circle, ``member`` after decisions and the rule's own as ``member_by_rule``.

    Without decisions it is the circle's own table.
    """
    table = answers.circle.table
    decisions = answers.region.decisions
    if not decisions:
        return table
    rows = {
        one.unit: (one.word, one.by, one.date, one.reason)
        for one in decisions.values()
        if one.unit in table.index
    }
    told = pd.DataFrame.from_dict(
        rows, orient="index", columns=["decision", "decided_by", "decided_on", "decision_reason"]
    )
    told = told.reindex(table.index).fillna("")
    by_rule = table["member"].astype(bool)
    member = by_rule.mask(told["decision"] == "in", True).mask(told["decision"] == "out", False)
    effect = pd.Series("", table.index).mask(told["decision"] != "", AGREES).mask(member != by_rule, CHANGES)
    told = told.assign(member_by_rule=by_rule, decision_effect=effect)[list(COLUMNS)]
    return table.assign(member=member, **{name: told[name] for name in told})


def decided_totals(answers: Answers) -> dict[str, float]:
    """Units, people and area of the circle with decisions: ``zones``, ``people``, ``area_km2``."""
    inside = decided_circle(answers).query("member")
    return {
        "zones": float(len(inside)),
        "people": float(inside["people"].sum(min_count=1)),
        "area_km2": float(inside["area_km2"].sum()) if "area_km2" in inside else float("nan"),
    }


def headline_part(answers: Answers) -> tuple[str, str]:
    """What decisions do to the headline, in Chinese and English; nothing without them."""
    if not answers.region.decisions:
        return "", ""
    table = decided_circle(answers)
    total = int(table["member"].sum())
    changed = table["decision_effect"] == CHANGES
    in_, out = (int((changed & (table["decision"] == word)).sum()) for word in ("in", "out"))
    return (
        f"；按决定另纳入 {in_} 个、剔除 {out} 个，合计 {total} 个",
        f"; by decision {in_} more in and {out} out: {total} in all",
    )


def decisions_section(answers: Answers) -> str:
    """Every decision beside what the rule says, and the circle with them."""
    if not answers.region.decisions:
        return ""
    table = decided_circle(answers)
    rows = []
    for unit, row in table[table["decision"] != ""].iterrows():
        minutes = number(row["minutes"], 1) if "minutes" in table else "–"
        rule = "圈内 in" if row["member_by_rule"] else "圈外 out"
        decided = "纳入 in" if row["decision"] == "in" else "剔除 out"
        effect = f"{EFFECTS[row['decision_effect']]} {row['decision_effect']}"
        said = [markdown_text(row[one]) for one in ("decision_reason", "decided_by", "decided_on")]
        rows.append([names(answers, [unit]), minutes, rule, decided, effect, *said])
    heads = [
        "单元 unit", "分钟 min", "规则 the rule", "决定 decision", "影响 effect", "理由 reason", "决定人 by",
        "日期 date",
    ]  # fmt: skip
    totals = decided_totals(answers)
    people = f"，{totals['people'] / 1e4:,.1f} 万人 10⁴ people" if totals["people"] > 0 else ""
    area = f"，{totals['area_km2']:,.0f} km²" if totals["area_km2"] > 0 else ""
    whole = f"按决定调整后的通勤圈 The circle with decisions: {totals['zones']:.0f} 个 units{people}{area}。"
    return "\n\n".join(["### 按决定调整 By decision", md_table(heads, rows), whole])
