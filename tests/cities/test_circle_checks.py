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
