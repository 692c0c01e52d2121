"""Coordinates hidden in a planner's own columns: rounded where they can be, left out where not."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.errors import UrbgeoWarning
from urbgeo.regions.hidden import LEAST_ROWS, Where, is_coded, rounded_cell, rounded_numbers, rounded_text
from urbgeo.regions.release import Release

PUBLIC = Release("public", decimals=2)
POINT = shapely.Point(112.987654, 28.123456)


def layer(**columns: object) -> gpd.GeoDataFrame:
    """Six places that lie on no line, with columns of their own."""
    xy = [
        (112.987654, 28.123456),
        (113.11, 27.85),
        (111.69, 29.04),
        (109.71, 27.43),
        (111.0, 26.42),
        (112.6, 26.9),
    ]
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*zip(*xy, strict=True)), crs=4326)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("112.987654", "112.99"),
        ("at 112.987654.", "at 112.99."),
        ("E112.987654N28.123456", "E112.99N28.12"),
        ("112.987654_28.123456", "112.99_28.12"),
        ("112°59′15.55″E", "112.99°E"),
        ("112°59'15.55\"E 28°07'24.44\"N", "112.99°E 28.12°N"),
        ("东经112度59分15.55秒", "东经112.99°"),
        ("-43°12.345'", "-43.21°"),
        ('{"coordinates":[112.987654,28.123456]}', '{"coordinates":[112.99,28.12]}'),
        ("POINT (112.987654 28.123456)", "POINT (112.99 28.12)"),
        ("v1.2345.6 of 2026-03-01, 12:34:56", "v1.2345.6 of 2026-03-01, 12:34:56"),
        ("1234.5678 km", "1234.5678 km"),
    ],
)  # fmt: skip
def test_degrees_of_any_form_lose_their_digits_in_every_text(given: str, shown: str) -> None:
    assert rounded_text(given, 2) == shown
    assert rounded_cell(given, 2) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("612345.67, 3123456.78", "612720, 3123540"),
        ("X=3123456.78 Y=38612345.67", "X=3123540 Y=38612460"),
        ("612345 3123456", "612720 3123540"),
        ('{"coordinates":[[612345.6,3123456.7],[612350.1,3123460.2]]}',
         '{"coordinates":[[612720,3123540],[612720,3123540]]}'),
        ("(51234.567; 98765.432)", "(51060; 98790)"),
        ("N28 07 24.44 E112 59 15.55", "N28.12° E112.99°"),
        ("430100, 430200", "430100, 430200"),
        ("0731-84123456", "0731-84123456"),
        ("1234567 人", "1234567 人"),
    ],
)  # fmt: skip
def test_metres_in_pairs_are_rounded_in_cells_and_codes_and_amounts_are_not(given: str, shown: str) -> None:
    """Two decimals of degrees are 1,110 m; what is rounded is a multiple of it."""
    assert rounded_cell(given, 2) == shown


def test_well_known_binary_shapes_bytes_lists_and_codes_are_left_out_by_name() -> None:
    hidden = {
        "形状": shapely.to_wkb(POINT, hex=True),
        "ewkb": shapely.to_wkb(shapely.set_srid(POINT, 4326), hex=True, include_srid=True),
        "pg": "\\x" + shapely.to_wkb(POINT, hex=True),
        "raw": shapely.to_wkb(POINT),
        "shape": POINT,
        "pair": [112.987654, 28.123456],
        "json": {"coordinates": (112.987654, 28.123456)},
        "square": "49RFM9531511298",
        "plus": "7P8C4XFQ+9R",
        "geohash": "wt03k8x2q",
    }
    table = pd.DataFrame({"name": ["甲", None], **{head: [one, None] for head, one in hidden.items()}})
    with pytest.warns(UrbgeoWarning) as told:
        shown = PUBLIC.table(table)
    assert shown.columns.tolist() == ["name"]
    assert all(head in str(told[0].message) for head in hidden)
    assert PUBLIC.withheld(table) == list(hidden)
    assert Release().table(table).equals(table) and Release().withheld(table) == []


def test_texts_that_only_look_like_codes_or_hex_stay() -> None:
    table = pd.DataFrame(
        {
            "id": ["430102", "0101"],
            "digest": ["01" + "ab" * 15, "x"],
            "tags": [["甲", "乙"], []],
            "road": ["G4+1", "S50"],
        }
    )
    assert PUBLIC.table(table).equals(table)


@pytest.mark.parametrize("head", ["东", "wgs_e", "col7"])
def test_numbers_that_are_the_places_degrees_are_rounded_whatever_their_head(head: str) -> None:
    places = layer()
    for axis in (places.geometry.x, places.geometry.y + 0.0037):  # the other datum
        for column in (
            axis,
            axis.astype(str),
            axis.map(lambda one: Decimal(str(one))),
            axis.astype(str).astype("category"),
        ):
            shown = PUBLIC.layer(places.assign(**{head: column}))[head]
            assert np.allclose(pd.to_numeric(shown.astype(object)), axis.round(2))


@pytest.mark.parametrize("crs", [4547, 32649, 3857])
def test_numbers_that_are_the_places_metres_are_rounded_whatever_their_head(crs: int) -> None:
    places = layer()
    metres = places.to_crs(crs).geometry
    for axis in (metres.x, metres.y, metres.x + 38_000_000):
        for column in (axis, axis.astype(str)):
            shown = PUBLIC.layer(places.assign(e=column))["e"].astype(float)
            assert (shown % 1110 == 0).all() and (shown - axis).abs().max() <= 555.0


def test_other_numbers_keep_their_digits() -> None:
    people = [812_345.0, 3_123_456.0, 512_345.5, 71_234.25, 99_999.75, 60_001.0]
    places = layer(
        people=people, minutes=[12.3456, 45.6789, 0.1234, 88.8888, 130.4321, np.inf], 编号=range(6)
    )
    shown = PUBLIC.layer(places)
    for head in ("people", "minutes", "编号"):
        assert shown[head].tolist() == places[head].tolist()


def test_texts_under_a_head_of_coordinates_are_rounded_in_every_form() -> None:
    table = pd.DataFrame(
        {
            "经度": ["112-59-15.55", "113.123456"],
            "Y坐标": ["3123456.78 m", "3123000 m"],
            "x": ["612345.67", "613000"],
        }
    )
    shown = PUBLIC.table(table)
    assert shown["经度"].tolist() == ["112.99°", "113.12"]
    assert shown["Y坐标"].tolist() == ["3123540 m", "3123540 m"]
    assert shown["x"].tolist() == [612_720.0, 612_720.0]


def test_degrees_times_ten_millions_are_left_out() -> None:
    table = pd.DataFrame({"lon": [1_129_876_540], "lat": [281_234_560], "people": [1_400_000_000]})
    with pytest.warns(UrbgeoWarning, match="columns lon, lat hold"):
        assert PUBLIC.table(table).columns.tolist() == ["people"]


def test_no_digit_of_any_form_survives_in_a_layer() -> None:
    point, metres = POINT, gpd.GeoSeries([POINT], crs=4326).to_crs(4547).iloc[0]
    forms = {
        "a": point.wkt, "b": metres.wkt, "c": json.dumps(shapely.geometry.mapping(point)),
        "d": json.dumps(shapely.geometry.mapping(metres)), "e": shapely.to_wkb(point, hex=True),
        "f": "112°59′15.5544″", "g": f"{metres.x:.2f} {metres.y:.2f}", "h": shapely.to_geojson(point),
    }  # fmt: skip
    with pytest.warns(UrbgeoWarning, match="columns e hold"):
        shown = PUBLIC.layer(layer(**{head: [form] * 6 for head, form in forms.items()}))
    said = " ".join(str(one) for one in shown.drop(columns="geometry").iloc[0])
    assert not re.findall(r"(?:112|28)\.\d{3,}", said) and "59′" not in said
    assert f"{metres.x:.0f}" not in said and f"{metres.y:.0f}" not in said


def test_ids_that_hold_coordinates_are_told_and_codes_are_not() -> None:
    ids = pd.Index(
        ["430102", "112.987654_28.123456", "E612345N3123456", "甲1.2", 7, "112.98 28.12", "G4-1234567"]
    )
    assert PUBLIC.telling(ids) == ["112.987654_28.123456", "E612345N3123456"]
    assert Release().telling(ids) == []


def test_one_small_number_makes_no_degrees_of_a_column_of_metres() -> None:
    metres = pd.Series([0.0, 612_345.67, -612_345.67])
    assert rounded_numbers(metres, 2).tolist() == [0.0, 612_720.0, -612_720.0]
    assert rounded_numbers(pd.Series([-180.0, 0.126]), 2).tolist() == [-180.0, 0.13]
    assert rounded_numbers(pd.Series([-180.1, 1000.0]), 2).tolist() == [0.0, 1110.0]
    for largest, coded in ((46_000_000.0, False), (46_000_001.0, True)):
        assert is_coded("lon", pd.Series([0.0, -largest])) is coded
        assert not is_coded("people", pd.Series([largest]))
    assert is_coded("geohash", pd.Series([1])) and not is_coded("geohash", pd.Series([None], dtype=object))


def degrees_or_metres(rows: int = 6) -> tuple[Where, gpd.GeoDataFrame]:
    places = layer().iloc[:rows]
    return Where(places), places


def test_degrees_of_another_datum_are_so_near_and_every_one_of_them() -> None:
    where, places = degrees_or_metres(3)
    for axis in (places.geometry.x, places.geometry.y):
        assert where.follows(axis + 0.049) and where.follows(axis - 0.049)
        assert not where.follows(axis + 0.051) and not where.follows(axis.where(axis != axis.iloc[1], 7.0))
        assert where.follows(axis.where(axis != axis.iloc[1])), "what is not known says nothing"
    assert not where.follows(places.geometry.x * np.nan)


def test_metres_follow_the_places_within_these_bounds() -> None:
    """A projection has half a unit to four for a metre on the ground, and leaves 0.01 % unexplained."""
    where, _ = degrees_or_metres()
    east = where.metres[:, 0]
    for slope, follows in ((0.49, False), (0.51, True), (-0.51, True), (3.99, True), (4.01, False)):
        assert where.follows(pd.Series(slope * east)) is follows
    about = np.column_stack([where.metres - where.metres.mean(axis=0), np.ones(6)])
    noise = np.array([1.0, -2.0, 0.5, 3.0, -1.0, 0.0])
    rest = noise - about @ np.linalg.lstsq(about, noise, rcond=None)[0]
    for share, follows in ((0.95e-4, True), (1.05e-4, False)):
        size = np.sqrt(share / (1 - share) * east.var() / rest.var())
        assert where.follows(pd.Series(east + size * rest)) is follows
    assert not where.follows(pd.Series([5.0] * 6))


def test_fewer_than_five_numbers_are_explained_by_any_places() -> None:
    assert LEAST_ROWS == 5
    for rows, follows in ((4, False), (5, True)):
        where, _ = degrees_or_metres(rows)
        assert where.follows(pd.Series(where.metres[:, 1])) is follows


def test_places_without_geometry_are_passed_over() -> None:
    places = layer(e=[1.0] * 6)
    places.loc[[1, 3], "geometry"] = [None, shapely.Point()]
    where = Where(places)
    assert where.known.tolist() == [True, False, True, False, True, True]
    assert np.isnan(where.metres[[1, 3]]).all() and np.isfinite(where.metres[where.known]).all()
    assert where.follows(places.geometry.x.fillna(0.0)) and len(where.degrees) == 4
    none = Where(places.iloc[[1]])
    assert not none.follows(pd.Series([112.0]))
