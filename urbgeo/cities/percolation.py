"""Road percolation: intersections joined by short streets, its critical threshold and fractal dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from urbgeo.checks import check_amounts, check_columns, check_minutes, check_points, check_rows, listed
from urbgeo.cities.matrices import by_id
from urbgeo.crs import equal_area_crs, true_crs
from urbgeo.engine.boxes import box_counts, dimension
from urbgeo.errors import Faults, InputError
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.types import Floats

BOX_STEPS = 8
SMALLEST_CLUSTER = 50
"""A cluster of fewer intersections has no measurable fractal dimension."""


@dataclass(frozen=True, eq=False, repr=False)
class Percolation(Result):
    """What percolation finds at each threshold.

    ``table``: index ``threshold_m``; ``clusters`` (of two intersections or more), ``largest`` and ``second``
    (intersections), ``share_largest``, ``mean_size`` (of a finite cluster as seen from an intersection: sum
    of squares over sum, the largest left out), ``dimension`` (of the largest cluster). ``critical_m``: where
    the largest cluster gains most. ``city_scale_m``: where its dimension is greatest. ``cluster``: cluster
    of each intersection at ``city_scale_m``, 0 for none, numbered by falling size.
    """

    table: pd.DataFrame
    critical_m: float
    city_scale_m: float
    cluster: pd.Series
    provenance: Provenance = field(default_factory=Provenance)

    _titles: ClassVar[tuple[str, str]] = ("道路渗流", "Road percolation")

    def _headline(self) -> str:
        return f"critical at {self.critical_m:g} m, cities at {self.city_scale_m:g} m"


def percolate(
    network: TravelNetwork | gpd.GeoDataFrame,
    *,
    thresholds_m: Sequence[float],
    links: pd.DataFrame | None = None,
    length: str = "length_m",
) -> Percolation:
    """Join intersections by streets no longer than each threshold and measure the clusters.

    Parameters
    ----------
    network
        A network, whose roads and their ends are taken; or intersections as points with unique index, any
        CRS, with their ``links``.
    thresholds_m
        Rising lengths, closed bounds.
    links
        Streets: ``from_node``, ``to_node`` and their length in metres. Not with a network.
    length
        Column of ``links`` with metres.

    Returns
    -------
    Percolation

    Examples
    --------
    >>> at = gpd.points_from_xy(112 + np.arange(6) * 0.01, [28] * 6)
    >>> nodes = gpd.GeoDataFrame(index=list("abcdef"), geometry=at, crs=4326)
    >>> ends = {"from_node": list("abde"), "to_node": list("bcef")}
    >>> links = pd.DataFrame({**ends, "length_m": [100, 300, 90, 90]})
    >>> percolate(nodes, links=links, thresholds_m=[100, 300]).table["largest"].tolist()
    [3, 3]

    Raises
    ------
    InputError
        For faulty points, no links or a network without roads, unknown nodes, missing or negative lengths,
        thresholds that do not rise, or thresholds below every street.

    References
    ----------
    Arcaute et al. (2016), Cities and regions in Britain through hierarchical percolation.
    """
    if isinstance(network, TravelNetwork):
        if links is not None:
            raise InputError("links: a network brings its own; pass it alone, or tables of nodes and links.")
        nodes, links, length = *_roads(network), "length_m"
    else:
        nodes = network
    if links is None:
        raise InputError("links: give the streets, or a network in place of nodes.")
    check_points(nodes, "nodes")
    check_rows(links, "links", "percolate(nodes, links=..., thresholds_m=...)")
    steps = [check_minutes(one, "thresholds_m") for one in listed(thresholds_m)]
    if len(steps) < 2 or sorted(set(steps)) != steps:
        raise InputError("thresholds_m: give two or more, rising.")
    ends, metres = _links(nodes, links, length)
    if not (metres <= steps[-1]).any():
        raise InputError(
            f"thresholds_m: every street is longer than {steps[-1]:g} m, the shortest has "
            f"{metres.min():g} m; "
            "raise the thresholds."
        )
    plane = true_crs(nodes) or equal_area_crs(nodes)
    xy = shapely.get_coordinates(nodes.geometry.to_crs(plane).to_numpy())
    labels = [_label(nodes.index, ends[metres <= step]) for step in steps]
    table = pd.DataFrame(
        [_measures(label, xy) for label in labels], index=pd.Index(steps, name="threshold_m")
    )
    gain = np.diff(table["largest"].to_numpy(), prepend=1)
    best = int(np.nan_to_num(table["dimension"].to_numpy(), nan=-1.0).argmax())
    return Percolation(
        table,
        critical_m=steps[int(gain.argmax())],
        city_scale_m=steps[best] if table["dimension"].notna().any() else np.nan,
        cluster=pd.Series(labels[best], index=nodes.index, name="cluster"),
        provenance=Provenance({"thresholds_m": tuple(steps)}),
    )


def box_dimension(xy: Floats) -> float:
    """Box-counting dimension of a set of points: minus the slope of ln boxes on ln side.

    Sides halve from a quarter of the extent on; boxes are counted as in :mod:`urbgeo.engine.boxes`. Scales
    at which boxes hold fewer than two points on average say nothing of the shape and are left out. NaN with
    fewer than three usable scales.

    >>> square = np.stack(np.meshgrid(np.arange(100.0), np.arange(60.0)), axis=-1).reshape(-1, 2)
    >>> round(box_dimension(square), 2)
    2.0
    """
    corner = xy.min(axis=0)
    extent = float((xy.max(axis=0) - corner).max())
    if extent <= 0:
        return np.nan
    finest = extent * (1 + 1e-9) / 2.0 ** (1 + BOX_STEPS)
    column, row = np.floor((xy - corner) / finest).astype(np.int64).T
    sizes = 2 ** np.arange(BOX_STEPS - 1, -1, -1)
    counts = box_counts(row, column, sizes)
    usable = counts <= len(xy) / 2
    if usable.sum() < 3:
        return np.nan
    return dimension(sizes[usable].astype(np.float64), counts[usable])


def _roads(network: TravelNetwork) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The roads of a network in metres, and the nodes they use."""
    roads = network.link_table[network.link_table["mode"] == "road"]
    if roads.empty:
        raise InputError("nodes: the network has no roads; percolation needs some.")
    used = network.nodes.index.isin(pd.concat([roads["from_node"], roads["to_node"]]))
    links = pd.DataFrame(roads[["from_node", "to_node"]]).assign(length_m=roads["length_km"] * 1000.0)
    return network.nodes[used], links


def _links(nodes: gpd.GeoDataFrame, links: pd.DataFrame, length: str) -> tuple[NDArray[np.int64], Floats]:
    check_columns(links, "links", ("from_node", "to_node", length))
    if links.empty:
        raise InputError("links: it has no rows.")
    ends = np.stack([nodes.index.get_indexer(pd.Index(links[one])) for one in ("from_node", "to_node")], 1)
    if (ends < 0).any():
        faults = Faults("links")
        faults.add(
            "ends not among the nodes",
            ids=links.index[np.flatnonzero((ends < 0).any(axis=1))],
            remedy="add them",
        )
        faults.raise_if_any()
    return ends, check_amounts(links, "links", [length])[length].to_numpy(float)


def _label(index: pd.Index, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Clusters from 1 by falling size (then by first id); a node without a short street has 0."""
    n = len(index)
    graph = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(n, n))
    _, label = connected_components(graph)
    sizes = np.bincount(label)
    rank = np.empty(len(sizes), np.int64)
    first = np.full(len(sizes), n)
    np.minimum.at(first, label, by_id(index))
    rank[np.lexsort((first, -sizes))] = np.arange(1, len(sizes) + 1)
    return np.where(sizes[label] > 1, rank[label], 0)


def _measures(label: NDArray[np.int64], xy: Floats) -> dict[str, float]:
    sizes = np.bincount(label)[1:]
    rest = sizes[1:].astype(float)
    largest = int(sizes[0]) if len(sizes) else 0
    enough = largest >= SMALLEST_CLUSTER
    return {
        "clusters": len(sizes),
        "largest": largest,
        "second": int(sizes[1]) if len(sizes) > 1 else 0,
        "share_largest": largest / len(label),
        "mean_size": float((rest**2).sum() / rest.sum()) if len(rest) else np.nan,
        "dimension": box_dimension(xy[label == 1]) if enough else np.nan,
    }
