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


def two(answer: str, old: dict[str, Any] | None, new: dict[str, Any] | None, **limits: float) -> Any:
    """The row of one unit between two runs of an answer, or None where it did not move."""
    records = [
        {
            "units": {answer: {} if row is None else {"a": {"name_zh": "甲", "name_en": "A"} | row}},
            "thresholds": {answer: limits},
        }
        for row in (old, new)
    ]
    found = moved_units(*records)
    return found.iloc[0] if len(found) else None


def test_a_county_that_gained_access_has_the_minutes_of_its_target() -> None:
    old = {"within_airport": False, "minutes_airport": 70.04, "within_station": True, "minutes_station": 5.0}
    new = {"within_airport": True, "minutes_airport": 60.0, "within_station": True, "minutes_station": 9.0}
    row = two("county_access", old, new, minutes_airport=60.0)
    assert row.drop(["why_zh", "why"]).to_dict() == {
        "answer": "county_access", "unit": "a", "name_zh": "甲", "name_en": "A", "what": "within_airport",
        "before": "out", "after": "in", "minutes_before": 70.04, "minutes_after": 60.0, "threshold_min": 60.0,
    }  # fmt: skip
    assert (
        row["why"] == "minutes 70.0 → 60.0, threshold 60"
        and row["why_zh"] == "时间 70.0 → 60.0 分钟，阈值 60"
    )
    assert two("county_access", old, old, minutes_airport=60.0) is None


def test_the_nearest_airport_is_named_where_it_is_another() -> None:
    old = {"covered": False, "minutes": float("inf"), "facility": "CSX"}
    new = {"covered": True, "minutes": 30.0, "facility": "HNY"}
    for answer in ("airport_coverage_counties", "airport_coverage_prefectures"):
        row = two(answer, old, new, minutes=60.0)
        assert row["why"] == "minutes 无法到达 unreached → 30.0, threshold 60; nearest airport CSX → HNY"
        assert row["why_zh"].endswith("；最近机场 CSX → HNY")
        assert "nearest" not in two(answer, old, new | {"facility": "CSX"}, minutes=60.0)["why"]


def test_units_that_come_or_go_and_numbers_of_cities_say_so() -> None:
    row = two("airport_coverage_counties", None, {"covered": True, "minutes": 30.0}, minutes=60.0)
    assert (row["before"], row["after"], row["why"]) == ("–", "in", "the unit was not there before")
    assert row["minutes_after"] == 30.0 and row["minutes_before"] != row["minutes_before"]
    gone = two("airport_coverage_counties", {"covered": True, "minutes": 30.0}, None, minutes=60.0)
    assert (gone["before"], gone["after"], gone["why"]) == ("in", "–", "the unit is no longer there")
    assert gone["name_zh"] == "甲"
    cities = two("reach_cities", {"cities_road": 3.0}, {"cities_road": 4.5})
    assert (cities["before"], cities["after"]) == ("3", "4.5")
    assert cities["why"] == "another number of cities is within the limit"


def circle(limits: tuple[dict[str, Any], dict[str, Any]], **change: Any) -> str:
    usual = {"member": True, "role": "circle", "minutes": 50.0, "area_share": 0.6, "population_share": 0.7}
    records = [
        {"units": {"circle": {"a": row}}, "thresholds": {"circle": limit}}
        for row, limit in zip((usual, usual | {"member": False} | change), limits, strict=True)
    ]
    return str(moved_units(*records).loc[0, "why"])


def test_the_circle_tells_its_rule_its_bounds_and_its_shares() -> None:
    area, seat = {"rule": "area", "minutes": 60.0, "share": 0.5}, {"rule": "seat", "minutes": 60.0}
    assert circle((area, area), area_share=0.4) == (
        "share of its area inside 0.600 → 0.400, bound 0.5; minutes 50.0 → 50.0, threshold 60"
    )
    assert circle((area, area | {"share": 0.65})).startswith(
        "share of its area inside 0.600 → 0.600, bound 0.5 → 0.65;"
    )
    assert circle((seat, seat), minutes=61.26) == "minutes 50.0 → 61.3, threshold 60"
    assert (
        circle((area, seat | {"minutes": 45.0})) == "rule area → seat; minutes 50.0 → 50.0, threshold 60 → 45"
    )
    assert "by contiguity" not in circle((area, area), area_share=0.4, role="exclave"), (
        "the share alone tells"
    )
    people = area | {"rule": "population"}
    assert "0.700 → 0.400" in circle((people, people), population_share=0.4)


def test_a_decision_beside_a_rule_that_changed_too_has_both_told() -> None:
    area = {"rule": "area", "minutes": 60.0, "share": 0.5}
    why = circle((area, area), decision="out", decided_by="市", member_by_rule=False, area_share=0.4)
    assert why.startswith("decision – → out (市); share of its area inside 0.600 → 0.400")
