"""The register of measures: each under its name, said what it is, and asked for by a target."""

from __future__ import annotations

from urbgeo.indicators import catalogue
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.ground import PARTS
from urbgeo.indicators.targets import policy_targets


def test_every_measure_is_registered_under_its_name() -> None:
    assert all(one.name == name and one.when in ("any", "census", "now") for name, one in MEASURES.items())
    assert len(MEASURES) > 40


def test_every_measure_says_what_it_is() -> None:
    for name, one in MEASURES.items():
        assert one.work.__doc__, name
        assert one.when in ("any", "census", "now"), name


def test_every_module_of_measures_is_there_and_what_they_stand_on_are_parts_of_a_region() -> None:
    rooms = {one.work.__module__.rpartition(".")[2] for one in MEASURES.values()}
    assert rooms == set(catalogue.__all__) - {"MEASURES"}
    assert {part for one in MEASURES.values() for part in one.on} <= set(PARTS)


def test_a_band_by_road_speeds_is_for_what_is_driven_and_nothing_else() -> None:
    banded: dict[str, set[str]] = {}
    plain: dict[str, set[str]] = {}
    for name, one in MEASURES.items():
        room = one.work.__module__.rpartition(".")[2]
        (banded if one.by_speed else plain).setdefault(room, set()).add(name)
    assert plain["access"] == {"outer_seats_rail", "rail_hour", "air_airports"}, "by train and by air"
    assert banded["people"] == {"cluster_links", "subcentres"}, "gravity takes minutes by road"
    assert banded["layered"] == {"hospital_30", "fire_5", "services_30", "new_towns", "depot_minutes"}
    assert set(banded) == {"access", "people", "layered"}


def test_no_measure_is_called_by_no_target() -> None:
    assert set(MEASURES) <= set(policy_targets()["measure"])
