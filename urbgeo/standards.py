"""Every number that comes from a policy or a standard, with its source and year; found nowhere else.

Code imports the constants (``from urbgeo.standards import AIRPORT_MIN``); planners read
:func:`standards_table`. A number that was not read in its source says ``confirmed=False`` and stays a
parameter wherever it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import pandas as pd


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


def standards_table() -> pd.DataFrame:
    """All numbers, one row each: ``value``, ``unit``, ``source``, ``year``, ``clause``, ``confirmed``.

    >>> standards_table().loc["AIRPORT_MIN", "value"]
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

# Living circles

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
