"""What a study assumes where nothing is said, and the numbers it decides by."""

from __future__ import annotations

from tests.defaults import constants_of, defaults_of

DEFAULTS = {
    "answers.answer": {"years": (2005, 2010, 2015, 2020, 2025)},
    "build.region": {"margin_km": 100.0},
    "inputs.Inputs": {"margin_km": 100.0, "strict": True},
    "nation.coverage_band": {"limit": 60.0},
    "nation.airport_years": {"years": (2000, 2005, 2010, 2015, 2020, 2024)},
    "nation.national_lines": {"estimated": True},
    "series.series": {"years": (2005, 2010, 2015, 2020, 2025)},
    "unpack.unpack": {"most_bytes": 8000000000},
}

DECIDED = {
    "answers.MOST_CITIES": 400,
    "answers.RINGS_MIN": (15.0, 30.0, 60.0, 120.0),
    "boundary.EXTENT": (73.0, 3.0, 136.0, 54.5),
    "boundary.SIMPLIFY_DEGREES": 0.02,
    "called.TOWNSHIP_DIGITS": 9,
    "causes.SHORT": 12,
    "check.WHOLE_SHARE": 0.95,
    "commuters.LEAST_JOINED": 0.5,
    "diff.CLOSE": 1e-06,
    "estimated.LONGEST_KM": 400.0,
    "estimated.NEAR_KM": 20.0,
    "estimated.FAR_KM": 150.0,
    "findings.SHOWN": 12,
    "findings.LISTED": 60,
    "inputs.MARGIN_KM": 100.0,
    "layers.CODES_SHARE": 0.5,
    "looks.MANY_LEFT": 0.1,
    "map.SCORE_BREAKS": (20.0, 40.0, 60.0, 80.0),
    "map.SIMPLIFY_M": 250.0,
    "map.MOST_NAMED": 4,
    "nation.YEARS": (2000, 2005, 2010, 2015, 2020, 2024),
    "pack.FORMAT": 1,
    "pack.HEAD": 1048576,
    "page.ROWS_MOST": 24,
    "page_maps.MAINLAND": (73.0, 17.5, 136.0, 54.5),
    "page_maps.SOUTH_SEA": (106.0, 2.5, 123.5, 24.5),
    "page_maps.SCORE_BREAKS": (20.0, 40.0, 60.0, 80.0),
    "page_maps.NEAR_BREAKS": (30.0, 60.0, 90.0, 120.0),
    "page_maps.NAMES_MOST": 40,
    "page_maps.MOST_LINES": 600,
    "raster_people.APART": 0.2,
    "record.FORMAT": 1,
    "record.MOST_BYTES": 200000000,
    "series.YEARS": (2005, 2010, 2015, 2020, 2025),
    "small_zones.COUNTY_DIGITS": 6,
    "systems.KNOWN_SHARE": 0.9,
    "systems.INSIDE_SHARE": 0.5,
    "trips.SHOWN": 5,
    "unpack.MOST_FILES": 20000,
    "unpack.MOST_BYTES": 8000000000,
    "unpack.MOST_CONTENTS": 20000000,
    "unpack.CHUNK": 1048576,
    "verify.CLOSE": 0.001000001,
    "roads.LEAST_DRAWN_KM": 0.1,
    "roads.MOST_AS_DRAWN": 10.0,
}


def test_defaults_are_those_decided() -> None:
    assert defaults_of("study") == DEFAULTS


def test_numbers_are_those_decided() -> None:
    assert constants_of("study") == DECIDED
