"""What is found while a region is put together: kinds of a closed list, Chinese beside English."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

import urbgeo
from urbgeo.study.findings import KINDS, LAYERS, SHOWN, Findings, chinese, layer_zh

PACKAGE = Path(urbgeo.__file__).parent
sys.path.insert(0, str(PACKAGE.parent / "tools"))
import messages  # noqa: E402


def test_a_row_has_its_count_its_first_ids_and_what_to_do() -> None:
    found = Findings()
    found.add("population", "left over", "counties without people", ids=range(SHOWN + 3), do="name them")
    found.add("zones", "found", "polygons read", count=5)
    rows = found.table()
    assert rows["count"].tolist() == [SHOWN + 3, 5]
    assert rows["which"].iloc[0].endswith("and 3 more")
    assert rows["finding_zh"].tolist() == [KINDS["left over"], KINDS["found"]]
    assert rows["what_zh"].str.contains(r"[\u4e00-\u9fff]").all()


def test_whatever_is_found_is_said_in_chinese() -> None:
    """Each text that the code gives to ``add`` with a kind of finding, its values put in."""
    silent, seen = [], 0
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                not isinstance(call, ast.Call)
                or len(call.args) < 3
                or getattr(call.func, "attr", "") != "add"
            ):
                continue
            if not (isinstance(call.args[1], ast.Constant) and call.args[1].value in KINDS):
                continue
            for given in [call.args[2], *(one.value for one in call.keywords if one.arg == "do")]:
                texts = {re.sub(r"\{\w+\}", "7", one) for one in messages._variants(given)}
                seen += len(texts)
                silent += [one for one in texts if re.search("[A-Za-z]{2}", one) and chinese(one) == one]
    assert not silent and seen > 40


def test_a_kind_that_is_not_on_the_list_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        Findings().add("zones", "odd", "polygons")


def test_notes_are_told_by_kind_in_both_languages() -> None:
    found = Findings()
    found.add("zones", "found", "polygons read", count=5)
    found.add("population", "left over", "counties without people", ids=["甲"])
    (line,) = found.lines("left over")
    found.add("population", "left over", "counties without people", ids=range(SHOWN + 3))
    assert "等，另有 3 个）" in found.lines("left over")[1] and "and 3 more)" in found.lines("left over")[1]
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
