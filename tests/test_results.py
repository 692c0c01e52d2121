"""Results in Jupyter: names in Chinese and units below the heads, people without powers of ten."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pandas as pd

from urbgeo.provenance import Provenance
from urbgeo.results import Result


@dataclass(frozen=True, eq=False)
class Found(Result):
    table: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)


def cells(html: str, tag: str) -> list[str]:
    return re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", html)


def test_heads_say_their_chinese_name_and_unit() -> None:
    table = pd.DataFrame({"minutes": [1.0], "own_km": [2.0], "colour": ["x"]})
    heads = cells(Found(table)._repr_html_(), "th")
    assert heads[:8] == ["", "minutes", "own_km", "colour", "", "分钟 min", "km", ""]


def test_large_numbers_are_written_out_and_small_ones_keep_four_digits() -> None:
    table = pd.DataFrame({"people": [1_234_567.4, 999.94, 0.0123451, float("inf")]})
    assert cells(Found(table)._repr_html_(), "td") == ["1,234,567", "999.9", "0.01235", "inf"]


def test_heads_and_cells_are_escaped() -> None:
    html = Found(pd.DataFrame({"<b>": ["<script>"]}))._repr_html_()
    assert "<script>" not in html and "&lt;b&gt;" in html


def test_a_table_of_columns_in_levels_keeps_them() -> None:
    table = pd.DataFrame([[1.0]], columns=pd.MultiIndex.from_tuples([("beds", "30 min")]))
    assert cells(Found(table)._repr_html_(), "th")[:4] == ["", "beds", "", "30 min"]
