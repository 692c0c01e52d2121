"""Loops over a lattice against geometry: the nearest line, where along it, and the minutes that follow."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.access.test_chains import bucketed, drawn
from tests.network.build import QUICK
from urbgeo.access.chains import chain_of
from urbgeo.access.lattice_kernels import minutes_at, nearest_on_lattice

X, Y = np.arange(-700.0, 5800.0, 410.0), np.arange(-650.0, 5700.0, 390.0)
"""Points on and far beyond the lines drawn."""


def nearest(lines: np.ndarray, x: np.ndarray, y: np.ndarray, reach_m: float) -> tuple[np.ndarray, ...]:
    chain, near = chain_of(lines), bucketed(lines)
    bends = chain.xy, chain.metres, chain.owner
    found: tuple[np.ndarray, ...] = nearest_on_lattice(
        x, y, bends, near.squares, near.corner, near.size, reach_m
    )
    return found


@QUICK
@given(st.integers(0, 10_000), st.integers(1, 30), st.sampled_from([150.0, 1_000.0, 9_000.0]))
def test_the_nearest_line_is_the_one_that_geometry_says(seed: int, count: int, reach_m: float) -> None:
    lines = drawn(seed, count)
    line, along, off = nearest(lines, X, Y, reach_m)
    spots = shapely.points(*np.meshgrid(X, Y))
    apart = shapely.distance(spots[..., None], lines)
    least = apart.min(axis=2)
    assert ((line >= 0) == (least <= reach_m)).all()
    inside = line >= 0
    np.testing.assert_allclose(off[inside], least[inside], atol=1e-6)
    assert np.isinf(off[~inside]).all()
    own = np.take_along_axis(apart, np.maximum(line, 0)[..., None], axis=2)[..., 0]
    np.testing.assert_allclose(own[inside], least[inside], atol=1e-6)
    feet = shapely.line_interpolate_point(lines[line[inside]], along[inside])
    np.testing.assert_allclose(shapely.distance(feet, spots[inside]), off[inside], atol=1e-5)


def test_of_lines_at_one_distance_the_first_is_taken_whatever_was_near_before() -> None:
    flat = [shapely.LineString([(0, y), (1000, y)]) for y in (200, 0, 200)]
    x, y = np.array([-50.0, 500.0, 1000.0]), np.array([100.0])
    for order in ([0, 1, 2], [1, 0, 2], [2, 0, 1]):
        line, along, off = nearest(np.array(flat, object)[order], x, y, 5_000.0)
        assert (line == 0).all() and along[0].tolist() == [0.0, 500.0, 1000.0]
        assert off[0, 1] == 100.0


def test_the_reach_is_a_closed_bound() -> None:
    lines = np.array([shapely.LineString([(0, 0), (1000, 0)])], object)
    for reach, found in ((100.0, 0), (99.999999, -1)):
        assert nearest(lines, np.array([500.0]), np.array([100.0]), reach)[0][0, 0] == found


def minutes(
    share: float, *, there: float = 10.0, back: float = 20.0, ends: tuple[float, float] = (np.inf, np.inf),
    starts: list[tuple[float, ...]] | None = None, off_m: float = 0.0, towards: bool = False,
    labels: tuple[int, int] = (7, 8), line: int = 0, ids: list[int] | None = None,
) -> tuple[float, int]:  # fmt: skip
    """Minutes at a point so far along one line, and whose they are; the point lies at (500, 500)."""
    rows = np.array(starts or [], float).reshape(-1, 5)
    found, which = minutes_at(
        np.array([500.0]), np.array([500.0]), np.array([[line]]), np.array([[share]]), np.array([[off_m]]),
        (np.array([[there, back]]), np.array([ends])), np.array([labels]), rows,
        np.array(ids or list(range(len(rows))), np.int64), np.array([0, len(rows)]), 6.0, towards,
    )  # fmt: skip
    return float(found[0, 0]), int(which[0, 0])


def test_minutes_from_the_nodes_go_along_the_line_each_way() -> None:
    """A quarter along: 2.5 minutes from the first node, three quarters of the way back from the second."""
    assert minutes(0.25, ends=(1.0, np.inf)) == (1.0 + 2.5, 7)
    assert minutes(0.25, ends=(np.inf, 1.0)) == (1.0 + 15.0, 8)
    assert minutes(0.25, ends=(1.0, np.inf), towards=True) == (1.0 + 5.0, 7)
    assert minutes(0.25, ends=(np.inf, 1.0), towards=True) == (1.0 + 7.5, 8)
    assert minutes(0.25, ends=(1.0, np.inf), off_m=200.0) == (pytest.approx(1.0 + 2.5 + 2.0), 7)


def test_a_one_way_is_against_whoever_drives_back_but_not_at_its_very_end() -> None:
    assert minutes(0.25, back=np.nan, ends=(np.inf, 1.0)) == (np.inf, -1)
    assert minutes(1.0, back=np.nan, ends=(np.inf, 1.0)) == (1.0, 8)
    assert minutes(0.0, back=np.nan, ends=(1.0, np.inf), towards=True) == (1.0, 7)
    assert minutes(0.25, back=np.nan, ends=(1.0, np.inf), towards=True) == (np.inf, -1)
    assert minutes(0.25, ends=(0.0, 0.0), line=-1) == (np.inf, -1), "no line in reach"


def test_equal_minutes_go_to_the_lower_label_and_a_start_on_the_line_before_a_later_one() -> None:
    assert minutes(0.5, back=10.0, ends=(1.0, 1.0)) == (6.0, 7)
    assert minutes(0.5, back=10.0, ends=(1.0, 1.0), labels=(8, 7)) == (6.0, 7)
    start = [(0.3, 1.0, 99.0, 9e5, 9e5)]
    assert minutes(0.5, starts=start, ids=[3])[1] == 3
    twice = minutes(0.5, starts=start * 2, ids=[5, 4])
    assert twice == (pytest.approx(1.0 + 2.0), 4)


def test_a_start_on_the_line_goes_along_it_or_straight_across() -> None:
    """Two tenths on from the start: two minutes there, four back; both a kilometre off the line may walk."""
    far = [(0.3, 1.0, 0.1, 9e5, 9e5)]
    assert minutes(0.5, starts=far)[0] == pytest.approx(1.0 + 2.0)
    assert minutes(0.5, starts=far, towards=True)[0] == pytest.approx(1.0 + 4.0)
    assert minutes(0.1, starts=far, towards=True)[0] == pytest.approx(1.0 + 2.0)
    beside = [(0.3, 60.0, 1.0, 500.0, 900.0)]  # 400 m away, four minutes on foot
    assert minutes(0.5, starts=beside, off_m=500.0)[0] == pytest.approx(4.0)
    too_far = [(0.3, 0.5, 0.05, 500.0, 900.0)]  # farther than both are from the line
    assert minutes(0.5, starts=too_far, off_m=300.0)[0] == pytest.approx(0.5 + 2.0 + 3.0)
