"""Cases of a boundary: random cells, rules and a short way to ask."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from affine import Affine

from urbgeo.land import boundary as drawing
from urbgeo.land.boundary import Boundary, BoundaryRules
from urbgeo.rasters.grid import Grid

UTM = 32649


RULES = {one.name for one in fields(BoundaryRules)}


def delineate_boundary(*given: object, demand: float, **how: object) -> Boundary:
    """With the fields of the rules one by one, every cell a piece, and no gaps joined unless said."""
    rules = {"smallest_piece_ha": 1.0, "gap_m": 0.0} | {
        name: how.pop(name) for name in list(how) if name in RULES
    }
    return drawing.delineate_boundary(*given, demand_km2=demand, rules=BoundaryRules(**rules), **how)


def grid(values: object, cell: float = 100.0) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), UTM)
