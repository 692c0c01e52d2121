"""Ids, amounts and tables at the gate: read where it is plain, refused in our own words otherwise."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.amounts import amount_of
from urbgeo.arguments import check_call, check_date, check_path, check_rates
from urbgeo.checks import (
    add_label_faults,
    check_amounts,
    check_choice,
    check_columns,
    check_ids,
    check_minutes,
    check_points,
    check_polygons,
    check_rows,
    is_finite_number,
    is_whole_number,
    other_forms,
)
from urbgeo.errors import Faults, InputError
from urbgeo.network.model import build_network


@pytest.mark.parametrize("wrong", [None, [1, 2], "people", 3, pd.Series([1.0])])
def test_what_is_no_table_is_refused_in_our_words(wrong: object) -> None:
    with pytest.raises(InputError, match="places: a DataFrame is needed, not "):
        check_columns(wrong, "places", ["people"])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="places: a DataFrame is needed, not "):
        check_amounts(wrong, "places", ["people"])  # type: ignore[arg-type]


def test_repeated_columns_and_levels_of_ids_are_refused() -> None:
    twice = pd.DataFrame([[1.0, 2.0]], columns=["people", "people"])
    with pytest.raises(InputError, match="places: more than one column people"):
        check_amounts(twice, "places", ["people"])
    levels = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["u", "v"])
    with pytest.raises(InputError, match=r"links: ids of 2 levels \(u, v\).*reset_index"):
        check_ids(levels, "links")
    spots = gpd.GeoDataFrame(geometry=gpd.points_from_xy([113, 113], [28, 28]), index=levels, crs=4326)
    with pytest.raises(InputError, match="ids of 2 levels"):
        check_points(spots, "places")
    with pytest.raises(InputError, match="an index of ids is needed, not list"):
        check_ids(["a"], "links")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("430100", 430100.0),
        (430100, "430100"),
        ("430100", " 430100 "),
        ("430100", "４３０１００"),
        (430100.0, "430100"),
    ],
)
def test_ids_in_another_form_are_shown_beside_the_one_asked(asked: object, held: object) -> None:
    assert repr(asked) in other_forms([asked], pd.Index([held, "x"], dtype=object))
    amounts = pd.Series([1.0, 2.0], pd.Index([held, "x"], dtype=object), name="people")
    places = pd.DataFrame({"name": ["长沙"]}, index=pd.Index([asked], dtype=object))
    if asked == held:
        return
    with pytest.raises(InputError, match=r"is there as .*one form"):
        amount_of(amounts, places, name="population", frame_name="places")


def test_ids_that_are_nowhere_and_zeros_in_front_are_no_other_form() -> None:
    assert other_forms(["0731"], pd.Index([731, "731"])) == ""
    assert other_forms(["a"], pd.Index(["b"])) == ""


@pytest.mark.parametrize(
    "wrong", [np.timedelta64(5, "m"), pd.Timedelta(minutes=5), True, np.True_, "5", None]
)
def test_times_and_truths_are_no_numbers_of_minutes(wrong: object) -> None:
    with pytest.raises(InputError, match="minutes: "):
        check_minutes(wrong)  # type: ignore[arg-type]


def test_amounts_of_tables_are_read_as_those_of_one_column() -> None:
    table = pd.DataFrame({"km": ["1,234.5", "１２", 3], "people": ["3.5万", "1.2亿人", "7"]})
    read = check_amounts(table, "links", ["km", "people"])
    assert read["km"].tolist() == [1234.5, 12.0, 3.0]
    assert read["people"].tolist() == [35_000.0, 120_000_000.0, 7.0]
    with pytest.raises(InputError, match=r"km is missing or not a number at b"):
        check_amounts(pd.DataFrame({"km": ["1", "约3"]}, index=["a", "b"]), "links", ["km"])


def test_links_take_their_lengths_and_minutes_from_text() -> None:
    nodes = gpd.GeoDataFrame(
        index=["A", "B"], geometry=gpd.points_from_xy([500_000, 510_000], [3_000_000] * 2), crs=4547
    )
    row = {"from_node": "A", "to_node": "B", "length_km": "1,200", "class": "primary", "minutes": "９０"}
    links = build_network(nodes, pd.DataFrame([row], index=["road"])).link_table
    assert links.loc["road", ["length_km", "minutes"]].tolist() == [1200.0, 90.0]
    with pytest.raises(InputError, match="minutes is missing or not a number at road"):
        build_network(nodes, pd.DataFrame([row | {"minutes": "9O"}], index=["road"]))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([True, False], "True and False"),
        (pd.to_timedelta([1, 2], unit="s"), "spans of time"),
        ([dt.date(2020, 1, 1), "a"], "dates"),
        (["a", None], "service is missing at 1"),
    ],
)
def test_what_calls_nothing_is_no_name(values: object, said: str) -> None:
    faults = Faults("stops")
    add_label_faults(faults, pd.Series(values, name="service"))
    with pytest.raises(InputError, match=said):
        faults.raise_if_any()


@pytest.mark.parametrize("value", [None, 7, ["a"], "", " ", object()])
def test_what_names_no_file_is_no_path(value: object) -> None:
    with pytest.raises(InputError, match=r"folder: .*names no file or folder"):
        check_path(value, "folder")


@pytest.mark.parametrize("value", [None, 20190515, ["2019-05-15"], "15/05/2019", pd.Timedelta(days=1)])
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="day: "):
        check_date(value)
    assert check_date(dt.datetime(2019, 5, 15, 8)) == dt.date(2019, 5, 15)


def test_rates_by_name_are_numbers_above_zero() -> None:
    assert check_rates({"trunk": np.int64(80)}, "speeds", "{}") == {"trunk": 80.0}
    assert check_rates({"trunk": 0}, "seconds", "{}", zero=True) == {"trunk": 0.0}
    wrong = {"a": True, "b": -1, "c": np.timedelta64(1, "s"), "d": "80", "e": np.nan, "f": 0, "g": 5}
    with pytest.raises(InputError, match=r"'a': True, 'b': -1, 'c': .*, 'd': '80', 'e': nan, 'f': 0; "):
        check_rates(wrong, "speeds", "{'trunk': 80.0}")
    with pytest.raises(InputError, match="measure: int cannot be called"):
        check_call(3, "measure", "len")


NO_NUMBERS = [10**400, np.timedelta64(5), 1 + 2j, np.complex128(3), True, None, "3", np.nan]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=[type(one).__name__ for one in NO_NUMBERS])
def test_what_is_no_finite_number_is_no_whole_one_either(value: object) -> None:
    assert not is_finite_number(value)
    assert not is_whole_number(value, 0)


def test_whole_numbers_have_a_closed_lower_bound() -> None:
    assert is_whole_number(2, 2) and is_whole_number(np.int16(2), 2)
    assert not is_whole_number(1, 2) and not is_whole_number(2.0, 2)


def test_a_column_or_word_that_is_misspelt_is_answered_with_the_nearest() -> None:
    frame = pd.DataFrame({"population": [1.0], "Name": ["a"]})
    with pytest.raises(InputError, match=r"no column populaton; did you mean 'population'. It has"):
        check_columns(frame, "places", ["populaton"])
    with pytest.raises(InputError, match="no column name; did you mean 'Name'"):
        check_columns(frame, "places", ["name"])
    with pytest.raises(InputError, match="no column beds; it has population, Name"):
        check_columns(frame, "places", ["beds"])


def test_a_frame_where_a_word_belongs_is_named_and_not_printed() -> None:
    with pytest.raises(InputError, match="to: a word is needed, not DataFrame; choose one of 'a', 'b'"):
        check_choice(pd.DataFrame({"x": [1]}), "to", ("a", "b"))  # type: ignore[arg-type]


def test_layers_without_rows_finite_coordinates_or_sound_polygons_are_refused() -> None:
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([112.0, 113.0], [28.0, 28.0]), index=["a", "b"], crs=4326
    )
    check_points(points.iloc[:0], "seats", allow_empty=True)
    with pytest.raises(InputError, match=r"seats: it has no rows"):
        check_points(points.iloc[:0], "seats")
    for system in (4326, 4547):
        endless = points.set_geometry(gpd.points_from_xy([112.0, np.inf], [28.0, 28.0]), crs=system)
        with pytest.raises(InputError, match=r"seats: coordinates that are not finite at b"):
            check_points(endless, "seats")
    bow = shapely.Polygon([(112, 28), (113, 29), (113, 28), (112, 29)])
    zones = gpd.GeoDataFrame(geometry=[shapely.box(110, 28, 111, 29), bow], index=["a", "b"], crs=4326)
    with pytest.raises(InputError, match=r"zones: invalid polygons at b; repair"):
        check_polygons(zones, "zones")
    check_polygons(zones.iloc[:1], "zones")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0, -1.0], "n is negative or infinite at b"),
        ([1.0, np.inf], "n is negative or infinite at b"),
        ([1.0, np.nan], "n is missing or not a number at b"),
        (["1", "many"], "n is missing or not a number at b"),
        ([True, False], "n holds True and False, no amounts"),
        (pd.to_datetime(["2024-01-01", "2025-01-01"]), "n holds dates, no amounts"),
        (pd.to_timedelta([1, 2], unit="min"), "n holds spans of time, no amounts"),
        ([1.0 + 0j, 2.0], "n holds complex numbers, no amounts"),
    ],
)
def test_a_column_that_holds_no_amounts_is_refused_with_its_rows(values: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_amounts(pd.DataFrame({"n": values}, index=["a", "b"]), "towns", ["n"])


def test_columns_of_one_name_and_rows_without_ids_are_refused() -> None:
    table = pd.DataFrame([[1, 2], [3, 4]], index=["a", "b"])
    for wrong, said in (
        (table.set_axis(["x", "x"], axis=1), "repeated columns x"),
        (table.set_axis(["a", "a"]), "repeated ids at a"),
        (table.set_axis(["a", None]), "missing ids in the index"),
        (table.iloc[:0], "it has no rows"),
    ):
        with pytest.raises(InputError, match=said):
            check_rows(wrong, "towns", "read(towns)")
    assert check_rows(table, "towns", "read(towns)") is table
