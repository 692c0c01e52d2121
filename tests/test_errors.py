"""Errors say what is wrong, where, and what to do; all faults of one input at once."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from urbgeo.engine.cluster import check_workers
from urbgeo.errors import (
    Faults,
    InputError,
    MissingExtraError,
    SourceError,
    StorageError,
    UrbgeoError,
    some_of,
)
from urbgeo.network.model import build_network
from urbgeo.network.stream import write_minutes_table
from urbgeo.rasters.interop import from_xarray
from urbgeo.sources.postgis import read_postgis
from urbgeo.sources.tables import read_layer
from urbgeo.sources.train_tables import sheets_of


def test_faults_come_together_with_their_ids_and_remedies() -> None:
    faults = Faults("links")
    faults.raise_if_any()  # nothing noted, nothing raised
    faults.add("negative length", ids=["a", "b"], remedy="give kilometres > 0")
    faults.add("no class")
    with pytest.raises(InputError) as raised:
        faults.raise_if_any()
    assert raised.value.english == "links: negative length at a, b; give kilometres > 0; and no class."


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, ""),
        (2, "0, 1"),
        (10, "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
        (12, "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"),
    ],
)
def test_ten_ids_are_named_and_the_rest_counted(count: int, text: str) -> None:
    assert some_of(range(count)) == text


def test_a_missing_extra_names_it_and_survives_another_process() -> None:
    error = MissingExtraError("matplotlib", "figures", "Drawing")
    assert 'pip install "urbgeo[figures]"' in error.english
    again = copy.copy(error)  # by way of __reduce__, as between processes
    assert (type(again), again.english) == (MissingExtraError, error.english)
    assert "pip install numba" in MissingExtraError("numba", None, "Searching").english


def test_ours_are_also_what_a_program_expects_to_catch() -> None:
    assert issubclass(InputError, ValueError)
    assert issubclass(SourceError, OSError) and issubclass(StorageError, OSError)
    assert issubclass(MissingExtraError, ImportError)
    assert all(
        issubclass(one, UrbgeoError) for one in (InputError, SourceError, StorageError, MissingExtraError)
    )


TWO_POINTS = gpd.GeoDataFrame(
    index=["a", "b"], geometry=gpd.points_from_xy([112.0, 112.1], [28.0, 28.0]), crs=4326
)
ONE_ROAD = pd.DataFrame({"from_node": ["a"], "to_node": ["b"], "length_km": [10.0], "class": ["primary"]})


def minutes_to_parquet(folder: Path) -> object:
    network = build_network(TWO_POINTS, ONE_ROAD)
    return write_minutes_table(network, TWO_POINTS, TWO_POINTS, folder / "minutes.parquet")


@pytest.mark.parametrize(
    ("missing", "extra", "purpose", "door"),
    [
        ("rioxarray", "raster", "Grids to and from xarray", lambda _: from_xarray(None)),
        ("distributed", "dask", "client=", lambda _: check_workers("tcp://somewhere")),
        ("pyarrow.parquet", "tables", "Writing minutes tables to Parquet", minutes_to_parquet),
        (
            "python_calamine",
            "tables",
            "Reading Excel",
            lambda folder: read_layer(folder / "a.xlsx", crs=4326),
        ),
        ("python_calamine", "tables", "Reading XLSX", lambda folder: sheets_of(folder / "a.xlsx")),
        ("pyarrow", "tables", "Reading GeoParquet", lambda folder: read_layer(folder / "a.parquet")),
        (
            "geoalchemy2",
            "postgis",
            "PostGIS",
            lambda _: read_postgis("postgresql+psycopg://a@localhost/b", "c"),
        ),
    ],
)
def test_a_door_whose_package_is_missing_names_the_extra_that_brings_it(
    missing: str, extra: str, purpose: str, door: Callable[[Path], object], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "a.xlsx")
    TWO_POINTS.to_parquet(tmp_path / "a.parquet")
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError) as raised:
        door(tmp_path)
    assert raised.value.told[1:] == (extra, purpose)
