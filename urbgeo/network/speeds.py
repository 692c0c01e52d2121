"""Running speeds by road class: one table, each row with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from urbgeo.checks import is_finite_number
from urbgeo.errors import Faults

_SHANDONG = "Shandong accessibility study on a 1 km raster: published speeds by road class"
_JUDGED = "urbgeo default, a judgement to be replaced by local observation"


@dataclass(frozen=True)
class RoadClass:
    """How fast a class of road is travelled, and whether a traveller can join it anywhere.

    ``speed_kmh`` is a running speed without congestion; ``joinable`` is False where a road can be
    entered at its ends only (an expressway has interchanges).
    """

    speed_kmh: float
    joinable: bool
    name_zh: str
    name_en: str
    source: str
    year: int


ROAD_CLASSES: Mapping[str, RoadClass] = {
    "expressway": RoadClass(100.0, False, "高速公路", "expressway", _SHANDONG, 2016),
    "trunk": RoadClass(75.0, True, "国道", "national road", _SHANDONG, 2016),
    "primary": RoadClass(60.0, True, "省道", "provincial road", _SHANDONG, 2016),
    "secondary": RoadClass(40.0, True, "县道", "county road", _SHANDONG, 2016),
    "connector": RoadClass(40.0, True, "高速连接线", "road to an interchange", _SHANDONG, 2016),
    "local": RoadClass(20.0, True, "乡村道路", "other road", _SHANDONG, 2016),
    "urban": RoadClass(30.0, True, "城市道路", "urban street", _JUDGED, 2024),
}

OFF_NETWORK_KMH = ROAD_CLASSES["local"].speed_kmh
"""Speed of the straight stretch between a point and its nearest link: the published "other roads"."""


def class_speeds(overrides: Mapping[str, float] | None = None) -> dict[str, float]:
    """Running speed of each road class in km/h, with overrides by class.

    Raises
    ------
    InputError
        Naming every unknown class and every speed that is not finite and > 0.
    """
    speeds = {name: road.speed_kmh for name, road in ROAD_CLASSES.items()}
    faults = Faults("speeds")
    for name, speed in (overrides or {}).items():
        if name not in speeds:
            faults.add(f"unknown road class {name!r}", remedy=f"known are {', '.join(speeds)}")
        elif not is_finite_number(speed) or speed <= 0:
            faults.add(f"{name}: {speed!r} km/h", remedy="give a finite speed > 0")
        else:
            speeds[name] = float(speed)
    faults.raise_if_any()
    return speeds
