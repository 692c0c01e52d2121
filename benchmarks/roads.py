"""A seeded generator of road-like networks of any size, for benchmarks and tests.

Junctions cluster in towns whose sizes follow a power of their rank, in villages, and thinly everywhere.
Links are the relative neighbours of the Delaunay triangulation and a few more; fast roads are least-cost
routes between neighbouring towns traced over these links on three levels, each level cheaper to the next,
so that routes merge into corridors as real ones do. A quarter of the links takes up to a tenth longer one
way than the other. Minutes are whole hundredths of a second, so that every engine can hold them without
loss.

Run ``python -m benchmarks.roads NODES FILE.npz`` to write one.
"""

from __future__ import annotations

import heapq
import sys
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NODES_PER_KM2 = 2.4
TICKS_PER_MINUTE = 6000
TOWN_PEAK_NODES_PER_M2 = 90e-6
LEVEL_KMH = (0.0, 60.0, 80.0, 110.0)


@dataclass(frozen=True)
class Roads:
    """Two-way links ``u``-``v`` with ticks (1/6000 minute) there and back, nodes in metres, people."""

    xy: Floats
    u: Ints
    v: Ints
    there: Ints
    back: Ints
    length_m: Floats
    level: NDArray[np.int8]
    people: Ints

    def arcs(self) -> tuple[Ints, Ints, Ints]:
        """Tails, heads and ticks of the arcs in both directions."""
        return (
            np.concatenate([self.u, self.v]),
            np.concatenate([self.v, self.u]),
            np.concatenate([self.there, self.back]),
        )

    def save(self, path: Path) -> None:
        np.savez(path, **self.__dict__)


def load_roads(path: Path) -> Roads:
    """Read what :meth:`Roads.save` wrote."""
    with np.load(path) as file:
        return Roads(**{name: file[name] for name in file.files})


def make_roads(nodes: int, *, seed: int = 7) -> Roads:
    """Road-like network of so many nodes; the same for the same seed."""
    rng = np.random.default_rng(seed)
    side = np.sqrt(nodes / NODES_PER_KM2) * 1000.0
    xy, towns = _junctions(rng, nodes, side)
    u, v, length = _streets(rng, xy)
    level = _fast_roads(rng, xy, u, v, length, towns, side)
    there, back = _ticks(rng, length, level)
    people = np.round(rng.lognormal(1.0, 1.0, nodes)).astype(np.int64)
    return Roads(xy, u, v, there, back, length, level, people)


def _junctions(rng: np.random.Generator, nodes: int, side: float) -> tuple[Floats, Floats]:
    count = max(60, nodes // 5000)
    towns = (0.03 + 0.94 * rng.random((count, 2))) * side
    share = 1.0 / np.arange(1, count + 1) ** 0.85
    share /= share.sum()
    urban, rural = int(nodes * 0.62), int(nodes * 0.20)
    spread = np.sqrt(urban * share / (2 * np.pi * TOWN_PEAK_NODES_PER_M2))
    town = rng.choice(count, urban, p=share)
    villages = rng.random((max(50, nodes // 120), 2)) * side
    village = rng.integers(0, len(villages), rural)
    xy = np.vstack(
        [
            towns[town] + rng.normal(size=(urban, 2)) * spread[town][:, None],
            villages[village] + rng.normal(size=(rural, 2)) * 350.0,
            rng.random((nodes - urban - rural, 2)) * side,
        ]
    )
    return np.clip(xy, 0, side) + rng.normal(size=xy.shape) * 5.0, towns


def _streets(rng: np.random.Generator, xy: Floats) -> tuple[Ints, Ints, Floats]:
    """Relative neighbours among the Delaunay edges, and an eighth of the other Gabriel edges."""
    u, v = _delaunay_edges(xy)
    square = ((xy[u] - xy[v]) ** 2).sum(1)
    start, heads, _ = _by_tail(u, v, len(xy))
    kind = _neighbour_kind(u, v, square, start, heads, xy)
    keep = (kind == 2) | ((kind == 1) & (rng.random(len(u)) < 0.13))
    return u[keep], v[keep], np.sqrt(square[keep])


def _delaunay_edges(xy: Floats) -> tuple[Ints, Ints]:
    corners = Delaunay(xy).simplices.astype(np.int64)
    pairs = np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1)
    code = np.unique(pairs[:, 0] * len(xy) + pairs[:, 1])
    return code // len(xy), code % len(xy)


def _by_tail(u: Ints, v: Ints, nodes: int) -> tuple[Ints, Ints, Ints]:
    """CSR of the links seen from both ends: start, heads and which link."""
    tails, heads = np.concatenate([u, v]), np.concatenate([v, u])
    order = np.argsort(tails, kind="stable")
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(tails, minlength=nodes), out=start[1:])
    return start, heads[order], order % len(u)


@numba.njit(cache=True)
def _neighbour_kind(u, v, square, start, heads, xy):
    """2 = relative neighbours, 1 = Gabriel neighbours, 0 = neither; witnesses are Delaunay neighbours."""
    kind = np.zeros(u.size, np.int8)
    for link in range(u.size):
        relative, gabriel = True, True
        for end in (u[link], v[link]):
            for k in range(start[end], start[end + 1]):
                other = heads[k]
                if other == u[link] or other == v[link]:
                    continue
                a = (xy[other, 0] - xy[u[link], 0]) ** 2 + (xy[other, 1] - xy[u[link], 1]) ** 2
                b = (xy[other, 0] - xy[v[link], 0]) ** 2 + (xy[other, 1] - xy[v[link], 1]) ** 2
                relative &= max(a, b) >= square[link]
                gabriel &= a + b >= square[link]
        kind[link] = 2 if relative else (1 if gabriel else 0)
    return kind


def _fast_roads(
    rng: np.random.Generator, xy: Floats, u: Ints, v: Ints, length: Floats, towns: Floats, side: float
) -> NDArray[np.int8]:
    start, heads, link = _by_tail(u, v, len(xy))
    level = np.zeros(len(u), np.int8)
    cost = length * (1 + 0.3 * rng.random(len(u)))
    tree = cKDTree(xy)
    plans = ((3, max(8, len(towns) // 15), 0.45), (2, len(towns), 0.55), (1, max(400, len(xy) // 450), 0.75))
    for rank, count, discount in plans:
        stops = towns[:count] if rank > 1 else rng.random((count, 2)) * side
        a, b = _delaunay_edges(stops)
        gap = np.linalg.norm(stops[a] - stops[b], axis=1)
        near = gap < np.quantile(gap, 0.9)
        ends = tree.query(stops)[1].astype(np.int64)
        _trace(start, heads, link, cost, level, ends[a[near]], ends[b[near]], rank, discount)
    return level


@numba.njit(cache=True)
def _trace(start, heads, link, cost, level, origins, destinations, rank, discount):
    """Raise the links on the least-cost route of every pair to ``rank``; each one used gets cheaper."""
    nodes = start.size - 1
    best, via, stamp = np.zeros(nodes), np.zeros(nodes, np.int64), np.full(nodes, -1)
    tail = np.empty(heads.size, np.int64)
    for node in range(nodes):
        tail[start[node] : start[node + 1]] = node
    for pair in range(origins.size):
        queue = [(0.0, origins[pair])]
        best[origins[pair]], stamp[origins[pair]], via[origins[pair]] = 0.0, pair, -1
        while len(queue):
            reached, node = heapq.heappop(queue)
            if reached > best[node]:
                continue
            if node == destinations[pair]:
                break
            for k in range(start[node], start[node + 1]):
                head, total = heads[k], reached + cost[link[k]]
                if stamp[head] != pair or total < best[head]:
                    stamp[head], best[head], via[head] = pair, total, k
                    heapq.heappush(queue, (total, head))
        node = destinations[pair]
        if stamp[node] != pair:
            continue
        while via[node] >= 0:
            if level[link[via[node]]] < rank:
                level[link[via[node]]] = rank
                cost[link[via[node]]] *= discount
            node = tail[via[node]]


def _ticks(rng: np.random.Generator, length: Floats, level: NDArray[np.int8]) -> tuple[Ints, Ints]:
    local = np.where(length < 250, 28.0, 45.0) * (0.85 + 0.3 * rng.random(len(length)))
    kmh = np.where(level == 0, local, np.array(LEVEL_KMH)[level])
    winding = 1.0 + 0.25 * rng.random(len(length))
    minutes = length * winding / (kmh / 3.6) / 60.0
    slower = np.where(rng.random(len(length)) < 0.25, 1 + 0.1 * rng.random(len(length)), 1.0)
    there = np.maximum(1, np.rint(minutes * TICKS_PER_MINUTE)).astype(np.int64)
    return there, np.maximum(1, np.rint(minutes * slower * TICKS_PER_MINUTE)).astype(np.int64)


if __name__ == "__main__":
    make_roads(int(sys.argv[1])).save(Path(sys.argv[2]))
