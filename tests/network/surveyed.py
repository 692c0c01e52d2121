"""Lines as a survey office draws them, and the streets of Wuhan."""

from __future__ import annotations

import geopandas as gpd
from shapely import LineString

UTM = 32649


KM = 1000.0


EAST, NORTH = 500_000.0, 3_000_000.0


def lines(*tips: tuple[float, float, float, float], **columns: object) -> gpd.GeoDataFrame:
    shapes = [
        LineString([(EAST + a * KM, NORTH + b * KM), (EAST + c * KM, NORTH + d * KM)]) for a, b, c, d in tips
    ]
    frame = gpd.GeoDataFrame(
        {"class": "primary"}, geometry=shapes, index=list("abcdefg")[: len(tips)], crs=UTM
    )
    return frame.assign(**columns)
