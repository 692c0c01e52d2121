"""Minutes between places, and from zones to cores, as wide tables, whatever they come from."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.table import MinutesTable, wide
from urbgeo.access.travel import Places, Travel, check_travel, pairs, provenance_of_travel
from urbgeo.checks import check_ids, check_polygons
from urbgeo.cities.circle_zones import has_land, seats_of
from urbgeo.cities.matrices import warn_of_pairs
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance

SIDES = {"origin", "destination"}


def minutes_between(travel: Travel, places: Places | None, call: str) -> tuple[pd.DataFrame, str, Provenance]:
    """Minutes from every place to every other, what to call a place without any, and where they come from.

    ``inf`` = no path; all of a place is ``NaN`` where it was not asked or could not be attached. A table
    tells its own places; a network needs them. A single pair that a wide table lacks counts as without a
    path, and a warning says so.

    Raises
    ------
    InputError
        For what gives no minutes, a network without places, a table that is not square over the same ids.
    """
    check_travel(travel)
    given = _sided(travel)
    if places is None:
        places = _own_places(given, call)
    table = pairs(given, places, places, names=("places", "places"))
    found = wide(table)
    if isinstance(given, pd.DataFrame) and {given.index.name, given.columns.name} == SIDES:
        _tell_holes(given if given.index.name == "origin" else given.T, found)
    return found, table.far, provenance_of_travel(travel)


def minutes_to_cores(
    travel: Travel,
    zones: pd.DataFrame,
    seats: gpd.GeoDataFrame | None,
    ends: tuple[pd.Index, pd.Index],
) -> tuple[pd.DataFrame, str]:
    """Minutes between two lists of zones (rows to columns), and what to call a zone without any.

    A zone lies in itself: a table that does not say how far it is from itself is read as 0.
    """
    check_travel(travel)
    if isinstance(travel, pd.DataFrame | MinutesTable):
        rows, columns = (pd.DataFrame(index=one) for one in ends)
        table = pairs(_sided(travel), rows, columns, names=("zones", "cores"))
        found = wide(table)
        same = found.index.to_numpy()[:, None] == found.columns.to_numpy()[None, :]
        return found.mask(same & ~np.isfinite(found.to_numpy()), 0.0), table.far
    at = zones if seats is None else seats
    if not isinstance(at, gpd.GeoDataFrame):
        raise InputError("zones: with a network they must be a GeoDataFrame of points, or give seats.")
    names = ("zones", "zones")
    if seats is not None:
        if has_land(zones):
            check_polygons(zones, "zones")
        at, names = seats_of(zones, seats), ("seats", "seats")
    table = pairs(travel, at.loc[ends[0]], at.loc[ends[1]], names=names)
    return wide(table), table.far


def _sided(travel: Travel) -> Travel:
    """A wide table without names of its sides has origins in its rows."""
    if not isinstance(travel, pd.DataFrame) or {"from", "to", "minutes"} <= set(travel.columns):
        return travel
    if {travel.index.name, travel.columns.name} == SIDES:
        return travel
    for ids in (travel.index, pd.Index(travel.columns)):
        check_ids(ids, "travel")
    return travel.rename_axis(index="origin", columns="destination")


def _own_places(travel: Travel, call: str) -> pd.Index:
    """The ids of a table, in its order."""
    if isinstance(travel, MinutesTable):
        ids, others = travel.origins, travel.destinations
    elif not isinstance(travel, pd.DataFrame):
        raise InputError(f"places: a network needs the points it is asked for; the call is {call}.")
    elif {travel.index.name, travel.columns.name} != SIDES:
        return pd.Index(pd.unique(pd.concat([travel["from"], travel["to"]]).dropna()))
    else:
        ids, others = travel.index, pd.Index(travel.columns)
    lost = ids.symmetric_difference(others)
    if len(lost):
        raise InputError(
            f"travel: rows and columns must be the same ids; {some_of(lost)} stand on one side only. Ask for "
            "a table from the places to themselves."
        )
    return pd.Index(ids.unique(), name=None)


def _tell_holes(given: pd.DataFrame, found: pd.DataFrame) -> None:
    """Warn of pairs without minutes between places that have some."""
    holes = given.reindex(index=found.index, columns=found.columns).isna().to_numpy().copy()
    holes &= found.notna().to_numpy()
    np.fill_diagonal(holes, False)
    if holes.any():
        warn_of_pairs(found.index, found.columns, holes, "travel")
