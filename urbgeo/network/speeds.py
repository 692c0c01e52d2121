"""Running speeds by class and terrain, named sets of them, what hours of the day add; all with sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from urbgeo import words
from urbgeo.checks import check_choice, check_columns, check_mapping, is_finite_number
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.sources.osm.tags import HIGHWAY_CLASSES

_SHANDONG = (
    "Shandong accessibility study on a 1 km raster, speeds by road class (mizhushare.com, opened 2026)"
)
_JTG = "JTG B01 Technical Standard of Highway Engineering, design speeds by class and terrain"
_CJJ = "CJJ 37-2012 Code for design of urban road engineering, 3.2.1 and 3.2.4"
_AMAP = (
    "AMap traffic analysis of main cities: minutes at peak over minutes without traffic; 1.632 in Hohhot, "
    "third quarter of 2020 (daxingzz.com), a stand-in until local minutes are calibrated on"
)
_CONSERVATIVE = (
    "urbgeo judgement, no document opened; calibrate on minutes of a map service for the hour in question"
)

TERRAINS = ("plain", "hill", "mountain")
LITERATURE, STANDARD, PEAK = "accessibility literature", "technical standard", "peak"
HOURS = ("free flow", "morning", "evening", "holiday")


@dataclass(frozen=True)
class RoadClass:
    """How fast a class of road is travelled, and whether a traveller can join it anywhere.

    ``speed_kmh`` is a running speed without congestion; ``joinable`` is False where a road can be
    entered at its ends only (an expressway has interchanges).
    """

    speed_kmh: float
    joinable: bool
    name_zh: str
    name_en: str
    source: str
    year: int


ROAD_CLASSES: Mapping[str, RoadClass] = {
    "expressway": RoadClass(100.0, False, "高速公路", "expressway", _SHANDONG, 2016),
    "trunk": RoadClass(75.0, True, "国道", "national road", _SHANDONG, 2016),
    "primary": RoadClass(60.0, True, "省道", "provincial road", _SHANDONG, 2016),
    "secondary": RoadClass(40.0, True, "县道", "county road", _SHANDONG, 2016),
    # A way to an interchange is built as a class-II road; 40 km/h is the loop of the ramp, not the way.
    "connector": RoadClass(60.0, True, "高速连接线", "road to an interchange", f"{_JTG}: class II", 2014),
    "local": RoadClass(20.0, True, "乡村道路", "other road", _SHANDONG, 2016),
    "urban": RoadClass(
        30.0, True, "城市道路", "urban street", f"{_CJJ}: main street 60 km/h, junctions 0.5 of it", 2012
    ),
}

OFF_NETWORK_KMH = ROAD_CLASSES["local"].speed_kmh
"""Speed of the straight stretch between a point and its nearest link: the published "other roads"."""

DESIGN_KMH: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "expressway": (120.0, 100.0, 80.0),
        "trunk": (80.0, 80.0, 60.0),  # class II
        "primary": (80.0, 60.0, 60.0),  # class II, its lower speed already in hills
        "secondary": (40.0, 40.0, 30.0),  # class III
        "connector": (80.0, 60.0, 60.0),  # class II
        "local": (30.0, 30.0, 20.0),  # class IV
    }
)
"""Design speed on the plain, in hills and in mountains; the standard gives two or three speeds a class and
leaves the choice to the terrain. The reading of administrative classes as technical ones is ours."""

TOWN_KMH = 36.0
"""Through a built-up area: a main street of 60 km/h, its junctions passed at 0.6 of that (CJJ 37, 3.2)."""

HOUR_FACTORS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "free flow": MappingProxyType({"town": 1.0, "expressway": 1.0, "road": 1.0}),
        "morning": MappingProxyType({"town": 1.6, "expressway": 1.1, "road": 1.1}),
        "evening": MappingProxyType({"town": 1.6, "expressway": 1.1, "road": 1.1}),
        "holiday": MappingProxyType({"town": 1.3, "expressway": 1.4, "road": 1.2}),
    }
)
"""Minutes in an hour over minutes without traffic: in built-up areas, on expressways, on other roads."""


@dataclass(frozen=True)
class SpeedSet:
    """A named answer to "how fast": km/h by class and terrain, through towns, at an hour of the day.

    ``factors`` multiply the minutes: ``town``, ``expressway``, ``road``.
    """

    name: str
    kmh: Mapping[str, tuple[float, float, float]]
    town_kmh: float
    factors: Mapping[str, float]

    def factor(self, road_class: str) -> float:
        """By which the minutes of a class are multiplied outside towns."""
        kind = {"expressway": "expressway", "urban": "town"}.get(road_class, "road")
        return self.factors[kind]


def speed_set(name: str, *, hour: str | None = None) -> SpeedSet:
    """A named set of speeds, at an hour of the day.

    Parameters
    ----------
    name
        ``"accessibility literature"``: what Chinese accessibility studies use, and no faster than the design
        speed of the terrain; ``"technical standard"``: design speeds of JTG B01; ``"peak"``: the
        first at the evening peak.
    hour
        ``"free flow"``, ``"morning"``, ``"evening"`` or ``"holiday"``; free flow by default, and the evening
        for ``"peak"``.

    Returns
    -------
    SpeedSet
        ``kmh`` by class (on the plain, in hills, in mountains), ``town_kmh``, and the ``factors`` of the
        hour.

    Raises
    ------
    InputError
        For another name or hour.

    Examples
    --------
    >>> speed_set("technical standard").kmh["expressway"]
    (120.0, 100.0, 80.0)
    """
    check_choice(name, "speeds", (LITERATURE, STANDARD, PEAK))
    hour = hour or default_hour(name)
    check_choice(hour, "hour", HOURS)
    usual = {one: road.speed_kmh for one, road in ROAD_CLASSES.items()}
    if name == STANDARD:
        kmh = {one: DESIGN_KMH.get(one, (usual[one],) * 3) for one in usual}
    else:
        # The literature knows one speed a class; the terrain's design speed is its ceiling.
        kmh = {one: _capped(usual[one], DESIGN_KMH.get(one, (usual[one],) * 3)) for one in usual}
    return SpeedSet(name, MappingProxyType(kmh), TOWN_KMH, HOUR_FACTORS[hour])


def default_hour(name: str) -> str:
    """The hour that a named set stands for."""
    return "evening" if name == PEAK else "free flow"


def speed_sets() -> pd.DataFrame:
    """Every named set as data.

    Returns
    -------
    pandas.DataFrame
        One row per ``set``, ``class`` and ``terrain``: ``speed_kmh`` (running, at the set's hour), ``factor``
        (of the minutes at that hour), ``source``. The class ``through town`` stands for stretches in
        built-up areas.

    Examples
    --------
    >>> table = speed_sets().set_index(["set", "class", "terrain"])["speed_kmh"]
    >>> float(table["technical standard", "expressway", "mountain"])
    80.0
    """
    rows = []
    for name in (LITERATURE, STANDARD, PEAK):
        one = speed_set(name)
        for road_class, by_terrain in one.kmh.items():
            factor = one.factor(road_class)
            for terrain, kmh in zip(TERRAINS, by_terrain, strict=True):
                rows.append((name, road_class, terrain, kmh / factor, factor, _source(name, road_class)))
        town = one.factors["town"]
        for terrain in TERRAINS:
            rows.append((name, "through town", terrain, one.town_kmh / town, town, _source(name, "urban")))
    columns = ["set", "class", "terrain", "speed_kmh", "factor", "source"]
    return pd.DataFrame(rows, columns=columns)


def hour_factors() -> pd.DataFrame:
    """What hours of the day do to minutes: one row per hour, with what the factors rest on."""
    table = pd.DataFrame([dict(one) for one in HOUR_FACTORS.values()], pd.Index(HOUR_FACTORS, name="hour"))
    return table.assign(source=["by definition", _AMAP, _AMAP, _CONSERVATIVE])


def read_classes(values: pd.Series) -> pd.Series:
    """Classes of roads by the words and numbers of planners (国道, G4); those known already stay as they are.

    Every table of roads and every speed by class is read so. What is not known stays, for the caller to
    refuse.

    >>> read_classes(pd.Series(["国道", "G4", "trunk", "tertiary", "土路"])).tolist()
    ['trunk', 'expressway', 'trunk', 'tertiary', '土路']
    """
    return words.road_classes(values, known=(*ROAD_CLASSES, *HIGHWAY_CLASSES))


def filled(column: pd.Series, word: str) -> pd.Series:
    """This word where there is none, also in categories that lack it."""
    missing = column.isna()
    return column.astype(object).mask(missing, word).astype(str) if missing.any() else column


def by_class(given: Mapping[str, float], known: Iterable[str] = ()) -> dict[str, float]:
    """Numbers by class of road, whatever words name the classes; names in ``known`` stay.

    Raises
    ------
    InputError
        Where two words mean one class, with different numbers.

    Examples
    --------
    >>> by_class({"国道": 80.0, "primary": 60.0})
    {'trunk': 80.0, 'primary': 60.0}
    """
    check_mapping(given, "speeds", "{'primary': 60.0}")
    kept, found, called = set(known), dict[str, float](), dict[str, str]()
    for word, number in given.items():
        name = word if word in kept else read_classes(pd.Series([word], dtype=object)).iloc[0]
        if name in found and found[name] != number:
            both = some_of([called[name], word])
            raise InputError(f"{both} mean one class, {name}; give it one number.")
        found[name], called[name] = number, word
    return found


def class_speeds(overrides: Mapping[str, float] | None = None) -> dict[str, float]:
    """Running speed of each road class in km/h, with overrides by class.

    Raises
    ------
    InputError
        Naming every unknown class and every speed that is not finite and > 0.
    """
    speeds = {name: road.speed_kmh for name, road in ROAD_CLASSES.items()}
    faults = Faults("speeds")
    for name, speed in by_class(overrides or {}).items():
        if name not in speeds:
            faults.add(f"unknown road class {name!r}", remedy=f"known are {', '.join(speeds)}")
        elif not is_finite_number(speed) or speed <= 0:
            faults.add(f"{name}: {speed!r} km/h", remedy="give a finite speed > 0")
        else:
            speeds[name] = float(speed)
    faults.raise_if_any()
    return speeds


def links_timed_by(links: pd.DataFrame, one: SpeedSet, fixed: Mapping[str, float]) -> pd.DataFrame:
    """The links with ``speed_kmh`` by class, terrain and built-up stretch, where they have none of their own.

    - ``links``: ``length_km``, ``class``; optional ``terrain`` (of :data:`TERRAINS`; plain where
      missing), ``town_km`` (how much of the length is built up; 0 where missing), ``speed_kmh``,
      ``minutes``.
    - ``one``: The speeds.
    - ``fixed``: Km/h by class that hold for any terrain, and for towns too; the hour still counts.

    Raises
    ------
    InputError
        Naming links of unknown terrain, of classes the set lacks, or more built up than long.
    """
    check_columns(links, "links", ["length_km", "class"])
    # What is no length is left for the network to refuse, by name and with all other faults.
    length = pd.to_numeric(links["length_km"], errors="coerce")
    terrain = filled(links["terrain"], "plain") if "terrain" in links else pd.Series("plain", links.index)
    town = links["town_km"].fillna(0.0) if "town_km" in links else pd.Series(0.0, links.index)
    own = pd.Series(False, links.index)
    for column in ("minutes", "speed_kmh"):
        own |= links[column].notna() if column in links else False
    faults = Faults("links")
    missing = ~own & ~links["class"].isin(list(one.kmh))
    for wrong, what, remedy in (
        (~terrain.isin(TERRAINS), "unknown terrain", f"choose of {', '.join(TERRAINS)}"),
        (missing, f"classes without a speed in the set {one.name!r}", "give these links speed_kmh"),
        ((town < 0) | (town > length + 1e-9), "town_km below 0 or above the length", "mend it"),
    ):
        if wrong.any():
            faults.add(what, ids=links.index[wrong], remedy=remedy)
    faults.raise_if_any()
    row, classes = pd.factorize(links["class"].astype(object))
    # A row a class, the last for links without one: these bring their own speeds, as do other classes.
    none = np.ones(len(TERRAINS))
    kmh = [np.multiply(fixed.get(name, one.kmh.get(name, none)), none) / one.factor(name) for name in classes]
    open_kmh = pd.Series(np.array([*kmh, none])[row, pd.Index(TERRAINS).get_indexer(terrain)], links.index)
    # A street slower than the town speed stays as slow as it is, and an expressway has no towns on it.
    town_kmh = open_kmh.clip(upper=one.town_kmh / one.factors["town"])
    town_kmh = town_kmh.mask(links["class"].isin(["expressway", *fixed]), open_kmh)
    hours = (length - town) / open_kmh + town / town_kmh
    # Where nothing slows the link its speed stands to the last bit, and closed bounds are met.
    slowed = (length / hours).where((hours > 0) & (town > 0) & (town_kmh < open_kmh), open_kmh)
    given = links["speed_kmh"] if "speed_kmh" in links else pd.Series(float("nan"), links.index)
    return links.assign(speed_kmh=given.mask(~own, slowed))


def _capped(kmh: float, ceiling: tuple[float, float, float]) -> tuple[float, float, float]:
    plain, hill, mountain = (min(kmh, most) for most in ceiling)
    return plain, hill, mountain


def _source(name: str, road_class: str) -> str:
    road = ROAD_CLASSES[road_class]
    if name == STANDARD and road_class in DESIGN_KMH:
        return _JTG
    base = road.source if road_class not in DESIGN_KMH else f"{road.source}; no faster than {_JTG}"
    return base if name == LITERATURE else f"{base}; at the hour: {_AMAP}"
