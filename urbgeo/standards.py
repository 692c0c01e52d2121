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
