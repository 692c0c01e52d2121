"""The shape of a network of cities, and how polycentric a system is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd

from urbgeo.checks import check_amounts, check_columns, check_points, check_rows
from urbgeo.cities.matrices import counts_of, square
from urbgeo.cities.ranks import rank_size
from urbgeo.crs import distances_km
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names


@dataclass(frozen=True, eq=False, repr=False)
class NetworkShape(Result):
    """Shape of a network.

    ``table``: one row per place, with its name columns and geometry: ``degree``, ``closeness``,
    ``betweenness``, ``straightness``, ``detour``.
    ``indices``: ``nodes``, ``edges``, ``components``, ``alpha`` (share of possible circuits), ``beta``
    (edges per node), ``gamma`` (share of possible edges), ``detour`` (mean way over straight distance of all
    connected pairs).
    """

    table: pd.DataFrame
    indices: pd.Series
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "betweenness"
    _titles: ClassVar[tuple[str, str]] = ("网络形态", "Shape of the network")

    @property
    def summary(self) -> pd.DataFrame:
        """The indices, one row each."""
        return self.indices.to_frame("value")

    def _headline(self) -> str:
        shown = self.indices.round(3)
        return f"{shown['nodes']:g} places, {shown['edges']:g} links, alpha {shown['alpha']:g}"


def network_shape(
    places: gpd.GeoDataFrame, links: pd.DataFrame, *, length: str = "length_km"
) -> NetworkShape:
    """Connectivity and centrality of a network of places.

    For v places, e links and p components: ``alpha`` is the circuits ``e - v + p`` over the most there can
    be, ``2 v - 5`` in each component of v >= 3 places that can be drawn without crossings, else
    ``(v - 1) (v - 2) / 2``; ``beta = e / v``; ``gamma = e / (3 (v - 2))``, for a network with crossings
    ``e / (v (v - 1) / 2)``. Closeness is ``(reached) / (sum of ways)`` times the share
    of places reached; betweenness is normalised; straightness of a place is the mean of straight over
    travelled distance to the places it reaches, its detour the mean of the inverse.

    Parameters
    ----------
    places
        Points with unique index, any CRS.
    links
        ``from_place``, ``to_place`` and a length in km; parallel links count once, the shortest.
    length
        Column of lengths.

    Returns
    -------
    NetworkShape

    Raises
    ------
    InputError
        For faulty points, unknown places, missing or negative lengths.

    Examples
    --------
    >>> at = gpd.points_from_xy([112, 113, 112], [28, 28, 29])
    >>> places = gpd.GeoDataFrame(index=list("abc"), geometry=at, crs=4326)
    >>> ends = {"from_place": list("abc"), "to_place": list("bca")}
    >>> links = pd.DataFrame({**ends, "length_km": [98.3, 148, 110.8]})
    >>> network_shape(places, links).indices["alpha"]
    np.float64(1.0)

    References
    ----------
    Kansky (1963), Structure of transportation networks; Porta et al. (2006); Wasserman and Faust (1994).
    """
    check_points(places, "places")
    check_rows(links, "links", "network_shape(places, links)")
    check_columns(links, "links", ("from_place", "to_place", length))
    links = links.copy(deep=False)
    links[length] = check_amounts(links, "links", [length])[length]
    lost = pd.Index(links["from_place"]).union(pd.Index(links["to_place"])).difference(places.index)
    if len(lost):
        raise InputError(f"links: {some_of(lost)} are not among the places; add them or mend the ids.")
    graph = _graph(places.index, links, length)
    ways = dict(nx.all_pairs_dijkstra_path_length(graph, weight="km"))
    way = pd.DataFrame(ways).reindex(index=places.index, columns=places.index).to_numpy(float)
    straight, measured = distances_km(places)
    pair = np.isfinite(way) & (way > 0) & (straight > 0)
    ratio = np.divide(straight, way, out=np.full_like(way, np.nan), where=pair)
    v, e = graph.number_of_nodes(), graph.number_of_edges()
    p = nx.number_connected_components(graph)
    indices = {
        "nodes": v,
        "edges": e,
        "components": p,
        "alpha": _alpha(graph),
        "beta": e / v,
        "gamma": e / (3 * (v - 2) if nx.check_planarity(graph)[0] else v * (v - 1) / 2) if v > 2 else np.nan,
        "detour": float((1 / ratio[pair]).mean()) if pair.any() else np.nan,
    }
    closeness = nx.closeness_centrality(graph, distance="km")
    between = nx.betweenness_centrality(graph, weight="km")
    table = pd.DataFrame(
        {
            "degree": [graph.degree(one) for one in places.index],
            "closeness": [closeness[one] for one in places.index],
            "betweenness": [between[one] for one in places.index],
            "straightness": _row_means(ratio, pair),
            "detour": _row_means(np.divide(1.0, ratio, where=pair, out=np.full_like(ratio, np.nan)), pair),
        },
        index=places.index,
    )
    about = Provenance({"length": length, "straight distances": measured})
    return NetworkShape(with_names(table, places), pd.Series(indices, name="shape"), about)


def _alpha(graph: nx.Graph) -> float:
    """Circuits over the most there can be, component by component."""
    circuits, most = 0, 0.0
    for part in nx.connected_components(graph):
        v, e = len(part), graph.subgraph(part).number_of_edges()
        if v >= 3:
            circuits += e - v + 1
            planar = nx.check_planarity(graph.subgraph(part))[0]
            most += 2 * v - 5 if planar else (v - 1) * (v - 2) / 2
    return circuits / most if most else np.nan


def polycentricity(flows: pd.DataFrame) -> pd.Series:
    """Functional polycentricity of a system of places from its flows.

    ``special = 1 - sd(c) / sd_max`` with c the total flow (in and out, without the diagonal) of each place
    and sd_max that of a system of one place of the largest c and one of none: 1 when all are alike.
    ``density`` is the flow over the largest possible, every pair at the strength of the strongest pair.
    ``functional = special * density``.

    Parameters
    ----------
    flows
        Square table, origins by destinations.

    Returns
    -------
    pandas.Series
        ``special``, ``density``, ``functional``.

    Examples
    --------
    >>> flows = pd.DataFrame([[0, 5, 5], [5, 0, 5], [5, 5, 0]], list("abc"), list("abc"))
    >>> polycentricity(flows)["functional"]
    np.float64(1.0)

    Raises
    ------
    InputError
        For a table that is not square, fewer than two places, negative or no flows.

    References
    ----------
    Green (2007), Functional polycentricity: a formal definition in terms of social network analysis.
    """
    call = "polycentricity(flows)"
    held = check_rows(flows, "flows", call)
    if len(held) < 2 or len(held.index.symmetric_difference(held.columns)):
        raise InputError("flows: a square table over the same two or more places is needed.")
    values = counts_of(square(held, held.index, "flows", call), "flows", call)
    np.fill_diagonal(values, 0.0)
    both = values + values.T
    if not both.any():
        raise InputError("flows: nothing flows between the places.")
    connected = both.sum(axis=1)
    special = 1 - connected.std() / (connected.max() / 2)
    density = both[np.triu_indices(len(both), 1)].mean() / both.max()
    return pd.Series(
        {"special": special, "density": density, "functional": special * density}, name="polycentricity"
    )


def morphological_polycentricity(population: pd.Series, *, units_checked: bool = False) -> pd.Series:
    """Polycentricity of sizes: the slope of ``ln P`` on ``ln rank``; the flatter, the more polycentric.

    Parameters
    ----------
    population
        Persons by city id.
    units_checked
        True when numbers that look like 万 really are persons.

    Examples
    --------
    >>> people = pd.Series([8e6, 4e6, 8e6 / 3, 2e6], list("abcd"))
    >>> round(morphological_polycentricity(people)["slope"], 6)
    np.float64(-1.0)

    Returns
    -------
    pandas.Series
        ``slope`` (negative; 0 when all are equal, -1 under Zipf's law with exponent 1), ``n``.

    Raises
    ------
    InputError
        As :func:`~urbgeo.cities.ranks.rank_size`.

    References
    ----------
    Meijers and Burger (2010), Spatial structure and productivity in US metropolitan areas.
    """
    fit = rank_size(population, method="rank", units_checked=units_checked)
    sizes = np.sort(population.to_numpy(float))[::-1]
    sizes = sizes[sizes > 0]
    slope = np.polyfit(np.log(np.arange(1, len(sizes) + 1)), np.log(sizes), 1)[0]
    return pd.Series({"slope": float(slope), "n": float(fit.n)}, name="morphological")


def _graph(index: pd.Index, links: pd.DataFrame, length: str) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(index)
    for a, b, km in zip(links["from_place"], links["to_place"], links[length], strict=True):
        if a != b and (not graph.has_edge(a, b) or graph[a][b]["km"] > km):
            graph.add_edge(a, b, km=float(km))
    return graph


def _row_means(values: np.ndarray, pair: np.ndarray) -> np.ndarray:
    n = pair.sum(axis=1)
    total = np.where(pair, values, 0.0).sum(axis=1)
    return np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
