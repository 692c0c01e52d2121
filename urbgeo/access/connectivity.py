"""Connectivity: how a city stands in its system: daily reach, mean travel time, potential, by direction.

Everything is read from one table of minutes between places, or from one table per mode, of which the best is
taken as well. A place never counts for itself unless it is said so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.access.decay import Decay
from urbgeo.access.table import status_of
from urbgeo.access.travel import Modes, Places, Travel, by_mode, frame_of, pairs, with_names_of
from urbgeo.amounts import amount_of, amounts_by_id, series_of, zone_means, zone_of
from urbgeo.checks import check_minutes, check_points, check_quantity, check_thresholds, check_whole
from urbgeo.crs import metric_crs
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.standards import DAILY_CHINA_MIN
from urbgeo.types import Floats


@dataclass(frozen=True, eq=False, repr=False)
class Connectivity(Result):
    """How places stand in their system.

    Attributes
    ----------
    values
        One row per place, columns (``mode``, ``measure``): ``places <t>`` and ``mass <t>`` within each
        threshold (others only), ``mean_minutes`` weighted by mass (``inf`` where a place with mass is out of
        reach), ``coefficient`` (``mean_minutes`` over its mean across places that have one; below 1 =
        better than the mean), ``mass_reached`` (share of the others' mass with any path), ``potential``.
    table
        The same with plain column names (``"rail places 180"``, without the mode where there is one), led
        by the caller's name columns and ending with ``status`` (``"reached"``, ``"unreached"``,
        ``"not asked"``, ``"too far"``, by the best of the modes) and geometry.
    zones
        ``values`` by zone, means weighted by mass; None without ``zone``.
    provenance
        Parameters, share unreached, and what the minutes rest on.
    """

    values: pd.DataFrame
    table: pd.DataFrame
    zones: pd.DataFrame | None
    provenance: Provenance
    _titles: ClassVar[tuple[str, str]] = ("通达性", "Connectivity")

    @property
    def status(self) -> pd.Series:
        """By place, as in ``table``."""
        return self.table["status"]

    def _headline(self) -> str:
        modes = ", ".join(dict.fromkeys(self.values.columns.get_level_values(0)))
        return f"of {len(self.table)} places by {modes}"


def connectivity(
    travel: Modes,
    places: Places,
    *,
    mass: str | pd.Series | None = None,
    minutes: float | Sequence[float] = DAILY_CHINA_MIN,
    decay: Decay | None = None,
    self_minutes: pd.Series | None = None,
    direction: str = "to",
    zone: str | pd.Series | None = None,
) -> Connectivity:
    """Contour counts, weighted mean travel time and potential of every place.

    ``places(t) = #{j != i: T_ij <= t}``; ``mass(t)`` their mass (with 180 minutes the daily accessibility);
    ``mean_minutes = sum M_j T_ij / sum M_j`` over ``j != i`` with mass; ``potential = sum M_j f(T_ij)`` over
    ``j != i``, plus ``M_i f(T_ii)`` where ``self_minutes`` gives ``T_ii``.

    Parameters
    ----------
    travel
        What minutes come from: a network, a timetable with its walking network, a table of minutes between
        the places; or several by mode, ``{"road": ..., "rail": ...}``: then ``"best"``, the least of all, is
        added.
    places
        Points or any frame with ``mass``, or a Series of the mass by id.
    mass
        Column of ``places``, or a Series by its ids: people, or ``(people * gdp) ** 0.5``; >= 0.
    minutes
        Thresholds, closed bounds, rising.
    decay
        For the potential; None leaves it out.
    self_minutes
        Minutes inside each place for its own part of the potential, see :func:`own_minutes`.
    direction
        ``"to"``: what the place reaches, from it to the others; ``"from"``: who reaches it.
    zone
        Column of ``places`` or Series by its ids with the zone of each, for ``zones``.

    Returns
    -------
    Connectivity

    Raises
    ------
    InputError
        For faulty points, tables or masses (naming ids), fewer than two places, thresholds that do not rise,
        a mode called ``"best"``, ``self_minutes`` without decay or for other places.

    References
    ----------
    Gutierrez (2001), Journal of Transport Geography 9: location, potential and daily accessibility.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame(
    ...     {"from": ["a", "b", "c"], "to": ["b", "a", "a"], "minutes": [90.0, 100.0, 200.0]}
    ... )
    >>> people = pd.Series({"a": 7.0, "b": 5.0, "c": 2.0})
    >>> connectivity(minutes, people, minutes=180).table[["places 180", "mass 180", "status"]]
       places 180  mass 180   status
    a         1.0       5.0  reached
    b         1.0       7.0  reached
    c         0.0       0.0  reached
    """
    limits = check_thresholds(minutes)
    modes = by_mode(travel)
    weights = amounts_by_id(places, mass, name="mass", frame_name="places")
    zones = None if zone is None else zone_of(zone, frame_of(places, "places", modes), frame_name="places")
    if len(weights) < 2:
        raise InputError("mass: connectivity needs at least two places.")
    own = _own(self_minutes, decay, weights.index)
    found = _squares(modes, places, direction)
    parts = {
        name: _measures(one, weights.to_numpy(), limits, decay, own) for name, one in found.squares.items()
    }
    values = pd.concat(
        {name: pd.DataFrame(part, index=weights.index) for name, part in parts.items()}, axis=1
    ).rename_axis(columns=["mode", "measure"])
    status = found.status()
    about = found.provenance.having(
        parameters={
            "minutes": tuple(limits),
            "decay": None if decay is None else decay.name,
            "self_potential": self_minutes is not None,
            "direction": direction,
        },
        shares={"places unreached": float((status != "reached").mean())},
    )
    names = [measure if len(parts) == 1 else f"{mode} {measure}" for mode, measure in values]
    table = with_names_of(values.set_axis(names, axis=1).assign(status=status), places)
    return Connectivity(values, table, None if zones is None else zone_means(values, weights, zones), about)


def own_minutes(area_km2: pd.Series, *, speed_kmh: float) -> pd.Series:
    """Minutes of a trip inside a place: half the radius of a circle of its area, ``sqrt(A / pi) / 2 / v``.

    Parameters
    ----------
    area_km2
        By place, in square kilometres.
    speed_kmh
        Of travel inside places.

    Returns
    -------
    pandas.Series
        Minutes by place.

    Raises
    ------
    InputError
        For areas that are missing or negative, a speed that is not > 0.

    Examples
    --------
    >>> import pandas as pd
    >>> own_minutes(pd.Series({"a": 314.159265}), speed_kmh=30).round(3).to_dict()
    {'a': 10.0}
    """
    speed = check_quantity(speed_kmh, "speed_kmh")
    area = series_of(area_km2, "area_km2")
    return (0.5 * np.sqrt(area / np.pi) * 60.0 / speed).rename("self_minutes")


def by_direction(
    travel: Modes,
    places: gpd.GeoDataFrame,
    *,
    mass: str | pd.Series,
    minutes: float,
    sectors: int = 8,
    direction: str = "to",
) -> pd.DataFrame:
    """Mass within t minutes of each place by compass sector: which side of it lies open.

    Sector 0 is centred on north, the others follow clockwise; bearings are of the straight line on the map in
    a metric CRS.

    Parameters
    ----------
    travel
        As for :func:`connectivity`; of several modes the best counts.
    places
        Points with unique index, any CRS.
    mass
        Column of ``places``, or a Series by its ids.
    minutes
        Closed upper bound.
    sectors
        How many parts the compass has.
    direction
        As for :func:`connectivity`.

    Returns
    -------
    pandas.DataFrame
        One row per place: columns 0, 45, 90, ... (the bearing at the middle of each sector, degrees) hold
        the mass of the others there; others at the very same spot are left out. Provenance in ``attrs``.

    Raises
    ------
    InputError
        As for :func:`connectivity`; faulty points; sectors that are no whole number > 0.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> spots = gpd.points_from_xy([0, 0], [0, 1000])
    >>> towns = gpd.GeoDataFrame({"people": [3, 5]}, geometry=spots, crs=32649, index=["a", "b"])
    >>> minutes = pd.DataFrame({"from": ["a"], "to": ["b"], "minutes": [9.0]})
    >>> by_direction(minutes, towns, mass="people", minutes=30, sectors=4)
    bearing_deg  0.0    90.0   180.0  270.0
    a              5.0    0.0    0.0    0.0
    b              0.0    0.0    0.0    0.0
    """
    limit = check_minutes(minutes)
    sectors = check_whole(sectors, "sectors", 1)
    modes = by_mode(travel)
    check_points(places, "places")
    weights = amount_of(mass, places, name="mass", frame_name="places")
    found = _squares(modes, places, direction)
    xy = places.geometry.to_crs(metric_crs(places))
    east, north = (np.subtract.outer(each, each).T for each in (xy.x.to_numpy(), xy.y.to_numpy()))
    width = 360.0 / sectors
    sector = (
        np.floor((np.degrees(np.arctan2(east, north)) % 360.0 + width / 2.0) / width).astype(int) % sectors
    )
    counts = (found.best <= limit) & ((east != 0) | (north != 0))
    sums = {
        width * k: (np.where(counts & (sector == k), 1.0, 0.0) * weights.to_numpy()).sum(axis=1)
        for k in range(sectors)
    }
    table = pd.DataFrame(sums, index=places.index).rename_axis(columns="bearing_deg")
    table.attrs["provenance"] = found.provenance.having(
        parameters={"minutes": limit, "sectors": sectors, "direction": direction}
    )
    return table


@dataclass(frozen=True, eq=False)
class _Squares:
    """Minutes (places, others) by mode as seen from each place, ``inf`` without path, ``"best"`` last."""

    squares: dict[str, Floats]
    ids: pd.Index
    asked: NDArray[np.bool_]
    far: str
    provenance: Provenance

    @property
    def best(self) -> Floats:
        return list(self.squares.values())[-1]

    def status(self) -> pd.Series:
        others = np.where(np.eye(len(self.ids), dtype=bool), np.inf, self.best)
        return status_of(self.ids, self.asked, np.asarray(np.isfinite(others).any(axis=1)), self.far)


def _squares(modes: Mapping[str, Travel], places: Places, direction: str) -> _Squares:
    tables = {
        name: pairs(one, places, places, direction=direction, names=("places", "places"))
        for name, one in modes.items()
    }
    squares = {}
    for name, table in tables.items():
        square = np.full(table.shape, np.inf)
        square[table.origin, table.destination] = table.minutes
        squares[name] = square
    first = next(iter(tables.values()))
    if len(tables) > 1:
        squares["best"] = np.minimum.reduce(list(squares.values()))
    asked = np.logical_or.reduce([one.origin_asked for one in tables.values()])
    far = "too far" if any(one.far == "too far" for one in tables.values()) else first.far
    sources = tuple(dict.fromkeys(source for one in tables.values() for source in one.provenance.sources))
    return _Squares(squares, first.origins, asked, far, replace(first.provenance, sources=sources))


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
