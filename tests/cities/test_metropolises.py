"""Commuting circles of several metropolises: contests, rings, commuting rates, official lists, years."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cities.two_metropolises import CORES, MINUTES, ZONES, circles
from urbgeo.cities.metropolises import MetropolitanCircles
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import build_network


def test_each_zone_goes_to_one_metropolis_the_nearest_in_time() -> None:
    found = circles(MINUTES, ZONES, CORES, population="people")
    assert found.table["metropolis"].tolist() == ["A", "A", "E", "E", "E", None]
    assert found.table["contested"].tolist() == [1, 1, 2, 1, 1, 0]
    assert found.table["minutes"].tolist()[:5] == [0, 30, 40, 20, 0]
    assert found.table["ring"].tolist()[:5] == [30, 30, 60, 30, 30]
    assert found.table["role"].tolist() == ["core", "circle", "circle", "circle", "core", "outside"]
    assert found.table.loc["f", "status"] == "not asked"
    assert found.circles["people"].to_dict() == {"A": 950, "E": 170}


def test_sixty_minutes_belong_to_the_circle() -> None:
    only = circles(MINUTES, ZONES, CORES[["a"]])
    assert only.table["metropolis"].tolist() == ["A", "A", "A", None, None, None]
    assert only.table["role"].tolist()[3:5] == ["outside"] * 2
    assert only.rings["zones"].tolist() == [2, 3, 4, 5]


def test_potential_gives_the_contested_zone_to_the_larger_city() -> None:
    found = circles(MINUTES, ZONES, CORES, population="people", contested="potential")
    assert 900 / 60**2 > 100 / 40**2
    assert found.table.loc["c", "metropolis"] == "A"
    assert found.table.loc["c", "minutes"] == 60
    gentle = circles(MINUTES, ZONES, CORES, population="people", contested="potential", friction=9)
    assert gentle.table.loc["c", "metropolis"] == "E"
    near = MINUTES.assign(e=MINUTES["e"].where(MINUTES.index != "c", 15.0))
    for friction, winner in ((2, "E"), (1, "A")):
        found = circles(near, ZONES, CORES, population="people", contested="potential", friction=friction)
        assert found.table.loc["c", "metropolis"] == winner


def flows() -> pd.DataFrame:
    rows = [("a", "a", 100), ("b", "a", 9), ("b", "b", 91), ("c", "a", 30), ("c", "e", 20), ("c", "c", 50),
            ("d", "e", 10), ("d", "d", 90), ("e", "e", 100), ("f", "f", 5)]  # fmt: skip
    return pd.DataFrame(rows, columns=["home", "work", "workers"])


def test_flow_gives_the_contested_zone_to_where_its_workers_go() -> None:
    found = circles(MINUTES, ZONES, CORES, contested="flow", flows=flows())
    assert found.table.loc["c", "metropolis"] == "A"


def test_the_commuting_rate_is_a_closed_bound_and_says_where_it_comes_from() -> None:
    found = circles(MINUTES, ZONES, CORES, flows=flows(), rate=0.10).table
    assert found["metropolis"].tolist() == ["A", None, "E", "E", "E", None]
    assert found.loc["b", "role"] == "below rate"
    assert found["rate"].tolist()[1:4] == pytest.approx([0.09, 0.2, 0.1])
    assert set(found["rate_source"]) == {"flows"}


def gravity(table: pd.DataFrame, **options: object) -> MetropolitanCircles:
    return circles(table, ZONES, CORES, population="people", rate=0.10, **options)


def test_the_gravity_model_keeps_workers_at_home_by_half_the_way_to_a_neighbour() -> None:
    minutes = np.abs(np.subtract.outer(np.arange(6) * 20.0, np.arange(6) * 20.0))
    table = pd.DataFrame(minutes, index=ZONES.index, columns=ZONES.index)
    apart = np.where(minutes == 0, 10.0, minutes)
    for friction in (2.0, 1.0):
        pull = ZONES["people"].to_numpy() / apart**friction
        expected = pull[:, 0] / pull.sum(axis=1)
        found = gravity(table, friction=friction).table
        assert found.loc["b", "rate"] == pytest.approx(expected[1])
        assert found.loc["c", "rate"] == pytest.approx(expected[2])


def test_equal_offers_go_to_the_first_name_whatever_the_order_of_rows() -> None:
    even = MINUTES.assign(a=[0.0, 30, 40, 90, 120, np.nan])
    for cores in (CORES, CORES[::-1]):
        assert circles(even, ZONES, cores).table.loc["c", "metropolis"] == "A"
    zeros = ZONES.assign(people=0.0)
    for cores in (CORES, CORES[::-1]):
        found = circles(even, zeros, cores, population="people", contested="potential")
        assert found.table["metropolis"].tolist() == ["A", "A", "A", "E", "E", None]


def test_without_flows_the_rate_is_modelled_and_marked() -> None:
    minutes = np.abs(np.subtract.outer(np.arange(6) * 20.0, np.arange(6) * 20.0))
    table = pd.DataFrame(minutes, index=ZONES.index, columns=ZONES.index)
    radiated = circles(table, ZONES, CORES, population="people", rate=0.10, model="radiation")
    for result, model in ((radiated, "radiation"), (gravity(table), "gravity")):
        assert set(result.table["rate_source"]) == {"modelled"}
        assert result.provenance.parameters["rate_source"] == "modelled"
        assert result.provenance.parameters["model"] == model
    b = 50 * 900 / (50 * 950) / (1 - 50 / 1130)
    assert radiated.table.loc["b", "rate"] == pytest.approx(b)
    with pytest.raises(InputError, match="modelled and needs the column"):
        circles(table, ZONES, CORES, rate=0.1)


def test_a_network_gives_the_same_circles_as_its_table() -> None:
    nodes = gpd.GeoDataFrame(
        ZONES, geometry=gpd.points_from_xy(500_000 + np.arange(6) * 20_000, [3_000_000] * 6), crs=32649
    )
    links = pd.DataFrame(
        {"from_node": list("abcde"), "to_node": list("bcdef"), "length_km": 20.0, "class": "primary",
         "minutes": 20.0, "minutes_back": 25.0}
    )  # fmt: skip
    network = build_network(nodes, links)
    table = minutes_table(network, nodes, nodes)
    for rate in (None, 0.05):
        one = circles(network, nodes, CORES, population="people", rate=rate)
        other = circles(table, nodes, CORES, population="people", rate=rate)
        pd.testing.assert_frame_equal(one.table, other.table)
    assert one.table["minutes"].tolist() == [0, 25, 40, 20, 0, 25]


def test_the_table_is_read_from_zone_to_core() -> None:
    table = pd.DataFrame([[0, 500.0], [10, 0]], index=["a", "b"], columns=["a", "b"])
    zones = pd.DataFrame(index=["a", "b"])
    assert circles(table, zones, pd.Series({"a": "A"})).table.loc["b", "metropolis"] == "A"
    assert circles(table, zones, pd.Series({"b": "B"})).table.loc["a", "role"] == "outside"


def test_rings_are_nested_and_their_bounds_closed() -> None:
    zones = pd.DataFrame({"people": [1.0, 2, 4, 8, 16, 32]}, index=list("abcdef"))
    travel = pd.DataFrame({"a": [0.0, 30, 30.1, 90, 120, 120.1]}, index=zones.index)
    found = circles(travel, zones, CORES[["a"]], population="people", minutes=45)
    assert found.rings.loc["A", "zones"].to_dict() == {30: 2, 60: 3, 90: 4, 120: 5}
    assert found.rings.loc["A", "people"].tolist() == [3, 7, 15, 31]
    assert found.table["ring"].tolist()[:5] == [30, 30, 60, 90, 120]
    assert np.isinf(found.table.loc["f", "ring"])


def test_circles_lose_exclaves_and_gain_enclaves_when_borders_are_given() -> None:
    """a-b-c-d-e-f in a row: c is too far, d near; then b alone is too far between a and c."""
    table = MINUTES[["a"]].assign(a=[0.0, 30, 70, 50, 200, np.nan])
    rows = [*zip("abcde", "bcdef", strict=True), ("a", None), ("f", None)]
    near = pd.DataFrame(rows, columns=["zone", "neighbour"])
    found = circles(table, ZONES, CORES[["a"]], neighbours=near, population="people")
    assert found.table["metropolis"].tolist() == ["A", "A", None, None, None, None]
    assert found.table.loc["d", ["role", "status"]].tolist() == ["exclave", "reached"]
    round_b = pd.concat([near, pd.DataFrame([("a", "c")], columns=near.columns)])
    hole = table.assign(a=[0.0, 70, 30, 200, 200, np.nan])
    found = circles(hole, ZONES, CORES[["a"]], neighbours=round_b, population="people")
    assert found.table["metropolis"].tolist() == ["A", "A", "A", None, None, None]
    assert found.table.loc["b", ["role", "status"]].tolist() == ["enclave", "reached"]
    assert found.circles.loc["A", "people"] == 990
    with pytest.raises(InputError, match="not among the zones at q"):
        circles(table, ZONES, CORES[["a"]], neighbours=near.replace("f", "q"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cores": pd.Series({"q": "A"})}, "cores: q are not among the zones"),
        ({"cores": pd.Series({"a": None}, dtype=object)}, "no zone is the core"),
        ({"travel": MINUTES.drop("c")}, "none of the origins at c"),
        ({"travel": -MINUTES}, "negative minutes at a -> e, b -> a"),
        ({"contested": "flow"}, "needs a table of flows"),
        ({"contested": "potential"}, "needs the column of people"),
        ({"minutes": 0}, "no travel time"),
        ({"rings": [60, 30]}, "rise"),
        ({"rate": 10, "flows": flows()}, "no share"),
        ({"friction": -1}, "friction: -1"),
        ({"model": "huff", "rate": 0.1}, "model: 'huff' is unknown"),
        ({"travel": pd.concat([MINUTES, MINUTES.iloc[:1]])}, "travel: repeated ids at a"),
        (
            {
                "zones": ZONES.assign(people=[650.0, 50_000, 90_000, 30_000, 80_000, 20_000]),
                "population": "people",
                "units": True,
            },
            "万 mixed with persons at a",
        ),
    ],
)
def test_bad_input_is_refused(change: dict[str, object], message: str) -> None:
    arguments = {"zones": ZONES, "cores": CORES, "travel": MINUTES} | change
    with pytest.raises(InputError, match=message):
        circles(**arguments)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 10), st.integers(0, 2**32 - 1), st.randoms())
def test_zones_are_nearest_by_brute_force_and_order_never_matters(n: int, seed: int, random: object) -> None:
    generator = np.random.default_rng(seed)
    names = [f"z{k}" for k in range(n)]
    values = generator.choice([5.0, 20, 45, 60, 61, 90, np.inf], (n, n)) + generator.random((n, n)) / 10
    np.fill_diagonal(values, 0)
    table = pd.DataFrame(values, index=names, columns=names)
    cores = pd.Series({names[0]: "A", names[1]: "B"})
    zones = pd.DataFrame(index=names)
    found = circles(table, zones, cores)
    for k in range(2, n):
        a, b = values[k, 0], values[k, 1]
        expected = None if min(a, b) > 60 else ("A" if a <= b else "B")
        assert found.table.loc[names[k], "metropolis"] == expected
    order = list(names)
    random.shuffle(order)
    other = circles(table.loc[order], zones.loc[order], cores[::-1])
    pd.testing.assert_frame_equal(other.table.loc[names], found.table)


def test_belgian_metropolises_with_real_flows_and_modelled_ones(shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "belgium/commuting_flows.csv.gz")
    real = pd.DataFrame(
        {
            "home": table["NODE_2_CODE"].astype(str),
            "work": table["NODE_1_CODE"].astype(str),
            "workers": table["INCOMING_FLOW"],
        }
    )
    communes = gpd.read_file(shared_data / "belgium/communes.gpkg").dissolve("CODE_INS").to_crs(3812)
    communes["employed"] = real.groupby("home")["workers"].sum()
    xy = communes.centroid.get_coordinates().to_numpy() / 1000
    km = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
    travel = pd.DataFrame(km / 50 * 60, index=communes.index, columns=communes.index)
    cores = pd.Series({"21004": "Brussels", "11002": "Antwerp", "44021": "Ghent", "62063": "Liège"})
    plain = circles(travel, communes, cores, population="employed")
    tested = circles(travel, communes, cores, flows=real, rate=0.10)
    modelled = circles(travel, communes, cores, population="employed", rate=0.10)
    assert plain.circles["zones"].sum() + plain.table["metropolis"].isna().sum() == 589
    for result in (tested, modelled):
        inside = result.table["metropolis"].notna()
        assert (plain.table.loc[inside, "minutes"] <= 60).all()
        assert 4 < inside.sum() < plain.table["metropolis"].notna().sum()
    assert tested.table.loc["23088", "metropolis"] == "Brussels"
    assert set(modelled.table["rate_source"]) == {"modelled"}


@pytest.mark.parametrize(
    "people",
    [
        ZONES["people"].astype("timedelta64[s]"),
        ZONES["people"] > 50,
        pd.Series(pd.to_datetime(["2020-01-01"] * 6), ZONES.index),
        ZONES["people"].astype("Float64").where(ZONES.index != "c"),
    ],
    ids=["timedelta", "bool", "date", "NA"],
)
def test_people_that_are_no_numbers_are_refused(people: pd.Series) -> None:
    """Times would become people."""
    with pytest.raises(InputError, match=r"people holds|missing or not a number at c"):
        circles(MINUTES, ZONES.assign(people=people), CORES, population="people")
    with pytest.raises(InputError, match=r"population: \w+ holds|missing or not a number at c"):
        circles(MINUTES, ZONES, CORES, population=people)


def test_minutes_that_are_times_are_refused() -> None:
    with pytest.raises(InputError, match="columns that are no numbers of minutes at a, e"):
        circles(MINUTES.apply(pd.to_timedelta, unit="m"), ZONES, CORES)


def test_circles_come_from_long_tables_and_from_tables_turned_round() -> None:
    expected = circles(MINUTES, ZONES, CORES, population="people")
    wide = MINUTES.rename_axis(index="origin", columns="destination")
    long = wide.stack().rename("minutes").rename_axis(["from", "to"]).reset_index()
    for travel in (wide, wide.T, long, long.iloc[::-1]):
        found = circles(travel, ZONES, CORES, population="people")
        assert found.table["metropolis"].equals(expected.table["metropolis"])
        assert found.table["minutes"].equals(expected.table["minutes"])


def test_a_core_lies_in_itself_whatever_the_table_says() -> None:
    for odd in (np.nan, np.inf):
        travel = MINUTES.copy()
        travel.loc["a", "a"] = odd
        found = circles(travel, ZONES, CORES).table.loc["a"]
        assert found[["metropolis", "minutes", "status"]].tolist() == ["A", 0.0, "reached"]
    nowhere = MINUTES.copy()
    nowhere.loc["a"] = np.nan
    assert circles(nowhere, ZONES, CORES).table.loc["a", "minutes"] == 0


def test_direction_turns_the_minutes_and_what_was_asked_is_told() -> None:
    """b is 70 minutes from the core and 30 from it to b."""
    square = pd.DataFrame([[0.0, 30], [70, 0]], index=["a", "b"], columns=["a", "b"])
    zones = pd.DataFrame({"people": [5.0, 3.0]}, index=["a", "b"])
    there, back = (
        circles(square, zones, pd.Series({"a": "A"}), direction=way, population="people")
        for way in ("to", "from")
    )
    assert there.table["minutes"].tolist() == [0, 70] and there.table["member"].tolist() == [True, False]
    assert back.table["minutes"].tolist() == [0, 30] and back.table["member"].tolist() == [True, True]
    assert back.circles.loc["A"].tolist() == [2, 8] and "1 circles with 2 zones" in repr(back)
    assert back.summary is back.circles
    told = {
        "minutes": 60.0, "rings": (30.0, 60.0, 90.0, 120.0), "direction": "from", "contested": "minutes",
        "rate": None, "rate_rule": "out", "rate_source": "none", "friction": 2.0, "model": None,
    }  # fmt: skip
    assert told.items() <= dict(back.provenance.parameters).items()
    assert "rate" not in back.table
    lost = circles(MINUTES, ZONES, CORES)
    assert lost.provenance.shares["zones not reached"] == pytest.approx(1 / 6)


def test_zones_below_the_rate_show_the_rate_they_have() -> None:
    """b sends 9 % to a; f is reached by nobody and shows none; c's 20 % to E win by its minutes."""
    found = circles(MINUTES, ZONES, CORES, flows=flows(), rate=0.25).table
    assert found["metropolis"].tolist() == ["A", None, "A", None, "E", None]
    assert found["rate"].tolist() == pytest.approx([1, 0.09, 0.3, 0.1, 1, np.nan], nan_ok=True)
    assert found["role"].tolist() == ["core", "below rate", "circle", "below rate", "core", "outside"]
    assert found["contested"].tolist() == [1, 1, 2, 1, 1, 0]
