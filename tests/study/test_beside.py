"""What others counted or measured, beside the model: rings by commuting rate, minutes by hour."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import urbgeo
from tests.network.build import points, squares
from tests.study.conftest import HOME, NINGXIA, invented_roads
from urbgeo.regions.given import OUTSIDE
from urbgeo.study.answers import Answers, answer
from urbgeo.study.beside import _core_zones, hour_rows, observed_lines, ring_rows, why_no_rings
from urbgeo.study.report import report_text
from urbgeo.study.tables import left_out


def test_the_circle_by_rate_stands_beside_the_one_by_time(given_answers: Answers) -> None:
    table = given_answers.rings.table.set_index("name_zh")
    assert table.loc[["贺兰县", "西夏区", "永宁县"], "ring"].tolist() == [0.3, 0.1, 0.0]
    # 9 of 109 at most: 5 % would be reached, so that its ring is not certain
    assert table.loc["永宁县", "rate_high"] == pytest.approx(9 / 109) and not table.loc["永宁县", "certain"]
    assert table.loc["贺兰县", "certain"] and table.loc["灵武市", "rate"] == 0.0
    inside = set(given_answers.rings.table.index[given_answers.rings.table["in_time"]])
    assert inside == set(given_answers.circle.members)
    assert given_answers.rings.comparison is not None


def test_who_works_beyond_the_region_is_employed_and_in_no_ring(given_answers: Answers) -> None:
    table = given_answers.rings.table.set_index("name_zh")
    assert table.loc[HOME, "employed"] == 107.0 and OUTSIDE not in given_answers.rings.table.index


def test_observed_minutes_are_told_by_hour(given_answers: Answers) -> None:
    ratio = given_answers.observed.by_hour["median_ratio"]
    assert ratio[6] == pytest.approx(2 * ratio[8]) and set(ratio.index) == {6, 8, "all"}


def test_without_tables_both_are_left_out_by_name() -> None:
    region = urbgeo.region("宁夏", roads=invented_roads(NINGXIA), zones=False)
    assert {"flows", "observed"} <= set(region.left_out)
    bare = answer(region, sets=(), years=())
    assert {"rings", "observed"} <= set(left_out(bare)["left_out"])
    assert "no table of commuters is given" in report_text(bare) and "none is observed" in report_text(bare)


def test_the_core_is_the_zones_that_are_its_seats_or_hold_them() -> None:
    zones = squares((0, 0), (10, 0), (20, 0), ids=["x", "y", "core seat"])
    core = points([(15, 5), (90, 90)], ["inside y", "core seat"])
    region: Any = SimpleNamespace(core=core)
    assert _core_zones(region, zones) == ["y", "core seat"]
    assert _core_zones(SimpleNamespace(core=core.iloc[:1].to_crs(4326)), zones) == ["y"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("region", "why"),
    [
        ({"commuters": None, "zones": 1}, "no table of commuters is given"),
        ({"commuters": 1, "zones": None}, "it needs the polygons of the zones"),
        ({"commuters": 1, "zones": 1, "lists": {}, "left_out": {}}, "the list 'core' is empty"),
        ({"commuters": 1, "zones": 1, "lists": {}, "left_out": {"core": "name one"}}, "name one"),
        ({"commuters": 1, "zones": 1, "lists": {"core": ("a",)}, "left_out": {}}, ""),
    ],
)
def test_the_first_thing_that_rings_lack_is_named(region: dict[str, object], why: str) -> None:
    assert why_no_rings(SimpleNamespace(**region)) == why  # type: ignore[arg-type]


def test_observed_trips_are_lines_from_their_start_to_their_end(given_answers: Answers) -> None:
    lines = observed_lines(given_answers.region, given_answers.observed)
    places = given_answers.region.observed.places.geometry
    for row in lines.itertuples():
        start, end = (places[one] for one in (row.from_place, row.to_place))
        assert list(row.geometry.coords) == [(start.x, start.y), (end.x, end.y)]
    assert lines.crs.to_epsg() == 4326 and lines["observed"].tolist() == [30.0, 60.0]


def test_rows_a_rate_say_nothing_of_a_circle_by_time_where_there_is_none() -> None:
    rings: Any = SimpleNamespace(rings=pd.DataFrame({"zones": [2, 3]}, index=[0.3, 0.1]), comparison=None)
    assert ring_rows(rings) == [
        {"rate": rate, "zones": zones, "both": None, "only_rate": None, "only_time": None}
        for rate, zones in ((0.3, 2), (0.1, 3))
    ]
    beside = pd.DataFrame(
        {"both": [("a",), ()], "only_rate": [(), ("b",)], "only_time": [(), ()]}, [0.1, 0.3]
    )
    rings.comparison = beside  # in another order: rows are joined by their rate
    assert [row["only_rate"] for row in ring_rows(rings)] == [("b",), ()]


def test_hours_are_named_in_both_languages_and_all_is_all() -> None:
    table = pd.DataFrame({"trips": [1, 2]}, index=pd.Index([8, "all"], dtype=object))
    said = hour_rows(SimpleNamespace(by_hour=table))  # type: ignore[arg-type]
    assert [one[:2] for one in said] == [("8 时", "hour 8"), ("全部", "all")]
    assert said[1][2]["trips"] == 2
