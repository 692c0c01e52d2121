"""The compiled growth of a cell set: the best cell next, its neighbours rising as it joins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from urbgeo.rasters.cells import LONE, grow, grow_patches


def test_new_neighbours_draw_the_next_cells_after_them() -> None:
    turn = np.zeros((5, 9))
    turn[2, 2], turn[2, 7] = 1.0, 0.9
    loose, drawn = (np.zeros(turn.shape, bool) for _ in range(2))
    assert grow_patches(loose, turn, np.ones(turn.shape, bool), 2, 0.0) == 0
    assert loose[2, 2] and loose[2, 7]
    assert grow_patches(drawn, turn, np.ones(turn.shape, bool), 5, 8.0) == 0
    assert not drawn[2, 7] and ndimage.label(drawn, np.ones((3, 3)))[1] == 1
    barred = np.ones(turn.shape, bool)
    barred[:, 3:] = False
    short = np.zeros(turn.shape, bool)
    assert grow_patches(short, turn, barred, 20, 8.0) == 5, "fifteen cells are open"
    assert not short[:, 3:].any()


@pytest.mark.parametrize(("down", "right"), [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x])
def test_land_beside_what_stands_goes_first_on_every_side(down: int, right: int) -> None:
    """The better of two neighbours on opposite sides is taken, whichever side that is."""
    start, score, open_cells = np.zeros((5, 5), bool), np.ones((5, 5)), np.zeros((5, 5), bool)
    start[2, 2] = True
    for sign in (1, -1):
        open_cells[2 + sign * down, 2 + sign * right] = True
    score[2 + down, 2 + right] = 1.5
    chosen = start.copy()
    assert grow(chosen, score, open_cells, 2, 1, 1.0, np.zeros(1, np.uint8)) == 0
    assert chosen[2 + down, 2 + right] and not chosen[2 - down, 2 - right]


def grown_by_counting(
    chosen: np.ndarray, score: np.ndarray, open_cells: np.ndarray, wanted: int, radius: int, power: float
) -> int:
    """Every priority counted afresh before each cell that is taken."""
    while chosen.sum() < wanted:
        best, taken = 0.0, None
        for r, c in zip(*np.nonzero(open_cells & ~chosen & (score > 0)), strict=True):
            window = chosen[max(r - radius, 0) : r + radius + 1, max(c - radius, 0) : c + radius + 1]
            share = window.sum() / ((2 * radius + 1) ** 2 - 1)
            priority = score[r, c] * (share**power if share or not power else LONE)
            if priority > best:
                best, taken = priority, (r, c)
        if taken is None:
            break
        chosen[taken] = True
    return int(wanted - chosen.sum())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("radius", "power"), [(1, 1.0), (2, 2.0), (2, 0.0)])
def test_growth_is_that_of_counting_every_neighbour_afresh(seed: int, radius: int, power: float) -> None:
    random = np.random.default_rng(seed)
    shape = (5, 9) if seed % 2 else (8, 4)
    score = random.integers(-1, 8, shape) / 4.0  # some are alike, some are not suitable
    start, open_cells = random.random(shape) < 0.1, random.random(shape) < 0.8
    for wanted in (int(start.sum()), 12, 40):
        fast, slow = start.copy(), start.copy()
        missing = grow(fast, score, open_cells, wanted, radius, power, np.zeros(1, np.uint8))
        assert missing == grown_by_counting(slow, score, open_cells, wanted, radius, power)
        assert (fast == slow).all()


@pytest.mark.parametrize("seed", range(6))
def test_patches_are_those_of_counting_new_neighbours_afresh(seed: int) -> None:
    random = np.random.default_rng(seed)
    shape = (5, 9) if seed % 2 else (8, 4)
    turn, open_cells = random.integers(0, 6, shape) / 4.0, random.random(shape) < 0.7
    for pull, wanted in ((0.0, 9), (1.5, 9), (0.5, 50)):
        made, slow = np.zeros(shape, bool), np.zeros(shape, bool)
        for _ in range(wanted):
            left = open_cells & ~slow
            near = ndimage.convolve(slow.astype(int), np.ones((3, 3), int), mode="constant")
            if left.any():
                slow.flat[np.argmax(np.where(left, turn + pull * near / 8.0, -1.0))] = True
        assert grow_patches(made, turn, open_cells, wanted, pull) == wanted - slow.sum()
        assert (made == slow).all()
