"""Running speeds of OpenStreetMap ways: by tag, else by class and region; peak factors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.network.build import points, road
from tests.network.surveyed import lines
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.lines import from_lines
from urbgeo.network.model import build_network
from urbgeo.network.osm import from_pbf
from urbgeo.network.osm_speeds import (
    CHINA,
    SPEED_SOURCES,
    WORLD,
    LineReading,
    RoadReading,
    junction_delay,
    way_speeds,
    with_sources,
)


def test_every_link_says_where_its_speed_comes_from(porto_alegre: Path) -> None:
    network = from_pbf(porto_alegre, reading=RoadReading(region="world", speeds={"residential": 20.0}))
    by = network.links.groupby("speed_source")
    assert set(network.links["speed_source"]) == {"tag", "class", "override"}
    tagged, named = by.get_group("tag"), by.get_group("override")
    assert (tagged["speed_kmh"] == tagged["maxspeed_kmh"]).all()
    assert set(named["class"]) == {"residential"}
    assert named["speed_kmh"].to_numpy() == pytest.approx(20.0)
    share = network.provenance.shares["links with imputed speed"]
    assert share == pytest.approx((network.links["speed_source"] != "tag").mean())
    without = from_pbf(porto_alegre, reading=RoadReading(region="world", use_maxspeed=False))
    assert without.provenance.shares["links with imputed speed"] == 1.0


def test_peak_hours_are_slower_by_the_factor_of_the_table(porto_alegre: Path) -> None:
    free, peak = (
        from_pbf(porto_alegre, reading=RoadReading(region="china", peak=hour)) for hour in (False, True)
    )
    ratio = (free.links["minutes"] / peak.links["minutes"])[free.links["minutes"] > 0]
    assert set(ratio.round(6).unique()) == {0.7, 0.8}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"region": "mars"}, "region: 'mars'"),
        ({"speeds": {"autobahn": 100.0}}, "unknown class 'autobahn'"),
        ({"speeds": {"primary": np.nan}}, "primary: nan km/h"),
        ({"speeds": {"primary": 0.0, "trunk": -1.0}}, "primary.*trunk"),
    ],
)
def test_speeds_that_cannot_be_used_are_refused(
    porto_alegre: Path, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        from_pbf(porto_alegre, reading=RoadReading(**arguments))


def test_a_junction_delay_is_added_where_three_links_meet(porto_alegre: Path) -> None:
    network = from_pbf(porto_alegre, reading=RoadReading(region="world"))
    slow = junction_delay(network, {"primary": 12.0})
    degree = np.bincount(network.link_ends.ravel())
    more = slow.links["minutes"] - network.links["minutes"]
    expected = (network.links["class"] == "primary") & (degree[network.link_ends[:, 1]] >= 3)
    np.testing.assert_allclose(more, np.where(expected, 0.2, 0.0), atol=2e-6)
    assert network.links["minutes"].sum() < slow.links["minutes"].sum()
    for wrong, message in (
        (("canal", 1.0), "no link of class canal"),
        (("primary", -1.0), "'primary': -1.0"),
    ):
        with pytest.raises(InputError, match=message):
            junction_delay(network, dict([wrong]))


def test_the_delay_of_a_junction_comes_where_a_link_ends() -> None:
    """A and B are ends, J a junction of three: the way to J is delayed, the way from it is not."""
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([500_000, 501_000, 502_000, 501_000], [3e6, 3e6, 3e6, 3.001e6]),
        index=list("AJBC"), crs=32649,
    )  # fmt: skip
    links = pd.DataFrame(
        {"from_node": ["A", "J", "J"], "to_node": ["J", "B", "C"], "length_km": 1.0, "class": "primary"}
    )
    slow = junction_delay(build_network(nodes, links), {"primary": 60.0}).link_table
    assert slow[["minutes", "minutes_back"]].to_numpy().tolist() == [[2.0, 1.0], [1.0, 2.0], [1.0, 2.0]]


def test_settings_of_another_kind_are_refused_when_they_are_made() -> None:
    kmh: Any = 50
    with pytest.raises(InputError, match=r"speeds: give km/h by class, e\.g\. {'primary': 50}"):
        RoadReading(speeds=kmh)
    with pytest.raises(InputError, match=r"snapping: give a Snapping, e\.g\. Snapping\(max_snap_km=2\)"):
        RoadReading(snapping=kmh)


def test_streets_of_wuhan_merged_by_class_come_back_to_one_part(shared_data: Path) -> None:
    """As survey lines are drawn: through every junction with a street of another class."""
    streets = gpd.read_parquet(shared_data / "wuhan/streets.parquet")
    streets = streets[~streets["highway"].map(lambda one: isinstance(one, list | np.ndarray))]
    merged = streets.dissolve("highway").line_merge().explode().reset_index(name="geometry")
    merged = gpd.GeoDataFrame(merged, crs=streets.crs)
    with pytest.warns(UrbgeoWarning, match="parts"):
        apart = from_lines(merged, class_column="highway", reading=LineReading(class_system="osm"))
        joined = from_lines(
            merged, class_column="highway", node_at="touches", reading=LineReading(class_system="osm")
        )
        whole = from_lines(
            streets, class_column="highway", node_columns=("u", "v"), reading=LineReading(class_system="osm")
        )
    assert whole.parts[1] > 0.98
    assert apart.parts[1] < 0.9
    assert joined.parts[1] >= 0.99 or joined.parts[1] >= whole.parts[1]
    assert joined.links["length_km"].sum() == pytest.approx(whole.links["length_km"].sum(), rel=1e-3)


def test_where_speeds_come_from_is_told_by_link_and_by_length() -> None:
    network = from_lines(lines((0, 0, 30, 0), (30, 0, 40, 0)))
    told = pd.Series(pd.Categorical(["tag", "class"], SPEED_SOURCES))
    shares = with_sources(network, told, {"primary": 60.0}).provenance.shares
    assert {name: shares[name] for name in shares if " timed by " in name} == {
        "links timed by tag": 0.5,
        "links timed by class": 0.5,
        "kilometres timed by tag": pytest.approx(0.75, rel=1e-3),
        "kilometres timed by class": pytest.approx(0.25, rel=1e-3),
    }
    assert shares["links with imputed speed"] == 0.5


def test_the_tables_hold_the_speeds_that_are_told_of_them() -> None:
    """China: a motorway as published, others below their design speeds. The world: OSRM's car profile."""
    assert dict(CHINA.kmh) == {
        "motorway": 100, "motorway_link": 60, "trunk": 80, "trunk_link": 50, "primary": 60,
        "primary_link": 40, "secondary": 50, "secondary_link": 40, "tertiary": 40, "tertiary_link": 30,
        "unclassified": 30, "residential": 25, "living_street": 10, "road": 30, "service": 15, "track": 15,
        "pedestrian": 10,
        "ferry": 15,
    }  # fmt: skip
    assert dict(WORLD.kmh) == {
        "motorway": 90, "motorway_link": 45, "trunk": 85, "trunk_link": 40, "primary": 65, "primary_link": 30,
        "secondary": 55, "secondary_link": 25, "tertiary": 40, "tertiary_link": 20, "unclassified": 25,
        "residential": 25, "living_street": 10, "road": 25, "service": 15, "track": 15, "pedestrian": 10,
        "ferry": 5,
    }  # fmt: skip
    fast = {"motorway", "motorway_link", "trunk", "trunk_link"}
    slow = set(CHINA.kmh) - fast - {"track", "pedestrian", "ferry"}
    for table in (CHINA, WORLD):
        assert dict(table.peak_factor) == {**dict.fromkeys(fast, 0.8), **dict.fromkeys(slow, 0.7)}


def ways(**columns: object) -> pd.DataFrame:
    tags = {"maxspeed_kmh": np.nan, "maxspeed_back_kmh": np.nan}
    return pd.DataFrame({"class": ["motorway", "ferry", "residential"], **tags, **columns})


def test_a_way_is_as_fast_as_its_tag_its_class_or_its_traveller() -> None:
    tagged = ways(maxspeed_kmh=[np.nan, np.nan, 40.0], maxspeed_back_kmh=[80.0, np.nan, np.nan])
    timed, used = way_speeds(tagged, mode="road", reading=RoadReading(peak=True, speeds={"motorway": 90.0}))
    assert timed["speed_kmh"].tolist() == pytest.approx([90 * 0.8, 15, 40 * 0.7])
    assert timed["speed_back_kmh"].tolist() == pytest.approx([80 * 0.8, 15, 25 * 0.7])
    assert timed["speed_source"].tolist() == ["override", "class", "tag"]
    assert used == {"ferry": 15, "motorway": 90, "residential": 25}
    bare, _ = way_speeds(tagged, mode="road", reading=RoadReading(use_maxspeed=False))
    assert bare[["speed_kmh", "speed_back_kmh"]].to_numpy().tolist() == [[100, 100], [15, 15], [25, 25]]
    for mode, kmh in (("walk", 4.5), ("cycle", 12.0)):
        timed, _ = way_speeds(ways(), mode=mode, reading=RoadReading(peak=True))
        assert timed["speed_kmh"].tolist() == [kmh, 15, kmh], "no peak on foot, and a ferry is a ferry"
        assert timed["speed_source"].tolist() == ["default"] * 3


def test_a_delay_of_no_seconds_changes_nothing() -> None:
    nodes = points([(0, 0), (10, 0), (20, 0), (10, 10)])
    cross = build_network(nodes, road(("A", "B", 10.0), ("B", "C", 10.0), ("B", "D", 10.0)))
    assert junction_delay(cross, {"primary": 0.0}).link_table["minutes"].tolist() == [10, 10, 10]
