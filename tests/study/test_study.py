"""The main job on the embedded region: figures agree with each other, files are whole, report is honest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest

from urbgeo.access.rail_trips import TRIP_PARTS
from urbgeo.errors import UrbgeoWarning
from urbgeo.network.edits import with_speeds
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.regions.region import Region
from urbgeo.study import run
from urbgeo.study.answers import Answers, _by_speeds, answer
from urbgeo.study.bands import SetAnswers
from urbgeo.study.headlines import headlines
from urbgeo.study.report import report_text
from urbgeo.study.sections import bands_section
from urbgeo.study.series import series, spark
from urbgeo.study.tables import result_layers, write_csvs, write_geopackage
from urbgeo.study.trips import trips_apart


@pytest.fixture(scope="module")
def answers(hunan: Region, hunan_network: TravelNetwork) -> Answers:
    return answer(hunan, network=hunan_network)


def test_modelled_minutes_are_near_what_is_known_from_outside(answers: Answers) -> None:
    """Changsha to Zhuzhou, Xiangtan, Yueyang, Hengyang, Huaihua, by road and ride by ride."""
    assert {"430200", "430300", "430600", "430400", "431200"} <= set(answers.trips["to_place"])
    alone = answers.trips["source"].str.contains("from gate to gate")  # the press times the expressway alone
    trips = answers.trips[~alone]
    assert alone.sum() == 2
    assert (trips["modelled"] / trips["minutes"] - 1).abs().max() < 0.23


def test_general_knowledge_is_never_printed_as_proof(answers: Answers) -> None:
    known = answers.trips["basis"] == "general knowledge"
    assert known.any() and not known.all()
    assert answers.trips.loc[known, "deviation"].isna().all()
    assert answers.trips.loc[~known, "deviation"].notna().all()
    for line in report_text(answers).splitlines():
        assert "general knowledge |" not in line or "%" not in line


def test_five_rail_trips_are_taken_apart_and_add_up(answers: Answers, hunan: Region) -> None:
    apart = trips_apart(hunan, answers.reach)
    assert len(apart) == 5
    assert (apart["status"] == "reached").all()
    np.testing.assert_allclose(apart[list(TRIP_PARTS)].sum(axis=1), apart["rail_min"])
    assert (apart[["drive_to_min", "drive_from_min"]] <= 45).all(axis=None)
    assert apart["buffer_min"].eq(30).all()
    text = report_text(answers)
    for name in ("发车前缓冲 buffer", "usual advice of stations", "长沙南–岳阳东"):
        assert name in text


def test_no_ride_counted_is_below_half_of_the_way(answers: Answers, hunan: Region) -> None:
    trips = answers.reach.table[answers.reach.table["status"] == "reached"]
    cities, stations = (one.geometry.to_crs(4547) for one in (hunan.prefectures, hunan.stations))
    way = cities.loc[trips.index.get_level_values(0)].distance(
        cities.loc[trips.index.get_level_values(1)], align=False
    )
    ride = stations.loc[trips["station_from"]].distance(stations.loc[trips["station_to"]], align=False)
    assert (ride.to_numpy() >= 0.499 * way.to_numpy()).all()


def test_the_band_says_who_comes_and_goes(answers: Answers) -> None:
    bands = answers.bands
    assert list(bands.by_set) == ["accessibility literature", "technical standard", "peak"]
    assert set(bands.always) | set(bands.sometimes.index) == {
        zone for one in bands.by_set.values() for zone in one.circle.members
    }
    assert "430903" in bands.sometimes.index  # Heshan stands at the threshold
    assert "430181" in bands.always, "Liuyang, once the core is its districts and no pin"
    table = bands.circle.table
    assert (table["inside"] == sum(table[f"member {name}"].astype(int) for name in bands.by_set)).all()
    assert set(bands.by_set["peak"].circle.members) <= set(bands.by_set["technical standard"].circle.members)
    assert "probability" in report_text(answers)


def test_the_core_is_its_districts_and_the_report_says_whether_it_may_found_a_circle(
    answers: Answers,
) -> None:
    core = answers.region.core
    assert len(core) == 11 and set(core["level"]) == {"county"}
    table = answers.circle.table
    assert (table.loc[core.index, "minutes"] == 0).all()
    text = report_text(answers)
    section = text[text.index("May it be one") : text.index("Airport coverage\n")]
    for word in ("class of the core", "特大城市", "enclosure", "commuting share", "modelled", "芙蓉区"):
        assert word in section, word
    assert "4301" not in section, "names, no codes"


def test_the_outlines_thresholds_have_a_row_each(answers: Answers, hunan_network: TravelNetwork) -> None:
    targets = answers.bands.by_set["accessibility literature"].targets
    assert targets["minutes"].tolist() == [45, 60, 15, 30, 60]
    assert targets["seats"].tolist() == [14, 14, 122, 122, 122]
    road = hunan_network.only(("road",))
    region = answers.region
    found = nearest_facility(road, region.counties, region.interchanges)["minutes"]
    assert targets.loc["expressway", "within"] == (found <= 30).sum()


def test_headline_figures_come_from_the_tables(answers: Answers) -> None:
    circle, airports, reached, towns = (en for _, en in headlines(answers))
    assert f"{answers.circle.table['member'].sum()} counties" in circle
    assert f"{answers.prefectures.table['covered'].sum()} of 14 prefecture seats" in airports
    minutes = answers.reach.minutes["best"].to_numpy()
    share = ((minutes <= 120) & ~np.eye(14, dtype=bool)).sum() / (14 * 13)
    assert f"by the better of road and rail, centre to centre {share:.1%}" in reached
    assert (
        f"{(answers.towns.table['minutes_interchange'] <= 30).mean():.0%} within 30 min of an interchange"
        in towns
    )


def test_the_circle_is_believable(answers: Answers) -> None:
    """Core and next neighbours are in, far prefectures are out, most of the approved plan agrees."""
    members = set(answers.circle.members)
    assert {"430102", "430104", "430121", "430211", "430302", "430321"} <= members
    assert not {"431202", "430602", "431002"} & members
    assert answers.circle.comparison.loc["population", "recall"] > 0.85
    assert answers.circle.comparison.loc["population", "precision"] > 0.85


def test_the_cluster_ring_holds_the_three_plus_five_cities(answers: Answers, hunan: Region) -> None:
    ring = answers.circle.table["ring"]
    assert (ring.loc[["430702", "430902", "431302", "430602", "430408"]] <= 120).sum() >= 4


def test_airport_coverage_leaves_out_those_without_one(answers: Answers) -> None:
    left = set(answers.prefectures.uncovered.index)
    assert "431300" in left  # Loudi has no airport
    assert "430100" not in left
    assert answers.prefectures.more_needed == max(0, 12 - answers.prefectures.table["covered"].sum())


def test_every_layer_and_table_is_written_and_reads_back(answers: Answers, tmp_path: Path) -> None:
    path = write_geopackage(answers, tmp_path / "hunan.gpkg")
    layers = result_layers(answers)
    assert {name for name, _ in pyogrio.list_layers(path)} == set(layers)
    back = gpd.read_file(path, layer="circle")
    assert back.crs.to_epsg() == 4326
    assert back.set_index("adcode").loc["430181", "name_zh"] == "浏阳市"
    tables = {one.stem: pd.read_csv(one, dtype={"adcode": str}) for one in write_csvs(answers, tmp_path)}
    assert len(tables["county_access"]) == 122
    matrix = tables["reach_road_minutes"].set_index("origin")
    assert matrix.loc[430100, "430600"] == pytest.approx(
        answers.reach_hubs.minutes["road"].at["430100", "430600"], abs=0.1
    )


def test_an_interrupted_run_leaves_the_earlier_files_whole(
    hunan: Region, answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "load_region", lambda _: hunan)
    monkeypatch.setattr(run, "answer", lambda _: answers)
    first = run.run_study("hunan", folder=tmp_path)
    written = (first.map, first.report, first.page, first.record, first.geopackage, *first.tables)
    before = {one: one.read_bytes() for one in written}

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("pyogrio.write_dataframe", broken)
    with pytest.raises(OSError, match="disk full"):
        run.run_study("hunan", folder=tmp_path)
    assert {one: one.read_bytes() for one in before} == before
    assert {one.name for one in tmp_path.iterdir()} == {*(one.name for one in before), "manifest.json"}


def test_the_report_says_what_is_modelled_and_estimated(answers: Answers) -> None:
    text = report_text(answers)
    assert "All minutes are modelled, none is observed." in text
    assert "are estimates that keep the published" in text
    for speed in ("| 高速公路 expressway | 100 |", "`max_snap_km` = 15", "`buffer_min` = 30"):
        assert speed in text
    assert "湘阴县 Xiangyin" in text


def test_without_polygons_everything_that_needs_only_seats_still_runs(
    hunan: Region, hunan_network: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(hunan, zones=None, notes=("County polygons: install the extra.", *hunan.notes))
    monkeypatch.setattr(run, "load_region", lambda _: bare)
    done = run.run_study("hunan", folder=tmp_path)
    assert done.answers.circle.rule == "seat"
    assert list(done.answers.circle.rules.index) == ["seat"]
    assert "install the extra" in done.report.read_text(encoding="utf-8")
    assert done.map.stat().st_size > 100_000


def test_the_series_holds_every_headline_year_by_year(answers: Answers) -> None:
    table = answers.series
    assert table.index.tolist() == [2005, 2010, 2015, 2020, 2025]
    assert table.loc[2005, "interchange"] == pytest.approx(0.443, abs=0.01)
    for column in ("expressway_km", "fast_rail_km", "interchange", "rail_station"):
        assert table[column].is_monotonic_increasing
    assert table.loc[2025, "rail"] == pytest.approx(answers.reach.summary.loc["rail", "share"])
    assert table.loc[2005, "fast_rail_km"] == 0
    roads, track = answers.region.road_links, answers.region.rail_sections
    inside = roads.loc[roads["class"] == "expressway", "km_inside"].sum()
    assert table.loc[2025, "expressway_km"] == pytest.approx(inside)
    assert inside < roads.loc[roads["class"] == "expressway", "length_km"].sum() - 100
    fast = track[track["class"].isin(["hsr", "intercity"])]
    assert table.loc[2025, "fast_rail_km"] == pytest.approx(fast["km_inside"].sum())
    text = report_text(answers)
    for line, values in (
        ("expressways, km", table["expressway_km"]),
        ("within 30 min of an interchange, %", table["interchange"] * 100),
        ("within 60 min of an airport, %", table["airport"] * 100),
        ("pairs within two hours by road, %", table["road"] * 100),
    ):
        row = next(one for one in text.splitlines() if line in one and one.endswith(f"{spark(values)} |"))
        assert [cell.strip().replace(",", "") for cell in row.split("|")[2:-2]] == [
            f"{v:.0f}" for v in values
        ]
    assert spark(table["interchange"]) in text
    assert "长赣高铁" in text


def test_figures_of_prefectures_and_counties_stand_apart_under_every_set(answers: Answers) -> None:
    text = bands_section(answers)
    for who, share in (
        ("prefecture seats", lambda one: one.prefectures.share),
        ("county seats", lambda one: one.counties.share),
    ):
        row = next(one for one in text.splitlines() if f"airport, {who}, %" in one)
        told = [f"{share(answers.bands.by_set[name]) * 100:.0f}" for name in answers.bands.by_set]
        assert [cell.strip() for cell in row.split("|")[2:-1]] == told
    sets = answers.bands.by_set.values()
    assert any(round(one.prefectures.share, 2) != round(one.counties.share, 2) for one in sets)


def test_the_row_of_a_year_in_which_all_is_open_is_that_of_asking_anew(hunan: Region) -> None:
    def asked_anew(then: Region) -> SetAnswers:
        return _by_speeds(then, region_network(then), whole=True)

    found = answer(hunan, sets=(), years=(2025,)).series
    pd.testing.assert_frame_equal(found, series(hunan, asked_anew, years=(2025,)))


def test_a_chart_of_one_line_spans_from_nothing_to_the_highest() -> None:
    assert spark(pd.Series([0.0, 7.0, 3.5])) == "▁█▅"
    assert spark(pd.Series([0.0, 0.0])) == "▁▁"


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


def test_rows_with_the_cities_around_carry_their_band(answers: Answers) -> None:
    lines = [line.split("|") for line in report_text(answers).splitlines() if "with hubs around" in line]
    assert len(lines) == 5
    shares = [one.reach_hubs.summary.loc["road", "share"] for one in answers.bands.by_set.values()]
    assert lines[0][5].strip() == f"{min(shares):.1%} – {max(shares):.1%}"
    assert min(shares) < answers.reach_hubs.summary.loc["road", "share"] <= max(shares)


def test_the_road_at_its_peak_stands_beside_free_flow(answers: Answers) -> None:
    lines = [line for line in report_text(answers).splitlines() if "by road at the evening peak" in line]
    assert len(lines) == 3, "prefecture seats, the core and the cluster"
    peak = answers.bands.by_set["peak"].reach.summary.loc["road", "share"]
    assert f"| {peak:.1%} |" in lines[0]
    assert peak < answers.reach.summary.loc["road", "share"]


def test_a_network_of_an_edit_is_answered_alone(hunan: Region, hunan_network: TravelNetwork) -> None:
    slower = with_speeds(hunan_network, {"expressway": 60.0})
    with pytest.warns(UrbgeoWarning, match="not the region's own"):
        found = answer(hunan, network=slower, years=(2025,))
    assert len(found.networks) == 1 and found.series.empty
    assert (
        found.towns.table["minutes_airport"].median()
        > 1.05
        * answer(hunan, network=hunan_network, sets=(), years=()).towns.table["minutes_airport"].median()
    )
