"""The nation by rail: the train table of 10 March 2016, door to door between all prefecture seats.

Trains are those of one day of 2016, roads to and from the stations estimated from straight lines: a dated
run, not today's figure. Prints seconds, and the share of pairs within two hours inside each of the 19
clusters.
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
from urbgeo.network.timetable import TransitTerms, build_timetable, transit_minutes
from urbgeo.sources.trains import Trains, direct_minutes, read_trains, trains_as_gtfs

DAY = "2016-03-10"
EVERY_MIN = 10.0


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
    day_profile(nation, trains)
    print(clusters(found, nation.prefectures.index).to_string(float_format="%.1f"))


def day_profile(nation: urbgeo.Region, trains: Trains) -> None:
    """Every departure from midnight to midnight, by clock times: roads to the stations, trains, changes.

    Without the minutes at the station that the reading by headways adds. Where roads lead all the way and are
    quicker, the trip is driven: its share is printed apart.
    """
    start, spent = time.perf_counter(), time.process_time()
    timetable = build_timetable(trains_as_gtfs(trains), day=DAY)
    roads = region_network(nation, modes=("road",))
    terms = TransitTerms(walk_to_stop_min=60.0, walk_between_min=30.0, change_min=15.0, longest_min=1440.0)
    found = transit_minutes(
        timetable, roads, nation.prefectures, nation.prefectures,
        window=("00:00", "24:00"), every_min=EVERY_MIN, quantiles=(0.1, 0.9), terms=terms,
    )  # fmt: skip
    wall, each = time.perf_counter() - start, time.process_time() - spent
    print(f"whole day between the seats, every {EVERY_MIN:g} min: {wall:.1f} s, {each:.1f} of processor")
    shares = {one: float((table <= 120.0).to_numpy().mean()) for one, table in found.quantiles.items()}
    for one, share in {
        **shares,
        "all the way by road": float((found.walking <= 120.0).to_numpy().mean()),
    }.items():
        print(f"  pairs within two hours, {one}: {share:.1%}")


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
