"""What OpenStreetMap tags mean for a traveller: who may use a way, in which direction, how fast."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from tests.sources.osm.osm_files import write_pbf
from tests.sources.osm.ways import GRID, ROAD, ends, geodesic, graph_of
from urbgeo.errors import InputError
from urbgeo.network.osm import from_pbf
from urbgeo.sources.osm import tags as osm_tags
from urbgeo.sources.osm.read import read_roads
from urbgeo.sources.osm.tags import CAR, CYCLE, WALK, stops, way_kind, written_speed


@pytest.mark.parametrize(
    ("tags", "there", "back"),
    [
        ({}, True, True),
        ({"oneway": "yes"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"oneway": "no", "highway": "motorway"}, True, True),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway_link"}, True, True),
        ({"junction": "roundabout"}, True, False),
        ({"oneway": "reversible"}, True, True),
    ],
)
def test_one_way_tags_bind_drivers(tmp_path: Path, tags: dict[str, str], there: bool, back: bool) -> None:
    graph = graph_of(read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1, 2], {**ROAD, **tags})])))
    assert (graph.has_edge(0, 2), graph.has_edge(2, 0)) == (there, back)


def test_cyclists_may_be_exempt_and_walkers_always_are(tmp_path: Path) -> None:
    street = [([0, 1, 2], {**ROAD, "oneway": "yes", "oneway:bicycle": "no"})]
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, street)
    both = {mode: graph_of(read_roads(path, mode=mode)).has_edge(2, 0) for mode in ("drive", "cycle", "walk")}
    assert both == {"drive": False, "cycle": True, "walk": True}


@pytest.mark.parametrize(
    ("tags", "modes"),
    [
        ({"highway": "primary"}, {"drive", "walk", "cycle"}),
        ({"highway": "primary", "access": "private"}, set()),
        ({"highway": "primary", "access": "no", "motor_vehicle": "yes"}, {"drive"}),
        ({"highway": "primary", "motor_vehicle": "no"}, {"walk", "cycle"}),
        ({"highway": "primary", "foot": "no"}, {"drive", "cycle"}),
        ({"highway": "motorway"}, {"drive"}),
        ({"highway": "footway"}, {"walk"}),
        ({"highway": "footway", "bicycle": "yes"}, {"walk", "cycle"}),
        ({"highway": "cycleway"}, {"cycle"}),
        ({"highway": "cycleway", "foot": "designated"}, {"walk", "cycle"}),
        ({"highway": "steps"}, {"walk"}),
        ({"highway": "construction"}, set()),
        ({"highway": "pedestrian", "area": "yes"}, set()),
        ({"route": "ferry"}, {"drive", "walk", "cycle"}),
        ({"route": "ferry", "motor_vehicle": "no"}, {"walk", "cycle"}),
        ({"route": "bus"}, set()),
        ({"building": "yes"}, set()),
        ({"highway": "trunk", "motorroad": "yes"}, {"drive"}),
        ({"highway": "trunk", "motorroad": "yes", "bicycle": "yes"}, {"drive", "cycle"}),
        ({"highway": "primary", "foot": "use_sidepath"}, {"drive", "cycle"}),
        ({"highway": "primary", "bicycle": "use_sidepath"}, {"drive", "walk"}),
        ({"highway": "primary", "access": "psv"}, {"walk", "cycle"}),
        ({"highway": "primary", "motor_vehicle": "bus"}, {"walk", "cycle"}),
        ({"highway": "primary", "motor_vehicle": "bus;taxi"}, {"walk", "cycle"}),
        ({"highway": "primary", "motor_vehicle": "bus;destination"}, {"drive", "walk", "cycle"}),
        ({"highway": "track", "smoothness": "impassable"}, {"walk"}),
        ({"highway": "primary", "bicycle": "dismount"}, {"drive", "walk", "cycle"}),
    ],
)
def test_access_tags_open_and_close_ways(tmp_path: Path, tags: dict[str, str], modes: set[str]) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], tags)])
    open_to = set()
    for mode in osm_tags.RULES:
        try:
            open_to |= {mode} if len(read_roads(path, mode=mode)) else set()
        except InputError as error:
            assert "no way in it is open" in str(error)
    assert open_to == modes


def test_a_bollard_cuts_the_road_for_cars_alone(tmp_path: Path) -> None:
    path = write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1, 2], ROAD)], {1: {"barrier": "bollard"}})
    driving = graph_of(read_roads(path))
    assert len(driving) == 4 and not nx.has_path(driving, 0, 2)
    assert nx.has_path(graph_of(read_roads(path, mode="walk")), 0, 2)
    toll = write_pbf(tmp_path / "b.osm.pbf", GRID, [([0, 1, 2], ROAD)], {1: {"barrier": "toll_booth"}})
    assert ends(read_roads(toll)) == [(0, 2)]


def test_a_ferry_takes_the_duration_it_says(tmp_path: Path) -> None:
    path = write_pbf(
        tmp_path / "a.osm.pbf", GRID, [([0, 2, 4], {"route": "ferry", "duration": "00:30"}), ([2, 12], ROAD)]
    )
    roads = read_roads(path)
    ferry = [roads.kinds[kind].link_class == "ferry" for kind in roads.kind]
    minutes = [
        km / roads.kinds[kind].kmh * 60
        for km, kind in zip(roads.length_km[ferry], roads.kind[ferry], strict=True)
    ]
    assert minutes == pytest.approx([15.0, 15.0])


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50), ("50 km/h", 50), ("50kmh", 50), ("30 mph", 48.28032), ("30mph", 48.28032),
        ("60;40", 40), ("60, 80", 60), ("CN:urban", 50), ("CN:motorway", 120), ("XX:urban", 50),
        ("walk", 5), ("none", 0), ("signals", 0), ("999", 0), ("", 0), ("fast", 0), ("10 knots", 18.52),
        ("50|70", 50), ("82.5", 82.5), ("200", 200), ("201", 0), ("124 mph", 199.558656), ("125 mph", 0),
    ],
)  # fmt: skip
def test_written_limits_in_their_many_spellings(text: str, kmh: float) -> None:
    assert osm_tags.written_speed(text) == pytest.approx(kmh)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("00:25", 25),
        ("1:10:30", 70.5),
        ("25", 25),
        ("PT1H5M", 65),
        ("P1D", 1440),
        ("soon", 0),
        ("1:2:3:4", 0),
    ],
)
def test_durations_in_their_spellings(text: str, minutes: float) -> None:
    assert osm_tags.duration_minutes(text) == pytest.approx(minutes)


def test_limits_by_direction_follow_the_way_round(tmp_path: Path) -> None:
    tags = {**ROAD, "maxspeed:forward": "60", "maxspeed:backward": "30"}
    roads = read_roads(write_pbf(tmp_path / "a.osm.pbf", GRID, [([0, 1], tags), ([2, 1], tags)]))
    assert ends(roads) == [(0, 1), (2, 1)]
    links = roads.tables()[1]
    assert links["maxspeed_kmh"].tolist() == [60, 60]
    assert links["maxspeed_back_kmh"].tolist() == [30, 30]


@pytest.mark.parametrize(
    ("oneway", "there", "back"),
    [({}, 60.0, 30.0), ({"oneway": "yes"}, 60.0, 60.0), ({"oneway": "-1"}, 30.0, 30.0)],
)
def test_who_goes_against_the_drawing_has_the_limit_of_that_way(
    oneway: dict[str, str], there: float, back: float
) -> None:
    kind = way_kind({**ROAD, "maxspeed:forward": "60", "maxspeed:backward": "30", **oneway}, CAR)
    assert kind is not None and (kind.kmh, kind.kmh_back) == (there, back)


@pytest.mark.parametrize(
    ("tags", "car", "bicycle"),
    [
        ({"motor_vehicle:backward": "no"}, (True, False), (False, False)),
        ({"motor_vehicle:forward": "no"}, (True, True), (False, False)),
        ({"vehicle:backward": "no"}, (True, False), (True, False)),
        ({"vehicle:backward": "no", "bicycle:backward": "yes"}, (True, False), (False, False)),
        ({"oneway": "yes", "oneway:bicycle": "-1"}, (True, False), (True, True)),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (False, False), (True, False)),
        ({"oneway": "yes", "bicycle": "dismount"}, (True, False), (False, False)),
        ({"oneway": "-1"}, (True, True), (True, True)),
    ],
)
def test_directions_by_the_wiki(
    tags: dict[str, str], car: tuple[bool, bool], bicycle: tuple[bool, bool]
) -> None:
    for rules, expected in ((CAR, car), (CYCLE, bicycle)):
        kind = way_kind({"highway": "residential", **tags}, rules)
        assert kind is not None and (kind.oneway, kind.reverse) == expected


@pytest.mark.parametrize(
    "tags",
    [
        {"motor_vehicle:forward": "no", "motor_vehicle:backward": "no"},
        {"oneway": "yes", "motor_vehicle:forward": "no"},
        {"oneway": "-1", "vehicle:backward": "no"},
    ],
)
def test_a_way_closed_in_the_one_direction_that_is_left_is_closed(tags: dict[str, str]) -> None:
    assert way_kind({"highway": "residential", **tags}, CAR) is None
    assert way_kind({"highway": "residential", **tags}, WALK) is not None


THERE, BOTH, BACK, NEITHER = (True, False), (True, True), (False, True), (False, False)


@pytest.mark.parametrize("suffix", ["osm", "osm.pbf"])
@pytest.mark.parametrize(
    ("tags", "car", "foot", "bicycle"),
    [
        ({"highway": "trunk", "motorroad": "yes"}, BOTH, NEITHER, NEITHER),
        ({"highway": "trunk", "motorroad": "yes", "foot": "yes"}, BOTH, BOTH, NEITHER),
        ({**ROAD, "foot": "use_sidepath"}, BOTH, NEITHER, BOTH),
        ({**ROAD, "bicycle": "use_sidepath"}, BOTH, BOTH, NEITHER),
        ({**ROAD, "bicycle": "dismount", "oneway": "yes"}, THERE, BOTH, BOTH),
        ({**ROAD, "access": "psv"}, NEITHER, BOTH, BOTH),
        ({**ROAD, "motor_vehicle": "bus"}, NEITHER, BOTH, BOTH),
        ({**ROAD, "motorcar": "bus"}, NEITHER, BOTH, BOTH),
        ({**ROAD, "motor_vehicle:backward": "no"}, THERE, BOTH, BOTH),
        ({**ROAD, "motor_vehicle:forward": "bus"}, BACK, BOTH, BOTH),
        ({**ROAD, "bicycle:backward": "use_sidepath"}, BOTH, BOTH, THERE),
        ({**ROAD, "oneway": "yes", "oneway:bicycle": "-1"}, THERE, BOTH, BACK),
        ({**ROAD, "oneway": "yes", "cycleway": "opposite_lane"}, THERE, BOTH, BOTH),
        ({**ROAD, "smoothness": "impassable"}, NEITHER, BOTH, NEITHER),
    ],
)
def test_the_rules_of_the_wiki_hold_in_either_kind_of_file(
    tmp_path: Path,
    suffix: str,
    tags: dict[str, str],
    car: tuple[bool, bool],
    foot: tuple[bool, bool],
    bicycle: tuple[bool, bool],
) -> None:
    """From the file to the links, so that a tag that is not even read shows too; 20 to 21 is open to all."""
    ways = [([0, 1, 2], tags), ([20, 21], {"highway": "residential"})]
    path = write_pbf(tmp_path / f"a.{suffix}", GRID, ways)
    for mode, expected in (("drive", car), ("walk", foot), ("cycle", bicycle)):
        graph = graph_of(read_roads(path, mode=mode))
        assert (graph.has_edge(0, 2), graph.has_edge(2, 0)) == expected, mode


@pytest.mark.parametrize("suffix", ["osm", "osm.pbf"])
def test_limits_and_paces_of_the_wiki_take_their_minutes_in_either_kind_of_file(
    tmp_path: Path, suffix: str
) -> None:
    for number, (tags, mode, kmh) in enumerate(
        [
            ({**ROAD, "maxspeed": "RU:urban"}, "drive", 60.0),
            ({**ROAD, "maxspeed:type": "RU:urban"}, "drive", 60.0),
            ({**ROAD, "maxspeed": "CN:urban"}, "drive", 50.0),
            ({**ROAD, "bicycle": "dismount"}, "cycle", 4.5),
        ]
    ):
        network = from_pbf(write_pbf(tmp_path / f"{number}.{suffix}", GRID, [([0, 1, 2], tags)]), mode=mode)
        link = network.links.iloc[0]
        km = geodesic(*GRID[0], *GRID[1]) + geodesic(*GRID[1], *GRID[2])
        assert link["minutes"] == link["minutes_back"] == pytest.approx(60.0 * km / kmh, rel=1e-6), tags


@pytest.mark.parametrize("suffix", ["osm", "osm.pbf"])
@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        ({"barrier": "gate", "access": "private", "locked": "yes"}, False),
        ({"barrier": "gate", "access": "private"}, True),
        ({"barrier": "gate", "access": "private", "locked": "yes", "foot": "yes"}, True),
        ({"barrier": "wall", "foot": "no"}, False),
    ],
)
def test_walkers_stop_at_locked_private_gates_in_either_kind_of_file(
    tmp_path: Path, suffix: str, gate: dict[str, str], passed: bool
) -> None:
    path = write_pbf(tmp_path / f"a.{suffix}", GRID, [([0, 1, 2], ROAD)], {1: gate})
    assert nx.has_path(graph_of(read_roads(path, mode="walk")), 0, 2) is passed


def test_who_dismounts_walks() -> None:
    kind = way_kind({"highway": "residential", "bicycle": "dismount"}, CYCLE)
    assert kind is not None and (kind.kmh, kind.kmh_back) == (4.5, 4.5)
    tags = {"highway": "residential", "maxspeed": "30"}
    for rules, more in ((CYCLE, {}), (WALK, {"bicycle": "dismount"}), (WALK, {})):
        kind = way_kind({**tags, **more}, rules)
        assert kind is not None and (kind.kmh, kind.kmh_back) == (0.0, 0.0), "no tag says how fast"


@pytest.mark.parametrize(
    ("tags", "stopped"),
    [
        ({"barrier": "gate", "access": "private", "locked": "yes"}, True),
        ({"barrier": "gate", "access": "private"}, False),
        ({"barrier": "gate", "locked": "yes"}, False),
        ({"barrier": "gate", "access": "private", "locked": "yes", "foot": "yes"}, False),
        ({"barrier": "gate", "foot": "no"}, True),
        ({"barrier": "bollard"}, False),
    ],
)
def test_a_locked_private_gate_stops_walkers(tags: dict[str, str], stopped: bool) -> None:
    assert stops(tags, WALK) is stopped


def test_limits_that_a_country_names() -> None:
    assert [written_speed(f"{country}:urban") for country in ("RU", "CN", "BR", "FR")] == [60, 50, 60, 50]
