"""Commuting flows between zones: checked once, held as a matrix of homes by workplaces."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.cities.flows import borders, read_flows
from urbgeo.errors import InputError


def test_neighbours_share_a_border_not_a_corner() -> None:
    boxes = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)],
        index=list("abc"), crs=32631,
    )  # fmt: skip
    boxes.geometry = boxes.geometry.affine_transform([1000, 0, 0, 1000, 500_000, 5_600_000])
    table = borders(boxes)
    pairs = {(row.zone, row.neighbour) for row in table.dropna().itertuples()}
    assert pairs == {("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")}
    assert table.loc[table["neighbour"].isna(), "zone"].tolist() == ["a", "b", "c"], "the rim"
    assert table["border_km"].tolist() == pytest.approx([1, 1, 1, 1, 3, 2, 3], rel=1e-3)


def test_borders_that_share_no_corners_are_borders_in_degrees_too() -> None:
    """West of two small zones lies a large one; their common corner lies on its side, where it has none."""
    boxes = [shapely.box(4, 50, 5, 51), shapely.box(5, 50, 6, 50.4), shapely.box(5, 50.4, 6, 51)]
    table = borders(gpd.GeoDataFrame(geometry=boxes, index=list("abc"), crs=4326)).dropna()
    assert len(table) == 6
    east = table[(table["zone"] == "a")].set_index("neighbour")["border_km"]
    assert east.tolist() == pytest.approx([44.5, 66.8], rel=0.01), "0.4 and 0.6 degrees of a meridian"


def test_slivers_between_borders_are_no_rim() -> None:
    """Nine squares, the middle one with a corner of thirty centimetres cut off."""
    boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(3) for y in range(3)]
    boxes[4] = shapely.Polygon([(1.0003, 1), (2, 1), (2, 2), (1, 2), (1, 1.0003)])
    zones = gpd.GeoDataFrame(geometry=boxes, crs=32631)
    zones.geometry = zones.geometry.affine_transform([1000, 0, 0, 1000, 500_000, 5_600_000])
    table = borders(zones)
    assert set(table.loc[table["neighbour"].isna(), "zone"]) == set(range(9)) - {4}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"home": ["a", "q"]}, "home not among the zones at q"),
        ({"workers": [1, -2]}, "negative"),
        ({"home": ["a", "a"], "work": ["b", "b"]}, "pairs given twice at a->b"),
        ({"workers": [1, np.nan]}, "missing"),
    ],
)
def test_faulty_flows_are_refused(change: dict[str, list[object]], message: str) -> None:
    table = pd.DataFrame({"home": ["a", "b"], "work": ["b", "a"], "workers": [1.0, 2.0]} | change)
    with pytest.raises(InputError, match=message):
        read_flows(table, list("abc"))


@pytest.mark.parametrize(("north", "km"), [(20.0, 110.711), (28.0, 110.828), (52.0, 111.277)])
def test_borders_are_as_long_as_on_the_ground(north: float, km: float) -> None:
    """A degree of a meridian, by the series for its arc; an equal-area plane is off by up to 2 %."""
    boxes = [shapely.box(x, north, x + 1, north + 1) for x in (112, 113)]
    table = borders(gpd.GeoDataFrame(geometry=boxes, index=["a", "b"], crs=4326)).dropna()
    assert table["border_km"].tolist() == pytest.approx([km, km], rel=2e-5)
