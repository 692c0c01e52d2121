"""The numbers that gates, datums and writers of tables decide by; those of documents have their own book."""

from __future__ import annotations

from tests.defaults import constants_of

DECIDED = {
    "coordinates.FAR_OFF_DEG": 10.0,
    "coordinates.NEAR_DEG": 5.0,
    "coordinates.WORLDWIDE_DEG": 90.0,
    "coordinates.ROUND_TRIP_M": 1.0,
    "coordinates.FIRST_ZONE": 13,
    "coordinates.LAST_OF_SIX": 23,
    "coordinates.LAST_ZONE": 45,
    "coordinates.BARENTS_SEA": (34.0, 73.0, 50.0, 90.0),
    "crs.CHINA_BOX": (72.004, 0.8293, 137.8347, 55.8271),
    "crs.MOST_DISTORTION": 0.001,
    "crs.LEAST_SUSPECTS": 30,
    "crs.WIDEST_ZONE_DEG": 7.0,
    "magnitude.LARGEST_CITY_WAN": 4000,
    "magnitude.SMALLEST_CITY_PERSONS": 10000,
    "magnitude.MIXED_UNITS_RATIO": 10.0,
    "magnitude.APART": 1000.0,
    "magnitude.LARGEST_WAN_OF_MANY": 2000,
    "magnitude.FEWEST_OF_MANY": 30,
    "magnitude.WAN_DECIMALS": 4,
    "output.SHEET_LETTERS": 31,
    "output.WIDEST": 48,
    "provenance.LONGEST_VALUE": 40,
    "provenance.LONGEST_LINE": 160,
    "results.ROWS_SHOWN": 8,
    "words.FORWARD": 1,
    "words.BACKWARD": -1,
    "words.BOTH": 0,
    "words.EARLIEST_YEAR": 1000,
    "words.LATEST_YEAR": 2999,
}

ELSEWHERE = ("standards.", "parallel.")
"""Numbers of documents (``test_standards.py``), and how often threads look up."""


def test_numbers_are_those_decided() -> None:
    found = {name: one for name, one in constants_of("").items() if not name.startswith(ELSEWHERE)}
    assert found == DECIDED
