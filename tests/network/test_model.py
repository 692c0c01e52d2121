"""Links become minutes by the stated order of sources; faulty tables are refused, every fault named."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import BAD_LAYERS, EAST, NORTH, UTM, along, graph_of, points, road
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table, node_table
from urbgeo.network.model import Snapping, build_network, check_compiled
from urbgeo.network.speeds import ROAD_CLASSES, class_speeds

NODES = points([(0, 0), (10, 0), (20, 0)])


def test_minutes_come_from_the_link_then_its_speed_then_the_override_then_the_class() -> None:
    links = road(("A", "B", 10.0), ("A", "B", 10.0), ("A", "B", 10.0), ("A", "B", 10.0))
    links["minutes"] = [1.0, np.nan, np.nan, np.nan]
    links["speed_kmh"] = [50.0, 40.0, np.nan, np.nan]
    links["class"] = ["primary", "primary", "trunk", "primary"]
    network = build_network(NODES, links, speeds={"trunk": 80.0})
    assert network.links["minutes"].tolist() == [1.0, 15.0, 7.5, 10.0]
    assert network.links["speed_source"].tolist() == ["minutes", "link", "override", "default"]
    assert network.links["speed_kmh"].tolist() == [600.0, 40.0, 80.0, 60.0]
    assert network.provenance.speeds == {"trunk": 80.0, "primary": 60.0}
    assert set(network.provenance.shares.values()) == {0.25}


@pytest.mark.parametrize(("component", "joined"), [("largest", ["main"]), ("any", ["in", "main", "out"])])
def test_a_one_way_out_of_or_into_the_largest_part_is_not_joined_unless_all_are(
    component: str, joined: list[str]
) -> None:
    nodes = points([(0, 0), (10, 0), (20, 0), (20, 9)])
    links = road(("A", "B", 10.0), ("B", "C", 10.0), ("D", "B", 14.0), oneway=[False, True, True])
    network = build_network(
        nodes, links.set_axis(["main", "out", "in"]), snapping=Snapping(component=component)
    )
    assert network.link_table.index[network.joinable_links].tolist() == joined


def test_a_road_at_a_kilometre_a_minute_takes_its_length_to_the_last_bit() -> None:
    lengths = [tenths / 10 for tenths in range(1, 10_000)]
    network = build_network(NODES, road(*(("A", "B", km) for km in lengths)))
    assert network.links["minutes"].tolist() == lengths


def test_every_class_has_a_source_and_a_year() -> None:
    assert all(one.speed_kmh > 0 and one.source and one.year > 1990 for one in ROAD_CLASSES.values())


def test_numbers_written_as_text_are_read_as_numbers() -> None:
    assert build_network(NODES, road(("A", "B", "10")))
    assert build_network(NODES, road(("A", "B", "10"))).links["minutes"].tolist() == [10.0]


def test_given_lines_are_kept_and_drawn_from_their_from_node() -> None:
    bent = shapely.LineString([(EAST, NORTH), (EAST + 5e3, NORTH + 5e3), (EAST + 10e3, NORTH)])
    links = road(("A", "B", 14.0), ("B", "A", 14.0), ("B", "C", 10.0)).assign(geometry=[bent, bent, None])
    shapes = build_network(NODES, links).links.geometry
    assert shapes[0].equals_exact(bent, 1e-6)
    assert shapes[1].equals_exact(bent.reverse(), 1e-6)
    assert shapes[2].length == pytest.approx(10_000)


def test_straight_lines_are_made_when_asked_for_and_equal_given_ones() -> None:
    links = road(("A", "B", 14.0), ("C", "B", 10.0))
    network = build_network(NODES, links)
    assert "geometry" not in network.link_table
    assert network.links is network.links
    by_hand = [shapely.LineString([(EAST + x, NORTH), (EAST + y, NORTH)]) for x, y in ((0, 1e4), (2e4, 1e4))]
    assert [shape.equals(line) for shape, line in zip(network.links.geometry, by_hand, strict=True)] == [
        True
    ] * 2
    assert network.links.crs == network.crs
    drawn = build_network(NODES, links.assign(geometry=network.links.geometry))
    some = points([(3, 1), (17, 2)])
    pd.testing.assert_frame_equal(minutes_table(drawn, some, some), minutes_table(network, some, some))


def test_lines_under_another_name_are_found() -> None:
    bent = shapely.LineString([(EAST, NORTH), (EAST + 5e3, NORTH + 5e3), (EAST + 10e3, NORTH)])
    links = gpd.GeoDataFrame(road(("A", "B", 14.0)), geometry=[bent], crs=UTM).rename_geometry("shape")
    assert build_network(NODES, links).links.geometry[0].equals(bent)


def test_lines_in_another_crs_than_the_nodes_are_brought_over() -> None:
    links = gpd.GeoDataFrame(road(("A", "B", 10.0)), geometry=NODES.geometry.iloc[:1].to_crs(4326).values)
    line = shapely.LineString(shapely.get_coordinates(NODES.geometry.iloc[:2].to_crs(4326).to_numpy()))
    network = build_network(NODES, links.set_geometry([line], crs=4326))
    assert network.links.geometry[0].length == pytest.approx(10_000, rel=1e-6)


def test_nodes_in_degrees_are_measured_in_metres() -> None:
    network = build_network(NODES.to_crs(4326), road(("A", "B", 10.0)))
    assert network.crs.axis_info[0].unit_name == "metre"
    assert network.links.geometry[0].length == pytest.approx(10_000, rel=1e-3)


def test_an_edit_of_the_callers_tables_does_not_reach_the_network() -> None:
    nodes, links = NODES.copy(), road(("A", "B", 10.0))
    before = links.copy(deep=True)
    network = build_network(nodes, links)
    pd.testing.assert_frame_equal(links, before)
    links["length_km"] = 99.0
    assert network.links["length_km"].tolist() == [10.0]


def test_only_the_asked_modes_remain() -> None:
    mixed = build_network(NODES, road(("A", "B", 10.0), ("B", "C", 10.0), mode=["road", "ferry"]))
    assert mixed.modes == ("ferry", "road")
    assert np.isinf(node_table(mixed.only(("road",)), np.array([0]), np.array([2]))).all()
    with pytest.raises(InputError, match="rail not in this network"):
        mixed.only(("rail",))


def test_compiled_arrays_cannot_be_written_to() -> None:
    network = along(0, 10, 20)
    with pytest.raises(ValueError, match="read-only"):
        network.graph.out.arcs["minutes"][0] = 0.0


def test_the_order_of_links_and_nodes_never_changes_minutes() -> None:
    nodes = points([(0, 0), (9, 1), (4, 7), (12, 8)])
    links = road(("A", "B", 9.0), ("B", "C", 8.0), ("A", "C", 9.0), ("C", "D", 8.0), ("B", "D", 8.0))
    links["oneway"] = [False, True, False, True, False]
    places = points([(1, 3), (9, 1), (8, 8), (3, 3)], list("wxyz"))
    first = minutes_table(build_network(nodes, links), places, places)
    for seed in range(4):
        shuffled = build_network(
            nodes.sample(frac=1, random_state=seed), links.sample(frac=1, random_state=seed)
        )
        np.testing.assert_allclose(minutes_table(shuffled, places, places), first, rtol=0, atol=1e-6)


def test_the_graph_of_the_tests_has_the_arcs_of_the_network() -> None:
    network = along(0, 10, 20, oneway=[True, False])
    assert graph_of(network).number_of_edges() == network.graph.arc_count == 3


@pytest.mark.parametrize(("spoil", "message"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_bad_nodes_are_refused(spoil: object, message: str) -> None:
    with pytest.raises(InputError, match=f"nodes: .*{message}"):
        build_network(spoil(NODES), road(("A", "B", 10.0)))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"from_node": ["Z", "B"]}, "from_node not among the nodes at one"),
        ({"to_node": [None, "C"]}, "to_node not among the nodes at one"),
        ({"length_km": [np.nan, 1.0]}, "length_km is missing or not a number at one"),
        ({"length_km": [-1.0, np.inf]}, "length_km is negative or infinite at one, two"),
        ({"minutes": [-1.0, 2.0]}, "minutes is negative or infinite at one"),
        ({"minutes": ["soon", 2.0]}, "minutes is missing or not a number at one"),
        ({"minutes_back": [np.inf, 2.0]}, "minutes_back is negative or infinite at one"),
        ({"speed_kmh": [0.0, 60.0]}, "speed_kmh is 0 at one"),
        ({"class": ["lane", None]}, "unknown class lane, (nan|None) at one, two; known are expressway"),
        ({"oneway": ["perhaps", "no"]}, "oneway says 'perhaps' at one; as drawn is f"),
        ({"joinable": ["B", True]}, "joinable says 'B' at one; yes is yes"),
        ({"geometry": [shapely.Point(0, 0), None]}, "geometry that is no LineString at one"),
    ],
)
def test_bad_links_are_refused(columns: dict[str, object], message: str) -> None:
    links = road(("A", "B", 10.0), ("B", "C", 10.0)).set_axis(["one", "two"]).assign(**columns)
    with pytest.raises(InputError, match=f"links: .*{message}"):
        build_network(NODES, links)


def test_tables_that_came_by_file_hold_numbers_and_lines() -> None:
    network = along(0, 10, 20)
    check_compiled(network)
    texts = network.link_table.astype({"length_km": object, "minutes_back": object})
    with pytest.raises(InputError, match="links: length_km, minutes_back hold no numbers"):
        check_compiled(replace(network, link_table=texts))
    dots = gpd.GeoDataFrame(network.link_table, geometry=[shapely.Point(0, 0)] * 2, crs=UTM)
    with pytest.raises(InputError, match="links: geometry that is no LineString"):
        check_compiled(replace(network, link_table=dots))


def test_words_for_directions_and_joinable_are_read() -> None:
    links = road(("A", "B", 10.0), ("B", "C", 10.0), ("C", "A", 21.0), oneway=["T", "no", "是"])
    table = build_network(NODES, links.assign(joinable=["否", None, "yes"])).link_table
    assert table[["from_node", "to_node"]].to_numpy().tolist() == [["B", "A"], ["B", "C"], ["C", "A"]]
    assert table["minutes_back"].isna().tolist() == [True, False, True]
    assert table["joinable"].tolist() == [False, True, True]


def test_all_faults_of_a_table_are_told_at_once() -> None:
    links = road(("A", "Z", -1.0), ("B", "C", 1.0)).set_axis([5, 5]).assign(**{"class": "lane"})
    with pytest.raises(InputError) as error:
        build_network(NODES, links)
    for fault in ("repeated ids at 5", "to_node not among", "length_km is negative", "unknown class lane"):
        assert fault in str(error.value)


def test_missing_columns_and_rows_are_refused() -> None:
    with pytest.raises(InputError, match="links: no column length_km, class"):
        build_network(NODES, road(("A", "B", 1.0)).drop(columns=["length_km", "class"]))
    with pytest.raises(InputError, match="links: it has no rows"):
        build_network(NODES, road())


def test_an_unknown_class_with_minutes_of_its_own_is_welcome() -> None:
    assert (
        build_network(NODES, road(("A", "B", 1.0), minutes=2.0, **{"class": "ferry"}))
        .links["joinable"]
        .eq(False)
        .all()
    )


def test_bad_speeds_are_all_named() -> None:
    with pytest.raises(InputError, match=r"unknown road class 'lane'.*trunk: 0 km/h.*urban: nan.*local: '9'"):
        class_speeds({"lane": 5, "trunk": 0, "urban": np.nan, "local": "9"})


@pytest.mark.parametrize("field", ["max_snap_km", "off_network_kmh"])
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, "5", True])
def test_snapping_without_sense_is_refused(field: str, value: object) -> None:
    with pytest.raises(InputError, match=field):
        Snapping(**{field: value})


def test_the_crs_of_the_builder_is_the_one_of_hunan() -> None:
    assert points([(0, 0)]).crs.to_epsg() == UTM
