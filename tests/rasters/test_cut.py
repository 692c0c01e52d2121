"""Rasters cut to a region lose nobody and keep no data as no data, whoever reads them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin

from tests.conftest import shared_data
from urbgeo.access.rasters import people_in
from urbgeo.errors import InputError, SourceError
from urbgeo.rasters import cut as rasters
from urbgeo.rasters.cut import cut_raster
from urbgeo.rasters.files import read_grid, write_grid
from urbgeo.rasters.grid import Grid

UTM = 32649


def raster(path: Path, values: np.ndarray, *, cell: float = 100.0, nodata: float | None = None) -> Path:
    profile = {"driver": "GTiff", "count": 1, "dtype": values.dtype, "crs": UTM, "nodata": nodata}
    frame = from_origin(500_000, 3_100_000, cell, cell)
    with rasterio.open(
        path, "w", height=values.shape[0], width=values.shape[1], transform=frame, **profile
    ) as out:
        out.write(values, 1)
    return path


def square(west: float, south: float, east: float, north: float) -> gpd.GeoDataFrame:
    """In metres from the upper left corner of the raster."""
    shape = shapely.box(500_000 + west, 3_100_000 + south, 500_000 + east, 3_100_000 + north)
    return gpd.GeoDataFrame(geometry=[shape], crs=UTM)


def test_the_cells_that_a_region_touches_are_kept_as_they_are(tmp_path: Path) -> None:
    values = np.arange(30, dtype=np.int16).reshape(5, 6)
    path = raster(tmp_path / "a.tif", values, nodata=7)
    cut = cut_raster(path, tmp_path / "b.tif", area=square(50, -250, 350, -150), kind="count")
    with rasterio.open(cut.path) as file:
        assert file.read(1).tolist() == [[6, 7, 8, 9], [12, 13, 14, 15]]
        assert (file.nodata, file.dtypes[0], file.transform.c) == (7, "int16", 500_000)
    assert cut.missing_share == 1 / 8 and cut.total == 6 + 8 + 9 + 12 + 13 + 14 + 15
    corner = shapely.Polygon([(500_000, 3_100_000), (500_590, 3_100_000), (500_000, 3_099_510)])
    triangle = gpd.GeoDataFrame(geometry=[corner], crs=UTM)
    cut_raster(path, tmp_path / "c.tif", area=triangle, kind="class")
    with rasterio.open(tmp_path / "c.tif") as file:
        kept = file.read(1) != 7
    assert kept[0, 0] and not kept[4, 5] and kept.sum() < 30


def test_counts_in_larger_cells_are_sums_and_no_data_stays_no_data(tmp_path: Path) -> None:
    values = np.arange(16, dtype=np.float32).reshape(4, 4)
    values[:2, :2] = -1
    values[0, 2] = -1
    path = raster(tmp_path / "a.tif", values, nodata=-1)
    cut = cut_raster(path, tmp_path / "b.tif", area=square(0, -400, 400, 0), kind="count", cell_m=200)
    with rasterio.open(cut.path) as file:
        np.testing.assert_allclose(file.read(1), [[np.nan, 3 + 6 + 7], [8 + 9 + 12 + 13, 10 + 11 + 14 + 15]])
    assert cut.total == values[values >= 0].sum()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 10**6),
    st.sampled_from([37.0, 100.0, 260.0]),
    st.sampled_from([UTM, 3035, "ESRI:54009", 4547]),
)
def test_nobody_is_lost_or_made(tmp_path: Path, seed: int, cell: float, crs: int | str) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, 50, (9, 7)).astype(np.float64)
    values[random.random(values.shape) < 0.2] = np.nan
    path = raster(tmp_path / "a.tif", values)
    cut = cut_raster(
        path, tmp_path / "b.tif", area=square(-300, -1200, 1000, 300), kind="count", crs=crs, cell_m=cell
    )
    assert cut.total == pytest.approx(np.nansum(values), rel=1e-12)
    assert read_grid(cut.path).total == pytest.approx(np.nansum(values), rel=1e-12)


def test_counts_are_shared_by_area_when_cells_do_not_fit(tmp_path: Path) -> None:
    path = raster(tmp_path / "a.tif", np.array([[120.0, 0.0]]))
    cut = cut_raster(path, tmp_path / "b.tif", area=square(0, -100, 200, 0), kind="count", cell_m=65.0)
    with rasterio.open(cut.path) as file:
        west = (500_000 - file.transform.c) / 65.0
        columns = np.nansum(file.read(1), axis=0)
    edges = np.clip((np.arange(len(columns) + 1) - west) * 65.0, 0, 100)
    np.testing.assert_allclose(columns, np.diff(edges) * 1.2, atol=120 / 7 / 2)


def test_people_of_small_cells_fall_where_they_live_in_cells_that_do_not_fit(tmp_path: Path) -> None:
    path = raster(tmp_path / "a.tif", np.ones((10, 10)))
    cut = cut_raster(path, tmp_path / "b.tif", area=square(0, -1000, 1000, 0), kind="count", cell_m=250.0)
    with rasterio.open(cut.path) as file:
        np.testing.assert_allclose(file.read(1), np.full((4, 4), 6.25), rtol=1e-12)


def test_heights_are_averaged_and_classes_counted(tmp_path: Path) -> None:
    values = np.array([[1, 1, 5, 0], [1, 9, 5, 0]], np.uint8)
    path = raster(tmp_path / "a.tif", values, nodata=0)
    area = square(0, -200, 400, 0)
    cut_raster(path, tmp_path / "h.tif", area=area, kind="height", cell_m=200)
    cut_raster(path, tmp_path / "c.tif", area=area, kind="class", cell_m=200)
    assert read_grid(tmp_path / "h.tif").values.tolist() == [[3.0, 5.0]], "no data takes no part"
    assert read_grid(tmp_path / "c.tif").values.tolist() == [[1, 5]]


def test_strips_give_what_one_piece_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).random((40, 30))
    path, region = raster(tmp_path / "a.tif", values), square(110, -3900, 2950, -130)
    found = []
    for cells in (10**9, 100):
        monkeypatch.setattr(rasters, "CELLS_AT_ONCE", cells)
        for kind in ("count", "height"):
            cut_raster(path, tmp_path / f"{kind}{cells}.tif", area=region, kind=kind, crs=4547, cell_m=170)
            with rasterio.open(tmp_path / f"{kind}{cells}.tif") as file:
                found.append(file.read(1))
    np.testing.assert_allclose(found[0], found[2], rtol=1e-12)
    np.testing.assert_allclose(found[1], found[3], rtol=1e-12)


def test_belgium_keeps_its_people_by_commune_and_in_other_cells(tmp_path: Path) -> None:
    path = shared_data() / "belgium/POP.tif"
    communes = gpd.read_file(shared_data() / "belgium/communes.gpkg")
    west = communes.iloc[np.argsort(communes.geometry.bounds.minx.to_numpy())[:40]]
    whole = read_grid(path)
    cut = cut_raster(path, tmp_path / "west.tif", area=west, kind="count")
    np.testing.assert_allclose(people_in(read_grid(cut.path), west), people_in(whole, west), rtol=1e-9)
    box = gpd.GeoDataFrame(geometry=[shapely.box(*whole.bounds)], crs=whole.crs)
    other = cut_raster(path, tmp_path / "lambert.tif", area=box, kind="count", crs=3035, cell_m=4000)
    assert other.total == pytest.approx(whole.total, rel=1e-12)
    near = people_in(read_grid(other.path), communes).sum() / people_in(whole, communes).sum()
    assert near == pytest.approx(1.0, abs=0.01)


def test_heights_of_porto_alegre_agree_with_a_plain_warp(tmp_path: Path) -> None:
    path = shared_data() / "porto_alegre/poa_elevation.tif"
    region = gpd.GeoDataFrame(geometry=[shapely.box(-51.24, -30.09, -51.16, -30.02)], crs=4326)
    cut = cut_raster(path, tmp_path / "utm.tif", area=region, kind="height", crs=32722, cell_m=100)
    found = read_grid(cut.path)
    with rasterio.open(path) as file:
        heights, frame = file.read(1).astype(float), file.transform
    rows, columns = np.nonzero(~found.missing)
    spots = gpd.GeoSeries(
        gpd.points_from_xy(*(found.transform @ np.array([columns + 0.5, rows + 0.5]))), crs=32722
    )
    lon_lat = spots.to_crs(4326)
    column, row = np.floor(~frame @ np.array([lon_lat.x, lon_lat.y])).astype(int)
    around = np.mean([heights[row + i, column + j] for i in (-1, 0, 1) for j in (-1, 0, 1)], axis=0)
    gap = found.values[rows, columns] - around
    assert abs(gap.mean()) < 0.1 and np.abs(gap).mean() < 1.0
    assert cut.missing_share < 0.1


def test_rasters_that_cannot_be_cut_say_why(tmp_path: Path) -> None:
    path = raster(tmp_path / "a.tif", np.array([[5.0, -99.0]]))
    here = square(0, -100, 200, 0)

    def cut(**changes: object) -> None:
        given = {"path": path, "area": here, "kind": "count", **changes}
        cut_raster(given.pop("path"), tmp_path / "out.tif", **given)

    for changes, message in (
        ({}, "counts below 0, e.g. -99"),
        ({"cell_m": 50.0}, "counts below 0, e.g. -99"),
        ({"kind": "people"}, "kind"),
        ({"cell_m": 0.0}, "cell_m"),
        ({"cell_m": 1e-4}, "give a larger one"),
        ({"crs": "moon"}, "crs"),
        ({"crs": 4326}, "crs: WGS 84 has no metres"),
        ({"crs": 3857, "cell_m": 50.0}, "no metres to measure cells in"),
        ({"nodata": True}, "nodata: True is no value of a cell"),
        ({"nodata": "-99"}, "nodata: '-99' is no value"),
        ({"band": 2}, "no band 2; it has 1"),
        ({"area": square(5000, 5000, 6000, 6000)}, "does not touch"),
        ({"area": square(5000, 5000, 6000, 6000), "cell_m": 50.0}, "does not touch"),
        ({"area": here.set_crs(None, allow_override=True)}, "no CRS"),
        ({"nodata": 5.0, "area": square(10, -90, 90, -10), "kind": "height"}, "no data in it"),
    ):
        with pytest.raises(InputError, match=message):
            cut(**changes)
    in_degrees = write_grid(
        Grid(np.ones((2, 2)), Affine(0.01, 0, 111, 0, -0.01, 27.12), 4326), tmp_path / "d.tif"
    )
    with pytest.raises(InputError, match=r"cell_m: the cells of d\.tif are not in metres"):
        cut(path=in_degrees, crs=UTM)
    cut(nodata=-99.0)
    (tmp_path / "out.tif").unlink()
    (tmp_path / "text.tif").write_text("hello")
    broken = raster(tmp_path / "broken.tif", np.random.default_rng(0).random((300, 300)))
    broken.write_bytes(broken.read_bytes()[:300_000])
    for bad in ("none.tif", "text.tif", "broken.tif"):
        with pytest.raises(SourceError, match=bad):
            cut(path=tmp_path / bad, area=square(0, -30_000, 30_000, 0))
    with rasterio.open(
        tmp_path / "bare.tif", "w", driver="GTiff", width=1, height=1, count=1, dtype="uint8"
    ) as out:
        out.write(np.ones((1, 1), np.uint8), 1)
    with pytest.raises(InputError, match="no CRS"):
        cut(path=tmp_path / "bare.tif")
    assert not (tmp_path / "out.tif").exists()
    (tmp_path / "out.tif").write_bytes(b"an earlier cut")
    with pytest.raises(InputError, match="no data in it"):
        cut(nodata=5.0, area=square(10, -90, 90, -10), kind="height")
    assert (tmp_path / "out.tif").read_bytes() == b"an earlier cut"


def test_as_many_cells_as_are_allowed_are_made_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = raster(tmp_path / "a.tif", np.ones((4, 6)))
    area = square(0, -400, 600, 0)
    monkeypatch.setattr(rasters, "LARGEST_CELLS", 24)
    assert cut_raster(path, tmp_path / "b.tif", area=area, kind="height", cell_m=100).shape == (4, 6)
    monkeypatch.setattr(rasters, "LARGEST_CELLS", 23)
    with pytest.raises(InputError, match="cell_m: 100 makes 4 x 6 cells; give a larger one"):
        cut_raster(path, tmp_path / "b.tif", area=area, kind="height", cell_m=100)


def test_the_window_ends_at_the_raster_and_cells_lie_on_multiples_of_their_size(tmp_path: Path) -> None:
    values = np.arange(24.0).reshape(4, 6)
    path = raster(tmp_path / "a.tif", values)
    whole = cut_raster(path, tmp_path / "b.tif", area=square(-500, -900, 900, 500), kind="height")
    assert read_grid(whole.path).values.tolist() == values.tolist() and whole.missing_share == 0
    corner = read_grid(
        cut_raster(path, tmp_path / "c.tif", area=square(410, -390, 590, -210), kind="class").path
    )
    assert corner.values.tolist() == values[2:, 4:].tolist()
    assert corner.bounds == (500_400, 3_099_600, 500_600, 3_099_800)
    fine = read_grid(
        cut_raster(path, tmp_path / "d.tif", area=square(130, -130, 160, -90), kind="height", cell_m=50).path
    )
    assert fine.bounds == (500_100, 3_099_850, 500_200, 3_099_950)
    assert not np.isnan(cut_raster(path, tmp_path / "e.tif", area=square(0, -99, 99, 0), kind="count").total)
    assert np.isnan(cut_raster(path, tmp_path / "e.tif", area=square(0, -99, 99, 0), kind="share").total)


def test_what_is_stored_is_kept_unless_it_is_scaled(tmp_path: Path) -> None:
    area = square(0, -100, 200, 0)
    for dtype, nodata, told in (
        ("int16", 7, ("int16", 7)), ("float32", None, ("float32", np.nan)),
        ("uint8", None, ("float64", np.nan)),
    ):  # fmt: skip
        path = raster(tmp_path / f"{dtype}.tif", np.array([[1, 2]], dtype), nodata=nodata)
        with rasterio.open(cut_raster(path, tmp_path / "b.tif", area=area, kind="height").path) as file:
            assert file.dtypes[0] == told[0] and file.nodata == pytest.approx(told[1], nan_ok=True)
            assert file.read(1).tolist() == [[1, 2]]
    scaled = raster(tmp_path / "s.tif", np.array([[1, 2]], np.int16), nodata=2)
    with rasterio.open(scaled, "r+") as file:
        file.scales, file.offsets = (0.5,), (10.0,)
    found = read_grid(cut_raster(scaled, tmp_path / "b.tif", area=area, kind="height").path)
    assert found.values[0, 0] == 10.5 and np.isnan(found.values[0, 1])


def test_a_cell_of_a_quarter_of_a_new_one_falls_whole_where_its_middle_lies(tmp_path: Path) -> None:
    """New cells of 520 m meet at 240 m east; the middle of the third cell of 100 m lies at 250."""
    people = np.array([[1.0, 2, 4, 8, 16, 32]])
    path = raster(tmp_path / "a.tif", people)
    cut = cut_raster(path, tmp_path / "b.tif", area=square(0, -100, 600, 0), kind="count", cell_m=520)
    assert np.nansum(read_grid(cut.path).values, axis=0).tolist() == [3.0, 60.0] and cut.total == 63.0
