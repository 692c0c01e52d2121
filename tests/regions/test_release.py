"""For whom pages and files are: inside the office, or the public."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.regions.release import Release


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("release = 'open'; it is one of internal, public", {"kind": "open"}),
        ("decimals = 9 is no whole number of 0 to 5", {"decimals": 9}),
        ("decimals = 2.5 is no whole", {"decimals": 2.5}),
        ("'station', which is no layer; did you mean 'stations'", {"sensitive": ("station",)}),
    ],
)
def test_a_faulty_release_is_refused(said: str, given: dict[str, object]) -> None:
    with pytest.raises(InputError) as told:
        Release(**given)  # type: ignore[arg-type]
    assert said in str(told.value)


@given(
    st.lists(st.tuples(st.floats(100, 110), st.floats(30, 40), st.floats(1e-4, 0.3)), min_size=1, max_size=8),
    st.integers(0, 4),
)
def test_polygons_stay_valid_on_the_grid_and_none_is_lost(
    squares: list[tuple[float, float, float]], decimals: int
) -> None:
    shapes = [shapely.Point(x, y).buffer(size, quad_segs=3) for x, y, size in squares]
    layer = gpd.GeoDataFrame({"a": range(len(shapes))}, geometry=shapes, crs=4326)
    found = Release("public", decimals=decimals).layer(layer)
    assert found["a"].tolist() == layer["a"].tolist()
    assert found.is_valid.all() and not found.is_empty.any()
    assert set(found.geom_type) <= {"Polygon", "MultiPolygon"}
    xy = found.get_coordinates().to_numpy()
    assert np.array_equal(xy, np.round(xy, decimals))


def test_neighbours_keep_their_common_border() -> None:
    edge = [(106.0 + 0.0137 * (at % 2), 38.0 + 0.0173 * at) for at in range(40)]
    west = shapely.Polygon([(105.0, 38.0), *edge, (105.0, 38.7)])
    east = shapely.Polygon([(107.0, 38.0), *edge, (107.0, 38.7)])
    found = Release("public", decimals=2).layer(gpd.GeoDataFrame(geometry=[west, east], crs=4326))
    assert shapely.coverage_is_valid(found.geometry.to_numpy())
    assert found.union_all().geom_type == "Polygon" and not found.union_all().interiors


def test_texts_lose_digits_of_degrees_and_nothing_else() -> None:
    cut = Release("public", decimals=2).text
    assert cut("at 106.23456, -38.5000 of v1.2345.6 and 1234.5678 km") == (
        "at 106.23, -38.50 of v1.2345.6 and 1234.5678 km"
    )
    assert Release().text("106.23456") == "106.23456"
    table = pd.DataFrame({"lon": [106.23456], "share": [0.123456], "note": ["106.23456"]})
    shown = Release("public", decimals=1).table(table)
    assert shown.loc[0].tolist() == [106.2, 0.123456, "106.2"]


@pytest.mark.parametrize(
    "name",
    ["lon", "LAT", "start_lon", "x", "Y", "x_wgs84", "POINT_X", "经度", "起点纬度", "X坐标", "中心坐标X"],
)
def test_columns_of_coordinates_are_rounded_whatever_they_are_called(name: str) -> None:
    table = pd.DataFrame({name: [106.23456, 38.98765]})
    assert Release("public", decimals=2).table(table)[name].tolist() == [106.23, 38.99]


@pytest.mark.parametrize(
    "name", ["minutes", "xian", "flat_share", "people", "max", "地铁站", "people_x", "y_2020", "x_share"]
)
def test_other_columns_keep_their_digits(name: str) -> None:
    table = pd.DataFrame({name: [106.23456]})
    assert Release("public", decimals=2).table(table)[name].tolist() == [106.23456]


def test_projected_coordinates_are_rounded_to_the_same_metres() -> None:
    table = pd.DataFrame({"x": [500_123.4, 501_999.0], "northing": [3_100_123, 3_100_700]})
    shown = Release("public", decimals=2).table(table)
    assert shown["x"].tolist() == [500_610.0, 501_720.0]  # multiples of 1,110 m
    assert shown["northing"].tolist() == [3_100_230.0, 3_100_230.0]


def test_well_known_text_and_second_geometries_are_rounded() -> None:
    release = Release("public", decimals=2)
    table = pd.DataFrame(
        {"wkt": ["POINT (106.23456 38.98765)", "LINESTRING (500123.4 3100123, 500200 3100200)"]}
    )
    assert release.table(table)["wkt"].tolist() == [
        "POINT (106.23 38.99)",
        "LINESTRING (500610 3100230, 500610 3100230)",
    ]
    seats = gpd.GeoSeries([shapely.Point(106.23456, 38.98765)], crs=4326)
    layer = gpd.GeoDataFrame({"seat": seats, "area": [1]}, geometry=seats.buffer(0.1))
    found = release.layer(layer)
    assert found["seat"].iloc[0].equals(shapely.Point(106.23, 38.99))


def test_rounding_twice_is_rounding_once() -> None:
    release = Release("public", decimals=1)
    boxes = [shapely.box(100.03 + one, 30.04, 101.03 + one, 31.17) for one in range(3)]
    once = release.layer(gpd.GeoDataFrame(geometry=boxes, crs=4326))
    assert release.layer(once).geometry.to_wkb().tolist() == once.geometry.to_wkb().tolist()


def test_lines_shorter_than_a_cell_are_left_out_and_counted() -> None:
    lines = [shapely.LineString([(106.001, 38.001), (106.0 + far, 38.0)]) for far in (0.002, 0.5)]
    layer = gpd.GeoDataFrame(index=["lane", "road"], geometry=lines, crs=4326)
    with pytest.warns(UrbgeoWarning, match=r"release: 1 of 2 lines are shorter than a cell.* lane;"):
        assert Release("public", decimals=1).layer(layer).index.tolist() == ["road"]


def test_an_internal_release_changes_nothing_and_has_no_line_but_its_own() -> None:
    inside = Release(marking="内部")
    table = pd.DataFrame({"lon": [106.23456], "place": [shapely.Point(1, 2)]})
    layer = gpd.GeoDataFrame({"lon": [106.23456]}, geometry=[shapely.Point(106.23456, 38.9)], crs=4326)
    assert inside.table(table) is table and inside.layer(layer) is layer
    assert inside.withheld(table) == [] and inside.telling(pd.Index(["112.98765_28.12345"])) == []
    assert (inside.line, Release().line, inside.digits, Release("public").digits) == ("内部", "", None, 3)
    assert Release(sensitive=("roads",)).shows("roads")
    hidden = Release("public", sensitive=["roads"])  # type: ignore[arg-type]
    assert not hidden.shows("roads") and hidden.shows("airports") and hidden.sensitive == ("roads",)
    assert hidden.withheld(table) == ["place"]


@pytest.mark.parametrize(("decimals", "about"), [(0, "111 km"), (2, "1 km"), (3, "111 m"), (5, "1 m")])
def test_the_line_of_a_public_page_says_how_far_off_places_may_be(decimals: int, about: str) -> None:
    line = Release("public", decimals=decimals, sensitive=("roads", "stations"), marking="审图号").line
    assert line == (
        f"审图号 公开版：坐标取 {decimals} 位小数（约 {about}），略去图层：道路、车站。"
        f"Public release: coordinates of {decimals} decimals (about {about}), "
        "without the layers roads, stations."
    )


def test_columns_of_dates_and_of_yes_and_no_stay_and_numbers_as_text_are_read() -> None:
    table = pd.DataFrame(
        {"x": [True, False], "lon": pd.to_datetime(["2020-01-01", "2021-01-01"]), "lat": ["38.98765", None],
         "y": ["38.98765", "none"]}
    )  # fmt: skip
    shown = Release("public", decimals=1).table(table)
    assert shown["x"].tolist() == [True, False] and shown["lon"].equals(table["lon"])
    assert shown["lat"].iloc[0] == 39.0 and pd.isna(shown["lat"].iloc[1])
    assert shown["y"].tolist() == ["39.0", "none"]


def test_no_decimal_is_allowed_and_yes_is_no_number_of_them() -> None:
    assert Release("public", decimals=0).digits == 0 and Release("public", decimals=5).digits == 5
    for wrong in (-1, 6, True):
        with pytest.raises(InputError, match="decimals"):
            Release("public", decimals=wrong)
    with pytest.raises(InputError, match="there are circle, isochrones"):
        Release(sensitive=("qqqq",))
