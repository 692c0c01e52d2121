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


@pytest.mark.parametrize(("more", "kind"), [(1.0, "infill"), (-1.0, "edge")])
def test_from_half_of_the_belt_on_a_patch_is_infill(more: float, kind: str) -> None:
    """The old city ends a metre behind the middle of the new patch, or a metre before it."""
    patch = square(100.0)
    old = box(499_000, 2_999_000, 500_050 + more, 3_001_000).difference(patch)
    found = expansion_types(frame(old), frame(patch), buffer_m=50.0)
    assert found["kind"].item() == kind and found["lei"].item() == pytest.approx(50.0, abs=1.0)
    assert found["area_km2"].item() == pytest.approx(0.01, rel=2e-3)


def test_growth_rates_and_land_a_head_are_what_they_say() -> None:
    found = land_per_growth(
        built_start_km2=100, built_end_km2=150, people_start=1e6, people_end=2e6, years=10
    )
    assert found["land_rate"] == pytest.approx(0.05) and found["people_rate"] == pytest.approx(np.log(2) / 10)
    assert found[["per_person_start_m2", "per_person_end_m2"]].tolist() == [100.0, 75.0]
    still = land_per_growth(built_start_km2=1, built_end_km2=2, people_start=5, people_end=5, years=1)
    assert np.isnan(still["ratio"]) and still["land_rate"] == 1.0
    names = "built_start_km2, people_end: give finite numbers > 0"
    with pytest.raises(InputError, match=names):
        land_per_growth(built_start_km2=0, built_end_km2=1, people_start=1, people_end=np.inf, years=1)


def test_road_density_tells_its_parts() -> None:
    y = 3_000_500
    east, west = LineString([(499_000, y), (502_000, y)]), LineString([(502_000, y + 20), (499_000, y + 20)])
    street = LineString([(500_500, y - 1000), (500_500, y + 1000)])
    roads = frame(east, west, street, oneway=[True, True, False])
    twice = frame(square(1000.0), square(1000.0), square(1000.0, 501_000, 3_000_000))
    found = road_density(roads, twice, class_column=None)
    assert found["built_km2"] == pytest.approx(2.0, rel=2e-3), "built land that overlaps counts once"
    assert found["drawn_km"] == pytest.approx(5.0, rel=2e-3) and found["length_km"] == pytest.approx(
        3.0, rel=2e-3
    )
    assert found["dual_share"] == pytest.approx(0.8, rel=2e-3)
    assert found["km_per_km2"] == pytest.approx(1.5, rel=2e-3)
    none = road_density(roads, twice, class_column=None, oneway_column=None)
    assert none["length_km"] == none["drawn_km"] and none["dual_share"] == 0.0
    away = road_density(roads, frame(square(100.0, 600_000)), class_column=None)
    assert away["drawn_km"] == away["dual_share"] == away["km_per_km2"] == 0.0
