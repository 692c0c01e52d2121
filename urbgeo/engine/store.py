"""Arrays in one plain file that opens without reading: compiled graphs, hierarchies, and the cache of them.

A file is a line that names the format, the length of a JSON table of contents, the contents, and the
arrays one after another, each on a 64-byte boundary. Opened, the arrays are views of the mapped file, so
that many processes share one copy and only what is looked at is read. Nothing in it is executed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbgeo.engine.graph import ARC, Arcs, Graph
from urbgeo.engine.hierarchy import Hierarchy, Topology, prepare
from urbgeo.errors import SourceError
from urbgeo.files import written_whole
from urbgeo.options import log

MAGIC = b"urbgeo arrays 1\n"
BOUNDARY = 64
CACHED_FROM_NODES = 20_000
"""Smaller networks are prepared quicker than a file is found."""

Arrays = dict[str, NDArray[Any]]


def write_arrays(path: Path | str, arrays: Mapping[str, NDArray[Any]], **about: Any) -> Path:
    """Write arrays and a few JSON values to one file, whole or not at all."""
    contents, offset = [], 0
    for name, array in arrays.items():
        kind = array.dtype.descr if array.dtype.names else array.dtype.str
        contents.append({"name": name, "dtype": kind, "shape": array.shape, "offset": offset})
        offset += _padded(array.nbytes)
    told = {"about": about, "arrays": contents}
    head = json.dumps({**told, "digest": _digest(told, arrays.values())}).encode()
    with written_whole(path) as part, part.open("wb") as file:
        file.write(MAGIC + len(head).to_bytes(8, "little") + head)
        file.write(bytes(_padded(file.tell()) - file.tell()))
        for array in arrays.values():
            file.write(_raw(array).data)
            file.write(bytes(_padded(array.nbytes) - array.nbytes))
    return Path(path)


def read_arrays(path: Path | str, *, check: bool = False) -> tuple[Arrays, dict[str, Any]]:
    """Map what :func:`write_arrays` wrote; the arrays cannot be written to.

    With ``check`` the whole file is read once and held against its digest.

    Raises
    ------
    SourceError
        When the file is missing, shorter than it says, not what its digest says, or no such file at all.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise SourceError(f"{path}: this is no file of urbgeo arrays.")
            length = int.from_bytes(file.read(8), "little")
            if length > path.stat().st_size:
                raise ValueError("it ends too early")
            head = file.read(length)
            base = _padded(file.tell())
        contents = json.loads(head)
        whole = np.memmap(path, np.uint8, "r")
        arrays = {one["name"]: _view(whole, base, one) for one in contents["arrays"]}
        about: dict[str, Any] = contents["about"]
        if check and contents.pop("digest") != _digest(contents, arrays.values()):
            raise ValueError("its bytes were changed")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{path}: cannot be read as urbgeo arrays ({error}); write it again.") from error
    return arrays, about


def graph_arrays(graph: Graph) -> tuple[Arrays, dict[str, float]]:
    """A compiled graph as arrays and numbers, for a file."""
    arrays = {
        "rank": graph.rank,
        "order": graph.order,
        "x": graph.x,
        "y": graph.y,
        "out_start": graph.out.start,
        "out_arcs": graph.out.arcs,
        "into_start": graph.into.start,
        "into_arcs": graph.into.arcs,
    }
    return arrays, {"longest": graph.longest, "middle": graph.middle}


def graph_from(arrays: Arrays, numbers: Mapping[str, float]) -> Graph:
    """The graph of :func:`graph_arrays`."""
    a = arrays
    out, into = Arcs(a["out_start"], a["out_arcs"]), Arcs(a["into_start"], a["into_arcs"])
    return Graph(a["rank"], a["order"], out, into, a["x"], a["y"], numbers["longest"], numbers["middle"])


def write_graph(path: Path | str, graph: Graph) -> Path:
    """Write a compiled graph to one file."""
    arrays, numbers = graph_arrays(graph)
    return write_arrays(path, arrays, kind="graph", **numbers)


def read_graph(path: Path | str) -> Graph:
    """Map a compiled graph from its file."""
    return graph_from(*_of_kind(path, "graph"))


def write_hierarchy(path: Path | str, customised: Hierarchy) -> Path:
    """Write a customised hierarchy to one file."""
    return write_arrays(path, customised.__dict__, kind="hierarchy")


def read_hierarchy(path: Path | str) -> Hierarchy:
    """Map a customised hierarchy from its file."""
    return Hierarchy(**_of_kind(path, "hierarchy")[0])


def topology_arrays(topology: Topology) -> tuple[Arrays, dict[str, int]]:
    """A topology as arrays and a number, for a file."""
    arrays = {name: value for name, value in topology.__dict__.items() if name != "top"}
    return arrays, {"top": topology.top}


def topology_from(arrays: Arrays, numbers: Mapping[str, int]) -> Topology:
    """The topology of :func:`topology_arrays`."""
    a = arrays
    return Topology(a["rank"], a["start"], a["heads"], a["parts"], numbers["top"])


def write_topology(path: Path | str, topology: Topology) -> Path:
    """Write a topology to one file."""
    arrays, numbers = topology_arrays(topology)
    return write_arrays(path, arrays, kind="topology", **numbers)


def read_topology(path: Path | str) -> Topology:
    """Map a topology from its file, which is read once: a spoilt one would lead compiled code astray."""
    return topology_from(*_of_kind(path, "topology", check=True))


def links_digest(graph: Graph) -> str:
    """Names the links and places of a graph, whatever their minutes: the key of its topology."""
    digest = hashlib.blake2b(MAGIC, digest_size=16)
    for array in (graph.out.start, graph.out.arcs["head"], graph.x, graph.y):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def cache_folder() -> Path:
    """Where prepared topologies are kept: ``URBGEO_CACHE``, or the user's cache folder."""
    if named := os.environ.get("URBGEO_CACHE"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "urbgeo" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "urbgeo"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "urbgeo"


def topology_path(graph: Graph) -> Path:
    """The file in the cache that holds, or will hold, the topology of this graph."""
    return cache_folder() / f"topology-{links_digest(graph)}.arrays"


def topology_is_kept(graph: Graph) -> bool:
    """Whether the cache has the topology of this graph; a folder that cannot be looked into has none."""
    try:
        return topology_path(graph).exists()
    except OSError:
        return False


def cached_topology(graph: Graph) -> Topology:
    """The topology of a graph, from the cache where it is there, else prepared and kept.

    A cache that cannot be read or written costs time, never the answer.
    """
    if graph.node_count < CACHED_FROM_NODES:
        return prepare(graph)
    if topology_is_kept(graph):
        try:
            return read_topology(topology_path(graph))
        except SourceError as error:
            log.warning("%s Preparing anew.", error)
    topology = prepare(graph)
    _keep(graph, topology)
    return topology


def keep_topology(graph: Graph, topology: Topology) -> None:
    """Put a topology into the cache unless it is there, or prepared quicker than found."""
    if graph.node_count >= CACHED_FROM_NODES and not topology_is_kept(graph):
        _keep(graph, topology)


def _keep(graph: Graph, topology: Topology) -> None:
    try:
        write_topology(topology_path(graph), topology)
    except OSError as error:
        log.info("the hierarchy is not kept: %s", error)


def _of_kind(path: Path | str, kind: str, *, check: bool = False) -> tuple[Arrays, dict[str, Any]]:
    arrays, about = read_arrays(path, check=check)
    if about.get("kind") != kind:
        raise SourceError(f"{path}: it holds a {about.get('kind')}, not a {kind}.")
    return arrays, about


def _digest(told: Mapping[str, Any], arrays: Iterable[NDArray[Any]]) -> str:
    digest = hashlib.blake2b(json.dumps(told).encode(), digest_size=16)
    for array in arrays:
        digest.update(_raw(array).data)
    return digest.hexdigest()


def _raw(array: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _padded(size: int) -> int:
    return -(-size // BOUNDARY) * BOUNDARY


def _view(whole: NDArray[np.uint8], base: int, one: Mapping[str, Any]) -> NDArray[Any]:
    kind = one["dtype"]
    dtype = np.dtype(kind) if isinstance(kind, str) else np.dtype([tuple(field) for field in kind])
    if dtype != ARC and (dtype.names or dtype.kind not in "biufmM"):
        raise ValueError(f"unknown records {dtype}")
    shape, offset = tuple(one["shape"]), one["offset"]
    if any(type(size) is not int or size < 0 for size in (*shape, offset)):
        raise ValueError("its contents name no place in it")
    first, size = base + offset, math.prod(shape) * dtype.itemsize
    if first + size > whole.size:
        raise ValueError("it ends too early")
    return np.asarray(whole[first : first + size]).view(dtype).reshape(shape)
