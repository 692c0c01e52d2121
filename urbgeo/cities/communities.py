"""Communities of intercity links, from the finest level to the coarsest, by Louvain or Leiden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import networkx as nx
import pandas as pd

from urbgeo.checks import (
    check_amounts,
    check_choice,
    check_columns,
    check_quantity,
    check_rows,
    check_whole,
)
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.parallel import let_go
from urbgeo.provenance import Provenance
from urbgeo.results import Result

Level = list[set[int]]

MOST_UNHEARD = 10_000
"""Links that Leiden divides in well under half a second, in which it hears no interruption."""


@dataclass(frozen=True, eq=False, repr=False)
class Communities(Result):
    """Communities of places at each level, finest first; every one lies whole in one of the next level.

    ``table``: index = place, columns ``level_1`` ... numbered from 1 by falling number of places.
    ``tree``: index (``level``, ``community``), ``places`` (their number) and ``parent`` (the community of the
    next level that holds it; missing on the coarsest). ``modularity`` by level.
    """

    table: pd.DataFrame
    tree: pd.DataFrame
    modularity: pd.Series
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "level_1"
    _titles: ClassVar[tuple[str, str]] = ("社群", "Communities")

    @property
    def summary(self) -> pd.DataFrame:
        """Communities and modularity by level."""
        return pd.DataFrame({"communities": self.table.max(), "modularity": self.modularity})

    def _headline(self) -> str:
        counts = " in ".join(str(int(count)) for count in self.table.max())
        return f"{len(self.table)} places in {counts} communities"


def communities(
    links: pd.DataFrame,
    *,
    strength: str = "strength",
    method: str = "louvain",
    resolution: float = 1.0,
    seed: int = 0,
) -> Communities:
    """Groups of places with stronger links among themselves than their strengths would let expect.

    Louvain joins communities into larger ones as long as modularity gains; its passes are the levels. Leiden
    finds the coarsest level at once; each of its communities is then divided again by the links inside it,
    as long as any divides. Links of both directions are summed. Places and links are sorted first, so the
    order of rows never changes the answer; ``seed`` does, as in any such heuristic.

    Parameters
    ----------
    links
        ``from_place``, ``to_place`` and a strength >= 0.
    strength
        Column of strengths.
    method
        ``"louvain"`` (networkx) or ``"leiden"`` (needs the extra ``leiden``).
    resolution
        Above 1 gives smaller communities.
    seed
        Of the random order in which places are visited.

    Returns
    -------
    Communities

    Examples
    --------
    >>> ends = {"from_place": list("abdex"), "to_place": list("bcefa")}
    >>> links = pd.DataFrame({**ends, "strength": [9, 9, 9, 9, 1]})
    >>> communities(links).table["level_1"].nunique()
    2

    Raises
    ------
    InputError
        For missing columns or ends, negative strengths, no link at all, an unknown method, a resolution that
        is not > 0.
    MissingExtraError
        For Leiden without its library.

    References
    ----------
    Blondel et al. (2008), Fast unfolding of communities; Traag et al. (2019), From Louvain to Leiden.
    """
    check_choice(method, "method", ("louvain", "leiden"))
    check_rows(links, "links", "communities(links)")
    check_whole(seed, "seed", 0)
    check_quantity(resolution, "resolution")
    check_columns(links, "links", ("from_place", "to_place", strength))
    links = links.copy(deep=False)
    links[strength] = check_amounts(links, "links", [strength])[strength]
    nodes, graph = _graph(links, strength)
    if graph.size(weight="weight") <= 0:
        raise InputError("links: no link has a strength above 0.")
    if method == "louvain":
        levels = list(nx.community.louvain_partitions(graph, "weight", resolution, seed=seed))
    else:
        levels = _leiden_levels(graph, resolution, seed)
    places = pd.DataFrame(
        {f"level_{k}": _numbers(level, len(nodes)) for k, level in enumerate(levels, start=1)}, index=nodes
    )
    quality = [nx.community.modularity(graph, level, "weight", resolution) for level in levels]
    return Communities(
        places,
        _tree(places),
        pd.Series(quality, index=places.columns, name="modularity"),
        Provenance({"method": method, "resolution": resolution, "seed": seed}),
    )


def _graph(links: pd.DataFrame, strength: str) -> tuple[pd.Index, nx.Graph]:
    """The places, sorted as text, and the graph of their positions with the strengths of both directions."""
    ends = [links["from_place"], links["to_place"]]
    if any(end.isna().any() for end in ends):
        raise InputError("links: missing ends; drop these rows or name the places.")
    nodes = pd.Index(sorted(pd.unique(pd.concat(ends)), key=str), dtype=object, name="place")
    first, second = (nodes.get_indexer(pd.Index(end)) for end in ends)
    pairs = pd.DataFrame({"a": first, "b": second, "weight": links[strength].to_numpy(float)})
    pairs["a"], pairs["b"] = pairs[["a", "b"]].min(axis=1), pairs[["a", "b"]].max(axis=1)
    # summed in the order of their size, so that the order of rows does not show in the last digit
    sums = pairs.sort_values(["a", "b", "weight"]).groupby(["a", "b"])["weight"].sum()
    graph = nx.Graph()
    graph.add_nodes_from(range(len(nodes)))
    rows = sums[sums > 0].reset_index()
    graph.add_weighted_edges_from(rows.itertuples(index=False, name=None))
    return nodes, graph


def _leiden_levels(graph: nx.Graph, resolution: float, seed: int) -> list[Level]:
    """The communities of the whole, then those inside each, until none divides; finest first."""
    levels = [_leiden(graph, resolution, seed)]
    while True:
        finer = [
            part for group in levels[-1] for part in _leiden(graph.subgraph(sorted(group)), resolution, seed)
        ]
        if len(finer) == len(levels[-1]):
            return levels[::-1]
        levels.append(finer)


def _leiden(graph: nx.Graph, resolution: float, seed: int) -> Level:
    try:
        from graspologic_native import leiden
    except ImportError as error:
        raise MissingExtraError("graspologic-native", "leiden", "Leiden communities") from error
    edges = sorted((min(a, b), max(a, b), float(weight)) for a, b, weight in graph.edges(data="weight"))
    if not edges:
        return [{node} for node in sorted(graph.nodes)]
    named = [(str(a), str(b), weight) for a, b, weight in edges]

    def work(_: object = None) -> tuple[float, dict[str, int]]:
        return leiden(named, resolution=resolution, seed=seed, use_modularity=True)

    _, found = let_go(work) if len(named) > MOST_UNHEARD else work()
    groups: dict[int, set[int]] = {}
    for name, group in sorted(found.items(), key=lambda one: int(one[0])):  # the library keeps no order
        groups.setdefault(group, set()).add(int(name))
    alone = [{node} for node in sorted(graph.nodes) if str(node) not in found]
    return sorted([*groups.values(), *alone], key=min)


def _numbers(level: Iterable[set[int]], n: int) -> list[int]:
    ordered = sorted(level, key=lambda group: (-len(group), min(group)))
    number = {node: k for k, group in enumerate(ordered, start=1) for node in group}
    return [number[node] for node in range(n)]


def _tree(places: pd.DataFrame) -> pd.DataFrame:
    """Size and parent of every community."""
    parts = []
    for level, name in enumerate(places, start=1):
        grouped = places.groupby(name)
        part = pd.DataFrame({"places": grouped.size()})
        above = f"level_{level + 1}"
        parent = grouped[above].first() if above in places else pd.Series(pd.NA, index=part.index)
        part["parent"] = parent.astype("Int64")
        part.index = pd.MultiIndex.from_product([[level], part.index], names=["level", "community"])
        parts.append(part)
    return pd.concat(parts)
