"""A timetable as lines: runs that call at the same stops in the same order, as rail tables take them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.arguments import check_object
from urbgeo.checks import check_quantity
from urbgeo.errors import InputError
from urbgeo.network.rail import RailTerms
from urbgeo.network.timetable import Timetable, window_s
from urbgeo.types import Floats


def lines_of(
    timetable: Timetable,
    *,
    window: tuple[str, str] = ("00:00", "24:00"),
    service_hours: float | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The timetable as lines, in the tables that :func:`urbgeo.network.rail.rail_tables` takes.

    Runs of one route that call at the same stops in the same order are one line, in that direction only. Only
    runs whose first departure lies in the window count. Timetables written in whole minutes give some stops
    the time of the stop before: these are spaced evenly up to the next time.

    Parameters
    ----------
    timetable
        Of the day.
    window
        When runs begin.
    service_hours
        Scale the trains in the window to a day of so many hours, so that waiting for them is right; by
        default that of ``RailTerms``, or the window where it is longer.

    Returns
    -------
    stations, stops
        Points (index = stop id; ``name``); and ``service`` (number of the line), ``seq`` (from 1),
        ``station``, ``minutes`` from the stop before (differences of the medians at arrival; NaN at the
        first), ``trains_per_day``, ``both_ways`` and ``reserved`` (False), ``route_id``.

    Raises
    ------
    InputError
        When the window is empty or no run starts in it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from urbgeo.network.timetable import build_timetable
    >>> from urbgeo.sources.gtfs import read_gtfs
    >>> texts = {
    ...     "agency": "agency_id,agency_name,agency_url,agency_timezone|1,Bus,http://bus,Asia/Shanghai",
    ...     "stops": "stop_id,stop_name,stop_lat,stop_lon|A,A,28,112|B,B,28,112.1",
    ...     "routes": "route_id,agency_id,route_short_name,route_long_name,route_type|7,1,7,,3",
    ...     "trips": "route_id,service_id,trip_id|7,daily,first",
    ...     "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence|"
    ...     "first,08:05:00,08:05:00,A,1|first,08:20:00,08:20:00,B,2",
    ...     "calendar_dates": "service_id,date,exception_type|daily,20260304,1",
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, text in texts.items():
    ...         _ = (Path(folder) / f"{name}.txt").write_text(text.replace("|", chr(10)))
    ...     feed = read_gtfs(folder, name="bus")
    >>> stations, stops = lines_of(build_timetable(feed, day="2026-03-04"))
    >>> stops["minutes"].tolist()
    [nan, 15.0]
    """
    check_object(timetable, "timetable", Timetable, "build_timetable makes one of GTFS feeds")
    start, end = window_s(window)
    hours = (end - start) / 3600.0
    day = check_quantity(
        RailTerms().service_hours if service_hours is None else service_hours, "service_hours"
    )
    hop = _numbered(timetable, start, end)
    lines = hop.groupby("line")
    about = lines.agg(runs=("run", "nunique"), route_id=("route_id", "first"))
    later = hop.groupby(["line", "seq"]).agg(place=("to_stop", "first"), since=("since", "median"))
    begin = hop[hop["seq"] == 2].groupby("line").agg(place=("from_stop", "first")).assign(since=0.0, seq=1)
    table = pd.concat([begin.set_index("seq", append=True), later]).sort_index().reset_index()
    since = table.groupby("line")["since"].transform(_spaced)
    ids = timetable.stops.index.to_numpy()[table["place"]]
    stops = pd.DataFrame(
        {
            "service": table["line"],
            "seq": table["seq"],
            "station": ids,
            "minutes": since.groupby(table["line"]).diff(),
            "trains_per_day": table["line"].map(about["runs"]) * max(1.0, day / hours),
            "both_ways": False,
            "reserved": False,
            "route_id": table["line"].map(about["route_id"]),
        }
    )
    return timetable.stops.loc[stops["station"].unique()], stops


def _numbered(timetable: Timetable, start: int, end: int) -> pd.DataFrame:
    """Hops of the runs that begin in the window, with their line, place in it and minutes since its start."""
    hop = timetable.connections.sort_values(["run", "departs", "arrives"], kind="stable")
    first = hop.groupby("run")["departs"].transform("first")
    hop = hop.assign(since=(hop["arrives"] - first) / 60.0)[(first >= start) & (first < end)]
    if hop.empty:
        raise InputError(f"window: no run begins in it on {timetable.day}.")
    by_run = hop.groupby("run", sort=True)
    called = by_run["from_stop"].agg(list)
    pattern = [(*calls, last) for calls, last in zip(called, by_run["to_stop"].last(), strict=True)]
    route = timetable.runs["route_id"].loc[called.index]
    keys = pd.MultiIndex.from_arrays([route, pd.Series(pattern, dtype=object)])
    line = pd.Series(pd.factorize(keys)[0] + 1, called.index)
    return hop.assign(line=hop["run"].map(line), seq=by_run.cumcount() + 2, route_id=hop["run"].map(route))


def _spaced(since: pd.Series) -> Floats:
    """Minutes since the first stop, growing from stop to stop: equal ones are spaced up to the next."""
    minutes = since.to_numpy(np.float64)
    known = np.concatenate([[True], np.diff(minutes) > 0])
    if not known[-1]:
        known[np.flatnonzero(known)[-1]] = known.sum() == 1
        known[-1] = True
    place = np.arange(len(minutes))
    return np.interp(place, place[known], minutes[known])
