"""Blocks of a grid: every cell once, borders as neighbours have them, the minutes of the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.surface import blocks
from urbgeo.surface.blocks import (
    Block,
    MemoryStore,
    Seeds,
    Walk,
    _bucket_widths,
    blocks_of,
    changed_beside,
    links_of_block,
    padded,
    settle_block,
    strips_of,
)
from urbgeo.surface.steps import NO_LINK, PAD, REACH, SOURCE_LINK, STEPS_8, STEPS_16

WALK = Walk(8, (100.0, 100.0), 1.0, through_corners=True, limit=np.inf)


def seeds(*cells: tuple[int, int], minutes: float = 0.0) -> Seeds:
    rows, columns = np.array(cells, np.int64).reshape(-1, 2).T
    count = len(cells)
    return Seeds(rows, columns, np.full(count, minutes), np.arange(count), np.zeros(count, np.int64))


def store(friction: np.ndarray, **layers: np.ndarray) -> MemoryStore:
    return MemoryStore({"friction": friction, "minutes": np.full(friction.shape, np.inf), **layers})


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 15))
@QUICK
def test_blocks_hold_every_cell_once_and_are_no_larger_than_said(rows: int, columns: int, size: int) -> None:
    seen = np.zeros((rows, columns), int)
    for block in blocks_of((rows, columns), size):
        assert 0 < block.bottom - block.top <= size and 0 < block.right - block.left <= size
        seen[block.top : block.bottom, block.left : block.right] += 1
    assert (seen == 1).all()


@pytest.mark.parametrize(
    "block", [Block(0, 3, 0, 4), Block(2, 5, 3, 6), Block(6, 9, 5, 8), Block(0, 9, 0, 8)]
)
def test_a_window_has_its_neighbours_cells_around_it_and_the_fill_beyond_the_grid(block: Block) -> None:
    values = np.arange(72.0).reshape(9, 8)
    held = store(values)
    found = padded(held, "friction", block, -5.0)
    whole = np.pad(values, PAD, constant_values=-5.0)
    expected = whole[block.top : block.bottom + 2 * PAD, block.left : block.right + 2 * PAD]
    np.testing.assert_array_equal(found, expected)
    found[...] = 0.0
    assert held.layers["friction"][0, 1] == 1.0, "a copy"


def test_cells_without_friction_are_barriers_and_heights_keep_their_gaps() -> None:
    values = np.array([[1.0, np.nan], [2.0, 3.0]])
    held = store(values, height=values)
    assert np.isinf(padded(held, "friction", Block(0, 2, 0, 2), 9.0)[PAD, PAD + 1])
    assert np.isnan(padded(held, "height", Block(0, 2, 0, 2), 9.0)[PAD, PAD + 1])
    assert np.isnan(values[0, 1]), "the caller's grid stays"


def test_a_window_is_written_and_the_whole_is_taken_as_it_comes() -> None:
    held = store(np.zeros((4, 4)))
    held.write("minutes", Block(1, 3, 1, 3), np.ones((2, 2)))
    assert held.layers["minutes"][1:3, 1:3].sum() == 4.0 and np.isinf(held.layers["minutes"]).sum() == 12
    whole = np.full((4, 4), 7.0)
    held.write("minutes", Block(0, 4, 0, 4), whole)
    assert held.layers["minutes"] is whole and held.shape == (4, 4)
    assert held.has("minutes") and not held.has("height")


def test_seeds_are_joined_moved_and_cut_to_a_window_whose_ends_are_outside() -> None:
    many = Seeds.joined([seeds((0, 0), (2, 3)), seeds((3, 3), minutes=5.0)])
    assert len(many) == 3 and many.minutes.tolist() == [0.0, 0.0, 5.0] and len(Seeds.joined([])) == 0
    inside = many.inside(Block(2, 3, 3, 4))
    assert (inside.rows.tolist(), inside.labels.tolist()) == ([2], [1])
    assert len(many.inside(Block(2, 4, 3, 4))) == 2
    moved = many.moved(10, -1)
    assert moved.rows.tolist() == [10, 12, 13] and moved.columns.tolist() == [-1, 2, 2]


@pytest.mark.parametrize("neighbours", [8, 16])
def test_steps_pass_the_cells_that_lie_beside_their_way(neighbours: int) -> None:
    """A diagonal between two cells; a long step across those whose middles its way lies between."""
    wide = 50
    walk = Walk(neighbours, (100.0, 40.0), 1.0, through_corners=True, limit=np.inf)
    steps = walk.steps(wide)
    asked = STEPS_8 if neighbours == 8 else STEPS_16
    assert steps.offset.tolist() == [down * wide + right for down, right in asked]
    for k, (down, right) in enumerate(asked):
        assert steps.length[k] == pytest.approx(np.hypot(down * 100.0, right * 40.0))
        crossed = {(np.sign(down), 0), (0, np.sign(right))} if abs(down * right) == 1 else set()
        if abs(down) == 2:
            crossed = {(np.sign(down), 0), (np.sign(down), right)}
        elif abs(right) == 2:
            crossed = {(0, np.sign(right)), (down, np.sign(right))}
        assert set(steps.side[k].tolist()) == ({a * wide + b for a, b in crossed} or {0})
        # all cells of a step share its length: two ends, and of a long one two between
        cells = 4 if 2 in (abs(down), abs(right)) else 2
        assert steps.share[k] == pytest.approx(steps.length[k] / cells)


def test_a_bucket_is_no_wider_than_the_cheapest_step_and_all_span_the_dearest() -> None:
    friction = np.array([[0.01, 0.5], [np.inf, 0.02]])
    width, buckets = _bucket_widths(friction, None, WALK)
    assert width == pytest.approx(0.01 * 100.0)
    assert buckets * width >= 0.5 * 100.0 * np.sqrt(5.0) and bin(buckets).count("1") == 1
    assert _bucket_widths(friction, np.zeros(4), WALK)[0] < width, "downhill is quicker than on the level"
    assert _bucket_widths(np.full((2, 2), np.inf), None, WALK) == (1.0, 4)


@given(st.integers(0, 10_000))
@QUICK
def test_only_neighbours_that_see_a_change_are_told_with_its_least_minutes(seed: int) -> None:
    draw = np.random.default_rng(seed)
    old = draw.uniform(10, 20, (7, 9))
    new, at = old.copy(), draw.integers(0, [7, 9], (2, 2))
    new[at[:, 0], at[:, 1]] -= draw.uniform(1, 5, 2)
    found = changed_beside(strips_of(old, None, REACH), strips_of(new, None, REACH))
    expected = {}
    for down, right in STEPS_8:
        rows = {-1: range(REACH), 0: range(7), 1: range(7 - REACH, 7)}[down]
        columns = {-1: range(REACH), 0: range(9), 1: range(9 - REACH, 9)}[right]
        seen = [new[r, c] for r, c in at.tolist() if r in rows and c in columns]
        if seen:
            expected[down, right] = min(seen)
    assert {(down, right): least for down, right, least in found} == pytest.approx(expected)


def test_another_owner_at_the_same_minutes_is_a_change_where_somebody_arrives() -> None:
    minutes = np.full((5, 5), np.inf)
    minutes[0, 0] = 3.0
    label = np.zeros((5, 5), np.int32)
    other = label.copy()
    other[0, 0] = 1
    told = changed_beside(strips_of(minutes, label, REACH), strips_of(minutes, other, REACH))
    assert {one[:2] for one in told} == {(-1, -1), (-1, 0), (0, -1)} and {one[2] for one in told} == {3.0}
    nowhere = label.copy()
    nowhere[4, 4] = 1
    assert not changed_beside(strips_of(minutes, label, REACH), strips_of(minutes, nowhere, REACH))


def settled(friction: np.ndarray, start: Seeds, walk: Walk, size: int) -> dict[str, Any]:
    """Block after block until none tells of a change: the simplest way to drive them."""
    held = store(friction, allocation=np.full(friction.shape, -1, np.int32))
    blocks = blocks_of(friction.shape, size)
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        for down, right, _ in settle_block(held, block, start.inside(block), walk):
            where = block.top + down * size, block.left + right * size
            waiting += [one for one in blocks if (one.top, one.left) == where and one not in waiting]
    links = np.full(friction.shape, NO_LINK, np.uint8)
    for block in blocks:
        links[block.top : block.bottom, block.left : block.right] = links_of_block(
            held, block, start.inside(block), walk
        )
    return {**held.layers, "links": links}


@pytest.mark.parametrize("size", [4, 5, 30])
def test_on_even_ground_minutes_are_those_of_straight_and_diagonal_steps(size: int) -> None:
    found = settled(np.full((12, 17), 0.01), seeds((3, 4)), WALK, size)
    down, right = np.abs(np.mgrid[0:12, 0:17] - np.array([3, 4])[:, None, None])
    diagonal = np.minimum(down, right)
    expected = diagonal * np.sqrt(2.0) + (np.maximum(down, right) - diagonal)
    np.testing.assert_allclose(found["minutes"], expected, rtol=1e-9)
    assert (found["allocation"] == 0).all()


def test_a_search_that_runs_out_of_room_goes_on_with_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two sources each keeps its half, and barriers stay what they are."""
    friction = np.full((12, 17), 0.01)
    friction[:, 8] = np.nan
    room = (12 + 2 * PAD) * (17 + 2 * PAD) // 4
    monkeypatch.setattr(blocks, "SPARE_ROOM", 1 - room)
    found = settled(friction, seeds((3, 4), (6, 12)), WALK, 30)
    for label, (row, column) in enumerate([(3, 4), (6, 12)]):
        down, right = np.abs(np.mgrid[0:12, 0:17] - np.array([row, column])[:, None, None])
        expected = np.minimum(down, right) * (np.sqrt(2.0) - 1.0) + np.maximum(down, right)
        half = np.s_[:, 9 * label : 9 * label + 8]
        np.testing.assert_allclose(found["minutes"][half], expected[half], rtol=1e-9)
        assert (found["allocation"][half] == label).all()
    assert (found["allocation"][:, 8] == -1).all() and not np.isfinite(found["minutes"][:, 8]).any()


@pytest.mark.parametrize("neighbours", [8, 16])
def test_links_lead_back_to_a_source_by_steps_that_cost_what_they_say(neighbours: int) -> None:
    draw = np.random.default_rng(5)
    friction = draw.uniform(0.005, 0.05, (14, 15))
    friction[draw.random(friction.shape) < 0.2] = np.nan
    friction[2, 2] = friction[11, 12] = 0.01
    start = seeds((2, 2), (11, 12))
    walk = Walk(neighbours, (100.0, 100.0), 1.0, through_corners=False, limit=np.inf)
    whole, cut = settled(friction, start, walk, 30), settled(friction, start, walk, 5)
    for name in ("minutes", "allocation", "links"):
        np.testing.assert_array_equal(whole[name], cut[name])
    minutes, links = whole["minutes"], whole["links"]
    assert links[2, 2] == links[11, 12] == SOURCE_LINK
    assert ((links == NO_LINK) == ~np.isfinite(minutes)).all() and np.isnan(friction)[
        links == NO_LINK
    ].mean() > 0.5
    asked = STEPS_8 if neighbours == 8 else STEPS_16
    for r, c in np.argwhere(np.isfinite(minutes)).tolist():
        if links[r, c] == SOURCE_LINK:
            continue
        down, right = asked[links[r, c] - 1]
        before = r - down, c - right
        if max(abs(down), abs(right)) == 1:
            step = np.hypot(down, right) * 100.0 * (friction[r, c] + friction[before]) / 2
            assert minutes[r, c] == pytest.approx(minutes[before] + step)
        assert minutes[before] < minutes[r, c]
        assert whole["allocation"][before] == whole["allocation"][r, c]


def test_the_limit_is_a_closed_bound() -> None:
    friction = np.full((1, 9), 0.01)
    for limit, reached in ((3.0, 4), (2.999, 3)):
        walk = Walk(8, (100.0, 100.0), 1.0, through_corners=True, limit=limit)
        assert np.isfinite(settled(friction, seeds((0, 0)), walk, 4)["minutes"]).sum() == reached
