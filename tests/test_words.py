"""Words of planners, Chinese and English, are read by meaning or refused with what is known."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from urbgeo import words
from urbgeo.errors import InputError


def column(*values: object) -> pd.DataFrame:
    ids = [f"r{i}" for i in range(len(values))]
    return pd.DataFrame({"said": pd.Series(values, ids, dtype=object)})


@pytest.mark.parametrize("yes", [True, 1, 1.0, "1", "yes", " Yes ", "是", "ｙ", "TRUE"])
@pytest.mark.parametrize("no", [False, 0, "0", "no", "否", "无", None, np.nan])
def test_yes_and_no_are_read_in_both_languages(yes: object, no: object) -> None:
    assert words.yes_no(column(yes, no), "roads", "said").tolist() == [True, False]


def test_a_word_that_is_neither_yes_nor_no_is_refused_with_its_row_and_the_list() -> None:
    with pytest.raises(InputError, match=r"roads: said says 'maybe' at r1; yes is .*是.*; no is .*否"):
        words.yes_no(column("yes", "maybe", None), "roads", "said")
    with pytest.raises(InputError, match="lists"):
        words.yes_no(column(["yes"], "no"), "roads", "said")


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("F", 1), ("T", -1), ("B", 0), ("no", 0), ("0", 0), ("否", 0), ("是", 1), (1, 1), (-1, -1), (-1.0, -1),
     ("-1", -1), (True, 1), (False, 0), ("双向", 0), ("逆向", -1), ("单行", 1), ("Ｆ", 1), (0, 0), (-0.0, 0)],
)  # fmt: skip
def test_directions(word: object, meaning: int) -> None:
    assert words.directions(column(word), "lines", "said").tolist() == [meaning]


@pytest.mark.parametrize("word", [2, "N", "reversible", "左", 0.5])
def test_unknown_directions_are_refused_with_the_list(word: object) -> None:
    with pytest.raises(InputError, match=r"at r1; as drawn is f, .*against is t, .*both ways is b"):
        words.directions(column("B", word), "lines", "said")


def test_t_and_f_without_b_are_asked_about() -> None:
    with pytest.raises(InputError, match="true and false, or the two directions"):
        words.directions(column("T", "F", "T"), "lines", "said")
    assert words.directions(column("T", "F", "B"), "lines", "said").tolist() == [-1, 1, 0]


def test_a_missing_direction_is_refused_unless_its_meaning_is_told() -> None:
    with pytest.raises(InputError, match="missing at r0"):
        words.directions(column(None, "B"), "lines", "said")
    assert words.directions(column(None, "F"), "lines", "said", missing=0).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("word", "road", "way"),
    [("高速公路", "expressway", "motorway"), ("国道", "trunk", "trunk"), ("省道", "primary", "primary"),
     ("县道", "secondary", "secondary"), ("乡道", "local", "tertiary"), ("村道", "local", "unclassified"),
     ("快速路", "trunk", "trunk"), ("主干路", "secondary", "primary"), ("次干路", "urban", "secondary"),
     ("支路", "urban", "tertiary"), ("G4", "expressway", "motorway"), ("G4W2", "expressway", "motorway"),
     ("G1513", "expressway", "motorway"), ("G107", "trunk", "trunk"), ("S50", "expressway", "motorway"),
     ("S202", "primary", "primary"), ("X012", "secondary", "secondary"), ("Y012", "local", "tertiary"),
     ("C123", "local", "unclassified"), ("G107;G4", "expressway", "motorway"), ("Ｇ１０７", "trunk", "trunk"),
     ("County Road", "secondary", "secondary")],
)  # fmt: skip
def test_classes_of_roads_by_word_and_number(word: str, road: str, way: str) -> None:
    assert words.road_classes(pd.Series([word])).tolist() == [road]
    assert words.road_classes(pd.Series([word]), system="osm").tolist() == [way]


def test_a_class_that_is_known_stays_and_an_unknown_one_is_left_for_the_caller_to_refuse() -> None:
    known = ("trunk", "primary")
    assert words.road_classes(pd.Series(["trunk", "Primary", "dirt"]), known=known).tolist() == [
        "trunk", "primary", "dirt",
    ]  # fmt: skip


def test_modes() -> None:
    found = [words.mode(one) for one in ("road", "公路", "高铁", "步行", "Flight")]
    assert found == ["road", "road", "rail", "walk", "air"]
    with pytest.raises(InputError, match="'moon' is no mode of travel; known are road, "):
        words.mode("moon")


@pytest.mark.parametrize(
    "value",
    [2024, 2024.0, "2024", "2024年", "2024年5月", "2024-05-01", "2024/5/1", " ２０２４ ",
     datetime.date(2024, 5, 1), datetime.datetime(2024, 1, 1), np.datetime64("2024-05-01")],
)  # fmt: skip
def test_years_in_every_dress(value: object) -> None:
    found = words.years(column(value, None), "links", "said")
    assert found[0] == 2024 and np.isnan(found[1])


@pytest.mark.parametrize("value", ["在建", "规划", True, 20.24, "24", 99999, "soon"])
def test_what_is_no_year_is_refused_with_its_rows(value: object) -> None:
    with pytest.raises(InputError, match=r"links: said says .* at r1; a year is 2024"):
        words.years(column(2024, value), "links", "said")


def test_what_is_planned_opens_after_every_year_where_that_is_asked() -> None:
    said = ["planned", " 规划中 ", "在建", "Under Construction", "under_construction", 2030, None]
    found = words.years(pd.DataFrame({"said": said}), "points", "said", planned=True)
    assert found[:6].tolist() == [np.inf] * 5 + [2030] and np.isnan(found[6])
    with pytest.raises(InputError, match="points: said says 'soon' at 0"):
        words.years(pd.DataFrame({"said": ["soon", "planned"]}), "points", "said", planned=True)


def test_years_of_a_column_of_dates_and_none_of_a_column_of_spans() -> None:
    dates = pd.DataFrame({"said": pd.to_datetime(["2005-01-01", None])})
    assert words.years(dates, "links", "said")[0] == 2005
    spans = pd.DataFrame({"said": pd.to_timedelta([1, 2], unit="h")})
    with pytest.raises(InputError, match="spans of time"):
        words.years(spans, "links", "said")


def test_numbers_read_as_text_keep_their_meaning() -> None:
    """A table of text has -1.0 and 0.0 where a table of numbers has -1 and 0."""
    said = pd.DataFrame({"way": ["-1.0", "1.0", "0.0", "双向通行", "单行线", "逆行"]})
    assert words.directions(said, "lines", "way").tolist() == [-1, 1, 0, 0, 1, -1]
    flags = pd.DataFrame({"toll": ["1.0", "0.0", 1.0, 0.0]})
    assert words.yes_no(flags, "roads", "toll").tolist() == [True, False, True, False]


def test_a_number_and_the_word_for_it_are_one_class_unless_they_contradict() -> None:
    said = ["国道G107", "S205省道", "107国道", "县道X012", "高速公路G4", "省道G107", "国道G4", "新路"]
    found = words.road_classes(pd.Series(said)).tolist()
    assert found == ["trunk", "primary", "trunk", "secondary", "expressway", "省道G107", "国道G4", "新路"]


def test_the_first_and_the_last_year_are_years_and_those_beyond_are_none() -> None:
    assert words.years(column("1000", 2999), "links", "said").tolist() == [1000, 2999]
    for beyond in ("0999", 3000):
        with pytest.raises(InputError, match="at r1; a year is 2024"):
            words.years(column(2024, beyond), "links", "said")
    said = column("2024.05", "2024月5", "2024-5-", "2024.5.1 08:00", "2024年春")
    assert words.years(said.iloc[[0, 3, 4]], "links", "said").tolist() == [2024, 2024, 2024]
    with pytest.raises(InputError, match=r"'2024月5', '2024-5-' at r1, r2;"):
        words.years(said, "links", "said")


def test_true_and_false_beside_empty_cells_are_asked_about_too() -> None:
    with pytest.raises(InputError, match="true and false, or the two directions"):
        words.directions(column("T", None, "F"), "lines", "said", missing=0)
    assert words.directions(column("T", None), "lines", "said", missing=0).tolist() == [-1, 0]
    assert words.directions(column("F", np.nan), "lines", "said", missing=-1).tolist() == [1, -1]


def test_five_unknown_words_are_shown_and_the_rest_counted() -> None:
    with pytest.raises(InputError, match=r"'a', 'b', 'c', 'd', 'e' and 1 more at r0, r1, r2, r3, r4, r6;"):
        words.yes_no(column("a", "b", "c", "d", "e", "yes", "ff"), "roads", "said")


@pytest.mark.parametrize(
    ("word", "road"),
    [("G4;G107", "expressway"), ("X012/Y012", "secondary"), ("S2、县道", "expressway"), ("s205", "primary"),
     ("G1234", "expressway"), ("G12345", "G12345"), ("国道X012", "国道X012"), ("国道107省道", "国道107省道"),
     ("G312线", "G312线"), (" 国道 ", "trunk")],
)  # fmt: skip
def test_of_several_numbers_the_highest_counts_and_forms_end_where_they_end(word: str, road: str) -> None:
    assert words.road_classes(pd.Series([word])).tolist() == [road]
