"""Population grids of one kilometre: held in memory or read by rows from files, checked and resampled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Proj
from rasterio.warp import calculate_default_transform
from rasterio.windows import Window

from urbgeo.checks import check_choice
from urbgeo.errors import Faults, InputError
from urbgeo.rasters.align import align
from urbgeo.rasters.files import opened, read_grid
from urbgeo.rasters.grid import Grid

Floats = NDArray[np.floating[Any]]

MOLLWEIDE = "ESRI:54009"
"""The equal-area CRS of the Global Human Settlement Layer."""

CELL_M = 1000.0
CELL_TOLERANCE_M = 1e-3
M2_PER_KM2 = 1e6
LEAST_LAND = 1e-4
"""No inhabited grid has less land than this in every cell (100 m² of a square kilometre)."""

SAMPLE_CELLS = 1000
"""Rows and columns at most to look at when the unit of a layer is told from its values."""

FAULTY_CELLS_SHOWN = 5
MOST_LOST = 0.01
"""Share of the total that resampling may lose at the rim before it is refused."""


class PopulationLayers(Protocol):
    """What the classification reads: a shape, where it lies, and rows of its three layers."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        ...

    @property
    def transform(self) -> Affine:
        """From (column, row) to coordinates in metres."""
        ...

    @property
    def crs(self) -> CRS:
        """Where the coordinates are."""
        ...

    def rows(self, start: int, stop: int) -> tuple[Floats, Floats, Floats]:
        """Persons, land share and built-up share of rows ``start`` to ``stop``."""
        ...


@dataclass(frozen=True, eq=False)
class PopulationGrid:
    """A grid in memory: persons, land share and built-up share (0 to 1) of cells of 1 km.

    A cell whose population is NaN is no data, or water where its land share says so. Raises InputError for
    grids in degrees, cells that are not 1 km, layers of different shape, a missing land share, shares
    outside 0 to 1, and land so small that it must have been divided once too often.
    """

    population: Floats
    land: Floats
    built_up: Floats
    transform: Affine
    crs: CRS

    def __post_init__(self) -> None:
        object.__setattr__(self, "crs", CRS.from_user_input(self.crs))
        faults = Faults("grid")
        _add_frame_faults(faults, self.crs, self.transform)
        shapes = {layer.shape for layer in (self.population, self.land, self.built_up)}
        if len(shapes) > 1 or self.population.ndim != 2:
            faults.add(
                f"layers of shapes {sorted(shapes)}", remedy="give three arrays of the same rows and columns"
            )
            faults.raise_if_any()
        _add_value_faults(faults, self.population, self.land, self.built_up, 0)
        if (
            np.nanmax(np.where(self.population > 0, self.land, np.nan), initial=0.0)
            < LEAST_LAND
            < np.nansum(self.population)
        ):
            faults.add(
                f"no inhabited cell has {LEAST_LAND:g} of land; were shares divided as square metres?",
                remedy="give shares from 0 to 1",
            )
        faults.raise_if_any()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.population.shape[0], self.population.shape[1]

    def rows(self, start: int, stop: int) -> tuple[Floats, Floats, Floats]:
        """The three layers of rows ``start`` to ``stop``."""
        return self.population[start:stop], self.land[start:stop], self.built_up[start:stop]


@dataclass(frozen=True)
class RasterGrid:
    """A grid in three raster files, read by rows: for grids that do not fit in memory.

    ``area_unit`` says what land and built-up hold: ``"m2"`` of the cell (as GHSL gives them) or
    ``"share"``. Raises InputError for layers on different cells or in different CRS and for land or built-up
    areas that contradict ``area_unit``; the rest of the values is checked as they are read.
    """

    population: Path
    land: Path
    built_up: Path
    area_unit: str = "m2"

    def __post_init__(self) -> None:
        check_choice(self.area_unit, "area_unit", ("m2", "share"))
        with opened(self.population) as first:
            faults = Faults("grid")
            _add_frame_faults(faults, first.crs, first.transform)
        _add_layer_faults(faults, self.population, self.land, self.built_up, self.area_unit)
        faults.raise_if_any()

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        with opened(self.population) as raster:
            return raster.shape

    @cached_property
    def transform(self) -> Affine:
        """From (column, row) to coordinates in metres."""
        with opened(self.population) as raster:
            return raster.transform

    @cached_property
    def crs(self) -> CRS:
        """The CRS of the population layer."""
        with opened(self.population) as raster:
            return raster.crs

    def rows(self, start: int, stop: int) -> tuple[Floats, Floats, Floats]:
        """The three layers of rows ``start`` to ``stop``, read from the files."""
        unit = M2_PER_KM2 if self.area_unit == "m2" else 1.0
        people = _read_rows(self.population, start, stop)
        land = _read_rows(self.land, start, stop) / unit
        built = _read_rows(self.built_up, start, stop) / unit
        faults = Faults("grid")
        _add_value_faults(faults, people, land, built, start)
        faults.raise_if_any()
        return people, land, built

    def load(self) -> PopulationGrid:
        """The whole grid in memory."""
        people, land, built = self.rows(0, self.shape[0])
        return PopulationGrid(people, land, built, self.transform, self.crs)


def resample_to_1km(
    population: Path | str,
    land: Path | str,
    built_up: Path | str,
    *,
    area_unit: str = "share",
    crs: str = MOLLWEIDE,
) -> PopulationGrid:
    """Bring rasters of another cell size or CRS to the 1 km equal-area grid, keeping their totals.

    Persons are summed by overlap and scaled to the total of the input; shares are averaged by overlap
    (square metres are summed). A resampling that loses more than 1 % of the people is refused.

    Parameters
    ----------
    population, land, built_up
        Raster files on one grid, in any CRS.
    area_unit
        ``"share"`` or ``"m2"`` of the input cell.
    crs
        Equal-area CRS of the result.

    Returns
    -------
    PopulationGrid
        Persons, land share and built-up share (0 to 1) of cells of 1 km in ``crs``.

    Raises
    ------
    InputError
        For a missing CRS, layers on different grids, an unknown or wrong unit, or people lost beyond 1 %.
    SourceError
        For a file that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from affine import Affine
    >>> from urbgeo.rasters.files import write_grid
    >>> from urbgeo.rasters.grid import Grid
    >>> def layer(value, path):
    ...     frame = Affine(500, 0, 500_000, 0, -500, 3_005_000)
    ...     return write_grid(Grid(np.full((10, 10), value), frame, 4547), path)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = [layer(one, Path(folder) / f"{one}.tif") for one in (10.0, 1.0, 0.5)]
    ...     grid = resample_to_1km(*files)
    >>> round(float(np.nansum(grid.population)))
    1000
    """
    check_choice(area_unit, "area_unit", ("m2", "share"))
    people = read_grid(population)
    frame, width, height = calculate_default_transform(
        people.crs.to_wkt(), crs, *people.shape[::-1], *people.bounds, resolution=CELL_M
    )
    faults = Faults(Path(population).name)
    _add_layer_faults(faults, population, land, built_up, area_unit)
    faults.raise_if_any()
    shares = {"land": read_grid(land), "built-up": read_grid(built_up)}
    for name, layer in shares.items():
        lost = (people.values > 0) & layer.missing
        if lost.any():
            faults.add(f"no {name} share in {lost.sum()} cells where people live", remedy="fill them")
    faults.raise_if_any()
    shape = (height + 2, width + 2)
    frame = Affine(CELL_M, 0, frame.c - CELL_M, 0, -CELL_M, frame.f + CELL_M)
    like = Grid(np.broadcast_to(np.float64(0), shape), frame, CRS.from_user_input(crs))
    total = people.total
    counts = _resampled(people, like, "sum")
    found = float(counts.sum())
    if total > 0 and abs(found - total) > MOST_LOST * total:
        raise InputError(
            f"{Path(population).name}: resampling keeps {found:,.0f} of {total:,.0f} persons; "
            "check its CRS and no-data value."
        )
    how = "sum" if area_unit == "m2" else "average"
    unit = M2_PER_KM2 if area_unit == "m2" else 1.0
    ground, built = (np.clip(_resampled(layer, like, how) / unit, 0, 1) for layer in shares.values())
    scaled = counts * (total / found if found else 1.0)
    return PopulationGrid(scaled, ground, built, frame, like.crs)


def _resampled(layer: Grid, like: Grid, how: str) -> NDArray[np.float64]:
    """On other cells, with 0 where there is nothing: what has no data takes part as nothing."""
    full = layer.having(np.nan_to_num(layer.values.astype(np.float64)))
    return np.nan_to_num(align(full, like, resampling=how).values)


def _read_rows(path: Path | str, start: int, stop: int) -> NDArray[np.float64]:
    with opened(path) as raster:
        return raster.read(Window(0, start, raster.shape[1], stop - start)).astype(np.float64)


def _add_layer_faults(
    faults: Faults, population: Path | str, land: Path | str, built_up: Path | str, area_unit: str
) -> None:
    """Note layers that lie on other cells than the first, and values that contradict the unit."""
    with opened(population) as first:
        crs, shape, transform = first.crs, first.shape, first.transform
    for name, path in (("land", land), ("built-up", built_up)):
        with opened(path) as other:
            if other.crs != crs:
                faults.add(
                    f"{Path(path).name} is in another CRS than {Path(population).name}",
                    remedy="resample the layers to one grid",
                )
            elif other.shape != shape or not other.transform.almost_equals(
                transform, abs(transform.a) * CELL_TOLERANCE_M / CELL_M
            ):
                faults.add(
                    f"{Path(path).name} does not lie on the cells of {Path(population).name}",
                    remedy="resample the layers to one grid",
                )
            step = max(1, *(-(-side // SAMPLE_CELLS) for side in other.shape))
            thinned = (-(-other.shape[0] // step), -(-other.shape[1] // step))
            values = other.read(thinned=thinned)
            values = values[~np.isnan(values)]
        most = float(values.max(initial=0.0))
        if area_unit == "m2" and 0 < most <= 1:
            faults.add(
                f"{name} of at most {most:g} where square metres are said; these look like shares",
                remedy='pass area_unit="share"',
            )
        if area_unit == "share" and most > 1:
            faults.add(
                f"{name} up to {most:g} where shares are said; these look like square metres",
                remedy='pass area_unit="m2"',
            )


def _keeps_areas(crs: CRS) -> bool:
    area = crs.area_of_use
    if crs.axis_info and abs(crs.axis_info[0].unit_conversion_factor - 1) > 1e-6:
        return False
    west, south, east, north = area.bounds if area else (-170.0, -80.0, 170.0, 80.0)
    at = [(west + (east - west) * a, south + (north - south) * b) for a in (0.25, 0.75) for b in (0.25, 0.75)]
    scale = Proj(crs).get_factors(*np.transpose(at)).areal_scale
    return bool(np.all(np.abs(scale - 1) < 0.01))


def _add_frame_faults(faults: Faults, crs: CRS, transform: Affine) -> None:
    remedy = "bring it to 1 km equal-area cells with resample_to_1km"
    if crs.is_geographic:
        faults.add("the grid is in degrees", remedy=remedy)
    elif not _keeps_areas(crs):
        faults.add("the CRS does not keep areas, or is not in metres", remedy=remedy)
    elif (
        abs(transform.a - CELL_M) > CELL_TOLERANCE_M
        or abs(transform.e + CELL_M) > CELL_TOLERANCE_M
        or transform.b
        or transform.d
    ):
        faults.add(
            f"cells of {transform.a:g} by {-transform.e:g} where 1000 by 1000 m, north up, is needed",
            remedy=remedy,
        )


def _add_value_faults(faults: Faults, people: Floats, land: Floats, built: Floats, first_row: int) -> None:
    known = ~np.isnan(people)
    for name, wrong, remedy in (
        ("people below 0", known & ~((people >= 0) & (people < np.inf)), "mask them as NaN"),
        ("no land share where people live", known & (people > 0) & np.isnan(land), "give a land share"),
        ("no built-up share", known & (people > 0) & np.isnan(built), "give 0 where nothing is built"),
        ("land outside 0 to 1", (land < 0) | (land > 1), "if it is in square metres, divide by 1,000,000"),
        ("built-up outside 0 to 1", (built < 0) | (built > 1), "if in square metres, divide by 1,000,000"),
    ):
        if wrong.any():
            first = np.argwhere(wrong)[:FAULTY_CELLS_SHOWN]
            cells = [f"({row + first_row}, {column})" for row, column in first]
            faults.add(f"{name} in {wrong.sum()} cells, the first", ids=cells, remedy=remedy)
