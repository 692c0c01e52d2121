"""Loops over the points of a lattice: nearest lines, and minutes."""

from __future__ import annotations

import numpy as np

from urbgeo.compiling import kernel
from urbgeo.types import Floats, Ints, Ints32

SLACK_M = 1e-6
"""What rounding may move a line by."""


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
def _across(xy: Floats, vertex: int, low: float, high: float) -> tuple[float, float]:
    """Least and greatest x of a segment between two y."""
    ax, ay, bx, by = xy[vertex, 0], xy[vertex, 1], xy[vertex + 1, 0], xy[vertex + 1, 1]
    if ay > by:
        ax, ay, bx, by = bx, by, ax, ay
    since = ax if ay >= low else ax + (bx - ax) * (low - ay) / (by - ay)
    until = bx if by <= high else ax + (bx - ax) * (high - ay) / (by - ay)
    return min(since, until) - SLACK_M, max(since, until) + SLACK_M


@kernel()
def buckets_of(
    xy: Floats, owner: Ints, corner: tuple[float, float], size: float, shape: tuple[int, int]
) -> tuple[Ints, Ints32, Ints32]:
    """The segments (named by their first vertex) that touch each square of a coarse grid.

    Where those of each square begin, their names, and how many squares the nearest one with some is away.
    """
    high, wide = shape
    begin = np.zeros(high * wide + 1, np.int64)
    names = np.empty(0, np.int32)
    west, south = corner
    for fill in range(2):
        for vertex in range(xy.shape[0] - 1):
            if owner[vertex] != owner[vertex + 1]:
                continue
            least, most = min(xy[vertex, 1], xy[vertex + 1, 1]), max(xy[vertex, 1], xy[vertex + 1, 1])
            for i in range(int((least - SLACK_M - south) / size), int((most + SLACK_M - south) / size) + 1):
                band = south + i * size - SLACK_M, south + (i + 1) * size + SLACK_M
                left, right = _across(xy, vertex, *band)
                for j in range(int((left - west) / size), int((right - west) / size) + 1):
                    if fill == 0:
                        begin[i * wide + j] += 1
                    else:
                        names[begin[i * wide + j]] = vertex
                        begin[i * wide + j] += 1
        # Number by number: slices that are set take twice as long to compile as all else here.
        before = 0
        for square in range(high * wide + 1):
            here = begin[square]
            begin[square] = before
            before = before + here if fill == 0 else here
        if fill == 0:
            names = np.empty(before, np.int32)
    away = np.empty((high, wide), np.int32)
    for i in range(high):
        for j in range(wide):
            away[i, j] = high + wide
            if begin[i * wide + j + 1] > begin[i * wide + j]:
                away[i, j] = 0
            for up, across in ((-1, -1), (-1, 0), (-1, 1), (0, -1)):
                if i + up >= 0 and 0 <= j + across < wide:
                    away[i, j] = min(away[i, j], away[i + up, j + across] + 1)
    for i in range(high - 1, -1, -1):
        for j in range(wide - 1, -1, -1):
            for up, across in ((1, 1), (1, 0), (1, -1), (0, 1)):
                if i + up < high and 0 <= j + across < wide:
                    away[i, j] = min(away[i, j], away[i + up, j + across] + 1)
    return begin, names, away


@kernel()
def nearest_on_lattice(
    x: Floats,
    y: Floats,
    bends: tuple[Floats, Floats, Ints],
    buckets: tuple[Ints, Ints32, Ints32],
    corner: tuple[float, float],
    size: float,
    reach_m: float,
) -> tuple[Ints, Floats, Floats]:
    """The nearest line of every lattice point (-1: none in reach), the metres along it and to it.

    Of several at one distance the first. ``bends``: vertices of the lines, metres along, whose they are.
    Squares of :func:`buckets_of` are looked through until none nearer can be left.
    """
    xy, metres, owner = bends
    begin, names, away = buckets
    high, wide = away.shape
    shape = (y.size, x.size)
    line, along, off = np.full(shape, -1, np.int64), np.zeros(shape), np.full(shape, np.inf)
    for i in range(y.size):
        last = -1
        for j in range(x.size):
            best, share, found = reach_m, 0.0, -1
            mid = min(max(int((y[i] - corner[1]) / size), 0), high - 1)
            at = min(max(int((x[j] - corner[0]) / size), 0), wide - 1)
            if last >= 0:
                # The line of the point before is seldom far from the nearest.
                far, part = _off_segment(
                    x[j], y[i], xy[last, 0], xy[last, 1], xy[last + 1, 0], xy[last + 1, 1]
                )
                if far <= best:
                    best, share, found = far, part, last
            east, north = x[j] - corner[0], y[i] - corner[1]
            for turn in range(2 * high):
                # Row by row away from the point, and from its column to either side.
                up = mid - (turn + 1) // 2 if turn % 2 == 1 else mid + turn // 2
                if (turn // 2 - 1) * size > best + SLACK_M:
                    break
                if not 0 <= up < high:
                    continue
                off_y = max(up * size - north, north - (up + 1) * size, 0.0)
                for sign in (1, -1):
                    across = at if sign == 1 else at - 1
                    while 0 <= across < wide:
                        off_x = max(across * size - east, east - (across + 1) * size, 0.0)
                        if off_x * off_x + off_y * off_y > (best + SLACK_M) * (best + SLACK_M):
                            break
                        square = up * wide + across
                        for k in range(begin[square], begin[square + 1]):
                            vertex = names[k]
                            far, part = _off_segment(
                                x[j],
                                y[i],
                                xy[vertex, 0],
                                xy[vertex, 1],
                                xy[vertex + 1, 0],
                                xy[vertex + 1, 1],
                            )
                            if far < best or (far == best and (found < 0 or vertex < found)):
                                best, share, found = far, part, vertex
                        # Squares between here and the nearest with some hold nothing.
                        across += sign * max(int(away[up, across]), 1)
            last = found
            if found >= 0:
                off[i, j], line[i, j] = best, owner[found]
                along[i, j] = metres[found] + share * (metres[found + 1] - metres[found])
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
