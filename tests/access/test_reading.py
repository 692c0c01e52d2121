"""Reading tables of minutes, wide or long, checked once and the same way for every measure."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tests.access.tables import long_of, named
from urbgeo.access.reading import read_minutes
from urbgeo.errors import InputError, UrbgeoWarning

T = named([[5, 20, 70], [30, 40, math.inf]])


pytestmark = pytest.mark.filterwarnings("ignore:amounts")


def test_all_faults_of_a_table_come_at_once() -> None:
    with pytest.raises(InputError, match=r"(?s)negative minutes.*over 20160"):
        read_minutes(T.replace({5: -1, 70: 4294967}))


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
