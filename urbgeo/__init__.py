"""urbgeo studies a system of cities: travel times, commuting circles, coverage, reach, access.

The names below load when first used, so that importing urbgeo stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from urbgeo.options import options
from urbgeo.provenance import package_version

if TYPE_CHECKING:
    from urbgeo.network.minutes import minutes_table, nearest_facility
    from urbgeo.network.model import Snapping, TravelNetwork, build_network
    from urbgeo.network.stream import write_minutes_table
    from urbgeo.network.sums import node_sums, sums_within

_ROOMS = {
    "Snapping": "urbgeo.network.model",
    "TravelNetwork": "urbgeo.network.model",
    "build_network": "urbgeo.network.model",
    "minutes_table": "urbgeo.network.minutes",
    "nearest_facility": "urbgeo.network.minutes",
    "node_sums": "urbgeo.network.sums",
    "sums_within": "urbgeo.network.sums",
    "write_minutes_table": "urbgeo.network.stream",
}

__version__ = package_version()

__all__ = [
    "Snapping",
    "TravelNetwork",
    "build_network",
    "minutes_table",
    "nearest_facility",
    "node_sums",
    "options",
    "sums_within",
    "write_minutes_table",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'urbgeo' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
