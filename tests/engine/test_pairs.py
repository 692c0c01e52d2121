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
