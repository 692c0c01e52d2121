"""A planner's own layers: ids as text, coordinates by the heads they come under."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.network.build import points, squares
from urbgeo.crs import convert_datum
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.language import in_chinese
from urbgeo.study.layers import own_layer

POINTS = ("Point",)


def test_a_column_of_codes_becomes_the_index_as_text() -> None:
    frame = points([(0, 0), (1, 1)]).reset_index(drop=True).assign(代码=[430102.0, 430103.0])
    assert own_layer(frame, "seats", kinds=POINTS).index.tolist() == ["430102", "430103"]
    named = points([(0, 0)], ["x"]).rename_axis("id").assign(adcode="430102")
    assert own_layer(named, "seats", kinds=POINTS).index.tolist() == ["x"]  # its own index is named


def test_columns_are_named_where_their_heads_are_unusual(tmp_path: Path) -> None:
    path = tmp_path / "airports.csv"
    table = pd.DataFrame({"编": ["a", "b"], "机场": ["甲", "乙"], "东": [112.9, 113.9], "北": [28.2, 29.2]})
    table.assign(lon=0.0, 通航年份=["2010年", "在建"]).to_csv(path, index=False)
    heads = {"code": "编", "lon": "东", "lat": "北"}
    found = own_layer(path, "airports", kinds=POINTS, columns=heads)
    assert found.index.tolist() == ["a", "b"] and found.geometry.x.tolist() == [112.9, 113.9]
    assert found["opened"].tolist() == ["2010年", "在建"], "what is only planned stays told"
    with pytest.raises(InputError, match="经"):
        own_layer(path, "airports", kinds=POINTS, columns={"code": "编", "lon": "经", "lat": "北"})


def test_a_layer_in_the_datum_of_a_map_service_is_brought_to_wgs84() -> None:
    there = gpd.GeoDataFrame(index=["a"], geometry=gpd.points_from_xy([117.0], [31.8]), crs=4326)
    moved = convert_datum(there.rename_axis("id"), "wgs84", "gcj02")
    back = own_layer(moved, "airports", kinds=POINTS, datum="gcj02")
    assert moved.geometry.x.iloc[0] - 117.0 > 0.004
    assert back.geometry.x.iloc[0] == pytest.approx(117.0, abs=1e-6)


def test_ids_are_found_by_what_a_column_holds_only_where_one_column_holds_them() -> None:
    codes = pd.Index(["430102", "430103"])
    frame = points([(0, 0), (1, 1)]).reset_index(drop=True).assign(县级代码=[430102.0, 430103.0])
    found = own_layer(frame, "zones", kinds=POINTS, codes=codes)
    assert found.index.tolist() == ["430102", "430103"] and found.attrs["codes of column"] == "县级代码"
    twice = own_layer(frame.assign(又=frame["县级代码"]), "zones", kinds=POINTS, codes=codes)
    assert twice.index.tolist() == ["0", "1"] and twice.attrs["codes of column"] == ""


def test_rows_of_a_table_are_counted_as_in_the_file_and_its_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "机场.csv"
    path.write_text("代码,经度,纬度\na,112.9,28.2\nb,不详,28.2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"机场\.csv: 经度 is missing or no number at row 3;") as told:
        own_layer(path, "airports", kinds=POINTS)
    assert "第 3 行" in in_chinese(told.value.english)


@pytest.mark.parametrize(("lon", "lat"), [("经度", "纬度"), ("lon", "lat"), ("X", "Y")])
def test_a_table_is_placed_by_its_heads(tmp_path: Path, lon: str, lat: str) -> None:
    path = tmp_path / "seats.csv"
    pd.DataFrame({"代码": ["430102"], lon: [112.98], lat: [28.2]}).to_csv(
        path, index=False, encoding="gb18030"
    )
    found = own_layer(path, "seats", kinds=POINTS)
    assert (found.index.tolist(), found.geometry.x.tolist()) == (["430102"], [112.98])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (squares((0, 0)), "seats: it holds Polygon at a; Point are needed"),
        (points([(0, 0), (0, 0)], ["a", "a"]).rename_axis("id"), "a"),
        (gpd.GeoDataFrame(geometry=[shapely.Point()], index=["a"], crs=4326), "no rows with a geometry"),
        (5, "give a file or a GeoDataFrame, not int"),
        (points([(0, 0)]).set_crs(None, allow_override=True), "CRS"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        own_layer(given, "seats", kinds=POINTS)


def test_a_table_without_coordinates_names_the_heads_it_might_have_and_a_missing_file_is_missing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "seats.csv"
    path.write_text("代码,名称\n1,甲\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"seats\.csv has no columns lon/lat.*经度/纬度"):
        own_layer(path, "seats", kinds=POINTS)
    with pytest.raises(SourceError, match=r"none\.gpkg"):
        own_layer(tmp_path / "none.gpkg", "seats", kinds=POINTS)


def test_ids_are_half_width_without_blanks_and_rows_without_a_geometry_are_told() -> None:
    frame = (
        points([(0, 0), (1, 1), (2, 2)]).reset_index(drop=True).assign(代码=["４３０１０２", " 430103 ", "x"])
    )
    assert own_layer(frame, "seats", kinds=POINTS).index.tolist() == ["430102", "430103", "x"]
    frame.loc[2, "geometry"] = None
    with pytest.warns(UrbgeoWarning, match="seats: 1 of 3 rows have no geometry and are left out: 2"):
        assert len(own_layer(frame, "seats", kinds=POINTS)) == 2


@pytest.mark.parametrize("opened", ["待定", "08年", 42000, "规划2030年"])
def test_what_is_no_year_of_opening_is_refused_where_it_is_read(opened: object) -> None:
    frame = points([(0, 0), (1, 1)], ["a", "b"]).assign(opened=[2010, opened])
    with pytest.raises(InputError, match="airports: opened says"):
        own_layer(frame, "airports", kinds=POINTS)
