"""Shapefiles before they are read: are all parts there and whole, and in which encoding is the text."""

from __future__ import annotations

import pytest

from urbgeo.sources.dbase import codec_of, sniffed


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
