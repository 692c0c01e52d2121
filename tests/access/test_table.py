"""The table of minutes that measures compute on: the same sums whether pairs are written down or implied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.access.reading import read_minutes
from urbgeo.access.table import MinutesTable, for_ids, nearest_pairs, wide
from urbgeo.errors import InputError

FULL = pd.DataFrame([[5.0, 60.0], [0.0, 61.0], [7.0, 8.0]], index=list("abc"), columns=list("xy"))


def table_of(frame: pd.DataFrame) -> MinutesTable:
    return read_minutes(frame.rename_axis(index="origin", columns="destination"))


def written_down(table: MinutesTable) -> MinutesTable:
    """The same with the ends of every pair written down."""
    return replace(table, ends=(table.origin, table.destination))


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    minutes = st.one_of(st.just(np.inf), st.integers(0, 90).map(float))
    values = [[draw(minutes) for _ in range(columns)] for _ in range(rows)]
    return pd.DataFrame(values, index=list("abcd")[:rows], columns=list("wxyz")[:columns])


@QUICK
@given(frames())
def test_sums_equal_those_of_the_square_table_in_both_forms(frame: pd.DataFrame) -> None:
    square = frame.to_numpy()
    opportunities = np.arange(1.0, frame.shape[1] + 1)
    people = 10.0 * np.arange(1.0, frame.shape[0] + 1)
    for table in (table_of(frame), written_down(table_of(frame))):
        pd.testing.assert_frame_equal(wide(table), frame, check_names=False)
        near = (square <= 60.0).astype(float)
        np.testing.assert_array_equal(table.within_at_origins(60.0, opportunities), near @ opportunities)
        np.testing.assert_array_equal(table.within_at_destinations(60.0, people), people @ near)
        weights = table.minutes + 1.0
        held = np.where(np.isfinite(square), square + 1.0, 0.0)
        np.testing.assert_allclose(table.total_at_origins(weights, opportunities), held @ opportunities)
        np.testing.assert_allclose(table.total_at_destinations(weights, people), people @ held)
        np.testing.assert_array_equal(wide(table.turned()).to_numpy(), square.T)
        assert table.origin_reached.tolist() == np.isfinite(square).any(axis=1).tolist()


@QUICK
@given(frames(), st.integers(0, 90))
def test_pairs_within_a_limit_are_those_of_the_closed_bound(frame: pd.DataFrame, limit: int) -> None:
    kept = table_of(frame).within(float(limit))
    wanted = frame.where(frame <= limit, np.inf)
    pd.testing.assert_frame_equal(wide(kept), wanted, check_names=False)
    assert kept.destination_reached.tolist() == np.isfinite(wanted.to_numpy()).any(axis=0).tolist()


def test_the_nearest_is_the_first_of_equals_and_none_is_minus_one() -> None:
    table = table_of(
        pd.DataFrame([[5.0, 5.0], [np.inf, np.inf], [9.0, 3.0]], index=list("abc"), columns=list("xy"))
    )
    minutes, which = nearest_pairs(table)
    assert (minutes.tolist(), which.tolist()) == ([5.0, np.inf, 3.0], [0, -1, 1])
    assert nearest_pairs(table, np.array([False, True]))[1].tolist() == [1, -1, 1]


@pytest.mark.parametrize("form", [table_of(FULL), written_down(table_of(FULL))])
def test_ids_are_brought_to_the_order_asked(form: MinutesTable) -> None:
    found = for_ids(form, pd.Index(list("cab")), pd.Index(list("yx")))
    pd.testing.assert_frame_equal(wide(found), FULL.loc[list("cab"), list("yx")], check_names=False)


def test_fewer_ids_are_taken_where_some_may_be_asked_and_refused_by_name_elsewhere() -> None:
    some = for_ids(table_of(FULL), pd.Index(["b"]), None, some=True)
    assert wide(some).to_numpy().tolist() == [[0.0, 61.0]]
    with pytest.raises(InputError, match=r"not among the origins.*a, c"):
        for_ids(table_of(FULL), pd.Index(["b"]), None)
    with pytest.raises(InputError, match=r"has none of the destinations.*z"):
        for_ids(table_of(FULL), None, pd.Index(["x", "y", "z"]))


def test_statuses_tell_who_was_not_asked_from_who_reaches_nothing() -> None:
    frame = pd.DataFrame([[5.0, np.nan], [np.inf, np.nan]], index=list("ab"), columns=list("xy"))
    table = table_of(frame)
    assert table.origin_status.tolist() == ["reached", "unreached"]
    assert table.destination_status.tolist() == ["reached", "not asked"]
    assert wide(table)["y"].isna().all()


def test_who_was_asked_stays_so_in_any_order_and_among_fewer() -> None:
    frame = pd.DataFrame(
        [[5.0, np.inf, np.nan], [np.inf, np.inf, np.nan], [np.nan, np.nan, np.nan], [7.0, 8.0, np.nan]],
        index=list("abcd"),
        columns=list("xyz"),
    )
    table = table_of(frame)
    found = for_ids(table, pd.Index(list("cdba")), pd.Index(list("zyx")))
    assert found.origin_status.tolist() == ["not asked", "reached", "unreached", "reached"]
    assert found.destination_status.tolist() == ["not asked", "reached", "reached"]
    pd.testing.assert_frame_equal(wide(found), frame.loc[list("cdba"), list("zyx")], check_names=False)
    few = for_ids(table, pd.Index(list("ba")), pd.Index(list("yx")), some=True)
    assert few.origin_status.tolist() == ["unreached", "reached"]
    assert few.destination_status.tolist() == ["unreached", "reached"], "d, which reaches y, is left out"
    pd.testing.assert_frame_equal(wide(few), frame.loc[list("ba"), list("yx")], check_names=False)
    turned = table.turned()
    assert turned.origin_status.tolist() == ["reached", "reached", "not asked"]
    assert turned.destination_status.tolist() == ["reached", "unreached", "not asked", "reached"]
    near = table.within(7.0)
    assert near.origin_status.tolist() == ["reached", "unreached", "not asked", "reached"]
    assert near.destination_status.tolist() == ["reached", "unreached", "not asked"]


def test_ids_of_a_long_table_may_be_new_and_are_then_not_asked() -> None:
    long = pd.DataFrame({"from": ["a", "a", "b"], "to": ["x", "y", "x"], "minutes": [5.0, 6.0, 7.0]})
    found = for_ids(read_minutes(long), pd.Index(list("zba")), pd.Index(list("yxw")))
    assert found.origin_status.tolist() == ["not asked", "reached", "reached"]
    assert found.destination_status.tolist() == ["reached", "reached", "not asked"]
    assert wide(found).loc["a", ["y", "x"]].tolist() == [6, 5]
    with pytest.raises(InputError, match=r"not among the origins.*a, b"):
        for_ids(read_minutes(long), pd.Index(["A", "B"]), None, some=True)


def test_the_caller_s_index_names_what_is_asked() -> None:
    found = for_ids(table_of(FULL), pd.Index(list("abc"), name="town"), pd.Index(list("xy"), name="shop"))
    assert (found.origins.name, found.destinations.name) == ("town", "shop")
