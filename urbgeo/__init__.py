"""urbgeo studies a system of cities: travel times, commuting circles, coverage, reach, access.

The names below load when first used, so that importing urbgeo stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from urbgeo.options import options
from urbgeo.provenance import package_version

if TYPE_CHECKING:
    from urbgeo.cities.degurba import degree_of_urbanisation
    from urbgeo.cities.functional import functional_areas
    from urbgeo.cities.metropolises import metropolitan_circles
    from urbgeo.cities.sizes import size_classes
    from urbgeo.network.minutes import minutes_table, nearest_facility
    from urbgeo.network.model import Snapping, TravelNetwork, build_network

_ROOMS = {
    "Snapping": "urbgeo.network.model",
    "TravelNetwork": "urbgeo.network.model",
    "build_network": "urbgeo.network.model",
    "degree_of_urbanisation": "urbgeo.cities.degurba",
    "functional_areas": "urbgeo.cities.functional",
    "metropolitan_circles": "urbgeo.cities.metropolises",
    "minutes_table": "urbgeo.network.minutes",
    "nearest_facility": "urbgeo.network.minutes",
    "size_classes": "urbgeo.cities.sizes",
}

__version__ = package_version()

__all__ = [
    "Snapping",
    "TravelNetwork",
    "build_network",
    "degree_of_urbanisation",
    "functional_areas",
    "metropolitan_circles",
    "minutes_table",
    "nearest_facility",
    "options",
    "size_classes",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'urbgeo' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
