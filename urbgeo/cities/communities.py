"""Communities of intercity links, from the finest level to the coarsest, by Louvain or Leiden."""

from __future__ import annotations

from dataclasses import dataclass, field

import networkx as nx
import numpy as np
import pandas as pd

from urbgeo.checks import check_amounts, check_choice, check_columns
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.provenance import Provenance


@dataclass(frozen=True, eq=False)
class Communities:
    """Communities of places at each level, finest first.

    ``places``: index = place, columns ``level_1`` ... numbered from 1 by falling number of places;
    ``modularity`` by level.
    """

    places: pd.DataFrame
    modularity: pd.Series
    provenance: Provenance = field(default_factory=Provenance)


def communities(
    links: pd.DataFrame,
    *,
    strength: str = "strength",
    method: str = "louvain",
    resolution: float = 1.0,
    seed: int = 0,
) -> Communities:
    """Groups of places with stronger links among themselves than their strengths would let expect.

    Links of both directions are summed. Places and links are sorted first, so the order of rows never
    changes the answer; ``seed`` does, as in any such heuristic.

    Parameters
    ----------
    links
        ``from_place``, ``to_place`` and a strength >= 0.
    strength
        Column of strengths.
    method
        ``"louvain"`` (networkx) or ``"leiden"`` (one level; needs the extra ``leiden``).
    resolution
        Above 1 gives smaller communities.
    seed
        Of the random order in which places are visited.

    Raises
    ------
    InputError
        For missing columns, negative strengths, no link at all, an unknown method.
    MissingExtraError
        For Leiden without its library.

    References
    ----------
    Blondel et al. (2008), Fast unfolding of communities; Traag et al. (2019), From Louvain to Leiden.
    """
    check_choice(method, "method", ("louvain", "leiden"))
    check_columns(links, "links", ("from_place", "to_place", strength))
    check_amounts(links, "links", [strength])
    graph = _graph(links, strength)
    if graph.size(weight="weight") <= 0:
        raise InputError("links: no link has a strength above 0.")
    if method == "louvain":
        levels = list(nx.community.louvain_partitions(graph, "weight", resolution, seed=seed))
    else:
        levels = [_leiden(graph, resolution, seed)]
    nodes = sorted(graph.nodes, key=str)
    places = pd.DataFrame(
        {f"level_{k}": _numbers(level, nodes) for k, level in enumerate(levels, start=1)},
        index=pd.Index(nodes, name="place"),
    )
    quality = [nx.community.modularity(graph, level, "weight", resolution) for level in levels]
    about = Provenance({"method": method, "resolution": resolution, "seed": seed})
    return Communities(places, pd.Series(quality, index=places.columns, name="modularity"), about)


def _graph(links: pd.DataFrame, strength: str) -> nx.Graph:
    pairs = pd.DataFrame({"a": links["from_place"], "b": links["to_place"], "weight": links[strength]})
    turned = pairs["a"].astype(str) > pairs["b"].astype(str)
    pairs.loc[turned, ["a", "b"]] = pairs.loc[turned, ["b", "a"]].to_numpy()
    sums = pairs.groupby(["a", "b"], sort=True)["weight"].sum()
    graph = nx.Graph()
    graph.add_nodes_from(sorted(set(pairs["a"]) | set(pairs["b"]), key=str))
    rows = sums[sums > 0].reset_index()
    graph.add_weighted_edges_from(zip(rows["a"], rows["b"], rows["weight"], strict=True))
    return graph


def _leiden(graph: nx.Graph, resolution: float, seed: int) -> list[set[object]]:
    try:
        from graspologic_native import leiden
    except ImportError as error:
        raise MissingExtraError("graspologic-native", "leiden", "Leiden communities") from error
    names = {str(node): node for node in graph.nodes}
    edges = [(str(a), str(b), float(weight)) for a, b, weight in graph.edges(data="weight")]
    _, found = leiden(edges, resolution=resolution, seed=seed, use_modularity=True)
    groups: dict[int, set[object]] = {}
    for name, group in sorted(found.items()):
        groups.setdefault(group, set()).add(names[name])
    alone = [{node} for text, node in names.items() if text not in found]
    return [*groups.values(), *alone]


def _numbers(level: list[set[object]], nodes: list[object]) -> list[int]:
    ordered = sorted(level, key=lambda group: (-len(group), min(str(node) for node in group)))
    number = {node: k for k, group in enumerate(ordered, start=1) for node in group}
    return [int(np.int64(number[node])) for node in nodes]
