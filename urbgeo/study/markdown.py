"""Markdown of the report: tables, lists, numbers, names in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from urbgeo.output import markdown_text
from urbgeo.study.answers import Answers

_PIPE = re.compile(r"(?<!\\)\|")
"""A bar that would end a cell; names come escaped."""


def bullets(lines: Iterable[str]) -> str:
    """A bullet a line."""
    return "\n".join(f"- {line}" for line in lines)


def md_table(heads: list[str], rows: list[list[str]]) -> str:
    """A table, or that there is none."""
    if not rows:
        return "（无 none）"
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_PIPE.sub(r"\|", cell) for cell in line) + " |" for line in lines)


def number(value: float, digits: int) -> str:
    """A figure for a cell: missing and unreachable said in words."""
    if pd.isna(value):
        return "–"
    return "无法到达 unreached" if value == float("inf") else f"{value:,.{digits}f}"


def value_text(value: object) -> str:
    """A parameter as text."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def names(answers: Answers, ids: Iterable[object]) -> str:
    """Names of places in both languages."""
    return "、".join(bilingual(answers.region.places, one) for one in ids) or "–"


def bilingual(frame: pd.DataFrame, one: object) -> str:
    """Name of one row in both languages."""
    if one not in frame.index:
        return "–"
    row: Mapping[str, str] = frame.loc[one, ["name_zh", "name_en"]].to_dict()
    return markdown_text(f"{row['name_zh']} {row['name_en']}")
