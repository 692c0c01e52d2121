"""The one reader and the one writer of raster files: scale, offset, no data and rows as declared."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.windows import Window
from shapely.geometry import Point, box

from urbgeo.access.rasters import people_in
from urbgeo.errors import InputError, SourceError
from urbgeo.rasters.align import align
from urbgeo.rasters.cut import cut_raster
from urbgeo.rasters.files import opened, read_grid, write_grid
from urbgeo.rasters.grid import Grid
from urbgeo.rasters.interop import from_xarray
from urbgeo.rasters.layers import RasterGrid
from urbgeo.surface.travel import travel_surface, travel_surface_files

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: object = UTM, x: float = 500_000) -> Grid:
    return Grid(np.asarray(values), Affine(cell, 0, x, 0, -cell, 3_000_000), crs)


def written(path: Path, values: np.ndarray, transform: Affine, **more: object) -> Path:
    profile = {
        "driver": "GTiff",
        "count": 1,
        "dtype": values.dtype,
        "crs": more.get("crs", f"EPSG:{UTM}"),
        "transform": transform,
    }
    profile |= {"height": values.shape[0], "width": values.shape[1], "nodata": more.get("nodata")}
    with rasterio.open(path, "w", **profile) as file:
        file.write(values, 1)
        if "scale" in more:
            file.scales, file.offsets = [more["scale"]], [more["offset"]]
    return path


def test_whole_numbers_beyond_24_bits_are_read_exactly(tmp_path: Path) -> None:
    values = np.array([[16_777_217, -1]], np.int32)
    found = read_grid(
        written(tmp_path / "a.tif", values, Affine(10, 0, 500_000, 0, -10, 3_000_000), nodata=-1)
    )
    assert found.values[0, 0] == 16_777_217.0
    assert np.isnan(found.values[0, 1])
    wider = align(grid(values, 100.0), grid(np.zeros((1, 1)), 100.0))
    assert wider.values[0, 0] == 16_777_217.0
    small = read_grid(
        written(
            tmp_path / "b.tif",
            np.array([[7, 0]], np.int16),
            Affine(10, 0, 500_000, 0, -10, 3_000_000),
            nodata=0,
        )
    )
    assert small.values.dtype == np.float32


def test_scale_offset_and_rows_from_the_south_are_understood(tmp_path: Path) -> None:
    north_up = Affine(10, 0, 500_000, 0, -10, 3_000_000)
    path = written(tmp_path / "a.tif", np.array([[10, 20]], np.int16), north_up, scale=0.1, offset=5.0)
    np.testing.assert_allclose(read_grid(path).values, [[6.0, 7.0]])
    turned = Affine(10, 0, 500_000, 0, 10, 2_999_980)
    found = read_grid(written(tmp_path / "b.tif", np.array([[1.0], [2.0]]), turned))
    assert found.values.tolist() == [[2.0], [1.0]]
    assert (found.transform.f, found.transform.e) == (3_000_000.0, -10.0)
    with pytest.raises(InputError, match="gdalwarp"):
        Grid(np.ones((2, 2)), Affine(10, 1, 0, 1, -10, 0), UTM)


@pytest.mark.parametrize("down", [-10, 10])
def test_a_window_is_of_the_rows_from_the_north_whichever_way_they_are_stored(
    down: int, tmp_path: Path
) -> None:
    values = np.arange(20.0).reshape(5, 4)
    place = Affine(10, 0, 500_000, 0, down, 3_000_000 if down < 0 else 2_999_950)
    with opened(written(tmp_path / "a.tif", values[:: -1 if down > 0 else 1], place)) as raster:
        assert raster.read().tolist() == values.tolist()
        assert raster.read(Window(1, 0, 2, 1)).tolist() == [[1.0, 2.0]]
        assert raster.read(Window(0, 1, 4, 3)).tolist() == values[1:4].tolist()


def test_only_the_value_named_is_no_data(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", np.array([[6, 7, 8]], np.int16), Affine(10, 0, 0, 0, -10, 3_000_000))
    np.testing.assert_array_equal(read_grid(path, nodata=7).values, [[6.0, np.nan, 8.0]])


@pytest.fixture(name="scaled_file")
def scaled(tmp_path: Path) -> Path:
    """Two by two cells of 1 km, stored in tenths less 10, one without data, rows running north."""
    stored = np.array([[2000, 3000], [-9, 1000]], np.int16)
    rising = Affine(1000, 0, 500_000, 0, 1000, 3_000_000)
    return written(tmp_path / "scaled.tif", stored, rising, nodata=-9, scale=0.1, offset=-10.0)


MEANT = np.array([[np.nan, 90.0], [190.0, 290.0]])


def test_one_file_gives_one_answer_through_every_door(scaled_file: Path, tmp_path: Path) -> None:
    rioxarray = pytest.importorskip("rioxarray")
    found = read_grid(scaled_file)
    np.testing.assert_allclose(found.values, MEANT)
    assert (found.transform.f, found.transform.e) == (3_002_000.0, -1000.0)
    for how in ({}, {"masked": True}, {"mask_and_scale": True}):
        with rioxarray.open_rasterio(scaled_file, **how) as array:
            np.testing.assert_allclose(from_xarray(array).values, MEANT, err_msg=str(how))
    whole = gpd.GeoDataFrame(geometry=[box(*found.bounds)], crs=UTM)
    west = gpd.GeoDataFrame(geometry=[box(500_000, 3_000_000, 501_000, 3_002_000)], crs=UTM)
    assert people_in(found, whole).iloc[0] == pytest.approx(570.0)
    assert people_in(found, west).iloc[0] == pytest.approx(190.0)
    for number, (kind, cell, crs) in enumerate(
        [("count", None, None), ("count", 500.0, None), ("count", None, UTM), ("height", None, UTM)]
    ):
        cut = cut_raster(scaled_file, tmp_path / f"{number}.tif", area=whole, kind=kind, cell_m=cell, crs=crs)
        again = read_grid(cut.path)
        assert people_in(again, whole).iloc[0] == pytest.approx(570.0), (kind, cell)
        assert people_in(again, west).iloc[0] == pytest.approx(190.0), (kind, cell)
        assert kind == "height" or cut.total == pytest.approx(570.0)
    people, _, _ = RasterGrid(
        scaled_equal_area(tmp_path / "p.tif"), *[shares(tmp_path / f"{name}.tif") for name in "lb"], "share"
    ).rows(0, 2)
    np.testing.assert_allclose(people, MEANT)
    source = gpd.GeoDataFrame(geometry=[Point(501_500, 3_001_500)], crs=UTM)
    files = travel_surface_files(scaled_file, source, tmp_path / "out")
    memory = travel_surface(found, source)
    np.testing.assert_array_equal(read_grid(files.minutes).values, memory.minutes.values)
    assert memory.minutes.values[1, 1] == pytest.approx(1000 * (90 + 290) / 2)


def scaled_equal_area(path: Path) -> Path:
    stored = np.array([[2000, 3000], [-9, 1000]], np.int16)
    rising = Affine(1000, 0, 0, 0, 1000, 3_000_000)
    return written(path, stored, rising, nodata=-9, scale=0.1, offset=-10.0, crs="ESRI:54009")


def shares(path: Path) -> Path:
    return written(path, np.full((2, 2), 0.5), Affine(1000, 0, 0, 0, -1000, 3_002_000), crs="ESRI:54009")


PLACE = Affine(10, 0, 500_000, 0, -10, 3_000_000)


def two_bands(path: Path) -> Path:
    """Bands of two rows and three columns, the second in halves less 4; 9 is no data in both."""
    profile = {"driver": "GTiff", "count": 2, "dtype": "int16", "crs": UTM, "transform": PLACE, "nodata": 9}
    with rasterio.open(path, "w", height=2, width=3, **profile) as file:
        file.write(np.array([[[1, 2, 3], [4, 5, 6]], [[10, 20, 30], [40, 9, 60]]], np.int16))
        file.scales, file.offsets = (1.0, 0.5), (0.0, -4.0)
    return path


def test_each_band_has_its_own_scale_and_whole_numbers_without_gaps_stay_whole(tmp_path: Path) -> None:
    path = two_bands(tmp_path / "a.tif")
    first, second = read_grid(path), read_grid(path, band=2)
    assert first.values.tolist() == [[1, 2, 3], [4, 5, 6]] and first.values.dtype == np.int16
    np.testing.assert_array_equal(second.values, [[1.0, 6.0, 11.0], [16.0, np.nan, 26.0]])
    assert second.values.dtype == np.float64 and first.source == "a.tif"
    with opened(path) as one, opened(path, band=2) as other:
        assert not one.scaled and other.scaled and one.shape == (2, 3) and one.name == "a.tif"
        assert other.read(thinned=(1, 3)).shape == (1, 3) and one.read(thinned=(2, 1)).shape == (2, 1)
        assert one.read(Window(1, 1, 2, 1)).tolist() == [[5, 6]]
    assert read_grid(path, nodata=6).missing.tolist() == [[False] * 3, [False, False, True]]


@pytest.mark.parametrize(
    ("given", "said"),
    [({"band": 0}, "band: 0; give a whole number of 1"), ({"band": 3}, "no band 3; it has 2"),
     ({"nodata": "9"}, "nodata: '9' is no value"), ({"nodata": False}, "nodata: False is no value")],
)  # fmt: skip
def test_bands_and_marks_that_are_none_are_refused(
    given: dict[str, object], said: str, tmp_path: Path
) -> None:
    path = two_bands(tmp_path / "a.tif")
    with pytest.raises(InputError, match=said):
        read_grid(path, **given)
    assert (
        read_grid(path, nodata=np.float32(6)).missing.sum() == read_grid(path, nodata=6.0).missing.sum() == 1
    )


def test_what_is_no_raster_or_lies_askew_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="path: a file is needed, not int"):
        read_grid(3)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match="cannot be read as a raster"):
        read_grid(tmp_path / "none.tif")
    values = np.ones((2, 2), np.float32)
    for place in (Affine(10, 1, 0, 0, -10, 0), Affine(10, 0, 0, 1, -10, 0), Affine(-10, 0, 0, 0, -10, 0)):
        with pytest.raises(InputError, match="rotated or its columns do not run east"):
            read_grid(written(tmp_path / "b.tif", values, place))
    with pytest.raises(InputError, match="band 1 holds complex numbers"):
        read_grid(written(tmp_path / "c.tif", values.astype(np.complex64), PLACE))


def test_masks_are_written_without_a_mark_and_floats_with_one(tmp_path: Path) -> None:
    for values, dtype, void in (
        (np.array([[True, False]]), "uint8", None), (np.array([[1, 2]], np.int32), "int32", None),
        (np.array([[1.5, np.nan]]), "float64", np.nan),
    ):  # fmt: skip
        path = write_grid(Grid(values, PLACE, UTM, "a survey"), tmp_path / "a.tif")
        with rasterio.open(path) as file:
            assert file.dtypes == (dtype,) and file.tags()["source"] == "a survey"
            assert file.nodata is None if void is None else np.isnan(file.nodata)
            assert file.compression.name == "deflate" and file.transform == PLACE
            np.testing.assert_array_equal(file.read(1), values)


@pytest.mark.parametrize("kind", ["uint16", "int16", "int32", "uint32"])
def test_cells_at_the_end_of_their_type_are_refused_where_no_data_is_not_declared(
    tmp_path: Path, kind: str
) -> None:
    most = np.iinfo(kind).max
    place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    path = written(tmp_path / "a.tif", np.array([[most, 7, 8]], kind), place)
    with pytest.raises(InputError, match=f"1 cells hold {most}, the largest {kind} there is; .* nodata"):
        read_grid(path)
    assert np.isnan(read_grid(path, nodata=most).values[0, 0])
    assert read_grid(path, nodata=-1).values.tolist() == [[most, 7, 8]], "a caller may vouch for it"
    near = written(tmp_path / "b.tif", np.array([[most, most // 2, 8]], kind), place)
    assert read_grid(near).values.max() == most


def test_the_largest_byte_is_a_value(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.tif", np.array([[255, 1]], "uint8"), Affine(100, 0, 500_000, 0, -100, 3_000_000)
    )
    assert read_grid(path).values.tolist() == [[255, 1]]
