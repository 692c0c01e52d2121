"""Siting equals a search through every set of candidates, on asymmetric tables with gaps."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.tables import amounts_for, long_of, named, wide_tables
from tests.network.build import along, points
from urbgeo.access.siting import marginal_coverage, maximal_covering, p_median
from urbgeo.errors import InputError, UrbgeoError
from urbgeo.network.minutes import minutes_table

T = named([[5, 50, 40], [50, 5, 10], [60, 6, math.inf], [math.inf, 70, 8]])
PEOPLE = pd.Series([10.0, 20.0, 30.0, 40.0], index=list("abcd"))

pytestmark = pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")


def nearest(table: pd.DataFrame, sites: tuple[str, ...]) -> pd.Series:
    return table[list(sites)].min(axis=1)


@settings(deadline=None, max_examples=40)
@given(wide_tables(5), st.data())
def test_maximal_covering_is_the_best_of_all_sets(table: pd.DataFrame, data: st.DataObject) -> None:
    people = amounts_for(data.draw, table.index)
    count = data.draw(st.integers(1, table.shape[1]))
    found = maximal_covering(table, people, count=count, minutes=25)
    best = max(people[nearest(table, s) <= 25].sum() for s in combinations(table.columns, count))
    assert found.share * people.sum() == pytest.approx(best)
    assert len(found.chosen) == count
    again = nearest(table, tuple(found.chosen))
    assert found.table["minutes"].tolist() == again.tolist()


@settings(deadline=None, max_examples=40)
@given(wide_tables(5), st.data())
def test_p_median_serves_most_and_then_costs_least(table: pd.DataFrame, data: st.DataObject) -> None:
    people = amounts_for(data.draw, table.index)
    count = data.draw(st.integers(1, table.shape[1]))

    def rank(sites: tuple[str, ...]) -> tuple[float, float]:
        times = nearest(table, sites)
        there = times[times < math.inf].index
        return -people[there].sum(), (people[there] * times[there]).sum()

    found = p_median(table, people, count=count)
    served, cost = rank(tuple(found.chosen))
    best = min(rank(s) for s in combinations(table.columns, count))
    assert served == best[0]
    assert cost == pytest.approx(best[1], rel=1e-6, abs=1e-6)


def test_existing_facilities_stay_and_candidates_add_to_them() -> None:
    found = maximal_covering(T, PEOPLE, count=1, minutes=10, existing=["u"])
    assert found.chosen.tolist() == ["w"]
    assert (found.share_before, found.share) == pytest.approx((0.1, 0.7))
    assert found.table["facility"].tolist() == ["u", "w", "u", "w"]
    assert p_median(T, PEOPLE, count=1, existing=["w"]).chosen.tolist() == ["v"]


def test_who_is_covered_already_draws_no_facility() -> None:
    """v would cover the many whom u covers, and few more; w covers fifty whom nobody does."""
    table = named([[5, 5, math.inf], [math.inf, 5, math.inf], [math.inf, math.inf, 5]])
    people = pd.Series([100.0, 10.0, 50.0], index=list("abc"))
    found = maximal_covering(table, people, count=1, minutes=10, existing=["u"])
    assert found.chosen.tolist() == ["w"]
    assert (found.share_before, found.share) == pytest.approx((100 / 160, 150 / 160))


def test_marginal_gains_alone_and_in_turn() -> None:
    for table in (T, long_of(T)):
        found = marginal_coverage(table, PEOPLE, minutes=10, target=0.9)
        assert found["gain"].to_dict() == {"u": 10, "v": 50, "w": 60}
        assert found.loc["w", "turn"] == 1
        assert found.loc["v", ["gain_in_turn", "share_after"]].tolist() == pytest.approx([30, 0.9])
        assert pd.isna(found.loc["u", "turn"])


@settings(deadline=None, max_examples=40)
@given(wide_tables(5), st.data(), st.integers(0, 2), st.sampled_from([None, 0.5, 0.9]))
def test_marginal_gains_equal_a_greedy_loop(
    table: pd.DataFrame, data: st.DataObject, standing: int, target: float | None
) -> None:
    people = amounts_for(data.draw, table.index)
    existing = list(table.columns[:standing])
    found = marginal_coverage(table, people, minutes=25, existing=existing, target=target)
    candidates = [one for one in table.columns if one not in existing]
    assert found.index.tolist() == candidates

    def covered(sites: list[str]) -> float:
        return sum(people[i] for i in table.index if any(table.loc[i, j] <= 25 for j in sites))

    taken = list(existing)
    for one in candidates:
        assert found.loc[one, "gain"] == covered([*existing, one]) - covered(existing)
    turn = 0
    while covered(taken) < (1.0 if target is None else target) * people.sum():
        gains = {one: covered([*taken, one]) - covered(taken) for one in candidates if one not in taken}
        if not gains or max(gains.values()) == 0:
            break
        best = max(gains, key=gains.__getitem__)
        taken.append(best)
        turn += 1
        assert found.loc[best, ["turn", "gain_in_turn"]].tolist() == [turn, gains[best]]
        assert found.loc[best, "share_after"] == pytest.approx(covered(taken) / people.sum())
    assert found["turn"].notna().sum() == turn


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: maximal_covering(T, PEOPLE, count=0, minutes=9), "count: 0"),
        (lambda: maximal_covering(T, PEOPLE, count=4, minutes=9), "the 3 candidates"),
        (lambda: maximal_covering(T, PEOPLE, count=True, minutes=9), "count"),
        (lambda: maximal_covering(T, PEOPLE, count=1, minutes=9, existing=["x"]), "existing: x"),
        (lambda: maximal_covering(T, PEOPLE, count=1, minutes=9, existing=["u", "u"]), "given twice"),
        (lambda: maximal_covering(T, -PEOPLE, count=1, minutes=9), "demand: .*negative"),
        (lambda: maximal_covering(T, PEOPLE.iloc[1:], count=1, minutes=9), "not among the origins at a"),
        (lambda: maximal_covering(T.T.rename_axis(index=None), PEOPLE, count=1, minutes=9), "neither wide"),
        (lambda: maximal_covering(T, PEOPLE, count=1, minutes=0), "minutes"),
        (lambda: p_median(T.replace(5, -1), PEOPLE, count=1), "negative minutes"),
        (lambda: p_median(T, PEOPLE, count=1, longest_s=0), "longest_s"),
        (lambda: p_median(T, PEOPLE, count=9), "count"),
        (lambda: marginal_coverage(T, PEOPLE, minutes=9, target=2), "target"),
        (lambda: marginal_coverage(T, PEOPLE.iloc[:0], minutes=9), "empty"),
    ],
)
def test_bad_input_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_a_network_chooses_as_its_table_and_names_come_back() -> None:
    road = along(0, 10, 30, oneway=True)
    homes = points([(0, 0), (10, 0), (30, 0)], list("abc")).assign(
        people=[10.0, 20.0, 30.0], name=list("ABC")
    )
    sites = points([(5, 0), (20, 0)], ["s", "t"]).assign(name=["S", "T"])
    table = minutes_table(road, homes, sites)
    for travel in (road, table):
        found = maximal_covering(travel, homes, sites, population="people", count=1, minutes=20)
        assert found.chosen.tolist() == ["t"]
        assert found.table["covered"].tolist() == [True, True, False]
        assert found.table["status"].tolist() == ["reached", "reached", "unreached"]
        assert found.table.columns[0] == "name" and found.table.crs == homes.crs
        assert found.summary.loc["share", "value"] == 0.5
        gains = marginal_coverage(travel, homes, sites, population="people", minutes=20)
        assert gains["gain"].tolist() == [10, 30] and gains["name"].tolist() == ["S", "T"]
        assert p_median(travel, homes, sites, population="people", count=1).chosen.tolist() == ["t"]
    assert maximal_covering(
        table, homes, sites.loc[["s"]], population="people", count=1, minutes=20
    ).share == (pytest.approx(1 / 6))


def test_proven_means_proven() -> None:
    """The solver's default gap would accept sets that are a hair worse; zero is asked for."""
    draw = np.random.default_rng(5)
    for seed in range(3):
        table = named(draw.uniform(0, 60, (8, 6)).round(1).tolist())
        people = pd.Series(draw.uniform(1, 9, 8), index=table.index)
        best = max(
            people[(table[list(pair)] <= 25).any(axis=1)].sum()
            for pair in itertools.combinations(table.columns, 2)
        )
        found = maximal_covering(table, people, count=2, minutes=25)
        assert found.share == pytest.approx(best / people.sum(), rel=1e-12), seed


@pytest.mark.parametrize("existing", ["u", None, 3])
def test_existing_must_be_a_list(existing: object) -> None:
    with pytest.raises(InputError, match=r"existing: .*is no list"):
        maximal_covering(T, PEOPLE, count=1, minutes=9, existing=existing)


def drawn(seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """A table large enough for a solver that may stop early to do so."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(1, 60, (15, 10)) * 1.0)
    return table.rename_axis(index="origin", columns="destination"), pd.Series(rng.integers(1, 9, 15) * 1.0)


@pytest.mark.parametrize("seed", [8, 32, 35, 65])
def test_what_is_called_best_is_best_and_not_nearly(seed: int) -> None:
    table, people = drawn(seed)
    sets = list(combinations(table.columns, 4))
    covered = max(people[nearest(table, one) <= 12].sum() for one in sets)
    walked = min((people * nearest(table, one)).sum() for one in sets)
    assert maximal_covering(table, people, count=4, minutes=12).share * people.sum() == pytest.approx(covered)
    assert p_median(table, people, count=4).mean_minutes * people.sum() == pytest.approx(walked)


def test_a_target_met_but_for_rounding_asks_for_no_more() -> None:
    own = named(np.where(np.eye(5, dtype=bool), 5.0, math.inf).tolist())
    people = pd.Series(0.7, index=own.index)
    assert people.iloc[:3].sum() < 0.6 * people.sum()
    assert marginal_coverage(own, people, minutes=10, target=0.6)["turn"].notna().sum() == 3


def test_bounds_are_closed_and_every_figure_is_as_counted_by_hand() -> None:
    """With v beside the standing u: a 5, b 5, c 6, d 70 minutes."""
    found = p_median(T, PEOPLE, count=1, existing=["u"])
    assert found.chosen.tolist() == ["w"], "a 5, b 10, c 60, d 8: 2370 against 3130 person-minutes"
    assert found.mean_minutes == pytest.approx((10 * 5 + 20 * 10 + 30 * 60 + 40 * 8) / 100)
    assert (found.share, found.share_before) == (1.0, 0.6), "with any minutes; before only d has none"
    told = {"measure": "p-median", "count": 1, "existing": 1}
    assert told.items() <= dict(found.provenance.parameters).items()
    near = maximal_covering(T, PEOPLE, count=1, minutes=8, existing=["u"])
    assert near.chosen.tolist() == ["v"] and near.table["covered"].tolist() == [True, True, True, False]
    assert near.summary["value"].to_dict() == pytest.approx(
        {"share": 0.6, "share_before": 0.1, "mean_minutes": (10 * 5 + 20 * 5 + 30 * 6 + 40 * 70) / 100}
    )
    assert near.provenance.parameters["minutes"] == 8
    assert "share 10.0% -> 60.0%" in repr(near)


def test_demand_out_of_reach_and_without_people_leaves_the_mean_alone() -> None:
    table = named([[5], [math.inf], [math.nan]])
    found = maximal_covering(table, pd.Series([10.0, 30.0, 0.0], list("abc")), count=1, minutes=5)
    assert found.table["status"].tolist() == ["reached", "unreached", "not asked"]
    assert found.table["minutes"].tolist() == pytest.approx([5, math.inf, math.nan], nan_ok=True)
    assert found.table["facility"].fillna("none").tolist() == ["u", "none", "none"]
    assert (found.share, found.mean_minutes) == (0.25, 5)
    nobody = maximal_covering(table, pd.Series(0.0, list("abc")), count=1, minutes=5)
    assert math.isnan(nobody.share) and math.isnan(nobody.share_before) and math.isnan(nobody.mean_minutes)
    assert p_median(table, pd.Series([0.0, 1, 1], list("abc")), count=1).chosen.tolist() == ["u"]


def test_a_single_person_is_demand() -> None:
    """u covers a alone, v the two others, one person each: v; who weighs nothing draws nobody."""
    table = named([[5, 90], [90, 5], [90, 5], [5, 90], [5, 90]])
    people = pd.Series([1.0, 1, 1, 0, 0], index=list("abcde"))
    assert maximal_covering(table, people, count=1, minutes=10).chosen.tolist() == ["v"]
    assert p_median(table, people, count=1).chosen.tolist() == ["v"]


def test_a_best_that_was_not_proven_in_time_is_refused() -> None:
    table, people = drawn(8)
    with pytest.raises(UrbgeoError, match=r"no proven best in 1e-09 s .*raise longest_s or ask for fewer"):
        p_median(table, people, count=4, longest_s=1e-9)
