"""Gaps in words name who is left out and never read a limit as reached."""

from __future__ import annotations

import math

import pytest

from urbgeo.indicators.lights import Aim
from urbgeo.indicators.measured import NO_NUMBER, Measured
from urbgeo.indicators.words import gap_in_words, value_in_words

LEFT = (("益阳市", "Yiyang", 67.4), ("娄底市", "Loudi", 104.0), ("邵阳市", "Shaoyang", math.inf))
SEATS = Measured(100 * 11 / 14, left=LEFT, noun=("市", "seat"), count=14, limit=60.0)


def test_one_more_seat_is_named_with_its_minutes() -> None:
    zh, en = gap_in_words(Aim(">=", 80.0, 2025), "%", SEATS)
    assert zh == "差 1.4 点 = 1 市：益阳市 67 分钟"
    assert en == "1.4 points short = 1 seat: Yiyang 67 min"


def test_three_more_are_named_in_order_and_one_without_a_way_says_so() -> None:
    zh, en = gap_in_words(Aim(">=", 100.0, 2035), "%", SEATS)
    assert zh == "差 21.4 点 = 3 市：益阳市 67 分钟、娄底市 104 分钟、邵阳市 不可达"
    assert en.endswith("Shaoyang unreached")


def test_what_lies_just_beyond_a_limit_shows_a_decimal() -> None:
    near = Measured(50.0, left=(("甲", "A", 60.3),), noun=("县", "county"), count=2, limit=60.0)
    assert gap_in_words(Aim(">=", 100.0, 2025), "%", near) == (
        "差 50.0 点 = 1 县：甲 60.3 分钟",
        "50.0 points short = 1 county: A 60.3 min",
    )


def test_who_is_out_by_name_alone_is_told_no_minutes() -> None:
    out = Measured(1.0, left=LEFT[:2], left_unit=NO_NUMBER, noun=("市", "city"), count=3)
    zh, en = gap_in_words(Aim(">=", 3.0, 2025), "count", out)
    assert zh.endswith("：益阳市、娄底市") and en.endswith(": Yiyang, Loudi")


def test_rounding_asks_for_no_place_more() -> None:
    """55 % of 100 is 55.00000000000001 by the machine."""
    left = tuple((f"县{k}", f"C{k}", 70.0 + k) for k in range(46))
    found = Measured(54.0, left=left, noun=("县", "county"), count=100, limit=60.0)
    assert gap_in_words(Aim(">=", 55.0, 2025), "%", found)[0] == "差 1.0 点 = 1 县：县0 70 分钟"


def test_a_weighted_share_does_not_count_heads() -> None:
    people = Measured(70.0, left=LEFT, noun=("市", "seat"), count=14, limit=60.0)
    assert gap_in_words(Aim(">=", 80.0, 2025), "%", people) == ("差 10.0 点", "10.0 points short")


def test_people_are_told_in_wan_and_in_millions() -> None:
    zh, en = gap_in_words(Aim(">=", 13e6, 2025), "persons", Measured(11_779_370.0))
    assert (zh, en) == ("差 122 万人", "1.22 million people short")


def test_a_cap_is_exceeded_and_a_met_target_says_so() -> None:
    assert gap_in_words(Aim("<=", 604.0, 2025), "km2", Measured(650.0))[0] == "超出 46 平方公里"
    assert gap_in_words(Aim("<=", 604.0, 2025), "km2", Measured(604.0)) == ("达标", "met")


@pytest.mark.parametrize(
    ("value", "unit", "zh"),
    [
        (78.57, "%", "78.6%"),
        (8, "count", "8 个"),
        (6.53, "km/km2", "6.53 公里/平方公里"),
        (math.nan, "%", "–"),
    ],
)
def test_values_carry_their_units(value: float, unit: str, zh: str) -> None:
    assert value_in_words(value, unit)[0] == zh
