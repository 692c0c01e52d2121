"""Loops over the points of a lattice: nearest lines, minutes, and which stretches of road need drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import kernel
from urbgeo.types import Floats, Ints

BLOCK, PATCH = 16, 4
"""Lattice points on a side of a block, and of a patch of it."""

SLACK_M = 1e-6
"""Lines are dropped from a block only when they are farther than this beyond the farthest that counts."""


@kernel()
def metres_along(xy: Floats, first: Ints) -> Floats:
    """Metres of each vertex from the first of its line."""
    found = np.zeros(xy.shape[0])
    for k in range(first.size - 1):
        for vertex in range(first[k] + 1, first[k + 1]):
            east, north = xy[vertex] - xy[vertex - 1]
            found[vertex] = found[vertex - 1] + np.sqrt(east * east + north * north)
    return found


@kernel()
def cut_out(xy: Floats, metres: Floats, first: Ints, since: Floats, until: Floats) -> tuple[Floats, Ints]:
    """Vertices of each line between two metres along it, and which line they are of."""
    found, piece = (
        np.empty((xy.shape[0] + 2 * since.size, 2)),
        np.empty(xy.shape[0] + 2 * since.size, np.int64),
    )
    count = 0
    for k in range(since.size):
        for vertex in range(first[k], first[k + 1] - 1):
            here, there = metres[vertex], metres[vertex + 1]
            if there <= since[k] or here >= until[k] or there <= here:
                continue
            begin = max(0.0, (since[k] - here) / (there - here))
            end = min(1.0, (until[k] - here) / (there - here))
            if here <= since[k]:
                found[count] = xy[vertex] + begin * (xy[vertex + 1] - xy[vertex])
                piece[count] = k
                count += 1
            found[count] = xy[vertex] + end * (xy[vertex + 1] - xy[vertex])
            piece[count] = k
            count += 1
    return found[:count], piece[:count]


@kernel()
def _off_segment(px: float, py: float, ax: float, ay: float, bx: float, by: float) -> tuple[float, float]:
    """Metres from a point to a segment, and the fraction of the segment to its nearest point."""
    long2 = (bx - ax) * (bx - ax) + (by - ay) * (by - ay)
    if long2 == 0.0:
        return np.sqrt((px - ax) ** 2 + (py - ay) ** 2), 0.0
    share = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / long2
    if share <= 0.0:
        return np.sqrt((px - ax) ** 2 + (py - ay) ** 2), 0.0
    if share >= 1.0:
        return np.sqrt((px - bx) ** 2 + (py - by) ** 2), 1.0
    side = ((ay - py) * (bx - ax) - (ax - px) * (by - ay)) / long2
    return abs(side) * np.sqrt(long2), share


@kernel()
def _has_next(owner: Ints, vertex: int) -> bool:
    return vertex + 1 < owner.size and owner[vertex + 1] == owner[vertex]


@kernel()
def _may_be_nearest(
    rows: Floats, columns: Floats, xy: Floats, owner: Ints, segments: Ints, reach_m: float
) -> Ints:
    """Those of the segments (named by their first vertex) that may be nearest to a point of the block."""
    middle_x, middle_y = (columns[0] + columns[-1]) / 2.0, (rows[0] + rows[-1]) / 2.0
    half = np.sqrt((columns[-1] - middle_x) ** 2 + (rows[-1] - middle_y) ** 2)
    away, farthest = np.empty(segments.size), reach_m
    for k in range(segments.size):
        vertex = segments[k]
        to = vertex + 1 if _has_next(owner, vertex) else vertex
        away[k], _ = _off_segment(middle_x, middle_y, xy[vertex, 0], xy[vertex, 1], xy[to, 0], xy[to, 1])
        farthest = min(farthest, away[k] + half)
    return segments[away - half <= farthest + SLACK_M]


@kernel()
def nearest_on_lattice(
    x: Floats, y: Floats, xy: Floats, metres: Floats, first: Ints, reach_m: float
) -> tuple[Ints, Floats, Floats]:
    """The nearest line of every lattice point (-1: none in reach), the metres along it and to it.

    Of several at one distance the first.
    """
    shape = (y.size, x.size)
    line, along, off = np.full(shape, -1, np.int64), np.zeros(shape), np.full(shape, np.inf)
    owner, every = np.empty(xy.shape[0], np.int64), np.empty(xy.shape[0], np.int64)
    count = 0
    for k in range(first.size - 1):
        owner[first[k] : first[k + 1]] = k
        for vertex in range(first[k], max(first[k + 1] - 1, first[k] + 1)):
            every[count] = vertex
            count += 1
    # First for the whole lattice at once: most lines near it are nearest to none of its points.
    every = _may_be_nearest(y, x, xy, owner, every[:count], reach_m)
    for low in range(0, y.size, BLOCK):
        for left in range(0, x.size, BLOCK):
            rows, columns = y[low : low + BLOCK], x[left : left + BLOCK]
            some = _may_be_nearest(rows, columns, xy, owner, every, reach_m)
            for up in range(0, rows.size, PATCH):
                for across in range(0, columns.size, PATCH):
                    north, east = rows[up : up + PATCH], columns[across : across + PATCH]
                    few = _may_be_nearest(north, east, xy, owner, some, reach_m)
                    for i in range(north.size):
                        for j in range(east.size):
                            at = low + up + i, left + across + j
                            for vertex in few:
                                to = vertex + 1 if _has_next(owner, vertex) else vertex
                                far, share = _off_segment(
                                    east[j], north[i], xy[vertex, 0], xy[vertex, 1], xy[to, 0], xy[to, 1]
                                )
                                if far < off[at] and far <= reach_m:
                                    off[at], line[at] = far, owner[vertex]
                                    along[at] = metres[vertex] + share * (metres[to] - metres[vertex])
    return line, along, off


@kernel()
def _leg(share: float, minutes: float) -> float:
    """Minutes of a part of a line; no part takes no time, ``inf`` against a one-way."""
    if share == 0.0:
        return 0.0
    return np.inf if np.isnan(minutes) else share * minutes


@kernel()
def minutes_at(
    x: Floats,
    y: Floats,
    line: Ints,
    along: Floats,
    off_m: Floats,
    minutes: tuple[Floats, Floats],
    labels: Ints,
    starts: Floats,
    ids: Ints,
    first: Ints,
    off_kmh: float,
    towards: bool,
) -> tuple[Floats, Ints]:
    """``minutes``: of each line there and back, and of its two nodes; ``starts``: fraction along, minutes and
    km to its line, x, y; ``first`` where those of each line begin, ``ids`` which they are."""
    of_line, at_ends = minutes
    found, which = np.full(line.shape, np.inf), np.full(line.shape, -1, np.int64)
    for i in range(y.size):
        for j in range(x.size):
            k = line[i, j]
            if k < 0:
                continue
            there, back = of_line[k]
            at_from, at_to = at_ends[k]
            share = along[i, j]
            off = off_m[i, j] / 1000.0 * 60.0 / off_kmh
            if towards:
                ends = _leg(share, back) + off + at_from, _leg(1.0 - share, there) + off + at_to
            else:
                ends = _leg(share, there) + off + at_from, _leg(1.0 - share, back) + off + at_to
            end = 0
            if ends[1] < ends[0] or (ends[1] == ends[0] and labels[k, 1] < labels[k, 0]):
                end = 1
            least, who = ends[end], labels[k, end] if ends[end] < np.inf else -1
            for row in range(first[k], first[k + 1]):
                there_along, off_minutes, off_km, east, north = starts[row]
                step = there_along - share if towards else share - there_along
                time = _leg(abs(step), there if step >= 0.0 else back) + off_minutes + off
                km = np.sqrt((x[j] - east) ** 2 + (y[i] - north) ** 2) / 1000.0
                if km <= off_km + off_m[i, j] / 1000.0:
                    time = min(time, km * 60.0 / off_kmh)
                if time < least or (time == least and ids[row] < who):
                    least, who = time, ids[row]
            found[i, j], which[i, j] = least, who
    return found, which


@kernel()
def lies_deep(
    xy: Floats, first: Ints, inside: NDArray[np.bool_], corner: tuple[float, float], step: float
) -> NDArray[np.bool_]:
    """Which lines lie, with all within half a step of them, in cells whose four corners are inside.

    ``inside`` by row and column, ``corner`` x and y of its first point.
    """
    found = np.zeros(first.size - 1, np.bool_)
    high, wide = inside.shape
    deep = np.zeros(inside.shape, np.bool_)
    for i in range(1, high - 2):
        for j in range(1, wide - 2):
            deep[i, j] = inside[i - 1 : i + 3, j - 1 : j + 3].all()
    for k in range(first.size - 1):
        clear = first[k + 1] > first[k]
        for vertex in range(first[k], first[k + 1]):
            to = min(vertex + 1, first[k + 1] - 1)
            east, north = xy[to, 0] - xy[vertex, 0], xy[to, 1] - xy[vertex, 1]
            pieces = int(np.sqrt(east * east + north * north) / (step / 2.0)) + 1
            for piece in range(pieces + 1):
                i = int((xy[vertex, 1] + north * piece / pieces - corner[1]) // step)
                j = int((xy[vertex, 0] + east * piece / pieces - corner[0]) // step)
                clear &= 0 <= i < high and 0 <= j < wide and deep[i, j]
                if not clear:
                    break
            if not clear:
                break
        found[k] = clear
    return found
