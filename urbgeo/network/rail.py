"""Trains as links: boarding, riding, changing and leaving, every minute of it explicit."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, add_label_faults, check_columns, check_points, check_quantity
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.standards import RAIL_BUFFER_MIN

STOP_COLUMNS = ("service", "seq", "station", "minutes", "trains_per_day")


PLACES = ("boarding", "changing", "turn-up", "arrived")
"""What a traveller is doing at a station, each a node beside its forecourt."""


@dataclass(frozen=True)
class RailTerms:
    """Minutes that a train journey takes beside the ride.

    ``buffer_min``: from the station forecourt to the departure of a *reserved* train (security, ticket gate,
    platform); whoever holds a ticket comes for its train, so no headway is waited on top
    (:data:`urbgeo.standards.RAIL_BUFFER_MIN`). ``access_min``: from the forecourt to the platform of a
    *turn-up* service, where the next train is waited for: half the headway of all trains that serve the pair,
    at most ``max_wait_min``. ``change_min``: between two trains at one station, beside the wait for the
    next, which is capped alike. ``egress_min``: from the platform to the forecourt. ``service_hours`` of
    a day in which trains run. But for the buffer no document was opened: they are judgements for
    Chinese high-speed stations, to be replaced by local observation.
    """

    buffer_min: float = RAIL_BUFFER_MIN
    access_min: float = 5.0
    egress_min: float = 8.0
    change_min: float = 15.0
    max_wait_min: float = 30.0
    service_hours: float = 17.0

    def __post_init__(self) -> None:
        for name in ("buffer_min", "access_min", "egress_min", "change_min", "max_wait_min"):
            check_quantity(getattr(self, name), f"RailTerms.{name}", zero=True)
        check_quantity(self.service_hours, "RailTerms.service_hours")

    def half_headway_min(self, trains_per_day: pd.Series) -> pd.Series:
        """Half the mean time between trains that run so many times a day and direction."""
        return self.service_hours * 60.0 / trains_per_day / 2.0


def rail_tables(
    stations: gpd.GeoDataFrame, stops: pd.DataFrame, *, terms: RailTerms | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Nodes and links of the trains, for :func:`urbgeo.network.model.build_network`.

    Each station is a node (its forecourt), with further nodes for boarding and arriving. Each pair of
    stations with a direct train is one link, whatever the patterns that serve it: patterns pool. Trains run
    alike in both directions unless ``both_ways`` says otherwise.

    Parameters
    ----------
    stations
        Points by station id, any CRS.
    stops
        One row per stop: ``service``, ``seq`` (order), ``station``, ``minutes`` from the stop before
        (ignored at the first, may be missing there), ``trains_per_day`` in each direction; optional
        ``both_ways``: False where a service runs in the order of its stops only; ``reserved``: False where
        travellers turn up and take the next train (True by default); ``dwell_min``: how long the train
        stands, which ``minutes`` to the next stop contain and who boards there does not ride. As
        :func:`urbgeo.network.timetable_lines.lines_of` makes them of a timetable.
    terms
        The minutes beside the ride.

    Returns
    -------
    nodes, links
        Points in the CRS of ``stations``, and link rows of mode ``"rail"`` that nobody can join between
        stations. ``class`` is ``board``, ``ride``, ``change`` or ``leave``; rides carry what
        :func:`direct_rides` says of their pair, and ``waited_min`` within their minutes.

    Raises
    ------
    InputError
        Listing unknown stations, minutes that are not > 0, services without trains or with a single stop,
        stops without a place of their own in the order.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> stations = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> stops = pd.DataFrame({"service": 1, "seq": [1, 2], "station": ["A", "B"], "minutes": [None, 9.0]})
    >>> stops["trains_per_day"] = 20
    >>> nodes, links = rail_tables(stations, stops)
    >>> sorted(links["class"].unique())
    ['board', 'change', 'leave', 'ride']
    """
    terms = terms or RailTerms()
    check_points(stations, "stations")
    pairs = direct_rides(stations, stops, terms=terms)
    links = pd.concat([_rides(pairs), _doors(pairs, terms)], ignore_index=True)
    links = links.assign(length_km=0.0, mode="rail", joinable=False, oneway=True)
    links.index = pd.Index(
        links["class"] + " " + links["from_node"].astype(str) + " - " + links["to_node"].astype(str)
    )
    used = pd.unique(links[["from_node", "to_node"]].to_numpy().ravel())
    beside = pd.Index([one for one in used if one not in stations.index], dtype=object)
    named = {f"{one} {place}": one for one in stations.index for place in PLACES}
    clash = stations.index[stations.index.isin(list(named))]
    if len(clash):
        raise InputError(f"stations: ids that look like platforms: {some_of(clash)}; rename them.")
    at = stations.geometry.reindex(beside.map(named)).set_axis(beside)
    nodes = gpd.GeoDataFrame(
        geometry=pd.concat([stations.geometry, gpd.GeoSeries(at, crs=stations.crs)]), crs=stations.crs
    )
    return nodes, links


def direct_rides(
    stations: gpd.GeoDataFrame, stops: pd.DataFrame, *, terms: RailTerms | None = None
) -> pd.DataFrame:
    """Every ordered pair of stations that a train serves without a change, all its patterns pooled.

    Travellers who would rather take the next train than wait for a quicker one pool the patterns that are
    worth it: slower ones are added while they shorten ride and half headway together (the common lines
    of Chriqui and Robillard 1975).

    Returns
    -------
    pandas.DataFrame
        One row per ``from_station``, ``to_station``, ``reserved``: ``ride_min`` of the quickest pattern,
        ``service`` its name, ``trains_per_day`` of all patterns, ``delay_min``: half the pooled headway
        over the day, and what the pooled trains are slower than the quickest; ``paced_min``: ride
        and wait of who takes the next train, ``waited_min`` the wait in it, at most ``max_wait_min``.

    Raises
    ------
    InputError
        As :func:`rail_tables`.
    """
    terms = terms or RailTerms()
    runs = _checked_stops(stations, stops)
    since = runs["minutes"].where(runs["service"].duplicated(), 0.0).groupby(runs["service"]).cumsum()
    runs = runs.assign(since=since)
    columns = ["service", "station", "seq", "since", "dwell_min", "trains_per_day", "both_ways", "reserved"]
    other = runs[["service", "station", "seq", "since"]]
    ends = runs[columns].merge(other, on="service", suffixes=("", "_to"))
    ends = ends[(ends["seq"] < ends["seq_to"]) & (ends["station"] != ends["station_to"])]
    there = ends.rename(columns={"station": "from_station", "station_to": "to_station", "dwell_min": "stood"})
    # Run backwards, a train stands at the same stop before it goes on: nobody who leaves there waits for it.
    back = ends[ends["both_ways"]].rename(
        columns={"station_to": "from_station", "station": "to_station", "dwell_min": "stood"}
    )
    every = pd.concat([there, back], ignore_index=True)
    every = every.assign(ride_min=every["since_to"] - every["since"] - every["stood"])
    key = ["from_station", "to_station", "reserved"]
    every = every.sort_values([*key, "ride_min"], kind="stable").drop_duplicates([*key, "service"])
    return _pooled(every[[*key, "service", "ride_min", "trains_per_day"]], key, terms)


def _pooled(every: pd.DataFrame, key: list[str], terms: RailTerms) -> pd.DataFrame:
    """One row per pair: its patterns, quickest first, pooled as far as it is worth it."""
    trains = every["trains_per_day"]
    groups = every.assign(ridden=trains * every["ride_min"]).groupby(key, sort=False)
    pooled = groups["trains_per_day"].cumsum()
    mean = groups["ridden"].cumsum() / pooled
    half = terms.half_headway_min(pooled)
    wait = half.clip(upper=terms.max_wait_min)
    every = every.assign(open_min=mean + half, paced_min=mean + wait, waited_min=wait)
    groups = every.groupby(key, sort=False)
    table = groups.agg(
        ride_min=("ride_min", "first"),
        service=("service", "first"),
        trains_per_day=("trains_per_day", "sum"),
        open_min=("open_min", "min"),
    )
    best = every.loc[groups["paced_min"].idxmin()].set_index(key)
    table[["paced_min", "waited_min"]] = best[["paced_min", "waited_min"]]
    table["delay_min"] = (table.pop("open_min") - table["ride_min"]).clip(lower=0.0)
    return table.reset_index()


def _checked_stops(stations: gpd.GeoDataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """Stops in order."""
    check_columns(stops, "stops", STOP_COLUMNS)
    if stops.empty:
        raise InputError("stops: it has no rows.")
    runs = stops.assign(stop=stops["service"].astype(str) + " stop " + stops["seq"].astype(str))
    runs = runs.set_index("stop")
    faults = Faults("stops")
    for column in ("service", "station"):
        add_label_faults(faults, runs[column])
    faults.raise_if_any()
    runs["dwell_min"] = runs.get("dwell_min", 0.0)
    for column in ("seq", "minutes", "trains_per_day", "dwell_min"):
        runs[column] = add_amount_faults(faults, runs[column], allow_missing=column == "minutes")
    for column in ("both_ways", "reserved"):
        runs[column] = runs.get(column, True)
        clear = runs[column].isin([True, False])
        if not clear.all():
            faults.add(f"{column} is neither True nor False", ids=runs.index[~clear], remedy="translate it")
    runs = runs.sort_values(["service", "seq"], kind="stable")
    later = runs["service"].duplicated()
    onward = runs.groupby("service")["minutes"].shift(-1).fillna(np.inf)
    calls = runs.groupby("service")["station"].transform("nunique")
    for wrong, what, remedy in (
        (~runs["station"].isin(stations.index), "station unknown", "add it to the stations"),
        (~(runs["minutes"] > 0) & later, "minutes not > 0", "give the minutes from the stop before"),
        (runs["dwell_min"] >= onward, "dwell_min not below the minutes to the next stop", "mend one of them"),
        (runs["trains_per_day"] == 0, "no trains", "drop services that do not run"),
        (runs.duplicated(["service", "seq"]), "two stops in one place of the order", "number them 1, 2, 3"),
        (calls < 2, "a single stop", "a service needs two different stations or more"),
    ):
        if wrong.any():
            faults.add(what, ids=runs.index[wrong], remedy=remedy)
    faults.raise_if_any()
    return runs.astype({"both_ways": bool, "reserved": bool}).reset_index(drop=True)


def _rides(pairs: pd.DataFrame) -> pd.DataFrame:
    """From boarding, and from a change, to the arrival: with no wait for who comes for a reserved train."""
    start, arrived = pairs["from_station"].astype(str), pairs["to_station"].astype(str) + " arrived"
    shown = pairs[["service", "ride_min", "trains_per_day"]]
    reserved = pairs["reserved"]
    at_first = shown.assign(
        from_node=start + " boarding", minutes=pairs["ride_min"], waited_min=0.0, delay_min=pairs["delay_min"]
    )
    paced = shown.assign(
        from_node=start + np.where(reserved, " changing", " turn-up"),
        minutes=pairs["paced_min"],
        ride_min=pairs["paced_min"] - pairs["waited_min"],
        waited_min=pairs["waited_min"],
        delay_min=0.0,
    )
    rides = pd.concat([at_first.assign(to_node=arrived)[reserved], paced.assign(to_node=arrived)])
    return rides.assign(**{"class": "ride"})


def _doors(pairs: pd.DataFrame, terms: RailTerms) -> pd.DataFrame:
    """Into the trains, out of them, and from one to another."""
    kinds = pairs[["from_station", "reserved"]].drop_duplicates()
    left, reached = kinds["from_station"], pd.Series(pairs["to_station"].unique(), dtype=object)
    boards = pd.DataFrame(
        {
            "from_node": left,
            "to_node": left.astype(str) + np.where(kinds["reserved"], " boarding", " turn-up"),
            "minutes": np.where(kinds["reserved"], terms.buffer_min, terms.access_min),
            "class": "board",
        }
    )
    both = kinds[left.isin(reached)]
    station = both["from_station"].astype(str)
    changes = pd.DataFrame(
        {
            "from_node": station + " arrived",
            "to_node": station + np.where(both["reserved"], " changing", " turn-up"),
            "minutes": terms.change_min,
            "class": "change",
        }
    )
    leaves = pd.DataFrame(
        {
            "from_node": reached.astype(str) + " arrived",
            "to_node": reached,
            "minutes": terms.egress_min,
            "class": "leave",
        }
    )
    return pd.concat([boards, changes, leaves])
