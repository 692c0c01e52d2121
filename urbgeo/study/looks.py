"""Looks at one layer against another while a region is put together."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from urbgeo.amounts import warn
from urbgeo.crs import WGS84
from urbgeo.errors import some_of
from urbgeo.regions.nation import nearest_codes, nearest_names
from urbgeo.regions.people import TWICE, People
from urbgeo.regions.region import ZONE
from urbgeo.study.findings import LISTED, Findings
from urbgeo.study.layers import NAMES
from urbgeo.study.places import asked_text, counties_of, named_ids

MANY_LEFT = 0.1
"""A larger share of the rows of a table that joins nothing is suspicious, and warned of."""


def look_at_names(layer: gpd.GeoDataFrame, name: str, findings: Findings) -> None:
    """Own places whose names are in no column that is known."""
    if not any(one in layer for one in NAMES):
        held = [str(one) for one in layer.columns if one != layer.active_geometry_name]
        do_hint = f"name the column of names in study.toml: [columns.{name}] name = ..."
        what_hint = "no column of names: ids stand for them"
        findings.add(name, "suspicious", what_hint, ids=held, do=do_hint)


def look_at_zones(zones: gpd.GeoDataFrame, places: gpd.GeoDataFrame, findings: Findings) -> None:
    """Own polygons against the seats of their codes."""
    counties = counties_of(places)
    small = zones.index.isin(places.index[places["level"] == ZONE])
    findings.add("zones", "found", "polygons read", count=len(zones))
    if small.any():
        held = places["county"].reindex(zones.index[small]).isin(counties.index)
        findings.add("zones", "found", "polygons that are no counties: units of their own", count=small.sum())
        findings.add("zones", "joined", "of them with the code of a county of the region", count=held.sum())
        zones, counties = zones[~small], counties[~counties.index.isin(places["county"])]
        if zones.empty:
            bare = counties if held.any() else counties.iloc[:0]
            if len(bare):
                findings.add("zones", "left over", "counties without any of these zones", ids=named_ids(bare))
            return
    both = zones.index.intersection(counties.index)
    findings.add("zones", "joined", "polygons with a seat of their code", count=len(both))
    bare, without = zones.index.difference(counties.index), counties.index.difference(zones.index)
    if len(bare):
        what_hint = "polygons without a seat of their code (≈ the nearest known)"
        findings.add("zones", "left over", what_hint, ids=_nearest(zones.loc[bare], counties), shown=LISTED)
    if len(without):
        findings.add("zones", "left over", "seats without a polygon", ids=named_ids(counties.loc[without]))
    if len(both):
        inside = zones.geometry.loc[both].to_crs(WGS84).covers(counties.geometry.loc[both])
        if (~inside).any():
            ids = named_ids(counties.loc[both[~inside]])
            findings.add(
                "zones", "suspicious", "seats outside their own polygon", ids=ids,
                do="look at the CRS (GCJ-02?), or the codes",
            )  # fmt: skip


def _nearest(zones: gpd.GeoDataFrame, counties: pd.DataFrame) -> list[str]:
    """Polygons, each with the county nearest by its name, where it has one, or by its code."""
    names = zones.get("name_zh", pd.Series("", zones.index)).fillna("").astype(str)
    codes = sorted(one for one in map(str, counties.index) if one.isdigit())
    by_name = counties["name_zh"].groupby(counties["name_zh"]).groups
    said = []
    for zone, name in names.items():
        bare = name == str(zone)  # ids stand for names that are missing
        near = [] if bare else [one for alike in nearest_names(name, by_name, 1) for one in by_name[alike]]
        near = near or nearest_codes(str(zone), codes, 1)
        told = ", ".join(f"{one} {counties.at[one, 'name_zh']}" for one in near)
        said.append((str(zone) if bare or not name else f"{zone} {name}") + (f" ≈ {told}" if told else ""))
    return said


def look_at_table(people: People, findings: Findings) -> str:
    """What was found in a table of people, and which of its rows were not joined; its column and unit."""
    told_hint = f"{people.source}: column {people.head!r} in {people.unit}"
    findings.add("population", "found", told_hint, count=len(people.joined))
    for how, rows in people.joined.groupby("joined_by"):
        if how in ("unknown", "ambiguous", TWICE):
            _left(people, str(how), rows, findings)
            continue
        ids = [asked_text(row) for row in rows.itertuples()] if how != "same code" else []
        findings.add("population", "joined", f"rows joined by {how}", count=len(rows), ids=ids)
    if people.unread:
        findings.add("population", "suspicious", "cells that are no numbers", ids=people.unread)
    return told_hint


def _left(people: People, how: str, rows: pd.DataFrame, findings: Findings) -> None:
    """Rows that joined no place, each with the nearest; warned of where they are many."""
    ids, many = [asked_text(row) for row in rows.itertuples()], False
    what_hint = f"rows that are {how}" + ("" if how == TWICE else " (≈ the nearest known)")
    if how == "unknown" and len(rows) > MANY_LEFT * len(people.joined):
        many = True
        warn(
            f"{people.source}: {len(rows)} of {len(people.joined)} rows join no place of the region and are "
            f"left out (≈ the nearest known): {some_of(ids)}."
        )
    findings.add(
        "population", "suspicious" if many else "left over", what_hint, ids=ids, shown=LISTED,
        do="codes of other units, of another year or region?" if many else "",
    )  # fmt: skip


def look_at_people(amounts: pd.Series, places: gpd.GeoDataFrame, findings: Findings) -> None:
    """Who has no people, and counties summed against the census total of their prefecture."""
    counties, small = counties_of(places), places[places["level"] == ZONE]
    bare, empty = (named_ids(held[~held.index.isin(amounts.index)]) for held in (counties, small))
    if bare:
        do_hint = "give their people: without, no answer counts people"
        findings.add("population", "left over", "counties without people", ids=bare, do=do_hint)
    if empty:
        findings.add("population", "left over", "zones without people", ids=empty)
    summed = amounts.reindex(counties.index).groupby(counties["prefecture"]).sum(min_count=1)
    known = places["population"].reindex(summed.index)
    off = (summed / known - 1.0).dropna()
    far = off[off.abs() > 0.02]
    if len(far):
        names = places["name_zh"].reindex(far.index)
        said = [f"{names[one]} {share:+.1%}" for one, share in far.items()]
        findings.add(
            "population", "suspicious", "counties that do not sum to the census total of the prefecture",
            ids=said, do="another year, registered instead of resident people, zones counted apart?",
        )  # fmt: skip


def why_no_people(amounts: pd.Series, places: gpd.GeoDataFrame) -> str:
    """Why nothing can count people: which counties have none; nothing where all have."""
    counties = counties_of(places)
    bare = named_ids(counties[~counties.index.isin(amounts.index)])
    if not bare:
        return ""
    return (
        f"{len(bare)} of {len(counties)} counties have no people, so nothing counts people: {some_of(bare)}"
    )
