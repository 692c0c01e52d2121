"""Layers keep ids, CRS and Chinese text, whatever they were stored in."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from geopandas.testing import assert_geodataframe_equal

from tests.conftest import shared_data
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.sources import tables
from urbgeo.sources.tables import plain_table, points_from_table, read_layer

NAMES = ["长沙市", "湘西土家族苗族自治州", "㵲阳镇"]
PLACES = gpd.GeoDataFrame(
    {"adcode": ["430100", "433100", "431228"], "name": NAMES, "people": [10047914, 2488105, 1]},
    geometry=gpd.points_from_xy([112.9334, 109.7389, 109.2], [28.2316, 28.3117, 27.4]),
    crs=4490,
)
CSV = "adcode,name,lon,lat\n" + "\n".join(f"{i},{name},11{i},2{i}" for i, name in enumerate(NAMES))


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet", "shp"])
def test_spatial_files_keep_text_and_places(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"places.{suffix}"
    frame = PLACES.to_crs(4326) if suffix == "geojson" else PLACES
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path, encoding="utf-8")
    found = read_layer(path, index="adcode")
    assert found.encoding == "utf-8"
    assert found.frame["name"].tolist() == NAMES
    assert found.frame.index.tolist() == PLACES["adcode"].tolist()
    assert found.frame.crs == frame.crs
    assert found.frame.geometry.x.tolist() == pytest.approx(PLACES.geometry.x.tolist())


@pytest.mark.parametrize("cpg", [None, "GBK", "UTF-8"])
def test_a_shapefile_in_gbk_is_read_right_whatever_its_cpg_says(tmp_path: Path, cpg: str | None) -> None:
    names = NAMES[:2]  # the third is beyond GBK
    PLACES.iloc[:2].to_file(tmp_path / "a.shp", encoding="gbk")
    note = tmp_path / "a.cpg"
    note.unlink(missing_ok=True)
    if cpg:
        note.write_text(cpg)
    if cpg == "UTF-8":
        with pytest.warns(UrbgeoWarning, match=r"says UTF-8, but the text is gb18030"):
            found = read_layer(tmp_path / "a.shp")
    else:
        found = read_layer(tmp_path / "a.shp")
    assert (found.encoding, found.frame["name"].tolist()) == ("gb18030", names)
    with pytest.raises(SourceError, match="not in utf-8; it reads as gb18030"):
        read_layer(tmp_path / "a.shp", encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "read"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030")]
)
def test_csv_is_read_in_its_encoding(tmp_path: Path, written: str, read: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CSV.encode(written))
    found = read_layer(path, lon="lon", lat="lat", crs=4326)
    assert (found.encoding, found.frame["name"].tolist()) == (read, NAMES)
    assert found.frame.columns[0] == "adcode"


def test_csv_in_gbk_insisted_to_be_utf8_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(CSV.encode("gb18030"))
    with pytest.raises(SourceError, match="not in utf-8; it reads as gb18030"):
        read_layer(tmp_path / "a.csv", lon="lon", lat="lat", crs=4326, encoding="utf-8")
    (tmp_path / "b.csv").write_bytes(b"name,lon\n\xff\xff\xff,1\n")
    with pytest.raises(SourceError, match="neither UTF-8 nor GB18030"):
        read_layer(tmp_path / "b.csv", lon="lon", lat="lat", crs=4326)


def test_a_comma_between_semicolons_is_decimal_unless_it_may_part_thousands(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b;c;d\n1,5;1,234;-2,50;7\n2,25;5,6;12;8\n", encoding="utf-8")
    table = plain_table(path)[0]
    assert table["a"].tolist() == [1.5, 2.25] and table["c"].tolist() == [-2.5, 12.0]
    assert table["b"].tolist() == ["1,234", "5,6"], "1.234 or 1 234: text until somebody says"
    assert table["d"].tolist() == [7, 8]


def test_xlsx_gives_points(tmp_path: Path) -> None:
    pd.DataFrame({"name": NAMES, "x": [111.0, 112.0, 113.0], "y": [27.0, 28.0, 29.0]}).to_excel(
        tmp_path / "a.xlsx", index=False
    )
    found = read_layer(tmp_path / "a.xlsx", lon="x", lat="y", crs=4490)
    assert found.frame["name"].tolist() == NAMES and found.frame.crs == 4490


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "say which columns hold longitude"),
        ({"lon": "lon", "lat": "lat"}, "in which CRS"),
        ({"lon": "lat", "lat": "lon", "crs": 4326}, "look swapped"),
        ({"lon": "x", "lat": "lat", "crs": 4326}, "no column x"),
        ({"lon": "name", "lat": "lat", "crs": 4326}, "name is missing or no number at row 2, row 3, row 4"),
        ({"lon": "lon", "lat": "lat", "crs": "moon"}, "crs: 'moon'"),
        ({"lon": "lon", "lat": "lat", "crs": 4326, "index": "code"}, "no column code"),
    ],
)
def test_axes_and_crs_are_never_guessed(tmp_path: Path, arguments: dict[str, object], message: str) -> None:
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_layer(tmp_path / "a.csv", **arguments)


def test_files_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_layer(tmp_path / "none.gpkg")
    with pytest.raises(InputError, match="of no kind that is read"):
        read_layer(tmp_path / "a.docx")
    for name in ("bad.gpkg", "bad.shp", "bad.parquet", "bad.xlsx", "bad.geojson"):
        (tmp_path / name).write_bytes(b"nothing")
        with pytest.raises(SourceError, match=name):
            read_layer(tmp_path / name)
    PLACES.set_crs(None, allow_override=True).to_parquet(tmp_path / "bare.parquet")
    with pytest.raises(InputError, match="names no CRS"):
        read_layer(tmp_path / "bare.parquet")
    assert read_layer(tmp_path / "bare.parquet", crs=4490).frame.crs == 4490
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), tmp_path / "flat.gpkg")
    with pytest.raises(InputError, match=r"flat\.gpkg: it has no geometry"):
        read_layer(tmp_path / "flat.gpkg")
    (tmp_path / "uneven.csv").write_text("a,b\n1,2\n1,2,3,4\n")
    with pytest.raises(SourceError, match=r"uneven\.csv: it is no table \(.*line 3"):
        read_layer(tmp_path / "uneven.csv", crs=4326)
    PLACES.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match="says it is in China Geodetic"):
        read_layer(tmp_path / "a.parquet", crs=4326)


def test_the_counties_of_hunan_survive_a_shapefile_in_gbk(tmp_path: Path) -> None:
    counties = gpd.read_file(shared_data() / "hunan/hunan_counties_2021_wgs84_census2020.gpkg")
    counties = counties[["CODE", "NAME", "POPU", "geometry"]]
    counties.to_file(tmp_path / "counties.shp", encoding="gbk")
    (tmp_path / "counties.cpg").unlink(missing_ok=True)
    found = read_layer(tmp_path / "counties.shp", index="CODE")
    assert found.encoding == "gb18030" and len(found.frame) == 137
    assert found.frame["NAME"].tolist() == counties["NAME"].tolist()
    assert found.frame["POPU"].sum() == counties["POPU"].sum()
    with pytest.raises(SourceError, match="not in utf-8; it reads as gb18030"):
        read_layer(tmp_path / "counties.shp", encoding="utf-8")


def test_county_seats_and_stations_are_read_from_csv_and_xlsx_alike(tmp_path: Path) -> None:
    for name, columns in (
        ("hunan_county_seats_amap2020", ("lon_wgs84", "lat_wgs84")),
        ("rail_stations_bbox", ("WGS84_Lng", "WGS84_Lat")),
    ):
        path = shared_data() / f"hunan/{name}.csv"
        lon, lat = columns
        plain = read_layer(path, lon=lon, lat=lat, crs=4326)
        table = pd.read_csv(path)
        table.to_excel(tmp_path / "a.xlsx", index=False)
        (tmp_path / "gbk.csv").write_bytes(table.to_csv(index=False).encode("gb18030"))
        for other in (tmp_path / "a.xlsx", tmp_path / "gbk.csv"):
            found = read_layer(other, lon=lon, lat=lat, crs=4326)
            assert_geodataframe_equal(found.frame, plain.frame, check_like=True)
        assert plain.frame.geometry.y.between(22, 32).all()
    with pytest.raises(InputError, match="look swapped"):
        read_layer(path, lon="WGS84_Lat", lat="WGS84_Lng", crs=4326)


def test_degrees_reach_to_the_poles_and_the_date_line_and_no_farther() -> None:
    table = pd.DataFrame({"x": [180.0, -180.0], "y": [90.0, -90.0]})
    found = points_from_table(table, lon="x", lat="y", crs=4326)
    assert found.geometry.y.tolist() == [90.0, -90.0] and found.geometry.x.tolist() == [180.0, -180.0]
    for column, said in (("x", "x is beyond 180 degrees"), ("y", "y is beyond 90 degrees")):
        with pytest.raises(InputError, match=said):
            points_from_table(
                table.assign(**{column: table[column] * (1 + 1e-9)}), lon="x", lat="y", crs=4326
            )


def test_a_zip_that_would_unpack_to_more_than_is_read_is_refused_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PLACES.to_file(tmp_path / "places.shp")
    with zipfile.ZipFile(tmp_path / "places.zip", "w") as archive:
        for part in sorted(tmp_path.glob("places.*")):
            if part.suffix != ".zip":
                archive.write(part, part.name)
        archive.writestr("__MACOSX/big", bytes(10_000_000))  # never unpacked, never counted
    held = sum(part.stat().st_size for part in tmp_path.glob("places.*") if part.suffix != ".zip")
    monkeypatch.setattr(tables, "LARGEST_ZIP", held)
    assert len(read_layer(tmp_path / "places.zip").frame) == len(PLACES)
    monkeypatch.setattr(tables, "LARGEST_ZIP", held - 1)
    with pytest.raises(SourceError, match=r"places\.zip: it would unpack to more than .* GB"):
        read_layer(tmp_path / "places.zip")


@pytest.mark.parametrize("suffix", ["CSV", "TXT", "XLSX", "GEOJSON", "PARQUET", "SHP", "ZIP", "GPKG"])
def test_the_case_of_a_suffix_means_nothing(tmp_path: Path, suffix: str) -> None:
    """As files come from machines that write all names in capitals."""
    path = tmp_path / f"PLACES.{suffix}"
    lower = tmp_path / f"places.{suffix.lower()}"
    where: dict[str, object] = {}
    if suffix in ("CSV", "TXT", "XLSX"):
        where = {"lon": "lon", "lat": "lat", "crs": 4490}
        table = pd.DataFrame(PLACES.drop(columns="geometry")).assign(
            lon=PLACES.geometry.x, lat=PLACES.geometry.y
        )
        table.to_excel(lower, index=False) if suffix == "XLSX" else table.to_csv(lower, index=False)
    elif suffix == "PARQUET":
        PLACES.to_parquet(lower)
    elif suffix in ("SHP", "ZIP"):
        (tmp_path / "parts").mkdir()
        PLACES.to_file(tmp_path / "parts" / "places.shp", encoding="utf-8")
        parts = sorted((tmp_path / "parts").iterdir())
        if suffix == "ZIP":
            with zipfile.ZipFile(lower, "w") as archive:
                for part in parts:
                    archive.write(part, part.name.upper())
        else:
            for part in parts:
                part.rename(tmp_path / part.name.upper())
    else:
        PLACES.to_crs(4326 if suffix == "GEOJSON" else 4490).to_file(lower)
    if lower.exists():
        lower.rename(path)
    found = read_layer(path, index="adcode", **where).frame
    assert found.index.astype(str).tolist() == PLACES["adcode"].tolist() and found["name"].tolist() == NAMES
    assert found.geometry.x.tolist() == pytest.approx(PLACES.geometry.x.tolist())


def test_a_damaged_feature_is_found_whatever_the_case_of_the_suffix(tmp_path: Path) -> None:
    whole = json.loads(PLACES.to_crs(4326).to_json())
    whole["features"][1]["geometry"] = {"type": "Point", "coordinates": "here"}
    for name in ("a.geojson", "A.GEOJSON", "A.JSON"):
        (tmp_path / name).write_text(json.dumps(whole), encoding="utf-8")
        with pytest.raises(SourceError, match=name):
            read_layer(tmp_path / name)


def test_blanks_and_wide_letters_about_ids_and_numbers_mean_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,people\n 甲１ , 5\n乙,6.5 \n", encoding="utf-8")
    table, _ = tables.plain_table(path)
    assert table["people"].tolist() == [5.0, 6.5] and table["people"].dtype == float
    path.write_text("code,lon,lat\n 甲１ ,112,28\n乙　,113,28\n", encoding="utf-8")
    found = read_layer(path, index="code", lon="lon", lat="lat", crs=4326).frame
    assert found.index.tolist() == ["甲1", "乙"]


def test_empty_rows_are_left_out_and_the_others_keep_their_count(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("lon,lat\n112,28\n\n,\n113,29\n", encoding="utf-8")
    table, _ = tables.plain_table(path)
    assert table.index.tolist() == [0, 3] and table["lon"].tolist() == [112, 113]
    path.write_text("lon,lat\n112,28\n\n,\n113,east\n", encoding="utf-8")
    with pytest.raises(InputError, match="lat is missing or no number at row 5"):
        read_layer(path, lon="lon", lat="lat", crs=4326)


def test_points_part_thousands_where_commas_are_decimal(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b;c;d\n1,5;1.234;1.234,5;28.2\n2,25;12.000;12,5;1.234\n", encoding="utf-8")
    table = plain_table(path)[0]
    assert table["b"].tolist() == [1234, 12_000] and table["c"].tolist() == [1234.5, 12.5]
    assert table["d"].tolist() == [28.2, 1.234]  # 28.2 is no thousand: its points are decimal
    path.write_text("a;b\n1.5;1.234\n2.25;12.500\n", encoding="utf-8")
    assert plain_table(path)[0]["b"].tolist() == [1.234, 12.5]


@pytest.mark.parametrize("rows", ["430100,112.9,28.2,1,234\n430200,113,28,2,345\n", "a,112.9,28.2,9,1\n"])
def test_rows_with_more_cells_than_heads_are_refused_instead_of_moving_a_column_on(
    tmp_path: Path, rows: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"code,x,y,people\n{rows}", encoding="utf-8")
    with pytest.raises(SourceError, match="more cells than heads; put numbers such as 1,234 in quotation"):
        read_layer(path, index="code", lon="x", lat="y", crs=4326)


def test_a_comma_at_the_end_of_every_row_is_no_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("code,x,y\n0731,112.9,28.2,\n0732,113,28,\n", encoding="utf-8")
    found = read_layer(path, index="code", lon="x", lat="y", crs=4326).frame
    assert found.index.tolist() == ["0731", "0732"] and found.geometry.x.tolist() == [112.9, 113.0]


def test_blanks_around_heads_are_left_off_and_heads_that_stand_twice_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(" code ,x\u00a0,\u3000y,people,people\na,112.9,28.2,5,6\n", encoding="utf-8")
    with pytest.warns(UrbgeoWarning, match="heads that stand twice are numbered: people.1"):
        found = read_layer(path, index="code", lon="x", lat="y", crs=4326).frame
    assert found.index.tolist() == ["a"] and found["people"].tolist() == [5]


def test_a_head_in_an_empty_row_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n\ncode,x,y\na,112.9,28.2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"header: row 1 of a\.csv is empty"):
        read_layer(path, lon="x", lat="y", crs=4326)
    assert len(read_layer(path, header=2, lon="x", lat="y", crs=4326).frame) == 1
