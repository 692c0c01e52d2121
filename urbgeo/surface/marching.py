"""Fast marching: minutes as a front that crosses open ground in every direction, not along steps only.

Changed from the paper: the front begins as discs of exact minutes round each source, without which the first
few cells are up to 4 % too far; and the ground is settled in blocks, so that it need not fit into memory.

References
----------
J. A. Sethian, A fast marching level set method for monotonically advancing fronts, PNAS 93, 1996.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import only_compiled
from urbgeo.engine.heap import pop, push
from urbgeo.parallel import Stop, let_go
from urbgeo.surface.blocks import (
    Block,
    Changes,
    Seeds,
    Store,
    Walk,
    changed_beside,
    padded,
    strips_of,
)
from urbgeo.surface.steps import NO_LINK, PAD, STEPS_8
from urbgeo.types import Flags, Floats, Ints

kernel = only_compiled("A travel surface")


DISC_CELLS = 10
"""Radius in cells of the disc round a source whose minutes are set exactly, where no metres are given."""


MOST_OFFERS = 8
"""How many cells one that is settled may lower."""


def source_discs(store: Store, seeds: Seeds, walk: Walk) -> Seeds:
    """Cells round each source with their exact minutes, as far as the ground there is all alike.

    A front that starts from a point is bent too sharply for flat triangles: without the discs the first few
    cells are up to 4 % too far, and the error falls more slowly than the cells shrink.
    """
    reach_m = DISC_CELLS * min(walk.cell_m) if walk.disc_m is None else walk.disc_m
    parts = [seeds]
    for row, column, minutes, mark in zip(
        seeds.rows.tolist(),
        seeds.columns.tolist(),
        seeds.minutes.tolist(),
        seeds.labels.tolist(),
        strict=True,
    ):
        found = _disc(store, row, column, walk.cell_m, reach_m)
        if found is not None:
            rows, columns, away, links = found
            labels = np.full(len(rows), mark, np.int64)
            parts.append(Seeds(rows, columns, minutes + away, labels, links))
    return Seeds.joined(parts)


def settle_front(store: Store, block: Block, seeds: Seeds, walk: Walk) -> Changes:
    """:func:`urbgeo.surface.blocks.settle_block` by fast marching.

    Every time a block is settled afresh from all its seeds and its neighbours' border. Each cell's minutes
    follow from smaller ones only, so there is one answer to the last bit, whatever the blocks.
    """
    friction = padded(store, "friction", block, np.inf)
    minutes = padded(store, "minutes", block, np.inf)
    known = store.has("allocation")
    label = padded(store, "allocation", block, -1) if known else np.full(minutes.shape, -1, np.int32)
    link = np.full(minutes.shape, NO_LINK, np.uint8)
    inner = np.s_[PAD:-PAD, PAD:-PAD]
    before = strips_of(minutes[inner], label[inner], 1)
    ring = np.zeros(minutes.shape, bool)
    ring[PAD - 1 : 1 - PAD, PAD - 1 : 1 - PAD] = True
    ring[inner] = False
    border = np.flatnonzero(ring & np.isfinite(minutes))
    open_cells = np.zeros(minutes.shape, bool)
    open_cells[inner] = np.isfinite(friction[inner])
    minutes[inner], label[inner] = np.inf, -1
    columns = minutes.shape[1]
    let_go(
        lambda stop: _march(
            friction.ravel(),
            minutes.ravel(),
            label.ravel(),
            link.ravel(),
            open_cells.ravel(),
            border,
            (seeds.rows - block.top + PAD) * columns + seeds.columns - block.left + PAD,
            seeds.minutes,
            seeds.labels,
            seeds.links,
            np.array(STEPS_8, np.int64),
            columns,
            *walk.cell_m,
            walk.through_corners,
            walk.limit,
            stop,
        )
    )
    store.write("minutes", block, minutes[inner])
    if known:
        store.write("allocation", block, label[inner])
    if store.has("back_links"):
        store.write("back_links", block, link[inner])
    return changed_beside(before, strips_of(minutes[inner], label[inner], 1))


def _disc(
    store: Store, row: int, column: int, cell_m: tuple[float, float], reach_m: float
) -> tuple[Ints, Ints, Floats, Ints] | None:
    """Rows, columns, minutes and back-links of the cells of one disc, the source left out."""
    down, across = int(reach_m / cell_m[0]) + 1, int(reach_m / cell_m[1]) + 1
    rows, columns = store.shape
    window = Block(
        max(row - down, 0),
        min(row + down + 1, rows),
        max(column - across, 0),
        min(column + across + 1, columns),
    )
    friction = store.read("friction", window)
    here = float(friction[row - window.top, column - window.left])
    y = np.arange(window.top, window.bottom)[:, None] - row
    x = np.arange(window.left, window.right)[None, :] - column
    metres = np.hypot(y * cell_m[0], x * cell_m[1])
    # A straight way to a cell's centre touches no cell further out than half a diagonal beyond it.
    alike = float(metres.min(where=friction != here, initial=np.inf)) - np.hypot(*cell_m) / 2
    chosen = (metres <= min(reach_m, alike)) & (metres > 0)
    if not chosen.any():
        return None
    at, aside = np.nonzero(chosen)
    y, x = at + window.top - row, aside + window.left - column
    steps = {step: number + 1 for number, step in enumerate(STEPS_8)}
    longer = np.maximum(np.abs(y), np.abs(x))
    links = [
        steps[step]
        for step in zip(
            np.rint(y / longer).astype(int).tolist(), np.rint(x / longer).astype(int).tolist(), strict=True
        )
    ]
    return y + row, x + column, metres[chosen] * here, np.array(links, np.int64)


@kernel()
def _march(
    friction: Any,
    minutes: Floats,
    label: NDArray[np.int32],
    link: NDArray[np.uint8],
    open_cells: Flags,
    border: Ints,
    seeds: Ints,
    seed_minutes: Floats,
    seed_labels: Ints,
    seed_links: Ints,
    steps: Ints,
    columns: int,
    height: float,
    width: float,
    through_corners: bool,
    limit: float,
    stop: Stop,
) -> None:
    """Settle the open cells of a padded block in order of their minutes.

    Minutes come from one neighbour (metres times the mean friction of both), or from a side neighbour and
    the corner neighbour beside it, between which they are taken to be linear: a ray that meets the side in
    between needs ``T_side + w sqrt(f^2 - ((T_side - T_corner) / h)^2)``. Equal minutes go to the smaller
    label, then to the smaller back-link.
    """
    metres_of = np.array([np.hypot(down * height, right * width) for down, right in steps])
    # Arrays, not a list: a list in a compiled loop counts its references at every step.
    room = border.size + seeds.size + MOST_OFFERS + minutes.size // 64
    key, owner, item = np.empty(room, np.float64), np.zeros(room, np.int32), np.empty(room, np.int64)
    size = 0
    done = np.zeros(minutes.size, np.bool_)
    for i in range(border.size):
        size = push(key, owner, item, size, minutes[border[i]], 0, border[i])
    for i in range(seeds.size):
        u, cost = seeds[i], seed_minutes[i]
        if cost > limit or not open_cells[u]:
            continue
        first = cost < minutes[u]
        if first or _is_before(cost, seed_labels[i], seed_links[i], minutes[u], label[u], link[u]):
            minutes[u], label[u], link[u] = cost, seed_labels[i], seed_links[i]
        if first:
            size = push(key, owner, item, size, cost, 0, u)
    while size > 0 and not stop[0]:
        if size + MOST_OFFERS > key.size:
            key, owner, item = _roomier(key), _roomier(owner), _roomier(item)
        # A loop of its own: where arrays may be exchanged, references are counted at every step.
        while size > 0 and size + MOST_OFFERS <= key.size and not stop[0]:
            cost, u = key[0], item[0]
            size = pop(key, owner, item, size)
            if done[u] or cost > minutes[u]:
                continue
            done[u] = True
            later = np.nextafter(cost, np.inf)
            for k in range(8):
                down, right = steps[k, 0], steps[k, 1]
                v = u + down * columns + right
                if not open_cells[v] or done[v]:
                    continue
                metres = metres_of[k]
                # Strictly more than where it comes from, or the one answer might not be the only one.
                best = max(cost + metres * (friction[u] + friction[v]) * 0.5, later)
                mark, step = label[u], k + 1
                if down != 0 and right != 0:
                    beside = np.isfinite(friction[u + down * columns]) and np.isfinite(friction[u + right])
                    if not through_corners and not beside:
                        continue
                else:
                    along = columns if down == 0 else 1
                    side = height if down == 0 else width
                    for turn in (-1, 1):
                        d = u + turn * along
                        if not done[d]:
                            continue
                        mean = 0.5 * friction[v] + 0.25 * (friction[u] + friction[d])
                        there, aside = _ray(cost, later, (cost - minutes[d]) / side, mean, metres, side)
                        if there > best or there == np.inf:
                            continue
                        near, way = u, k + 1
                        if aside:
                            near = d
                            way = _step_from(
                                steps,
                                down - (turn if down == 0 else 0),
                                right - (turn if right == 0 else 0),
                            )
                        if _is_before(there, label[near], way, best, mark, step):
                            best, mark, step = there, label[near], way
                if best > limit or not _is_before(best, mark, step, minutes[v], label[v], link[v]):
                    continue
                fewer = best < minutes[v]
                minutes[v], label[v], link[v] = best, mark, step
                if fewer:
                    size = push(key, owner, item, size, best, 0, v)


@kernel(inline="always")
def _ray(
    cost: float, later: float, fall: float, mean: float, metres: float, side: float
) -> tuple[float, bool]:
    """Minutes by a ray that meets the side between two cells, and whether nearer to the second; else inf.

    ``later``: the least number beyond ``cost``. ``fall``: by how much fewer minutes the second cell has than
    the first (at ``cost``), per metre of side.
    """
    if fall <= 0 or fall * fall * (metres * metres + side * side) >= mean * mean * side * side:
        return np.inf, False
    root = np.sqrt(mean * mean - fall * fall)
    return max(cost + metres * root, later), metres * fall > 0.5 * side * root


@kernel()
def _step_from(steps: Ints, down: int, right: int) -> int:
    """Number of a step among the eight, from 1."""
    for k in range(8):
        if steps[k, 0] == down and steps[k, 1] == right:
            return k + 1
    return 0


@kernel()
def _is_before(there: float, mark: int, step: int, known: float, its_mark: int, its_step: int) -> bool:
    """Fewer minutes; as many with a smaller label; or the same with a smaller step."""
    if there != known:
        return there < known
    return mark < its_mark or (mark == its_mark and step < its_step)


@kernel()
def _roomier(values: Any) -> Any:
    """The same values with room for twice as many."""
    more = np.zeros(2 * values.size, values.dtype)
    more[: values.size] = values
    return more
