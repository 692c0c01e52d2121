"""Small grids of people, land and built-up cells, and how they are written to files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from urbgeo.cities.degurba_rules import R2022A
from urbgeo.rasters.layers import PopulationGrid, RasterGrid

FRAME = Affine(1000, 0, 0, 0, -1000, 0)


PLAIN = replace(R2022A, built_share=None)


def grid_of(people: object, land: object = 1.0, built: object = 0.0) -> PopulationGrid:
    people = np.array(people, dtype=float)
    full = [np.broadcast_to(np.asarray(one, float), people.shape).copy() for one in (land, built)]
    return PopulationGrid(people, *full, FRAME, "ESRI:54009")


def belgium(shared_data: Path) -> RasterGrid:
    folder = shared_data / "belgium"
    return RasterGrid(folder / "POP.tif", folder / "LAND.tif", folder / "BUILT_S.tif")


def written(folder: Path, layers: dict[str, np.ndarray], frame: Affine, crs: str) -> list[Path]:
    """The layers as files, in the order given."""
    for name, values in layers.items():
        height, width = values.shape
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", height=height, width=width, count=1,
            dtype="float64", crs=crs, transform=frame,
        ) as raster:  # fmt: skip
            raster.write(values, 1)
    return [folder / f"{name}.tif" for name in layers]
