"""Zones of one size: they tile the area, and nobody is lost or made when people are shared out."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine

from urbgeo.access.analysis_grid import analysis_grid
from urbgeo.errors import InputError
from urbgeo.rasters.grid import Grid
from urbgeo.regions.region import Region

CRS = 4547


def frame(*shapes: shapely.Geometry, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


AREA = frame(shapely.Point(500_300, 3_000_700).buffer(5_300))


def test_squares_tile_the_area_and_fit_those_of_its_neighbour() -> None:
    squares = analysis_grid(AREA, cell_m=1000)
    assert squares["area_km2"].sum() == pytest.approx(AREA.area.sum() / 1e6, rel=1e-9)
    assert squares["area_km2"].max() == pytest.approx(1.0)
    assert squares.index.is_unique
    inner = squares.loc["E500_N3000"].geometry
    assert inner.equals(shapely.box(500_000, 3_000_000, 501_000, 3_001_000))
    other = analysis_grid(frame(shapely.box(504_300, 2_998_000, 508_000, 3_002_000)), cell_m=1000)
    both = squares.index.intersection(other.index)
    assert len(both)
    for one in both:
        together = squares.loc[one].geometry.union(other.loc[one].geometry)
        assert shapely.box(*together.bounds).area <= 1e6 + 1
    assert set(other.index) - set(squares.index)


def test_people_of_a_raster_and_of_zones_are_all_shared_out() -> None:
    rng = np.random.default_rng(1)
    cells = Grid(
        rng.integers(0, 50, (30, 30)).astype(float), Affine(500, 0, 493_000, 0, -500, 3_008_000), CRS
    )
    whole = frame(shapely.box(*cells.bounds))
    squares = analysis_grid(whole, cell_m=1300, people=cells)
    assert squares["population"].sum() == pytest.approx(cells.total, rel=1e-6)
    assert squares.attrs["provenance"].shares["people outside the area"] < 1e-6
    part = analysis_grid(AREA, cell_m=1300, people=cells)
    lost = part.attrs["provenance"].shares["people outside the area"]
    assert part["population"].sum() == pytest.approx(cells.total * (1 - lost), rel=1e-9)
    assert 0.3 < lost < 0.8
    towns = frame(
        shapely.box(500_000, 3_000_000, 501_000, 3_001_000),
        shapely.box(501_000, 3_000_000, 503_000, 3_001_000),
        n=[90, 20],
    )
    found = analysis_grid(AREA, cell_m=500, people=towns, population="n")
    assert found["population"].sum() == pytest.approx(110.0)
    assert found.loc["E1000_N6000", "population"] == pytest.approx(22.5)
    assert found.loc["E1002_N6000", "population"] == pytest.approx(2.5)


def test_hexagons_tile_the_area_too(hunan: Region) -> None:
    pytest.importorskip("h3")
    hexagons = analysis_grid(AREA, cell_m=500, shape="hexagon")
    assert hexagons["area_km2"].sum() == pytest.approx(AREA.area.sum() / 1e6, rel=1e-4)
    assert 0.5 < hexagons["area_km2"].median() < 1.0
    counties = analysis_grid(hunan, cell_m=20_000)
    assert counties["area_km2"].sum() == pytest.approx(
        hunan.zones.to_crs(counties.crs).area.sum() / 1e6, rel=1e-3
    )


@pytest.mark.parametrize(
    ("area", "how", "message"),
    [
        (None, {"cell_m": 1000}, "area: a GeoDataFrame is needed"),
        (AREA, {"cell_m": 0.0}, "cell_m"),
        (AREA, {"cell_m": np.nan}, "cell_m"),
        (AREA, {"cell_m": 1.0}, "give a larger one"),
        (AREA, {"cell_m": 1000, "shape": "round"}, "shape: 'round' is unknown"),
        (AREA, {"cell_m": 1000, "people": AREA}, "population: name the column"),
        (AREA, {"cell_m": 1000, "people": AREA, "population": "n"}, "no column n"),
        (AREA, {"cell_m": 1000, "people": AREA.assign(n=-1.0), "population": "n"}, "negative"),
    ],
)
def test_what_cannot_be_divided_is_refused(area: object, how: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        analysis_grid(area, **how)
