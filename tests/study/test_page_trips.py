"""Trips on the report's page: parts and deviations as they are, what is no proof without a percentage."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.access.rail_trips import TRIP_PARTS
from urbgeo.maps.report_page import Page, Section, report_html
from urbgeo.study.page_trips import known_grids, pairs_said, rail_said, trip_grids
from urbgeo.study.trips import PART_SOURCES, TripPart

EVIL = "<script>alert(1)</script>"
PLACES = pd.DataFrame(
    {"name_zh": ["长沙市", "岳阳市", EVIL], "name_en": ["Changsha", "Yueyang", EVIL]}, index=list("abc")
)


def known(**columns: list[Any]) -> Any:
    given = {
        "from_place": ["a", "a"], "to_place": ["b", "c"], "mode": ["road", "rail"], "minutes": [100.0, 40.0],
        "modelled": [1_110.4, np.nan], "deviation": [0.104, np.nan],
        "basis": ["document", "general knowledge"], "source": ["press", EVIL], "year": [2020, 2024],
    }  # fmt: skip
    return SimpleNamespace(region=SimpleNamespace(places=PLACES), trips=pd.DataFrame({**given, **columns}))


def test_a_deviation_stands_only_where_a_document_was_opened() -> None:
    (grid,) = known_grids(known())
    first, second = grid.rows
    assert first == [
        ("长沙市 – 岳阳市", "Changsha – Yueyang"), ("公路", "road"), "100", "1,110", "+10%",
        ("文件", "document"), "press (2020)",
    ]  # fmt: skip
    assert second[3:6] == ["–", "–", ("常识", "general knowledge")]
    assert len(grid.heads) == len(first) and grid.numbers == {2, 3, 4}
    assert not known_grids(SimpleNamespace(region=known().region, trips=known().trips.iloc[:0]))  # type: ignore[arg-type]


def test_names_and_sources_are_text_on_the_page() -> None:
    page = report_html(Page(("题", "t"), ("", ""), [Section(("节", "s"), grids=known_grids(known()))]))
    assert "alert(1)" in page and "<script>alert" not in page


def test_what_a_rail_trip_is_names_its_rule_in_both_languages_where_there_are_trains() -> None:
    assert rail_said({"minutes": 120.0}) == []
    ((zh, en),) = rail_said({"max_access_min": 37.5, "ride_share": 0.4})
    assert (
        "37.5 分钟" in zh and "40%" in zh and "at most 37.5 minutes" in en and "40% of the straight way" in en
    )


def apart(status: str = "reached") -> pd.DataFrame:
    row = dict(zip(TRIP_PARTS, (11.0, 30.0, 0.0, 47.4, 0.0, 5.0, 9.0), strict=True))
    row |= {
        "rail_min": sum(row.values()), "road_min": 131.5, "trains_per_day": 62.0, "schedule_delay_min": 8.2,
        "station_from": "S", "station_to": "gone", "status": status,
    }  # fmt: skip
    return pd.DataFrame([row], index=pd.MultiIndex.from_tuples([("a", "b")], names=["origin", "destination"]))


def answers(table: pd.DataFrame) -> Any:
    trips = pd.DataFrame({"mode": ["rail", "road"], "from_place": ["a", "a"], "to_place": ["b", "c"]})
    stations = pd.DataFrame({"name_zh": ["长沙南"]}, index=["S"])
    region = SimpleNamespace(places=PLACES, stations=stations, known_trips=trips)
    return SimpleNamespace(region=region, reach=SimpleNamespace(table=table))


def test_parts_of_a_trip_stand_under_their_heads_and_add_up() -> None:
    trips, sources = trip_grids(answers(apart()))
    (row,) = trips.rows
    cells = dict(zip([en for _, en in trips.heads], row, strict=True))
    assert row[0] == ("长沙市 – 岳阳市", "Changsha – Yueyang")
    assert cells["Stations"] == "长沙南–", "a station that is not in the table has no name"
    assert (cells["buffer"], cells["ride"], cells["total"], cells["by road"]) == ("30", "47", "102", "132")
    assert (cells["trains a day"], cells["schedule delay"]) == ("62", "8")
    assert [one[1] for one in sources.rows] == [(one.source_zh, one.source) for one in PART_SOURCES.values()]
    assert set(PART_SOURCES) == set(TRIP_PARTS) and all(
        getattr(one, name.name) for one in PART_SOURCES.values() for name in fields(TripPart)
    )


def test_a_trip_that_is_not_reached_says_so_and_none_asked_is_no_table() -> None:
    trips, _ = trip_grids(answers(apart("no train")))
    assert "no train" in trips.rows[0] and "102" not in trips.rows[0]
    assert trip_grids(answers(apart().iloc[:0])) == []


def test_pairs_tell_how_many_of_them_nobody_knows() -> None:
    row = pd.Series({"within": 12.0, "pairs": 870.0, "unknown": 0.0, "share": 0.1})
    assert pairs_said(row) == ("12 / 870",) * 2
    row["unknown"] = 64.0
    assert pairs_said(row) == ("12 / 870（64 对有一端附近无路）", "12 / 870 (64 with an end without a road)")
