"""Arguments that are no tables: refused by name, read where they can only mean one thing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from urbgeo.arguments import (
    check_object,
    check_path,
    check_seed,
    check_several,
    check_text,
    check_titles,
    check_year,
    check_years,
)
from urbgeo.errors import InputError


def test_what_an_argument_means_is_read() -> None:
    assert check_path("a/b.csv") == Path("a/b.csv")
    assert check_several((1, 2), "uses", "[2]") == [1, 2]
    assert check_several(iter([3]), "uses", "[2]") == [3]
    assert check_seed(np.int64(3)) == 3
    assert check_year(np.float64(2005)) == 2005
    assert check_years(2005) == [2005]
    assert check_years((2005, 2010.0)) == [2005, 2010]
    assert check_years((), none=True) == []
    assert check_titles(["湖南", "Hunan"]) == ("湖南", "Hunan")


@pytest.mark.parametrize("given", [None, True, 2005.5, np.nan, np.inf, "2005", -2005, 99, 3000, [2005]])
def test_what_is_no_year_is_refused(given: object) -> None:
    with pytest.raises(InputError, match=r"year: .* is no year"):
        check_year(given)


def test_the_first_and_the_last_year_are_years() -> None:
    assert (check_year(1000), check_year(2999)) == (1000, 2999)


@pytest.mark.parametrize("given", [(2010, 2005), (2005, 2005), (), "2005", None, {2005: 1}])
def test_years_rise(given: object) -> None:
    with pytest.raises(InputError, match="years: "):
        check_years(given)


@pytest.mark.parametrize("given", [None, 7, "", "  ", ["a"], object()])
def test_what_names_no_file_is_refused(given: object) -> None:
    with pytest.raises(InputError, match=r"path: .* names no file"):
        check_path(given)


@pytest.mark.parametrize("given", [None, "abc", b"abc", 3, {"a": 1}])
def test_what_is_no_list_is_refused_with_an_example(given: object) -> None:
    with pytest.raises(InputError, match=r"uses: .* is no list; give e.g. \[2\]"):
        check_several(given, "uses", "[2]")


@pytest.mark.parametrize("given", [None, -1, 1.5, True, "1", [1]])
def test_a_seed_is_a_whole_number(given: object) -> None:
    with pytest.raises(InputError, match="seed: "):
        check_seed(given)


@pytest.mark.parametrize("given", [None, 7, ("a",), ("a", "b", "c"), ("a", 1), {"a": "b"}])
def test_titles_are_one_text_or_two(given: object) -> None:
    with pytest.raises(InputError, match=r"title: .* give one text, or two"):
        check_titles(given)


def test_what_is_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="name: 7 is no text"):
        check_text(7, "name")
    with pytest.raises(InputError, match="x: a Path or str is needed, not int; give one"):
        check_object(3, "x", (Path, str), "give one")
