"""Minutes between places as a wide table, whatever they come from; a zone lies in itself."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import along, points
from urbgeo.access.reading import read_minutes
from urbgeo.cities.between import minutes_between, minutes_to_cores
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.minutes import minutes_table

ROAD = along(0, 10, 30)
PLACES = points([(0, 0), (30, 0)], ["a", "b"])
CALL = "f(travel, places)"
SQUARE = pd.DataFrame([[0.0, 30.0], [31.0, 0.0]], index=["a", "b"], columns=["a", "b"])
LONG = pd.DataFrame({"from": ["a", "b"], "to": ["b", "a"], "minutes": [30.0, 31.0]})


def named_sides(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename_axis(index="origin", columns="destination")


def test_a_network_a_square_and_a_long_table_give_one_table() -> None:
    by_road, far, _ = minutes_between(ROAD, PLACES, CALL)
    pd.testing.assert_frame_equal(by_road, minutes_table(ROAD, PLACES, PLACES), check_names=False)
    assert far == "too far"
    wide, far, _ = minutes_between(SQUARE, None, CALL)
    assert wide.loc["b", "a"] == 31.0 and far == "not asked"
    read, far, _ = minutes_between(read_minutes(named_sides(SQUARE)), None, CALL)
    assert read.to_numpy().tolist() == [[0, 30], [31, 0]] and read.index.tolist() == ["a", "b"]
    long, _, _ = minutes_between(LONG, None, CALL)
    assert (long.loc["a", "b"], long.loc["b", "a"]) == (30.0, 31.0)


def test_a_pair_that_a_square_table_lacks_is_no_path_and_is_said() -> None:
    with pytest.warns(UrbgeoWarning, match="1 pairs are missing.*b -> a"):
        found, _, _ = minutes_between(SQUARE.replace(31.0, np.nan), None, CALL)
    assert found.loc["b", "a"] == np.inf


def test_a_table_that_is_not_square_and_a_network_without_places_are_refused() -> None:
    with pytest.raises(InputError, match="c stand on one side only"):
        minutes_between(SQUARE.rename(columns={"b": "c"}), None, CALL)
    with pytest.raises(InputError, match="b, c stand on one side only"):
        minutes_between(read_minutes(named_sides(SQUARE.rename(columns={"b": "c"}))), None, CALL)
    with pytest.raises(InputError, match=r"the call is f\(travel, places\)"):
        minutes_between(ROAD, None, CALL)


@pytest.mark.parametrize("diagonal", [np.nan, 0.0, 7.0])
def test_a_zone_without_minutes_to_itself_lies_in_itself(diagonal: float) -> None:
    table = SQUARE.mask(np.eye(2, dtype=bool), diagonal)
    ends = pd.Index(["a", "b"]), pd.Index(["b"])
    found, _ = minutes_to_cores(table, pd.DataFrame(index=ends[0]), None, ends)
    assert found["b"].tolist() == [30.0, 0.0 if np.isnan(diagonal) else diagonal]


def test_seats_stand_for_zones_and_those_without_one_are_named() -> None:
    zones = pd.DataFrame(index=["a", "b", "c"])
    ends = pd.Index(["a"]), pd.Index(["b"])
    assert minutes_to_cores(ROAD, zones.drop("c"), PLACES, ends)[0].loc["a", "b"] == 30.0
    with pytest.raises(InputError, match="none for the zones c; add them"):
        minutes_to_cores(ROAD, zones, PLACES, ends)
    with pytest.raises(InputError, match="or give seats"):
        minutes_to_cores(ROAD, zones, None, ends)


def test_seats_in_the_polygon_of_another_zone_are_told_and_crossed_polygons_refused() -> None:
    ends = pd.Index(["a"]), pd.Index(["b"])
    around = PLACES.loc[["a", "b"]].to_crs(PLACES.estimate_utm_crs()).buffer(10.0).to_crs(PLACES.crs)
    zones = gpd.GeoDataFrame(geometry=around.to_numpy(), index=["b", "a"], crs=PLACES.crs)
    with pytest.warns(UrbgeoWarning, match="seats: 2 of 2 lie in the polygon of another zone: b, a"):
        minutes_to_cores(ROAD, zones, PLACES, ends)
    crossed = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(InputError, match="zones: invalid polygons at a"):
        minutes_to_cores(ROAD, zones.set_geometry([zones.geometry["b"], crossed]), PLACES, ends)
