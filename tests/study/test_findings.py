"""What is found while a region is put together: kinds of a closed list, Chinese beside English."""

from __future__ import annotations

import pytest

from urbgeo.study.findings import KINDS, LAYERS, SHOWN, Findings, layer_zh


def test_a_row_has_its_count_its_first_ids_and_what_to_do() -> None:
    found = Findings()
    found.add("population", "left over", "counties without people", ids=range(SHOWN + 3), do="name them")
    found.add("zones", "found", "polygons read", count=5)
    rows = found.table()
    assert rows["count"].tolist() == [SHOWN + 3, 5]
    assert rows["which"].iloc[0].endswith("and 3 more")
    assert rows["finding_zh"].tolist() == [KINDS["left over"], KINDS["found"]]
    assert rows["what_zh"].str.contains(r"[\u4e00-\u9fff]").all()


def test_a_kind_that_is_not_on_the_list_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        Findings().add("zones", "odd", "polygons")


def test_notes_are_told_by_kind_in_both_languages() -> None:
    found = Findings()
    found.add("zones", "found", "polygons read", count=5)
    found.add("population", "left over", "counties without people", ids=["甲"])
    (line,) = found.lines("left over")
    assert line.startswith(f"{LAYERS['population']}：") and "population: counties without people (甲)" in line


def test_lists_of_ones_own_keep_their_name() -> None:
    assert layer_zh("list 沿江") == "名单 沿江"
    assert layer_zh("roads") == LAYERS["roads"]
    assert layer_zh("something") == "something"


def test_an_empty_one_is_a_table_without_rows() -> None:
    assert Findings().table().empty


def test_a_count_that_is_told_goes_before_that_of_the_ids_shown() -> None:
    found = Findings()
    found.add("zones", "suspicious", "polygons that overlap", count=7, ids=["甲"])
    found.add("zones", "suspicious", "polygons that overlap", count=0, ids=["甲"])
    found.add("zones", "suspicious", "polygons that overlap")
    assert found.table()["count"].tolist() == [7, 0, 0]
