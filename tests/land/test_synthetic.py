"""A synthetic landscape for teaching and tests: everything in it is made up, and says so."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
from scipy import ndimage

from urbgeo.errors import InputError
from urbgeo.land.synthetic import LABEL, Landscape, _noise, synthetic_landscape
from urbgeo.land.terrain import terrain


def test_everything_synthetic_says_so(landscape: Landscape) -> None:
    grids = [landscape.elevation, landscape.cover, landscape.people, *landscape.built.values()]
    assert all(LABEL in one.source for one in grids)
    frames = [landscape.roads, landscape.motorways, landscape.farmland, landscape.redline, landscape.hazards]
    assert all(frame["source"].str.contains(LABEL).all() and len(frame) for frame in frames)
    assert landscape.provenance.shares["synthetic"] == 1.0
    again = synthetic_landscape(seed=7, cells=120)
    np.testing.assert_array_equal(again.elevation.values, landscape.elevation.values)
    assert again.farmland.geom_equals(landscape.farmland).all()
    other = synthetic_landscape(seed=8, cells=120)
    assert not np.array_equal(other.elevation.values, landscape.elevation.values)


def test_the_grid_lies_where_it_says_and_the_towns_in_it(landscape: Landscape) -> None:
    frame = landscape.elevation
    assert frame.shape == (120, 120) and frame.crs.to_epsg() == 4547
    assert tuple(frame.transform)[:6] == (100.0, 0.0, 500_000.0, 0.0, -100.0, 3_100_000.0)
    at = {name: (one.x, one.y) for name, one in landscape.centres.geometry.items()}
    assert at == {
        "city": (505_400.0, 3_094_720.0), "east town": (509_000.0, 3_091_000.0),
        "north town": (510_200.0, 3_095_800.0),
    }  # fmt: skip
    for low in (59, 60):
        with nullcontext() if low == 60 else pytest.raises(InputError, match="cells: 59"):
            assert synthetic_landscape(seed=1, cells=low, cell_m=50.0).elevation.cell_m == (50.0, 50.0)


def test_built_land_grows_round_the_towns_on_land_by_the_shares_of_each_year(landscape: Landscape) -> None:
    built = {year: one.values for year, one in landscape.built.items()}
    assert list(built) == [2010, 2015, 2020]
    for year, share in zip(built, (0.05, 0.068, 0.09), strict=True):
        assert abs(built[year].sum() - share * 120 * 120) <= 1
    assert not (built[2010] & ~built[2015]).any() and not (built[2015] & ~built[2020]).any()
    cover, slope = landscape.cover.values, terrain(landscape.elevation)["slope_deg"].values
    assert not (built[2020] & (cover == 1)).any() and (built[2020] == (cover == 2)).all()
    rows, columns = np.nonzero(built[2020])
    x, y = landscape.elevation.transform @ np.array([columns + 0.5, rows + 0.5])
    away = [np.hypot(x - one.x, y - one.y) for one in landscape.centres.geometry]
    nearest = np.argmin(away, axis=0)
    assert np.min(away, axis=0).max() < 2500
    assert (nearest == 0).sum() > 2 * (nearest == 1).sum(), "the city is the largest"
    assert (slope[cover == 3] < 6).all() and (slope[cover == 5] >= 6).all() and (slope[cover == 5] <= 9).all()
    assert (np.isin(cover[slope > 9], [1, 2, 4])).all()


def test_the_river_is_a_ribbon_below_the_land_and_hills_stand_off_the_towns(landscape: Landscape) -> None:
    height, cover = landscape.elevation.values, landscape.cover.values
    water = cover == 1
    assert (height[water] == 28.0).all() and (height[~water] >= 30.0).all()
    # 0.024 of the height of the grid, in every column
    assert water.mean() == pytest.approx(0.024, abs=0.002) and water.any(axis=0).all()
    assert height.max() > 300 and height[landscape.built[2010].values].mean() < 60


def test_people_live_on_built_land_at_about_the_density_said(landscape: Landscape) -> None:
    people, built = landscape.people.values, landscape.built[2020].values
    assert ((people > 0) == built).all()
    # of 60 a cell four to fourteen tenths from rim to middle, and three tenths of chance
    assert people[built].min() >= 60 * 0.4 * 0.7 and people.max() <= 60 * 1.4 * 1.3
    deep = ndimage.distance_transform_edt(built)
    assert people[deep > 0.8 * deep.max()].mean() == pytest.approx(60 * 1.3, rel=0.1)
    assert people[built & (deep == 1)].mean() == pytest.approx(60 * (0.4 + 1 / deep.max()), rel=0.05)


def test_roads_meet_in_the_towns_and_the_motorway_passes_by(landscape: Landscape) -> None:
    roads, towns = landscape.roads, landscape.centres.geometry
    assert roads["class"].tolist() == ["primary"] * 4 + ["secondary"] * 2 + ["urban"] * 3
    ends = [(roads.geometry.iloc[at].coords[0], roads.geometry.iloc[at].coords[-1]) for at in (0, 1, 4)]
    city, east, north = ((one.x, one.y) for one in towns)
    assert ends == [(city, east), (city, north), (east, north)]
    (motorway,) = landscape.motorways.geometry
    west, right = motorway.coords[0][0], motorway.coords[-1][0]
    assert (west, right) == (500_000.0, 512_000.0) and motorway.distance(towns["city"]) == pytest.approx(
        1283.7, abs=0.1
    )
    assert landscape.interchanges.distance(motorway).max() < 30


def test_farmland_is_cut_into_parcels_and_areas_have_a_least_size(landscape: Landscape) -> None:
    farm = landscape.farmland
    assert farm.index[0] == "F00000" and farm.index.is_unique and farm["grade"].between(5, 12).all()
    assert set(farm["grade"]) == set(range(5, 13))
    assert farm.area.max() <= 16 * 10_000 and (farm.total_bounds[2:] <= (512_000, 3_100_000)).all()
    bounds = farm.bounds.to_numpy()
    assert (bounds[:, 2:] - bounds[:, :2] <= 400.001).all()
    block = np.floor((bounds[:, :2] - (500_000, 3_100_000)) / 400 + 1e-9).astype(int)
    cells = farm.area.groupby([block[:, 0], block[:, 1]]).sum() / 10_000
    assert cells.min() >= 5.999, "six cells of sixteen at least"
    assert landscape.redline.area.min() >= 40 * 10_000 and landscape.hazards.area.min() >= 6 * 10_000
    middles = landscape.farmland.representative_point()
    rows = ((3_100_000 - middles.y) // 100).astype(int)
    columns = ((middles.x - 500_000) // 100).astype(int)
    assert (landscape.cover.values[rows, columns] == 3).all()


def test_noise_has_mean_nought_and_deviation_one_and_is_the_smoother_the_steeper_its_spectrum() -> None:
    steps = []
    for power in (1.0, 2.0):
        field = _noise(np.random.default_rng(3), 80, power)
        assert field.mean() == pytest.approx(0.0, abs=1e-9) and field.std() == pytest.approx(1.0)
        steps.append(np.abs(np.diff(field, axis=0)).mean())
    assert steps[1] < 0.6 * steps[0]


def test_the_landscape_of_a_seed_is_the_same_from_release_to_release(landscape: Landscape) -> None:
    """Nothing makes these figures right: lessons that quote them should stay so."""
    height = landscape.elevation.values
    assert [round(float(height[at])) for at in ((0, 0), (60, 60), (119, 119), (10, 100))] == [
        106,
        30,
        70,
        123,
    ]
    assert (round(float(height.mean()), 1), round(float(height.max()))) == (97.9, 488)
    cover = np.bincount(landscape.cover.values.astype(int).ravel())[1:]
    assert cover.tolist() == [346, 1295, 6924, 4984, 851]
    assert (len(landscape.farmland), len(landscape.redline), len(landscape.hazards)) == (310, 3, 19)
    assert landscape.redline.area.sum() == pytest.approx(
        24.28e6
    ) and landscape.hazards.area.sum() == pytest.approx(6.42e6)
    assert round(float(landscape.people.values.sum())) == 58_845
