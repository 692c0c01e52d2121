"""How a travel surface is worked out, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.checks import check_quantity, is_whole_number
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid
from urbgeo.results import Result

NEIGHBOURS = (8, 16)
LEAST_BLOCK = 4
"""A block must be wider than the border its neighbours see."""


@dataclass(frozen=True)
class SurfaceRules:
    """How a travel surface is worked out.

    Attributes
    ----------
    neighbours
        8 or 16.
    marching
        Fast marching over the 8 neighbours. The speed of a cell is the same in every direction: with
        heights it is refused.
    source_disc_m
        With ``marching``: cells so near to a source, and no further than the ground round it is all alike,
        get their straight-line minutes. None for ten cells.
    through_corners
        Whether a diagonal step may pass between two barrier cells, as most desktop GIS let it. Set False
        where a river is drawn one cell wide.
    with_allocation, with_back_links
        Whether to work these out too; None in the result where not.
    block_cells
        Work in squares of so many cells; minutes are the same to the last bit (by steps, a cell that two
        sources reach at times equal to rounding may be given to the other one). None for all at once, of
        files for 2048.
    client
        A ``dask.distributed.Client`` that spreads the blocks of files over its workers, which need not see
        the files.

    Raises
    ------
    InputError
        For numbers of neighbours or cells that cannot be, and marching with 16 neighbours.
    """

    neighbours: int = 8
    marching: bool = False
    source_disc_m: float | None = None
    through_corners: bool = True
    with_allocation: bool = True
    with_back_links: bool = True
    block_cells: int | None = None
    client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.neighbours, bool) or self.neighbours not in NEIGHBOURS:
            raise InputError(f"neighbours: {self.neighbours!r}; choose 8 or 16.")
        if self.source_disc_m is not None:
            if not self.marching:
                raise InputError("source_disc_m: only a marching front has discs; give marching=True.")
            check_quantity(self.source_disc_m, "source_disc_m", zero=True)
        if self.marching and self.neighbours != 8:
            raise InputError("marching, neighbours: a front goes over 8 neighbours; leave neighbours=8.")
        cells = self.block_cells
        if cells is not None and not is_whole_number(cells, LEAST_BLOCK):
            raise InputError(f"block_cells: {cells!r}; give a whole number of cells >= {LEAST_BLOCK}.")


@dataclass(frozen=True, eq=False, repr=False)
class TravelSurface(Result):
    """Minutes over a grid.

    ``table``: one row per source: its name columns, ``row``, ``column``, ``status`` (``"on the grid"``,
    ``"outside the grid"``, ``"on a barrier"``), geometry. ``minutes``: float64, ``inf`` = not reached, NaN =
    barrier or nodata. ``allocation``: position in ``table`` of the source each cell belongs to, -1 = none.
    ``back_links``: number ``k + 1`` of the step in ``urbgeo.surface.steps.STEPS_16`` by which the least way
    comes into a cell (of a marching front, from the neighbour its ray passes nearest); 0 at a source, 254 at
    the foot of a motorway ramp, 255 where there is no way.
    """

    table: pd.DataFrame
    minutes: Grid
    allocation: Grid | None
    back_links: Grid | None
    provenance: Provenance
    _shown = "status"
    _titles = ("出行时间面的源点", "Sources of a travel surface")

    @property
    def summary(self) -> pd.DataFrame:
        """Share of the cells that can be crossed which are reached, and their median and greatest minutes."""
        crossable = self.minutes.values[~self.minutes.missing]
        there = crossable[np.isfinite(crossable)]
        figures = {
            "reached_share": [len(there) / crossable.size],
            "median_min": [float(np.median(there))],
            "greatest_min": [float(there.max())],
        }
        return pd.DataFrame(figures, index=["all"])

    def _headline(self) -> str:
        rows, columns = self.minutes.shape
        used = int((self.table["status"] == "on the grid").sum())
        return f"{rows} x {columns} cells, {used} of {len(self.table)} sources used"


@dataclass(frozen=True, eq=False, repr=False)
class SurfaceFiles(Result):
    """The same as :class:`TravelSurface`, with the three grids as GeoTIFF files."""

    table: pd.DataFrame
    minutes: Path
    allocation: Path | None
    back_links: Path | None
    provenance: Provenance
    _shown = "status"
    _titles = ("出行时间面的源点", "Sources of a travel surface")

    def _headline(self) -> str:
        used = int((self.table["status"] == "on the grid").sum())
        return f"in {self.minutes.parent}, {used} of {len(self.table)} sources used"


DEFAULT_RULES = SurfaceRules()
