"""Chains: the vertices of many lines in a row, and which of their segments lie where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from urbgeo.access.lattice_kernels import buckets_of, metres_along
from urbgeo.types import Floats, Ints, Ints32, Shapes


@dataclass(frozen=True, eq=False)
class Chain:
    """Vertices of lines one after the other: line ``k`` has rows ``first[k]`` to ``first[k + 1]``.

    ``owner``: which line each is of.
    """

    xy: Floats
    metres: Floats
    first: Ints
    owner: Ints

    @cached_property
    def length(self) -> Floats:
        """Metres of each line."""
        return self.metres[self.first[1:] - 1]


@dataclass(frozen=True, eq=False)
class Buckets:
    """Segments of lines by square of a coarse grid, as :func:`~urbgeo.access.lattice_kernels.buckets_of`
    has them; its corner, and the side of a square."""

    squares: tuple[Ints, Ints32, Ints32]
    corner: tuple[float, float]
    size: float


def chain_of(lines: Shapes) -> Chain:
    """The vertices of lines, with the metres from each line's first."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(lines)))])
    return Chain(xy, metres_along(xy, first), first, owner)


def in_buckets(chain: Chain, bounds: Floats) -> Buckets:
    """The segments of lines with these bounds, about one to a square."""
    west, south = bounds[:, :2].min(axis=0) - 1.0
    wide_m, high_m = bounds[:, 2:].max(axis=0) + 1.0 - (west, south)
    count = len(chain.owner) - len(bounds)
    # No more squares than segments, nor many more than those of a row, however long and narrow the network.
    size = float(max(np.sqrt(wide_m * high_m / count), (wide_m + high_m) / count))
    shape = int(high_m / size) + 1, int(wide_m / size) + 1
    corner = float(west), float(south)
    return Buckets(buckets_of(chain.xy, chain.owner, corner, size, shape), corner, size)
