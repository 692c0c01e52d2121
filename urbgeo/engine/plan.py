"""Which way a job is done: by plain searches or over a hierarchy, and how much memory and time it takes.

The planner at the desk never chooses. The rates below were measured on one core of a 2020s server; they
need to be right within a factor of two only, since the two ways differ by far more where it matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from urbgeo.compiling import COMPILED
from urbgeo.engine.bounded import STATE
from urbgeo.engine.by_scipy import room_bytes
from urbgeo.engine.dijkstra import reached_nodes
from urbgeo.engine.graph import Graph
from urbgeo.engine.lane_sums import SCATTERED_TOGETHER, SOURCES_TOGETHER
from urbgeo.engine.lanes import LANES
from urbgeo.options import check_memory, thread_count
from urbgeo.types import Ints

DIJKSTRA_S_PER_NODE = 75e-9
SCIPY_S_PER_NODE = 200e-9
SCIPY_S_PER_NODE_UNREACHED = 5e-9
PREPARE_S_PER_NODE = 6e-6
CUSTOMISE_S_PER_NODE = 2e-6
UPWARD_S_PER_ROW = 60e-6
SWEEP_S_PER_SHORTCUT = 0.25e-9
SHORTCUTS_PER_NODE = 7
TARGET_PATH_NODES = 60
GATHER_S_PER_NODE = 700e-9
SUM_S_PER_NODE = 110e-9
TOPOLOGY_BYTES_PER_NODE = 40
HIERARCHY_BYTES_PER_NODE = 160
PREPARE_BYTES_PER_NODE = 420
SAMPLE = 8
SAMPLED_OF = 100
"""Of fewer nodes one is tried only: trying must stay cheap beside the work itself."""


@dataclass(frozen=True)
class Plan:
    """How a job is done: ``method`` (``"dijkstra"`` or ``"hierarchy"``), ``why``, ``seconds``, ``bytes``."""

    method: str
    why: str
    seconds: float
    bytes: int

    def __str__(self) -> str:
        return f"{self.method}: {self.why} About {self.seconds:.2g} s and {self.bytes / 1e6:,.0f} MB."


def plan_table(
    graph: Graph,
    rows: int,
    columns: int,
    limit: float,
    *,
    topology: bool,
    customised: bool,
    sample: Ints,
    cell_bytes: int = 8,
) -> Plan:
    """The cheaper way to a table of so many rows and columns, what is prepared already counted in.

    ``topology`` and ``customised`` say whether a hierarchy is at hand; ``sample`` are nodes to try searches
    from; ``cell_bytes`` the size of one entry.
    """
    threads, table = thread_count(), rows * columns * cell_bytes
    reached = nodes_within(graph, sample, limit)
    if not COMPILED:
        return _plan_by_scipy(graph, rows, reached, table)
    dijkstra_s = rows * (reached * DIJKSTRA_S_PER_NODE + columns * 4e-9) / threads
    wait_s = _seconds_to_hierarchy(graph, topology=topology, customised=customised)
    below = min(graph.node_count, columns * TARGET_PATH_NODES)
    lanes_s = wait_s + rows * (UPWARD_S_PER_ROW + below * SHORTCUTS_PER_NODE * SWEEP_S_PER_SHORTCUT) / threads
    if dijkstra_s <= lanes_s:
        why = f"{rows:,} searches of about {reached:,} nodes cost less than a hierarchy ({lanes_s:.2g} s)."
        return Plan("dijkstra", why, dijkstra_s, table + dijkstra_bytes(graph, threads))
    ready = (
        "is ready"
        if customised
        else ("needs only to be customised" if topology else "pays for being prepared")
    )
    why = f"a hierarchy {ready}; {rows:,} plain searches would take about {dijkstra_s:.2g} s."
    need = (
        table + hierarchy_bytes(graph, prepared=topology) + threads * (below * LANES + graph.node_count) * 8
    )
    return Plan("hierarchy", why, lanes_s, need)


def plan_sums(
    graph: Graph, sources: int, limit: float, *, topology: bool, customised: bool, sample: Ints, sums: int = 1
) -> Plan:
    """The cheaper way to so many ``sums`` within ``limit`` minutes of so many nodes."""
    threads = thread_count()
    reached = nodes_within(graph, sample, limit)
    held = 2 * sources * sums * 8
    if not COMPILED:
        return _plan_by_scipy(graph, sources, reached, held)
    dijkstra_s = sources * reached * DIJKSTRA_S_PER_NODE / threads
    wait_s = _seconds_to_hierarchy(graph, topology=topology, customised=customised)
    together, ground = _block_of(graph.node_count, sources, reached)
    each_block = ground * (GATHER_S_PER_NODE + SUM_S_PER_NODE * -(-together // LANES))
    lanes_s = wait_s + sources / together * each_block / threads
    if dijkstra_s <= lanes_s:
        why = f"{sources:,} searches of about {reached:,} nodes cost less than a hierarchy ({lanes_s:.2g} s)."
        return Plan("dijkstra", why, dijkstra_s, held + dijkstra_bytes(graph, threads))
    why = f"neighbouring nodes share their work in a hierarchy; plain searches would take {dijkstra_s:.2g} s."
    lanes_bytes = ground * (LANES * 4 + SHORTCUTS_PER_NODE * 24) + 16 * graph.node_count
    need = hierarchy_bytes(graph, prepared=topology) + threads * lanes_bytes
    return Plan("hierarchy", why, lanes_s, held + need + dijkstra_bytes(graph, threads))


def _plan_by_scipy(graph: Graph, searches: int, reached: int, table_bytes: int) -> Plan:
    """The only way without numba, whatever hierarchy is at hand; scipy searches on one thread."""
    why = f"{searches:,} searches of {reached:,} nodes by scipy; a hierarchy needs numba (pip install numba)."
    each_s = reached * SCIPY_S_PER_NODE + graph.node_count * SCIPY_S_PER_NODE_UNREACHED
    return Plan("dijkstra", why, searches * each_s, table_bytes + graph.nbytes + room_bytes(graph))


def _seconds_to_hierarchy(graph: Graph, *, topology: bool, customised: bool) -> float:
    if customised:
        return 0.0
    return graph.node_count * (CUSTOMISE_S_PER_NODE + (0.0 if topology else PREPARE_S_PER_NODE))


def _block_of(nodes: int, sources: int, reached: int) -> tuple[int, int]:
    """How many sources share a sweep, and about how many nodes lie within reach of any of them.

    Sources of a block lie in a square of the plane, what one reaches is a disc: the ground is the square,
    the disc, and a strip as wide as the disc's radius along the four sides.
    """
    together = max(1, min(sources, SOURCES_TOGETHER if sources >= nodes else SCATTERED_TOGETHER))
    square = nodes * together / max(sources, 1)
    ground = square + 4.0 * np.sqrt(square * reached / np.pi) + reached
    return together, int(min(nodes, ground))


def check_budget(plan: Plan, what: str, remedy: str = "Take fewer rows or columns") -> None:
    """Refuse work that would not fit ``options.memory_gb``, before it starts.

    Raises
    ------
    InputError
        Saying how much is needed and how to do with less.
    """
    check_memory(plan.bytes, what, remedy)


def nodes_within(graph: Graph, sample: Ints, limit: float) -> int:
    """How many nodes a search reaches, on average over one from each of these nodes."""
    if np.isinf(limit):
        return graph.node_count
    found = [len(reached_nodes(graph, np.array([node]), np.zeros(1), limit)[0]) for node in sample]
    return int(np.mean(found)) if found else 0


def sample_of(nodes: Ints) -> Ints:
    """A few of many nodes, spread evenly over their order, since one alone may lie at the rim."""
    if len(nodes) < SAMPLED_OF:
        return nodes[len(nodes) // 2 :][:1]
    return nodes[np.linspace(0, len(nodes) - 1, SAMPLE).astype(np.int64)]


def dijkstra_bytes(graph: Graph, threads: int) -> int:
    """Memory of a graph and one workspace a thread."""
    return graph.nbytes + threads * graph.node_count * (STATE.itemsize + 4)


def hierarchy_bytes(graph: Graph, *, prepared: bool) -> int:
    """Memory of a graph and its hierarchy, at the most while it is made."""
    per_node = TOPOLOGY_BYTES_PER_NODE + HIERARCHY_BYTES_PER_NODE
    return graph.nbytes + graph.node_count * (per_node if prepared else PREPARE_BYTES_PER_NODE)
