"""Who takes a zone that several metropolises reach: by minutes, by flow, by potential."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from urbgeo.cities.contests import chosen_by, nearest, preference, ring_sums, sums, zone_frame
from urbgeo.cities.metropolitan_rules import MetropolitanRules

NAN, INF = np.nan, np.inf
CITIES = pd.Index(["甲", "乙"])
ZONES = pd.Index(["a", "b", "c", "d"])
APART = np.array([[0.0, 50.0], [30.0, 20.0], [40.0, INF], [NAN, NAN]])
CORE = pd.Series(["甲"], index=["a"])


def test_the_least_minutes_are_missing_only_where_all_are() -> None:
    table = pd.DataFrame([[NAN, 5.0], [INF, INF], [NAN, NAN]])
    np.testing.assert_array_equal(nearest(table), [5.0, INF, NAN])


def test_the_offer_follows_the_rule_that_is_named() -> None:
    people = pd.Series([900.0, 1.0, 1.0, 1.0], ZONES)
    share = np.array([[1.0, 0.0], [0.1, 0.4], [0.2, 0.0], [0.0, 0.0]])

    def offer(contested: str) -> np.ndarray:
        rules = MetropolitanRules(contested=contested, friction=2.0, flows=pd.DataFrame())
        return preference(rules, APART, share, people, CORE, CITIES, ZONES)

    np.testing.assert_array_equal(offer("minutes")[1], [-30.0, -20.0])
    assert offer("minutes")[3].tolist() == [-INF, -INF]
    np.testing.assert_array_equal(offer("flow"), share)
    np.testing.assert_allclose(offer("potential")[1], [900.0 / 30.0**2, 0.0])


def test_a_tie_goes_to_the_nearer_and_then_to_the_first() -> None:
    wins = np.array([[1.0, 1.0], [1.0, 1.0], [2.0, 1.0], [1.0, 1.0]])
    apart = np.array([[9.0, 8.0], [7.0, 7.0], [9.0, 1.0], [INF, NAN]])
    assert chosen_by(wins, apart).tolist() == [1, 0, 0, -1]


def test_a_zone_tells_its_metropolis_minutes_ring_and_rivals() -> None:
    chosen = np.array([0, 1, 0, -1])
    frame = zone_frame(ZONES, CITIES, chosen, APART, APART <= 40.0, (20.0, 40.0))
    assert frame["metropolis"].tolist() == ["甲", "乙", "甲", None]
    assert frame["minutes"].tolist()[:3] == [0.0, 20.0, 40.0]
    assert frame["status"].tolist() == ["reached", "reached", "reached", "lost"]
    assert frame["ring"].tolist()[:3] == [20.0, 20.0, 40.0]  # the bounds are closed
    assert frame["contested"].tolist() == [1, 2, 1, 0]
    held = sums(frame.assign(people=[1.0, 2.0, 4.0, 8.0]), CITIES)
    assert held.loc["甲"].tolist() == [2, 5.0]


def test_rings_hold_what_is_nearer_to_no_other() -> None:
    people = pd.Series([1.0, 2.0, 4.0, 8.0], ZONES)
    found = ring_sums(
        APART, np.array([0, -1, -1, -1]), np.array([0, -1, 0, -1]), CITIES, (20.0, 40.0), people
    )
    assert found.loc[("甲", 20.0)].tolist() == [1, 1.0]
    assert found.loc[("甲", 40.0)].tolist() == [2, 5.0]
    assert found.loc[("乙", 20.0)].tolist() == [1, 2.0]


def test_zones_without_a_way_or_without_minutes_are_told_apart() -> None:
    apart = np.array([[INF, INF], [INF, NAN], [NAN, NAN], [9.0, NAN]])
    frame = zone_frame(ZONES, CITIES, np.array([-1, -1, -1, -1]), apart, apart <= 5.0, (20.0, 40.0))
    assert frame["status"].tolist() == ["unreached", "unreached", "lost", "reached"]
    assert frame["minutes"].tolist() == pytest.approx([INF, INF, NAN, 9.0], nan_ok=True)
    assert frame["contested"].tolist() == [0, 0, 0, 0]
    assert sums(frame, CITIES).to_dict("list") == {"zones": [0, 0]}
    assert sums(frame.assign(people=1.0), CITIES).to_dict("list") == {"zones": [0, 0], "people": [0, 0]}


def test_rings_without_people_count_zones_and_a_home_is_in_every_ring() -> None:
    """c is 40 minutes from 甲 and its home; a belongs to 甲 though 乙 has no minutes to it."""
    home, chosen = np.array([0, -1, 1, -1]), np.array([0, 0, 1, -1])
    found = ring_sums(APART, home, chosen, CITIES, (20.0, 40.0), None)
    assert found.columns.tolist() == ["zones"]
    assert found["zones"].to_dict() == {("甲", 20.0): 1, ("甲", 40.0): 2, ("乙", 20.0): 1, ("乙", 40.0): 1}


def test_a_potential_grows_with_the_people_of_all_core_zones_of_a_metropolis() -> None:
    people = pd.Series([900.0, 100.0, 10.0, 1.0], ZONES)
    core = pd.Series(["甲", "甲", "乙"], index=["a", "b", "c"])
    rules = MetropolitanRules(contested="potential", friction=1.0)
    offer = preference(rules, APART, np.zeros((4, 2)), people, core, CITIES, ZONES)
    assert offer[1].tolist() == pytest.approx([1000 / 30, 10 / 20])
    assert offer[2].tolist() == [1000 / 40, 0] and offer[3].tolist() == [0, 0]
    assert preference(rules, APART, np.zeros((4, 2)), None, core, CITIES, ZONES).tolist() == [[0, 0]] * 4
