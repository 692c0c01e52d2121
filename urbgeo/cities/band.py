"""The band of a circle: which zones are inside under every named set of speeds, and which come and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.cities.circles import CircleRules, CommutingCircle, commuting_circle
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names
from urbgeo.standards import CIRCLE_MIN

BANDS = ("always", "sometimes", "never")
ASKED = ("minutes", "rings", "rule", "majority", "direction", "core", "urban_population")
"""Parameters of a circle that all circles of a band share."""


@dataclass(frozen=True, eq=False, repr=False)
class CircleBand(Result):
    """One circle under several named sets of speeds.

    Attributes
    ----------
    table
        One row per zone, with its name columns and geometry: ``band`` (``"always"``: a member under every
        set, ``"sometimes"``, ``"never"``), ``inside`` (under how many sets), ``sets`` (how many there are),
        ``least_min``, ``most_min`` (minutes between seat and core over the sets), ``people``, ``area_km2``,
        and for each set ``member <set>`` and ``<set>_min``. A count of sets is no probability.
    summary
        One row per set, then ``every set`` and ``any set``: ``zones``, ``people``, ``area_km2``.
    circles
        The circle of each set.
    """

    table: pd.DataFrame
    circles: Mapping[str, CommutingCircle]
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "band"
    _titles: ClassVar[tuple[str, str]] = ("通勤圈区间", "Band of the circle")

    @property
    def always(self) -> pd.Index:
        """Ids of the members under every set."""
        return self.table.index[self.table["band"] == "always"]

    @property
    def sometimes(self) -> pd.Index:
        """Ids of the members under some sets and not under others."""
        return self.table.index[self.table["band"] == "sometimes"]

    @property
    def summary(self) -> pd.DataFrame:
        """Zones, people and area by set, in every set and in any."""
        inside = {name: self.table[f"member {name}"] for name in self.circles}
        inside |= {"every set": self.table["band"] == "always", "any set": self.table["band"] != "never"}
        rows = []
        for member in inside.values():
            held = self.table[member.to_numpy(bool)]
            area = float(held["area_km2"].sum()) if "area_km2" in held else np.nan
            rows.append(
                {"zones": len(held), "people": float(held["people"].sum(min_count=1)), "area_km2": area}
            )
        return pd.DataFrame(rows, index=pd.Index(list(inside), name="speeds"))

    def _headline(self) -> str:
        low, high = (int(self.summary.loc[name, "zones"]) for name in ("every set", "any set"))
        return f"{low} zones under each of {len(self.circles)} sets of speeds, {high} under at least one"


def circle_band(
    networks: Mapping[str, TravelNetwork],
    core: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    *,
    minutes: float = CIRCLE_MIN,
    direction: str = "to",
    seats: gpd.GeoDataFrame | None = None,
    population: str | pd.Series = "population",
    rules: CircleRules | None = None,
) -> CircleBand:
    """The circle under each of several named sets of speeds, and what holds under all of them.

    A county at 62 minutes by one set of speeds may be at 55 by another: whether it belongs is then no fact
    about the county but about the speeds, and the circle says so.

    Parameters
    ----------
    networks
        The same network under each named set of speeds, by name.
    core, zones, minutes, direction, seats, population, rules
        As in :func:`~urbgeo.cities.circles.commuting_circle`.

    Returns
    -------
    CircleBand

    Raises
    ------
    InputError
        As there, or when no network is given, or something that is none (by its name).

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> sets = ("accessibility literature", "peak")
    >>> roads = {name: urbgeo.region_network(hunan, modes=("road",), speeds=name) for name in sets}
    >>> core = hunan.core
    >>> band = circle_band(roads, core, hunan.counties, rules=CircleRules(rule="seat"))
    >>> band.summary.loc["every set", "zones"] < band.summary.loc["any set", "zones"]
    np.True_
    """
    _check_networks(networks)
    how = CircleRules() if rules is None else rules
    circles = {
        name: commuting_circle(
            network,
            core,
            zones,
            minutes=minutes,
            direction=direction,
            seats=seats,
            population=population,
            rules=how,
        )
        for name, network in networks.items()
    }
    return band_of(circles)


def band_of(circles: Mapping[str, CommutingCircle]) -> CircleBand:
    """The band of circles that are there already, one for each named set of speeds.

    Parameters
    ----------
    circles
        Of the same core and zones, by the name of their speeds.

    Returns
    -------
    CircleBand

    Raises
    ------
    InputError
        When no circle is given, or their zones, core, thresholds or rule differ (naming the set).

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> roads = urbgeo.region_network(hunan, modes=("road",))
    >>> core = hunan.core
    >>> rules = CircleRules(rule="seat")
    >>> circle = urbgeo.commuting_circle(roads, core, hunan.counties, rules=rules)
    >>> len(band_of({"as it stands": circle}).sometimes)
    0
    """
    if not circles:
        raise InputError("circles: at least one is needed, by the name of its speeds.")
    first = next(iter(circles.values()))
    other = [name for name, one in circles.items() if not one.table.index.equals(first.table.index)]
    if other:
        raise InputError(f"circles: the zones of {some_of(other)} are not those of the first set.")
    asked = {name: _asked(one) for name, one in circles.items()}
    usual = next(iter(asked.values()))
    faults = Faults("circles")
    for name, one in asked.items():
        for key in _differing(one, usual):
            here, there = _said(key, one[key]), _said(key, usual[key])
            faults.add(f"{name} asks for {_fault(key, here, there)}", remedy="only the speeds may differ")
    faults.raise_if_any()
    member = pd.DataFrame({f"member {name}": one.table["member"] for name, one in circles.items()})
    inside = member.sum(axis=1)
    table = pd.DataFrame(
        {"band": np.select([inside == len(member.columns), inside > 0], BANDS[:2], BANDS[2])}
    )
    table.index = member.index
    table["inside"], table["sets"] = inside, len(circles)
    if "minutes" in first.table:
        times = pd.DataFrame({f"{name}_min": one.table["minutes"] for name, one in circles.items()})
        table["least_min"], table["most_min"] = times.min(axis=1), times.max(axis=1)
        member = member.join(times)
    kept = [column for column in ("people", "area_km2") if column in first.table]
    table = pd.concat([table, first.table[kept], member], axis=1)
    about = first.provenance.having(parameters={"speed sets": tuple(circles)})
    return CircleBand(with_names(table, first.table), circles, about)


def _asked(circle: CommutingCircle) -> dict[str, object]:
    """What a circle asks, speeds aside: a band of two questions would mean nothing."""
    told = circle.provenance.parameters
    core = circle.table.index[circle.table["role"] == "core"] if "role" in circle.table else ()
    return {name: told.get(name) for name in ASKED} | {"core zones": tuple(core)}


def _differing(one: Mapping[str, object], usual: Mapping[str, object]) -> list[str]:
    found = [key for key in one if one[key] != usual[key]]
    # the threshold is one of the rings
    return [key for key in found if key != "rings" or "minutes" not in found]


def _said(key: str, value: object) -> str:
    """What was asked, as a planner writes it."""
    if key == "core zones" and isinstance(value, tuple):
        return some_of(value)
    if isinstance(value, tuple):
        return ", ".join(f"{one:g}" for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _fault(key: str, here: str, there: str) -> str:
    """What a circle asks that the first does not, in words."""
    if key == "minutes":
        return f"{here} minutes, the first for {there}"
    if key == "rings":
        return f"rings at {here} minutes, the first at {there}"
    if key == "rule":
        return f"zones by the rule {here}, the first by {there}"
    if key == "majority":
        return f"a majority of {here}, the first of {there}"
    if key == "direction":
        return f"the direction {here}, the first for {there}"
    if key == "core":
        return (
            "minutes from the pin of the core, the first from its nearest part"
            if here == "pin"
            else "minutes from the nearest part of the core, the first from its pin"
        )
    if key == "core zones":
        return f"a core of the zones {here}, the first of {there}"
    if here == "None":
        return f"no urban people, the first for those in {there}"
    return f"urban people in {here}, the first for none or others"


def _check_networks(networks: object) -> None:
    if not isinstance(networks, Mapping) or not networks:
        raise InputError(
            "networks: networks by the name of their speeds are needed first, not "
            f"{type(networks).__name__}; the call is circle_band({{'free flow': network, ...}}, core, zones)."
        )
    wrong = [name for name, one in networks.items() if not isinstance(one, TravelNetwork)]
    if wrong:
        raise InputError(f"networks: {some_of(wrong)} are no TravelNetwork; build them first.")
