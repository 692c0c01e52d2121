"""What is drawn of a result, on a page and on paper alike: which shapes, coloured by which column."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.maps.shown import IDS, MINUTES, Found, seats, table
from urbgeo.errors import InputError
from urbgeo.maps import Classes
from urbgeo.maps.classes import PALETTE, Categories
from urbgeo.maps.drawing import _URBANISATION, PLAIN, colours_of, drawing_of
from urbgeo.status import STATUSES


def test_what_is_never_inside_stands_back_and_says_so_in_chinese() -> None:
    colour = colours_of(pd.Series(["never", "never", "always", "sometimes"]), "band")
    assert isinstance(colour, Categories)
    said = {value: (shade, zh) for value, shade, zh, _ in colour.items}
    assert said["never"] == ("#d6dade", "各组皆不在")
    assert said["always"] == (PALETTE[0], "各组皆在")


def test_nested_areas_are_drawn_as_rings_with_the_fewest_minutes_on_top() -> None:
    boxes = [shapely.box(110, 25, 110 + size, 25 + size) for size in (3, 1, 2)]
    nested = gpd.GeoDataFrame({"minutes": [90.0, 30.0, 60.0]}, geometry=boxes, index=IDS, crs=4326)
    rings = drawing_of(Found(nested)).frames["polygon"]
    assert shapely.area(rings.geometry.to_numpy()).round(6).tolist() == [5, 1, 3]
    assert shapely.area(nested.geometry.to_numpy()).tolist() == [9, 1, 4]


def test_the_column_asked_for_wins_and_a_missing_one_is_named() -> None:
    colour = drawing_of(Found(table()), by="status", places=seats()).colour
    assert isinstance(colour, Categories)
    assert {item[2] for item in colour.items} == {"可达", "不可达"}
    with pytest.raises(InputError, match="no column speed"):
        Found(table()).map(by="speed", places=seats())


def test_minutes_keep_round_bounds_and_changes_turn_about_zero() -> None:
    minutes = colours_of(pd.Series([20.0, 61.0, 130.0]), "minutes")
    assert isinstance(minutes, Classes) and minutes.breaks == (15, 30, 45, 60, 90, 120)
    on_the_bound = colours_of(pd.Series([45.0, 60.0]), "minutes")
    assert isinstance(on_the_bound, Classes) and on_the_bound.breaks == (30, 45, 60)
    change = colours_of(pd.Series([-30.0, -2.0, 0.0, 5.0]), "change")
    assert isinstance(change, Classes)
    assert list(change.breaks) == [-one for one in reversed(change.breaks)]
    assert isinstance(colours_of(pd.Series([True, False]), "covered"), Categories)


def test_what_is_outside_stands_back_and_roles_have_their_words() -> None:
    colour = colours_of(pd.Series(["outside"] * 9 + ["circle", "core"]), "role")
    assert isinstance(colour, Categories)
    shades = {item[0]: (item[1], item[2]) for item in colour.items}
    assert shades["outside"] == ("#d6dade", "圈外")
    assert shades["core"][1] == "核心" and shades["core"][0] != shades["circle"][0]


def test_lines_are_never_so_pale_that_they_vanish_and_the_quickest_lie_on_top() -> None:
    pairs = pd.MultiIndex.from_tuples([("a", "b"), ("c", "a"), ("b", "c")], names=["origin", "destination"])
    found = drawing_of(Found(pd.DataFrame({"minutes": [5.0, 170.0, 70.0]}, index=pairs)), places=seats())
    assert isinstance(found.colour, Classes)
    assert all(int(one[1:3], 16) < 0xC0 for one in found.colour.colours)
    assert found.frames["line"]["minutes"].tolist() == [170, 70, 5]
    ends = found.frames["line"][["origin", "destination"]].to_numpy().tolist()
    assert ends == [["c", "a"], ["b", "c"], ["a", "b"]], "a line keeps the ids of its ends"


def test_places_stand_for_the_points_of_a_table() -> None:
    """Counties are painted by the minutes of their seats."""
    own = seats().assign(minutes=MINUTES)
    counties = gpd.GeoDataFrame(geometry=seats().to_crs(32649).buffer(9000), crs=32649)
    drawn = drawing_of(Found(own), places=counties).frames
    assert list(drawn) == ["polygon"] and list(drawing_of(Found(own)).frames) == ["point"]
    assert drawn["polygon"]["minutes"].tolist() == MINUTES
    with pytest.raises(InputError, match="no row for a"):
        Found(own).map(places=counties.drop(index="a"))


def test_numbers_that_are_names_get_colours_not_grades() -> None:
    colour = colours_of(pd.Series([1, 1, 2, 3]), "cluster")
    assert isinstance(colour, Categories)
    assert [value for value, *_ in colour.items] == [1, 2, 3]


def test_degrees_of_urbanisation_go_from_dense_to_empty_in_words() -> None:
    colour = colours_of(pd.Series(["mostly uninhabited area"] * 3 + ["city", "village"]), "class")
    assert isinstance(colour, Categories)
    assert [zh for _, _, zh, _ in colour.items] == ["城市", "村庄", "基本无人区"]


def test_the_bounds_of_a_drawing_hold_every_kind_of_shape() -> None:
    shapes = [
        shapely.box(111, 27, 112, 28),
        shapely.Point(113, 26),
        shapely.LineString([(112, 29), (110, 28)]),
    ]
    frame = gpd.GeoDataFrame({"minutes": [1.0, 2.0, 3.0]}, geometry=shapes, index=IDS, crs=4326)
    drawing = drawing_of(Found(frame))
    assert len(drawing.frames) == 3 and drawing.bounds.tolist() == [110, 26, 113, 29]


class Plain(Found):
    """A result that names no column to be shown."""

    _shown = None


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (["people", "status", "drive_min", "share", "covered"], "covered"),
        (["people", "status", "drive_min", "share"], "share"),
        (["people", "status", "drive_min"], "drive_min"),
        (["people", "status"], "status"),
        (["people"], "people"),
        ([], None),
    ],
)
def test_a_telling_column_is_shown_then_minutes_then_the_status_then_any_number(
    columns: list[str], shown: str | None
) -> None:
    given = {
        "people": [1.0, 2.0, 3.0], "status": ["reached"] * 3, "drive_min": [5.0, 6.0, 7.0],
        "share": [0.1, 0.2, 0.3], "covered": [True, False, True],
    }  # fmt: skip
    rows = seats().assign(**{one: given[one] for one in columns})
    assert drawing_of(Plain(rows)).shown == shown


def test_every_status_and_every_degree_of_urbanisation_has_its_word_though_all_occur() -> None:
    every = colours_of(pd.Series(list(STATUSES)), "status")
    assert isinstance(every, Categories)
    assert all((zh, en) == STATUSES[str(value)] for value, _, zh, en in every.items)
    dense = colours_of(pd.Series(list(_URBANISATION)), "class")
    assert isinstance(dense, Categories)
    assert [value for value, *_ in dense.items] == list(_URBANISATION)
    mixed = colours_of(pd.Series(["reached", "elsewhere"]), "status")
    assert isinstance(mixed, Categories) and {item[2] for item in mixed.items} == {"reached", "elsewhere"}


def test_quantiles_are_cut_to_two_digits_and_lie_inside() -> None:
    """Fifths of a hundred even steps from 1 to 1000; bounds of a share are the usual ones."""
    found = colours_of(pd.Series(np.linspace(1, 1000, 101)), "people")
    assert isinstance(found, Classes) and found.breaks == (200, 400, 600, 800) and found.unit == ""
    share = colours_of(pd.Series([0.0, 0.1, 1.0]), "share_within")
    assert isinstance(share, Classes) and share.breaks == (0.2, 0.4, 0.6, 0.8)
    for values, name in (([0.0, 0.5, 1.1], "share_within"), ([0.0, 0.9, 1.0], "score")):
        other = colours_of(pd.Series(values), name)
        assert isinstance(other, Classes) and other.breaks != share.breaks
    same = colours_of(pd.Series([7.0, 7.0]), "people")
    assert isinstance(same, Classes) and same.breaks == (7.0,)
    early = colours_of(pd.Series([3.0, 9.0]), "minutes")
    assert isinstance(early, Classes) and early.breaks == (15.0,) and early.reverse and early.unit == "min"


def test_changes_have_bounds_at_a_quarter_and_the_whole_of_what_nine_tenths_stay_below() -> None:
    values = pd.Series([*np.linspace(-100, 100, 201), 5000.0])
    found = colours_of(values, "change")
    assert isinstance(found, Classes) and found.ramp == "PuOr"
    # of 202 sizes, 0, 1, 1, 2, 2 and so on, nine tenths are below 90.9; a quarter of 91 is 22.75
    assert found.breaks == (-91, -23, 23, 91)
    for one_sided in ([0.0, 5.0, 9.0], [-9.0, -5.0, 0.0]):
        plain = colours_of(pd.Series(one_sided), "change")
        assert isinstance(plain, Classes) and plain.ramp == "YlGnBu"


def test_what_has_no_value_is_drawn_plain() -> None:
    for nothing in (pd.Series([np.nan, np.nan]), pd.Series([np.inf]), pd.Series([], dtype=float)):
        assert colours_of(nothing, "minutes") == PLAIN


def test_only_overlapping_areas_become_rings() -> None:
    apart = gpd.GeoDataFrame(
        {"minutes": [90.0, 30.0]}, geometry=[shapely.box(110, 25, 111, 26), shapely.box(111, 25, 112, 26)],
        index=IDS[:2], crs=4326,
    )  # fmt: skip
    drawn = drawing_of(Found(apart)).frames["polygon"]
    assert drawn.geometry.to_list() == apart.geometry.to_list()
    hidden = apart.set_geometry([shapely.box(110, 25, 111, 26), shapely.box(110, 25, 112, 26)])
    shown = drawing_of(Found(hidden)).frames["polygon"]
    assert shown.index.tolist() == ["b"], "what lies under fewer minutes is not there"


def test_a_shape_that_is_no_point_line_or_area_is_named() -> None:
    both = shapely.GeometryCollection([shapely.Point(112, 28), shapely.box(112, 28, 113, 29)])
    frame = gpd.GeoDataFrame(
        {"minutes": MINUTES}, geometry=[both, *seats().geometry[1:]], index=IDS, crs=4326
    )
    with pytest.raises(InputError, match="table: GeometryCollection cannot be drawn"):
        drawing_of(Found(frame))
    with pytest.raises(InputError, match="no column speed"):
        drawing_of(Found(table()), colour=Categories("speed", (("a", "#000000", "甲", "a"),)), places=seats())
    with pytest.raises(InputError, match="Found: no row has a geometry; there is nothing to draw"):
        drawing_of(Found(frame.set_geometry([None, shapely.Point(), None][: len(frame)], crs=4326)))
