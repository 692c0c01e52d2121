"""Stretches: the roads reached within a limit, without those so deep inside that none need be drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from urbgeo.access.lattice import Lattice, Reached, Roads, Window, chain_of
from urbgeo.access.lattice_kernels import cut_out, lies_deep
from urbgeo.types import Flags, Floats


def stretches(
    roads: Roads, reached: Reached, limit: float, hidden: Callable[[Floats], Flags] | None = None
) -> NDArray[np.object_]:
    """The stretches of line within the limit, from the ends of each line and the starts on it.

    Without whole lines whose bounds are ``hidden``.
    """
    start, off = reached.start, limit - reached.start.off_minutes
    some = np.flatnonzero(reached.least <= limit)
    left = limit - reached.minutes[some]
    there, back = (roads.minutes[:, ::-1] if reached.towards else roads.minutes).T
    until = _passed(left[:, 0], there[some])
    since = 1.0 - _passed(left[:, 1], back[some])
    whole = until >= since
    table = np.concatenate(
        [
            np.stack([some, np.zeros(len(some)), np.where(whole, 1.0, until)], axis=1),
            np.stack([some, since, np.ones(len(some))], axis=1)[~whole],
            np.stack(
                [
                    reached.line,
                    np.maximum(start.along - _passed(off, back[reached.line]), 0.0),
                    np.minimum(start.along + _passed(off, there[reached.line]), 1.0),
                ],
                axis=1,
            ),
        ]
    )
    table = table[table[:, 2] > table[:, 1]]
    entire = table[:, 2] - table[:, 1] == 1.0
    whole_lines = table[entire, 0].astype(np.int64)
    if hidden is not None:
        whole_lines = whole_lines[~hidden(roads.bounds[whole_lines])]
    lines = roads.lines[whole_lines]
    cut = table[~entire]
    return np.concatenate([lines, _cut_out(roads.lines[cut[:, 0].astype(np.int64)], cut[:, 1], cut[:, 2])])


def _passed(left: Floats, whole: Floats) -> Floats:
    """Fraction of a line passed in the minutes left; none of it against a one-way (NaN)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(left >= 0, left / whole, 0.0)
    return np.clip(np.nan_to_num(share, nan=0.0, posinf=1.0), 0.0, 1.0)


def _cut_out(lines: NDArray[np.object_], since: Floats, until: Floats) -> NDArray[np.object_]:
    """The part of each line between two fractions of its length."""
    # A link between two nodes at one spot has no part that could be drawn.
    drawn = shapely.length(lines) * (until - since) > 0
    if not drawn.any():
        return lines[:0]
    lines, since, until = lines[drawn], since[drawn], until[drawn]
    chain = chain_of(lines)
    xy, piece = cut_out(chain.xy, chain.metres, chain.first, since * chain.length, until * chain.length)
    return np.asarray(shapely.linestrings(xy, indices=piece))


def drawn_parts(
    parts: NDArray[np.object_], inside: NDArray[np.bool_], lattice: Lattice, window: Window
) -> NDArray[np.object_]:
    """Stretches without those that lie deep inside: what is drawn around them adds nothing to the land."""
    chain = chain_of(parts)
    corner = window[1].start * lattice.step, window[0].start * lattice.step
    return parts[~lies_deep(chain.xy, chain.first, inside, corner, lattice.step)]


def midst(inside: NDArray[np.bool_], lattice: Lattice, window: Window) -> Callable[[Floats], Flags]:
    """Tells of bounds (boxes, 4) which lie deep inside, as :func:`drawn_parts` has it, by counting cells."""
    rows = inside[:-3] & inside[1:-2] & inside[2:-1] & inside[3:]
    shallow = np.ones(inside.shape, np.int32)
    shallow[1:-2, 1:-2] = ~(rows[:, :-3] & rows[:, 1:-2] & rows[:, 2:-1] & rows[:, 3:])
    count = np.zeros((inside.shape[0] + 1, inside.shape[1] + 1), np.int32)
    count[1:, 1:] = shallow.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    most = np.array(inside.shape)[[1, 0, 1, 0]]
    corner = np.array([window[1].start, window[0].start] * 2) * lattice.step

    def lies(bounds: Floats) -> Flags:
        cells = np.floor((bounds - corner) / lattice.step)
        held: Flags = np.all((cells >= 0) & (cells < most), axis=1)
        west, south, east, north = np.where(held[:, None], cells, 0).astype(np.int64).T
        within = (
            count[north + 1, east + 1] - count[south, east + 1] - count[north + 1, west] + count[south, west]
        )
        return np.asarray(held & (within == 0))

    return lies
