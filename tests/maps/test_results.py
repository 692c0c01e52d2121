"""Any result becomes a map: polygons, points or pairs, with its own column, classes and titles."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.maps.shown import MINUTES, Found, drawn, seats, table
from urbgeo.errors import InputError
from urbgeo.maps import add_points, new_map, save_map
from urbgeo.maps.results import map_of


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
    found = features(map_of(Found(table()), places=seats()))
    assert [one["geometry"]["coordinates"] for one in found] == [[112, 27], [113, 28], [113.5, 28.5]]
    assert found[1]["properties"]["v"][:2] == ["乙", "60 min"]
    assert len({one["properties"]["c"] for one in found}) == 3


def test_ids_that_places_lack_are_named() -> None:
    with pytest.raises(InputError, match=r"places: no row for c; its index needs the ids of the table"):
        Found(table()).map(places=seats().drop(index="c"))


def test_pairs_become_lines_between_their_places() -> None:
    pairs = pd.MultiIndex.from_tuples([("a", "b"), ("c", "a")], names=["origin", "destination"])
    by_index = Found(pd.DataFrame({"minutes": [5.0, 70.0]}, index=pairs))
    by_column = Found(by_index.table.reset_index())
    for result in (by_index, by_column):
        found = features(result.map(places=seats()))
        assert [one["geometry"]["coordinates"] for one in found] == [
            [[113.5, 28.5], [112, 27]],  # the quickest last: on top
            [[112, 27], [113, 28]],
        ]
    with pytest.raises(InputError, match="points its pairs run between"):
        by_index.map()


@pytest.mark.filterwarnings("ignore:Found.*no geometry")
def test_a_result_of_no_places_is_refused() -> None:
    with pytest.raises(InputError, match="no row has a geometry"):
        Found(table().iloc[:0]).map(places=seats())


def test_the_callers_tables_stay_as_they_were() -> None:
    given, places = table(), seats()
    Found(given).map(places=places)
    pd.testing.assert_frame_equal(given, table())
    assert places.equals(seats())


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


def wavy(rows: int) -> gpd.GeoDataFrame:
    """Squares of 0.1 degrees whose upper side has a tip of 400 m by 50 m in it."""

    def tip(x: float) -> list[tuple[float, float]]:
        return [(x + 0.052, 27.1), (x + 0.05, 27.1005), (x + 0.048, 27.1)]

    shapes = [
        shapely.Polygon([(x, 27), (x + 0.1, 27), (x + 0.1, 27.1), *tip(x), (x, 27.1)])
        for x in (112.0, 113.0)[:rows]
    ]
    return gpd.GeoDataFrame(
        {"minutes": [20.0, 70.0][:rows], "kind": ["a", "b"][:rows]}, geometry=shapes, crs=4326
    )


@pytest.mark.parametrize(
    ("rows", "by", "corners"), [(1, "minutes", 5), (1, "kind", 8), (2, "minutes", 5), (2, "kind", 5)]
)
def test_areas_are_simplified_but_one_alone_that_no_number_colours(rows: int, by: str, corners: int) -> None:
    (layer,) = drawn(map_of(Found(wavy(rows)), by=by))
    assert [len(one["geometry"]["coordinates"][0]) for one in layer["features"]] == [corners] * rows


def test_a_layer_is_called_by_its_column_and_unit_or_by_the_title() -> None:
    points = seats().assign(minutes=MINUTES)
    (layer,) = drawn(map_of(Found(points)))
    assert re.findall(r'<b lang="zh">([^<]*)</b> <span lang="en">([^<]*)<', layer["name"])[0] == (
        "分钟",
        "Minutes (min)",
    )
    assert {one["properties"]["r"] for one in layer["features"]} == {6.0}
    assert layer["fields"][0][0] and len(layer["fields"]) == 2, "all columns but the geometry"
    (plain,) = drawn(
        map_of(Found(points), colour="#123456", hover=[("name_zh", "名", "Name")], title=("题", "Title"))
    )
    assert plain["fields"] == [["名", "Name"]] and plain["colours"] == ["#123456"]
    lines = gpd.GeoDataFrame(
        {"minutes": [20.0]}, geometry=[shapely.LineString([(112, 28), (113, 28)])], crs=4326
    )
    (road,) = drawn(map_of(Found(lines)))
    assert road["kind"] == "line" and road["features"][0]["properties"]["v"] == ["20 min"]
