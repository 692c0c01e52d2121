"""Degree of Urbanisation on the 1 km grid, levels 1 and 2, editions R2022A and R2023A, in blocks of rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from urbgeo.checks import check_range, check_whole
from urbgeo.cities.degurba_rules import MAJORITIES, UrbanRules, rules_of
from urbgeo.compiling import only_compiled
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.parallel import each_of
from urbgeo.provenance import Provenance
from urbgeo.rasters.layers import Floats, PopulationLayers
from urbgeo.rasters.runs import Runs, clusters, find_runs, near, paint
from urbgeo.rasters.smoothing import fill_holes, moving_mean, smooth
from urbgeo.results import Result

kernel = only_compiled("The degree of urbanisation")

NODATA = 255
LEVEL_1 = {3: "urban centre", 2: "urban cluster", 1: "rural", 0: "water"}
LEVEL_2 = {
    30: "urban centre", 23: "dense urban cluster", 22: "semi-dense urban cluster", 21: "suburban",
    13: "rural cluster", 12: "low density rural", 11: "very low density rural", 10: "water",
}  # fmt: skip

DENSE, URBAN, SEMI, LOW, SKIPPED, WATER, VOID, COMPACT = (1 << bit for bit in range(8))
"""Bits of the cell flags: dense or built, urban density, semi-dense, low density, no valid neighbour,
permanent water, no data, dense by people alone."""


@dataclass(frozen=True, eq=False, repr=False)
class UrbanGrid(Result):
    """Classes of cells and the urban centres they form.

    ``table`` is ``centres``, one row an urban centre.

    ``classes`` (rows, columns) holds the codes of ``legend``, 255 for no data; ``centre`` the number of the
    urban centre of a cell, 0 for none; ``centres`` has one row per centre: ``population``, ``cells``.
    """

    classes: NDArray[np.uint8]
    centre: NDArray[np.int32]
    centres: pd.DataFrame
    legend: dict[int, str]
    transform: Affine
    crs: CRS
    provenance: Provenance = field(default_factory=Provenance)

    _titles: ClassVar[tuple[str, str]] = ("城镇化程度", "Degree of urbanisation")

    @property
    def table(self) -> pd.DataFrame:
        """The urban centres."""
        return self.centres

    @property
    def summary(self) -> pd.DataFrame:
        """Cells by class."""
        codes = list(self.legend)
        cells = [int((self.classes == code).sum()) for code in codes]
        return pd.DataFrame(
            {"class": list(self.legend.values()), "cells": cells}, index=pd.Index(codes, name="code")
        )

    def _headline(self) -> str:
        return f"{len(self.centres)} urban centres on {self.classes.shape[0]} x {self.classes.shape[1]} cells"


def degree_of_urbanisation(
    grid: PopulationLayers, *, edition: str | UrbanRules = "R2023A", level: int = 1, block_rows: int = 1024
) -> UrbanGrid:
    """Classify the cells of a 1 km grid by the Degree of Urbanisation.

    Urban centres are rook-contiguous cells of at least 1,500 persons per km² of land (or built up beyond the
    share of the edition) with 50,000 persons together; their edges are smoothed by the majority rule until
    nothing changes, then holes below 15 km² are filled. Urban clusters are queen-contiguous cells of 300 per
    km² with 5,000 persons. Level 2 divides clusters and rural cells further.

    Parameters
    ----------
    grid
        A :class:`~urbgeo.rasters.layers.PopulationGrid` or a file-backed
        :class:`~urbgeo.rasters.layers.RasterGrid`.
    edition
        ``"R2022A"``, ``"R2023A"``, or rules of your own.
    level
        1 (codes 0 to 3) or 2 (codes 10 to 30).
    block_rows
        Rows read at a time. The result does not depend on it.

    Returns
    -------
    UrbanGrid

    Raises
    ------
    InputError
        For faulty grids, an unknown edition or level.

    Warns
    -----
    UrbgeoWarning
        When no cell reaches the density of a centre: the threshold lies above every cell.

    Examples
    --------
    >>> from urbgeo.rasters.layers import PopulationGrid
    >>> cells = np.full((6, 6), 2_000.0)
    >>> frame = Affine(1000, 0, 0, 0, -1000, 0)
    >>> grid = PopulationGrid(cells, np.ones((6, 6)), np.zeros((6, 6)), frame, "ESRI:54009")
    >>> degree_of_urbanisation(grid).centres["population"].tolist()
    [72000.0]

    References
    ----------
    Eurostat et al., Applying the Degree of Urbanisation (2021); GHSL Data Packages 2022 and 2023 (JRC).
    """
    rules = rules_of(edition)
    check_layers(grid, "degree_of_urbanisation(grid)")
    if level not in (1, 2) or isinstance(level, bool):
        raise InputError(f"level: {level!r} is none; give 1 or 2.")
    check_whole(block_rows, "block_rows", 1)
    flags = np.empty(grid.shape, np.uint8)
    read = _read_blocks(grid, rules, flags, block_rows, level)
    centre = _urban_centres(read["dense"], flags, rules)
    classes = _level_1(read, flags, centre, rules) if level == 1 else _level_2(read, flags, centre, rules)
    classes[(flags & VOID) != 0] = NODATA
    centres = _centre_table(grid, centre, block_rows)
    if not len(read["dense"].row):
        warnings.warn(
            f"no cell reaches {rules.centre_density:g} persons per km² of land or the built-up share: the "
            "threshold of urban centres lies above every cell.",
            UrbgeoWarning,
            stacklevel=2,
        )
    return UrbanGrid(
        classes,
        centre,
        centres,
        LEVEL_1 if level == 1 else LEVEL_2,
        grid.transform,
        grid.crs,
        Provenance({"level": level, **asdict(rules)}),
    )


def dense_built_share(
    grid: PopulationLayers,
    *,
    edition: str | UrbanRules = "R2023A",
    step: float | None = None,
    block_rows: int = 1024,
) -> float:
    """Mean built-up share of cells in dense clusters: the threshold that edition R2023A draws from its data.

    The mean runs over the cells of rook clusters with 1,500 persons per km² and 5,000 persons, each by the
    share of the whole cell that is built up, water included. It is meant for the whole world; NaN when there
    is no such cluster.

    Parameters
    ----------
    grid
        As in :func:`degree_of_urbanisation`.
    edition
        Whose densities and people make a dense cluster.
    step
        Round up to a multiple of this, e.g. 0.05 as the published threshold is; None leaves it.
    block_rows
        Rows read at a time.

    Returns
    -------
    float
        A share of the cell.

    Examples
    --------
    >>> from urbgeo.rasters.layers import PopulationGrid
    >>> cells = np.full((3, 3), 2_000.0)
    >>> frame = Affine(1000, 0, 0, 0, -1000, 0)
    >>> grid = PopulationGrid(cells, np.ones((3, 3)), np.full((3, 3), 0.21), frame, "ESRI:54009")
    >>> dense_built_share(grid, step=0.05)
    0.25

    Raises
    ------
    InputError
        For a faulty grid or an unknown edition.
    """
    rules = rules_of(edition)
    check_layers(grid, "dense_built_share(grid)")
    if step is not None:
        check_range(step, "step", 0.0, 1.0, open_low=True)
    check_whole(block_rows, "block_rows", 1)
    flags = np.empty(grid.shape, np.uint8)
    runs = _read_blocks(grid, rules, flags, block_rows, 1, bits={"compact": COMPACT})["compact"]
    label = _painted(runs, lambda people: people >= rules.dense_population, rules.centre_queen, grid.shape)
    total, n = 0.0, 0
    for start in range(0, grid.shape[0], block_rows):
        stop = min(start + block_rows, grid.shape[0])
        built = grid.rows(start, stop)[2]
        inside = label[start:stop] > 0
        total += float(np.nan_to_num(built[inside]).sum())
        n += int(inside.sum())
    share = total / n if n else np.nan
    # Room for the last digit, or a share of just 0.25 would become 0.3.
    return share if step is None else float(np.ceil(share / step - 1e-9) * step)


def centre_polygons(urban: UrbanGrid) -> gpd.GeoDataFrame:
    """The urban centres as polygons of their cells.

    Parameters
    ----------
    urban
        Result of :func:`degree_of_urbanisation`.

    Returns
    -------
    geopandas.GeoDataFrame
        Index ``centre``: ``population``, ``cells``, geometry in the CRS of the grid; its provenance in
        ``attrs``.

    Raises
    ------
    InputError
        For something else.

    Examples
    --------
    >>> from urbgeo.rasters.layers import PopulationGrid
    >>> cells = np.full((6, 6), 2_000.0)
    >>> frame = Affine(1000, 0, 0, 0, -1000, 0)
    >>> grid = PopulationGrid(cells, np.ones((6, 6)), np.zeros((6, 6)), frame, "ESRI:54009")
    >>> (centre_polygons(degree_of_urbanisation(grid)).area / 1e6).tolist()
    [36.0]
    """
    if not isinstance(urban, UrbanGrid):
        raise InputError(
            f"urban: a result of degree_of_urbanisation is needed, not {type(urban).__name__}; the call is "
            "centre_polygons(urban)."
        )
    shapes = rasterio.features.shapes(urban.centre, mask=urban.centre > 0, transform=urban.transform)
    parts = [(int(value), shapely.geometry.shape(shape)) for shape, value in shapes]
    frame = gpd.GeoDataFrame(
        {"centre": [one for one, _ in parts]}, geometry=[shape for _, shape in parts], crs=urban.crs
    )
    found = urban.centres.join(frame.dissolve("centre"), how="left").pipe(gpd.GeoDataFrame, crs=urban.crs)
    found.attrs["provenance"] = urban.provenance
    return found


def check_layers(grid: object, call: str) -> None:
    """Refuse what has no rows of people, land and built-up share."""
    if not hasattr(grid, "rows") or not hasattr(grid, "transform"):
        raise InputError(
            f"grid: a PopulationGrid or RasterGrid is needed, not {type(grid).__name__}; the call is {call}."
        )


def _read_blocks(
    grid: PopulationLayers,
    rules: UrbanRules,
    flags: NDArray[np.uint8],
    block_rows: int,
    level: int,
    bits: dict[str, int] | None = None,
) -> dict[str, Runs]:
    """Flags of all cells and the runs of each property, block by block on all threads."""
    bits = bits or {"dense": DENSE, "urban": URBAN} | ({"semi": SEMI} if level == 2 else {})
    built = np.inf if rules.built_share is None else rules.built_share
    height = grid.shape[0]
    windows = {"dense": rules.centre_window, "urban": rules.cluster_window}

    def read(start: int) -> dict[str, Runs]:
        stop = min(start + block_rows, height)
        people, land, built_up = grid.rows(start, stop)
        seen = {1: (people, flags[start:stop])}
        for window in {windows.get(name, 1) for name in bits} - {1}:
            seen[window] = _averaged(grid, start, stop, window), np.empty_like(flags[start:stop])
        for mean, out in seen.values():
            _flag(
                mean, land, built_up, rules.centre_density, built, rules.cluster_density,
                rules.semi_dense.density, rules.low_density, rules.water_land, rules.water_people,
                rules.water_built, out,
            )  # fmt: skip
        found = {}
        for name, bit in bits.items():
            mean, out = seen[windows.get(name, 1)]
            found[name] = find_runs(out, bit, mean, start)
        return found

    blocks = each_of(range(0, height, block_rows), read)
    return {name: Runs.joined([block[name] for block in blocks]) for name in bits}


def _averaged(grid: PopulationLayers, start: int, stop: int, window: int) -> Floats:
    """People of some rows, averaged over squares that reach into the rows around them."""
    half = window // 2
    top, bottom = max(start - half, 0), min(stop + half, grid.shape[0])
    mean = moving_mean(np.asarray(grid.rows(top, bottom)[0], np.float64), window)
    return np.ascontiguousarray(mean[start - top : stop - top])


@kernel()
def _flag(
    people: Floats,
    land: Floats,
    built: Floats,
    dense: float,
    share: float,
    urban: float,
    semi: float,
    low: float,
    water: float,
    few: float,
    little: float,
    out: NDArray[np.uint8],
) -> None:
    for i in range(people.shape[0]):
        for j in range(people.shape[1]):
            persons, ground = people[i, j], land[i, j]
            if np.isnan(persons):
                sea = ground < water and not built[i, j] > little
                out[i, j] = WATER | SKIPPED if sea else VOID
                continue
            bare = not ground > 0.0
            density = persons / ground if not bare else (np.inf if persons > 0 else 0.0)
            cover = built[i, j] / ground if not bare else (np.inf if built[i, j] > 0 else 0.0)
            flag = 0
            if density >= dense:
                flag |= DENSE | COMPACT
            if cover >= share:
                flag |= DENSE
            if density >= urban:
                flag |= URBAN
            if density >= semi:
                flag |= SEMI
            if density >= low:
                flag |= LOW
            if persons <= few and not ground >= water:
                flag |= SKIPPED
                if not built[i, j] > little:
                    flag |= WATER
            out[i, j] = flag


def _painted(
    runs: Runs, keep: Callable[[NDArray[np.float64]], NDArray[np.bool_]], queen: bool, shape: tuple[int, int]
) -> NDArray[np.int32]:
    """A raster with the clusters that ``keep`` accepts by their people, numbered from 1."""
    cluster, people = clusters(runs, queen=queen)
    kept = keep(people)
    number = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    raster = np.zeros(shape, np.int32)
    paint(runs.row, runs.start, runs.stop, number[cluster], raster)
    return raster


def _urban_centres(dense: Runs, flags: NDArray[np.uint8], rules: UrbanRules) -> NDArray[np.int32]:
    centre = _painted(
        dense, lambda people: people >= rules.centre_population, rules.centre_queen, flags.shape
    )
    needed = MAJORITIES[rules.majority]
    barred = VOID | WATER if needed == 0 else VOID
    if rules.smoothed:
        smooth(centre, flags, needed=needed, ignored=SKIPPED | WATER, barred=barred)
    if rules.hole_km2 > 1:
        fill_holes(centre, int(np.ceil(rules.hole_km2)) - 1)
    return centre


def _level_1(
    read: dict[str, Runs], flags: NDArray[np.uint8], centre: NDArray[np.int32], rules: UrbanRules
) -> NDArray[np.uint8]:
    urban = read["urban"]
    cluster, people = clusters(urban, queen=rules.cluster_queen)
    classes = np.where(centre > 0, np.uint8(3), np.uint8(0))
    value = np.where(people >= rules.cluster_population, 2, 0).astype(np.uint8)
    paint(urban.row, urban.start, urban.stop, value[cluster], classes)
    classes[(classes == 0) & ((flags & WATER) == 0)] = 1
    return classes


def _level_2(
    read: dict[str, Runs], flags: NDArray[np.uint8], centre: NDArray[np.int32], rules: UrbanRules
) -> NDArray[np.uint8]:
    classes = np.where(centre > 0, np.uint8(30), np.uint8(0))
    dense, urban, semi = read["dense"], read["urban"], read["semi"]
    cluster, people = clusters(dense, queen=rules.dense_queen)
    value = np.where(people >= rules.dense_population, 23, 0).astype(np.uint8)
    paint(dense.row, dense.start, dense.stop, value[cluster], classes)
    cluster, people = clusters(semi, queen=rules.semi_dense.queen)
    too_near = people < rules.semi_dense.population
    near(semi.row, semi.start, semi.stop, cluster, classes, rules.semi_dense.distance_km, too_near)
    value = np.where(too_near, 0, 22).astype(np.uint8)
    paint(semi.row, semi.start, semi.stop, value[cluster], classes)
    cluster, people = clusters(urban, queen=rules.cluster_queen)
    village = np.where(people >= rules.village_population, 13, 0)
    value = np.where(people >= rules.cluster_population, 21, village).astype(np.uint8)
    paint(urban.row, urban.start, urban.stop, value[cluster], classes)
    rest = np.where((flags & LOW) != 0, 12, np.where((flags & WATER) != 0, 10, 11)).astype(np.uint8)
    return np.where(classes == 0, rest, classes)


def _centre_table(grid: PopulationLayers, centre: NDArray[np.int32], block_rows: int) -> pd.DataFrame:
    """People and cells of each centre, summed row by row so that blocks do not show."""
    n = int(centre.max(initial=0)) + 1
    people, cells = np.zeros(n), np.zeros(n, np.int64)
    for start in range(0, grid.shape[0], block_rows):
        stop = min(start + block_rows, grid.shape[0])
        _add_up(centre[start:stop], grid.rows(start, stop)[0], people, cells)
    index = pd.RangeIndex(1, n, name="centre")
    return pd.DataFrame({"population": people[1:], "cells": cells[1:]}, index=index)


@kernel()
def _add_up(
    label: NDArray[np.int32], people: Floats, total: NDArray[np.float64], cells: NDArray[np.int64]
) -> None:
    for i in range(label.shape[0]):
        for j in range(label.shape[1]):
            if label[i, j] != 0:
                cells[label[i, j]] += 1
                if not np.isnan(people[i, j]):
                    total[label[i, j]] += people[i, j]
