"""Measures at every node of a network, where a table of all pairs would be too large."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.access.decay import Decay
from urbgeo.checks import check_minutes, check_whole
from urbgeo.engine.dijkstra import decay_sums, nearest_seeds
from urbgeo.errors import InputError
from urbgeo.network.attach import attach_some
from urbgeo.network.model import TravelNetwork, check_direction, check_network
from urbgeo.network.sums import aligned_weights, node_positions
from urbgeo.types import Floats

STEP_MIN = 0.1
"""Minutes between two points at which a decay is read."""

JUMP = 0.01
"""A fall within one step by more than this share of the whole may be a jump, and is looked into."""


def node_nearest(
    network: TravelNetwork,
    facilities: gpd.GeoDataFrame,
    *,
    count: int = 1,
    cutoff_min: float | None = None,
    direction: str = "to",
) -> pd.DataFrame:
    """The ``count`` facilities nearest in time to every node.

    Parameters
    ----------
    network
        Where to travel.
    facilities
        Points with unique index, any CRS.
    count
        How many, from 1.
    cutoff_min
        Closed upper bound; None for no bound.
    direction
        ``"to"``: from the node to the facilities; ``"from"``: the other way.

    Returns
    -------
    pandas.DataFrame
        One row per node; columns (``"facility"`` or ``"minutes"``, place from 1). Equal times go to the
        facility that comes first; missing and ``inf`` where there are fewer within reach. Provenance in
        ``attrs``.

    Raises
    ------
    InputError
        For faulty points, no facility that can be attached, a count or cutoff that is not > 0.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> found = node_nearest(network, hunan.airports, count=2)
    >>> found.columns.tolist()
    [('facility', 1), ('facility', 2), ('minutes', 1), ('minutes', 2)]
    >>> bool((found["minutes"][1] <= found["minutes"][2]).all())
    True
    """
    check_network(network)
    check_direction(direction)
    count = check_whole(count, "count", 1)
    limit = np.inf if cutoff_min is None else check_minutes(cutoff_min, "cutoff_min")
    there = attach_some(network, facilities, "facilities")
    legs = (there.to_legs if direction == "to" else there.from_legs)[there.attached]
    ends, which = there.ends[there.attached], np.flatnonzero(there.attached)
    known = ends.ravel() >= 0
    minutes, label = nearest_seeds(
        network.graph,
        ends.ravel()[known],
        legs.ravel()[known],
        np.repeat(which, ends.shape[1])[known],
        count,
        limit,
        direction=direction,
    )
    places = range(1, count + 1)
    names = pd.Series(facilities.index, dtype=object).reindex(label.ravel()).to_numpy().reshape(label.shape)
    found = {("facility", place): names[:, place - 1] for place in places}
    found |= {("minutes", place): minutes[:, place - 1] for place in places}
    table = pd.DataFrame(found, index=network.nodes.index)
    table.attrs["provenance"] = network.provenance.having(
        parameters={"count": count, "cutoff_min": cutoff_min, "direction": direction}
    )
    return table


def node_gravity(
    network: TravelNetwork,
    weights: pd.DataFrame | pd.Series,
    *,
    decay: Decay,
    until_min: float | None = None,
    nodes: Sequence[object] | pd.Index | None = None,
    direction: str = "from",
) -> pd.DataFrame:
    r"""Sums of node weights that fade with time, for every node or some.

    .. math:: A_i = \sum_j w_j f(T_{ij})

    Parameters
    ----------
    network
        Where to travel.
    weights
        One row per node (by id; nodes left out weigh nothing), one column per thing to be summed; or a
        Series.
    decay
        A value of :mod:`urbgeo.access.decay`, read every 0.1 minutes and at the largest jump within each
        step, straight in between (half an hour's exponential is met to 1e-5).
    until_min
        Where the search ends; needed for a decay that never ends by itself.
    nodes
        Ids of the nodes to sum for; None for all.
    direction
        ``"from"``: what the node reaches; ``"to"``: what reaches it.

    Returns
    -------
    pandas.DataFrame
        One row per node, the columns of ``weights``; provenance in ``attrs``.

    Raises
    ------
    InputError
        For weights that are negative, missing or of unknown nodes, unknown nodes, a decay without end.

    Examples
    --------
    >>> import urbgeo
    >>> from urbgeo.access.decay import linear
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> jobs = pd.DataFrame({"jobs": 100.0}, index=network.nodes.index[:1])
    >>> here = node_gravity(network, jobs, decay=linear(60), nodes=jobs.index)
    >>> here["jobs"].tolist()
    [100.0]
    """
    check_network(network)
    check_direction(direction)
    if not isinstance(decay, Decay):
        raise InputError(f"decay: {decay!r} is none; use a value of urbgeo.access.decay.")
    last = np.inf if until_min is None else check_minutes(until_min, "until_min")
    end = min(last, decay.cutoff_min)
    if not np.isfinite(end):
        raise InputError(f"until_min: {decay.name} never ends; say beyond how many minutes nothing counts.")
    if isinstance(weights, pd.Series):
        weights = weights.to_frame("weight" if weights.name is None else weights.name)
    per_node = aligned_weights(network, weights)
    which = node_positions(network, nodes)
    sums = decay_sums(network.graph, which, per_node, *_polyline(decay, end), direction=direction)
    table = pd.DataFrame(sums, index=network.nodes.index[which], columns=weights.columns)
    table.attrs["provenance"] = network.provenance.having(
        parameters={"decay": decay.name, "until_min": end, "direction": direction}
    )
    return table


def _polyline(decay: Decay, end: float) -> tuple[Floats, Floats]:
    """Minutes and weights of a decay up to its end, with both sides of every jump."""
    steps = np.append(np.arange(0.0, end, STEP_MIN), end)
    shares = decay(steps)
    jumps = np.flatnonzero(-np.diff(shares) > JUMP * max(shares[0], 1e-300))
    before, after = steps[jumps], steps[jumps + 1]
    while (between := (before + after) / 2)[(before < between) & (between < after)].size:
        # The half in which more is lost holds the jump.
        middle = decay(between)
        first = decay(before) - middle > middle - decay(after)
        after, before = np.where(first, between, after), np.where(first, before, between)
    order = np.argsort(both := np.concatenate([steps, before, after]), kind="stable")
    return both[order], np.concatenate([shares, decay(before), decay(after)])[order]
