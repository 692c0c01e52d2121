"""Measures that stand on a layer: areas, distances and shares of squares that can be counted by hand."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.indicators.grounds import TOWNS, ground, work
from tests.indicators.test_rows import box, frame
from tests.network.build import points, squares
from urbgeo.errors import InputError
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.measured import NO_NUMBER


def value(name: str, **layers: object) -> float:
    return work(name, ground(layers=layers)).value


def test_a_part_of_the_land_is_counted_once_however_often_it_is_drawn() -> None:
    built = frame([box(0, 0, 1000), box(0, 0, 1000), box(2000, 0, 1000)])
    green = frame([box(0, 0, 500), box(0, 0, 500), box(5000, 0, 900)])
    for name, layer in (
        ("green_cover", "greenery"),
        ("green_ratio", "green"),
        ("boundary_share", "boundary"),
    ):
        assert value(name, built=built, **{layer: green}) == pytest.approx(100 * 0.25 / 2, rel=1e-3), name
    nothing = frame([shapely.LineString([(5e5, 3e6), (5e5, 3e6 + 9)])])
    assert math.isnan(value("green_cover", built=nothing, greenery=green))


def test_layers_in_other_projections_are_brought_together() -> None:
    built, green = frame([box(0, 0, 1000)]), frame([box(0, 0, 500)]).to_crs(4326)
    assert value("green_ratio", built=built, green=green) == pytest.approx(25.0, rel=1e-3)


def test_control_lines_overlap_by_the_sum_of_their_pairs() -> None:
    layers = {
        "boundary": frame([box(0, 0, 2000)]), "farmland": frame([box(1000, 0, 2000)]),
        "redline": frame([box(1000, 1000, 5000)]),
    }  # fmt: skip
    # boundary with farmland 1 x 2, with the red line 1 x 1, farmland with the red line 2 x 1
    assert value("line_overlap", **layers) == pytest.approx(2 + 1 + 2, rel=1e-3)


def test_new_land_is_what_was_not_built_before_and_patches_are_what_hangs_together() -> None:
    built = frame([box(0, 0, 1000), box(1000, 0, 1000), box(5000, 0, 1000)])
    assert value("new_land", built=built, built_before=frame([box(0, 0, 1500)])) == pytest.approx(
        1.5, rel=1e-3
    )
    assert value("largest_patch", built=built) == pytest.approx(200 / 3, rel=1e-3)


def test_new_land_is_shared_among_the_urban_residents_who_came() -> None:
    now = frame([box(0, 0, 1000), box(1000, 0, 1000)], urban_population=[30_000, 25_000])
    before = frame([box(0, 0, 1500)], urban_population=[50_000.0])
    # half a square kilometre is new, five thousand came
    assert value("land_per_person", built=now, built_before=before) == pytest.approx(100.0, rel=1e-3)
    for people in (55_000.0, 60_000.0):  # as many as now, or more
        fewer = before.assign(urban_population=people)
        assert math.isnan(value("land_per_person", built=now, built_before=fewer))
    bare = before.drop(columns="urban_population")
    on = ground(layers={"built": now, "built_before": bare})
    assert MEASURES["land_per_person"].work(on) is None
    with pytest.raises(InputError, match=r"built_before: .*urban_population.*negative"):
        value("land_per_person", built=now, built_before=before.assign(urban_population=-1.0))


def test_homes_are_told_from_uses_that_begin_with_the_same_letter() -> None:
    uses = [
        "居住用地",
        "Residential",
        "residential",
        "0701",
        "R2",
        "R",
        "Road",
        "Railway",
        "商业",
        "R21 二类",
    ]
    land = frame([box(1000 * at, 0, 1000) for at in range(len(uses))], use=uses)
    assert value("residential_share", land_use=land) == pytest.approx(70.0, rel=1e-3)
    assert value("mixed_use", land_use=land) == pytest.approx(1.0, rel=1e-6)


def test_counties_of_urbanised_areas_are_named_in_either_language() -> None:
    classes = pd.Series(["国家级城镇化地区", "Urbanised", "农产品主产区", "生态功能区", np.nan])
    assert value("function_counties", functions=classes) == 2.0


def test_lengths_of_streets_are_per_land_and_side_streets_a_share_of_them() -> None:
    lines = [shapely.LineString([(5e5 + x, 3e6), (5e5 + x, 3e6 + 1000)]) for x in (0, 500, 1000)]
    lines += [shapely.LineString([(5e5, 3e6 + y), (5e5 + 1000, 3e6 + y)]) for y in (0, 1000)]
    kinds = ["主干路", "支路", "local", "主干路", "residential"]
    streets, built = frame(lines, **{"class": kinds}), frame([box(0, 0, 1000)])
    assert value("side_streets", streets=streets) == pytest.approx(60.0, rel=1e-3)
    assert value("block_size", streets=streets) == pytest.approx(50.0, rel=1e-2)
    assert value("dead_ends", streets=streets) == 0.0
    assert value("road_density", streets=streets.drop(columns="class"), built=built) == pytest.approx(
        5.0, rel=1e-2
    )


def test_people_near_something_are_counted_up_to_the_metre() -> None:
    at = [shapely.Point(5e5 + x, 3e6) for x in (0, 300, 301, 500, 501, 1000, 1001)]
    people = frame(at, population=[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
    spot = frame([shapely.Point(5e5, 3e6)])
    assert value("stops_300", people=people, stops=spot) == pytest.approx(100 * 3 / 127)
    for name, layer in (("stops_500", "stops"), ("park_500", "parks")):
        assert value(name, people=people, **{layer: spot}) == pytest.approx(100 * 15 / 127)
    assert value("shelters_1000", people=people, shelters=spot) == pytest.approx(100 * 63 / 127)
    villages = frame([shapely.Point(5e5, 3e6 + y) for y in (2000.0, 2001.0)])
    assert value("villages_bus", villages=villages, stops=spot) == 50.0
    road = frame([shapely.LineString([(5e5 - 100, 3e6), (5e5 + 100, 3e6)])])
    assert value("villages_roads", villages=villages, streets=road) == 50.0


def test_parks_are_shared_by_the_urban_people_of_prefectures() -> None:
    parks = frame([box(0, 0, 1000), box(500, 0, 1000)])
    assert value("park_per_head", parks=parks) == pytest.approx(1.5e6 / 7e6, rel=1e-3)


def test_rivers_are_measured_against_the_land_of_the_region() -> None:
    river = frame([shapely.LineString([(5e5, 3e6), (5e5 + 8000, 3e6)])])
    assert value("water_density", rivers=river) == pytest.approx(8 / 400, rel=1e-2)
    assert MEASURES["water_density"].work(ground(zones=None, layers={"rivers": river})) is None


def test_a_seat_inside_a_closed_dyke_is_and_the_others_are_named_without_a_number() -> None:
    dykes = squares((0, 0), (30, 0))
    dykes = dykes.set_geometry(dykes.boundary)
    found = work("closed_rings", ground(layers={"dykes": dykes}))
    assert (found.value, found.count, found.left_unit) == (2.0, 4, NO_NUMBER)
    assert [one[1] for one in found.left] == ["B", "C"]


def test_counties_that_hold_something_are_told_from_those_without() -> None:
    spots = points([(5, 5), (6, 6), (35, 5), (90, 90)])
    for name, layer in (("services_counties", "services"), ("hospital_counties", "hospitals"),
                        ("funeral_counties", "funeral_homes")):  # fmt: skip
        found = work(name, ground(layers={layer: spots}))
        assert (found.value, found.count) == (50.0, 4)
        assert MEASURES[name].work(ground(zones=None, layers={layer: spots})) is None


@pytest.fixture(scope="module")
def road() -> dict[str, Any]:
    """Counties on one road, ten kilometres and, at 60 km/h, ten minutes apart."""
    nodes = points([(5, 5), (15, 5), (25, 5), (35, 5)], list("abcd")).assign(kind="junction")
    links = pd.DataFrame(
        {
            "from_node": list("abc"),
            "to_node": list("bcd"),
            "length_km": 10.0,
            "class": "primary",
            "minutes": 10.0,
        }
    )
    seats = points([(5, 5), (25, 5), (5, 5), (15, 5), (25, 5), (35, 5)], ["430100", "430600", *TOWNS])
    from tests.indicators.grounds import places

    return {"road_nodes": nodes, "road_links": links, "places": places().set_geometry(seats.geometry)}


def at(*km: float) -> gpd.GeoDataFrame:
    return points([(one, 5.0) for one in km])


def test_services_and_hospitals_within_half_an_hour_of_the_seats(road: dict[str, Any]) -> None:
    on = ground(
        layers={"hospitals": at(5), "services": at(5), "depots": at(5), "new_towns": at(5, 5, 5, 15)}, **road
    )
    assert work("hospital_30", on).value == 100.0, "the farthest is just thirty minutes away"
    farther = ground(layers={"hospitals": at(4), "services": at(4)}, **road)
    assert work("hospital_30", farther).value == 75.0
    assert work("services_30", farther).value == pytest.approx(95.0), "by people"
    depot = work("depot_minutes", on)
    assert depot.value == pytest.approx(30.0) and [one[1] for one in depot.left] == ["D", "C", "B"]
    assert work("new_towns", on).value == pytest.approx(10 / 4), "the mean, not the middle"


def test_a_fire_engine_drives_from_its_station(road: dict[str, Any]) -> None:
    links = road["road_links"].assign(oneway=True)
    people = at(5, 10, 15, 20).assign(population=[1.0, 2.0, 4.0, 8.0])
    on = ground(layers={"people": people, "fire_stations": at(10)}, **{**road, "road_links": links})
    assert work("fire_5", on).value == pytest.approx(100 * 6 / 15), "eastwards only, and just five minutes"


def test_flows_to_work_have_their_mean_shares_and_balance() -> None:
    flows = pd.DataFrame(
        {"from_zone": ["a", "a", "b"], "to_zone": ["a", "b", "b"], "workers": [60, 40, 100],
         "minutes": [15.0, 45.0, 60.0]}
    )  # fmt: skip
    assert value("flows_mean", flows=flows) == pytest.approx((900 + 1800 + 6000) / 200)
    assert (value("flows_45", flows=flows), value("flows_self", flows=flows)) == (50.0, 80.0)
    assert value("flows_jobs", flows=flows) == pytest.approx((0.6 + 1.4) / 2)
    last = pd.DataFrame({"from_zone": ["c"], "to_zone": "b", "workers": 10, "minutes": 20.0})
    assert value("flows_jobs", flows=pd.concat([flows, last])) == 0.6, "the middle of 0.6, 1.5 and 0"


def test_people_of_the_districts_and_the_share_of_medium_cities() -> None:
    people = pd.Series({"430100": 4_000_000, "430600": 500_000, "430700": 499_999})
    assert value("centre_people", district_people=people) == 4_999_999.0
    assert value("medium_share", district_people=people) == pytest.approx(100 * 4.5e6 / 4_999_999)


def test_centres_of_the_planned_class_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first grows within its class, the second leaves it, the third is in no plan."""
    plan = pd.DataFrame({"adcode": ["430100", "430600"], "population_2025": [4_900_000, 1_100_000]})
    monkeypatch.setattr("urbgeo.cities.hunan.hunan_box8", lambda: plan)
    people = pd.Series({"430100": 3_100_000, "430600": 999_999, "439999": 5.0})
    assert value("size_classes", district_people=people) == 50.0
