"""Outlines against the field they are of: told point by point, valid, nested, with what is drawn inside."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.access.outline import outlined
from urbgeo.access.outline_kernels import REACH, STRIP

FRAME = (500_000.0, 3_000_000.0, 50.0, 50.0)
ROUNDING_M = 2e-4
"""Outlines keep a millionth of a side from grid points."""


def field(seed: int, *, rough: bool) -> np.ndarray:
    """Whole numbers, so that many points are just at 0; or what changes gently."""
    draw = np.random.default_rng(seed)
    if rough:
        return np.pad(draw.integers(-2, 3, (14, 17)).astype(float), 2, constant_values=1.4)
    up, across = np.mgrid[0:14, 0:17]
    waves = draw.uniform(0.2, 0.9, 4)
    field = np.sin(waves[0] * up + waves[1] * across) + np.cos(waves[2] * across - waves[3])
    return np.pad(field, 2, constant_values=1.4)


def strokes(seed: int, count: int) -> np.ndarray:
    """Off the rim, where all is to be outside."""
    draw = np.random.default_rng(seed)
    begin = draw.uniform(3, 14, (count, 2))
    end = (begin + draw.normal(0, 2, (count, 2))).clip(1, 16)
    return np.column_stack([begin, end, np.full(count, STRIP)])


def on_ground(xy: np.ndarray) -> np.ndarray:
    return xy * FRAME[2:] + FRAME[:2]


def interpolated(over: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Each square in two triangles, cut from its first corner to its last."""
    j, i = np.floor(xy).astype(int).T
    s, t = (xy - np.floor(xy)).T
    a, b, c, d = over[i, j], over[i, j + 1], over[i + 1, j + 1], over[i + 1, j]
    return np.where(s >= t, a + s * (b - a) + t * (c - b), a + t * (d - a) + s * (c - d))


@QUICK
@given(st.integers(0, 10_000), st.booleans())
def test_land_is_where_the_field_is_at_most_zero(seed: int, rough: bool) -> None:
    over = field(seed, rough=rough)
    land = outlined(over, FRAME)
    assert land.is_valid
    spots = np.random.default_rng(seed).uniform(0, [over.shape[1] - 1, over.shape[0] - 1], (4000, 2))
    value = interpolated(over, spots)
    clear = np.abs(value) > 1e-4
    assert (shapely.contains_xy(land, on_ground(spots)) == (value <= 0.0))[clear].all()


@QUICK
@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 25))
def test_what_is_drawn_is_land_and_adds_no_more_than_a_strip(seed: int, rough: bool, count: int) -> None:
    over, drawn = field(seed, rough=rough), strokes(seed, count)
    alone, land = outlined(over, FRAME), outlined(over, FRAME, lambda _: drawn)
    assert land.is_valid
    lines = shapely.linestrings(on_ground(drawn[:, :4].reshape(-1, 2)).reshape(-1, 2, 2))
    cover = shapely.buffer(land, ROUNDING_M)
    assert shapely.covers(cover, lines).all()
    assert cover.covers(alone)
    most = alone.union(shapely.union_all(shapely.buffer(lines, 50.0 * (STRIP + 2.0 * REACH))))
    assert most.buffer(ROUNDING_M).covers(land)


@QUICK
@given(st.integers(0, 10_000), st.booleans(), st.integers(0, 20), st.integers(0, 9))
def test_less_field_with_more_drawn_is_land_around(seed: int, rough: bool, count: int, more: int) -> None:
    over, drawn = field(seed, rough=rough), strokes(seed, count + more)
    small = outlined(over, FRAME, lambda _: drawn[:count])
    less = np.where(over >= 1.4, over, over - np.random.default_rng(seed).uniform(0, 0.7, over.shape))
    large = outlined(less, FRAME, lambda _: drawn)
    assert large.buffer(ROUNDING_M).covers(small)


def test_a_straight_road_alone_is_a_strip_half_a_square_wide() -> None:
    """Drawn where nothing else is land: as wide as is said, its ends rounded."""
    over = np.full((44, 44), 1.4)
    for turn in np.linspace(0.0, 3.0, 7):
        way = 15.0 * np.array([np.cos(turn), np.sin(turn)])
        land = outlined(over, FRAME, lambda _, way=way: np.array([[*(22 - way), *(22 + way), STRIP]]))
        strip = shapely.LineString(on_ground(np.array([22 - way, 22 + way]))).buffer(50.0 * STRIP)
        assert 0.85 < land.area / strip.area < 1.05
        assert shapely.hausdorff_distance(land, strip) < 50.0 * REACH


def test_no_land_is_an_empty_polygon() -> None:
    assert outlined(np.ones((7, 7)), FRAME).is_empty
