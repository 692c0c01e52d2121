"""Polygon layers brought to one metric CRS, with what is wrong in them listed and repaired."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS
from shapely import affinity
from shapely.geometry import Point, Polygon, box

from urbgeo.errors import InputError
from urbgeo.land.layers import FAULT_COLUMNS, repair_layer, subdivided, to_metric

UTM = 32649


X, Y = 500_000, 3_000_000


def frame(*shapes: object, ids: list[str] | None = None, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), index=ids, crs=UTM)


def rect(left: float, low: float, width: float, height: float) -> Polygon:
    return box(X + left, Y + low, X + left + width, Y + low + height)


def test_a_polygon_that_is_a_line_is_dropped_and_listed() -> None:
    flat = Polygon([(X, Y), (X + 100, Y), (X + 50, Y)])
    repaired, faults = repair_layer(frame(flat, rect(0, 0, 9, 9), ids=["flat", "ok"]))
    assert list(repaired.index) == ["ok"]
    assert faults.set_index("id").loc["flat", "remedy"] == "dropped: no area is left"


def test_every_fault_names_its_row_its_twin_and_the_land_concerned() -> None:
    """A square, itself drawn the other way round, one over its corner, one beside it, and a missing one."""
    again = Polygon(list(rect(0, 0, 10, 10).exterior.coords)[::-1])
    layer = frame(
        rect(0, 0, 10, 10), again, rect(8, 8, 10, 10), rect(10, 0, 5, 8), None,
        ids=["a", "twin", "corner", "beside", "none"],
    )  # fmt: skip
    repaired, faults = repair_layer(layer, name="zones")
    assert repaired.index.tolist() == ["a", "corner", "beside"]
    assert faults["layer"].unique().tolist() == ["zones"]
    assert faults.drop(columns="layer").fillna({"other": ""}).to_numpy().tolist() == [
        ["none", "empty", "", 0.0, "dropped"],
        ["twin", "duplicate", "a", 100.0, "dropped"],
        ["a", "overlaps", "corner", 4.0, "decide which of the two is right"],
    ]
    single, none = repair_layer(layer.loc[["a"]])
    assert none.empty and list(none.columns) == FAULT_COLUMNS and len(single) == 1


def test_what_is_no_layer_of_polygons_is_refused() -> None:
    mixed = frame(rect(0, 0, 1, 1), Point(X, Y), ids=["a", "p"])
    layer: Any
    for layer, message in (
        (mixed, "zones: no polygons at p; keep one kind of geometry"),
        (mixed.set_axis(["a", "a"]), "zones: repeated ids at a"),
        (mixed.set_crs(None, allow_override=True), "zones: it has no CRS"),
        (None, "zones: a GeoDataFrame is needed"),
    ):
        with pytest.raises(InputError, match=message):
            repair_layer(layer, name="zones")


def test_a_layer_is_moved_to_the_crs_of_the_audit_only_where_it_has_another() -> None:
    layer = frame(rect(0, 0, 10, 10))
    assert to_metric(layer, CRS(UTM)) is layer
    moved = to_metric(layer.to_crs(4326), CRS(UTM))
    assert moved.crs == UTM and moved.geometry.iloc[0].equals_exact(layer.geometry.iloc[0], 1e-3)


@pytest.mark.parametrize("turned", [False, True])
def test_a_shape_is_cut_across_its_longer_side_into_pieces_of_few_corners(turned: bool) -> None:
    wide = Point(0, 0).buffer(1, quad_segs=16)
    wide = affinity.scale(wide, *((1, 4) if turned else (4, 1)))
    pieces, owner = subdivided(np.array([box(9, 9, 10, 10), wide], dtype=object), vertices=40)
    assert owner.tolist().count(0) == 1 and (shapely.get_num_coordinates(pieces) <= 40).all()
    own = pieces[owner == 1]
    assert len(own) == 2 and shapely.area(own).sum() == pytest.approx(wide.area)
    lengths = [one.bounds[2] - one.bounds[0] for one in own], [one.bounds[3] - one.bounds[1] for one in own]
    assert [max(one) for one in lengths] == pytest.approx([2, 4] if turned else [4, 2])
    whole, _ = subdivided(np.array([wide], dtype=object), vertices=65)
    assert len(whole) == 1, "as many corners as are allowed"
