"""Numbers that plans are held to, each with its source and year, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from urbgeo.errors import InputError
from urbgeo.units import convert_area

_GUIDE = "Guide to municipal territorial master plans (trial), appendix on the boundary, as widely quoted"


@dataclass(frozen=True)
class Limit:
    """A number, its unit, where it is from, and whether the source's own text was read."""

    value: float
    unit: str
    source: str
    year: int
    confirmed: bool


NATIONAL_NEW_LAND = Limit(
    convert_area(2950, "wan_mu", to="km2"),
    "km2",
    "14th Five-Year Plan for New Urbanisation: 2,950 万亩",
    2022,
    True,
)
HUNAN_NEW_LAND = Limit(604.0, "km2", "Hunan New Urbanisation Plan, box 1, item 8", 2021, True)
EXPANSION_MULTIPLE = Limit(
    1.3,
    "times built-up land of 2020",
    "National Territorial Plan Outline 2021-2035, as widely quoted",
    2022,
    False,
)
ELASTIC_SHARE = Limit(0.15, "of the concentrated area", _GUIDE, 2020, False)
ELASTIC_SHARE_LARGE = Limit(0.10, "of the concentrated area, 3 million people and more", _GUIDE, 2020, False)
ELASTIC_SHARE_GREAT = Limit(0.05, "of the concentrated area, 5 million people and more", _GUIDE, 2020, False)
PER_CAPITA_LAND_M2 = Limit(
    105.0, "m2 per person", "GB 50137-2011, upper end for new towns, as widely quoted", 2011, False
)

SLIVER_WIDTH_M = 2.0
"""Overlaps narrower than this on average are drawing errors. A judgement, a parameter everywhere."""

SLIVER_AREA_M2 = 50.0
"""Overlaps smaller than this are drawing errors. A judgement, a parameter everywhere."""


def elastic_share(people: float) -> Limit:
    """The share of elastic area a city of so many people may draw, bounds closed from below."""
    if not 0 <= people < float("inf"):
        raise InputError(f"people: {people!r} is no population.")
    if people >= 5_000_000:
        return ELASTIC_SHARE_GREAT
    return ELASTIC_SHARE_LARGE if people >= 3_000_000 else ELASTIC_SHARE
