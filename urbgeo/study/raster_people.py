"""People of a raster brought to the zones of a region: alone, or beside a table that keeps the totals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from urbgeo.access.rasters import people_in
from urbgeo.errors import InputError
from urbgeo.rasters.files import read_grid
from urbgeo.rasters.grid import Grid
from urbgeo.study.findings import Findings
from urbgeo.study.places import named_ids

ENDINGS = (".tif", ".tiff", ".vrt")
APART = 0.2
"""Zones where raster and table differ by more than this share are looked at."""


def table_and_raster(given: Any) -> tuple[Any, Any]:
    """The two sources that ``population`` may hold, either of them None."""
    parts = list(given) if isinstance(given, list | tuple) else [given]
    rasters = [one for one in parts if is_raster(one)]
    tables = [one for one in parts if one is not None and not is_raster(one)]
    if len(rasters) > 1 or len(tables) > 1:
        raise InputError("population: give one table, one raster, or one of each.")
    return (tables or [None])[0], (rasters or [None])[0]


def is_raster(given: Any) -> bool:
    """Whether this is a grid of people or a file of one."""
    return isinstance(given, Grid) or (
        isinstance(given, str | Path) and Path(given).suffix.lower() in ENDINGS
    )


def raster_people(given: Any, zones: gpd.GeoDataFrame | None, findings: Findings) -> pd.Series:
    """People of the raster in each zone, every cell counted by the share of it inside.

    Raises
    ------
    InputError
        Without zones, or when the raster has nobody in them.
    """
    if zones is None:
        raise InputError(
            "population: a raster needs polygons to sum it in; give zones=, or a table of people."
        )
    grid = given if isinstance(given, Grid) else read_grid(given)
    name = "a grid" if isinstance(given, Grid) else Path(given).name
    people = people_in(grid, zones)
    if not people.sum() > 0:
        raise InputError(f"population: {name} has nobody in the zones; is it the raster of another region?")
    findings.add("population", "found", f"{name}: {people.sum():,.0f} people in the zones, MODELLED 模型值",
                 count=len(zones))  # fmt: skip
    return people


def hold_against(table: pd.Series, raster: pd.Series, zones: gpd.GeoDataFrame, findings: Findings) -> None:
    """Zones where the two disagree; the table keeps the totals."""
    both = table.index.intersection(raster.index)
    ratio = raster[both] / table[both] - 1.0
    far = ratio[ratio.abs() > APART]
    if len(far):
        findings.add(
            "population", "suspicious", f"zones where raster and table differ by more than {APART:.0%}",
            ids=named_ids(zones.loc[far.index]), do="the table is kept",
        )  # fmt: skip
