"""Solving a travel surface block by block, here or by the workers of a Dask cluster, with the same bits."""

from __future__ import annotations

import heapq
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np

from urbgeo.engine.cluster import check_workers
from urbgeo.surface.blocks import (
    Block,
    Changes,
    MemoryStore,
    Seeds,
    Store,
    Walk,
    blocks_of,
    links_of_block,
    settle_block,
)
from urbgeo.surface.marching import settle_front
from urbgeo.surface.motorways import MotorwayRamps
from urbgeo.surface.steps import MOTORWAY_LINK, PAD
from urbgeo.types import Values

BLOCKS_PER_THREAD = 2
"""Blocks that a cluster holds for each of its threads: one to work on, one to go on with."""

Layers = dict[str, Values]


def solve(
    store: Store,
    seeds: Seeds,
    walk: Walk,
    *,
    block_cells: int,
    ramps: MotorwayRamps | None = None,
    client: Any = None,
) -> None:
    """Fill ``minutes`` (and ``allocation``) of the store; they start as inf and -1.

    Blocks wait in order of the least minutes that may change them. Where a border changed, the neighbours
    are asked again, so minutes are the same for every size of block, and for several blocks at a time; by
    steps, a cell that two sources reach at times equal to rounding may be given to the other one.
    """
    blocks = blocks_of(store.shape, block_cells)
    waiting = _Waiting(store.shape, block_cells, afresh=walk.marching)
    waiting.plant(seeds[seeds.minutes <= walk.limit])
    written = ("minutes", "allocation", "back_links") if walk.marching else ("minutes", "allocation")
    with _crew(client) as crew:
        while waiting.pending or crew.busy:
            while crew.free and (number := waiting.next_but(crew.busy)) is not None:
                here = _piece(store, blocks[number], waiting.taken(number), written)
                crew.start(number, _settled, *here, walk)
            number, (layers, changes) = crew.finished()
            for name, values in layers.items():
                store.write(name, blocks[number], values)
            waiting.ask_beside(number, changes)
            if ramps is not None and not waiting.pending and not crew.busy:
                waiting.plant(_down_the_ramps(store, ramps, walk))


def write_links(store: Store, seeds: Seeds, walk: Walk, *, block_cells: int, client: Any = None) -> None:
    """Mark barriers NaN in ``minutes``; fill ``back_links`` where the store has them and steps were gone."""
    blocks = blocks_of(store.shape, block_cells)
    left = list(range(len(blocks))) if store.has("back_links") and not walk.marching else []
    with _crew(client if left else None) as crew:
        while left or crew.busy:
            while left and crew.free:
                number = left.pop()
                here = _piece(store, blocks[number], seeds.inside(blocks[number]), ("minutes",))
                crew.start(number, _linked, *here, walk)
            number, links = crew.finished()
            store.write("back_links", blocks[number], links)
    # Only now: a neighbour's border must still read inf, not NaN, while the links are written.
    for block in blocks:
        barrier = ~np.isfinite(store.read("friction", block))
        if barrier.any():
            store.write("minutes", block, np.where(barrier, np.nan, store.read("minutes", block)))


class _Waiting:
    """Blocks that may change, in order of the least minutes there, and the seeds planted in each.

    Settled ``afresh``, a block needs all seeds it ever had, otherwise the new ones only.
    """

    def __init__(self, shape: tuple[int, int], block_cells: int, *, afresh: bool) -> None:
        self.size, self.afresh = block_cells, afresh
        self.down, self.across = (-(-cells // block_cells) for cells in shape)
        self.pending: set[int] = set()
        self._seeds: dict[int, list[Seeds]] = {}
        self._queue: list[tuple[float, int]] = []

    def plant(self, seeds: Seeds) -> None:
        at = seeds.rows // self.size * self.across + seeds.columns // self.size
        for number in np.unique(at).tolist():
            part = seeds[at == number]
            self._seeds.setdefault(number, []).append(part)
            self._ask(number, float(part.minutes.min()))

    def ask_beside(self, number: int, changes: Changes) -> None:
        """Ask the neighbours, so many blocks down and right of this one, that may have fewer minutes now."""
        for down, right, least in changes:
            row, column = number // self.across + down, number % self.across + right
            if 0 <= row < self.down and 0 <= column < self.across:
                self._ask(row * self.across + column, least)

    def next_but(self, busy: Collection[int]) -> int | None:
        """The next block that is not being worked on; None where there is none."""
        kept: list[tuple[float, int]] = []
        found = None
        while self._queue and found is None:
            entry = heapq.heappop(self._queue)
            if entry[1] in busy:
                kept.append(entry)
            elif entry[1] in self.pending:
                found = entry[1]
        for entry in kept:
            heapq.heappush(self._queue, entry)
        return found

    def taken(self, number: int) -> Seeds:
        """The seeds of a block, which waits no longer."""
        self.pending.remove(number)
        return Seeds.joined(self._seeds.get(number, []) if self.afresh else self._seeds.pop(number, []))

    def _ask(self, number: int, least: float) -> None:
        self.pending.add(number)
        heapq.heappush(self._queue, (least, number))


class _Crew(Protocol):
    """Who works on blocks: ``busy`` are the numbers of those begun and not yet handed back."""

    busy: set[int]

    @property
    def free(self) -> bool:
        """Whether one more can be begun."""

    def start(self, number: int, work: Callable[..., Any], *given: Any) -> None:
        """Begin ``work(*given)`` on a block."""

    def finished(self) -> tuple[int, Any]:
        """The number and the result of a block that is done."""


class _Here:
    """This process, a block at a time."""

    def __init__(self) -> None:
        self.busy: set[int] = set()
        self._result: Any = None

    @property
    def free(self) -> bool:
        return not self.busy

    def start(self, number: int, work: Callable[..., Any], *given: Any) -> None:
        self._result = work(*given)
        self.busy.add(number)

    def finished(self) -> tuple[int, Any]:
        result, self._result = self._result, None
        return self.busy.pop(), result


class _Workers:
    """The workers of a Dask cluster. A block whose worker dies is done again by another."""

    def __init__(self, client: Any) -> None:
        check_workers(client)
        self.busy: set[int] = set()
        self._client, self._name, self._begun = client, uuid.uuid4().hex, 0
        self._most = BLOCKS_PER_THREAD * sum(client.nthreads().values())
        self._numbers: dict[Any, int] = {}

    @property
    def free(self) -> bool:
        return len(self.busy) < self._most

    def start(self, number: int, work: Callable[..., Any], *given: Any) -> None:
        import dask

        key = f"urbgeo-travel-surface-{self._name}-{self._begun}"
        # A block travels with its task on purpose: what is scattered dies with its worker.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "4GiB"}):
            task = self._client.submit(_apart, work, *given, key=key, pure=False)
        self._numbers[task] = number
        self._begun += 1
        self.busy.add(number)

    def finished(self) -> tuple[int, Any]:
        import distributed

        ended = distributed.wait(list(self._numbers), return_when="FIRST_COMPLETED")  # type: ignore[no-untyped-call]
        task = next(iter(ended.done))
        number = self._numbers.pop(task)
        self.busy.remove(number)
        return number, task.result()

    def stop(self) -> None:
        """Let the cluster forget what is not done."""
        for task in self._numbers:
            task.cancel()


@contextmanager
def _crew(client: Any) -> Iterator[_Crew]:
    if client is None:
        yield _Here()
        return
    workers = _Workers(client)
    try:
        yield workers
    finally:
        workers.stop()


def _piece(store: Store, block: Block, seeds: Seeds, names: tuple[str, ...]) -> tuple[Layers, Block, Seeds]:
    """The layers of a block with its border, and the block and its seeds where they lie in these."""
    rows, columns = store.shape
    top, left = max(block.top - PAD, 0), max(block.left - PAD, 0)
    window = Block(top, min(block.bottom + PAD, rows), left, min(block.right + PAD, columns))
    layers = {name: store.read(name, window) for name in ("friction", "height", *names) if store.has(name)}
    here = Block(block.top - top, block.bottom - top, block.left - left, block.right - left)
    return layers, here, seeds.moved(-top, -left)


def _settled(layers: Layers, block: Block, seeds: Seeds, walk: Walk) -> tuple[Layers, Changes]:
    """What a block becomes, and which neighbours that may change."""
    store = MemoryStore(layers)
    changes = (settle_front if walk.marching else settle_block)(store, block, seeds, walk)
    names = ("minutes", "allocation", "back_links")
    return {name: store.read(name, block) for name in names if store.has(name)}, changes


def _linked(layers: Layers, block: Block, seeds: Seeds, walk: Walk) -> Values:
    return links_of_block(MemoryStore(layers), block, seeds, walk)


def _apart(work: Callable[..., Any], layers: Layers, *given: Any) -> Any:
    """Work on layers that came from elsewhere, which cannot be written to."""
    return work({name: values.copy() for name, values in layers.items()}, *given)


def _down_the_ramps(store: Store, ramps: MotorwayRamps, walk: Walk) -> Seeds:
    """Ramp cells that are reached sooner over the motorways than over the ground so far."""
    cells = [
        Block(r, r + 1, c, c + 1) for r, c in zip(ramps.rows.tolist(), ramps.columns.tolist(), strict=True)
    ]
    now = np.array([float(store.read("minutes", cell)[0, 0]) for cell in cells])
    labels = np.zeros(len(cells), np.int64)
    if store.has("allocation"):
        labels = np.array([int(store.read("allocation", cell)[0, 0]) for cell in cells], np.int64)
    minutes, mark = ramps.search(now, labels, towards=walk.uphill < 0, limit=walk.limit)
    sooner = (minutes < now) | ((minutes == now) & np.isfinite(now) & (mark < labels))
    links = np.full(len(cells), MOTORWAY_LINK, np.int64)
    # The second ramp may pass the limit, which holds for the ground beside it.
    return Seeds(ramps.rows, ramps.columns, minutes, mark, links)[sooner & (minutes <= walk.limit)]
