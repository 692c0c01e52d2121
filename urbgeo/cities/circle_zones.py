"""The zones of a circle brought together: polygons, seats and people on one index, checked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from urbgeo.amounts import amount_of, warn
from urbgeo.checks import check_crs, check_points, check_polygons
from urbgeo.crs import equal_area_crs
from urbgeo.errors import InputError, some_of
from urbgeo.magnitude import check_unit, check_unmixed, refuse_shares
from urbgeo.types import Floats

RULES = ("seat", "area", "population")
"""Ways to say that a zone lies inside: its seat, half of its area, or half of its people."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Zones with their people: ``land`` polygons or None, ``seats`` points or None.

    The polygons stay in their own CRS: only there do borders that share no vertices still coincide.
    """

    land: gpd.GeoSeries | None
    seats: gpd.GeoDataFrame | None
    people: pd.Series
    urban: pd.Series

    @property
    def peopled(self) -> bool:
        """Whether anybody counted the people."""
        return bool(self.people.notna().all())


URBAN = "urban_population"
"""Column of people who live at the seat that is used where the zones have it."""


def settle(
    zones: gpd.GeoDataFrame,
    seats: gpd.GeoDataFrame | None,
    population: str | pd.Series | None,
    urban_population: str | None,
    units_checked: bool,
) -> Settled:
    """Check the zones, and bring their parts together on one index."""
    check_crs(zones, "zones")
    if isinstance(population, str) and population == "population" and population not in zones:
        raise InputError(
            "zones: they have no column population, for the people in the circle; name it, "
            f"population='...' or a Series (there are {some_of(zones.columns, 30)})."
        )
    only_points = len(zones) > 0 and bool(zones.geom_type.eq("Point").all())
    (check_points if only_points else check_polygons)(zones, "zones")
    if population is None:
        people, urban = pd.Series(np.nan, zones.index), pd.Series(0.0, zones.index)
    else:
        people = amount_of(population, zones, name="population", frame_name="zones", units_checked=True)
        check_unit(people, "zones", units_checked=units_checked)
        urban = _urban(zones, people, urban_population, units_checked)
    if only_points:
        return Settled(None, zones, people, urban)
    if seats is None:
        return Settled(zones.geometry, None, people, urban)
    return Settled(zones.geometry, seats_of(zones, seats), people, urban)


def has_land(zones: pd.DataFrame) -> bool:
    """Whether zones are polygons, some of them at least; not points, nor a table."""
    if not isinstance(zones, gpd.GeoDataFrame):
        return False
    return bool(zones.geom_type.isin(["Polygon", "MultiPolygon"]).any())


def seats_of(zones: pd.DataFrame, seats: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The seat of every zone; of polygons, those that lie in another one's are counted in a warning.

    Raises
    ------
    InputError
        Naming zones without a seat and faulty seats.
    """
    check_points(seats, "seats")
    lost = zones.index[~zones.index.isin(seats.index)]
    if len(lost):
        raise InputError(f"seats: none for the zones {some_of(lost)}; add them.")
    own = seats.loc[zones.index]
    if not has_land(zones):
        return own
    at, shapes = own.geometry.to_crs(zones.crs).to_numpy(), zones.geometry.to_numpy()
    outside = np.flatnonzero(~shapely.intersects(shapes, at))
    stray = outside[np.unique(shapely.STRtree(shapes).query(at[outside], predicate="intersects")[0])]
    if len(stray):
        warn(
            f"seats: {len(stray)} of {len(own)} lie in the polygon of another zone: "
            f"{some_of(zones.index[stray])}; have both the ids of one year?"
        )
    return own


def _urban(
    zones: gpd.GeoDataFrame, people: pd.Series, urban_population: str | None, units_checked: bool
) -> pd.Series:
    """People who live at the seat; none where no column is named, or the usual one is not there."""
    if urban_population is None or (urban_population == URBAN and URBAN not in zones):
        return pd.Series(0.0, zones.index)
    urban = amount_of(
        urban_population, zones, name="urban_population", frame_name="zones", units_checked=True
    )
    refuse_shares(urban, "zones")
    check_unmixed(people, urban, name="zones", units_checked=units_checked)
    if (urban > people).any():
        raise InputError(
            f"zones: {urban.name} above {people.name} at {some_of(zones.index[urban > people])}; "
            "mend one of the two."
        )
    return urban


def check_rule(rule: str, settled: Settled) -> None:
    """Refuse a rule that these layers do not allow."""
    needs = {"seat": ("seats",), "area": ("polygons",), "population": ("polygons", "seats", "people")}
    have = {
        "polygons": settled.land is not None,
        "seats": settled.seats is not None,
        "people": settled.peopled,
    }
    missing = [one for one in needs[rule] if not have[one]]
    if missing:
        can = [name for name in RULES if all(have[one] for one in needs[name])]
        raise InputError(
            f"rule: {rule!r} needs {some_of(missing)}; give them (polygons as zones, points of the same "
            f"ids as seats=), or rules=CircleRules(rule={can[0]!r}) of urbgeo.cities.circles."
        )


@dataclass(frozen=True, eq=False)
class FlatLand:
    """Polygons of the zones, mended, in an equal-area CRS, and their areas in m2 as they were."""

    crs: CRS
    mended: NDArray[np.object_]
    area: Floats


KEPT_LANDS = 4
_flat: dict[bytes, FlatLand] = {}
"""Of the zones asked about last, which stay the same under every edit of the roads."""


def flat_land(land: gpd.GeoSeries) -> FlatLand:
    """The zones' polygons in an equal-area CRS, where they can be measured."""
    shapes = b"".join(shapely.to_wkb(land.to_numpy()))
    key = hashlib.blake2b(land.crs.to_wkt().encode() + shapes, digest_size=16).digest()
    if key not in _flat:
        flat = land.to_crs(equal_area_crs(land.to_frame("geometry")))
        while len(_flat) >= KEPT_LANDS:
            _flat.pop(next(iter(_flat)), None)
        _flat[key] = FlatLand(flat.crs, flat.make_valid().to_numpy(), flat.area.to_numpy())
    return _flat[key]
