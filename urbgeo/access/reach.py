"""Reach: which cities are within t minutes of each other, by road, by rail door to door, by the better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.amounts import zone_means
from urbgeo.checks import check_amounts, check_columns, check_minutes, check_points
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment, attach
from urbgeo.network.minutes import node_table, table_between, table_from_nodes, table_to_nodes
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance
from urbgeo.types import Floats


@dataclass(frozen=True, eq=False)
class Reach:
    """How cities reach each other.

    Attributes
    ----------
    minutes
        By mode (``"road"``, ``"rail"``, ``"best"``): a table (origin, destination) of minutes door to
        door; ``inf`` = no path, ``NaN`` = not attached, 0 from a city to itself.
    summary
        One row per mode: ``pairs`` (directed, a city with itself left out), ``within`` the threshold,
        ``share``, and ``weighted_share`` by the product of populations.
    cities
        One row per city and mode columns: ``cities_<mode>`` other cities reached, ``people_<mode>`` their
        population; ``status`` as the city is attached to the roads (``attached``, ``island``, ``too far``).
    zones
        The numbers of ``cities`` by zone, means weighted by population; None without ``zone``.
    provenance
        Parameters, speeds, sources, share of cities unattached.
    """

    minutes: Mapping[str, pd.DataFrame]
    summary: pd.DataFrame
    cities: pd.DataFrame
    zones: pd.DataFrame | None
    provenance: Provenance

    def __repr__(self) -> str:
        shares = ", ".join(f"{mode} {share:.1%}" for mode, share in self.summary["share"].items())
        limit = self.provenance.parameters["minutes"]
        return f"<Reach of {len(self.cities)} cities within {limit:g} min: {shares}>"


def reach(
    network: TravelNetwork,
    cities: gpd.GeoDataFrame,
    *,
    minutes: float = 120.0,
    population: str | None = "population",
    zone: str | None = None,
) -> Reach:
    """Door-to-door minutes between cities and the share of pairs within a threshold.

    By road: the roads alone. By rail: drive to a station, board, ride (changing where that helps), leave,
    drive on; at least one train is taken. The better of both is the smaller of the two.

    Parameters
    ----------
    network
        Of mode ``road``, or ``road`` and ``rail`` together.
    cities
        Points with unique index, any CRS.
    minutes
        Closed upper bound in minutes.
    population
        Column of ``cities`` for the people reached; None to leave people out.
    zone
        Column of ``cities`` with the zone of each, for ``zones``.

    Raises
    ------
    InputError
        Naming faulty ids or the missing column; a threshold not > 0; fewer than two cities; a network
        without roads.

    References
    ----------
    14th Five-Year Plan for New Urbanisation (2022), art. 22: two-hour reach between main cities of a cluster.
    """
    limit = check_minutes(minutes)
    check_points(cities, "cities")
    if len(cities) < 2:
        raise InputError("cities: reach needs at least two.")
    if "road" not in network.modes:
        raise InputError(f"network: it has no roads, only {', '.join(network.modes)}.")
    if population is not None:
        check_amounts(cities, "cities", [population])
    if zone is not None:
        check_columns(cities, "cities", [zone])
    road = network.only(("road",))
    points = attach(road, cities, name="cities")
    tables = {name: _framed(values, cities) for name, values in _by_mode(network, road, points).items()}
    people = cities[population].astype(float) if population else pd.Series(np.nan, cities.index)
    by_city = _city_table(tables, people, limit)
    weights = people.fillna(1.0)
    return Reach(
        minutes=tables,
        summary=pd.DataFrame(
            [_shares(table, people, limit) for table in tables.values()], index=_modes(tables)
        ),
        cities=by_city.assign(status=points.status),
        zones=None if zone is None else zone_means(by_city, weights, cities[zone]),
        provenance=network.provenance.having(
            parameters={"minutes": limit, "population": population},
            shares={"cities unattached": float((~points.attached).mean())},
        ),
    )


def _by_mode(network: TravelNetwork, road: TravelNetwork, points: Attachment) -> dict[str, Floats]:
    by_road = table_between(road, points, points, np.inf)
    if "rail" not in network.modes:
        return {"road": by_road}
    rail = network.only(("rail",))
    forecourts = _forecourts(rail)
    rides = node_table(rail, forecourts, forecourts)
    np.fill_diagonal(rides, np.inf)
    by_rail = _through(
        table_to_nodes(road, points, forecourts), rides, table_from_nodes(road, forecourts, points)
    )
    np.fill_diagonal(by_rail, 0.0)
    by_rail[np.isnan(by_road)] = np.nan
    return {"road": by_road, "rail": by_rail, "best": np.minimum(by_road, by_rail)}


def _modes(tables: Mapping[str, pd.DataFrame]) -> pd.Index:
    return pd.Index(tables, name="mode")


def _forecourts(rail: TravelNetwork) -> NDArray[np.int64]:
    """Positions of the nodes where trains are boarded."""
    boarded = rail.link_table.loc[rail.link_table["class"] == "board", "from_node"].unique()
    return rail.nodes.index.get_indexer(boarded).astype(np.int64)


def _through(access: Floats, rides: Floats, egress: Floats) -> Floats:
    """Least sum of access, ride and egress over all pairs of stations."""
    aboard = _least_sum(access, rides)
    return _least_sum(aboard, egress)


def _least_sum(left: Floats, right: Floats) -> Floats:
    """The product of two tables of minutes, with + for times and min for plus."""
    total = np.full((left.shape[0], right.shape[1]), np.inf)
    for middle in range(left.shape[1]):
        np.minimum(total, left[:, middle, None] + right[None, middle, :], out=total)
    return total


def _framed(values: Floats, cities: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        values, index=cities.index.rename("origin"), columns=cities.index.rename("destination")
    )


def _shares(table: pd.DataFrame, people: pd.Series, limit: float) -> dict[str, float]:
    values = table.to_numpy()
    others = ~np.eye(len(table), dtype=bool)
    within = (values <= limit) & others
    weights = np.outer(people, people) * others
    return {
        "pairs": int(others.sum()),
        "within": int(within.sum()),
        "share": float(within.sum() / others.sum()),
        "weighted_share": float(weights[within].sum() / weights.sum()) if weights.sum() > 0 else np.nan,
    }


def _city_table(tables: Mapping[str, pd.DataFrame], people: pd.Series, limit: float) -> pd.DataFrame:
    found = pd.DataFrame(index=people.index)
    others = ~np.eye(len(people), dtype=bool)
    for mode, table in tables.items():
        within = (table.to_numpy() <= limit) & others
        found[f"cities_{mode}"] = within.sum(axis=1)
        found[f"people_{mode}"] = within @ people.to_numpy()
    return found
