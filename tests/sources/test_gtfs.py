"""Feeds with references to nothing, stray members, times that are none: kept, counted or refused."""

from __future__ import annotations

import csv
import datetime as dt
import io
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from tests.network.feeds import FEED, MONDAY, SUNDAY, feed_file
from tests.network.test_timetable import walks
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.language import in_chinese
from urbgeo.network.timetable import build_timetable, transit_minutes
from urbgeo.sources.feed_files import GtfsLimits
from urbgeo.sources.gtfs import OPEN_FAULT, _check_runs, read_gtfs, seconds_of, services_on, trips_on

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


@pytest.mark.parametrize("row", ["t1,08:00:00,99999999:00:00,600", "t1,00:00:00,99:00:00,1"])
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


@pytest.mark.parametrize(
    ("text", "seconds"), [("08:30", 30_600), ("8:30:59", 30_659), (" 25:10:00 ", 90_600), ("00:59", 3540)]
)
def test_a_time_of_day_is_so_many_seconds_after_midnight(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["08:60", "08:30:60", "8", "1:2:3:4", "-1:30", "8h30", "", None])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"time: .* is no time of day"):
        seconds_of(text)


def headways(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["trip_id", "start_time", "end_time", "headway_secs"])


def test_headways_may_stand_for_two_hundred_thousand_runs_and_no_more() -> None:
    """The last run begins before the end: 200,000 seconds are as many runs by the second."""
    most = ("t1", "00:00:00", "55:33:20", "1")
    _check_runs(headways(most), {"t1"})
    _check_runs(headways(most, ("t9", "00:00", "90:00", "1")), {"t1"})
    _check_runs(headways(most, ("t2", "10:00", "09:00", "1")), {"t1", "t2"})
    with pytest.raises(InputError, match=r"200001 runs a day, above 200000; .* of t1, t2"):
        _check_runs(headways(("t2", "00:00", "00:10", "3600"), most), {"t1", "t2"})
    half = [(f"t{k}", "00:00:00", f"{k + 14}:00:00", "1") for k in range(4)]
    with pytest.raises(InputError, match=r"223200 runs a day, .* of t3, t2, t1 and 1 more"):
        _check_runs(headways(*half), {"t0", "t1", "t2", "t3"})


def test_runs_by_headway_begin_before_the_end_and_keep_their_pace(tmp_path: Path) -> None:
    text = "trip_id,start_time,end_time,headway_secs\nt1,07:00:00,07:20:00,600\nt1,09:00:00,09:00:01,600\n"
    found = trips_on(read_gtfs(feed_file(tmp_path, frequencies=text)), dt.date(2026, 11, 16))
    mine = found[found["trip_id"] == "t1"]
    assert mine.groupby("run")["departure"].apply(list).tolist() == [
        [start, start + 600, start + 1200] for start in (25_200, 25_800, 32_400)
    ]
    assert sorted(found["run"].unique()) == [0, 1, 2, 3]


@pytest.mark.parametrize(("lat", "lon"), [("90.1", "112"), ("28", "-180.1"), ("", "112"), ("28", "east")])
def test_stops_lie_on_the_globe(lat: str, lon: str, tmp_path: Path) -> None:
    stops = FEED["stops"].replace("28.0,112.2", f"{lat},{lon}")
    with pytest.raises(InputError, match="stops without usable coordinates at C"):
        read_gtfs(feed_file(tmp_path, stops=stops))
    stops = FEED["stops"].replace("28.0,112.2", "-90,180")
    assert read_gtfs(feed_file(tmp_path, stops=stops)).stops.loc["C"].geometry.y == -90


def test_stops_at_one_place_are_timed_together_and_trips_of_one_stop_are_left_out(tmp_path: Path) -> None:
    times = TIMES + "t4,08:00:00,08:00:00,A,1\nt5,,,A,1\nt5,08:00:00,08:00:00,C,2\n"
    trips = FEED["trips"] + "R,week,t4\nR,week,t5\n"
    same = FEED["stops"].replace("112.1\n", "112.0\n")
    with pytest.warns(UrbgeoWarning, match="2 trips without a time at their first or last stop, left out"):
        feed = read_gtfs(feed_file(tmp_path, stop_times=times, trips=trips, stops=same))
    assert feed.counts[OPEN_FAULT] == 2 and not {"t4", "t5"} & set(feed.stop_times["trip_id"])
    assert feed.stop_times.query("trip_id == 't1'")["arrival"].tolist() == [29_400, 29_400, 30_600]
    nowhere = FEED["stops"].replace("112.1\n", "112.0\n").replace("112.2", "112.0")
    found = read_gtfs(feed_file(tmp_path, stops=nowhere)).stop_times.query("trip_id == 't1'")
    assert found["arrival"].tolist() == [29_400, 29_400, 30_600], "no way is no share of it"


def test_a_feed_needs_one_calendar_and_numbers_in_order(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"it lacks calendar.txt or calendar_dates.txt"):
        read_gtfs(feed_file(tmp_path, calendar=None, calendar_dates=None))
    with pytest.raises(SourceError, match=r"it lacks routes\.txt, calendar\.txt or"):
        read_gtfs(feed_file(tmp_path, calendar=None, calendar_dates=None, routes=None))
    for one in ("calendar", "calendar_dates"):
        assert len(read_gtfs(feed_file(tmp_path, **{one: None})).stop_times) > 0
    times = TIMES.replace("t2,09:10:00,09:10:00,C,9", "t2,09:10:00,09:10:00,C,last")
    with pytest.raises(InputError, match="stop_sequence is no number in row 6"):
        read_gtfs(feed_file(tmp_path, stop_times=times))


def test_a_trip_that_waits_nowhere_is_no_step_back_and_an_early_leave_is(tmp_path: Path) -> None:
    at_once = TIMES.replace("t2,09:10:00,09:10:00", "t2,08:40:00,08:40:00")
    assert "t2" in set(read_gtfs(feed_file(tmp_path, stop_times=at_once)).stop_times["trip_id"])
    early = TIMES.replace("t2,09:10:00,09:10:00", "t2,09:10:00,09:09:59")
    with pytest.warns(UrbgeoWarning, match=r"1 trips that run backwards .*: t2 \(6\)"):
        feed = read_gtfs(feed_file(tmp_path, stop_times=early))
    assert "t2" not in set(feed.stop_times["trip_id"]) and "t3" in set(feed.stop_times["trip_id"])


def test_limits_are_those_that_are_told() -> None:
    assert GtfsLimits() == GtfsLimits(file_mb=2000.0, total_mb=4000.0, ratio=200.0)


def test_who_boards_and_alights_is_read_by_stop(tmp_path: Path) -> None:
    head, *rows = TIMES.strip().split("\n")
    said = [f"{head},pickup_type,drop_off_type", *(f"{row},{'1' if ',B' in row else '0'},3" for row in rows)]
    found = read_gtfs(feed_file(tmp_path, stop_times="\n".join(said) + "\n")).stop_times
    assert found["boards"].tolist() == [stop != "B" for stop in found["stop_id"]]
    assert found["alights"].all()


def test_blanks_about_heads_times_and_ids_mean_nothing(tmp_path: Path) -> None:
    plain = read_gtfs(feed_file(tmp_path))
    padded = {
        name: "\n".join(
            ",".join(f" {cell} " if cell else "" for cell in line.split(",")) for line in text.split("\n")
        )
        for name, text in FEED.items()
        if name in ("stops", "stop_times", "routes")
    }
    found = read_gtfs(feed_file(tmp_path, **padded))
    pd.testing.assert_frame_equal(found.stop_times, plain.stop_times)
    assert found.stops.index.tolist() == plain.stops.index.tolist()
    assert seconds_of(" 08:30 ") == 30_600


def test_rows_with_more_cells_than_heads_are_refused_instead_of_moving_a_column_on(tmp_path: Path) -> None:
    head, *rows = FEED["stop_times"].strip().splitlines()
    longer = "\n".join([head, *(f"{row},9" for row in rows)])
    with pytest.raises(SourceError, match=r"stop_times\.txt is no table"):
        read_gtfs(feed_file(tmp_path, stop_times=longer))
    ended = "\n".join([head, *(f"{row}," for row in rows)])  # a comma at the end of every row is no cell
    assert len(read_gtfs(feed_file(tmp_path, stop_times=ended)).stop_times) == len(rows)
