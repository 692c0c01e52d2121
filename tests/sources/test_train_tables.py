"""Reading a train table: which sheet, which heads, times past midnight, stations of any datum."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from urbgeo.crs import wgs84_to_gcj02
from urbgeo.errors import InputError, SourceError
from urbgeo.sources.train_tables import _dates, calls_of, placed_of, plain_name, sheets_of, stops_of

HEADS = ["车次", "出发时间", "站序", "站名", "到站时间", "出发时间"]
ROWS = [["G1", "9:00", "1", "甲南站", "--", "9:00"], ["", "", "2", " 乙 北 站", "9:30", "9:32"]]


def sheet(*rows: list[str], above: int = 0) -> pd.DataFrame:
    return pd.DataFrame([["某地列车"] + [""] * 5] * above + [HEADS, *rows])


def test_the_head_is_found_below_titles_and_the_second_of_two_equal_heads_is_the_calls_own() -> None:
    stops = stops_of({"说明": pd.DataFrame([["x"]]), "时刻": sheet(*ROWS, above=3)}, None, "trains")
    assert stops["departs"].tolist() == ["9:00", "9:32"]
    assert stops["arrives"].tolist() == ["--", "9:30"]


def test_a_sheet_or_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="no sheet '时刻表'; it has 说明"):
        stops_of({"说明": sheet()}, "时刻表", "trains")
    with pytest.raises(InputError, match="no sheet has 车次, 站序 and 站名"):
        stops_of({"说明": pd.DataFrame([["x"]])}, None, "trains")
    short = sheet(*ROWS).drop(columns=4)
    with pytest.raises(InputError, match="no column 到站时间"):
        stops_of({"时刻": short}, None, "trains")


def test_clock_times_are_carried_over_midnight_and_a_first_arrival_counts_as_its_departure() -> None:
    rows = [
        ["K1", "", "1", "甲", "23:50", "23:55"],
        ["", "", "2", "乙", "0:10", "0:12"],
        ["", "", "3", "丙", "9:00", "----"],
    ]
    calls, days, aside = calls_of(stops_of({"t": sheet(*rows)}, None, "trains"))
    assert calls["departs_min"].tolist() == [1435.0, 1452.0, 1980.0]
    assert calls["arrives_min"].tolist()[1:] == [1450.0, 1980.0]
    assert days.tolist() == [None]
    assert aside.empty


def test_sixteen_hours_between_two_calls_are_a_long_leg_and_a_minute_more_is_a_clock_gone_back() -> None:
    said = {}
    for arrives in ("17:00", "17:01"):
        rows = [["K1", "", "1", "甲", "--", "1:00"], ["", "", "2", "乙", arrives, "17:05"]]
        calls, _, aside = calls_of(stops_of({"t": sheet(*rows)}, None, "trains"))
        said[arrives] = calls["arrives_min"].tolist()[1:], len(aside)
    assert said == {"17:00": ([1020.0], 0), "17:01": ([], 1)}


def test_a_second_list_of_stops_under_one_name_is_a_second_train() -> None:
    rows = [*ROWS, ["G1", "8:00", "1", "丙", "--", "8:00"], ["", "", "2", "丁", "8:20", "--"]]
    calls, _, _ = calls_of(stops_of({"t": sheet(*rows)}, None, "trains"))
    assert calls.groupby("run")["station"].agg("".join).tolist() == ["甲南乙北", "丙丁"]


@pytest.mark.parametrize(
    ("name", "plain"), [("长沙南站", "长沙南"), (" 长 沙 ", "长沙"), ("站前", "站前"), ("车站", "车站")]
)
def test_names_lose_blanks_and_the_word_at_their_end(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_stations_come_back_in_wgs84_and_codes_are_no_names() -> None:
    lon, lat = (float(one[0]) for one in wgs84_to_gcj02([112.98], [28.2]))
    table = pd.DataFrame(
        [["电报码", "站名", "经度", "纬度"], ["CSQ", "长沙", str(lon), str(lat)], ["XXX", "无", "", ""]]
    )
    found = placed_of({"车站": table}, "gcj02", "trains")
    assert found.index.tolist() == ["长沙"]
    assert found.geometry.x.iloc[0] == pytest.approx(112.98, abs=1e-6)
    codes = pd.DataFrame([["电报码", "经度", "纬度"], ["CSQ", "112.98", "28.2"]])
    for nothing in (sheet(*ROWS), codes, pd.DataFrame()):
        with pytest.raises(InputError, match="no sheet of stations"):
            placed_of({"t": nothing}, "gcj02", "trains")
    both = placed_of({"codes": codes, "车站": table}, "wgs84", "trains")
    assert both.index.tolist() == ["长沙"], "a sheet of codes alone is passed over"
    assert (both.geometry.x.iloc[0], both.geometry.y.iloc[0]) == (lon, lat)


def test_a_file_is_read_in_its_encoding_or_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("车次,站名\nG1,长沙\n".encode("gb18030"))
    assert sheets_of(path)["t"].iloc[1].tolist() == ["G1", "长沙"]
    path.write_bytes(b"\xff\xff\xff,\x80\n")
    with pytest.raises(SourceError, match="neither UTF-8 nor GB18030"):
        sheets_of(path)
    for text in ("", "a,b\n1,2,3,4\n"):
        path.write_text(text)
        with pytest.raises(SourceError, match=r"t\.csv: it is no table"):
            sheets_of(path)
    (tmp_path / "t.xlsx").write_bytes(b"PK no")
    with pytest.raises(SourceError, match="cannot be read as XLSX"):
        sheets_of(tmp_path / "t.xlsx")


def test_a_row_without_a_train_whose_number_does_not_rise_is_of_no_train() -> None:
    for again in ("1", "2"):
        rows = [*ROWS, ["", "", again, "丙", "9:50", "9:52"], ["", "", "3", "丁", "10:10", "--"]]
        calls, _, aside = calls_of(stops_of({"t": sheet(*rows)}, None, "trains"))
        assert calls["station"].tolist() == ["甲南", "乙北"], "the train ends before it"
        assert aside["row"].tolist() == [4] and aside["train"].isna().all()


def test_blanks_about_heads_and_cells_and_the_case_of_a_suffix_mean_nothing(tmp_path: Path) -> None:
    text = "\n".join(",".join(f" {one} " for one in row) for row in (HEADS, *ROWS))
    for name in ("T.CSV", "t.TXT", "t.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        calls, _, aside = calls_of(stops_of(sheets_of(tmp_path / name), None, "trains"))
        assert calls["station"].tolist() == ["甲南", "乙北"] and aside.empty
        assert calls["train"].tolist() == ["G1", "G1"] and calls["departs_min"].tolist() == [540.0, 572.0]
    lines = [[" 站名 ", " LON ", "Lat"], ["长沙站", "112", "28"]]
    found = placed_of({"t": pd.DataFrame(lines)}, "wgs84", "trains")
    assert found.index.tolist() == ["长沙"] and found.geometry.x.tolist() == [112.0]


@pytest.mark.parametrize("every", ["all", " ALL ", "每日", "每天", ""])
def test_every_day_is_said_in_several_words(every: str) -> None:
    assert _dates(every) is None
    assert _dates(f" 20160310|2016-03-11{every and ''} ") == (dt.date(2016, 3, 10), dt.date(2016, 3, 11))


@pytest.mark.parametrize(
    ("word", "shut"), [("FALSE", 1), ("False", 1), ("否", 1), ("0", 1), ("是", 0), ("", 0)]
)
def test_stops_where_nobody_boards_set_their_train_aside(word: str, shut: int) -> None:
    head = [*HEADS, "是否开通"]
    rows = [[*ROWS[0], ""], [*ROWS[1], word]]
    stops = stops_of({"t": pd.DataFrame([head, *rows])}, None, "trains")
    assert ("open" in stops) and len(calls_of(stops)[2]) == shut
