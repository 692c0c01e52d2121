"""Population grids of one kilometre: held in memory or read by rows from files, checked and resampled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS

from tests.cities.cells import FRAME, written
from urbgeo.errors import InputError
from urbgeo.rasters import layers as grids
from urbgeo.rasters.files import RasterFile
from urbgeo.rasters.layers import PopulationGrid, RasterGrid, resample_to_1km


def test_layers_in_another_unit_or_on_another_grid_are_refused_by_name(tmp_path: Path) -> None:
    people = np.full((6, 8), 900.0)
    share = {"people": people, "land": people * 0 + 0.8, "built": people * 0 + 0.25}
    files = written(tmp_path, share, FRAME, "ESRI:54009")
    with pytest.raises(InputError, match=r"land of at most 0\.8.*shares.*built-up of at most.*\"share\""):
        RasterGrid(*files)
    with pytest.raises(InputError, match=r"land of at most 0\.8"):
        resample_to_1km(*files, area_unit="m2")
    assert RasterGrid(*files, area_unit="share").load().land[0, 0] == 0.8
    folder = tmp_path / "m2"
    folder.mkdir()
    metres = written(folder, share | {"land": people * 0 + 8e5}, FRAME, "ESRI:54009")
    for call in (RasterGrid, resample_to_1km):
        with pytest.raises(InputError, match=r"land up to 800000 .* square metres; pass area_unit=\"m2\""):
            call(*metres, area_unit="share")
    moved = tmp_path / "moved"
    moved.mkdir()
    elsewhere = written(moved, share, FRAME, "ESRI:54034")
    shifted = written(
        tmp_path / "m2", {"built": share["built"]}, FRAME @ Affine.translation(1, 0), "ESRI:54009"
    )
    for call in (RasterGrid, resample_to_1km):
        with pytest.raises(InputError, match=r"land\.tif is in another CRS.*built\.tif does not lie on the"):
            call(files[0], elsewhere[1], shifted[0], area_unit="share")
    with pytest.raises(InputError, match=r"no inhabited cell has .* of land; were shares divided"):
        PopulationGrid(people, share["land"] / 1e6, share["built"] / 1e6, FRAME, "ESRI:54009")


def test_a_resampling_that_loses_people_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = np.full((20, 20), 1000.0)
    frame = Affine(0.01, 0, 4, 0, -0.01, 51)
    files = written(tmp_path, {"p": people, "l": people / 1000, "b": people * 0}, frame, "EPSG:4326")
    resampled = grids._resampled

    def leaking(share: float) -> object:
        return lambda layer, *rest: (
            resampled(layer, *rest) * (share if layer.source == files[0].name else 1.0)
        )

    monkeypatch.setattr(grids, "_resampled", leaking(0.992))
    assert resample_to_1km(*files).population.sum() == pytest.approx(400_000)
    monkeypatch.setattr(grids, "_resampled", leaking(0.988))
    with pytest.raises(InputError, match="resampling keeps 395,"):
        resample_to_1km(*files)


def test_a_grid_in_degrees_is_resampled_with_its_total(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    people = random.random((60, 80)) * 3000
    frame = Affine(0.01, 0, 4, 0, -0.01, 51)
    layers = {"people": people, "land": np.full_like(people, 0.8), "built": np.full_like(people, 0.25)}
    written(tmp_path, layers, frame, "EPSG:4326")
    grid = resample_to_1km(*(tmp_path / f"{name}.tif" for name in layers))
    assert grid.population.sum() == pytest.approx(people.sum(), rel=1e-9)
    inner = grid.population > 1000
    assert grid.land[inner].mean() == pytest.approx(0.8, abs=0.02)
    with pytest.raises(InputError, match="in degrees"):
        RasterGrid(*(tmp_path / f"{name}.tif" for name in layers), area_unit="share")


def test_faulty_cells_are_named_where_they_lie_in_the_whole_grid(tmp_path: Path) -> None:
    layers = {"people": np.full((6, 8), 90.0), "land": np.ones((6, 8)), "built": np.zeros((6, 8))}
    layers["people"][4, 3], layers["land"][5, 7] = -1.0, np.nan
    held = RasterGrid(*written(tmp_path, layers, FRAME, "ESRI:54009"), area_unit="share")
    for start in (0, 3, 4):
        with pytest.raises(InputError, match=r"people below 0 in 1 cells, the first at \(4, 3\).*\(5, 7\)"):
            held.rows(start, 6)


def files_of(
    folder: Path, people: object, land: object, built: object, frame: Affine, crs: str
) -> list[Path]:
    folder.mkdir()
    layers = {name: np.asarray(one, float) for name, one in (("p", people), ("l", land), ("b", built))}
    return written(folder, layers, frame, crs)


def test_every_cell_with_people_needs_its_shares_and_empty_ones_do_not(tmp_path: Path) -> None:
    frame = Affine(500, 0, 500_000, 0, -500, 3_005_000)
    people, land = np.full((10, 10), 10.0), np.ones((10, 10))
    people[2, 3:5], land[2, 3:5] = 0.5, np.nan
    files = files_of(tmp_path / "a", people, land, land * 0, frame, "EPSG:4547")
    with pytest.raises(InputError, match="no land share in 2 cells where people live"):
        resample_to_1km(*files)
    with pytest.raises(InputError, match="no built-up share in 2 cells where people live"):
        resample_to_1km(files[0], files[2], files[1])
    people[2, 3:5] = 0.0
    files = files_of(tmp_path / "b", people, land, land * 0, frame, "EPSG:4547")
    assert resample_to_1km(*files).population.sum() == pytest.approx(980.0)


def test_square_metres_of_small_cells_become_shares_of_large_ones(tmp_path: Path) -> None:
    frame = Affine(500, 0, 0, 0, -500, 3_005_000)
    files = files_of(
        tmp_path / "a",
        np.full((20, 20), 4.0),
        np.full((20, 20), 2e5),
        np.full((20, 20), 5e4),
        frame,
        "ESRI:54009",
    )
    grid = resample_to_1km(*files, area_unit="m2")
    whole = grid.population > 15.9
    assert whole.sum() == 100 and grid.population.sum() == pytest.approx(1600.0)
    assert grid.land[whole] == pytest.approx(0.8) and grid.built_up[whole] == pytest.approx(0.2)
    assert grid.transform.a == -grid.transform.e == 1000.0 and grid.crs.to_string() == "ESRI:54009"


@pytest.mark.parametrize(
    ("unit", "most", "said"),
    [("m2", 1.0, "look like shares"), ("m2", 1.1, ""), ("m2", 0.0, ""), ("share", 1.0, ""),
     ("share", 1.1, "look like square metres"), ("share", 0.0, "")],
)  # fmt: skip
def test_a_unit_is_contradicted_by_what_it_cannot_be(
    unit: str, most: float, said: str, tmp_path: Path
) -> None:
    nobody, land = np.zeros((3, 4)), np.full((3, 4), most)
    files = files_of(tmp_path / "a", nobody, land, nobody, FRAME, "ESRI:54009")
    if said:
        with pytest.raises(InputError, match=f"land .*{said}.*"):
            RasterGrid(*files, area_unit=unit)
        return
    assert RasterGrid(*files, area_unit=unit).load().land == pytest.approx(
        most / (1e6 if unit == "m2" else 1)
    )


@pytest.mark.parametrize(
    ("place", "crs", "said"),
    [
        (Affine(1000.0009, 0, 0, 0, -1000, 0), "ESRI:54009", ""),
        (Affine(1000, 0, 0, 0, -1000.0009, 0), "ESRI:54009", ""),
        (Affine(1000.0011, 0, 0, 0, -1000, 0), "ESRI:54009", "where 1000 by 1000 m"),
        (Affine(1000, 0, 0, 0, -999.9989, 0), "ESRI:54009", "where 1000 by 1000 m"),
        (Affine(1000, 0.1, 0, 0, -1000, 0), "ESRI:54009", "where 1000 by 1000 m"),
        (Affine(1000, 0, 0, 0.1, -1000, 0), "ESRI:54009", "where 1000 by 1000 m"),
        (Affine(1000, 0, 0, 0, 1000, 0), "ESRI:54009", "where 1000 by 1000 m"),
        (Affine(1000, 0, 0, 0, -1000, 0), "EPSG:3857", "does not keep areas"),
        (Affine(1000, 0, 0, 0, -1000, 0), "EPSG:4326", "in degrees"),
        (Affine(1000, 0, 0, 0, -1000, 0), "EPSG:3035", ""),
        (Affine(1000, 0, 0, 0, -1000, 0), "EPSG:2263", "not in metres"),
    ],
)
def test_cells_are_a_kilometre_on_a_map_that_keeps_areas(place: Affine, crs: str, said: str) -> None:
    ones = np.ones((2, 2))
    if said:
        with pytest.raises(InputError, match=said):
            PopulationGrid(ones, ones, ones, place, crs)
        return
    assert PopulationGrid(ones, ones, ones, place, crs).shape == (2, 2)


def test_values_end_at_0_and_1_and_five_faulty_cells_are_shown() -> None:
    ones = np.ones((2, 4))
    held = PopulationGrid(ones * 0, ones * 0, ones, FRAME, "ESRI:54009")
    assert [len(one) for one in held.rows(1, 2)] == [1, 1, 1]
    unknown = np.where(np.eye(2, 4) > 0, np.nan, 1.0)
    PopulationGrid(unknown, unknown, unknown, FRAME, "ESRI:54009")
    for people, land, built, said in (
        (ones * -1e-9, ones, ones, r"people below 0 in 8 cells, the first at \(0, 0\), .*\(1, 0\); mask"),
        (ones * np.inf, ones, ones, "people below 0"),
        (ones, ones * 1.001, ones, "land outside 0 to 1"),
        (ones, ones, ones * -0.001, "built-up outside 0 to 1"),
        (
            ones,
            unknown,
            ones,
            r"no land share where people live in 2 cells, the first at \(0, 0\), \(1, 1\);",
        ),
        (ones, ones, unknown, "no built-up share in 2 cells"),
        (ones, ones[:1], ones, "layers of shapes"),
        (ones[0], ones[0], ones[0], "layers of shapes"),
    ):
        with pytest.raises(InputError, match=said):
            PopulationGrid(people, land, built, FRAME, "ESRI:54009")


@pytest.mark.parametrize(
    ("scale", "keeps"), [(0.99500, True), (0.99498, False), (1.00498, True), (1.00500, False)]
)  # whose squares lie on both sides of 0.99 and 1.01
def test_a_map_may_show_areas_a_hundredth_larger_or_smaller_and_no_more(scale: float, keeps: bool) -> None:
    wkt = CRS(32649).to_wkt().replace("0.9996", str(scale))
    wkt = re.sub(r"BBOX\[[^]]*\]", "BBOX[27.9,110.99,28.1,111.01]", re.sub(r',\s*ID\["EPSG",\d+\]', "", wkt))
    ones = np.ones((2, 2))
    if keeps:
        assert PopulationGrid(ones, ones, ones, FRAME, wkt).shape == (2, 2)
        return
    with pytest.raises(InputError, match="the CRS does not keep areas"):
        PopulationGrid(ones, ones, ones, FRAME, wkt)


def test_a_layer_is_looked_at_by_whole_steps_that_leave_no_row_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine rows and six columns, five of each at most: every second cell, five rows and three columns."""
    asked: list[dict[str, Any]] = []
    read = RasterFile.read
    monkeypatch.setattr(grids, "SAMPLE_CELLS", 5)
    monkeypatch.setattr(
        RasterFile, "read", lambda file, *window, **how: asked.append(how) or read(file, *window, **how)
    )
    ones = np.ones((9, 6))
    RasterGrid(*files_of(tmp_path / "a", ones, ones, ones, FRAME, "ESRI:54009"), area_unit="share")
    assert asked == [{"thinned": (5, 3)}] * 2
    assert [type(side) for side in asked[0]["thinned"]] == [int, int]
