"""Degree of Urbanisation of spatial units (municipalities, counties) from the classes of their cells."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from tests.cities.cells import PLAIN, belgium, grid_of
from urbgeo.cities.degurba import (
    LEVEL_2,
    UrbanGrid,
    degree_of_urbanisation,
)
from urbgeo.cities.degurba_rules import R2022A
from urbgeo.cities.degurba_units import classify_units
from urbgeo.errors import InputError


def test_overlap_keeps_every_person_and_agrees_with_centres(shared_data: Path) -> None:
    grid = belgium(shared_data)
    urban = degree_of_urbanisation(grid)
    units = gpd.read_file(shared_data / "belgium/communes.gpkg").dissolve("CODE_INS").iloc[::6]
    exact, centres = (classify_units(units, urban, grid, method=one).table for one in ("overlap", "centre"))
    assert exact["population"].sum() == pytest.approx(centres["population"].sum(), rel=1e-3)
    assert (exact["class"] == centres["class"]).mean() > 0.99
    frame = shapely.box(*rasterio.transform.array_bounds(*grid.shape, grid.transform))
    whole = gpd.GeoDataFrame({"id": ["all"]}, geometry=[frame], crs=grid.crs).set_index("id")
    everybody = classify_units(whole, urban, grid).table["population"].iloc[0]
    assert everybody == pytest.approx(np.nansum(grid.rows(0, grid.shape[0])[0]))


def test_units_are_classed_by_hand_computed_shares() -> None:
    people = np.zeros((4, 6))
    people[:, :2] = 9000
    people[3, 2:4] = 200
    grid = grid_of(people)
    urban = degree_of_urbanisation(grid, edition=PLAIN)
    squares = {"city": (0, 2), "mixed": (1, 4), "rural": (2, 4), "empty": (4, 6), "away": (50, 60)}
    units = gpd.GeoDataFrame(
        geometry=[shapely.box(a * 1000, -4000, b * 1000, 0) for a, b in squares.values()],
        index=list(squares),
        crs="ESRI:54009",
    )
    for method in ("overlap", "centre"):
        table = classify_units(units, urban, grid, method=method).table
        assert table["class"].tolist()[:4] == ["city", "city", "rural area", "rural area"]
        assert table["basis"].tolist()[:4] == ["population", "population", "population", "land"]
        assert table["status"].tolist() == ["classified"] * 4 + ["outside the grid"]
        assert table["population"].tolist() == [72_000, 36_400, 400, 0, 0]


def test_a_unit_too_small_for_any_centre_takes_the_cells_it_touches() -> None:
    """A unit of 20 by 10 m on the edge of two cells of 50 m, clear of both their centres."""
    people = np.full((4, 4), 9000.0)
    people[:, 2:] = 0
    grid = grid_of(people)
    urban = degree_of_urbanisation(grid, edition=PLAIN)
    slip = shapely.box(1990, -1010, 2010, -1000)
    units = gpd.GeoDataFrame(geometry=[slip, shapely.box(0, -4000, 2000, 0)], index=["slip", "city"],
                             crs=grid.crs)  # fmt: skip
    table = classify_units(units, urban, grid, method="centre").table
    assert table["status"].tolist() == ["classified", "classified"]
    assert table.loc["slip", "class"] == "city"
    assert table.loc["slip", "population"] == pytest.approx(9000 / 400), (
        "one of the 400 small cells of its cell"
    )
    assert table.loc["city", "population"] == 72_000


@pytest.mark.parametrize(
    ("people", "of_2024", "of_2021"),
    [
        ([50, 0, 0, 50, 0, 0, 0], "city", "city"),
        ([20, 30, 0, 50, 0, 0, 0], "dense town", "suburban or peri-urban area"),
        ([0, 60, 30, 10, 0, 0, 0], "dense town", "dense town"),
        ([0, 20, 40, 40, 0, 0, 0], "semi-dense town", "semi-dense town"),
        ([0, 30, 10, 20, 0, 40, 0], "suburban or peri-urban area", "dense town"),
        ([0, 20, 20, 50, 0, 10, 0], "suburban or peri-urban area", "suburban or peri-urban area"),
        ([0, 0, 0, 50, 0, 50, 0], "suburban or peri-urban area", "suburban or peri-urban area"),
        ([0, 0, 0, 40, 20, 40, 0], "village", "dispersed rural area"),
        ([0, 0, 0, 20, 35, 20, 25], "village", "village"),
        ([0, 0, 0, 20, 20, 40, 20], "dispersed rural area", "dispersed rural area"),
        ([0, 0, 0, 0, 20, 20, 60], "mostly uninhabited area", "mostly uninhabited area"),
    ],
)
def test_level_2_of_units_follows_the_rules_of_either_year(
    people: list[float], of_2024: str, of_2021: str
) -> None:
    grid = grid_of([people])
    classes = np.array([[30, 23, 22, 21, 13, 12, 11]], np.uint8)
    centre = (classes == 30).astype(np.int32)
    urban = UrbanGrid(classes, centre, pd.DataFrame(), LEVEL_2, grid.transform, grid.crs)
    unit = gpd.GeoDataFrame(geometry=[shapely.box(0, -1000, 7000, 0)], index=["u"], crs=grid.crs)
    assert classify_units(unit, urban, grid).table.loc["u", "class"] == of_2024
    assert classify_units(unit, urban, grid, rules="2021").table.loc["u", "class"] == of_2021


def test_just_half_in_rural_cells_is_no_rural_area() -> None:
    people = np.full((1, 50), 200.0)
    people[0, :20] = 300.0  # an urban cluster of 6,000 beside 6,000 in rural cells
    grid = grid_of(people)
    unit = gpd.GeoDataFrame(geometry=[shapely.box(0, -1000, 50_000, 0)], index=["u"], crs="ESRI:54009")
    urban = degree_of_urbanisation(grid, edition=R2022A)
    assert classify_units(unit, urban, grid).table.loc["u", "class"] == "town or semi-dense area"
    people[0, 20] += 1.0
    assert classify_units(unit, urban, grid_of(people)).table.loc["u", "class"] == "rural area"


@pytest.mark.parametrize(
    ("people", "of_2024", "of_2021"),
    [
        ([0, 30, 30, 40, 0, 0, 0], "semi-dense town", "dense town"),
        ([0, 25, 25, 50, 0, 0, 0], "suburban or peri-urban area", "suburban or peri-urban area"),
        ([0, 30, 20, 49, 0, 1, 0], "suburban or peri-urban area", "dense town"),
        ([0, 0, 0, 30, 20, 50, 0], "village", "dispersed rural area"),
        ([0, 0, 0, 0, 40, 40, 20], "dispersed rural area", "village"),
        ([0, 0, 0, 0, 40, 20, 40], "dispersed rural area", "village"),
        ([0, 0, 0, 0, 20, 40, 40], "dispersed rural area", "dispersed rural area"),
        ([0, 0, 0, 0, 10, 40, 50], "mostly uninhabited area", "mostly uninhabited area"),
        ([10, 10, 10, 10, 10, 50, 0], "village", "dispersed rural area"),
    ],
)
def test_level_2_on_its_bounds(people: list[float], of_2024: str, of_2021: str) -> None:
    """Half is enough for a dense town and a village, and too much of others for a semi-dense town."""
    test_level_2_of_units_follows_the_rules_of_either_year(people, of_2024, of_2021)


def test_people_of_centres_shares_and_classes_are_told_by_unit() -> None:
    people = np.zeros((1, 8))
    people[0, :4] = [900, 100, 300, 700]
    grid = grid_of(people, land=[[1, 1, 1, 1, 1, 0.5, 0.2, 0]])
    classes = np.array([[3, 3, 2, 1, 1, 1, 0, 0]], np.uint8)
    legend = {3: "centre", 2: "cluster", 1: "rural", 0: "water"}
    urban = UrbanGrid(
        classes, np.array([[7, 7, 0, 0, 0, 0, 0, 0]]), pd.DataFrame(), legend, grid.transform, grid.crs
    )
    boxes = {"half": (0.5, 4), "rural": (3, 6), "dry": (4, 6), "sea": (6, 8)}
    units = gpd.GeoDataFrame(
        geometry=[shapely.box(a * 1000, -1000, b * 1000, 0) for a, b in boxes.values()],
        index=list(boxes),
        crs=grid.crs,
    )
    for method in ("overlap", "centre"):
        found = classify_units(units, urban, grid, method=method)
        table = found.table
        assert table["population"].tolist() == pytest.approx([1550, 700, 0, 0])
        assert table.loc["half", ["share: centre", "share: cluster", "share: rural"]].tolist() == (
            pytest.approx([550 / 1550, 300 / 1550, 700 / 1550])
        )
        assert table["class"].fillna("none").tolist() == [
            "town or semi-dense area", "rural area", "rural area", "none",
        ]  # fmt: skip
        assert table["status"].tolist() == ["classified"] * 3 + ["water only"]
        assert found.centre_people.to_dict("list") == {7: pytest.approx([550, 0, 0, 0])}
        assert found.summary.loc["rural area"].tolist() == pytest.approx([2, 700])
        told = {"units by": method, "unit rules": "2024"}
        assert told.items() <= dict(found.provenance.parameters).items()
    assert "2 rural area" in repr(found)
    with pytest.raises(InputError, match="grid: it is not the grid that was classified"):
        classify_units(units, urban, grid_of(people[:, :7]))
    with pytest.raises(
        InputError, match="urban: a result of degree_of_urbanisation is needed, not DataFrame"
    ):
        classify_units(units, pd.DataFrame(), grid)
