"""Minutes where no roads are at hand: straight lines between neighbours at a speed calibrated on Hunan.

Always marked estimated: in the class of every link, in the provenance and in the notes of the region.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod
from scipy.spatial import Delaunay

from urbgeo.checks import check_points, check_quantity
from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.regional import region_network
from urbgeo.regions.load import load_region

ESTIMATED = "estimated"
"""The value of ``roads`` that asks for them, and the class of their links."""

LONGEST_KM = 400.0
"""No neighbour is farther; beyond lie seas and empty lands."""

NEAR_KM, FAR_KM = 20.0, 150.0
"""Straight kilometres of the trips that the speed is calibrated on: those that an hour or two decide."""

ISLANDS = ("46",)
"""Provinces that no road leads to; their seats are joined among themselves only."""


@dataclass(frozen=True)
class Calibration:
    """Straight-line speed that gives the median of known trips, and how far these stray from it.

    ``low``, ``high``: true minutes over estimated ones at the 16th and 84th percentile of Hunan's trips; the
    spread of that province, no band of the nation's.
    """

    kmh: float
    low: float
    high: float
    trips: int


@lru_cache(maxsize=1)
def calibration() -> Calibration:
    """Calibrated on the drives between all seats of the embedded region."""
    hunan = load_region("hunan", zones=False)
    seats = hunan.places[hunan.places["level"] != "hub"]
    true = minutes_table(region_network(hunan, modes=("road",)), seats, seats).to_numpy()
    guess = minutes_table(estimated_roads(seats, kmh=60.0), seats, seats).to_numpy()
    at = seats.to_crs(metric_crs(seats)).geometry
    x, y = at.x.to_numpy(), at.y.to_numpy()
    apart = np.hypot(x[:, None] - x, y[:, None] - y) / 1000.0
    asked = (apart >= NEAR_KM) & (apart <= FAR_KM) & np.isfinite(true)
    ratio = true[asked] / guess[asked]
    middle = float(np.median(ratio))
    low, high = np.quantile(ratio / middle, [0.16, 0.84])
    return Calibration(60.0 / middle, float(low), float(high), int(asked.sum()))


def estimated_roads(points: gpd.GeoDataFrame, *, kmh: float | None = None) -> TravelNetwork:
    """A network of straight lines between neighbouring points.

    Parameters
    ----------
    points
        Seats, airports, stations: at least three, any CRS, unique ids.
    kmh
        Straight-line speed; by default the calibrated one.

    Returns
    -------
    TravelNetwork
        Every link of class ``"estimated"``; the provenance says on what the speed rests.

    Raises
    ------
    InputError
        For fewer than three points, or points that all lie on one line.

    Examples
    --------
    >>> spots = gpd.points_from_xy([112, 112.5, 112], [28, 28, 28.5])
    >>> estimated_roads(gpd.GeoDataFrame(index=list("abc"), geometry=spots, crs=4326), kmh=60).modes
    ('road',)
    """
    check_points(points, "points")
    # Neighbours of points on one circle are told by their order: the same points give the same roads.
    points = points.iloc[np.argsort(points.index.astype(str), kind="stable")]
    if len(points) < 3:
        raise InputError("roads: estimated ones need three points or more.")
    fitted = calibration() if kmh is None else None
    speed = fitted.kmh if fitted is not None else check_quantity(kmh, "kmh")  # type: ignore[arg-type]
    at = points.to_crs(metric_crs(points)).geometry
    xy = np.column_stack([at.x, at.y])
    try:
        mesh = Delaunay(xy)
    except Exception as error:  # qhull has no base class of its own errors
        raise InputError(f"roads: no neighbours can be told among these points ({error}).") from error
    sides = mesh.simplices[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    # Points that coincide with another are no corner of the mesh; they are joined to that one.
    sides = np.concatenate([sides, mesh.coplanar[:, [0, 2]]])
    pairs = np.unique(np.sort(sides, axis=1), axis=0)
    degrees = points.to_crs(WGS84).geometry
    lon, lat = degrees.x.to_numpy(), degrees.y.to_numpy()
    _, _, metres = Geod(ellps="WGS84").inv(
        lon[pairs[:, 0]], lat[pairs[:, 0]], lon[pairs[:, 1]], lat[pairs[:, 1]]
    )
    ids = points.index.astype(str).to_numpy()
    island = np.isin([one[:2] for one in _provinces(points)], ISLANDS)
    kept = (metres <= LONGEST_KM * 1000.0) & (island[pairs[:, 0]] == island[pairs[:, 1]])
    pairs, km = pairs[kept], np.asarray(metres)[kept] / 1000.0
    links = pd.DataFrame(
        {
            "from_node": points.index.to_numpy()[pairs[:, 0]],
            "to_node": points.index.to_numpy()[pairs[:, 1]],
            "length_km": km,
            "class": ESTIMATED,
            "minutes": km * 60.0 / speed,
            "joinable": True,
        },
        index=pd.Index("estimated " + ids[pairs[:, 0]] + " - " + ids[pairs[:, 1]]),
    )
    network = build_network(
        gpd.GeoDataFrame(geometry=points.geometry, crs=points.crs), links, snapping=Snapping(),
        sources=[source_hint(fitted)] if fitted is not None else (),
    )  # fmt: skip
    told = {"roads": ESTIMATED, "straight_line_kmh": round(speed, 1)}
    return replace(network, provenance=network.provenance.having(parameters=told))


def on_estimated_roads(network: TravelNetwork) -> bool:
    """Whether the minutes of a network are estimated from straight lines."""
    return network.provenance.parameters.get("roads") == ESTIMATED


def source_hint(fitted: Calibration) -> str:
    """What estimated minutes rest on, in one line."""
    return (
        f"Minutes ESTIMATED 估算: straight lines between neighbours at {fitted.kmh:.0f} km/h, calibrated on "
        f"{fitted.trips:,} drives between seats of Hunan of {NEAR_KM:g} to {FAR_KM:g} km; two thirds lie "
        f"between {fitted.low:.2f} and {fitted.high:.2f} of the estimate (Hunan's spread, no national band)"
    )


def _provinces(points: gpd.GeoDataFrame) -> list[str]:
    """The code of each point, or of the county it lies in."""
    codes = points["adcode"] if "adcode" in points else pd.Series(points.index, index=points.index)
    return [str(one) for one in codes.fillna(pd.Series(points.index, index=points.index))]
