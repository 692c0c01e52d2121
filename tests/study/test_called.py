"""What places are called: counties, townships or zones, and the seats and targets they have."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pytest

from urbgeo.study.called import (
    access_words,
    governed_by_the_province,
    station_words,
    target_words,
    town_seat_words,
    town_words,
    unit_words,
)


def places(names: dict[str, str], **columns: object) -> gpd.GeoDataFrame:
    """Places of these names by id, at no place in particular."""
    both = {"name_zh": list(names.values()), "name_en": [f"{one} en" for one in names.values()]}
    return gpd.GeoDataFrame({**both, **columns}, index=list(names))


def region(
    *,
    zones: tuple[str, ...] = (),
    seats: gpd.GeoDataFrame | None = None,
    core: tuple[str, ...] = (),
    **more: Any,
) -> Any:
    held = places({"430100": "长沙市"}) if seats is None else seats
    stations = gpd.GeoDataFrame({"kind": more.pop("kinds", [])})
    lists = {"core": core} if core else {}
    return SimpleNamespace(
        small_zones=places(dict.fromkeys(zones, "x")), prefectures=held, places=held, stations=stations,
        lists=lists, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("zones", "units", "towns", "access"),
    [
        ((), "counties", "county towns", "county-town access"),
        (("430102001", "430102002"), "townships", "townships", "township access"),
        (("430102001", "cell 7"), "zones", "zones", "zone access"),
        (("43010200",), "zones", "zones", "zone access"),  # eight digits are no township
        (("4301020011",), "zones", "zones", "zone access"),
    ],
)
def test_units_are_called_what_their_codes_say(
    zones: tuple[str, ...], units: str, towns: str, access: str
) -> None:
    found = region(zones=zones)
    assert (unit_words(found)[1], town_words(found)[1], access_words(found)[1]) == (units, towns, access)
    assert town_seat_words(found)[1] == ("county seats" if units == "counties" else units)


def test_places_without_prefectures_are_no_counties() -> None:
    assert unit_words(region(seats=places({}))) == ("单元", "places")


def test_stations_are_fast_only_where_one_is_said_to_be() -> None:
    for kinds, word in (([], "车站"), (["rail", "conventional"], "车站"), (["rail", "intercity"], "高铁站")):
        assert station_words(region(kinds=kinds))[0] == word


def test_the_core_is_the_capital_only_where_its_code_is_that_of_one() -> None:
    two = places({"430100": "长沙市", "430200": "株洲市"})
    assert target_words(region(seats=two, core=("430100",)))["capital"] == ("省会", "the capital")
    assert target_words(region(seats=two, core=("430200", "430100")))["capital"] == ("株洲市", "株洲市 en")
    assert target_words(region(seats=two))["capital"] == ("省会", "the capital")
    # 130100 ends as capitals do, but is no prefecture of the region
    away = SimpleNamespace(
        **{**vars(region(seats=two, core=("130100",))), "places": places({"130100": "石家庄市"})}
    )
    assert target_words(away)["capital"][0] == "石家庄市"  # type: ignore[arg-type]


def test_one_prefecture_alone_is_the_city() -> None:
    assert target_words(region())["prefecture"] == ("市中心", "the city's seat")
    for seats in ({}, {"1": "a", "2": "b"}):
        assert target_words(region(seats=places(seats)))["prefecture"][0] == "地级中心"


def test_only_counties_beside_governed_ones_are_said_to_be_the_provinces_own() -> None:
    seats = places({"429000": "荆州市"})
    counties = places({"429004": "仙桃市", "421002": "沙市区"}, prefecture=["", "429000"])
    said = governed_by_the_province(region(seats=seats, counties=counties))
    assert said == (
        "由省直接管辖的 1 个县级单元取最近的地级中心：仙桃市。",
        "1 county that the province governs itself takes the nearest prefecture seat: 仙桃市 en.",
    )
    none_alone = counties.assign(prefecture="429000")
    all_alone = counties.assign(prefecture="")
    for other in (none_alone, all_alone):
        assert governed_by_the_province(region(seats=seats, counties=other)) is None
    assert governed_by_the_province(region(seats=places({}), counties=counties)) is None
