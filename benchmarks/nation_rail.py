"""The nation by rail: the train table of 10 March 2016, door to door between all prefecture seats.

Trains are those of one day of 2016, roads to and from the stations estimated from straight lines: a dated
run,
not today's figure. Prints seconds, and the share of pairs within two hours inside each of the 19 clusters.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import pandas as pd

import urbgeo
from urbgeo.access.reach import reach
from urbgeo.cities.policy import policy_geographies, policy_members
from urbgeo.network.rail import direct_rides
from urbgeo.network.regional import region_network
from urbgeo.sources.trains import direct_minutes, read_trains

DAY = "2016-03-10"


def main(data: Path) -> None:
    urbgeo.options.progress = False
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    trains = read_trains(data / "china" / "trains_2016.xlsx")
    print(f"train table read in {time.perf_counter() - start:.1f} s: {trains}")
    nation = urbgeo.region("中国", trains=trains, zones=False, train_day=DAY)
    rides = direct_rides(nation.stations, nation.rail_stops)
    table = direct_minutes(trains, day=DAY).set_index(["from_station", "to_station"])["minutes"]
    ours = rides.set_index(["from_station", "to_station"])["ride_min"].reindex(table.index)
    print(f"direct rides: {len(table):,} pairs, at most {(ours - table).abs().max():.3g} min from the table")
    start = time.perf_counter()
    network = region_network(nation)
    found = reach(network, nation.prefectures, minutes=120.0)
    print(f"door to door between {len(found.cities)} seats: {time.perf_counter() - start:.1f} s")
    print(found.summary.to_string(float_format="%.4g"))
    print(clusters(found, nation.prefectures.index).to_string(float_format="%.1f"))


def clusters(found: urbgeo.access.reach.Reach, seats: pd.Index) -> pd.DataFrame:
    """Percent of the pairs of seats within two hours inside each cluster, by reading."""
    known = policy_geographies()
    names = known.index[(known["kind"] == "city cluster") & (known["members"] > 0)]
    rows = {}
    for name in names:
        members = policy_members(name)
        stems = (
            members.loc[members["role"] != "excluded", "adcode"].str.removesuffix("00").str.removesuffix("00")
        )
        inside = [one for one in seats if any(one.startswith(stem) for stem in stems)]
        if len(inside) < 2:  # told by counties: the prefectures that have one of them
            inside = [one for one in seats if any(stem.startswith(one[:4]) for stem in stems)]
        if len(inside) > 1:
            rows[name] = {"seats": len(inside), **(100 * found.among(inside)["share"])}
    return pd.DataFrame.from_dict(rows, orient="index")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"))
