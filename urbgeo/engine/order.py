"""Curve order: nodes that lie together on the ground lie together in memory, along a Hilbert curve.

Changed from the paper: the curve is cut into 2^20 cells a side (a metre in a thousand kilometres), and points
in one cell keep the order they came in, so that the order depends on the input only.
"""

from __future__ import annotations

import numpy as np

from urbgeo.compiling import kernel, without_numba
from urbgeo.types import Floats, Ints

CELLS_BITS = 20


def hilbert_order(x: Floats, y: Floats) -> Ints:
    """Positions of points along a Hilbert curve over their bounding square; ties keep their order.

    Parameters
    ----------
    x, y
        (points,) finite coordinates in one metric unit.

    References
    ----------
    D. Hilbert, Ueber die stetige Abbildung einer Linie auf ein Flaechenstueck, Math. Annalen 38, 1891.
    """
    if x.size == 0:
        return np.empty(0, np.int64)
    side = max(float(np.ptp(x)), float(np.ptp(y))) or 1.0
    scale = (2**CELLS_BITS - 1) / side
    return np.argsort(_curve_keys(x, y, x.min(), y.min(), scale), kind="stable")


def _keys_bit_by_bit(x: Floats, y: Floats, left: float, low: float, scale: float) -> Ints:
    """:func:`_curve_keys` of all points at once."""
    column, row = ((x - left) * scale).astype(np.int64), ((y - low) * scale).astype(np.int64)
    keys = np.zeros(x.size, np.int64)
    for bit in range(CELLS_BITS - 1, -1, -1):
        right, up = (column >> bit) & 1, (row >> bit) & 1
        keys += (1 << 2 * bit) * ((3 * right) ^ up)
        turned = np.where((up == 0) & (right == 1), 2**CELLS_BITS - 1, 0)
        column, row = column ^ turned, row ^ turned  # all bits set: the distance from the far end
        column, row = np.where(up == 0, row, column), np.where(up == 0, column, row)
    return keys


@without_numba(_keys_bit_by_bit)
@kernel()
def _curve_keys(x: Floats, y: Floats, left: float, low: float, scale: float) -> Ints:
    keys = np.empty(x.size, np.int64)
    for i in range(x.size):
        column, row = np.int64((x[i] - left) * scale), np.int64((y[i] - low) * scale)
        key = np.int64(0)
        cell = np.int64(1) << (CELLS_BITS - 1)
        while cell > 0:
            right, up = np.int64((column & cell) > 0), np.int64((row & cell) > 0)
            key += cell * cell * ((3 * right) ^ up)
            if up == 0:
                if right == 1:
                    column, row = (2**CELLS_BITS - 1) - column, (2**CELLS_BITS - 1) - row
                column, row = row, column
            cell >>= 1
        keys[i] = key
    return keys
