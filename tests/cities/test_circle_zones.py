"""The zones of a circle brought together: polygons, seats and people on one index, each fault by its zone."""

from __future__ import annotations

import warnings

import pytest

from tests.network.build import points, squares
from urbgeo.cities.circle_zones import check_rule, settle
from urbgeo.errors import InputError, UrbgeoWarning

ZONES = squares((0, 0), (10, 0), ids=["a", "b"]).assign(
    population=[500_000.0, 300_000.0], urban_population=[200_000.0, 300_000.0]
)
SEATS = points([(15, 5), (5, 5), (90, 5)], ["b", "a", "elsewhere"])


def test_people_and_seats_stand_on_the_index_of_the_zones() -> None:
    found = settle(ZONES, SEATS, "population", "urban_population", False)
    assert found.people.to_dict() == {"a": 500_000.0, "b": 300_000.0}
    assert found.urban.to_dict() == {"a": 200_000.0, "b": 300_000.0}
    assert list(found.seats.index) == ["a", "b"]
    assert found.land.crs == ZONES.crs


def test_points_are_their_own_seats_and_have_no_land() -> None:
    found = settle(points([(5, 5)], ["a"]).assign(population=500_000.0), None, "population", None, False)
    assert found.land is None and list(found.seats.index) == ["a"]
    assert found.urban.tolist() == [0.0]


def test_a_point_among_polygons_is_the_fault_and_not_the_polygons() -> None:
    mixed = ZONES.set_geometry([ZONES.geometry["a"], SEATS.geometry["b"]])
    with pytest.raises(InputError, match="Point where MultiPolygon/Polygon is needed at b"):
        settle(mixed, None, "population", None, False)


def test_without_the_usual_column_nobody_is_placed_at_the_seat() -> None:
    plain = ZONES.drop(columns="urban_population")
    assert settle(plain, SEATS, "population", "urban_population", False).urban.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("zones", "seats", "urban", "message"),
    [
        (ZONES.drop(columns="population"), SEATS, None, r"no column population.*urban_population"),
        (ZONES, SEATS.drop("b"), None, "none for the zones b; add them"),
        (
            ZONES.assign(urban_population=[600_000.0, 100_000.0]),
            SEATS,
            "urban_population",
            "above population at a",
        ),
        (ZONES.assign(urban_population=[0.4, 0.9]), SEATS, "urban_population", "urban_population"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_zone(
    zones: object, seats: object, urban: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        settle(zones, seats, "population", urban, False)


@pytest.mark.parametrize(
    ("rule", "seats", "land", "message"),
    [
        ("seat", False, True, r"'seat' needs seats.*rule='area'"),
        ("population", False, True, r"'population' needs seats.*rule='area'"),
        ("area", True, False, r"'area' needs polygons.*rule='seat'"),
    ],
)
def test_a_rule_that_the_layers_do_not_allow_names_one_they_do(
    rule: str, seats: bool, land: bool, message: str
) -> None:
    zones = ZONES if land else points([(5, 5), (15, 5)], ["a", "b"]).assign(population=300_000.0)
    settled = settle(zones, SEATS if seats and land else None, "population", None, False)
    with pytest.raises(InputError, match=message):
        check_rule(rule, settled)


def test_seats_in_the_polygon_of_another_zone_are_told_and_those_in_none_are_not() -> None:
    with pytest.warns(
        UrbgeoWarning, match="seats: 1 of 2 lie in the polygon of another zone: b; .* one year"
    ):
        settle(ZONES, points([(6, 5), (5, 5)], ["b", "a"]), "population", None, False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settle(ZONES, points([(15, 50), (5, 5)], ["b", "a"]), "population", None, False)
        settle(ZONES, points([(10, 5), (10, 5)], ["b", "a"]), "population", None, False)
