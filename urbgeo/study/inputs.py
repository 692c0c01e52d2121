"""What a region of one's own is made of, and how one on invented roads is marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from urbgeo.regions.region import Region
from urbgeo.regions.release import INTERNAL, Release
from urbgeo.study.roads import STUDY_CLASSES, RoadLines

MARGIN_KM = 100.0


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a region is made of; see :func:`region` for each.

    ``folder`` is where the study lies, from which its record names files; ``strict`` refuses faulty layers.
    """

    units: Any = None
    roads: Any = None
    population: Any = None
    trains: Any = None
    zones: Any = None
    seats: Any = None
    airports: Any = None
    rails: Any = None
    stations: Any = None
    flows: Any = None
    observed: Any = None
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    margin_km: float = MARGIN_KM
    name: str | None = None
    population_column: str | None = None
    population_unit: str | None = None
    road_classes: tuple[str, ...] | None = STUDY_CLASSES
    road_lines: RoadLines | None = None
    train_day: str | None = None
    least_count: int | None = None
    flow_rates: tuple[float, ...] | None = None
    flow_rule: str | None = None
    observed_datum: str = "gcj02"
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    datums: Mapping[str, str] = field(default_factory=dict)
    speeds: Mapping[str, float] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    release: Release | str = INTERNAL
    folder: Path | None = None
    strict: bool = True


def on_invented_roads(region: Region) -> Region:
    """The region marked, in both titles, as one whose roads are made up: it proves plumbing only."""
    return replace(
        region,
        title_zh=f"{region.title_zh}（在虚构道路上）",
        title_en=f"{region.title_en} (on invented roads)",
    )
