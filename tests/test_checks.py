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
    add_amount_faults,
    add_label_faults,
    check_amounts,
    check_choice,
    check_columns,
    check_crs,
    check_flag,
    check_ids,
    check_lines,
    check_mapping,
    check_minutes,
    check_points,
    check_polygons,
    check_quantity,
    check_range,
    check_rows,
    check_share,
    check_thresholds,
    check_whole,
    is_finite_number,
    is_whole_number,
    listed,
    nearest_of,
    numbers_of,
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


def test_minutes_are_finite_and_above_zero() -> None:
    assert check_minutes(np.int64(30)) == 30.0 and isinstance(check_minutes(30), float)
    assert check_minutes(1e-9) == 1e-9
    for wrong in (0, -1.0, np.inf, np.nan):
        with pytest.raises(InputError, match=r"limit: .* is no travel time"):
            check_minutes(wrong, "limit")


def test_thresholds_are_one_or_several_that_rise() -> None:
    assert check_thresholds(30) == [30.0] and check_thresholds(np.array([30, 60])) == [30.0, 60.0]
    assert check_thresholds((15, 30.5)) == [15.0, 30.5]
    for wrong, said in (
        ([60, 30], r"60\.0, 30\.0 do not rise; .* first: 30\.0, 60\.0"),
        ([30, 30], r"30\.0, 30\.0 do not rise; .* first: 30\.0\."),
        ([], "no threshold is given"),
        ([30, 0], "0 is no travel time"),
    ):
        with pytest.raises(InputError, match=f"minutes: {said}"):
            check_thresholds(wrong)


def test_quantities_are_above_zero_or_zero_where_that_is_said() -> None:
    assert check_quantity(np.float32(0.5), "km") == 0.5 and check_quantity(0, "km", zero=True) == 0.0
    for zero, wrong in ((False, 0), (False, -1), (True, -1e-9), (True, np.inf), (False, np.nan)):
        with pytest.raises(InputError, match=f"km: .*; give a finite number {'>=' if zero else '>'} 0"):
            check_quantity(wrong, "km", zero=zero)


def test_a_range_is_closed_or_open_below() -> None:
    assert [check_range(one, "n", 0, 1) for one in (0, 1)] == [0.0, 1.0]
    assert check_range(-1e300, "n") == -1e300
    for wrong, given, said in (
        (1.5, {"low": 0, "high": 1}, ">= 0 and <= 1"),
        (-0.5, {"low": 0, "high": 1}, ">= 0 and <= 1"),
        (0, {"low": 0, "high": 1, "open_low": True}, "> 0 and <= 1"),
        (-1, {"low": 0}, ">= 0"),
        (2, {"high": 1}, "<= 1"),
        (np.inf, {}, ""),
        (True, {"low": 0}, ">= 0"),
    ):
        with pytest.raises(InputError) as told:
            check_range(wrong, "n", **given)
        assert told.value.english == f"n: {wrong!r}; give a finite number{' ' * bool(said)}{said}."


def test_shares_whole_numbers_flags_and_mappings() -> None:
    assert [check_share(one, "s") for one in (0, 0.5, 1)] == [0.0, 0.5, 1.0]
    for wrong, said in ((100, "looks like percent"), (100.5, "give a share"), (-0.1, "give a share")):
        with pytest.raises(InputError, match=f"s: {wrong}.*{said}"):
            check_share(wrong, "s")
    assert check_whole(np.int16(3), "n", 3) == 3
    with pytest.raises(InputError, match="n: 2; give a whole number of 3 or more"):
        check_whole(2, "n", 3)
    check_flag(False, "f")
    with pytest.raises(InputError, match="f: 1; give True or False"):
        check_flag(1, "f")  # type: ignore[arg-type]
    check_mapping({}, "m", "{}")
    with pytest.raises(InputError, match=r"m: list says nothing by name; give e\.g\. \{'a': 1\}"):
        check_mapping([1], "m", "{'a': 1}")
    check_choice("a", "to", ("a", "b"))
    with pytest.raises(InputError, match="to: 'c' is unknown; choose one of 'a', 'b'"):
        check_choice("c", "to", ("a", "b"))


def test_numbers_of_every_width_are_finite_up_to_their_bounds() -> None:
    greatest = np.finfo(np.float64).max
    held = (greatest, -greatest, np.float16(65_504), np.float32(3e38), np.int8(-128), 0)
    assert all(map(is_finite_number, held))
    assert not any(map(is_finite_number, (np.float32(np.inf), -np.inf, np.float16(np.nan))))


def test_one_value_or_several_are_a_list() -> None:
    assert listed("ab") == ["ab"] and listed(b"ab") == [b"ab"] and listed(3) == [3]
    assert listed((1, 2)) == [1, 2] and listed(np.array(5)) == [5] and listed(np.array([5, 6])) == [5, 6]


def test_only_what_is_spelt_much_alike_is_the_nearest() -> None:
    assert nearest_of(["abc"], ["abcde", "x"]) == "'abcde'"  # six of eight letters
    assert nearest_of(["ab"], ["abcde"]) == ""
    assert nearest_of(["abcd", "WXYZ"], ["abcde", "abcdf", "wxy"]) in ("'abcde', 'wxy'", "'abcdf', 'wxy'")


def test_thirty_columns_are_named_and_the_rest_counted() -> None:
    wide = pd.DataFrame(columns=[f"c{k}" for k in range(32)])
    for asked in ("zz", "c311"):
        with pytest.raises(InputError, match=r"c29 and 2 more"):
            check_columns(wide, "places", [asked])
    with pytest.raises(InputError, match="no column a; it has none"):
        check_columns(pd.DataFrame(index=[1]), "places", ["a"])
    with pytest.raises(InputError, match=r"\['a'\] names no column"):
        check_columns(wide, "places", [["a"]])  # type: ignore[list-item]
    twice = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "b"])
    check_columns(twice, "places", ["a"])
    with pytest.raises(InputError, match="more than one column b"):
        check_columns(twice, "places", ["a", "b"])


def test_forms_of_three_ids_are_shown_and_the_rest_counted() -> None:
    said = other_forms(list("1234"), pd.Index([1, 2, 3, 4, 5]))
    assert said == (
        "'1' is there as 1, '2' is there as 2, '3' is there as 3 and 1 more; bring both to one form, "
        "e.g. .astype(str)"
    )


def test_amounts_keep_their_ids_and_zero_is_one() -> None:
    frame = pd.DataFrame({"n": [0, 2], "m": ["1", "2"]}, ["b", "a"])
    assert check_amounts(frame, "towns", ["m", "n"]).to_dict("list") == {"m": [1.0, 2.0], "n": [0.0, 2.0]}
    assert check_amounts(frame, "towns", ["n"]).index.tolist() == ["b", "a"]


def test_missing_amounts_are_left_where_they_may_be_missing_and_texts_are_not() -> None:
    gaps = pd.Series([1.0, None, "x"], ["a", "b", "c"], name="n", dtype=object)
    faults = Faults("towns")
    found = add_amount_faults(faults, gaps, allow_missing=True)
    assert found.tolist()[0] == 1.0 and np.isnan(found["b"])
    with pytest.raises(InputError, match="n is missing or not a number at c;"):
        faults.raise_if_any()
    whole = pd.Series([1, None], dtype="Int64", name="n")
    assert numbers_of(Faults("towns"), whole).tolist()[0] == 1.0
    none = Faults("towns")
    assert numbers_of(none, pd.Series([True, False], name="n")) is None and none
    assert add_amount_faults(Faults("towns"), pd.Series([True], ["a"], name="n")).isna().all()


def test_missing_ids_are_named_by_their_row() -> None:
    with pytest.raises(InputError, match="missing ids in the index at row 1; and repeated ids at a"):
        check_ids(pd.Index(["a", None, "a"]), "links")
    check_ids(pd.Index(["a", "b"]), "links")


def test_each_kind_of_layer_takes_its_shapes_alone() -> None:
    point, line = shapely.Point(113, 28), shapely.LineString([(113, 28), (114, 28)])
    area, several = shapely.box(112, 27, 113, 28), shapely.MultiLineString([line])
    ring = shapely.LinearRing([(112, 27), (113, 27), (113, 28)])

    def layer(*shapes: shapely.Geometry | None) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(geometry=list(shapes), index=list("abc")[: len(shapes)], crs=4326)

    check_points(layer(point), "x")
    check_lines(layer(line, several, ring), "x")
    check_polygons(layer(area, shapely.MultiPolygon([area])), "x")
    check_crs(layer(point).geometry, "x")
    for check, shapes, said in (
        (check_points, (point, line), "LineString where Point is needed at b; keep one kind"),
        (check_lines, (line, area, point), "Point/Polygon where LineString/LinearRing/Multi.* at b, c"),
        (check_polygons, (area, line), "LineString where MultiPolygon/Polygon is needed at b"),
        (check_points, (None, point), "missing or empty geometry at a"),
        (check_points, (point, shapely.Point()), "missing or empty geometry at b"),
    ):
        with pytest.raises(InputError, match=f"x: {said}"):
            check(layer(*shapes), "x")
    with pytest.raises(InputError, match="x: it has no CRS"):
        check_points(layer(point).set_crs(None, allow_override=True), "x")
    with pytest.raises(InputError, match="x: a GeoDataFrame is needed, not DataFrame"):
        check_points(pd.DataFrame(), "x")  # type: ignore[arg-type]
    twice = layer(point).assign(n=1, m=2).set_axis(["geometry", "n", "n"], axis=1)
    with pytest.raises(InputError, match="x: more than one column n; rename"):
        check_points(twice, "x")
