"""Speeds by class, terrain, town and hour: every one named, none faster for a harder terrain."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine

from tests.network.build import EAST, NORTH, UTM, points, road
from urbgeo.access.uncertainty import scaled
from urbgeo.errors import InputError
from urbgeo.network.edits import with_links, with_speeds
from urbgeo.network.model import build_network
from urbgeo.network.speeds import (
    HOURS,
    LITERATURE,
    ROAD_CLASSES,
    TERRAINS,
    class_speeds,
    hour_factors,
    links_timed_by,
    speed_set,
    speed_sets,
)
from urbgeo.rasters.grid import Grid
from urbgeo.surface.friction import burn_roads


def links(**columns: object) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    return table.set_axis([f"r{number}" for number in range(len(table))])


def test_every_speed_of_every_set_names_its_source() -> None:
    table = speed_sets()
    assert set(table["set"]) == {"accessibility literature", "technical standard", "peak"}
    assert (table["source"].str.len() > 20).all()
    assert (table["speed_kmh"] > 0).all()
    assert set(table["class"]) == {*class_speeds(), "through town"}
    assert hour_factors()["source"].notna().all()


def test_harder_terrain_is_never_faster_and_hours_never_quicken() -> None:
    table = speed_sets().pivot(index=["set", "class"], columns="terrain", values="speed_kmh")
    assert (table["plain"] >= table["hill"]).all()
    assert (table["hill"] >= table["mountain"]).all()
    assert (hour_factors()[["town", "expressway", "road"]] >= 1).all(axis=None)


def test_class_three_roads_are_designed_for_forty_and_thirty() -> None:
    assert speed_set("technical standard").kmh["secondary"] == (40.0, 40.0, 30.0)


def test_a_link_takes_the_time_of_its_open_and_its_built_up_part() -> None:
    table = links(**{"class": ["trunk", "trunk", "expressway"]}, length_km=[30.0, 30.0, 40.0],
                  terrain=["plain", "mountain", "mountain"], town_km=[12.0, 0.0, 5.0])  # fmt: skip
    kmh = links_timed_by(table, speed_set(LITERATURE), {})["speed_kmh"]
    minutes = table["length_km"] / kmh * 60
    assert minutes.tolist() == pytest.approx([18 / 75 * 60 + 12 / 36 * 60, 30.0, 30.0])


def test_missing_terrain_is_plain_also_among_categories_without_it() -> None:
    table = links(**{"class": ["trunk", "trunk"]}, length_km=[30.0, 30.0], terrain=["mountain", None])
    kinds = table.assign(terrain=table["terrain"].astype("category"))
    for one in (table, kinds):
        assert links_timed_by(one, speed_set(LITERATURE), {})["speed_kmh"].tolist() == [60.0, 75.0]


def test_the_evening_lengthens_towns_more_than_the_open_road() -> None:
    table = links(**{"class": ["trunk"]}, length_km=[30.0], town_km=[12.0])
    kmh = links_timed_by(table, speed_set(LITERATURE, hour="evening"), {})["speed_kmh"].iloc[0]
    assert 30 / kmh * 60 == pytest.approx(18 / 75 * 60 * 1.1 + 12 / 36 * 60 * 1.6)


def test_given_speeds_win_over_the_set_and_are_alike_on_any_terrain() -> None:
    table = links(**{"class": ["trunk", "primary"]}, length_km=[30.0, 30.0], terrain=["mountain"] * 2,
                  speed_kmh=[None, 11.0], town_km=[3.0, 3.0])  # fmt: skip
    assert links_timed_by(table, speed_set(LITERATURE), {"trunk": 50.0})["speed_kmh"].tolist() == [50.0, 11.0]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"terrain": ["moor"]}, "unknown terrain at r0"),
        ({"town_km": [31.0]}, "town_km below 0 or above the length at r0"),
        ({"class": ["lane"]}, "without a speed in the set .* at r0"),
    ],
)
def test_what_cannot_be_timed_is_refused_by_name(columns: dict[str, list[object]], message: str) -> None:
    table = links(**{"class": ["trunk"], "length_km": [30.0], **columns})
    with pytest.raises(InputError, match=f"links: .*{message}"):
        links_timed_by(table, speed_set(LITERATURE), {})


def test_unknown_sets_and_hours_are_refused() -> None:
    with pytest.raises(InputError, match=r"speeds: .*'technical standard'"):
        speed_set("fast")
    with pytest.raises(InputError, match=rf"hour: .*'{HOURS[1]}'"):
        speed_set(LITERATURE, hour="noon")
    assert TERRAINS == ("plain", "hill", "mountain")


WORDS = {
    "高速公路": "expressway", "G4": "expressway", "国道": "trunk", "G107": "trunk", "快速路": "trunk",
    "省道": "primary", "S202": "primary", "县道": "secondary", "X012": "secondary", "主干路": "secondary",
    "乡道": "local", "Y012": "local", "次干路": "urban", "支路": "urban",
}  # fmt: skip


def test_every_door_reads_the_words_and_numbers_of_roads() -> None:
    many = points([(float(k), 0.0) for k in range(len(WORDS) + 1)], [f"n{k}" for k in range(len(WORDS) + 1)])
    rows = road(*((f"n{k}", f"n{k + 1}", 1.0) for k in range(len(WORDS)))).assign(**{"class": list(WORDS)})
    network = build_network(many, rows)
    assert network.link_table["class"].tolist() == list(WORDS.values())
    by_class = [ROAD_CLASSES[name] for name in WORDS.values()]
    assert network.link_table["speed_kmh"].tolist() == [one.speed_kmh for one in by_class]
    assert network.link_table["joinable"].tolist() == [one.joinable for one in by_class]
    timed = build_network(many, rows.assign(minutes=1.0))  # timed by hand, a 国道 is joined all the same
    assert timed.link_table["joinable"].tolist() == [one.joinable for one in by_class]
    bare = build_network(many, road(("n0", "n1", 1.0)))
    added = with_links(bare, rows.set_axis([f"new {k}" for k in rows.index]), speeds={"县道": 45.0})
    assert added.link_table["class"].tolist()[1:] == list(WORDS.values())
    kmh = added.link_table.set_index("class")["speed_kmh"]
    assert set(kmh["secondary"]) == {45.0} and set(kmh["local"]) == {ROAD_CLASSES["local"].speed_kmh}
    slow = with_speeds(network, {"国道": 50.0}).link_table
    assert set(slow["speed_kmh"][slow["class"] == "trunk"]) == {50.0}
    half = scaled(network, {"国道": 0.5}).link_table
    assert set(half["speed_kmh"][half["class"] == "trunk"]) == {ROAD_CLASSES["trunk"].speed_kmh / 2}
    assert build_network(many, rows, speeds={"国道": 80.0}).provenance.speeds["trunk"] == 80.0
    lines = gpd.GeoDataFrame(rows, geometry=network.links.geometry)
    land = Grid(np.full((1, len(WORDS)), 1.0), Affine(1000, 0, EAST, 0, -1000, NORTH + 500), UTM)
    said, known = (burn_roads(land, one) for one in (lines, lines.assign(**{"class": list(WORDS.values())})))
    np.testing.assert_array_equal(said[0].values, known[0].values)
    assert said[0].values.min() == pytest.approx(0.06 / ROAD_CLASSES["trunk"].speed_kmh)


def test_a_train_called_g4_is_no_expressway_and_two_words_of_one_class_need_one_speed() -> None:
    nodes = points([(0, 0), (9, 0)])
    rail = road(("A", "B", 9.0), mode="rail", minutes=5.0).assign(**{"class": "G4"})
    assert build_network(nodes, rail).link_table["class"].tolist() == ["G4"]
    with pytest.raises(InputError, match="国道, 快速路 mean one class, trunk; give it one number"):
        build_network(nodes, road(("A", "B", 9.0)), speeds={"国道": 80.0, "primary": 80.0, "快速路": 60.0})
    with pytest.raises(InputError, match="speeds: list says nothing by name"):
        build_network(nodes, road(("A", "B", 9.0)), speeds=["国道"])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="unknown class 土路"):
        build_network(nodes, road(("A", "B", 9.0)).assign(**{"class": "土路"}))


def test_classes_run_and_are_joined_as_their_sources_say() -> None:
    """The Shandong study's speeds by class; class II for ways to interchanges; half of a main street's 60."""
    assert {name: (one.speed_kmh, one.joinable, one.year) for name, one in ROAD_CLASSES.items()} == {
        "expressway": (100, False, 2016), "trunk": (75, True, 2016), "primary": (60, True, 2016),
        "secondary": (40, True, 2016), "connector": (60, True, 2014), "local": (20, True, 2016),
        "urban": (30, True, 2012),
    }  # fmt: skip


def test_design_speeds_are_those_of_the_technical_standard_and_cap_the_literature() -> None:
    """JTG B01: 120, 100, 80 for expressways; class II 80 and 60, III 40 and 30, IV 30 and 20."""
    assert dict(speed_set("technical standard").kmh) == {
        "expressway": (120, 100, 80), "trunk": (80, 80, 60), "primary": (80, 60, 60),
        "secondary": (40, 40, 30), "connector": (80, 60, 60), "local": (30, 30, 20), "urban": (30, 30, 30),
    }  # fmt: skip
    assert dict(speed_set(LITERATURE).kmh) == {
        "expressway": (100, 100, 80), "trunk": (75, 75, 60), "primary": (60, 60, 60),
        "secondary": (40, 40, 30), "connector": (60, 60, 60), "local": (20, 20, 20), "urban": (30, 30, 30),
    }  # fmt: skip
    assert speed_set(LITERATURE).town_kmh == 36.0, "0.6 of a main street's 60"


def test_hours_lengthen_towns_expressways_and_roads_as_is_told() -> None:
    told = hour_factors()[["town", "expressway", "road"]]
    assert told.loc["free flow"].tolist() == [1, 1, 1] and told.loc["holiday"].tolist() == [1.3, 1.4, 1.2]
    assert told.loc["morning"].tolist() == told.loc["evening"].tolist() == [1.6, 1.1, 1.1]
    peak = speed_set("peak")
    assert [peak.factor(one) for one in ("expressway", "urban", "trunk")] == [1.1, 1.6, 1.1]
    assert speed_set("peak", hour="holiday").factor("expressway") == 1.4
    table = speed_sets().set_index(["set", "class", "terrain"])
    assert table.loc[("peak", "trunk", "mountain"), "speed_kmh"] == pytest.approx(60 / 1.1)
    assert table.loc[("peak", "through town", "hill"), ["speed_kmh", "factor"]].tolist() == [36 / 1.6, 1.6]


def test_a_street_slower_than_towns_stays_slow_and_a_town_may_be_the_whole_link() -> None:
    table = links(
        **{"class": ["local", "trunk", "urban"]}, length_km=[10.0, 10.0, 10.0], town_km=[10.0, 10.0, 0.0]
    )
    assert links_timed_by(table, speed_set(LITERATURE), {})["speed_kmh"].tolist() == [20, 36, 30]
    with pytest.raises(InputError, match="town_km below 0 or above the length at r1"):
        links_timed_by(table.assign(town_km=[0.0, -0.1, 0.0]), speed_set(LITERATURE), {})
    own = table.assign(minutes=[7.0, None, None], **{"class": ["alley", "trunk", "urban"]})
    kmh = links_timed_by(own, speed_set(LITERATURE), {})["speed_kmh"]
    assert np.isnan(kmh.iloc[0]) and kmh.tolist()[1:] == [36, 30], "its minutes stand"
