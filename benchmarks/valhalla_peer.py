"""Isochrones by car by Valhalla, in an environment of its own (Python 3.12 with pyvalhalla 3.9.1).

``python valhalla_peer.py FILE.pbf ORIGINS.json`` builds tiles in a temporary folder, asks for 5, 10 and 15
minutes from each origin (lon, lat) once to warm up and once to be timed, and prints processor seconds of
building, processor and wall seconds an origin, and vertices a polygon, as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MINUTES = (5, 10, 15)


def tiles(pbf: str, folder: Path) -> tuple[Path, float]:
    """The configuration of tiles built from the file, and processor seconds of building them."""
    import valhalla  # type: ignore[import-not-found]

    (folder / "tiles").mkdir()
    config = valhalla.get_config(tile_extract="", tile_dir=str(folder / "tiles"))
    config["mjolnir"]["concurrency"] = 1
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    builder = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
    subprocess.run([str(builder), "-c", str(path), pbf], check=True, capture_output=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return path, used.ru_utime + used.ru_stime


def asked(origin: tuple[float, float]) -> str:
    """All parts and holes, outlines as they are drawn."""
    lon, lat = origin
    return json.dumps(
        {
            "locations": [{"lat": lat, "lon": lon}],
            "costing": "auto",
            "contours": [{"time": limit} for limit in MINUTES],
            "polygons": True,
            "denoise": 0.0,
            "generalize": 0.0,
        }
    )


def _vertices(found: Any) -> int:
    def of(part: Any) -> int:
        return 1 if isinstance(part[0], int | float) else sum(of(one) for one in part)

    return sum(of(one["geometry"]["coordinates"]) for one in found["features"])


def main() -> None:
    """Build, ask, print."""
    import valhalla

    pbf, origins = sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        path, building = tiles(pbf, Path(folder))
        actor = valhalla.Actor(str(path))
        requests = [asked(tuple(one)) for one in origins]
        found: list[Any] = [actor.isochrone(one) for one in requests]
        start, used = time.perf_counter(), time.process_time()
        for one in requests:
            actor.isochrone(one)
        wall, own = time.perf_counter() - start, time.process_time() - used
    vertices = sum(_vertices(json.loads(one) if isinstance(one, str) else one) for one in found)
    told = {
        "building_s": building,
        "processor_s": own / len(origins),
        "wall_s": wall / len(origins),
        "vertices": vertices / len(origins) / len(MINUTES),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
