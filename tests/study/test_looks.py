"""Looks at one layer against another: polygons and seats of one code, people against the census."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.network.build import points, squares
from urbgeo.study.findings import Findings
from urbgeo.study.looks import look_at_people, look_at_zones

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
