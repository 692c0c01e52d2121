"""Train tables as the ticket site gives them: one row a stop, the head of a train in its first row only."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import check_choice, check_points
from urbgeo.crs import WGS84, bd09_to_gcj02, gcj02_to_wgs84
from urbgeo.errors import Faults, InputError, MissingExtraError, SourceError, UrbgeoWarning, some_of
from urbgeo.sources.dbase import sniffed
from urbgeo.sources.gtfs import Gtfs

DAY_MIN = 1440
LONGEST_LEG_MIN = 960
"""A leg longer than this means that a train runs backwards in time."""

DATUMS = ("wgs84", "gcj02", "bd09")
EVERY_DAY = ("ALL", "", "每日", "每天")

_HEADS = {
    "train": ("车次", "train"),
    "seq": ("站序", "序号", "seq"),
    "station": ("站名", "车站", "station"),
    "arrives": ("到站时间", "到达时间", "到达", "到时", "arrives"),
    "departs": ("出发时间", "开车时间", "出发", "发时", "departs"),
    "days": ("运行日期", "开行日期", "days"),
    "open": ("是否开通",),
}
_STATION_HEADS = {"lon": ("经度", "lon", "longitude"), "lat": ("纬度", "lat", "latitude")}
_CODE = re.compile(r"[A-Z]{3}")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True, eq=False)
class Trains:
    """Trains with the exact times of their calls.

    ``calls``: one row per call, in order of travel: ``run`` (number of the row group), ``train``, ``seq``
    (from
    1), ``station``, ``arrives_min``, ``departs_min`` (minutes after midnight of the first day, so beyond 1440
    past midnight). ``days``: dates of each run, None for every day. ``stations``: points in WGS84 by name;
    those of no known place are in ``unplaced`` with the nearest names, and their calls are passed through.
    ``counts``: what was set aside.
    """

    name: str
    calls: pd.DataFrame
    days: pd.Series
    stations: gpd.GeoDataFrame
    unplaced: pd.DataFrame
    counts: dict[str, int]

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
        Trains that run backwards, that have unreadable times or a single stop are set aside and counted,
        with a warning.

    Raises
    ------
    SourceError
        When the file is missing or damaged.
    InputError
        For missing columns, and when no station can be placed.
    """
    check_choice(datum, "datum", DATUMS)
    path = Path(path)
    sheets = _sheets(path)
    stops = _stops_of(sheets, sheet, path.name)
    calls, days, counts = _calls(stops)
    if stations is None:
        stations = _placed(sheets, datum, path.name)
    else:
        check_points(stations, "stations")
        stations = stations.to_crs(WGS84)
        stations.index = stations.index.map(_plain)
    for what, count in counts.items():
        if count:
            warnings.warn(f"{path.name}: {count} {what}, left out.", UrbgeoWarning, stacklevel=2)
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
    return Trains(path.stem, calls, days, placed[~placed.index.duplicated()], unplaced, counts)


def direct_minutes(trains: Trains, day: dt.date | str | None = None) -> pd.DataFrame:
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
    """
    calls = _of_day(trains, day)
    pairs = calls.merge(calls, on="run", suffixes=("", "_to"))
    pairs = pairs[pairs["seq"] < pairs["seq_to"]]
    pairs = pairs.assign(minutes=pairs["arrives_min_to"] - pairs["departs_min"])
    grouped = pairs.groupby(["station", "station_to"])["minutes"]
    table = grouped.agg(minutes="min", trains="size").reset_index()
    return table.rename(columns={"station": "from_station", "station_to": "to_station"})


def train_lines(trains: Trains, day: dt.date | str | None = None) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
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
        {"route_id": runs.to_numpy(), "service_id": np.where(daily, "daily", trip)}, index=pd.Index(trip)
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
    if day is None:
        return trains.calls
    try:
        date = day if isinstance(day, dt.date) else dt.date.fromisoformat(day)
    except ValueError as error:
        raise InputError(f"day: {day!r} is no date; write it as 2016-03-10.") from error
    runs = trains.days.index[[days is None or date in days for days in trains.days]]
    return trains.calls[trains.calls["run"].isin(runs)]


def _share_of_days(trains: Trains) -> pd.Series:
    """Of the dates between the first and the last named, the share on which each run runs."""
    dates = trains.dates
    span = (dates[-1] - dates[0]).days + 1 if dates else 1
    return trains.days.map(lambda days: 1.0 if days is None else len(days) / span)


def _sheets(path: Path) -> dict[str, pd.DataFrame]:
    """All sheets as text without heads."""
    if not path.exists():
        raise SourceError(f"{path}: there is no such file.")
    if path.suffix.lower() in (".csv", ".txt"):
        content = path.read_bytes()
        encoding = sniffed([content])
        if encoding is None:
            raise SourceError(f"{path}: its text is neither UTF-8 nor GB18030; save it as UTF-8.")
        try:
            table = pd.read_csv(path, header=None, dtype=str, encoding=encoding, keep_default_na=False)
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise SourceError(f"{path}: it is no table ({error}).") from error
        return {path.stem: table.replace("\ufeff", "", regex=True)}
    try:
        book = pd.read_excel(path, sheet_name=None, header=None, dtype=object, engine="calamine")
    except ImportError as error:
        raise MissingExtraError("python-calamine", "tables", "Reading XLSX") from error
    except Exception as error:  # damaged archives raise what their parts raise
        raise SourceError(f"{path}: cannot be read as XLSX ({error}); save it again.") from error
    return {name: table.astype(object).where(table.notna(), "").astype(str) for name, table in book.items()}


def _stops_of(sheets: dict[str, pd.DataFrame], asked: str | None, name: str) -> pd.DataFrame:
    """The stops with our own column names; of two columns of one name, the one after the station counts."""
    if asked is not None and asked not in sheets:
        raise InputError(f"{name}: no sheet {asked!r}; it has {some_of(sheets)}.")
    for title, table in [(asked, sheets[asked])] if asked is not None else sheets.items():  # noqa: B007
        head = _head_row(table, ("seq", "station", "train"))
        if head is not None:
            break
    else:
        raise InputError(f"{name}: no sheet has 车次, 站序 and 站名 in one row; these head a train table.")
    heads = [str(one).strip() for one in table.iloc[head]]
    at: dict[str, int] = {}
    for column, words in _HEADS.items():
        hits = [place for word in words for place, one in enumerate(heads) if one == word]
        if column in ("arrives", "departs") and "station" in at:
            hits = [place for place in hits if place > at["station"]] or hits
        if hits:
            at[column] = hits[0]
    missing = [_HEADS[one][0] for one in ("train", "seq", "station", "arrives", "departs") if one not in at]
    if missing:
        raise InputError(
            f"{name}: sheet {title} has no column {some_of(missing)}; it has {some_of(heads, 20)}."
        )
    body = table.iloc[head + 1 :]
    return pd.DataFrame({column: body[body.columns[place]].str.strip() for column, place in at.items()})


def _head_row(table: pd.DataFrame, needed: tuple[str, ...]) -> int | None:
    for row in range(min(len(table), 20)):
        cells = {str(one).strip() for one in table.iloc[row]}
        if all(cells & set(_HEADS[one]) for one in needed):
            return row
    return None


def _calls(stops: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, dict[str, int]]:
    """Calls in order with exact minutes, the dates of each run, and what was set aside."""
    stops = stops[stops["station"] != ""].reset_index(drop=True)
    seq = pd.to_numeric(stops["seq"], errors="coerce")
    starts = stops["train"].ne("") & (stops["train"].ne(stops["train"].shift()) | ~(seq > seq.shift()))
    starts |= seq <= seq.shift()
    run = starts.cumsum()
    train = stops["train"].replace("", np.nan).groupby(run).transform("first")
    calls = pd.DataFrame(
        {
            "run": run,
            "train": train,
            "seq": seq,
            "station": stops["station"].map(_plain),
            "arrives_min": stops["arrives"].map(_minutes),
            "departs_min": stops["departs"].map(_minutes),
        }
    )
    calls["arrives_min"] = calls["arrives_min"].fillna(calls["departs_min"])
    calls["departs_min"] = calls["departs_min"].fillna(calls["arrives_min"])
    by_run = calls.groupby("run")
    shut = (
        stops["open"].str.lower().isin(["false", "否", "0"])
        if "open" in stops
        else pd.Series(False, run.index)
    )
    closed = shut.groupby(run).transform("any")
    nameless = calls["train"].isna() | calls["seq"].isna()
    unread = (calls["arrives_min"].isna() | nameless).groupby(run).transform("any")
    alone = by_run["station"].transform("size") < 2
    counts = {
        "trains marked as not running": _runs(run, closed),
        "trains with unreadable times": _runs(run, unread & ~closed),
        "trains with a single stop": _runs(run, alone & ~unread & ~closed),
    }
    calls = calls[~(closed | unread | alone)].copy()
    calls, backwards = _past_midnight(calls)
    counts["trains that run backwards in time"] = backwards
    dates = stops["days"].groupby(run).first() if "days" in stops else pd.Series("ALL", run.unique())
    days = dates.reindex(pd.unique(calls["run"])).map(_dates)
    wrong = days.index[days.map(lambda one: one == ())]
    if len(wrong):
        faults = Faults("trains")
        faults.add(
            "running days that are no dates", ids=dates[wrong].unique(), remedy="write 2016-03-10|… or ALL"
        )
        faults.raise_if_any()
    calls["seq"] = calls.groupby("run").cumcount() + 1
    return calls.reset_index(drop=True), days, counts


def _past_midnight(calls: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Clock times carried over midnight; runs with a leg longer than any train's run backwards."""
    clock = calls[["arrives_min", "departs_min"]].to_numpy(np.float64).ravel()
    run = np.repeat(calls["run"].to_numpy(), 2)
    step = np.diff(clock, prepend=clock[:1])
    new = np.concatenate([[True], run[1:] != run[:-1]])
    step[new] = 0.0
    step = np.where(step < 0, step + DAY_MIN, step)
    # The first call has no arrival of its own: whatever stands there counts as its departure.
    second = np.roll(new, 1)
    step[second] = 0.0
    start = np.where(new, np.roll(clock, -1), 0.0)
    total = np.cumsum(step)
    base = np.maximum.accumulate(np.where(new, np.arange(len(clock)), 0))
    minutes = total - total[base] + start[base]
    calls = calls.assign(arrives_min=minutes[::2], departs_min=minutes[1::2])
    wrong = set(run[step > LONGEST_LEG_MIN])
    return calls[~calls["run"].isin(wrong)].copy(), len(wrong)


def _runs(run: pd.Series, rows: pd.Series) -> int:
    return int(run[rows].nunique())


def _minutes(text: str) -> float:
    found = _TIME.search(text)
    if found is None:
        return np.nan
    hour, minute, second = (int(one or 0) for one in found.groups())
    return hour * 60 + minute + second / 60 if hour < 48 and minute < 60 else np.nan


def _dates(text: object) -> tuple[dt.date, ...] | None:
    """The dates of a list; None for every day; nothing where they cannot be read."""
    said = str(text).strip()
    if said.upper() in EVERY_DAY:
        return None
    found = re.findall(r"\d{4}-?\d{2}-?\d{2}", said)
    try:
        return tuple(dt.date.fromisoformat(one) for one in found)
    except ValueError:
        return ()


def _placed(sheets: dict[str, pd.DataFrame], datum: str, name: str) -> gpd.GeoDataFrame:
    """Stations of a sheet with coordinates; the name is the column that is no three-letter code."""
    for table in sheets.values():
        heads = [str(one).strip().lower() for one in table.iloc[0]] if len(table) else []
        lon, lat = (
            next((heads.index(one) for one in _STATION_HEADS[axis] if one in heads), None)
            for axis in ("lon", "lat")
        )
        if lon is None or lat is None:
            continue
        body = table.iloc[1:]
        named = [
            place for place, head in enumerate(heads) if head in ("站名", "车站", "station", "name", "电报码")
        ]
        named = [place for place in named if not body.iloc[:50, place].str.fullmatch(_CODE.pattern).all()]
        if not named:
            continue
        x, y = (pd.to_numeric(body.iloc[:, place], errors="coerce") for place in (lon, lat))
        known = x.notna() & y.notna()
        wide, high = x[known].to_numpy(), y[known].to_numpy()
        if datum == "bd09":
            wide, high = bd09_to_gcj02(wide, high)
        if datum != "wgs84":
            wide, high = gcj02_to_wgs84(wide, high)
        names = pd.Index(body.iloc[:, named[0]][known].map(_plain), name="station")
        points = gpd.points_from_xy(wide, high)
        return gpd.GeoDataFrame({"name_zh": names}, index=names, geometry=points, crs=WGS84)
    raise InputError(
        f"{name}: it has no sheet of stations with 经度 and 纬度; give stations= (points, names as index)."
    )


def _plain(name: object) -> str:
    """A station's name without blanks and the word 站 at its end."""
    text = re.sub(r"\s", "", str(name))
    return text[:-1] if len(text) > 2 and text.endswith("站") else text
