"""GTFS feeds: read within limits, checked, and turned to the connections that run on one day."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.arguments import check_path, check_text
from urbgeo.checks import check_columns
from urbgeo.crs import WGS84, between_km
from urbgeo.errors import Faults, InputError, SourceError, UrbgeoWarning, some_of
from urbgeo.sources.feed_files import GtfsLimits as GtfsLimits
from urbgeo.sources.feed_files import cells_of, in_folder, unzipped
from urbgeo.sources.feed_transfers import no_transfers, transfer_rules

DAY_S = 86_400
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ADDED, REMOVED = "1", "2"
NEXT_MORNING_S = 6 * 3600
"""Trips of the day after that begin before this are part of a day's evening: one may wait for them."""

MOST_RUNS = 200_000
"""Runs that the headways of a feed may stand for on one day."""

OPEN_FAULT = "trips without a time at their first or last stop"
BACKWARDS_FAULT = "trips that run backwards in time"
UNTIMED_FAULT = "trips without stop times"
FLEX_FAULT = "trips without fixed stops (flex)"
LOST_FAULT = "trips with stops that are not there"
NO_TIME_FAULT = "trips with times that are none"
HOMELESS_FAULT = "trips of services that no calendar names"
NOWHERE_FAULT = "rows of transfers.txt that name what is not there"

DATE = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
KEYS = ("stop_id", "trip_id", "route_id", "service_id", "arrival_time", "departure_time", "date",
        "start_date", "end_date", "exception_type", *WEEKDAYS)  # fmt: skip
"""Columns whose blanks around the text mean nothing."""

NOT_APPLIED = ("pathways",)
"""Files of the standard whose rules are not applied; a feed that has them says so."""

NOT_HERE = "1"
"""pickup_type and drop_off_type: nobody boards or alights."""

NEEDED: dict[str, tuple[str, ...]] = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("route_id", "service_id", "trip_id"),
    "stop_times": ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
}
OPTIONAL: dict[str, tuple[str, ...]] = {
    "calendar": ("service_id", *WEEKDAYS, "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": (),
}


@dataclass(frozen=True, eq=False)
class Gtfs:
    """The tables of one feed, as text but for times (seconds after midnight) and coordinates.

    ``transfers`` are the rules of changing between stops and of staying aboard (``feed_transfers``);
    ``counts`` says what was set aside: trips without usable times, stop times of unknown trips.
    """

    name: str
    stops: gpd.GeoDataFrame
    routes: pd.DataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    calendar: pd.DataFrame
    calendar_dates: pd.DataFrame
    frequencies: pd.DataFrame
    counts: dict[str, int]
    transfers: pd.DataFrame = field(default_factory=no_transfers)


def read_gtfs(path: Path | str, *, name: str | None = None, limits: GtfsLimits | None = None) -> Gtfs:
    """Read a GTFS feed from a zip file or a folder.

    Empty times between timed stops are filled in by the distance between stops. Trips without a time at their
    first or last stop, and trips whose times go back, are left out with a warning.

    Parameters
    ----------
    path
        Zip file or folder.
    name
        What the feed is called in stop ids; by default the name of the file.
    limits
        How much a zip file may unpack to.

    Returns
    -------
    Gtfs
        Its tables; ``counts`` says what was set aside.

    Raises
    ------
    SourceError
        When it is no zip file, damaged, larger than the limits, or lacks required files.
    InputError
        Listing missing columns, repeated ids, stops without coordinates, references to nothing.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> feed = {
    ...     "stops": "stop_id,stop_lat,stop_lon\\nA,28.2,112.9\\nB,28.2,113.0",
    ...     "routes": "route_id,route_type\\nr,3",
    ...     "trips": "route_id,service_id,trip_id\\nr,s,t",
    ...     "calendar_dates": "service_id,date,exception_type\\ns,20260901,1",
    ...     "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\\n"
    ...                   "t,8:00:00,8:00:00,A,1\\nt,8:10:00,8:10:00,B,2"}
    >>> with TemporaryDirectory() as folder:
    ...     for name, text in feed.items():
    ...         _ = (Path(folder) / f"{name}.txt").write_text(text)
    ...     read_gtfs(folder, name="town").stop_times["departure"].tolist()
    [28800, 29400]
    """
    path = check_path(path)
    name = path.stem if name is None else check_text(name, "name")
    wanted = (*NEEDED, *OPTIONAL, *NOT_APPLIED)
    texts = in_folder(path, wanted) if path.is_dir() else unzipped(path, limits or GtfsLimits(), wanted)
    missing = [f"{table}.txt" for table in NEEDED if table not in texts]
    if "calendar" not in texts and "calendar_dates" not in texts:
        missing.append("calendar.txt or calendar_dates.txt")
    if missing:
        raise SourceError(f"{path}: no complete GTFS feed; it lacks {some_of(missing)}.")
    tables = {table: _table(path, table, texts.get(table)) for table in (*NEEDED, *OPTIONAL)}
    _check_calendars(tables)
    tables["stop_times"], set_aside = _usable(tables)
    stops = _stops(tables["stops"], set(tables["stop_times"]["stop_id"].unique()))
    _check_references(tables)
    times, counts, back = _timed(tables["stop_times"], tables["trips"], stops)
    transfers, nowhere = transfer_rules(tables["transfers"], tables)
    counts = {**set_aside, **counts, NOWHERE_FAULT: nowhere}
    for name_, count in _not_applied(texts).items():
        warnings.warn(f"{path.name}: {count} {name_} are not applied.", UrbgeoWarning, stacklevel=2)
    for what, count in counts.items():
        if count:
            rows_hint = f", with their rows in brackets: {some_of(back)}" if what == BACKWARDS_FAULT else ""
            warnings.warn(f"{path.name}: {count} {what}, left out{rows_hint}.", UrbgeoWarning, stacklevel=2)
    return Gtfs(
        name,
        stops,
        tables["routes"].set_index("route_id"),
        tables["trips"].set_index("trip_id"),
        times,
        tables["calendar"],
        tables["calendar_dates"],
        tables["frequencies"],
        counts,
        transfers,
    )


def _usable(tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, dict[str, int]]:
    """The stop times of trips that can be used, and how many trips were set aside for what.

    Refused only where nothing would be left.
    """
    times, trips = tables["stop_times"], tables["trips"]
    known = set(tables["calendar"]["service_id"]) | set(tables["calendar_dates"]["service_id"])
    homeless = trips.loc[~trips["service_id"].isin(known), "trip_id"]
    stated = times["arrival_time"].ne("") | times["departure_time"].ne("")
    bad = pd.Series(False, times.index)
    for column in ("arrival_time", "departure_time"):
        bad |= times[column].ne("") & _seconds(times[column]).isna()
    lost = ~times["stop_id"].isin(tables["stops"]["stop_id"])
    flexible = lost & times["stop_id"].eq("") | (lost & ~stated)
    reasons = {
        FLEX_FAULT: times.loc[flexible, "trip_id"],
        LOST_FAULT: times.loc[lost & ~flexible, "trip_id"],
        NO_TIME_FAULT: times.loc[bad, "trip_id"],
        HOMELESS_FAULT: homeless,
    }
    counts, aside = {}, set[str]()
    for reason, ids in reasons.items():
        named = set(ids.unique())
        counts[reason] = len(named - aside)
        aside |= named
    left = times[~times["trip_id"].isin(aside)] if aside else times
    if left.empty and len(times):
        unknown = times.loc[lost, "stop_id"].unique()
        faults = Faults("GTFS feed")
        if len(unknown):
            faults.add("stop_times.txt names stops that are not there", ids=unknown)
        told = [f"{count} {reason}" for reason, count in counts.items() if count]
        faults.add(f"no trip is left: {', '.join(told)}")
        faults.raise_if_any()
    return left, counts


def _check_calendars(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse dates that are none and flags that are neither 0 nor 1, by rows: a service would never end."""
    faults = Faults("GTFS feed")
    wanted = {
        "calendar": {"start_date": DATE, "end_date": DATE, **dict.fromkeys(WEEKDAYS, "[01]")},
        "calendar_dates": {"date": DATE, "exception_type": "[12]"},
    }
    for table, forms in wanted.items():
        for column, form in forms.items():
            values = tables[table][column]
            wrong = ~values.astype(str).str.fullmatch(form)
            if wrong.any():
                faults.add(
                    f"{table}.txt: {column} says {some_of(values[wrong].unique(), 3)}",
                    ids=[f"row {row + 2}" for row in np.flatnonzero(wrong)],
                    remedy="dates are 20261231, days 0 or 1, exceptions 1 or 2",
                )
    faults.raise_if_any()


def _not_applied(texts: dict[str, bytes]) -> dict[str, int]:
    """Rules of the standard in this feed that minutes do not follow, counted."""
    counts = {
        f"rows of {table}.txt": max(len(texts[table].splitlines()) - 1, 0)
        for table in NOT_APPLIED
        if table in texts
    }
    return {what: count for what, count in counts.items() if count}


def services_on(feed: Gtfs, day: dt.date) -> set[str]:
    """The services that run on a day: by the calendar, with its exceptions."""
    stamp = f"{day:%Y%m%d}"
    weekly = feed.calendar
    runs = (
        (weekly[WEEKDAYS[day.weekday()]] == "1")
        & (weekly["start_date"] <= stamp)
        & (weekly["end_date"] >= stamp)
    )
    services = set(weekly.loc[runs, "service_id"])
    special = feed.calendar_dates[feed.calendar_dates["date"] == stamp]
    services |= set(special.loc[special["exception_type"] == ADDED, "service_id"])
    return services - set(special.loc[special["exception_type"] == REMOVED, "service_id"])


def seconds_of(text: str) -> int:
    """Seconds after midnight of ``"08:30"`` or ``"25:10:00"``.

    Raises
    ------
    InputError
        When it is no time.
    """
    parts = str(text).strip().split(":")
    known = len(parts) in (2, 3) and all(part.isdigit() for part in parts)
    if not known or any(int(part) > 59 for part in parts[1:]):
        raise InputError(f"time: {text!r} is no time of day; write it as 08:30 or 08:30:00.")
    hours, minutes, seconds = (*map(int, parts), 0)[:3]
    return hours * 3600 + minutes * 60 + seconds


def trips_on(feed: Gtfs, day: dt.date) -> pd.DataFrame:
    """Stop times of the trips that run on a day, with seconds counted from its midnight.

    Trips of the day before that run past midnight are among them, and those of the day after that begin
    before :data:`NEXT_MORNING_S`, for who waits past midnight; trips given by headway (frequencies) are
    written out one by one. Columns: ``run`` (number), ``days`` (0, or -1 and 1 for the day before and after),
    ``trip_id``, ``stop_id``, ``arrival``, ``departure``, ``boards``, ``alights``, in order of travel.
    """
    parts = []
    for number, days in enumerate((0, -1, 1)):
        shift, date = days * DAY_S, day + dt.timedelta(days=days)
        services = services_on(feed, date)
        trips = feed.trips.index[feed.trips["service_id"].isin(services)]
        times = feed.stop_times[feed.stop_times["trip_id"].isin(trips)]
        times = _written_out(times, feed.frequencies)
        times = times.assign(arrival=times["arrival"] + shift, departure=times["departure"] + shift)
        by_run = times.groupby("run")
        here = by_run["arrival"].transform("max") >= 0
        here &= by_run["departure"].transform("min") < (DAY_S + NEXT_MORNING_S if days == 1 else np.inf)
        parts.append(times[here].assign(run=times.loc[here, "run"] * 3 + number, days=days))
    both = pd.concat(parts, ignore_index=True)
    return both.assign(run=pd.factorize(both["run"])[0])


def _table(path: Path, table: str, content: bytes | None) -> pd.DataFrame:
    columns = {**NEEDED, **OPTIONAL}[table]
    if content is None or not content.strip():
        if table in NEEDED:
            raise SourceError(f"{path}: {table}.txt is empty.")
        return pd.DataFrame(columns=list(columns), dtype=str)
    try:
        frame = cells_of(content)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise SourceError(f"{path}: {table}.txt is no table in UTF-8 ({error}).") from error
    frame.columns = frame.columns.str.strip()
    check_columns(frame, f"{path.name}: {table}.txt", columns)
    return frame.assign(**{key: frame[key].str.strip() for key in KEYS if key in frame})


def _stops(table: pd.DataFrame, used: set[str]) -> gpd.GeoDataFrame:
    table = table[table["stop_id"].isin(used)].set_index("stop_id")
    lon, lat = (pd.to_numeric(table[column], errors="coerce") for column in ("stop_lon", "stop_lat"))
    faults = Faults("stops.txt")
    lost = lon.isna() | lat.isna() | (lon.abs() > 180) | (lat.abs() > 90)
    if lost.any():
        faults.add("stops without usable coordinates", ids=table.index[lost], remedy="locate or drop them")
    again = table.index[table.index.duplicated()].unique()
    if len(again):
        faults.add("stop_id is repeated", ids=again)
    faults.raise_if_any()
    names = table.get("stop_name", "")
    return gpd.GeoDataFrame(
        {"name": names}, index=table.index, geometry=gpd.points_from_xy(lon, lat), crs=WGS84
    )


def _check_references(tables: dict[str, pd.DataFrame]) -> None:
    faults = Faults("GTFS feed")
    trips, routes = tables["trips"], tables["routes"]
    for table, key in ((trips, "trip_id"), (routes, "route_id")):
        again = table.loc[table[key].duplicated(), key]
        if len(again):
            faults.add(f"{key} is repeated", ids=again.unique())
    lost = set(trips["route_id"]) - set(routes["route_id"])
    if lost:
        faults.add("trips.txt names routes that are not there", ids=sorted(lost))
    lost = set(tables["stop_times"]["trip_id"].unique()) - set(trips["trip_id"])
    if lost:
        faults.add("stop_times.txt names trips that are not there", ids=sorted(lost))
    faults.raise_if_any()


def _timed(
    table: pd.DataFrame, trips: pd.DataFrame, stops: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, dict[str, int], list[str]]:
    """Stop times in order of travel, in seconds, gaps filled; what was left out; trips that go back."""
    place, distinct = pd.factorize(table["stop_sequence"])
    sequence = pd.Series(pd.to_numeric(pd.Series(distinct), errors="coerce").to_numpy()[place], table.index)
    times = pd.DataFrame(
        {
            "trip_id": table["trip_id"],
            "stop_id": table["stop_id"],
            "arrival": _seconds(table["arrival_time"]),
            "departure": _seconds(table["departure_time"]),
            "boards": table["pickup_type"] != NOT_HERE if "pickup_type" in table else True,
            "alights": table["drop_off_type"] != NOT_HERE if "drop_off_type" in table else True,
            "row": table.index + 2,
        }
    )
    if sequence.isna().any():
        rows = [f"row {row + 2}" for row in np.flatnonzero(sequence.isna())]
        raise InputError(f"stop_times.txt: stop_sequence is no number in {some_of(rows)}.")
    trip = pd.factorize(times["trip_id"])[0]
    order = np.lexsort((sequence, trip))
    trip, times = trip[order], times.iloc[order].reset_index(drop=True)
    times["arrival"] = times["arrival"].fillna(times["departure"])
    times["departure"] = times["departure"].fillna(times["arrival"])
    # Trips stand one after the other from here on: first and last stops are where the number changes.
    first = np.flatnonzero(np.diff(trip, prepend=-1))
    last = np.append(first[1:], len(trip))[: len(first)] - 1
    arrival = times["arrival"].to_numpy()
    whole = np.isfinite(arrival[first]) & np.isfinite(arrival[last]) & (last > first)
    open_ended = ~whole[trip]
    counts = {OPEN_FAULT: int((~whole).sum())}
    trip, times = trip[~open_ended], _filled(times[~open_ended].reset_index(drop=True), stops)
    later = np.where(np.diff(trip, prepend=-1) == 0, times["departure"].shift().to_numpy(), -np.inf)
    turned = (times["arrival"].to_numpy() < later) | (times["departure"] < times["arrival"]).to_numpy()
    backwards = np.isin(trip, trip[turned])
    back = times[turned].drop_duplicates("trip_id")
    counts[BACKWARDS_FAULT] = len(back)
    counts[UNTIMED_FAULT] = len(set(trips["trip_id"]) - set(table["trip_id"].unique()))
    times = times[~backwards].drop(columns="row").reset_index(drop=True)
    named = [f"{one} ({row})" for one, row in zip(back["trip_id"], back["row"], strict=True)]
    return times.astype({"arrival": np.int64, "departure": np.int64}), counts, named


def _seconds(texts: pd.Series) -> pd.Series:
    """Seconds after midnight, NaN for what is no time; each text is read once, however often it stands."""
    place, distinct = pd.factorize(texts)
    each = pd.Series(distinct).astype(str).str.strip()
    parts = each.str.extract(r"^(\d+):([0-5]?\d):([0-5]?\d)$").astype(float)
    seconds = (parts[0] * 3600 + parts[1] * 60 + parts[2]).to_numpy()
    return pd.Series(np.append(seconds, np.nan)[place], index=texts.index)


def _filled(times: pd.DataFrame, stops: gpd.GeoDataFrame) -> pd.DataFrame:
    """Times at untimed stops, in proportion to the straight distance from stop to stop."""
    if times.empty or times["arrival"].notna().all():
        return times
    place = stops.index.get_indexer(pd.Index(times["stop_id"]))
    spots = shapely.get_coordinates(stops.geometry.to_numpy())[place]
    along = np.concatenate([[0.0], np.cumsum(between_km(spots[:-1], spots[1:]))])
    known = times["arrival"].notna().to_numpy()
    timed, rows = np.flatnonzero(known), np.arange(len(times))
    before = timed[np.searchsorted(timed, rows, side="right") - 1]
    after = timed[np.searchsorted(timed, rows)]
    left, right = times["departure"].to_numpy()[before], times["arrival"].to_numpy()[after]
    span = along[after] - along[before]
    share = np.where(span > 0, (along - along[before]) / np.where(span > 0, span, 1.0), 0.0)
    between = np.round(left + share * (right - left))
    filled = {name: np.where(known, times[name], between) for name in ("arrival", "departure")}
    return times.assign(**filled)


def _check_runs(frequencies: pd.DataFrame, trips: set[str]) -> None:
    """Refuse headways that stand for more runs than any network has: they would never be written out."""
    runs: dict[str, int] = {}
    for row in frequencies.itertuples():
        text = str(row.headway_secs)
        if str(row.trip_id) in trips and text.isdigit() and int(text) > 0:
            seconds = seconds_of(str(row.end_time)) - seconds_of(str(row.start_time))
            runs[str(row.trip_id)] = runs.get(str(row.trip_id), 0) + max(-(-seconds // int(text)), 0)
    if sum(runs.values()) > MOST_RUNS:
        most = sorted(runs, key=lambda trip: -runs[trip])
        raise InputError(
            f"frequencies.txt: {sum(runs.values())} runs a day, above {MOST_RUNS}; look at end_time and "
            f"headway_secs of {some_of(most, 3)}."
        )


def _written_out(times: pd.DataFrame, frequencies: pd.DataFrame) -> pd.DataFrame:
    """Every run of every trip, numbered by ``run``; trips given by headway once for each departure."""
    single = times[~times["trip_id"].isin(frequencies["trip_id"])]
    runs = [single.assign(run=pd.factorize(single["trip_id"])[0])]
    number = int(runs[0]["run"].max()) + 1 if len(single) else 0
    by_trip = dict(tuple(times[times["trip_id"].isin(frequencies["trip_id"])].groupby("trip_id")))
    _check_runs(frequencies, set(by_trip))
    for row in frequencies.itertuples():
        text = str(row.headway_secs)
        headway = int(text) if text.isdigit() else 0
        if headway <= 0:
            raise InputError(f"frequencies.txt: trip {row.trip_id} has headway {text!r}; it must be > 0 s.")
        pattern = by_trip.get(str(row.trip_id))
        if pattern is None:
            continue
        first = int(pattern["departure"].iloc[0])
        for start in range(seconds_of(str(row.start_time)), seconds_of(str(row.end_time)), headway):
            moved = {name: pattern[name] - first + start for name in ("arrival", "departure")}
            runs.append(pattern.assign(**moved, run=number))
            number += 1
    return pd.concat(runs, ignore_index=True)
