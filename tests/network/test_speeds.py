"""Speeds by class, terrain, town and hour: every one named, none faster for a harder terrain."""

from __future__ import annotations

import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.network.speeds import (
    HOURS,
    LITERATURE,
    TERRAINS,
    class_speeds,
    hour_factors,
    links_timed_by,
    speed_set,
    speed_sets,
)


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
