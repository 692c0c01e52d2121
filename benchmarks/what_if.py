"""A new expressway and a new airport in one call: seconds until gains by name and people are told."""

from __future__ import annotations

import time

import geopandas as gpd
import pandas as pd

import urbgeo
from urbgeo.options import options

MOST_S = 3.0
"""What a planner waits for without losing the thread."""


def changes() -> dict[str, pd.DataFrame]:
    """An expressway between two counties of Hunan, and an airport at Loudi."""
    road = pd.DataFrame({"from_node": ["安化县"], "to_node": ["新化县"], "class": ["expressway"]})
    spot = gpd.points_from_xy([111.9], [27.6])
    names = {"name_zh": ["娄底机场"], "name_en": ["Loudi Airport"]}
    airport = gpd.GeoDataFrame(names, index=["XLD"], geometry=spot, crs=4326)
    return {"roads": road, "airports": airport}


def processor_s() -> tuple[float, str]:
    """Processor seconds of the call and of its map, and what was found."""
    hunan = urbgeo.load_region("hunan")
    start = time.process_time()
    found = urbgeo.what_if(hunan, **changes())
    found.map()
    return time.process_time() - start, found._headline()


def main() -> None:
    """Print the first call of a session and the next."""
    options.progress = False
    for what in ("first", "again"):
        seconds, said = processor_s()
        print(f"what_if, {what}: {seconds:.2f} s of processor (at most {MOST_S:g}); {said}")


if __name__ == "__main__":
    main()
