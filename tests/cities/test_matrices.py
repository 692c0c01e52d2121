"""Square tables and numbers by id: in the order asked, refused or counted where something is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from urbgeo.cities.matrices import by_id, costs_of, counts_of, matrix_of, numbers_by_id, square
from urbgeo.errors import InputError, UrbgeoWarning

TABLE = pd.DataFrame([[0.0, 3.0], [np.nan, 0.0]], index=["b", "a"], columns=["a", "b"])


def test_numbers_come_in_the_order_of_the_ids() -> None:
    found = numbers_by_id(pd.Series([1, 2], index=["b", "a"]), "people", pd.Index(["a", "b"]))
    assert found.tolist() == [2.0, 1.0]
    assert found.name == "people"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0], "a Series by id is needed, not list"),
        (pd.Series([], dtype=float), "it has no rows"),
        (pd.Series([-1.0, 1.0], index=["a", "b"]), "a"),
        (pd.Series([1.0], index=["a"]), "b"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(values: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        numbers_by_id(values, "people", pd.Index(["a", "b"]))


def test_a_missing_cost_is_no_path_and_is_said_and_a_missing_count_is_refused() -> None:
    with pytest.warns(UrbgeoWarning, match="1 pairs are missing.*a -> a"):
        assert costs_of(TABLE, "minutes", "f(minutes)").tolist() == [[0.0, 3.0], [np.inf, 0.0]]
    with pytest.raises(InputError, match="from a"):
        counts_of(TABLE, "flows", "f(flows)")
    with pytest.raises(InputError, match="negative numbers from b"):
        matrix_of(TABLE.fillna(1.0) - 0.5, "flows", "f(flows)")


def test_a_square_is_brought_to_one_order_on_both_sides() -> None:
    assert square(TABLE, pd.Index(["a", "b"]), "minutes", "f(minutes)").fillna(-1).to_numpy().tolist() == [
        [-1, 0],
        [0, 3],
    ]
    with pytest.raises(InputError, match="c"):
        square(TABLE, pd.Index(["a", "b", "c"]), "minutes", "f(minutes)")


def test_ties_by_id_do_not_depend_on_the_order_of_rows() -> None:
    ids = pd.Index(["乙", "甲", "丙"])
    assert (
        pd.Series(by_id(ids), ids).sort_index().tolist()
        == pd.Series(by_id(ids[::-1]), ids[::-1]).sort_index().tolist()
    )
    assert sorted(by_id(ids)) == [0, 1, 2]


def test_the_place_of_each_id_in_sorted_order() -> None:
    assert by_id(pd.Index(["c", "a", "b"])).tolist() == [2, 0, 1]
    assert by_id(pd.Index([10, 9])).tolist() == [0, 1], "as text"


def test_five_missing_pairs_are_named_and_all_are_counted() -> None:
    table = pd.DataFrame(np.nan, index=list("ab"), columns=list("xyzw"))
    with pytest.warns(
        UrbgeoWarning, match=r"8 pairs are missing .*: a -> x, a -> y, a -> z, a -> w, b -> x\."
    ):
        costs_of(table, "minutes", "f(minutes)")


def test_a_call_is_named_where_it_is_known() -> None:
    with pytest.raises(
        InputError, match=r"people: a Series by id is needed, not list; the call is f\(people\)\."
    ):
        numbers_by_id([1.0], "people", call="f(people)")
    with pytest.raises(InputError, match=r"people: a Series by id is needed, not list\.$"):
        numbers_by_id([1.0], "people")
    with pytest.raises(InputError, match="each once"):
        square(TABLE, pd.Index(["a", "b", "b"]), "minutes", "f(minutes)")
