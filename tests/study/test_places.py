"""Places of a region of one's own: which are counties, who is the core, what their polygons are called."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import points, squares
from urbgeo.errors import InputError
from urbgeo.regions.codes import BY_CHANGE
from urbgeo.regions.nation import china_places
from urbgeo.study.places import (
    as_places,
    asked_text,
    capital_of,
    cities_and_districts,
    cities_around,
    codes_of,
    counties_of,
    places_inside,
    prefecture_borders,
    with_both_names,
    with_place_columns,
)
from urbgeo.study.units import units_of


def test_the_core_of_a_province_is_its_capital_and_of_other_units_the_most_populous_place() -> None:
    places = china_places()
    for name, code, capital in (("安徽省", "34", "340100"), ("宁夏", "64", "640100")):
        assert capital_of(places[places.index.str.startswith(code)], units_of(name)) == capital
    some = places.loc[["340200", "340100", "341000"]]
    assert capital_of(some, None) == some["population"].idxmax() == "340100"
    assert capital_of(some.drop(columns="population"), None) == "340200"


def test_borders_of_prefectures_hold_crossed_shapes_and_counties_without_one() -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    zones = gpd.GeoDataFrame(
        {"prefecture": ["p", "p", "", ""]},
        geometry=[bow, shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1), shapely.box(3, 0, 4, 1)],
        index=list("abcd"),
        crs=4326,
    )
    lines = prefecture_borders(zones)
    assert lines is not None and set(lines.index) == {"p", "c", "d"}
    assert prefecture_borders(None) is None


def test_own_points_have_both_names_of_a_column_or_of_their_ids() -> None:
    own = points([(5, 5), (6, 6)], ["X1", "X2"])
    assert with_both_names(own)[["name_zh", "name_en"]].to_numpy().tolist() == [["X1", "X1"], ["X2", "X2"]]
    named = with_both_names(own.assign(名称=["甲机场", None]))
    assert named[["name_zh", "name_en"]].to_numpy().tolist() == [["甲机场", "甲机场"], ["X2", "X2"]]
    assert named.crs == 4326


def test_own_points_get_the_columns_of_places_and_keep_what_they_have() -> None:
    own = points([(5, 5), (6, 6)], ["a", "b"]).rename_geometry("geom")
    bare = as_places(own)
    assert bare.crs == 4326 and bare.active_geometry_name == "geometry"
    assert bare[["name_zh", "name_en", "level", "prefecture"]].to_numpy().tolist() == [
        ["a", "a", "county", ""], ["b", "b", "county", ""]
    ]  # fmt: skip
    assert bare[["population", "urban_population"]].isna().all(axis=None)
    given = own.assign(
        县名=["甲", "乙"], name_en=["A", "B"], level="zone", prefecture="430100", urban_population=5.0
    )
    full = as_places(given)
    assert full[["name_zh", "name_en", "level", "prefecture"]].iloc[0].tolist() == [
        "甲",
        "A",
        "zone",
        "430100",
    ]
    assert full["urban_population"].tolist() == [5.0, 5.0]


def test_people_of_own_points_are_read_in_their_unit_where_every_point_has_some() -> None:
    own = points([(5, 5), (6, 6)], ["a", "b"])
    assert as_places(own.assign(population=[2e5, 3e5]))["population"].tolist() == [2e5, 3e5]
    assert as_places(own.assign(人口=[20.0, 30.0]), "人口", "万")["population"].tolist() == [2e5, 3e5]
    assert as_places(own.assign(人口=[20.0, 30.0]), "人口", "persons")["population"].tolist() == [20.0, 30.0]
    some = as_places(own.assign(population=[2e5, None]))["population"]
    assert some.iloc[0] == 2e5 and np.isnan(some.iloc[1])
    read = as_places(own.assign(population=["20万", None]))["population"]
    assert read.iloc[0] == 2e5 and np.isnan(read.iloc[1]), "a gap spares no cell the reading"
    with pytest.raises(InputError, match="population is negative or infinite at a"):
        as_places(own.assign(population=["-9999", None]))
    with pytest.raises(InputError, match=r"say which they are: population_unit='persons' or '万'"):
        as_places(own.assign(人口=[20.5, 30.5]), "人口")


def test_cities_around_are_prefectures_within_the_margin_of_any_own_seat() -> None:
    own = points([(0, 0), (100, 0)], ["a", "b"]).assign(level="county").to_crs(4326)
    others = points([(0, 49), (0, 51), (149, 0), (50, 10), (151, 0)], list("pqrst")).assign(
        level="prefecture"
    )
    others.loc["s", "level"] = "county"
    everywhere = gpd.GeoDataFrame(pd.concat([own.assign(level="prefecture"), others.to_crs(4326)]), crs=4326)
    assert cities_around(everywhere, own, 50.0).index.tolist() == ["p", "r"]
    assert cities_around(everywhere, own, 1.0).empty


def test_places_inside_are_those_that_a_polygon_covers_in_whatever_projection() -> None:
    some = points([(5, 5), (15, 5)], ["in", "out"]).to_crs(4326)
    shape = squares((0, 0))
    assert places_inside(some, shape).index.tolist() == ["in"]
    assert places_inside(some, shape.to_crs(4326).union_all()).index.tolist() == ["in"]


def test_polygons_take_the_names_and_people_of_their_places_and_keep_their_own_names() -> None:
    zones = squares((0, 0), (10, 0), (20, 0), ids=["a", "b", "c"])
    known = pd.DataFrame(
        {
            "name_zh": ["甲", "乙"],
            "name_en": ["A", "B"],
            "prefecture": ["p", "q"],
            "population": [5.0, np.nan],
        },
        index=["b", "a"],
    )
    found = with_place_columns(zones, known)
    assert found[["name_zh", "name_en"]].to_numpy().tolist() == [["乙", "B"], ["甲", "A"], ["c", "c"]]
    assert found["prefecture"].tolist()[:2] == ["q", "p"] and found["population"].isna().tolist() == [
        True,
        False,
        True,
    ]
    own = with_place_columns(zones.assign(name_zh=["子", None, "丑"], population=[7.0, 7.0, 7.0]), known)
    assert own["name_zh"].tolist() == ["子", "b", "丑"] and own["population"].tolist() == [7.0, 5.0, 7.0]
    assert "population" not in with_place_columns(zones, known.drop(columns="population"))


def test_lists_are_codes_or_names_of_the_region_once_each() -> None:
    places = pd.DataFrame({"name_zh": ["长沙市", "株洲市"]}, index=["430100", "430200"])
    assert codes_of(["株洲市", "430100", "长沙市"], places, "core") == ("430200", "430100")
    with pytest.raises(InputError, match=r"lists: core names .*不在表中.* which are not in the region"):
        codes_of(["长沙市", "不在表中"], places, "core")


def test_borders_are_none_where_no_zone_tells_its_prefecture() -> None:
    zones = squares((0, 0), (10, 0))
    assert prefecture_borders(zones) is None and prefecture_borders(zones.assign(prefecture=None)) is None
    one = prefecture_borders(zones.assign(prefecture=["p", "p"]))
    assert one is not None and one.length.item() == pytest.approx(60_000), (
        "the border between two of one is none"
    )
    assert prefecture_borders(zones.assign(prefecture=["p", None])) is not None


def test_counties_are_theirs_and_prefectures_without_any() -> None:
    rows = points([(0, 0)] * 5, ["P", "Q", "c", "z", "h"]).assign(
        level=["prefecture", "prefecture", "county", "zone", "hub"], prefecture=["P", "Q", "P", "Q", ""]
    )
    assert counties_of(rows).index.tolist() == ["Q", "c"]


def test_a_row_that_was_joined_says_what_it_became_and_others_the_nearest() -> None:
    changed = SimpleNamespace(
        joined_by=BY_CHANGE[0], asked="old", id="new", year=2019.0, kind="renamed", nearest=""
    )
    assert asked_text(changed) == "old → new (2019 renamed)"
    lost = SimpleNamespace(joined_by="unknown", asked="x", nearest="a, b")
    assert asked_text(lost) == "x ≈ a / b"
    assert asked_text(SimpleNamespace(joined_by="unknown", asked="x", nearest="")) == "x"


def test_a_core_of_counties_is_their_cities_with_them_as_districts() -> None:
    places = pd.DataFrame(
        {
            "level": ["prefecture", "county", "county", "county", "county"],
            "prefecture": ["P", "P", "P", "X", ""],
        },
        index=["P", "a", "b", "x", "y"],
    )
    assert cities_and_districts(["b", "a"], places) == (("P",), ("b", "a"))
    assert cities_and_districts(["P"], places) == (("P",), ())
    assert cities_and_districts(["P", "a"], places) == (("P", "a"), ())
    assert cities_and_districts(["x"], places) == (("x",), ()), "its city is no place of the region"
    assert cities_and_districts(["a", "x"], places) == (("P", "x"), ("a", "x"))
