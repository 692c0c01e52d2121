"""The closed list of what a ``status`` column may say; a test holds every result to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STATUSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "reached": ("可达", "a way was found"),
        "unreached": ("不可达", "attached, but no way leads there"),
        "too far": ("离路网过远", "no joinable link within max_snap_km"),
        "no station": ("附近无车站", "no served station within the longest drive to one"),
        "no ride": ("无成行列车", "trains run, but none is the trip: rides too short, or drives too long"),
        "not asked": ("未询问", "the table of minutes does not hold this id"),
        "attached": ("已接入", "joined to the network"),
        "less": ("减少", "smaller after than before"),
        "more": ("增加", "larger after than before"),
        "same": ("不变", "equal before and after"),
        "opened": ("新连通", "a way after, none before"),
        "closed": ("断开", "a way before, none after"),
        "unknown": ("未知", "not measured before or after"),
        "used": ("有需求", "a facility with demand in its catchment"),
        "no demand": ("无需求", "within reach of places, none of which has demand"),
        "island": ("孤岛", "joined to links without a way to the main part"),
    }
)
"""Status, its Chinese word, and what it means."""
