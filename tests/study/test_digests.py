"""What a study is made of, by digest: any change of a value is seen, another order of columns is none."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.network.build import points
from urbgeo.study.digests import (
    digest_of,
    file_row,
    files_behind,
    frame_digest,
    leads_away,
    made_of,
    path_from,
    without_password,
)
from urbgeo.study.inputs import Inputs

FRAME = points([(0, 0), (1, 1)], ["a", "b"]).assign(people=[1.0, np.nan], name=["甲", "乙"])


def test_columns_in_another_order_and_whole_numbers_are_the_same_table() -> None:
    assert frame_digest(FRAME[["name", "geometry", "people"]]) == frame_digest(FRAME)
    assert frame_digest(pd.DataFrame({"n": [1, 2]})) == frame_digest(pd.DataFrame({"n": [1.0, 2.0]}))


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.assign(people=[1.0 + 1e-12, np.nan]),
        lambda f: f.assign(people=[1.0, 0.0]),
        lambda f: f.assign(name=["甲", "丙"]),
        lambda f: f.rename(index={"b": "c"}),
        lambda f: f.rename(columns={"people": "persons"}),
        lambda f: f.set_geometry(f.geometry.translate(1e-6)),
        lambda f: f.iloc[::-1],
    ],
)
def test_any_change_is_seen(change: object) -> None:
    assert frame_digest(change(FRAME)) != frame_digest(FRAME)  # type: ignore[operator]


def test_a_file_is_named_from_the_folder_and_tells_nothing_of_the_machine(tmp_path: Path) -> None:
    inside, outside = tmp_path / "study" / "data" / "a.csv", tmp_path / "elsewhere.csv"
    inside.parent.mkdir(parents=True)
    for path in (inside, outside):
        path.write_bytes(b"abc")
    assert path_from(inside, tmp_path / "study") == "data/a.csv"
    assert path_from(outside, tmp_path / "study") == "elsewhere.csv"
    row = file_row(inside, tmp_path / "study")
    assert (row["bytes"], row["sha256"]) == (3, digest_of(outside))
    assert row["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2


def test_a_shapefile_is_all_its_parts_and_a_folder_all_its_files(tmp_path: Path) -> None:
    gpd.GeoDataFrame(FRAME[["name", "geometry"]]).to_file(tmp_path / "roads.shp", encoding="utf-8")
    (tmp_path / "other.csv").write_bytes(b"")
    assert {one.suffix for one in files_behind(tmp_path / "roads.shp")} >= {".shp", ".dbf", ".shx", ".prj"}
    assert tmp_path / "other.csv" not in files_behind(tmp_path / "roads.shp")
    assert tmp_path / "other.csv" in files_behind(tmp_path)


def test_passwords_are_told_to_nobody() -> None:
    assert (
        without_password("postgresql://me:secret@host:5432/db?table=x") == "postgresql://host:5432/db?table=x"
    )
    rows = made_of(Inputs(roads="postgresql://me:secret@host/db"))["files"]["roads"]
    assert rows == [{"path": "postgresql://host/db"}]


def test_files_that_only_lead_elsewhere_are_seen_in_any_letters() -> None:
    assert leads_away(b"\xef\xbb\xbf<OGRVRTDataSource>") and leads_away(b"  <vrtDataset rasterXSize='1'>")
    assert not leads_away(b"code,name\n1,a\n")
