from __future__ import annotations

import sys
import warnings
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from urbgeo.errors import InputError, MissingExtraError, SourceError, UrbgeoWarning
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
    with pytest.raises(SourceError, match="is the file whole"):
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


def some_counties(amounts: list[object]) -> dict[str, list[object]]:
    return {"县区": ["肥西县", "肥东县", "长丰县"], "常住人口": amounts}


@pytest.mark.parametrize("name", ["p.csv", "P.CSV", "p.txt", "p.TXT"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_a_text_of_any_ending_is_read_at_its_commas_or_else_its_tabs(
    tmp_path: Path, name: str, mark: str
) -> None:
    rows = [["县区", "人口(人)"], ["肥西县", "967000"], ["肥东县", "885000"], ["长丰县", "782000"], [""]]
    (tmp_path / name).write_text("\n".join(mark.join(row) for row in rows), encoding="utf-8-sig")
    found = read_people(tmp_path / name, ANHUI)
    assert found.amounts.to_dict() == {"340121": 782_000.0, "340122": 885_000.0, "340123": 967_000.0}
    assert found.source == name and found.head == "人口(人)"


def test_a_workbook_of_any_ending_is_read_from_the_sheet_that_is_named(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "p.xlsx") as book:
        pd.DataFrame(some_counties([1e5, 2e5, 3e5])).to_excel(book, sheet_name="一", index=False)
        pd.DataFrame(some_counties([4e5, 5e5, 6e5])).to_excel(book, sheet_name="二", index=False)
    assert read_people(tmp_path / "p.xlsx", ANHUI).amounts["340123"] == 1e5
    (tmp_path / "p.xlsx").rename(tmp_path / "P.XLSM")
    assert read_people(tmp_path / "P.XLSM", ANHUI, sheet="二").amounts["340123"] == 4e5
    with pytest.raises(InputError, match=r"P\.XLSM has no sheet '三'; it has 一, 二"):
        read_people(tmp_path / "P.XLSM", ANHUI, sheet="三")


def test_tables_that_cannot_be_read_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.csv").write_bytes(b"\xff\xff\x81\x20\xff")
    with pytest.raises(SourceError, match="neither UTF-8 nor GB18030; save it as UTF-8"):
        read_people(tmp_path / "p.csv", ANHUI)
    (tmp_path / "p.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"p\.json: people are read from \.xlsx and \.csv"):
        read_people(tmp_path / "p.json", ANHUI)
    (tmp_path / "none.csv").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"none\.csv: it has no rows"):
        read_people(tmp_path / "none.csv", ANHUI)
    with pytest.raises(InputError, match="population: it has no rows"):
        read_people(pd.DataFrame(), ANHUI)
    with pytest.raises(InputError, match="places: it has no rows"):
        read_people(pd.DataFrame(some_counties([1, 2, 3])), ANHUI.iloc[:0])
    book = workbook(tmp_path / "p.xlsx")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"urbgeo\[tables\]"):
        read_people(book, ANHUI)


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        ([19_000, 20_000, 21_000], True), ([19_000, 19_999, 900_000], False),
        ([21_000, 22_000.5, 23_000], False), ([21_000, "", 23_000], True),
    ],
)  # fmt: skip
def test_whole_numbers_of_twenty_thousand_in_the_middle_are_persons(
    amounts: list[object], told: bool
) -> None:
    table = pd.DataFrame(some_counties(amounts)).astype(object)
    if not told:
        with pytest.raises(InputError, match="may be in persons or in 万"):
            read_people(table, ANHUI)
    elif "" in amounts:
        with pytest.warns(UrbgeoWarning, match=r"1 of 3 cells of '常住人口' .*left out \(empty\)"):
            assert read_people(table, ANHUI).unit == "persons"
    else:
        assert read_people(table, ANHUI).unit == "persons"


def test_of_townships_a_thousand_in_the_middle_are_persons() -> None:
    towns = pd.DataFrame({"name_zh": ["甲镇", "乙镇", "丙乡"], "level": "zone"}, index=["A1", "A2", "A3"])
    table = pd.DataFrame({"乡镇": towns["name_zh"].to_numpy(), "人口": [900, 1000, 1100]})
    assert read_people(table, towns).amounts.to_dict() == {"A1": 900, "A2": 1000, "A3": 1100}
    with pytest.raises(InputError, match="may be in persons or in 万"):
        read_people(table.assign(人口=[900, 999, 5000]), towns)
    with pytest.raises(InputError, match="may be in persons or in 万"):
        read_people(table, towns.assign(level="county"))


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("人口（人）", "persons"),
        ("人口(人)", "persons"),
        ("population, Persons", "persons"),
        ("人口（万人）", "万"),
    ],
)
def test_the_head_says_the_unit(head: str, unit: str) -> None:
    table = pd.DataFrame(some_counties([5, 6, 7])).rename(columns={"常住人口": head})
    found = read_people(table, ANHUI, column=head)
    assert found.unit == unit and found.amounts["340123"] == 5 * (10_000 if unit == "万" else 1)
    with pytest.raises(InputError, match="population_unit"):
        read_people(table, ANHUI, column=head, unit="万元")


@pytest.mark.parametrize(("title", "unit"), [("单位：人", "persons"), ("单位：万人", "万")])
def test_a_title_above_says_the_unit(tmp_path: Path, title: str, unit: str) -> None:
    found = read_people(workbook(tmp_path / "p.xlsx", unit=title, people=7.0), ANHUI)
    assert found.unit == unit and found.amounts["340123"] == (70_000 if unit == "万" else 7)


def test_a_column_is_named_whole_or_by_a_part_that_one_head_has() -> None:
    heads = {"2010年 人口": [1e5] * 3, "2020年 人口": [2e5] * 3, "2020年 人口密度": [7.0] * 3}
    table = pd.DataFrame({"县": ["肥西县", "肥东县", "长丰县"]} | heads)
    found = read_people(table, ANHUI, column="2010", unit="persons")
    assert (found.head, found.amounts["340123"]) == ("2010年 人口", 1e5)
    assert read_people(table, ANHUI, column="2020年 人口", unit="persons").amounts["340123"] == 2e5
    with pytest.raises(InputError, match="several columns called '2020'; it has 县, 2010年 人口"):
        read_people(table, ANHUI, column="2020")
    with pytest.raises(InputError, match="no column called '1990'"):
        read_people(table, ANHUI, column="1990")


def test_the_first_usual_head_wins_and_two_of_one_are_refused() -> None:
    table = pd.DataFrame(some_counties([1e5, 2e5, 3e5]) | {"总人口": [9e5] * 3, "Population": [8e5] * 3})
    assert read_people(table, ANHUI).head == "常住人口"
    assert read_people(table.drop(columns="常住人口"), ANHUI).head == "总人口"
    assert read_people(table[["县区", "Population"]], ANHUI).head == "Population"
    assert read_people(table.rename(columns={"常住人口": "年末 常住 人口"}), ANHUI).head == "年末 常住 人口"
    two = table.rename(columns={"总人口": "上年常住人口", "常住人口": "本年常住人口"})
    with pytest.raises(InputError, match="no single column of people among 县区, 本年常住人口, 上年常住人口"):
        read_people(two, ANHUI)


def test_ids_of_a_frame_may_stand_in_its_index() -> None:
    amounts = pd.DataFrame({"常住人口": [1e5, 2e5, 3e5]}, index=["340123", "340122", "340121"])
    assert read_people(amounts, ANHUI).amounts["340122"] == 2e5
    named = amounts.reset_index(drop=True).rename_axis("row").assign(县=["肥西县", "肥东县", "长丰县"])
    assert read_people(named, ANHUI).amounts["340122"] == 2e5


def counties(people: list[object], head: str = "常住人口") -> pd.DataFrame:
    return pd.DataFrame({"县": ["肥西县", "肥东县", "长丰县"], head: people})


@pytest.mark.parametrize(
    ("head", "unit", "factor"),
    [
        ("常住人口（千人）", "千", 1e3),
        ("常住人口(百人)", "百", 1e2),
        ("population (thousands)", "千", 1e3),
        ("population ('000)", "千", 1e3),
        ("Population (10 000 persons)", "万", 1e4),
        ("常住人口（人）", "persons", 1.0),
    ],
)
def test_people_are_read_in_the_unit_that_the_head_says(head: str, unit: str, factor: float) -> None:
    found = read_people(counties([967, 885, 782], head), ANHUI)
    assert (found.unit, found.amounts["340123"]) == (unit, 967 * factor)


def test_a_title_of_two_units_gives_people_theirs(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    rows = "县,常住人口,生产总值\n肥西县,967000,1\n肥东县,885000,1\n长丰县,782000,1\n"
    path.write_text(f"单位：万元、人,,\n{rows}", encoding="utf-8")
    assert read_people(path, ANHUI).amounts["340123"] == 967_000
    path.write_text(f"单位：万人、万元,,\n{rows.replace('000', '')}", encoding="utf-8")
    assert read_people(path, ANHUI).amounts["340123"] == 9_670_000


@pytest.mark.parametrize(
    ("head", "people", "row"),
    [
        ("常住人口（万人）", [96.7, 885_000, 78.2], "row 3: 885000"),
        ("常住人口（万人）", [967_000, 885_000, 782_000], "3 of 3 rows"),
        ("常住人口（人）", [967_000, 88.5, 782_000], "row 3: 88.5"),
    ],
)
def test_rows_that_cannot_be_in_the_unit_of_their_column_are_refused(
    head: str, people: list[object], row: str
) -> None:
    with pytest.raises(InputError, match=f"rows cannot be .*{row}|which {row} cannot be"):
        read_people(counties(people, head), ANHUI)


def test_parts_of_a_person_are_told_where_persons_are_said_and_ten_thousands_of_counties_refused() -> None:
    modelled = counties([967_000.4, 88.5, 782_000.6], "people")
    with pytest.warns(UrbgeoWarning, match=r"1 of 3 rows are taken as persons.*\(row 3: 88\.5\)"):
        found = read_people(modelled, ANHUI, unit="persons")
    assert found.amounts["340122"] == 88.5
    with pytest.raises(InputError, match="2 of 3 rows cannot be"):
        read_people(modelled, ANHUI, unit="万")


def test_cells_that_say_their_own_unit_are_persons_whatever_the_head_says() -> None:
    found = read_people(counties(["967000人", "８８．５万", "782 000"]), ANHUI)
    assert found.amounts.to_dict() == {"340123": 967_000, "340122": 885_000, "340121": 782_000}
    found = read_people(counties(["96.7", "885000人", "78.2万"], "常住人口（万人）"), ANHUI)
    assert found.amounts.to_dict() == {"340123": 967_000, "340122": 885_000, "340121": 782_000}
    with pytest.warns(UrbgeoWarning, match="1 of 3 cells .*row 2: '96,7'"):
        found = read_people(counties(["96,7", "88.5", "78.2"]), ANHUI, unit="万")
    assert "340123" not in found.amounts


def test_sums_of_other_things_are_no_people_and_a_part_of_the_people_is_told() -> None:
    for head in ("户数 合计", "生产总值 合计", "人口密度", "城镇人口比重"):
        with pytest.raises(InputError, match="population_column"):
            read_people(counties([967_000, 885_000, 782_000], head), ANHUI)
    with pytest.warns(UrbgeoWarning, match="taken from '户籍人口', the only column of people"):
        read_people(counties([967_000, 885_000, 782_000], "户籍人口"), ANHUI)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for head in ("2020年末常住人口", "常住人口 合计", "全县总人口（人）", "七普常住人口"):
            assert read_people(counties([967_000, 885_000, 782_000], head), ANHUI).head == head


def test_a_table_of_two_years_is_refused_and_one_place_told_twice_is_warned_of() -> None:
    old, new = counties([857_000, 861_000, 700_000]), counties([967_000, 885_000, 782_000])
    with pytest.raises(InputError, match="3 of 3 places stand in several rows with different people"):
        read_people(pd.concat([old, new]), ANHUI)
    with pytest.warns(UrbgeoWarning, match="1 of 3 places stand in several rows .* first counts: 340123"):
        found = read_people(pd.concat([new, old.iloc[:1]]), ANHUI)
    assert found.amounts["340123"] == 967_000
    assert len(read_people(pd.concat([new, new]), ANHUI).amounts) == 3  # the same said again


def test_places_without_anybody_are_warned_of() -> None:
    with pytest.warns(UrbgeoWarning, match="1 of 3 places have 0 people: 340122"):
        read_people(counties([967_000, 0, 782_000]), ANHUI)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_table_of_two_rows_is_read_with_any_separator_and_encoding(
    tmp_path: Path, sign: str, encoding: str
) -> None:
    rows = [["县", "常住人口"], ["肥西县", '"967,000"'], ["肥东县", "885000"]]
    path = tmp_path / "p.csv"
    path.write_text("\n".join(sign.join(row) for row in rows), encoding=encoding)
    assert read_people(path, ANHUI).amounts.to_dict() == {"340123": 967_000, "340122": 885_000}


def test_a_blank_tab_before_a_code_is_no_separator(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("代码,总人口\n\t340123,967000\n\t340122,885000\n", encoding="utf-8")
    assert read_people(path, ANHUI).amounts.to_dict() == {"340123": 967_000, "340122": 885_000}


def test_a_second_sheet_with_rows_is_told_and_an_empty_one_is_not(tmp_path: Path) -> None:
    path = workbook(tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(path)
    more = book.create_sheet("2010")
    book.save(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_people(path, ANHUI)
    more.append(["肥西县", 1])
    book.save(path)
    with pytest.warns(UrbgeoWarning, match="is read, the first of 2 sheets"):
        read_people(path, ANHUI)
