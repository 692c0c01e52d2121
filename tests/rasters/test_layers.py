"""Population grids of one kilometre: held in memory or read by rows from files, checked and resampled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from tests.cities.cells import FRAME, written
from urbgeo.errors import InputError
from urbgeo.rasters import layers as grids
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
