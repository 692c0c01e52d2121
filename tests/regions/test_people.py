from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.regions.nation import china_places
from urbgeo.regions.people import _is_amount, read_people

PLACES = china_places()
ANHUI = PLACES[PLACES.index.str.startswith("34")]


def workbook(
    path: Path, *, unit: str = "单位：万人", people: float = 50.25, extra: tuple[str, ...] = ()
) -> Path:
    """A yearbook page: a title over four merged cells, the unit in a row of its own, heads of two rows."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["安徽省分县常住人口"])
    page.merge_cells("A1:D1")
    page.append(["", "", unit, ""])
    page.append(["地区", "2020年", "", "城镇化率"])
    page.append(["", "常住人口", "其中城镇", ""])
    page.merge_cells("B3:C3")
    for name in [*ANHUI["name_zh"], *extra]:
        page.append([f"　{name}", people, 30.1, 0.6])
    book.save(path)
    return path


def test_a_yearbook_page_with_titles_and_merged_heads_is_read_in_its_unit(tmp_path: Path) -> None:
    found = read_people(workbook(tmp_path / "p.xlsx"), ANHUI)
    assert (found.head, found.unit, len(found.amounts)) == ("2020年 常住人口", "万", len(ANHUI))
    assert (found.amounts == 502_500.0).all() and found.left_over.empty


def test_rows_of_no_place_are_left_over_with_the_nearest_name(tmp_path: Path) -> None:
    found = read_people(workbook(tmp_path / "p.xlsx", extra=("合计", "肥西具", "肥西县")), ANHUI)
    assert found.left_over["joined_by"].tolist() == ["unknown", "unknown", "given twice"]
    assert "肥西县" in found.left_over["nearest"].iloc[1]
    assert found.amounts["340123"] == 502_500.0


def test_codes_of_another_year_join_and_parts_that_merged_are_summed() -> None:
    table = pd.DataFrame(
        {"CODE": [340203, 340208, 340221, 340123], "POPU": [250_000, 150_000, 300_000, 970_000]}
    )
    found = read_people(table, ANHUI)
    assert found.amounts.to_dict() == {"340123": 970_000, "340209": 400_000, "340210": 300_000}


def test_an_unknown_code_is_told_the_nearest_place_by_the_name_beside_it_or_else_by_its_digits() -> None:
    table = pd.DataFrame(
        {
            "CODE": ["340121", "340122", "340123", "344124", "344181"],
            "名称": ["长丰县", "肥东县", "肥西县", "庐江", ""],
            "POPU": 500_000,
        }
    )
    lost = read_people(table, ANHUI).left_over.set_index("asked")
    assert lost["joined_by"].tolist() == ["unknown"] * 2
    assert lost.loc["344124", "nearest"] == "340124 庐江县"
    assert lost.loc["344181", "nearest"].startswith("34188"), "no name: the last code of the province"
    bare = read_people(table.drop(columns="名称"), ANHUI).left_over.set_index("asked")
    assert bare.loc["344124", "nearest"].startswith("34188")


def test_counties_of_one_name_are_told_apart_by_the_prefecture_above_them() -> None:
    jiangsu = PLACES[PLACES.index.str.startswith("32")]
    rows = ["南京市", "鼓楼区", "玄武区", "徐州市", "鼓楼区", "云龙区"]
    found = read_people(
        pd.DataFrame({"地区": rows, "常住人口（万人）": [931.0, 94, 53, 908, 81, 49]}), jiangsu
    )
    assert found.amounts[["320106", "320302"]].tolist() == [940_000.0, 810_000.0]


def test_a_year_in_a_head_is_no_amount_and_a_note_with_figures_is_no_footnote() -> None:
    assert [_is_amount(one) for one in ("1899", "1900", "1949", "2100", "2101", "2020.5", "9,012", "x")] == [
        True, False, False, False, True, True, True, False,
    ]  # fmt: skip
    rows = {
        "地区": ["肥西县", "肥东县", "长丰县", "注：开发区", "注：不含代管"],
        "人口（人）": [9e5, 8e5, 7e5, 5e4, ""],
    }
    found = read_people(pd.DataFrame(rows), ANHUI)
    assert found.left_over["asked"].tolist() == ["注：开发区"]
    assert found.amounts.to_dict() == {"340121": 7e5, "340122": 8e5, "340123": 9e5}


def test_a_csv_in_gbk_reads_as_well(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('县区,人口(人)\n肥西县,"967,000"\n肥东县,885000\n长丰县,—\n', encoding="gbk")
    found = read_people(path, ANHUI)
    assert found.amounts.to_dict() == {"340122": 885_000.0, "340123": 967_000.0}
    assert found.unread == ("row 4: '—'",)


def test_nobody_is_a_number_and_less_than_nobody_none(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("县区,人口(人)\n肥西县,967000\n肥东县,0\n长丰县,-3\n", encoding="utf-8")
    found = read_people(path, ANHUI)
    assert found.amounts.to_dict() == {"340122": 0.0, "340123": 967_000.0}
    assert found.unread == ("row 4: '-3'",)


def test_people_in_an_unknown_unit_or_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="population_unit"):
        read_people(workbook(tmp_path / "p.xlsx", unit=""), ANHUI)
    assert (
        read_people(workbook(tmp_path / "p.xlsx", unit=""), ANHUI, unit="万").amounts["340123"] == 502_500.0
    )
    two = pd.DataFrame(
        {"县": ["肥西县", "肥东县", "长丰县"], "人口": [1.0, 2, 3], "户籍人口": [1.0, 2, 3], "x": "a"}
    )
    assert read_people(two, ANHUI, unit="万").head == "人口"
    with pytest.raises(InputError, match="population_column"):
        read_people(two.rename(columns={"人口": "a人口"}), ANHUI)
    assert read_people(two, ANHUI, column="户籍人口", unit="persons").head == "户籍人口"


def test_the_table_of_another_province_and_a_damaged_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="another region"):
        read_people(workbook(tmp_path / "p.xlsx"), PLACES[PLACES.index.str.startswith("45")])
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(SourceError, match="save it again"):
        read_people(tmp_path / "bad.xlsx", ANHUI)
    with pytest.raises(SourceError, match="no such file"):
        read_people(tmp_path / "none.csv", ANHUI)


def test_cells_that_are_no_people_are_counted_in_a_warning_and_none_at_all_is_refused() -> None:
    table = pd.DataFrame({"CODE": [340123, 340122, 340121], "常住人口（人）": ["970000", "many", -5]})
    with pytest.warns(UrbgeoWarning, match=r"2 of 3 cells .* left out \(row 3: 'many', row 4: '-5'\)"):
        found = read_people(table, ANHUI)
    assert found.amounts.to_dict() == {"340123": 970_000}
    with pytest.raises(InputError, match="holds no number of people in any row"):
        read_people(table.assign(**{"常住人口（人）": True}), ANHUI)


def test_a_row_of_the_whole_province_above_the_first_place_is_no_head_and_a_note_no_place(
    tmp_path: Path,
) -> None:
    page = (book := openpyxl.Workbook()).active
    for row in (
        ["2-5 年末常住人口", "", ""],
        ["", "", "单位：万人"],
        ["地区", "年末常住人口", ""],
        ["", "总人口", "#城镇人口"],
        ["全  省", 6127, 3687.5],
        *([f"　{name}", 50.25, 30.0] for name in ANHUI["name_zh"]),
        ["注：本表数据为抽样调查推算数。", "", ""],
    ):
        page.append(row)
    book.save(tmp_path / "p.xlsx")
    found = read_people(tmp_path / "p.xlsx", ANHUI)
    assert (found.head, found.unit) == ("年末常住人口 总人口", "万")
    assert (found.amounts == 502_500.0).all() and found.left_over.empty


def test_years_as_heads_stay_heads(tmp_path: Path) -> None:
    table = pd.DataFrame({"地区": ANHUI["name_zh"], "2010": 1.0, "2020": 60_000})
    found = read_people(table, ANHUI, column="2020", unit="persons")
    assert (found.amounts == 60_000).all()


def test_ids_of_ones_own_places_are_read_and_a_column_of_serial_numbers_is_not() -> None:
    own = pd.DataFrame({"name_zh": ["东区", "西区", "南区"]}, index=["A7", "B2", "C1"])
    table = pd.DataFrame(
        {"序号": [1, 2, 3], "编号": ["B2", "A7", "C1"], "常住人口": [21_000, 11_000, 31_000]}
    )
    assert read_people(table, own).amounts.to_dict() == {"B2": 21_000, "A7": 11_000, "C1": 31_000}
    numbered = own.set_axis(["1", "2", "3"])
    named = table.assign(编号=["西区", "东区", "南区"])
    assert read_people(named, numbered).amounts.to_dict() == {"2": 21_000, "1": 11_000, "3": 31_000}
