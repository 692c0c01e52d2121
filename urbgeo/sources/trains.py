"""Train tables as the ticket site gives them: one row a stop, the head of a train in its first row only."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.arguments import check_date, check_object, check_path
from urbgeo.checks import check_choice, check_points
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, UrbgeoWarning, some_of
from urbgeo.sources.gtfs import Gtfs
from urbgeo.sources.train_tables import FAULTS, calls_of, placed_of, plain_name, sheets_of, stops_of

DATUMS = ("wgs84", "gcj02", "bd09")


@dataclass(frozen=True, eq=False)
class Trains:
    """Trains with the exact times of their calls.

    ``calls``: one row per call, in order of travel: ``run`` (number of the row group), ``train``, ``seq``
    (from
    1), ``station``, ``arrives_min``, ``departs_min`` (minutes after midnight of the first day, so beyond 1440
    past midnight). ``days``: dates of each run, None for every day. ``stations``: points in WGS84 by name;
    those of no known place are in ``unplaced`` with the nearest names, and their calls are passed through.
    ``counts``: what was set aside, by why; ``set_aside``: each such ``train`` with its ``row`` and ``why``.
    """

    name: str
    calls: pd.DataFrame
    days: pd.Series
    stations: gpd.GeoDataFrame
    unplaced: pd.DataFrame
    counts: dict[str, int]
    set_aside: pd.DataFrame

    def __repr__(self) -> str:
        return f"<Trains {self.name}: {len(self.days)} runs, {len(self.stations)} stations>"

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """All dates that any train names."""
        named = {day for days in self.days.dropna() for day in days}
        return tuple(sorted(named))


def read_trains(
    path: Path | str,
    *,
    stations: gpd.GeoDataFrame | None = None,
    datum: str = "gcj02",
    sheet: str | None = None,
) -> Trains:
    """Read a train table.

    Parameters
    ----------
    path
        ``.xlsx`` or ``.csv`` with 车次, 站序, 站名, 到站时间, 出发时间 and optionally 运行日期 (a list of
        dates, or
        ALL) and 是否开通. Of a workbook the sheet with 站序 is read, and 车站 with 经度 and 纬度 where
        there is one.
    stations
        Points by name, in any CRS, instead of a sheet of the workbook.
    datum
        Of the coordinates in the workbook: ``"gcj02"`` (the maps of the ticket site), ``"wgs84"``,
        ``"bd09"``.
    sheet
        Name of the sheet with the stops.

    Returns
    -------
    Trains
        Trains whose times go back, that have unreadable times or a single stop are set aside, with a
        warning that names them and their rows.

    Raises
    ------
    SourceError
        When the file is missing or damaged.
    InputError
        For missing columns, and when no station can be placed or no train is left.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> places = gpd.points_from_xy([113.0, 113.1], [28.2, 27.8])
    >>> at = gpd.GeoDataFrame(geometry=places, index=["长沙", "株洲"], crs=4326)
    >>> rows = "车次,站序,站名,到站时间,出发时间\\nG1,1,长沙,08:00,08:00\\nG1,2,株洲,08:20,08:20\\n"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "trains.csv"
    ...     _ = path.write_text(rows, encoding="utf-8")
    ...     trains = read_trains(path, stations=at)
    >>> trains
    <Trains trains: 1 runs, 2 stations>
    """
    check_choice(datum, "datum", DATUMS)
    path = check_path(path)
    sheets = sheets_of(path)
    stops = stops_of(sheets, sheet, path.name)
    calls, days, aside = calls_of(stops)
    if stations is None:
        stations = placed_of(sheets, datum, path.name)
    else:
        check_points(stations, "stations")
        stations = stations.to_crs(WGS84)
        if stations.geometry.name != "geometry":
            stations = stations.rename_geometry("geometry")
        stations.index = stations.index.map(plain_name)
    counts = {why: int((aside["why"] == why).sum()) for why in FAULTS}
    for why, named in trains_aside(aside).items():
        warnings.warn(
            f"{path.name}: {len(named)} {why}, left out, with their rows in brackets: {some_of(named)}.",
            UrbgeoWarning, stacklevel=2,
        )  # fmt: skip
    if calls.empty:
        named = [one for some in trains_aside(aside).values() for one in some]
        if not named:
            raise InputError(f"{path.name}: it has the heads of a train table, but no train.")
        raise InputError(f"{path.name}: no train is left; set aside are, by rows: {some_of(named)}.")
    used = pd.unique(calls["station"])
    lost = [one for one in used if one not in stations.index]
    if len(lost) == len(used):
        raise InputError(
            f"{path.name}: none of its {len(used)} stations has a place; give stations= with their "
            "names as index."
        )
    known = list(map(str, stations.index))
    near = [", ".join(get_close_matches(one, known, n=2, cutoff=0.5)) for one in lost]
    trains = calls.groupby("station")["run"].nunique()
    unplaced = pd.DataFrame({"nearest": near, "trains": trains.reindex(lost).to_numpy()}, index=lost)
    placed = stations[stations.index.isin(used)]
    return Trains(path.stem, calls, days, placed[~placed.index.duplicated()], unplaced, counts, aside)


def trains_aside(aside: pd.DataFrame) -> dict[str, list[str]]:
    """The trains that were set aside, each with its row in brackets, by why."""
    named = aside["train"].fillna("?").astype(str) + " (" + aside["row"].astype(str) + ")"
    return {str(why): list(some) for why, some in named.groupby(aside["why"], sort=False)}


def direct_minutes(trains: Trains, *, day: dt.date | str | None = None) -> pd.DataFrame:
    """The quickest direct ride between every two stations, as the table has it.

    Parameters
    ----------
    trains
        From :func:`read_trains`.
    day
        Trains of one day only; by default all trains.

    Returns
    -------
    pandas.DataFrame
        ``from_station``, ``to_station``, ``minutes`` from departure to arrival, ``trains`` (how many).

    Raises
    ------
    InputError
        When the day is no date.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> places = gpd.points_from_xy([113.0, 113.1], [28.2, 27.8])
    >>> at = gpd.GeoDataFrame(geometry=places, index=["长沙", "株洲"], crs=4326)
    >>> rows = "车次,站序,站名,到站时间,出发时间\\nG1,1,长沙,08:00,08:00\\nG1,2,株洲,08:20,08:20\\n"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "trains.csv"
    ...     _ = path.write_text(rows, encoding="utf-8")
    ...     trains = read_trains(path, stations=at)
    >>> direct_minutes(trains)["minutes"].tolist()
    [20.0]
    """
    calls = _of_day(trains, day)
    pairs = calls.merge(calls, on="run", suffixes=("", "_to"))
    pairs = pairs[pairs["seq"] < pairs["seq_to"]]
    pairs = pairs.assign(minutes=pairs["arrives_min_to"] - pairs["departs_min"])
    grouped = pairs.groupby(["station", "station_to"])["minutes"]
    table = grouped.agg(minutes="min", trains="size").reset_index()
    return table.rename(columns={"station": "from_station", "station_to": "to_station"})


def train_lines(trains: Trains, *, day: dt.date | str | None = None) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Trains as lines, in the tables that :func:`urbgeo.network.rail.rail_tables` takes.

    Runs that call at the same stops after the same minutes are one line.

    Parameters
    ----------
    trains
        From :func:`read_trains`.
    day
        Trains of one day; by default ``trains_per_day`` is the mean over the dates that the table spans.

    Returns
    -------
    stations, stops
        Points by name, and ``service``, ``seq``, ``station``, ``minutes`` from arrival to arrival,
        ``dwell_min`` between arrival and departure, ``trains_per_day``, ``both_ways`` (False).

    Raises
    ------
    InputError
        When no train runs that day.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> places = gpd.points_from_xy([113.0, 113.1], [28.2, 27.8])
    >>> at = gpd.GeoDataFrame(geometry=places, index=["长沙", "株洲"], crs=4326)
    >>> rows = "车次,站序,站名,到站时间,出发时间\\nG1,1,长沙,08:00,08:00\\nG1,2,株洲,08:20,08:20\\n"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "trains.csv"
    ...     _ = path.write_text(rows, encoding="utf-8")
    ...     trains = read_trains(path, stations=at)
    >>> train_lines(trains)[1]["station"].tolist()
    ['长沙', '株洲']
    """
    calls = _of_day(trains, day)
    calls = calls[calls["station"].isin(trains.stations.index)]
    calls = calls[calls.groupby("run")["station"].transform("size") > 1]
    if calls.empty:
        raise InputError(f"day: no train of {trains.name} runs on {day} between stations with a place.")
    first = calls.groupby("run")["departs_min"].transform("first")
    calls = calls.assign(
        since=calls["arrives_min"].where(calls["run"].duplicated(), first) - first,
        left=calls["departs_min"] - first,
        seq=calls.groupby("run").cumcount() + 1,
    )
    said = calls["station"] + "@" + calls["since"].astype(str) + "@" + calls["left"].astype(str)
    pattern = said.groupby(calls["run"]).agg("|".join)
    weight = (
        pd.Series(1.0, pattern.index) if day is not None else _share_of_days(trains).reindex(pattern.index)
    )
    line = pd.Series(pd.factorize(pattern)[0], pattern.index)
    per_day = weight.groupby(line).sum()
    names = calls.groupby("run")["train"].first()
    kept = line.drop_duplicates()
    stops = calls[calls["run"].isin(kept.index)].copy()
    number = stops["run"].map(line)
    called = stops["run"].map(names).astype(str) + " #" + number.astype(str)
    later = stops["run"].duplicated()
    gaps = stops.groupby("run")["since"].diff()
    table = pd.DataFrame(
        {
            "service": called,
            "seq": stops["seq"],
            "station": stops["station"],
            "minutes": gaps.where(later),
            "dwell_min": (stops["left"] - stops["since"]).clip(lower=0),
            "trains_per_day": number.map(per_day),
            "both_ways": False,
        }
    ).reset_index(drop=True)
    return trains.stations.loc[pd.unique(table["station"])], table


def trains_as_gtfs(trains: Trains) -> Gtfs:
    """The trains as a GTFS feed, for :func:`urbgeo.network.timetable.build_timetable`.

    One trip a run, one service a set of dates; a train of every day runs on all days from 1970 to 2099.
    """
    calls = trains.calls[trains.calls["station"].isin(trains.stations.index)]
    calls = calls[calls.groupby("run")["station"].transform("size") > 1]
    runs = calls.groupby("run")["train"].first()
    days = trains.days.reindex(runs.index)
    trip = runs.astype(str) + " #" + runs.index.astype(str)
    daily = days.isna()
    table = pd.DataFrame(
        {"route_id": runs.to_numpy(), "service_id": np.where(daily, "daily", trip)},
        index=pd.Index(trip, name="trip_id"),
    )
    week = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    calendar = pd.DataFrame(
        [
            {
                "service_id": "daily",
                **dict.fromkeys(week, "1"),
                "start_date": "19700101",
                "end_date": "20991231",
            }
        ]
    )
    dates = [(trip[run], f"{day:%Y%m%d}", "1") for run, some in days[~daily].items() for day in some]
    times = pd.DataFrame(
        {
            "trip_id": calls["run"].map(trip).to_numpy(),
            "stop_id": calls["station"].to_numpy(),
            "arrival": (calls["arrives_min"].fillna(calls["departs_min"]) * 60).astype(np.int64).to_numpy(),
            "departure": (calls["departs_min"].fillna(calls["arrives_min"]) * 60).astype(np.int64).to_numpy(),
            "boards": True,
            "alights": True,
        }
    )
    stops = gpd.GeoDataFrame({"name": trains.stations.index}, index=trains.stations.index.rename("stop_id"),
                             geometry=trains.stations.geometry.to_numpy(), crs=WGS84)  # fmt: skip
    routes = pd.DataFrame({"route_type": "2"}, index=pd.Index(runs.unique(), name="route_id"))
    frequencies = pd.DataFrame(columns=["trip_id", "start_time", "end_time", "headway_secs"])
    exceptions = pd.DataFrame(dates, columns=["service_id", "date", "exception_type"])
    return Gtfs(
        trains.name, stops, routes, table, times, calendar, exceptions, frequencies, dict(trains.counts)
    )


def _of_day(trains: Trains, day: dt.date | str | None) -> pd.DataFrame:
    check_object(trains, "trains", Trains, "read_trains reads them")
    if day is None:
        return trains.calls
    date = check_date(day)
    runs = trains.days.index[[days is None or date in days for days in trains.days]]
    return trains.calls[trains.calls["run"].isin(runs)]


def _share_of_days(trains: Trains) -> pd.Series:
    """Of the dates between the first and the last named, the share on which each run runs."""
    dates = trains.dates
    span = (dates[-1] - dates[0]).days + 1 if dates else 1
    return trains.days.map(lambda days: 1.0 if days is None else len(days) / span)
