"""Labour-market areas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.cities.flow_tables import flow_table, matrices
from urbgeo.cities.labour import LabourRules, labour_market_areas
from urbgeo.errors import InputError


@settings(max_examples=50, deadline=None)
@given(matrices)
def test_labour_areas_meet_the_rules_or_have_nowhere_to_go(matrix: list[list[int]]) -> None:
    assume(np.any(matrix))
    names = pd.Index(list("abcdefghij"[: len(matrix)]))
    rules = LabourRules(min_size=20, target_size=200)
    found = labour_market_areas(flow_table(matrix), names, rules=rules)
    group = found.table["area"]
    values = np.array(matrix, float)
    assert found.areas["zones"].sum() == len(names)
    for area, row in found.areas.iterrows():
        inside = (group == area).to_numpy()
        linked = values[np.ix_(inside, ~inside)].sum() + values[np.ix_(~inside, inside)].sum() > 0
        stays = (found.table.loc[inside, "status"] == "own area").any()
        if linked and not stays and len(found.areas) > 1:
            assert row["self_containment"] >= rules.min_containment - 1e-9
            assert row["employed"] >= rules.min_size


def labour_by_loops(values: np.ndarray, rules: LabourRules) -> list[int]:
    """The dissolving of areas as Coombes and Bond describe it, with plain sums over members."""
    employed, jobs = values.sum(axis=1), values.sum(axis=0)
    group = list(range(len(values)))
    alive, settled = set(group), {z for z in group if 0 < employed[z] == values[z, z]}

    def of(area: int) -> list[int]:
        return [zone for zone, one in enumerate(group) if one == area]

    def valid(area: int) -> float:
        inside = of(area)
        most = max(employed[inside].sum(), jobs[inside].sum())
        contained = values[np.ix_(inside, inside)].sum() / most if most else 0.0
        size = (rules.target_size - employed[inside].sum()) / (rules.target_size - rules.min_size)
        allowed = 1 - (1 - rules.min_containment / rules.target_containment) * max(size, 0.0)
        return allowed * min(contained / rules.target_containment, 1.0)

    def tie(zone: int, area: int) -> float:
        inside = of(area)
        out, back = values[zone, inside].sum(), values[inside, zone].sum()
        forth = out**2 / (employed[zone] * jobs[inside].sum()) if out else 0.0
        return forth + (back**2 / (jobs[zone] * employed[inside].sum()) if back else 0.0)

    while open_areas := sorted(alive - settled):
        worst = min(open_areas, key=valid)
        if valid(worst) >= rules.min_containment / rules.target_containment:
            break
        members = sorted(of(worst), key=lambda zone: -employed[zone])
        alive.discard(worst)
        moved = 0
        for zone in members:
            best = max(sorted(alive), key=lambda area: tie(zone, area), default=None)
            if best is not None and tie(zone, best) > 0:
                group[zone] = best
                moved += 1
        if moved < len(members):
            alive.add(worst)
            if not moved:
                settled.add(worst)
    return group


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(0, 2**32 - 1), st.sampled_from([0.3, 0.7]))
def test_labour_areas_equal_the_description_by_loops(n: int, seed: int, empty: float) -> None:
    random = np.random.default_rng(seed)
    values = random.random((n, n)) * 100 * (random.random((n, n)) > empty)
    values[np.diag_indices(n)] += random.random(n) * 200
    rules = LabourRules(min_size=50, target_size=500)
    names = list("abcdefghij"[:n])
    found = labour_market_areas(flow_table(values), pd.Index(names), rules=rules).table["area"]
    expected = labour_by_loops(values, rules)
    pairs = set(zip(found, expected, strict=True))
    assert len(pairs) == found.nunique() == len(set(expected))


def test_labour_areas_trade_size_against_containment_at_the_published_numbers() -> None:
    """25,000 residents need two thirds of them to stay, 3,500 need three quarters, 14,250 the middle."""
    for size, share in ((25_000, 0.6667), (40_000, 0.6667), (3_500, 0.75)):
        for step, stands in ((0.0, True), (-0.002, False)):
            stays = round(size * (share + step)) + (1 if stands else 0)
            flows = flow_table([[stays, size - stays], [0, 900_000]], "ab")
            areas = labour_market_areas(flows, pd.Index(["a", "b"])).table["area"]
            assert (areas["a"] == "a") == stands, (size, share, step)
    tiny = flow_table([[3400, 90], [0, 900_000]], "ab")
    assert labour_market_areas(tiny, pd.Index(["a", "b"])).table.loc["a", "area"] == "b", "below 3,500"


def test_areas_tell_their_city_its_share_and_who_stays_at_home() -> None:
    """a and b send each other workers; c's all stay; d has nobody; b is the larger in jobs."""
    flows = flow_table([[60, 40, 0, 0], [10, 190, 0, 0], [0, 0, 50, 0], [0, 0, 0, 0]], "abcd")
    rules = LabourRules(min_size=10, target_size=150)
    found = labour_market_areas(flows, pd.Index(list("dcba")), rules=rules)
    table = found.table.loc[list("abcd")]
    assert found.table.index.tolist() == list("dcba")
    assert table["area"].tolist() == ["b", "b", "c", "d"] == table["strongest"].tolist()
    assert table["role"].tolist() == ["commuting zone", "city", "city", "city"]
    assert table["share"].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert table["status"].tolist() == ["assigned", "assigned", "own area", "no link"]
    assert found.areas.loc["b"].tolist() == [2, 300, 300, 1.0]
    told = {"min_containment": 2 / 3, "target_containment": 0.75, "min_size": 10, "target_size": 150}
    assert dict(found.provenance.parameters) == pytest.approx(told, rel=1e-3)


def test_rules_that_contradict_each_other_are_refused_and_equal_shares_are_not() -> None:
    assert LabourRules(min_containment=0.7, target_containment=0.7).min_containment == 0.7
    for wrong in (
        {"min_containment": 0.8, "target_containment": 0.7},
        {"min_size": 5.0, "target_size": 5.0},
    ):
        with pytest.raises(InputError, match="labour rules: min_containment must not exceed"):
            LabourRules(**wrong)
    assert LabourRules(min_size=0, target_size=1).min_size == 0


def test_a_zone_that_one_worker_leaves_is_not_on_its_own() -> None:
    table = labour_market_areas(flow_table([[99, 1], [0, 50]], "ab"), pd.Index(["a", "b"])).table
    assert table["status"].tolist() == ["assigned", "own area"]
