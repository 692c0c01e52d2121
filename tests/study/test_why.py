"""Why a unit moved between two runs: what its verdict rests on, before and after."""

from __future__ import annotations

from typing import Any

from urbgeo.study.diff import StudyDiff
from urbgeo.study.why import moved_units


def test_contiguity_is_told_where_the_share_did_not_cross() -> None:
    def record(role: str, member: bool) -> dict[str, Any]:
        row = {"member": member, "role": role, "minutes": 50.0, "area_share": 0.6, "name_zh": "甲"}
        bounds = {"circle": {"rule": "area", "minutes": 60.0, "share": 0.5}}
        return {"units": {"circle": {"a": row}}, "thresholds": bounds}

    found = moved_units(record("exclave", False), record("circle", True))
    assert "by contiguity exclave → circle" in found.loc[0, "why"]


def record(**row: Any) -> dict[str, Any]:
    given = {"member": True, "role": "circle", "minutes": 50.0, "area_share": 0.6, "name_zh": "甲"} | row
    bounds = {"circle": {"rule": "area", "minutes": 60.0, "share": 0.5}}
    return {"units": {"circle": {"a": given}}, "thresholds": bounds}


def test_a_share_on_the_bound_is_inside_so_that_contiguity_alone_moved_the_unit() -> None:
    for share, told in ((0.5, True), (0.499, False)):
        found = moved_units(record(role="exclave", member=False, area_share=share), record())
        assert ("by contiguity exclave → circle" in found.loc[0, "why"]) is told, share


def test_a_decision_is_told_with_who_took_it_also_where_it_was_taken_back() -> None:
    taken = {"decision": "in", "decided_by": "规划处", "member_by_rule": False}
    bare = {"member": False, "member_by_rule": False}
    back = moved_units(record(**taken), record(**bare)).loc[0]
    assert back["why"] == "decision in → – (规划处)" and back["why_zh"] == "决定 in → –（规划处）"
    other = moved_units(
        record(**taken), record(**taken | {"decision": "out", "decided_by": "市", "member": False})
    )
    assert other.loc[0, "why"] == "decision in → out (市)"


def test_why_gives_minutes_before_and_after_against_the_threshold(moved: StudyDiff) -> None:
    rows = moved.table[moved.table["answer"] == "airport_coverage_counties"]
    assert (rows["minutes_before"] <= 60).all() and (rows["minutes_after"] > 60).all()
    assert (rows["minutes_after"] / rows["minutes_before"]).between(1.05, 75 / 30 + 1e-6).all()
    row = rows.iloc[0]
    said = f"minutes {row['minutes_before']:.1f} → {row['minutes_after']:.1f}, threshold 60"
    assert row["why"] == said and "阈值 60" in row["why_zh"]
    circle = moved.table[moved.table["answer"] == "circle"]
    assert circle["why"].str.contains("share of its area inside 0.* → 0.*, bound 0.5").all()
