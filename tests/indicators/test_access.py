"""Measures of minutes on said minutes: closed bounds, the right centre, who is left out."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.indicators.grounds import CITIES, TOWNS, ground, of_towns, places, region, square, work
from tests.network.build import along, points
from urbgeo.cities.policy import policy_members
from urbgeo.indicators.access import BELT_LINES, own_minutes
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.ground import Ground

TO_CITIES = pd.DataFrame(
    {"430100": [5.0, 61.0, 10.0, 200.0], "430600": [90.0, 20.0, 60.0, np.inf]}, index=list(TOWNS)
)


def test_a_county_is_measured_to_its_own_centre_even_where_another_is_nearer() -> None:
    on = ground({"road counties prefectures": TO_CITIES})
    assert own_minutes(on).tolist() == [5.0, 61.0, 60.0, math.inf]
    found = work("county_prefecture_60", on)
    assert found.value == 50.0 and found.estimated_share == 0.25
    assert found.left == (("乙", "B", 61.0), ("丁", "D", math.inf))
    assert found.units is not None and found.units.to_dict() == {"430100": 50.0, "430600": 50.0}


def test_a_county_of_the_province_itself_goes_to_the_nearest_centre() -> None:
    alone = places()
    alone.loc["430103", "prefecture"] = "430000"
    on = ground({"road counties prefectures": TO_CITIES}, places=alone)
    assert own_minutes(on)["430103"] == 20.0


def test_people_weigh_and_only_the_counties_that_are_asked_count() -> None:
    on = ground({"road counties prefectures": TO_CITIES})
    assert work("county_people_60", on).value == pytest.approx(100 * 5.5 / 10)
    yueyang = work("own_prefecture_60", on)
    assert (yueyang.value, yueyang.count) == (50.0, 2)
    assert MEASURES["demo_access"].work(on) is None, "none of its counties is a demonstration town"


def test_an_interchange_in_the_county_counts_however_far_the_seat_is() -> None:
    """The nodes lie in the first, second and third county; only the first two are on the expressway."""
    for name in ("adcode", None, "代码", "zone"):  # whatever the index of the polygons is called
        zones = region().zones
        assert zones is not None
        on = ground(
            {"counties interchanges": of_towns(31.0, 31.0, 31.0, 30.0)}, zones=zones.rename_axis(name)
        )
        assert work("expressway_counties", on).value == 75.0
    nodes = region().road_nodes.assign(adcode="430603")  # codes of nodes of their own say nothing
    on = ground({"counties interchanges": of_towns(31.0, 31.0, 31.0, 31.0)}, road_nodes=nodes)
    assert work("expressway_counties", on).value == 50.0
    bare = ground({"counties interchanges": of_towns(31.0, 31.0, 31.0, 30.0)}, zones=None)
    assert work("expressway_counties", bare).value == 25.0


def test_before_the_expressway_was_open_no_county_holds_an_interchange() -> None:
    on = ground({"counties interchanges": of_towns(*[math.inf] * 4)}, year=2009)
    assert work("expressway_counties", on).value == 0.0


def test_members_of_the_approved_circle_and_people_within_an_hour_of_the_core() -> None:
    minutes = {"counties core_doors": of_towns(0.0, 60.0, 60.1, math.nan)}
    lists = {"core": ("430100",), "circle": ("430103", "430602", "439999")}
    found = work("circle_official", ground(minutes, lists=lists))
    assert (found.value, found.count) == (50.0, 2) and found.left == (("丙", "C", 60.1),)
    people = work("circle_people", ground(minutes))
    assert people.value == 8e6 and people.count == 2
    assert people.units is not None and people.units.to_dict() == {"430100": 8e6, "430600": 0.0}
    for name in ("circle_official", "circle_people", "outer_seats", "outer_seats_rail", "rail_hour"):
        assert MEASURES[name].work(ground(minutes, lists={})) is None, name


def test_the_slower_direction_of_a_pair_counts() -> None:
    lists = {"core": ("430100",), "cluster_3_5": CITIES}
    for there, back, share in ((100.0, 120.0, 100.0), (100.0, 120.1, 0.0), (math.nan, 10.0, 0.0)):
        table = square(CITIES, [0.0, there], [back, 0.0])
        found = work("cluster_pairs", ground({"best prefectures prefectures": table}, lists=lists))
        assert (found.value, found.count, found.limit) == (share, 1, 120.0)
        assert [one[:2] for one in found.left] == ([] if share else [("长–岳", "Changsha–Yueyang")])


def test_seats_around_the_core_are_measured_by_road_and_by_train() -> None:
    lists = {"core": ("430100",), "cluster_3_5": CITIES}
    on = ground({"prefectures core": pd.Series([0.0, 120.0], list(CITIES))}, lists=lists)
    assert work("outer_seats", on).value == 100.0 and work("outer_seats", on).count == 1
    rail = square(CITIES, [0.0, 50.0], [math.inf, 0.0])  # there, not back
    on = ground({"rail prefectures": rail}, lists=lists)
    assert work("outer_seats_rail", on).value == 0.0, "from the outer seat to the core"
    assert work("rail_hour", on).value == 0.0
    back = ground({"rail prefectures": rail.T}, lists=lists)
    assert (work("outer_seats_rail", back).value, work("rail_hour", back).value) == (100.0, 100.0)


def test_the_nearest_of_several_core_cities_counts_by_road_and_by_train() -> None:
    three = points([(5, 5), (25, 5), (45, 5)], ["430100", "430200", "430600"])
    cities = three.assign(
        level="prefecture", prefecture=three.index, name_zh=list("长株岳"), name_en=list("CZY"),
        population=1e6, urban_population=1e6,
    )  # fmt: skip
    lists = {"core": ("430100", "430200"), "cluster_3_5": tuple(cities.index)}
    rail = square(tuple(cities.index), [0, 20, 150], [20, 0, 90], [150, 100, 0])
    on = ground({"rail prefectures": rail}, places=cities, lists=lists)
    found = work("outer_seats_rail", on)
    assert (found.value, found.count) == (100.0, 1)
    # of the two others one is within an hour of the first core city
    hour = work("rail_hour", on)
    assert (hour.value, hour.count) == (50.0, 2) and hour.left == (("岳", "Y", 150.0),)


def test_a_core_of_ones_own_places_has_no_trains_between_seats() -> None:
    lists = {"core": ("430103",), "cluster_3_5": CITIES}
    on = ground({"rail prefectures": square(CITIES, [0.0, 50.0], [50.0, 0.0])}, lists=lists)
    assert MEASURES["rail_hour"].work(on) is None and MEASURES["outer_seats_rail"].work(on) is None


def test_small_towns_are_below_and_large_cities_at_least_the_bound() -> None:
    minutes = of_towns(50.0, 50.0, 50.0, 30.0)
    found = work("small_interchange", ground({"counties interchanges": minutes}))
    assert (found.value, found.count) == (100.0, 1), "D alone has less than 200,000 urban people"
    at_bound = places()
    at_bound.loc["430603", "urban_population"] = 200_000.0
    assert work("small_interchange", ground({"counties interchanges": minutes}, places=at_bound)).count == 0
    near = work("near_large", ground({"road counties prefectures": TO_CITIES}))
    assert (near.value, near.count) == (3.0, 4), "Yueyang has just a million"
    assert near.units is not None and near.units.to_dict() == {"430100": 2.0, "430600": 1.0}
    no_city = places().assign(urban_population=1e5)
    assert work("near_large", ground({"road counties prefectures": TO_CITIES}, places=no_city)).value == 0.0


def of_group(name: str, minutes: float) -> Ground:
    """Counties of one town group, all so many minutes apart but those at once."""
    members = policy_members(kind="Hunan town group")
    ids = members.loc[members["geography"] == name, "adcode"].tolist()
    table = pd.DataFrame(minutes, index=ids, columns=ids)
    for one in ids:
        table.loc[one, one] = 0.0
    return ground({"road counties counties": table})


@pytest.mark.parametrize(("minutes", "met"), [(60.0, 1.0), (60.001, 0.0), (math.inf, 0.0), (math.nan, 0.0)])
def test_a_town_group_is_within_an_hour_only_where_every_seat_reaches_every_other(
    minutes: float, met: float
) -> None:
    """A seat that no road reaches (NaN) is not within an hour of anybody."""
    found = work("town_groups", of_group("津澧融城", minutes))
    assert (found.value, found.count) == (met, 1)
    assert [one[0] for one in found.left] == ([] if met else ["津澧融城"])


def test_belts_are_the_steps_between_neighbours_in_the_slower_direction() -> None:
    ids = ("430600", "430100", "430200")  # along one belt
    table = square(ids, [0, 90, 500], [100, 0, 20], [500, 30, 0])
    found = work("belt_minutes", ground({"best prefectures prefectures": table}))
    assert (found.value, found.count) == (pytest.approx((100 + 30) / 2), 2)
    longer = square((*ids, "430300"), [0, 90, 9, 9], [100, 0, 20, 9], [9, 30, 0, 500], [9, 9, 20, 0])
    found = work("belt_minutes", ground({"best prefectures prefectures": longer}))
    assert (found.value, found.count) == (pytest.approx((100 + 30 + 500) / 3), 3), "the mean of the steps"
    lonely = square(("430100",), [0])
    assert MEASURES["belt_minutes"].work(ground({"best prefectures prefectures": lonely})) is None
    assert set(BELT_LINES) == {"JGH", "JG", "HK", "HKX", "CYC", "QZC"}


def test_flights_of_four_hours_reach_more_than_half_of_the_nations_airports_and_none_without_one() -> None:
    home = {"core airports": pd.Series([20.0], ["430100"])}
    found = work("air_airports", ground(home))
    assert found.count / 2 < found.value < found.count
    assert MEASURES["air_airports"].work(ground({"core airports": pd.Series([math.inf], ["430100"])})) is None


def test_small_towns_are_within_an_hour_of_a_fast_station_and_a_closed_bound() -> None:
    for minutes, share in ((60.0, 100.0), (60.1, 0.0)):
        on = ground({"counties fast_stations": of_towns(90.0, 90.0, 90.0, minutes)})
        found = work("small_station", on)
        assert (found.value, found.count, found.limit) == (share, 1, 60.0)


def test_hubs_outside_are_within_three_hours_and_without_any_nothing_is_said() -> None:
    minutes = {"prefectures hubs": pd.Series([180.0, 180.1], list(CITIES))}
    outside = places().iloc[:1].set_axis(["420100"]).assign(level="hub")
    found = work("hubs_180", ground(minutes, places=pd.concat([places(), outside])))
    assert (found.value, found.count, found.limit) == (50.0, 2, 180.0)
    assert found.left == (("岳", "Yueyang", 180.1),)
    assert MEASURES["hubs_180"].work(ground(minutes)) is None


def test_pairs_of_shaoyang_are_its_city_and_two_or_more_of_its_three_counties() -> None:
    """Its other districts stand for the city only where the first is not there."""
    ids = ("430503", "430502", "430511", "430582", "430522", "430523")
    minutes = square(ids, *([30.0] * 6 for _ in ids))
    minutes.loc["430523", "430582"] = 31.0
    minutes.loc[["430503", "430511"]] = 99.0
    own = places().iloc[:0]
    for kept, value, count in ((ids, 100 * 5 / 6, 6), (ids[1:5], 100.0, 3), (ids[:1] + ids[3:5], 0.0, 3)):
        spots = points([(float(at), 0.0) for at in range(len(kept))], list(kept))
        counties = spots.assign(level="county", prefecture="430500", name_zh=kept, name_en=kept)
        found = work("shaoyang_pairs", ground({"road counties counties": minutes}, places=counties))
        assert (found.limit, found.count) == (30.0, count)
        assert found.value == pytest.approx(value if value else 100 / 3)
    for kept in (ids[3:], ids[:4], ()):
        spots = points([(float(at), 0.0) for at in range(len(kept))], list(kept))
        counties = spots.assign(level="county", prefecture="430500", name_zh="", name_en="")
        assert MEASURES["shaoyang_pairs"].work(ground(places=counties if kept else own)) is None


def test_a_town_group_of_one_seat_is_none() -> None:
    only = policy_members(kind="Hunan town group")["adcode"].iloc[0]
    assert MEASURES["town_groups"].work(ground({"road counties counties": square((only,), [0.0])})) is None


def test_people_of_the_belts_live_within_half_an_hour_of_their_fast_stations() -> None:
    """A minute a kilometre: the towns are 0, 30, 31 and 0 minutes away, the last from one of another line."""
    towns = places().set_geometry(
        points([(0, 0), (90, 0), (0, 0), (30, 0), (31, 0), (90, 0)]).geometry.values
    )
    stations = points([(0, 0), (90, 0), (31, 0)], ["s", "t", "u"])
    lines = pd.DataFrame({"line": ["JG", "XX"], "from_station": ["s", "t"], "to_station": ["u", "t"]})
    made = region(places=towns, stations=stations.assign(kind=["hsr", "hsr", "conventional"]))
    road = along(0, 30, 31, 90)
    on = Ground(replace(made, rail_sections=lines), 2025, networks={"road": road})
    found = work("belt_people", on)
    assert (found.value, found.count, found.limit) == (pytest.approx(100 * 8 / 10), 4, 30.0)
    assert [one[0] for one in found.left] == ["丙", "丁"]
    bare = Ground(replace(made, rail_sections=lines[1:]), 2025, networks={"road": road})
    assert MEASURES["belt_people"].work(bare) is None
