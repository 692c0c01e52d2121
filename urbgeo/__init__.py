"""urbgeo studies a system of cities: travel times, commuting circles, coverage, reach, access.

The names below load when first used, so that importing urbgeo stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from urbgeo.options import options
from urbgeo.provenance import package_version

if TYPE_CHECKING:
    from urbgeo.land.audit import audit_control_lines
    from urbgeo.land.boundary import delineate_boundary
    from urbgeo.land.suitability import suitability
    from urbgeo.land.surfaces import travel_surface
    from urbgeo.network.minutes import minutes_table, nearest_facility
    from urbgeo.network.model import Snapping, TravelNetwork, build_network

_ROOMS = {
    "Snapping": "urbgeo.network.model",
    "TravelNetwork": "urbgeo.network.model",
    "audit_control_lines": "urbgeo.land.audit",
    "build_network": "urbgeo.network.model",
    "delineate_boundary": "urbgeo.land.boundary",
    "minutes_table": "urbgeo.network.minutes",
    "nearest_facility": "urbgeo.network.minutes",
    "suitability": "urbgeo.land.suitability",
    "travel_surface": "urbgeo.land.surfaces",
}

__version__ = package_version()

__all__ = [
    "Snapping",
    "TravelNetwork",
    "audit_control_lines",
    "build_network",
    "delineate_boundary",
    "minutes_table",
    "nearest_facility",
    "options",
    "suitability",
    "travel_surface",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'urbgeo' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
