"""Lines become a network; what is wrong with them is said; points join as the policy asks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, MultiLineString

from tests.network.surveyed import EAST, NORTH, lines
from urbgeo.access.isochrones import isochrones
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.osm_speeds import LineReading, RoadReading


def test_ends_at_one_place_are_one_junction_and_crossings_are_none() -> None:
    cross = from_lines(lines((0, 0, 10, 0), (10, 0.0003, 20, 0), (5, -5, 5, 5)))
    assert len(cross.nodes) == 5
    assert cross.component[cross.link_ends[0, 0]] == cross.component[cross.link_ends[1, 1]]
    assert cross.component[cross.link_ends[0, 0]] != cross.component[cross.link_ends[2, 0]]
    assert cross.links["minutes"].iloc[0] == pytest.approx(10.0)


def test_zero_length_and_repeated_lines_are_counted_and_left_out() -> None:
    double = lines((0, 0, 10, 0), (10, 0, 0, 0), (3, 3, 3, 3))
    with pytest.warns(UrbgeoWarning) as told:
        network = from_lines(double)
    assert sorted(str(one.message) for one in told if issubclass(one.category, UrbgeoWarning)) == [
        "lines: 1 lines given twice, left out.",
        "lines: 1 lines of no length, left out.",
    ]
    assert network.links.index.tolist() == ["a"]
    assert network.provenance.parameters["lines given twice"] == 1
    with pytest.warns(UrbgeoWarning), pytest.raises(InputError, match="lines: all of them have no length"):
        from_lines(lines((3, 3, 3, 3), (4, 4, 4, 4)))


def test_two_one_way_lines_against_each_other_are_both_kept() -> None:
    pair = from_lines(lines((0, 0, 10, 0), (10, 0, 0, 0), oneway=True), oneway_column="oneway")
    assert len(pair.links) == 2 and pair.links["minutes_back"].isna().all()


def test_chinese_class_names_are_mapped() -> None:
    network = from_lines(
        lines((0, 0, 10, 0), **{"class": "国道"}), reading=LineReading(class_names={"国道": "trunk"})
    )
    assert network.links["speed_kmh"].iloc[0] == 75.0
    plain = from_lines(lines((0, 0, 10, 0)), reading=RoadReading(speeds={"primary": 40.0}))
    assert plain.links["minutes"].tolist() == pytest.approx([15.0]), "a reading of roads holds for lines too"


def test_every_fault_of_the_lines_is_listed_at_once() -> None:
    bad = lines((0, 0, 1, 0), (1, 0, 2, 0), (2, 0, 3, 0))
    bad.loc["a", "geometry"] = None
    bad.loc["b", "geometry"] = MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    bad.loc["c", "class"] = None
    with pytest.raises(
        InputError, match=r"missing or empty geometry at a.*MultiLineString.*at b.*missing at c"
    ):
        from_lines(bad)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"class_column": "kind"}, "no column kind"),
        ({"class_system": "moon"}, "class_system"),
        ({"class_names": {"x": "trunk"}}, "class_names"),
        ({"region": "world"}, "region='world' needs the classes of OpenStreetMap"),
        ({"peak": True}, "peak needs the classes of OpenStreetMap"),
        ({"class_system": "osm", "peak": "no"}, "peak: 'no'; give True or False"),
        ({"class_system": "osm", "speeds": {"primary": np.nan}}, "primary: nan"),
        ({"speeds": {"primary": np.nan}}, "primary: nan"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        columns = {name: arguments.pop(name) for name in ("class_column",) if name in arguments}
        from_lines(lines((0, 0, 1, 0)), **columns, reading=LineReading(**arguments))
    with pytest.raises(InputError, match="no rows"):
        from_lines(lines((0, 0, 1, 0)).iloc[:0])
    with pytest.raises(InputError, match="unknown class dirt"):
        from_lines(lines((0, 0, 1, 0), **{"class": "dirt"}))


def test_isochrones_on_wuhan_hold_who_is_in_time_and_no_one_else(wuhan: TravelNetwork) -> None:
    middle = wuhan.nodes.geometry.union_all().centroid
    start = wuhan.nodes.iloc[[int(wuhan.nodes.distance(middle).argmin())]]
    found = isochrones(wuhan, start, minutes=(2.0, 4.0), resolution_km=0.1).table
    assert found["area_km2"].is_monotonic_increasing and 1 < found["area_km2"].iloc[0] < 30
    shapes = found.to_crs(wuhan.crs).geometry
    assert shapes[4.0].buffer(1.0).contains(shapes[2.0])
    random = np.random.default_rng(2)
    spots = np.array(middle.coords[0]) + random.uniform(-2_500, 2_500, (800, 2))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T), crs=wuhan.crs)
    minutes = minutes_table(wuhan, start, points).to_numpy()[0]
    for limit, shape in shapes.items():
        clear = points.distance(shape.boundary).to_numpy() > 150.0  # outlines are true to a cell's diagonal
        inside = points.within(shape).to_numpy()
        assert (inside & clear).sum() > 10 and (~inside & clear).sum() > 10
        wrong = inside != (np.nan_to_num(minutes, nan=np.inf) <= limit)
        assert (wrong & clear).mean() < 0.02


def test_named_nodes_and_directions_go_with_their_lines() -> None:
    """b is travelled backwards: from its named end to its named start, drawn so; c is a bridge over both."""
    given = lines(
        (0, 0, 10, 0), (10, 0, 20, 0), (5, -5, 5, 5), name=["甲", "乙", "丙"], opened=[2001, None, "2010年"]
    )
    given = given.assign(u=[7, 9, 3], v=[9, 8, 4], way=["双向", "反向", "正向"], bridge=["否", None, "是"])
    with pytest.warns(
        UrbgeoWarning, match="2 parts, the largest with 66.7% of the links; 0 ends within 20 m"
    ):
        network = from_lines(given, node_columns=("u", "v"), oneway_column="way", level_column="bridge")
    table = network.links
    assert table["from_node"].tolist() == [7, 8, 3] and table["to_node"].tolist() == [9, 9, 4]
    assert table["minutes_back"].isna().tolist() == [False, True, True]
    assert table.loc["b", "geometry"].coords[0] == (EAST + 20e3, NORTH)
    assert table["level"].tolist() == ["", "", "是"] and table["name"].tolist() == ["甲", "乙", "丙"]
    assert table["opened"].tolist()[::2] == [2001, 2010]
    assert network.nodes.loc[8].geometry.coords[0] == (EAST + 20e3, NORTH)
    told = network.provenance
    assert told.shares["links in the largest part"] == pytest.approx(2 / 3)
    asked = {"class_system": "road", "node_at": "ends", "parts": 2, "near misses": 0, "lines given twice": 0}
    assert asked.items() <= dict(told.parameters).items()
    flat = from_lines(given.assign(bridge="0"), node_at="crossings", level_column="bridge")
    assert "level" not in flat.links and flat.parts == (1, 1.0)
    assert flat.links.index.tolist() == ["a part 1", "a part 2", "b", "c part 1", "c part 2"]
    assert flat.links["line"].tolist() == ["a", "a", "b", "c", "c"]
    assert flat.links["length_km"].round(6).tolist() == [5, 5, 10, 5, 5]
    apart = given.rename(index={"b": "a part 1"}).assign(bridge="0")
    with pytest.raises(InputError, match="pieces would be called as lines are: a part 1; rename"):
        from_lines(apart, node_at="crossings", level_column="bridge")
    with pytest.raises(InputError, match="leave node_columns or node_at out"):
        from_lines(given, node_at="crossings", node_columns=("u", "v"))


def test_lines_of_one_place_differ_by_level_class_and_one_way() -> None:
    twice = lines((0, 0, 10, 0), (0, 0, 10, 0), (10, 0, 0, 0), (0.0000004, 0, 10, 0))
    with pytest.warns(UrbgeoWarning, match="3 lines given twice"):
        assert from_lines(twice).links.index.tolist() == ["a"]
    kept = {
        "level": {"bridge": ["", "1", "2", "1"], "how": {"level_column": "bridge"}, "left": list("abc")},
        "class": {"class": ["primary", "local", "primary", "local"], "how": {}, "left": list("ab")},
        "way": {
            "way": ["双向", "正向", "正向", "正向"],
            "how": {"oneway_column": "way"},
            "left": list("abc"),
        },
    }
    for case in kept.values():
        how, left = case.pop("how"), case.pop("left")
        with pytest.warns(UrbgeoWarning, match="given twice"):
            assert from_lines(twice.assign(**case), **how).links.index.tolist() == left


def test_ends_as_far_apart_as_is_said_are_one_place_and_no_farther() -> None:
    near = lines((0, 0, 10, 0), (10.0005, 0, 20, 0))
    assert len(from_lines(near).nodes) == 3
    with pytest.warns(UrbgeoWarning, match="2 parts, the largest with 50.0% .*; 2 ends"):
        assert len(from_lines(near, same_place_m=0.49).nodes) == 4
    assert len(from_lines(lines((0, 0, 10, 0), (10, 0, 20, 0)), same_place_m=0).nodes) == 3


@pytest.mark.parametrize(("start", "end"), [([1, 2], ["2", "3"]), (["1", "2"], [2.0, 3.0])])
def test_nodes_named_in_two_forms_are_refused_with_both_shown(start: list[object], end: list[object]) -> None:
    drawn = [LineString([(0, 0), (1000, 0)]), LineString([(1000, 0), (2000, 0)])]
    lines = gpd.GeoDataFrame({"class": "trunk", "a": start, "b": end}, geometry=drawn, crs=32649)
    with pytest.raises(InputError, match=r"in two forms: '?2'? is there as .*one form"):
        from_lines(lines, node_columns=("a", "b"))
    assert from_lines(lines.astype({"a": float, "b": float}), node_columns=("a", "b")).parts == (1, 1.0)
