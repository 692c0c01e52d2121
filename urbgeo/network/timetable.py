"""Travel by timetable: exact departures of one day, with the median and the spread over a window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from urbgeo.arguments import check_date, check_object, check_several
from urbgeo.checks import check_minutes, check_points, check_range, listed
from urbgeo.engine.resolution import told
from urbgeo.engine.timetable_cluster import spread_origins
from urbgeo.engine.timetable_scan import Asked, Csr, Origins, ranked
from urbgeo.errors import InputError, some_of
from urbgeo.network.attach import Attachment, attach
from urbgeo.network.changes import Changes, changes_of, no_rules, no_stays, stays
from urbgeo.network.minutes import table_between
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.sources.feed_transfers import ENDS
from urbgeo.sources.gtfs import Gtfs, seconds_of, trips_on
from urbgeo.types import Floats, Ints, Ints32

POINTS_AT_ONCE = 256
"""Origins of one table of walking times, so that a city of stops does not fill the memory."""


@dataclass(frozen=True)
class TransitTerms:
    """What a trip by timetable may cost beside riding, in minutes.

    ``walk_to_stop_min`` to the first stop and from the last, ``walk_between_min`` from stop to stop,
    ``change_min`` between two vehicles beside walking, ``longest_min`` for the whole trip. Walking all the
    way is always compared.
    """

    walk_to_stop_min: float = 20.0
    walk_between_min: float = 8.0
    change_min: float = 1.0
    longest_min: float = 120.0

    def __post_init__(self) -> None:
        for name in ("walk_to_stop_min", "walk_between_min", "longest_min"):
            check_minutes(getattr(self, name), name)
        if not (np.isfinite(self.change_min) and self.change_min >= 0):
            raise InputError(f"change_min: {self.change_min!r} is no time; give minutes >= 0.")


@dataclass(frozen=True, eq=False)
class Timetable:
    """The connections of one day: a vehicle leaves a stop and calls at the next.

    ``stops`` are points (index: ``feed:stop_id``); ``connections`` one row per hop, sorted by departure:
    ``from_stop``, ``to_stop`` (positions in ``stops``), ``departs``, ``arrives`` (seconds after midnight),
    ``run`` (number), ``boards``, ``alights``; ``runs`` one row per run: ``feed``, ``trip_id``, ``route_id``,
    ``route_type``. ``rules`` are those of transfers.txt between positions in ``stops``; ``stays`` the runs
    (``run``, ``next_run``) between which passengers may stay in their seat.
    """

    day: dt.date
    stops: gpd.GeoDataFrame
    connections: pd.DataFrame
    runs: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)
    rules: pd.DataFrame = field(default_factory=no_rules)
    stays: pd.DataFrame = field(default_factory=no_stays)

    def __repr__(self) -> str:
        return f"<Timetable of {self.day}: {len(self.runs)} runs, {len(self.stops)} stops>"


@dataclass(frozen=True, eq=False, repr=False)
class TransitMinutes(Result):
    """Minutes (origins, destinations) over a window of departures.

    ``quantiles[0.5]`` is the median; ``inf`` = not within ``longest_min`` for that share of departures,
    ``NaN`` = one of the two could not be attached. ``walking`` are the minutes all the way on foot;
    ``table`` has one row per pair (origin, destination): a column per quantile, and ``walking``.
    """

    quantiles: Mapping[float, pd.DataFrame]
    walking: pd.DataFrame
    provenance: Provenance

    @property
    def table(self) -> pd.DataFrame:
        """One row per pair."""
        ranked = {f"minutes_{one:g}": frame for one, frame in self.quantiles.items()}
        columns = {
            name: frame.to_numpy().ravel() for name, frame in (ranked | {"walking": self.walking}).items()
        }
        pairs = pd.MultiIndex.from_product([self.walking.index, self.walking.columns])
        return pd.DataFrame(columns, index=pairs)

    def _headline(self) -> str:
        reached = float(np.isfinite(self.median.to_numpy()).mean())
        return f"of {self.median.size:,} pairs: {reached:.1%} reached by the median departure"

    @property
    def median(self) -> pd.DataFrame:
        """Minutes that half of the departures do not exceed."""
        return self.quantiles[0.5]

    @property
    def spread(self) -> pd.DataFrame:
        """Difference of the highest and the lowest quantile asked for: what waiting costs."""
        high, low = self.quantiles[max(self.quantiles)], self.quantiles[min(self.quantiles)]
        return high - low.where(np.isfinite(low))


def build_timetable(feeds: Gtfs | Sequence[Gtfs], *, day: dt.date | str) -> Timetable:
    """The connections of GTFS feeds on one day; trips that do not run that day do not count.

    Changes follow ``transfers.txt`` (times at least needed, forbidden and timed ones, by stop, station, route
    or trip); passengers stay in their seat where trips of one block meet at a stop, or the file links two
    trips.

    Parameters
    ----------
    feeds
        One feed or several, of different names.
    day
        A date, or ``"2019-05-15"``.

    Returns
    -------
    Timetable
        ``stops`` as points by ``feed:stop_id``, ``connections`` in order of departure (seconds after
        midnight), and ``runs``.

    Raises
    ------
    InputError
        When the day is no date, two feeds share a name, or no trip runs that day.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
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
    >>> len(build_timetable(feed, day="2026-03-04").stops)
    2
    """
    feeds = [feeds] if isinstance(feeds, Gtfs) else check_several(feeds, "feeds", "[read_gtfs('bus.zip')]")
    for feed in feeds:
        check_object(feed, "feeds", Gtfs, "read_gtfs and trains_as_gtfs make them")
    date = check_date(day)
    names = [feed.name for feed in feeds]
    if not feeds or len(set(names)) < len(names):
        raise InputError(f"feeds: {', '.join(names) or 'none'}; give one or more, of different names.")
    stops: list[gpd.GeoDataFrame] = []
    hops, runs, rules, first_run, first_stop = [], [], [], 0, 0
    for feed in feeds:
        times = trips_on(feed, date)
        place = first_stop + feed.stops.index.get_indexer(pd.Index(times["stop_id"]))
        times = times.assign(place=place, run=times["run"] + first_run)
        hops.append(_hops(times))
        runs.append(_runs(times, feed))
        rules.append(_rules(feed, first_stop))
        first_run, first_stop = first_run + len(runs[-1]), first_stop + len(feed.stops)
        stops.append(feed.stops.set_axis(feed.name + ":" + feed.stops.index.astype(str)))
    table = pd.concat(runs, ignore_index=True)
    if table.empty:
        raise InputError(
            f"day: no trip of {', '.join(names)} runs on {date}; look at calendar.txt for the dates."
        )
    hop = pd.concat(hops, ignore_index=True)
    # within a run the order of travel decides between hops that leave at the same second
    hop = hop.iloc[np.lexsort((hop["order"], hop["arrives"], hop["departs"]))].drop(columns="order")
    rule = pd.concat(rules, ignore_index=True)
    calls = table[["first_stop", "last_stop", "departs", "arrives"]]
    about_feeds = tuple(f"GTFS {feed.name}, {date}" for feed in feeds)
    return Timetable(
        date,
        pd.concat(stops),
        hop.reset_index(drop=True),
        table[["trip_id", "route_id", "feed", "route_type"]],
        Provenance(sources=about_feeds),
        rule,
        stays(calls, table, rule),
    )


def transit_minutes(
    timetable: Timetable,
    walking: TravelNetwork,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    window: tuple[str, str] = ("08:00", "09:00"),
    every_min: float = 1.0,
    quantiles: Sequence[float] = (0.1, 0.5, 0.9),
    terms: TransitTerms | None = None,
) -> TransitMinutes:
    """Minutes on foot and by timetable, for every departure in a window.

    Every ``every_min`` minutes from the start of the window (its end excluded) a traveller leaves the origin,
    walks to a stop, rides, changes on foot where that helps, and walks from the last stop; or walks all the
    way. The quantile ``q`` of the minutes of ``n`` departures is the ``ceil(q n)``-th smallest.

    Parameters
    ----------
    timetable
        Of the day asked about.
    walking
        Network to walk on, e.g. ``from_pbf(..., mode="walk")``.
    origins, destinations
        Points with unique index, any CRS.
    window
        First departure and the end of the window.
    every_min
        Minutes between departures.
    quantiles
        Which to report; the median 0.5 is always among them.
    terms
        Limits of walking, the time a change costs where the feed has no rule, the longest trip.

    Returns
    -------
    TransitMinutes
        Tables aligned on the ids of origins and destinations.

    Raises
    ------
    InputError
        For faulty points, an empty window, quantiles outside 0-1.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
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
    >>> import urbgeo
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "path", "minutes": 120.0}
    >>> links = pd.DataFrame([row]).assign(joinable=True, mode="walk")
    >>> walking = urbgeo.build_network(feed.stops.set_axis(["A", "B"]), links)
    >>> day, (here, there) = build_timetable(feed, day="2026-03-04"), (feed.stops[:1], feed.stops[1:])
    >>> found = transit_minutes(day, walking, here, there, window=("08:00", "08:05"))
    >>> found.median.round(1).to_numpy().tolist()
    [[18.0]]
    """
    return minutes_between(
        timetable, walking, origins, destinations, (window, every_min), quantiles, terms or TransitTerms()
    )


def minutes_between(
    timetable: Timetable,
    walking: TravelNetwork,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    departures: tuple[tuple[str, str], float],
    quantiles: Sequence[float],
    terms: TransitTerms,
    client: Any = None,
) -> TransitMinutes:
    """:func:`transit_minutes` at ``departures`` (window, minutes between them), here or on a cluster."""
    window, every_min = departures
    check_object(timetable, "timetable", Timetable, "build_timetable makes one of GTFS feeds")
    check_network(walking, "walking")
    check_points(origins, "origins")
    check_points(destinations, "destinations")
    leaves = _departures(window, every_min)
    given = [check_range(one, "quantiles", 0.0, 1.0, open_low=True) for one in listed(quantiles)]
    asked = sorted({0.5, *given})
    ranks = np.array([int(np.ceil(one * len(leaves) - 1e-9)) - 1 for one in asked], np.int64)
    start, via, end = (attach(walking, points) for points in (origins, timetable.stops, destinations))
    to_stops = _walks(walking, start, via, terms.walk_to_stop_min)
    from_stops = csr_array(_walks(walking, via, end, terms.walk_to_stop_min).T)
    between = _walks(walking, via, via, terms.walk_between_min)
    change = changes_of(
        timetable.connections, timetable.runs, timetable.rules, between, terms.change_min * 60.0
    )
    on_foot = pd.DataFrame(
        table_between(walking, start, end, np.inf),
        index=origins.index.rename("origin"),
        columns=destinations.index.rename("destination"),
    )
    seconds = _ranked(timetable, terms, leaves, ranks, (to_stops, from_stops), change, on_foot, client)
    tables = {
        one: pd.DataFrame(
            np.where(on_foot.isna(), np.nan, told(seconds[:, r] / 60.0)),
            index=on_foot.index,
            columns=on_foot.columns,
        )
        for r, one in enumerate(asked)
    }
    about = Provenance(
        parameters={"window": window, "every_min": every_min, "day": str(timetable.day), "terms": terms},
        sources=(*timetable.provenance.sources, *walking.provenance.sources),
        shares={"pairs reached by the median": float(np.isfinite(tables[0.5].to_numpy()).mean())},
    )
    return TransitMinutes(tables, on_foot, about)


def window_s(window: tuple[str, str]) -> tuple[int, int]:
    """Begin and end of a window in seconds after midnight."""
    told = check_several(window, "window", '("08:00", "09:00")')
    if len(told) != 2:
        raise InputError(f"window: {some_of(told)}; give its begin and its end, e.g. ('08:00', '09:00').")
    start, end = seconds_of(told[0]), seconds_of(told[1])
    if end <= start:
        raise InputError(f"window: it ends at {window[1]}, not after it begins at {window[0]}.")
    return start, end


def _departures(window: tuple[str, str], every_min: float) -> Floats:
    start, end = window_s(window)
    return np.arange(start, end, check_minutes(every_min, "every_min") * 60.0)


def _runs(times: pd.DataFrame, feed: Gtfs) -> pd.DataFrame:
    """Whose run it is, and where and when it begins and ends; one row a run."""
    by_run = times.groupby("run", sort=True)
    trip = by_run["trip_id"].first()
    about = feed.trips.loc[trip, ["route_id"]].reset_index()
    ends = {
        "first_stop": by_run["place"].first(),
        "last_stop": by_run["place"].last(),
        "departs": by_run["departure"].first(),
        "arrives": by_run["arrival"].last(),
        "days": by_run["days"].first(),
    }
    block = feed.trips.get("block_id", pd.Series("", feed.trips.index)).fillna("")
    return about.assign(
        feed=feed.name,
        route_type=feed.routes["route_type"].reindex(about["route_id"]).to_numpy(),
        block_id=block.loc[trip].to_numpy(),
        single=~pd.DataFrame({"trip": trip, "days": ends["days"]}).duplicated(keep=False).to_numpy(),
        **{name: column.to_numpy() for name, column in ends.items()},
    )


def _rules(feed: Gtfs, first_stop: int) -> pd.DataFrame:
    """The rules of changing of a feed, between positions of stops."""
    at = {
        f"{end}_stop": first_stop + feed.stops.index.get_indexer(pd.Index(feed.transfers[f"{end}_stop_id"]))
        for end in ENDS
    }
    return feed.transfers.assign(feed=feed.name, **at)


def _hops(times: pd.DataFrame) -> pd.DataFrame:
    """From each stop of a run to the next one."""
    follows = (times["run"].shift(-1) == times["run"]).to_numpy()
    here, there = times[follows], times.shift(-1)[follows]
    return pd.DataFrame(
        {
            "from_stop": here["place"].to_numpy(np.int32),
            "to_stop": there["place"].to_numpy(np.int32),
            "departs": here["departure"].to_numpy(np.float64),
            "arrives": there["arrival"].to_numpy(np.float64),
            "run": here["run"].to_numpy(np.int32),
            "boards": here["boards"].to_numpy(bool),
            "alights": there["alights"].to_numpy(bool),
            "order": np.arange(follows.sum()),
        }
    )


def _walks(walking: TravelNetwork, start: Attachment, end: Attachment, limit_min: float) -> csr_array:
    """Seconds on foot within the limit (origins, destinations): 66 seconds' walk catches what leaves then."""
    parts = []
    for first in range(0, len(start.index), POINTS_AT_ONCE):
        some = start.rows(slice(first, first + POINTS_AT_ONCE))
        seconds = told(table_between(walking, some, end, limit_min) * 60.0)
        rows, columns = np.nonzero(np.isfinite(seconds))
        counts = np.bincount(rows, minlength=len(some.index))
        parts.append((counts, columns.astype(np.int32), seconds[rows, columns]))
    counts, columns, seconds = (np.concatenate(one) for one in zip(*parts, strict=True))
    begin = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return csr_array((seconds, columns, begin), shape=(len(start.index), len(end.index)))


def _ranked(
    timetable: Timetable,
    terms: TransitTerms,
    leaves: Floats,
    ranks: Ints,
    walks: tuple[csr_array, csr_array],
    change: Changes,
    on_foot: pd.DataFrame,
    client: Any,
) -> Floats:
    """(origins, ranks, destinations) seconds, origin by origin in threads or by a cluster's workers."""
    hop, between = timetable.connections, change.seconds
    to_stops = csr_array(walks[0][:, change.stop_boarded])
    from_stops = csr_array(walks[1][:, change.stop_left])
    connections = (
        change.boards_at, change.leaves_at,
        hop["departs"].to_numpy(np.float64), hop["arrives"].to_numpy(np.float64),
        hop["run"].to_numpy(np.int32), hop["boards"].to_numpy(bool), hop["alights"].to_numpy(bool),
        ~hop.duplicated("run", keep="last").to_numpy(),
    )  # fmt: skip
    walk_s = told(on_foot.fillna(np.inf).to_numpy() * 60.0)
    out = np.empty((len(walk_s), len(ranks), walk_s.shape[1]))
    asked = Asked(
        leaves, terms.longest_min * 60.0, connections, _followers(timetable), _csr(between),
        _csr(from_stops), len(change.stop_boarded), ranks,
    )  # fmt: skip
    starts = Origins(_csr(to_stops), walk_s)
    if client is None:
        return ranked(asked, starts, out)
    return spread_origins(client, asked, starts, out)


def _csr(table: csr_array) -> Csr:
    return table.indptr.astype(np.int64), table.indices.astype(np.int32), table.data


def _followers(timetable: Timetable) -> tuple[Ints, Ints32]:
    """The runs that each run goes on as, for who stays aboard (CSR)."""
    after = timetable.stays.sort_values("run", kind="stable")
    counts = np.bincount(after["run"].to_numpy(np.int64), minlength=len(timetable.runs))
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), after["next_run"].to_numpy(np.int32)
