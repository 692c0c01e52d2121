"""Opportunities equal loops over all pairs, on asymmetric tables, and refuse faulty ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.tables import amounts_for, long_of, named, wide_tables
from tests.network.build import along, points
from urbgeo.access.decay import custom, exponential, linear, stepped
from urbgeo.access.opportunities import Access, cost_to_reach, cumulative, gravity, interval
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.minutes import minutes_table

T = named([[5, 20, 70], [30, 40, math.inf]])
JOBS = pd.Series([10.0, 200.0, 3000.0], index=list("uvw"), name="jobs")
PEOPLE = pd.Series([7.0, 80.0], index=list("ab"), name="people")

pytestmark = pytest.mark.filterwarnings("ignore:amounts")


def column(found: Access) -> pd.Series:
    return found.values.iloc[:, 0]


def test_active_and_passive_read_the_table_their_own_way() -> None:
    assert cumulative(T, JOBS, minutes=[20, 40, 90]).values["jobs"].to_numpy().tolist() == [
        [210, 210, 3210],
        [0, 210, 210],
    ]
    assert column(cumulative(T, PEOPLE, minutes=30, direction="from")).to_dict() == {"u": 87, "v": 7, "w": 0}


@settings(deadline=None)
@given(wide_tables(), st.data())
def test_cumulative_equals_a_loop(table: pd.DataFrame, data: st.DataObject) -> None:
    limits = sorted(data.draw(st.sets(st.integers(1, 60), min_size=1, max_size=4)))
    for active, ids, others in ((True, table.columns, table.index), (False, table.index, table.columns)):
        amounts = amounts_for(data.draw, ids)
        found = cumulative(table, amounts, minutes=limits, direction="to" if active else "from").values[
            "amount"
        ]
        for limit in limits:
            for one in others:
                times = table.loc[one] if active else table[one]
                assert found.loc[one, limit] == sum(amounts[k] for k in ids if times[k] <= limit)


@settings(deadline=None)
@given(wide_tables(), st.data())
def test_gravity_equals_a_loop(table: pd.DataFrame, data: st.DataObject) -> None:
    decays = [exponential(half_min=7), linear(25), stepped([5, 20], [1, 0.3]), custom(lambda t: 1 / (1 + t))]
    for active, ids, others in ((True, table.columns, table.index), (False, table.index, table.columns)):
        amounts = amounts_for(data.draw, ids)
        found = gravity(table, amounts, decay=decays, direction="to" if active else "from").values["amount"]
        for decay in decays:
            for one in others:
                times = table.loc[one] if active else table[one]
                expected = math.fsum(amounts[k] * decay(np.array([times[k]]))[0] for k in ids)
                assert found.loc[one, decay.name] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@settings(deadline=None)
@given(wide_tables(), st.data(), st.sampled_from(["mean", "median"]), st.sampled_from([1.0, 2.5]))
def test_interval_equals_a_loop_over_thresholds(
    table: pd.DataFrame, data: st.DataObject, by: str, step: float
) -> None:
    first, last = sorted(data.draw(st.sets(st.integers(1, 60), min_size=2, max_size=2)))
    amounts = amounts_for(data.draw, table.columns)
    found = column(interval(table, amounts, minutes=(first, last), by=by, step_min=step))
    limits = [first + k * step for k in range(1000) if first + k * step <= last]
    for origin in table.index:
        sums = [sum(amounts[k] for k in amounts.index if table.loc[origin, k] <= t) for t in limits]
        assert found[origin] == pytest.approx(np.mean(sums) if by == "mean" else np.median(sums))


@settings(deadline=None)
@given(wide_tables(), st.data())
def test_cost_equals_a_search_over_all_times(table: pd.DataFrame, data: st.DataObject) -> None:
    amounts = amounts_for(data.draw, table.columns)
    wanted = sorted(data.draw(st.sets(st.integers(1, 100), min_size=1, max_size=3)))
    found = cost_to_reach(table, amounts, amount=wanted).values["amount"]
    for origin in table.index:
        for enough in wanted:
            times = sorted(t for t in table.loc[origin] if math.isfinite(t))
            enough_at = (t for t in times if amounts[table.loc[origin] <= t].sum() >= enough)
            assert found.loc[origin, enough] == next(enough_at, math.inf)


@settings(deadline=None)
@given(wide_tables(), st.data())
def test_long_and_turned_tables_say_the_same(table: pd.DataFrame, data: st.DataObject) -> None:
    amounts = amounts_for(data.draw, table.columns)
    shuffled = long_of(table).sample(frac=1, random_state=1)
    expected = cumulative(table, amounts, minutes=30).values
    pd.testing.assert_frame_equal(cumulative(table.T, amounts, minutes=30).values, expected)
    found = cumulative(shuffled, amounts, minutes=30, places=table.index)
    pd.testing.assert_frame_equal(found.values, expected, check_names=False)


def test_every_id_is_kept_with_its_status() -> None:
    gaps = named([[5, 9], [math.inf, math.inf], [math.nan, math.nan]])
    found = cumulative(gaps, JOBS.iloc[:2], minutes=30)
    assert found.status.to_dict() == {"a": "reached", "b": "unreached", "c": "not asked"}
    assert column(found).tolist() == [210, 0, 0]
    assert column(cost_to_reach(gaps, JOBS.iloc[:2])).tolist() == [5, math.inf, math.inf]
    asked = cumulative(long_of(gaps), JOBS.iloc[:2], minutes=30, places=pd.Index(["z", "a"]))
    assert asked.status.to_dict() == {"z": "not asked", "a": "reached"}


def test_opportunities_in_no_pair_are_counted() -> None:
    with pytest.warns(UrbgeoWarning, match="1 of 4 ids are in no pair"):
        found = cumulative(long_of(T), pd.concat([JOBS, pd.Series({"far": 5.0})]), minutes=60)
    assert column(found).tolist() == [210, 210]


def test_the_caller_keeps_his_tables() -> None:
    table, jobs = T.copy(), JOBS.copy()
    gravity(table, jobs, decay=linear(30))
    pd.testing.assert_frame_equal(table, T)
    pd.testing.assert_series_equal(jobs, JOBS)


def test_results_tell_how_they_were_made() -> None:
    found = gravity(T, JOBS, decay=exponential(half_min=10))
    assert found.provenance.parameters["decay"] == ("exponential half 10",)
    assert found.provenance.shares["places unreached"] == 0.0
    assert "2 ids" in repr(found)


LONG = long_of(T)
BAD_TABLES: dict[str, tuple[object, str]] = {
    "no names": (T.rename_axis(index=None, columns=None), "neither wide.*rename_axis"),
    "one name": (T.rename_axis(columns="to"), "neither wide"),
    "no table": ([[1, 2]], "a DataFrame is needed"),
    "negative": (T.replace(5, -1), "negative minutes at a -> u; mark pairs without a path with inf"),
    "negative, long": (LONG.replace(5.0, -1.0), "negative minutes at a -> u"),
    "sentinel": (T.replace(5, 4294967.0), "over 20160 minutes at a -> u"),
    "seconds and minutes": (LONG.assign(unit=["min", "s", "min", "min", "min"]), "mixed units: s at 1"),
    "durations": (LONG.assign(minutes=pd.to_timedelta(LONG["minutes"], unit="m")), "convert them to numbers"),
    "words": (T.astype(object), "no numbers of minutes at u, v, w"),
    "pairs twice": (pd.concat([LONG, LONG.iloc[[0]]]), "1 repeated pairs at a -> u; keep the least"),
    "rows twice": (pd.concat([T, T.iloc[[0]]]), "repeated or missing ids of origins at a"),
    "columns twice": (T[["u", "u", "v"]], "repeated or missing ids of destinations at u"),
    "a facility nobody counted": (
        T.assign(x=3.0).rename_axis(columns="destination"),
        "not among the dest.* x",
    ),
    "a facility nobody counted, long": (
        pd.concat([LONG, pd.DataFrame({"from": ["a"], "to": ["x"], "minutes": [1.0]})]),
        "not among the destinations at x",
    ),
    "no minutes for an amount": (T[["u", "v"]], "it has none of the destinations at w"),
    "missing ids": (LONG.assign(**{"from": [None, "a", "a", "b", "b"]}), "from is missing"),
}


@pytest.mark.parametrize("case", BAD_TABLES)
@pytest.mark.parametrize(
    "measure",
    [
        lambda table: cumulative(table, JOBS, minutes=30),
        lambda table: interval(table, JOBS, minutes=(10, 30)),
        lambda table: gravity(table, JOBS, decay=linear(30)),
        lambda table: cost_to_reach(table, JOBS),
    ],
    ids=["cumulative", "interval", "gravity", "cost"],
)
def test_faulty_tables_are_refused_by_name(measure: Callable[[object], Access], case: str) -> None:
    table, message = BAD_TABLES[case]
    with pytest.raises(InputError, match=message):
        measure(table)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cumulative(T, JOBS, minutes=[60, 30]), "minutes: 60.0, 30.0 do not rise"),
        (lambda: cumulative(T, JOBS, minutes=[30, 30]), "do not rise"),
        (lambda: cumulative(T, JOBS, minutes=[]), "no threshold"),
        (lambda: cumulative(T, JOBS, minutes=-5), "minutes"),
        (lambda: cumulative(T, JOBS, minutes="30"), "minutes"),
        (lambda: cumulative(T, JOBS.iloc[:0], minutes=30), "opportunities: it is empty"),
        (lambda: cumulative(T, -JOBS, minutes=30), "negative or infinite at u, v, w"),
        (lambda: cumulative(T, JOBS.replace(10, np.nan), minutes=30), "missing or not a number at u"),
        (lambda: cumulative(T, pd.concat([JOBS, JOBS]), minutes=30), "repeated ids at u, v, w"),
        (lambda: cumulative(T, JOBS.to_dict(), minutes=30), "opportunities: a Series or DataFrame"),
        (lambda: cumulative(T, PEOPLE, minutes=30), "not among the destinations at u, v, w"),
        (lambda: cumulative(T, JOBS, weight="jobs", minutes=30), "a frame with the column .*, not Series"),
        (lambda: cumulative(T, JOBS, minutes=30, direction="towards"), "direction"),
        (lambda: interval(T, JOBS, minutes=(30, 10)), "do not rise"),
        (lambda: interval(T, JOBS, minutes=(10, 20, 30)), "first and the last"),
        (lambda: interval(T, JOBS, minutes=(10, 30), by="mode"), "by: 'mode'"),
        (lambda: interval(T, JOBS, minutes=(10, 30), step_min=0), "step_min"),
        (lambda: gravity(T, JOBS, decay=[]), "give values of"),
        (lambda: gravity(T, JOBS, decay=lambda t: 1 - t), "give values of"),
        (lambda: gravity(T, JOBS, decay=[linear(30), linear(30)]), "names are repeated"),
        (lambda: cost_to_reach(T, JOBS, amount=0), "amount"),
        (lambda: cost_to_reach(T, JOBS, amount=[2, 1]), "out of order"),
    ],
)
def test_bad_arguments_are_refused_by_name(call: Callable[[], Access], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_a_trip_as_long_as_the_one_limit_counts() -> None:
    whole = named([[5, 20, 70], [30, 40, 20]])
    for table in (whole, long_of(whole)):
        assert column(cumulative(table, JOBS, minutes=20)).to_dict() == {"a": 210, "b": 3000}
        assert column(cumulative(table, PEOPLE, minutes=20, direction="from")).to_dict() == {
            "u": 7, "v": 7, "w": 80
        }  # fmt: skip


def test_nothing_asked_gives_tables_without_rows() -> None:
    none = pd.Index([], name="origin")
    empty = pd.DataFrame(np.zeros((0, 3)), index=none, columns=pd.Index(list("uvw"), name="destination"))
    long = pd.DataFrame({"from": [], "to": [], "minutes": []})
    for found in (
        cumulative(empty, JOBS, minutes=30),
        gravity(empty, JOBS, decay=linear(60)),
        cumulative(long, JOBS, minutes=30, places=none),
        gravity(long, JOBS, decay=linear(60), places=none),
        cumulative(long, JOBS, minutes=[30, 60], places=none),
    ):
        assert len(found.table) == len(found.status) == 0


def test_amounts_written_as_text_are_read_as_numbers() -> None:
    assert column(cumulative(T, JOBS.astype(int).astype(str), minutes=20)).tolist() == [210, 0]


def test_a_set_of_nothing_but_zeros_warns() -> None:
    with pytest.warns(UrbgeoWarning, match="every amount of jobs is 0"):
        assert column(cumulative(T, JOBS * 0, minutes=30)).tolist() == [0, 0]


@pytest.mark.parametrize("names", [range(10, 14), ["a", "b", "c", "d"]], ids=["whole ids", "text ids"])
def test_a_table_in_order_says_the_same_as_one_in_disorder(names: Sequence[object]) -> None:
    """Tables of every pair, row by row, are read without looking ids up; one wrong row ends that."""
    draw = np.random.default_rng(3)
    ids = list(names)
    to = [f"to {one}" for one in range(1500)] if isinstance(ids[0], str) else list(range(1500))
    minutes = draw.uniform(1, 60, (len(ids), len(to)))
    ordered = pd.DataFrame(
        {"from": np.repeat(ids, len(to)), "to": np.tile(to, len(ids)), "minutes": minutes.ravel()}
    )
    jobs = pd.Series(draw.integers(0, 9, len(to)), index=to, name="jobs")
    expected = np.stack([(jobs.to_numpy() * (minutes <= t)).sum(axis=1) for t in (30, 45)], axis=1)
    for table in (ordered, ordered.sample(frac=1, random_state=1), ordered.astype({"from": object})):
        found = cumulative(table, jobs, minutes=[30, 45], places=pd.Index(ids)).values
        np.testing.assert_array_equal(found, expected)
        one = cumulative(table, jobs, minutes=30, places=pd.Index(ids)).values
        np.testing.assert_array_equal(one, expected[:, :1])
    # Turned by one place, a list is not its own inverse.
    turned = cumulative(
        ordered, jobs.iloc[np.roll(range(1500), 1)], minutes=30, places=pd.Index(np.roll(ids, 1))
    )
    np.testing.assert_array_equal(turned.values, np.roll(expected, 1, axis=0)[:, :1])
    for row, column, wrong in ((2000, "to", to[7]), (2000, "from", ids[3]), (1499, "from", ids[1])):
        broken = ordered.copy()
        broken.loc[row, column] = wrong
        with pytest.raises(InputError, match="1 repeated pairs"):
            cumulative(broken, jobs, minutes=30)
    for value, message in ((-1.0, "negative"), (1e6, "over 20160")):
        broken = ordered.copy()
        broken.loc[2000, "minutes"] = value
        with pytest.raises(InputError, match=message):
            cumulative(broken, jobs, minutes=30)
    gaps = ordered.copy()
    gaps.loc[[3, 2000], "minutes"] = [np.inf, np.nan]
    expected[0, :] -= jobs.iloc[3] * (minutes[0, 3] <= np.array([30, 45]))
    expected[1, :] -= jobs.iloc[500] * (minutes[1, 500] <= np.array([30, 45]))
    np.testing.assert_array_equal(cumulative(gaps, jobs, minutes=[30, 45]).values, expected)


def test_a_network_and_its_table_reach_the_same_either_way() -> None:
    """On a one-way road with points of unlike amounts, each direction has its own answer."""
    road = along(0, 30, 90, oneway=True)
    towns = points([(0, 0), (30, 0), (90, 0)], list("abc")).assign(name=list("ABC"))
    shops = points([(10, 0), (60, 0)], ["x", "y"]).assign(jobs=[5.0, 70.0])
    there = cumulative(road, shops, places=towns, weight="jobs", minutes=[21, 60])
    assert there.values["jobs"].to_numpy().tolist() == [[5, 75], [0, 70], [0, 0]]
    back = cumulative(road, shops, places=towns, weight="jobs", minutes=[21, 60], direction="from")
    assert back.values["jobs"].to_numpy().tolist() == [[0, 0], [5, 5], [0, 70]]
    assert there.table.columns.tolist() == ["name", "jobs 21 min", "jobs 60 min", "status", "geometry"]
    assert there.table["status"].tolist() == ["reached", "reached", "unreached"]
    for found, table, direction in (
        (there, minutes_table(road, towns, shops), "to"),
        (back, minutes_table(road, shops, towns), "from"),
    ):
        same = cumulative(table, shops, places=towns, weight="jobs", minutes=[21, 60], direction=direction)
        pd.testing.assert_frame_equal(same.table, found.table)
    assert cumulative(road, shops, places=towns, minutes=60).values.iloc[:, 0].tolist() == [2, 1, 0]


def test_a_network_needs_points_and_says_what_is_what() -> None:
    road, towns = along(0, 30), points([(0, 0)], ["a"])
    for call, message in (
        (lambda: cumulative(road, JOBS, places=towns, minutes=30), "opportunities: a GeoDataFrame is needed"),
        (lambda: cumulative(road, towns, minutes=30), "places: points are needed to travel by a network"),
        (lambda: cumulative(towns, road, minutes=30), "travel: GeoDataFrame gives no minutes"),
        (lambda: cumulative(road, towns, places=road, minutes=30), "not a TravelNetwork, which stands first"),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_ten_tenths_reach_one() -> None:
    tenths = pd.DataFrame([range(1, 11)], index=["a"], dtype=float).rename_axis(
        index="origin", columns="destination"
    )
    amounts = pd.Series(0.1, index=tenths.columns)
    assert np.cumsum(amounts).iloc[-1] < 1.0
    assert cost_to_reach(tenths, amounts, amount=1.0).values.iloc[0].tolist() == [10.0]


def test_the_last_threshold_counts_though_the_step_divides_by_a_hair_less() -> None:
    assert int((10.7 - 10.0) / 0.1) == 6
    table = pd.DataFrame({"x": [10.7]}, index=["a"]).rename_axis(index="origin", columns="destination")
    found = interval(table, pd.Series({"x": 80.0}), minutes=(10.0, 10.7), step_min=0.1)
    assert found.values.iloc[0].tolist() == pytest.approx([80.0 / 8])


def test_one_opportunity_and_steps_of_a_minute_are_asked_for_unless_said() -> None:
    ones = pd.Series(1.0, index=list("uvw"))
    assert column(cost_to_reach(T, ones)).tolist() == [5, 30]
    found = interval(named([[11]]), pd.Series({"u": 3.0}), minutes=(10, 12))
    assert column(found).tolist() == [2.0], "of the thresholds 10, 11, 12 two are met"
    assert found.provenance.parameters["step_min"] == 1.0


def test_who_reaches_nothing_is_a_share_and_four_columns_are_named() -> None:
    gaps = named([[5, 9], [math.inf, math.inf], [math.nan, math.nan], [1, math.inf]])
    found = cumulative(gaps, JOBS.iloc[:2], minutes=[10, 20, 30, 40])
    assert found.provenance.shares["places unreached"] == 0.5
    assert "..." not in repr(found).splitlines()[0] and "jobs 40.0" in repr(found)
    more = cumulative(gaps, JOBS.iloc[:2], minutes=[10, 20, 30, 40, 50])
    assert "jobs 40.0, ..." in repr(more)
    told = {"measure": "cumulative", "minutes": (10, 20, 30, 40), "weight": ("jobs",), "direction": "to"}
    assert told.items() <= dict(found.provenance.parameters).items()


def test_ids_alone_are_opportunities_of_one_each() -> None:
    """a reaches u and v within 30 minutes, w not."""
    table = named([[5, 30, 31]])
    found = cumulative(table, pd.Index(["u", "v", "w"]), minutes=30)
    assert found.values.columns.tolist() == [("opportunities", 30.0)] and column(found).tolist() == [2]
