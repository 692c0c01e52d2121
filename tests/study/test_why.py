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


def test_why_gives_minutes_before_and_after_against_the_threshold(moved: StudyDiff) -> None:
    rows = moved.table[moved.table["answer"] == "airport_coverage_counties"]
    assert (rows["minutes_before"] <= 60).all() and (rows["minutes_after"] > 60).all()
    assert (rows["minutes_after"] / rows["minutes_before"]).between(1.05, 75 / 30 + 1e-6).all()
    row = rows.iloc[0]
    said = f"minutes {row['minutes_before']:.1f} → {row['minutes_after']:.1f}, threshold 60"
    assert row["why"] == said and "阈值 60" in row["why_zh"]
    circle = moved.table[moved.table["answer"] == "circle"]
    assert circle["why"].str.contains("share of its area inside 0.* → 0.*, bound 0.5").all()
