from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

import urbgeo
from urbgeo.errors import InputError
from urbgeo.rasters.files import write_grid
from urbgeo.rasters.grid import Grid
from urbgeo.regions.nation import china_places
from urbgeo.study.build import build_region
from urbgeo.study.findings import Findings
from urbgeo.study.inputs import Inputs
from urbgeo.study.raster_people import hold_against

NX = china_places().loc[["640104", "640105"]]


@pytest.fixture(name="zones")
def two_zones() -> gpd.GeoDataFrame:
    west, south = 106.0, 38.0
    shapes = [
        shapely.box(west, south, west + 0.4, south + 0.4),
        shapely.box(west + 0.4, south, west + 0.8, south + 0.4),
    ]
    return gpd.GeoDataFrame(index=pd.Index(NX.index, name="adcode"), geometry=shapes, crs=4326)


def people() -> Grid:
    """Half of the cells in each zone: 10 people a cell in the west, 30 in the east."""
    values = np.repeat(np.where(np.arange(8) < 4, 10.0, 30.0)[None], 4, axis=0)
    return Grid(values, Affine(0.1, 0, 106.0, 0, -0.1, 38.4), 4326)


def test_a_raster_is_summed_in_the_zones_and_marked_modelled(zones: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = write_grid(people(), tmp_path / "pop.tif")
    region = urbgeo.region(None, seats=NX, zones=zones, population=path)
    assert region.zones is not None
    assert region.zones["population"].tolist() == pytest.approx([160.0, 480.0])
    assert region.counties["population"].tolist() == pytest.approx([160.0, 480.0])
    assert any("MODELLED" in line for line in region.sources)


def test_a_table_keeps_the_totals_and_the_disagreement_is_told(zones: gpd.GeoDataFrame) -> None:
    table = pd.DataFrame({"代码": NX.index, "人口(人)": [160.0, 900.0]})
    region, findings = build_region(Inputs(seats=NX, zones=zones, population=[table, people()], strict=False))
    assert region.counties["population"].tolist() == [160.0, 900.0]
    told = findings.table()
    row = told[(told["layer"] == "population") & (told["finding"] == "suspicious")].iloc[0]
    assert row["count"] == 1 and "640105" in row["which"]


def test_people_a_fifth_apart_are_told_on_either_side(zones: gpd.GeoDataFrame) -> None:
    """The raster has 160 and 480."""
    named = zones.assign(name_zh=["甲", "乙"])
    for here, there, far in (
        (133.4, 599.0, []),
        (133.3, 599.0, ["甲"]),
        (133.4, 601.0, ["乙"]),
        (133.3, 601.0, ["甲", "乙"]),
    ):
        findings = Findings()
        table, raster = pd.Series([here, there], NX.index), pd.Series([160.0, 480.0], NX.index)
        hold_against(table, raster, named, findings)
        told = " ".join(findings.table()["which"])
        assert [one for one in ("甲", "乙") if one in told] == far


def test_a_raster_needs_zones_and_somebody_in_them(zones: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match="zones="):
        urbgeo.region(None, seats=NX, zones=False, population=people())
    moved = zones.set_geometry(zones.translate(20, 0))
    with pytest.raises(InputError, match="another region"):
        urbgeo.region(None, seats=NX, zones=moved, population=people())
    with pytest.raises(InputError, match="one of each"):
        urbgeo.region(None, seats=NX, zones=zones, population=[people(), people()])
