"""What is found is told in both languages, whatever the language in use."""

from __future__ import annotations

import pytest

from urbgeo.study.findings import Findings, chinese, layer_zh


def test_a_finding_is_told_in_both_languages() -> None:
    found = Findings()
    found.add("trains", "missing", "no trains: reach is by road alone", do="trains=, a train table or GTFS")
    row = found.table().iloc[0]
    assert row["what"].startswith("no trains") and row["what_zh"] == "没有列车：通达只按公路计"
    assert row["do_zh"].startswith("trains=，")
    (note,) = found.lines("missing")
    assert note == "列车：没有列车：通达只按公路计 trains: no trains: reach is by road alone"


def test_words_that_stand_as_values_are_chinese_too() -> None:
    assert chinese("rows joined by former name") == "按曾用名连接的行"
    assert chinese("rows that are given twice") == "重复给出的行"
    assert chinese("name of no message") == "name of no message"


def test_layers_have_chinese_names_and_lists_keep_theirs() -> None:
    assert layer_zh("prefecture seats") == "地级中心"
    assert layer_zh("list core 芜湖") == "名单 core 芜湖"
    assert layer_zh("else") == "else"


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(KeyError):
        Findings().add("roads", "guessed", "x")
