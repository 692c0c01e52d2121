"""Public transport is a travel like any other: the same verbs, the minutes of the timetable."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.access.coverage import coverage
from urbgeo.access.isochrones import isochrones
from urbgeo.access.reach import reach
from urbgeo.access.towns import town_access
from urbgeo.errors import InputError
from urbgeo.network.model import Snapping, build_network
from urbgeo.network.timetable import TransitTerms, build_timetable
from urbgeo.network.transit import Transit
from urbgeo.sources.gtfs import Gtfs, read_gtfs

DAY = "2026-11-16"


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Gtfs:
    """A train from A to C, ten kilometres in ten minutes, every ten minutes; none back."""
    folder = tmp_path_factory.mktemp("feed")
    texts = {
        "stops": "stop_id,stop_lat,stop_lon\nA,28,112\nC,28,112.1018\n",
        "routes": "route_id,route_type\nR,2\n",
        "trips": "route_id,service_id,trip_id\nR,d,t\n",
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t,07:00:00,07:00:00,A,1\nt,07:10:00,07:10:00,C,2\n",
        "calendar_dates": "service_id,date,exception_type\nd,20261116,1\n",
        "frequencies": "trip_id,start_time,end_time,headway_secs\nt,07:00:00,11:00:00,600\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    return read_gtfs(folder, name="line")


@pytest.fixture(scope="module")
def travel(feed: Gtfs) -> Transit:
    """A street along the line, walked at 5 km/h, with a node every kilometre."""
    x = 112 + np.arange(13) * 0.01018  # a kilometre at 28 degrees north
    nodes = gpd.GeoDataFrame(
        index=[f"n{i}" for i in range(13)], geometry=gpd.points_from_xy(x, [28.0] * 13), crs=4326
    )
    links = pd.DataFrame({"from_node": nodes.index[:-1], "to_node": nodes.index[1:], "length_km": 1.0})
    links = links.assign(minutes=12.0, **{"class": "local"})
    walking = build_network(nodes, links, snapping=Snapping(max_snap_km=0.5, off_network_kmh=5.0))
    return Transit(
        build_timetable(feed, day=DAY), walking, every_min=1.0, terms=TransitTerms(longest_min=90.0)
    )


def points(**at: float) -> gpd.GeoDataFrame:
    lon = [112 + km * 0.01018 for km in at.values()]
    return gpd.GeoDataFrame(
        {"name": list(at)}, geometry=gpd.points_from_xy(lon, [28.0] * len(at)), index=list(at), crs=4326
    )


def test_the_verbs_of_minutes_take_it(travel: Transit) -> None:
    """From A the wait is 0 to 9 min, the median 4, then 10 of riding; a kilometre more is 12 on foot."""
    homes, school = points(a=0.0, b=1.0, f=20.0), points(c=10.0)
    assert travel.minutes_table(homes[:1], school).round(3).iloc[0, 0] == 14.0
    assert repr(travel) == f"<Transit of {DAY}, 08:00 to 09:00, quantile 0.5>"
    found = coverage(travel, homes, school, minutes=(14, 26))
    assert found.table["minutes"].round(2).tolist()[:2] == [14.0, 26.0]
    assert found.table["status"].tolist() == ["reached", "reached", "too far"]
    assert found.provenance.parameters["quantile"] == 0.5
    assert found.provenance.parameters["window"] == ("08:00", "09:00")
    back = coverage(travel, school, points(a=0.0), minutes=60)
    assert back.table["status"].tolist() == ["unreached"] or back.table["minutes"].iloc[0] == np.inf
    towns = town_access(travel, homes[:2], nearest={"school": school}, minutes={"school": 20})
    assert towns.table["minutes_school"].round(2).tolist() == [14.0, 26.0]
    cities = reach(travel, points(a=0.0, c=10.0).assign(population=1000), minutes=20)
    assert cities.table.shape[0] == 2


def test_a_later_quantile_waits_longer(travel: Transit, feed: Gtfs) -> None:
    late = Transit(travel.timetable, travel.walking, every_min=1.0, quantile=0.9, terms=travel.terms)
    here, there = points(a=0.0), points(c=10.0)
    assert (
        late.minutes_table(here, there).round(3).iloc[0, 0] == 18.0
    )  # waits of 0 to 9, the ninth of ten is 8


@pytest.mark.parametrize("direction", ["from", "to"])
def test_isochrones_agree_with_the_minutes_of_points(travel: Transit, direction: str) -> None:
    origin = points(a=0.0) if direction == "from" else points(c=10.0)
    land = isochrones(travel, origin, minutes=(20, 30), resolution_km=0.1, direction=direction).table
    random = np.random.default_rng(7)
    km, off = random.uniform(0, 12, 300), random.uniform(-0.0035, 0.0035, 300)
    spots = gpd.GeoDataFrame(geometry=gpd.points_from_xy(112 + km * 0.01018, 28 + off), crs=4326)
    there = direction == "from"
    table = travel.minutes_table(*((origin, spots) if there else (spots, origin))).to_numpy(float).ravel()
    for limit in (20, 30):
        shape = land.loc[limit, "geometry"]
        inside = shapely.contains_xy(shape, spots.geometry.x, spots.geometry.y)
        # a cell of 100 m is 1.2 min on foot; the spots keep a cell away from the rim of the walking network
        assert inside[table <= limit - 2.5].all() and not inside[table > limit + 2.5].any()
    assert land.loc[30, "geometry"].contains(land.loc[20, "geometry"].buffer(-1e-9))
    far = shapely.Point(112 + (9.5 if there else 0.5) * 0.01018, 28.0)
    assert land.loc[30, "geometry"].contains(far), "the far end of the line is an island of its own"
    assert land.loc[30, "geometry"].geom_type == "MultiPolygon"


def test_of_each_origin_and_what_cannot_be_asked(travel: Transit) -> None:
    land = isochrones(travel, points(a=0.0, b=5.0), minutes=20, resolution_km=0.2, by="origin").table
    assert land.index.get_level_values("origin").tolist() == ["a", "b"]
    assert land.loc[("b", 20), "geometry"].contains(shapely.Point(112 + 5 * 0.01018, 28.0))
    with pytest.raises(InputError, match="by='union' or 'origin'"):
        isochrones(travel, points(a=0.0), minutes=20, by="nearest")
    with pytest.raises(InputError, match="more than 250000 points"):
        isochrones(travel, points(a=0.0), minutes=20, resolution_km=0.001)
    with pytest.raises(InputError, match=r"Transit\(build_timetable"):
        Transit(travel.walking, travel.timetable)
    with pytest.raises(InputError, match="quantile"):
        Transit(travel.timetable, travel.walking, quantile=2)
    with pytest.raises(InputError, match="window"):
        Transit(travel.timetable, travel.walking, window=("09:00", "08:00"))
