"""The verbs of surfaces with the fields of their rules given one by one, as tests like to write them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from urbgeo.surface import travel
from urbgeo.surface.results import SurfaceFiles, SurfaceRules, TravelSurface

_RULES = {one.name for one in fields(SurfaceRules)}


def _split(how: dict[str, Any]) -> dict[str, Any]:
    rules = {name: how.pop(name) for name in list(how) if name in _RULES}
    return {**how, "rules": SurfaceRules(**rules)}


def travel_surface(*given: Any, **how: Any) -> TravelSurface:
    return travel.travel_surface(*given, **_split(how))


def travel_surface_files(*given: Any, **how: Any) -> SurfaceFiles:
    return travel.travel_surface_files(*given, **_split(how))
