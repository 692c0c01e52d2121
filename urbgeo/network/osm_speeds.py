"""Running speeds of OpenStreetMap ways: by tag, else by class and region; peak factors; junction delay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from urbgeo.arguments import check_rates
from urbgeo.checks import check_choice, check_flag
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.model import Snapping, TravelNetwork, check_network
from urbgeo.provenance import Provenance

WALK_KMH = 4.5
"""Walking speed; planners use 4 to 5 (a judgement, to be replaced by local observation)."""
CYCLE_KMH = 12.0
"""Cycling speed: default of R5 and r5r (2021)."""


@dataclass(frozen=True)
class SpeedTable:
    """Speeds without congestion in km/h by class of OpenStreetMap way, with their source.

    ``peak_factor`` multiplies them at peak hours.
    """

    name: str
    kmh: Mapping[str, float]
    peak_factor: Mapping[str, float]
    source: str
    year: int


_CITY_PEAK = dict.fromkeys(
    ("primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link", "unclassified",
     "residential", "living_street", "road", "service"), 0.7,
)  # fmt: skip
_FAST_PEAK = dict.fromkeys(("motorway", "motorway_link", "trunk", "trunk_link"), 0.8)

CHINA = SpeedTable(
    "china",
    {
        "motorway": 100, "motorway_link": 60, "trunk": 80, "trunk_link": 50, "primary": 60,
        "primary_link": 40, "secondary": 50, "secondary_link": 40, "tertiary": 40, "tertiary_link": 30,
        "unclassified": 30, "residential": 25, "living_street": 10, "road": 30, "service": 15, "track": 15,
        "pedestrian": 10, "ferry": 15,
    },
    {**_CITY_PEAK, **_FAST_PEAK},
    "urbgeo default for OpenStreetMap ways in China: motorway as published (Shandong), others a judgement "
    "below the design speeds of JTG B01-2014; peak factors a judgement (0.6-0.8 in built-up areas)",
    2024,
)  # fmt: skip

WORLD = SpeedTable(
    "world",
    {
        "motorway": 90, "motorway_link": 45, "trunk": 85, "trunk_link": 40, "primary": 65, "primary_link": 30,
        "secondary": 55, "secondary_link": 25, "tertiary": 40, "tertiary_link": 20, "unclassified": 25,
        "residential": 25, "living_street": 10, "road": 25, "service": 15, "track": 15,
        "pedestrian": 10, "ferry": 5,
    },
    {**_CITY_PEAK, **_FAST_PEAK},
    "OSRM car profile (speeds by class); track and road added; peak factors a judgement",
    2023,
)  # fmt: skip

SPEED_TABLES: Mapping[str, SpeedTable] = {table.name: table for table in (CHINA, WORLD)}


@dataclass(frozen=True, eq=False)
class RoadReading:
    """How roads that are read become timed links: the same in every door for roads.

    Attributes
    ----------
    region
        Whose speeds by class of OpenStreetMap: ``"china"`` or ``"world"`` (:data:`SPEED_TABLES`).
    speeds
        Km/h by class that replace the table's.
    peak
        Multiply driving speeds by the table's peak factors.
    use_maxspeed
        Whether written limits count.
    snapping
        How points are attached; on foot within 2 km by default.
    source
        What the provenance calls the roads; by default the name of the file.

    Raises
    ------
    InputError
        For an unknown region, and speeds that are no positive numbers.

    Examples
    --------
    >>> RoadReading(region="world", speeds={"primary": 50}).peak
    False
    """

    region: str = "china"
    speeds: Mapping[str, float] | None = None
    peak: bool = False
    use_maxspeed: bool = True
    snapping: Snapping | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no setting."""
        table_of(self.region)
        for name in ("peak", "use_maxspeed"):
            check_flag(getattr(self, name), name)
        if not isinstance(self.speeds, Mapping | None):
            raise InputError("speeds: give km/h by class, e.g. {'primary': 50}.")
        if not isinstance(self.snapping, Snapping | None):
            raise InputError("snapping: give a Snapping, e.g. Snapping(max_snap_km=2).")


@dataclass(frozen=True, eq=False)
class LineReading(RoadReading):
    """How a table of lines becomes timed links: a :class:`RoadReading`, and what its classes mean.

    Attributes
    ----------
    class_system
        ``"road"``: classes of :data:`urbgeo.network.speeds.ROAD_CLASSES`; ``"osm"``: values of ``highway``,
        with the speeds of ``region``.
    class_names
        The class for each value of the class column, e.g. ``{"二级公路": "secondary"}``.

    Raises
    ------
    InputError
        Also for ``region`` and ``peak`` without the classes of OpenStreetMap, which alone have such speeds.

    Examples
    --------
    >>> LineReading(class_names={"二级公路": "secondary"}).class_system
    'road'
    """

    class_system: str = "road"
    class_names: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse what would be asked and dropped."""
        super().__post_init__()
        check_choice(self.class_system, "class_system", ("road", "osm"))
        if self.class_system == "road" and (self.peak or self.region != "china"):
            asked = "peak" if self.peak else f"region={self.region!r}"
            raise InputError(
                f"reading: {asked} needs the classes of OpenStreetMap; give class_system='osm', or speeds by "
                "class."
            )


def checked_reading(reading: RoadReading | None) -> RoadReading:
    """The reading given, or the usual one; refuse what is none."""
    if reading is None:
        return USUAL_READING
    if not isinstance(reading, RoadReading):
        raise InputError(
            f"reading: a RoadReading is needed, not {type(reading).__name__}: RoadReading(region='world')."
        )
    return reading


SPEED_SOURCES = ("tag", "class", "override", "default", "link", "minutes")
"""What a link's ``speed_source`` may say."""


def table_of(region: str) -> SpeedTable:
    """The speed table of a region.

    Raises
    ------
    InputError
        For an unknown region.
    """
    if not isinstance(region, str) or region not in SPEED_TABLES:
        raise InputError(f"region: {region!r} has no speeds; there are {', '.join(SPEED_TABLES)}.")
    return SPEED_TABLES[region]


USUAL_READING = RoadReading()


def way_speeds(
    links: pd.DataFrame,
    *,
    mode: str,
    reading: RoadReading,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Speed there and back of every link and where it comes from; and the speeds by class used.

    ``speed_source`` is ``"tag"`` (a written limit), ``"class"`` (the region's table), ``"override"``
    (``speeds``) or ``"default"`` (one speed for the whole mode).
    """
    table, speeds, use_maxspeed = table_of(reading.region), reading.speeds, reading.use_maxspeed
    found = set(links["class"].unique())
    flat = {"walk": WALK_KMH, "cycle": CYCLE_KMH}.get(mode)
    by_class = {name: float(table.kmh[name]) for name in table.kmh}
    if flat is not None:
        by_class = dict.fromkeys(found | set(by_class), flat)
        by_class["ferry"] = float(table.kmh["ferry"])
    if speeds:
        by_class |= _checked(speeds, set(by_class) | found)
    lacking = sorted(found - set(by_class))
    if lacking:
        raise InputError(
            f"speeds: none for class {', '.join(lacking)}; give speeds={{{lacking[0]!r}: km/h}}."
        )
    text = links["class"].astype(str)
    given = text.map(by_class).to_numpy(float)
    there = links["maxspeed_kmh"].to_numpy(float) if use_maxspeed else np.full(len(links), np.nan)
    back = links["maxspeed_back_kmh"].to_numpy(float) if use_maxspeed else there
    source = np.where(text.isin(list(speeds or {})), "override", "class" if flat is None else "default")
    factor = text.map(table.peak_factor).fillna(1.0).to_numpy(float) if reading.peak and flat is None else 1.0
    timed = pd.DataFrame(
        {
            "speed_kmh": np.where(np.isnan(there), given, there) * factor,
            "speed_back_kmh": np.where(np.isnan(back), given, back) * factor,
            "speed_source": pd.Categorical(np.where(np.isnan(there), source, "tag"), SPEED_SOURCES),
        },
        index=links.index,
    )
    return timed, {name: by_class[name] for name in sorted(found)}


def junction_delay(network: TravelNetwork, seconds: Mapping[str, float]) -> TravelNetwork:
    """Add a delay at the junction a link ends in, by the class of the link.

    A junction is a node where at least three links meet; links that end elsewhere keep their minutes.

    Parameters
    ----------
    network
        Stays as it is.
    seconds
        Delay by class, e.g. ``{"primary": 8.0}``; classes not named have none.

    Returns
    -------
    TravelNetwork
        A new one, with longer minutes there and back.

    Raises
    ------
    InputError
        For classes that are not in the network and delays that are not finite and >= 0.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from urbgeo.network.model import build_network
    >>> spots = gpd.points_from_xy([0, 1000, 2000, 1000], [0, 0, 0, 900])
    >>> nodes = gpd.GeoDataFrame(geometry=spots, crs=32649)
    >>> links = pd.DataFrame({"from_node": [0, 1, 1], "to_node": [1, 2, 3], "length_km": 1.0,
    ...                       "class": "primary", "minutes": 1.0})
    >>> junction_delay(build_network(nodes, links), {"primary": 30.0}).links["minutes"].tolist()
    [1.5, 1.0, 1.0]
    """
    check_network(network)
    links = network.link_table
    seconds = check_rates(seconds, "seconds", "{'primary': 8.0}", zero=True)
    classes = sorted(set(links["class"].astype(str)))
    unknown = [name for name in seconds if name not in classes]
    if unknown:
        raise InputError(f"seconds: no link of class {some_of(unknown)}; there are {', '.join(classes)}.")
    ends = network.link_ends
    degree = np.bincount(ends.ravel(), minlength=len(network.nodes))
    delay_min = links["class"].astype(str).map(dict(seconds)).fillna(0.0).to_numpy(float) / 60.0
    there = links["minutes"] + delay_min * (degree[ends[:, 1]] >= 3)
    back = links["minutes_back"] + delay_min * (degree[ends[:, 0]] >= 3)
    about = network.provenance.having(parameters={"junction_delay_s": dict(seconds)})
    return replace(network, link_table=links.assign(minutes=there, minutes_back=back), provenance=about)


def with_sources(network: TravelNetwork, source: pd.Series, used: Mapping[str, float]) -> TravelNetwork:
    """The network saying where its speeds come from: shares by link and by length."""
    links = network.link_table.assign(speed_source=source.array)
    by_link = links["speed_source"].value_counts(normalize=True)
    by_link = by_link[by_link > 0]
    by_km = links.groupby("speed_source", observed=True)["length_km"].sum() / links["length_km"].sum()
    shares = {f"links timed by {name}": float(share) for name, share in by_link.items()}
    shares |= {f"kilometres timed by {name}": float(share) for name, share in by_km.items()}
    shares["links with imputed speed"] = float((links["speed_source"] != "tag").mean())
    old = network.provenance
    about = Provenance(old.parameters, dict(used), old.sources, shares, old.version)
    return replace(network, link_table=links, provenance=about)


def _checked(speeds: Mapping[str, float], known: set[str]) -> dict[str, float]:
    faults = Faults("speeds")
    for name, speed in speeds.items():
        if name not in known:
            faults.add(f"unknown class {name!r}", remedy=f"known are {', '.join(sorted(known))}")
        elif not np.isfinite(speed) or speed <= 0:
            faults.add(f"{name}: {speed!r} km/h", remedy="give a finite speed > 0")
    faults.raise_if_any()
    return {name: float(speed) for name, speed in speeds.items()}
