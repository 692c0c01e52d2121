"""Reading a feed of 447,000 stop times: the buses of Porto Alegre, their trips repeated under other ids.

``python -m benchmarks.feeds`` prints processor seconds, the least of three, of ours, of pandas alone reading
the table of stop times and, where ``URBGEO_FEEDS`` names a Python with them, of partridge and gtfs-kit, each
in a process of its own, in turn with ours; and whether the clock times in the feed are read alike.
"""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

import pandas as pd

import urbgeo
from benchmarks.transit import DATA
from urbgeo.sources.gtfs import read_gtfs

STOP_TIMES, REPEATS = 447_000, 3


def repeated(feed: Path, folder: Path) -> Path:
    """The feed with its trips as often as it takes, cut at so many stop times."""
    out = folder / "feed.zip"
    with zipfile.ZipFile(feed) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        tables = {name: pd.read_csv(source.open(name), dtype=str) for name in source.namelist()}
        times = -(-STOP_TIMES // len(tables["stop_times.txt"]))
        for name, table in tables.items():
            if name in ("trips.txt", "stop_times.txt"):
                copies = [table.assign(trip_id=table["trip_id"] + f"#{copy}") for copy in range(times)]
                table = pd.concat(copies, ignore_index=True)
            if name == "stop_times.txt":
                table = table.iloc[:STOP_TIMES]
            text = io.StringIO()
            table.to_csv(text, index=False)
            target.writestr(name, text.getvalue())
    return out


def beside(name: str, file: Path, mine: pd.DataFrame) -> str:
    """Seconds of a peer, and at how many calls with a time it reads another than ours."""
    out = file.with_suffix(".csv")
    script = Path(__file__).with_name("feeds_peer.py")
    command = [os.environ["URBGEO_FEEDS"], str(script), name, str(file), str(REPEATS), str(out)]
    taken = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    theirs = pd.read_csv(out, dtype=str)
    theirs = theirs.iloc[theirs["stop_sequence"].astype(int).argsort(kind="stable")]
    theirs = theirs.assign(call=theirs.groupby("trip_id").cumcount()).dropna(subset=["arrival_time"])
    clock = theirs["arrival_time"]
    if clock.str.contains(":").any():
        parts = clock.str.split(":", expand=True).astype(int)
        seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
    else:
        seconds = clock.astype(float).astype(int)
    theirs = theirs.assign(seconds=seconds)
    both = theirs.merge(mine.assign(call=mine.groupby("trip_id").cumcount()), on=["trip_id", "call"])
    other = int((both["seconds"] != both["arrival"]).sum())
    return f"{name} {taken:.2f} ({other:,} of {len(both):,} clock times other than ours)"


def main() -> None:
    """All in turn."""
    urbgeo.options.progress = False
    ours, alone, peers = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        file = repeated(DATA / "poa_eptc.zip", Path(folder))
        for _ in range(REPEATS):
            begun = time.process_time()
            feed = read_gtfs(file)
            middle = time.process_time()
            with zipfile.ZipFile(file) as source:
                rows = len(pd.read_csv(source.open("stop_times.txt"), dtype=str))
            ours.append(middle - begun)
            alone.append(time.process_time() - middle)
        if "URBGEO_FEEDS" in os.environ:
            peers = [beside(name, file, feed.stop_times) for name in ("partridge", "gtfs-kit")]
    told = [f"ours {min(ours):.2f} processor s", f"pandas' table {min(alone):.2f}", *peers]
    print(f"{rows:,} stop times, {len(feed.stop_times):,} kept: {', '.join(told)}")


if __name__ == "__main__":
    main()
