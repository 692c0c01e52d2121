"""Results in Jupyter: names in Chinese and units below the heads, people without powers of ten."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import pytest

from urbgeo.provenance import Provenance
from urbgeo.results import Result, bare, name_columns, number_text, with_names


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


def test_eight_rows_are_shown_and_the_rest_is_counted() -> None:
    for rows, said in ((8, []), (9, ["1 more rows"]), (20, ["12 more rows"])):
        html = Found(pd.DataFrame({"n": range(rows)}))._repr_html_()
        assert re.findall(r"\d+ more rows", html) == said
        assert len(cells(html, "td")) == 8
    assert "geometry" not in Found(gpd.GeoDataFrame({"n": [1]}, geometry=[None]))._repr_html_()


@pytest.mark.parametrize(
    ("value", "text"),
    [(999.96, "1000"), (1000.0, "1,000"), (-1234.5, "-1,234"), (float("-inf"), "-inf"), (0.0, "0")],
)
def test_numbers_from_a_thousand_on_are_written_out(value: float, text: str) -> None:
    assert number_text(value) == text


def test_the_summary_describes_numbers_and_counts_no_infinite_ones() -> None:
    found = Found(pd.DataFrame({"minutes": [10.0, 20.0, float("inf")], "name": list("abc")}))
    assert found.summary.loc["minutes", ["count", "mean", "max"]].tolist() == [2.0, 15.0, 20.0]
    assert found.summary.index.tolist() == ["minutes"]
    assert found._headline() == "3 rows"


def test_a_table_takes_the_names_and_shapes_of_its_ids() -> None:
    frame = gpd.GeoDataFrame(
        {"Name": ["甲", "乙"], "people": [1, 2], "名称": ["a", "b"]},
        geometry=gpd.points_from_xy([1, 2], [3, 4]), index=["x", "y"], crs=4326,
    )  # fmt: skip
    assert name_columns(frame) == ["Name", "名称"]
    named = with_names(pd.DataFrame({"minutes": [5.0, 6.0], "名称": ["own", "own"]}, ["y", "x"]), frame)
    assert named.columns.tolist() == ["Name", "minutes", "名称", "geometry"]
    assert named["Name"].tolist() == ["乙", "甲"] and named.geometry.x.tolist() == [2, 1]
    assert named["名称"].tolist() == ["own", "own"] and named.crs == frame.crs
    plain = with_names(pd.DataFrame({"n": [1, 2]}, frame.index), pd.DataFrame(frame.drop(columns="geometry")))
    assert type(plain) is pd.DataFrame and plain.columns.tolist() == ["Name", "名称", "n"]
    assert bare(named).columns.tolist() == ["minutes"] and bare(plain).columns.tolist() == ["n"]
