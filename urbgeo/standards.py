"""Every number that comes from a policy or a standard, with its source and year; found nowhere else.

Code imports the constants (``from urbgeo.standards import AIRPORT_MIN``); planners read
:func:`standards_table`. A number that was not read in its source says ``confirmed=False`` and stays a
parameter wherever it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import pandas as pd

from urbgeo.checks import is_finite_number
from urbgeo.errors import InputError
from urbgeo.units import convert_area


@dataclass(frozen=True)
class Standard:
    """One number of a document: ``value`` in ``unit``, by ``clause`` of ``source`` (``year``)."""

    name: str
    value: float
    unit: str
    source: str
    year: int
    clause: str = ""
    confirmed: bool = True


_KNOWN: dict[str, Standard] = {}


def _standard(
    name: str, value: float, unit: str, source: str, year: int, clause: str = "", *, confirmed: bool = True
) -> float:
    """Note one number and hand it back."""
    _KNOWN[name] = Standard(name, value, unit, source, year, clause, confirmed)
    return value


def standard(name: str) -> Standard:
    """One number with its source, by the name of its constant.

    >>> standard("EXPANSION_MULTIPLE").confirmed
    False

    Raises
    ------
    InputError
        For a name that is not there.
    """
    if name not in _KNOWN:
        raise InputError(f"standard: {name!r} is unknown; standards_table() lists all.")
    return _KNOWN[name]


def standards_table() -> pd.DataFrame:
    """All numbers, one row each: ``value``, ``unit``, ``source``, ``year``, ``clause``, ``confirmed``.

    >>> float(standards_table().loc["AIRPORT_MIN", "value"])
    60.0
    """
    rows = [[getattr(one, field.name) for field in fields(Standard)] for one in _KNOWN.values()]
    return pd.DataFrame(rows, columns=[field.name for field in fields(Standard)]).set_index("name")


_URBANISATION = "14th Five-Year Plan for New Urbanisation"
_OUTLINE = "National comprehensive transport network outline"

# Circles, reach and coverage

CIRCLE_MIN = _standard(
    "CIRCLE_MIN", 60.0, "min", "NDRC guidance on modern metropolitan circles, 328", 2019, "definition"
)
CLUSTER_MIN = _standard("CLUSTER_MIN", 120.0, "min", _OUTLINE, 2021)
AIRPORT_MIN = _standard("AIRPORT_MIN", 60.0, "min", _URBANISATION, 2022, "art. 22")
AIRPORT_TARGET = _standard("AIRPORT_TARGET", 0.80, "share", _URBANISATION, 2022, "art. 22")

CIRCLES_MIN = (
    CIRCLE_MIN,
    CLUSTER_MIN,
    _standard(
        "NEIGHBOUR_CLUSTERS_MIN", 180.0, "min", "Outline of railways leading a strong transport nation", 2020
    ),
)
"""Within a metropolitan area, within a cluster, between neighbouring clusters and capitals."""
SEAT_HSR_MIN = _standard("SEAT_HSR_MIN", 45.0, "min", _OUTLINE, 2021, "prefecture seats to high-speed rail")
SEAT_AIRPORT_MIN = _standard("SEAT_AIRPORT_MIN", 60.0, "min", _OUTLINE, 2021, "prefecture seats to airports")

# County towns

TOWN_NATIONAL_ROAD_MIN = _standard(
    "TOWN_NATIONAL_ROAD_MIN", 15.0, "min", _OUTLINE, 2021, "county seats to a national road"
)
TOWN_EXPRESSWAY_MIN = _standard(
    "TOWN_EXPRESSWAY_MIN", 30.0, "min", _OUTLINE, 2021, "county seats to an expressway"
)
TOWN_RAILWAY_MIN = _standard("TOWN_RAILWAY_MIN", 60.0, "min", _OUTLINE, 2021, "county seats to a railway")

TOWN_PREFECTURE_MIN = _standard(
    "TOWN_PREFECTURE_MIN",
    60.0,
    "min",
    "Hunan New Urbanisation Plan",
    2021,
    "box 3, one-hour circle of a prefecture",
)
DAILY_CHINA_MIN = _standard(
    "DAILY_CHINA_MIN", 180.0, "min", "Daily accessibility in the literature (four hours in Europe)", 2026,
    "one day there and back", confirmed=False,
)  # fmt: skip
TOWN_CAPITAL_MIN = _standard(
    "TOWN_CAPITAL_MIN", 180.0, "min", "urbgeo default, a judgement", 2026, "to the provincial capital",
    confirmed=False,
)  # fmt: skip

# Living circles

_INDICATORS = "TD/T 1063-2021, names of the indicators, as public code has them"
SERVICE_MIN = {
    service: _standard(
        f"SERVICE_{service.upper().replace(' ', '_')}_MIN", minutes, "min", _INDICATORS, 2021, "on foot",
        confirmed=False,
    )
    for service, minutes in {
        "elderly care": 5.0,
        "primary school": 10.0, "market": 10.0,
        "secondary school": 15.0, "health": 15.0, "culture": 15.0, "sport": 15.0,
    }.items()
}  # fmt: skip
"""Minutes on foot to the services of a living circle: the names of the indicators carry their bounds.
That of parks is :data:`PARK_WALK_MIN`."""
CONVENIENCE_MIN = _standard(
    "CONVENIENCE_MIN", 5.0, "min", "urbgeo default, a judgement", 2026, "on foot", confirmed=False
)
WATERFRONT_MIN = _standard(
    "WATERFRONT_MIN",
    15.0,
    "min",
    "Zhejiang, tasks of new urbanisation of 2023",
    2023,
    "item 14, waterfront circle",
)
HALF_HOUR_MIN = _standard(
    "HALF_HOUR_MIN", 30.0, "min", "Guide to municipal territorial master plans (trial)", 2020,
    "half-hour city circle by commuting", confirmed=False,
)  # fmt: skip
COMMUTE_MIN = _standard(
    "COMMUTE_MIN", 45.0, "min", "Commuting monitoring report of major cities, as widely quoted", 2023,
    "longest commute of which the share is told", confirmed=False,
)  # fmt: skip
AIR_CIRCLE_MIN = _standard(
    "AIR_CIRCLE_MIN", 240.0, "min", "Hunan New Urbanisation Plan", 2021, "four-hour circle by air"
)
FIRE_MIN = _standard(
    "FIRE_MIN", 5.0, "min", "GB 51080-2015", 2015, "4.1.3: edge of the area of a station, after dispatch"
)
AMBULANCE_MIN = _standard(
    "AMBULANCE_MIN", 15.0, "min", "urbgeo default, a judgement", 2026, "usual bound", confirmed=False
)
SHELTER_WALK_MIN = _standard(
    "SHELTER_WALK_MIN", 15.0, "min", "urbgeo default, a judgement", 2026, "on foot", confirmed=False
)
HOSPITAL_DRIVE_MIN = _standard(
    "HOSPITAL_DRIVE_MIN", 60.0, "min", "urbgeo default, a judgement", 2026, "tier-3 hospital", confirmed=False
)

# City sizes, clusters, degree of urbanisation

_SIZES = "State Council, notice on adjusting city size classes, 国发〔2014〕51号"
_URBAN_PEOPLE = "城区常住人口, the lower bound belongs to the class"
SIZE_BOUNDS = tuple(
    (class_name, _standard(f"SIZE_{word}", least, "persons", _SIZES, 2014, _URBAN_PEOPLE))
    for word, class_name, least in (
        ("SMALL_2", "Ⅱ型小城市", 0.0),
        ("SMALL_1", "Ⅰ型小城市", 200_000.0),
        ("MEDIUM", "中等城市", 500_000.0),
        ("LARGE_2", "Ⅱ型大城市", 1_000_000.0),
        ("LARGE_1", "Ⅰ型大城市", 3_000_000.0),
        ("VERY_LARGE", "特大城市", 5_000_000.0),
        ("MEGA", "超大城市", 10_000_000.0),
    )
)
"""The seven classes with their lower bounds, the smallest first."""

_CIRCLES = "NDRC guidance on modern metropolitan circles, 发改规划〔2019〕328号"
CIRCLE_FOUNDER = _standard(
    "CIRCLE_FOUNDER", 5_000_000.0, "persons", _CIRCLES, 2019, "a very large or mega city at the centre"
)
CIRCLE_FOUNDER_ARGUED = _standard(
    "CIRCLE_FOUNDER_ARGUED", 3_000_000.0, "persons", _CIRCLES, 2019,
    "or a large city of strong pull, read as a type-I large city", confirmed=False,
)  # fmt: skip
COMMUTING_RATE = _standard(
    "COMMUTING_RATE", 0.10, "share", "Urban Employment Areas of Japan; commuting contours of Beijing", 2023,
    "of employed residents to the core; no Chinese standard sets one",
)  # fmt: skip

_FUNCTIONAL = "Dijkstra, Poelman and Veneri, The EU-OECD definition of a functional urban area"
COMMUTING_SHARE = _standard(
    "COMMUTING_SHARE", 0.15, "share", _FUNCTIONAL, 2019, "of employed residents, closed"
)
UNIT_IN_CENTRE = _standard(
    "UNIT_IN_CENTRE", 0.5, "share", _FUNCTIONAL, 2019, "of a unit's people in one urban centre, closed"
)
CITY_IN_CENTRE = _standard(
    "CITY_IN_CENTRE", 0.5, "share", _FUNCTIONAL, 2019, "of the city's people in the centre, as widely quoted",
    confirmed=False,
)  # fmt: skip
CENTRE_IN_CITY = _standard(
    "CENTRE_IN_CITY", 0.75, "share", _FUNCTIONAL, 2019, "of the centre's people in the city, widely quoted",
    confirmed=False,
)  # fmt: skip
_LABOUR = "Coombes and Bond, Travel-to-Work Areas: the 2007 review, as widely quoted"
LABOUR_CONTAINMENT = tuple(
    _standard(f"LABOUR_CONTAINMENT_{word}", value, "share", _LABOUR, 2008, clause, confirmed=False)
    for word, value, clause in (
        ("LEAST", 0.6667, "of an area of the target size"), ("TARGET", 0.75, "of the smallest area"),
    )
)  # fmt: skip
LABOUR_SIZE = tuple(
    _standard(f"LABOUR_SIZE_{word}", value, "persons", _LABOUR, 2008, "employed residents", confirmed=False)
    for word, value in (("LEAST", 3_500.0), ("TARGET", 25_000.0))
)

_MANUAL = "Eurostat and others, Applying the Degree of Urbanisation"
_GHSL = "JRC, GHSL Data Package 2023, as public code has it"
CENTRE_DENSITY = _standard("CENTRE_DENSITY", 1_500.0, "persons/km2", _MANUAL, 2021, "urban centre, closed")
CENTRE_PEOPLE = _standard("CENTRE_PEOPLE", 50_000.0, "persons", _MANUAL, 2021, "urban centre, closed")
CLUSTER_DENSITY = _standard("CLUSTER_DENSITY", 300.0, "persons/km2", _MANUAL, 2021, "urban cluster, closed")
CLUSTER_PEOPLE = _standard("CLUSTER_PEOPLE", 5_000.0, "persons", _MANUAL, 2021, "urban cluster, closed")
VILLAGE_PEOPLE = _standard("VILLAGE_PEOPLE", 500.0, "persons", _MANUAL, 2021, "rural cluster, level 2")
LOW_DENSITY = _standard("LOW_DENSITY", 50.0, "persons/km2", _MANUAL, 2021, "low density rural, level 2")
HOLE_KM2 = _standard("HOLE_KM2", 15.0, "km2", _MANUAL, 2021, "holes of centres below it are filled")
WATER_LAND = _standard("WATER_LAND", 0.5, "share", _GHSL, 2023, "less land, nobody, nothing built: water")
BUILT_SHARE = _standard("BUILT_SHARE", 0.5, "share", "JRC, GHSL Data Package 2022", 2022, "dense by built-up")
BUILT_SHARE_2023 = _standard("BUILT_SHARE_2023", 0.2, "share", _GHSL, 2023, "what its rule gives for 2020")
SEMI_DENSE_2021 = tuple(
    _standard(f"SEMI_DENSE_{word}_2021", value, unit, _MANUAL, 2021, "semi-dense urban cluster")
    for word, value, unit in (
        ("DENSITY", 300.0, "persons/km2"), ("PEOPLE", 5_000.0, "persons"), ("APART_KM", 3.0, "km"),
    )
)  # fmt: skip
SEMI_DENSE_2023 = tuple(
    _standard(f"SEMI_DENSE_{word}_2023", value, unit, _GHSL, 2023, "semi-dense urban cluster")
    for word, value, unit in (
        ("DENSITY", 900.0, "persons/km2"), ("PEOPLE", 2_500.0, "persons"), ("APART_KM", 2.0, "km"),
    )
)  # fmt: skip
UNIT_SHARE = _standard("UNIT_SHARE", 0.5, "share", _MANUAL, 2021, "of a unit's people in a class of cells")

# Roads, rail, air

RAIL_BUFFER_MIN = _standard(
    "RAIL_BUFFER_MIN",
    30.0,
    "min",
    "Usual advice of stations: be there 30 minutes or more before departure (tynfd.cn, wulaqu.com)",
    2024,
    "security, ticket gate, platform",
    confirmed=False,
)
STATION_DRIVE_MIN = SEAT_HSR_MIN
"""Longest drive to a station that still makes a rail trip: what the outline holds prefecture seats to."""

# Land

LAND_M2_PER_HEAD = _standard(
    "LAND_M2_PER_HEAD", 100.0, "m2", "GB 50137-2011, 65 to 115 m2 a head", 2011, "4.2.1"
)

_MASTER = "Guide to municipal territorial master plans (trial), appendix on the boundary, as widely quoted"
_CAPACITY = "Guide to carrying capacity and suitability (trial), as public code of 2019 has it"
_JUDGED = "urbgeo default, a judgement"

NEW_LAND_KM2 = _standard(
    "NEW_LAND_KM2", convert_area(2950, "wan_mu", to="km2"), "km2", _URBANISATION, 2022, "2,950 万亩"
)
HUNAN_NEW_LAND_KM2 = _standard(
    "HUNAN_NEW_LAND_KM2", 604.0, "km2", "Hunan New Urbanisation Plan", 2021, "box 1, item 8"
)
EXPANSION_MULTIPLE = _standard(
    "EXPANSION_MULTIPLE", 1.3, "times", "National Territorial Plan Outline 2021-2035, as widely quoted", 2022,
    "of the built-up land of 2020", confirmed=False,
)  # fmt: skip
ELASTIC_SHARE = _standard(
    "ELASTIC_SHARE", 0.15, "share", _MASTER, 2020, "of the concentrated area", confirmed=False
)
ELASTIC_SHARE_LARGE = _standard(
    "ELASTIC_SHARE_LARGE", 0.10, "share", _MASTER, 2020, "3 million people and more", confirmed=False
)
ELASTIC_SHARE_GREAT = _standard(
    "ELASTIC_SHARE_GREAT", 0.05, "share", _MASTER, 2020, "5 million people and more", confirmed=False
)
LARGE_CITY = _standard("LARGE_CITY", 3_000_000.0, "persons", _MASTER, 2020, confirmed=False)
GREAT_CITY = _standard("GREAT_CITY", 5_000_000.0, "persons", _MASTER, 2020, confirmed=False)
SMALLEST_PIECE_HA = _standard("SMALLEST_PIECE_HA", 10.0, "ha", _JUDGED, 2026, confirmed=False)
NEW_TOWN_LAND_M2 = _standard(
    "NEW_TOWN_LAND_M2", 105.0, "m2", "GB 50137-2011, upper end for new towns, as widely quoted", 2011,
    confirmed=False,
)  # fmt: skip
SLOPES_DEG = tuple(
    _standard(f"SLOPE_{name}_DEG", value, "degrees", _CAPACITY, 2019, "slope classes", confirmed=False)
    for name, value in (("FLAT", 3.0), ("GENTLE", 8.0), ("MODERATE", 15.0), ("STEEP", 25.0))
)
"""Upper bounds of the slope classes, closed: 3 and 25 degrees belong below."""
ELEVATIONS_M = tuple(
    _standard(f"ELEVATION_{name}_M", value, "m", _CAPACITY, 2019, "elevation", confirmed=False)
    for name, value in (("HIGH", 3500.0), ("HIGHEST", 5000.0))
)
RELIEFS_M = tuple(
    _standard(f"RELIEF_{name}_M", value, "m", _CAPACITY, 2019, "relief", confirmed=False)
    for name, value in (("STRONG", 100.0), ("STRONGEST", 200.0))
)
RELIEF_WINDOWS = tuple(
    (bound, _standard(f"RELIEF_WINDOW_{name}", cells, "cells", _CAPACITY, 2019, "relief", confirmed=False))
    for name, bound, cells in (
        ("FINE", 30.0, 15.0),
        ("MEDIUM", 50.0, 12.0),
        ("COARSE", 100.0, 9.0),
        ("COARSEST", float("inf"), 3.0),
    )
)
"""Side of the window of relief in cells, by the size of a cell in metres (below the bound)."""
CENTRE_MIN = tuple(
    _standard(f"CENTRE_{name}_MIN", value, "min", _CAPACITY, 2019, "区位优势度, municipal", confirmed=False)
    for name, value in (("NEAREST", 20.0), ("NEAR", 40.0), ("MEDIUM", 60.0), ("FAR", 90.0))
)
"""Upper bounds of the classes of access to the centre city, closed; beyond the last is the worst."""
PARK_WALK_M = _standard(
    "PARK_WALK_M", 300.0, "m", "GB 50180-2018, as public code has it", 2018, "5 minutes on foot",
    confirmed=False,
)  # fmt: skip
PARK_WALK_MIN = _standard("PARK_WALK_MIN", 5.0, "min", "TD/T 1063-2021, name of the indicator", 2021)
SMALLEST_PARK_M2 = _standard(
    "SMALLEST_PARK_M2", 400.0, "m2", "Community life circles, as widely quoted", 2021, confirmed=False
)


def elastic_share(people: float) -> Standard:
    """The share of elastic area that a city of so many people may draw, bounds closed from below.

    >>> elastic_share(3_000_000).value
    0.1

    Raises
    ------
    InputError
        For what is no population.
    """
    if not is_finite_number(people) or people < 0:
        raise InputError(f"people: {people!r} is no population; give permanent urban residents >= 0.")
    if people >= GREAT_CITY:
        return standard("ELASTIC_SHARE_GREAT")
    return standard("ELASTIC_SHARE_LARGE" if people >= LARGE_CITY else "ELASTIC_SHARE")
