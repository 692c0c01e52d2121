"""Land reached by public transport: where minutes, linear between grid points, equal the limit."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import EAST, NORTH, UTM, points
from urbgeo.access.transit_land import MOST_POINTS, POINTS, _grid, transit_discs
from urbgeo.errors import InputError

Minutes = Callable[[np.ndarray, np.ndarray], np.ndarray]


def transit(minutes: Minutes, *, margin_km: float = 0.5) -> Any:
    """Minutes by the kilometres to the east and to the north of a trip, over streets of 10 by 10 km."""

    def table(origins: gpd.GeoDataFrame, destinations: gpd.GeoDataFrame) -> pd.DataFrame:
        east, north = (
            (
                getattr(destinations.geometry, axis).to_numpy()
                - getattr(origins.geometry, axis).to_numpy()[:, None]
            )
            / 1000.0
            for axis in ("x", "y")
        )
        return pd.DataFrame(minutes(east, north), origins.index, destinations.index)

    nodes = points([(0, 0), (10, 10)])
    walking = SimpleNamespace(nodes=nodes, crs=nodes.crs, snapping=SimpleNamespace(max_snap_km=margin_km))
    return SimpleNamespace(walking=walking, minutes_table=table)


def centre(land: shapely.Geometry) -> tuple[float, float]:
    middle = land.centroid
    return round((middle.x - EAST) / 1000.0, 1), round((middle.y - NORTH) / 1000.0, 1)


MIDDLE = points([(5, 5)])


def test_even_minutes_give_discs_of_their_radius() -> None:
    even = transit(lambda east, north: 12.0 * np.hypot(east, north))
    ((small, large),) = transit_discs(even, MIDDLE, [12.0, 36.0], None, "from")
    assert small.area == pytest.approx(np.pi * 1e6, rel=0.02) and large.area == pytest.approx(
        9e6 * np.pi, rel=0.01
    )
    assert large.covers(small) and centre(large) == (5.0, 5.0)
    rim = shapely.get_coordinates(large.boundary) - (EAST + 5000.0, NORTH + 5000.0)
    assert np.abs(np.hypot(*rim.T) - 3000.0).max() < 10.0


def test_land_from_and_to_an_origin_lies_on_its_two_sides() -> None:
    """Eastwards a kilometre takes 6 minutes, westwards 18: the land from it lies east, to it west."""

    def uneven(east: np.ndarray, north: np.ndarray) -> np.ndarray:
        return np.where(east > 0, 6.0 * east, -18.0 * east) + 12.0 * np.abs(north)

    ((there,),) = transit_discs(transit(uneven), MIDDLE, [18.0], None, "from")
    ((back,),) = transit_discs(transit(uneven), MIDDLE, [18.0], None, "to")
    assert there.bounds == pytest.approx((EAST + 4e3, NORTH + 3.5e3, EAST + 8e3, NORTH + 6.5e3), abs=30.0)
    assert back.bounds == pytest.approx((EAST + 2e3, NORTH + 3.5e3, EAST + 6e3, NORTH + 6.5e3), abs=30.0)


def test_each_origin_has_its_own_land_in_order() -> None:
    even = transit(lambda east, north: 12.0 * np.hypot(east, north))
    lands = transit_discs(even, points([(2, 2), (8, 7)]), [12.0], None, "from")
    assert [centre(one) for (one,) in lands] == [(2.0, 2.0), (8.0, 7.0)]


@pytest.mark.parametrize("nowhere", [np.nan, np.inf])
def test_where_nobody_gets_is_no_land_but_half_a_cell(nowhere: float) -> None:
    """West of the origin's own half no point is attached, or none has a path."""

    def half(east: np.ndarray, north: np.ndarray) -> np.ndarray:
        return np.where(east < 0.0, nowhere, 12.0 * np.hypot(east, north))

    ((land,),) = transit_discs(transit(half), MIDDLE, [24.0], 0.1, "from")
    west, _, east, _ = land.bounds
    assert EAST + 5e3 - 101.0 < west <= EAST + 5e3 and east == pytest.approx(EAST + 7e3, abs=5.0)


def test_land_that_nobody_reaches_is_empty() -> None:
    ((land,),) = transit_discs(
        transit(lambda east, _: np.full(east.shape, np.inf)), MIDDLE, [60.0], 1.0, "from"
    )
    assert land.is_empty


def test_the_grid_holds_the_streets_with_their_margin_in_about_as_many_points_as_said() -> None:
    x, y = _grid(transit(lambda east, _: east), None)
    assert (x[0], y[0]) == (EAST - 500.0, NORTH - 500.0)
    assert x[-1] >= EAST + 10_500.0 - 1e-6 and y[-1] >= NORTH + 10_500.0 - 1e-6
    assert POINTS <= len(x) * len(y) < 1.05 * POINTS
    assert np.allclose(np.diff(x), np.diff(y)[0])
    spaced, _ = _grid(transit(lambda east, _: east), 0.25)
    assert np.allclose(np.diff(spaced), 250.0)


def test_a_grid_of_too_many_points_is_refused_with_what_to_do() -> None:
    finest = 11.0 / np.sqrt(MOST_POINTS)
    _grid(transit(lambda east, _: east), finest * 1.0001)
    with pytest.raises(
        InputError, match=f"more than {MOST_POINTS} points over its network; use a coarser one"
    ):
        _grid(transit(lambda east, _: east), finest * 0.9999)
    assert str(UTM) in str(MIDDLE.crs)
