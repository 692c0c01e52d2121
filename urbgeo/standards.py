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

# County towns

# Living circles

# City sizes, clusters, degree of urbanisation

# Roads, rail, air

# Land
