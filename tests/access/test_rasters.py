"""People of a raster are summed by exact fractions of cells: nobody lost, nobody counted twice."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin

from tests.conftest import shared_data
from urbgeo.access.rasters import coverage_of_people, people_in
from urbgeo.errors import InputError, MissingExtraError, SourceError, UrbgeoWarning
from urbgeo.rasters.files import read_grid
from urbgeo.rasters.grid import Grid

CRS = 32649
RASTER = Grid(np.array([[1.0, 2.0], [4.0, 8.0]]), from_origin(0, 2, 1, 1), gpd.GeoSeries(crs=CRS).crs)


def frame(*shapes: shapely.Geometry, crs: object = CRS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(index=list("abcdefgh")[: len(shapes)], geometry=list(shapes), crs=crs)


def test_cells_count_by_the_fraction_inside() -> None:
    boxes = frame(shapely.box(0, 0, 2, 2), shapely.box(0.5, 0.5, 1.5, 1), shapely.box(5, 5, 6, 6))
    assert people_in(RASTER, boxes).tolist() == pytest.approx([15, (4 + 8) / 4, 0])
    triangle = shapely.Polygon([(0, 2), (1, 2), (0, 1)])
    assert people_in(RASTER, frame(triangle))["a"] == pytest.approx(0.5)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0.01, 1.99), min_size=4, max_size=4), st.integers(0, 99))
def test_sums_equal_shapely_cell_by_cell(corners: list[float], seed: int) -> None:
    (west, east), (south, north) = sorted(corners[:2]), sorted(corners[2:])
    if east - west < 0.01 or north - south < 0.01:
        return
    values = np.random.default_rng(seed).integers(0, 9, (2, 2)).astype(float) + 1
    raster = Grid(values, RASTER.transform, RASTER.crs)
    shape = shapely.Polygon([(west, south), (east, south), (east, north)])
    cells = [[shapely.box(c, 1 - r, c + 1, 2 - r) for c in range(2)] for r in range(2)]
    expected = sum(values[r, c] * shape.intersection(cells[r][c]).area for r in range(2) for c in range(2))
    assert people_in(raster, frame(shape))["a"] == pytest.approx(expected, rel=1e-5)


def test_coverage_counts_overlaps_once_and_reports_the_gap() -> None:
    covered = frame(shapely.box(0, 0, 1, 2), shapely.box(0, 0, 1.5, 1))
    zones = frame(shapely.box(0, 1, 2, 2), shapely.box(0, 0, 2, 1))
    found = coverage_of_people(RASTER, covered, zones=zones, target=0.8)
    assert found.table["covered"].tolist() == pytest.approx([1, 8])
    assert found.table["area_share"].tolist() == pytest.approx([0.5, 0.75])
    assert (found.covered, found.share, found.gap) == pytest.approx((9, 0.6, 0.2))
    assert found.provenance.shares["people outside all zones"] == pytest.approx(0, abs=1e-12)
    assert coverage_of_people(RASTER, covered).table.loc["all", "share"] == pytest.approx(0.6)


def test_communes_of_belgium_and_the_rest_hold_all_its_people() -> None:
    folder = shared_data() / "belgium"
    raster = read_grid(folder / "POP.tif")
    communes = gpd.read_file(folder / "communes.gpkg")
    communes = communes.set_geometry(communes.geometry.to_crs(raster.crs).make_valid())
    land = communes.geometry.union_all()
    rest = shapely.box(*raster.bounds).difference(land)
    parts = people_in(raster, frame(land, rest, crs=raster.crs))
    assert parts.sum() == pytest.approx(raster.total, rel=1e-6)
    near = frame(land.centroid.buffer(40_000), crs=raster.crs)
    found = coverage_of_people(raster, near, zones=communes)
    # The communes overlap by some parts in a million: people there are in two of them.
    assert found.table["people"].sum() == pytest.approx(parts["a"], rel=1e-5)
    assert found.table["covered"].sum() == pytest.approx(people_in(raster, near)["a"], rel=1e-3)
    assert (found.table["covered"] <= found.table["people"] * (1 + 1e-9)).all()
    # Zones that tile the raster hold its people to the last one, covered or not.
    middles = shapely.multipoints(shapely.get_coordinates(communes.centroid.to_numpy())[::10])
    tiles = shapely.get_parts(shapely.voronoi_polygons(middles, extend_to=shapely.box(*raster.bounds)))
    zones = gpd.GeoDataFrame(geometry=tiles, crs=raster.crs)
    tiled = coverage_of_people(raster, near, zones=zones)
    assert tiled.table["people"].sum() == pytest.approx(raster.total, rel=1e-9)
    assert tiled.table["covered"].sum() == pytest.approx(tiled.covered, rel=1e-9)
    assert tiled.provenance.shares["people outside all zones"] < 1e-9


@pytest.mark.parametrize("wrong", [-1.0, np.inf])
def test_faulty_people_are_refused_and_cells_without_data_hold_nobody(wrong: float) -> None:
    box = frame(shapely.box(0, 0, 2, 2))
    with pytest.raises(InputError, match="1 cells are negative or infinite"):
        people_in(RASTER.having(np.array([[wrong, 1.0], [1.0, 1.0]])), box)
    assert people_in(RASTER.having(np.array([[np.nan, 1.0], [1.0, 1.0]])), box)["a"] == pytest.approx(3.0)


def test_bad_input_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    box = frame(shapely.box(0, 0, 1, 1))
    with pytest.raises(InputError, match="no CRS"):
        people_in(RASTER, box.set_crs(None, allow_override=True))
    with pytest.raises(InputError, match="invalid polygons at a"):
        people_in(RASTER, frame(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])))
    bow = frame(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))
    with pytest.raises(InputError, match=r"^covered: .*invalid polygons at a"):
        coverage_of_people(RASTER, bow)
    with pytest.raises(InputError, match=r"^zones: .*invalid polygons at a"):
        coverage_of_people(RASTER, box, zones=bow)
    with pytest.raises(InputError, match="target"):
        coverage_of_people(RASTER, box, target=3)
    with pytest.raises(InputError, match="nobody"):
        coverage_of_people(Grid(np.zeros((2, 2)), RASTER.transform, RASTER.crs), box)
    with pytest.raises(InputError, match="no CRS"):
        Grid(RASTER.values, RASTER.transform, None)
    with pytest.raises(InputError, match="a Grid is needed"):
        people_in(box, RASTER)
    with pytest.raises(SourceError, match="cannot be read"):
        read_grid(tmp_path / "nothing.tif")
    monkeypatch.setitem(sys.modules, "exactextract", None)
    with pytest.raises(MissingExtraError, match=r"urbgeo\[raster\]"):
        people_in(RASTER, box)


def test_the_gap_is_none_without_a_target_or_above_it_and_people_outside_all_zones_are_told() -> None:
    covered = frame(shapely.box(0, 0, 1.5, 1))  # 4 + 8 / 2 of 15
    assert coverage_of_people(RASTER, covered).gap == 0.0
    assert coverage_of_people(RASTER, covered).target is None
    assert coverage_of_people(RASTER, covered, target=0.5).gap == 0.0
    found = coverage_of_people(RASTER, covered, zones=frame(shapely.box(0, 0, 1, 2)), target=0.6)
    assert repr(found).splitlines()[0].endswith(" 8 of 15 people (53.3%)>")
    row = {"people": 15, "covered": 8, "share": 8 / 15, "target": 0.6, "gap": 0.6 - 8 / 15}
    assert found.summary.loc["all"].to_dict() == pytest.approx(row)
    assert found.table.loc["a"].drop("geometry").to_dict() == pytest.approx(
        {"people": 5, "covered": 4, "share": 0.8, "area_share": 0.5}
    )
    assert found.provenance.shares["people outside all zones"] == pytest.approx(10 / 15)
    assert found.provenance.parameters["target"] == 0.6


def test_a_zone_where_nobody_lives_has_no_share() -> None:
    empty = RASTER.having(np.array([[0.0, 2.0], [0.0, 8.0]]))
    found = coverage_of_people(empty, frame(shapely.box(0, 0, 2, 2)), zones=frame(shapely.box(0, 0, 1, 2)))
    assert np.isnan(found.table.loc["a", "share"]) and found.table.loc["a", "covered"] == 0


def test_sources_of_the_raster_come_along() -> None:
    box = frame(shapely.box(0, 0, 1, 1))
    assert people_in(RASTER, box).attrs["provenance"].sources == ()
    named = Grid(RASTER.values, RASTER.transform, RASTER.crs, source="a census")
    assert people_in(named, box).attrs["provenance"].sources == ("a census",)


def test_polygons_that_reach_beyond_the_raster_are_told() -> None:
    boxes = frame(
        shapely.box(0, 0, 2, 2), shapely.box(1, 0, 9, 1), shapely.box(-9, 1, 1, 2), shapely.box(0, 0, 3, 3)
    )
    with pytest.warns(UrbgeoWarning, match=r"2 of 4 polygons reach beyond the raster, .* counted: b, c"):
        assert people_in(RASTER, boxes).tolist() == pytest.approx([15, 8, 1, 15])
