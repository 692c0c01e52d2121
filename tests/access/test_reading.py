"""Reading tables of minutes, wide or long, checked once and the same way for every measure."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from tests.access.tables import long_of, named
from urbgeo.access.reading import read_minutes
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.provenance import Provenance

T = named([[5, 20, 70], [30, 40, math.inf]])


pytestmark = pytest.mark.filterwarnings("ignore:amounts")


def test_all_faults_of_a_table_come_at_once() -> None:
    with pytest.raises(InputError, match=r"(?s)negative minutes.*over 20160"):
        read_minutes(T.replace({5: -1, 70: 4294967}))


@pytest.mark.parametrize("text", ["5", "quick"])
def test_minutes_that_are_text_are_refused_before_they_are_read_as_numbers(text: str) -> None:
    table = long_of(T).astype({"minutes": object})
    table.loc[3, "minutes"] = text
    with pytest.raises(InputError, match=r"^minutes table: minutes are object; convert them to numbers"):
        read_minutes(table)
    wide = T.astype({"v": object})
    wide.loc["b", "v"] = text
    with pytest.raises(InputError, match="columns that are no numbers of minutes at v; convert them"):
        read_minutes(wide)


def test_what_is_read_does_not_change_with_the_table() -> None:
    whole = long_of(named([[5, 20, 70], [30, 40, 20]]))
    kept = read_minutes(whole)
    whole.loc[:, "minutes"] = 999.0
    assert kept.minutes.max() == 70


def test_seconds_among_minutes_are_suspected() -> None:
    minutes = np.arange(100.0).reshape(10, 10) / 10 + 1
    minutes[3] *= 60
    np.fill_diagonal(minutes, 0)
    ids = list("abcdefghij")
    square = pd.DataFrame(minutes, pd.Index(ids, name="origin"), pd.Index(ids, name="destination"))
    for table in (square, long_of(square)):
        with pytest.warns(
            UrbgeoWarning, match="trips from 1 ids take .* the other way round: d; are seconds"
        ):
            read_minutes(table)


def test_statuses_are_by_pairs_told_of_either_side() -> None:
    """a reaches u alone; b nothing; c was not asked; u is reached, v by nobody, w was not asked."""
    nan, inf = math.nan, math.inf
    wide = named([[5, inf, nan], [inf, inf, nan], [nan, nan, nan]])
    rows = [(one, other, wide.loc[one, other]) for one in wide.index for other in wide.columns]
    long = pd.DataFrame(rows, columns=["from", "to", "minutes"])
    for table in (wide, wide.T, long, long.iloc[::-1].reset_index(drop=True), long.drop(index=8)):
        found = read_minutes(table, origins=wide.index, destinations=wide.columns)
        assert found.origin_status.tolist() == ["reached", "unreached", "not asked"]
        assert found.destination_status.tolist() == ["reached", "unreached", "not asked"]
        assert (found.minutes.tolist(), found.origin.tolist(), found.destination.tolist()) == ([5], [0], [0])
        assert found.whole == (table is not long and "minutes" not in table)


@pytest.mark.parametrize("form", [lambda table: table, long_of, lambda table: long_of(table).iloc[[1, 0, 2]]])
def test_two_weeks_are_the_longest_trip_and_none_may_be_longer(form: Callable[..., pd.DataFrame]) -> None:
    """In a wide table, in a long one in order, and in one out of order and without a pair."""
    assert read_minutes(form(named([[1, 20160], [2, 0]]))).minutes.max() == 14 * 24 * 60
    with pytest.raises(InputError, match="1 pairs over 20160 minutes at a -> v"):
        read_minutes(form(named([[1, 20160.5], [2, 0]])))


@pytest.mark.parametrize("form", [lambda table: table, long_of])
@pytest.mark.parametrize("turned", [False, True])
def test_thirty_times_as_long_is_not_yet_suspected(form: Callable[..., pd.DataFrame], turned: bool) -> None:
    for minutes, odd in ((60.0, False), (60.5, True)):
        square = np.array([[0.0, minutes], [2.0, 0.0]])
        table = named((square.T if turned else square).tolist(), destinations="ab")
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            read_minutes(form(table))
        assert ["trips from 2 ids take" in str(one.message) for one in said] == [True] * odd


def test_trips_are_compared_by_their_mean_and_by_id() -> None:
    """Destinations in another order, one of them no origin; only d's trips out are long: 61 against 2."""
    table = pd.DataFrame(
        [[9.0, 1.0, 2.0], [9.0, 2.0, 61.0]],
        pd.Index(["a", "d"], name="origin"),
        pd.Index(["x", "d", "a"], name="destination"),
    )
    table.loc["d", "x"] = 61.0
    with pytest.warns(UrbgeoWarning, match="trips from 1 ids .*: d; are seconds"):
        read_minutes(table.assign(d=[1.0, np.nan]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_minutes(table.assign(d=[3.0, np.nan]))


def test_what_minutes_rest_on_is_what_is_said_or_what_the_table_knows() -> None:
    mine, told = Provenance(sources=("mine",)), Provenance(sources=("the table's",))
    table = T.copy()
    assert read_minutes(table).provenance.sources == ()
    table.attrs["provenance"] = told
    assert read_minutes(table).provenance is told
    assert read_minutes(table, provenance=mine).provenance is mine
    held = read_minutes(table)
    assert read_minutes(held) is not None and read_minutes(held).minutes.tolist() == held.minutes.tolist()


def test_doubles_are_found_among_more_pairs_than_can_be_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbgeo.access.reading.DENSE_PAIRS", 3)
    long = long_of(T)
    assert read_minutes(long).minutes.tolist() == [5, 20, 70, 30, 40]
    with pytest.raises(InputError, match="1 repeated pairs at b -> v"):
        read_minutes(pd.concat([long, long.iloc[[4]]]))
