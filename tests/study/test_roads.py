"""Roads of a survey in a study: columns, junctions and words that its file or call names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiLineString

import urbgeo
from tests.sources.osm.osm_files import write_pbf
from urbgeo.errors import InputError, SourceError, UrbgeoWarning
from urbgeo.network.osm import from_pbf
from urbgeo.network.osm_speeds import RoadReading
from urbgeo.regions.nation import china_places
from urbgeo.study.roads import RoadLines, box_of, check_lengths, interchanges, read_network

Maker = Callable[..., Path]
NINGXIA = china_places().loc[lambda places: places.index.str.startswith("64")]


def cross(**columns: list[object]) -> gpd.GeoDataFrame:
    """Two roads that cross at kilometre 3 without a node, and a track beside them."""
    return gpd.GeoDataFrame(
        {"等级": ["国道", "省道", "机耕路"], **columns},
        geometry=[
            LineString([(500_000, 4e6), (510_000, 4e6)]),
            LineString([(503_000, 4e6 - 2e3), (503_000, 4e6 + 2e3)]),
            LineString([(510_000, 4e6), (511_000, 4e6)]),
        ],
        crs=4547,
    )


def test_roads_of_a_map_file_take_the_speeds_of_their_part_of_the_world(tmp_path: Path) -> None:
    spots = {1: (112.0, 28.0), 2: (112.1, 28.0)}
    path = write_pbf(tmp_path / "roads.osm.pbf", spots, [([1, 2], {"highway": "motorway"})])
    for region in ("china", "world"):
        network = read_network(path, speed_region=region)
        alone = from_pbf(path, reading=RoadReading(region=region))
        assert network.links["minutes"].tolist() == alone.links["minutes"].tolist()
    assert not network.links["minutes"].equals(read_network(path).links["minutes"]), "china unless told"


def test_words_of_a_survey_are_named_or_refused_all_at_once_with_the_remedy() -> None:
    with pytest.raises(InputError, match=r"机耕路 \(1\).*\[road_classes\].*class_names"):
        read_network(cross())
    network = read_network(cross(), lines=RoadLines(class_names={"机耕路": "local"}))
    assert sorted(network.link_table["class"]) == ["local", "primary", "trunk"]


def test_lines_named_none_are_left_out_and_counted_and_an_empty_cell_has_a_name() -> None:
    bare = cross().assign(等级=["国道", None, "机耕路"])
    with pytest.warns(UrbgeoWarning, match="1 of 3 lines are left out"):
        network = read_network(bare, lines=RoadLines(class_names={"机耕路": "none", "": "县道"}))
    assert sorted(network.link_table["class"]) == ["secondary", "trunk"]


def test_roads_without_nodes_meet_at_crossings_when_asked() -> None:
    names = {"机耕路": "local"}
    apart = read_network(cross(), lines=RoadLines(class_names=names))
    joined = read_network(cross(), lines=RoadLines(node_at="crossings", class_names=names))
    assert (int(apart.component.max()), int(joined.component.max())) == (1, 0)
    over = read_network(
        cross(桥=["是", "", ""]), lines=RoadLines(node_at="crossings", level_column="桥", class_names=names)
    )
    assert int(over.component.max()) > 0


def test_stated_kilometres_of_a_line_are_shared_by_its_pieces() -> None:
    lines = RoadLines(node_at="crossings", class_names={"机耕路": "local"})
    links = read_network(cross(里程=[20.0, 4.0, 1.0]), lines=lines).link_table
    assert sorted(links["length_km"].round(6)) == [1.0, 2.0, 2.0, 6.0, 14.0]


def test_directions_are_read_from_the_column_that_is_named() -> None:
    lines = RoadLines(oneway_column="走向", class_names={"机耕路": "none"})
    with pytest.warns(UrbgeoWarning, match="left out"):
        network = read_network(cross(走向=["单向", "双向", "双向"]), lines=lines)
    assert np.isfinite(network.link_table["minutes_back"]).tolist() == [False, True]
    with pytest.raises(InputError, match="no column 等级x"):
        read_network(cross(), lines=RoadLines(class_column="等级x"))


def test_parts_of_one_line_share_the_length_that_is_stated_of_it() -> None:
    whole = MultiLineString([[(0, 0), (9_000, 0)], [(9_000, 0), (12_000, 0)]])
    plain = LineString([(12_000, 0), (14_000, 0)])
    roads = gpd.GeoDataFrame(
        {"class": "primary", "length_km": [16.0, 3.0]}, geometry=[whole, plain], crs=32649
    )
    links = read_network(roads.set_geometry(roads.translate(500_000, 3_100_000))).link_table
    assert links["length_km"].tolist() == pytest.approx([12.0, 4.0, 3.0], rel=1e-3)
    assert (links["minutes"] / links["length_km"]).tolist() == pytest.approx([1.0] * 3, rel=1e-9)


def test_a_region_takes_them_in_python(invented_roads: Callable[..., gpd.GeoDataFrame]) -> None:
    roads = invented_roads(NINGXIA).rename(columns={"等级": "级别"})
    made = urbgeo.region("宁夏", roads=roads, zones=False, road_lines=RoadLines(class_column="级别"))
    assert made.network is not None
    with pytest.raises(InputError, match="class_column under"):
        urbgeo.region("宁夏", roads=roads, zones=False)


def test_the_box_of_a_region_has_its_margin_and_ends_with_the_world() -> None:
    """A degree of latitude is 111.0 km, one of longitude at 60 degrees north some half of it."""
    spot = gpd.GeoDataFrame(geometry=gpd.points_from_xy([100.0], [0.0]), crs=4326)
    west, south, east, north = box_of(spot, 111.0)
    assert (south, north) == pytest.approx((-1.0, 1.0)) and (west, east) == pytest.approx(
        (98.99985, 101.00015), abs=1e-4
    )
    high = gpd.GeoDataFrame(geometry=gpd.points_from_xy([100.0, 101.0], [-58.0, 59.0]), crs=4326)
    assert box_of(high, 111.0) == pytest.approx((98.0, -59.0, 103.0, 60.0)), (
        "as wide as at the end farther off"
    )
    for at, box in (
        ((179.9, 0.0), (178.9, -1.0, 180.0, 1.0)),
        ((-179.9, 89.9), (-180.0, 88.9, -159.9, 90.0)),
    ):
        rim = gpd.GeoDataFrame(geometry=gpd.points_from_xy([at[0]], [at[1]]), crs=4326)
        assert box_of(rim, 111.0) == pytest.approx(box, abs=1e-2), "a twentieth of the equator's at the pole"
    pole = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.0], [-89.9]), crs=4326)
    assert box_of(pole, 111.0)[1] == -90.0


def test_single_lengths_in_metres_among_kilometres_are_refused_by_their_lines() -> None:
    names = RoadLines(class_names={"机耕路": "local"})
    mixed = cross(长度=[10.0, 4.0, 1000.0])
    with pytest.raises(InputError, match=r"roads: 长度 of 2 is far from .* are these in metres"):
        read_network(mixed, lines=names)
    with pytest.raises(InputError, match=r"长度 of 0 is far from"):
        read_network(cross(长度=[0.1, 4.0, 1.0]), lines=names)
    winding = read_network(cross(长度=[90.0, 4.0, 1.0]), lines=names)
    assert winding.link_table["length_km"].tolist() == pytest.approx([90.0, 4.0, 1.0])


def straight() -> urbgeo.TravelNetwork:
    return read_network(cross(), lines=RoadLines(class_names={"机耕路": "local"}))


@pytest.mark.parametrize(
    ("times", "fine"), [(0.49, False), (0.51, True), (9.9, True), (10.1, False), (1000.0, False)]
)
def test_lengths_are_half_the_straight_line_to_ten_times_it(times: float, fine: bool) -> None:
    network = straight()
    km = network.link_table["length_km"] * times
    if fine:
        check_lengths(network, km, "roads")
    else:
        with pytest.raises(InputError, match=r"roads: length_km is .* times the straight line .* in metres"):
            check_lengths(network, km, "roads")


def test_interchanges_are_where_roads_of_other_classes_begin_on_a_motorway() -> None:
    lines = [
        LineString([(500_000, 4e6), (510_000, 4e6)]), LineString([(510_000, 4e6), (520_000, 4e6)]),
        LineString([(510_000, 4e6), (510_000, 4.01e6)]), LineString([(510_000, 4.01e6), (520_000, 4.02e6)]),
    ]  # fmt: skip
    roads = gpd.GeoDataFrame({"等级": ["高速公路", "高速公路", "国道", "省道"]}, geometry=lines, crs=4547)
    found = interchanges(read_network(roads))
    assert len(found) == 1 and found.crs == 4326 and found["kind"].tolist() == ["interchange"]
    spot = found.to_crs(4547).geometry.iloc[0]
    assert (spot.x, spot.y) == pytest.approx((510_000, 4e6), abs=0.01)
    assert found["name_en"].item() == f"interchange {found.index[0]}" and found["name_zh"].item().startswith(
        "互通 "
    )


def test_faulty_lengths_are_named_and_those_stated_stretch_the_minutes() -> None:
    lines = RoadLines(class_names={"机耕路": "local"})
    plain, stated = (
        read_network(cross(), lines=lines),
        read_network(cross(里程=[20.0, 4.0, 2.0]), lines=lines),
    )
    assert stated.link_table["length_km"].tolist() == pytest.approx([20.0, 4.0, 2.0])
    ratio = stated.link_table["minutes"] / plain.link_table["minutes"]
    assert ratio.tolist() == pytest.approx([2.0, 1.0, 2.0], rel=1e-2)
    for wrong in (0.0, -1.0, None):
        with pytest.raises(InputError, match="里程 is no length > 0 at 1"):
            read_network(cross(里程=[20.0, wrong, 2.0]), lines=lines)


def test_lines_without_geometry_are_left_out_by_name_and_missing_files_told(tmp_path: Path) -> None:
    bare = cross().set_index(np.array(["a", "b", "c"])).astype({"等级": object})
    bare.loc["b", "geometry"] = None
    with pytest.warns(UrbgeoWarning, match="roads: 1 of 3 lines have no geometry and are left out: b"):
        network = read_network(bare, lines=RoadLines(class_names={"机耕路": "local"}))
    assert len(network.link_table) == 2
    with pytest.raises(SourceError, match="there is no such file; put it there"):
        read_network(tmp_path / "none.gpkg")
    with pytest.raises(InputError, match="end the database URL with #table"):
        read_network("postgresql://a/b")
    with pytest.raises(InputError, match="give a file, lines, a graph"):
        read_network(7)  # type: ignore[arg-type]
