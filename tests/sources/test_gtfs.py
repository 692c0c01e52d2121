"""Feeds with references to nothing, stray members, times that are none: kept, counted or refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest

from tests.network.feeds import FEED, MONDAY, SUNDAY, feed_file
from tests.network.test_timetable import walks
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.language import in_chinese
from urbgeo.network.timetable import build_timetable, transit_minutes
from urbgeo.sources.gtfs import MOST_RUNS, read_gtfs, services_on, trips_on

TIMES = FEED["stop_times"]


def test_a_bus_after_midnight_is_waited_for_the_evening_before(tmp_path: Path) -> None:
    """23:50 in the evening, a bus at 00:20 every day: half an hour's wait and twenty minutes."""
    times = TIMES.split("\n")[0] + "\nt1,00:20:00,00:20:00,A,1\nt1,00:40:00,00:40:00,C,2\n"
    trips = "route_id,service_id,trip_id\nR,week,t1\n"
    feed = read_gtfs(feed_file(tmp_path, stop_times=times, trips=trips))
    stops = feed.stops
    spots = gpd.GeoDataFrame(geometry=stops.geometry)
    found = transit_minutes(
        build_timetable(feed, day=MONDAY),
        walks(stops),
        spots,
        spots,
        window=("23:50", "23:51"),
        quantiles=(0.5,),
    )
    assert found.quantiles[0.5].loc["A", "C"] == pytest.approx(50.0)


def test_trips_of_the_next_day_count_only_where_it_runs_and_only_early(tmp_path: Path) -> None:
    feed = read_gtfs(feed_file(tmp_path))
    sunday = trips_on(feed, dt.date.fromisoformat(SUNDAY))
    assert set(sunday["trip_id"]) == {"t3"}, "Monday's trips begin after six"
    early = TIMES.replace("t1,08:10:00,08:10:00", "t1,05:59:59,05:59:59")
    feed = read_gtfs(feed_file(tmp_path, stop_times=early))
    sunday = trips_on(feed, dt.date.fromisoformat(SUNDAY))
    assert sunday.loc[sunday["trip_id"] == "t1", "departure"].iloc[0] == 86_400 + 6 * 3600 - 1
    early = TIMES.replace("t1,08:10:00,08:10:00", "t1,06:00:00,06:00:00")
    feed = read_gtfs(feed_file(tmp_path, stop_times=early))
    assert set(trips_on(feed, dt.date.fromisoformat(SUNDAY))["trip_id"]) == {"t3"}


def test_the_first_and_the_last_day_of_a_calendar_are_days_of_service(tmp_path: Path) -> None:
    calendar = FEED["calendar"].replace("20260101,20261231", "20261116,20261120")
    feed = read_gtfs(feed_file(tmp_path, calendar=calendar, calendar_dates=None))
    runs = [services_on(feed, dt.date(2026, 11, day)) for day in (16, 20)]
    assert runs == [{"week"}, {"week"}]
    assert services_on(feed, dt.date(2026, 11, 13)) == services_on(feed, dt.date(2026, 11, 23)) == set()


def test_a_bus_on_its_way_at_midnight_runs_on_both_days(tmp_path: Path) -> None:
    times = TIMES.replace("t2,08:40:00,08:40:00", "t2,23:50:00,23:50:00").replace("09:10:00", "24:20:00")
    found = trips_on(read_gtfs(feed_file(tmp_path, stop_times=times)), dt.date(2026, 11, 17))
    late = found[(found["trip_id"] == "t2") & (found["days"] == -1)]
    assert late["departure"].tolist() == [-600, 1200]
    gone = times.replace("24:20:00", "23:59:59")
    found = trips_on(read_gtfs(feed_file(tmp_path, stop_times=gone)), dt.date(2026, 11, 17))
    assert not (found["days"] == -1).any(), "it ended before midnight"


def test_untimed_stops_are_timed_to_the_nearest_second(tmp_path: Path) -> None:
    stops = FEED["stops"].replace("112.1\n", "112.15\n")
    times = TIMES.replace("t1,08:30:00,08:30:00", "t1,08:30:01,08:30:01")
    feed = read_gtfs(feed_file(tmp_path, stops=stops, stop_times=times))
    found = feed.stop_times.query("trip_id == 't1'")
    three_quarters = 29_400 + 901  # of 1201 s, 900.75
    assert found["arrival"].tolist() == found["departure"].tolist() == [29_400, three_quarters, 30_601]


def test_blanks_around_ids_mean_nothing(tmp_path: Path) -> None:
    trips = FEED["trips"].replace("R,week,t1", "R,week ,t1")
    feed = read_gtfs(feed_file(tmp_path, trips=trips))
    assert {"t1", "t2"} <= set(trips_on(feed, dt.date.fromisoformat(MONDAY))["trip_id"])


@pytest.mark.parametrize(
    ("changes", "told", "lost"),
    [
        ({"trips": FEED["trips"].replace("R,week,t1", "R,nowhere,t1")}, "1 trips of services", "t1"),
        ({"stop_times": TIMES.replace("B,2", "Q,2").replace("t1,,,", "t1,08:15:00,08:15:00,")},
         "1 trips with stops that are not there", "t1"),
        ({"stop_times": TIMES.replace("t1,,,B,2", "t1,,,,2")}, "1 trips without fixed stops", "t1"),
        ({"stop_times": TIMES.replace("t2,08:40:00", "t2,08:99:00")}, "1 trips with times", "t2"),
        ({"stop_times": TIMES.replace("t2,08:40:00", "t2,-1:20:00")}, "1 trips with times", "t2"),
    ],
)  # fmt: skip
def test_trips_that_cannot_be_used_are_set_aside_and_counted(
    tmp_path: Path, changes: dict[str, str], told: str, lost: str
) -> None:
    with pytest.warns(UrbgeoWarning, match=told):
        feed = read_gtfs(feed_file(tmp_path, **changes))
    assert set(feed.stop_times["trip_id"]) == {"t1", "t2", "t3"} - {lost}
    assert sum(feed.counts.values()) >= 1


def test_a_trip_whose_times_go_back_is_named_with_the_row_where_they_do(tmp_path: Path) -> None:
    times = TIMES.replace("t2,09:10:00,09:10:00", "t2,08:10:00,08:10:00")
    row = 1 + [line.startswith("t2,08:10:00") for line in times.split("\n")].index(True)
    with pytest.warns(UrbgeoWarning) as told:
        feed = read_gtfs(feed_file(tmp_path, stop_times=times))
    said = f"1 trips that run backwards in time, left out, with their rows in brackets: t2 ({row})."
    assert [str(one.message) for one in told] == [f"feed.zip: {said}"]
    assert (
        in_chinese(str(told[0].message))
        == f"feed.zip：1 趟时刻倒退的车次，已略去，括号内为行号：t2 ({row})。"
    )
    assert set(feed.stop_times["trip_id"]) == {"t1", "t3"} and "row" not in feed.stop_times


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"calendar": FEED["calendar"].replace("20261231", "31/12/2026", 1)},
            r"end_date says 31/12/2026 at row 2",
        ),
        ({"calendar": FEED["calendar"].replace("week,1", "week,yes")}, "monday says yes at row 2"),
        (
            {"calendar_dates": FEED["calendar_dates"].replace("20261001,2", "2026-10-01,2")},
            "date says 2026-10-01",
        ),
        (
            {"calendar_dates": FEED["calendar_dates"].replace("20261001,2", "20261001,3")},
            "exception_type says 3",
        ),
    ],
)
def test_dates_and_flags_that_are_none_are_refused_with_their_rows(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_gtfs(feed_file(tmp_path, **changes))


def test_the_feed_at_the_top_is_read_and_others_are_named_or_refused(tmp_path: Path) -> None:
    path = feed_file(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("backup/stop_times.txt", TIMES.replace("08:", "09:"))
    with pytest.warns(UrbgeoWarning, match=r"the feed at \. is read; left alone are backup"):
        feed = read_gtfs(path)
    assert feed.stop_times["departure"].min() == 8 * 3600
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for folder in ("bus", "metro"):
            for table, text in FEED.items():
                archive.writestr(f"{folder}/{table}.txt", text)
    with pytest.raises(SourceError, match="several feeds side by side: bus, metro"):
        read_gtfs(tmp_path / "two.zip")


def test_rules_that_are_not_followed_are_named(tmp_path: Path) -> None:
    pathways = "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional\np,A,B,1,1\n"
    with pytest.warns(UrbgeoWarning, match=r"1 rows of pathways\.txt are not applied"):
        read_gtfs(feed_file(tmp_path, pathways=pathways))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_gtfs(feed_file(tmp_path))


@pytest.mark.parametrize(
    "row", ["t1,08:00:00,99999999:00:00,600", f"t1,00:00:00,{MOST_RUNS // 3600 + 1}:00:00,1"]
)
def test_headways_without_end_are_refused_at_once(tmp_path: Path, row: str) -> None:
    text = f"trip_id,start_time,end_time,headway_secs\n{row}\n"
    feed = read_gtfs(feed_file(tmp_path, frequencies=text))
    with pytest.raises(InputError, match=r"frequencies\.txt: \d+ runs a day.*of t1"):
        build_timetable(feed, day=MONDAY)


@pytest.mark.parametrize("name", ["eptc", "trensurb"])
def test_stop_times_of_real_feeds_are_those_read_row_by_row(shared_data: Path, name: str) -> None:
    path = shared_data / f"porto_alegre/poa_{name}.zip"
    with zipfile.ZipFile(path) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("stop_times.txt").decode("utf-8-sig"))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UrbgeoWarning)
        times = read_gtfs(path).stop_times

    def seconds(text: str) -> int | None:
        parts = [int(part) for part in text.split(":")] if text.strip() else []
        return 3600 * parts[0] + 60 * parts[1] + parts[2] if parts else None

    place = {trip: number for number, trip in reversed(list(enumerate(row["trip_id"] for row in rows)))}
    rows.sort(key=lambda row: (place[row["trip_id"]], int(row["stop_sequence"])))
    assert [(row["trip_id"], row["stop_id"]) for row in rows] == list(
        zip(times["trip_id"], times["stop_id"], strict=True)
    )
    for column in ("arrival", "departure"):
        stated = [seconds(row[f"{column}_time"]) for row in rows]
        found = times[column].tolist()
        assert all(told is None or told == one for told, one in zip(stated, found, strict=True))
    assert (times["departure"] >= times["arrival"]).all()
