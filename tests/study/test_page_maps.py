"""Maps and charts of the report draw what the tables say, in both languages, and none where nothing is."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.maps.pictures import Picture
from urbgeo.study import page_maps
from urbgeo.study.answers import Answers
from urbgeo.study.page_maps import (
    NAMES_MOST,
    Atlas,
    _parts,
    airport_map,
    airport_profile,
    circle_maps,
    lorenz_picture,
    network_map,
    rank_picture,
    reach_map,
    series_pictures,
    systems_map,
    towns_map,
)
from urbgeo.study.run import StudyFiles

EVIL = "<b>x"


@pytest.fixture(scope="module")
def small(ningxia: StudyFiles) -> Answers:
    return ningxia.answers


@pytest.fixture(scope="module")
def atlas(small: Answers) -> Atlas:
    return Atlas(small)


def rows(picture: Picture) -> dict[str, int]:
    """How many each row of the legend says there are, by its English text."""
    return {key.text[1]: key.count for _, keys in picture.legend for key in keys}


def test_every_zone_has_one_part_by_decision_then_by_speeds_then_by_the_approved_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A zone that is in under some sets only is told so whether it is approved or not."""
    cases = {  # member, sets inside of two, approved, effect of a decision
        "both": (True, 2, True, ""), "circle": (True, 2, False, ""), "official": (False, 0, True, ""),
        "outside": (False, 0, False, ""), "some": (True, 1, True, ""), "some too": (False, 1, False, ""),
        "decided in": (True, 1, False, page_maps.CHANGES), "decided out": (False, 2, True, page_maps.CHANGES),
    }  # fmt: skip
    columns = ["member", "sets_inside", "official", "decision_effect"]
    table = pd.DataFrame.from_dict(cases, orient="index", columns=columns).assign(minutes=50.0)
    monkeypatch.setattr(page_maps, "circle_table", lambda _: table)
    answers: Any = SimpleNamespace(bands=SimpleNamespace(by_set={"a": 1, "b": 2}))
    found, colour = _parts(answers)
    expected = {name: name.removesuffix(" too") for name in cases if name != "outside"}
    assert found["part"].to_dict() == expected
    assert {item[0] for item in colour.items} == set(expected.values())
    table = table.drop(columns=["official", "decision_effect"])
    found, colour = _parts(answers)
    assert found["part"].to_dict() == {
        "both": "circle", "circle": "circle", "some": "some", "some too": "some", "decided in": "some",
    }  # fmt: skip
    assert "inside" in {item[-1] for item in colour.items}, "nothing approved: no 'only here'"


def test_the_circle_is_drawn_wide_and_near_with_its_counties(small: Answers, atlas: Atlas) -> None:
    wide, near = circle_maps(atlas)
    assert wide.caption[1] == "One-hour commuting circle" and near.caption[0] == "圈内各单元"
    assert "60-minute isochrone" in rows(wide)
    members = sum(
        count for text, count in rows(near).items() if text in ("inside", "comes and goes with the speeds")
    )
    assert members == (small.bands.circle.table["inside"] > 0).sum()
    for one in small.circle.members:
        assert small.region.places.at[one, "name_zh"] in near.svg


def test_pairs_are_those_within_two_hours_both_ways(small: Answers, atlas: Atlas) -> None:
    reach = small.reach
    how = "best" if "best" in reach.minutes else "road"
    table = reach.minutes[how]
    ids = list(table.index)
    pairs = [
        (a, b) for at, a in enumerate(ids) for b in ids[:at] if max(table.at[a, b], table.at[b, a]) <= 120
    ]
    assert (
        sum(rows(reach_map(atlas)).get(text, 0) for text in rows(reach_map(atlas)) if "min" in text)
        == len(pairs)
        > 0
    )
    uneven = table.copy()
    uneven.loc[pairs[0][0], pairs[0][1]] = 120.5  # there within two hours, back not
    other = replace(small, reach=replace(reach, minutes={**reach.minutes, how: uneven}))
    drawn = rows(reach_map(Atlas(other)))
    assert sum(count for text, count in drawn.items() if "min" in text) == len(pairs) - 1


def test_covered_seats_are_told_from_those_left_out(small: Answers, atlas: Atlas) -> None:
    covered = small.prefectures.table["covered"]
    found = rows(airport_map(atlas))
    assert (found.get("covered", 0), found.get("left out", 0)) == (covered.sum(), (~covered).sum())
    assert found["airports"] == len(small.region.airports)


def test_roads_that_are_withheld_are_on_no_map(small: Answers, atlas: Atlas) -> None:
    assert "national and provincial roads" in rows(network_map(atlas))
    release = replace(small.region.release, kind="public", sensitive=("roads",))
    hidden = Atlas(replace(small, region=replace(small.region, release=release)))
    assert not [text for text in rows(network_map(hidden)) if "road" in text or "expressway" in text]


def test_names_of_places_are_text_in_every_picture(small: Answers) -> None:
    places = small.region.places.copy()
    places[["name_zh", "name_en"]] = EVIL
    spoilt = Atlas(replace(small, region=replace(small.region, places=places)))
    pictures = [airport_map(spoilt), reach_map(spoilt), towns_map(spoilt), *circle_maps(spoilt)]
    drawn = "".join(str(one.svg) for one in pictures)
    assert EVIL not in drawn and "&lt;b&gt;x" in drawn


def test_of_many_places_only_the_largest_have_names(atlas: Atlas) -> None:
    count = NAMES_MOST + 5
    seats = pd.DataFrame(
        {"name_zh": [f"n{at}" for at in range(count)]}, index=[f"p{at}" for at in range(count)]
    )
    people = pd.Series(np.arange(count, dtype=float), seats.index)
    region = SimpleNamespace(places=pd.DataFrame({"population": people}))
    stub: Any = SimpleNamespace(answers=SimpleNamespace(region=region))
    named = Atlas.by_size(stub, seats)["name_zh"].dropna()  # type: ignore[arg-type]
    assert named.tolist() == [f"n{at}" for at in range(count - 1, 4, -1)]


def test_without_people_there_is_no_rank_no_lorenz_and_no_year_by_itself(
    answers: Answers, small: Answers
) -> None:
    assert rank_picture(answers) is not None and lorenz_picture(answers) is not None
    pictures = series_pictures(answers)
    assert [one.caption[1] for one in pictures] == ["Length, km", "Shares, %"]
    assert series_pictures(replace(answers, series=answers.series.tail(1))) == []
    bare = small.region.places.assign(population=np.nan, urban_population=np.nan)
    without = replace(small, region=replace(small.region, places=bare))
    assert rank_picture(without) is None and lorenz_picture(without) is None


def test_every_set_of_speeds_is_a_line_to_the_airport(answers: Answers) -> None:
    picture = airport_profile(answers)
    said = re.sub(r"<[^>]+>", " ", str(picture.svg)) + " ".join(
        text for _, keys in picture.legend for key in keys for text in key.text
    )
    assert len(answers.bands.by_set) == 3 and picture.caption[1].startswith("Minutes to an airport")
    for name in answers.bands.by_set:
        assert name in said


def test_ways_of_a_hub_are_graded_at_half_an_hour_one_and_two(atlas: Atlas) -> None:
    minutes = [30.0, 30.1, 60.0, 120.0, 120.1]
    line = shapely.LineString([(106.0, 38.0), (106.5, 38.4)])
    land = gpd.GeoDataFrame({"most_min": [120.1]}, geometry=[line.buffer(0.1)], crs=4326)
    links = gpd.GeoDataFrame({"minutes": minutes}, geometry=[line] * 5, crs=4326)
    hubs = gpd.GeoDataFrame({"name_zh": ["甲"]}, geometry=[shapely.Point(106.0, 38.0)], crs=4326)
    found: Any = SimpleNamespace(table=land, links=links, hubs=hubs)
    told = rows(systems_map(atlas, ("群", "systems"), found))
    assert {name: count for name, count in told.items() if "min" in name} == {
        "≤ 30 min": 1, "30–60 min": 2, "60–120 min": 1, "> 120 min": 1
    }  # fmt: skip
