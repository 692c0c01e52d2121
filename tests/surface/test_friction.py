"""Friction grids: land-cover speeds, slopes, roads burnt in; each speed with its source."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString

from tests.surface.ways import UTM, at, grid, travel_surface
from urbgeo.errors import InputError
from urbgeo.surface.friction import COVER_SPEEDS, burn_roads, cover_friction, speed_table, tobler_kmh


def test_walking_uphill_takes_tobler_time_and_downhill_less() -> None:
    metres = np.repeat(np.arange(11.0)[None, :] * 10.0 * np.tan(np.radians(10)), 1, axis=0)
    flat_pace = 60.0 / (1000.0 * float(tobler_kmh(0.0)))
    like = grid(np.full((1, 11), flat_pace), 10.0)
    up = travel_surface(like, at(like, (0, 0)), elevation=grid(metres, 10.0)).minutes.values[0, 10]
    back = travel_surface(like, at(like, (0, 0)), elevation=grid(metres, 10.0), direction="to")
    assert up == pytest.approx(0.1 / 2.717 * 60.0, rel=1e-3)
    assert back.minutes.values[0, 10] == pytest.approx(0.1 / 3.856 * 60.0, rel=1e-3)


def test_tobler_speeds_are_the_published_ones() -> None:
    assert float(tobler_kmh(0)) == pytest.approx(5.037, abs=5e-4)
    assert float(tobler_kmh(np.tan(np.radians(-2.8624)))) == pytest.approx(6.0, abs=1e-3)
    assert tobler_kmh(np.tan(np.radians([10, -10]))) == pytest.approx([2.717, 3.856], abs=5e-4)
    assert float(tobler_kmh(0, on_path=False)) == pytest.approx(0.6 * 5.037, abs=5e-4)


def test_roads_are_burnt_in_with_the_quickest_speed_and_bridge_water() -> None:
    cover = grid(np.array([[1, 1, 2, 1, 1]] * 3), 100.0)
    friction = cover_friction(cover, {1: "crop", 2: "water"})
    assert friction.values[0, 0] == pytest.approx(60 / 2_500) and np.isnan(friction.values[0, 2])
    y = 3_000_000 - 150.0
    lines = [LineString([(500_000, y), (500_500, y)])] * 3
    roads = gpd.GeoDataFrame({"class": ["primary", "local", "expressway"]}, geometry=lines, crs=UTM)
    burnt, carries = burn_roads(friction, roads)
    assert burnt.values[1, 2] == pytest.approx(60 / 60_000)
    assert np.isnan(burnt.values[0, 2])
    assert carries.values.sum() == 5
    assert np.isnan(friction.values[1, 2]), "the friction given is not changed"


def test_a_slow_road_never_slows_what_is_quicker_without_it() -> None:
    friction = grid(np.full((3, 5), 60 / 75_000), 100.0)
    y = 3_000_000 - 150.0
    road = gpd.GeoDataFrame(
        {"class": ["local"]}, geometry=[LineString([(500_000, y), (500_500, y)])], crs=UTM
    )
    burnt, _ = burn_roads(friction, road, speeds_kmh={"local": 20.0})
    np.testing.assert_allclose(burnt.values, 60 / 75_000)
    for order in ([20.0, 75.0], [75.0, 20.0]):
        slow = grid(np.full((3, 5), 1.0), 100.0)
        both = gpd.GeoDataFrame({"class": ["local", "primary"]}, geometry=[*road.geometry] * 2, crs=UTM)
        speeds = dict(zip(["local", "primary"], order, strict=True))
        burnt, _ = burn_roads(slow, both, speeds_kmh=speeds)
        np.testing.assert_allclose(burnt.values[1], 60 / 75_000)


def test_every_speed_has_a_source_and_a_year() -> None:
    table = speed_table()
    assert table["source"].str.len().gt(5).all()
    assert table["year"].between(1990, 2030).all()


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (None, "roads: missing or empty geometry at b"),
        (LineString(), "roads: missing or empty geometry at b"),
        (LineString([(np.inf, 0), (0, 0)]), "roads: coordinates that are not finite at b"),
    ],
)
def test_roads_without_a_place_are_refused_and_none_is_burnt(second: LineString | None, said: str) -> None:
    land = grid(np.full((4, 4), 0.6), 100.0)
    first = LineString([(500_000, 3_000_000), (500_300, 2_999_900)])
    roads = gpd.GeoDataFrame({"class": "primary"}, geometry=[first, second], index=["a", "b"], crs=UTM)
    with pytest.raises(InputError, match=said):
        burn_roads(land, roads)


def test_a_misspelt_column_of_classes_is_answered_with_the_nearest() -> None:
    roads = gpd.GeoDataFrame({"class": ["primary"]}, geometry=[LineString([(0, 0), (1, 1)])], crs=UTM)
    with pytest.raises(InputError, match="no column clas; did you mean 'class'"):
        burn_roads(grid(np.full((4, 4), 0.6), 100.0), roads, class_column="clas")


def test_speeds_by_land_cover_are_those_published() -> None:
    """Weiss et al. (2018), supplementary table, on foot in km/h; water is a barrier by our own judgement."""
    assert {name: row.speed_kmh for name, row in COVER_SPEEDS.items()} == {
        "evergreen_needleleaf": 3.24, "evergreen_broadleaf": 1.62, "deciduous_broadleaf": 4.0,
        "mixed_forest": 3.24, "shrub": 3.0, "grass": 4.2, "wetland": 2.0, "bare": 4.86, "crop": 2.5,
        "urban": 5.0, "snow": 1.62, "water": None,
    }  # fmt: skip
    assert {row.year for name, row in COVER_SPEEDS.items() if name != "water"} == {2018}
    assert COVER_SPEEDS["water"].year == 2024


def test_codes_without_a_name_and_names_without_a_speed_are_told_together() -> None:
    cover = grid(np.array([[1.0, 2.0, 3.0, np.nan]]), 100.0)
    with pytest.raises(
        InputError, match=r"codes without a name in the legend at 3\.0; and no speed for at moon;"
    ):
        cover_friction(cover, {1: "crop", 2: "moon", 9: "sun"})
    for speed in (0.0, -1.0, np.inf, True):
        with pytest.raises(InputError, match="speed is not a number > 0 at moon"):
            cover_friction(cover, {1: "crop", 2: "moon", 3: "crop"}, speeds_kmh={"moon": speed})
    with pytest.raises(InputError, match="every cell is nodata"):
        cover_friction(grid(np.full((1, 2), np.nan)), {1: "crop"})
    made = cover_friction(cover, {1: "crop", 2: "moon", 3: "rock"}, speeds_kmh={"moon": 6, "rock": None})
    assert made.values[0, :2] == pytest.approx([0.024, 0.01]) and np.isnan(made.values[0, 2:]).all()
    assert made.values.dtype == np.float32


def test_roads_of_unknown_or_no_class_are_named() -> None:
    land = grid(np.full((4, 4), 0.6), 100.0)
    line = LineString([(500_000, 3_000_000), (500_300, 2_999_900)])
    for kinds, said in (
        (["primary", None], "no class at b"),
        (["primary", "dirt"], "unknown class dirt at b"),
    ):
        roads = gpd.GeoDataFrame({"class": kinds}, geometry=[line, line], index=["a", "b"], crs=UTM)
        with pytest.raises(InputError, match=said):
            burn_roads(land, roads)
    with pytest.raises(InputError, match="minutes per metre are needed, not int"):
        burn_roads(grid(np.ones((4, 4), np.int64)), roads)
    one = gpd.GeoDataFrame({"class": ["expressway"]}, geometry=[line], crs=UTM)
    burnt, carries = burn_roads(land, one)
    assert not carries.values.any() and (burnt.values == land.values).all(), "no motorway from every field"
