"""The region's trains against a national timetable of early 2016, on the lines that were open then."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.conftest import shared_data
from urbgeo.errors import UrbgeoWarning
from urbgeo.network.rail import direct_rides
from urbgeo.regions.region import Region
from urbgeo.regions.years import region_in_year
from urbgeo.sources.trains import read_trains

TIMETABLE_YEAR = 2015
"""The table is of January to March 2016: lines of 2015 and before were open."""


@pytest.fixture(scope="module")
def timetable(hunan: Region) -> pd.DataFrame:
    """Every ordered pair of the region's stations with a direct train: quickest ride, trains in all."""
    with pytest.warns(UrbgeoWarning, match="not running"):
        calls = read_trains(shared_data() / "china/trains_2016.xlsx").calls
    calls = calls[calls["station"].isin(hunan.stations["name_zh"])]
    calls = calls[["run", "train", "seq", "station", "arrives_min", "departs_min"]]
    rides = calls.merge(calls, on="run", suffixes=("", "_to"))
    rides = rides[rides["seq"] < rides["seq_to"]]
    rides = rides.assign(minutes=rides["arrives_min_to"] - rides["departs_min"])
    groups = rides.groupby(["station", "station_to"])
    return groups.agg(minutes=("minutes", "min"), trains=("train", "nunique"))


def by_name(region: Region) -> pd.DataFrame:
    rides = direct_rides(region.stations, region.rail_stops)
    names = region.stations["name_zh"]
    ends = [rides["from_station"].map(names), rides["to_station"].map(names)]
    return rides.set_index(pd.MultiIndex.from_arrays(ends, names=["station", "station_to"]))


def test_rides_are_those_of_the_timetable(hunan: Region, timetable: pd.DataFrame) -> None:
    both = by_name(region_in_year(hunan, TIMETABLE_YEAR)).join(timetable, how="inner")
    ratio = both["ride_min"] / both["minutes"]
    assert len(both) > 1_400
    assert 0.95 <= ratio.median() <= 1.05
    assert ((ratio - 1).abs() <= 0.15).mean() >= 0.90
    assert both[["ride_min", "minutes"]].corr("spearman").iloc[0, 1] > 0.98


def test_trains_a_day_by_published_counts_are_nearly_those_of_the_timetable(
    hunan: Region, timetable: pd.DataFrame
) -> None:
    """The counts are of 2009 to 2015 and of today, none from the table; patterns are those of 2024."""

    def ratio(region: Region) -> pd.Series:
        fast = replace(region, rail_stops=region.rail_stops[region.rail_stops["class"] != "conventional"])
        both = by_name(fast).join(timetable, how="inner")
        assert both[["trains_per_day", "trains"]].corr("spearman").iloc[0, 1] > 0.6
        in_all.append(both["trains_per_day"].sum() / both["trains"].sum())
        return both["trains_per_day"] / both["trains"]

    in_all: list[float] = []
    counted = ratio(region_in_year(hunan, 2016))
    as_today = ratio(region_in_year(replace(hunan, rail_counts=pd.DataFrame()), 2016))
    assert 0.88 <= counted.median() <= 1.05 and as_today.median() > 1.15
    assert 0.95 < in_all[0] < 1.08 and in_all[1] > 1.25


def test_no_pair_with_a_direct_train_has_none_here(hunan: Region, timetable: pd.DataFrame) -> None:
    lost = timetable.index.difference(by_name(hunan).index)
    assert not len(lost), lost.tolist()[:10]


def test_neighbours_across_the_border_are_minutes_apart(hunan: Region) -> None:
    assert by_name(hunan).loc[("铜仁南", "新晃西"), "ride_min"] < 11


def test_the_rides_of_the_trips_that_are_taken_apart_are_usual_ones(
    hunan: Region, timetable: pd.DataFrame
) -> None:
    """No quicker than the quickest train of the table by more than two minutes, and not much slower."""
    rides, names = by_name(region_in_year(hunan, 2016)), hunan.stations["name_zh"]
    known = hunan.known_trips[(hunan.known_trips["mode"] == "rail") & (hunan.known_trips["year"] == 2024)]
    assert len(known) == 5
    for trip in known.itertuples():
        pair = names[trip.station_from], names[trip.station_to]
        assert -2 <= rides.loc[pair, "ride_min"] - timetable.loc[pair, "minutes"] <= 3, pair
