"""Results as layers and tables: all there, read back, with what is estimated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from urbgeo.regions.decisions import Decision
from urbgeo.study.absent import Absent
from urbgeo.study.answers import Answers
from urbgeo.study.headlines import headlines
from urbgeo.study.tables import left_out, result_layers, write_csvs, write_geopackage


def test_every_layer_and_table_is_written_and_reads_back(answers: Answers, tmp_path: Path) -> None:
    path = write_geopackage(answers, tmp_path / "hunan.gpkg")
    layers = result_layers(answers)
    assert {name for name, _ in pyogrio.list_layers(path)} == set(layers)
    back = gpd.read_file(path, layer="circle")
    assert back.crs.to_epsg() == 4326
    assert back.set_index("adcode").loc["430181", "name_zh"] == "浏阳市"
    towns = layers["county_access"]
    assert len(towns) == 122 and set(answers.towns.table.filter(like="minutes_")) <= set(towns.columns)
    held = answers.towns.table["score"].reindex(towns["adcode"])
    assert towns["score"].tolist() == pytest.approx(held.tolist(), nan_ok=True)
    ground = answers.region.zones
    assert ground is not None and towns.geometry.geom_type.tolist() == ground.geom_type.tolist()
    tables = {one.stem: pd.read_csv(one, dtype={"adcode": str}) for one in write_csvs(answers, tmp_path)}
    assert len(tables["county_access"]) == 122
    assert {"rail_min", "ride_min"} <= set(tables["rail_trips"])
    matrix = tables["reach_road_minutes"].set_index("origin")
    assert matrix.loc[430100, "430600"] == pytest.approx(
        answers.reach_hubs.minutes["road"].at["430100", "430600"], abs=0.1
    )


def test_tables_layers_and_headlines_say_what_is_estimated(answers: Answers, tmp_path: Path) -> None:
    for name in ("circle", "county_access", "airport_coverage_prefectures", "airport_coverage_counties",
                 "reach_cities"):  # fmt: skip
        assert {"population_basis", "position_basis"} <= set(result_layers(answers)[name]), name
    circle = next(one for one in write_csvs(answers, tmp_path) if one.stem == "circle")
    table = pd.read_csv(circle)
    assert table["population_basis"].isin(["stated", "estimated"]).all()
    assert table["sets_inside"].between(0, 3).all() and table["sets_inside"].max() == 3
    layers = result_layers(answers)
    for name in ("airports", "stations", "interchanges"):
        assert "position_basis" in layers[name], name
    for name in ("isochrones", "reach_pairs"):
        assert (layers[name]["minutes_basis"] == "modelled").all(), name
    assert "km_basis" in layers["roads"] and "km_basis" in layers["railways"]
    circle, airport, reached, towns = (en for _, en in headlines(answers))
    assert "of the county populations, 99.7% of the road lengths are estimates" in circle
    assert "37% of the county populations" in airport and "positions of airports" not in airport, "0 %"
    assert "100% of the train stops are estimates" in reached
    assert "100% of the positions of interchanges" in towns


def test_where_no_train_runs_there_is_no_table_of_rail_trips(usual: Path) -> None:
    written = {one.name for one in usual.rglob("*.csv")}
    assert "reach_road_minutes.csv" in written and "rail_trips.csv" not in written


def test_decisions_without_a_circle_are_left_out_with_it(given_answers: Answers) -> None:
    decided = replace(
        given_answers.region, decisions={"640521": Decision("640521", True, "x", "y", "2026-01-01")}
    )
    gone = replace(given_answers, region=decided, circle=Absent("circle", "no roads"))
    told = left_out(gone).set_index("left_out")
    assert told.loc["circle", "why"] == "no roads"
    assert "nothing is in or out of it" in told.loc["decisions", "why"]
    assert "decisions" not in left_out(replace(given_answers, region=decided))["left_out"].tolist()
    assert "decisions" not in left_out(replace(given_answers, circle=gone.circle))["left_out"].tolist()
