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


def test_the_check_names_layers_outside_the_zones_and_texts_and_areas_that_do_not_fit(tmp_path: Path) -> None:
    drawn = boundary().to_crs(4526)
    area = drawn.area.round(2)
    spoilt = drawn.assign(
        MJ=[area[0] * 1.0009, area[1] * 1.0011, area[2]],
        XZQMC=["长" * 500, "沙" * 5, ""],
        BSM=["1", "2", "3"],
    )
    path = write_handin({"CZKFBJ": spoilt}, tmp_path / "a.gdb")
    faults = check_handin(path).query("layer == 'CZKFBJ'").set_index("field")
    assert faults.loc["MJ", ["fault", "where"]].tolist() == ["not the drawn area in m²", "1"]
    long = faults[faults["fault"].str.startswith("longer than")]
    assert long.index.tolist() == ["XZQMC"] and long["where"].tolist() == ["0"]
    assert long["remedy"].tolist() == ["shorten it"]
    length = handin_fields().query("layer == 'CZKFBJ' and field == 'XZQMC'")["length"].iloc[0]
    assert long["fault"].tolist() == [f"longer than {length}"]
    assert faults[faults["fault"] == "empty"]["where"].to_dict() == {"XZQMC": "2"}
    pyogrio.write_dataframe(boundary(), tmp_path / "b.gdb", layer="CZKFBJ", driver="OpenFileGDB")
    pyogrio.write_dataframe(boundary(), tmp_path / "b.gdb", layer="STRAY", driver="OpenFileGDB", append=True)
    found = check_handin(tmp_path / "b.gdb")
    assert found[found["fault"].str.startswith("not in a three-degree")][
        ["layer", "remedy"]
    ].to_numpy().tolist() == [["CZKFBJ", "write it with write_handin"]]
    stray = found[found["fault"] == "layer not of the standard"]
    assert stray[["layer", "remedy"]].to_numpy().tolist() == [["STRAY", "rename or remove it"]]


@pytest.mark.parametrize(
    ("east", "meridian", "epsg"),
    [(75.0, None, 4513), (135.0, None, 4533), (112.4, None, 4525), (112.6, None, 4526), (112.9, 111.0, 4525)],
)
def test_the_zone_is_that_of_the_nearest_meridian_unless_one_is_given(
    tmp_path: Path, east: float, meridian: float | None, epsg: int
) -> None:
    """Zone 25 is at 75 degrees east, EPSG:4513; zone 45 at 135; 112.5 lies between zones 37 and 38."""
    box = gpd.GeoDataFrame(geometry=[shapely.box(east - 0.01, 30, east + 0.01, 30.01)], crs=4490)
    path = write_handin({"CZKFBJ": box}, tmp_path / "a.gdb", meridian=meridian)
    read = gpd.read_file(path)
    assert read.crs.to_epsg() == epsg
    assert read["BSM"].tolist() == ["000000000000000001"]
    assert read["MJ"].tolist() == pytest.approx(read.area.round(2).tolist())


@pytest.mark.parametrize("meridian", [72.0, 138.0, 76.0, float("nan")])
def test_a_meridian_of_no_zone_is_refused(tmp_path: Path, meridian: float) -> None:
    with pytest.raises(InputError, match="meridian"):
        write_handin({"CZKFBJ": boundary()}, tmp_path / "a.gdb", meridian=meridian)
