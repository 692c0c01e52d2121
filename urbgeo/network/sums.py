"""Sums within a time: people, jobs or beds that every node, or every place, can reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.amounts import amount_of, amounts_of
from urbgeo.checks import check_points, check_thresholds, listed
from urbgeo.engine.cluster import solve_stretch, spread_sums
from urbgeo.engine.dijkstra import sums_within as dijkstra_sums
from urbgeo.engine.lane_sums import lanes_sums_of
from urbgeo.engine.plan import Plan, check_budget, plan_sums, sample_of
from urbgeo.errors import InputError, some_of
from urbgeo.network.attach import Points, attach
from urbgeo.network.minutes import table_between
from urbgeo.network.model import TravelNetwork, check_direction, check_network
from urbgeo.options import log
from urbgeo.types import Floats, Ints

ROWS_PER_BLOCK = 1024


def node_sums(
    network: TravelNetwork,
    weights: pd.DataFrame | pd.Series,
    *,
    minutes: float | Sequence[float] = 30.0,
    nodes: Sequence[object] | pd.Index | None = None,
    direction: str = "from",
    explain: bool = False,
    client: Any = None,
) -> pd.DataFrame:
    r"""Sums of node weights within each time of every node, or of some.

    .. math:: S_i(t) = \sum_{j:\, T_{ij} \le t} w_j

    Parameters
    ----------
    network
        Where to travel.
    weights
        One row per node (by id; nodes left out weigh nothing), one column per thing to be summed: people,
        jobs; or a Series.
    minutes
        Closed upper bound in minutes, or a rising list of them.
    nodes
        Ids of the nodes to sum for; None for all.
    direction
        ``"from"``: within reach of the node; ``"to"``: from where the node is in reach.
    explain
        Put the way it was done, and why, into ``result.attrs["plan"]``.
    client
        A ``dask.distributed.Client`` whose workers share the nodes, when at least half of them are asked for;
        None for the threads of this machine. Those of all nodes are the same to the bit.

    Returns
    -------
    pandas.DataFrame
        One row per node, columns ``(weight, minutes)``; ``attrs["provenance"]``.

    Raises
    ------
    InputError
        For weights that are negative, missing or of unknown nodes, bounds that are no times, unknown nodes.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> people = hunan.counties["population"]
    >>> node_sums(network, people[people.index.isin(network.nodes.index)], minutes=[30, 60]).shape[1]
    2
    """
    check_network(network)
    check_direction(direction)
    bounds = np.array(check_thresholds(minutes))
    per_node = aligned_weights(network, weights)
    which = node_positions(network, nodes)
    if 2 * len(which) < len(network.nodes):
        client = None
    plan = _plan(network, which, bounds[-1], per_node.shape[1] * len(bounds))
    check_budget(plan, "node_sums")
    log.info("node_sums: %s", plan)
    if client is None and (plan.method == "dijkstra" or len(which) < len(network.nodes)):
        sums = _of_some_nodes(network, plan, which, per_node, bounds, direction)
    else:
        sums = _of_every_node(network, plan, per_node, bounds, direction, client)[network.graph.rank[which]]
    names = pd.DataFrame(weights).columns
    frame = _frame(sums, network.nodes.index[which], names, bounds)
    frame.attrs["provenance"] = network.provenance.having(
        parameters={"minutes": tuple(bounds), "direction": direction}
    )
    if explain:
        frame.attrs["plan"] = str(plan)
    return frame


def sums_within(
    network: TravelNetwork,
    places: Points,
    opportunities: gpd.GeoDataFrame,
    *,
    weight: str | pd.Series | Sequence[str],
    minutes: float | Sequence[float] = 30.0,
    direction: str = "from",
) -> pd.DataFrame:
    r"""Sums of opportunities within each time of every place, door to door.

    The same as :func:`urbgeo.network.minutes.minutes_table` and a sum, but the table is never held: it is
    made in blocks of places.

    Parameters
    ----------
    network
        Where to travel.
    places, opportunities
        Points with unique index, any CRS.
    weight
        What is summed: a column of ``opportunities``, several, or a Series on its index.
    minutes
        Closed upper bound in minutes, or a rising list of them.
    direction
        ``"from"``: from the place to the opportunities; ``"to"``: towards the place.

    Returns
    -------
    pandas.DataFrame
        One row per place, columns ``(weight, minutes)``; NaN where a place could not be attached;
        ``attrs["provenance"]``.

    Raises
    ------
    InputError
        For faulty points, columns that are missing, negative or not numbers, bounds that are no times.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> sums_within(network, hunan.prefectures[:3], hunan.counties, weight="population").shape
    (3, 1)
    """
    check_network(network)
    check_direction(direction)
    bounds = np.array(check_thresholds(minutes))
    check_points(opportunities, "opportunities")
    amounts = _amounts(weight, opportunities)
    weights = amounts.to_numpy(np.float64)
    here = attach(network, places, name="places")
    there = attach(network, opportunities, name="opportunities")
    sums = np.zeros((len(here.index), len(bounds), weights.shape[1]))
    for first in range(0, len(here.index), ROWS_PER_BLOCK):
        block = here.rows(slice(first, first + ROWS_PER_BLOCK))
        if direction == "from":
            table = table_between(network, block, there, float(bounds[-1]))
        else:
            table = table_between(network, there, block, float(bounds[-1])).T
        for ring, bound in enumerate(bounds):
            sums[first : first + ROWS_PER_BLOCK, ring] = (table <= bound) @ weights
    sums[~here.attached] = np.nan
    frame = _frame(sums, here.index, amounts.columns, bounds)
    frame.attrs["provenance"] = network.provenance.having(
        parameters={"minutes": tuple(bounds), "direction": direction},
        shares={"places not attached": float((~here.attached).mean())},
    )
    return frame


def _amounts(weight: str | pd.Series | Sequence[str], frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """One column per thing to be summed, by the one rule for amounts."""
    given = [weight] if isinstance(weight, str | pd.Series) else listed(weight)
    columns = [amount_of(one, frame, name="weight", frame_name="opportunities") for one in given]
    if not columns or len({one.name for one in columns}) < len(columns):
        raise InputError("weight: give one or more columns of opportunities, each once.")
    return pd.concat(columns, axis=1)


def aligned_weights(network: TravelNetwork, weights: pd.DataFrame | pd.Series) -> Floats:
    """(nodes, columns) weights in the order of the nodes, 0 for those left out; refuse unsound ones."""
    if isinstance(weights, pd.Series):
        weights = weights.to_frame()
    if not isinstance(weights, pd.DataFrame) or weights.columns.empty:
        raise InputError("weights: a DataFrame with a row per node and a column per weight is needed.")
    if not weights.columns.is_unique:
        repeated = weights.columns[weights.columns.duplicated()]
        raise InputError(f"weights: repeated columns {some_of(repeated)}; name each once.")
    position = network.nodes.index.get_indexer(weights.index)
    if (position < 0).any():
        raise InputError(f"weights: {some_of(weights.index[position < 0])} are no nodes of the network.")
    if weights.index.has_duplicates:
        raise InputError(
            f"weights: {some_of(weights.index[weights.index.duplicated()])} come twice; add them up first."
        )
    per_node = np.zeros((len(network.nodes), weights.shape[1]))
    per_node[position] = amounts_of(weights, "weights").to_numpy()
    return per_node


def node_positions(network: TravelNetwork, nodes: Sequence[object] | pd.Index | None) -> Ints:
    """Where nodes stand in the network, by their ids; all of them for None."""
    if nodes is None:
        return np.arange(len(network.nodes))
    if isinstance(nodes, str | bytes | pd.DataFrame) or not isinstance(nodes, Iterable):
        raise InputError(f"nodes: {type(nodes).__name__} is no list of ids; give the ids of nodes.")
    asked = nodes if isinstance(nodes, pd.Index) else pd.Index(list(nodes))
    found = network.nodes.index.get_indexer(asked)
    if (found < 0).any():
        raise InputError(f"nodes: {some_of(asked[found < 0])} are no nodes of the network.")
    return found.astype(np.int64)


def _plan(network: TravelNetwork, which: Ints, limit: float, sums: int) -> Plan:
    """The plan for so many sums of each of these nodes."""
    graph, ready = network.graph, network.hierarchy_state
    return plan_sums(
        graph,
        len(which),
        limit,
        topology=ready != "none",
        customised=ready == "customised",
        sample=sample_of(which),
        sums=sums,
    )


def _of_some_nodes(
    network: TravelNetwork, plan: Plan, which: Ints, weights: Floats, bounds: Floats, direction: str
) -> Floats:
    if plan.method == "dijkstra":
        return dijkstra_sums(network.graph, which, weights, bounds, direction=direction)
    either = network.hierarchy if direction == "from" else network.hierarchy.reversed()
    return lanes_sums_of(network.graph, either, which, weights, bounds, direction=direction)


def _of_every_node(
    network: TravelNetwork, plan: Plan, weights: Floats, bounds: Floats, direction: str, client: Any
) -> Floats:
    """Sums in curve order."""
    graph = network.graph
    customised = network.hierarchy if plan.method == "hierarchy" else None
    if client is not None:
        return spread_sums(client, graph, customised, direction, weights, bounds)
    return solve_stretch(graph, customised, direction, (0, graph.node_count), weights, bounds)


def _frame(sums: Floats, index: pd.Index, columns: pd.Index, bounds: Floats) -> pd.DataFrame:
    names = pd.MultiIndex.from_product([columns, bounds], names=["weight", "minutes"])
    values = sums.transpose(0, 2, 1).reshape(len(index), len(names))
    return pd.DataFrame(values, index=index, columns=names)
