"""Thresholds of the outline: closed, over the right seats, and only where their layer is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from tests.network.build import points, road
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.regions.region import Region
from urbgeo.study.answers import Answers
from urbgeo.study.targets import outline_targets


def test_the_outlines_thresholds_have_a_row_each(answers: Answers, hunan_network: TravelNetwork) -> None:
    targets = answers.bands.by_set["accessibility literature"].targets
    assert targets["minutes"].tolist() == [45, 60, 15, 30, 60]
    assert targets["seats"].tolist() == [14, 14, 122, 122, 122]
    road = hunan_network.only(("road",))
    region = answers.region
    found = nearest_facility(road, region.counties, region.interchanges)["minutes"]
    assert targets.loc["expressway", "within"] == (found <= 30).sum()


def along_a_road(*, network: TravelNetwork | None = None, left_out: dict[str, str] | None = None) -> Region:
    """Four county seats on one road, a minute a kilometre; two of its stretches are national roads."""
    nodes = points([(0, 0), (15, 0), (30, 0), (60, 0), (61, 0)])
    links = road(("A", "B", 15.0), ("B", "C", 15.0), ("C", "D", 30.0), ("D", "E", 1.0))
    links = links.assign(**{"class": ["trunk", "primary", "primary", "primary"]})
    seats = points([(30, 0), (60, 0), (0, 0), (15, 0)], ["c30", "c60", "c0", "c15"]).assign(
        level=["county", "county", "county", "prefecture"], prefecture="c15"
    )
    empty = points([])
    return Region(
        name="line", title_zh="", title_en="", places=seats, zones=None,
        airports=points([(60, 0)], ["air"]), stations=empty.assign(kind=[]),
        road_nodes=nodes.assign(kind=["interchange", "", "", "", ""]), road_links=links, rail_sections=empty,
        rail_stops=pd.DataFrame(), lists={}, known_trips=pd.DataFrame(), network=network,
        left_out=left_out or {},
    )  # fmt: skip


def test_minutes_of_just_the_standard_are_within_and_the_farthest_is_named() -> None:
    region = along_a_road()
    found = outline_targets(
        region, region_network(region, modes=("road",), speeds={"trunk": 60.0, "primary": 60.0})
    )
    assert found.index.tolist() == ["hsr", "airport", "road", "expressway", "railway"]
    # national road: seats at 0 and, 15 minutes off, at 30 are within; the one at 60 is 45 minutes away
    row = found.loc["road"]
    assert row[["within", "seats", "median_min", "farthest", "farthest_min"]].tolist() == [
        2,
        3,
        15.0,
        "c60",
        45.0,
    ]
    row = found.loc["expressway"]
    assert row[["within", "farthest", "farthest_min"]].tolist() == [2, "c60", 60.0]
    assert found.loc["airport", ["within", "seats", "median_min"]].tolist() == [1, 1, 45.0]


def test_layers_without_rows_are_reached_by_nobody_and_those_never_given_are_not_asked() -> None:
    region = along_a_road()
    network = region_network(region, modes=("road",))
    found = outline_targets(region, network)
    assert found.loc[["hsr", "railway"], "within"].tolist() == [0, 0]
    assert np.isinf(found.loc["hsr", "farthest_min"]), "a year before the first opened"
    never = along_a_road(left_out={"trains": "none", "national roads": "none"})
    assert outline_targets(never, network).index.tolist() == ["airport", "expressway"]
    assert outline_targets(region, network, only=("road", "hsr")).index.tolist() == ["hsr", "road"]


def test_national_roads_of_ones_own_network_are_those_of_its_classes() -> None:
    own = along_a_road()
    network = region_network(own, modes=("road",), speeds={"trunk": 60.0, "primary": 60.0})
    bare = replace(along_a_road(network=network), road_links=own.road_links.iloc[:0])
    assert outline_targets(bare, network).loc["road", ["within", "farthest_min"]].tolist() == [2, 45.0]
