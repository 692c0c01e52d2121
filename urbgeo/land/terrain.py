"""Slope, relief and height of the ground, and the guide's own reading of the three together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from urbgeo.checks import check_mapping, check_quantity
from urbgeo.errors import InputError
from urbgeo.rasters.grid import Grid, check_metric, check_same_grid
from urbgeo.standards import ELEVATIONS_M, RELIEF_WINDOWS, RELIEFS_M, SLOPES_DEG


def terrain(elevation: Grid, *, relief_m: float | None = None) -> dict[str, Grid]:
    """``slope_deg``, ``relief_m`` and ``elevation_m`` of a height grid in metres.

    Slope is Horn's of the eight neighbours, relief the highest less the lowest cell within a moving square.
    Beyond the rim the ground is taken to go on as it does; nodata takes the nearest height, so slopes beside
    it are too flat.

    Parameters
    ----------
    elevation
        Metres above the sea.
    relief_m
        Side of the square; None for as many cells as the guide takes at this size of cell
        (:data:`urbgeo.standards.RELIEF_WINDOWS`), else three cells at least.

    Returns
    -------
    dict of Grid
        The three layers by name.

    Raises
    ------
    InputError
        For a grid in degrees or without any height.

    Examples
    --------
    >>> from affine import Affine
    >>> ramp = np.tile(np.arange(5) * 10.0, (5, 1))
    >>> ground = terrain(Grid(ramp, Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547))
    >>> round(float(ground["slope_deg"].values[2, 2]), 2), float(ground["relief_m"].values[2, 2])
    (5.71, 20.0)

    References
    ----------
    Horn, B. (1981), Hill shading and the reflectance map.
    """
    if relief_m is not None:
        check_quantity(relief_m, "relief_m")
    check_metric(elevation, "elevation")
    if elevation.missing.all():
        raise InputError("elevation: every cell is nodata.")
    height, width = elevation.cell_m
    missing = elevation.missing
    values = elevation.values.astype(float)
    if missing.any():
        nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
        values = values[tuple(nearest)]
    smooth = np.array([1.0, 2.0, 1.0]) / 4.0
    wide = (
        np.pad(values, 1, mode="reflect", reflect_type="odd")
        if min(values.shape) > 1
        else np.pad(values, 1, mode="edge")
    )
    run_x, run_y = (
        ndimage.correlate1d(ndimage.correlate1d(wide, smooth, axis=1 - axis), [-0.5, 0, 0.5], axis=axis)[
            1:-1, 1:-1
        ]
        for axis in (1, 0)
    )
    slope = np.degrees(np.arctan(np.hypot(run_x / width, run_y / height)))
    size = [_window_cells(side, relief_m) for side in (height, width)]
    relief = ndimage.maximum_filter(values, size) - ndimage.minimum_filter(values, size)
    made = {"slope_deg": slope, "relief_m": relief, "elevation_m": values}
    return {
        name: elevation.having(np.where(missing, np.nan, one), source=f"{name} of {elevation.source}")
        for name, one in made.items()
    }


def _window_cells(side_m: float, relief_m: float | None) -> int:
    if relief_m is not None:
        return 2 * max(int(relief_m / 2 / side_m), 1) + 1
    return next(int(cells) for bound, cells in RELIEF_WINDOWS if side_m < bound)


def terrain_grade(ground: Mapping[str, Grid]) -> Grid:
    """Land for construction by the guide: 1 (best) to 5 by slope, lowered for height and relief.

    Slope classes are closed from above: 3 and 25 degrees belong to the better one. One grade down from
    3,500 m, the lowest above 5,000 m; one down from a relief of 100 m, two above 200 m.

    Parameters
    ----------
    ground
        What :func:`terrain` gives.

    Returns
    -------
    Grid
        1 to 5, NaN where a layer has no value.

    Raises
    ------
    InputError
        When a layer is missing.

    Examples
    --------
    >>> from affine import Affine
    >>> place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    >>> ground = {"slope_deg": [3.0, 3.1], "elevation_m": [50.0, 50.0], "relief_m": [10.0, 100.0]}
    >>> terrain_grade({name: Grid(np.array([row]), place, 4547) for name, row in ground.items()}).values
    array([[1., 3.]])
    """
    check_mapping(ground, "ground", "what terrain() returns")
    names = ("slope_deg", "elevation_m", "relief_m")
    if missing := [name for name in names if name not in ground]:
        raise InputError(f"ground: no {', '.join(missing)}; give what terrain() returns.")
    check_same_grid({name: ground[name] for name in names})
    slope, high, relief = (ground[name].values for name in names)
    found = 1.0 + np.digitize(slope, SLOPES_DEG, right=True)
    found += (relief >= RELIEFS_M[0]).astype(float) + (relief > RELIEFS_M[1]) + (high >= ELEVATIONS_M[0])
    found = np.where(high > ELEVATIONS_M[1], 5.0, np.minimum(found, 5.0))
    lost = np.isnan(slope) | np.isnan(high) | np.isnan(relief)
    return ground["slope_deg"].having(np.where(lost, np.nan, found), source="terrain grade by the guide")
