"""A grid cut into blocks: what is kept of each, and how one is settled from its seeds and its border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from urbgeo.parallel import let_go
from urbgeo.surface.steps import (
    BORDER,
    NO_LINK,
    PAD,
    REACH,
    STEPS_8,
    STEPS_16,
    TOBLER_RATE,
    TOBLER_SHIFT,
    Steps,
    links_back,
    spread,
)
from urbgeo.types import Floats, Ints, Values

MOST_BUCKETS = 1 << 12
SPARE_ROOM = 1 << 16


class Block(NamedTuple):
    """A window of a grid: rows ``top`` to ``bottom``, columns ``left`` to ``right``, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


class Store(Protocol):
    """Where the layers ``friction``, ``height``, ``minutes``, ``allocation``, ``back_links`` are kept."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    def has(self, layer: str) -> bool:
        """Whether there is such a layer."""

    def read(self, layer: str, block: Block) -> Values:
        """A copy of the values in a window that lies inside the grid."""

    def write(self, layer: str, block: Block, values: Values) -> None:
        """Replace the values in a window."""


@dataclass(frozen=True, eq=False)
class MemoryStore:
    """Layers as arrays."""

    layers: dict[str, Values]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.layers["friction"].shape
        return rows, columns

    def has(self, layer: str) -> bool:
        """Whether there is such a layer."""
        return layer in self.layers

    def read(self, layer: str, block: Block) -> Values:
        """A view of the values in a window."""
        return self.layers[layer][block.top : block.bottom, block.left : block.right]

    def write(self, layer: str, block: Block, values: Values) -> None:
        """Replace the values in a window; those of the whole grid are kept as they come, not copied."""
        if values.shape == self.shape:
            self.layers[layer] = values
        else:
            self.layers[layer][block.top : block.bottom, block.left : block.right] = values


@dataclass(frozen=True, eq=False)
class Seeds:
    """Cells that are reached without a step: rows, columns, minutes, label and back-link of each."""

    rows: Ints
    columns: Ints
    minutes: Floats
    labels: Ints
    links: Ints

    @staticmethod
    def joined(parts: Sequence[Seeds]) -> Seeds:
        """All seeds of several tables, one after the other."""
        none = np.zeros(0, np.int64)
        parts = [Seeds(none, none, np.zeros(0), none, none), *parts]
        names = ("rows", "columns", "minutes", "labels", "links")
        return Seeds(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))

    def __getitem__(self, which: Any) -> Seeds:
        return Seeds(
            self.rows[which], self.columns[which], self.minutes[which], self.labels[which], self.links[which]
        )

    def __len__(self) -> int:
        return len(self.rows)

    def moved(self, down: int, right: int) -> Seeds:
        """The same, so many cells further down and right."""
        return Seeds(self.rows + down, self.columns + right, self.minutes, self.labels, self.links)

    def inside(self, block: Block) -> Seeds:
        """Those in a window."""
        rows = (self.rows >= block.top) & (self.rows < block.bottom)
        return self[rows & (self.columns >= block.left) & (self.columns < block.right)]


@dataclass(frozen=True)
class Walk:
    """How a search goes: 8 or 16 ``neighbours``, cell sizes, ``uphill`` +1 away from the sources, -1
    towards them, diagonal steps between barriers or not, the closed bound ``limit`` in minutes, and whether
    it goes by steps or as a marching front, with discs of ``disc_m`` round the sources."""

    neighbours: int
    cell_m: tuple[float, float]
    uphill: float
    through_corners: bool
    limit: float
    marching: bool = False
    disc_m: float | None = None

    def steps(self, columns: int) -> Steps:
        """The steps on a block that is ``columns`` wide with its border."""
        steps = np.array(STEPS_8 if self.neighbours == 8 else STEPS_16, np.int64)
        length = np.hypot(steps[:, 0] * self.cell_m[0], steps[:, 1] * self.cell_m[1])
        side = np.zeros((len(steps), 2), np.int64)
        for k, (down, right) in enumerate(steps.tolist()):
            if abs(down) == 2:
                side[k] = down // 2 * columns, down // 2 * columns + right
            elif abs(right) == 2:
                side[k] = right // 2, down * columns + right // 2
            elif down and right:
                side[k] = down * columns, right
        return Steps(
            offset=steps[:, 0] * columns + steps[:, 1],
            side=side,
            length=length,
            share=length * np.where(np.arange(len(steps)) < 8, 0.5, 0.25),
            uphill=self.uphill,
            through_corners=self.through_corners,
        )


Changes = list[tuple[int, int, float]]
"""The steps in blocks, down and right, to neighbours that may change, with the least minutes there."""

Strips = dict[tuple[int, int], tuple[Values, Values | None]]


def blocks_of(shape: tuple[int, int], size: int) -> list[Block]:
    """The grid cut into squares of ``size`` cells, smaller at the lower and right edge."""
    rows, columns = shape
    return [
        Block(top, min(top + size, rows), left, min(left + size, columns))
        for top in range(0, rows, size)
        for left in range(0, columns, size)
    ]


def settle_block(store: Store, block: Block, seeds: Seeds, walk: Walk) -> Changes:
    """Settle one block from its seeds and its neighbours' borders; tell which neighbours may now fall.

    Returns the step in blocks to each such neighbour with the least minutes that changed beside it.
    """
    friction = padded(store, "friction", block, np.inf)
    minutes = padded(store, "minutes", block, np.inf)
    label = padded(store, "allocation", block, -1) if store.has("allocation") else None
    inner = np.s_[PAD:-PAD, PAD:-PAD]
    before = strips_of(minutes[inner], None if label is None else label[inner], REACH)
    start = _border_seeds(minutes, label)
    rows, columns = seeds.rows - block.top + PAD, seeds.columns - block.left + PAD
    start = Seeds.joined([start, Seeds(rows, columns, seeds.minutes, seeds.labels, seeds.links)])
    _close_border(minutes)
    height = _height(store, block)
    widths = _bucket_widths(friction, height, walk)
    room = friction.size // 4 + SPARE_ROOM
    while not _search(friction, height, minutes, label, start, walk, widths, room):
        room *= 2
        start = Seeds.joined([start, _seeds_at(minutes, label)])
        keep = minutes == BORDER
        minutes[...] = np.where(keep, BORDER, np.inf)
    store.write("minutes", block, minutes[inner])
    if label is not None:
        store.write("allocation", block, label[inner])
    return changed_beside(before, strips_of(minutes[inner], None if label is None else label[inner], REACH))


def links_of_block(store: Store, block: Block, seeds: Seeds, walk: Walk) -> Values:
    """The steps by which the least ways come into the cells of a finished block; seeds are those in it."""
    barrier = ~np.isfinite(store.read("friction", block))
    finished = padded(store, "minutes", block, np.inf)
    columns = finished.shape[1]
    friction, height = padded(store, "friction", block, np.inf), _height(store, block)
    link = let_go(
        lambda stop: links_back(
            friction.ravel(),
            height,
            finished.ravel(),
            walk.steps(columns),
            columns=columns,
            seeds=(seeds.rows - block.top + PAD) * columns + seeds.columns - block.left + PAD,
            seed_minutes=seeds.minutes,
            stop=stop,
        )
    )
    inner = link.reshape(finished.shape)[PAD:-PAD, PAD:-PAD]
    return np.where(barrier, np.uint8(NO_LINK), inner)


def strips_of(inner: Values, label: Values | None, reach: int) -> Strips:
    """Copies of the cells of a block that each of its eight neighbours sees, with their labels."""
    cut = {-1: slice(0, reach), 0: slice(None), 1: slice(-reach, None)}
    return {
        (down, right): (
            inner[cut[down], cut[right]].copy(),
            None if label is None else label[cut[down], cut[right]].copy(),
        )
        for down, right in STEPS_8
    }


def changed_beside(before: Strips, after: Strips) -> Changes:
    """The neighbours that see other minutes or labels than before, with the least of those minutes."""
    found = []
    for step, (old, old_label) in before.items():
        new, new_label = after[step]
        changed = new != old
        if old_label is not None and new_label is not None:
            changed |= (new_label != old_label) & np.isfinite(new)
        if changed.any():
            found.append((*step, float(np.minimum(new, old)[changed].min())))
    return found


def _search(
    friction: Floats,
    height: Floats | None,
    minutes: Floats,
    label: Ints | None,
    start: Seeds,
    walk: Walk,
    widths: tuple[float, int],
    room: int,
) -> bool:
    columns = minutes.shape[1]
    start = start[np.argsort(start.minutes, kind="stable")]
    return let_go(
        lambda stop: bool(
            spread(
                friction.ravel(),
                height,
                minutes.ravel(),
                None if label is None else label.ravel(),
                start.rows * columns + start.columns,
                start.minutes,
                start.labels,
                walk.steps(columns),
                limit=walk.limit,
                width=widths[0],
                buckets=widths[1],
                room=room,
                stop=stop,
            )
        )
    )


def _bucket_widths(friction: Floats, height: Floats | None, walk: Walk) -> tuple[float, int]:
    """Minutes of a bucket (the cheapest step) and how many, a power of two that spans a dear one."""
    cheapest = float(friction.min())
    if not np.isfinite(cheapest):
        return 1.0, 4
    flat = 1.0 if height is None else float(np.exp(-TOBLER_RATE * TOBLER_SHIFT))
    width = cheapest * min(walk.cell_m) * flat
    dearest = float(friction.max(where=friction < np.inf, initial=0.0)) * max(walk.cell_m) * 2.3
    wanted = min(dearest / width + 3.0, float(MOST_BUCKETS))
    return width, 1 << int(np.ceil(np.log2(wanted)))


def padded(store: Store, layer: str, block: Block, fill: float) -> Values:
    """A window with its border; beyond the edge of the grid the border is ``fill``. Always a copy."""
    rows, columns = store.shape
    top, left = max(block.top - PAD, 0), max(block.left - PAD, 0)
    bottom, right = min(block.bottom + PAD, rows), min(block.right + PAD, columns)
    values = store.read(layer, Block(top, bottom, left, right))
    shape = (block.bottom - block.top + 2 * PAD, block.right - block.left + 2 * PAD)
    out = np.empty(shape, values.dtype)
    for side in (out[:PAD], out[-PAD:], out[:, :PAD], out[:, -PAD:]):
        side[...] = fill
    down, across = top - block.top + PAD, left - block.left + PAD
    out[down : down + bottom - top, across : across + right - left] = values
    if layer == "friction" and np.isnan(values.min()):
        out[np.isnan(out)] = np.inf
    return out


def _height(store: Store, block: Block) -> Floats | None:
    return padded(store, "height", block, np.nan).ravel() if store.has("height") else None


def _close_border(minutes: Floats) -> None:
    for side in (minutes[:PAD], minutes[-PAD:], minutes[:, :PAD], minutes[:, -PAD:]):
        side[...] = BORDER


def _border_seeds(minutes: Floats, label: Values | None) -> Seeds:
    """The cells of the border within one step of the block that have minutes."""
    low, high = PAD - REACH, REACH - PAD
    rings = (
        np.s_[low:PAD, low:high],
        np.s_[-PAD:high, low:high],
        np.s_[PAD:-PAD, low:PAD],
        np.s_[PAD:-PAD, -PAD:high],
    )
    seeds = []
    for ring in rings:
        found = _seeds_at(minutes[ring], None if label is None else label[ring])
        down, across = (part.indices(size)[0] for part, size in zip(ring, minutes.shape, strict=True))
        seeds.append(
            Seeds(found.rows + down, found.columns + across, found.minutes, found.labels, found.links)
        )
    return Seeds.joined(seeds)


def _seeds_at(minutes: Floats, label: Values | None) -> Seeds:
    """Every cell that has minutes, as a seed."""
    rows, columns = np.nonzero(np.isfinite(minutes))
    labels = np.zeros(len(rows), np.int64) if label is None else label[rows, columns].astype(np.int64)
    return Seeds(rows, columns, minutes[rows, columns], labels, np.zeros(len(rows), np.int64))
