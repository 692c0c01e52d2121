"""Connectivity: how a city stands in its system: daily reach, mean travel time, potential, by direction.

Everything is read from one table of minutes between places, or from one table per mode, of which the best is
taken as well. A place never counts for itself unless it is said so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.access.decay import Decay, check_ascending
from urbgeo.access.reading import table_of
from urbgeo.amounts import series_of, zone_means
from urbgeo.checks import check_minutes, check_points, check_quantity
from urbgeo.crs import metric_crs
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.model import check_direction
from urbgeo.provenance import Provenance
from urbgeo.types import Floats

DAILY_CHINA_MIN = 180.0
"""One day there and back: three hours is the usual bound in China (four in Europe); a convention."""


@dataclass(frozen=True, eq=False)
class Connectivity:
    """How places stand in their system.

    Attributes
    ----------
    table
        One row per place, columns (``mode``, ``measure``): ``places <t>`` and ``mass <t>`` within each
        threshold (others only), ``mean_minutes`` weighted by mass (``inf`` where a place with mass is out of
        reach), ``coefficient`` (``mean_minutes`` over its mean across places that have one; below 1 =
        better than the mean), ``mass_reached`` (share of the others' mass with any path), ``potential``.
    zones
        The same by zone, means weighted by mass; None without ``zone``.
    status
        By place: ``"reached"``, ``"unreached"`` or ``"not asked"``, by the best of the modes.
    provenance
        Parameters.
    """

    table: pd.DataFrame
    zones: pd.DataFrame | None
    status: pd.Series
    provenance: Provenance

    def __repr__(self) -> str:
        modes = ", ".join(dict.fromkeys(self.table.columns.get_level_values(0)))
        return f"<Connectivity of {len(self.table)} places by {modes}>"


def connectivity(
    minutes_table: pd.DataFrame | Mapping[str, pd.DataFrame],
    mass: pd.Series,
    *,
    minutes: float | Sequence[float] = DAILY_CHINA_MIN,
    decay: Decay | None = None,
    self_minutes: pd.Series | None = None,
    direction: str = "from",
    zone: pd.Series | None = None,
) -> Connectivity:
    """Contour counts, weighted mean travel time and potential of every place.

    ``places(t) = #{j != i: T_ij <= t}``; ``mass(t)`` their mass (with 180 minutes the daily accessibility);
    ``mean_minutes = sum M_j T_ij / sum M_j`` over ``j != i`` with mass; ``potential = sum M_j f(T_ij)`` over
    ``j != i``, plus ``M_i f(T_ii)`` where ``self_minutes`` gives ``T_ii``.

    Parameters
    ----------
    minutes_table
        Minutes between the places, wide or long; or several by mode, ``{"road": ..., "rail": ...}``: then
        ``"best"``, the least of all, is added.
    mass
        By place: people, or ``(people * gdp) ** 0.5``; >= 0.
    minutes
        Thresholds, closed bounds, ascending.
    decay
        For the potential; None leaves it out.
    self_minutes
        Minutes inside each place for its own part of the potential, see :func:`own_minutes`.
    direction
        ``"from"`` the place to the others, or from the others ``"to"`` it.
    zone
        Zone of each place, for ``zones``.

    Raises
    ------
    InputError
        For faulty tables or masses (naming ids), fewer than two places, thresholds out of order, a mode
        called ``"best"``, ``self_minutes`` without decay or for other places.
    """
    check_direction(direction)
    limits = [check_minutes(one) for one in (minutes if isinstance(minutes, Sequence) else [minutes])]
    check_ascending(limits, "minutes")
    weights = series_of(mass, "mass")
    if len(weights) < 2:
        raise InputError("mass: connectivity needs at least two places.")
    own = _own(self_minutes, decay, weights.index)
    squares, asked = _squares(minutes_table, weights.index, direction)
    parts = {name: _measures(one, weights.to_numpy(), limits, decay, own) for name, one in squares.items()}
    table = pd.concat(
        {name: pd.DataFrame(part, index=weights.index) for name, part in parts.items()}, axis=1
    ).rename_axis(columns=["mode", "measure"])
    best = squares["best" if "best" in squares else next(iter(squares))]
    others = np.where(np.eye(len(best), dtype=bool), np.inf, best)
    words = np.where(np.isfinite(others).any(axis=1), "reached", np.where(asked, "unreached", "not asked"))
    status = pd.Series(words, index=weights.index, name="status")
    about = Provenance(
        parameters={
            "minutes": tuple(limits),
            "decay": None if decay is None else decay.name,
            "self_potential": self_minutes is not None,
            "direction": direction,
        },
        shares={"places unreached": float((status != "reached").mean())},
    )
    return Connectivity(table, None if zone is None else zone_means(table, weights, zone), status, about)


def own_minutes(area_km2: pd.Series, *, speed_kmh: float) -> pd.Series:
    """Minutes of a trip inside a place: half the radius of a circle of its area, ``sqrt(A / pi) / 2 / v``.

    Raises
    ------
    InputError
        For areas that are missing or negative, a speed that is not > 0.
    """
    speed = check_quantity(speed_kmh, "speed_kmh")
    area = series_of(area_km2, "area_km2")
    return (0.5 * np.sqrt(area / np.pi) * 60.0 / speed).rename("self_minutes")


def by_direction(
    minutes_table: pd.DataFrame,
    places: gpd.GeoDataFrame,
    mass: pd.Series,
    *,
    minutes: float,
    sectors: int = 8,
    direction: str = "from",
) -> pd.DataFrame:
    """Mass within t minutes of each place by compass sector: which side of it lies open.

    Sector 0 is centred on north, the others follow clockwise; bearings are of the straight line on the map in
    a metric CRS.

    Returns
    -------
    pandas.DataFrame
        One row per place: columns 0, 45, 90, ... (the bearing at the middle of each sector, degrees) hold
        the mass of the others there; others at the very same spot are left out.

    Raises
    ------
    InputError
        As for :func:`connectivity`; faulty points; sectors that are no whole number > 0.
    """
    check_direction(direction)
    limit = check_minutes(minutes)
    if not isinstance(sectors, int | np.integer) or isinstance(sectors, bool) or sectors < 1:
        raise InputError(f"sectors: {sectors!r} is no whole number > 0.")
    check_points(places, "places")
    weights = series_of(mass, "mass")
    faults = Faults("mass")
    other = weights.index.symmetric_difference(places.index)
    if len(other):
        faults.add("it and the places have different ids", ids=other, remedy="give both for the same ids")
    faults.raise_if_any()
    weights = weights.reindex(places.index)
    square, _ = _squares(minutes_table, places.index, direction)
    xy = places.geometry.to_crs(metric_crs(places))
    east, north = (np.subtract.outer(each, each).T for each in (xy.x.to_numpy(), xy.y.to_numpy()))
    width = 360.0 / sectors
    sector = (
        np.floor((np.degrees(np.arctan2(east, north)) % 360.0 + width / 2.0) / width).astype(int) % sectors
    )
    counts = (next(iter(square.values())) <= limit) & ((east != 0) | (north != 0))
    found = {
        width * k: (np.where(counts & (sector == k), 1.0, 0.0) * weights.to_numpy()).sum(axis=1)
        for k in range(sectors)
    }
    return pd.DataFrame(found, index=places.index).rename_axis(columns="bearing_deg")


def _squares(
    given: pd.DataFrame | Mapping[str, pd.DataFrame], ids: pd.Index, direction: str
) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """Minutes (places, others) by mode as seen from each place, ``inf`` without path; and who was asked."""
    tables = dict(given) if isinstance(given, Mapping) else {"all": given}
    if not tables or "best" in tables:
        raise InputError("minutes_table: give at least one mode, none of them called 'best'.")
    squares, asked = {}, np.zeros(len(ids), np.bool_)
    for name, table in tables.items():
        travel = table_of(table, origins=ids, destinations=ids)
        square = np.full((len(ids), len(ids)), np.inf)
        square[travel.origin, travel.destination] = travel.minutes
        squares[name] = square if direction == "from" else square.T
        asked |= travel.origin_asked if direction == "from" else travel.destination_asked
    if len(tables) > 1:
        squares["best"] = np.minimum.reduce(list(squares.values()))
    return squares, asked


def _measures(
    square: Floats, mass: Floats, limits: Sequence[float], decay: Decay | None, own: Floats | None
) -> dict[str, Floats]:
    others = ~np.eye(len(mass), dtype=bool)
    found: dict[str, Floats] = {}
    for limit in limits:
        within = (square <= limit) & others
        found[f"places {limit:g}"] = within.sum(axis=1).astype(np.float64)
        found[f"mass {limit:g}"] = within @ mass
    weights = np.where(others, mass, 0.0)
    counted = weights > 0
    total = weights.sum(axis=1)
    summed = (np.where(counted, square, 0.0) * weights).sum(axis=1)
    mean = np.divide(summed, total, out=np.full(len(mass), np.nan), where=total > 0)
    finite = np.isfinite(mean)
    found["mean_minutes"] = mean
    usual = mean[finite].mean() if finite.any() else 0.0
    found["coefficient"] = mean / usual if usual > 0 else np.full(len(mass), np.nan)
    reached = (weights * np.isfinite(square)).sum(axis=1)
    found["mass_reached"] = np.divide(reached, total, out=np.zeros(len(mass)), where=total > 0)
    if decay is not None:
        found["potential"] = (decay(square) * weights).sum(axis=1)
        if own is not None:
            found["potential"] += mass * decay(own)
    return found


def _own(self_minutes: pd.Series | None, decay: Decay | None, ids: pd.Index) -> Floats | None:
    if decay is not None and not isinstance(decay, Decay):
        raise InputError(f"decay: {decay!r} is none; use a value of urbgeo.access.decay.")
    if self_minutes is None:
        return None
    if decay is None:
        raise InputError("self_minutes: they serve the potential; give a decay too.")
    own = series_of(self_minutes, "self_minutes")
    lacking = ids.symmetric_difference(own.index)
    if len(lacking):
        raise InputError(
            f"self_minutes: other ids than the mass at {some_of(lacking)}; give both for the same."
        )
    return own.reindex(ids).to_numpy()
