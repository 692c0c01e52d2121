"""Towns are ranked by their own minutes; ties share a rank and the unreached come last."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import BAD_LAYERS, BAD_TIMES, QUICK, along, points
from urbgeo.access.towns import DEFAULT_THRESHOLDS_MIN, TownAccess, town_access
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region

ROAD = along(0, 30, 90, 200)
TOWNS = points([(0, 0), (60, 0), (90, 0), (190, 0), (90, 99)], list("pqrst")).assign(
    seat=["S1"] * 3 + ["S2"] * 2
)
SEATS = points([(30, 0), (200, 0)], ["S1", "S2"])
AIRPORTS = points([(30, 0)], ["airport"])


def access(towns: object = TOWNS, **options: object) -> TownAccess:
    given = {"nearest": {"airport": AIRPORTS}, "assigned": {"prefecture": (SEATS, "seat")}, **options}
    return town_access(ROAD, towns, **given)


def test_minutes_ranks_and_percentiles_are_as_counted_by_hand() -> None:
    found = access()
    table = found.table
    assert table["minutes_airport"].round(9).tolist()[:4] == [30, 30, 60, 160]
    assert table["minutes_prefecture"].round(9).tolist()[:4] == [30, 30, 60, 10]
    assert table["rank_airport"].tolist() == [1, 1, 3, 4, 5]
    assert table["percentile_airport"].tolist()[:4] == [100, 100, 60, 40]
    assert table.loc["t", ["percentile_airport", "score"]].isna().all(), "it joins no road"
    assert table["within_airport"].tolist() == [True, True, True, False, False]
    assert table["prefecture"].tolist() == ["S1", "S1", "S1", "S2", "S2"]
    assert table["airport"].isna().tolist() == [False] * 4 + [True]
    assert table["score"].tolist()[:4] == [90, 90, 50, 70]
    assert table["rank"].tolist() == [1, 1, 4, 3, 5]
    assert table["status"].tolist() == ["attached"] * 4 + ["too far"]
    assert found.worst(2).index.tolist() == ["r", "s"]


def test_the_summary_counts_the_towns_within_each_threshold() -> None:
    row = access(minutes={"airport": 59.0}).summary.loc["airport"]
    assert row.to_dict() == {
        "threshold_min": 59.0, "within": 2, "share": 0.4,
        "median_min": 60.0, "worst_min": np.inf, "worst": "t",
    }  # fmt: skip


def test_targets_nobody_reaches_give_no_points() -> None:
    oneway = along(0, 30, 90, oneway=True)
    found = town_access(oneway, points([(60, 0), (90, 0)]), nearest={"airport": AIRPORTS}).table
    assert found["minutes_airport"].tolist() == [np.inf, np.inf]
    assert found["percentile_airport"].tolist() == [0, 0]
    assert found["rank_airport"].tolist() == [1, 1]


def test_time_counts_away_from_the_town() -> None:
    hill = along(0, 30, minutes=40.0, minutes_back=20.0)
    found = town_access(
        hill,
        points([(0, 0)]).assign(seat="S1"),
        nearest={"airport": AIRPORTS},
        assigned={"prefecture": (SEATS, "seat")},
    )
    assert found.table[["minutes_airport", "minutes_prefecture"]].to_numpy().tolist() == [[40, 40]]


km = st.integers(0, 800).map(lambda i: (i / 4, 0.0))


@QUICK
@given(st.lists(km, min_size=1, max_size=7), st.lists(km, min_size=1, max_size=3), st.integers(1, 150))
def test_towns_equal_brute_force(
    spots: list[tuple[float, float]], sites: list[tuple[float, float]], limit: int
) -> None:
    towns, airports = points(spots), points(sites)
    found = town_access(ROAD, towns, nearest={"airport": airports}, minutes={"airport": limit}).table
    minutes = minutes_table(ROAD, towns, airports).min(axis=1).tolist()
    for row, own in zip(found.itertuples(), minutes, strict=True):
        assert row.minutes_airport == pytest.approx(own, abs=1e-9)
        assert row.rank_airport == 1 + sum(other < row.minutes_airport for other in found["minutes_airport"])
        no_nearer = sum(other >= row.minutes_airport for other in found["minutes_airport"])
        assert row.percentile_airport == pytest.approx(100 * no_nearer / len(minutes))
        assert row.within_airport == (row.minutes_airport <= limit)
    backwards = town_access(ROAD, towns.iloc[::-1], nearest={"airport": airports}, minutes={"airport": limit})
    pd.testing.assert_frame_equal(backwards.table.loc[towns.index], found)


def test_the_callers_layers_stay_as_they_are() -> None:
    towns, seats = TOWNS.copy(deep=True), SEATS.copy(deep=True)
    access(towns, assigned={"prefecture": (seats, "seat")})
    pd.testing.assert_frame_equal(towns, TOWNS)
    pd.testing.assert_frame_equal(seats, SEATS)


def test_every_default_threshold_is_a_time() -> None:
    assert all(value > 0 for value in DEFAULT_THRESHOLDS_MIN.values())


@pytest.mark.parametrize("name", ["towns", "airport", "prefecture"])
@pytest.mark.parametrize(("spoil", "message"), BAD_LAYERS.values(), ids=BAD_LAYERS)
def test_bad_layers_are_refused(name: str, spoil: object, message: str) -> None:
    layers = {"towns": TOWNS, "airport": points([(30, 0), (60, 0)]), "prefecture": SEATS}
    layers[name] = spoil(layers[name])
    with pytest.raises(InputError, match=f"^{name}: .*{message}"):
        access(
            layers["towns"],
            nearest={"airport": layers["airport"]},
            assigned={"prefecture": (layers["prefecture"], "seat")},
        )


@pytest.mark.parametrize("minutes", BAD_TIMES)
def test_a_threshold_without_sense_is_refused(minutes: object) -> None:
    with pytest.raises(InputError, match=r"minutes.*airport"):
        access(minutes={"airport": minutes})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nearest": {}, "assigned": None}, "give at least one target"),
        ({"nearest": {"port": AIRPORTS}}, "minutes: none for port; give minutes"),
        ({"minutes": {"airprot": 30}}, "no target is called airprot; there are prefecture, airport"),
        ({"nearest": {"prefecture": SEATS}}, "prefecture given as assigned too"),
        ({"nearest": {"airport": points([(0, 999)])}}, "airport: none lies within 15 km"),
        ({"assigned": {"prefecture": (SEATS, "capital")}}, "towns: no column capital"),
        (
            {"assigned": {"prefecture": (SEATS.iloc[:1], "seat")}},
            "seat of s, t is not among the prefecture points",
        ),
    ],
)
def test_other_bad_requests_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        access(**options)


def test_a_town_without_an_own_seat_is_named() -> None:
    with pytest.raises(InputError, match="seat of q is not among"):
        access(TOWNS.assign(seat=["S1", None, "S1", "S1", "S1"]))


def test_hunans_towns_are_ranked_by_the_table(hunan: Region, hunan_network: TravelNetwork) -> None:
    roads = hunan_network.only(("road",))
    found = town_access(
        roads, hunan.counties,
        nearest={"airport": hunan.airports}, assigned={"prefecture": (hunan.prefectures, "prefecture")},
    ).table  # fmt: skip
    table = minutes_table(roads, hunan.counties, hunan.prefectures)
    own = [table.loc[county, seat] for county, seat in hunan.counties["prefecture"].items()]
    np.testing.assert_allclose(found["minutes_prefecture"], own)
    assert found.loc[found["minutes_prefecture"].idxmin(), "percentile_prefecture"] == 100


def test_a_table_says_what_the_network_says_and_the_default_is_pinned() -> None:
    towns = TOWNS.assign(name=list("PQRST"))
    table = pd.concat([minutes_table(ROAD, towns, one) for one in (SEATS, AIRPORTS)], axis=1)
    table = table.rename_axis(index="origin", columns="destination")
    given = {"nearest": {"airport": AIRPORTS}, "assigned": {"prefecture": (SEATS, "seat")}}
    found, same = town_access(ROAD, towns, **given), town_access(table, towns, **given)
    pd.testing.assert_frame_equal(same.table.drop(columns="status"), found.table.drop(columns="status"))
    assert same.table["status"].tolist() == ["reached"] * 4 + ["not asked"]
    assert found.table.columns[0] == "name" and found.table.columns[-1] == "geometry"
    assert DEFAULT_THRESHOLDS_MIN["capital"] == 180
    at_bound = along(0, 180)
    capital = town_access(at_bound, points([(180, 0)], ["a"]), nearest={"capital": points([(0, 0)], ["c"])})
    assert capital.table["within_capital"].tolist() == [True]


def test_towns_tie_where_only_the_last_bit_differs() -> None:
    table = pd.DataFrame({"from": ["a", "b"], "to": "port", "minutes": [0.1 + 0.2, 0.3]})
    found = town_access(
        table, pd.DataFrame(index=["a", "b"]), nearest={"airport": pd.DataFrame(index=["port"])}
    )
    assert found.table["rank_airport"].tolist() == found.table["rank"].tolist() == [1, 1]


def test_swapped_arguments_are_told_apart() -> None:
    with pytest.raises(InputError, match="travel: GeoDataFrame gives no minutes"):
        town_access(TOWNS, ROAD, nearest={"airport": AIRPORTS})


def test_pairs_unreached_are_a_share_and_thresholds_are_told() -> None:
    found = access()
    assert found.provenance.shares["town-target pairs unreached"] == pytest.approx(0.2), "t has no road"
    told = {"threshold_min prefecture": 60.0, "threshold_min airport": 60.0}
    assert told.items() <= dict(found.provenance.parameters).items()
    assert found.targets.index.tolist() == ["prefecture", "airport"]
    twelve = points([(one, 0) for one in range(12)])
    assert len(town_access(ROAD, twelve, nearest={"airport": AIRPORTS}).worst()) == 10


def test_a_table_that_lacks_a_town_does_not_reach_its_own_target() -> None:
    table = pd.DataFrame({"from": ["b", "b", "c"], "to": ["y", "x", "x"], "minutes": [7.0, 9.0, np.inf]})
    towns = pd.DataFrame({"seat": ["x", "y", "x"]}, index=list("abc"))
    seats = pd.DataFrame(index=list("xy"))
    found = town_access(table, towns, assigned={"prefecture": (seats, "seat")}).table
    assert found["minutes_prefecture"].tolist() == pytest.approx([np.nan, 7, np.inf], nan_ok=True)
    assert found["status"].tolist() == ["not asked", "reached", "unreached"]
    assert found["rank_prefecture"].tolist() == [2, 1, 2]
