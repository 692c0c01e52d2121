"""Trains of a study: what runs between two stations of the region is kept, its minutes whole."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.network.feeds import FEED, feed_file
from urbgeo.errors import InputError
from urbgeo.sources.gtfs import read_gtfs
from urbgeo.study.findings import Findings
from urbgeo.study.rails import Rails, _by_name, _wednesday, read_rails

BOX = (111.5, 27.5, 112.5, 28.5)
"""Holds A, B and C of the stations, not the two to the east."""


def stations(**columns: object) -> gpd.GeoDataFrame:
    at = gpd.points_from_xy([112.0, 112.1, 112.5, 112.6, 113.0], [28.0, 28.0, 28.5, 28.0, 28.0])
    return gpd.GeoDataFrame(columns, geometry=at, index=list("ABCXY"), crs=4326)


def stops(*lines: tuple[str, str, tuple[float, ...]]) -> pd.DataFrame:
    """Lines by name, the stations they call at and the minutes from stop to stop."""
    rows = [
        (name, seq, station, minutes, 4.0)
        for name, calls, times in lines
        for seq, (station, minutes) in enumerate(zip(calls, times, strict=True), 1)
    ]
    return pd.DataFrame(rows, columns=["service", "seq", "station", "minutes", "trains_per_day"])


def read(points: gpd.GeoDataFrame, table: pd.DataFrame, findings: Findings | None = None) -> Rails:
    return read_rails((points, table), box=BOX, stations=None, day=None, findings=findings or Findings())


def test_minutes_through_stations_beyond_the_box_stay_in_the_ride() -> None:
    found = read(stations(), stops(("G1", "AXB", (float("nan"), 20.0, 35.0)))).stops
    assert found["station"].tolist() == ["A", "B"] and found["seq"].tolist() == [1, 2]
    assert pd.isna(found["minutes"][0]) and found["minutes"][1] == 55.0


def test_a_line_that_enters_the_box_begins_there_and_its_first_minutes_are_none() -> None:
    """Of a line told in any order of its rows, and with a figure at its first stop, which no train rides."""
    found = read(stations(), stops(("K9", "YABX", (7.0, 30.0, 11.0, 5.0))).iloc[::-1]).stops
    assert found["station"].tolist() == ["A", "B"] and found["minutes"][1] == 11.0
    assert pd.isna(found["minutes"][0])


def test_a_station_on_the_rim_of_the_box_is_inside() -> None:
    assert read(stations(), stops(("1", "AC", (0.0, 9.0)))).stations.index.tolist() == ["A", "C"]


def test_lines_that_call_once_or_turn_at_one_station_are_left_out_and_the_rest_counted() -> None:
    findings = Findings()
    lines = stops(("G1", "AB", (0.0, 9.0)), ("G2", "AXA", (0.0, 9.0, 9.0)), ("G3", "XB", (0.0, 3.0)))
    found = read(stations(), lines, findings)
    assert found.stops["service"].unique().tolist() == ["G1"]
    assert findings.table()["count"].tolist() == [2, 1]
    with pytest.raises(InputError, match="none runs between two stations"):
        read(stations(), lines[lines["service"] != "G1"])


def test_stations_are_fast_where_a_numbered_fast_train_calls() -> None:
    lines = stops(("G1", "AB", (0.0, 9.0)), ("K7", "BC", (0.0, 9.0)), ("Green", "CA", (0.0, 9.0)))
    assert read(stations(), lines).stations["kind"].to_dict() == {"A": "hsr", "B": "hsr", "C": "rail"}
    told = stations(kind=["conventional", "intercity", "rail", "hsr", "hsr"])
    assert read(told, lines).stations["kind"].tolist() == ["conventional", "intercity", "rail"]


def test_stations_are_named_by_the_table_or_by_their_ids() -> None:
    lines = stops(("1", "AB", (0.0, 9.0)))
    assert read(stations(), lines).stations["name_zh"].tolist() == ["A", "B"]
    assert read(stations(name=list("甲乙丙丁戊")), lines).stations["name_zh"].tolist() == ["甲", "乙"]
    both = stations(name=list("甲乙丙丁戊"), name_zh=list("一二三四五"))
    assert read(both, lines).stations["name_zh"].tolist() == ["一", "二"]


def test_a_train_table_finds_stations_by_a_column_of_names_or_by_id() -> None:
    named = _by_name(stations(车站=["长沙", "A", "株洲", "湘潭", "岳阳"]))
    assert set(named.index) == {"长沙", "A", "株洲", "湘潭", "岳阳", "B", "C", "X", "Y"}
    assert named.geometry["A"].x == 112.1, "a name goes before an id that reads alike"
    assert _by_name(stations()).index.tolist() == list("ABCXY")
    with pytest.raises(InputError, match="站名"):
        _by_name(stations(站名=["长沙"] * 5))


def test_own_lines_are_drawn_with_their_classes() -> None:
    line = gpd.GeoSeries.from_wkt(["LINESTRING (0 0, 1 1)"], crs=4326)
    plain = gpd.GeoDataFrame(geometry=line)
    assert Rails.none().drawn_as(plain).sections["class"].tolist() == ["conventional"]
    assert Rails.none().drawn_as(plain.assign(**{"class": "hsr"})).sections["class"].tolist() == ["hsr"]


HEAD = FEED["calendar"].partition("\n")[0]
DATES = "service_id,date,exception_type\n"


@pytest.mark.parametrize(
    ("weekly", "exceptions", "day"),
    [
        ("week,1,1,1,1,1,0,0,20260101,20261231", "sunday,20261001,1", dt.date(2026, 1, 7)),
        # a Wednesday that begins the calendar is the first
        ("week,0,0,1,0,0,0,0,20260107,20260107", "sunday,20261001,1", dt.date(2026, 1, 7)),
        # a train of one Sunday in the year before the calendar begins has no Wednesday
        ("week,1,1,1,1,1,0,0,20260101,20261231", "sunday,20251005,1", dt.date(2026, 1, 7)),
        # the first two are holidays
        ("week,0,0,1,0,0,0,0,20260101,20261231", "week,20260107,2\nweek,20260114,2", dt.date(2026, 1, 21)),
        # exceptions alone: a Thursday, then a Wednesday
        (
            "week,1,1,0,1,1,0,0,20260101,20261231",
            "sunday,20260305,1\nsunday,20260311,1",
            dt.date(2026, 3, 11),
        ),
    ],
)
def test_trains_are_those_of_the_first_wednesday_that_has_some(
    tmp_path: Path, weekly: str, exceptions: str, day: dt.date
) -> None:
    sunday = "sunday,0,0,0,0,0,0,1,20260101,20261231"
    calendar = f"{HEAD}\n{weekly}\n{sunday}\n"
    feed = read_gtfs(feed_file(tmp_path, calendar=calendar, calendar_dates=f"{DATES}{exceptions}\n"))
    assert _wednesday(feed) == day


def test_a_feed_without_a_wednesday_asks_for_a_day(tmp_path: Path) -> None:
    calendar = f"{HEAD}\nweek,1,1,0,1,1,0,0,20260101,20261231\nsunday,0,0,0,0,0,0,1,20260101,20261231\n"
    path = feed_file(tmp_path, calendar=calendar, calendar_dates=f"{DATES}week,20260305,1\n")
    box = (111.5, 27.5, 112.15, 28.5)
    with pytest.raises(InputError, match="no Wednesday; name a train_day"):
        read_rails(path, box=box, stations=None, day=None, findings=Findings())
    found = read_rails(path, box=box, stations=None, day="2026-03-05", findings=Findings())
    assert "2026-03-05" in found.source
    assert found.stations["name_zh"].tolist() == ["甲", "乙"], "the third stop lies to the east of the box"


@pytest.mark.parametrize("given", [7, {"stations": 1}, None])
def test_what_is_no_source_of_trains_is_refused(given: object) -> None:
    with pytest.raises(InputError, match="a train table or GTFS is needed"):
        read_rails(given, box=BOX, stations=None, day=None, findings=Findings())


def test_a_feed_is_read_from_its_file_its_folder_or_as_it_was_read_before(tmp_path: Path) -> None:
    path = feed_file(tmp_path)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "folder")
    box = (111.5, 27.5, 112.5, 28.5)
    wanted = {"stations": ["甲", "乙", "丙"], "trains_per_day": 2.0}
    for given in (path, str(path), tmp_path / "folder", read_gtfs(path), [path], (read_gtfs(path),)):
        found = read_rails(given, box=box, stations=None, day=None, findings=Findings())
        assert found.stations["name_zh"].tolist() == wanted["stations"], given
        assert found.stops.groupby("service")["trains_per_day"].first().sum() == wanted["trains_per_day"]
    path.rename(tmp_path / "FEED.ZIP")
    found = read_rails(tmp_path / "FEED.ZIP", box=box, stations=None, day=None, findings=Findings())
    assert len(found.stations) == 3
