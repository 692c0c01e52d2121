"""Clusters of places: by distance and density, by travel time at any threshold, and how stable they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from urbgeo.checks import check_amounts, check_choice, check_minutes, check_points
from urbgeo.crs import metric_crs
from urbgeo.errors import InputError, some_of
from urbgeo.magnitude import check_unmixed
from urbgeo.provenance import Provenance
from urbgeo.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class Clusters:
    """Places in clusters, numbered from 1 by falling size (people when known, else places).

    ``places``: ``cluster`` (0 for none) and ``status`` (``"clustered"``, ``"alone"``, ``"below the
    threshold"``, ``"not attached"``) on the index of the places. ``clusters``: ``places`` and ``population``.
    """

    places: pd.DataFrame
    clusters: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)


def city_clusters(
    places: gpd.GeoDataFrame,
    *,
    population: str,
    distance_km: float,
    min_population: float = 0.0,
    density: str | None = None,
    min_density: float = 0.0,
    units_checked: bool = False,
) -> Clusters:
    """City Clustering Algorithm: populated places within a distance of each other are one city.

    Two places are joined when both have more than ``min_population`` people (and a ``density`` of at least
    ``min_density``) and lie at most ``distance_km`` apart; clusters are what chains of such pairs hold
    together.

    Parameters
    ----------
    places
        Points (cells, settlements, county seats) with unique index, any CRS.
    population
        Column of persons.
    distance_km
        Closed upper bound of the straight distance.
    min_population
        A place needs more people than this.
    density
        Optional column of persons per km².
    min_density
        A place needs at least this density.
    units_checked
        True when numbers that look like 万 mixed with persons really are persons.

    Returns
    -------
    Clusters

    Raises
    ------
    InputError
        For faulty points or numbers, 万 mixed with persons, and for a threshold above every place.

    References
    ----------
    Rozenfeld et al. (2008), Laws of population growth; (2011), The area and population of cities.
    """
    check_points(places, "places")
    check_minutes(distance_km, "distance_km")
    check_amounts(places, "places", [population, *([density] if density else [])])
    check_unmixed(places[population], name="places", medians=False, units_checked=units_checked)
    people = places[population].to_numpy(float)
    kept = people > min_population
    if density is not None:
        kept &= places[density].to_numpy(float) >= min_density
    if not kept.any():
        raise InputError(
            f"places: the threshold lies above every place; the most people are {people.max():g}"
            + (f", the highest density {places[density].max():g}" if density else "")
            + ". Lower min_population or min_density."
        )
    xy = shapely.get_coordinates(places.geometry.to_crs(metric_crs(places)).to_numpy())
    rows = np.flatnonzero(kept)
    pairs = rows[cKDTree(xy[rows]).query_pairs(distance_km * 1000.0, output_type="ndarray")]
    label = _components(len(places), pairs)
    status = np.where(kept, "clustered", "below the threshold")
    about = {"distance_km": distance_km, "min_population": min_population, "min_density": min_density}
    return _clusters(places.index, np.where(kept, label, -1), people, status, about)


def clusters_by_minutes(
    table: pd.DataFrame,
    *,
    minutes: float,
    direction: str = "both",
    population: pd.Series | None = None,
    units_checked: bool = False,
) -> Clusters:
    """Places linked under a travel time, as chains: the clusters of a threshold.

    Parameters
    ----------
    table
        Square table of minutes, origins by destinations, as
        :func:`~urbgeo.network.minutes.minutes_table` gives it.
    minutes
        Closed upper bound.
    direction
        ``"both"``: the longer of the two directions must hold; ``"either"``: the shorter.
    population
        Persons by place, for the sizes.
    units_checked
        As in :func:`city_clusters`.

    Raises
    ------
    InputError
        For a table that is not square over the same ids, negative minutes, or a faulty population.
    """
    limit = check_minutes(minutes)
    apart = _between(table, direction)
    left, right = np.nonzero(np.triu(apart <= limit, 1))
    label = _components(len(table), np.stack([left, right], axis=1))
    lost = np.isnan(table.to_numpy(float)).all(axis=1)
    status = np.where(lost, "not attached", "clustered")
    people = _people(population, table.index, units_checked)
    about = {"minutes": limit, "direction": direction}
    return _clusters(table.index, np.where(lost, -1, label), people, status, about)


@dataclass(frozen=True, eq=False)
class ClusterTree:
    """Which places fall together at which threshold: the single-linkage tree of a table of minutes.

    ``merges``: one row per union, by rising ``minutes``: ``left``, ``right`` (a place of either side),
    ``places`` (in the union).
    """

    places: pd.Index
    merges: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)

    def at(self, minutes: float) -> pd.Series:
        """Cluster of each place at a threshold (closed), numbered from 1 by falling size."""
        used = self.merges[self.merges["minutes"] <= minutes]
        ends = np.stack([self.places.get_indexer(pd.Index(used[side])) for side in ("left", "right")], axis=1)
        label = _components(len(self.places), ends.reshape(-1, 2))
        label = _by_size(label, np.zeros(len(label)), self.places)
        return pd.Series(label, index=self.places, name="cluster")


def cluster_tree(table: pd.DataFrame, *, direction: str = "both") -> ClusterTree:
    """The tree of clusters for every threshold, by Kruskal's algorithm on a table of minutes.

    Parameters and errors as in :func:`clusters_by_minutes`. Places with no path to any other never merge.
    """
    apart = _between(table, direction)
    # pairs in the order of their ids, so that equal minutes merge alike in any order of rows
    by_name = np.argsort(by_id(table.index))
    left, right = (by_name[ends] for ends in np.triu_indices(len(table), 1))
    cost = apart[left, right]
    reachable = np.isfinite(cost)
    left, right, cost = left[reachable], right[reachable], cost[reachable]
    parent = np.arange(len(table))
    size = np.ones(len(table), np.int64)
    rows = []
    for k in np.argsort(cost, kind="stable"):
        a, b = _root(parent, int(left[k])), _root(parent, int(right[k]))
        if a != b:
            parent[b] = a
            size[a] += size[b]
            rows.append((cost[k], table.index[left[k]], table.index[right[k]], size[a]))
    merges = pd.DataFrame(rows, columns=["minutes", "left", "right", "places"])
    return ClusterTree(table.index, merges, Provenance({"direction": direction}))


def threshold_stability(tree: ClusterTree, thresholds: Sequence[float]) -> pd.DataFrame:
    """How the clusters change from one threshold to the next.

    Returns
    -------
    pandas.DataFrame
        Index ``minutes``: ``clusters`` (of two places or more), ``alone``, ``share_largest`` (of all places)
        and ``agreement`` with the threshold before (adjusted Rand index: 1 = same clusters; NaN for the
        first).

    Raises
    ------
    InputError
        For thresholds that are not finite and > 0, or do not rise.
    """
    steps = [check_minutes(one, "thresholds") for one in thresholds]
    if sorted(set(steps)) != steps:
        raise InputError("thresholds: they must rise; sort them and drop repetitions.")
    rows, before = [], None
    for minutes in steps:
        label = tree.at(minutes).to_numpy()
        sizes = np.bincount(label)[1:]
        same = np.nan if before is None else adjusted_rand(before, label)
        rows.append(((sizes > 1).sum(), (sizes == 1).sum(), sizes.max(initial=0) / len(label), same))
        before = label
    names = ["clusters", "alone", "share_largest", "agreement"]
    return pd.DataFrame(rows, columns=names, index=pd.Index(steps, name="minutes"))


def adjusted_rand(first: Ints, second: Ints) -> float:
    """Agreement of two groupings beyond chance (Hubert and Arabie, 1985): 1 same, 0 unrelated."""
    table = pd.crosstab(first, second).to_numpy(float)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    n = table.sum()
    chance = rows * columns / (n * (n - 1) / 2) if n > 1 else 0.0
    most = (rows + columns) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def _root(parent: Ints, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = int(parent[i])
    return i


def _components(n: int, pairs: Ints) -> Ints:
    ones = np.ones(len(pairs), np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _between(table: pd.DataFrame, direction: str) -> Floats:
    """Symmetric minutes between places; NaN becomes infinite."""
    check_choice(direction, "direction", ("both", "either"))
    if not table.index.equals(pd.Index(table.columns)) or table.index.has_duplicates:
        lost = table.index.symmetric_difference(table.columns)
        raise InputError(
            "table: rows and columns must be the same unique ids in the same order"
            + (f"; {some_of(lost)} stand on one side only" if len(lost) else "")
            + ". Ask for a table from the places to themselves."
        )
    values = table.to_numpy(float)
    if (values < 0).any():
        below = table.index[np.flatnonzero((values < 0).any(axis=1))]
        raise InputError(f"table: negative minutes from {some_of(below)}; mend the table.")
    values = np.where(np.isnan(values), np.inf, values)
    return np.maximum(values, values.T) if direction == "both" else np.minimum(values, values.T)


def _people(population: pd.Series | None, index: pd.Index, units_checked: bool) -> Floats:
    if population is None:
        return np.zeros(len(index))
    lost = index.difference(population.index)
    if len(lost):
        raise InputError(f"population: no number for {some_of(lost)}; give one for every place.")
    check_amounts(population.rename("population").to_frame(), "population", ["population"])
    check_unmixed(population, name="population", medians=False, units_checked=units_checked)
    return population.reindex(index).to_numpy(float)


def by_id(index: pd.Index) -> Ints:
    """The place of each row when rows are sorted by id: ties settled by it do not depend on their order."""
    place = np.empty(len(index), np.int64)
    place[np.argsort(index.astype(str), kind="stable")] = np.arange(len(index))
    return place


def _by_size(label: Ints, people: Floats, index: pd.Index) -> Ints:
    """Number clusters from 1 by falling people, then places, then first id; -1 becomes 0."""
    real = label >= 0
    found = np.zeros(len(label), np.int64)
    if real.any():
        names, number = np.unique(label[real], return_inverse=True)
        first = np.full(len(names), len(label))
        np.minimum.at(first, number, by_id(index)[real])
        weight = _sums(number, people[real], len(names))
        order = np.lexsort((first, -np.bincount(number), -weight))
        rank = np.empty(len(names), np.int64)
        rank[order] = np.arange(1, len(names) + 1)
        found[real] = rank[number]
    return found


def _sums(number: Ints, people: Floats, n: int) -> Floats:
    """People by cluster, added from few to many, so that the order of rows shows in no digit."""
    order = np.lexsort((people, number))
    total: Floats = np.bincount(number[order], people[order], n).astype(np.float64)
    return total


def _clusters(
    index: pd.Index, label: Ints, people: Floats, status: NDArray[np.str_], about: Mapping[str, object]
) -> Clusters:
    cluster = _by_size(label, people, index)
    n = int(cluster.max(initial=0))
    sizes = np.bincount(cluster, minlength=n + 1)
    status = np.where((cluster > 0) & (sizes[cluster] == 1), "alone", status)
    table = pd.DataFrame(
        {"places": sizes[1:], "population": _sums(cluster, people, n + 1)[1:]},
        index=pd.RangeIndex(1, n + 1, name="cluster"),
    )
    places = pd.DataFrame({"cluster": cluster, "status": status}, index=index)
    return Clusters(places, table, Provenance(about))
