"""Two tables of Hunan's plan for new urbanisation: its towns by size class, and its fourteen centres."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from urbgeo.cities.hunan import hunan_box7, hunan_box8
from urbgeo.cities.sizes import (
    size_classes,
)
from urbgeo.indicators.targets import policy_targets
from urbgeo.sources.names import match_names


def test_the_fourteen_centres_of_box_8_reproduce_box_7() -> None:
    centres, towns = hunan_box8(), hunan_box7()
    computed = size_classes(centres["population_2025"])
    planned = towns["size_class"].loc[centres["town_in_box7"]]
    assert computed.astype(str).tolist() == planned.astype(str).tolist()
    assert computed["常德市"] == "Ⅱ型大城市"


def test_box_7_holds_98_towns_in_the_stated_numbers() -> None:
    towns = hunan_box7()
    counts = towns["size_class"].value_counts()
    assert counts[counts > 0].to_dict() == {
        "Ⅱ型小城市": 49, "Ⅰ型小城市": 32, "中等城市": 11, "Ⅱ型大城市": 5, "特大城市": 1,
    }  # fmt: skip
    assert towns.index.is_unique
    assert towns.loc["津澧融城", "adcodes"].split(";") == ["430781", "430723"]


def test_box_8_sums_to_the_known_total(golden: Path) -> None:
    known = json.loads((golden / "known_answers.json").read_text())["hunan_box8"]
    centres = hunan_box8()
    assert centres["population_2025"].sum() == known["sum"] * 10_000
    for name, wan in known["pop_wan"].items():
        row = centres[centres.index.str.startswith(name)]
        assert row["population_2025"].tolist() == [wan * 10_000]


def test_box_7_joins_the_census_counties_by_code_and_by_name(shared_data: Path) -> None:
    import geopandas as gpd

    counties = gpd.read_file(
        shared_data / "hunan/hunan_counties_2021_wgs84_census2020.gpkg", ignore_geometry=True
    ).set_index("CODE")
    towns = hunan_box7()
    codes = towns["adcodes"].str.split(";").explode()
    county_level = codes[~codes.str.endswith("00")]
    assert set(county_level[~county_level.isin(counties.index)]) == {"431181"}, "祁阳 became a city in 2021"
    single = county_level[~county_level.index.isin(["津澧融城", "祁阳市"])]
    matched = match_names(pd.Series(single.index, index=single.index), counties["NAME"])
    assert matched["id"].to_dict() == single.to_dict()
    assert set(matched.index[matched["status"] == "short form"]) == {"靖州县", "通道县"}


ALL = policy_targets()


def test_the_core_numbers_are_those_of_the_documents() -> None:
    for name, value, year in (
        ("airport60.prefectures", 80, 2025), ("urbanisation.2025", 63, 2025), ("urbanisation.2035", 72, 2035),
        ("core.share", 35, 2025), ("road.density", 8, 2025), ("newland.hunan", 604, 2025),
        ("green.space", 37, 2025), ("green.cover", 43, 2025), ("urbanisation.zhejiang", 73.5, 2023),
    ):  # fmt: skip
        assert ALL.loc[name, ["target_value", "target_year"]].tolist() == [value, year]
    # 29.5 million mu in square kilometres
    assert ALL.at["newland.nation", "target_value"] == pytest.approx(2950e4 * 10_000 / 15 / 1e6, abs=0.05)
    own = hunan_box8().set_index("adcode")["urbanisation_2025"] * 100
    stored = ALL.loc[[f"urbanisation.{one}" for one in own.index], "target_value"]
    assert stored.tolist() == pytest.approx(own.tolist())


def test_box_8_has_its_columns_in_the_order_of_its_docstring() -> None:
    """What the plan says of a centre stands beside it, in shares and persons, no percent and no 万."""
    centres = hunan_box8()
    assert centres.columns.tolist()[2:4] == ["urbanisation_2025", "population_2025"]
    assert centres["urbanisation_2025"].between(0.4, 0.9).all()
