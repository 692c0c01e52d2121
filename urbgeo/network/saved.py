"""A whole TravelNetwork in one file: tables, lines, compiled arcs, the hierarchy and its topology.

Columns of numbers are kept as arrays, text as numbered values, anything else as JSON. Opened, the arrays are
views of the mapped file (:mod:`urbgeo.engine.store`). Nothing in the file is executed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from urbgeo.arguments import check_path
from urbgeo.checks import check_flag
from urbgeo.compiling import COMPILED
from urbgeo.engine.hierarchy import Hierarchy
from urbgeo.engine.store import (
    Arrays,
    graph_arrays,
    graph_from,
    keep_topology,
    read_arrays,
    topology_arrays,
    topology_from,
    write_arrays,
)
from urbgeo.engine.verify import verify_graph, verify_hierarchy, verify_topology
from urbgeo.errors import InputError, SourceError
from urbgeo.network.model import Snapping, TravelNetwork, check_compiled, check_network
from urbgeo.provenance import Provenance

KIND = "network"
FORMAT = 3
"""Raised whenever a file could no longer be read as before."""

Told = dict[str, Any]

DAMAGE = (
    *(InputError, KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, MemoryError),
    *(shapely.errors.ShapelyError, CRSError, RecursionError),
)
"""What reading altered contents ends in."""


def save_network(network: TravelNetwork, path: Path | str, *, hierarchy: bool = True) -> Path:
    """Write a network to one file, whole or not at all.

    Parameters
    ----------
    network
        Its ids, columns, lines, CRS, snapping and provenance are kept, and its compiled arcs.
    path
        The file; a folder that is missing is made.
    hierarchy
        Keep the customised hierarchy too, preparing it where that is not done yet: large tables then start at
        once when the file is opened. False leaves out what is not prepared, as is done without numba.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        Naming columns or parameters that hold things other than numbers, text, True, False and times.
    OSError
        When the file cannot be written; nothing is left half-written.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_network(network, Path(folder) / "roads.npz", hierarchy=False).name
    'roads.npz'
    """
    check_network(network)
    path = check_path(path)
    check_flag(hierarchy, "hierarchy")
    arrays: Arrays = {}
    told: Told = {
        "format": FORMAT,
        "crs": network.crs.to_json(),
        "snapping": asdict(network.snapping),
        "provenance": _provenance_told(network.provenance),
        "nodes": _frame_told(network.nodes, "nodes", arrays),
        "links": _frame_told(network.drawn_table, "links", arrays),
    }
    compiled, told["graph"] = graph_arrays(network.graph)
    arrays |= {f"graph/{name}": array for name, array in compiled.items()}
    if network.hierarchy_state == "customised" or (hierarchy and COMPILED):
        arrays |= {f"hierarchy/{name}": array for name, array in network.hierarchy.__dict__.items()}
        topology, told["topology"] = topology_arrays(network.topology)
        arrays |= {f"topology/{name}": array for name, array in topology.items()}
    return write_arrays(path, arrays, kind=KIND, **told)


def open_network(path: Path | str) -> TravelNetwork:
    """Open what :func:`save_network` wrote.

    The topology of a hierarchy in it is put into the cache (``URBGEO_CACHE``), so that edits of speeds need
    not prepare it again. A digest tells damage only, so ranges and orders of everything are looked at
    (:mod:`urbgeo.engine.verify`) before any of it is used or kept.

    Parameters
    ----------
    path
        Of the file.

    Returns
    -------
    TravelNetwork
        As it was saved, down to the bit.

    Raises
    ------
    InputError
        When the file is missing, damaged or altered, holds something else, or is of another format; it says
        which.

    Examples
    --------
    >>> import tempfile
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = urbgeo.save_network(network, Path(folder) / "roads.urbgeo", hierarchy=False)
    ...     urbgeo.open_network(Path(folder) / "roads.urbgeo").link_table.index.tolist()
    ['road']
    """
    path = check_path(path)
    if not path.exists():
        raise InputError(f"{path}: there is no such file.")
    try:
        arrays, told = read_arrays(path, check=True)
    except SourceError as error:
        raise InputError(error.english) from error
    if told.get("kind") != KIND:
        raise InputError(
            f"{path}: it holds a {told.get('kind')}, not a network; open what save_network wrote."
        )
    if told.get("format") != FORMAT:
        raise InputError(
            f"{path}: format {told.get('format')} cannot be read by this version of urbgeo, which reads "
            f"format {FORMAT}; save the network anew."
        )
    try:
        network = _network_of(told, arrays)
    except DAMAGE as error:
        raise InputError(
            f"{path}: it was altered ({error}), and is not opened; have it saved anew by somebody you trust."
        ) from error
    if "topology" in network.__dict__:
        keep_topology(
            network.graph, network.topology
        )  # which was verified: an edit elsewhere is customised only
    return network


def _network_of(told: Told, arrays: Arrays) -> TravelNetwork:
    """The network, everything that compiled code will follow looked at first."""
    network = TravelNetwork(
        _frame_of(told["nodes"], "nodes", arrays, told["crs"]),
        _frame_of(told["links"], "links", arrays, told["crs"]),
        Snapping(**told["snapping"]),
        Provenance(**{name: _untold(value) for name, value in told["provenance"].items()}),
    )
    check_compiled(network)
    # Where cached_property keeps its results: as if they had been computed.
    graph = graph_from(_under("graph/", arrays), told["graph"])
    verify_graph(graph, len(network.nodes), *network.arcs())
    network.__dict__["graph"] = graph
    if COMPILED and (customised := _under("hierarchy/", arrays)):
        topology = topology_from(_under("topology/", arrays), told["topology"])
        verify_topology(topology, graph)
        hierarchy = Hierarchy(**customised)
        verify_hierarchy(hierarchy, topology)
        network.__dict__["hierarchy"], network.__dict__["topology"] = hierarchy, topology
    return network


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _frame_told(frame: pd.DataFrame, name: str, arrays: Arrays) -> Told:
    """Put the columns and the index of a table among the arrays; what is needed to read them back."""
    if isinstance(frame.index, pd.MultiIndex):
        raise InputError(f"{name}: an index of several levels cannot be saved; give each row one id.")
    drawn = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    columns = []
    for number, column in enumerate(frame.columns):
        key = f"{name}/{number}"
        if column == drawn:
            how: Told = _lines_told(frame[column], key, arrays)
        else:
            how = _column_told(frame[column], f"{name}: column {column!r}", key, arrays)
        columns.append({"name": _plain(column, f"{name}: the name of a column"), **how})
    index = _column_told(frame.index.to_series(), f"{name}: index", f"{name}/index", arrays)
    return {"columns": columns, "index": index, "index_name": _plain(frame.index.name, f"{name}: index name")}


def _frame_of(told: Told, name: str, arrays: Arrays, crs: str) -> pd.DataFrame:
    index = pd.Index(_column_of(told["index"], f"{name}/index", arrays), name=_untold(told["index_name"]))
    columns = {
        _untold(column["name"]): _column_of(column, f"{name}/{number}", arrays).set_axis(index)
        for number, column in enumerate(told["columns"])
    }
    lines = [_untold(column["name"]) for column in told["columns"] if column["as"] == "geometry"]
    if lines:
        return gpd.GeoDataFrame(columns, index=index, geometry=lines[0], crs=crs)
    return pd.DataFrame(columns, index=index)


def _lines_told(geometry: gpd.GeoSeries, key: str, arrays: Arrays) -> Told:
    kind, coordinates, offsets = shapely.to_ragged_array(geometry.to_numpy())
    arrays[f"{key}/xy"] = coordinates
    for level, offset in enumerate(offsets):
        arrays[f"{key}/offset{level}"] = offset
    return {"as": "geometry", "kind": int(kind), "levels": len(offsets)}


def _column_told(column: pd.Series, what: str, key: str, arrays: Arrays) -> Told:
    """Numbers and times as they are, categories by number, text by number, anything else as JSON."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufmM":
        arrays[key] = column.to_numpy()
        return {"as": "array"}
    if isinstance(dtype, pd.CategoricalDtype):
        arrays[f"{key}/codes"] = column.cat.codes.to_numpy()
        values = _column_told(dtype.categories.to_series(), what, f"{key}/values", arrays)
        return {"as": "category", "values": values, "ordered": bool(dtype.ordered)}
    if isinstance(dtype, pd.StringDtype):
        codes, values = pd.factorize(column)
        arrays[f"{key}/codes"] = codes.astype(np.int32)
        arrays[key] = _json_bytes([str(one) for one in values])
        return {"as": "text", "dtype": str(dtype)}
    arrays[key] = _json_bytes([_plain(one, what) for one in column])
    return {"as": "json", "dtype": str(dtype)}


def _column_of(told: Told, key: str, arrays: Arrays) -> pd.Series:
    if told["as"] == "geometry":
        offsets = tuple(arrays[f"{key}/offset{level}"] for level in range(told["levels"]))
        kind = shapely.GeometryType(told["kind"])
        return gpd.GeoSeries(shapely.from_ragged_array(kind, arrays[f"{key}/xy"], offsets or None))
    if told["as"] == "array":
        return pd.Series(arrays[key], copy=False)
    if told["as"] == "category":
        values = pd.Index(_column_of(told["values"], f"{key}/values", arrays))
        return pd.Series(pd.Categorical.from_codes(arrays[f"{key}/codes"], values, ordered=told["ordered"]))
    if told["as"] not in ("text", "json"):
        raise ValueError(f"columns of the kind {told['as']!r}")
    values = json.loads(arrays[key].tobytes())
    if told["as"] == "text":
        return pd.Series(pd.array([*values, None], dtype=told["dtype"]).take(arrays[f"{key}/codes"]))
    return pd.Series([_untold(one) for one in values], dtype=told["dtype"])


def _json_bytes(values: list[Any]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(values).encode(), np.uint8)


def _plain(value: Any, what: str) -> Any:
    """A value that JSON can hold and :func:`_untold` gives back; tuples and mappings are marked as such."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or isinstance(value, bool | int | float | str):
        return {"missing": "time"} if value is pd.NaT else value
    if value is pd.NA:
        return {"missing": "any"}
    if isinstance(value, tuple | list):
        return {"of": type(value).__name__, "items": [_plain(one, what) for one in value]}
    if isinstance(value, Mapping):
        return {"of": "dict", "items": [[_plain(a, what), _plain(b, what)] for a, b in value.items()]}
    raise InputError(f"{what}: {type(value).__name__} cannot be saved; turn it into numbers or text.")


def _untold(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "missing" in value:
        return pd.NaT if value["missing"] == "time" else pd.NA
    if value["of"] == "dict":
        return {_untold(a): _untold(b) for a, b in value["items"]}
    items = [_untold(one) for one in value["items"]]
    return tuple(items) if value["of"] == "tuple" else items


def _provenance_told(about: Provenance) -> Told:
    fields = ("parameters", "speeds", "sources", "shares", "version")
    return {name: _plain(getattr(about, name), f"provenance: {name}") for name in fields}
