"""Units in or out of the circle by decision: who decided, when and why, beside what the rule says."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.regions.decisions import Decision, read_decisions

UNITS = pd.DataFrame({"name_zh": ["中宁县", "海原县", "平罗县"]}, index=["640521", "640522", "640221"])


def one(**changed: Any) -> dict[str, Any]:
    return {"circle": "in", "reason": "why", "by": "who", "date": "2026-03-01"} | changed


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"中宁": one()}, ""),
        ({"中宁现": one()}, "中宁现 is unknown among the units of the circle; nearest are 中宁县"),
        ({"999999": one()}, "999999 is unknown"),
        ({"中宁县": one(), "640521": one(circle="out")}, "640521 is decided twice"),
        ({"中宁县": one(reason=" ")}, "中宁县: no reason"),
        ({"中宁县": one(by="")}, "nobody who decided"),
        ({"中宁县": one(date="soon")}, "date = 'soon' is no date"),
        ({"中宁县": one(circle=True)}, "circle = True; it is one of in, out"),
        ({"中宁县": one(who="x")}, "no key 'who'"),
        ({"中宁县": "in"}, "no decision; write"),
        ({"平罗县": one(circle="out")}, "平罗县 is the core"),
    ],
)
def test_faulty_decisions_are_refused_by_name(given: dict[str, Any], said: str) -> None:
    if not said:
        assert list(read_decisions(given, UNITS)) == ["640521"]
        return
    with pytest.raises(InputError, match=r"^overrides: ") as told:
        read_decisions(given, UNITS, core=("640221",))
    assert said in str(told.value)


def test_a_decision_keeps_what_was_said_and_the_core_may_be_decided_in() -> None:
    asked = {"海原县": one(circle="剔除", reason=" far "), "平罗县": one(circle="纳入", by=" 规划处 ")}
    found = read_decisions(asked, UNITS, core=("640221",))
    assert found == {
        "640522": Decision("640522", False, "far", "who", "2026-03-01"),
        "640221": Decision("640221", True, "why", "规划处", "2026-03-01"),
    }
    assert [one.word for one in found.values()] == ["out", "in"]


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InputError) as told:
        read_decisions({"甲": one(), "海原县": one(reason="")}, UNITS)
    assert "甲 is unknown" in str(told.value) and "no reason" in str(told.value)


@pytest.mark.parametrize(
    "date", [datetime.datetime(2026, 3, 1, 9, 30), datetime.date(2026, 3, 1), "2026-03-01"]
)
def test_a_date_may_have_a_time_of_day_which_is_not_kept(date: object) -> None:
    assert read_decisions({"中宁县": one(date=date)}, UNITS)["640521"].date == "2026-03-01"


@pytest.mark.parametrize("date", [None, 20260301, "2026-13-01", "1 March 2026", ""])
def test_what_is_no_date_is_refused(date: object) -> None:
    with pytest.raises(InputError, match="is no date such as 2026-03-01"):
        read_decisions({"中宁县": one(date=date)}, UNITS)
