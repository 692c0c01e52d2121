"""Memory of preparing the streets of Wuhan for any question, beside pandana: peaks above what imports take.

``python -m benchmarks.preparing``: each in a fresh process, the peer in the environment that ``URBGEO_PEERS``
names (:mod:`benchmarks.engine`). Ours is told above imports, and above imports and the loading of compiled
code, which a small network brings in. Prints MB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def ours(network: str) -> None:
    """Compile, order, customise."""
    from benchmarks.peers import TICKS
    from urbgeo.engine.graph import compile_graph
    from urbgeo.engine.hierarchy import customise, prepare
    from urbgeo.options import options

    options.progress = False
    d = dict(np.load(network))
    told = [peak_mb()]
    for name in ("small", ""):
        part = {key: d[name + key] for key in ("x", "y", "tails", "heads", "ticks")}
        graph = compile_graph(part["x"], part["y"], part["tails"], part["heads"], part["ticks"] / TICKS)
        customise(prepare(graph), graph)
        told.append(peak_mb())
    print("peaks", *told, file=sys.stderr)


def peer(network: str) -> None:
    """One network of pandana, whose distances are prepared when it is made."""
    import pandana  # type: ignore[import-not-found]
    import pandas as pd

    d = dict(np.load(network))
    x, y, tails, heads, ticks = (pd.Series(d[key]) for key in ("x", "y", "tails", "heads", "ticks"))
    told = [peak_mb()]
    pandana.Network(x, y, tails, heads, pd.DataFrame({"ticks": ticks / 1000.0}), twoway=False)
    print("peaks", *told, peak_mb(), file=sys.stderr)  # what it prints itself goes to the other stream


def main() -> None:
    """Both, one after the other."""
    from benchmarks.engine import generated, peers_python, wuhan

    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "network.npz")
        small = {f"small{key}": values for key, values in generated(3000).items()}
        np.savez(file, **wuhan(), **small)
        told = []
        for python, which in ((sys.executable, "--ours"), (peers_python(), "--peer")):
            command = [python, "-m", "benchmarks.preparing", which, file]
            if which == "--peer":
                command = [python, __file__, which, file]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            told.append([float(one) for one in done.stderr.split("peaks")[1].split()])
    (begin, loaded, most), (start, peak) = told
    print(f"ours: {begin:.0f} MB imported, {loaded:.0f} with compiled code, peak {most:.0f}")
    print(f"pandana: {start:.0f} MB imported, peak {peak:.0f}")
    print(
        f"above imports: ours {most - begin:.0f}, without compiled code {most - loaded:.0f}, pandana "
        f"{peak - start:.0f} ({(most - begin) / (peak - start):.2f}, {(most - loaded) / (peak - start):.2f})"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ours"]:
        ours(sys.argv[2])
    elif sys.argv[1:2] == ["--peer"]:
        peer(sys.argv[2])
    else:
        main()
