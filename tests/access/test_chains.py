"""Chains hold the vertices of lines with their metres; squares know the segments that touch them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.access.chains import Buckets, chain_of, in_buckets


def drawn(seed: int, count: int) -> np.ndarray:
    """Crooked lines of two to six vertices; some upright, some level, some of no length."""
    draw = np.random.default_rng(seed)
    lines = [draw.uniform(0, 5000, (draw.integers(2, 7), 2)) for _ in range(count)]
    for line in lines[::3]:
        line[:, draw.integers(2)] = line[0, 0]
    lines[-1][:] = lines[-1][0]
    return np.array([shapely.LineString(one) for one in lines], object)


def bucketed(lines: np.ndarray) -> Buckets:
    return in_buckets(chain_of(lines), shapely.bounds(lines))


def test_metres_begin_anew_with_every_line() -> None:
    lines = [shapely.LineString([(0, 0), (3, 4), (3, 10)]), shapely.LineString([(9, 9), (9, 9), (8, 9)])]
    chain = chain_of(np.array(lines, object))
    assert chain.metres.tolist() == [0, 5, 11, 0, 0, 1]
    assert chain.first.tolist() == [0, 3, 6] and chain.owner.tolist() == [0, 0, 0, 1, 1, 1]
    assert chain.length.tolist() == [11, 1]


@QUICK
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_every_square_has_the_segments_that_touch_it_and_none_from_afar(seed: int, count: int) -> None:
    lines = drawn(seed, count)
    chain, found = chain_of(lines), bucketed(lines)
    begin, names, away = found.squares
    (high, wide), (west, south) = away.shape, found.corner
    inner = np.flatnonzero(chain.owner[:-1] == chain.owner[1:])
    segments = shapely.linestrings(np.stack([chain.xy[inner], chain.xy[inner + 1]], axis=1))
    for i in range(high):
        for j in range(wide):
            x, y = west + j * found.size, south + i * found.size
            held = names[begin[i * wide + j] : begin[i * wide + j + 1]]
            square = shapely.box(x, y, x + found.size, y + found.size)
            off = shapely.distance(segments, square)
            assert set(inner[off == 0.0]) <= set(held) <= set(inner[off < 1e-4])
            assert len(set(held)) == len(held), "each once"


@QUICK
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_squares_know_how_far_the_nearest_with_something_is(seed: int, count: int) -> None:
    found = bucketed(drawn(seed, count))
    begin, _, away = found.squares
    full = np.argwhere(np.diff(begin).reshape(away.shape) > 0)
    spots = np.argwhere(np.ones(away.shape, bool))
    nearest = np.abs(spots[:, None] - full[None]).max(axis=2).min(axis=1)
    assert (away.ravel() == nearest).all()


@pytest.mark.parametrize(("wide", "high"), [(100_000.0, 1.0), (1.0, 100_000.0), (300.0, 200.0)])
def test_there_are_no_more_squares_than_segments_allow_however_long_the_network(
    wide: float, high: float
) -> None:
    lines = np.array([shapely.LineString([(0, 0), (wide / 2, high), (wide, 0)])] * 50, object)
    found = bucketed(lines)
    assert found.squares[2].size <= 2 * 100 + 4
    west, south = found.corner
    assert (west, south) == (-1.0, -1.0)
