"""Reading a PBF file to a routable, simplified driving network: urbgeo and peers, a process each.

    python -m benchmarks.pbf [file.osm.pbf] [--copies 78]

All run in one virtual environment, made on first use, with the same versions of the libraries they share.
OSMnx reads XML only: the file is converted for it beforehand, driving ways alone, and that time is not
counted. Memory is that of the whole process; above what its imports take; and above what it holds once it
has read a file of one street, since libraries load much of themselves when first used: what the file itself
takes. ``--copies`` also measures a file made of shifted copies of the first, which is kept in the
system's temporary folder. Memory is the high-water mark of each process (VmHWM), which starts at its own
exec.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PEERS = Path(tempfile.gettempdir()) / "urbgeo-peers-pbf"
RESULTS = Path(__file__).parent / "results" / "pbf.md"
SHIFT_DEG, ID_STEP = 0.5, 10**11
MEMORY_LIMIT_GB, TIME_LIMIT_S = 10, 270

MEASURE = """
import json, sys, time
def peak():
    with open("/proc/self/status") as status:
        return int(status.read().split("VmHWM:")[1].split()[0]) / 1024
{imports}
path, repeats, small = sys.argv[1], int(sys.argv[2]), sys.argv[3]
def once(path):
    start = time.perf_counter()
    {work}
    return time.perf_counter() - start, {size}, peak()
if small:
    once(small)
base = peak()
runs = [once(path) for _ in range(repeats)]
seconds = [run[0] for run in runs]
print(json.dumps({{"seconds": seconds, "size": runs[-1][1], "base": base, "peak": runs[0][2]}}))
"""

WAYS = {
    "urbgeo, tables": (
        "from urbgeo.sources.osm.read import read_roads\nimport urbgeo; urbgeo.options.progress = False",
        "roads = read_roads(path)",
        "[len(roads), float(roads.length_km.sum())]",
    ),
    "urbgeo, from_pbf": (
        "from urbgeo.network.osm import RoadReading, from_pbf\n"
        "import urbgeo; urbgeo.options.progress = False",
        "network = from_pbf(path, reading=RoadReading(region='world')); network.graph",
        "[len(network.links), float(network.links['length_km'].sum())]",
    ),
    "pyrosm + same simplification": (
        "from pyrosm import OSM\nfrom benchmarks.pbf import joined_like_ours",
        "nodes, edges = OSM(path).get_network('driving', nodes=True); read = time.perf_counter() - start; "
        "roads = joined_like_ours(nodes, edges)",
        "[len(roads), float(roads.length_km.sum()), read]",
    ),
    "pyosmium + same simplification": (
        "from benchmarks.pbf import read_by_pyosmium",
        "read, roads = read_by_pyosmium(path)",
        "[len(roads), float(roads.length_km.sum()), read]",
    ),
    "OSMnx": (
        "import osmnx",
        "graph = osmnx.graph_from_xml(path, retain_all=True)",
        "[len(graph.edges), sum(length for *_, length in graph.edges(data='length')) / 1000]",
    ),
}  # fmt: skip


def read_by_pyosmium(path: str) -> tuple[float, Any]:
    """Ways for cars and their nodes by pyosmium, cut and joined by urbgeo; seconds of reading, roads."""
    import numpy as np
    import osmium

    from urbgeo.sources.osm import tags as osm_tags
    from urbgeo.sources.osm.pbf import Nodes, Ways
    from urbgeo.sources.osm.read import _assembled, _distinct

    begun = time.perf_counter()
    rules = osm_tags.rules_for("drive", None)
    keys, marked = set(osm_tags.WAY_KEYS), set(osm_tags.NODE_KEYS)
    codes: dict[tuple[tuple[str, str], ...], int] = {}
    said: list[dict[str, str]] = []
    found: list[tuple[int, int, int]] = []
    refs: list[int] = []
    wanted_keys = osmium.filter.KeyFilter("highway", "route")
    for way in osmium.FileProcessor(path, osmium.osm.WAY).with_filter(wanted_keys):
        spoken = tuple((tag.k, tag.v) for tag in way.tags if tag.k in keys)
        if spoken not in codes:
            usable = osm_tags.way_kind(dict(spoken), rules) is not None
            codes[spoken] = len(said) if usable else -1
            said += [dict(spoken)] * usable
        if codes[spoken] >= 0:
            found.append((way.id, codes[spoken], len(way.nodes)))
            refs.extend([node.ref for node in way.nodes])
    ids, code, lengths = np.array(found).T
    along = np.array(refs)
    del refs, found
    wanted = _distinct(along)
    lon, lat = np.full(len(wanted), np.nan), np.full(len(wanted), np.nan)
    place = {number: at for at, number in enumerate(wanted.tolist())}
    barriers = []
    for node in osmium.FileProcessor(path, osmium.osm.NODE):
        at = place.get(node.id)
        if at is not None:
            lon[at], lat[at] = node.lon, node.lat
            if "barrier" in node.tags:
                barriers.append((at, {tag.k: tag.v for tag in node.tags if tag.k in marked}))
    ways = Ways(ids, code.astype(np.int32), np.concatenate([[0], np.cumsum(lengths)]), along, said)
    nodes = Nodes(lon, lat, np.array([at for at, _ in barriers], np.int64), [tags for _, tags in barriers])
    read = time.perf_counter() - begun
    return read, _assembled(path, rules, ways, wanted, nodes, None, True)


def joined_like_ours(nodes: object, edges: object) -> object:
    """pyrosm's edges joined by urbgeo's own simplification."""
    import numpy as np
    import pandas as pd
    import shapely

    from urbgeo.sources.osm.roads import join_links
    from urbgeo.sources.osm.tags import WayKind

    del nodes
    named = edges[["highway", "maxspeed", "oneway"]].astype(object).fillna("")
    kind, kinds = pd.factorize(pd.MultiIndex.from_frame(named))
    xy, which = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
    size = np.bincount(which)
    last = np.cumsum(size) - 1
    ids, ends = np.unique(edges[["u", "v"]].to_numpy(), return_inverse=True)
    inner = np.ones(len(xy), bool)
    inner[last - size + 1] = inner[last] = False
    refs = np.empty(len(xy), np.int32)
    refs[inner] = len(ids) + np.arange(inner.sum())
    ends = ends.reshape(-1, 2)
    refs[last - size + 1], refs[last] = ends[:, 0], ends[:, 1]
    lon, lat = np.empty(refs.max() + 1), np.empty(refs.max() + 1)
    lon[refs], lat[refs] = xy.T
    described = tuple(
        WayKind(str(k), 0.0, 0.0, way == "yes", False, True, float(i)) for i, (k, _, way) in enumerate(kinds)
    )
    return join_links(
        "road", np.arange(len(lon)), lon, lat, refs, last - size + 1, last,
        edges["length"].to_numpy(float) / 1000, kind.astype(np.int32), described,
    )  # fmt: skip


def peers_python() -> str:
    python = PEERS / "bin" / "python"
    if not list(PEERS.glob("lib/*/site-packages/scipy")):
        venv.create(PEERS, with_pip=True)
        needed = ["pyrosm", "osmnx", "osmium", "numba", "scipy", "tqdm"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *needed], check=True)
    return str(python)


def copies_of(path: Path, copies: int, target: Path) -> Path:
    """The file repeated side by side, every copy with ids and places of its own."""
    import osmium

    if target.exists():
        return target
    writer = osmium.SimpleWriter(str(target), overwrite=True)
    for kind in (osmium.osm.NODE, osmium.osm.WAY):
        for copy in range(copies):
            east, north = SHIFT_DEG * (copy % 10), SHIFT_DEG * (copy // 10)
            for one in osmium.FileProcessor(str(path), kind):
                number = one.id + copy * ID_STEP
                if kind == osmium.osm.NODE:
                    writer.add_node(one.replace(id=number, location=(one.lon + east, one.lat + north)))
                else:
                    writer.add_way(one.replace(id=number, nodes=[n.ref + copy * ID_STEP for n in one.nodes]))
    writer.close()
    return target


def drive_xml(path: Path, target: Path) -> Path:
    """What OSMnx reads: driving ways and their nodes as XML."""
    import osmium

    from urbgeo.sources.osm.tags import CAR, way_kind

    if target.exists():
        return target
    needed: set[int] = set()
    kept: set[int] = set()
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY):
        if "highway" in way.tags and way_kind(dict(way.tags), CAR):
            kept.add(way.id)
            needed.update(node.ref for node in way.nodes)
    writer = osmium.SimpleWriter(str(target), overwrite=True)
    for one in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY):
        if one.is_node() and one.id in needed:
            writer.add_node(one)
        elif one.is_way() and one.id in kept:
            writer.add_way(one)
    writer.close()
    return target


def one_street(target: Path) -> Path:
    """A file of a single street of three nodes."""
    import osmium

    writer = osmium.SimpleWriter(str(target), overwrite=True)
    for number in (1, 2, 3):
        writer.add_node(osmium.osm.mutable.Node(id=number, location=(-51.2 + number / 1000, -30.0)))
    tags = {"highway": "primary", "maxspeed": "50", "oneway": "yes"}
    writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3], tags=tags))
    writer.close()
    return target


def measured(name: str, python: str, path: Path, repeats: int, small: str = "") -> dict[str, Any]:
    imports, work, size = WAYS[name]
    code = MEASURE.format(imports=imports, work=work, size=size)
    limit = f'ulimit -v {MEMORY_LIMIT_GB * 1024 * 1024}; exec "$@"'
    try:
        done = subprocess.run(
            ["bash", "-c", limit, "bash", python, "-c", code, str(path), str(repeats), small],
            capture_output=True, text=True, cwd=ROOT, timeout=TIME_LIMIT_S,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {TIME_LIMIT_S} s"}
    if done.returncode:
        return {"failed": f"failed within {MEMORY_LIMIT_GB} GB: {done.stderr.strip().splitlines()[-1][:80]}"}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def rows_for(path: Path, folder: Path, repeats: int) -> list[str]:
    peers = peers_python()
    xml = drive_xml(path, folder / f"urbgeo-drive-in-{path.name}.osm")
    rows = []
    for name in WAYS:
        file = xml if name == "OSMnx" else path
        found = measured(name, peers, file, repeats)
        if "failed" in found:
            rows.append(f"| {name} | {found['failed']} | | | | | | |")
            print(rows[-1], flush=True)
            continue
        street = one_street(folder / f"urbgeo-one-street{file.suffix}")
        alone = measured(name, peers, file, 1, str(street))
        seconds: list[float] = found["seconds"]
        base, peak = found["base"], found["peak"]
        warm = statistics.median(seconds[1:] or seconds)
        count, km, *reading = found["size"]
        cells = (
            name + "".join(f" (reading {one:.2f} s of the last)" for one in reading),
            f"{seconds[0]:.2f}",
            f"{warm:.2f}",
            f"{peak:.0f}",
            f"{peak - base:.0f}",
            f"{alone['peak'] - alone['base']:.0f}",
            count,
            f"{km:.1f}",
        )
        rows.append("| " + " | ".join(map(str, cells)) + " |")
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("URBGEO_SHARED", ROOT / "../shared")) / "data/porto_alegre/poa_osm.pbf"
    reader.add_argument("file", type=Path, nargs="?", default=default)
    reader.add_argument("--copies", type=int, default=78)
    reader.add_argument("--repeats", type=int, default=5)
    asked = reader.parse_args()
    memory = ("peak MB", "above its imports, MB", "for the file itself, MB")
    columns = ("reader", "first run, s", "median after, s", *memory, "links", "km")
    head = "| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|"
    text = [
        "# Reading a PBF file to a simplified driving network",
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; `python -m benchmarks.pbf`. OSMnx lists two-way streets twice "
        "(links, km), and reads XML made beforehand.",
    ]
    folder = Path(tempfile.gettempdir())
    title = f"## {asked.file.name}, {asked.file.stat().st_size / 1e6:.1f} MB"
    text += [title, head, *rows_for(asked.file, folder, asked.repeats)]
    if asked.copies > 1:
        large = copies_of(
            asked.file, asked.copies, folder / f"urbgeo-{asked.copies}-copies-of-{asked.file.name}"
        )
        title = f"## {asked.copies} shifted copies, {large.stat().st_size / 1e6:.1f} MB"
        text += [title, head, *rows_for(large, folder, 1)]
    RESULTS.parent.mkdir(exist_ok=True)
    joined = "\n\n".join(text)
    RESULTS.write_text(joined.replace("|\n\n|", "|\n|") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
