"""The compiled growth of a cell set: the best cell next, its neighbours rising as it joins."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from urbgeo.rasters.cells import grow_patches


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
