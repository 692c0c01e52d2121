"""Smoothing of people and of the edges of urban centres: moving mean, majority rules."""

from __future__ import annotations

import numpy as np

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
