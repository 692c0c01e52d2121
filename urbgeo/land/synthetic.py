"""A synthetic landscape for teaching and tests: everything in it is made up, and says so."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from scipy import ndimage

from urbgeo.arguments import check_seed
from urbgeo.checks import check_quantity, check_whole
from urbgeo.land.terrain import terrain
from urbgeo.provenance import Provenance
from urbgeo.rasters.align import cells_to_polygons
from urbgeo.rasters.grid import Grid
from urbgeo.types import Floats

LABEL = "SYNTHETIC: made up by urbgeo.land.synthetic, no real place"

COVER_LEGEND = {1: "water", 2: "urban", 3: "crop", 4: "mixed_forest", 5: "grass"}
YEARS = (2010, 2015, 2020)
DENSITY_PER_KM2 = 6_000.0
_LEAST_CELLS = 60


@dataclass(frozen=True, eq=False, repr=False)
class Landscape:
    """Layers of a made-up district on one grid; ``label`` and every layer's source say that it is.

    ``built`` has one bool grid per year of :data:`YEARS`. ``roads`` has ``class`` (the expressway apart),
    ``interchanges`` are where the ``motorways`` may be joined. ``farmland`` are parcels with a ``grade``.
    """

    elevation: Grid
    cover: Grid
    built: dict[int, Grid]
    people: Grid
    roads: gpd.GeoDataFrame
    motorways: gpd.GeoDataFrame
    interchanges: gpd.GeoDataFrame
    centres: gpd.GeoDataFrame
    farmland: gpd.GeoDataFrame
    redline: gpd.GeoDataFrame
    hazards: gpd.GeoDataFrame
    label: str
    provenance: Provenance

    def __repr__(self) -> str:
        rows, columns = self.cover.values.shape
        years = ", ".join(map(str, self.built))
        return f"<Landscape {rows} x {columns} cells, built-up land of {years}>\n{self.label}"


def synthetic_landscape(*, seed: int, cells: int = 200, cell_m: float = 100.0) -> Landscape:
    """A made-up district: hills, a river, a city and two towns that grow, roads, parcels, control lines.

    Parameters
    ----------
    seed
        The same seed gives the same landscape.
    cells
        Rows and columns, at least 60.
    cell_m
        Side of a cell in metres.

    Returns
    -------
    Landscape
        Grids of heights (m), cover, built-up land by year and people, and layers in EPSG:4547.

    Raises
    ------
    InputError
        For too few cells or a cell that is no length.

    Examples
    --------
    >>> synthetic_landscape(seed=1, cells=60).elevation.shape
    (60, 60)
    """
    seed, cells = check_seed(seed), check_whole(cells, "cells", _LEAST_CELLS)
    cell_m = check_quantity(cell_m, "cell_m")
    rng = np.random.default_rng(seed)
    label = f"{LABEL} (seed {seed})"
    frame = Grid(
        np.zeros((cells, cells)),
        Affine(cell_m, 0, 500_000, 0, -cell_m, 3_100_000),
        CRS.from_epsg(4547),
        label,
    )
    places = [(0.44, 0.45), (0.75, 0.75), (0.35, 0.85)]
    relief = _noise(rng, cells, 1.9)
    y, x = np.mgrid[0 : 1 : cells * 1j, 0 : 1 : cells * 1j]
    bend = 0.55 + 0.12 * np.sin(2 * np.pi * (1.3 * x + rng.random()))
    river = np.abs(y - bend)
    far = np.min([np.hypot(y - row, x - column) for row, column in places], axis=0)
    plain = np.clip((far - 0.08) / 0.25, 0.04, 1.0)
    height = 30 + (160 * np.clip(relief + 0.3, 0, None) ** 1.5 + 150 * np.clip(river - 0.12, 0, None)) * plain
    water = river < 0.012
    height[water] = 28.0
    elevation = frame.having(height)
    slope = terrain(elevation)["slope_deg"].values
    built = _towns(rng, places, slope, water, cells)
    forest = ((slope > 9) | (_noise(rng, cells, 2.0) > 0.75)) & ~water
    code = np.select([water, built[YEARS[-1]], forest, slope < 6], [1, 2, 4, 3], default=5)
    roads, motorways, interchanges = _roads(frame, places)
    return Landscape(
        elevation=elevation,
        cover=frame.having(code.astype(np.float32)),
        built={year: frame.having(mask) for year, mask in built.items()},
        people=frame.having(_people(rng, built[YEARS[-1]], frame.cell_km2)),
        roads=roads,
        motorways=motorways,
        interchanges=interchanges,
        centres=_points(frame, places, ["city", "east town", "north town"]),
        farmland=_parcels(frame, (code == 3) & (_noise(rng, cells, 1.8) > -0.3), rng, label),
        redline=_areas(frame, forest & (height > np.quantile(height, 0.8)), 40, label),
        hazards=_areas(frame, (slope > 20) | ((river < 0.03) & ~water & (height < 34)), 6, label),
        label=label,
        provenance=Provenance(
            parameters={"seed": seed, "cells": cells, "cell_m": cell_m},
            sources=(label,),
            shares={"synthetic": 1.0},
        ),
    )


def _noise(rng: np.random.Generator, cells: int, power: float) -> Floats:
    """Smooth noise, mean 0 and deviation 1, with a spectrum falling by ``power``."""
    waves = np.hypot(*np.meshgrid(np.fft.fftfreq(cells), np.fft.fftfreq(cells)))
    waves[0, 0] = np.inf
    field_ = np.fft.ifft2(np.fft.fft2(rng.standard_normal((cells, cells))) * waves**-power).real
    return (field_ - field_.mean()) / field_.std()


def _towns(
    rng: np.random.Generator,
    places: list[tuple[float, float]],
    slope: Floats,
    water: NDArray[np.bool_],
    cells: int,
) -> dict[int, NDArray[np.bool_]]:
    """Built-up land at each date: the best cells by nearness to a centre, flat land and some chance."""
    y, x = np.mgrid[0 : 1 : cells * 1j, 0 : 1 : cells * 1j]
    size = np.array([1.0, 0.45, 0.35])
    far = np.min([np.hypot(y - py, x - px) / s for (py, px), s in zip(places, size, strict=True)], axis=0)
    pull = -far - slope / 60 + 0.035 * _noise(rng, cells, 1.2)
    pull[water] = -np.inf
    order = np.argsort(-pull, axis=None, kind="stable")
    built = {}
    for year, share in zip(YEARS, (0.05, 0.068, 0.09), strict=True):
        mask = np.zeros(cells * cells, bool)
        mask[order[: int(share * cells * cells)]] = True
        built[year] = mask.reshape(cells, cells)
    return built


def _people(rng: np.random.Generator, built: NDArray[np.bool_], cell_km2: float) -> Floats:
    deep = ndimage.distance_transform_edt(built)
    people: Floats = (
        built
        * DENSITY_PER_KM2
        * cell_km2
        * (0.4 + deep / max(deep.max(), 1.0))
        * rng.uniform(0.7, 1.3, built.shape)
    )
    return people


def _place(frame: Grid, spot: tuple[float, float]) -> tuple[float, float]:
    rows, columns = frame.shape
    x, y = frame.transform @ (spot[1] * columns, spot[0] * rows)
    return x, y


def _points(frame: Grid, places: list[tuple[float, float]], names: list[str]) -> gpd.GeoDataFrame:
    shapes = [shapely.Point(*_place(frame, spot)) for spot in places]
    return gpd.GeoDataFrame({"source": frame.source}, geometry=shapes, index=names, crs=frame.crs)


def _roads(
    frame: Grid, places: list[tuple[float, float]]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    city, east, north = places
    lines = {
        "primary": [
            [city, (0.6, 0.62), east],
            [city, (0.38, 0.66), north],
            [city, (0.44, 0.0)],
            [city, (1.0, 0.42)],
        ],
        "secondary": [[east, (0.55, 0.82), north], [(0.0, 0.2), (0.2, 0.3), city]],
        "urban": [[(0.40, 0.37), (0.40, 0.53)], [(0.48, 0.37), (0.48, 0.53)], [(0.36, 0.41), (0.52, 0.41)]],
    }
    rows = [(name, way) for name, ways in lines.items() for way in ways]
    shapes = [shapely.LineString([_place(frame, spot) for spot in way]) for _, way in rows]
    roads = gpd.GeoDataFrame(
        {"class": [name for name, _ in rows], "source": frame.source}, geometry=shapes, crs=frame.crs
    )
    course = [(0.62, 0.0), (0.52, 0.36), (0.62, 0.62), (0.72, 0.70), (0.70, 1.0)]
    motorway = shapely.LineString([_place(frame, spot) for spot in course])
    motorways = gpd.GeoDataFrame({"source": [frame.source]}, geometry=[motorway], index=["M1"], crs=frame.crs)
    ramps = [(0.6194, 0.01), (0.52, 0.36), (0.72, 0.70)]
    return roads, motorways, _points(frame, ramps, ["west", "city south", "east"])


def _parcels(frame: Grid, mask: NDArray[np.bool_], rng: np.random.Generator, label: str) -> gpd.GeoDataFrame:
    """Farmland cut into parcels of up to 4 x 4 cells."""
    row, column = np.indices(frame.shape)
    number = (row // 4) * (frame.shape[1] // 4 + 1) + column // 4
    kept = np.flatnonzero(np.bincount(number[mask], minlength=number.max() + 1) >= 6)
    parts = []
    cells = cells_to_polygons(mask & np.isin(number, kept), frame)
    height, width = frame.cell_m
    left, low, right, high = cells.total_bounds if len(cells) else (0.0, 0.0, 0.0, 0.0)
    for x in np.arange(frame.transform.c, right, 4 * width):
        strip = cells.clip_by_rect(x, low, x + 4 * width, high)
        for y in np.arange(frame.transform.f, low, -4 * height):
            piece = strip.clip_by_rect(left, y - 4 * height, right, y)
            parts += [one for one in shapely.get_parts(piece.to_numpy()) if one.area > 0]
    shapes = [one for one in parts if one.geom_type == "Polygon" and one.is_valid]
    ids = pd.Index([f"F{i:05d}" for i in range(len(shapes))])
    grades = rng.integers(5, 13, len(shapes))
    return gpd.GeoDataFrame({"grade": grades, "source": label}, geometry=shapes, index=ids, crs=frame.crs)


def _areas(frame: Grid, mask: NDArray[np.bool_], least: int, label: str) -> gpd.GeoDataFrame:
    found = cells_to_polygons(mask, frame)
    found = found[found["cells"] >= least].reset_index(drop=True)
    return found.assign(source=label)
