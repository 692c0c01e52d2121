"""The ground of a measure: what was open in a year, which parts a region has, and minutes asked once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.indicators.grounds import TOWNS, ground, places, region
from tests.network.build import along, points
from urbgeo.indicators.ground import PARTS, Ground, opened_by, sets_apply
from urbgeo.network.regional import region_network


def test_what_opened_in_a_year_counts_in_it_and_what_has_no_year_always_did() -> None:
    table = pd.DataFrame({"opened": [2010, 2011.0, None]}, index=list("abc"))
    assert opened_by(table, 2010, "stations").index.tolist() == ["a", "c"]
    assert opened_by(table, 2009, "stations").index.tolist() == ["c"]
    assert opened_by(table.drop(columns="opened"), 1900, "stations").index.tolist() == list("abc")


def test_interchanges_lie_on_an_expressway_that_was_open() -> None:
    assert ground(year=2010).interchanges.index.tolist() == ["n1", "n2"]
    assert ground(year=2009).interchanges.empty
    assert ground(year=2009).national_road.index.tolist() == ["n2", "n3"]


def test_roads_of_the_year_alone_are_travelled_and_estimates_counted_of_them() -> None:
    assert ground().estimated_road_share == 0.25 and ground(year=2009).estimated_road_share == 1.0
    assert len(ground().road.link_table) == 2 and len(ground(year=2009).road.link_table) == 1
    links = region().road_links
    assert ground(road_links=links.drop(columns="km_basis")).estimated_road_share == 0.0
    assert ground(road_links=links.iloc[:0]).estimated_road_share == 0.0


def test_minutes_are_asked_once_and_nobody_is_near_what_was_not_there() -> None:
    on = ground()
    first = on.nearest("counties", "interchanges")
    assert on.nearest("counties", "interchanges") is first and np.isfinite(first).any()
    nowhere = on.nearest("counties", "airports")
    assert nowhere.index.tolist() == list(TOWNS) and np.isinf(nowhere).all()
    table = on.table("counties", "prefectures")
    assert on.table("counties", "prefectures") is table and table.shape == (4, 2)
    assert on.table("prefectures", "counties") is not table


def test_a_scenario_stands_on_its_own_networks() -> None:
    network = along(0, 10, 20)
    assert Ground(region(), 2025, networks={"road": network}).road is network
    assert Ground(region(), 2025, networks={"both": network}).both is network


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("prefectures", {"places": places().iloc[2:]}),
        ("people", {"places": places().assign(population=np.nan)}),
        ("people", {"places": places().assign(population=0.0)}),
        ("people", {"places": places().drop(columns="population")}),
        ("people", {"places": places().assign(population=[1.0] * 5 + [np.nan])}),
        ("interchanges", {"road_nodes": region().road_nodes.assign(kind="junction")}),
        ("interchanges", {"road_links": region().road_links.assign(**{"class": "trunk"})}),
        ("national roads", {"road_links": region().road_links.assign(**{"class": "expressway"})}),
        ("road tables", {"road_links": region().road_links.iloc[:0]}),
    ],
)
def test_a_part_is_there_or_not(part: str, changes: dict[str, object]) -> None:
    assert ground().has(part)
    assert not ground(**changes).has(part)


def test_parts_that_the_made_up_region_lacks_are_had_once_given() -> None:
    for part in ("airports", "stations", "fast stations", "railways", "trains", "urban people"):
        assert not ground().has(part), part
    station = points([(5, 5)], ["s"])
    assert ground(airports=station).has("airports") and ground(stations=station.assign(kind="rail")).has(
        "stations"
    )
    assert not ground(stations=station.assign(kind="rail")).has("fast stations")
    assert ground(stations=station.assign(kind="intercity")).has("fast stations")
    assert ground(rail_sections=station).has("railways") and ground(rail_stops=station).has("trains")
    third = points([(45, 5)], ["430400"]).assign(
        level="prefecture", urban_population=5e5, prefecture="430400"
    )
    more = pd.concat([places(), third])
    assert ground(places=more).has("urban people"), "three cities make a distribution"
    assert all(isinstance(ground().has(part), bool) and len(words) == 2 for part, words in PARTS.items())


def test_named_sets_of_speeds_say_nothing_of_roads_without_classes_of_ours() -> None:
    own = along(0, 10, 20)
    assert sets_apply(region()) and sets_apply(replace(region(), network=own))
    timed = replace(own, link_table=own.link_table.assign(**{"class": "estimated"}))
    assert not sets_apply(replace(region(), network=timed))
    peak, usual = (region_network(region(), modes=("road",), speeds=name) for name in ("peak", None))
    assert Ground(region(), 2025, "peak").road.link_table["minutes"].equals(peak.link_table["minutes"])
    assert not peak.link_table["minutes"].equals(usual.link_table["minutes"])


def test_a_layer_that_was_not_handed_over_is_none() -> None:
    assert ground().layer("parks") is None and ground(layers={"parks": 5}).layer("parks") == 5
