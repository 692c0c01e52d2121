"""Zones of one size: they tile the area, and nobody is lost or made when people are shared out."""

from __future__ import annotations

import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine

from urbgeo.access.analysis_grid import H3_EDGES_M, analysis_grid
from urbgeo.errors import InputError, MissingExtraError
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


def test_edges_of_hexagons_are_those_of_the_library_and_the_nearest_in_ratio_is_taken() -> None:
    h3 = pytest.importorskip("h3")
    edges = [h3.average_hexagon_edge_length(level, unit="m") for level in range(16)]
    if tuple(int(part) for part in h3.__version__.split(".")[:2]) >= (
        4,
        2,
    ):  # before, its means were 14 % short
        assert pytest.approx(edges, rel=0.01) == H3_EDGES_M
    small = frame(shapely.Point(500_300, 3_000_700).buffer(300))
    for cell_m, level in ((340.0, 8), (310.0, 9)):  # between 531 and 201 m the middle by ratio is 327
        hexagons = analysis_grid(small, cell_m=cell_m, shape="hexagon")
        assert {h3.get_resolution(one) for one in hexagons.index} == {level}


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in metres from a place in Hunan."""
    return shapely.box(500_000 + west, 3_000_000 + south, 500_000 + east, 3_000_000 + north)


def test_squares_that_only_touch_the_area_are_none_of_it() -> None:
    corners = frame(box(0, 0, 1000, 1000), box(1000, 1000, 2000, 2000))
    squares = analysis_grid(corners, cell_m=1000)
    assert squares.index.tolist() == ["E500_N3000", "E501_N3001"] and squares.index.name == "zone"
    assert squares["area_km2"].tolist() == [1, 1]
    assert squares.attrs["provenance"].parameters == {"cell_m": 1000, "shape": "square"}


def test_as_many_zones_as_are_allowed_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbgeo.access.analysis_grid.MOST_CELLS", 6)
    assert len(analysis_grid(frame(box(0, 0, 3000, 2000)), cell_m=1000)) == 6
    with pytest.raises(InputError, match="2 x 4 squares; give a larger"):
        analysis_grid(frame(box(0, 0, 4000, 2000)), cell_m=1000)
    pytest.importorskip("h3")
    monkeypatch.setattr("urbgeo.access.analysis_grid.MOST_CELLS", 5)
    with pytest.raises(InputError, match="hexagons; give a larger"):
        analysis_grid(frame(box(0, 0, 4000, 2000)), cell_m=500, shape="hexagon")


def test_people_outside_the_area_are_told_as_a_share() -> None:
    area = frame(box(0, 0, 2000, 1000))
    towns = frame(box(1000, 0, 4000, 1000), box(0, 0, 1000, 500), n=[90.0, 10.0])
    found = analysis_grid(area, cell_m=1000, people=towns, population="n")
    assert found["population"].tolist() == [10, 30]
    assert found.attrs["provenance"].shares["people outside the area"] == pytest.approx(0.6)
    nobody = analysis_grid(area, cell_m=1000, people=towns.assign(n=0.0), population="n")
    assert nobody.attrs["provenance"].shares["people outside the area"] == 0
    assert not analysis_grid(area, cell_m=1000).attrs["provenance"].shares


def test_hexagons_without_their_library_name_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h3", None)
    with pytest.raises(MissingExtraError, match=r"(?s)Hexagons.*h3.*urbgeo\[raster\]"):
        analysis_grid(AREA, cell_m=1000, shape="hexagon")
