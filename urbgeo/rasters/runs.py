"""Clusters of grid cells as runs: maximal stretches of a row, joined from row to row.

Because a run never depends on how many rows are read at once, clusters and their sums are the same to the
last bit for any division of the grid into blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import only_compiled
from urbgeo.types import Floats, Ints

kernel = only_compiled("The degree of urbanisation")


@dataclass(frozen=True, eq=False)
class Runs:
    """Stretches ``start <= column < stop`` of a row, in reading order, and the people in them."""

    row: Ints
    start: Ints
    stop: Ints
    people: Floats

    @staticmethod
    def joined(parts: list[Runs]) -> Runs:
        """The runs of consecutive blocks as one list."""
        return Runs(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("row", "start", "stop", "people")
            )
        )


@kernel()
def _count_runs(flags: NDArray[np.uint8], bit: int) -> int:
    n = 0
    for i in range(flags.shape[0]):
        inside = False
        for j in range(flags.shape[1]):
            here = (flags[i, j] & bit) != 0
            if here and not inside:
                n += 1
            inside = here
    return n


@kernel()
def _fill_runs(
    flags: NDArray[np.uint8],
    bit: int,
    people: NDArray[np.floating[Any]],
    first: int,
    row: Ints,
    start: Ints,
    stop: Ints,
    total: Floats,
) -> None:
    k = -1
    for i in range(flags.shape[0]):
        inside = False
        for j in range(flags.shape[1]):
            here = (flags[i, j] & bit) != 0
            if here:
                if not inside:
                    k += 1
                    row[k] = first + i
                    start[k] = j
                    total[k] = 0.0
                total[k] += people[i, j]
                stop[k] = j + 1
            inside = here


def find_runs(flags: NDArray[np.uint8], bit: int, people: NDArray[np.floating[Any]], first_row: int) -> Runs:
    """The runs of cells whose ``flags`` have ``bit``; ``people`` is summed from left to right."""
    n = _count_runs(flags, bit)
    row, start, stop = (np.empty(n, np.int64) for _ in range(3))
    total = np.empty(n)
    _fill_runs(flags, bit, people, first_row, row, start, stop, total)
    return Runs(row, start, stop, total)


@kernel()
def _root(parent: Ints, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel()
def _join(row: Ints, start: Ints, stop: Ints, reach: int, parent: Ints) -> None:
    above = 0
    for i in range(row.size):
        while above < i and (
            row[above] < row[i] - 1 or (row[above] == row[i] - 1 and stop[above] + reach <= start[i])
        ):
            above += 1
        k = above
        while k < i and row[k] == row[i] - 1 and start[k] < stop[i] + reach:
            a, b = _root(parent, k), _root(parent, i)
            if a < b:
                parent[b] = a
            else:
                parent[a] = b
            k += 1
    for i in range(row.size):
        parent[i] = _root(parent, i)


def clusters(runs: Runs, *, queen: bool) -> tuple[Ints, Floats]:
    """Cluster of each run (numbered in reading order of their first cell) and people of each cluster.

    ``queen`` joins runs that touch at a corner too.
    """
    parent = np.arange(runs.row.size)
    _join(runs.row, runs.start, runs.stop, 1 if queen else 0, parent)
    _, cluster = np.unique(parent, return_inverse=True)
    people: Floats = np.bincount(cluster, weights=runs.people).astype(np.float64)
    return cluster.astype(np.int64), people


@kernel()
def paint(row: Ints, start: Ints, stop: Ints, value: NDArray[Any], target: NDArray[Any]) -> None:
    """Write ``value`` of each run into the cells of ``target`` that still hold 0; 0 paints nothing."""
    for k in range(row.size):
        if value[k] != 0:
            for j in range(start[k], stop[k]):
                if target[row[k], j] == 0:
                    target[row[k], j] = value[k]


@kernel()
def near(
    row: Ints,
    start: Ints,
    stop: Ints,
    cluster: Ints,
    marked: NDArray[np.uint8],
    reach: int,
    found: NDArray[np.bool_],
) -> None:
    """Set ``found`` of each cluster that has a marked cell within ``reach`` cells of one of its own."""
    height, width = marked.shape
    for k in range(row.size):
        if found[cluster[k]]:
            continue
        for i in range(max(row[k] - reach, 0), min(row[k] + reach + 1, height)):
            for j in range(max(start[k] - reach, 0), min(stop[k] + reach, width)):
                if marked[i, j] != 0:
                    found[cluster[k]] = True
