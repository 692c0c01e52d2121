"""Looks at one layer against another while a region is put together."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from urbgeo.crs import WGS84
from urbgeo.regions.region import ZONE
from urbgeo.study.findings import Findings
from urbgeo.study.places import counties_of, named_ids


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
        findings.add("zones", "left over", "polygons without a seat of their code", ids=bare)
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


def look_at_people(amounts: pd.Series, places: gpd.GeoDataFrame, findings: Findings) -> None:
    """Who has no people, and counties summed against the census total of their prefecture."""
    counties, small = counties_of(places), places[places["level"] == ZONE]
    bare, empty = (named_ids(held[~held.index.isin(amounts.index)]) for held in (counties, small))
    if bare:
        findings.add("population", "left over", "counties without people", ids=bare)
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
