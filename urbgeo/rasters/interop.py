"""Grids to and from xarray, as rioxarray writes and reads them (extra ``raster``)."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyproj import CRS

from urbgeo.errors import InputError, MissingExtraError
from urbgeo.rasters.grid import Grid, float_kind


def to_xarray(grid: Grid) -> Any:
    """A DataArray over ``y`` and ``x`` (middles of cells) that knows its CRS, transform and no data.

    Raises
    ------
    MissingExtraError
        Without rioxarray.

    Examples
    --------
    >>> from affine import Affine
    >>> grid = Grid(np.array([[1.0, 2.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> array = to_xarray(grid)
    >>> array.dims, array.x.values.tolist()
    (('y', 'x'), [500050.0, 500150.0])
    >>> from_xarray(array).values.tolist()
    [[1.0, 2.0]]
    """
    xarray = _xarray()
    rows, columns = grid.shape
    x, _ = grid.transform @ np.array([np.arange(columns) + 0.5, np.zeros(columns)])
    _, y = grid.transform @ np.array([np.zeros(rows), np.arange(rows) + 0.5])
    array = xarray.DataArray(grid.values, {"y": y, "x": x}, ("y", "x"), attrs={"source": grid.source})
    array = array.rio.write_crs(grid.crs.to_wkt()).rio.write_transform(grid.transform)
    return array.rio.write_nodata(np.nan) if grid.values.dtype.kind == "f" else array


def from_xarray(array: Any, *, crs: Any = None) -> Grid:
    """A grid of a DataArray with ``y`` and ``x`` (or what rioxarray takes for them), one band or none.

    The no-data value, ``scale_factor`` and ``add_offset`` that it still carries are applied, so that it gives
    what :func:`urbgeo.rasters.files.read_grid` reads from the same file.

    Parameters
    ----------
    array
        An xarray.DataArray.
    crs
        Its CRS where it does not say it.

    Returns
    -------
    Grid
        Values of the array, missing ones NaN, north up.

    Raises
    ------
    InputError
        For what is no DataArray, several bands, a CRS or coordinates that are missing or unevenly spaced.
    MissingExtraError
        Without rioxarray.

    Examples
    --------
    >>> from affine import Affine
    >>> grid = Grid(np.array([[1.0, 2.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> from_xarray(to_xarray(grid)).values.tolist()
    [[1.0, 2.0]]
    """
    xarray = _xarray()
    if not isinstance(array, xarray.DataArray):
        raise InputError(f"array: an xarray.DataArray is needed, not {type(array).__name__}.")
    try:
        down, right = array.rio.y_dim, array.rio.x_dim
        if any(size > 1 for axis, size in array.sizes.items() if axis not in (down, right)):
            raise InputError(f"array: {dict(array.sizes)} has several bands; choose one, e.g. array[0].")
        flat = array.squeeze([axis for axis in array.dims if axis not in (down, right)], drop=True)
        _check_even(flat, down, right)
        known = all(axis in flat.coords and flat[axis].size > 1 for axis in (down, right))
        place = flat.rio.transform(recalc=known)
    except _unplaced() as error:
        raise InputError(f"array: it has no usable x and y coordinates ({error}).") from error
    system = crs if crs is not None else flat.rio.crs
    if system is None:
        raise InputError("array: it has no CRS; give crs=, or array.rio.write_crs().")
    values = _meant(flat.transpose(down, right))
    wkt = CRS.from_user_input(system).to_wkt()
    return Grid(values, place, CRS.from_wkt(wkt), str(array.attrs.get("source", "")))


def _meant(flat: Any) -> Any:
    values, void = np.asarray(flat.values), flat.rio.nodata
    scale, offset = float(flat.attrs.get("scale_factor", 1)), float(flat.attrs.get("add_offset", 0))
    gone = np.zeros(values.shape, bool) if void is None or np.isnan(void) else values == void
    if (scale, offset) != (1.0, 0.0):
        values = values.astype(np.float64) * scale + offset
    if gone.any():
        values = np.where(gone, np.nan, values.astype(float_kind(values.dtype)))
    return values


def _check_even(flat: Any, *axes: str) -> None:
    for axis in axes:
        if axis in flat.coords and flat[axis].size > 2:
            steps = np.diff(flat[axis].values.astype(float))
            if not np.allclose(steps, steps[0], rtol=1e-3):
                raise InputError(f"array: {axis} is unevenly spaced; bring it to even cells first.")


def _unplaced() -> tuple[type[Exception], ...]:
    from rioxarray.exceptions import RioXarrayError

    return (RioXarrayError, KeyError)


def _xarray() -> Any:
    try:
        import rioxarray  # noqa: F401  (registers .rio)
        import xarray
    except ImportError as error:
        raise MissingExtraError("rioxarray", "raster", "Grids to and from xarray") from error
    return xarray
