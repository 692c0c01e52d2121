"""What reading a region assumes where nothing is said, and the numbers it decides by."""

from __future__ import annotations

from tests.defaults import constants_of, defaults_of

DEFAULTS = {
    "hidden.rounded_cell": {"coordinate": False},
    "load.load_region": {"zones": True},
    "nation.nearest_names": {"count": 3},
    "nation.nearest_codes": {"count": 2},
    "release.Release": {"decimals": 3},
}

DECIDED = {
    "coarse.OVERLAP": 0.001,
    "coarse.ROUNDS": 8,
    "counts.ROUNDS": 1000,
    "counts.CLOSE": 1e-09,
    "counts.APART": 0.01,
    "hidden.METRES_A_DEGREE": 111000.0,
    "hidden.MOST_DEGREES": 180.0,
    "hidden.MOST_METRES": 46000000.0,
    "hidden.NEAR_DEGREES": 0.05,
    "hidden.LEAST_ROWS": 5,
    "hidden.ALIKE": 0.9999,
    "hidden.LEAST_SLOPE": 0.5,
    "hidden.MOST_SLOPE": 4.0,
    "nation.SHOWN": 10,
    "nation.PROVINCE_DIGITS": 2,
    "nation.PREFECTURE_DIGITS": 4,
    "release.DECIMALS": 3,
    "release.MOST_DECIMALS": 5,
    "roads.SEAT_SHARE": 0.5,
    "roads.LONGEST_TOWN_KM": 5.0,
}


def test_defaults_are_those_decided() -> None:
    assert defaults_of("regions") == DEFAULTS


def test_numbers_are_those_decided() -> None:
    assert constants_of("regions") == DECIDED
