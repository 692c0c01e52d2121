"""Lines become a network; what is wrong with them is said; points join as the policy asks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import MultiLineString

from tests.network.surveyed import lines
from urbgeo.access.isochrones import isochrones
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.osm_speeds import LineReading


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


def test_two_one_way_lines_against_each_other_are_both_kept() -> None:
    pair = from_lines(lines((0, 0, 10, 0), (10, 0, 0, 0), oneway=True), oneway_column="oneway")
    assert len(pair.links) == 2 and pair.links["minutes_back"].isna().all()


def test_chinese_class_names_are_mapped() -> None:
    network = from_lines(
        lines((0, 0, 10, 0), **{"class": "国道"}), reading=LineReading(class_names={"国道": "trunk"})
    )
    assert network.links["speed_kmh"].iloc[0] == 75.0


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
