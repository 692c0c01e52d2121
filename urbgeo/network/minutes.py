"""Travel minutes over a TravelNetwork: tables between points, and the nearest of many facilities."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.checks import check_choice, check_minutes
from urbgeo.engine.cluster import solve_rows, spread_rows
from urbgeo.engine.dijkstra import nearest_seed
from urbgeo.engine.plan import Plan, check_budget, dijkstra_bytes, plan_table, sample_of
from urbgeo.engine.resolution import told
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment, Joins, Points, attach, attach_some
from urbgeo.network.model import TravelNetwork, check_direction, check_network
from urbgeo.options import check_memory, log
from urbgeo.types import Floats, Ints

Minutes = NDArray[Any]

SEARCH_BYTES_PER_NODE, BYTES_PER_LEG = 16, 60
"""Of the nearest of many: minutes and label of each node, and what each end of what a point joins takes."""


def minutes_table(
    network: TravelNetwork,
    origins: Points,
    destinations: Points,
    *,
    cutoff_min: float | None = None,
    dtype: str = "float64",
    explain: bool = False,
    client: Any = None,
) -> pd.DataFrame:
    """Least minutes from every origin to every destination.

    Parameters
    ----------
    network
        Where to travel.
    origins, destinations
        Points with unique index, any CRS.
    cutoff_min
        Closed upper bound; longer trips become ``inf``. None for no bound.
    dtype
        ``"float64"``, or ``"float32"``: half the memory, minutes to 7 digits.
    explain
        Put the way it was done (plain searches or a hierarchy), and why, into ``result.attrs["plan"]``.
        Either way gives the same minutes.
    client
        A ``dask.distributed.Client`` whose workers share the rows; None for the threads of this machine. The
        table is the same to the bit.

    Returns
    -------
    pandas.DataFrame
        (origins, destinations) minutes; the index is named ``"origin"``, the columns ``"destination"``, so
        that the table cannot be read the wrong way round. ``inf`` = no path or beyond the cutoff, ``NaN`` =
        one of the two could not be attached. Told to a millionth of a minute: ``table <= 30`` does not
        depend on how they were found. ``attrs["provenance"]`` tells what the minutes rest on.

    Raises
    ------
    InputError
        For faulty points (naming their ids), a cutoff that is not > 0, an unknown dtype, or more memory than
        ``options.memory_gb`` allows.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> urbgeo.minutes_table(network, hunan.prefectures[:2], hunan.airports[:2]).round(1).shape
    (2, 2)
    """
    table = isinstance(network, pd.DataFrame) and not isinstance(network, gpd.GeoDataFrame)
    if table or any(hasattr(network, one) for one in ("minutes_table", "origin_status")):
        raise InputError(
            f"network: a {type(network).__name__} gives minutes as it is: measures take it where they take a "
            "network, and urbgeo.access.travel.pairs(travel, origins, destinations) makes the table."
        )
    check_network(network)
    limit = np.inf if cutoff_min is None else check_minutes(cutoff_min, "cutoff_min")
    check_choice(dtype, "dtype", ("float64", "float32"))
    start = attach(network, origins, name="origins")
    end = attach(network, destinations, name="destinations")
    plan = plan_between(network, start, end, limit, dtype=dtype)
    table = pd.DataFrame(
        table_between(network, start, end, limit, plan=plan, client=client, dtype=dtype),
        index=start.index.rename("origin"),
        columns=end.index.rename("destination"),
        copy=False,
    )
    table.attrs["provenance"] = network.provenance.having(
        parameters={"cutoff_min": cutoff_min},
        shares={
            f"{name} not attached": _lost(one) for name, one in (("origins", start), ("destinations", end))
        },
    )
    if explain:
        table.attrs["plan"] = str(plan)
    return table


def nearest_facility(
    network: TravelNetwork,
    places: Points,
    facilities: Points,
    *,
    cutoff_min: float | None = None,
    direction: str = "to",
) -> pd.DataFrame:
    """The facility nearest in time to each place.

    Parameters
    ----------
    network
        Where to travel.
    places, facilities
        Points with unique index, any CRS.
    cutoff_min
        Closed upper bound; beyond it there is no nearest facility. None for no bound.
    direction
        ``"to"``: from the place to the facility; ``"from"``: from the facility to the place.

    Returns
    -------
    pandas.DataFrame
        One row per place: ``facility`` (id, missing when none), ``minutes`` (``inf`` = none within reach,
        ``NaN`` = not attached), ``status`` (``"reached"``, ``"unreached"``, ``"too far"``). Equal times go
        to the facility that comes first. ``attrs["provenance"]`` tells what the minutes rest on.

    Raises
    ------
    InputError
        For faulty points (naming their ids), no facility that can be attached, a cutoff that is not > 0.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> nearest = urbgeo.nearest_facility(network, hunan.prefectures, hunan.airports)
    >>> nearest["status"].unique().tolist()
    ['reached']
    """
    check_network(network)
    check_direction(direction)
    limit = np.inf if cutoff_min is None else check_minutes(cutoff_min, "cutoff_min")
    there, here = attach_some(network, facilities, "facilities"), attach(network, places, name="places")
    found = nearest_attached(network, here, there, limit, direction)
    found.attrs["provenance"] = network.provenance.having(
        parameters={"cutoff_min": cutoff_min, "direction": direction},
        shares={"places not attached": _lost(here)},
    )
    return found


def nearest_attached(
    network: TravelNetwork, places: Attachment, facilities: Attachment, limit: float, direction: str
) -> pd.DataFrame:
    """:func:`nearest_facility` for points that are already attached."""
    graph, seeds = network.graph, facilities.seeds(direction)
    needed = graph.node_count * SEARCH_BYTES_PER_NODE + facilities.ends.size * BYTES_PER_LEG
    check_memory(dijkstra_bytes(graph, 1) + needed, "nearest of many", "Take fewer links or points")
    best, label = nearest_seed(graph, *seeds, limit, direction=direction)
    legs = places.from_legs if direction == "to" else places.to_legs
    minutes, which = through_ends(places.ends, legs, best, label)
    kmh = places.off_network_kmh
    same_link_nearest(places.every, facilities.every, kmh, direction, minutes, which)
    minutes = told(minutes)
    beyond = minutes > limit
    minutes[beyond], which[beyond] = np.inf, -1
    there = places.attached
    minutes[~there] = np.nan
    found = which >= 0
    names = np.full(len(which), None, dtype=object)
    names[found] = facilities.index.to_numpy()[which[found]]
    status = np.where(found, "reached", np.where(there, "unreached", "too far"))
    return pd.DataFrame({"facility": names, "minutes": minutes, "status": status}, index=places.index)


def _lost(points: Attachment) -> float:
    """Share of points that have joined no link."""
    return float((~points.attached).mean()) if len(points.index) else 0.0


def plan_between(
    network: TravelNetwork, start: Attachment, end: Attachment, limit: float, *, dtype: str = "float64"
) -> Plan:
    """How :func:`table_between` would do it."""
    if len(end.index) < len(start.index):
        return _plan(network, end.ends, start.ends, limit, dtype)
    return _plan(network, start.ends, end.ends, limit, dtype)


def table_between(
    network: TravelNetwork,
    start: Attachment,
    end: Attachment,
    limit: float,
    *,
    plan: Plan | None = None,
    client: Any = None,
    dtype: str = "float64",
) -> Minutes:
    """Minutes (origins, destinations) between attached points, searching from the smaller side.

    ``plan`` fixes the way it is done, None takes the cheaper one; ``client`` and ``dtype`` as in
    :func:`minutes_table`.
    """
    if len(end.index) < len(start.index):
        sides = "to", end.ends, end.to_legs, start.ends, start.from_legs
        values = _ends_table(network, *sides, limit, plan, client, dtype).T
    else:
        sides = "from", start.ends, start.from_legs, end.ends, end.to_legs
        values = _ends_table(network, *sides, limit, plan, client, dtype)
    one, other = start.every, end.every
    i, j = pairs_on_one_link(one, other)
    least = told(along_one_link(one, i, other, j, start.off_network_kmh))
    least = np.where(least <= limit, least, np.inf).astype(values.dtype)
    np.minimum.at(values, (one.row[i], other.row[j]), least)
    values[~start.attached, :] = np.nan
    values[:, ~end.attached] = np.nan
    return values


def node_table(network: TravelNetwork, origins: Ints, destinations: Ints) -> Floats:
    """Minutes (origins, destinations) between nodes given by position."""
    return _ends_table(network, "from", *_at_nodes(origins), *_at_nodes(destinations), np.inf)


def table_to_nodes(network: TravelNetwork, start: Attachment, nodes: Ints) -> Floats:
    """Minutes (points, nodes) from attached points to nodes given by position."""
    return _ends_table(network, "to", *_at_nodes(nodes), start.ends, start.from_legs, np.inf).T


def table_from_nodes(network: TravelNetwork, nodes: Ints, end: Attachment) -> Floats:
    """Minutes (nodes, points) from nodes given by position to attached points."""
    return _ends_table(network, "from", *_at_nodes(nodes), end.ends, end.to_legs, np.inf)


def _at_nodes(nodes: Ints) -> tuple[Ints, Floats]:
    """Nodes in the shape of link ends: twice the same, no minutes away."""
    return np.stack([nodes, nodes], axis=1), np.zeros((len(nodes), 2))


def _ends_table(
    network: TravelNetwork,
    direction: str,
    from_nodes: Ints,
    from_minutes: Floats,
    to_nodes: Ints,
    to_minutes: Floats,
    limit: float,
    plan: Plan | None = None,
    client: Any = None,
    dtype: str = "float64",
) -> Minutes:
    """Minutes by the cheaper way; unattached rows and columns (-1) stay ``inf``."""
    plan = plan or _plan(network, from_nodes, to_nodes, limit, dtype)
    check_budget(plan, "minutes table", "Write it in blocks with write_minutes_table")
    log.info("minutes table: %s", plan)
    from_minutes = np.where(from_nodes >= 0, from_minutes, np.inf)
    to_minutes = np.where(to_nodes >= 0, to_minutes, np.inf)
    from_nodes, to_nodes = _filled(from_nodes), _filled(to_nodes)
    ends = (from_nodes, from_minutes, to_nodes, to_minutes)
    customised = network.hierarchy if plan.method == "hierarchy" else None
    out = np.empty((len(from_nodes), len(to_nodes)), dtype)
    if client is not None:
        return spread_rows(client, network.graph, customised, direction, ends, limit, out)
    return solve_rows(network.graph, customised, direction, ends, limit, out)


def _filled(nodes: Ints) -> Ints:
    """Nodes where there are none: the first of the row, or any; their minutes are ``inf``."""
    return np.maximum(np.where(nodes >= 0, nodes, nodes[:, :1]), 0)


def _plan(network: TravelNetwork, from_nodes: Ints, to_nodes: Ints, limit: float, dtype: str) -> Plan:
    attached = from_nodes[from_nodes >= 0]
    ready = network.hierarchy_state
    return plan_table(
        network.graph,
        len(from_nodes),
        len(to_nodes),
        limit,
        topology=ready != "none",
        customised=ready == "customised",
        sample=sample_of(attached),
        cell_bytes=np.dtype(dtype).itemsize,
    )


def through_ends(ends: Ints, legs: Floats, best: Floats, label: Ints) -> tuple[Floats, Ints]:
    """Best of the ends (points, ends) of what each point has joined; of equal ones the smaller label."""
    nodes = np.maximum(ends, 0)
    through = np.where(ends >= 0, legs + best[nodes], np.inf)
    least = through.min(axis=1)
    names = np.where((through == least[:, None]) & np.isfinite(through), label[nodes], np.iinfo(np.int64).max)
    return least, np.where(np.isfinite(least), names.min(axis=1), -1)


def same_link_nearest(
    places: Joins, facilities: Joins, kmh: float, direction: str, minutes: Floats, which: Ints
) -> None:
    """Where place and facility share a link, the way along it may be shorter than any through its ends."""
    start, end = (places, facilities) if direction == "to" else (facilities, places)
    i, j = pairs_on_one_link(start, end)
    place, facility = (i, j) if direction == "to" else (j, i)
    place, facility = places.row[place], facilities.row[facility]
    cost = along_one_link(start, i, end, j, kmh)
    order = np.lexsort((facility, cost, place))
    row, first = np.unique(place[order], return_index=True)
    cost, other = cost[order][first], facility[order][first]
    quicker = (cost < minutes[row]) | ((cost == minutes[row]) & (other < which[row]))
    minutes[row[quicker]], which[row[quicker]] = cost[quicker], other[quicker]


def pairs_on_one_link(start: Joins, end: Joins) -> tuple[Ints, Ints]:
    """Positions (in start, in end) of the joins that share a link."""
    by_link = np.argsort(end.link, kind="stable")
    first, last = (np.searchsorted(end.link[by_link], start.link, side) for side in ("left", "right"))
    count = np.where(start.link >= 0, last - first, 0)
    i = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
    return i, by_link[first[i] + nth]


def along_one_link(start: Joins, i: Ints, end: Joins, j: Ints, kmh: float) -> Floats:
    """Minutes between two points on one link: along it, or straight across (at ``kmh``) where that is no
    farther than the stretches to the link and back from it."""
    step = end.along[j] - start.along[i]
    whole = np.where(step >= 0, start.link_minutes[i, 0], start.link_minutes[i, 1])
    along = np.where(step == 0, 0.0, np.abs(step) * whole)
    along = np.where(np.isnan(along), np.inf, along) + start.off_minutes[i] + end.off_minutes[j]
    km = np.hypot(*(start.xy[i] - end.xy[j]).T) / 1000.0
    across = np.where(km <= start.off_km[i] + end.off_km[j], km * 60.0 / kmh, np.inf)
    return np.minimum(along, across)
