"""Shapefiles before they are read: are all parts there and whole, and in which encoding is the text."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest

from urbgeo.errors import SourceError
from urbgeo.sources.dbase import check_whole, codec_of, shapefile_encoding, sniffed, with_whole_names


@pytest.mark.parametrize(
    ("said", "codec"),
    [("UTF-8", "utf-8"), ("ISO-8859-1", "iso8859-1"), ("88591", "iso8859-1"), ("ANSI 936", "gb18030"),
     ("GBK", "gb18030"), (" GBK\r\n", "gb18030"), ("1252", "cp1252"), ("65001", "utf-8"), ("moon", None)],
)  # fmt: skip
def test_encodings_as_files_name_them(said: str, codec: str | None) -> None:
    assert codec_of(said) == codec


def test_a_letter_cut_in_two_by_its_field_is_no_fault() -> None:
    cut = "湘西土家族苗族自治州".encode()[:10]
    assert sniffed([cut]) != "utf-8"
    assert sniffed([cut], width=[10]) == "utf-8"
    assert sniffed([cut], width=[13]) == "utf-8"
    assert sniffed([cut], width=[14]) != "utf-8", "the field had room for the whole letter"


def test_a_table_of_more_or_of_fewer_rows_than_shapes_is_refused(tmp_path: Path) -> None:
    for count in (2, 3, 4):
        frame = gpd.GeoDataFrame({"n": range(count)}, geometry=gpd.points_from_xy(range(count), [0] * count))
        frame.to_file(tmp_path / f"{count}.shp")
    check_whole(tmp_path / "3.shp")
    for other in (2, 4):
        shutil.copy(tmp_path / f"{other}.dbf", tmp_path / "3.dbf")
        with pytest.raises(SourceError, match=f"3 shapes, but {other} rows in the .dbf"):
            check_whole(tmp_path / "3.shp")


@pytest.mark.parametrize(
    ("said", "codec"),
    [("cp936", "gb18030"), ("GB2312", "gb18030"), ("885915", "iso8859-15"), (" utf8 ", "utf-8"),
     ("OEM 850", "cp850"), ("windows-1251", "cp1251"), ("big5", "big5"), ("", None), ("8859", None)],
)  # fmt: skip
def test_other_names_of_encodings(said: str, codec: str | None) -> None:
    assert codec_of(said) == codec


def test_a_table_without_the_byte_at_its_end_is_whole_and_one_byte_less_is_not(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=gpd.points_from_xy([0, 1], [0, 1]))
    frame.to_file(tmp_path / "a.shp")
    table = tmp_path / "a.dbf"
    content = table.read_bytes()
    rows, header, size = 2, int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    table.write_bytes(content[: header + rows * size])
    check_whole(tmp_path / "a.shp")
    for length, there in ((header + rows * size - 1, 1), (header + size, 1), (header, 0), (header - 1, 0)):
        table.write_bytes(content[:length])
        with pytest.raises(SourceError, match=f"2 shapes, but {there} rows in the .dbf"):
            check_whole(tmp_path / "a.shp")
    table.write_bytes(content[:31])
    with pytest.raises(SourceError, match=r"its \.dbf is cut"):
        check_whole(tmp_path / "a.shp")


def test_parts_that_are_missing_cut_or_of_another_kind_are_named(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=gpd.points_from_xy([0, 1], [0, 1]))
    frame.to_file(tmp_path / "a.shp")
    for part in (".shp", ".shx"):
        path = tmp_path / f"a{part}"
        whole = path.read_bytes()
        path.write_bytes(whole[:-2])
        with pytest.raises(
            SourceError, match=rf"a\{part}: it is cut: {len(whole) - 2} of {len(whole)} bytes"
        ):
            check_whole(tmp_path / "a.shp")
        for other in (whole[:99], b"\x00\x00\x27\x0b" + whole[4:]):
            path.write_bytes(other)
            with pytest.raises(SourceError, match=rf"a\{part}: it is no shapefile"):
                check_whole(tmp_path / "a.shp")
        path.write_bytes(whole)
    for part, name in ((".dbf", "A.DBF"), (".shx", "A.SHX")):
        (tmp_path / f"a{part}").rename(tmp_path / name.replace("A", "a"))
    check_whole(tmp_path / "a.shp")
    (tmp_path / "a.SHX").unlink()
    with pytest.raises(SourceError, match=r"its \.shx is missing"):
        check_whole(tmp_path / "a.shp")


def test_the_language_byte_declares_where_no_note_does(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"n": ["é", "b"]}, geometry=gpd.points_from_xy([0, 1], [0, 1]))
    frame.to_file(tmp_path / "a.shp", encoding="cp1252")
    (tmp_path / "a.cpg").unlink(missing_ok=True)
    table = tmp_path / "a.dbf"
    content = bytearray(table.read_bytes())
    content[29] = 0x03
    table.write_bytes(content)
    assert shapefile_encoding(tmp_path / "a.shp", None) == "cp1252"
    assert shapefile_encoding(tmp_path / "a.shp", "latin-1") == "latin-1"
    content[29] = 0x57
    table.write_bytes(content)
    with pytest.raises(SourceError, match="neither UTF-8 nor GB18030; name its encoding"):
        shapefile_encoding(tmp_path / "a.shp", None)


def test_a_head_with_room_behind_its_names_is_read_to_their_end(tmp_path: Path) -> None:
    """FoxPro keeps 263 bytes behind the names; here they hold what would be a name cut in a letter."""
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=gpd.points_from_xy([0, 1], [0, 1]))
    frame.to_file(tmp_path / "a.shp")
    table = tmp_path / "a.dbf"
    content = bytearray(table.read_bytes())
    header = int.from_bytes(content[8:10], "little")
    assert content[header - 1 : header] == b"\r"
    room = ("\0" * 31 + "长沙市名").encode()[:-2].ljust(263, b"\0")
    content[header:header] = room
    content[8:10] = (header + len(room)).to_bytes(2, "little")
    table.write_bytes(content)
    with with_whole_names(tmp_path / "a.shp", "utf-8") as path:
        assert path == tmp_path / "a.shp", "nothing to mend"
    assert shapefile_encoding(tmp_path / "a.shp", None) == "utf-8"
