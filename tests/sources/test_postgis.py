"""Layers from and to PostGIS, by SQLAlchemy URL."""

from __future__ import annotations

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal

from urbgeo.errors import InputError, SourceError
from urbgeo.sources.postgis import read_postgis, write_postgis


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://planner:s3cr%2Bet@127.0.0.1:1/region",
        "postgresql+psycopg://planner@127.0.0.1:1/region?password=s3cr%2Bet&connect_timeout=2",
    ],
)
def test_a_password_is_shown_nowhere(url: str) -> None:
    with pytest.raises(SourceError, match=r"127\.0\.0\.1") as told:
        read_postgis(url, "places")
    assert "s3cr" not in str(told.value) and told.value.__suppress_context__


NAMES = ["长沙市", "湘西土家族苗族自治州", "㵲阳镇"]


PLACES = gpd.GeoDataFrame(
    {"adcode": ["430100", "433100", "431228"], "name": NAMES, "people": [10047914, 2488105, 1]},
    geometry=gpd.points_from_xy([112.9334, 109.7389, 109.2], [28.2316, 28.3117, 27.4]),
    crs=4490,
)


@pytest.mark.parametrize("crs", [4490, 4547, 4326])
def test_a_postgis_round_trip_keeps_ids_crs_and_chinese_text(database: str, crs: int) -> None:
    places = PLACES.set_index("adcode").to_crs(crs).rename(columns={"name": "名称"})
    write_postgis(places, database, f"地点_{crs}")
    found = read_postgis(database, f"地点_{crs}", index="adcode")
    assert_geodataframe_equal(found, places, check_like=True)
    assert found["名称"].tolist() == NAMES


def test_what_postgis_refuses_is_said_without_the_password(database: str) -> None:
    from sqlalchemy import create_engine

    places = PLACES.set_index("adcode")
    write_postgis(places, database, "twice")
    with pytest.raises(SourceError, match="twice"):
        write_postgis(places.iloc[:1], database, "twice")
    assert len(read_postgis(database, "twice")) == 3
    write_postgis(places.iloc[:1], database, "twice", replace=True)
    assert len(read_postgis(database, "twice")) == 1
    with pytest.raises(SourceError, match="no such table"):
        read_postgis(database, "nowhere")
    with create_engine(database).begin() as link:
        link.exec_driver_sql("create table two as select geometry, geometry as other from twice")
        link.exec_driver_sql("create table bare (place geometry(Point), a int)")
        link.exec_driver_sql("create table named (shape geometry(Point, 4490), a int)")
        link.exec_driver_sql("insert into named values ('SRID=4490;POINT(113 28)', 5)")
    with pytest.raises(InputError, match=r"public\.two: it has 2 geometry columns; make a view with one"):
        read_postgis(database, "two")
    with pytest.raises(InputError, match=r"public\.bare: place has no CRS; set it with UpdateGeometrySRID"):
        read_postgis(database, "bare")
    named = read_postgis(database, "named")
    assert named.geometry.name == "geometry" and named.geometry.x.tolist() == [113.0]
    assert named.crs == 4490 and named["a"].tolist() == [5] and named.index.tolist() == [0]
    with pytest.raises(InputError, match="repeated ids"):
        write_postgis(places.iloc[[0, 0]], database, "again")
    albers = places.to_crs("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80")
    with pytest.raises(InputError, match="no number for its CRS"):
        write_postgis(albers, database, "albers")
    with pytest.raises(SourceError) as told:
        read_postgis("postgresql+psycopg://planner:secret@127.0.0.1:9/none", "x")
    assert "secret" not in str(told.value) and "***" in str(told.value)
    with pytest.raises(InputError, match="SQLAlchemy URL"):
        read_postgis("not a url", "x")


def test_a_table_with_percent_in_its_name_is_read_and_none_is_written(database: str) -> None:
    from sqlalchemy import create_engine

    places = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([113.0], [28.0]), crs=4490)
    write_postgis(places, database, "core")
    with create_engine(database).begin() as link:
        link.exec_driver_sql('alter table core rename to "core 50%%:x"')
        link.exec_driver_sql('alter table "core 50%%:x" rename column a to "a %%"')
    assert read_postgis(database, "core 50%:x")["a %"].tolist() == [1]
    for frame, name in ((places, "core 50%"), (places.rename(columns={"a": "a %"}), "fine")):
        with pytest.raises(InputError, match="% is written; rename it"):
            write_postgis(frame, database, name)
