"""Compiled passes over millions of pairs; nothing here knows of ids or tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import kernel, without_numba
from urbgeo.types import Flags, Floats, Ints, Ints32

AT_A_TIME = 4096
"""Pairs worked on together: their minutes and weights stay in the nearest cache."""


@kernel()
def first_seen(values: Ints, low: int, lookup: Ints) -> Ints:
    """Distinct values in the order they come first; ``lookup[value - low]`` gets their positions.

    ``lookup`` is -1 throughout before.
    """
    distinct = np.empty(min(values.size, lookup.size), np.int64)
    count = 0
    for value in values:
        if lookup[value - low] < 0:
            lookup[value - low] = count
            distinct[count] = value
            count += 1
    return distinct[:count].copy()


@kernel()
def in_order(starts: Ints, ends: Ints, columns: int) -> bool:
    """Whether every ``columns`` rows have one start and the same ends as the first of them."""
    first = ends[:columns]
    for low in range(0, starts.size, columns):
        a, b, apart = starts[low : low + columns], ends[low : low + columns], False
        for k in range(columns):
            apart |= (a[k] != a[0]) | (b[k] != first[k])
        if apart:
            return False
    return True


def _never_in_order(
    start_at: Ints, starts: NDArray[np.uint8], end_at: Ints, ends: NDArray[np.uint8], columns: int
) -> bool:
    """Instead of :func:`text_in_order`, whose loops over bytes would take longer than looking ids up."""
    return False


@without_numba(_never_in_order)
@kernel()
def text_in_order(
    start_at: Ints, starts: NDArray[np.uint8], end_at: Ints, ends: NDArray[np.uint8], columns: int
) -> bool:
    """:func:`in_order` of text: that of row ``k`` are the bytes ``start_at[k]`` to ``start_at[k + 1]``."""
    first = ends[end_at[0] : end_at[columns]]
    for low in range(0, start_at.size - 1, columns):
        high, apart = low + columns, end_at[low + columns] - end_at[low] != first.size
        begin, long = start_at[low], start_at[low + 1] - start_at[low]
        for k in range(columns):
            apart |= start_at[low + k + 1] - start_at[low + k] != long
            apart |= end_at[low + k] - end_at[low] != end_at[k] - end_at[0]
        if apart:
            return False
        # Texts of one length are all alike when the bytes equal those one length further on.
        here, next_text = starts[begin : start_at[high] - long], starts[begin + long : start_at[high]]
        for k in range(here.size):
            apart |= here[k] != next_text[k]
        again = ends[end_at[low] : end_at[high]]
        for k in range(first.size):
            apart |= again[k] != first[k]
        if apart:
            return False
    return True


@kernel()
def sum_square(square: Floats, longest: float, out: Floats, home: Floats) -> bool:
    """Add the sums of rows and columns to ``out`` and ``home``; False when a value is not in 0..longest."""
    for row in range(square.shape[0]):
        values, wrong = square[row], False
        for column in range(values.size):
            wrong |= not 0.0 <= values[column] <= longest
            home[column] += values[column]
        if wrong:
            return False
        # Four sums at once, since each must wait for its last addition.
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        for column in range(0, values.size - 3, 4):
            a += values[column]
            b += values[column + 1]
            c += values[column + 2]
            d += values[column + 3]
        for column in range(values.size - values.size % 4, values.size):
            a += values[column]
        out[row] = (a + b) + (c + d)
    return True


def _find_places_at_once(keys: Ints, low: int, lookup: Ints) -> tuple[Ints32, int]:
    """:func:`find_places` by arrays."""
    found, inside = np.full(keys.size, -1, np.int32), (keys >= low) & (keys < low + lookup.size)
    found[inside] = lookup[keys[inside] - low]
    return found, int((found < 0).sum())


@without_numba(_find_places_at_once)
@kernel()
def find_places(keys: Ints, low: int, lookup: Ints) -> tuple[Ints32, int]:
    """Position ``lookup[key - low]`` of every key, -1 where there is none, and how many those are."""
    found = np.empty(keys.size, np.int32)
    lost, span = 0, np.uint64(lookup.size)
    for k in range(keys.size):
        at = np.uint64(keys[k] - low)  # below the least: so large that it is beyond the span too
        found[k] = lookup[at] if at < span else -1
        lost += found[k] < 0
    return found, lost


def _fill_square_at_once(i: Ints32, j: Ints32, minutes: Floats, columns: int, square: Floats) -> None:
    """:func:`fill_square` by arrays."""
    square[i.astype(np.int64) * columns + j] = minutes


@without_numba(_fill_square_at_once)
@kernel()
def fill_square(i: Ints32, j: Ints32, minutes: Floats, columns: int, square: Floats) -> None:
    """Put the minutes of every pair at their place in a square written row by row."""
    for k in range(i.size):
        square[np.uint64(np.uint32(i[k])) * np.uint64(columns) + np.uint64(np.uint32(j[k]))] = minutes[k]


def _rearranged_at_once(square: Floats, rows: Ints, columns: Ints) -> Floats:
    """:func:`rearranged` by arrays."""
    return square[np.ix_(rows, columns)]


def _read_pairs_at_once(
    i: Ints32, j: Ints32, minutes: Floats, longest: float, seen: Flags, out: Floats, home: Floats
) -> int:
    """:func:`read_pairs` by arrays."""
    if seen.size > 0:
        seen[i.astype(np.int64) * home.shape[0] + j] = True
    known, none = minutes <= longest, minutes == np.inf
    for ends, sums in ((i, out), (j, home)):
        ids = sums.shape[0]
        sums[:, 0] += np.bincount(ends[known], minlength=ids)
        sums[:, 1] += np.bincount(ends[known], minutes[known], minlength=ids)
        sums[:, 2] += np.bincount(ends[none], minlength=ids)
    return int((minutes < 0.0).sum() + ((minutes > longest) & ~none).sum())


@without_numba(_rearranged_at_once)
@kernel()
def rearranged(square: Floats, rows: Ints, columns: Ints) -> Floats:
    """The same minutes with these rows and columns, in this order."""
    found = np.empty((rows.size, columns.size))
    for i in range(rows.size):
        row = square[rows[i]]
        for j in range(columns.size):
            found[i, j] = row[columns[j]]
    return found


@without_numba(_read_pairs_at_once)
@kernel()
def read_pairs(
    i: Ints32, j: Ints32, minutes: Floats, longest: float, seen: Flags, out: Floats, home: Floats
) -> int:
    """Mark every pair in ``seen`` (origins * destinations, or nothing) and count minutes out of bounds.

    ``out`` and ``home`` (ids, 3) get by origin and by destination: pairs with finite minutes, their sum, and
    pairs known to have no path. NaN is not known.
    """
    wrong, columns = 0, np.uint64(home.shape[0])
    for k in range(i.size):
        # Without a sign no index has to be tested for counting from the end.
        start, end, time = np.uint32(i[k]), np.uint32(j[k]), minutes[k]
        if seen.size > 0:
            seen[np.uint64(start) * columns + np.uint64(end)] = True
        if time <= longest:
            wrong += time < 0.0
            out[start, 0] += 1.0
            home[end, 0] += 1.0
            out[start, 1] += time
            home[end, 1] += time
        elif time == np.inf:
            out[start, 2] += 1.0
            home[end, 2] += 1.0
        else:
            wrong += time > longest
    return wrong


def _add_within_at_once(
    to: Ints32, source: Ints32, minutes: Floats, amounts: Floats, limits: Floats, sums: Floats
) -> None:
    """:func:`add_within` by arrays."""
    first = (minutes > limits[:, None]).sum(axis=0)
    np.add.at(sums, (to, first), amounts[source])


@without_numba(_add_within_at_once)
@kernel()
def add_within(
    to: Ints32, source: Ints32, minutes: Floats, amounts: Floats, limits: Floats, sums: Floats
) -> None:
    """Add each pair's amount to ``sums[to, k]``, ``k`` the first limit that holds its minutes.

    ``sums`` has one column more than there are limits, for what lies beyond all.
    """
    for pair in range(minutes.size):
        # Counted rather than searched for: a branch on random minutes costs more than the whole pass.
        k = 0
        for one in limits:
            k += minutes[pair] > one
        sums[to[pair], k] += amounts[source[pair]]


@kernel()
def add_weighted(to: Ints32, source: Ints32, weights: Floats, amounts: Floats, sums: Floats) -> None:
    """Add each pair's amount times its weight to ``sums[to]``, which are 0 before."""
    if weights.size == 0:
        return
    # Pairs that follow each other to one place are summed in a register.
    here, total = to[0], 0.0
    for pair in range(weights.size):
        if to[pair] != here:
            sums[here] += total
            here, total = to[pair], 0.0
        total += amounts[source[pair]] * weights[pair]
    sums[here] += total


@kernel()
def add_rows(weights: Floats, amounts: Floats, sums: Floats) -> None:
    """Add to ``sums`` the weights (rows, columns) times the amounts of the columns, in their order."""
    rows, columns = weights.shape
    whole = rows - rows % 4
    for row in range(0, whole, 4):
        # Four sums at once, since each must wait for its last addition.
        a, b, c, d = sums[row], sums[row + 1], sums[row + 2], sums[row + 3]
        for column in range(columns):
            one = amounts[column]
            a += one * weights[row, column]
            b += one * weights[row + 1, column]
            c += one * weights[row + 2, column]
            d += one * weights[row + 3, column]
        sums[row], sums[row + 1], sums[row + 2], sums[row + 3] = a, b, c, d
    for row in range(whole, rows):
        for column in range(columns):
            sums[row] += amounts[column] * weights[row, column]


@kernel()
def add_columns(weights: Floats, amounts: Floats, sums: Floats) -> None:
    """Add to ``sums`` the weights (rows, columns) times the amounts of the rows, in their order."""
    for row in range(weights.shape[0]):
        one = amounts[row]
        for column in range(sums.size):
            sums[column] += one * weights[row, column]


def _add_rows_within_at_once(minutes: Floats, limit: float, amounts: Floats, sums: Floats) -> None:
    """:func:`add_rows_within` by arrays."""
    sums += (minutes <= limit) @ amounts


@without_numba(_add_rows_within_at_once)
@kernel()
def add_rows_within(minutes: Floats, limit: float, amounts: Floats, sums: Floats) -> None:
    """:func:`add_rows` with weight 1 where the minutes (rows, columns) are within the limit, else 0."""
    rows, columns = minutes.shape
    whole = rows - rows % 4
    for row in range(0, whole, 4):
        a, b, c, d = sums[row], sums[row + 1], sums[row + 2], sums[row + 3]
        for column in range(columns):
            one = amounts[column]
            a += one if minutes[row, column] <= limit else 0.0
            b += one if minutes[row + 1, column] <= limit else 0.0
            c += one if minutes[row + 2, column] <= limit else 0.0
            d += one if minutes[row + 3, column] <= limit else 0.0
        sums[row], sums[row + 1], sums[row + 2], sums[row + 3] = a, b, c, d
    for row in range(whole, rows):
        for column in range(columns):
            sums[row] += amounts[column] if minutes[row, column] <= limit else 0.0


def _add_columns_within_at_once(minutes: Floats, limit: float, amounts: Floats, sums: Floats) -> None:
    """:func:`add_columns_within` by arrays."""
    sums += amounts @ (minutes <= limit)


@without_numba(_add_columns_within_at_once)
@kernel()
def add_columns_within(minutes: Floats, limit: float, amounts: Floats, sums: Floats) -> None:
    """:func:`add_columns` with weight 1 where the minutes (rows, columns) are within the limit, else 0."""
    for row in range(minutes.shape[0]):
        one, times = amounts[row], minutes[row]
        for column in range(sums.size):
            sums[column] += one if times[column] <= limit else 0.0


@kernel()
def levels_at(minutes: Floats, limits: Floats, levels: Floats) -> Floats:
    """``levels[k]`` of the first limit that holds the minutes; the last level beyond all limits."""
    found = np.empty(minutes.size)
    for first in range(0, minutes.size, AT_A_TIME):
        here, times = found[first : first + AT_A_TIME], minutes[first : first + AT_A_TIME]
        here[:] = levels[-1]
        # From the last limit back, one choice for each pair: the processor does several pairs at once.
        for k in range(limits.size - 1, -1, -1):
            limit, level = limits[k], levels[k]
            for pair in range(here.size):
                here[pair] = level if times[pair] <= limit else here[pair]
    return found


@kernel()
def kept_within(weights: Floats, minutes: Floats, limit: float) -> Floats:
    """The weights where the minutes are within the limit, 0 elsewhere (NaN too)."""
    kept = np.empty(minutes.size)
    for pair in range(minutes.size):
        kept[pair] = weights[pair] if minutes[pair] <= limit else 0.0
    return kept
