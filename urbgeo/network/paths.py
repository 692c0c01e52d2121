"""Quickest paths between points: which links are travelled, how far along each, and the line on the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from urbgeo.engine.dijkstra import paths_to
from urbgeo.engine.resolution import told
from urbgeo.errors import InputError, some_of
from urbgeo.network.attach import Attachment, Joins, Points, attach
from urbgeo.network.minutes import along_one_link
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.types import Floats, Ints


@dataclass(frozen=True, eq=False, repr=False)
class Paths(Result):
    """Quickest paths.

    Attributes
    ----------
    table
        One row per pair, index ``(origin, destination)``: ``minutes`` (as
        :func:`~urbgeo.network.minutes.minutes_table`), ``status`` (``"reached"``, ``"unreached"``,
        ``"too far"``) and the line from door to door.
    steps
        One row per stretch in order: ``origin``, ``destination``, ``link`` (id; missing off the network),
        ``since`` and ``until`` (fractions of the link from its from-node; ``since > until`` against its
        drawing), ``minutes``. The minutes of its steps add up to those of a trip, to their
        last digits.
    provenance
        Of the network, with the share of trips that have no path.
    """

    table: gpd.GeoDataFrame
    steps: pd.DataFrame
    provenance: Provenance

    _shown = "minutes"
    _titles = ("最快路径", "Quickest paths")

    @property
    def summary(self) -> pd.DataFrame:
        """Trips by status, with their least, mean and longest minutes."""
        minutes = self.table.groupby("status")["minutes"]
        return minutes.agg(trips="size", least="min", mean="mean", longest="max")

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """What is saved: the trips, their steps, the summary and how they were made."""
        return {**super().tables(), "steps": self.steps}

    def _headline(self) -> str:
        reached = int((self.table["status"] == "reached").sum())
        return f"{reached} of {len(self.table)} trips, {len(self.steps)} steps"


@dataclass(frozen=True)
class _Step:
    link: int
    since: float
    until: float
    minutes: float


def quickest_paths(
    network: TravelNetwork,
    origins: Points,
    destinations: Points,
    *,
    pairs: Iterable[tuple[object, object]] | None = None,
) -> Paths:
    """The quickest path of each pair of points; one search per origin.

    Parameters
    ----------
    network
        Where to travel.
    origins, destinations
        Points with unique index, any CRS.
    pairs
        (origin id, destination id) of the trips asked for; None for every pair.

    Returns
    -------
    Paths
        ``table`` has one row per pair: ``minutes``, ``status`` (``"reached"``, ``"unreached"``, ``"too
        far"``) and the line from door to door; ``steps`` one row per stretch.

    Raises
    ------
    InputError
        For faulty points (naming their ids), and for pairs that name unknown points or come twice.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> urbgeo.quickest_paths(network, hunan.prefectures[:1], hunan.prefectures[1:3]).table["status"].tolist()
    ['reached', 'reached']
    """
    check_network(network)
    start = attach(network, origins, name="origins")
    end = attach(network, destinations, name="destinations")
    i, j = _asked(start.index, end.index, pairs)
    minutes, found = np.full(len(i), np.inf), [[] for _ in i]  # type: tuple[Floats, list[list[_Step]]]
    for origin in np.unique(i[start.attached[i] & end.attached[j]]):
        rows = np.flatnonzero((i == origin) & end.attached[j])
        for row, (cost, steps) in zip(rows, _from_one(network, start, origin, end, j[rows]), strict=True):
            minutes[row], found[row] = cost, steps
    lost = ~(start.attached[i] & end.attached[j])
    status = np.where(lost, "too far", np.where(np.isfinite(minutes), "reached", "unreached"))
    lines = [_line(network, start, a, end, b, steps) for a, b, steps in zip(i, j, found, strict=True)]
    index = pd.MultiIndex.from_arrays([start.index[i], end.index[j]], names=["origin", "destination"])
    table = gpd.GeoDataFrame(
        {"minutes": np.where(lost, np.nan, told(minutes)), "status": status},
        geometry=lines,
        index=index,
        crs=network.crs,
    )
    shares = {f"trips {name}": float((status == name).mean()) for name in ("unreached", "too far") if len(i)}
    about = network.provenance.having(parameters={}, shares=shares)
    return Paths(table, _table(network, index, found), about)


def _asked(
    origins: pd.Index, destinations: pd.Index, pairs: Iterable[tuple[object, object]] | None
) -> tuple[Ints, Ints]:
    if pairs is None:
        i, j = np.divmod(np.arange(len(origins) * len(destinations)), max(1, len(destinations)))
        return i, j
    asked = list(pairs)
    i = origins.get_indexer(pd.Index([one for one, _ in asked]))
    j = destinations.get_indexer(pd.Index([other for _, other in asked]))
    unknown = [f"{pair[0]} -> {pair[1]}" for pair, a, b in zip(asked, i, j, strict=True) if a < 0 or b < 0]
    if unknown:
        raise InputError(f"pairs: {some_of(unknown)} name points that are not among those given.")
    if len(set(asked)) < len(asked):
        again = [f"{pair[0]} -> {pair[1]}" for place, pair in enumerate(asked) if pair in asked[:place]]
        raise InputError(f"pairs: {some_of(again)} come twice; give each once.")
    return i.astype(np.int64), j.astype(np.int64)


def _from_one(
    network: TravelNetwork, start: Attachment, origin: int, end: Attachment, others: Ints
) -> list[tuple[float, list[_Step]]]:
    """Minutes and steps from one origin to each of some destinations."""
    targets, known = end.ends[others], start.ends[origin] >= 0
    seeds = start.ends[origin][known], start.from_legs[origin][known]
    at_nodes, paths = paths_to(network.graph, *seeds, np.maximum(targets, 0).ravel())
    through = np.where(targets >= 0, at_nodes.reshape(targets.shape) + end.to_legs[others], np.inf)
    best = np.argmin(through, axis=1)
    links = _quickest_links(network, np.concatenate(paths))
    found = []
    for place, other in enumerate(others):
        least = float(through[place, best[place]])
        straight = _on_one_link(start, origin, end, int(other))
        if straight and straight[0] <= least and straight[0] < np.inf:
            found.append(straight)
        elif np.isfinite(least):
            path = paths[targets.shape[1] * place + best[place]]
            steps = _steps(start, origin, end, int(other), path, links)
            found.append((least, steps))
        else:
            found.append((np.inf, []))
    return found


def _on_one_link(start: Attachment, i: int, end: Attachment, j: int) -> tuple[float, list[_Step]] | None:
    """The quickest along a link that both points have joined, or straight across; None where they share
    none."""
    kmh = start.off_network_kmh
    ways = [
        _along(one, i, other, j, kmh)
        for one in start.joins
        for other in end.joins
        if one.link[i] == other.link[j] >= 0
    ]
    return min(ways, key=lambda way: way[0]) if ways else None


def _along(one: Joins, i: int, other: Joins, j: int, kmh: float) -> tuple[float, list[_Step]]:
    minutes = float(along_one_link(one, np.array([i]), other, np.array([j]), kmh)[0])
    since, until = float(one.along[i]), float(other.along[j])
    off = float(one.off_minutes[i]), float(other.off_minutes[j])
    whole = one.link_minutes[i, 0 if until >= since else 1]
    part = 0.0 if since == until else abs(until - since) * whole
    if np.isinf(minutes) or minutes != part + off[0] + off[1]:  # across is quicker
        return minutes, [_Step(-1, np.nan, np.nan, minutes)]
    return minutes, [
        _Step(-1, np.nan, np.nan, off[0]),
        _Step(int(one.link[i]), since, until, part),
        _Step(-1, np.nan, np.nan, off[1]),
    ]


def _steps(
    start: Attachment, i: int, end: Attachment, j: int, nodes: Ints, links: dict[tuple[int, int], _Step]
) -> list[_Step]:
    """Off to the link, along it to a node, from node to node, along the last link, off to the door."""
    first, leave = _nearer_end(start, start.from_legs, i, nodes[0])
    last, arrive = _nearer_end(end, end.to_legs, j, nodes[-1])
    off = float(first.off_minutes[i]), float(last.off_minutes[j])
    between = [links[pair] for pair in zip(nodes[:-1].tolist(), nodes[1:].tolist(), strict=True)]
    to_node, from_node = float(first.from_legs[i, leave]), float(last.to_legs[j, arrive])
    return [
        _Step(-1, np.nan, np.nan, off[0]),
        _Step(int(first.link[i]), float(first.along[i]), float(leave), to_node - off[0]),
        *between,
        _Step(int(last.link[j]), float(arrive), float(last.along[j]), from_node - off[1]),
        _Step(-1, np.nan, np.nan, off[1]),
    ]


def _nearer_end(points: Attachment, legs: Floats, row: int, node: int) -> tuple[Joins, int]:
    """By which join, and which end of its link, a point is at this node soonest."""
    which = int(np.argmin(np.where(points.ends[row] == node, legs[row], np.inf)))
    return points.joins[which // 2], which % 2


def _quickest_links(network: TravelNetwork, nodes: Ints) -> dict[tuple[int, int], _Step]:
    """The quickest link from one of these nodes to another; of equally quick ones the first."""
    on_path = np.isin(network.link_ends, nodes).all(axis=1)
    minutes = network.link_minutes
    best: dict[tuple[int, int], _Step] = {}
    for link in np.flatnonzero(on_path):
        u, v = network.link_ends[link].tolist()
        for tail, head, way in ((u, v, 0), (v, u, 1)):
            cost = float(minutes[link, way])
            known = best.get((tail, head))
            if not np.isnan(cost) and (known is None or cost < known.minutes):
                best[tail, head] = _Step(int(link), float(way), 1.0 - way, cost)
    return best


def _line(
    network: TravelNetwork, start: Attachment, i: int, end: Attachment, j: int, steps: list[_Step]
) -> shapely.LineString | None:
    if not steps:
        return None
    links = network.links.geometry.to_numpy()
    parts = [
        substring(links[one.link], one.since, one.until, normalized=True) for one in steps if one.link >= 0
    ]
    xy = [start.xy[[i]], *(shapely.get_coordinates(part) for part in parts), end.xy[[j]]]
    return shapely.LineString(np.concatenate(xy))


def _table(network: TravelNetwork, index: pd.MultiIndex, found: list[list[_Step]]) -> pd.DataFrame:
    trip = np.repeat(np.arange(len(found)), [len(steps) for steps in found])
    steps = pd.DataFrame([one for steps in found for one in steps], columns=list(_Step.__annotations__))
    link = steps["link"].to_numpy(np.int64)
    names = np.full(len(link), None, dtype=object)
    names[link >= 0] = network.link_table.index.to_numpy()[link[link >= 0]]
    ends = index[trip].to_frame(index=False) if len(trip) else index[:0].to_frame(index=False)
    return pd.concat([ends, steps.assign(link=names)], axis=1)
