"""What went into two runs and changed: speeds, parameters, settings, files, layers, versions, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

COLUMNS = ("kind", "name", "before", "after")
ABSENT = "–"
SHORT = 12
"""Letters of a digest that are shown."""

Row = tuple[str, str, str, str]


def causes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> pd.DataFrame:
    """What changed of what went in: ``kind``, ``name``, ``before``, ``after`` as texts."""
    rows: list[Row] = []
    for kind, part in _PARTS.items():
        old, new = part(before), part(after)
        rows += [
            (kind, name, old.get(name, ABSENT), new.get(name, ABSENT))
            for name in dict.fromkeys([*old, *new])
            if old.get(name) != new.get(name)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def consequences(causes: pd.DataFrame) -> pd.DataFrame:
    """The same with ``follows_from``: what of it changed only because something else in it did."""
    has = set(zip(causes["kind"], causes["name"], strict=True))
    follows = [_follows(kind, name, has) for kind, name in zip(causes["kind"], causes["name"], strict=True)]
    return causes.assign(follows_from=pd.Series(follows, index=causes.index, dtype=object))


def _follows(kind: str, name: str, has: set[tuple[str, str]]) -> str:
    layers = {one for what, one in has if what == "layer"}
    files = {one.partition(" ")[0] for what, one in has if what == "file"}
    if (kind, name) in _OF_SPEEDS and any(what == "speed" for what, _ in has):
        return "speed"
    if (kind, name) == ("setting", "lists") and any(what == "list" for what, _ in has):
        return "list"
    if kind == "file" and not layers & set(MAKES[name.partition(" ")[0]]):
        return "its bytes alone: what it holds is the same"
    if kind == "layer":
        made = [one for one in files if name in MAKES[one]]
        return f"file {made[0]}" if made else "margin_km" if ("setting", "margin_km") in has else ""
    return ""


MAKES: Mapping[str, tuple[str, ...]] = {
    "roads": ("roads", "road nodes"),
    "population": ("places", "zones"),
    "trains": ("trains", "stations", "rails"),
    "stations": ("stations", "trains"),
    "zones": ("zones", "places"),
    "seats": ("places", "zones"),
    "airports": ("airports",),
    "rails": ("rails",),
}
"""Layers of a region that each input file goes into."""

_OF_SPEEDS = (("setting", "speeds"), ("parameter", "network.links with other speeds"))


def _speeds(record: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{name}" if group == "headlines" else f"{name} ({group})": f"{kmh:g} km/h"
        for group, by_class in record["speeds"].items()
        for name, kmh in by_class.items()
    }


def _parameters(record: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in record["parameters"].items()}


def _settings(record: Mapping[str, Any]) -> dict[str, str]:
    settings = record["made_of"].get("settings", {})
    return {name: str(value) for name, value in settings.items() if value not in (None, {}, [])}


def _files(record: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{layer} {row.get('path', '')}": str(row.get("sha256", "no digest"))[:SHORT]
        for layer, rows in record["made_of"].get("files", {}).items()
        for row in rows
    }


def _layers(record: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: f"{one.get('rows')} rows, {str(one.get('digest'))[:SHORT]}"
        for name, one in record["layers"].items()
    }


def _lists(record: Mapping[str, Any]) -> dict[str, str]:
    return {name: ", ".join(map(str, ids)) for name, ids in record["lists"].items()}


def _decisions(record: Mapping[str, Any]) -> dict[str, str]:
    return {
        unit: f"{one.get('circle')}, {one.get('by')} {one.get('date')}: {one.get('reason')}"
        for unit, one in record["decisions"].items()
    }


def _release(record: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in record["release"].items()}


def _versions(record: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in record["versions"].items()}


_PARTS = {
    "speed": _speeds,
    "parameter": _parameters,
    "setting": _settings,
    "list": _lists,
    "decision": _decisions,
    "file": _files,
    "layer": _layers,
    "version": _versions,
    "release": _release,
}
