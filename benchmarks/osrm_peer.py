"""Tables by car by OSRM, in an environment of its own (Python 3.12 with osrm-bindings).

``python osrm_peer.py FILE.pbf POINTS.json`` extracts and contracts with the wheel's own car profile into the
system's temporary folder, where it stays for the next call, asks for the table of all points (lon, lat) once
to warm up and three times to be timed, and prints processor seconds of preparing and of the least table, the
pairs told and their median minutes, as JSON.
"""

from __future__ import annotations

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPEATS = 3


def prepared(pbf: str) -> tuple[Path, float]:
    """The contracted network, and processor seconds of making it."""
    import osrm  # type: ignore[import-not-found]

    folder = Path(tempfile.gettempdir()) / f"urbgeo-osrm-{Path(pbf).stem}"
    base, told = folder / "roads.osrm", folder / "seconds.txt"
    if not told.exists():
        folder.mkdir(exist_ok=True)
        file = folder / "roads.osm.pbf"
        shutil.copy(pbf, file)
        profile = Path(osrm.__file__).parent / "share" / "profiles" / "car.lua"
        for step in (["extract", "-p", str(profile), str(file)], ["contract", str(base)]):
            subprocess.run([sys.executable, "-m", "osrm", *step], check=True, capture_output=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        told.write_text(f"{used.ru_utime + used.ru_stime}", encoding="utf-8")
    return base, float(told.read_text(encoding="utf-8"))


def main() -> None:
    """Prepare, ask, print."""
    import osrm

    pbf, points = sys.argv[1], [tuple(one) for one in json.loads(Path(sys.argv[2]).read_text("utf-8"))]
    base, preparing = prepared(pbf)
    engine = osrm.OSRM(
        storage_config=str(base),
        algorithm="CH",
        use_shared_memory=False,
        max_locations_distance_table=2 * len(points),
    )
    asked = osrm.TableParameters(coordinates=points, annotations=["duration"])
    found = engine.Table(asked)
    own = []
    for _ in range(REPEATS):
        begun = time.process_time()
        engine.Table(asked)
        own.append(time.process_time() - begun)
    told = [float(one) / 60.0 for row in found["durations"] for one in row if isinstance(one, int | float)]
    print(
        json.dumps(
            {
                "preparing_s": preparing,
                "table_s": min(own),
                "pairs": len(told),
                "median_min": statistics.median(told),
            }
        )
    )


if __name__ == "__main__":
    main()
