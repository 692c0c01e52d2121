"""The commuting circle: three rules, contiguity, rings, and the comparison with an official list."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given

import urbgeo
from tests.cities.squares import CORE, ROAD, SEATS, cells, circle, grid, peopled
from tests.network.build import BAD_LAYERS, BAD_TIMES, EAST, NORTH, QUICK, along, points, road, squares
from urbgeo.cities.circle_rules import land_borders, roles_of
from urbgeo.cities.circles import CircleRules, CommutingCircle, commuting_circle
from urbgeo.cities.metropolises import metropolitan_circles
from urbgeo.cities.official import compare_with_official
from urbgeo.errors import InputError
from urbgeo.network.attach import nearest_lines
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.regions.region import Region
from urbgeo.types import Floats, Ints, Shapes

ROW = squares(*((x, 0) for x in range(0, 50, 10)), ids=list("abcde"))


def by_seat(reached: str, size: int, **options: object) -> CommutingCircle:
    """The circle of the middle zone of a chessboard whose seats are reached as said: named zones only."""
    zones, seats, network = grid(size)
    names = reached.split()
    away = seats.assign(geometry=[
        seats.geometry[name] if name in names else shapely.Point(EAST - 500e3, NORTH) for name in seats.index
    ])  # fmt: skip
    middle = f"{size // 2}{size // 2}"
    return circle(zones, network, seats=away, core=seats.loc[[middle]], minutes=300, rule="seat", **options)


def test_the_three_rules_count_seat_area_and_people() -> None:
    """The core lies 5 km off the road: 15 minutes to reach it, then a minute a kilometre."""
    zones = peopled(ROW, 100.0, [0.0, 0.0, 90.0, 60.0, 0.0])
    found = circle(zones)
    assert found.table["minutes"].round(9).tolist() == [15, 25, 35, 45, 55]
    assert found.table["by_seat"].tolist() == [True, True, True, False, False]
    share = found.table["area_share"]
    assert share["a"] > 0.5 > share["b"] > share["c"] > 0 == share["e"]
    assert found.table["population_share"].tolist() == pytest.approx(
        [share["a"], share["b"], 0.9 + 0.1 * share["c"], 0.4 * share["d"], share["e"]]
    )
    assert found.rules["zones"].to_dict() == {"seat": 3, "area": 1, "population": 1}
    assert found.rules["exclaves"].to_dict() == {"seat": (), "area": (), "population": ("c",)}
    assert found.rules.loc["population", "people"] == found.table["people"][found.members].sum()
    assert found.table["area_km2"].tolist() == pytest.approx([100.0] * 5, rel=0.003)
    assert found.rules.loc["seat", "people_per_km2"] == pytest.approx(1.0, rel=0.003)


def test_area_shares_are_those_of_the_isochrone() -> None:
    found = circle(peopled(ROW))
    shape = found.isochrone.geometry.to_crs(32649).loc[35]
    np.testing.assert_allclose(found.table["area_share"], ROW.intersection(shape).area / ROW.area, rtol=1e-3)


def test_a_share_of_just_the_majority_is_inside() -> None:
    half = circle(peopled(ROW)).table["area_share"]["b"]
    assert circle(peopled(ROW), majority=half).table.loc["b", "by_area"]
    assert not circle(peopled(ROW), majority=half + 1e-6).table.loc["b", "by_area"]


def test_half_is_the_majority_unless_another_is_given() -> None:
    reached = circle(peopled(ROW)).table["area_share"]["c"]
    for share, inside in ((51.0, True), (49.0, False)):
        urban = (share - 100 * reached) / (1 - reached)
        table = circle(peopled(ROW, 100.0, [0.0, 0.0, urban, 0.0, 0.0])).table
        assert table.loc["c", "population_share"] == pytest.approx(share / 100)
        assert table.loc["c", "by_population"] == inside


def test_rings_are_closed_and_conserve_the_people() -> None:
    table = circle(peopled(ROW, [1.0, 2.0, 3.0, 4.0, 5.0]), rings=(15, 50)).table
    assert table["ring"].tolist() == [15, 35, 35, 50, np.inf]
    assert table.groupby("ring")["people"].sum().sum() == 15.0


def test_zones_without_people_go_by_area() -> None:
    table = circle(peopled(ROW, 0.0)).table
    pd.testing.assert_series_equal(table["population_share"], table["area_share"], check_names=False)


def test_people_that_nobody_counted_are_missing_and_never_nobody() -> None:
    found = circle(peopled(ROW), population=None, rule="area")
    assert found.table["people"].isna().all() and found.rules["people"].isna().all()
    assert "by_population" not in found.table and list(found.rules.index) == ["seat", "area"]
    assert "people" not in repr(found).splitlines()[0] and "km2" in repr(found)
    told = found.against(["a"]).comparison
    assert told is not None and not any("people" in str(one) for one in told.columns)
    with pytest.raises(InputError, match="'population' needs people"):
        circle(peopled(ROW), population=None)
    with pytest.raises(InputError, match="needs the people of the zones"):
        circle(peopled(ROW), population=None, rule="area", rate=0.1)


def test_who_works_beyond_the_zones_is_employed_and_no_commuter_to_the_core() -> None:
    flows = pd.DataFrame(
        {
            "home": ["b", "b", "b", "a", "away"],
            "work": ["a", "b", "away", "a", "a"],
            "workers": [20.0, 60.0, 20.0, 50.0, 900.0],
        }
    )
    found = circle(peopled(ROW), population=None, rule="area", rate=0.2, flows=flows, outside="away")
    assert found.table["rate"]["b"] == 0.2 and set(found.table["rate_source"]) == {"flows"}
    with pytest.raises(InputError, match="away"):
        circle(peopled(ROW), rule="area", rate=0.2, flows=flows)


def test_an_exclave_is_dropped_and_named() -> None:
    found = by_seat("22 12 32 00", 5)
    assert found.table["role"].loc[["22", "12", "32", "00", "11"]].tolist() == [
        "core",
        "circle",
        "circle",
        "exclave",
        "outside",
    ]
    assert found.rules.loc["seat", "exclaves"] == ("00",)
    assert set(found.members) == {"22", "12", "32"}


def islands(strait: float) -> gpd.GeoDataFrame:
    """A core on an island, its shore with a hinterland behind, in metres."""
    boxes = {
        "core": shapely.box(0, 0, 5_000, 5_000),
        "shore": shapely.box(5_000 + strait, 0, 20_000 + strait, 5_000),
        "behind": shapely.box(20_000 + strait, 0, 30_000 + strait, 5_000),
    }
    shapes = gpd.GeoDataFrame(geometry=list(boxes.values()), index=list(boxes), crs=4547)
    return shapes.set_geometry(shapes.translate(500_000, 3_100_000))


@pytest.mark.parametrize(("strait", "joined"), [(1_000.0, True), (9_900.0, True), (10_100.0, False)])
def test_a_strait_that_roads_cross_does_not_part_a_circle(strait: float, joined: bool) -> None:
    table = land_borders(islands(strait))
    pairs = set(map(tuple, table[["zone", "neighbour"]].dropna().to_numpy()))
    assert (("core", "shore") in pairs) is joined
    assert ("shore", "behind") in pairs and ("core", "behind") not in pairs
    inside = pd.Series(True, ["core", "shore", "behind"])
    roles = roles_of(inside, ["core"], table)
    assert roles.tolist() == ["core", *(["circle"] * 2 if joined else ["exclave"] * 2)]


def test_a_corner_is_no_border() -> None:
    assert by_seat("22 33", 5).rules.loc["seat", "exclaves"] == ("33",)


def test_an_enclave_is_added_and_named() -> None:
    found = by_seat("22 23 24 32 34 42 43 44", 5)
    assert found.rules.loc["seat", "enclaves"] == ("33",)
    assert found.table.loc["33", "role"] == "enclave"
    assert "33" in found.members


def test_a_bay_at_the_rim_is_no_enclave() -> None:
    assert by_seat("22 23 24 32 42 43", 5).rules.loc["seat", "enclaves"] == ()


def test_the_core_belongs_whatever_the_rule() -> None:
    found = by_seat("23", 5)
    assert found.table.loc[["22", "23"], "role"].tolist() == ["core", "circle"]
    named = by_seat("22", 5, core_zones=["00", "44"])
    assert (named.table["role"] == "core").sum() == 2
    assert named.rules.loc["seat", "exclaves"] == ("22",)


def test_borders_that_share_no_corners_are_borders_in_degrees_too() -> None:
    """A large zone beside two small ones: after a projection their corners no longer lie on its side."""
    boxes = [
        shapely.box(112, 28, 113, 29),
        shapely.box(113, 28, 113.4, 28.3),
        shapely.box(113, 28.3, 113.4, 29),
    ]
    zones = peopled(gpd.GeoDataFrame(geometry=boxes, index=["big", "south", "north"], crs=4326))
    seats = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([112.5, 113.2, 113.2], [28.5, 28.1, 28.6]), index=zones.index, crs=4326
    )
    links = road(("big", "south", 90.0), ("south", "north", 60.0))
    found = commuting_circle(
        build_network(seats, links), seats.iloc[:1], zones, minutes=200, seats=seats,
        rules=CircleRules(rule="seat", resolution_km=5.0, units_checked=True),
    )  # fmt: skip
    assert found.rules.loc["seat", "exclaves"] == ()


def test_points_allow_the_seat_rule_alone() -> None:
    found = circle(peopled(SEATS), seats=None, rule="seat", official=["a", "e"])
    assert found.rules.index.tolist() == ["seat"] and found.summary is found.rules
    assert found.members.tolist() == ["a", "b", "c"]
    assert "area_km2" not in found.table
    assert found.comparison is not None
    assert found.comparison.loc["seat"].to_dict() == {
        "both": ("a",), "only_circle": ("b", "c"), "only_official": ("e",), "unknown": (),
        "precision": 1 / 3, "recall": 0.5, "people_circle": 300, "people_official": 200, "people_both": 100,
    }  # fmt: skip


def test_polygons_without_seats_go_by_area() -> None:
    found = circle(peopled(ROW), seats=None, rule="area", urban_population=None)
    assert found.rules.index.tolist() == ["area"]


def test_the_usual_column_of_urban_people_is_used_where_it_is_there_only() -> None:
    there = peopled(ROW, urban=80.0)
    spread = circle(there.drop(columns="urban_population"))
    assert spread.provenance.parameters["urban_population"] is None
    assert spread.table["population_share"].equals(
        circle(there, urban_population=None).table["population_share"]
    )
    assert circle(there).provenance.parameters["urban_population"] == "urban_population"
    with pytest.raises(InputError, match="no column urban"):
        circle(there.drop(columns="urban_population"), urban_population="urban")


def test_a_circle_of_seats_alone_says_no_area() -> None:
    found = repr(circle(peopled(SEATS), seats=None, rule="seat"))
    assert "people" in found and "nan" not in found and "km2" not in found
    assert "km2" in repr(circle(peopled(ROW)))


def test_a_core_of_several_places_reaches_from_each() -> None:
    one = circle(peopled(ROW), rule="seat")
    two = circle(peopled(ROW), rule="seat", core=points([(5, 5), (45, 5)]))
    assert set(one.members) < set(two.members)
    assert two.table["minutes"].tolist() == pytest.approx([15, 25, 35, 25, 15])


def by_flood(inside: set[tuple[int, int]], size: int) -> set[tuple[int, int]]:
    """Cells joined to the core by their sides, and those from which no walk by sides leaves the board."""

    def spread(seeds: list[tuple[int, int]], allowed: set[tuple[int, int]]) -> set[tuple[int, int]]:
        found, rest = set(seeds), list(seeds)
        while rest:
            x, y = rest.pop()
            for cell in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
                if cell in allowed and cell not in found:
                    found.add(cell)
                    rest.append(cell)
        return found

    home = spread([(2, 2)], inside | {(2, 2)})
    board = {(x, y) for x in range(-1, size + 1) for y in range(-1, size + 1)}
    outside = spread([(-1, -1)], board - home)
    return {(x, y) for x in range(size) for y in range(size)} - outside


@QUICK
@given(cells)
def test_contiguity_equals_a_flood_fill(drawn: list[tuple[int, int]]) -> None:
    inside = {(x, y) for x, y in drawn}
    found = by_seat(" ".join(["22", *(f"{x}{y}" for x, y in inside)]), 4, resolution_km=20.0)
    assert set(found.members) == {f"{x}{y}" for x, y in by_flood(inside, 4)}
    table, row = found.table, found.rules.loc["seat"]
    assert row["people"] == table["people"][found.members].sum() == 100.0 * row["zones"]


def test_the_order_of_zones_changes_nothing() -> None:
    zones = peopled(ROW, [1.0, 2.0, 3.0, 4.0, 5.0])
    first, second = circle(zones), circle(zones.iloc[::-1], seats=SEATS.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(second.table.loc[zones.index], first.table)


def test_the_callers_layers_stay_as_they_are() -> None:
    zones = peopled(ROW)
    before = zones.copy(deep=True)
    circle(zones, official=["a"])
    pd.testing.assert_frame_equal(zones, before)


@pytest.mark.parametrize(("spoil", "message"), BAD_LAYERS.values(), ids=BAD_LAYERS)
@pytest.mark.parametrize("name", ["core", "zones", "seats"])
def test_bad_layers_are_refused(name: str, spoil: object, message: str) -> None:
    layers = {"core": points([(5, 5), (15, 5)]), "zones": peopled(ROW), "seats": SEATS}
    layers[name] = spoil(layers[name])
    with pytest.raises(InputError, match=f"^{name}: .*{message}"):
        circle(layers["zones"], core=layers["core"], seats=layers["seats"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rule": "vote"}, "rule: 'vote' is unknown"),
        ({"seats": None}, "rule: 'population' needs seats; give them.*rule='area'"),
        ({"seats": SEATS.iloc[1:]}, "seats: none for the zones a"),
        ({"core": points([(5, 5), (900, 5), (5, 900)])}, "core: outside the network, .*: B, C"),
        ({"core": points([(5, -5)])}, "core: A lie in none of the zones; give rules="),
        ({"core_zones": ["a", "y", "z"]}, "core_zones: y, z not among the zones"),
        ({"official": ["a", "z"]}, "official: z not among the zones"),
        ({"population": "heads"}, "zones: no column heads"),
        ({"majority": 1.5}, "majority: 1.5"),
        ({"rings": (60, -1)}, "rings: -1"),
        ({"resolution_km": -1}, "resolution_km: -1"),
    ],
)
def test_other_bad_requests_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        circle(peopled(ROW), **options)


@pytest.mark.parametrize("minutes", BAD_TIMES)
def test_a_time_without_sense_is_refused(minutes: object) -> None:
    with pytest.raises(InputError, match="minutes"):
        circle(peopled(ROW), minutes=minutes)


def test_bad_populations_are_refused_by_id() -> None:
    with pytest.raises(
        InputError, match=r"population is missing or not a number at a.*negative or infinite at b"
    ):
        circle(peopled(ROW, [np.nan, -1, 1, 1, 1]))
    with pytest.raises(InputError, match=r"zones: population: numbers up to 650 .* mixed with persons at b"):
        circle(peopled(ROW, [9e5, 650, 8e5, 7e5, 6e5]), units_checked=False)
    circle(peopled(ROW, [9e5, 650, 8e5, 7e5, 6e5]), units_checked=True)
    with pytest.raises(InputError, match="urban_population above population at c"):
        circle(peopled(ROW, 1.0, [0, 0, 2, 0, 0]))


def test_hunans_counties_border_each_other_and_its_circle_holds_changsha(
    hunan: Region, hunan_network: TravelNetwork
) -> None:
    assert hunan.zones is not None
    roads, core = hunan_network.only(("road",)), hunan.places.loc[list(hunan.lists["core"])]
    found = commuting_circle(
        roads,
        core,
        hunan.zones,
        seats=hunan.counties,
        minutes=900,
        direction="from",
        rules=CircleRules(rule="seat", resolution_km=10.0),
    )
    assert found.rules.loc["seat", "zones"] == 122
    assert found.rules.loc["seat", "exclaves"] == ()
    minutes = nearest_facility(roads, hunan.counties, core, direction="from")["minutes"]
    assert (found.table["ring"] <= 60).equals(minutes.loc[found.table.index] <= 60)
    assert found.table["people"].sum() == hunan.counties["population"].sum()


def one_way_off() -> tuple[gpd.GeoDataFrame, TravelNetwork]:
    """Two seats: 50 minutes from the first to the second, 70 back."""
    at = points([(0, 0), (40, 0)], ["a", "b"])
    links = road(("a", "b", 40.0)).assign(minutes=50.0, minutes_back=70.0)
    return at, build_network(at, links)


@pytest.mark.parametrize(("direction", "core", "inside"), [
    ("to", "b", True), ("to", "a", False), ("from", "b", False), ("from", "a", True),
])  # fmt: skip
def test_both_verbs_agree_which_way_is_timed(direction: str, core: str, inside: bool) -> None:
    """A circle holds who reaches the core in time, unless the way back is asked."""
    at, network = one_way_off()
    other = "a" if core == "b" else "b"
    zones = at.assign(population=50_000.0)
    rules = CircleRules(rule="seat", urban_population=None, core_zones=[core])
    one = commuting_circle(network, at.loc[[core]], zones, direction=direction, rules=rules)
    named = pd.Series({core: "A"})
    many = metropolitan_circles(network, named, zones, direction=direction)
    assert one.table.loc[other, "member"] == many.table.loc[other, "member"] == inside
    shared = ["minutes", "status", "ring", "role", "member"]
    pd.testing.assert_frame_equal(one.table[shared], many.table[shared], check_dtype=False)
    pd.testing.assert_frame_equal(
        compare_with_official(one, [other]),
        compare_with_official(many, {"A": [other]}).set_axis(["seat"]).rename_axis("rule"),
    )
    asked = commuting_circle(network, at.loc[[core]], zones, rules=rules)
    assert asked.provenance.parameters["direction"] == "to"


def test_a_zone_round_a_lake_is_an_enclave_though_it_borders_on_no_zone_there() -> None:
    """The middle of a chessboard has a hole; with its ring in the circle, it joins."""
    zones, seats, network = grid(3)
    zones.loc["11", "geometry"] = zones.geometry["11"].difference(zones.geometry["11"].centroid.buffer(2000))
    reached = [name for name in zones.index if name != "11"]
    away = seats.assign(geometry=[
        at if name in reached else shapely.Point(EAST - 500e3, NORTH) for name, at in seats.geometry.items()
    ])  # fmt: skip
    found = circle(zones, network, seats=away, core=seats.loc[["00"]], minutes=300, rule="seat")
    assert found.table.loc["11", "role"] == "enclave"


def test_a_core_polygon_is_reached_at_its_nearest_part() -> None:
    """Built-up land from 0 to 22 km along the road: 35 is 13 minutes from its edge, 30 from its middle."""
    town = gpd.GeoDataFrame(
        geometry=[shapely.box(EAST - 10, NORTH - 1000, EAST + 22_000, NORTH + 1000)],
        index=["town"],
        crs=32649,
    )
    land = circle(peopled(ROW), core=town, rule="seat", minutes=20)
    assert land.table["minutes"].round(6).tolist() == [0, 0, 3, 13, 23]
    assert land.table["role"].tolist() == ["core", "core", "circle", "circle", "outside"]
    square = ROW.loc[["b"]]
    assert circle(peopled(ROW), core=square, minutes=1).table["area_share"]["b"] == pytest.approx(1.0)
    pin = circle(peopled(ROW), core=town, rule="seat", minutes=20, pin=True)
    assert pin.table["minutes"].round(1).tolist() == [6, 4, 14, 24, 34]
    assert pin.provenance.parameters["core"] == "pin"
    away = town.set_geometry(town.translate(400_000))
    with pytest.raises(InputError, match=r"core: outside the network, .*town"):
        circle(peopled(ROW), core=away, rule="seat")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: commuting_circle(ROW, CORE, ROAD),
            "network: a TravelNetwork is needed, not Geo",
        ),
        (lambda: commuting_circle(ROAD, None, ROW), "core: a GeoDataFrame is needed, not NoneType"),
        (lambda: commuting_circle(ROAD, CORE, [1]), "zones: a GeoDataFrame is needed, not list"),
        (lambda: circle(peopled(ROW), direction="towards"), "direction"),
        (lambda: circle(peopled(ROW, 650.0), units_checked=False), "looks like 万"),
        (lambda: circle(peopled(ROW, 0.5)), "holds shares, not people"),
        (lambda: circle(peopled(ROW, 1e6, 0.6)), "urban_population holds shares, not people"),
        (lambda: metropolitan_circles(ROW, pd.Series({"a": "A"}), ROAD), "zones: a table of zones is needed"),
        (lambda: metropolitan_circles("x", pd.Series({"a": "A"}), ROW), "travel: str gives no minutes"),
        (lambda: metropolitan_circles(ROAD, ["a"], ROW), "cores: a Series of metropolis by zone id"),
        (
            lambda: metropolitan_circles(ROAD, pd.Series({"a": "A"}), ROW),
            "zones: Polygon where Point",
        ),
    ],
)
def test_wrong_objects_are_told_which_argument_is_what(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_the_core_is_attached_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network = along(0.0, 20.0, 60.0)
    core, seats = points([(0, 1), (0, 2)], ["c", "d"]), points([(5, 0), (50, 0)], ["x", "y"])
    zones = squares((0, -5), (45, -5), ids=["x", "y"]).assign(population=20_000.0, urban_population=0.0)
    joined: list[int] = []

    def counting(tree: shapely.STRtree, shapes: Shapes, reach_m: float) -> tuple[Ints, Floats]:
        joined.append(len(shapes))
        return nearest_lines(tree, shapes, reach_m)

    monkeypatch.setattr("urbgeo.network.attach.nearest_lines", counting)
    rules = CircleRules(core_zones=["x"])
    commuting_circle(network, core, zones, seats=seats, population="population", minutes=30, rules=rules)
    assert joined == [len(core), len(seats)]


def test_rules_that_are_a_word_are_answered_with_the_object() -> None:
    hunan = urbgeo.load_region("hunan", zones=False)
    road = urbgeo.region_network(hunan).only("road")
    with pytest.raises(InputError, match=r"rules: .*CircleRules\(rule='seat'\)"):
        commuting_circle(road, hunan.core, hunan.counties, rules="seat")  # type: ignore[arg-type]


def test_people_of_just_the_majority_are_inside() -> None:
    share = circle(peopled(ROW)).table["population_share"]["b"]
    assert 0 < share < 1
    assert circle(peopled(ROW), majority=share).table.loc["b", "by_population"]
    assert not circle(peopled(ROW), majority=share + 1e-6).table.loc["b", "by_population"]


@pytest.mark.parametrize("largest", [120.4, 900.25])
def test_both_columns_of_people_in_ten_thousands_are_refused_whichever_rule_counts_them(
    largest: float,
) -> None:
    """96.7, 88.5, ... in 万 would be a circle of some hundred people."""
    people = [96.7, 88.5, 78.2, largest, 56.1]
    for rule in ("population", "area", "seat"):
        with pytest.raises(InputError, match=rf"largest population is {largest}, which looks like 万"):
            circle(peopled(ROW, people, [50.1, 40.2, 30.3, 70.4, 20.5]), rule=rule, units_checked=False)
    with pytest.raises(InputError, match="holds shares, not people"):
        circle(peopled(ROW, [0.5, 0.6, 0.7, 0.8, 0.9], [0.1] * 5), units_checked=True)


def test_the_share_of_seats_not_reached_counts_those_without_a_way_and_not_the_far_ones() -> None:
    """All five seats are reached, two of them in time; then one stands where no road leads."""
    found = circle(peopled(ROW))
    assert found.table["member"].sum() < 5
    assert found.provenance.shares["zones whose seat is not reached"] == 0.0
    island = SEATS.assign(geometry=[*SEATS.geometry[:4], shapely.Point(EAST - 500e3, NORTH)])
    alone = circle(peopled(ROW), seats=island)
    assert alone.provenance.shares["zones whose seat is not reached"] == pytest.approx(0.2)


def test_every_seat_of_hunan_is_reached_and_the_circle_says_so(
    hunan: Region, hunan_network: TravelNetwork
) -> None:
    road, core = hunan_network.only("road"), hunan.places.loc[list(hunan.lists["core"])]
    rules = CircleRules(rule="seat", resolution_km=10.0)
    found = commuting_circle(road, core, hunan.zones, seats=hunan.counties, rules=rules)
    assert len(found.table) == 122 and found.table["member"].sum() < 61
    assert found.provenance.shares["zones whose seat is not reached"] == 0.0


def test_a_modelled_rate_asks_for_seats_people_and_a_core_among_the_zones() -> None:
    with pytest.raises(InputError, match="rate: without flows it is modelled from minutes between seats"):
        circle(peopled(ROW), seats=None, rule="area", rate=0.1)
    with pytest.raises(InputError, match="rate: no zone is the core; give core_zones"):
        circle(peopled(SEATS), seats=None, rule="seat", rate=0.1, flows=pd.DataFrame())
