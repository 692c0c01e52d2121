"""Every headline says what the tables say, in two languages, with what of it is estimated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from urbgeo.study.absent import Absent
from urbgeo.study.answers import Answers
from urbgeo.study.headlines import _circle, _coverage, _percent, _reach, _towns, headlines


def test_headline_figures_come_from_the_tables(answers: Answers) -> None:
    circle, airports, reached, towns = (en for _, en in headlines(answers))
    assert f"{answers.circle.table['member'].sum()} counties" in circle
    assert f"{answers.prefectures.table['covered'].sum()} of 14 prefecture seats" in airports
    minutes = answers.reach.minutes["best"].to_numpy()
    share = ((minutes <= 120) & ~np.eye(14, dtype=bool)).sum() / (14 * 13)
    assert f"by the better of road and rail, centre to centre {share:.1%}" in reached
    assert (
        f"{(answers.towns.table['minutes_interchange'] <= 30).mean():.0%} within 30 min of an interchange"
        in towns
    )


def region(**parts: Any) -> Any:
    """So much of a region as its headlines name."""
    usual: dict[str, Any] = {
        "name": "made", "small_zones": pd.DataFrame(), "prefectures": pd.DataFrame(index=["p", "q"]),
        "stations": pd.DataFrame({"kind": ["hsr"]}), "lists": {}, "list_titles": {}, "decisions": (),
        "places": pd.DataFrame({"name_zh": list("甲乙丙"), "name_en": list("ABC")}, index=list("abc")),
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **parts})


def answered(estimated: dict[str, float] | None = None, roads: str = "given", **parts: Any) -> Any:
    """So much of the answers as a headline says."""
    shares = pd.Series(estimated or {}, dtype=float).reindex(
        ["population", "interchange", "station", "airport", "road", "train"]
    )
    network = SimpleNamespace(provenance=SimpleNamespace(parameters={"roads": roads}))
    return SimpleNamespace(**{"region": region(), "estimated": shares, "network": network, **parts})


def coverage(*covered: bool, target: float | None = 0.8, more: int = 1, **also: float) -> Any:
    table = pd.DataFrame({"covered": covered, "minutes": 50.0, "status": "reached"})
    share = float(np.mean(covered))
    about = SimpleNamespace(parameters={"minutes": 60.0})
    return SimpleNamespace(
        table=table, share=share, target=target, gap=0.0527, more_needed=more, provenance=about,
        weighted_share=also.get("weighted", float("nan")),
    )  # fmt: skip


def test_airport_coverage_says_its_target_what_lacks_and_the_people() -> None:
    found = answered(
        {"airport": 0.0, "population": 0.374, "road": 0.9966},
        prefectures=coverage(True, True, True, False), counties=coverage(True, False, weighted=0.618),
    )  # fmt: skip
    zh, en = _coverage(found)
    assert en == (
        "Airport within 60 min: 3 of 4 prefecture seats (75.0%; target 80%, gap 5.3 points, 1 more needed), "
        "50.0% of county seats, 61.8% by county population (37% of the county populations, 99.7% of the road "
        "lengths are estimates)."
    )
    assert zh == (
        "机场 60 分钟覆盖：地级行政中心 3/4（75.0%，目标 80%，差 5.3 个百分点、1 个城市），县城 50.0%，"
        "按县域人口计 61.8%（县级人口的 37%、道路里程的 99.7%为估计值）。"
    )
    found.prefectures.table.loc[3, "status"] = "too far"
    assert "3/4（75.0%，其中 1 个附近无路，目标" in _coverage(found)[0]
    assert "(75.0%, 1 of them without a road within reach; target" in _coverage(found)[1]
    met = answered(prefectures=coverage(True, more=0), counties=coverage(True))
    zh, en = _coverage(met)
    assert (
        en
        == "Airport within 60 min: 1 of 1 prefecture seats (100.0%; target 80%, met), 100.0% of county seats."
    )
    assert "目标 80%，已达到）" in zh
    free = answered(prefectures=coverage(True, target=None), counties=coverage(True))
    assert "target" not in _coverage(free)[1] and "目标" not in _coverage(free)[0]


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0%"), (0.374, "37%"), (0.994, "99%"), (0.996, "99.6%"), (1.0, "100%")]
)
def test_nearly_all_is_not_all(share: float, said: str) -> None:
    assert _percent(share) == said


def circle(**changes: Any) -> Any:
    rules = pd.DataFrame(
        {"zones": [3], "people": [2_340_000.0], "area_km2": [12_345.0], "rule": ["x"]}, index=["population"]
    )
    usual = {
        "rules": rules, "rule": "population", "comparison": None,
        "table": pd.DataFrame({"ring": [60.0, 120.0, 120.1, np.inf], "official": [True, True, False, False]}),
        "provenance": SimpleNamespace(parameters={"minutes": 60.0, "rings": (60.0, 120.0)}),
    }  # fmt: skip
    return SimpleNamespace(**{**usual, **changes})


def bands(sets: int) -> Any:
    return SimpleNamespace(
        by_set=dict.fromkeys(range(sets)), always=pd.Index(["a", "b"]), sometimes=pd.DataFrame(index=["c"])
    )


def test_the_circle_says_its_size_its_people_its_land_and_its_band() -> None:
    zh, en = _circle(answered(circle=circle(), bands=bands(3)))
    assert en == (
        "One-hour commuting circle (60 min, by population): 3 counties, 2.34 million people, 12,345 km²; "
        "2 inside under every named set of speeds, 1 come and go; 2 county seats within two hours."
    )
    assert zh == (
        "一小时通勤圈（60 分钟，人口过半）：3 个县级单元，234 万人，1.23 万 km²；各速度组下都在圈内 2 个，"
        "时进时出 1 个；两小时圈内 2 个县级驻地。"
    )
    match = pd.DataFrame({"both": [["a"]]}, index=["population"])
    _, en = _circle(answered(circle=circle(comparison=match), bands=bands(1)))
    assert (
        "; it holds 1 of the 2 counties of the approved circle; 2 county seats" in en
        and "come and go" not in en
    )
    bare = circle(
        rules=pd.DataFrame({"zones": [3], "people": [0.0], "area_km2": [0.0], "rule": ["x"]}, index=["seat"]),
        rule="seat",
    )
    zh, en = _circle(answered({"road": 1.0}, circle=bare, bands=bands(1)))
    assert en == (
        "One-hour commuting circle (60 min, by seat): 3 counties; 2 county seats within two hours "
        "(100% of the road lengths are estimates)."
    )
    assert "（60 分钟，驻地）：3 个县级单元；两小时" in zh


def test_reach_says_every_reading_for_the_region_and_for_lists_of_two_or_more() -> None:
    shares = pd.DataFrame({"share": [0.25, 0.5]}, index=["road", "rail"])
    reach = SimpleNamespace(
        summary=shares, cities=pd.DataFrame({"status": ["attached"] * 2}, index=["p", "q"]),
        among=lambda ids: shares * len(ids) / 4,
        provenance=SimpleNamespace(parameters={"minutes": 120.0}),
    )  # fmt: skip
    titles = {"two": ("两市", "Two"), "one": ("一市", "One")}
    places = region(list_titles=titles, lists={"two": ("p", "q", "x"), "one": ("p", "x")})
    zh, en = _reach(answered(region=places, reach=reach))
    assert en == (
        "Pairs of the 2 prefecture seats within 2 hours: by road 25.0%, by rail, centre to centre 50.0%; "
        "Two: by road 12.5%, by rail, centre to centre 25.0%."
    )
    assert zh == (
        "2 小时通达（2 个地级中心间的城市对）：公路 25.0%，铁路中心到中心 50.0%；"
        "两市：公路 12.5%，铁路中心到中心 25.0%。"
    )
    reach.cities["status"] = ["too far", "attached"]
    zh, en = _reach(answered(region=places, reach=reach))
    assert "城市对，其中 1 个附近无路）：" in zh
    assert "Pairs of the 2 prefecture seats within 2 hours, 1 of them without a road within reach: " in en
    places.prefectures = places.prefectures.iloc[:1]
    assert "Pairs of the 2 county seats" in _reach(answered(region=places, reach=reach))[1]


def test_county_towns_say_who_is_worst_and_how_many_have_no_road() -> None:
    summary = pd.DataFrame(
        {"threshold_min": [60.0, 120.0, 45.0, 30.0], "share": [0.5, 0.1, 0.256, 0.9]},
        index=["airport", "capital", "station", "own"],
    )
    towns = SimpleNamespace(
        summary=summary, worst=lambda most: pd.DataFrame(index=list("cba")[:most]),
        table=pd.DataFrame({"status": ["reached", "too far", "too far", "reached"]}),
    )  # fmt: skip
    zh, en = _towns(answered(towns=towns))
    assert en == (
        "County towns (4, 2 of them without a road within reach): 50% within 60 min of an airport, "
        "26% within 45 min of a high-speed station; worst connected: C, B, A."
    )
    assert zh == (
        "县城通达（4 个，其中 2 个附近无路）：机场 60 分钟内 50%，高铁站 45 分钟内 26%；最不便：丙、乙、甲。"
    )
    towns.table = towns.table.iloc[:1]
    assert "County towns (1): " in _towns(answered(towns=towns))[1]


def test_minutes_on_estimated_roads_are_said_to_be_so_and_what_is_left_out_has_its_reason() -> None:
    without = answered(
        roads="estimated", circle=circle(), bands=bands(1), prefectures=Absent("coverage", "no airports"),
        reach=Absent("reach", "one city"), towns=Absent("towns", "no roads"), counties=None,
    )  # fmt: skip
    (zh, en), (_, air), *_ = headlines(without)
    assert zh.endswith("两小时圈内 2 个县级驻地（时间为估算）。") and en.endswith(
        "within two hours (minutes estimated)."
    )
    assert air == "Airport coverage: left out (no airports)."
