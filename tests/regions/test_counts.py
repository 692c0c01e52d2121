"""Trains of past years carry the counts that were published, and the mix of today otherwise."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.errors import InputError
from urbgeo.regions.counts import as_counted, counts_of_year, still_served
from urbgeo.regions.region import Region
from urbgeo.regions.years import region_in_year


def stops(**patterns: tuple[str, float]) -> pd.DataFrame:
    """A table of services: where each calls and how often it runs."""
    rows = [
        {"service": name, "class": "hsr", "station": one, "trains_per_day": trains, "year": 2024}
        for name, (called, trains) in patterns.items()
        for one in called
    ]
    return pd.DataFrame(rows)


def counts(*told: tuple[str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(told, columns=["from_station", "to_station", "year", "trains_per_day"])


def daily(table: pd.DataFrame) -> dict[str, float]:
    return table.groupby("service")["trains_per_day"].first().round(6).to_dict()


def counted(then: pd.DataFrame, today: pd.DataFrame, told: pd.DataFrame, year: int) -> pd.DataFrame:
    return as_counted(then, counts_of_year(then, today, told, year), year)


TODAY = stops(express=("AC", 30), local=("ABC", 10), branch=("AD", 6))


def test_a_counted_pair_has_its_count_and_its_mix_of_today() -> None:
    then = counted(TODAY, TODAY, counts(("A", "C", 2014, 20)), 2014)
    assert daily(then) == {"express": 15, "local": 5, "branch": 6}


def test_between_two_told_years_counts_are_interpolated_and_today_is_the_last() -> None:
    told = counts(("A", "C", 2014, 20), ("A", "C", 2018, 30))
    assert sum(daily(counted(TODAY, TODAY, told, 2016)).values()) == 25 + 6
    assert sum(daily(counted(TODAY, TODAY, told, 2021)).values()) == 35 + 6
    pd.testing.assert_frame_equal(counted(TODAY, TODAY, told, 2024), TODAY)


def test_before_the_first_told_year_nothing_is_known() -> None:
    assert daily(counted(TODAY, TODAY, counts(("A", "C", 2014, 20)), 2013)) == daily(TODAY)


def test_services_counted_as_none_are_gone_and_others_stay() -> None:
    told = counts(("A", "C", 2014, 0), ("A", "C", 2015, 0))
    assert daily(counted(TODAY, TODAY, told, 2015)) == {"branch": 6}


def test_ordinary_trains_are_not_counted() -> None:
    slow = TODAY.assign(**{"class": "conventional"})
    pd.testing.assert_frame_equal(counted(slow, slow, counts(("A", "C", 2014, 20)), 2014), slow)


@given(through=st.floats(1, 60), calling=st.floats(0.05, 0.95))
def test_several_counts_hold_together(through: float, calling: float) -> None:
    told = counts(("A", "C", 2014, through), ("A", "B", 2014, through * calling))
    found = daily(counted(TODAY, TODAY, told, 2014))
    assert found["express"] + found["local"] == pytest.approx(through, rel=1e-5)
    assert found["local"] == pytest.approx(through * calling, rel=1e-5)


def test_counts_that_are_none_or_name_no_station_are_refused() -> None:
    wrong = counts(("A", "C", 2014, -1), ("A", "Z", 2014, 3), ("A", "Z", 2014, 4))
    message = r"trains_per_day is negative.*no train calls there at Z.*two counts of one year"
    with pytest.raises(InputError, match=message):
        counted(TODAY, TODAY, wrong, 2014)


def test_a_pair_is_counted_once_whichever_station_stands_first() -> None:
    told = counts(("A", "C", 2014, 20), ("C", "A", 2018, 30))
    both_ways = counts(("A", "C", 2014, 20), ("A", "C", 2018, 30))
    for year in (2014, 2016, 2018, 2021):
        assert daily(counted(TODAY, TODAY, told, year)) == daily(counted(TODAY, TODAY, both_ways, year))
    twice = counts(("A", "C", 2014, 20), ("C", "A", 2014, 30))
    with pytest.raises(
        InputError, match=r"two counts of one year.*A – C in 2014 \(20\), C – A in 2014 \(30\)"
    ):
        counted(TODAY, TODAY, twice, 2014)


def test_counts_that_no_mix_of_trains_can_carry_are_refused_by_their_stations() -> None:
    """Whoever calls at A and B goes on to C, so the first count cannot be above the second."""
    for told in (
        (("A", "B", 2014, 30), ("A", "C", 2014, 20)),
        (("A", "C", 2014, 20), ("A", "B", 2014, 30)),
        (("A", "C", 2014, 0), ("A", "B", 2014, 30)),
    ):
        with pytest.raises(InputError, match=r"no mix of the trains of 2014 .*A – [BC] in 2014"):
            counted(TODAY, TODAY, counts(*told), 2014)
    all_stop = counts(("A", "B", 2014, 20), ("A", "C", 2014, 20))
    assert counted(TODAY, TODAY, all_stop, 2014).query("service == 'local'")["trains_per_day"].iloc[0] > 19.5


def test_counts_of_a_year_are_those_before_it_and_one_of_it_that_says_how_it_is_known() -> None:
    told = counts(
        ("A", "D", 2020, 4), ("B", "E", 2014, 1), ("A", "C", 2018, 30), ("A", "C", 2014, 20),
        ("A", "B", 2014, 5),
    ).assign(basis="document")  # fmt: skip
    today = pd.concat([TODAY, stops(late=("BE", 3))])  # nothing calls at E in the year asked
    for year, last, basis in ((2016, 25, "interpolated"), (2018, 30, "document")):
        found = counts_of_year(TODAY, today, told, year).sort_values(["to_station", "year"])
        rows = found[["to_station", "year", "trains_per_day", "basis"]].to_numpy().tolist()
        b = 5 + (year - 2014) / 10 * (10 - 5)  # the local runs ten times today
        assert rows == [
            ["B", 2014, 5, "document"], ["B", year, b, "interpolated"],
            ["C", 2014, 20, "document"], ["C", year, last, basis],
        ]  # fmt: skip
    bare = counts_of_year(TODAY, today, told.drop(columns="basis"), 2016)
    assert "basis" not in bare


def test_a_count_of_todays_year_or_later_is_that_of_the_stops() -> None:
    told = counts(("A", "C", 2014, 20), ("A", "C", 2024, 100), ("A", "C", 2030, 200))
    assert sum(daily(counted(TODAY, TODAY, told, 2021)).values()) == 34 + 6
    for year in (2024, 2030):
        assert counts_of_year(TODAY, TODAY, told, year)["year"].tolist() == [2014]
    older = TODAY.assign(year=[2014] + [2024] * (len(TODAY) - 1))
    assert sum(daily(counted(older, older, told, 2021)).values()) == 34 + 6, (
        "today is the latest of the years"
    )
    without = TODAY.drop(columns="year")
    assert counts_of_year(without, without, told, 2021) is told


def test_a_count_is_held_to_a_hundredth() -> None:
    """A–B takes a train of each A–C has; with more there than here one of both is missed."""
    for more, held in ((1.009, True), (1.03, False)):
        told = counts(("A", "B", 2014, 20 * more), ("A", "C", 2014, 20))
        if held:
            assert daily(counted(TODAY, TODAY, told, 2014))["local"] == pytest.approx(20, rel=0.01)
        else:
            with pytest.raises(InputError, match="no mix of the trains"):
                counted(TODAY, TODAY, told, 2014)


def test_counts_are_kept_where_trains_still_call_at_both_ends() -> None:
    told = counts(("A", "C", 2014, 20), ("A", "Z", 2014, 3), ("Z", "A", 2014, 3))
    assert still_served(told, TODAY)["to_station"].tolist() == ["C"]
    assert still_served(told.iloc[:0], pd.DataFrame()).empty


def test_the_region_runs_as_many_trains_as_documents_say(hunan: Region) -> None:
    assert (hunan.rail_counts["basis"] == "document").all() and hunan.rail_counts["source"].str.len().gt(
        20
    ).all()
    for year, start, end, pairs in (
        (2010, "ST_Wuhan", "ST_ChangshaNan", 46),
        (2010, "ST_ChangshaNan", "ST_GuangzhouNan", 70),
        (2014, "ST_ChangshaNan", "ST_HuaihuaNan", 18.5),
        (2021, "ST_ZhangjiajieXi", "ST_HuaihuaNan", 16),
    ):
        fast = region_in_year(hunan, year).rail_stops
        fast = fast[fast["class"] != "conventional"]
        called = fast.groupby("service")["station"].agg(set)
        serving = called.index[called.map(lambda one, ends={start, end}: ends <= one)]
        assert fast.groupby("service")["trains_per_day"].first()[serving].sum() == pytest.approx(
            pairs, rel=1e-3
        )


def test_a_region_without_counts_runs_as_today(hunan: Region) -> None:
    bare = replace(hunan, rail_counts=pd.DataFrame())
    then, now = region_in_year(bare, 2016).rail_stops, hunan.rail_stops
    common = then[then["service"].isin(now["service"])].groupby("service")["trains_per_day"].first()
    same = now.groupby("service")["trains_per_day"].first()[common.index]
    assert (common[common.index != "WG_DIRECT"] == same[common.index != "WG_DIRECT"]).all()


@pytest.mark.parametrize("first", [2016, 2021])
def test_a_region_taken_back_twice_runs_the_trains_of_the_earlier_year(hunan: Region, first: int) -> None:
    between = region_in_year(hunan, first)
    again = daily(region_in_year(between, first).rail_stops)
    assert again == pytest.approx(daily(between.rail_stops), rel=1e-3)
    pair, year = ("ST_Wuhan", "ST_ChangshaNan"), 2011
    once, twice = region_in_year(hunan, year), region_in_year(between, year)
    assert running(twice, *pair) == pytest.approx(running(once, *pair)) == pytest.approx(51.5)


def running(region: Region, start: str, end: str) -> float:
    """Fast trains a day that call at both of two stations."""
    fast = region.rail_stops[region.rail_stops["class"].isin(["hsr", "intercity"])]
    at = fast.groupby("service").agg({"station": set, "trains_per_day": "first"})
    return float(at.loc[[{start, end} <= one for one in at["station"]], "trains_per_day"].sum())
