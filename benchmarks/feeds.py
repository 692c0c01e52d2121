"""Reading a feed of 447,000 stop times: the buses of Porto Alegre, their trips repeated under other ids.

``python -m benchmarks.feeds`` prints processor seconds, the least of three, of ours and of
pandas alone reading the table of stop times.
"""

from __future__ import annotations

import io
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


def main() -> None:
    """Both in turn."""
    urbgeo.options.progress = False
    ours, alone = [], []
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
    print(
        f"{rows:,} stop times, {len(feed.stop_times):,} kept: ours {min(ours):.2f} processor s, "
        f"pandas' table {min(alone):.2f}"
    )


if __name__ == "__main__":
    main()
