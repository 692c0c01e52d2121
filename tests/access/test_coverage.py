"""Coverage counts who is within reach, and a new facility never takes anybody away."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import urbgeo
from tests.access.tables import amounts_for, long_of, named, wide_tables
from tests.network.build import BAD_LAYERS, BAD_TIMES, QUICK, along, points
from urbgeo.access.coverage import coverage
from urbgeo.access.reading import read_minutes
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region

ROAD = along(0, 30, 90, 200)
PLACES = points([(0, 0), (60, 0), (90, 0), (190, 0), (90, 99)], list("pqrst")).assign(
    population=[10.0, 20.0, 30.0, 40.0, 100.0]
)
AIRPORT = points([(30, 0)], ["airport"])


def test_shares_gap_and_need_are_as_counted_by_hand() -> None:
    found = coverage(ROAD, PLACES, AIRPORT, minutes=60, weight="population", target=0.8)
    assert found.table["minutes"].round(9).tolist()[:4] == [30, 30, 60, 160]
    assert math.isnan(found.table.loc["t", "minutes"])
    assert found.table["covered"].tolist() == [True, True, True, False, False]
    assert found.table["status"].tolist() == ["reached"] * 4 + ["too far"]
    assert (found.share, found.weighted_share) == (0.6, 0.3)
    assert found.gap == pytest.approx(0.2)
    assert found.more_needed == 1
    assert found.uncovered.index.tolist() == ["s", "t"]
    assert repr(found).splitlines()[0] == "<Coverage 3 of 5 places (60.0%), 30.0% by weight within 60 min>"
    assert found.provenance.shares["places unreached"] == 0.2


def test_without_weight_or_target_nothing_is_claimed() -> None:
    found = coverage(ROAD, PLACES, AIRPORT)
    assert math.isnan(found.weighted_share)
    assert (found.target, found.gap, found.more_needed) == (None, 0.0, 0)


@pytest.mark.parametrize(("target", "more"), [(0.0, 0), (0.6, 0), (0.61, 1), (0.8, 1), (1.0, 2)])
def test_the_need_is_the_least_number_that_meets_the_target(target: float, more: int) -> None:
    assert coverage(ROAD, PLACES, AIRPORT, target=target).more_needed == more


def test_people_who_are_nobody_have_no_share() -> None:
    assert math.isnan(
        coverage(ROAD, PLACES.assign(population=0), AIRPORT, weight="population").weighted_share
    )


def test_time_counts_towards_the_facility() -> None:
    oneway = along(0, 30, 90, oneway=True)
    found = coverage(oneway, points([(0, 0), (90, 0)], ["before", "behind"]), AIRPORT)
    assert found.table["covered"].to_dict() == {"before": True, "behind": False}
    assert found.table["minutes"].tolist() == [30, np.inf]


km = st.integers(0, 800).map(lambda i: (i / 4, 0.0))


@QUICK
@given(
    st.lists(st.tuples(km, st.integers(0, 50)), min_size=1, max_size=6),
    st.lists(km, min_size=1, max_size=4),
    km,
    st.integers(1, 120),
    st.floats(0, 1),
)
def test_coverage_is_the_table_counted_and_grows_with_every_facility(
    drawn: list[tuple[tuple[float, float], int]], sites: list[tuple[float, float]],
    new: tuple[float, float], minutes: int, target: float,
) -> None:  # fmt: skip
    places = points([spot for spot, _ in drawn]).assign(people=[people for _, people in drawn])
    facilities = points(sites)
    found = coverage(ROAD, places, facilities, minutes=minutes, weight="people", target=target)
    covered = [
        any(row[f] <= minutes + 1e-9 for f in row.index)
        for _, row in minutes_table(ROAD, places, facilities).iterrows()
    ]
    assert found.table["covered"].tolist() == covered
    assert found.share == sum(covered) / len(covered)
    people = places["people"].sum()
    if people:
        inside = sum(n for n, yes in zip(places["people"], covered, strict=True) if yes)
        assert found.weighted_share == pytest.approx(inside / people)
    assert found.more_needed == next(
        n for n in range(9) if (sum(covered) + n) / len(covered) >= target - 1e-12
    )
    more = coverage(ROAD, places, points([*sites, new]), minutes=minutes)
    assert more.share >= found.share
    backwards = coverage(ROAD, places.iloc[::-1], facilities.iloc[::-1], minutes=minutes)
    pd.testing.assert_series_equal(backwards.table["minutes"].loc[places.index], found.table["minutes"])


def test_the_callers_layers_stay_as_they_are() -> None:
    places, airport = PLACES.copy(deep=True), AIRPORT.copy(deep=True)
    coverage(ROAD, PLACES, AIRPORT, weight="population")
    pd.testing.assert_frame_equal(PLACES, places)
    pd.testing.assert_frame_equal(AIRPORT, airport)


@pytest.mark.parametrize("name", ["places", "facilities"])
@pytest.mark.parametrize(("spoil", "message"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_bad_layers_are_refused(name: str, spoil: object, message: str) -> None:
    layers = {"places": PLACES, "facilities": points([(30, 0), (90, 0)])}
    layers[name] = spoil(layers[name])
    with pytest.raises(InputError, match=f"^{name}: .*{message}"):
        coverage(ROAD, layers["places"], layers["facilities"])


@pytest.mark.parametrize("minutes", BAD_TIMES)
def test_a_time_without_sense_is_refused(minutes: object) -> None:
    with pytest.raises(InputError, match="minutes"):
        coverage(ROAD, PLACES, AIRPORT, minutes=minutes)


@pytest.mark.parametrize("target", [-0.1, 1.1, np.nan, "0.8", True])
def test_a_target_that_is_no_share_is_refused(target: object) -> None:
    with pytest.raises(InputError, match="target"):
        coverage(ROAD, PLACES, AIRPORT, target=target)


def test_bad_weights_are_refused_by_id() -> None:
    with pytest.raises(InputError, match="places: no column people"):
        coverage(ROAD, PLACES, AIRPORT, weight="people")
    broken = PLACES.assign(population=[np.nan, "many", -1, np.inf, 5])
    with pytest.raises(InputError, match=r"not a number at p, q.*negative or infinite at r, s"):
        coverage(ROAD, broken, AIRPORT, weight="population")


def test_facilities_out_of_reach_of_any_road_are_an_error() -> None:
    with pytest.raises(InputError, match="facilities: none lies within 15 km"):
        coverage(ROAD, PLACES, points([(0, 999)]))


def test_hunans_coverage_is_its_table_counted(hunan: Region, hunan_network: TravelNetwork) -> None:
    roads = hunan_network.only(("road",))
    found = coverage(roads, hunan.counties, hunan.airports, weight="population")
    near = minutes_table(roads, hunan.counties, hunan.airports).min(axis=1) <= 60
    assert found.table["covered"].equals(near)
    people = hunan.counties["population"]
    assert found.weighted_share == pytest.approx(people[near].sum() / people.sum())


WALK = named([[10, 50], [70, 20], [80, np.inf]])
BUS = named([[40, 5], [55, 90], [70, np.inf]])
WEIGHTS = pd.DataFrame({"people": [10.0, 30.0, 60.0], "area_km2": [4.0, 1.0, 5.0]}, index=list("abc"))


def test_modes_weights_and_zones_are_as_counted_by_hand() -> None:
    zone = pd.Series(["north", "north", "south"], index=list("abc"))
    found = coverage(
        {"walk": WALK, "bus": long_of(BUS)}, WEIGHTS, weight=["people", "area_km2"], minutes=15, zone=zone,
        target=0.6,
    )  # fmt: skip
    assert found.table["facility"].tolist() == ["v", "v", "u"]
    assert found.table["mode"].tolist() == ["bus", "walk", "bus"]
    assert found.table["minutes"].tolist() == [5, 20, 70]
    assert found.shares["people"].to_dict() == pytest.approx({"walk": 0.1, "bus": 0.1, "best": 0.1})
    assert found.shares["area_km2"].to_dict() == pytest.approx({"walk": 0.4, "bus": 0.4, "best": 0.4})
    assert (found.share, found.weighted_share) == pytest.approx((1 / 3, 0.1))
    assert (found.gap, found.more_needed) == (pytest.approx(0.6 - 1 / 3), 1)
    assert found.zones is not None
    assert found.zones.loc["north"].to_dict() == pytest.approx(
        {"places": 2, "covered": 1, "share": 0.5, "share people": 0.25, "share area_km2": 0.8}
    )
    assert found.zones.loc["south", "share people"] == 0


@pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")
@QUICK
@given(wide_tables(), st.data(), st.integers(1, 60))
def test_coverage_of_a_table_equals_a_loop(table: pd.DataFrame, data: st.DataObject, minutes: int) -> None:
    other = table.sample(frac=1, axis=1, random_state=1).set_axis(table.columns, axis=1)
    people = amounts_for(data.draw, table.index, "people")
    zone = pd.Series([data.draw(st.sampled_from("xy")) for _ in table.index], index=table.index)
    found = coverage({"one": table, "two": other}, people, weight=people, minutes=minutes, zone=zone)
    for mode, tables in {"one": [table], "two": [other], "best": [table, other]}.items():
        yes = [place for place in table.index if any((one.loc[place] <= minutes).any() for one in tables)]
        assert found.shares.loc[mode, "places"] == len(yes) / len(table)
        assert found.shares.loc[mode, "people"] == pytest.approx(people[yes].sum() / people.sum())
    for place, row in found.table.iterrows():
        times = {("one", to): table.loc[place, to] for to in table}
        times |= {("two", to): other.loc[place, to] for to in other}
        assert row["minutes"] == min(times.values())
        assert row["status"] == ("reached" if np.isfinite(row["minutes"]) else "unreached")
        assert pd.isna(row["facility"]) or times[row["mode"], row["facility"]] == row["minutes"]
    assert found.zones is not None
    for name, row in found.zones.iterrows():
        inside = found.table[zone == name]
        assert (row["places"], row["covered"]) == (len(inside), inside["covered"].sum())


def test_a_zone_among_the_categories_that_no_place_is_in_is_no_zone() -> None:
    zone = pd.Series({"p": "w", "q": "w", "r": "e", "s": "e", "t": "e"})
    kinds = zone.astype(pd.CategoricalDtype(["w", "n", "e"]))
    plain, some = (
        coverage(ROAD, PLACES.assign(zone=one), AIRPORT, minutes=60, weight="population", zone="zone").zones
        for one in (zone, kinds)
    )
    assert plain is not None and some is not None
    pd.testing.assert_frame_equal(some.loc[plain.index].set_axis(plain.index), plain)
    assert len(some) == 2


def test_coverage_of_the_network_and_of_its_table_are_one() -> None:
    zone = {"p": "w", "q": "w", "r": "e", "s": "e", "t": "e"}
    places = PLACES.assign(zone=pd.Series(zone))
    near = coverage(ROAD, places, AIRPORT, minutes=60, weight="population", zone="zone", target=0.8)
    kept = {"minutes": 60, "weight": "population", "zone": "zone", "target": 0.8}
    table = coverage(minutes_table(ROAD, places, AIRPORT), places, AIRPORT, **kept)
    pd.testing.assert_frame_equal(near.zones, table.zones)
    pd.testing.assert_frame_equal(near.shares, table.shares)
    words = near.table["status"].replace("too far", "not asked")
    pd.testing.assert_frame_equal(near.table.assign(status=words), table.table)
    assert near.zones is not None
    assert near.zones["share population"].to_dict() == pytest.approx({"e": 30 / 170, "w": 1.0})
    assert (near.share, near.gap, near.more_needed) == (table.share, table.gap, table.more_needed)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"minutes": 0}, "minutes"),
        ({"target": 2}, "target"),
        ({"weight": -WEIGHTS["people"]}, "negative"),
        ({"weight": ["people", "people"]}, "people given twice"),
        ({"weight": WEIGHTS["people"].rename("minutes")}, "minutes is the name of a column of the result"),
        ({"places": WEIGHTS.index[:2], "weight": None}, "not among the origins at c"),
        ({"places": WEIGHTS.rename(index=str.upper)}, "'A' is there as 'a'"),
        ({"travel": {}}, "at least one mode"),
        ({"travel": {"best": WALK}}, "'best'"),
        ({"travel": WALK.replace(10, -1)}, "negative minutes"),
        ({"travel": PLACES}, "travel: GeoDataFrame gives no minutes; what they come from stands first"),
        ({"minutes": [30, 15]}, "minutes: 30.0, 15.0 do not rise"),
        ({"minutes": [15, 15]}, "do not rise"),
        ({"direction": "towards"}, "direction: 'towards' is unknown"),
        ({"zone": pd.Series(["x"], index=["a"])}, "zone: give"),
        ({"zone": pd.Series(["x", None, "y"], index=list("abc"))}, "zone: it is missing at b"),
    ],
)
def test_bad_tables_and_zones_are_refused(given_: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        coverage(**({"travel": WALK, "places": WEIGHTS, "weight": "people"} | given_))
    with pytest.raises(InputError, match="places: no column nowhere"):
        coverage(ROAD, PLACES, AIRPORT, zone="nowhere")


def test_a_selection_of_places_and_facilities_is_answered_from_a_larger_table() -> None:
    found = coverage(WALK, WEIGHTS.loc[["c", "a"]], pd.DataFrame(index=["v"]), minutes=60, weight="people")
    assert found.table["minutes"].to_dict() == {"c": np.inf, "a": 50.0}
    assert found.table["people"].to_dict() == {"c": 60.0, "a": 10.0}
    assert found.weighted_share == pytest.approx(1 / 7)


def test_the_callers_names_and_geometry_come_back() -> None:
    places = PLACES.assign(name=list("PQRST"), other=1)
    facilities = AIRPORT.assign(name="Huanghua", 名称="黄花")
    found = coverage(ROAD, places, facilities, weight="population").table
    assert found.columns.tolist() == [
        "name", "facility", "facility_name", "facility_名称", "minutes", "covered", "status", "population",
        "geometry",
    ]  # fmt: skip
    assert found["facility_名称"].tolist()[:4] == ["黄花"] * 4 and found["name"].tolist() == list("PQRST")
    assert found.crs == PLACES.crs and found.geometry.geom_equals(PLACES.geometry).all()


def test_several_thresholds_give_a_share_each_and_the_least_that_covers() -> None:
    found = coverage(ROAD, PLACES, AIRPORT, minutes=[30, 60, 200], weight="population", target=0.9)
    assert found.shares["minutes"].tolist() == [30, 60, 200]
    assert found.shares["places"].tolist() == [0.4, 0.6, 0.8]
    assert found.shares["population"].tolist() == [0.15, 0.3, 0.5]
    assert found.table["within_min"].tolist()[:4] == [30, 30, 60, 200]
    assert math.isnan(found.table.loc["t", "within_min"])
    assert (found.share, found.weighted_share, found.more_needed) == (0.8, 0.5, 1)


def test_direction_turns_a_network_and_a_table_alike() -> None:
    oneway = along(0, 30, 90, oneway=True)
    places = points([(0, 0), (90, 0)], ["before", "behind"])
    table = minutes_table(oneway, AIRPORT, places)
    for travel in (oneway, table, read_minutes(table), table.T):
        found = coverage(travel, places, AIRPORT, direction="from").table
        assert found["covered"].to_dict() == {"before": False, "behind": True}
        assert found["minutes"].tolist() == [np.inf, 60]
    found = coverage(long_of(table), places, AIRPORT, direction="from").table
    assert found["status"].tolist() == ["not asked", "reached"]


def test_the_farthest_of_several_failures_tells_the_status() -> None:
    bus = pd.DataFrame({"from": ["s", "p"], "to": "airport", "minutes": [np.inf, 20.0]})
    found = coverage({"road": ROAD, "bus": bus}, PLACES, AIRPORT, minutes=30).table
    assert found["status"].tolist() == ["reached"] * 4 + ["too far"]
    assert found["mode"].fillna("none").tolist() == ["bus", "road", "road", "road", "none"]
    assert math.isnan(found.loc["t", "minutes"])
    only = coverage({"foot": bus.iloc[:1], "bus": bus}, pd.Index(list("pst"))).table
    assert only["status"].tolist() == ["reached", "unreached", "not asked"]
    assert only["minutes"].tolist()[:2] == [20, np.inf] and math.isnan(only.loc["t", "minutes"])


def test_share_by_mode_counts_places_on_the_bound() -> None:
    found = coverage({"walk": WALK, "bus": BUS}, WEIGHTS, minutes=10)
    assert found.shares["places"].to_dict() == pytest.approx({"walk": 1 / 3, "bus": 1 / 3, "best": 1 / 3})
    on_it = coverage({"walk": WALK, "bus": BUS}, WEIGHTS, minutes=20)
    assert on_it.shares.loc["walk", "places"] == pytest.approx(2 / 3)


def test_rounding_asks_for_no_place_too_many_and_no_gap_is_below_zero() -> None:
    table = pd.DataFrame({"from": range(100), "to": "x", "minutes": [1.0] * 7 + [99.0] * 93})
    found = coverage(table, pd.RangeIndex(100), target=0.07)  # 0.07 * 100 is 7.000000000000001
    assert (found.more_needed, found.gap) == (0, 0.0)
    assert coverage(table, pd.RangeIndex(100), target=0.05).gap == 0.0


def test_a_region_in_place_of_its_network_or_its_points_is_answered_with_the_remedy() -> None:
    hunan = urbgeo.load_region("hunan", zones=False)
    road = urbgeo.region_network(hunan).only("road")
    with pytest.raises(InputError, match=r"travel: a Region gives no minutes.*region_network\(region\)"):
        urbgeo.coverage(hunan, hunan.prefectures, hunan.airports)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"places: points are needed, not a Region; .*region.prefectures"):
        urbgeo.coverage(road, hunan, hunan.airports)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="facilities: points are needed"):
        urbgeo.coverage(road, hunan.prefectures)
    with pytest.raises(InputError, match=r"this is a result, no map; give its map: result.map"):
        urbgeo.save_map(urbgeo.coverage(road, hunan.prefectures, hunan.airports), "a.html")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"a figure for print is result.plot\(\).savefig"):
        urbgeo.coverage(road, hunan.prefectures, hunan.airports).save("a.pdf")
    with pytest.raises(InputError, match="none of its roads is open"):
        urbgeo.scorecard(hunan, years=1850)


def test_the_circle_names_the_column_of_people_that_it_lacks() -> None:
    hunan = urbgeo.load_region("hunan", zones=False)
    road = urbgeo.region_network(hunan).only("road")
    bare = hunan.counties.rename(columns={"population": "moradores"})
    with pytest.raises(InputError, match=r"no column population.*name it, population=.*moradores"):
        urbgeo.commuting_circle(road, hunan.core, bare)


def test_what_was_asked_is_told() -> None:
    one = coverage(WALK, WEIGHTS, weight="people", target=0.5).provenance
    told = {"minutes": 60.0, "weight": ("people",), "target": 0.5, "direction": "to", "modes": None}
    assert told.items() <= dict(one.parameters).items()
    assert one.shares["places unreached"] == 0
    many = coverage({"walk": WALK, "bus": BUS}, WEIGHTS, minutes=[5, 15]).provenance
    told = {"minutes": (5, 15), "weight": None, "target": None, "modes": ("walk", "bus")}
    assert told.items() <= dict(many.parameters).items()
