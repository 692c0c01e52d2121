"""Small tables and polygons of counties, for tests of policy tables and what they dissolve to."""

from __future__ import annotations

import shapely


def polygons_of(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of a shape; one county of the file carries a stray line beside its polygon."""
    parts = [part for part in shapely.get_parts(shape) if "Polygon" in part.geom_type]
    return shapely.union_all(parts)
