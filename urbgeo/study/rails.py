"""Trains of a region from a train table, GTFS, or tables of lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from urbgeo.checks import check_ids
from urbgeo.crs import WGS84
from urbgeo.errors import InputError
from urbgeo.language import catalogued
from urbgeo.network.timetable import build_timetable
from urbgeo.network.timetable_lines import lines_of
from urbgeo.sources.gtfs import Gtfs, read_gtfs, services_on
from urbgeo.sources.trains import Trains, read_trains, train_lines, trains_aside
from urbgeo.study.findings import LISTED, Findings
from urbgeo.study.roads import Box

STATION_NAMES = ("站名", "车站", "车站名称", "station", "name_zh", "name", "名称")
"""Columns that hold the names of stations, looked for in this order."""

STATION_COLUMNS = ("name_zh", "name_en", "kind")
SECTION_COLUMNS = ("line", "class", "geometry")


@dataclass(frozen=True, eq=False)
class Rails:
    """Stations, stops of lines, and lines to draw; ``source`` says where they come from."""

    stations: gpd.GeoDataFrame
    stops: pd.DataFrame
    sections: gpd.GeoDataFrame
    source: str = ""

    @classmethod
    def none(cls) -> Rails:
        """No trains at all."""
        return cls(
            gpd.GeoDataFrame(columns=[*STATION_COLUMNS, "geometry"], geometry="geometry", crs=WGS84),
            pd.DataFrame(columns=["service", "seq", "station", "minutes", "trains_per_day"]),
            gpd.GeoDataFrame(columns=list(SECTION_COLUMNS), geometry="geometry", crs=WGS84),
        )

    def drawn_as(self, lines: gpd.GeoDataFrame) -> Rails:
        """The same trains, drawn along these lines."""
        kinds = lines["class"] if "class" in lines else pd.Series("conventional", lines.index)
        sections = gpd.GeoDataFrame({"class": kinds}, geometry=lines.geometry, crs=lines.crs)
        return replace(self, sections=sections)


def read_rails(
    trains: Any, *, box: Box, stations: gpd.GeoDataFrame | None, day: str | None, findings: Findings
) -> Rails:
    """Trains that call at least twice in the box, as tables; what was found is noted.

    - ``trains``: Path of a train table (``.xlsx``, ``.csv``) or GTFS feed (``.zip``, folder), several
      feeds, a :class:`Trains`, a :class:`Gtfs`, or ``(stations, stops)``.
    - ``box``: West, south, east, north in degrees.
    - ``stations``: Points by name for a train table without a sheet of them.
    - ``day``: Whose trains run; for a train table None means the mean over its dates, for GTFS a
      Wednesday of it.

    Raises
    ------
    InputError
        For what is no source of trains, or when none runs in the box.
    """
    if isinstance(trains, tuple) and len(trains) == 2 and isinstance(trains[0], gpd.GeoDataFrame):
        points, stops = trains
        return _cut(points.to_crs(WGS84), stops, box, catalogued("Trains: tables of one's own"), findings)
    if isinstance(trains, list | tuple):
        return _of_feeds(
            [one if isinstance(one, Gtfs) else read_gtfs(one) for one in trains], day, box, findings
        )
    if isinstance(trains, Gtfs):
        return _of_feeds([trains], day, box, findings)
    if isinstance(trains, str | Path) and (Path(trains).suffix.lower() == ".zip" or Path(trains).is_dir()):
        return _of_feeds([read_gtfs(trains)], day, box, findings)
    if isinstance(trains, str | Path):
        placed = None if stations is None else _by_name(stations)
        trains = read_trains(trains, stations=placed)
    if not isinstance(trains, Trains):
        raise InputError(f"trains: a train table or GTFS is needed, not {type(trains).__name__}.")
    return _of_table(trains, day, box, findings)


def _by_name(stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Stations by what a train table may call them: the names of a column, where it has some, or ids."""
    column = next((one for one in STATION_NAMES if one in stations.columns), None)
    if column is None:
        return stations
    check_ids(pd.Index(stations[column]), f"stations: {column}")
    named = stations.set_index(column, drop=False)
    return gpd.GeoDataFrame(pd.concat([named, stations[~stations.index.isin(named.index)]]))


def _of_table(trains: Trains, day: str | None, box: Box, findings: Findings) -> Rails:
    findings.add("trains", "found", f"runs in {trains.name}", count=len(trains.days))
    for why, named in trains_aside(trains.set_aside).items():
        findings.add("trains", "left over", f"{why}, with their rows in brackets", ids=named)
    if len(trains.unplaced):
        said = [f"{name} ≈ {row.nearest or '–'}" for name, row in trains.unplaced.iterrows()]
        what_hint = "stations of no known place (≈ the nearest known)"
        findings.add("trains", "left over", what_hint, ids=said, shown=LISTED, do="stations=, points by name")
    points, stops = train_lines(trains, day=day)
    when = day or (f"mean of {trains.dates[0]} to {trains.dates[-1]}" if trains.dates else "every day")
    return _cut(points, stops, box, catalogued(f"Trains: {trains.name}, {when}"), findings)


def _of_feeds(feeds: list[Gtfs], day: str | None, box: Box, findings: Findings) -> Rails:
    date = day or _wednesday(feeds[0])
    points, stops = lines_of(build_timetable(feeds, day=date))
    findings.add("trains", "found", f"lines of {', '.join(one.name for one in feeds)} on {date}",
                 count=stops["service"].nunique())  # fmt: skip
    return _cut(
        points.to_crs(WGS84), stops, box, f"GTFS {', '.join(one.name for one in feeds)}, {date}", findings
    )


def _wednesday(feed: Gtfs) -> dt.date:
    """The first Wednesday on which the feed's calendar, or its exceptions, hold trips."""
    weekly = feed.calendar[feed.calendar["wednesday"] == "1"]
    added = feed.calendar_dates.loc[feed.calendar_dates["exception_type"] == "1", "date"]
    spans = [*zip(weekly["start_date"], weekly["end_date"], strict=True), *zip(added, added, strict=True)]
    # A Wednesday that every service leaves out, a holiday, is passed over: so many exceptions, so many more.
    most = len(feed.calendar_dates) + 1
    for start, end in sorted(spans):
        first = dt.datetime.strptime(start, "%Y%m%d").date()
        first += dt.timedelta((2 - first.weekday()) % 7)
        for week in range(most):
            day = first + dt.timedelta(7 * week)
            if f"{day:%Y%m%d}" > end:
                break
            if services_on(feed, day):
                return day
    raise InputError(f"trains: {feed.name} has no Wednesday; name a train_day.")


def _cut(points: gpd.GeoDataFrame, stops: pd.DataFrame, box: Box, source: str, findings: Findings) -> Rails:
    """Only stations in the box, and of each line what runs between them."""
    west, south, east, north = box
    inside = points.cx[west:east, south:north]
    stops = stops.sort_values(["service", "seq"], kind="stable")
    since = stops["minutes"].where(stops["service"].duplicated(), 0.0).groupby(stops["service"]).cumsum()
    kept = stops.assign(since=since)[stops["station"].isin(inside.index)]
    kept = kept[kept.groupby("service")["station"].transform("nunique") > 1]
    if kept.empty:
        raise InputError("trains: none runs between two stations in or around the region.")
    kept = kept.assign(
        minutes=kept.groupby("service")["since"].diff(), seq=kept.groupby("service").cumcount() + 1
    ).drop(columns="since")
    used = inside[inside.index.isin(kept["station"])]
    findings.add("trains", "joined", "stations in and around the region that trains call at", count=len(used))
    findings.add("trains", "joined", "lines between them", count=kept["service"].nunique())
    names = used["name_zh"] if "name_zh" in used else used.get("name", used.index.to_series()).astype(str)
    stations = gpd.GeoDataFrame(
        {"name_zh": names.to_numpy(), "name_en": names.to_numpy(), "kind": _kinds(points, kept, used)},
        index=used.index, geometry=used.geometry.to_numpy(), crs=WGS84,
    )  # fmt: skip
    return Rails(stations, kept.reset_index(drop=True), Rails.none().sections, source)


def _kinds(points: gpd.GeoDataFrame, stops: pd.DataFrame, used: gpd.GeoDataFrame) -> list[str]:
    """The kind a table gives; else ``hsr`` where a train numbered G, D or C calls, ``rail`` elsewhere."""
    if "kind" in points:
        return [str(one) for one in used["kind"]]
    fast = stops["service"].astype(str).str.match(r"[GDC]\d")
    called = set(stops.loc[fast, "station"])
    return ["hsr" if one in called else "rail" for one in used.index]
