"""May this circle be one: each condition on its bound, and which are left unasked."""

from __future__ import annotations

import pandas as pd
import pytest

from urbgeo.cities.circle_checks import RESULTS, circle_checks
from urbgeo.standards import CIRCLE_FOUNDER, CIRCLE_FOUNDER_ARGUED

TABLE = pd.DataFrame(
    {
        "member": [True, True, False],
        "role": ["core", "circle", "outside"],
        "area_share": 1.0,
        "rate": [1.0, 0.1, 0.0],
    },
    index=["市", "甲", "乙"],
)


def checked(table: pd.DataFrame = TABLE, **options: object) -> pd.DataFrame:
    given = {"core_population": None, "rate": 0.1, "source": "flows", **options}
    return circle_checks(table, given.pop("role", table["role"]), **given)


@pytest.mark.parametrize(
    ("people", "result"),
    [
        (None, "not asked"),
        (CIRCLE_FOUNDER, "holds"),
        (CIRCLE_FOUNDER - 1, "to be argued"),
        (CIRCLE_FOUNDER_ARGUED, "to be argued"),
        (CIRCLE_FOUNDER_ARGUED - 1, "fails"),
    ],
)
def test_the_class_of_the_core_is_judged_on_its_closed_bounds(people: float | None, result: str) -> None:
    assert checked(core_population=people).loc["class of the core", "result"] == result


def test_a_circle_in_two_pieces_or_with_a_hole_is_told_with_its_units() -> None:
    assert checked().loc["enclosure", "result"] == "holds"
    apart = checked(role=pd.Series(["core", "exclave", "enclave"], TABLE.index)).loc["enclosure"]
    assert (apart["result"], apart["value"]) == ("fails", 2)
    assert "甲" in apart["says"] and "乙" in apart["says"]
    assert checked(TABLE.drop(columns="area_share")).loc["enclosure", "result"] == "not asked"


def test_the_commuting_share_holds_on_its_bound_and_says_whether_it_was_observed() -> None:
    row = checked().loc["commuting share"]
    assert (row["result"], row["value"], row["basis"]) == ("holds", 0.1, "observed")
    below = checked(rate=0.11, source="modelled").loc["commuting share"]
    assert (below["result"], below["basis"]) == ("fails", "modelled")
    assert "1 of 1 members below: 甲" in below["says"]


def test_every_result_is_one_of_the_list() -> None:
    assert set(checked()["result"]) <= set(RESULTS)


def test_who_is_below_is_named_up_to_ten_and_the_core_is_not_asked() -> None:
    ids = [f"z{k:02}" for k in range(13)]
    table = pd.DataFrame(
        {"member": True, "role": ["core", *["circle"] * 11, "enclave"], "area_share": 1.0}, index=ids
    )
    row = checked(table.assign(rate=[0.0, 0.3, *[0.05] * 11])).loc["commuting share"]
    assert row["value"] == 0.05 and row["bound"] == 0.1
    assert row["says"] == "11 of 12 members below: " + ", ".join(ids[2:12])
    unbounded = checked(table.assign(rate=0.05), rate=None).loc["commuting share"]
    assert (unbounded["result"], unbounded["says"]) == ("holds", "0 of 12 members below")
    alone = checked(table.iloc[:1].assign(rate=1.0)).loc["commuting share"]
    assert alone["result"] == "not asked" and "no members" in alone["says"]
    assert checked(table).loc["commuting share", "result"] == "not asked"


def test_exclaves_and_enclaves_break_a_circle_only_where_the_members_are_so() -> None:
    roles = pd.Series(["core", "enclave", "exclave"], TABLE.index)
    mended = checked(role=roles).loc["enclosure"]
    assert mended[["value", "result", "says"]].tolist() == [0, "holds", "one piece without holes"]
    one = checked(role=pd.Series(["core", "exclave", "outside"], TABLE.index)).loc["enclosure"]
    assert one[["value", "says"]].tolist() == [1, "1 not joined to the core: 甲"]
