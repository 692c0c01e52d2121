"""Degree of Urbanisation of spatial units (municipalities, counties) from the classes of their cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio.features
import shapely
from affine import Affine
from numpy.typing import NDArray

from urbgeo.checks import check_choice, check_polygons
from urbgeo.cities.degurba import LEVEL_2, NODATA, UrbanGrid, check_layers
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.rasters.layers import CELL_M, PopulationLayers
from urbgeo.rasters.zonal import covered_cells
from urbgeo.results import Result, with_names
from urbgeo.standards import UNIT_SHARE as HALF

CITY, TOWN, RURAL = "city", "town or semi-dense area", "rural area"
UNIT_LEVEL_2 = (
    "city", "dense town", "semi-dense town", "suburban or peri-urban area", "village",
    "dispersed rural area", "mostly uninhabited area",
)  # fmt: skip

CENTRE_STEP_M = 50.0
"""Step at which the official procedure lays cell centres over the units (GHSL Data Package 2023)."""


@dataclass(frozen=True, eq=False, repr=False)
class UnitClasses(Result):
    """Classes of units.

    ``table``: on the index of the units, ``class``, ``population``, one ``share: <cell class>`` column each,
    ``basis`` (``"population"``, ``"land"``) and ``status`` (``"classified"``, ``"outside the grid"``).
    ``centre_people``: persons of each unit (rows) in each urban centre (columns).
    """

    table: pd.DataFrame
    centre_people: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "class"
    _titles: ClassVar[tuple[str, str]] = ("单元分类", "Classes of units")

    @property
    def summary(self) -> pd.DataFrame:
        """Units and people by class."""
        grouped = self.table.groupby("class")
        return pd.DataFrame({"units": grouped.size(), "population": grouped["population"].sum()})

    def _headline(self) -> str:
        counts = self.table["class"].value_counts()
        return ", ".join(f"{count} {name}" for name, count in counts.items())


def classify_units(
    units: gpd.GeoDataFrame,
    urban: UrbanGrid,
    grid: PopulationLayers,
    *,
    method: str = "overlap",
    rules: str = "2024",
) -> UnitClasses:
    """Classify units by where their people live.

    Level 1: a city has at least half of its people in urban centres; a rural area more than half in rural
    cells; the rest are towns and semi-dense areas. Level 2 (when ``urban`` is of level 2) divides these. A
    unit without people is classified by its land.

    Parameters
    ----------
    units
        Polygons with unique index, any CRS.
    urban
        Result of :func:`~urbgeo.cities.degurba.degree_of_urbanisation`.
    grid
        The grid that result was made from.
    method
        ``"overlap"``: people of a cell go to units by the exact area of overlap. ``"centre"``: by the
        centres of cells of 50 m, as in the official procedure; a unit without any is redone with all cells
        it touches.
    rules
        Level 2 only: ``"2024"`` (in force since July 2024) or ``"2021"``.

    Returns
    -------
    UnitClasses

    Examples
    --------
    >>> from urbgeo.cities.degurba import degree_of_urbanisation
    >>> from urbgeo.rasters.layers import PopulationGrid
    >>> frame, one = Affine(1000, 0, 0, 0, -1000, 0), np.ones((6, 6))
    >>> grid = PopulationGrid(2_000.0 * one, one, 0.0 * one, frame, "ESRI:54009")
    >>> unit = gpd.GeoDataFrame(geometry=[shapely.box(0, -6000, 6000, 0)], index=["u"], crs="ESRI:54009")
    >>> classify_units(unit, degree_of_urbanisation(grid), grid).table["class"].tolist()
    ['city']

    Raises
    ------
    InputError
        For faulty polygons, unknown choices, or a grid that is not the one classified.

    References
    ----------
    Eurostat et al., Applying the Degree of Urbanisation (2021), and its revision of July 2024.
    """
    check_polygons(units, "units")
    if not isinstance(urban, UrbanGrid):
        raise InputError(
            f"urban: a result of degree_of_urbanisation is needed, not {type(urban).__name__}; the call is "
            "classify_units(units, urban, grid)."
        )
    check_layers(grid, "classify_units(units, urban, grid)")
    check_choice(method, "method", ("overlap", "centre"))
    check_choice(rules, "rules", ("2024", "2021"))
    if grid.shape != urban.classes.shape or grid.transform != urban.transform:
        raise InputError("grid: it is not the grid that was classified; pass the same one.")
    shapes = units.geometry.to_crs(urban.crs)
    pieces = _by_overlap(shapes, grid) if method == "overlap" else _by_centres(shapes, grid)
    people, land, _ = grid.rows(0, grid.shape[0])
    pieces["class"] = urban.classes.ravel()[pieces["cell"]]
    pieces["centre"] = urban.centre.ravel()[pieces["cell"]]
    pieces["people"] = np.nan_to_num(people.ravel()[pieces["cell"]]) * pieces["share"]
    pieces["land"] = np.nan_to_num(land.ravel()[pieces["cell"]]) * pieces["share"]
    pieces = pieces[pieces["class"] != NODATA]
    about = Provenance({**urban.provenance.parameters, "units by": method, "unit rules": rules})
    table = with_names(_unit_table(units, pieces, urban, rules), units)
    return UnitClasses(table, _centre_people(units, pieces), about)


def _unit_table(units: gpd.GeoDataFrame, pieces: pd.DataFrame, urban: UrbanGrid, rules: str) -> pd.DataFrame:
    codes = list(urban.legend)
    sums = {
        name: pieces.pivot_table(index="unit", columns="class", values=name, aggfunc="sum", observed=True)
        .reindex(index=range(len(units)), columns=codes)
        .fillna(0.0)
        for name in ("people", "land")
    }
    population, land = sums["people"].sum(axis=1), sums["land"].sum(axis=1)
    peopled = population > 0
    dry = sums["land"].drop(columns=[code for code in codes if urban.legend[code] == "water"])
    basis = sums["people"].where(peopled, dry.reindex(columns=codes, fill_value=0.0))
    shares = basis.div(basis.sum(axis=1).where(lambda total: total > 0), axis=0)
    level_2 = set(codes) == set(LEVEL_2)
    named = _level_2(shares, rules) if level_2 else _level_1(shares, 3, [1])
    known = basis.sum(axis=1) > 0
    table = pd.DataFrame({"class": pd.Series(named, index=shares.index).where(known, None)})
    table["population"] = population
    for code, name in urban.legend.items():
        if name != "water":
            table[f"share: {name}"] = shares[code]
    table["basis"] = np.where(peopled, "population", "land")
    table["status"] = np.select([known, land > 0], ["classified", "water only"], "outside the grid")
    return table.set_axis(units.index)


def _level_1(shares: pd.DataFrame, centre: int, rural: list[int]) -> NDArray[np.object_]:
    in_rural = shares[rural].sum(axis=1)
    chosen = np.select([shares[centre] >= HALF, in_rural > HALF], [CITY, RURAL], TOWN)
    return chosen.astype(object)


def _level_2(shares: pd.DataFrame, rules: str) -> NDArray[np.object_]:
    level_1 = _level_1(shares, 30, [13, 12, 11])
    city, dense, semi, suburb, village, dispersed, empty = UNIT_LEVEL_2
    s = shares
    if rules == "2024":
        town = np.select([s[30] + s[23] >= HALF, s[21] + s[13] + s[12] + s[11] < HALF], [dense, semi], suburb)
        rural = np.select(
            [s[30] + s[23] + s[22] + s[21] + s[13] >= HALF, s[11] < HALF],
            [village, dispersed],
            empty,
        )
    else:
        in_towns = s[23] + s[22] > s[21]
        town = np.select([in_towns & (s[23] >= s[22]), in_towns], [dense, semi], suburb)
        rural = np.select([(s[13] >= s[12]) & (s[13] >= s[11]), s[12] >= s[11]], [village, dispersed], empty)
    chosen = np.select([level_1 == CITY, level_1 == TOWN], [city, town], rural)
    return chosen.astype(object)


def _centre_people(units: gpd.GeoDataFrame, pieces: pd.DataFrame) -> pd.DataFrame:
    inside = pieces[pieces["centre"] > 0]
    table = inside.pivot_table(index="unit", columns="centre", values="people", aggfunc="sum")
    table = table.reindex(range(len(units))).fillna(0.0).set_axis(units.index)
    table.columns = table.columns.astype(int).rename("centre")
    return table


def _by_overlap(shapes: gpd.GeoSeries, grid: PopulationLayers) -> pd.DataFrame:
    """Cells of each unit and the share of the cell that lies in it."""
    return covered_cells(grid, shapes).rename(columns={"shape": "unit"})


def _by_centres(shapes: gpd.GeoSeries, grid: PopulationLayers) -> pd.DataFrame:
    parts = [_centres(k, shape, grid, False) for k, shape in enumerate(shapes)]
    parts = [part if len(part) else _centres(k, shapes.iloc[k], grid, True) for k, part in enumerate(parts)]
    return pd.concat(parts, ignore_index=True)


def _centres(unit: int, shape: shapely.Geometry, grid: PopulationLayers, touched: bool) -> pd.DataFrame:
    rows, columns = _window(shape, grid)
    empty = pd.DataFrame({"unit": [], "cell": [], "share": []}).astype({"unit": int, "cell": int})
    if not len(rows) or not len(columns):
        return empty
    fine = round(CELL_M / CENTRE_STEP_M)
    step = CELL_M / fine
    west, north = grid.transform.c + columns[0] * CELL_M, grid.transform.f - rows[0] * CELL_M
    corner = Affine(step, 0, west, 0, -step, north)
    shape_fine = (len(rows) * fine, len(columns) * fine)
    mask = rasterio.features.rasterize(
        [(shape, 1)], out_shape=shape_fine, transform=corner, all_touched=touched, dtype=np.uint8
    )
    counts = mask.reshape(len(rows), fine, len(columns), fine).sum(axis=(1, 3), dtype=float)
    i, j = np.nonzero(counts)
    cells = (i + rows[0]) * grid.shape[1] + j + columns[0]
    return pd.DataFrame({"unit": np.full(len(cells), unit), "cell": cells, "share": counts[i, j] / fine**2})


def _window(shape: shapely.Geometry, grid: PopulationLayers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    west, south, east, north = shape.bounds
    frame = grid.transform
    columns = np.arange(
        max(int((west - frame.c) // CELL_M), 0), min(int((east - frame.c) // CELL_M) + 1, grid.shape[1])
    )
    rows = np.arange(
        max(int((frame.f - north) // CELL_M), 0), min(int((frame.f - south) // CELL_M) + 1, grid.shape[0])
    )
    return rows, columns
