"""Answers as they may leave the office: what is marked sensitive is left out by name, on every page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd

from urbgeo.cities.circles import CommutingCircle
from urbgeo.errors import some_of
from urbgeo.regions.region import Region
from urbgeo.regions.release import Release
from urbgeo.study.absent import Absent
from urbgeo.study.answers import Answers
from urbgeo.study.bands import Bands, SetAnswers, bands_of

WITHHELD = "未公开 withheld from the public"

ANSWERS = {
    "circle": "circle",
    "airport_coverage_prefectures": "prefectures",
    "airport_coverage_counties": "counties",
    "reach_cities": "reach",
    "county_access": "towns",
    "commuting_rings": "rings",
    "observed_trips": "observed",
    "metropolitan_circles": "metropolises",
}
"""Answers by the layer that shows them."""

RAIL_TRIPS = "rail_trips"
"""The table that names the stations of every trip."""


def released(answers: Answers) -> Answers:
    """The answers as their region's release shows them, coordinates rounded.

    Answers that are withheld become absent, with the reason, so that every table, map and report says so;
    layers of the region become empty.
    """
    release = answers.region.release
    if not release.public:
        return answers
    gone = {name for layer, name in ANSWERS.items() if not release.shows(layer)}
    shown = replace(
        answers,
        region=_region(answers.region, release),
        **{name: _rounded(getattr(answers, name), release) for name in ANSWERS.values()},
    )
    if not gone:
        return shown
    absent: dict[str, Any] = {name: Absent(_title(name), WITHHELD) for name in gone}
    if "reach" in gone:
        absent["reach_hubs"] = absent["reach"]
    return replace(shown, **absent, bands=_bands(answers.bands, gone), series=answers.series.iloc[:0])


def _rounded(answer: Any, release: Release) -> Any:
    """An answer whose layers are rounded."""
    if isinstance(answer, Absent):
        return answer
    new: dict[str, Any] = {}
    if isinstance(answer.table, gpd.GeoDataFrame):
        new["table"] = release.layer(answer.table)
    if isinstance(answer, CommutingCircle):
        land = release.layer(answer.isochrone)
        new["isochrone"] = land if release.shows("isochrones") else land.iloc[:0]
    return replace(answer, **new)


def shown_table(name: str, release: Release) -> bool:
    """Whether a table may be written."""
    pairs = name.startswith("reach_") and name.endswith("_minutes")
    return release.shows("stations" if name == RAIL_TRIPS else "reach_pairs" if pairs else name)


def _title(name: str) -> str:
    return next(layer for layer, one in ANSWERS.items() if one == name)


def _bands(bands: Bands, gone: set[str]) -> Bands:
    """The same under every set of speeds."""
    both = gone & set(SetAnswers.__dataclass_fields__)
    absent: dict[str, Any] = {name: Absent(_title(name), WITHHELD) for name in both}
    return bands_of({name: replace(one, **absent) for name, one in bands.by_set.items()})


def _region(region: Region, release: Release) -> Region:
    """The region with its layers rounded, or empty where they are withheld; notes and sources rounded."""
    layers = {
        "places": "", "zones": "", "airports": "airports", "stations": "stations",
        "road_nodes": "", "rail_sections": "railways",
    }  # fmt: skip
    made: dict[str, Any] = {}
    for name, marked in layers.items():
        frame = getattr(region, name)
        if frame is not None:
            made[name] = release.layer(frame if release.shows(marked) else frame.iloc[:0])
    if not release.shows("interchanges"):  # roads still need their nodes
        kind = made["road_nodes"]["kind"].replace("interchange", "junction")
        made["road_nodes"] = made["road_nodes"].assign(kind=kind)
    made |= {name: tuple(map(release.text, getattr(region, name))) for name in ("sources", "notes")}
    made["left_out"] = {name: release.text(why) for name, why in region.left_out.items()}
    frames = {name: getattr(region, name) for name in layers if getattr(region, name) is not None}
    gone = [f"{name}.{one}" for name, frame in frames.items() for one in release.withheld(frame)]
    if gone:
        why_not_shown = f"{some_of(gone)}: coordinates in a form that cannot be rounded"
        made["left_out"]["columns"] = why_not_shown
    return replace(region, **made)
