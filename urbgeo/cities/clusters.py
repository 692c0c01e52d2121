"""Clusters of places: by distance and density, by travel time at any threshold, and how stable they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from urbgeo.access.travel import Places, Travel, with_names_of
from urbgeo.amounts import amount_of
from urbgeo.checks import check_choice, check_minutes, check_points, check_quantity, check_thresholds
from urbgeo.cities.between import minutes_between
from urbgeo.cities.matrices import by_id, numbers_by_id
from urbgeo.crs import pairs_within_km
from urbgeo.errors import InputError
from urbgeo.magnitude import check_unmixed, refuse_shares
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names
from urbgeo.types import Floats, Ints

LINKED = ("both", "either")
"""Whether the longer or the shorter of two directions must hold."""


@dataclass(frozen=True, eq=False, repr=False)
class Clusters(Result):
    """Places in clusters, numbered from 1 by falling size (people when known, else places).

    ``table``: ``cluster`` (0 for none) and ``status`` (``"clustered"``, ``"alone"``, ``"below the
    threshold"``, ``"not asked"``: no minutes at all, ``"too far"`` from the network) on the index of the
    places, with name columns and geometry where they had them. ``clusters``: ``places`` and ``population``.
    """

    table: pd.DataFrame
    clusters: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "cluster"
    _titles: ClassVar[tuple[str, str]] = ("城市簇", "Clusters of places")

    @property
    def summary(self) -> pd.DataFrame:
        """Places and people by cluster."""
        return self.clusters

    def _headline(self) -> str:
        joint = int((self.clusters["places"] > 1).sum())
        return f"{joint} clusters of two places or more, {int((self.table['status'] == 'alone').sum())} alone"


def city_clusters(
    places: gpd.GeoDataFrame,
    *,
    population: str | pd.Series,
    distance_km: float,
    min_population: float = 0.0,
    density: str | pd.Series | None = None,
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
        Column of ``places``, or a Series on its index, persons.
    distance_km
        Closed upper bound of the straight distance on the ground, whatever the CRS; the provenance says how
        it was measured.
    min_population
        A place needs more people than this.
    density
        Persons per km², likewise.
    min_density
        A place needs at least this density.
    units_checked
        True when numbers that look like 万 mixed with persons really are persons.

    Returns
    -------
    Clusters

    Examples
    --------
    >>> at = gpd.points_from_xy([112, 112.1, 113], [28, 28, 28])
    >>> places = gpd.GeoDataFrame({"people": [9e4, 5e4, 7e4]}, geometry=at, crs=4326)
    >>> city_clusters(places, population="people", distance_km=15).table["cluster"].tolist()
    [1, 1, 2]

    Raises
    ------
    InputError
        For faulty points or numbers, 万 mixed with persons, and for a threshold above every place.

    References
    ----------
    Rozenfeld et al. (2008), Laws of population growth; (2011), The area and population of cities.
    """
    check_points(places, "places")
    check_quantity(distance_km, "distance_km")
    check_quantity(min_population, "min_population", zero=True)
    check_quantity(min_density, "min_density", zero=True)
    held = amount_of(population, places, name="population", frame_name="places", units_checked=units_checked)
    refuse_shares(held, "places")
    check_unmixed(held, name="places", medians=False, units_checked=units_checked)
    people = held.to_numpy(float)
    kept = people > min_population
    crowded = None if density is None else amount_of(density, places, name="density", frame_name="places")
    if crowded is not None:
        kept &= crowded.to_numpy(float) >= min_density
    if not kept.any():
        raise InputError(
            f"places: the threshold lies above every place; the most people are {people.max():g}"
            + (f", the highest density {crowded.max():g}" if crowded is not None else "")
            + ". Lower min_population or min_density."
        )
    rows = np.flatnonzero(kept)
    near, measured = pairs_within_km(places.iloc[rows], distance_km)
    label = _components(len(places), rows[near])
    status = np.where(kept, "clustered", "below the threshold")
    about = {
        "distance_km": distance_km, "min_population": min_population, "min_density": min_density,
        "distances": measured,
    }  # fmt: skip
    found = _clusters(places.index, np.where(kept, label, -1), people, status, about)
    return replace(found, table=with_names(found.table, places))


def clusters_by_minutes(
    travel: Travel,
    *,
    minutes: float,
    places: Places | None = None,
    linked: str = "both",
    population: str | pd.Series | None = None,
    units_checked: bool = False,
) -> Clusters:
    """Places linked under a travel time, as chains: the clusters of a threshold.

    Parameters
    ----------
    travel
        What minutes come from; of a wide table without names of its sides, rows are the origins.
    minutes
        Closed upper bound.
    places
        Who is asked: points for a network or a timetable; a table knows its own places.
    linked
        ``"both"``: the longer of the two directions must hold; ``"either"``: the shorter.
    population
        Persons, for the sizes: column of ``places``, or a Series by place.
    units_checked
        As in :func:`city_clusters`.

    Returns
    -------
    Clusters

    Examples
    --------
    >>> minutes = pd.DataFrame([[0, 9, 60], [9, 0, 40], [60, 40, 0]], list("abc"), list("abc"))
    >>> clusters_by_minutes(minutes, minutes=30).table["status"].tolist()
    ['clustered', 'clustered', 'alone']

    Raises
    ------
    InputError
        For what gives no minutes, a table that is not square over the same ids, a network without places,
        negative minutes, or a faulty population.

    Warns
    -----
    UrbgeoWarning
        Counting the pairs that a wide table lacks; they are not linked.
    """
    limit = check_minutes(minutes)
    check_choice(linked, "linked", LINKED)
    table, far, base = minutes_between(travel, places, "clusters_by_minutes(travel, minutes=..., places=...)")
    left, right = np.nonzero(np.triu(_both_ways(table, linked) <= limit, 1))
    label = _components(len(table), np.stack([left, right], axis=1))
    lost = table.isna().to_numpy().all(axis=1)
    status = np.where(lost, far, "clustered")
    people = _people(population, places, table.index, units_checked)
    found = _clusters(table.index, np.where(lost, -1, label), people, status, {})
    about = base.having(
        parameters={"minutes": limit, "linked": linked}, shares={"places without minutes": float(lost.mean())}
    )
    return replace(found, table=with_names_of(found.table, places), provenance=about)


@dataclass(frozen=True, eq=False, repr=False)
class ClusterTree(Result):
    """Which places fall together at which threshold: the single-linkage tree of a table of minutes.

    ``table``: one row per union, by rising ``minutes``: ``left``, ``right`` (a place of either side),
    ``places`` (in the union).
    """

    table: pd.DataFrame
    places: pd.Index
    provenance: Provenance = field(default_factory=Provenance)

    def at(self, minutes: float) -> pd.Series:
        """Cluster of each place at a threshold (closed), numbered from 1 by falling size."""
        used = self.table[self.table["minutes"] <= check_minutes(minutes)]
        ends = np.stack([self.places.get_indexer(pd.Index(used[side])) for side in ("left", "right")], axis=1)
        label = _components(len(self.places), ends.reshape(-1, 2))
        label = _by_size(label, np.zeros(len(label)), self.places)
        return pd.Series(label, index=self.places, name="cluster")


def cluster_tree(travel: Travel, *, places: Places | None = None, linked: str = "both") -> ClusterTree:
    """The tree of clusters for every threshold, by Kruskal's algorithm on minutes between places.

    Places with no path to any other never merge.

    Parameters
    ----------
    travel, places, linked
        As in :func:`clusters_by_minutes`.

    Returns
    -------
    ClusterTree

    Raises
    ------
    InputError
        As there.

    Examples
    --------
    >>> minutes = pd.DataFrame([[0, 9, 60], [9, 0, 40], [60, 40, 0]], list("abc"), list("abc"))
    >>> cluster_tree(minutes).table["minutes"].tolist()
    [9.0, 40.0]
    """
    check_choice(linked, "linked", LINKED)
    table, _, base = minutes_between(travel, places, "cluster_tree(travel, places=...)")
    apart = _both_ways(table, linked)
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
    return ClusterTree(merges, table.index, base.having(parameters={"linked": linked}))


def threshold_stability(tree: ClusterTree, *, minutes: Sequence[float]) -> pd.DataFrame:
    """How the clusters change from one threshold to the next.

    Parameters
    ----------
    tree
        Result of :func:`cluster_tree`.
    minutes
        Rising thresholds.

    Examples
    --------
    >>> travel = pd.DataFrame([[0, 9, 60], [9, 0, 40], [60, 40, 0]], list("abc"), list("abc"))
    >>> threshold_stability(cluster_tree(travel), minutes=[10, 50])["alone"].tolist()
    [1, 0]

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
    if not isinstance(tree, ClusterTree):
        raise InputError(f"tree: a ClusterTree of cluster_tree is needed, not {type(tree).__name__}.")
    steps = check_thresholds(minutes)
    rows, before = [], None
    for limit in steps:
        label = tree.at(limit).to_numpy()
        sizes = np.bincount(label)[1:]
        same = np.nan if before is None else adjusted_rand(before, label)
        rows.append(((sizes > 1).sum(), (sizes == 1).sum(), sizes.max(initial=0) / len(label), same))
        before = label
    names = ["clusters", "alone", "share_largest", "agreement"]
    table = pd.DataFrame(rows, columns=names, index=pd.Index(steps, name="minutes"))
    table.attrs["provenance"] = tree.provenance.having(parameters={"minutes": tuple(steps)})
    return table


def adjusted_rand(first: Ints, second: Ints) -> float:
    """Agreement of two groupings beyond chance (Hubert and Arabie, 1985): 1 same, 0 unrelated.

    >>> float(adjusted_rand(np.array([1, 1, 2]), np.array([5, 5, 3])))
    1.0
    """
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
    return connected_components(graph)[1].astype(np.int64)


def _both_ways(table: pd.DataFrame, linked: str) -> Floats:
    """Symmetric minutes between places; NaN becomes infinite."""
    values = np.where(table.isna(), np.inf, table.to_numpy(float))
    return np.maximum(values, values.T) if linked == "both" else np.minimum(values, values.T)


def _people(
    population: str | pd.Series | None, places: Places | None, index: pd.Index, units_checked: bool
) -> Floats:
    if population is None:
        return np.zeros(len(index))
    if isinstance(population, str):
        frame = places if isinstance(places, pd.DataFrame) else pd.DataFrame(index=index)
        held = amount_of(
            population, frame, name="population", frame_name="places", units_checked=units_checked
        ).reindex(index)
    else:
        held = numbers_by_id(population, "population", index)
    refuse_shares(held, "population")
    check_unmixed(held, name="population", medians=False, units_checked=units_checked)
    return held.to_numpy(float)


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
