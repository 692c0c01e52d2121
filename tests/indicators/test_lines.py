"""Measures of lines on known ground: rings of expressways round a city."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from tests.indicators.grounds import ground
from tests.network.build import points
from urbgeo.errors import InputError
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.ground import Ground
from urbgeo.indicators.measured import NO_NUMBER
from urbgeo.regions.region import Region

CORNERS = {"A": (112.8, 28.1), "B": (113.1, 28.1), "C": (113.1, 28.4), "D": (112.8, 28.4)}
"""A square round the core of Changsha."""


def ringed(hunan: Region, missing: tuple[str, ...] = ()) -> Region:
    """Hunan with one ring of expressways, and the corners that its nodes are to have."""
    links = pd.DataFrame({"from_node": list("ABCD"), "to_node": list("BCDA"), "class": "expressway"})
    links = links.assign(length_km=30.0, opened=2000).set_axis(["AB", "BC", "CD", "DA"])
    kept = [one for one in CORNERS if one not in missing]
    nodes = gpd.GeoDataFrame(
        {"kind": "junction"},
        index=kept,
        geometry=gpd.points_from_xy(*zip(*(CORNERS[one] for one in kept), strict=True)),
        crs=4326,
    )
    return replace(hunan, road_links=links, road_nodes=nodes)


def test_a_seat_inside_a_ring_is_enclosed(hunan: Region) -> None:
    found = MEASURES["closed_expressway"].work(Ground(ringed(hunan), 2024))
    assert found is not None and (found.value, found.count) == (1.0, 3)
    assert [zh for zh, *_ in found.left] == ["株洲市", "湘潭市"] and found.left_unit == NO_NUMBER


def test_roads_to_nodes_that_are_not_there_are_refused_by_their_ids(hunan: Region) -> None:
    """Without C its two roads would end at the last node, D, and the ring be a triangle."""
    with pytest.raises(InputError, match=r"road_links: BC, CD end at nodes"):
        MEASURES["closed_expressway"].work(Ground(ringed(hunan, ("C",)), 2024))


def test_own_airports_without_codes_are_counted_in_the_polygons_and_not_around() -> None:
    air = points([(5, 5), (35, 5), (60, 5)], ["a", "b", "beyond"]).assign(opened=[2000.0, 2001.0, 2002.0])
    count = MEASURES["airport_count"].work(ground(airports=air))
    assert count is not None and count.value == 2.0
    assert MEASURES["airport_count"].work(ground(airports=air, zones=None)) is None
    coded = air.assign(adcode=["430102", "440100", "430603"])
    told = MEASURES["airport_count"].work(ground(airports=coded))
    assert told is not None and told.value == 2.0, "by code where there is one"
