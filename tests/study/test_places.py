"""Places of a region of one's own: which are counties, who is the core, what their polygons are called."""

from __future__ import annotations

import geopandas as gpd
import shapely

from tests.network.build import points
from urbgeo.regions.nation import china_places
from urbgeo.study.places import capital_of, prefecture_borders, with_both_names
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
