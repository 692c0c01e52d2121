"""What a measure hands back: shares on their closed limit, who is left out, values by prefecture."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.network.build import points
from urbgeo.indicators.measured import by_prefecture, named, percent, plain, share_within

PLACES = points([(0, 0)] * 4, list("abcd")).assign(
    name_zh=list("甲乙丙丁"), name_en=list("ABCD"), prefecture=["1", "1", "2", "2"]
)
MINUTES = pd.Series([60.0, 60.1, np.nan, 5.0], PLACES.index)


def share(**options: object) -> object:
    ground = SimpleNamespace(estimated_road_share=0.25)
    return share_within(ground, PLACES, MINUTES, 60.0, noun=("县", "counties"), **options)  # type: ignore[arg-type]


def test_the_limit_is_closed_and_who_is_beyond_is_named_nearest_first() -> None:
    found = share()
    assert (found.value, found.count, found.limit, found.estimated_share) == (50.0, 4, 60.0, 0.25)
    assert found.left == (("乙", "B", 60.1), ("丙", "C", math.inf))
    assert found.units.to_dict() == {"1": 50.0, "2": 50.0}


def test_a_weight_counts_people_and_not_heads() -> None:
    found = share(weight=pd.Series([10, 30, 20, 40], PLACES.index))
    assert found.value == 50.0
    assert found.units.to_dict() == pytest.approx({"1": 25.0, "2": 200 / 3})


def test_where_nothing_weighs_there_is_no_share() -> None:
    assert math.isnan(percent(pd.Series([True]), pd.Series([0.0])))
    assert by_prefecture(PLACES.drop(columns="prefecture"), MINUTES, MINUTES).empty


def test_places_without_names_are_told_by_their_ids() -> None:
    assert named(PLACES[["geometry"]], pd.Series({"a": 1})) == (("a", "a", 1.0),)


def test_a_published_value_is_observed() -> None:
    assert (plain(3).value, plain(3).basis) == (3.0, "observed")
