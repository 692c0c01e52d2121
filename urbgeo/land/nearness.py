"""Drivers of growth that the package makes: how near roads, centres and stations are, in km or minutes."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
from scipy import ndimage

from urbgeo.checks import check_choice
from urbgeo.errors import InputError
from urbgeo.rasters.align import burnt
from urbgeo.rasters.grid import Grid, check_grid, check_lengths
from urbgeo.surface.motorways import MotorwayRamps
from urbgeo.surface.travel import travel_surface


def nearness(
    like: Grid,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    motorways: MotorwayRamps | None = None,
    by: str = "km",
) -> dict[str, Grid]:
    """How far each cell is from the nearest feature of every layer.

    Parameters
    ----------
    like
        With ``by="km"`` any grid on the cells wanted; with ``"min"`` a friction grid in minutes per metre, as
        for :func:`urbgeo.surface.travel.travel_surface`.
    layers
        Points, lines or polygons by name, any CRS: roads, centres, stations.
    motorways
        With minutes: from :func:`urbgeo.surface.motorways.compile_motorways`.
    by
        ``"km"`` in a straight line from the middle of a cell that a feature touches, or ``"min"`` over land.

    Returns
    -------
    dict of Grid
        ``km_<name>`` or ``min_<name>``; minutes are NaN on barriers and where nothing leads, so that such
        cells are never built.

    Raises
    ------
    InputError
        For layers of which no feature lies on the grid, and what is no layer.

    Examples
    --------
    >>> from affine import Affine
    >>> like = Grid(np.full((1, 4), 0.01), Affine(1000, 0, 500_000, 0, -1000, 3_001_000), 4547)
    >>> halt = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_500], [3_000_500]), crs=4547)
    >>> nearness(like, {"station": halt})["km_station"].values.tolist()
    [[0.0, 1.0, 2.0, 3.0]]
    >>> nearness(like, {"station": halt}, by="min")["min_station"].values.tolist()
    [[0.0, 10.0, 20.0, 30.0]]
    """
    check_choice(by, "by", ("km", "min"))
    check_grid(like, "like")
    check_lengths(like, "like")
    if not isinstance(layers, Mapping) or not layers:
        raise InputError("layers: give layers by name, e.g. {'roads': roads}.")
    found = {}
    for name, layer in layers.items():
        touched = burnt(layer, like, all_touched=True).values
        if not touched.any():
            raise InputError(f"layers: no feature of {name!r} lies on the grid; check its CRS.")
        if by == "km":
            away = ndimage.distance_transform_edt(~touched, sampling=like.cell_m) / 1e3
            found[f"km_{name}"] = like.having(away, source=f"km to {name}")
            continue
        row, column = np.nonzero(touched & np.isfinite(like.values))
        x, y = np.asarray(like.transform @ np.array([column + 0.5, row + 0.5]))
        starts = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=like.crs)
        minutes = travel_surface(like, starts, motorways=motorways, direction="to").minutes.values
        reached = np.where(np.isfinite(minutes), minutes, np.nan)
        found[f"min_{name}"] = like.having(reached, source=f"minutes to {name}")
    return found
