"""Travel: what minutes come from, and the two questions every measure asks of it.

A network, a timetable with its walking network, a table of minutes: :func:`nearest` and :func:`pairs` answer
alike for all of them, so that a verb is written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, TypeAlias, runtime_checkable

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.reading import table_of
from urbgeo.access.table import MinutesTable, nearest_pairs
from urbgeo.checks import add_column_faults, add_id_faults, check_minutes, check_points
from urbgeo.errors import Faults, InputError
from urbgeo.network.attach import attach, attach_some
from urbgeo.network.minutes import nearest_attached, table_between
from urbgeo.network.model import TravelNetwork, check_direction
from urbgeo.provenance import Provenance
from urbgeo.regions.region import Region
from urbgeo.results import with_names
from urbgeo.types import Floats


@runtime_checkable
class GivesMinutes(Protocol):
    """Anything else that can tell minutes between points, such as a timetable with its walking network."""

    @property
    def provenance(self) -> Provenance:
        """What its minutes rest on."""

    def minutes_table(self, origins: gpd.GeoDataFrame, destinations: gpd.GeoDataFrame) -> pd.DataFrame:
        """Minutes (origins, destinations); ``inf`` = no way, ``NaN`` = one of the two is out of reach."""


Travel: TypeAlias = TravelNetwork | GivesMinutes | MinutesTable | pd.DataFrame
"""What minutes come from."""

Modes: TypeAlias = Travel | Mapping[str, Travel]
"""The same, or several by mode: ``{"walk": ..., "bus": ...}``."""

Places: TypeAlias = gpd.GeoDataFrame | pd.DataFrame | pd.Series | pd.Index
"""Who asks or is asked for: points; for a table of minutes also any frame by id, or the ids alone."""


def nearest(
    travel: Travel,
    places: Places | None = None,
    facilities: Places | None = None,
    *,
    direction: str = "to",
    cutoff_min: float | None = None,
) -> pd.DataFrame:
    """The facility nearest in time to each place.

    Parameters
    ----------
    travel
        What minutes come from. In a table, origins are the places for ``"to"``, the facilities for
        ``"from"``.
    places, facilities
        Points with unique index, any CRS. For a table of minutes any frame by id, or the ids; None for all
        it has.
    direction
        ``"to"``: from the place to the facility; ``"from"``: from the facility to the place.
    cutoff_min
        Closed upper bound; beyond it there is no nearest facility. None for no bound.

    Returns
    -------
    pandas.DataFrame
        One row per place: ``facility`` (id, missing when none), ``minutes`` (``inf`` = none within reach,
        ``NaN`` = not attached or not asked), ``status`` (``"reached"``, ``"unreached"``, ``"too far"``,
        ``"not asked"``); provenance in ``attrs``. Equal times go to the facility that comes first.

    Raises
    ------
    InputError
        For what gives no minutes, faulty points or tables (naming ids), no facility that can be attached.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "a", "b"], "to": ["x", "y", "y"], "minutes": [30.0, 10.0, 45.0]}
    ... )
    >>> nearest(minutes, pd.Index(["a", "b", "c"]))
      facility  minutes     status
    a        y     10.0    reached
    b        y     45.0    reached
    c      NaN      NaN  not asked
    """
    check_direction(direction)
    limit = np.inf if cutoff_min is None else check_minutes(cutoff_min, "cutoff_min")
    if isinstance(travel, TravelNetwork):
        here, there = layer_of(places, "places"), layer_of(facilities, "facilities")
        ends = attach(travel, here, name="places"), attach_some(travel, there, "facilities")
        found = nearest_attached(travel, *ends, limit, direction)
        found.attrs["provenance"] = travel.provenance
        return found
    check_travel(travel)
    table = _as_told(travel, places, facilities, limit, direction, ("places", "facilities"))
    found = nearest_of(table)
    found.attrs["provenance"] = table.provenance
    return found


def pairs(
    travel: Travel,
    origins: Places | None = None,
    destinations: Places | None = None,
    *,
    direction: str = "to",
    cutoff_min: float | None = None,
    names: tuple[str, str] = ("origins", "destinations"),
) -> MinutesTable:
    """Minutes of all pairs of those who ask and those asked for.

    Parameters
    ----------
    travel
        What minutes come from. A table's own origins are the ``origins`` for ``"to"``, the
        ``destinations`` for ``"from"``.
    origins, destinations
        Points with unique index, any CRS. For a table of minutes any frame by id, which may leave out some
        of the table's ids; or exactly the ids, as Index or Series; None for all it has.
    direction
        ``"to"``: minutes from the origins to the destinations; ``"from"``: those of the way back, still with
        one row per origin.
    cutoff_min
        Closed upper bound; pairs beyond it count as without a path. None for no bound.
    names
        What errors call the two.

    Returns
    -------
    MinutesTable

    Raises
    ------
    InputError
        As for :func:`nearest` and :func:`urbgeo.access.reading.read_minutes`.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame({"from": ["a", "b"], "to": ["x", "x"], "minutes": [30.0, 45.0]})
    >>> pairs(minutes).within(40).origin_status.to_dict()
    {'a': 'reached', 'b': 'unreached'}
    """
    check_direction(direction)
    check_travel(travel)
    if not isinstance(names, tuple) or len(names) != 2:
        raise InputError(f"names: {names!r}; give two words, ('origins', 'destinations').")
    limit = np.inf if cutoff_min is None else check_minutes(cutoff_min, "cutoff_min")
    if isinstance(travel, TravelNetwork):
        spots = layer_of(origins, names[0]), layer_of(destinations, names[1])
        return _over_network(travel, *spots, limit, direction, names)
    return _as_told(travel, origins, destinations, limit, direction, names)


def nearest_of(table: MinutesTable) -> pd.DataFrame:
    """:func:`nearest` of pairs already at hand, whose origins are the places."""
    minutes, which = nearest_pairs(table)
    found = which >= 0
    names = np.full(len(which), None, dtype=object)
    names[found] = table.destinations.to_numpy()[which[found]]
    minutes[~table.origin_asked] = np.nan
    return pd.DataFrame(
        {"facility": names, "minutes": minutes, "status": table.origin_status.to_numpy()}, index=table.origins
    )


def by_mode(travel: Modes) -> dict[str, Travel]:
    """Sources of minutes by the name of their mode; one alone is ``"all"``.

    Raises
    ------
    InputError
        For no mode, one called ``"best"`` (the best of all), and what gives no minutes.
    """
    modes = dict(travel) if isinstance(travel, Mapping) else {"all": travel}
    if not modes or "best" in modes:
        raise InputError("travel: give at least one mode, none of them called 'best'.")
    for one in modes.values():
        check_travel(one)
    return modes


def check_travel(travel: object) -> None:
    """Refuse what no minutes can come from, and say what stands first."""
    if isinstance(travel, Region):
        raise InputError(
            "travel: a Region gives no minutes; its network does: region_network(region), with .only('road') "
            "for roads alone."
        )
    if isinstance(travel, gpd.GeoDataFrame) or not isinstance(
        travel, TravelNetwork | MinutesTable | pd.DataFrame | GivesMinutes
    ):
        raise InputError(
            f"travel: {type(travel).__name__} gives no minutes; what they come from stands first: a "
            "TravelNetwork, a timetable with its walking network, or a DataFrame is needed, wide or long."
        )


def layer_of(given: object, name: str) -> gpd.GeoDataFrame:
    """The same, when it is a layer; a network cannot do with ids alone. Attaching looks at its points."""
    if isinstance(given, TravelNetwork):
        raise InputError(
            f"{name}: a GeoDataFrame of points is needed, not a TravelNetwork, which stands first."
        )
    if isinstance(given, Region):
        raise InputError(
            f"{name}: points are needed, not a Region; give a layer of it: region.prefectures, "
            "region.counties, region.airports or region.stations."
        )
    if given is None:
        raise InputError(f"{name}: points are needed to travel by a network; give a GeoDataFrame.")
    if not isinstance(given, gpd.GeoDataFrame):
        raise InputError(
            f"{name}: a GeoDataFrame is needed to travel by a network, not {type(given).__name__}."
        )
    if given.empty:
        raise InputError(f"{name}: it has no rows.")
    return given


def points_of(given: object, name: str) -> gpd.GeoDataFrame:
    """The same, when it is sound points: for what is not attached at once."""
    layer = layer_of(given, name)
    check_points(layer, name)
    return layer


def ids_of(given: object, name: str) -> pd.Index | None:
    """The ids of a frame, Series or Index; None for None."""
    if given is None:
        return None
    if not isinstance(given, pd.DataFrame | pd.Series | pd.Index):
        raise InputError(f"{name}: a frame by id, or an Index of ids, is needed, not {type(given).__name__}.")
    ids = given if isinstance(given, pd.Index) else given.index
    faults = Faults(name)
    add_id_faults(faults, ids)
    if isinstance(given, pd.DataFrame):
        add_column_faults(faults, given)
    faults.raise_if_any()
    return ids


def frame_of(given: object, name: str, travel: Modes) -> pd.DataFrame:
    """Places as a frame by id, without columns where only the ids are given; points where it needs them."""
    every = travel.values() if isinstance(travel, Mapping) else [travel]
    if not all(isinstance(one, MinutesTable | pd.DataFrame) for one in every):
        return points_of(given, name)
    ids = ids_of(given, name)
    return given if isinstance(given, pd.DataFrame) else pd.DataFrame(index=ids)


def provenance_of_travel(travel: Travel) -> Provenance:
    """What its minutes rest on; nothing known for a plain table that does not say."""
    if isinstance(travel, pd.DataFrame):
        about = travel.attrs.get("provenance")
        return about if isinstance(about, Provenance) else Provenance()
    return travel.provenance


def with_names_of(table: pd.DataFrame, given: object) -> pd.DataFrame:
    """The table with the name columns and geometry of the frame that was given, if it was one."""
    return with_names(table, given) if isinstance(given, pd.DataFrame) else table


def provenance_of(found: Mapping[str, pd.DataFrame]) -> Provenance:
    """What answers of :func:`nearest` by mode rest on: the first, with the sources of all."""
    every: list[Provenance] = [one.attrs["provenance"] for one in found.values()]
    if len(every) == 1:
        return every[0]
    sources = tuple(dict.fromkeys(source for one in every for source in one.sources))
    return replace(every[0], sources=sources)


def _over_network(
    network: TravelNetwork,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    limit: float,
    direction: str,
    names: tuple[str, str],
) -> MinutesTable:
    """Pairs between points, the origins in the rows whichever way they travel."""
    end = attach_some(network, destinations, names[1])
    start = end if origins is destinations else attach(network, origins, name=names[0])
    there = direction == "to"
    values: Floats = table_between(network, *((start, end) if there else (end, start)), limit)
    values = values if there else values.T
    finite = np.isfinite(values)
    ends = None
    if not finite.all():
        i, j = np.nonzero(finite)
        ends = i.astype(np.int32), j.astype(np.int32)
    return MinutesTable(
        origins.index,
        destinations.index,
        np.ascontiguousarray(values).ravel() if ends is None else values[finite],
        ends,
        start.attached,
        end.attached,
        np.asarray(finite.any(axis=1)),
        np.asarray(finite.any(axis=0)),
        whole=True,
        far="too far",
        provenance=network.provenance,
    )


def _as_told(
    travel: Travel,
    origins: Places | None,
    destinations: Places | None,
    limit: float,
    direction: str,
    names: tuple[str, str],
) -> MinutesTable:
    """Pairs of a timetable or a table of minutes, the origins in the rows whichever way they travel."""
    there = direction == "to"
    if isinstance(travel, GivesMinutes) and not isinstance(travel, MinutesTable | pd.DataFrame):
        start, end = points_of(origins, names[0]), points_of(destinations, names[1])
        wide = travel.minutes_table(start, end) if there else travel.minutes_table(end, start)
        table = table_of(wide.rename_axis(index="origin", columns="destination"))
        table = replace(table, far="too far", provenance=travel.provenance)
    else:
        asked = ids_of(origins, names[0]), ids_of(destinations, names[1])
        some = any(isinstance(one, pd.DataFrame) for one in (origins, destinations))
        start_ids, end_ids = asked if there else asked[::-1]
        table = table_of(travel, origins=start_ids, destinations=end_ids, some=some)
    table = table if there else table.turned()
    return table if np.isinf(limit) else table.within(limit)
