"""Files as offices send them: read as they declare, or refused by name."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.sources.tables import read_layer

PLACES = gpd.GeoDataFrame(
    {"code": ["0731", "0732"], "name": ["长沙市", "湘潭市"]},
    geometry=gpd.points_from_xy([112.93, 112.94], [28.23, 27.83]),
    crs=4490,
)
AT = {"lon": "x", "lat": "y", "crs": 4326}


def test_a_declared_encoding_wins_where_the_text_decodes(tmp_path: Path) -> None:
    towns = gpd.GeoDataFrame({"name": ["Orléans"]}, geometry=[Point(1.9, 47.9)], crs=4326)
    towns.to_file(tmp_path / "a.shp", encoding="ISO-8859-1")
    (tmp_path / "a.cpg").write_text("ISO-8859-1")
    found = read_layer(tmp_path / "a.shp")
    assert (found.frame["name"].tolist(), found.encoding) == (["Orléans"], "iso8859-1")
    (tmp_path / "a.cpg").unlink()
    table = bytearray((tmp_path / "a.dbf").read_bytes())
    table[29] = 0x03
    (tmp_path / "a.dbf").write_bytes(table)
    assert read_layer(tmp_path / "a.shp").frame["name"].tolist() == ["Orléans"]
    assert read_layer(tmp_path / "a.shp").encoding == "cp1252"


def test_a_guess_is_told(tmp_path: Path) -> None:
    PLACES.to_file(tmp_path / "a.shp", encoding="gbk")
    (tmp_path / "a.cpg").unlink()
    with pytest.warns(UrbgeoWarning, match="no encoding is declared; its text reads as gb18030"):
        assert read_layer(tmp_path / "a.shp").frame["name"].tolist() == ["长沙市", "湘潭市"]


def test_a_chinese_column_name_of_four_letters_is_cut_at_a_whole_letter(tmp_path: Path) -> None:
    PLACES.rename(columns={"name": "ten_bytes_"}).to_file(tmp_path / "a.shp", encoding="utf-8")
    cut = (tmp_path / "a.dbf").read_bytes().replace(b"ten_bytes_", "行政名称".encode()[:10])
    (tmp_path / "a.dbf").write_bytes(cut)
    with pytest.warns(UrbgeoWarning, match="cut are 行政名"):
        found = read_layer(tmp_path / "a.shp")
    assert "行政名" in found.frame.columns and found.frame["行政名"].tolist() == ["长沙市", "湘潭市"]


@pytest.mark.parametrize("kind", ["shp", "shx", "dbf", "no dbf", "no shx"])
def test_a_cut_or_incomplete_shapefile_is_refused(tmp_path: Path, kind: str) -> None:
    PLACES.to_file(tmp_path / "a.shp", encoding="utf-8")
    part = tmp_path / f"a.{kind.split()[-1]}"
    if kind.startswith("no"):
        part.unlink()
    else:
        part.write_bytes(part.read_bytes()[:-12])
    with pytest.raises(SourceError, match=r"a\.(shp|shx|dbf).*(cut|missing|rows in)"):
        read_layer(tmp_path / "a.shp")


def test_a_damaged_feature_of_geojson_is_refused(tmp_path: Path) -> None:
    PLACES.to_crs(4326).to_file(tmp_path / "a.geojson")
    held = json.loads((tmp_path / "a.geojson").read_text())
    assert len(read_layer(tmp_path / "a.geojson").frame) == 2
    for damage in ({"geometry": {"type": "Pt"}}, {"type": "Featur"}):
        bad = {**held, "features": [held["features"][0], {**held["features"][1], **damage}]}
        (tmp_path / "b.geojson").write_text(json.dumps(bad))
        with pytest.raises(SourceError, match=r"b\.geojson"):
            read_layer(tmp_path / "b.geojson")


def test_codes_and_names_of_a_csv_stay_text_and_only_empty_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code,name,people,x,y\n0731,NA,1000,112,28\n0732,null,,113,27\n")
    frame = read_layer(tmp_path / "a.csv", index="code", **AT).frame
    assert frame.index.tolist() == ["0731", "0732"] and frame["name"].tolist() == ["NA", "null"]
    assert frame["people"].tolist()[0] == 1000 and frame["people"].isna().tolist() == [False, True]
    (tmp_path / "b.csv").write_text("code,x,y\n1,112,28\n1,113,27\n")
    with pytest.raises(InputError, match=r"b\.csv: repeated ids at 1"):
        read_layer(tmp_path / "b.csv", index="code", **AT)
    (tmp_path / "c.csv").write_text("code,x,y\n1,112,28\n,113,27\n")
    with pytest.raises(InputError, match=r"c\.csv: missing ids in the index at row 1"):
        read_layer(tmp_path / "c.csv", index="code", **AT)


def test_csv_with_semicolons_and_decimal_commas_and_in_utf_16(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name;x;y;share\n长沙;112,93;28,2;1,234\n", encoding="utf-8")
    frame = read_layer(tmp_path / "a.csv", **AT).frame
    assert frame.geometry.iloc[0].coords[0] == (112.93, 28.2)
    assert frame["share"].tolist() == ["1,234"], "a thousand, or one and a bit: stays text"
    (tmp_path / "b.csv").write_text("name\tx\ty\n长沙\t112\t28\n", encoding="utf-16")
    assert read_layer(tmp_path / "b.csv", **AT).frame["name"].tolist() == ["长沙"]


def test_excel_with_a_title_and_merged_heads(tmp_path: Path) -> None:
    rows = [
        ["表1 人口", None, None, None],
        ["代码", "人口", None, "x"],
        [None, "男", "女", None],
        ["0731", 5, 6, 112],
    ]
    pd.DataFrame([[*row, y] for row, y in zip(rows, [None, "y", None, 28], strict=True)]).to_excel(
        tmp_path / "a.xlsx", index=False, header=False
    )
    with pytest.raises(InputError, match=r"a\.xlsx: 4 of 5 columns have no head.*header="):
        read_layer(tmp_path / "a.xlsx", **AT)
    frame = read_layer(tmp_path / "a.xlsx", header=[1, 2], index="代码", **AT).frame
    assert frame.index.tolist() == ["0731"]
    assert frame[["人口_男", "人口_女"]].to_numpy().tolist() == [[5, 6]]


def test_the_first_of_several_sheets_is_told_and_another_is_named(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        for name, x in (("一", 112), ("二", 113)):
            pd.DataFrame({"x": [x], "y": [28]}).to_excel(book, sheet_name=name, index=False)
    with pytest.warns(UrbgeoWarning, match="一 is read, the first of 2 sheets"):
        assert read_layer(tmp_path / "a.xlsx", **AT).frame.geometry.x.tolist() == [112]
    for sheet in ("二", 1):
        assert read_layer(tmp_path / "a.xlsx", sheet=sheet, **AT).frame.geometry.x.tolist() == [113]
    with pytest.raises(InputError, match="no sheet '三'; it has 一, 二"):
        read_layer(tmp_path / "a.xlsx", sheet="三", **AT)


def test_damaged_workbooks_and_zip_files_are_refused_by_name(tmp_path: Path) -> None:
    pd.DataFrame({"x": [1.0], "y": [2.0]}).to_excel(tmp_path / "a.xlsx", index=False)
    whole = (tmp_path / "a.xlsx").read_bytes()
    for number, at in enumerate(range(0, len(whole) - 40, len(whole) // 40)):
        path = tmp_path / f"bad{number}.xlsx"
        path.write_bytes(whole[:at] + bytes(20) + whole[at + 20 :])
        try:
            read_layer(path, **AT)
        except (SourceError, InputError) as error:
            assert path.name in str(error) or "lon" in str(error) or "table" in str(error)
    for name in ("cut.xlsx", "cut.xls", "cut.zip", "cut.ods"):
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(SourceError, match=name):
            read_layer(tmp_path / name, **AT)


@pytest.mark.parametrize(
    ("suffix", "driver"),
    [("fgb", "FlatGeobuf"), ("kml", "KML"), ("tab", "MapInfo File"), ("gdb", "OpenFileGDB")],
)
def test_other_kinds_of_spatial_files_are_read(tmp_path: Path, suffix: str, driver: str) -> None:
    # Older GDAL takes the first column for the name of a place in KML, whatever it is called.
    frame = PLACES.to_crs(4326).rename(columns={"name": "Name"})[["Name", "code", "geometry"]]
    frame.to_file(tmp_path / f"a.{suffix}", driver=driver)
    found = read_layer(tmp_path / f"a.{suffix}").frame
    assert sorted(found["Name"]) == ["湘潭市", "长沙市"]
    assert sorted(found.geometry.x) == pytest.approx([112.93, 112.94])


def test_a_zipped_shapefile_is_read_and_one_of_several_is_named(tmp_path: Path) -> None:
    PLACES.to_file(tmp_path / "a.shp", encoding="utf-8")
    PLACES.iloc[:1].to_file(tmp_path / "b.shp", encoding="utf-8")
    for archive, stems in (("one.zip", "a"), ("two.zip", "ab")):
        with zipfile.ZipFile(tmp_path / archive, "w") as packed:
            for part in (one for one in tmp_path.iterdir() if one.stem in stems and one.suffix != ".zip"):
                packed.write(part, f"data/{part.name}")
    assert read_layer(tmp_path / "one.zip").frame["name"].tolist() == ["长沙市", "湘潭市"]
    with pytest.raises(InputError, match="its shapefiles are a, b; name one by layer="):
        read_layer(tmp_path / "two.zip")
    assert len(read_layer(tmp_path / "two.zip", layer="b").frame) == 1


def test_of_several_layers_one_is_named(tmp_path: Path) -> None:
    for name in ("roads", "places"):
        PLACES.to_file(tmp_path / "a.gpkg", layer=name)
    with pytest.raises(InputError, match=r"a\.gpkg: it has the layers roads, places; name one by layer="):
        read_layer(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="no layer 'rivers'; it has roads, places"):
        read_layer(tmp_path / "a.gpkg", layer="rivers")


def test_ids_are_of_one_form_whatever_form_the_file_has(tmp_path: Path) -> None:
    """Blanks, full-width digits and the point that a spreadsheet leaves behind make no other id."""
    path = tmp_path / "seats.csv"
    for codes, ids in (
        (["430102 ", "４３０１０３", "A04"], ["430102", "430103", "A04"]),
        (["430102.0", "430103.0", "430104.0"], [430102, 430103, 430104]),
        (["0731", " 0732", "0733"], ["0731", "0732", "0733"]),
    ):
        rows = "\n".join(f"{code},{112 + k / 10},28" for k, code in enumerate(codes))
        path.write_text(f"代码,x,y\n{rows}\n", encoding="utf-8")
        assert read_layer(path, index="代码", lon="x", lat="y", crs=4326).frame.index.tolist() == ids
    path.write_text(
        "代码,x,y\n430102,112,28\n430102 ,113,28\n４３０１０２,114,28\nB,115,28\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="repeated ids at 430102"):
        read_layer(path, index="代码", lon="x", lat="y", crs=4326)
