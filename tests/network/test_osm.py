"""Networks from OpenStreetMap agree with OSMnx on the same file, and say where their speeds come from."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import osmnx
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal
from pyproj import Geod
from scipy.sparse.csgraph import dijkstra

from tests.sources.osm.osm_files import write_pbf
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.network.edits import with_links, without_links
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import node_table
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.osm import from_osmnx, from_pbf
from urbgeo.network.osm_speeds import LineReading, RoadReading
from urbgeo.network.saved import open_network, save_network
from urbgeo.sources.osm.read import read_roads
from urbgeo.sources.osm.tags import CAR, TravelRules

SPEEDS = {
    name: 30.0 + 5 * i
    for i, name in enumerate(
        ("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
         "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "living_street",
         "road")
    )
}  # fmt: skip

GEOD = Geod(ellps="WGS84")
OSMNX_DRIVE = {  # the filter that OSMnx sends for network_type="drive"
    "area": "yes", "access": "private", "motor_vehicle": "no", "motorcar": "no",
    "highway": "abandoned|bridleway|bus_guideway|construction|corridor|cycleway|elevator|escalator|footway|"
    "no|path|pedestrian|planned|platform|proposed|raceway|razed|rest_area|service|services|steps|track",
    "service": "alley|driveway|emergency_access|parking|parking_aisle|private",
}  # fmt: skip

AS_OSMNX = TravelRules(
    "road", CAR.classes - {"ferry"}, access_keys=CAR.access_keys, refused=frozenset({"private", "no"}),
    minor_services=CAR.minor_services, barriers_passed=None,
)  # fmt: skip
"""OSMnx lets cars through every barrier and takes no class as one-way without a tag."""


@pytest.fixture(scope="module")
def graph(porto_alegre: Path, tmp_path_factory: pytest.TempPathFactory) -> nx.MultiDiGraph:
    xml = drive_xml(porto_alegre, tmp_path_factory.mktemp("osmnx") / "drive.osm")
    more = ["maxspeed:type", "maxspeed:forward", "maxspeed:backward"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(osmnx.settings, "useful_tags_way", [*osmnx.settings.useful_tags_way, *more])
        found = osmnx.graph_from_xml(xml, simplify=False, retain_all=True)
    at = found.nodes
    for a, b, data in found.edges(data=True):  # OSMnx measures on a sphere, we on the ellipsoid
        data["length"] = GEOD.inv(at[a]["x"], at[a]["y"], at[b]["x"], at[b]["y"])[2]
    return found


def drive_xml(pbf: Path, xml: Path) -> Path:
    """The ways that OSMnx would have downloaded, and their nodes, as the XML it reads."""
    ways, needed = [], set()
    for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY):
        tags = dict(way.tags)
        shut = any(key in tags and re.search(word, tags[key]) for key, word in OSMNX_DRIVE.items())
        if "highway" in tags and not shut:
            ways.append((way.id, [node.ref for node in way.nodes], tags))
            needed |= set(ways[-1][1])
    lines = ["<osm version='0.6'>"]
    for node in osmium.FileProcessor(str(pbf), osmium.osm.NODE):
        if node.id in needed:
            lines.append(f"<node id='{node.id}' lat='{node.lat}' lon='{node.lon}'/>")
    for number, refs, tags in ways:
        lines.append(f"<way id='{number}'>" + "".join(f"<nd ref='{ref}'/>" for ref in refs))
        lines += [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]
        lines.append("</way>")
    xml.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return xml


def street_km(graph: nx.MultiDiGraph) -> float:
    """Each street once: OSMnx holds the two directions of a two-way street as two edges."""
    return sum(data["length"] / (1 if data["oneway"] else 2) for *_, data in graph.edges(data=True)) / 1000.0


def test_the_same_roads_as_osmnx_from_the_same_file(porto_alegre: Path, graph: nx.MultiDiGraph) -> None:
    ours = from_pbf(porto_alegre, reading=RoadReading(region="world", speeds=SPEEDS))
    assert ours.links["length_km"].sum() == pytest.approx(street_km(graph), rel=5e-3)
    assert 0 < street_km(graph) - ours.links["length_km"].sum() < 0.5, "four ways tagged access=no"
    open_ones = without_closed(graph)
    assert ours.links["length_km"].sum() == pytest.approx(street_km(open_ones), rel=1e-6)


def test_shortest_times_equal_osmnx_on_a_thousand_pairs(porto_alegre: Path, graph: nx.MultiDiGraph) -> None:
    ours = from_pbf(porto_alegre, mode=AS_OSMNX, reading=RoadReading(region="world", speeds=SPEEDS))
    timed = without_closed(
        osmnx.routing.add_edge_travel_times(osmnx.routing.add_edge_speeds(graph, hwy_speeds=SPEEDS))
    )
    for *_, data in timed.edges(data=True):
        data["exact"] = data["length"] / 1000.0 / limit_of(data) * 60.0
        data["osmnx"] = data["travel_time"] / 60.0
    random = np.random.default_rng(3)
    common = sorted(set(ours.nodes.index) & set(timed.nodes))
    origins, destinations = np.repeat(random.choice(common, 40), 25), random.choice(common, 1000)
    place = ours.nodes.index.get_indexer
    found = node_table(ours, place(origins[::25]), place(destinations))[
        np.repeat(np.arange(40), 25), np.arange(1000)
    ]
    expected, theirs = (oracle_minutes(timed, origins, destinations, weight) for weight in ("exact", "osmnx"))
    assert np.isfinite(found).sum() == np.isfinite(expected).sum() > 900
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)
    # OSMnx's own times differ where a limit is written by direction or by type, which it does not read. With
    # its speeds on just these edges replaced, nothing is left to differ:
    some = np.isfinite(theirs) & (theirs > 0)
    gap = np.abs(found[some] / theirs[some] - 1)
    assert np.median(gap) < 1e-6 and (gap > 0.01).mean() < 0.15 and gap.max() < 0.1
    unread = 0
    for *_, data in timed.edges(data=True):
        data["mended"] = data["osmnx"]
        if any(key in data for key in ("maxspeed:type", "maxspeed:forward", "maxspeed:backward")):
            data["mended"], unread = data["exact"], unread + (abs(data["exact"] / data["osmnx"] - 1) > 1e-3)
    assert 0 < unread < 0.02 * timed.number_of_edges()
    mended = oracle_minutes(timed, origins, destinations, "mended")
    assert np.abs(found[some] / mended[some] - 1).max() < 0.01
    plain = from_pbf(
        porto_alegre, mode=AS_OSMNX, reading=RoadReading(region="world", speeds=SPEEDS, use_maxspeed=False)
    )
    for *_, data in timed.edges(data=True):
        data["plain"] = data["length"] / 1000.0 / SPEEDS[data["highway"]] * 60.0
    found = node_table(plain, place(origins[::25]), place(destinations))[
        np.repeat(np.arange(40), 25), np.arange(1000)
    ]
    np.testing.assert_allclose(found, oracle_minutes(timed, origins, destinations, "plain"), 0, 2e-6)


@pytest.mark.parametrize("mode", ["drive", "walk"])
def test_the_network_is_the_one_that_checked_tables_give(porto_alegre: Path, mode: str) -> None:
    roads = read_roads(porto_alegre, mode=mode)
    nodes, links = roads.tables()
    speed = from_pbf(porto_alegre, mode=mode, reading=RoadReading(region="world"))
    same = build_network(nodes, links.assign(speed_kmh=speed.links["speed_kmh"]))
    assert speed.crs == same.crs and speed.nodes.index.equals(same.nodes.index)
    columns = ["from_node", "to_node", "length_km", "class", "mode", "joinable", "minutes"]
    assert_frame_equal(speed.links[columns], same.links[columns], check_dtype=False, check_categorical=False)
    oneway = speed.links["minutes_back"].isna()
    assert oneway.equals(same.links["minutes_back"].isna()) and oneway.any() == (mode == "drive")
    shifted = shapely.distance(speed.links.geometry.to_numpy(), same.links.geometry.to_numpy())
    ends = [
        shapely.get_coordinates(shapely.get_point(one.links.geometry.to_numpy(), -1)) for one in (speed, same)
    ]
    assert shifted.max() < 1e-6 and np.abs(ends[0] - ends[1]).max() < 1e-6
    metres = shapely.length(speed.links.geometry.to_numpy())
    assert metres.sum() / 1000.0 == pytest.approx(speed.links["length_km"].sum(), rel=5e-3)


def without_closed(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """OSMnx drives where ``access=no``; nobody should."""
    shut = [edge for *edge, access in graph.edges(keys=True, data="access") if access == "no"]
    copy = graph.copy()
    copy.remove_edges_from(shut)
    return copy


def limit_of(data: dict[str, object]) -> float:
    """The limit in the direction of the edge, in the spellings that occur in Porto Alegre."""
    way = "maxspeed:backward" if data["reversed"] else "maxspeed:forward"
    words = [data.get(way), data.get("maxspeed"), {"BR:urban": "60"}.get(str(data.get("maxspeed:type")))]
    return float(next((str(word) for word in words if str(word).isdigit()), SPEEDS[str(data["highway"])]))


def oracle_minutes(
    graph: nx.MultiDiGraph, origins: np.ndarray, destinations: np.ndarray, weight: str = "exact"
) -> np.ndarray:
    """scipy on OSMnx's unsimplified graph."""
    number = {node: i for i, node in enumerate(graph)}
    matrix = nx.to_scipy_sparse_array(nx.DiGraph(least(graph, weight)), nodelist=list(graph), weight="w")
    rows = {node: i for i, node in enumerate(dict.fromkeys(origins.tolist()))}
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    table = dijkstra(matrix, indices=[number[node] for node in rows])  # older SciPy searches no others
    return np.array(
        [table[rows[a], number[b]] for a, b in zip(origins.tolist(), destinations.tolist(), strict=True)]
    )


def least(graph: nx.MultiDiGraph, weight: str) -> nx.DiGraph:
    simple = nx.DiGraph()
    simple.add_nodes_from(graph)
    for u, v, data in graph.edges(data=True):
        if not simple.has_edge(u, v) or simple[u][v]["w"] > data[weight]:
            simple.add_edge(u, v, w=data[weight])
    return simple


@pytest.mark.parametrize("simplified", [False, True])
def test_an_osmnx_graph_keeps_its_streets_and_times(graph: nx.MultiDiGraph, simplified: bool) -> None:
    graph = osmnx.simplify_graph(graph) if simplified else graph
    network = from_osmnx(graph, reading=RoadReading(region="world", speeds=SPEEDS, use_maxspeed=False))
    assert network.links["length_km"].sum() == pytest.approx(street_km(graph), rel=1e-6)
    for *_, data in graph.edges(data=True):
        names = [data["highway"]] if isinstance(data["highway"], str) else data["highway"]
        main = min(names, key=list(SPEEDS).index)
        data["exact"] = data["length"] / 1000.0 / SPEEDS[main] * 60.0
    random = np.random.default_rng(5)
    origins = np.repeat(random.choice(list(graph), 10), 10)
    destinations = random.choice(list(graph), 100)
    place = network.nodes.index.get_indexer
    table = node_table(network, place(origins), place(destinations)).diagonal()
    np.testing.assert_allclose(table, oracle_minutes(graph, origins, destinations), rtol=0, atol=2e-6)


def test_graphml_gives_the_network_of_its_graph(graph: nx.MultiDiGraph, tmp_path: Path) -> None:
    small = osmnx.simplify_graph(
        osmnx.truncate.largest_component(graph.subgraph(list(graph)[:3000]), strongly=True)
    )
    osmnx.save_graphml(small, tmp_path / "a.graphml")
    ours, read = (
        from_osmnx(small, reading=RoadReading(region="world")),
        from_osmnx(tmp_path / "a.graphml", reading=RoadReading(region="world")),
    )
    assert len(ours.links) == len(read.links)
    assert read.links["minutes"].sum() == pytest.approx(ours.links["minutes"].sum())


def tiny_graph(**edge: object) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x=112.0, y=28.0)
    graph.add_node(2, x=112.1, y=28.0)
    data = {"length": 1000.0, "highway": "primary", "osmid": 7, **edge}
    graph.add_edge(1, 2, **data)
    graph.add_edge(2, 1, **data)
    return graph


def test_two_directed_edges_are_one_two_way_link() -> None:
    network = from_osmnx(tiny_graph())
    assert len(network.links) == 1
    assert network.links["minutes"].iloc[0] == network.links["minutes_back"].iloc[0] == pytest.approx(1.0)


def test_tables_of_osmnx_are_refused_and_the_remedy_gives_the_network_of_the_graph() -> None:
    graph = tiny_graph()
    nodes, edges = osmnx.graph_to_gdfs(graph)
    with pytest.raises(InputError, match=r"3 levels \(u, v, key\).*from_osmnx.*graph_from_gdfs"):
        from_lines(edges, class_column="highway", reading=LineReading(class_system="osm"))
    with pytest.raises(InputError, match="no column from_node, to_node, length_km, class"):
        build_network(nodes, edges)
    again = from_osmnx(osmnx.graph_from_gdfs(nodes, edges))
    assert_frame_equal(pd.DataFrame(again.links), pd.DataFrame(from_osmnx(graph).links))
    named = edges.reset_index().rename(columns={"u": "from_node", "v": "to_node", "highway": "class"})
    plain = build_network(nodes, named.assign(length_km=named["length"] / 1000.0))
    assert plain.links["minutes"].tolist() == [1.0, 1.0], "each direction a link of its own"


def test_edges_that_are_no_roads_are_left_out_of_an_osmnx_graph_and_counted() -> None:
    for word in ("corridor", "escape", "busway"):
        graph = tiny_graph()
        before = len(from_osmnx(graph).links)
        graph.add_edge(1, 2, key=7, osmid=99, length=50.0, highway=word)
        with pytest.warns(UrbgeoWarning, match=f"graph: 1 edges of highway {word}, left out"):
            assert len(from_osmnx(graph).links) == before
        graph.add_edge(2, 1, osmid=98, length=50.0, highway="moon")
        with pytest.warns(UrbgeoWarning, match="graph: 2 edges of highway .*moon.*, left out"):
            assert len(from_osmnx(graph).links) == before


def test_a_graph_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    bare = tiny_graph()
    del bare.nodes[2]["x"]
    with pytest.raises(InputError, match="nodes without x and y at 2"):
        from_osmnx(bare)
    with pytest.raises(
        InputError, match=r"edges without a length in metres at 1-2, 2-1.*all are edges of highway moon"
    ):
        from_osmnx(tiny_graph(length=np.nan, highway="moon"))
    homeless = tiny_graph()
    del homeless.graph["crs"]
    with pytest.raises(InputError, match="crs"):
        from_osmnx(homeless)
    for kind in (nx.Graph, nx.DiGraph, nx.MultiGraph):
        with pytest.raises(InputError, match="graph: a MultiDiGraph is needed"):
            from_osmnx(kind(tiny_graph()))
    far = tiny_graph()
    far.nodes[1]["y"] = np.inf
    with pytest.raises(InputError, match="nodes without x and y at 1;"):
        from_osmnx(far)
    for length in (-1.0, np.inf, "long"):
        with pytest.raises(InputError, match="edges without a length in metres at 1-2, 2-1"):
            from_osmnx(tiny_graph(length=length))
    assert from_osmnx(tiny_graph(length="1000")).links["length_km"].tolist() == [1.0]
    with pytest.raises(InputError, match="no edges"):
        from_osmnx(nx.MultiDiGraph(crs="EPSG:4326"))
    (tmp_path / "a.graphml").write_text("<graphml><oops")
    with pytest.raises(SourceError, match=r"a\.graphml"):
        from_osmnx(tmp_path / "a.graphml")


def test_limits_by_direction_time_each_direction(tmp_path: Path) -> None:
    tags = {"highway": "primary", "maxspeed:forward": "60", "maxspeed:backward": "30"}
    path = write_pbf(tmp_path / "a.osm.pbf", {1: (112.0, 28.0), 2: (112.1, 28.0)}, [([1, 2], tags)])
    link = from_pbf(path).links.iloc[0]
    assert (link["from_node"], link["to_node"]) == (1, 2)
    assert link["minutes"] == pytest.approx(link["length_km"]) and link["minutes"] > 9
    assert link["minutes_back"] == pytest.approx(2 * link["length_km"])


def test_the_network_stands_still_while_walkers_get_their_own(porto_alegre: Path) -> None:
    walk = from_pbf(porto_alegre, mode="walk", reading=RoadReading(region="world"))
    assert isinstance(walk, TravelNetwork) and walk.modes == ("walk",)
    on_land = walk.links["class"] != "ferry"
    assert walk.links.loc[on_land, "speed_kmh"].to_numpy() == pytest.approx(4.5)
    assert walk.snapping.off_network_kmh == 4.5


def test_edits_of_a_network_from_openstreetmap(porto_alegre: Path) -> None:
    network = from_pbf(porto_alegre, reading=RoadReading(region="world"))
    some = network.nodes.iloc[::800]
    before = node_minutes(network, some)
    closed = network.links.index[network.links["class"] == "primary"][:20]
    without = without_links(network, closed)
    again = with_links(without, network.links.loc[closed])
    assert node_minutes(again, some).tobytes() == before.tobytes(), "bit for bit"
    assert (node_minutes(without, some) >= before).all() and (node_minutes(without, some) > before).any()
    street = pd.DataFrame(
        {
            "from_node": [some.index[0]],
            "to_node": [some.index[3]],
            "length_km": [1.0],
            "class": ["residential"],
        },
        index=["bridge"],
    )
    bridged = with_links(network, street)
    assert (node_minutes(bridged, some) <= before).all() and (node_minutes(bridged, some) < before).any()
    bridge = bridged.links.loc["bridge"]
    assert (bridge["speed_kmh"], bridge["minutes"], bridge["joinable"]) == (25.0, 2.4, True)
    quick = with_links(network, street.assign(**{"class": "motorway"}), speeds={"motorway": 120.0})
    assert quick.links.loc["bridge", ["speed_kmh", "joinable", "speed_source"]].tolist() == [
        120.0,
        False,
        "override",
    ]
    with pytest.raises(InputError, match="unknown class 'canal'"):
        with_links(network, street, speeds={"canal": 5.0})
    with pytest.raises(InputError, match="no column class"):
        with_links(network, street.drop(columns="class"))
    with pytest.raises(InputError, match="unknown class canal"):
        with_links(network, street.assign(**{"class": "canal"}))


def node_minutes(network: TravelNetwork, nodes: gpd.GeoDataFrame) -> np.ndarray:
    place = network.nodes.index.get_indexer(nodes.index)
    return node_table(network, place, place)


def test_the_least_of_several_limits_of_an_edge_counts() -> None:
    graph = tiny_graph(maxspeed=["60", "40"])
    assert set(from_osmnx(graph).links["speed_kmh"]) == {40.0}


def test_one_reading_serves_every_door_and_nothing_else_does(tmp_path: Path) -> None:
    reading = RoadReading(region="world", speeds={"primary": 37.0}, source="survey of 2024")
    graph = tiny_graph(highway="primary")
    osmnx.save_graphml(graph, tmp_path / "a.graphml")
    nodes, edges = osmnx.graph_to_gdfs(graph)
    del nodes
    lines = edges.reset_index(drop=True).iloc[:1]
    doors = [
        from_osmnx(graph, reading=reading),
        from_osmnx(tmp_path / "a.graphml", reading=reading),
        from_lines(
            lines,
            class_column="highway",
            reading=LineReading(class_system="osm", speeds=reading.speeds, source=reading.source),
        ),
    ]
    for network in doors:
        assert set(network.links["speed_kmh"]) == {37.0}
        assert "survey of 2024" in network.provenance.sources[0]
    for wrong in ("world", {"region": "world"}, RoadReading):
        with pytest.raises(InputError, match="a RoadReading is needed"):
            from_osmnx(graph, reading=wrong)  # type: ignore[arg-type]


def test_links_keep_their_own_lines_through_edits_and_files(tmp_path: Path) -> None:
    text = """<osm version="0.6">
      <node id="1" lat="28.20" lon="112.90"/><node id="2" lat="28.21" lon="112.91"/>
      <node id="3" lat="28.20" lon="112.92"/><node id="4" lat="28.22" lon="112.92"/>
      <node id="5" lat="28.25" lon="112.95"/>
      <way id="7"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/></way>
      <way id="8"><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/></way>
      <way id="9"><nd ref="3"/><nd ref="4"/><nd ref="5"/><tag k="highway" v="tertiary"/></way></osm>"""
    (tmp_path / "town.osm").write_text(text, encoding="utf-8")
    town = from_pbf(tmp_path / "town.osm")
    assert not isinstance(town.link_table, gpd.GeoDataFrame), "nobody has looked at a line yet"
    lines = town.links.geometry
    roads = read_roads(tmp_path / "town.osm")
    drawn = roads.tables(town.crs)[1].geometry
    assert lines.geom_equals_exact(drawn, 0).all() and (shapely.get_num_coordinates(lines) > 2).any()
    first, *others = town.link_table.index
    left = without_links(town, [first])
    assert left.links.geometry.geom_equals_exact(lines[others], 0).all()
    back = with_links(left, town.links.loc[[first]])
    assert back.links.geometry.geom_equals_exact(lines[back.link_table.index], 0).all()
    nodes, links = town.to_frames()
    assert build_network(nodes, links).links.geometry.geom_equals_exact(lines, 1e-6).all()
    opened = open_network(save_network(town, tmp_path / "town.urbgeo", hierarchy=False))
    assert opened.links.geometry.geom_equals_exact(lines, 0).all()
    with pytest.raises(KeyError, match="elsewhere"):
        town.lines.of(pd.Index(["elsewhere"], dtype=object))  # type: ignore[union-attr]


def test_of_several_classes_the_most_important_counts_and_of_several_limits_the_least() -> None:
    graph = tiny_graph(highway=["residential", "primary"], maxspeed=["60", "none", "40"])
    link = from_osmnx(graph).links.iloc[0]
    assert link["class"] == "primary" and link["speed_kmh"] == 40.0 and link["speed_source"] == "tag"
    assert link["minutes"] == link["minutes_back"] == pytest.approx(1.5)
    untold = from_osmnx(tiny_graph(maxspeed=["none", None])).links.iloc[0]
    assert untold["speed_source"] == "class"
    for ids in ([7, 8], [8, 7]):
        turned = tiny_graph(osmid=[7, 8])
        turned.edges[2, 1, 0]["osmid"] = ids
        assert len(from_osmnx(turned).links) == 1, "the parts of a street in either order"
    assert len(from_osmnx(tiny_graph(highway=["moon", "primary"])).links) == 1


def test_edges_are_one_street_only_with_one_id_and_one_length() -> None:
    for change, links in (({}, 1), ({"osmid": 8}, 2), ({"length": 1000.6}, 2), ({"length": 1000.0004}, 1)):
        graph = tiny_graph()
        graph.edges[2, 1, 0].update(change)
        found = from_osmnx(graph).links
        assert len(found) == links and found["minutes_back"].isna().tolist() == [links == 2] * links
    twice = tiny_graph()
    twice.add_edge(1, 2, length=1000.0, highway="primary", osmid=7)
    assert from_osmnx(twice).links["minutes_back"].isna().tolist() == [False, True]
    ring = tiny_graph()
    for _ in range(3):
        ring.add_edge(2, 2, length=500.0, highway="primary", osmid=9)
    loops = from_osmnx(ring).links.query("from_node == to_node")
    assert loops["minutes_back"].isna().tolist() == [False, True], "two of three are the ways round of one"


def test_a_network_of_openstreetmap_says_how_it_was_read(tmp_path: Path) -> None:
    places = {1: (112.0, 28.0), 2: (112.1, 28.0), 3: (112.2, 28.0)}
    path = write_pbf(
        tmp_path / "a.osm.pbf", places, [([1, 2], {"highway": "primary"}), ([2, 3], {"highway": "trunk"})]
    )
    box, asked = (111.0, 27.0, 113.0, 29.0), ("trunk", "primary")
    reading = RoadReading(region="world", peak=False, use_maxspeed=False, source="某地 2025")
    found = from_pbf(path, classes=asked, bbox=box, simplify=False, reading=reading).provenance
    told = {
        "mode": "road", "speed_region": "world", "peak": False, "maxspeed": False, "bbox": box,
        "classes": ["primary", "trunk"], "simplify": False, "ways": 2, "barriers that stop": 0,
    }  # fmt: skip
    assert told.items() <= dict(found.parameters).items()
    assert "某地 2025" in str(found.sources[0]) and "ODbL" in str(found.sources[0])
    plain = from_pbf(path, mode="walk").provenance
    assert {"mode": "walk", "speed_region": "china", "peak": False, "maxspeed": True, "bbox": None,
            "classes": None, "simplify": True}.items() <= dict(plain.parameters).items()  # fmt: skip
    assert "a.osm.pbf" in str(plain.sources[0])
    graph = from_osmnx(tiny_graph(), mode="walk", reading=RoadReading(region="world", use_maxspeed=False))
    assert {"mode": "walk", "speed_region": "world", "peak": False, "maxspeed": False}.items() <= dict(
        graph.provenance.parameters
    ).items()
    assert "OSMnx graph" in str(graph.provenance.sources[0])
