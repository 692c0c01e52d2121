"""Trips by timetable equal a brute-force search; feeds that cannot be used say why."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from tests.conftest import shared_data
from tests.network.feeds import FEED, HOLIDAY, MONDAY, SUNDAY, feed_file
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.network.attach import attach
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.osm import from_pbf
from urbgeo.network.osm_speeds import WALK_KMH, RoadReading
from urbgeo.network.rail import RailTerms, direct_rides
from urbgeo.network.regional import with_trains
from urbgeo.network.timetable import TransitTerms, build_timetable, transit_minutes, window_s
from urbgeo.network.timetable_lines import lines_of
from urbgeo.sources.gtfs import Gtfs, GtfsLimits, read_gtfs, seconds_of, services_on
from urbgeo.sources.osm import tags as osm_tags


def walks(points: gpd.GeoDataFrame) -> TravelNetwork:
    """A footpath along the stops at 4.8 km/h: too slow to beat a train."""
    ids = list(points.index)
    links = pd.DataFrame(
        {"from_node": ids[:-1], "to_node": ids[1:], "length_km": 10.0, "minutes": 125.0, "class": "local"}
    )
    return build_network(points, links, snapping=Snapping(max_snap_km=2.0, off_network_kmh=4.8))


def test_the_median_and_the_spread_follow_the_departures(tmp_path: Path) -> None:
    feed = read_gtfs(feed_file(tmp_path))
    stops = feed.stops
    found = transit_minutes(
        build_timetable(feed, day=MONDAY), walks(stops), stops, stops, quantiles=(0.1, 0.9)
    )
    # leaving at 8:00-8:10 one arrives 8:30, at 8:11-8:40 9:10, later on foot: 250 min, over the limit
    minutes = sorted([30 - i for i in range(11)] + [70 - i for i in range(11, 41)] + [np.inf] * 19)
    assert found.median.loc["A", "C"] == minutes[29]
    assert found.quantiles[0.1].loc["A", "C"] == minutes[5]
    assert np.isinf(found.quantiles[0.9].loc["A", "C"]) and np.isinf(found.spread.loc["A", "C"])
    assert found.walking.loc["A", "C"] == 250.0
    # of a hundred departures a share of 0.07 is the seventh, though 0.07 * 100 is a little more than 7
    hundred = transit_minutes(
        build_timetable(feed, day=MONDAY), walks(stops), stops, stops,
        window=("08:00", "09:40"), quantiles=(0.07, 0.071),
    ).quantiles  # fmt: skip
    assert 0.07 * 100 > 7 and [hundred[one].loc["A", "C"] for one in (0.07, 0.071)] == [26.0, 27.0]
    assert np.isinf(found.median.loc["C", "A"]), "no train runs back"
    assert (np.diag(found.median) == 0).all()
    # of nine pairs those of a stop with itself and A to C; ten kilometres on foot are over the limit
    assert repr(found).startswith("<TransitMinutes of 9 pairs: 44.4% reached by the median departure>")
    assert repr(build_timetable(feed, day=MONDAY)) == f"<Timetable of {MONDAY}: 2 runs, 3 stops>"


def test_a_walk_of_66_seconds_catches_the_train_that_leaves_then(tmp_path: Path) -> None:
    feed = read_gtfs(feed_file(tmp_path))
    door = gpd.GeoDataFrame(geometry=gpd.points_from_xy([111.99], [28.0]), index=["door"], crs=4326)
    links = pd.DataFrame(
        {"from_node": ["door", "A"], "to_node": ["A", "C"], "length_km": 1.0, "class": "local"}
    ).assign(minutes=[1.1, 250.0])
    walking = build_network(pd.concat([door, feed.stops[["geometry"]]]), links)
    day, last = build_timetable(feed, day=MONDAY), feed.stops.loc[["C"]]
    leaves = [
        transit_minutes(day, walking, door, last, window=window, every_min=1).median.loc["door", "C"]
        for window in (("08:08:54", "08:08:55"), ("08:08:55", "08:08:56"))
    ]
    # 1.1 * 60 is a little more than 66; the next train gets there at 9:10
    assert leaves == [21.1, pytest.approx(61 + 5 / 60, abs=1e-6)]


def test_untimed_stops_are_timed_by_distance(tmp_path: Path) -> None:
    feed = read_gtfs(feed_file(tmp_path))
    assert feed.stop_times.query("trip_id == 't1'")["arrival"].tolist() == [29_400, 30_000, 30_600]


def test_only_trips_that_run_that_day_count(tmp_path: Path) -> None:
    feed = read_gtfs(feed_file(tmp_path))
    assert [services_on(feed, dt.date.fromisoformat(day)) for day in (MONDAY, SUNDAY, HOLIDAY)] == [
        {"week"},
        {"sunday"},
        {"sunday"},
    ]
    assert len(build_timetable(feed, day=SUNDAY).runs) == 1
    with pytest.raises(InputError, match="no trip of feed runs on 2027-01-04"):
        build_timetable(feed, day="2027-01-04")


def test_a_night_train_of_the_day_before_still_runs(tmp_path: Path) -> None:
    night = FEED["stop_times"].replace("08:40", "24:40").replace("09:10", "25:10")
    day = build_timetable(read_gtfs(feed_file(tmp_path, stop_times=night)), day="2026-11-17")
    assert sorted(day.connections["departs"]) == [2400, 29_400, 30_000, 88_800]


def test_headways_are_written_out(tmp_path: Path) -> None:
    text = "trip_id,start_time,end_time,headway_secs\nt2,06:00:00,07:00:00,1200\n"
    timetable = build_timetable(read_gtfs(feed_file(tmp_path, frequencies=text)), day=MONDAY)
    departs = timetable.connections.query("arrives - departs == 1800")["departs"]
    assert departs.tolist() == [21_600, 22_800, 24_000]
    for said in ("0", "-60", "soon"):
        feed = read_gtfs(feed_file(tmp_path, frequencies=text.replace("1200", said)))
        with pytest.raises(InputError, match=f"trip t2 has headway '{said}'; it must be > 0 s"):
            build_timetable(feed, day=MONDAY)


def test_trains_join_the_footways_of_porto_alegre() -> None:
    walking = from_pbf(
        shared_data() / "porto_alegre/poa_osm.pbf", mode="walk", reading=RoadReading(region="world")
    )
    timetable = build_timetable(read_gtfs(shared_data() / "porto_alegre/poa_trensurb.zip"), day="2019-05-15")
    stations, stops = lines_of(timetable)
    both = with_trains(walking, stations, stops)
    assert both.modes == ("rail", "walk")
    near = attach(walking, stations)
    line = stops[stops["service"] == stops["service"].mode()[0]]
    line = line[line["station"].isin(stations.index[near.attached])]
    first, last = line["station"].iloc[0], line["station"].iloc[-1]
    terms = RailTerms()
    ride = line["minutes"].iloc[1:].sum()
    off = pd.Series(near.off_minutes, stations.index)
    expected = 2 * off[first] + terms.access_min + ride + terms.egress_min + 2 * off[last]
    pair = direct_rides(stations, stops).set_index(["from_station", "to_station"]).loc[(first, last)]
    expected += pair["paced_min"] - ride
    on_foot = minutes_table(walking, stations.loc[[first]], stations.loc[[last]]).iloc[0, 0]
    found = minutes_table(both, stations.loc[[first]], stations.loc[[last]]).iloc[0, 0]
    assert found == pytest.approx(min(expected, on_foot), rel=1e-6) and expected < on_foot
    assert both.provenance.shares["stations without a road"] == pytest.approx(
        1 - near.attached[stations.index.isin(stops["station"])].mean()
    )
    with pytest.raises(InputError, match="ids the network already has"):
        with_trains(both, stations, stops)


def brute_force(timetable, near, between, last, on_foot, leave, terms):
    """Earliest arrivals by relaxing every hop of every run until nothing changes: no order, no early stop."""
    hops = timetable.connections.sort_values(["run", "departs", "arrives"], kind="stable").to_dict("records")
    ready = {stop: leave + s for stop, s in near.items()}
    off: dict[int, float] = {}
    boarded: set[tuple[int, int]] = set()
    changed = True
    while changed:
        changed = False
        last_hop = None
        for number, hop in enumerate(hops):
            goes_on = (
                last_hop is not None and last_hop["run"] == hop["run"] and (number - 1, hop["run"]) in boarded
            )
            boards = hop["boards"] and ready.get(hop["from_stop"], np.inf) <= hop["departs"]
            if (goes_on or boards) and hop["departs"] <= leave + terms.longest_min * 60:
                if (number, hop["run"]) not in boarded:
                    boarded.add((number, hop["run"]))
                    changed = True
                stop, time = hop["to_stop"], hop["arrives"]
                if hop["alights"] and time < off.get(stop, np.inf):
                    off[stop], changed = time, True
                    for other, s in {**between.get(stop, {}), stop: 0.0}.items():
                        ready[other] = min(ready.get(other, np.inf), time + terms.change_min * 60 + s)
            last_hop = hop
    best = {}
    for target, foot in on_foot.items():
        times = [off[stop] + s - leave for stop, s in last[target].items() if stop in off]
        least = min([foot, *times])
        best[target] = least if least <= terms.longest_min * 60 else np.inf
    return best


def within(table: pd.DataFrame, limit: float) -> list[dict[int, float]]:
    return [
        {int(k): row[k] * 60 for k in np.flatnonzero(np.isfinite(row) & (row <= limit))}
        for row in table.to_numpy()
    ]


def test_porto_alegre_equals_brute_force_on_a_part_of_the_city() -> None:
    points = hexagons()
    feeds = [read_gtfs(shared_data() / f"porto_alegre/poa_{name}.zip") for name in ("eptc", "trensurb")]
    walking = from_pbf(
        (shared_data() / "porto_alegre/poa_osm.pbf"), mode="walk", reading=RoadReading(region="world")
    )
    timetable = build_timetable(feeds, day="2019-05-15")
    box = (-51.24, -30.05, -51.19, -30.02)
    part = points.cx[box[0] : box[2], box[1] : box[3]].iloc[::6]
    timetable = only_stops(timetable, timetable.stops.cx[box[0] : box[2], box[1] : box[3]].index)
    terms = TransitTerms(walk_to_stop_min=10.0, walk_between_min=3.0, longest_min=60.0)
    for window in (("08:00", "09:00"), ("14:00", "15:00")):
        ours = transit_minutes(
            timetable, walking, part, part, window=window, every_min=15, quantiles=(0.25, 0.75), terms=terms
        )
        stops = timetable.stops
        near, last = (
            within(minutes_table(walking, part, stops), 10),
            within(minutes_table(walking, stops, part).T, 10),
        )
        between = dict(enumerate(within(minutes_table(walking, stops, stops), 3)))
        foot = minutes_table(walking, part, part).to_numpy() * 60
        start = seconds_of(window[0])
        for row in range(0, len(part), 6):
            theirs = [
                brute_force(timetable, near[row], between, last, dict(enumerate(foot[row])), start + s, terms)
                for s in (0, 900, 1800, 2700)
            ]
            ranked = np.sort([[one[k] for k in range(len(part))] for one in theirs], axis=0) / 60
            for q, rank in ((0.25, 0), (0.5, 1), (0.75, 2)):
                np.testing.assert_allclose(
                    ours.quantiles[q].to_numpy()[row], ranked[rank], rtol=0, atol=1e-6
                )  # minutes are told to a millionth
        quicker = (ours.median < ours.walking - 1e-9).mean().mean()
        assert quicker > (0.2 if window[0] == "14:00" else 0.0)
        assert (ours.median <= ours.walking.where(ours.walking <= 60, np.inf) + 1e-9).all(axis=None)


def test_walks_of_porto_alegre_equal_a_search_over_every_stretch_of_street() -> None:
    """Streets read by pyosmium, every node a node, hexagons joined to the nearest of all stretches."""
    path = shared_data() / "porto_alegre/poa_osm.pbf"
    places, ways, stops = {}, [], set()
    for one in osmium.FileProcessor(str(path)):
        if one.is_node():
            places[one.id] = (one.lon, one.lat)
            stops |= {one.id} if osm_tags.stops(dict(one.tags), osm_tags.WALK) else set()
        elif one.is_way() and osm_tags.way_kind(dict(one.tags), osm_tags.WALK):
            ways.append([node.ref for node in one.nodes])
    number = {node: i for i, node in enumerate(places)}
    lon_lat = list(places.values())

    def end_of(node: int) -> int:
        """A place of its own for every stretch that ends at a locked gate: nobody passes it."""
        if node not in stops:
            return number[node]
        lon_lat.append(places[node])
        return len(lon_lat) - 1

    stretch = np.array([(end_of(a), end_of(b)) for refs in ways for a, b in itertools.pairwise(refs)])
    lon_lat = np.array(lon_lat)
    x, y = Transformer.from_crs(4326, 32722, always_xy=True).transform(*lon_lat.T)
    xy = np.column_stack([x, y])
    km = geodesic_km(lon_lat[stretch[:, 0]], lon_lat[stretch[:, 1]])
    points = hexagons().cx[-51.24:-51.19, -30.05:-30.02].iloc[::9]
    spots = shapely.get_coordinates(points.to_crs(32722).geometry.to_numpy())
    n, rows, columns, minutes = len(lon_lat), [stretch[:, 0]], [stretch[:, 1]], [km / WALK_KMH * 60.0]
    for i, spot in enumerate(spots):
        start, step = xy[stretch[:, 0]], xy[stretch[:, 1]] - xy[stretch[:, 0]]
        length = np.maximum((step**2).sum(axis=1), 1e-12)
        share = np.clip(((spot - start) * step).sum(axis=1) / length, 0, 1)
        off = np.hypot(*(start + share[:, None] * step - spot).T)
        near = int(off.argmin())
        leg = off[near] / 1000.0 / WALK_KMH * 60.0
        rows.append(np.array([n + i, n + i]))
        columns.append(stretch[near])
        minutes.append(leg + np.array([share[near], 1 - share[near]]) * km[near] / WALK_KMH * 60.0)
    matrix = coo_array(
        (np.maximum(np.concatenate(minutes), 1e-12), (np.concatenate(rows), np.concatenate(columns))),
        shape=(n + len(spots), n + len(spots)),
    )
    least = dijkstra(cheapest(matrix), directed=False, indices=n + np.arange(len(spots)))[:, n:]
    walking = from_pbf(path, mode="walk", reading=RoadReading(region="world"))
    ours = minutes_table(walking, points, points).to_numpy()
    apart = ~np.eye(len(points), dtype=bool)
    assert np.isfinite(least).mean() > 0.8 and len(points) > 12
    np.testing.assert_allclose(ours[apart], least[apart], rtol=1e-3)


def cheapest(matrix: coo_array) -> csr_array:
    """Of parallel stretches the least: a sparse matrix would add them."""
    ends = matrix.row.astype(np.int32), matrix.col.astype(np.int32)  # older SciPy searches no others
    a, b = np.minimum(*ends), np.maximum(*ends)
    order = np.lexsort((matrix.data, b, a))
    a, b, data = a[order], b[order], matrix.data[order]
    first = np.concatenate([[True], (np.diff(a) != 0) | (np.diff(b) != 0)])
    return csr_array((data[first], (a[first], b[first])), shape=matrix.shape)


def geodesic_km(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    return np.asarray(Geod(ellps="WGS84").inv(*start.T, *end.T)[2]) / 1000.0


def hexagons() -> gpd.GeoDataFrame:
    table = pd.read_csv(shared_data() / "porto_alegre/poa_hexgrid.csv").set_index("id")
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(table.lon, table.lat), index=table.index, crs=4326)


def only_stops(timetable, stops):
    """The same day without the hops that leave a part of the city."""
    from dataclasses import replace

    place = timetable.stops.index.get_indexer(stops)
    number = pd.Series(np.arange(len(place)), index=place)
    hop = timetable.connections
    hop = hop[hop["from_stop"].isin(place) & hop["to_stop"].isin(place)]
    inside = {name: hop[name].map(number).astype(np.int32) for name in ("from_stop", "to_stop")}
    return replace(
        timetable, stops=timetable.stops.loc[stops], connections=hop.assign(**inside).reset_index(drop=True)
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_random_timetables_equal_brute_force(seed: int) -> None:
    random = np.random.default_rng(seed)
    stops = gpd.GeoDataFrame(
        {"name": ""},
        geometry=gpd.points_from_xy(112 + np.arange(6) / 100, np.full(6, 28.0)),
        index=list("ABCDEF"),
        crs=4326,
    )
    rows, trips = [], []
    for trip in range(int(random.integers(6, 16))):
        calls = random.choice(6, int(random.integers(2, 6)))
        time = 28_800 + int(random.integers(0, 40)) * 60
        for stop in calls:
            rows.append(
                (
                    f"t{trip}",
                    "ABCDEF"[stop],
                    time,
                    time + int(random.integers(0, 2)) * 60,
                    *(random.random(2) > 0.2),
                )
            )
            time = rows[-1][3] + int(random.integers(0, 6)) * 60
        trips.append((f"t{trip}", "R", "week"))
    weekly = pd.DataFrame(
        [["week", *"1111111", "20260101", "20261231"]],
        columns=["service_id", *DAYS, "start_date", "end_date"],
    )
    feed = Gtfs(
        "f", stops, pd.DataFrame({"route_type": ["3"]}, index=["R"]),
        pd.DataFrame(trips, columns=["trip_id", "route_id", "service_id"]).set_index("trip_id"),
        pd.DataFrame(rows, columns=["trip_id", "stop_id", "arrival", "departure", "boards", "alights"]),
        weekly,
        pd.DataFrame(columns=["service_id", "date", "exception_type"]), pd.DataFrame(columns=["trip_id"]), {},
    )  # fmt: skip
    timetable = build_timetable(feed, day=MONDAY)
    walking = build_network(
        stops,
        pd.DataFrame(
            {
                "from_node": list("ABCDE"),
                "to_node": list("BCDEF"),
                "length_km": 1.0,
                "minutes": 7.0,
                "class": "local",
            }
        ),
    )
    terms = TransitTerms(
        walk_to_stop_min=8, walk_between_min=8, change_min=float(random.integers(0, 5)), longest_min=50
    )
    ours = transit_minutes(timetable, walking, stops, stops, every_min=10, quantiles=(0.2, 1.0), terms=terms)
    table = minutes_table(walking, stops, stops)
    near = within(table, 8)
    for row in range(6):
        theirs = [
            brute_force(
                timetable,
                near[row],
                dict(enumerate(near)),
                near,
                dict(enumerate(table.to_numpy()[row] * 60)),
                28_800 + s,
                terms,
            )
            for s in range(0, 3600, 600)
        ]
        ranked = np.sort([[one[k] for k in range(6)] for one in theirs], axis=0) / 60
        for q, rank in ((0.2, 1), (0.5, 2), (1.0, 5)):
            np.testing.assert_allclose(ours.quantiles[q].to_numpy()[row], ranked[rank])


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"stops": None, "trips": None}, SourceError, r"lacks stops\.txt, trips\.txt"),
        ({"calendar": None, "calendar_dates": None}, SourceError, "calendar"),
        ({"stop_times": ""}, SourceError, r"stop_times\.txt is empty"),
        ({"routes": "route_id\nR\n"}, InputError, "no column route_type"),
        ({"stops": FEED["stops"].replace("28.0,112.1", ",")}, InputError, "without usable coordinates at B"),
        ({"stops": FEED["stops"].replace("C,丙", "X,丙")}, InputError, "stops that are not there at C"),
        ({"trips": FEED["trips"].replace("R,week,t1", "Q,week,t1")}, InputError, "that are not there at Q"),
        ({"trips": FEED["trips"].replace("t2", "t1")}, InputError, "is repeated at t1.*not there at t2"),
        ({"stop_times": FEED["stop_times"].replace("A,1", "A,first")}, InputError, "stop_sequence"),
        ({"stops": "stop_id,stop_lat,stop_lon\n\xff\xfe"}, InputError, "stops that are not there"),
        ({"stops": FEED["stops"] + "B,乙,28.0,112.1\n"}, InputError, "stop_id is repeated at B"),
    ],
)  # fmt: skip
def test_a_feed_that_cannot_be_used_says_why(
    tmp_path: Path, changes: dict[str, str | None], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_gtfs(feed_file(tmp_path, **changes))


def test_trips_without_usable_times_are_counted(tmp_path: Path) -> None:
    text = (
        FEED["stop_times"]
        .replace("t2,09:10:00,09:10:00", "t2,08:10:00,08:10:00")
        .replace("t1,08:30:00,08:30:00", "t1,,")
    )
    with pytest.warns(UrbgeoWarning) as told:
        feed = read_gtfs(feed_file(tmp_path, stop_times=text))
    assert len(told) == 2
    assert feed.counts["trips that run backwards in time"] == 1
    assert feed.counts["trips without a time at their first or last stop"] == 1


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = feed_file(tmp_path, shapes=None, stop_times=FEED["stop_times"] + "x" * 30_000_000)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(SourceError, match=r"unpack to 30 MB \(stop_times.txt\), more than the limits"):
        read_gtfs(bomb)
    with pytest.raises(SourceError, match="limits"):
        read_gtfs(feed_file(tmp_path), limits=GtfsLimits(total_mb=0.0001))


def test_what_is_no_zip_file_or_cut_off_is_refused(tmp_path: Path) -> None:
    whole = feed_file(tmp_path).read_bytes()
    for name, content in (("text.zip", b"hello"), ("cut.zip", whole[: len(whole) // 2]), ("void.zip", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match=name):
            read_gtfs(tmp_path / name)
    broken = bytearray(whole)
    broken[60:90] = bytes(30)
    (tmp_path / "bad.zip").write_bytes(broken)
    with pytest.raises(SourceError, match=r"bad\.zip"):
        read_gtfs(tmp_path / "bad.zip")
    with pytest.raises(SourceError, match="no such file"):
        read_gtfs(tmp_path / "none.zip")


@pytest.mark.parametrize(
    "arguments",
    [
        {"window": ("09:00", "08:00")}, {"window": ("8 am", "9 am")}, {"every_min": 0}, {"quantiles": (0.0,)},
        {"quantiles": (1.5,)},
    ],
)  # fmt: skip
def test_a_window_that_is_none_is_refused(tmp_path: Path, arguments: dict[str, object]) -> None:
    feed = read_gtfs(feed_file(tmp_path))
    with pytest.raises(InputError):
        transit_minutes(
            build_timetable(feed, day=MONDAY),
            walks(feed.stops),
            feed.stops,
            feed.stops,
            **arguments,
        )
    with pytest.raises(InputError, match=r"day"):
        build_timetable(feed, day="monday")
    with pytest.raises(InputError, match="different names"):
        build_timetable([feed, feed], day=MONDAY)
    with pytest.raises(InputError, match="change_min"):
        TransitTerms(change_min=-1)


@pytest.mark.parametrize("window", [("08:00",), ("08:00", "09:00", "10:00")])
def test_a_window_has_one_begin_and_one_end(window: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=f"window: {', '.join(window)}; give its begin and its end"):
        window_s(window)
