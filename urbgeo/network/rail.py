"""Trains as links: boarding, waiting, riding, changing and leaving, every minute of it explicit."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from urbgeo.checks import add_amount_faults, check_columns, check_points, check_quantity
from urbgeo.errors import Faults, InputError, some_of

STOP_COLUMNS = ("service", "seq", "station", "minutes", "trains_per_day")


@dataclass(frozen=True)
class RailTerms:
    """Minutes that a train journey takes beside the ride.

    No standard fixes them: the defaults are judgements for Chinese high-speed stations, to be replaced by
    local observation (source: urbgeo default, 2024).

    ``access_min``: from the station forecourt to the platform (parking, security, check-in).
    ``egress_min``: from the platform to the forecourt. ``change_min``: between two trains at one
    station. ``max_wait_min``: cap on the wait, which is half the mean headway ``service_hours * 60 /
    trains per day`` (a traveller who knows the timetable does not wait half a day).
    """

    access_min: float = 15.0
    egress_min: float = 8.0
    change_min: float = 12.0
    max_wait_min: float = 15.0
    service_hours: float = 17.0

    def __post_init__(self) -> None:
        for name in ("access_min", "egress_min", "change_min", "max_wait_min"):
            check_quantity(getattr(self, name), f"RailTerms.{name}", zero=True)
        check_quantity(self.service_hours, "RailTerms.service_hours")

    def wait_min(self, trains_per_day: pd.Series) -> pd.Series:
        """Minutes to wait for a train that runs so many times a day and direction."""
        return (self.service_hours * 60.0 / trains_per_day / 2.0).clip(upper=self.max_wait_min)


def rail_tables(
    stations: gpd.GeoDataFrame, stops: pd.DataFrame, *, terms: RailTerms | None = None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Nodes and links of the trains, for :func:`urbgeo.network.model.build_network`.

    Each station is a node (its forecourt); each stop of each service another (being on that train).
    Boarding takes ``access_min`` and the wait; leaving ``egress_min``; changing ``change_min`` and
    the wait for the other train. Trains run alike in both directions unless ``both_ways`` says otherwise.

    Parameters
    ----------
    stations
        Points by station id, any CRS.
    stops
        One row per stop: ``service``, ``seq`` (order), ``station``, ``minutes`` from the stop before
        (ignored at the first, may be missing there), ``trains_per_day`` in each direction; optional
        ``both_ways``: False where a service runs in the order of its stops only. As
        :func:`urbgeo.network.timetable.lines_of` makes them of a timetable.
    terms
        The minutes beside the ride.

    Returns
    -------
    nodes, links
        Points in the CRS of ``stations``, and link rows of mode ``"rail"`` that nobody can join between
        stations.

    Raises
    ------
    InputError
        Listing unknown stations, minutes that are not > 0, services without trains or with a single stop,
        stops without a place of their own in the order.
    """
    terms = terms or RailTerms()
    check_points(stations, "stations")
    runs = _checked_stops(stations, stops)
    aboard = stations.geometry.reindex(runs["station"]).set_axis(runs["node"])
    nodes = gpd.GeoDataFrame(
        geometry=pd.concat([stations.geometry, gpd.GeoSeries(aboard, crs=stations.crs)]), crs=stations.crs
    )
    rides, doors, changes = _rides(runs), _doors(runs, terms), _changes(runs, terms)
    links = pd.concat([rides, doors, changes], ignore_index=True)
    links = links.assign(length_km=0.0, mode="rail", joinable=False)
    ends = links["from_node"].astype(str) + " - " + links["to_node"].astype(str)
    links.index = pd.Index(links["class"] + " " + ends)
    return nodes, links


def _checked_stops(stations: gpd.GeoDataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """Stops in order, each with the node that stands for being on that train there."""
    check_columns(stops, "stops", STOP_COLUMNS)
    if stops.empty:
        raise InputError("stops: it has no rows.")
    runs = stops.assign(stop=stops["service"].astype(str) + " stop " + stops["seq"].astype(str))
    runs = runs.set_index("stop")
    faults = Faults("stops")
    for column in ("seq", "minutes", "trains_per_day"):
        add_amount_faults(faults, runs[column], allow_missing=column == "minutes")
        runs[column] = pd.to_numeric(runs[column], errors="coerce")
    runs["both_ways"] = runs.get("both_ways", True)
    clear = runs["both_ways"].isin([True, False])
    if not clear.all():
        faults.add("both_ways is neither True nor False", ids=runs.index[~clear], remedy="translate it")
    runs = runs.sort_values(["service", "seq"], kind="stable")
    later = runs["service"].duplicated()
    for wrong, what, remedy in (
        (~runs["station"].isin(stations.index), "station unknown", "add it to the stations"),
        (~(runs["minutes"] > 0) & later, "minutes not > 0", "give the minutes from the stop before"),
        (runs["trains_per_day"] == 0, "no trains", "drop services that do not run"),
        (runs.duplicated(["service", "seq"]), "two stops in one place of the order", "number them 1, 2, 3"),
        (~runs["service"].duplicated(keep=False), "a single stop", "a service needs two stops or more"),
    ):
        if wrong.any():
            faults.add(what, ids=runs.index[wrong], remedy=remedy)
    faults.raise_if_any()
    runs["both_ways"] = runs["both_ways"].astype(bool)
    runs["node"] = [
        f"{run.service} {run.seq} {run.station}" for run in runs[["service", "seq", "station"]].itertuples()
    ]
    clash = runs["node"].isin(stations.index)
    if clash.any():
        raise InputError(f"stations: ids that look like stops: {some_of(runs['node'][clash])}; rename them.")
    return runs.reset_index(drop=True)


def _rides(runs: pd.DataFrame) -> pd.DataFrame:
    before = runs.groupby("service")["node"].shift()
    rides = pd.DataFrame({"from_node": before, "to_node": runs["node"], "minutes": runs["minutes"]})
    rides["oneway"] = ~runs["both_ways"]
    return rides[before.notna()].assign(**{"class": "ride"})


def _doors(runs: pd.DataFrame, terms: RailTerms) -> pd.DataFrame:
    """Boarding one way, leaving the other."""
    return pd.DataFrame(
        {
            "from_node": runs["station"],
            "to_node": runs["node"],
            "minutes": terms.access_min + terms.wait_min(runs["trains_per_day"]),
            "minutes_back": terms.egress_min,
            "class": "board",
        }
    )


def _changes(runs: pd.DataFrame, terms: RailTerms) -> pd.DataFrame:
    """Between any two services at one station."""
    waiting = runs[["station", "service", "node"]].assign(wait=terms.wait_min(runs["trains_per_day"]))
    pairs = waiting.merge(waiting, on="station", suffixes=("", "_next"))
    pairs = pairs[pairs["service"] < pairs["service_next"]]
    return pd.DataFrame(
        {
            "from_node": pairs["node"],
            "to_node": pairs["node_next"],
            "minutes": terms.change_min + pairs["wait_next"],
            "minutes_back": terms.change_min + pairs["wait"],
            "class": "change",
        }
    )
