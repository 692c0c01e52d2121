"""Shapefiles before they are read: are all parts there and whole, and in which encoding is the text."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pytest

from urbgeo.errors import SourceError
from urbgeo.sources.dbase import check_whole, codec_of, sniffed


@pytest.mark.parametrize(
    ("said", "codec"),
    [("UTF-8", "utf-8"), ("ISO-8859-1", "iso8859-1"), ("88591", "iso8859-1"), ("ANSI 936", "gb18030"),
     ("GBK", "gb18030"), ("1252", "cp1252"), ("65001", "utf-8"), ("moon", None)],
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
