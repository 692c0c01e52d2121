"""Measures of people: size structure, urbanisation, links between cities."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from urbgeo.cities.hunan import hunan_box8
from urbgeo.indicators.measured import Measured
from urbgeo.indicators.people import circle_urban, core_share, urbanisation, urbanisation_met


def measured(measure: Any, **parts: object) -> Measured:
    found = measure(SimpleNamespace(**parts))
    assert isinstance(found, Measured)
    return found


def test_a_prefecture_that_stands_on_its_planned_rate_has_reached_it() -> None:
    aims = hunan_box8().set_index("adcode")["urbanisation_2025"]
    on, below, above = aims.index[:3]
    people = pd.Series(1e6, [on, below, above, "999999"])
    urban = (aims[[on, below, above]] * 1e6).round().reindex(people.index, fill_value=1.0)
    urban[below] -= 1_000.0
    urban[above] += 1_000.0
    seats = pd.DataFrame({"population": people, "urban_population": urban, "name_zh": list("甲乙丙丁")})
    found = measured(urbanisation_met, prefectures=seats)
    assert (found.value, found.count) == (2.0, 3), "one without a plan is not asked"
    assert found.left == (("乙", below, pytest.approx(0.1)),)
    assert found.units.to_dict() == pytest.approx({on: 0.0, below: -0.1, above: 0.1}, abs=1e-9)


def test_urbanisation_is_that_of_all_people_and_not_the_mean_of_rates() -> None:
    seats = pd.DataFrame({"population": [100.0, 300.0], "urban_population": [90.0, 30.0]}, index=["a", "b"])
    found = measured(urbanisation, prefectures=seats)
    assert found.value == 30.0 and found.units.to_dict() == {"a": 90.0, "b": 10.0}
    share = measured(core_share, prefectures=seats, core=seats.iloc[:1])
    assert share.value == 75.0
    assert core_share(SimpleNamespace(prefectures=seats, core=seats.iloc[:0])) is None


def test_people_of_the_circle_are_those_of_its_counties_with_the_share_that_is_estimated() -> None:
    counties = pd.DataFrame(
        {
            "urban_population": [10.0, 30.0, 60.0, 500.0],
            "urban_basis": ["estimated: a share", "census", "census", "census"],
            "prefecture": ["p", "p", "q", "q"],
        },
        index=list("abcd"),
    )
    region = SimpleNamespace(lists={"circle": ("a", "b", "c")})
    found = measured(circle_urban, counties=counties, region=region)
    assert (found.value, found.estimated_share, found.basis) == (100.0, 0.1, "observed")
    assert found.units.to_dict() == {"p": 40.0, "q": 60.0}
    assert circle_urban(SimpleNamespace(counties=counties, region=SimpleNamespace(lists={}))) is None
