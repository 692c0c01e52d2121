"""How a city grew between two dates, and how dense its roads are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Polygon, box

from urbgeo.errors import InputError
from urbgeo.land.expansion import expansion_types, land_per_growth, road_density

UTM = 32649


def frame(*shapes: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=UTM)


def square(side: float, x: float = 500_000, y: float = 3_000_000) -> Polygon:
    return box(x, y, x + side, y + side)


def test_expansion_types_are_told_apart() -> None:
    old = frame(square(1000.0).difference(square(100.0, 500_400, 3_000_400)))
    new = frame(square(100.0, 500_400, 3_000_400), square(100.0, 501_000, 3_000_400), square(100.0, 505_000))
    found = expansion_types(old, new)
    assert found["kind"].tolist() == ["infill", "edge", "leapfrog"]
    assert found["lei"].iloc[0] == pytest.approx(100.0)
    assert found["lei"].iloc[1] == pytest.approx(25.0, abs=0.5)
    doubled = expansion_types(frame(*old.geometry, *old.geometry), new)
    np.testing.assert_allclose(doubled["lei"], found["lei"])


def test_land_consumed_per_growth_is_the_sdg_ratio() -> None:
    found = land_per_growth(
        built_start_km2=100, built_end_km2=150, people_start=1e6, people_end=1.2e6, years=10
    )
    assert found["ratio"] == pytest.approx((0.5 / 10) / (np.log(1.2) / 10))
    with pytest.raises(InputError, match="people_end"):
        land_per_growth(built_start_km2=1, built_end_km2=1, people_start=1, people_end=0, years=1)


def test_a_dual_carriageway_counts_once() -> None:
    built = frame(square(1000.0))
    y = 3_000_500
    east, west = LineString([(499_000, y), (502_000, y)]), LineString([(502_000, y + 20), (499_000, y + 20)])
    street = LineString([(500_500, y - 1000), (500_500, y + 1000)])
    every = {"oneway": [True, True, False], "class": "primary"}
    roads = frame(east, west, street, **every)
    found = road_density(roads, built)
    assert found["km_per_km2"] == pytest.approx(2.0, abs=0.01)
    assert found["drawn_km"] == pytest.approx(3.0, abs=0.01)
    same_way = road_density(frame(east, west.reverse(), street, **every), built)
    assert same_way["km_per_km2"] == pytest.approx(3.0, abs=0.01), "two parallel one-way streets are two"
    apart = road_density(roads, built, dual_gap_m=10)
    assert apart["km_per_km2"] == pytest.approx(3.0, abs=0.01)
    with pytest.raises(InputError, match=r"roads: oneway says 'perhaps' at 1; as drawn is f"):
        road_density(roads.assign(oneway=["yes", "perhaps", "no"]), built)
    words = road_density(roads.assign(oneway=["F", "F", "B"]), built)
    assert words["km_per_km2"] == pytest.approx(2.0, abs=0.01)
    unknown = road_density(roads.assign(oneway=[True, None, None]), built)
    assert unknown["km_per_km2"] == pytest.approx(3.0, abs=0.01), "a missing oneway is two ways"
    foot = roads.assign(**{"class": ["primary", "primary", "footway"]})
    assert road_density(foot, built)["drawn_km"] == pytest.approx(2.0, rel=1e-3)
    slanted = roads.geometry.copy()
    slanted[1] = LineString([(502_000, y + 20), (499_000, y + 20 + 3000 * np.tan(np.radians(25)))])
    assert road_density(roads.set_geometry(slanted), built)["dual_share"] == 0.0
    with pytest.raises(InputError, match="no column oneway;"):
        road_density(roads.drop(columns="oneway"), built)


def test_roads_are_cut_by_the_active_geometry_and_misspelt_columns_are_refused() -> None:
    built = frame(square(1000.0))
    y = 3_000_500
    long = LineString([(499_000, y), (502_000, y)])
    roads = frame(long, **{"class": ["primary"], "oneway": [False]})
    renamed = roads.rename_geometry("geom")
    assert road_density(renamed, built)["km_per_km2"] == pytest.approx(1.0, abs=1e-3)
    assert road_density(renamed, built)["drawn_km"] == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(InputError, match="no column clas;"):
        road_density(roads, built, class_column="clas")
    for shape, what in ((None, "missing or empty"), (LineString(), "missing or empty")):
        with pytest.raises(InputError, match=f"{what}.* at 0"):
            road_density(roads.set_geometry([shape], crs=UTM), built)
    hairpin = LineString([(500_000, y), (500_900, y), (500_900, y + 20), (500_000, y + 20)])
    bent = frame(hairpin, **{"class": ["primary"], "oneway": [True]})
    assert road_density(bent, built)["dual_share"] == 0.0, "a line that turns back is no dual carriageway"
