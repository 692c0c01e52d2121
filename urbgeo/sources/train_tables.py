"""Reading a train table: its sheet, its heads, its times past midnight, the places of its stations."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.crs import WGS84, bd09_to_gcj02, gcj02_to_wgs84
from urbgeo.errors import Faults, InputError, MissingExtraError, SourceError, some_of
from urbgeo.sources.tables import decoded

DAY_MIN = 1440
LONGEST_LEG_MIN = 960
"""A leg longer than this means that a train's times go back."""

EVERY_DAY = ("ALL", "", "每日", "每天")

CLOSED_FAULT = "trains marked as not running"
UNREAD_FAULT = "trains with unreadable times"
ALONE_FAULT = "trains with a single stop"
BACKWARDS_FAULT = "trains that run backwards in time"
FAULTS = (CLOSED_FAULT, UNREAD_FAULT, ALONE_FAULT, BACKWARDS_FAULT)
"""Why trains are set aside."""

_HEADS = {
    "train": ("车次", "列车车次", "train"),
    "seq": ("站序", "序号", "seq"),
    "station": ("站名", "车站", "车站名称", "station"),
    "arrives": ("到站时间", "到达时间", "抵达时间", "到时间", "到达", "到点", "到时", "arrives"),
    "departs": ("出发时间", "发车时间", "开车时间", "离站时间", "开时间", "出发", "开点", "发时", "departs"),
    "days": ("运行日期", "开行日期", "days"),
    "open": ("是否开通",),
}
_STATION_HEADS = {"lon": ("经度", "lon", "longitude"), "lat": ("纬度", "lat", "latitude")}
_CODE = re.compile(r"[A-Z]{3}")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def sheets_of(path: Path) -> dict[str, pd.DataFrame]:
    """All sheets as text without heads."""
    if not path.exists():
        raise SourceError(f"{path}: there is no such file.")
    if path.suffix.lower() in (".csv", ".txt"):
        text = decoded(path)[0].replace("\ufeff", "")
        try:
            table = pd.read_csv(io.StringIO(text), header=None, dtype=str, keep_default_na=False,
                                skip_blank_lines=False)  # fmt: skip
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise SourceError(f"{path}: it is no table ({error}).") from error
        return {path.stem: table.fillna("")}
    try:
        book = pd.read_excel(path, sheet_name=None, header=None, dtype=object, engine="calamine")
    except ImportError as error:
        raise MissingExtraError("python-calamine", "tables", "Reading XLSX") from error
    except Exception as error:  # damaged archives raise what their parts raise
        raise SourceError(f"{path}: cannot be read as XLSX ({error}); save it again.") from error
    return {name: table.astype(object).where(table.notna(), "").astype(str) for name, table in book.items()}


def stops_of(sheets: dict[str, pd.DataFrame], asked: str | None, name: str) -> pd.DataFrame:
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


def calls_of(stops: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Calls in order with exact minutes, the dates of each run, and what was set aside.

    The last has ``train``, ``row`` (of the sheet, as spreadsheets count them: of the first fault, or of the
    first stop where the whole train is at fault) and ``why`` (one of ``FAULTS``).
    """
    stops = stops[stops["station"] != ""]
    rows, stops = stops.index + 1, stops.reset_index(drop=True)
    calls = _calls(stops).assign(row=rows)
    run = calls["run"]
    faulty = _faulty(stops, calls)
    aside = [calls[wrong].groupby("run").head(1).assign(why=why) for why, wrong in faulty.items()]
    spoilt = pd.concat(faulty, axis=1).any(axis=1).groupby(run).transform("any")
    kept, backwards = _past_midnight(calls[~spoilt].copy())
    aside.append(backwards.assign(why=BACKWARDS_FAULT))
    days = _days_of(stops, run, pd.unique(kept["run"]))
    kept["seq"] = kept.groupby("run").cumcount() + 1
    told = pd.concat(aside)[["train", "row", "why"]].reset_index(drop=True)
    return kept.drop(columns="row").reset_index(drop=True), days, told


def _calls(stops: pd.DataFrame) -> pd.DataFrame:
    """Every stop with the run it belongs to, its train, and minutes after midnight as the clock has them."""
    seq = pd.to_numeric(stops["seq"], errors="coerce")
    starts = stops["train"].ne("") & (stops["train"].ne(stops["train"].shift()) | ~(seq > seq.shift()))
    starts |= seq <= seq.shift()
    run = starts.cumsum()
    calls = pd.DataFrame(
        {
            "run": run,
            "train": stops["train"].replace("", np.nan).groupby(run).transform("first"),
            "seq": seq,
            "station": stops["station"].map(plain_name),
            "arrives_min": stops["arrives"].map(_minutes),
            "departs_min": stops["departs"].map(_minutes),
        }
    )
    calls["arrives_min"] = calls["arrives_min"].fillna(calls["departs_min"])
    calls["departs_min"] = calls["departs_min"].fillna(calls["arrives_min"])
    return calls


def _faulty(stops: pd.DataFrame, calls: pd.DataFrame) -> dict[str, pd.Series]:
    """The rows at fault by why; a run at fault twice counts for the first."""
    run = calls["run"]
    shut = pd.Series(False, run.index)
    if "open" in stops:
        shut = stops["open"].str.lower().isin(["false", "否", "0"])
    unread = calls[["arrives_min", "train", "seq"]].isna().any(axis=1)
    alone = calls.groupby("run")["station"].transform("size") < 2
    found, before = {}, pd.Series(False, run.index)
    for why, wrong in zip(FAULTS, (shut, unread, alone), strict=False):
        found[why] = wrong & ~before
        before |= wrong.groupby(run).transform("any")
    return found


def _days_of(stops: pd.DataFrame, run: pd.Series, kept: Iterable[object]) -> pd.Series:
    """The dates of each run that is kept; refused where they cannot be read."""
    dates = stops["days"].groupby(run).first() if "days" in stops else pd.Series("ALL", run.unique())
    days = dates.reindex(kept).map(_dates)
    wrong = days.index[days.map(lambda one: one == ())]
    if len(wrong):
        faults = Faults("trains")
        faults.add(
            "running days that are no dates", ids=dates[wrong].unique(), remedy="write 2016-03-10|… or ALL"
        )
        faults.raise_if_any()
    return days


def _past_midnight(calls: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clock times carried over midnight; and the first call of each run that is earlier than any train's."""
    if calls.empty:
        return calls, calls
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
    back = calls[(step > LONGEST_LEG_MIN).reshape(-1, 2).any(axis=1)]
    return calls[~calls["run"].isin(back["run"])].copy(), back.groupby("run").head(1)


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


def placed_of(sheets: dict[str, pd.DataFrame], datum: str, name: str) -> gpd.GeoDataFrame:
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
        names = pd.Index(body.iloc[:, named[0]][known].map(plain_name), name="station")
        points = gpd.points_from_xy(wide, high)
        return gpd.GeoDataFrame({"name_zh": names}, index=names, geometry=points, crs=WGS84)
    raise InputError(
        f"{name}: it has no sheet of stations with 经度 and 纬度; give stations= (points, names as index)."
    )


def plain_name(name: object) -> str:
    """A station's name without blanks and the word 站 at its end."""
    text = re.sub(r"\s", "", str(name))
    return text[:-1] if len(text) > 2 and text.endswith("站") else text
