"""A planner's own layers: ids as text, coordinates by the heads they come under."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.network.build import points, squares
from urbgeo.errors import InputError, SourceError
from urbgeo.study.layers import own_layer

POINTS = ("Point",)


def test_a_column_of_codes_becomes_the_index_as_text() -> None:
    frame = points([(0, 0), (1, 1)]).reset_index(drop=True).assign(代码=[430102.0, 430103.0])
    assert own_layer(frame, "seats", kinds=POINTS).index.tolist() == ["430102", "430103"]
    named = points([(0, 0)], ["x"]).rename_axis("id").assign(adcode="430102")
    assert own_layer(named, "seats", kinds=POINTS).index.tolist() == ["x"]  # its own index is named


@pytest.mark.parametrize(("lon", "lat"), [("经度", "纬度"), ("lon", "lat"), ("X", "Y")])
def test_a_table_is_placed_by_its_heads(tmp_path: Path, lon: str, lat: str) -> None:
    path = tmp_path / "seats.csv"
    pd.DataFrame({"代码": ["430102"], lon: [112.98], lat: [28.2]}).to_csv(
        path, index=False, encoding="gb18030"
    )
    found = own_layer(path, "seats", kinds=POINTS)
    assert (found.index.tolist(), found.geometry.x.tolist()) == (["430102"], [112.98])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (squares((0, 0)), "seats: it holds Polygon; Point are needed"),
        (points([(0, 0), (0, 0)], ["a", "a"]).rename_axis("id"), "a"),
        (gpd.GeoDataFrame(geometry=[shapely.Point()], index=["a"], crs=4326), "no rows with a geometry"),
        (5, "give a file or a GeoDataFrame, not int"),
        (points([(0, 0)]).set_crs(None, allow_override=True), "CRS"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        own_layer(given, "seats", kinds=POINTS)


def test_a_table_without_coordinates_names_the_heads_it_might_have_and_a_missing_file_is_missing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "seats.csv"
    path.write_text("代码,名称\n1,甲\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"seats\.csv has no columns lon/lat.*经度/纬度"):
        own_layer(path, "seats", kinds=POINTS)
    with pytest.raises(SourceError, match=r"none\.gpkg"):
        own_layer(tmp_path / "none.gpkg", "seats", kinds=POINTS)
