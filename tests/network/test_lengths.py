"""Lengths of links are held against the straight lines between their ends."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from tests.network.build import points, road
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.model import build_network

NODES = points([(0.0, 0.0), (95.0, 0.0), (95.0, 0.5)])


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (95_000.0, r"length_km of 0 is 95000.0 where .*95.0 km; are these metres"),
        (1.0, "0 is 1.0 where .*kilometres"),
    ],
)
def test_a_length_that_cannot_be_meant_is_refused(length: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        build_network(NODES, road(("A", "B", length), ("B", "C", 0.6)))


def test_a_length_below_the_straight_line_is_told_and_one_above_is_ordinary() -> None:
    with pytest.warns(UrbgeoWarning, match=r"2 of 3 are shorter than the straight line .*first: 0, 2"):
        build_network(NODES, road(("A", "B", 90.0), ("B", "C", 0.6), ("B", "A", 90.0)))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UrbgeoWarning)
        build_network(NODES, road(("A", "B", 95.0 * 3), ("B", "C", 0.1)))
        build_network(NODES, road(("A", "B", 1.0)).assign(minutes=60.0))


@pytest.mark.parametrize(
    ("apart", "length", "becomes"),
    [
        (1.0, 100.0, "taken"),
        (1.0, 100.1, "refused"),
        (0.999, 100.1, "taken"),
        (20.0, 10.0, "told"),
        (20.0, 9.9, "refused"),
        (40.0, 20.0, "told"),
        (40.0, 19.9, "refused"),
        (100.0, 95.0, "taken"),
        (100.0, 94.9, "told"),
    ],
)
def test_every_bound_of_lengths_stands_where_it_is_said(apart: float, length: float, becomes: str) -> None:
    nodes = points([(0.0, 0.0), (apart, 0.0)])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UrbgeoWarning)
        try:
            build_network(nodes, road(("A", "B", length)))
            found = "told" if told else "taken"
        except InputError:
            found = "refused"
    assert found == becomes


def timed(minutes: float, count: int = 6) -> pd.DataFrame:
    return road(*[("A", "B", 95.0)] * count).assign(minutes=[minutes] + [95.0] * (count - 1))


@pytest.mark.parametrize("minutes", [0.0, 1.6, 22.7])
def test_roads_of_no_time_or_of_hours_for_minutes_are_told(minutes: float) -> None:
    with pytest.warns(UrbgeoWarning, match=r"1 of 6 roads are faster than 250 km/h \(first: 0\)"):
        build_network(NODES, timed(minutes))


def test_minutes_that_make_most_roads_slower_than_walking_are_told_as_seconds() -> None:
    seconds = road(*[("A", "B", 95.0)] * 6).assign(minutes=[60.0] * 2 + [5700.0] * 4)
    with pytest.warns(UrbgeoWarning, match=r"4 of 6 roads are slower than 2\.5 km/h .*seconds for minutes"):
        build_network(NODES, seconds)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UrbgeoWarning)
        build_network(NODES, timed(22.9))
        build_network(NODES, timed(5700.0))  # one ferry in six


def test_rail_may_be_faster_than_a_road() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UrbgeoWarning)
        build_network(NODES, timed(19.0).assign(mode="rail"))
