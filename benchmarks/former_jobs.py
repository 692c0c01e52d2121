"""Jobs that every version of urbgeo can do, run on request: the worker of ``benchmarks.former``.

Reads the name of a job from each line of its input and answers with the processor seconds that it took. The
calls of version 0.1 are kept beside those of today.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

import urbgeo
from urbgeo.regions.load import load_region

NOW = hasattr(urbgeo, "circle_band")
"""Whether the urbgeo at hand is of this round; the one before knows no band."""

warnings.simplefilter("ignore")
urbgeo.options.progress = False
urbgeo.options.threads = 1

hunan = load_region("hunan")
network = urbgeo.region_network(hunan)
road = network.only("road") if NOW else network.only(("road",))
seats, counties = hunan.prefectures, hunan.counties
core = hunan.places.loc[["430100", "430200", "430300"]]
random = np.random.default_rng(1)


def points(layer: object, count: int) -> object:
    """Points spread over the box of a layer."""
    import geopandas as gpd

    west, south, east, north = layer.total_bounds
    x, y = random.uniform(west, east, count), random.uniform(south, north, count)
    return gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(x, y), index=[f"p{n}" for n in range(count)], crs=layer.crs
    )


def long_table(origins: int, destinations: int) -> pd.DataFrame:
    minutes = random.uniform(1, 90, origins * destinations)
    return pd.DataFrame(
        {
            "from": np.repeat([f"o{n}" for n in range(origins)], destinations),
            "to": np.tile([f"d{n}" for n in range(destinations)], origins),
            "minutes": minutes,
        }
    )


TABLE = long_table(1000, 300)
JOBS_AT = pd.DataFrame({"jobs": random.uniform(1, 100, 300)}, index=[f"d{n}" for n in range(300)])
BLOCKS = [shapely.box(i * 1000.0, 0, i * 1000.0 + 900, 900) for i in range(50)]

city: list[object] = []


def city_network() -> object:
    """The streets of a real city; read once, outside of every time but its own."""
    if not city:
        city.append(read_city())
    return city[0]


def read_city() -> object:
    from urbgeo.network.osm import from_pbf

    return from_pbf(Path(sys.argv[1]) / "porto_alegre/poa_osm.pbf")


def coverage() -> object:
    if NOW:
        return urbgeo.coverage(road, counties, hunan.airports, minutes=60)
    return urbgeo.coverage(counties, hunan.airports, road, minutes=60)


def circle() -> object:
    if NOW:
        return urbgeo.commuting_circle(road, core, hunan.zones, seats=counties)
    return urbgeo.commuting_circle(road, core, hunan.zones, seats=counties, rings=(30.0, 60.0, 90.0, 120.0))


def towns() -> object:
    nearest = {"airport": hunan.airports, "station": hunan.stations}
    limits = {"airport": 60.0, "station": 60.0}
    if NOW:
        return urbgeo.town_access(road, counties, nearest=nearest, minutes=limits)
    return urbgeo.town_access(counties, road, nearest=nearest, thresholds_min=limits)


def cumulative() -> object:
    if NOW:
        return urbgeo.cumulative(TABLE, JOBS_AT, weight="jobs", minutes=30)
    return urbgeo.cumulative(TABLE, JOBS_AT["jobs"], minutes=30)


def city_table() -> object:
    streets = city_network()
    some = points(streets.nodes, 400)
    return urbgeo.minutes_table(streets, some, some)


def city_sums() -> object:
    streets = city_network()
    weights = pd.DataFrame({"w": np.ones(len(streets.nodes))}, index=streets.nodes.index)
    asked = streets.nodes.index[:: max(len(streets.nodes) // 2000, 1)]
    from urbgeo.network.sums import node_sums

    return node_sums(streets, weights, minutes=15, nodes=asked)


def size_classes() -> object:
    people = hunan.places["population"].dropna()
    return urbgeo.size_classes(people)


JOBS: dict[str, Callable[[], object]] = {
    "the region's network from its tables": lambda: urbgeo.region_network(load_region("hunan")),
    "minutes between 122 counties": lambda: urbgeo.minutes_table(road, counties, counties),
    "nearest airport of 122 counties": lambda: urbgeo.nearest_facility(road, counties, hunan.airports),
    "coverage": coverage,
    "county towns": towns,
    "commuting circle": circle,
    "isochrones of three cities": lambda: urbgeo.isochrones(road, core, minutes=(30, 60), by="origin"),
    "cumulative opportunities, 300,000 pairs": cumulative,
    "streets of a city from PBF": read_city,
    "minutes between 400 points of a city": city_table,
    "people within 15 min of 2,000 nodes": city_sums,
    "size classes": size_classes,
}


def main() -> None:
    """Answer every line with ``ok seconds`` or ``no reason``."""
    for line in sys.stdin:
        try:
            job = JOBS[line.strip()]
            if ("city" in line or "nodes" in line) and "PBF" not in line:
                city_network()
            begin = time.process_time()
            job()
            said = f"ok {time.process_time() - begin}"
        except Exception as error:  # noqa: BLE001 - told, not raised: the other version may do the job
            said = f"no {type(error).__name__}: {error}"
        sys.stdout.write(said.replace("\n", " ") + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
