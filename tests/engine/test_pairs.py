"""Passes over pairs do the same by arrays, where there is no numba, as by compiled loops."""

from __future__ import annotations

import numpy as np
import pytest

from urbgeo.engine import pairs as kernels

PAIRS, IDS = 500, 9


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def minutes(draw: np.random.Generator) -> np.ndarray:
    """Of all kinds: on a limit, unreachable, unknown, below 0, too long."""
    return draw.choice([0.0, 10.0, 30.0, 12.3, np.inf, -np.inf, np.nan, -1.0, 500.0], PAIRS)


@pytest.fixture
def ends(draw: np.random.Generator) -> np.ndarray:
    return draw.integers(0, IDS, (2, PAIRS)).astype(np.int32)


@pytest.mark.parametrize("low", [5, -5])
def test_keys_below_beyond_and_far_outside_are_not_found(draw: np.random.Generator, low: int) -> None:
    keys = np.concatenate([draw.integers(-20, 40, PAIRS), [2**63 - 1, -(2**63), low, low + 24, low + 25]])
    lookup = draw.integers(-1, 9, 25)
    for one, other in zip(
        kernels._find_places_at_once(keys, low, lookup),
        kernels.find_places(keys, low, lookup),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_a_square_is_filled_alike(ends: np.ndarray, minutes: np.ndarray) -> None:
    one, other = np.zeros(IDS * IDS), np.zeros(IDS * IDS)
    cells = np.unique(ends[0].astype(np.int64) * IDS + ends[1], return_index=True)[1]
    i, j = ends[:, cells]
    kernels._fill_square_at_once(i, j, minutes[cells], IDS, one)
    kernels.fill_square(i, j, minutes[cells], IDS, other)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("marks", [0, IDS * IDS])
def test_pairs_are_read_alike(ends: np.ndarray, minutes: np.ndarray, marks: int) -> None:
    found = []
    for read in (kernels._read_pairs_at_once, kernels.read_pairs):
        seen, out, home = np.zeros(marks, bool), np.zeros((IDS, 3)), np.zeros((IDS, 3))
        wrong = read(*ends, np.where(np.isneginf(minutes), -2.0, minutes), 100.0, seen, out, home)
        found.append((wrong, seen, out, home))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_amounts_are_added_at_the_first_limit_that_holds(
    ends: np.ndarray, minutes: np.ndarray, draw: np.random.Generator
) -> None:
    amounts, limits = draw.random(IDS), np.array([10.0, 30.0])
    one, other = np.zeros((IDS, 3)), np.zeros((IDS, 3))
    kernels._add_within_at_once(*ends, minutes, amounts, limits, one)
    kernels.add_within(*ends, minutes, amounts, limits, other)
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_square_is_added_up_and_rearranged_alike(draw: np.random.Generator) -> None:
    """Nine rows and seven columns: neither is a whole number of fours; some minutes stand on the limit."""
    square, amounts = draw.choice([0.0, 29.0, 30.0, 31.0, np.nan], (9, 7)), draw.integers(1, 9, 9) * 1.0
    for one, other, axis, amount in (
        (kernels._add_rows_within_at_once, kernels.add_rows_within, 1, amounts[:7]),
        (kernels._add_columns_within_at_once, kernels.add_columns_within, 0, amounts),
    ):
        by_hand = ((square <= 30.0) * (amount if axis else amount[:, None])).sum(axis=axis)
        for add in (one, other):
            sums = np.zeros(len(by_hand))
            add(square, 30.0, amount, sums)
            np.testing.assert_array_equal(sums, by_hand)
    rows, columns = np.array([4, 0, 7]), np.array([2, 6, 0, 1])
    for rearrange in (kernels._rearranged_at_once, kernels.rearranged):
        np.testing.assert_array_equal(rearrange(square, rows, columns), square[np.ix_(rows, columns)])


def test_a_square_is_summed_to_its_last_column() -> None:
    square = np.arange(15.0).reshape(3, 5)
    out, home = np.zeros(3), np.zeros(5)
    assert kernels.sum_square(square, 20.0, out, home)
    assert (out.tolist(), home.tolist()) == (square.sum(axis=1).tolist(), square.sum(axis=0).tolist())
    assert not kernels.sum_square(square, 13.0, out, home)
    assert kernels.sum_square(square, 14.0, out, home), "the longest is within"
    for wrong in (-0.5, np.nan):
        square[1, 2] = wrong
        assert not kernels.sum_square(square, 20.0, out, home)


def test_pairs_are_counted_by_origin_and_destination() -> None:
    """Two of known minutes, one without a path, one not known, one below 0 and one too long."""
    i, j = np.array([0, 0, 1, 2, 2, 1], np.int32), np.array([1, 2, 1, 0, 2, 0], np.int32)
    minutes = np.array([5.0, 60.0, np.inf, np.nan, -1.0, 61.0])
    for read in (kernels._read_pairs_at_once, kernels.read_pairs):
        seen, out, home = np.zeros(9, bool), np.ones((3, 3)), np.ones((3, 3))
        assert read(i, j, minutes, 60.0, seen, out, home) == 2
        assert np.flatnonzero(seen).tolist() == [1, 2, 3, 4, 6, 8]
        assert out.tolist() == [[3, 66, 1], [1, 1, 2], [2, 0, 1]]
        assert home.tolist() == [[1, 1, 1], [2, 6, 2], [3, 60, 1]]
        assert read(i, j, minutes, 60.0, np.zeros(0, bool), out, home) == 2


def test_distinct_values_come_in_the_order_they_are_seen() -> None:
    lookup = np.full(5, -1, np.int64)
    assert kernels.first_seen(np.array([7, 3, 7, 5, 3]), 3, lookup).tolist() == [7, 3, 5]
    assert lookup.tolist() == [1, -1, 2, -1, 0]
    assert kernels.first_seen(np.array([4, 4, 4]), 4, np.full(1, -1, np.int64)).tolist() == [4]


def test_rows_in_order_have_one_start_and_the_same_ends_as_the_first() -> None:
    starts, ends = np.array([5, 5, 5, 2, 2, 2]), np.array([7, 8, 9, 7, 8, 9])
    assert kernels.in_order(starts, ends, 3)
    for place in range(6):
        for one, other in ((starts, ends), (ends, starts)):
            changed = one.copy()
            changed[place] += 10
            pair = (changed, other) if one is starts else (other, changed)
            assert not kernels.in_order(*pair, 3), (place, one)
    assert not kernels.in_order(starts, ends, 2)


def said(*words: str) -> tuple[np.ndarray, np.ndarray]:
    at = np.concatenate([[0], np.cumsum([len(one) for one in words])])
    return at.astype(np.int64), np.frombuffer("".join(words).encode(), np.uint8)


@pytest.mark.parametrize(
    ("starts", "ends", "ordered"),
    [
        ("aa aa aa bb bb bb", "x yy z x yy z", True),
        ("a a a bbb bbb bbb", "x yy z x yy z", True),  # starts of another length
        ("aa aa aa bb bb bb", "x yy z x yz z", False),  # another letter
        ("aa aa aa bb bb bb", "x yy z x y zz", False),  # other lengths of the same sum
        ("aa aa aa bb bb bb", "x yy z x yy zz", False),
        ("aa aa ab bb bb bb", "x yy z x yy z", False),
        ("aa aa aa bb bb cb", "x yy z x yy z", False),
        ("aa aa aa bb b bbb", "x yy z x yy z", False),
        ("aa ab aa bb bb bb", "x yy z x yy z", False),
    ],
)
def test_text_in_order_is_that_of_the_words(starts: str, ends: str, ordered: bool) -> None:
    assert kernels.text_in_order(*said(*starts.split()), *said(*ends.split()), 3) is ordered
    assert not kernels._never_in_order(*said(*starts.split()), *said(*ends.split()), 3)


def test_weighted_amounts_go_to_the_place_of_each_pair() -> None:
    to, source = np.array([1, 1, 0, 1], np.int32), np.array([0, 2, 1, 1], np.int32)
    weights, amounts, sums = np.array([0.5, 2.0, 3.0, 1.0]), np.array([10.0, 20.0, 30.0]), np.zeros(3)
    kernels.add_weighted(to, source, weights, amounts, sums)
    assert sums.tolist() == [60.0, 5.0 + 60.0 + 20.0, 0.0]
    kernels.add_weighted(to[:0], source[:0], weights[:0], amounts, sums)
    assert sums.tolist() == [60.0, 85.0, 0.0]


@pytest.mark.parametrize("rows", [3, 4, 9])
def test_weights_times_amounts_are_added_to_what_is_there(rows: int) -> None:
    weights = np.arange(rows * 5.0).reshape(rows, 5)
    down, across = np.arange(1.0, rows + 1), np.array([1.0, 2.0, 0.0, 4.0, 8.0])
    sums = np.ones(rows)
    kernels.add_rows(weights, across, sums)
    np.testing.assert_allclose(sums, 1.0 + weights @ across)
    sums = np.ones(5)
    kernels.add_columns(weights, down, sums)
    np.testing.assert_allclose(sums, 1.0 + down @ weights)


def test_levels_are_those_of_the_first_limit_that_holds() -> None:
    minutes = np.array([0.0, 10.0, 10.1, 30.0, 31.0, np.inf, np.nan])
    found = kernels.levels_at(minutes, np.array([10.0, 30.0]), np.array([1.0, 0.5, 0.25]))
    assert found.tolist() == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25]
    many = np.tile(minutes, 2000)  # more than are worked on together
    again = kernels.levels_at(many, np.array([10.0, 30.0]), np.array([1.0, 0.5, 0.25]))
    assert (again.reshape(2000, 7) == found).all()
    weights = np.arange(1.0, 8.0)
    assert kernels.kept_within(weights, minutes, 30.0).tolist() == [1, 2, 3, 4, 0, 0, 0]
