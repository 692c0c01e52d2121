"""Coordinates that cannot be meant in the CRS they are declared in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from urbgeo.errors import Faults
from urbgeo.types import Flags, Floats

Bounds: TypeAlias = tuple[float, float, float, float]

FAR_OFF_DEG = 10.0
"""Degrees outside the area of use of a CRS that are not meant: Xinjiang sticks out of its zones by less."""

NEAR_DEG = 5.0
"""Degrees around the area of use in which numbers that look like degrees are degrees."""

WORLDWIDE_DEG = 90.0
"""A CRS used over more degrees than this says nothing about where its data may lie."""

ROUND_TRIP_M = 1.0
"""Metres by which coordinates may come back from degrees elsewhere."""

FIRST_ZONE, LAST_ZONE = 13, 45
"""Numbers of Gauss-Krüger zones of 6 and 3 degrees in China."""

ZONE_HALF_M = {False: 165_000.0, True: 330_000.0}
"""Metres from the middle of a zone of 3 degrees, or of 6, to its rim, at the south of China's land."""

LAST_OF_SIX = 23
"""Zones of 6 degrees have numbers up to this one, those of 3 degrees higher ones."""

BARENTS_SEA = (34.0, 73.0, 50.0, 90.0)
"""West, south, east, north of what places in the far west of China become when lon and lat are swapped."""


def add_coordinate_faults(faults: Faults, shapes: gpd.GeoSeries) -> None:
    """Note coordinates that cannot be meant in their CRS.

    Not finite; degrees beyond 180/90; degrees where metres are declared; the zone's number in front of
    eastings; swapped axes; no way back from degrees; farther than :data:`FAR_OFF_DEG` from where the CRS is
    used (a province that sticks out of its zone is ordinary).
    """
    if shapes.empty:
        return
    bounds = shapely.bounds(shapes.to_numpy())
    endless = ~np.isfinite(bounds).all(axis=1)
    if endless.any():
        faults.add("coordinates that are not finite", ids=shapes.index[endless])
    elif shapes.crs.is_geographic:
        _add_degree_faults(faults, shapes, bounds)
    elif shapes.crs.is_projected:
        _add_metre_faults(faults, shapes, bounds)


def _add_degree_faults(faults: Faults, shapes: gpd.GeoSeries, bounds: Floats) -> None:
    outside = (np.abs(bounds) > (180, 90, 180, 90)).any(axis=1)
    if outside.any():
        swapped = (np.abs(bounds) <= (90, 180, 90, 180)).all()
        remedy = "lon and lat look swapped" if swapped else "set the CRS the coordinates are really in"
        faults.add("degrees beyond 180/90", ids=shapes.index[outside], remedy=remedy)
        return
    area = _area_of_use(shapes.crs)
    turned = bounds[:, [1, 0, 3, 2]]
    if area is not None and area[2] - area[0] < WORLDWIDE_DEG:
        far = _degrees_off(bounds, area) > FAR_OFF_DEG
        if far.any():
            back = (_degrees_off(turned[far], area) == 0).all()
            remedy = "lon and lat look swapped" if back else "set the CRS the coordinates are really in"
            faults.add(f"far from where {shapes.crs.name} is used", ids=shapes.index[far], remedy=remedy)
        return
    # Degrees north of the last land that are a place in the far west of China the other way round.
    if (_degrees_off(bounds, BARENTS_SEA) == 0).all():
        faults.add("in the Barents Sea", ids=shapes.index, remedy="lon and lat look swapped")


def _add_metre_faults(faults: Faults, shapes: gpd.GeoSeries, bounds: Floats) -> None:
    crs = shapes.crs
    area = _area_of_use(crs)
    if area is None or crs.axis_info[0].unit_name != "metre":
        return
    wide = area[2] - area[0] > WORLDWIDE_DEG
    if (np.abs(bounds) <= (180, 90, 180, 90)).all() and (
        wide or (_degrees_off(bounds, area) < NEAR_DEG).all()
    ):
        faults.add(
            f"degrees, but {crs.name} is in metres",
            ids=shapes.index,
            remedy="set the CRS they are in, e.g. .set_crs(4490, allow_override=True), then to_crs",
        )
        return
    _add_zone_faults(faults, shapes, bounds)
    frame = np.array([shapely.total_bounds(shapes.to_numpy())])
    if _far_off(crs, frame, area)[0]:
        far = _far_off(crs, bounds, area)
        if far.any():
            faults.add(
                f"coordinates that are no place where {crs.name} is used",
                ids=shapes.index[far],
                remedy=_zone_remedy(crs, bounds[far]),
            )


def _add_zone_faults(faults: Faults, shapes: gpd.GeoSeries, bounds: Floats) -> None:
    """Note eastings with the number of another zone in front than the CRS has, beside some with its own.

    Land that sticks out of its zone goes on without a gap; what lies round the middle of another zone, and
    nothing on the way there, is of that zone.
    """
    false_easting = max(
        (one.value for one in _parameters(shapes.crs) if one.name == "False easting"), default=0.0
    )
    own, rest = divmod(false_easting, 1e6)
    if not FIRST_ZONE <= own <= LAST_ZONE or rest != 500_000.0:
        return
    middle = bounds[:, [0, 2]].mean(axis=1)
    zone = middle // 1e6
    other = zone != own
    half = ZONE_HALF_M[own <= LAST_OF_SIX]
    if not other.any() or other.all() or (np.abs(middle % 1e6 - rest) > half).any():
        return
    numbers = ", ".join(f"{one:.0f}" for one in np.unique(zone[other]))
    faults.add(
        f"eastings of zone {numbers}, but {shapes.crs.name} is zone {own:.0f}",
        ids=shapes.index[other],
        remedy="give each part the CRS of its zone, bring both to one by to_crs, then put them together",
    )


def _zone_remedy(crs: CRS, bounds: Floats) -> str:
    """What to do about eastings that lie far away: often the number of the zone is the matter."""
    zone = np.unique(bounds[:, [0, 2]] // 1e6)
    false_easting = next((one.value for one in _parameters(crs) if one.name == "False easting"), 0.0)
    if len(zone) == 1 and FIRST_ZONE <= zone[0] <= LAST_ZONE and false_easting < 1e6:
        return (
            f"the eastings have the number {zone[0]:.0f} of the zone in front: use the CRS of that zone with "
            f"its number, or take {zone[0]:.0f},000,000 off"
        )
    if false_easting > 1e6 and (bounds[:, [0, 2]] < 1e6).all():
        return "the eastings lack the number of the zone that this CRS has in front: use the CRS without it"
    return "set the CRS the coordinates are really in (zone, datum, or x and y swapped)"


def _parameters(crs: CRS) -> list[Any]:
    return list(crs.coordinate_operation.params) if crs.coordinate_operation else []


def _far_off(crs: CRS, bounds: Floats, area: Bounds) -> Flags:
    """Whether boxes have no way to degrees and back, or lie far from the area of use."""
    there = _to_degrees(crs)
    far = np.zeros(len(bounds), np.bool_)
    for corner in ([0, 1], [2, 3], [0, 3], [2, 1]):
        xy = bounds[:, corner]
        lon, lat = there.transform(xy[:, 0], xy[:, 1])
        lost = ~(np.isfinite(lon) & np.isfinite(lat))
        lon, lat = np.where(lost, 0.0, lon), np.where(lost, 0.0, lat)
        back = np.column_stack(there.transform(lon, lat, direction="INVERSE"))
        lost |= ~(np.abs(back - xy) < ROUND_TRIP_M).all(axis=1)
        far |= lost | (_degrees_off(np.column_stack([lon, lat, lon, lat]), area) > FAR_OFF_DEG)
    return far


def _degrees_off(bounds: Floats, area: Bounds) -> Floats:
    """How far boxes of degrees lie outside an area, in degrees of longitude or latitude."""
    west, south, east, north = area
    gaps = [west - bounds[:, 0], bounds[:, 2] - east, south - bounds[:, 1], bounds[:, 3] - north]
    off: Floats = np.maximum(np.max(gaps, axis=0), 0.0)
    return off


@lru_cache(maxsize=64)
def _area_of_use(crs: CRS) -> Bounds | None:
    area = crs.area_of_use
    if area is None or area.west > area.east:
        return None
    return area.west, area.south, area.east, area.north


@lru_cache(maxsize=64)
def _to_degrees(crs: CRS) -> Transformer:
    return Transformer.from_crs(crs, 4326, always_xy=True)
