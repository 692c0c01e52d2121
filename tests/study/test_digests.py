"""What a study is made of, by digest: any change of a value is seen, another order of columns is none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import along, points
from urbgeo.regions.load import load_region
from urbgeo.study.digests import (
    digest_of,
    file_row,
    files_behind,
    frame_digest,
    layer_digests,
    leads_away,
    made_of,
    path_from,
    without_password,
)
from urbgeo.study.inputs import Inputs
from urbgeo.study.roads import RoadLines

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


def test_settings_are_told_as_json_can_hold_them(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"abc")
    given = Inputs(
        units=["合肥市", 340200], speeds={"trunk": 70.0}, lists={"core": ("x",)}, flow_rates=(0.3, 0.1),
        road_lines=RoadLines(class_column="等级", class_names={"机耕路": "local"}),
        population=[tmp_path / "a.csv", "none.csv"], trains=FRAME, folder=tmp_path,
    )  # fmt: skip
    made = made_of(given)
    settings = made["settings"]
    assert settings["units"] == ["合肥市", 340200] and settings["speeds"] == {"trunk": 70.0}
    assert settings["lists"] == {"core": ["x"]} and settings["flow_rates"] == [0.3, 0.1]
    assert settings["road_lines"]["class_names"] == {"机耕路": "local"} and settings["train_day"] is None
    there = {"path": "a.csv", "sha256": digest_of(tmp_path / "a.csv"), "bytes": 3}
    assert made["files"] == {
        "population": [there, {"path": "none.csv"}],
        "trains": [{"path": "a GeoDataFrame given in Python"}],
    }  # fmt: skip
    assert json.loads(json.dumps(made)) == made


def test_layers_that_are_there_have_their_rows_and_a_digest_and_roads_none_of_their_speeds() -> None:
    hunan = load_region("hunan", zones=False)
    found = layer_digests(hunan)
    assert "zones" not in found and "flows" not in found and found["airports"]["rows"] == len(hunan.airports)
    assert found["roads"]["digest"] == frame_digest(hunan.road_links)
    own, slow = (along(0, 10, 20, minutes=[one, one]) for one in (5.0, 9.0))
    first, second = (layer_digests(replace(hunan, network=one)) for one in (own, slow))
    assert first["roads"] == second["roads"] != found["roads"] and first["roads"]["rows"] == 2
    assert first["road nodes"] == {"rows": 3, "digest": frame_digest(own.nodes)}


def test_ids_that_are_shapes_and_texts_that_are_numbers_have_their_own_digest() -> None:
    texts, numbers = pd.DataFrame({"n": ["1.0"]}), pd.DataFrame({"n": [1.0]})
    assert frame_digest(texts) != frame_digest(numbers)
    shapes = pd.DataFrame({"s": pd.Series([shapely.Point(0, 0)], dtype=object)})
    moved = pd.DataFrame({"s": pd.Series([shapely.Point(0, 1e-9)], dtype=object)})
    assert frame_digest(shapes) != frame_digest(moved)
    yes, no = (pd.DataFrame({"b": [one]}) for one in (True, False))
    assert frame_digest(yes) != frame_digest(no) and frame_digest(yes) != frame_digest(
        pd.DataFrame({"b": [1.0]})
    )
    assert frame_digest(pd.DataFrame({"m": [0.1 + 0.2, "x"]})) != frame_digest(
        pd.DataFrame({"m": [0.3, "x"]})
    )
