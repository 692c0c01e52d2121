from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.language import in_chinese
from urbgeo.network.timetable import build_timetable
from urbgeo.sources.trains import Trains, direct_minutes, read_trains, train_lines, trains_as_gtfs

HEAD = "车次,出发时间,站序,站名,到站时间,出发时间,运行日期"
"""Two columns are called 出发时间, as on the ticket site: the train's own, and that of the call."""

ROWS = """
K1,22:00:00,1,甲,----,22:00:00,ALL
,,2,乙,23:50:00,23:55:00,
,,3,丙,01:10:00,01:10:00,
G2,08:00:00,1,甲,----,08:00:00,2016-03-10|2016-03-11
,,2,丙,09:30:00,09:30:00,
G4,10:00:00,1,甲,----,10:00:00,2016-03-10
,,2,丙,11:30:00,11:30:00,
G2,08:10:00,1,甲,----,08:10:00,2016-03-13
,,2,丙,09:20:00,09:20:00,
"""


def places(names: str = "甲乙丙") -> gpd.GeoDataFrame:
    at = gpd.points_from_xy(112.0 + 0.5 * np.arange(len(names)), np.full(len(names), 28.0))
    return gpd.GeoDataFrame(geometry=at, index=pd.Index(list(names)), crs=4326)


def table(folder: Path, rows: str = ROWS, **how: object) -> Trains:
    path = folder / "trains.csv"
    path.write_text(HEAD + rows, encoding="gb18030")
    return read_trains(path, **{"stations": places(), **how})


def test_a_train_past_midnight_keeps_running_and_the_head_holds_for_all_its_rows(tmp_path: Path) -> None:
    trains = table(tmp_path)
    night = trains.calls[trains.calls["train"] == "K1"]
    assert night["station"].tolist() == ["甲", "乙", "丙"]
    assert night["arrives_min"].tolist() == [1320.0, 1430.0, 1510.0]
    assert night["departs_min"].tolist() == [1320.0, 1435.0, 1510.0]


def test_the_quickest_ride_runs_from_departure_to_arrival_and_depends_on_the_day(tmp_path: Path) -> None:
    trains = table(tmp_path)

    def ride(day: str | None, start: str = "甲", end: str = "丙") -> float:
        rides = direct_minutes(trains, day=day).set_index(["from_station", "to_station"])["minutes"]
        return float(rides.get((start, end), np.inf))

    assert ride(None) == 70.0
    assert ride("2016-03-10") == 90.0
    assert ride("2016-03-12") == 190.0
    assert ride(None, "乙", "丙") == 75.0
    assert ride(None, "丙", "甲") == np.inf
    rides = direct_minutes(trains)
    assert list(zip(rides["from_station"], rides["to_station"], rides["trains"], strict=True)) == [
        ("乙", "丙", 1), ("甲", "丙", 4), ("甲", "乙", 1),
    ]  # fmt: skip


def test_days_are_a_list_or_all(tmp_path: Path) -> None:
    trains = table(tmp_path)
    assert trains.days.iloc[0] is None
    assert trains.days.iloc[1] == (dt.date(2016, 3, 10), dt.date(2016, 3, 11))
    assert trains.dates == (dt.date(2016, 3, 10), dt.date(2016, 3, 11), dt.date(2016, 3, 13))


@pytest.mark.parametrize("days", ["daily", "2016-13-01", "2016-03-10|2016-02-30"])
def test_running_days_that_are_no_dates_are_named(tmp_path: Path, days: str) -> None:
    with pytest.raises(
        InputError, match=re.escape(f"trains: running days that are no dates at {days}; write")
    ):
        table(tmp_path, ROWS.replace("2016-03-13", days))


def test_a_table_of_which_no_train_is_left_is_refused_with_the_rows(tmp_path: Path) -> None:
    single = "\nG1,8,1,甲,----,08:00:00,ALL\nG2,8,1,乙,----,09:00:00,ALL\n"
    with (
        pytest.warns(UrbgeoWarning, match="2 trains with a single stop"),
        pytest.raises(
            InputError, match=r"trains.csv: no train is left; set aside are, .*: G1 \(2\), G2 \(3\)\."
        ),
    ):
        table(tmp_path, single)
    with pytest.warns(UrbgeoWarning), pytest.raises(InputError, match=r"no train is left; .*: G8 \(3\)"):
        table(tmp_path, "\n" + BACKWARDS)
    with pytest.raises(InputError, match=r"trains\.csv: it has the heads of a train table, but no train"):
        table(tmp_path, "\n")


def test_a_day_without_a_train_between_known_stations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="day: no train of trains runs on 2016-03-12 between stations"):
        train_lines(table(tmp_path, ROWS.replace("ALL", "2016-03-13")), day="2016-03-12")


def test_runs_of_equal_stops_and_minutes_pool_their_frequency(tmp_path: Path) -> None:
    _, lines = train_lines(table(tmp_path), day="2016-03-10")
    quick = lines[(lines["station"] == "丙") & (lines["minutes"] == 90.0)]
    assert quick["trains_per_day"].tolist() == [2.0]
    _, mean = train_lines(table(tmp_path))
    by_ride = mean[mean["station"] == "丙"].set_index("minutes")["trains_per_day"]
    assert by_ride.to_dict() == {80.0: 1.0, 90.0: 3 / 4, 70.0: 1 / 4}


def test_lines_keep_the_stop_so_that_rides_leave_it_out(tmp_path: Path) -> None:
    _, lines = train_lines(table(tmp_path), day="2016-03-12")
    assert lines["minutes"].tolist()[1:] == [110.0, 80.0]
    assert lines["dwell_min"].tolist() == [0.0, 5.0, 0.0]


BACKWARDS = "G8,09:00:00,1,甲,----,09:00:00,ALL\n,,2,乙,08:30:00,08:31:00,\n,,3,丙,10:00:00,10:00:00,\n"


def test_a_train_whose_times_go_back_is_named_with_the_row_where_they_do(tmp_path: Path) -> None:
    with pytest.warns(UrbgeoWarning) as told:
        trains = table(tmp_path, ROWS + BACKWARDS)
    said = "1 trains that run backwards in time, left out, with their rows in brackets: G8 (12)"
    assert [str(one.message) for one in told] == [f"trains.csv: {said}."]
    assert (
        in_chinese(str(told[0].message)) == "trains.csv：1 趟时刻倒退的列车，已略去，括号内为行号：G8 (12)。"
    )
    assert trains.set_aside.to_numpy().tolist() == [["G8", 12, "trains that run backwards in time"]]
    assert "G8" not in set(trains.calls["train"])
    assert trains.counts["trains that run backwards in time"] == 1


def test_a_train_that_leaves_before_it_arrives_goes_back_and_one_past_midnight_does_not(
    tmp_path: Path,
) -> None:
    stay = "G6,09:00:00,1,甲,----,09:00:00,ALL\n,,2,乙,09:30:00,09:29:00,\n,,3,丙,10:00:00,10:00:00,\n"
    night = "K6,23:00:00,1,甲,----,23:00:00,ALL\n,,2,乙,23:59:00,00:01:00,\n,,3,丙,14:00:00,14:00:00,\n"
    with pytest.warns(UrbgeoWarning, match=r"1 trains that run backwards .* G6 \(12\)\.$"):
        trains = table(tmp_path, ROWS + stay + night)
    late = trains.calls[trains.calls["train"] == "K6"]
    assert late["departs_min"].tolist() == [1380.0, 1441.0, 2280.0]


def test_rows_are_those_of_the_sheet_blank_lines_counted(tmp_path: Path) -> None:
    with pytest.warns(UrbgeoWarning, match=r"G8 \(14\)\.$"):
        table(tmp_path, "\n" + ROWS + "\n" + BACKWARDS)


def test_many_trains_that_go_back_are_named_up_to_ten_and_the_rest_counted(tmp_path: Path) -> None:
    back = "".join(BACKWARDS.replace("G8", f"G{number}") for number in range(100, 113))
    with pytest.warns(UrbgeoWarning, match=r"13 trains .* G100 \(12\), G101 \(15\).* and 3 more\.$"):
        trains = table(tmp_path, ROWS + back)
    assert len(trains.set_aside) == 13


def test_trains_with_unreadable_times_or_a_single_stop_are_named_with_their_rows(tmp_path: Path) -> None:
    rows = ROWS + "G9,x,1,甲,----,later,ALL\n,,2,乙,08:30:00,08:31:00,\nG10,9,1,甲,----,09:00:00,ALL\n"
    with pytest.warns(UrbgeoWarning) as told:
        table(tmp_path, rows)
    said = " ".join(str(one.message) for one in told)
    assert "1 trains with unreadable times, left out, with their rows in brackets: G9 (11)." in said
    assert "1 trains with a single stop, left out, with their rows in brackets: G10 (13)." in said
    assert all(
        re.search("[a-z]{3}", in_chinese(str(one.message)).replace("trains.csv", "")) is None for one in told
    )


def test_stations_without_a_place_are_listed_with_the_nearest_name_and_passed_through(tmp_path: Path) -> None:
    rows = "\nG1,8,1,长沙南,----,08:00:00,ALL\n,,2,湘潭北,08:14:00,08:15:00,\n,,3,娄底南,08:50:00,08:50:00,\n"
    at = places("ABC").set_axis(["长沙南站", "娄底南站", "湘潭站"])
    trains = table(tmp_path, rows, stations=at)
    assert trains.unplaced.index.tolist() == ["湘潭北"] and trains.unplaced["nearest"].iloc[0] == "湘潭"
    _, lines = train_lines(trains, day="2016-01-01")
    assert lines["minutes"].tolist()[1:] == [50.0]


def test_the_timetable_runs_the_trains_of_a_day_with_those_of_the_night_before(tmp_path: Path) -> None:
    day = build_timetable(trains_as_gtfs(table(tmp_path)), day="2016-03-11")
    hops = day.connections.assign(
        start=day.stops["name"].to_numpy()[day.connections["from_stop"]],
        minute=day.connections["departs"] / 60,
    )
    assert sorted(hops["minute"]) == [1320.0 - 1440.0, 1435.0 - 1440.0, 480.0, 1320.0, 1435.0]


def test_what_is_no_train_table_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="车次, 站序 and 站名"):
        read_trains(tmp_path / "a.csv")
    with pytest.raises(SourceError, match="no such file"):
        read_trains(tmp_path / "b.xlsx")
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(SourceError, match="XLSX"):
        read_trains(tmp_path / "c.xlsx")
    with pytest.raises(InputError, match="no sheet of stations"):
        table(tmp_path, stations=None)
    with pytest.raises(InputError, match="none of its 3 stations"):
        table(tmp_path, stations=places("xyz"))


@pytest.fixture(scope="module", name="nation")
def nation_table(shared_data: Path) -> Trains:
    with pytest.warns(UrbgeoWarning, match="not running"):
        return read_trains(shared_data / "china" / "trains_2016.xlsx")


def by_hand(path: Path, stations: set[str]) -> dict[tuple[str, str], int]:
    """The quickest direct ride of every pair, read row by row: an oracle without tables."""
    import openpyxl

    best: dict[tuple[str, str], int] = {}
    called: list[tuple[str, int]] = []
    now = 0
    for row in openpyxl.load_workbook(path, read_only=True)["时刻表"].iter_rows(min_row=2, values_only=True):
        if row[7] in (1, "1"):
            called, now = [], 0
        clock = [str(one) for one in (row[9], row[10])]
        at = [int(one[:2]) * 60 + int(one[3:5]) if ":" in one else -1 for one in clock]
        arrives = at[1] if at[0] < 0 else at[0]
        arrives += 1440 * ((now - arrives + 1439) // 1440) if now > arrives else 0
        departs = at[1] + 1440 * ((arrives - at[1] + 1439) // 1440) if arrives > at[1] else at[1]
        if str(row[12]) != "False" and row[8] in stations:
            for start, left in called:
                pair = (start, row[8])
                best[pair] = min(best.get(pair, 9999), arrives - left)
            called.append((row[8], departs))
        now = departs
    return best


def test_on_1020_station_pairs_in_and_around_hunan_the_quickest_ride_is_the_tables(
    nation: Trains, shared_data: Path
) -> None:
    around = nation.stations.cx[108.5:114.6, 24.3:30.9]
    oracle = by_hand(shared_data / "china" / "trains_2016.xlsx", set(around.index))
    assert len(oracle) >= 1020
    rides = direct_minutes(nation).set_index(["from_station", "to_station"])["minutes"]
    ours = rides.reindex(pd.MultiIndex.from_tuples(list(oracle)))
    assert (ours.to_numpy() == np.array(list(oracle.values()))).all()


def test_the_workbooks_stations_are_placed_in_wgs84(nation: Trains, shared_data: Path) -> None:
    known = (
        pd.read_csv(shared_data / "hunan" / "rail_stations_bbox.csv")
        .drop_duplicates("站名")
        .set_index("站名")
    )
    both = nation.stations.index.intersection(known.index)
    assert len(both) > 25
    here = nation.stations.geometry.loc[both]
    east = (here.x - known.loc[both, "WGS84_Lng"]) * 98.0
    north = (here.y - known.loc[both, "WGS84_Lat"]) * 111.0
    assert np.hypot(east, north).median() < 0.3
    assert nation.unplaced.empty and nation.counts["trains that run backwards in time"] == 0


def test_every_station_is_told_with_its_trains_and_doubled_places_count_once(tmp_path: Path) -> None:
    at = places("甲乙丙丁").rename_geometry("spot").to_crs(32649)
    at = at.drop(index="乙").rename(index={"丁": " 丙"})
    trains = table(tmp_path, stations=at)
    assert trains.unplaced["trains"].to_dict() == {"乙": 1}
    assert trains.stations.index.tolist() == ["甲", "丙"] and trains.stations.crs == 4326
    assert trains.stations.geometry.name == "geometry"
    assert trains.stations.geometry["丙"].x == pytest.approx(113.0)
    assert repr(trains).startswith("<Trains trains: 4 runs, 2 stations>")
    more = table(tmp_path, ROWS + "G6,9,1,丁,----,10:00:00,ALL\n,,2,乙,11:00:00,11:00:00,\n", stations=at)
    assert more.unplaced["trains"].to_dict() == {"乙": 2, "丁": 1}
    _, lines = train_lines(more, day="2016-03-12")
    assert lines["station"].tolist() == ["甲", "丙"], "a train between stations without a place is none"


def test_lines_begin_at_the_first_departure_and_pool_what_runs_alike(tmp_path: Path) -> None:
    rows = (
        "\nG1,8,1,甲,07:50:00,08:00:00,ALL\n,,2,乙,08:30:00,08:32:00,\n,,3,丙,09:00:00,09:05:00,"
        "\nG3,8,1,甲,----,10:00:00,ALL\n,,2,乙,10:30:00,10:32:00,\n,,3,丙,11:00:00,11:05:00,"
        "\nG5,8,1,甲,----,12:00:00,ALL\n,,2,乙,12:30:00,12:33:00,\n,,3,丙,13:00:00,13:05:00,\n"
    )
    stations, lines = train_lines(table(tmp_path, rows), day="2016-03-12")
    assert stations.index.tolist() == ["甲", "乙", "丙"]
    assert lines["service"].tolist() == ["G1 #0"] * 3 + ["G5 #1"] * 3
    assert lines["seq"].tolist() == [1, 2, 3] * 2 and not lines["both_ways"].any()
    assert lines["minutes"].fillna(-1).tolist() == [-1, 30, 30] * 2
    assert lines["dwell_min"].tolist() == [0, 2, 5, 0, 3, 5]
    assert lines["trains_per_day"].tolist() == [2.0] * 3 + [1.0] * 3
    rides = direct_minutes(table(tmp_path, rows)).set_index(["from_station", "to_station"])
    assert rides.loc[("乙", "丙")].tolist() == [27.0, 3] and rides.loc[("甲", "丙")].tolist() == [60.0, 3]


def test_the_feed_of_a_train_table_has_a_trip_for_each_run_and_the_dates_that_are_said(
    tmp_path: Path,
) -> None:
    trains = table(tmp_path, stations=places("甲乙丙").drop(index="乙"))
    feed = trains_as_gtfs(trains)
    trips = feed.trips
    assert trips["route_id"].tolist() == ["K1", "G2", "G4", "G2"]
    assert trips["service_id"].tolist() == ["daily", *trips.index[1:]]
    assert feed.routes["route_type"].to_dict() == {"K1": "2", "G2": "2", "G4": "2"}
    assert feed.calendar.iloc[0].tolist() == ["daily", *"1111111", "19700101", "20991231"]
    assert feed.calendar_dates["date"].tolist() == ["20160310", "20160311", "20160310", "20160313"]
    assert set(feed.calendar_dates["exception_type"]) == {"1"}
    first = feed.stop_times[feed.stop_times["trip_id"] == trips.index[0]]
    assert first["stop_id"].tolist() == ["甲", "丙"], "a stop without a place is passed through"
    assert first["departure"].tolist() == [22 * 3600, 25 * 3600 + 600]
    assert first["arrival"].tolist() == [22 * 3600, 25 * 3600 + 600]
    assert feed.stop_times[["boards", "alights"]].to_numpy().all() and feed.frequencies.empty
    assert feed.stops.index.tolist() == feed.stops["name"].tolist() == ["甲", "丙"] and feed.stops.crs == 4326
