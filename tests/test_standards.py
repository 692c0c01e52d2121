"""Numbers of documents: each with its source and year, under the name of its constant."""

from __future__ import annotations

import pytest

from urbgeo import standards
from urbgeo.errors import InputError

BOOK = """
2008 told: LABOUR_CONTAINMENT_LEAST 0.6667, LABOUR_CONTAINMENT_TARGET 0.75, LABOUR_SIZE_LEAST 3500
2008 told: LABOUR_SIZE_TARGET 25000
2011 read: LAND_M2_PER_HEAD 100
2011 told: NEW_TOWN_LAND_M2 105
2014 read: SIZE_SMALL_2 0, SIZE_SMALL_1 200000, SIZE_MEDIUM 500000, SIZE_LARGE_2 1000000
2014 read: SIZE_LARGE_1 3000000, SIZE_VERY_LARGE 5000000, SIZE_MEGA 10000000
2015 read: FIRE_MIN 5
2018 told: PARK_WALK_M 300
2019 read: CIRCLE_MIN 60, CIRCLE_FOUNDER 5000000, COMMUTING_SHARE 0.15, UNIT_IN_CENTRE 0.5
2019 told: CIRCLE_FOUNDER_ARGUED 3000000, CITY_IN_CENTRE 0.5, CENTRE_IN_CITY 0.75
2019 told: SLOPE_FLAT_DEG 3, SLOPE_GENTLE_DEG 8, SLOPE_MODERATE_DEG 15, SLOPE_STEEP_DEG 25
2019 told: ELEVATION_HIGH_M 3500, ELEVATION_HIGHEST_M 5000, RELIEF_STRONG_M 100
2019 told: RELIEF_STRONGEST_M 200, RELIEF_WINDOW_FINE 15, RELIEF_WINDOW_MEDIUM 12
2019 told: RELIEF_WINDOW_COARSE 9, RELIEF_WINDOW_COARSEST 3, CENTRE_NEAREST_MIN 20
2019 told: CENTRE_NEAR_MIN 40, CENTRE_MEDIUM_MIN 60, CENTRE_FAR_MIN 90
2020 read: NEIGHBOUR_CLUSTERS_MIN 180
2020 told: HALF_HOUR_MIN 30, ELASTIC_SHARE 0.15, ELASTIC_SHARE_LARGE 0.1, ELASTIC_SHARE_GREAT 0.05
2020 told: LARGE_CITY 3000000, GREAT_CITY 5000000
2023 told: COMMUTE_MIN 45
2021 read: AIR_CIRCLE_MIN 240
2021 read: CLUSTER_MIN 120, SEAT_HSR_MIN 45, SEAT_AIRPORT_MIN 60, TOWN_NATIONAL_ROAD_MIN 15
2021 read: TOWN_EXPRESSWAY_MIN 30, TOWN_RAILWAY_MIN 60, TOWN_PREFECTURE_MIN 60
2021 read: CENTRE_DENSITY 1500, CENTRE_PEOPLE 50000, CLUSTER_DENSITY 300, CLUSTER_PEOPLE 5000
2021 read: VILLAGE_PEOPLE 500, LOW_DENSITY 50, HOLE_KM2 15, SEMI_DENSE_DENSITY_2021 300
2021 read: SEMI_DENSE_PEOPLE_2021 5000, SEMI_DENSE_APART_KM_2021 3, UNIT_SHARE 0.5
2021 read: HUNAN_NEW_LAND_KM2 604, PARK_WALK_MIN 5
2021 told: SERVICE_ELDERLY_CARE_MIN 5, SERVICE_PRIMARY_SCHOOL_MIN 10, SERVICE_MARKET_MIN 10
2021 told: SERVICE_SECONDARY_SCHOOL_MIN 15, SERVICE_HEALTH_MIN 15, SERVICE_CULTURE_MIN 15
2021 told: SERVICE_SPORT_MIN 15, SMALLEST_PARK_M2 400
2022 read: AIRPORT_MIN 60, AIRPORT_TARGET 0.8, BUILT_SHARE 0.5, NEW_LAND_KM2 19666.66667
2022 told: EXPANSION_MULTIPLE 1.3
2023 read: WATERFRONT_MIN 15, COMMUTING_RATE 0.1, WATER_LAND 0.5, BUILT_SHARE_2023 0.2
2023 read: SEMI_DENSE_DENSITY_2023 900, SEMI_DENSE_PEOPLE_2023 2500, SEMI_DENSE_APART_KM_2023 2
2024 told: RAIL_BUFFER_MIN 30
2026 told: DAILY_CHINA_MIN 180, TOWN_CAPITAL_MIN 180, CONVENIENCE_MIN 5, AMBULANCE_MIN 15
2026 told: SHELTER_WALK_MIN 15, HOSPITAL_DRIVE_MIN 60, SMALLEST_PIECE_HA 10
"""
"""The numbers a second time, by the year of their document; "read" in it, or "told" by others."""


def test_a_number_is_the_same_in_both_books() -> None:
    booked = {}
    for line in BOOK.strip().splitlines():
        head, _, items = line.partition(": ")
        year, known = head.split()
        for item in items.split(", "):
            name, value = item.split()
            booked[name] = (float(value), int(year), known == "read")
    table = standards.standards_table()
    assert set(table.index) == set(booked)
    for name, (value, year, confirmed) in booked.items():
        row = table.loc[name]
        assert row["value"] == pytest.approx(value, rel=1e-9), name
        assert (row["year"], row["confirmed"]) == (year, confirmed), name


def test_windows_of_relief_are_by_the_size_of_a_cell() -> None:
    assert [bound for bound, _ in standards.RELIEF_WINDOWS] == [30.0, 50.0, 100.0, float("inf")]


def test_the_elastic_share_falls_with_the_city_on_closed_bounds() -> None:
    for people, share in (
        (0, 0.15), (2_999_999, 0.15), (3_000_000, 0.10), (4_999_999, 0.10), (5_000_000, 0.05), (2e7, 0.05),
    ):  # fmt: skip
        assert standards.elastic_share(people).value == share
    for wrong in (-1, float("nan"), "many", True):
        with pytest.raises(InputError, match="is no population"):
            standards.elastic_share(wrong)


def test_every_number_has_a_source_a_plausible_year_and_the_name_of_its_constant() -> None:
    table = standards.standards_table()
    assert table.index.is_unique and len(table) > 50
    assert table["source"].str.len().gt(3).all()
    assert table["year"].between(1980, 2026).all()
    constants = [name for name in table.index if hasattr(standards, name)]
    for name in constants:
        value = getattr(standards, name)
        if isinstance(value, float | int):
            assert value == table.at[name, "value"], name
    assert len(constants) > 0.5 * len(table)  # others are members of tuples


def test_a_number_that_was_not_read_says_so() -> None:
    assert not standards.standard("EXPANSION_MULTIPLE").confirmed
    assert standards.standard("AIRPORT_MIN").confirmed


def test_an_unknown_name_is_refused_with_where_to_look() -> None:
    with pytest.raises(InputError, match=r"'AIRPORT' is unknown; standards_table\(\) lists all"):
        standards.standard("AIRPORT")
