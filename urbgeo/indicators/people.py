"""Measures of people: size structure, urbanisation, links between cities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from urbgeo.cities.gravity import gravity_links
from urbgeo.cities.hunan import hunan_box8
from urbgeo.cities.interaction import dominant_flows
from urbgeo.cities.ranks import concentration, rank_size
from urbgeo.indicators.ground import Ground
from urbgeo.indicators.measured import Measured, measure, named, percent, plain

CITY, POINTS = ("市", "prefecture"), ("点", "points")
SUBCENTRES = ("430600", "430400")
"""Sub-centres of Hunan that the plan names: Yueyang and Hengyang."""


@measure("core_share", when="census", on=("urban people",))
def core_share(ground: Ground) -> Measured | None:
    """Share of the core cities in the urban people of the region."""
    urban = ground.prefectures["urban_population"].astype(float)
    return None if ground.core.empty else plain(percent(urban.index.isin(ground.core.index), urban))


@measure("circle_urban", when="census", on=("urban people",))
def circle_urban(ground: Ground) -> Measured | None:
    """Urban people of the approved circle."""
    return _circle_sum(ground, "urban_population")


@measure("circle_all", when="census", on=("people",))
def circle_all(ground: Ground) -> Measured | None:
    """All people of the approved circle."""
    return _circle_sum(ground, "population")


def _circle_sum(ground: Ground, column: str) -> Measured | None:
    counties = ground.counties
    inside = counties[counties.index.isin(ground.region.lists.get("circle", ()))]
    if inside.empty:
        return None
    mark = "urban_basis" if column == "urban_population" else "population_source"
    guessed = inside[mark].astype(str).str.startswith("estimated") if mark in inside else False
    people = inside[column].astype(float)
    units = people.groupby(inside["prefecture"]).sum()
    share = float(people[guessed].sum() / people.sum())
    return plain(people.sum(), estimated_share=share, units=units)


@measure("primacy_2", when="census", on=("urban people",))
def primacy_2(ground: Ground) -> Measured:
    """Urban people of the first prefecture over those of the second."""
    return plain(concentration(ground.prefectures["urban_population"], units_checked=True)["primacy_2"])


@measure("primacy_share", when="census", on=("urban people",))
def primacy_share(ground: Ground) -> Measured:
    """Share of the first prefecture in the urban people of the region."""
    return plain(
        100 * concentration(ground.prefectures["urban_population"], units_checked=True)["share_first"]
    )


@measure("rank_size_exponent", when="census", on=("urban people",))
def rank_size_exponent(ground: Ground) -> Measured:
    """Exponent of the rank-size rule over the prefectures' urban people."""
    found = rank_size(ground.prefectures["urban_population"], units_checked=True)
    return plain(float(getattr(found, "exponent", np.nan)))


@measure("urbanisation", when="census", on=("urban people",))
def urbanisation(ground: Ground) -> Measured:
    """Share of urban residents; of one prefecture where the target is one's."""
    seats = ground.prefectures
    rates = 100.0 * seats["urban_population"] / seats["population"]
    return plain(
        100.0 * seats["urban_population"].sum() / seats["population"].sum(), units=rates, count=len(rates)
    )


@measure("urbanisation_met", when="census", on=("urban people",))
def urbanisation_met(ground: Ground) -> Measured:
    """Prefectures that have reached the rate their plan sets."""
    aims = hunan_box8().set_index("adcode")["urbanisation_2025"]
    seats = ground.prefectures[ground.prefectures.index.isin(aims.index)]
    rates = seats["urban_population"] / seats["population"]
    lacking = 100.0 * (aims.loc[seats.index] - rates)
    left = lacking[lacking > 0].sort_values(kind="stable")
    return plain(
        float((lacking <= 0).sum()),
        left=named(seats, left),
        left_unit=POINTS,
        noun=CITY,
        count=len(seats),
        units=-lacking,
    )


def _links(ground: Ground) -> pd.DataFrame:
    seats = ground.prefectures
    minutes = ground.table("prefectures", "prefectures").clip(lower=1.0)
    return gravity_links(seats["urban_population"].astype(float), minutes)


@measure("cluster_links", by_speed=True, on=("urban people",))
def cluster_links(ground: Ground) -> Measured | None:
    """Share of the gravity links of the region that run within 3+5."""
    members = ground.region.lists.get("cluster_3_5", ())
    if len(members) < 2:
        return None
    links = _links(ground)
    inside = links["from_place"].isin(members) & links["to_place"].isin(members)
    return Measured(percent(inside, links["strength"]), estimated_share=ground.estimated_road_share)


@measure("subcentres", by_speed=True, on=("urban people",))
def subcentres(ground: Ground) -> Measured | None:
    """Prefecture seats whose strongest link goes to a sub-centre."""
    seats = ground.prefectures
    if not set(SUBCENTRES) <= set(seats.index):
        return None
    square = _links(ground).pivot(index="from_place", columns="to_place", values="strength")
    flows = square.reindex(index=seats.index, columns=seats.index).fillna(0.0)
    found = dominant_flows(flows, size=seats["urban_population"].astype(float))
    led = found[(found["status"] == "dependent") & found["destination"].isin(SUBCENTRES)]
    return Measured(float(len(led)), estimated_share=ground.estimated_road_share, count=len(seats))


@measure("losing_counties", when="census")
def losing_counties(ground: Ground) -> Measured | None:
    """Counties with fewer people than in the base year; the layer is a Series of people by county."""
    before = ground.layer("people_before")
    if before is None:
        return None
    both = (
        ground.counties["population"].astype(float).to_frame("now").join(before.rename("before"), how="inner")
    )
    fewer = both[both["now"] < both["before"]]
    change = 100.0 * (fewer["now"] / fewer["before"] - 1.0)
    return plain(
        len(fewer),
        left=named(ground.counties, change.sort_values()),
        left_unit=("%", "%"),
        noun=("县", "county"),
        count=len(both),
    )
