"""What is opened never harms, what is closed and opened again changes nothing, and projects are ranked."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import urbgeo
from tests.network.build import EAST, NORTH, along, road
from urbgeo.errors import InputError
from urbgeo.network.air import AirTerms, with_flights
from urbgeo.network.edits import with_links, with_speeds, without_links
from urbgeo.network.minutes import minutes_table, nearest_facility
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.rail import RailTerms, rail_tables
from urbgeo.network.scenario import attached_alike, compare, in_year, rank_projects, with_facilities
from urbgeo.regions.region import Region

UTM = 32649


def points(xy: list[tuple[float, float]], ids: list[object]) -> gpd.GeoDataFrame:
    x, y = np.array(xy, dtype=float).T
    return gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(500_000 + 1000 * x, 3_000_000 + 1000 * y), index=ids, crs=UTM
    )


def river() -> TravelNetwork:
    """Two banks, 20 km long, 1 km apart, joined at one end only."""
    nodes = points([(0, 0), (20, 0), (0, 1), (20, 1)], list("ABCD"))
    links = pd.DataFrame(
        {
            "from_node": list("ACA"),
            "to_node": list("BDC"),
            "length_km": [20.0, 20.0, 1.0],
            "class": "primary",
        },
        index=["south", "north", "old bridge"],
    )
    return build_network(nodes, links)


BRIDGE = pd.DataFrame(
    {"from_node": ["B"], "to_node": ["D"], "length_km": 1.0, "class": "primary"}, index=["bridge"]
)


def test_a_bridge_shortens_the_way_across_and_nothing_else() -> None:
    before = river()
    after = with_links(before, BRIDGE)
    found = compare(before, after, lambda network: minutes_table(network, before.nodes, before.nodes))
    assert found.table.loc[("B", "D")].tolist() == [41.0, 1.0, -40.0, "less"]
    assert found.table.loc[("A", "C"), "status"] == "same"
    assert len(before.links) == 3
    assert found.summary.loc["less"].tolist() == [2, -40.0]
    people = pd.Series(1.0, found.table.index)
    people.loc[("B", "D")] = 3.0
    by_origin = found.summary_by(
        pd.Series(found.table.index.get_level_values(0), found.table.index), weight=people
    )
    assert by_origin.loc[("B", "less")].tolist() == [1, 3.0, -40.0]
    assert repr(found).startswith("<Comparison 16 rows: 14 same, 2 less>")


@st.composite
def towns(draw: st.DrawFn) -> tuple[TravelNetwork, gpd.GeoDataFrame, pd.DataFrame]:
    n = draw(st.integers(3, 8))
    spot = st.tuples(st.integers(0, 30), st.integers(0, 30))
    nodes = points(draw(st.lists(spot, min_size=n, max_size=n, unique=True)), list(range(n)))
    node = st.integers(0, n - 1)
    link = st.tuples(node, node, st.integers(1, 40), st.booleans())
    rows = draw(st.lists(link, min_size=2, max_size=12))
    places = points(draw(st.lists(spot, min_size=1, max_size=5)), None)
    new = draw(st.lists(link, min_size=1, max_size=3))

    def table(some: list[tuple[int, int, int, bool]], name: str) -> pd.DataFrame:
        frame = pd.DataFrame(some, columns=["from_node", "to_node", "length_km", "oneway"])
        ends = [nodes.geometry.reindex(frame[end]).reset_index(drop=True) for end in ("from_node", "to_node")]
        frame["length_km"] += np.ceil(ends[0].distance(ends[1], align=False) / 1000.0)
        return frame.assign(**{"class": "primary"}).set_axis([f"{name}{i}" for i in range(len(some))])

    return build_network(nodes, table(rows, "old")), places, table(new, "new")


@settings(max_examples=120, deadline=None)
@given(towns())
def test_a_new_bridge_never_lengthens_a_trip(
    case: tuple[TravelNetwork, gpd.GeoDataFrame, pd.DataFrame],
) -> None:
    before, places, new = case
    found = compare(before, with_links(before, new), lambda network: minutes_table(network, places, places))
    assert set(found.table["status"]) <= {"same", "less", "opened", "unknown"}


@settings(max_examples=120, deadline=None)
@given(towns(), st.data())
def test_closing_and_opening_again_changes_no_bit(
    case: tuple[TravelNetwork, gpd.GeoDataFrame, pd.DataFrame], data: st.DataObject
) -> None:
    network, places, _ = case
    ids = data.draw(
        st.lists(st.sampled_from(list(network.links.index)), unique=True, max_size=len(network.links) - 1)
    )
    again = with_links(without_links(network, ids), network.links.loc[ids]) if ids else network
    for measure in (
        lambda one: minutes_table(one, places, places).to_numpy().tobytes(),
        lambda one: nearest_facility(one, places, network.nodes)["minutes"].to_numpy().tobytes(),
    ):
        assert measure(network) == measure(again)
    pd.testing.assert_frame_equal(
        again.links.sort_index().drop(columns="geometry"), network.links.sort_index().drop(columns="geometry")
    )


def test_the_speed_a_road_has_changes_no_bit() -> None:
    nodes = points([(0, 0), (10, 0)], list("AB"))
    lengths = [tenths / 10 for tenths in range(1, 500)]
    network = build_network(nodes, road(*(("A", "B", km) for km in lengths)))
    assert with_speeds(network, {"primary": 60.0}).links["minutes"].tolist() == lengths


def test_absurd_minutes_are_told_by_link() -> None:
    nodes = points([(0, 0), (10, 0)], list("AB"))
    with pytest.raises(InputError, match=r"links: minutes above 1e\+07 at slow"):
        build_network(nodes, road(("A", "B", 1.0), minutes=1e9).set_axis(["slow"]))
    at_most = build_network(nodes, road(("A", "B", 1.0), minutes=1e7))
    assert at_most.links["minutes"].tolist() == [1e7], "the bound itself is taken"
    network = build_network(nodes, road(("A", "B", 1.0)).set_axis(["slow"]))
    with pytest.raises(InputError, match=r"links: minutes above 1e\+07 at slow"):
        with_speeds(network, {"primary": 1e-9})
    with pytest.raises(InputError, match="speeds: speeds that are not finite and > 0 at primary"):
        with_speeds(network, {"primary": "fast"})


def test_speeds_come_as_numbers_or_text_but_once_each() -> None:
    network = build_network(points([(0, 0), (10, 0)], list("AB")), road(("A", "B", 10.0)).set_axis(["one"]))
    assert with_speeds(network, {"primary": "30"}).links["minutes"].tolist() == [20.0]
    assert with_speeds(network, pd.Series({"one": "30"})).links["minutes"].tolist() == [20.0]
    with pytest.raises(InputError, match="speeds that are not finite and > 0 at primary"):
        with_speeds(network, {"primary": True})
    with pytest.raises(InputError, match="repeated ids at one"):
        with_speeds(network, pd.Series([30.0, 40.0], index=["one", "one"]))


def test_lines_of_another_name_are_kept_too() -> None:
    nodes = points([(0, 0), (10, 0)], list("AB"))
    bent = shapely.LineString([(EAST, NORTH), (EAST + 5e3, NORTH + 3e3), (EAST + 10e3, NORTH)])
    table = road(("A", "B", 12.0)).set_axis(["bent"]).assign(geometry="a note")
    named = gpd.GeoDataFrame(table.assign(shape=[bent]), geometry="shape", crs=UTM)
    network = with_links(build_network(nodes, road(("A", "B", 10.0))), named)
    assert network.links.geometry["bent"].equals(bent)
    assert "shape" not in network.links


def test_links_with_and_without_lines_go_together() -> None:
    nodes = points([(0, 0), (10, 0), (20, 0)], list("ABC"))
    plain, bent = road(("A", "B", 10.0)), road(("B", "C", 12.0)).set_axis(["bent"])
    line = shapely.LineString([(EAST + 10e3, NORTH), (EAST + 15e3, NORTH + 3e3), (EAST + 20e3, NORTH)])
    network = build_network(nodes, plain)
    assert "geometry" not in with_links(network, bent).link_table
    both = with_links(network, bent.assign(geometry=[line])).links.geometry
    assert both.crs == network.crs
    assert both["bent"].equals(line)
    assert both.iloc[0].equals(network.links.geometry.iloc[0])
    other = with_links(build_network(nodes, bent.assign(geometry=[line])), plain.set_axis(["flat"]))
    assert other.links.geometry["flat"].equals(network.links.geometry.iloc[0])
    assert other.links.geometry["bent"].equals(line)


@settings(max_examples=60, deadline=None)
@given(towns())
def test_closing_never_shortens_and_quicker_links_never_lengthen(
    case: tuple[TravelNetwork, gpd.GeoDataFrame, pd.DataFrame],
) -> None:
    network, places, _ = case
    closed = compare(
        network, without_links(network, ["old0"]), lambda one: minutes_table(one, places, places)
    )
    assert set(closed.table["status"]) <= {"same", "more", "closed", "unknown"}
    quick = compare(
        network,
        with_speeds(network, pd.Series({"old0": 90.0})),
        lambda one: minutes_table(one, places, places),
    )
    assert (quick.table["after"] <= quick.table["before"] + 1e-6)[quick.table["before"].notna()].all()


def test_a_new_train_line_runs_both_ways() -> None:
    before = river()
    stations = points([(20, 0), (20, 1)], ["S", "N"])
    stops = pd.DataFrame(
        {"service": "T", "seq": [1, 2], "station": ["S", "N"], "minutes": [np.nan, 3.0], "trains_per_day": 60}
    )
    nodes, links = rail_tables(stations, stops, terms=RailTerms(buffer_min=10.0, egress_min=8.0))
    doors = pd.DataFrame(
        {"from_node": ["B", "D"], "to_node": ["S", "N"], "length_km": 0.1, "class": "local"}, index=["s", "n"]
    )
    after = with_links(before, pd.concat([links, doors]), nodes=nodes)
    table = minutes_table(after, before.nodes, before.nodes)
    # To the forecourt, into the train, the ride, out of it, to the town.
    assert table.loc["B", "D"] == table.loc["D", "B"] == pytest.approx(0.3 + 10.0 + 3.0 + 8.0 + 0.3)


def test_points_stay_where_they_were_attached() -> None:
    before = river()
    after = with_links(before, BRIDGE)
    one, two = attached_alike(before, after)
    assert set(two.links.index[two.joinable_links]) == set(one.links.index[one.joinable_links]) == {
        "south", "north", "old bridge"
    }  # fmt: skip


def test_other_speeds_hold_for_their_class_both_ways() -> None:
    slow = with_speeds(river(), {"primary": 30.0})
    assert slow.links["minutes"].tolist() == slow.links["minutes_back"].tolist() == [40.0, 40.0, 2.0]
    assert set(slow.links["speed_source"]) == {"override"}
    assert slow.provenance.speeds["primary"] == 30.0


def test_projects_are_ranked_by_people_gained_per_kilometre() -> None:
    before = river()
    people = pd.Series({"B": 100.0, "D": 50.0})
    projects = pd.DataFrame(
        {
            "project": ["bridge", "tunnel", "idle"], "from_node": ["B", "B", "A"], "to_node": ["D", "D", "C"],
            "length_km": [1.0, 2.0, 1.0], "class": "primary", "opened": [2028, 2027, 2026],
        }, index=["b", "t", "i"],
    )  # fmt: skip

    def covered(network: TravelNetwork) -> pd.Series:
        hospital = before.nodes.loc[["D"]]
        return nearest_facility(network, before.nodes.loc[["B", "D"]], hospital)["minutes"] <= 30

    ranking = rank_projects(before, projects, covered, people)
    assert ranking.index.tolist() == ["bridge", "tunnel", "idle"]
    assert ranking["people_per_km"].tolist() == [100.0, 50.0, 0.0]
    assert ranking["opened"].tolist() == [2028, 2027, 2026]
    assert ranking["gained"].tolist() == [("B",), ("B",), ()] and set(ranking["lost"]) == {()}
    all_of_them = with_links(before, projects.drop(columns="project"))
    assert [len(in_year(all_of_them, year).links) for year in (2025, 2026, 2028)] == [3, 4, 6]


def test_a_ranking_names_who_gains_and_who_loses_the_most_people_first() -> None:
    before = river()
    people = pd.Series({"A": 10.0, "B": 100.0, "C": 70.0, "D": 50.0})
    names = pd.Series({"D": "丁", "C": "丙", "B": "乙", "A": "甲"})
    project = BRIDGE.assign(project="bridge")

    def covered(network: TravelNetwork) -> pd.Series:
        built = "bridge" in network.link_table.index
        served = ["A", "B", "D"] if built else ["C"]
        return pd.Series([one in served for one in "ABCD"], list("ABCD"))

    row = rank_projects(before, project, covered, people, names=names).loc["bridge"]
    assert (row["gained"], row["lost"]) == (("乙", "丁", "甲"), ("丙",))
    assert (row["people_gained"], row["people_lost"], row["places_gained"]) == (160.0, 70.0, 3)
    with pytest.raises(InputError, match="names: none for C"):
        rank_projects(before, project, covered, people, names=names.drop("C"))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda one: with_links(one, BRIDGE.set_axis(["south"])), "already has: south"),
        (lambda one: with_links(one, BRIDGE.assign(to_node="Z")), "to_node not among the nodes at bridge"),
        (
            lambda one: with_links(one, BRIDGE.assign(from_node="Y", to_node="Z")),
            "from_node not among the nodes at bridge; unknown are Y.*to_node .*; unknown are Z: add",
        ),
        (
            lambda one: with_links(one, BRIDGE.assign(from_node=1, to_node=2)),
            "unknown are 1; those of the nodes are string, these integer: add",
        ),
        (lambda one: with_links(pd.DataFrame(), BRIDGE), "network: a TravelNetwork is needed, not DataFrame"),
        (lambda one: with_links(one, BRIDGE.assign(length_km=np.nan)), "length_km.*bridge"),
        (lambda one: with_links(one, BRIDGE.assign(**{"class": "rope"})), "unknown class rope"),
        (
            lambda one: with_links(one, BRIDGE, nodes=points([(1, 1)], ["A"])),
            "nodes: ids the network already has: A",
        ),
        (lambda one: without_links(one, ["x"]), "no such links: x"),
        (lambda one: without_links(one, one.links.index), "no link would be left"),
        (
            lambda one: with_speeds(one, {"canal": 3.0, "primary": np.nan}),
            "class or link at canal.*> 0 at primary",
        ),
        (lambda one: with_speeds(one, pd.Series({"moon": 3.0})), "class or link at moon"),
        (lambda one: in_year(one, 2030), "no column opened"),
        (lambda one: compare(one, one, lambda _: 3), "returned int"),
        (lambda one: compare(one, one, lambda net: pd.Series(1.0, [id(net)])), "different rows"),
    ],
)
def test_edits_that_make_no_sense_are_refused(edit, message: str) -> None:
    with pytest.raises(InputError, match=message):
        edit(river())


def test_a_flight_takes_check_in_block_time_and_leaving() -> None:
    network = river()
    airports = points([(0, -3), (20, 4)], ["X", "Y"])
    routes = pd.DataFrame({"from_airport": ["X"], "to_airport": ["Y"]})
    terms = AirTerms(check_in_min=60, leaving_min=20, taxi_min=30, cruise_kmh=600)
    flown = with_flights(network, airports, routes, terms=terms)
    km = 21.19 * 6371.0088 / 6378.137  # about 20 km east, 7 km north
    off = 3.0 / 20.0 * 60.0
    minutes = minutes_table(flown, network.nodes, network.nodes).loc["A", "D"]
    assert minutes == 21.0, "driving is quicker"
    flight = flown.links.loc["flight X - Y"]
    assert flight["minutes"] == pytest.approx(30 + km / 10, abs=0.02)
    slow = with_flights(with_speeds(network, {"primary": 1.0}), airports, routes, terms=terms)
    assert minutes_table(slow, network.nodes, network.nodes).loc["A", "D"] == pytest.approx(
        off + 60 + flight["minutes"] + 20 + off, abs=1e-6
    )
    assert flown.modes == ("air", "road")
    for bad, message in (
        (
            pd.DataFrame({"from_airport": ["X"], "to_airport": ["Q"]}),
            "to_airport not among the airports at 0",
        ),
        (pd.DataFrame({"from_airport": ["X"], "to_airport": ["X"]}), "to itself at 0"),
        (routes.iloc[:0], "no flights"),
    ):
        with pytest.raises(InputError, match=message):
            with_flights(network, airports, bad)


def test_a_new_airport_adds_to_the_coverage_of_hunan(hunan: Region, hunan_network: TravelNetwork) -> None:
    road = hunan_network.only(("road",))
    first = urbgeo.coverage(road, hunan.counties, hunan.airports, minutes=60)
    where = hunan.counties.loc[first.uncovered.index[:1], ["geometry"]].set_axis(["NEW"])
    more = with_facilities(hunan, "airports", where)
    second = urbgeo.coverage(road, hunan.counties, more.airports, minutes=60)
    assert second.share > first.share and len(more.airports) == len(hunan.airports) + 1
    with pytest.raises(InputError, match="already has: NEW"):
        with_facilities(more, "airports", where)
    with pytest.raises(InputError, match="layer"):
        with_facilities(hunan, "harbours", where)


def test_a_year_is_read_in_every_dress_and_refused_where_it_is_none() -> None:
    network = along(0.0, 1.0, 2.0, 3.0, opened=["2004年", "2006-05-01", None])
    assert in_year(network, 2005).link_table.index.tolist() == [0, 2]
    assert in_year(network, 2006).link_table.index.tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="links: opened says '在建' at 1"):
        in_year(along(0.0, 1.0, 2.0, opened=[2004, "在建"]), 2005)
    with pytest.raises(InputError, match="year: nan"):
        in_year(network, np.nan)


def test_a_short_link_joins_a_network_so_wide_that_it_has_a_crs_of_its_own() -> None:
    spots = gpd.points_from_xy([100, 111, 111.2, 125], [28, 30, 30, 35])
    nodes = gpd.GeoDataFrame(index=list("ABCD"), geometry=spots, crs=4326)
    lines = gpd.GeoSeries([shapely.LineString([spots[0], spots[1]])] * 2, crs=4326)
    links = road(("A", "B", 1100.0), ("B", "D", 1400.0))
    wide = build_network(nodes, gpd.GeoDataFrame(links, geometry=[lines[0], None], crs=4326))
    near = with_links(wide, road(("B", "C", 20.0)).set_axis(["new"]))
    assert near.links.crs == wide.crs and near.links.geometry["new"].length == pytest.approx(19_300, rel=0.02)
    assert minutes_table(near, nodes, nodes).loc["A", "C"] == pytest.approx(1120.0, abs=1e-3)
