"""Looks at one layer against another: polygons and seats of one code, people against the census."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.network.build import points, squares
from urbgeo.errors import UrbgeoWarning
from urbgeo.regions.people import TWICE, People
from urbgeo.study.findings import Findings
from urbgeo.study.looks import look_at_people, look_at_table, look_at_zones

PLACES = (
    points([(5, 5), (15, 5), (5, 6)], ["430102", "430103", "430100"])
    .assign(
        level=["county", "county", "prefecture"],
        prefecture=["430100", "430100", "430100"],
        name_zh=["芙蓉区", "天心区", "长沙市"],
        name_en=["Furong", "Tianxin", "Changsha"],
        population=[None, None, 1_000_000.0],
    )
    .to_crs(4326)
)


def said(found: Findings, kind: str) -> dict[str, str]:
    table = found.table()
    return dict(table.loc[table["finding"] == kind, ["what", "which"]].to_numpy().tolist())


def test_polygons_and_seats_are_joined_by_code_and_the_rest_is_named() -> None:
    found = Findings()
    look_at_zones(squares((0, 0), (20, 0), ids=["430102", "430199"]), PLACES, found)
    assert said(found, "left over") == {
        "polygons without a seat of their code (≈ the nearest known)": "430199 ≈ 430103 天心区",
        "seats without a polygon": said(found, "left over")["seats without a polygon"],
    }
    assert "天心区" in said(found, "left over")["seats without a polygon"]
    assert not said(found, "suspicious")


def test_a_seat_outside_its_own_polygon_is_suspicious() -> None:
    found = Findings()
    look_at_zones(squares((20, 0), (10, 0), ids=["430102", "430103"]), PLACES, found)
    assert "芙蓉区" in said(found, "suspicious")["seats outside their own polygon"]
    assert "天心区" not in said(found, "suspicious")["seats outside their own polygon"]


@pytest.mark.parametrize(("people", "suspicious"), [(510_000.0, False), (520_001.0, True), (479_000.0, True)])
def test_counties_are_summed_against_the_census_to_two_per_cent(people: float, suspicious: bool) -> None:
    found = Findings()
    look_at_people(pd.Series({"430102": 500_000.0, "430103": people}), PLACES, found)
    assert bool(said(found, "suspicious")) is suspicious


def test_who_has_no_people_is_named() -> None:
    found = Findings()
    look_at_people(pd.Series({"430102": 1_000_000.0}), PLACES, found)
    assert "天心区" in said(found, "left over")["counties without people"]


def of_table(*joined: str, unread: tuple[str, ...] = ()) -> People:
    rows = pd.DataFrame(
        {"asked": [f"r{at}" for at in range(len(joined))], "joined_by": joined, "nearest": "", "id": ""}
    )
    return People(pd.Series(dtype=float), rows, "persons", "常住人口", unread, "people.csv")


@pytest.mark.parametrize(("unknown", "suspicious"), [(1, False), (2, True)])
def test_a_table_of_which_more_than_a_tenth_joins_nothing_is_suspicious(
    unknown: int, suspicious: bool
) -> None:
    people = of_table(*["unknown"] * unknown, *["same code"] * (10 - unknown))
    found = Findings()
    if suspicious:
        with pytest.warns(UrbgeoWarning, match=r"people.csv: 2 of 10 rows join no place"):
            look_at_table(people, found)
    else:
        look_at_table(people, found)
    assert bool(said(found, "suspicious")) is suspicious is not bool(said(found, "left over"))
    (row,) = (row for row in found.rows if str(row["what"]).startswith("rows that are unknown"))
    assert bool(row["do"]) is suspicious and row["count"] == unknown


def test_rows_that_are_ambiguous_or_given_twice_are_left_over_however_many() -> None:
    found = Findings()
    told = look_at_table(
        of_table("ambiguous", "ambiguous", TWICE, "same code", "name", unread=("row 7",)), found
    )
    assert told == "people.csv: column '常住人口' in persons"
    by = {str(row["what"]): row for row in found.rows}
    assert by[told]["count"] == 5
    assert set(said(found, "left over")) == {
        "rows that are ambiguous (≈ the nearest known)", f"rows that are {TWICE}"
    }  # fmt: skip
    assert (by["rows joined by same code"]["which"], by["rows joined by name"]["which"]) == ("", "r4")
    assert by["cells that are no numbers"]["which"] == "row 7"


def test_zones_smaller_than_counties_are_units_of_their_own() -> None:
    places = pd.concat(
        [PLACES.assign(county=[None] * 3), points([(1, 1), (2, 1)], ["z1", "z2"]).to_crs(4326).assign(
            level="zone", county=["430102", "439999"], prefecture="430100", name_zh=list("甲乙"))]
    )  # fmt: skip
    found = Findings()
    look_at_zones(
        squares((0, 0), (1, 0), side=1.0, ids=["z1", "z2"]), gpd.GeoDataFrame(places, crs=4326), found
    )
    counts = {str(row["what"]): row["count"] for row in found.rows}
    assert counts["polygons read"] == counts["polygons that are no counties: units of their own"] == 2
    assert counts["of them with the code of a county of the region"] == 1
    assert "天心区" in said(found, "left over")["counties without any of these zones"]
    alone = places.assign(county=["", "", "", "x", "y"])
    found = Findings()
    look_at_zones(squares((0, 0), ids=["z1"]), gpd.GeoDataFrame(alone, crs=4326), found)
    assert not said(found, "left over"), "where no zone names a county none is missing"
    mixed = Findings()
    zones = squares((0, 0), (10, 0), ids=["z1", "430103"])
    look_at_zones(zones, gpd.GeoDataFrame(places, crs=4326), mixed)
    assert {str(row["what"]): row["count"] for row in mixed.rows}["polygons with a seat of their code"] == 1


def test_a_polygon_without_a_seat_is_told_with_the_nearest_name_before_the_nearest_code() -> None:
    zones = squares((0, 0), (20, 0), (30, 0), ids=["430102", "430199", "x"]).assign(
        name_zh=["芙蓉区", "天心", "x"]
    )
    found = Findings()
    look_at_zones(zones, PLACES, found)
    said_of = said(found, "left over")["polygons without a seat of their code (≈ the nearest known)"]
    assert "430199 天心 ≈ 430103 天心区" in said_of and said_of.endswith("x")


def test_people_of_small_zones_and_of_prefectures_without_a_census_are_looked_at_too() -> None:
    places = gpd.GeoDataFrame(
        pd.concat([PLACES, PLACES.iloc[:1].set_axis(["z1"]).assign(level="zone", name_zh="甲")])
    )
    found = Findings()
    look_at_people(pd.Series({"430102": 5e5, "430103": 4e5}), places, found)
    assert set(said(found, "left over")) == {"zones without people"}
    assert (
        "长沙市 -10.0%"
        in said(found, "suspicious")["counties that do not sum to the census total of the prefecture"]
    )
    unknown = Findings()
    look_at_people(pd.Series({"430102": 5e5, "430103": 4e5}), places.assign(population=np.nan), unknown)
    assert not said(unknown, "suspicious")
