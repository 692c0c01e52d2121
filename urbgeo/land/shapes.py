"""How compact a polygon is: the classic indices, one row per polygon."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.checks import check_polygons
from urbgeo.provenance import Provenance
from urbgeo.rasters.stretch import measuring_crs
from urbgeo.results import with_names
from urbgeo.types import Floats


def shape_indices(polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """Compactness of each polygon; a circle has 1 in every index.

    With area A, perimeter P, longest extent L, smallest enclosing circle of area C, convex hull of area H
    and second moment of area I about the centroid:

    ========================  =====================  ==================================
    column                    formula                reads
    ========================  =====================  ==================================
    ``polsby_popper``         4 pi A / P^2           0 to 1
    ``schwartzberg``          P / (2 sqrt(pi A))     1 and more
    ``richardson``            2 sqrt(pi A) / P       0 to 1
    ``reock`` (also Cole's)   A / C                  0 to 1
    ``gibbs``                 4 A / (pi L^2)         0 to 1
    ``convex_hull``           A / H                  0 to 1, also 1 for any convex shape
    ``moment_of_inertia``     A^2 / (2 pi I)         0 to 1
    ``perimeter_fractal``     2 ln(P/4) / ln A       about 1 to 2; 1 for a square, metres
    ========================  =====================  ==================================

    Parameters
    ----------
    polygons
        Valid polygons with unique index, any CRS; measured in it where it keeps areas, else in an
        equal-area one.

    Returns
    -------
    pandas.DataFrame
        On the index given: name columns, ``area_km2``, ``perimeter_km``, the indices, geometry.
        ``attrs["provenance"]`` tells in which CRS it was measured.

    Raises
    ------
    InputError
        Naming invalid, empty or repeated polygons.

    Examples
    --------
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 501_000, 3_001_000)], crs=4547)
    >>> shape_indices(square)[["area_km2", "polsby_popper"]].iloc[0].round(3).tolist()
    [1.0, 0.785]

    References
    ----------
    Polsby and Popper 1991; Schwartzberg 1966; Richardson 1961; Reock 1961; Cole 1964; Gibbs 1961;
    Li, Goodchild and Church 2013 (moment of inertia).
    """
    check_polygons(polygons, "polygons")
    crs = measuring_crs(polygons)
    shapes = np.asarray(polygons.geometry.to_crs(crs).to_numpy())
    area, perimeter = shapely.area(shapes), shapely.length(shapes)
    circle = np.pi * shapely.minimum_bounding_radius(shapes) ** 2
    table = pd.DataFrame(
        {
            "area_km2": area / 1e6,
            "perimeter_km": perimeter / 1e3,
            "polsby_popper": 4 * np.pi * area / perimeter**2,
            "schwartzberg": perimeter / (2 * np.sqrt(np.pi * area)),
            "richardson": 2 * np.sqrt(np.pi * area) / perimeter,
            "reock": area / circle,
            "gibbs": 4 * area / (np.pi * _longest_extent(shapes) ** 2),
            "convex_hull": area / shapely.area(shapely.convex_hull(shapes)),
            "moment_of_inertia": area**2 / (2 * np.pi * second_moment(shapes)),
            "perimeter_fractal": 2 * np.log(perimeter / 4) / np.log(area),
        },
        index=polygons.index,
    )
    found = with_names(table, polygons)
    found.attrs["provenance"] = Provenance({"measured in": crs.to_string()})
    return found


def second_moment(shapes: NDArray[np.object_]) -> Floats:
    """Second moment of area about the centroid, m^4, by Green's theorem over all rings, holes taken off."""
    parts, part_of = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    owner = part_of[of_part]
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = (xy - middle[owner[ring]]).T
    same = ring[1:] == ring[:-1]
    x0, x1, y0, y1 = x[:-1][same], x[1:][same], y[:-1][same], y[1:][same]
    cross = x0 * y1 - x1 * y0
    part = cross * (x0 * x0 + x0 * x1 + x1 * x1 + y0 * y0 + y0 * y1 + y1 * y1) / 12.0
    total = np.zeros(len(shapes))
    np.add.at(total, owner[ring[:-1][same]], part)
    return np.abs(total)


def _longest_extent(shapes: NDArray[np.object_]) -> Floats:
    """Greatest distance between two points of each shape: between two corners of its hull."""
    longest = np.zeros(len(shapes))
    for i, hull in enumerate(shapely.convex_hull(shapes)):
        corners = shapely.get_coordinates(hull)
        for corner in corners:
            longest[i] = max(longest[i], np.hypot(*(corners - corner).T).max())
    return longest
