"""Loops of an outline: the roads near it, fine squares around them, segments where the field is 0, rings.

All in units of the grid: the point of row i and column j lies at (j, i), a square is 1 wide. Rows of arrays
are set number by number: set at once, with the check of shapes, they take three seconds more to compile.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from urbgeo.compiling import kernel
from urbgeo.types import Flags, Floats, Ints, Ints32

SPLIT = 4
"""Fine squares on a side of a square that a road or an origin at the edge of the land passes through."""

STRIP = 0.25
"""Drawn to each side of a road that is reached, and at least around an origin."""

FINE = 1.0 / SPLIT

REACH = float(np.sqrt(2.0) / SPLIT)
"""How far beyond a shape its field must count at corners of fine squares, so that the land covers it."""

SLACK = 1e-6
"""Least way from a point to an outline, in parts of the side of a square: no two outlines meet in a point."""

Bends: TypeAlias = tuple[Floats, Floats, Ints]
"""Vertices of lines, metres along them, and where each line begins."""


@kernel()
def _passed(left: float, whole: float) -> float:
    """Fraction of a line passed in the minutes left; none of it against a one-way (NaN)."""
    if not left >= 0.0 or np.isnan(whole):
        return 0.0
    if whole <= left:
        return 1.0 if whole > 0.0 or left > 0.0 else 0.0
    return left / whole


@kernel()
def _is_deep(shallow: Ints32, west: float, south: float, east: float, north: float) -> bool:
    """Whether all squares that a box and the strips around its roads touch are inside whole.

    ``shallow``: how many squares before a row and column are not.
    """
    reach = STRIP + REACH
    low, left = int(np.floor(south - reach)), int(np.floor(west - reach))
    high, right = int(np.floor(north + reach)) + 1, int(np.floor(east + reach)) + 1
    if low < 0 or left < 0 or high >= shallow.shape[0] or right >= shallow.shape[1]:
        return False
    return bool(shallow[high, right] - shallow[low, right] - shallow[high, left] + shallow[low, left] == 0)


@kernel()
def roads_reached(
    bends: Bends,
    bounds: Floats,
    ways: Floats,
    at_ends: Floats,
    starts: tuple[Floats, Ints],
    limit: float,
    frame: tuple[float, float, float],
    shallow: Ints32,
) -> Floats:
    """Straight pieces (from x, y, to x, y) of the lines within the limit that do not lie deep inside.

    ``ways``: minutes of each line there and back (NaN: one-way), ``at_ends``: of its nodes; ``starts``:
    fraction along and minutes to the line, and where those of each line begin; ``frame``: metres of the first
    point and between two; ``shallow`` as :func:`_is_deep` has it.
    """
    xy, metres, first = bends
    table, begin = starts
    west, south, step = frame
    found, count = np.empty((64, 4)), 0
    for k in range(first.size - 1):
        if begin[k] == begin[k + 1] and not (at_ends[k, 0] <= limit or at_ends[k, 1] <= limit):
            continue
        box_w, box_s, box_e, box_n = bounds[k]
        length = metres[first[k + 1] - 1]
        if length == 0.0 or _is_deep(
            shallow,
            (box_w - west) / step,
            (box_s - south) / step,
            (box_e - west) / step,
            (box_n - south) / step,
        ):
            continue
        there, back = ways[k]
        until = _passed(limit - at_ends[k, 0], there)
        since = 1.0 - _passed(limit - at_ends[k, 1], back)
        for part in range(2 + begin[k + 1] - begin[k]):
            if part == 0:
                low, high = 0.0, 1.0 if until >= since else until
            elif part == 1:
                low, high = since, since if until >= since else 1.0
            else:
                along, off = table[begin[k] + part - 2, 0], limit - table[begin[k] + part - 2, 1]
                low, high = max(along - _passed(off, back), 0.0), min(along + _passed(off, there), 1.0)
            if high <= low:
                continue
            low, high = low * length, high * length
            for vertex in range(first[k], first[k + 1] - 1):
                here, there_m = metres[vertex], metres[vertex + 1]
                if there_m <= low or here >= high or there_m <= here:
                    continue
                a, b = max(0.0, (low - here) / (there_m - here)), min(1.0, (high - here) / (there_m - here))
                x, y = (xy[vertex, 0] - west) / step, (xy[vertex, 1] - south) / step
                east, north = (xy[vertex + 1, 0] - west) / step - x, (xy[vertex + 1, 1] - south) / step - y
                x0, y0, x1, y1 = x + a * east, y + a * north, x + b * east, y + b * north
                if _is_deep(shallow, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)):
                    continue
                if count == len(found):
                    more = np.empty((2 * count, 4))
                    for row in range(count):
                        for end in range(4):
                            more[row, end] = found[row, end]
                    found = more
                found[count, 0], found[count, 1], found[count, 2], found[count, 3] = x0, y0, x1, y1
                count += 1
    return found[:count]


@kernel()
def _between(over: Floats, i: int, j: int, up: float, across: float) -> float:
    """The field at a place of a square that is cut in two triangles from its first corner to its last.

    The same bits from both squares beside a side.
    """
    first, last = over[i, j], over[i + 1, j + 1]
    if across >= up:
        return float((1.0 - across) * first + (across - up) * over[i, j + 1] + up * last)
    return float((1.0 - up) * first + (up - across) * over[i + 1, j] + across * last)


@kernel()
def squares_of(over: Floats) -> tuple[Flags, Ints, Ints32]:
    """Of the squares between points: whether inside whole, and rows and columns of those in part.

    And how many squares before each row and column are not inside whole.
    """
    high, wide = over.shape[0] - 1, over.shape[1] - 1
    whole, mixed, count = np.zeros((high, wide), np.bool_), np.empty((high * wide, 2), np.int64), 0
    shallow = np.zeros((high + 1, wide + 1), np.int32)
    for i in range(high):
        before, left = 0, int(over[i, 0] <= 0.0) + int(over[i + 1, 0] <= 0.0)
        for j in range(wide):
            right = int(over[i, j + 1] <= 0.0) + int(over[i + 1, j + 1] <= 0.0)
            corners, left = left + right, right
            whole[i, j] = corners == 4
            before += corners < 4
            shallow[i + 1, j + 1] = shallow[i, j + 1] + before
            if 0 < corners < 4:
                mixed[count, 0], mixed[count, 1] = i, j
                count += 1
    return whole, mixed[:count], shallow


@kernel()
def _pieces(shape: Floats) -> int:
    """Into how many a straight piece is cut so that each passes at most two squares either way."""
    return int(max(abs(shape[2] - shape[0]), abs(shape[3] - shape[1]))) + 1


@kernel()
def fine_squares(over: Floats, whole: Flags, shapes: Floats) -> tuple[Floats, Ints, Ints]:
    """The field at the corners of fine squares near the shapes, where they make land of what was none.

    ``shapes``: straight pieces and how far they reach to each side (x, y, x, y, width). Returns the field of
    each square made finer, its row and column, and for all squares which one they are (-1: none).
    """
    high, wide = whole.shape
    place = np.full((high, wide), -1, np.int64)
    # No piece reaches beyond five squares either way; what is not used of this is never touched.
    most = 0
    for k in range(shapes.shape[0]):
        most += 25 * _pieces(shapes[k])
    most = min(most, high * wide)
    field, where, count = np.empty((most, SPLIT + 1, SPLIT + 1)), np.empty((most, 2), np.int64), 0
    for k in range(shapes.shape[0]):
        begin_x, begin_y, end_x, end_y, width = shapes[k]
        reach = width + REACH
        pieces = _pieces(shapes[k])
        for piece in range(pieces):
            since, until = piece / pieces, (piece + 1) / pieces
            x0, y0 = begin_x + (end_x - begin_x) * since, begin_y + (end_y - begin_y) * since
            x1, y1 = begin_x + (end_x - begin_x) * until, begin_y + (end_y - begin_y) * until
            low, top = int(SPLIT * (min(y0, y1) - reach)), int(SPLIT * (max(y0, y1) + reach)) + 1
            left, right = int(SPLIT * (min(x0, x1) - reach)), int(SPLIT * (max(x0, x1) + reach)) + 1
            east, north = x1 - x0, y1 - y0
            long2 = east * east + north * north
            per2 = 1.0 / long2 if long2 > 0.0 else 0.0
            for up in range(max(low, 0), min(top, SPLIT * high) + 1):
                y = up * FINE - y0
                # A point on a side is one of the squares on both sides of it.
                first_i, last_i = max((up + SPLIT - 1) // SPLIT - 1, 0), min(up // SPLIT, high - 1)
                for across in range(max(left, 0), min(right, SPLIT * wide) + 1):
                    x = across * FINE - x0
                    share = min(1.0, max(0.0, (x * east + y * north) * per2))
                    off2 = (x - share * east) ** 2 + (y - share * north) ** 2
                    if off2 >= reach * reach:
                        continue
                    value = np.sqrt(off2) - width
                    first_j, last_j = (
                        max((across + SPLIT - 1) // SPLIT - 1, 0),
                        min(across // SPLIT, wide - 1),
                    )
                    for i in range(first_i, last_i + 1):
                        for j in range(first_j, last_j + 1):
                            a, b, one = up - SPLIT * i, across - SPLIT * j, place[i, j]
                            if one >= 0:
                                field[one, a, b] = min(field[one, a, b], value)
                            elif not whole[i, j] and value < _between(over, i, j, a * FINE, b * FINE):
                                for row in range(SPLIT + 1):
                                    for column in range(SPLIT + 1):
                                        field[count, row, column] = _between(
                                            over, i, j, row * FINE, column * FINE
                                        )
                                field[count, a, b] = value
                                place[i, j], where[count, 0], where[count, 1] = count, i, j
                                count += 1
    return field[:count], where[:count], place


@kernel()
def _triangle(
    found: tuple[Ints, Ints, Floats],
    count: int,
    corners: tuple[float, float, float, float, float, float],
    values: tuple[float, float, float],
    keys: tuple[int, int, int],
) -> int:
    """One more segment where the field of a triangle (anticlockwise) is 0, the land to its left.

    ``keys`` name its sides, from the first corner on; segments begin and end on sides.
    """
    begin, end, xy = found
    if (values[0] <= 0.0) == (values[1] <= 0.0) and (values[1] <= 0.0) == (values[2] <= 0.0):
        return count
    for side in range(3):
        after = (side + 1) % 3
        if values[side] <= 0.0 and not values[after] <= 0.0:
            share = values[side] / (values[side] - values[after])
            share = min(max(share, SLACK), 1.0 - SLACK)
            for axis in range(2):
                here, there = corners[2 * side + axis], corners[2 * after + axis]
                xy[count, axis] = here + share * (there - here)
            begin[count] = keys[side]
        elif values[after] <= 0.0 and not values[side] <= 0.0:
            end[count] = keys[side]
    return count + 1


@kernel()
def _side(first: float, last: float) -> int:
    """On which of its fine sides the field of a whole side changes sign; any where it does not."""
    for part in range(SPLIT - 1):
        share = (part + 1) * FINE
        if ((1.0 - share) * first + share * last <= 0.0) != (first <= 0.0):
            return part
    return SPLIT - 1


@kernel()
def segments(over: Floats, mixed: Ints, field: Floats, where: Ints, place: Ints) -> tuple[Ints, Ints, Floats]:
    """Where the field is 0: name of the side on which each segment begins, and ends, and where it begins.

    ``mixed``: rows and columns of squares with corners inside and outside; the others of
    :func:`fine_squares`. Sides are named by fine points of the grid, three from each: to the right, up, and
    to the last corner.
    """
    most = 2 * mixed.shape[0] + 2 * SPLIT * SPLIT * where.shape[0]
    begin, end, xy = np.empty(most, np.int64), np.empty(most, np.int64), np.empty((most, 2))
    found, count = (begin, end, xy), 0
    line = 3 * (SPLIT * (over.shape[1] - 1) + 1)
    for k in range(mixed.shape[0]):
        i, j = mixed[k]
        if place[i, j] >= 0:
            continue
        a, b, c, d = over[i, j], over[i, j + 1], over[i + 1, j + 1], over[i + 1, j]
        here = SPLIT * (i * line + 3 * j)
        low, right = here + 3 * _side(a, b), here + 3 * SPLIT + line * _side(b, c) + 1
        top, left = here + SPLIT * line + 3 * _side(d, c), here + line * _side(a, d) + 1
        x, y = float(j), float(i)
        corners = (x, y, x + 1.0, y, x + 1.0, y + 1.0)
        count = _triangle(found, count, corners, (a, b, c), (low, right, here + 2))
        corners = (x, y, x + 1.0, y + 1.0, x, y + 1.0)
        count = _triangle(found, count, corners, (a, c, d), (here + 2, top, left))
    for k in range(where.shape[0]):
        i, j = where[k]
        for up in range(SPLIT):
            for across in range(SPLIT):
                a, b = field[k, up, across], field[k, up, across + 1]
                c, d = field[k, up + 1, across + 1], field[k, up + 1, across]
                here = (SPLIT * i + up) * line + 3 * (SPLIT * j + across)
                x, y = j + across * FINE, i + up * FINE
                east, north = j + (across + 1) * FINE, i + (up + 1) * FINE
                corners = (x, y, east, y, east, north)
                count = _triangle(found, count, corners, (a, b, c), (here, here + 4, here + 2))
                corners = (x, y, east, north, x, north)
                count = _triangle(found, count, corners, (a, c, d), (here + 2, here + line, here + 1))
    return begin[:count], end[:count], xy[:count]


@kernel()
def rings(follow: Ints, xy: Floats) -> tuple[Floats, Ints]:
    """Closed rings of segments, each of which another follows: points, and where each ring begins."""
    seen, points = np.zeros(follow.size, np.bool_), np.empty((2 * follow.size, 2))
    first, count, size = np.zeros(follow.size + 1, np.int64), 0, 0
    for begin in range(follow.size):
        at = begin
        while not seen[at]:
            seen[at] = True
            points[size, 0], points[size, 1] = xy[at, 0], xy[at, 1]
            size, at = size + 1, follow[at]
        if size > first[count]:
            points[size, 0], points[size, 1] = points[first[count], 0], points[first[count], 1]
            size, count = size + 1, count + 1
            first[count] = size
    return points[:size], first[: count + 1]


@kernel()
def _holds(points: Floats, low: int, high: int, x: float, y: float) -> bool:
    """Whether a ring has a point inside."""
    inside = False
    for k in range(low, high - 1):
        here, there = points[k], points[k + 1]
        if (here[1] > y) != (there[1] > y) and x < here[0] + (y - here[1]) / (there[1] - here[1]) * (
            there[0] - here[0]
        ):
            inside = not inside
    return inside


@kernel()
def _areas(points: Floats, first: Ints) -> Floats:
    """Twice the area of each ring, below 0 round a hole."""
    area = np.zeros(first.size - 1)
    for k in range(area.size):
        x, y = points[first[k], 0], points[first[k], 1]
        for at in range(first[k], first[k + 1] - 1):
            east, north = points[at, 0] - x, points[at, 1] - y
            area[k] += east * (points[at + 1, 1] - y) - (points[at + 1, 0] - x) * north
    return area


@kernel()
def _around(points: Floats, first: Ints, least: Floats, most: Floats, outer: Ints, hole: int) -> int:
    """The first of the outlines that holds a hole; of those whose box does, the last is taken at its word."""
    held, x, y = -1, points[first[hole], 0], points[first[hole], 1]
    for one in outer:
        if (
            least[one, 0] < least[hole, 0]
            and least[one, 1] < least[hole, 1]
            and most[one, 0] > most[hole, 0]
            and most[one, 1] > most[hole, 1]
        ):
            if held >= 0 and _holds(points, first[held], first[held + 1], x, y):
                break
            held = one
    return held if held >= 0 else hole


def outlines_of(points: Floats, first: Ints) -> Ints:
    """For each ring the outline it belongs to: itself, or for a hole the smallest that holds it."""
    area, owner = _areas(points, first), np.arange(first.size - 1)
    least, most = (each.reduceat(points, first[:-1]) for each in (np.minimum, np.maximum))
    outer = np.flatnonzero(area > 0.0)
    outer = outer[np.argsort(area[outer], kind="stable")]
    for hole in np.flatnonzero(area <= 0.0):
        owner[hole] = _around(points, first, least, most, outer, hole)
    return owner
