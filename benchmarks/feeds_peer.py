"""A feed read by partridge or gtfs-kit, in an environment of its own.

``python feeds_peer.py NAME FEED.zip REPEATS OUT.csv`` reads the tables that ours reads, as each manual
has it, prints the least processor seconds, and writes trip, stop and arrival of every call.
"""

from __future__ import annotations

import sys
import time
from typing import Any

TABLES = ("stops", "routes", "trips", "stop_times", "calendar", "calendar_dates")


def by_partridge(path: str) -> Any:
    """Its tables are read when asked for; clock times become seconds."""
    import partridge  # type: ignore[import-not-found]

    feed = partridge.load_raw_feed(path)
    return [getattr(feed, table) for table in TABLES][3]


def by_gtfs_kit(path: str) -> Any:
    """Clock times stay text."""
    import gtfs_kit  # type: ignore[import-not-found]

    return gtfs_kit.read_feed(path, dist_units="km").stop_times


def main() -> None:
    """Read so many times, print, write."""
    name, path, repeats, out = sys.argv[1:]
    read = {"partridge": by_partridge, "gtfs-kit": by_gtfs_kit}[name]
    taken = []
    for _ in range(int(repeats)):
        begun = time.process_time()
        calls = read(path)
        taken.append(time.process_time() - begun)
    calls[["trip_id", "stop_sequence", "arrival_time"]].to_csv(out, index=False)
    print(min(taken))


if __name__ == "__main__":
    main()
