"""What is wrong with a network: parts, dead ends, near misses, doubled links, traps, lengths, classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.checks import check_quantity
from urbgeo.errors import InputError
from urbgeo.network.model import TravelNetwork
from urbgeo.parallel import let_go
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.sources.osm.read import TURNS
from urbgeo.types import Flags, Floats, Ints

NEAR_M = 20.0
"""An end this near to a link it does not meet was perhaps meant to meet it."""

LEAST_OF_STRAIGHT, MOST_OF_STRAIGHT = 0.99, 5.0
"""A length below or above these multiples of the straight line is looked at."""

FINDINGS: Mapping[str, tuple[str, str]] = {
    "part": ("孤立部分", "links that no way joins to the largest part; join or drop them"),
    "dead end": ("断头", "one link ends here; ordinary in the country, suspicious in a town"),
    "near miss": ("近而未接", "a dead end near a link it does not meet: from_lines(node_at=, same_place_m=)"),
    "crossing": ("交叉无节点", "links cross without a node: from_lines(node_at='crossings', level_column=)"),
    "doubled": ("重线", "two links between the same nodes along one line; drop one"),
    "one-way trap": ("单行陷阱", "nodes one cannot leave, or cannot come to; look at the directions"),
    "length": ("长度不符", "length_km against the straight line between its ends; kilometres, metres?"),
    "no class": ("缺等级", "a link without a class; name it"),
}
"""The kinds of findings: the Chinese word, and what to do."""

_COLUMNS = ("finding", "id", "other", "amount")


@dataclass(frozen=True, eq=False, repr=False)
class NetworkReport(Result):
    """What was found in a network.

    Attributes
    ----------
    table
        One row per finding, with geometry: ``finding`` (:data:`FINDINGS`), ``finding_zh``, ``id`` (of the
        node or link), ``other`` (the link it is about, too), ``amount``: links of a part, metres of a near
        miss, nodes of a trap, length over the straight line.
    parts, largest_share
        How many parts do not hang together, and the share of links in the largest.
    """

    table: gpd.GeoDataFrame
    parts: int
    largest_share: float
    links: int
    provenance: Provenance

    _shown = "finding"
    _titles = ("Network report", "路网检查")

    @property
    def summary(self) -> pd.DataFrame:
        """Findings by kind: ``finding_zh``, ``count``, ``remedy``; all kinds, those not found with 0."""
        counts = self.table["finding"].value_counts().reindex(list(FINDINGS), fill_value=0)
        told = pd.DataFrame.from_dict(FINDINGS, orient="index", columns=["finding_zh", "remedy"])
        return told.assign(count=counts)[["finding_zh", "count", "remedy"]].rename_axis("finding")

    def _headline(self) -> str:
        found = [f"{count} of {kind!r}" for kind, count in self.summary["count"].items() if count]
        turns = self.provenance.parameters.get(TURNS, 0)
        return (
            f"of {self.links} links in {self.parts} parts, the largest with {self.largest_share:.1%}: "
            f"{', '.join(found) or 'nothing found'}" + (f"; {turns} {TURNS}" if turns else "")
        )


def network_report(network: TravelNetwork, *, near_m: float = NEAR_M) -> NetworkReport:
    """Look a network over before it is used.

    Parameters
    ----------
    network
        Of lines, most of all (:func:`urbgeo.network.lines.from_lines`).
    near_m
        A dead end this near to a link it does not meet is a near miss.

    Returns
    -------
    NetworkReport
        Every finding with its place, for a map; counts by kind in ``summary``.

    Raises
    ------
    InputError
        For what is no network, or a distance that is not > 0.

    Examples
    --------
    >>> from shapely import LineString
    >>> from urbgeo.network.model import build_network
    >>> nodes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 1000, 500, 500], [0, 0, 10, 900]), crs=32649)
    >>> links = pd.DataFrame(
    ...     {"from_node": [0, 2], "to_node": [1, 3], "length_km": [1.0, 0.89], "class": "local"})
    >>> network_report(build_network(nodes, links)).summary["count"].loc[["part", "dead end", "near miss"]]
    finding
    part         1
    dead end     4
    near miss    1
    Name: count, dtype: int64
    """
    if not isinstance(network, TravelNetwork):
        raise InputError(f"network: a TravelNetwork is needed, not {type(network).__name__}.")
    near_m = check_quantity(near_m, "near_m")
    looks: tuple[Callable[[TravelNetwork], gpd.GeoDataFrame], ...] = (
        _parts, _dead_ends, _crossings, _doubled, _traps, _lengths, _classless,
    )  # fmt: skip
    found = [look(network) for look in looks] + [near_misses(network, near_m)]
    table = pd.concat([one for one in found if len(one)] or found[:1], ignore_index=True)
    order = table["finding"].map(list(FINDINGS).index)
    table = table.iloc[np.argsort(order.to_numpy(), kind="stable")].reset_index(drop=True)
    table.insert(1, "finding_zh", table["finding"].map({name: zh for name, (zh, _) in FINDINGS.items()}))
    parts, share = network.parts
    about = network.provenance.having(parameters={"near_m": near_m})
    return NetworkReport(
        gpd.GeoDataFrame(table, geometry="geometry", crs=network.crs),
        parts,
        share,
        len(network.link_table),
        about,
    )


def near_misses(network: TravelNetwork, near_m: float = NEAR_M) -> gpd.GeoDataFrame:
    """Dead ends within ``near_m`` of a link they do not meet, each with the nearest such link."""
    ends, shapes = network.link_ends, network.links.geometry.to_numpy()
    dead = _dead(network)
    spots = network.nodes.geometry.to_numpy()[dead]
    tree = shapely.STRtree(shapes)
    found, link = let_go(lambda _: tree.query(spots, predicate="dwithin", distance=near_m))
    own = _own_link(network, dead)[found]
    far = np.where(ends[own, 0] == dead[found], ends[own, 1], ends[own, 0])
    meets = (ends[link] == dead[found][:, None]).any(axis=1) | _differ(network, own, link)
    # The street a short dead end leaves is near its other end, too.
    beside = (ends[link] == far[:, None]).any(axis=1) & (shapely.length(shapes[own]) <= 2 * near_m)
    kept = ~(meets | beside)
    found, link = found[kept], link[kept]
    gap = shapely.distance(spots[found], shapes[link])
    nearest = np.lexsort((link, gap, found))
    nearest = nearest[np.unique(found[nearest], return_index=True)[1]]
    found, link = found[nearest], link[nearest]
    ids = network.nodes.index[dead[found]]
    return _rows("near miss", ids, spots[found], network.link_table.index[link], gap[nearest])


def _rows(
    finding: str, ids: pd.Index, shapes: object, other: object = None, amount: object = np.nan
) -> gpd.GeoDataFrame:
    held = dict(zip(_COLUMNS, (finding, ids, other, amount), strict=True))
    index = pd.RangeIndex(len(ids))
    frame = pd.DataFrame({name: pd.Series(value, index) for name, value in held.items()})
    return gpd.GeoDataFrame(
        frame.astype({"id": object, "other": object}), geometry=np.asarray(shapes, object)
    )


def _parts(network: TravelNetwork) -> gpd.GeoDataFrame:
    """One row for each part but the largest, by its first link."""
    part = network.part[network.link_ends[:, 0]]
    lost = np.flatnonzero(part > 0)
    shapes, ids = network.links.geometry.to_numpy()[lost], network.link_table.index[lost]
    order = np.argsort(part[lost], kind="stable")
    _, first, count = np.unique(part[lost][order], return_index=True, return_counts=True)
    lines = shapely.multilinestrings(shapes[order], indices=np.repeat(np.arange(len(first)), count))
    return _rows("part", ids[order[first]], lines, amount=count.astype(float))


def _degree(network: TravelNetwork) -> Ints:
    """Links that end at each node; those between the same two nodes count once, loops not at all."""
    ends = np.sort(network.link_ends, axis=1)
    pairs = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    return np.bincount(pairs.ravel(), minlength=len(network.nodes)).astype(np.int64)


def _dead(network: TravelNetwork) -> Ints:
    looped = network.link_ends[network.link_ends[:, 0] == network.link_ends[:, 1], 0]
    single = _degree(network) == 1
    single[looped] = False
    return np.flatnonzero(single).astype(np.int64)


def _own_link(network: TravelNetwork, nodes: Ints) -> Ints:
    """A link that ends at each of these nodes."""
    one = np.full(len(network.nodes), -1, np.int64)
    for side in (1, 0):
        one[network.link_ends[:, side]] = np.arange(len(network.link_ends))
    return one[nodes]


def _differ(network: TravelNetwork, one: Ints, other: Ints) -> Flags:
    """Whether links are known to lie on different levels."""
    if "level" not in network.link_table:
        return np.zeros(len(one), np.bool_)
    level = pd.factorize(network.link_table["level"])[0]
    return np.asarray(level[one] != level[other], np.bool_)


def _dead_ends(network: TravelNetwork) -> gpd.GeoDataFrame:
    dead = _dead(network)
    links = network.link_table.index[_own_link(network, dead)]
    return _rows("dead end", network.nodes.index[dead], network.nodes.geometry.to_numpy()[dead], links)


def _crossings(network: TravelNetwork) -> gpd.GeoDataFrame:
    """Pairs of links that cross where neither has a node."""
    shapes, ids = network.links.geometry.to_numpy(), network.link_table.index
    tree = shapely.STRtree(shapes)
    one, other = let_go(lambda _: tree.query(shapes, predicate="crosses"))
    met = (one < other) & ~_differ(network, one, other)
    one, other = one[met], other[met]
    return _rows("crossing", ids[one], shapely.intersection(shapes[one], shapes[other]), ids[other])


def _doubled(network: TravelNetwork) -> gpd.GeoDataFrame:
    """Links between the same nodes, no farther from each other than a near miss, travelled the same way."""
    links, ends = network.link_table, network.link_ends
    two_way = links["minutes_back"].notna().to_numpy()
    pair = pd.DataFrame(np.sort(ends, axis=1), columns=["low", "high"])
    again = np.flatnonzero(pair.duplicated(keep=False))
    pair = pair.iloc[again].assign(place=again)
    both = pair.merge(pair, on=["low", "high"], suffixes=("", "_other"))
    one, other = both["place"].to_numpy(), both["place_other"].to_numpy()
    alike = two_way[one] | two_way[other] | (ends[one] == ends[other]).all(axis=1)
    one, other = (side[(one < other) & alike] for side in (one, other))
    shapes = network.links.geometry.to_numpy()
    gap = shapely.hausdorff_distance(shapes[one], shapes[other])
    one, other, gap = (side[gap <= NEAR_M] for side in (one, other, gap))
    return _rows("doubled", links.index[one], shapes[one], links.index[other], gap)


def _traps(network: TravelNetwork) -> gpd.GeoDataFrame:
    """Nodes outside the largest strongly connected component of their part."""
    used = np.unique(network.link_ends)
    component, part = network.component[used], network.part[used]
    # Components are numbered by size: the least of a part is its largest.
    best = pd.Series(component).groupby(part).transform("min").to_numpy()
    caught = component != best
    size = np.bincount(network.component)[component[caught]]
    nodes = used[caught]
    return _rows(
        "one-way trap",
        network.nodes.index[nodes],
        network.nodes.geometry.to_numpy()[nodes],
        amount=size.astype(float),
    )


def _lengths(network: TravelNetwork) -> gpd.GeoDataFrame:
    """Links of a length that their ends do not allow, or hardly."""
    ratio = straight_ratio(network)
    odd = np.flatnonzero((ratio < LEAST_OF_STRAIGHT) | (ratio > MOST_OF_STRAIGHT))
    return _rows(
        "length", network.link_table.index[odd], network.links.geometry.to_numpy()[odd], amount=ratio[odd]
    )


def straight_ratio(network: TravelNetwork) -> Floats:
    """Length over the straight line between the ends of each link; NaN where these are one place."""
    spots = network.nodes.geometry.to_numpy()[network.link_ends]
    straight = shapely.distance(spots[:, 0], spots[:, 1]) / 1000.0
    length = network.link_table["length_km"].to_numpy(np.float64)
    return np.divide(length, straight, out=np.full(len(length), np.nan), where=straight > 0.001)


def _classless(network: TravelNetwork) -> gpd.GeoDataFrame:
    named = network.link_table["class"].astype(object)
    bare = np.flatnonzero(named.isna() | named.astype(str).str.strip().isin(["", "nan", "None"]))
    return _rows("no class", network.link_table.index[bare], network.links.geometry.to_numpy()[bare])
