"""The database handed in: FileGDB in CGCS2000 that GDAL opens, and a check that names what is wrong."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from urbgeo.errors import InputError, SourceError
from urbgeo.land.handin import check_handin, handin_fields, write_handin


def boundary() -> gpd.GeoDataFrame:
    boxes = [shapely.box(112.9 + step, 28.2, 112.95 + step, 28.25) for step in (0.0, 0.1, 0.2)]
    table = {
        "YSDM": "2090020300", "XZQDM": "430100", "XZQMC": "长沙市", "GHFQDM": ["01", "02", "03"],
        "GHFQMC": ["集中建设区", "弹性发展区", "特别用途区"],
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=boxes, crs=4326)


def others() -> dict[str, gpd.GeoDataFrame]:
    plain = boundary().drop(columns=["GHFQDM", "GHFQMC"])
    return {"YJJBNT": plain, "STBHHX": plain}


def test_a_full_database_has_no_faults_and_opens_in_gdal(tmp_path: Path) -> None:
    path = write_handin({"CZKFBJ": boundary(), **others()}, tmp_path / "长沙.gdb")
    assert check_handin(path).empty
    again = gpd.read_file(path, layer="CZKFBJ")
    assert again.crs.to_epsg() == 4526  # zone 38, 114 degrees east
    assert again["GHFQMC"].tolist() == ["集中建设区", "弹性发展区", "特别用途区"]
    assert again["MJ"].to_numpy() == pytest.approx(again.area.to_numpy(), rel=1e-4)
    assert pyogrio.read_info(path, layer="CZKFBJ")["driver"] == "OpenFileGDB"
    # easting led by the number of the zone
    assert str(int(again.total_bounds[0])).startswith("38")


def test_a_second_writing_takes_the_place_of_the_first(tmp_path: Path) -> None:
    path = write_handin({"CZKFBJ": boundary(), **others()}, tmp_path / "a.gdb")
    write_handin({"CZKFBJ": boundary().iloc[:1]}, path)
    assert len(gpd.read_file(path, layer="CZKFBJ")) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["a.gdb"]


def test_the_check_names_what_is_missing_misnamed_or_wrong(tmp_path: Path) -> None:
    renamed = boundary().rename(columns={"XZQMC": "XZQMC1"})
    spoilt = renamed.assign(GHFQDM=["01", "09", None], MJ=[1.0, 2.0, 3.0])
    faults = check_handin(write_handin({"CZKFBJ": spoilt}, tmp_path / "a.gdb"))
    found = {(row["layer"], row["field"], row["fault"]) for _, row in faults.iterrows()}
    assert ("CZKFBJ", "XZQMC", "field missing") in found
    assert faults.loc[faults["field"] == "XZQMC", "remedy"].tolist() == ["rename XZQMC1"]
    assert ("CZKFBJ", "GHFQDM", "no such code") in found and ("CZKFBJ", "GHFQDM", "empty") in found
    assert ("CZKFBJ", "MJ", "not the drawn area in m²") in found
    assert ("YJJBNT", "", "layer missing") in found


def test_codes_say_how_far_they_were_seen() -> None:
    table = handin_fields()
    assert set(table["seen"]) <= {"yes", "codes", "no"}
    zones = table[table["codes"] != ""]["codes"].iloc[0]
    assert zones == "01=集中建设区;02=弹性发展区;03=特别用途区"


@pytest.mark.parametrize(
    ("layers", "name", "meridian", "message"),
    [
        ({"CZKFBJ": boundary()}, "a.gpkg", None, r"ends in \.gdb"),
        ({"KFBJ": boundary()}, "a.gdb", None, "unknown KFBJ; known are"),
        ({"CZKFBJ": boundary()}, "a.gdb", 112.9, "no central meridian"),
        ({"CZKFBJ": boundary().set_crs(None, allow_override=True)}, "a.gdb", None, "no CRS"),
        ({}, "a.gdb", None, "none given"),
    ],
)
def test_what_cannot_be_handed_in_is_refused(
    tmp_path: Path, layers: dict[str, gpd.GeoDataFrame], name: str, meridian: float | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        write_handin(layers, tmp_path / name, meridian=meridian)
    assert not list(tmp_path.iterdir())


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no database"):
        check_handin(tmp_path / "nothing.gdb")
