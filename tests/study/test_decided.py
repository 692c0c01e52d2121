"""Decisions stand beside what the rule says, on every page; faulty ones are refused by name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import urbgeo
from urbgeo.errors import InputError
from urbgeo.regions.decisions import Decision, decision_fault
from urbgeo.study.config import read_config
from urbgeo.study.decided import (
    AGREES,
    BY_DECISION,
    CHANGES,
    decided_circle,
    decided_totals,
    decisions_section,
    headline_part,
)
from urbgeo.study.run import StudyFiles, run_study, study_region

OUT, IN, ALSO = "640122", "640521", "640105"

DECISIONS = """
[overrides]
"中宁县" = { circle = "in", reason = "沿黄一体化 <b>2026</b> | 三号纪要", by = "规划处", date = 2026-03-01 }
640122 = { circle = "out", reason = "另有规划", by = "市政府", date = "2026-03-02" }
"西夏区" = { circle = "纳入", reason = "已在圈内", by = "规划处", date = 2026-03-01 }
"""


def one(**changed: Any) -> dict[str, Any]:
    return {"circle": "in", "reason": "why", "by": "who", "date": "2026-03-01"} | changed


@pytest.fixture(scope="module", name="done")
def decided_study(small_study: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> StudyFiles:
    folder = small_study(tmp_path_factory.mktemp("decided") / "ningxia", DECISIONS)
    config = read_config(folder)
    return run_study(study_region(config), folder=config.results)


def test_the_table_says_what_the_rule_says_and_what_was_decided(done: StudyFiles) -> None:
    table = gpd.read_file(done.geopackage, layer="circle").set_index("adcode")
    assert table.loc[IN, ["member", "member_by_rule", "decision"]].tolist() == [True, False, "in"]
    assert table.loc[OUT, ["member", "member_by_rule", "decision"]].tolist() == [False, True, "out"]
    assert table.loc[OUT, ["decided_by", "decided_on"]].tolist() == ["市政府", "2026-03-02"]
    assert table.loc[ALSO, ["member", "decision_effect"]].tolist() == [True, "the rule says so too"]
    untouched = table[table["decision"] == ""]
    assert (untouched["member"] == untouched["member_by_rule"]).all() and len(untouched) == len(table) - 3
    csv = pd.read_csv(done.record.parent / "circle.csv", dtype={"adcode": str}).set_index("adcode")
    assert csv["member"].sum() == table["member"].sum() and csv.loc[IN, "decided_by"] == "规划处"


def test_the_rules_own_answer_stays_as_it_was(done: StudyFiles) -> None:
    circle = done.answers.circle
    assert IN not in circle.members and OUT in circle.members
    line = (done.record.parent / "report.md").read_text(encoding="utf-8").splitlines()
    head = next(one for one in line if "one-hour commuting circle" in one.lower())
    assert (
        f"{len(circle.members)} counties" in head
        and f"1 more in and 1 out: {len(circle.members)} in all" in head
    )


def test_report_and_map_show_decision_reason_and_who(done: StudyFiles) -> None:
    text = done.report.read_text(encoding="utf-8")
    section = text.split("### 按决定调整")[1].split("\n## ")[0]
    assert "中宁县" in section and "圈外 out | 纳入 in" in section and "市政府" in section
    assert "<b>" not in section and "the rule says so too" in section
    paper = done.page.read_text(encoding="utf-8")
    assert "按决定调整" in paper and "三号纪要" in paper and "<b>2026" not in paper and "按决定剔除" in paper
    page = done.map.read_text(encoding="utf-8")
    assert "按决定纳入" in page and "按决定剔除" in page and "三号纪要" in page and "<b>2026" not in page
    drawn = re.findall(r"urbgeo\.layer\([^,]+, (\{.*?\})\);\n", page, re.DOTALL)
    layer = next(one for one in map(json.loads, drawn) if "One-hour circle" in one["name"])
    colours = {
        one["properties"]["v"][0]: layer["colours"][one["properties"]["c"]] for one in layer["features"]
    }
    by_name = {name: colour for name, colour, _, _ in BY_DECISION}
    assert colours["中宁县"] == by_name["decided in"] and colours["贺兰县"] == by_name["decided out"]


def test_the_record_holds_decisions_and_both_answers(done: StudyFiles) -> None:
    record = json.loads(done.record.read_text(encoding="utf-8"))
    assert record["decisions"][OUT] == {
        "circle": "out", "reason": "另有规划", "by": "市政府", "date": "2026-03-02",
    }  # fmt: skip
    assert record["units"]["circle"][IN]["member"] and not record["units"]["circle"][IN]["member_by_rule"]
    zones = record["figures"]["circle.zones"]
    assert record["figures"]["circle_with_decisions.zones"] == zones
    assert record["made_of"]["files"]["roads"][0]["path"] == "data/raw/roads.gpkg"
    assert str(Path.home()) not in done.record.read_text(encoding="utf-8")


def test_without_decisions_nothing_is_said_of_any(ningxia: StudyFiles) -> None:
    assert "decision" not in ningxia.report.read_text(encoding="utf-8")
    assert "按决定" not in ningxia.map.read_text(encoding="utf-8")
    assert "decision" not in gpd.read_file(ningxia.geopackage, layer="circle")


def test_a_file_tells_the_line_of_a_faulty_decision(small_study: Callable[..., Path], tmp_path: Path) -> None:
    folder = small_study(tmp_path / "ningxia", '[overrides]\n"中宁县" = { circle = "in", by = "x" }')
    with pytest.raises(InputError, match="line 10: 中宁县: no reason is given; date = None is no date"):
        read_config(folder)
    assert decision_fault(one()) == ""


def test_the_unit_that_holds_the_core_is_not_decided_out(
    small_study: Callable[..., Path], tmp_path: Path
) -> None:
    out = '{ circle = "out", reason = "x", by = "y", date = 2026-01-01 }'
    config = read_config(small_study(tmp_path / "ningxia", f'[overrides]\n"金凤区" = {out}'))
    with pytest.raises(InputError, match="金凤区 is the core"):
        study_region(config)


def test_in_python_they_come_with_the_region() -> None:
    region = urbgeo.region("宁夏", zones=False, overrides={"中宁县": one()})
    assert region.decisions["640521"].inside
    with pytest.raises(InputError, match="overrides"):
        urbgeo.region("宁夏", zones=False, overrides={"固原市": one()})


UNITS = ("c", "y", "z", "w")


def decided(**decisions: Decision) -> Any:
    """Four units, the first two outside of the circle by its rule; people of the last are not known."""
    table = pd.DataFrame(
        {"member": [False, False, True, True], "minutes": [70.0, 65.0, 40.0, 30.0],
         "people": [10_000.0, 20_000.0, 40_000.0, np.nan], "area_km2": [1.0, 2.0, 4.0, 8.0]},
        index=list(UNITS),
    )  # fmt: skip
    names = pd.DataFrame({"name_zh": list("长岳株望"), "name_en": list("CYZW")}, index=list(UNITS))
    return SimpleNamespace(
        circle=SimpleNamespace(table=table), region=SimpleNamespace(decisions=decisions, places=names)
    )


def decision(unit: str, inside: bool) -> Decision:
    return Decision(unit, inside, f"reason {unit}", "甲处", "2026-03-01")


def test_a_decision_changes_its_unit_or_agrees_with_the_rule_and_leaves_the_others() -> None:
    asked = decided(
        c=decision("c", True), y=decision("y", False), z=decision("z", False), gone=decision("gone", True)
    )
    table = decided_circle(asked)
    assert table["member"].tolist() == [True, False, False, True]
    assert table["member_by_rule"].tolist() == [False, False, True, True]
    assert table["decision"].tolist() == ["in", "out", "out", ""]
    assert table["decision_effect"].tolist() == [CHANGES, AGREES, CHANGES, ""]
    assert table["decision_reason"].tolist() == ["reason c", "reason y", "reason z", ""]
    assert asked.circle.table["member"].tolist() == [False, False, True, True], "the rule's own stays"
    assert decided_totals(asked) == {"zones": 2.0, "people": 10_000.0, "area_km2": 9.0}
    assert headline_part(asked) == (
        "；按决定另纳入 1 个、剔除 1 个，合计 2 个", "; by decision 1 more in and 1 out: 2 in all"
    )  # fmt: skip
    plain = decided()
    assert decided_circle(plain) is plain.circle.table and headline_part(plain) == ("", "")
    assert decisions_section(plain) == ""


def test_the_section_of_decisions_has_a_row_a_decision_and_the_circle_with_them() -> None:
    asked = decided(c=decision("c", True), y=decision("y", False))
    lines = decisions_section(asked).splitlines()
    _, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"]
    assert [row[1:5] for row in rows] == [
        ["70.0", "圈外 out", "纳入 in", f"与规则不同 {CHANGES}"],
        ["65.0", "圈外 out", "剔除 out", f"与规则相同 {AGREES}"],
    ]
    assert [row[5:] for row in rows] == [[f"reason {one}", "甲处", "2026-03-01"] for one in "cy"]
    assert lines[-1] == (
        "按决定调整后的通勤圈 The circle with decisions: 3 个 units，5.0 万人 10⁴ people，13 km²。"
    )
    bare = decided(c=decision("c", True))
    bare.circle.table = bare.circle.table.drop(columns=["area_km2", "minutes"]).assign(people=np.nan)
    text = decisions_section(bare)
    assert text.endswith("with decisions: 3 个 units。") and "| – |" in text
