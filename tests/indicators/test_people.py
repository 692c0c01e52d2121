"""Measures of people: shares, sums and ranks worked out by hand, and links of gravity."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.indicators.grounds import CITIES, ground, places, square, work
from tests.network.build import points
from urbgeo.indicators.catalogue import MEASURES


def cities(*people: float, prefix: str = "4399") -> gpd.GeoDataFrame:
    """Prefecture seats of so many urban people, and twice as many in all."""
    ids = [f"{prefix}{at:02d}" for at in range(len(people))]
    spots = points([(10.0 * at, 0.0) for at in range(len(people))], ids)
    return spots.assign(
        level="prefecture", prefecture=ids, name_zh=ids, name_en=ids, urban_population=people,
        population=2.0 * np.array(people),
    )  # fmt: skip


def test_the_core_is_a_share_of_the_urban_people_of_prefectures() -> None:
    assert work("core_share", ground()).value == pytest.approx(100 * 6 / 7)
    assert work("core_share", ground()).basis == "observed"
    assert MEASURES["core_share"].work(ground(lists={})) is None


def test_people_of_the_circle_are_summed_and_estimates_weigh_as_they_are_large() -> None:
    marked = places().assign(urban_basis="published", population_source="census")
    marked.loc["430602", "urban_basis"] = "estimated from the total"
    lists = {"circle": ("430103", "430602", "439999")}
    urban = work("circle_urban", ground(places=marked, lists=lists))
    assert urban.value == 2.9e6 and urban.estimated_share == pytest.approx(0.9 / 2.9)
    assert urban.units is not None and urban.units.to_dict() == {"430100": 2e6, "430600": 9e5}
    whole = work("circle_all", ground(places=marked, lists=lists))
    assert (whole.value, whole.estimated_share) == (5.5e6, 0.0)
    assert MEASURES["circle_all"].work(ground(lists={"circle": ("439999",)})) is None


def test_the_first_city_is_held_against_the_second_and_against_all() -> None:
    on = ground(places=cities(1e6, 6e6, 3e6))
    assert work("primacy_2", on).value == pytest.approx(2.0)
    assert work("primacy_share", on).value == pytest.approx(60.0)


def test_sizes_that_fall_as_ranks_less_a_half_have_an_exponent_of_one() -> None:
    sizes = [12e6 / (rank - 0.5) for rank in range(1, 9)]
    assert work("rank_size_exponent", ground(places=cities(*sizes))).value == pytest.approx(1.0, abs=1e-6)


def test_the_rate_of_all_is_of_all_people_and_no_mean_of_rates() -> None:
    found = work("urbanisation", ground())
    assert found.value == pytest.approx(70.0) and found.count == 2
    assert found.units is not None and found.units.to_dict() == {"430100": 75.0, "430600": 50.0}


def test_a_prefecture_just_at_its_plan_has_met_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = pd.DataFrame({"adcode": [*CITIES, "430200"], "urbanisation_2025": [0.75, 0.6, 0.5]})
    monkeypatch.setattr("urbgeo.indicators.people.hunan_box8", lambda: plan)
    found = work("urbanisation_met", ground())
    assert (found.value, found.count) == (1.0, 2)
    assert [(zh, en) for zh, en, _ in found.left] == [("岳", "Yueyang")]
    assert found.left[0][2] == pytest.approx(10.0) and found.left_unit == ("点", "points")


def test_links_of_a_cluster_are_the_share_of_people_over_minutes_squared() -> None:
    """Three cities: P1 P2 / t² of every pair, by hand."""
    seats = cities(4e6, 2e6, 1e6)
    ids = tuple(seats.index)
    table = square(ids, [0, 60, 30], [60, 0, 120], [30, 120, 0])
    on = {"road prefectures prefectures": table}
    found = work("cluster_links", ground(on, places=seats, lists={"cluster_3_5": ids[:2]}))
    ab, ac, bc = 8 / 60**2, 4 / 30**2, 2 / 120**2
    assert found.value == pytest.approx(100 * ab / (ab + ac + bc))
    assert MEASURES["cluster_links"].work(ground(on, places=seats, lists={"cluster_3_5": ids[:1]})) is None


def test_a_seat_leans_on_a_sub_centre_only_if_that_is_its_strongest_link_and_larger() -> None:
    seats = cities(8e6, 3e6, 1e6, 2.5e6)
    ids = ("430100", "430600", "430700", "430400")
    seats = seats.set_axis(list(ids))
    # 430700 is nearest to the sub-centre 430600; both sub-centres lean on the capital
    table = square(ids, [0, 60, 300, 60], [60, 0, 20, 300], [300, 20, 0, 300], [60, 300, 300, 0])
    found = work("subcentres", ground({"road prefectures prefectures": table}, places=seats))
    assert (found.value, found.count) == (1.0, 4)
    assert MEASURES["subcentres"].work(ground()) is None, "Hengyang is no seat of the region"


def test_counties_that_lose_people_are_those_with_fewer_and_the_worst_stands_first() -> None:
    before = pd.Series({"430102": 4e6, "430103": 5e6, "430603": 2e6, "439999": 1.0})
    found = work("losing_counties", ground(layers={"people_before": before}))
    assert (found.value, found.count) == (2.0, 3), "as many as before is no loss; unknown codes do not count"
    assert [(one[1], round(one[2], 6)) for one in found.left] == [("D", -75.0), ("B", -20.0)]
    assert MEASURES["losing_counties"].work(ground()) is None


def test_a_region_where_nobody_is_urban_has_no_share() -> None:
    nobody = places().assign(urban_population=0.0)
    assert math.isnan(work("core_share", ground(places=nobody)).value)
