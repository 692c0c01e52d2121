"""The same jobs on a Dask cluster: the network goes by file, the rows by task, the answers are the same bits.

Workers map one file of the compiled network each (:mod:`urbgeo.engine.store`), so the folder it lies in
must be seen by all of them: on one machine it always is; on a cluster set ``URBGEO_CACHE`` to a shared
drive. A task that dies with its worker is done again by another.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbgeo.compiling import COMPILED
from urbgeo.engine.dijkstra import ends_table
from urbgeo.engine.dijkstra import sums_within as dijkstra_sums
from urbgeo.engine.graph import Graph
from urbgeo.engine.hierarchy import Hierarchy
from urbgeo.engine.lane_sums import SOURCES_TOGETHER, lanes_sums
from urbgeo.engine.lanes import lanes_table
from urbgeo.engine.store import cache_folder, read_graph, read_hierarchy, write_graph, write_hierarchy
from urbgeo.errors import InputError, MissingExtraError, SourceError, some_of
from urbgeo.options import one_thread, progress_bar
from urbgeo.provenance import package_version
from urbgeo.types import Floats, Ints

Minutes = NDArray[Any]
Ends = tuple[Ints, Floats, Ints, Floats]

ROWS_PER_TASK = 256
STRETCHES_PER_TASK = 16
WORKERS_WITHIN_S = 30


def solve_rows(
    graph: Graph, customised: Hierarchy | None, direction: str, ends: Ends, limit: float, out: Minutes
) -> Minutes:
    """Fill ``out`` (rows, columns) by plain searches, or over a hierarchy where one is given."""
    if customised is None:
        return ends_table(graph, *ends, limit, direction=direction, out=out)
    return lanes_table(
        graph, customised if direction == "from" else customised.reversed(), *ends, limit, out=out
    )


def solve_stretch(
    graph: Graph,
    customised: Hierarchy | None,
    direction: str,
    stretch: tuple[int, int],
    weights: Floats,
    bounds: Floats,
) -> Floats:
    """Sums for a stretch of nodes along the curve."""
    if customised is None:
        nodes = graph.order[stretch[0] : stretch[1]].astype(np.int64)
        return dijkstra_sums(graph, nodes, weights, bounds, direction=direction)
    either = customised if direction == "from" else customised.reversed()
    return lanes_sums(graph, either, *stretch, weights, bounds, direction=direction)


def spread_rows(
    client: Any,
    graph: Graph,
    customised: Hierarchy | None,
    direction: str,
    ends: Ends,
    limit: float,
    out: Minutes,
) -> Minutes:
    """:func:`solve_rows` by the workers of ``client`` (a ``dask.distributed.Client``)."""
    from_nodes, from_minutes, to_nodes, to_minutes = ends
    blocks = [slice(i, i + ROWS_PER_TASK) for i in range(0, len(from_nodes), ROWS_PER_TASK)]
    with _handed_out(client, graph, customised) as files:
        columns = client.scatter((to_nodes, to_minutes), broadcast=True, hash=False)
        tasks = [
            client.submit(
                _rows_task,
                files,
                direction,
                from_nodes[block],
                from_minutes[block],
                columns,
                limit,
                out.dtype.str,
                key=f"urbgeo-minutes-table-{files[0]}-{block.start}",
                pure=False,
            )
            for block in blocks
        ]
        collect(tasks, blocks, out, "minutes table")
    return out


def spread_sums(
    client: Any,
    graph: Graph,
    customised: Hierarchy | None,
    direction: str,
    weights: Floats,
    bounds: Floats,
) -> Floats:
    """Sums of every node, in curve order, by the workers of ``client``."""
    n, step = graph.node_count, STRETCHES_PER_TASK * SOURCES_TOGETHER
    sums = np.empty((n, len(bounds), weights.shape[1]))
    blocks = [slice(i, min(i + step, n)) for i in range(0, n, step)]
    with _handed_out(client, graph, customised) as files:
        everywhere = client.scatter(weights, broadcast=True, hash=False)
        tasks = [
            client.submit(
                _stretch_task,
                files,
                direction,
                (block.start, block.stop),
                everywhere,
                bounds,
                key=f"urbgeo-node-sums-{files[0]}-{block.start}",
                pure=False,
            )
            for block in blocks
        ]
        collect(tasks, blocks, sums, "sums of every node")
    return sums


def check_workers(client: Any) -> None:
    """Refuse a cluster without workers, or one whose workers lack this version of the package.

    Raises
    ------
    MissingExtraError
        Without ``distributed``.
    InputError
        Naming the workers and what to do.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise MissingExtraError("distributed", "dask", "client=") from error
    if not isinstance(client, Client):
        raise InputError(f"client: a dask.distributed.Client is needed, not {type(client).__name__}.")
    try:
        client.wait_for_workers(1, timeout=WORKERS_WITHIN_S)
    except TimeoutError as error:
        raise InputError(
            f"client: no worker came within {WORKERS_WITHIN_S} s; start some (dask worker SCHEDULER)."
        ) from error
    import pkgutil

    found = client.run(pkgutil.resolve_name, "urbgeo:__version__", on_error="return")
    wrong = {worker: version for worker, version in found.items() if version != package_version()}
    if wrong:
        told = "; ".join(f"{worker}: {version}" for worker, version in wrong.items())
        raise InputError(
            f"client: workers without urbgeo {package_version()} ({told}). Install the same version on every "
            "worker and start it again."
        )
    found = client.run(pkgutil.resolve_name, "urbgeo.compiling:COMPILED")
    uneven = [worker for worker, compiled in found.items() if compiled is not COMPILED]
    if uneven:
        raise InputError(
            f"client: numba is {'missing' if COMPILED else 'there'} on {some_of(uneven)}, unlike here; "
            "bits can differ. Install the same packages everywhere."
        )


@contextmanager
def _handed_out(client: Any, graph: Graph, customised: Hierarchy | None) -> Iterator[tuple[str, str]]:
    """The network in files that every worker can map; gone when the work is done."""
    check_workers(client)
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="spread-") as here:
        files = (str(write_graph(Path(here) / "graph.arrays", graph)), "")
        if customised is not None:
            files = (files[0], str(write_hierarchy(Path(here) / "hierarchy.arrays", customised)))
        yield files


def collect(tasks: list[Any], blocks: list[slice], out: Minutes, what: str) -> None:
    """The answers of tasks into their blocks of rows, as they come; all are cancelled at an interruption."""
    import distributed

    place = {task.key: block for task, block in zip(tasks, blocks, strict=True)}
    try:
        with progress_bar(total=len(out), what=what) as bar:
            for task, values in distributed.as_completed(tasks, with_results=True):  # type: ignore[no-untyped-call]
                out[place[task.key]] = values
                bar.update(len(values))
    finally:
        for task in tasks:
            task.cancel()


def _rows_task(
    files: tuple[str, str],
    direction: str,
    from_nodes: Ints,
    from_minutes: Floats,
    columns: tuple[Ints, Floats],
    limit: float,
    dtype: str,
) -> Minutes:
    ends = (from_nodes, from_minutes, *columns)
    out = np.empty((len(from_nodes), len(columns[0])), dtype)
    return on_one_thread(lambda: solve_rows(*_opened(files), direction, ends, limit, out))


def _stretch_task(
    files: tuple[str, str], direction: str, stretch: tuple[int, int], weights: Floats, bounds: Floats
) -> Floats:
    return on_one_thread(lambda: solve_stretch(*_opened(files), direction, stretch, weights, bounds))


def on_one_thread(work: Callable[[], Minutes]) -> Minutes:
    """The cluster shares out the cores; a task takes one and shows no bar of its own."""
    with one_thread():
        return work()


@lru_cache(maxsize=2)
def _opened(files: tuple[str, str]) -> tuple[Graph, Hierarchy | None]:
    """The mapped network, opened once a worker."""
    if not Path(files[0]).exists():
        raise SourceError(
            f"{files[0]}: this worker does not see the network. Set URBGEO_CACHE to a folder that all "
            "machines share, for the client and for every worker."
        )
    return read_graph(files[0]), read_hierarchy(files[1]) if files[1] else None
