"""Tables of every pair in turn are told from all others, whatever their ids."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.access.coverage import coverage
from urbgeo.access.ids import columns_at_first, goes_on_in_order
from urbgeo.access.reading import read_minutes
from urbgeo.errors import InputError


def columns_in_order(start: pd.Series, end: pd.Series) -> int:
    columns = columns_at_first(start, end)
    return columns if columns and goes_on_in_order(start, end, columns) else 0


KEPT = "str" if pd.Series(["a"]).dtype != object else pd.StringDtype("pyarrow")
"""Text that Arrow keeps: in older pandas only where it is asked for."""

TEXT = ["", "a", "ab", "b", "长沙", "长沙市"]


def by_loops(start: list[object], end: list[object]) -> int:
    """Rows before the second start, where all starts take so many rows and have the same ends."""
    columns = next((k for k, one in enumerate(start) if one != start[0]), len(start))
    rows = range(len(start))
    same = all(start[k] == start[k // columns * columns] and end[k] == end[k % columns] for k in rows)
    return columns if same and len(start) % columns == 0 else 0


@given(st.data(), st.sampled_from([TEXT, [3, -1, 7, 2**40]]))
def test_whole_numbers_and_text_in_turn(data: st.DataObject, ids: list[object]) -> None:
    starts = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4))
    ends = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4))
    table = pd.DataFrame({"from": [one for one in starts for _ in ends], "to": ends * len(starts)})
    if data.draw(st.booleans()):
        row = data.draw(st.integers(0, len(table) - 1))
        table.loc[row, data.draw(st.sampled_from(["from", "to"]))] = data.draw(st.sampled_from(ids))
    table = (table.astype(KEPT) if ids is TEXT else table).iloc[data.draw(st.integers(0, len(table) - 1)) :]
    assert columns_in_order(table["from"], table["to"]) == by_loops(*(list(table[one]) for one in table))


def test_text_of_a_slice_is_read_where_it_begins() -> None:
    table = pd.DataFrame({"from": list("xxaabb"), "to": list("pqpqpz")}, dtype=KEPT).iloc[2:]
    assert columns_in_order(table["from"], table["to"]) == 0
    assert columns_in_order(table["from"].iloc[:2], table["to"].iloc[:2]) == 2


def test_the_same_bytes_cut_elsewhere_are_other_ids() -> None:
    starts = pd.Series(["x", "x", "y", "y"], dtype=KEPT)
    assert columns_in_order(starts, pd.Series(["a", "ab", "aa", "b"], dtype=KEPT)) == 0


@pytest.mark.parametrize(
    "start", [["a", "a", None, None], pd.Categorical(["a", "a", "b", "b"]), [1.0, 1.0, 2.0, 2.0], []]
)
def test_other_ids_are_left_to_be_looked_up(start: object) -> None:
    starts = pd.Series(start)
    assert columns_in_order(starts, pd.Series(["p", "q", "p", "q"][: len(starts)])) == 0


@pytest.mark.parametrize("form", ["430102 ", "４３０１０２", 430102, 430102.0])
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("framed", [False, True])
def test_an_id_in_another_form_is_refused_with_both_shown(form: object, wide: bool, framed: bool) -> None:
    """One place of three would otherwise be called unreached, and nothing said."""
    table = pd.DataFrame(
        {"from": pd.Series([form, "430103", "430104"], dtype=object), "to": "h", "minutes": 5.0}
    )
    if wide:
        table = table.pivot(index="from", columns="to", values="minutes")
        table = table.rename_axis(index="origin", columns="destination")
    ids = pd.Index(["430102", "430103", "430104"])
    places = pd.DataFrame(index=ids) if framed else ids
    with pytest.raises(InputError, match=re.escape(f"'430102' is there as {form!r}; bring both to one form")):
        coverage(table, places, pd.Index(["h"]), minutes=10)


def test_ids_asked_for_twice_are_refused_and_named_on_both_sides_with_the_units() -> None:
    table = pd.DataFrame({"from": ["a", "b"], "to": ["u", "v"], "minutes": [1.0, 2.0], "unit": ["min", "h"]})
    said = (
        "minutes table: mixed units: h at 1; convert them to minutes; and repeated ids at a; make the index "
        "unique; and repeated ids at v; make the index unique."
    )
    with pytest.raises(InputError, match=f"^{re.escape(said)}$"):
        read_minutes(table, origins=pd.Index(["a", "b", "a"]), destinations=pd.Index(["u", "v", "v"]))
