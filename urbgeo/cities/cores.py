"""The core of a metropolis: built-up land or many points, and where the network enters it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.checks import check_crs, check_points, check_polygons
from urbgeo.network.attach import Attachment, attach, attach_all
from urbgeo.network.model import TravelNetwork
from urbgeo.types import Shapes


def check_core(core: gpd.GeoDataFrame) -> bool:
    """Refuse a core that is neither points nor polygons; True for polygons."""
    check_crs(core, "core")
    land = len(core) > 0 and bool(core.geom_type.isin(["Polygon", "MultiPolygon"]).all())
    (check_polygons if land else check_points)(core, "core")
    return land


def land_entries(network: TravelNetwork, core: gpd.GeoDataFrame, *, pin: bool = False) -> Attachment:
    """Points at which travel to or from a core of polygons begins, attached to the network once for all.

    A polygon is entered wherever a link that can be joined crosses its outline, and at every node of such
    links inside: so the minutes are those to its nearest part. With ``pin``, or where no link enters it, one
    point inside it stands for it.

    Raises
    ------
    InputError
        For a core outside the network (naming the ids).
    """
    shapes = core.geometry.to_crs(network.crs).make_valid()
    parts = [_doors(network, shape) for shape in shapes]
    pins = shapes.representative_point().to_numpy()
    entries = [
        [middle] if pin or not len(doors) else doors for doors, middle in zip(parts, pins, strict=True)
    ]
    owner = np.repeat(np.arange(len(core)), [len(one) for one in entries])
    found = gpd.GeoDataFrame(
        {"core": core.index.to_numpy()[owner]},
        geometry=np.concatenate([np.asarray(one, object) for one in entries]),
        index=pd.Index([f"core {row}" for row in range(len(owner))]),
        crs=network.crs,
    )
    joined = attach(network, found, name="core")
    # Doors lie on links; only a point that stands for a whole core can be too far from any.
    lone = np.array([pin or not len(doors) for doors in parts])[owner]
    if (lone & ~joined.attached).any():
        attach_all(network, found[lone].set_index("core", drop=False), "core")
    return joined


def _doors(network: TravelNetwork, shape: shapely.Geometry) -> Shapes:
    """Ends of the stretches of joinable links inside a polygon."""
    hits = network.link_tree.query(shape, predicate="intersects")
    lines = network.links.geometry.to_numpy()[network.joinable_links[hits]]
    inside = shapely.get_parts(shapely.intersection(lines, shape))
    # A link that only touches the outline leaves a point.
    touching = inside[shapely.get_type_id(inside) == shapely.GeometryType.POINT]
    inside = inside[shapely.get_type_id(inside) == shapely.GeometryType.LINESTRING]
    ends = np.concatenate([shapely.get_point(inside, 0), shapely.get_point(inside, -1), touching])
    xy = np.unique(shapely.get_coordinates(ends).round(3), axis=0)
    doors: Shapes = shapely.points(xy)
    return doors
