"""Any result becomes a map: polygons, points or pairs, with its own column, classes and titles."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.errors import InputError
from urbgeo.maps import Classes, add_points, new_map, save_map
from urbgeo.maps.classes import Categories
from urbgeo.maps.drawing import colours_of, drawing_of
from urbgeo.maps.results import map_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result


@dataclass(frozen=True, eq=False)
class Found(Result):
    table: pd.DataFrame
    provenance: Provenance = field(default_factory=lambda: Provenance(sources=("a census",)))
    _shown = "minutes"
    _titles = ("到机场", "To airports")


IDS = ["a", "b", "c"]
MINUTES = [20.0, 60.0, np.inf]


def seats() -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([112.0, 113.0, 113.5], [27.0, 28.0, 28.5])
    return gpd.GeoDataFrame({"name_zh": ["甲", "乙", "丙"]}, geometry=points, index=IDS, crs=4326)


def table() -> pd.DataFrame:
    return pd.DataFrame({"minutes": MINUTES, "status": ["reached", "reached", "unreached"]}, index=IDS)


def features(fmap: Any) -> list[dict[str, Any]]:
    """The features of the first layer, as they stand in the page."""
    html = fmap.get_root().render()
    text = re.search(r"urbgeo\.layer\([^,]+, (\{.*?\})\);\n", html, re.DOTALL)
    assert text is not None
    return list(json.loads(text.group(1))["features"])


def test_a_table_without_geometry_says_what_to_give() -> None:
    with pytest.raises(InputError, match=r"Found: its table has no geometry; give points.*places="):
        Found(table()).map()


def test_places_lend_their_points_and_names(tmp_path: Path) -> None:
    page = save_map(Found(table()).map(places=seats()), tmp_path / "map.html").read_text(encoding="utf-8")
    assert "到机场" in page and "a census" in page
    drawn = features(map_of(Found(table()), places=seats()))
    assert [one["geometry"]["coordinates"] for one in drawn] == [[112, 27], [113, 28], [113.5, 28.5]]
    assert drawn[1]["properties"]["v"][:2] == ["乙", "60 min"]
    assert len({one["properties"]["c"] for one in drawn}) == 3


def test_ids_that_places_lack_are_named() -> None:
    with pytest.raises(InputError, match=r"places: no row for c; its index needs the ids of the table"):
        Found(table()).map(places=seats().drop(index="c"))


def test_pairs_become_lines_between_their_places() -> None:
    pairs = pd.MultiIndex.from_tuples([("a", "b"), ("c", "a")], names=["origin", "destination"])
    by_index = Found(pd.DataFrame({"minutes": [5.0, 70.0]}, index=pairs))
    by_column = Found(by_index.table.reset_index())
    for result in (by_index, by_column):
        drawn = features(result.map(places=seats()))
        assert [one["geometry"]["coordinates"] for one in drawn] == [
            [[113.5, 28.5], [112, 27]],  # the quickest last: on top
            [[112, 27], [113, 28]],
        ]
    with pytest.raises(InputError, match="points its pairs run between"):
        by_index.map()


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
    change = colours_of(pd.Series([-30.0, -2.0, 0.0, 5.0]), "change")
    assert isinstance(change, Classes)
    assert list(change.breaks) == [-one for one in reversed(change.breaks)]
    assert isinstance(colours_of(pd.Series([True, False]), "covered"), Categories)


@pytest.mark.filterwarnings("ignore:Found.*no geometry")
def test_a_result_of_no_places_is_refused() -> None:
    with pytest.raises(InputError, match="no row has a geometry"):
        Found(table().iloc[:0]).map(places=seats())


def test_the_callers_tables_stay_as_they_were() -> None:
    given, places = table(), seats()
    Found(given).map(places=places)
    pd.testing.assert_frame_equal(given, table())
    assert places.equals(seats())


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


def test_a_title_is_one_text_or_two_and_nothing_else(tmp_path: Path) -> None:
    page = save_map(map_of(Found(seats().assign(minutes=MINUTES)), title="机场一小时"), tmp_path / "a.html")
    assert "机场一小时" in page.read_text("utf-8")
    with pytest.raises(InputError, match="title: 7; give one text, or two"):
        map_of(Found(seats().assign(minutes=MINUTES)), title=7)  # type: ignore[arg-type]


@pytest.mark.parametrize("hover", [["name"], "name", [("name_zh", "名称")], [("name_zh", "名称", 3)], None])
def test_a_field_under_the_pointer_is_a_column_with_its_two_names(hover: object) -> None:
    fmap = new_map("题", "t", bounds=[110, 25, 115, 30])
    with pytest.raises(InputError, match="hover: "):
        add_points(fmap, seats(), name_zh="县", name_en="Seats", hover=hover)  # type: ignore[arg-type]
