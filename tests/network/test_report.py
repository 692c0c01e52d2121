"""Lines without nodes are joined as asked, and the report finds what is wrong with a network."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from tests.network.build import EAST, NORTH, QUICK, points, road
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import build_network
from urbgeo.network.report import FINDINGS, near_misses, network_report
from urbgeo.sources.tables import read_layer

UTM = 32649


def metres(*lines: list[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
    shapes = [LineString(np.add(line, (EAST, NORTH))) for line in lines]
    frame = gpd.GeoDataFrame({"class": "primary"}, geometry=shapes, index=list("abcdefgh")[: len(shapes)])
    return frame.assign(**columns).set_crs(UTM)


TEE = metres([(0, 0), (1000, 0)], [(500, 0), (500, 500)])
CROSS = metres([(0, 0), (1000, 0)], [(500, -500), (500, 500)])


def test_a_line_that_ends_on_another_is_joined_where_asked_and_told_otherwise() -> None:
    with pytest.warns(
        UrbgeoWarning, match=r"2 parts, the largest with 50.0% .* 1 ends within 20 m .*node_at"
    ):
        apart = from_lines(TEE)
    assert apart.parts == (2, 0.5) and "2 parts, the largest with 50.0%" in repr(apart)
    assert apart.provenance.parameters["parts"] == 2 and apart.provenance.parameters["near misses"] == 1
    assert apart.provenance.shares["links in the largest part"] == 0.5
    for node_at in ("touches", "crossings"):
        joined = from_lines(TEE, node_at=node_at)
        assert joined.parts == (1, 1.0)
        assert joined.links["line"].tolist() == ["a", "a", "b"]
        assert joined.links.index.tolist() == ["a part 1", "a part 2", "b"]
        assert joined.links["length_km"].tolist() == pytest.approx([0.5, 0.5, 0.5])


def test_lines_that_cross_are_joined_at_crossings_only() -> None:
    with pytest.warns(UrbgeoWarning, match="2 parts"):
        assert len(from_lines(CROSS, node_at="touches").links) == 2
    joined = from_lines(CROSS, node_at="crossings")
    assert len(joined.links) == 4 and len(joined.nodes) == 5 and joined.parts[0] == 1


@pytest.mark.parametrize(
    ("column", "over", "under"),
    [
        ("layer", 1, 0),
        ("layer", "1.0", "0.0"),
        ("bridge", "T", "F"),
        ("bridge", "yes", None),
        ("桥", "是", "否"),
    ],
)
def test_a_bridge_is_not_joined_to_the_road_beneath(column: str, over: object, under: object) -> None:
    with pytest.warns(UrbgeoWarning, match="2 parts"):
        network = from_lines(
            CROSS.assign(**{column: [over, under]}), node_at="crossings", level_column=column
        )
    assert len(network.links) == 2
    assert network_report(network).summary["count"]["crossing"] == 0
    level = from_lines(CROSS.assign(**{column: [under, under]}), node_at="crossings", level_column=column)
    assert len(level.links) == 4


def test_a_bridge_is_joined_at_its_ends() -> None:
    over = metres([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(150, -50), (150, 50)], layer=[0, 1, 0])
    with pytest.warns(UrbgeoWarning, match="2 parts"):
        network = from_lines(over, node_at="crossings", level_column="layer")
    assert len(network.links) == 3 and network.parts == (2, pytest.approx(2 / 3))


def test_two_ends_of_one_line_are_never_one_place_and_places_do_not_chain() -> None:
    steps = [LineString([(EAST + 10.0 * i, NORTH), (EAST + 10.0 * (i + 1), NORTH)]) for i in range(1000)]
    trunk = gpd.GeoDataFrame({"class": "trunk"}, index=range(1000), geometry=steps, crs=UTM)
    network = from_lines(trunk, same_place_m=10.0)
    ends = gpd.GeoDataFrame(geometry=gpd.points_from_xy([EAST, EAST + 10_000], [NORTH, NORTH]), crs=UTM)
    assert minutes_table(network, ends, ends).to_numpy()[0, 1] == pytest.approx(8.0, rel=1e-3)


def test_ends_of_different_lines_within_the_tolerance_are_one_place_and_no_farther() -> None:
    on = from_lines(metres([(0, 0), (100, 0)], [(102, 0), (200, 0)]), same_place_m=2.0)
    assert len(on.nodes) == 3
    with pytest.warns(UrbgeoWarning):
        assert len(from_lines(metres([(0, 0), (100, 0)], [(102, 0), (200, 0)]), same_place_m=1.9).nodes) == 4
    # a, b and c, d are 2 apart, b and c 1.5: joined nearest first, and d is not drawn in.
    row = metres([(0, -9), (0, 0)], [(1.5, 9), (1.5, 0)], [(3.4, -9), (3.4, 0)])
    with pytest.warns(UrbgeoWarning):
        assert from_lines(row, same_place_m=2.0).parts[0] == 2


@QUICK
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=1, max_size=8), st.randoms())
def test_joined_lines_hang_together_as_their_shapes_do(
    ends: list[tuple[int, int, int, int]], random: object
) -> None:
    shapes = {tuple(sorted([(a, b), (c, d)])) for a, b, c, d in ends if (a, b) != (c, d)}
    if not shapes:
        return
    lines = [LineString(np.array(shape) * 100.0 + (EAST, NORTH)) for shape in sorted(shapes)]
    random.shuffle(lines)  # type: ignore[attr-defined]
    frame = gpd.GeoDataFrame({"class": "local"}, index=range(len(lines)), geometry=lines, crs=UTM)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UrbgeoWarning)
        network = from_lines(frame, node_at="crossings", same_place_m=0.01)
    whole = shapely.union_all(lines)
    buffered = shapely.get_num_geometries(shapely.buffer(whole, 0.001))
    assert network.parts[0] == buffered
    assert network.links["length_km"].sum() * 1000 == pytest.approx(whole.length, abs=0.5)


@pytest.mark.parametrize(("east", "misses"), [(130.0, 0), (130.5, 1)])
def test_a_short_bent_stub_does_not_miss_the_street_it_leaves(east: float, misses: int) -> None:
    """Its tip is 10 m from the street; a stub of at most twice the 20 m is beside it for that alone."""
    network = from_lines(metres([(0, 0), (100, 0)], [(100, 0), (300, 0)], [(100, 0), (100, 10), (east, 10)]))
    assert len(near_misses(network, 20.0)) == misses


def test_directions_of_lines_are_those_of_the_file() -> None:
    pair = metres([(0, 0), (1000, 0)], [(1000, 0), (2000, 0)], [(2000, 0), (3000, 0)], way=["F", "T", "B"])
    network = from_lines(pair, oneway_column="way")
    spots = gpd.GeoDataFrame(geometry=gpd.points_from_xy(EAST + np.arange(4) * 1000.0, [NORTH] * 4), crs=UTM)
    minutes = np.isfinite(minutes_table(network, spots, spots).to_numpy())
    assert [minutes[0, 1], minutes[1, 0]] == [True, False]
    assert [minutes[1, 2], minutes[2, 1]] == [False, True]
    assert [minutes[2, 3], minutes[3, 2]] == [True, True]
    with pytest.raises(InputError, match=r"lines: way says 'maybe' at b; as drawn is f"):
        from_lines(pair.assign(way=["F", "maybe", "B"]), oneway_column="way")


def test_named_nodes_turn_round_with_their_line() -> None:
    table = metres([(0, 0), (1000, 0)], u=["p"], v=["q"], way=["T"])
    network = from_lines(table, oneway_column="way", node_columns=("u", "v"))
    assert network.links.iloc[0][["from_node", "to_node"]].tolist() == ["q", "p"]
    assert network.nodes.geometry.loc["p"].coords[0] == (EAST, NORTH)
    assert np.isnan(network.links["minutes_back"].iloc[0])


def test_chinese_classes_and_numbers_of_roads_need_no_table() -> None:
    words = ["高速公路", "国道", "省道", "县道", "乡道", "G4", "S202", "支路"]
    rows = [[(i * 100.0, 0), (i * 100.0 + 100, 0)] for i in range(8)]
    network = from_lines(metres(*rows).assign(**{"class": words}))
    assert network.links["class"].tolist() == [
        "expressway", "trunk", "primary", "secondary", "local", "expressway", "primary", "urban",
    ]  # fmt: skip
    with pytest.raises(InputError, match="unknown class 土路"):
        from_lines(metres([(0, 0), (100, 0)]).assign(**{"class": "土路"}))


def test_names_and_years_come_along_and_a_year_is_read_or_refused() -> None:
    rows = metres(
        [(0, 0), (100, 0)], [(100, 0), (200, 0)], name=["一号路", "二号路"], opened=["2024年", 2005]
    )
    links = from_lines(rows).links
    assert links["name"].tolist() == ["一号路", "二号路"] and links["opened"].tolist() == [2024, 2005]
    with pytest.raises(InputError, match="opened says '在建' at b"):
        from_lines(rows.assign(opened=[2024, "在建"]))


def test_the_report_finds_each_kind_of_fault() -> None:
    nodes = points(
        [(0, 0), (1, 0), (2, 0), (3, 0), (1.01, 0.5), (1.01, 0.01), (0.5, -1), (0.5, 1), (9, 9), (9, 8)]
    )
    links = pd.concat(
        [
            road(("A", "B", 1.0), ("B", "C", 1.0), ("B", "C", 1.0), ("E", "F", 0.49), ("G", "H", 2.0)),
            road(("C", "D", 95.0), oneway=True),
            road(("I", "J", 1.0)).assign(**{"class": None}, minutes=1.0),
        ],
        ignore_index=True,
    )
    report = network_report(build_network(nodes, links))
    count = report.summary["count"]
    assert count.to_dict() == {
        "part": 3, "dead end": 8, "near miss": 1, "crossing": 1, "doubled": 1, "one-way trap": 1, "length": 1,
        "no class": 1,
    }  # fmt: skip
    rows = report.table.set_index("finding")
    assert rows.loc["near miss", ["id", "amount"]].tolist() == ["F", pytest.approx(10.0)]
    assert rows.loc["near miss", "other"] in (1, 2)
    assert rows.loc["one-way trap", "id"] == "D"
    assert rows.loc["length", ["id", "amount"]].tolist() == [5, pytest.approx(95.0)]
    assert {rows.loc["crossing", "id"], rows.loc["crossing", "other"]} == {0, 4}
    assert rows.loc["no class", "id"] == 6
    assert report.table.crs == UTM and report.table.geometry.notna().all()
    assert report.parts == 4 and report.largest_share == pytest.approx(4 / 7)
    assert "of 7 links in 4 parts, the largest with 57.1%" in repr(report)


def test_a_report_of_a_sound_ring_finds_nothing_and_a_wrong_object_is_refused() -> None:
    ring = build_network(
        points([(0, 0), (1, 0), (0, 1)]), road(("A", "B", 1.0), ("B", "C", 1.5), ("C", "A", 1.0))
    )
    report = network_report(ring)
    assert (
        report.table.empty and "nothing found" in repr(report) and set(report.summary.index) == set(FINDINGS)
    )
    with pytest.raises(InputError, match="TravelNetwork is needed, not GeoDataFrame"):
        network_report(TEE)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="near_m"):
        network_report(ring, near_m=0.0)


def test_a_near_miss_lies_within_the_distance_its_bound_included() -> None:
    stub = build_network(points([(0, 0), (2, 0), (1, 0.02), (1, 1)]), road(("A", "B", 2.0), ("C", "D", 0.98)))
    assert network_report(stub, near_m=20.0).summary["count"]["near miss"] == 1
    assert network_report(stub, near_m=19.9).summary["count"]["near miss"] == 0


def test_a_gbk_shapefile_with_f_t_b_and_crossings_without_nodes(tmp_path: Path) -> None:
    """The file a survey office sends."""
    grid = [[(0, y), (3000, y)] for y in (0, 1000, 2000)] + [[(x, 0), (x, 2000)] for x in (500, 1500, 2500)]
    words = ["国道", "省道", "县道", "乡道", "G4", "主干路"]
    lines = metres(*grid, 名称=list("甲乙丙丁戊己"), 等级=words, 方向=["B", "F", "B", "T", "B", "B"])
    lines.drop(columns="class").to_file(tmp_path / "路网.shp", encoding="gbk")
    layer = read_layer(tmp_path / "路网.shp")
    with pytest.warns(UrbgeoWarning, match="6 parts"):
        before = from_lines(layer.frame, class_column="等级", oneway_column="方向")
    found = network_report(before).summary["count"]
    assert found["crossing"] == 3 and found["near miss"] == 6 and found["part"] == 5
    after = from_lines(layer.frame, class_column="等级", oneway_column="方向", node_at="crossings")
    found = network_report(after)
    assert found.parts == 1 and found.summary["count"][["crossing", "near miss", "part"]].tolist() == [
        0,
        0,
        0,
    ]
    assert after.links["名称"].tolist()[:4] == ["甲"] * 4
    path = found.save(tmp_path / "report.gpkg")
    assert len(gpd.read_file(path, layer="table")) == len(found.table) == 8


def found_in(nodes: gpd.GeoDataFrame, links: pd.DataFrame, kind: str) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UrbgeoWarning)
        table = network_report(build_network(nodes, links)).table
    return table[table["finding"] == kind]


def test_lengths_are_odd_below_99_hundredths_of_the_straight_line_and_above_five_of_it() -> None:
    nodes = points([(0, 0), (10, 0)])
    links = road(*(("A", "B", km) for km in (9.9, 9.89, 50.0, 50.1)), ("A", "A", 3.0))
    odd = found_in(nodes, links, "length")
    assert odd["id"].tolist() == [1, 3] and odd["amount"].tolist() == pytest.approx([0.989, 5.01])


def test_links_are_doubled_where_they_run_the_same_way_along_one_line() -> None:
    nodes = points([(0, 0), (10, 0)])
    for ends, oneway, doubled in (
        (("AB", "BA"), [False, False], True),
        (("AB", "BA"), [True, True], False),
        (("AB", "AB"), [True, True], True),
        (("AB", "BA"), [True, False], True),
    ):
        links = road(*((one[0], one[1], 10.0) for one in ends), oneway=oneway)
        found = found_in(nodes, links, "doubled")
        assert found[["id", "other", "amount"]].to_numpy().tolist() == [[0, 1, 0.0]] * doubled
    for metres, doubled in ((20.0, True), (20.1, False)):
        bent = LineString([(EAST, NORTH), (EAST + 5000, NORTH + metres), (EAST + 10_000, NORTH)])
        found = found_in(
            nodes, road(("A", "B", 10.0), ("A", "B", 10.0)).assign(geometry=[None, bent]), "doubled"
        )
        assert found["amount"].tolist() == pytest.approx([metres] * doubled)


def test_parts_dead_ends_and_traps_are_told_with_their_sizes() -> None:
    """A ring A-B-C with a spur to D; E and F joined twice; G with a loop; H that one cannot leave."""
    nodes = points(
        [(0, 0), (10, 0), (0, 10), (20, 0), (50, 0), (60, 0), (80, 0), (90, 0), (0, 30)], list("ABCDEFGHI")
    )
    links = road(
        ("A", "B", 10), ("B", "C", 15), ("C", "A", 10), ("B", "D", 10), ("E", "F", 10), ("F", "E", 11),
        ("G", "H", 10), ("G", "G", 1), ("C", "I", 20), oneway=[False] * 8 + [True],
    )  # fmt: skip
    dead = found_in(nodes, links, "dead end")
    assert dead[["id", "other"]].to_numpy().tolist() == [["D", 3], ["E", 4], ["F", 5], ["H", 6], ["I", 8]]
    parts = found_in(nodes, links, "part")
    assert parts[["id", "amount"]].to_numpy().tolist() == [[4, 2.0], [6, 2.0]]
    assert [len(one.geoms) for one in parts.geometry] == [2, 2]
    assert found_in(nodes, links, "one-way trap")[["id", "amount"]].to_numpy().tolist() == [["I", 1.0]]
