"""The compiled growth of a cell set: the best cell next, its neighbours rising as it joins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from urbgeo.rasters.cells import grow, grow_patches


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
