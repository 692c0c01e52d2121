"""Smoothing of people and of the edges of urban centres: moving mean, majority rules."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from urbgeo.rasters.smoothing import fill_holes, moving_mean, smooth


def test_holes_below_fifteen_cells_are_filled_and_larger_ones_are_not() -> None:
    for width, filled in ((14, True), (15, False)):
        labels = np.ones((3, width + 2), np.int32)
        labels[1, 1:-1] = 0
        fill_holes(labels, 14)
        assert labels.all() == filled


def test_a_hole_that_reaches_the_rim_or_is_shared_stays() -> None:
    open_side = np.array([[1, 0, 1], [1, 0, 1], [1, 1, 1]], np.int32)
    shared = np.array([[1, 1, 2], [1, 0, 2], [1, 1, 2]], np.int32)
    other = np.array([[1, 1, 1], [1, 2, 1], [1, 1, 1]], np.int32)
    for labels in (open_side, shared, other):
        before = labels.copy()
        fill_holes(labels, 14)
        assert (labels == before).all()


def test_a_moving_mean_is_of_the_known_cells_that_the_window_holds() -> None:
    values = np.random.default_rng(4).uniform(0, 9, (5, 7))
    values[[0, 2, 4], [1, 3, 6]] = np.nan
    found = moving_mean(values, 3)
    for row, column in np.ndindex(values.shape):
        window = values[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        expected = np.nan if np.isnan(values[row, column]) else np.nanmean(window)
        np.testing.assert_allclose(found[row, column], expected)


def test_more_than_half_is_of_the_neighbours_that_are_valid() -> None:
    """Four of eight are no majority; four of the six or seven that are no water are one."""
    water, shut = 1, 2
    for wet, taken in ((0, 0), (1, 1), (2, 1)):
        labels = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0]], np.int32)
        flags = np.array([[0, 0, 0], [0, 0, shut], [shut, shut, shut]], np.uint8)
        flags[2, :wet] = water | shut
        before = labels.copy()
        smooth(labels, flags, needed=0, ignored=water, barred=shut)
        before[1, 1] = taken
        assert labels.tolist() == before.tolist(), wet
    for needed, taken in ((4, 1), (5, 0)):
        labels = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0]], np.int32)
        smooth(
            labels, np.array([[0, 0, 0], [0, 0, 2], [2, 2, 2]], np.uint8), needed=needed, ignored=1, barred=2
        )
        assert labels[1, 1] == taken


def smoothed_by_the_words(labels: np.ndarray, flags: np.ndarray, needed: int) -> np.ndarray:
    """Pass after pass over all cells; bit 1 is ignored, bit 2 is barred; of two alike the first read wins."""
    while True:
        before = np.pad(labels, 1)
        wet = np.pad(flags, 1) & 1 > 0
        after = labels.copy()
        for row, column in np.argwhere((labels == 0) & (flags & 2 == 0)):
            around = np.delete(before[row : row + 3, column : column + 3].ravel(), 4)
            dry = 8 - (np.delete(wet[row : row + 3, column : column + 3].ravel(), 4) & (around == 0)).sum()
            for centre in dict.fromkeys(around[around > 0].tolist()):
                own = (around == centre).sum()
                rival = after[row, column] and (around == after[row, column]).sum()
                if (own >= needed if needed else own > dry / 2) and own > rival:
                    after[row, column] = centre
        if (after == labels).all():
            return labels
        labels = after


@pytest.mark.parametrize("seed", range(8))
def test_centres_grow_as_the_words_say(seed: int) -> None:
    random = np.random.default_rng(seed)
    shape = (6, 11) if seed % 2 else (12, 5)
    labels = random.choice([0, 1, 2, 7], shape, p=[0.45, 0.3, 0.15, 0.1]).astype(np.int32)
    flags = random.choice([0, 1, 2, 3], shape, p=[0.6, 0.2, 0.1, 0.1]).astype(np.uint8)
    for needed in (0, 3, 5):
        found = labels.copy()
        smooth(found, flags, needed=needed, ignored=1, barred=2)
        np.testing.assert_array_equal(found, smoothed_by_the_words(labels, flags, needed))


@pytest.mark.parametrize("seed", range(8))
def test_holes_are_those_of_a_plain_labelling_the_smaller_first(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = random.choice([0, 2, 5], (9, 16) if seed % 2 else (14, 8), p=[0.3, 0.5, 0.2]).astype(np.int32)
    expected, holes = labels.copy(), []
    for centre in (2, 5):
        regions, n = ndimage.label(np.pad(labels != centre, 1, constant_values=True))
        regions = regions[1:-1, 1:-1]  # 1 is what reaches the rim: the frame round the grid is read first
        holes += [(int((regions == k).sum()), centre, k, regions == k) for k in range(2, n + 1)]
    for size, centre, _, hole in sorted(holes, key=lambda one: one[:3]):
        if size <= 3:
            expected[hole & (expected == 0)] = centre
    fill_holes(labels, 3)
    np.testing.assert_array_equal(labels, expected)
