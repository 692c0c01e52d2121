"""The headline figures, in Chinese and English, each from the answers and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from urbgeo.access.reach import READINGS
from urbgeo.study.absent import LeftOutError, told
from urbgeo.study.answers import Answers
from urbgeo.study.called import (
    mainland_words,
    prefecture_words,
    target_words,
    town_seat_words,
    town_words,
    unit_words,
)
from urbgeo.study.decided import headline_part
from urbgeo.study.estimated import calibration, on_estimated_roads
from urbgeo.study.findings import chinese
from urbgeo.study.nation import band_said, coverage_band


def headlines(answers: Answers) -> list[tuple[str, str]]:
    """One (Chinese, English) line per answer."""
    lines = (
        ("一小时通勤圈", "One-hour commuting circle", _circle),
        ("机场覆盖", "Airport coverage", _coverage),
        ("两小时通达", "Two-hour reach", _reach),
        ("县城通达", "County towns", _towns),
    )
    return [told(partial(_marked, line, answers), partial(_absent, zh, en)) for zh, en, line in lines]


def _marked(line: Callable[[Answers], tuple[str, str]], answers: Answers) -> tuple[str, str]:
    """A line, said to be estimated where its minutes are."""
    zh, en = line(answers)
    if on_estimated_roads(answers.network):
        zh, en = f"{zh.removesuffix('。')}（时间为估算）。", f"{en.removesuffix('.')} (minutes estimated)."
    return zh, en


def _absent(zh: str, en: str, error: LeftOutError) -> tuple[str, str]:
    return f"{zh}：未给出（{chinese(error.why)}）。", f"{en}: left out ({error.why})."


def _circle(answers: Answers) -> tuple[str, str]:
    circle = answers.circle
    row = circle.rules.loc[circle.rule].to_dict()
    limit = circle.provenance.parameters["minutes"]
    ring = circle.table["ring"] <= max(circle.provenance.parameters["rings"])
    unit_zh, unit_en = unit_words(answers.region)
    size_zh, size_en = f"{row['zones']} 个{unit_zh}", f"{row['zones']} {unit_en}"
    if row["people"] > 0:
        size_zh += f"，{row['people'] / 1e4:,.0f} 万人"
        size_en += f", {row['people'] / 1e6:.2f} million people"
    rule_zh = {"seat": "驻地", "area": "面积过半", "population": "人口过半"}[circle.rule]
    zh = f"一小时通勤圈（{limit:g} 分钟，{rule_zh}）：{size_zh}"
    en = f"One-hour commuting circle ({limit:g} min, by {circle.rule}): {size_en}"
    if row["area_km2"] > 0:
        zh += f"，{row['area_km2'] / 1e4:.2f} 万 km²"
        en += f", {row['area_km2']:,.0f} km²"
    if circle.comparison is not None:
        match = circle.comparison.loc[circle.rule].to_dict()
        official = int(circle.table["official"].sum())
        zh += f"；与批复范围 {official} 个中的 {len(match['both'])} 个一致"
        en += f"; it holds {len(match['both'])} of the {official} counties of the approved circle"
    decided_zh, decided_en = headline_part(answers)
    zh, en = zh + decided_zh, en + decided_en
    always, some = len(answers.bands.always), len(answers.bands.sometimes)
    if len(answers.bands.by_set) == 1:
        return _with_ring(answers, zh, en, int(ring.sum()))
    zh += f"；各速度组下都在圈内 {always} 个，时进时出 {some} 个"
    en += f"; {always} inside under every named set of speeds, {some} come and go"
    return _with_ring(answers, zh, en, int(ring.sum()))


def _with_ring(answers: Answers, zh: str, en: str, within: int) -> tuple[str, str]:
    seats_zh, seats_en = town_seat_words(answers.region)
    zh, en = f"{zh}；两小时圈内 {within} 个{seats_zh}", f"{en}; {within} {seats_en} within two hours"
    zh, en = _with_estimates(answers, ("population", "road"), zh, en)
    return zh + "。", en + "."


_ESTIMATED = {
    "population": ("县级人口", "county populations"),
    "interchange": ("互通位置", "positions of interchanges"),
    "station": ("车站位置", "positions of stations"),
    "airport": ("机场位置", "positions of airports"),
    "road": ("道路里程", "road lengths"),
    "train": ("列车停站", "train stops"),
}


def _with_estimates(answers: Answers, what: Sequence[str], zh: str, en: str) -> tuple[str, str]:
    """The line with the shares of estimates that it rests on, where the tables say them."""
    shares = answers.estimated[list(what)].dropna()
    shares = shares[shares > 0]
    if shares.empty:
        return zh, en
    told_zh = "、".join(f"{_ESTIMATED[name][0]}的 {_percent(share)}" for name, share in shares.items())
    told_en = ", ".join(f"{_percent(share)} of the {_ESTIMATED[name][1]}" for name, share in shares.items())
    return f"{zh}（{told_zh}为估计值）", f"{en} ({told_en} are estimates)"


def _percent(share: float) -> str:
    """Nearly all is not all."""
    return f"{share:.0%}" if share in (0.0, 1.0) or round(share, 2) < 1.0 else f"{share:.1%}"


def _coverage(answers: Answers) -> tuple[str, str]:
    seats, counties = answers.prefectures, answers.counties
    limit = seats.provenance.parameters["minutes"]
    covered = int(seats.table["covered"].sum())
    of_zh, of_en = mainland_words(answers.region)
    far_zh, far_en = _off_the_roads(seats.table)
    zh = f"机场 {limit:g} 分钟覆盖：地级行政中心{of_zh} {covered}/{len(seats.table)}"
    zh += f"（{seats.share:.1%}{far_zh}"
    en = f"Airport within {limit:g} min: {covered} of {len(seats.table)} prefecture seats{of_en} "
    en += f"({seats.share:.1%}{far_en}"
    if seats.target is not None:
        zh += f"，目标 {seats.target:.0%}，"
        en += f"; target {seats.target:.0%}, "
        if seats.more_needed:
            zh += f"差 {seats.gap * 100:.1f} 个百分点、{seats.more_needed} 个城市"
            en += f"gap {seats.gap * 100:.1f} points, {seats.more_needed} more needed"
        else:
            zh, en = zh + "已达到", en + "met"
    zh += f"），县城 {counties.share:.1%}"
    en += f"), {counties.share:.1%} of county seats"
    if not pd.isna(counties.weighted_share):
        zh += f"，按县域人口计 {counties.weighted_share:.1%}"
        en += f", {counties.weighted_share:.1%} by county population"
    if on_estimated_roads(answers.network):
        fitted = calibration()
        band = coverage_band(seats.table["minutes"].fillna(np.inf), fitted.low, fitted.high, limit)
        band_zh, band_en = band_said(*band)
        zh, en = f"{zh}；地级行政中心{band_zh}", f"{en}; prefecture seats {band_en}"
    zh, en = _with_estimates(answers, ("airport", "population", "road"), zh, en)
    return zh + "。", en + "."


def _reach(answers: Answers) -> tuple[str, str]:
    limit = answers.reach.provenance.parameters["minutes"]
    zh, en = _readings(answers.reach.summary["share"])
    seats = len(answers.reach.cities)
    of_prefectures = seats == len(answers.region.prefectures)
    kind_zh, kind_en = prefecture_words(answers.region) if of_prefectures else ("县级驻地", "county seats")
    far_zh, far_en = _off_the_roads(answers.reach.cities)
    lines_zh = [f"{limit / 60:g} 小时通达（{seats} 个{kind_zh}间的城市对{far_zh}）：{zh}"]
    lines_en = [f"Pairs of the {seats} {kind_en} within {limit / 60:g} hours{far_en}: {en}"]
    for name, (title_zh, title_en) in answers.region.list_titles.items():
        inside = [one for one in answers.region.lists[name] if one in answers.reach.cities.index]
        if len(inside) > 1:
            zh, en = _readings(answers.reach.among(inside)["share"])
            lines_zh.append(f"{title_zh}：{zh}")
            lines_en.append(f"{title_en}: {en}")
    zh, en = _with_estimates(answers, ("road", "station", "train"), "；".join(lines_zh), "; ".join(lines_en))
    return zh + "。", en + "."


def _readings(shares: pd.Series) -> tuple[str, str]:
    """Every reading beside the others, each named."""
    zh = "，".join(f"{READINGS[str(name)][0]} {share:.1%}" for name, share in shares.items())
    en = ", ".join(f"{READINGS[str(name)][1]} {share:.1%}" for name, share in shares.items())
    return zh, en


def _towns(answers: Answers) -> tuple[str, str]:
    towns, places = answers.towns, answers.region.places
    reached = towns.summary
    words = target_words(answers.region)
    rows = [
        (words[str(name)], row["threshold_min"], row["share"])
        for name, row in reached.iterrows()
        if name in words and name != "capital"
    ]
    zh = "，".join(f"{word[0]} {limit:g} 分钟内 {share:.0%}" for word, limit, share in rows)
    en = ", ".join(f"{share:.0%} within {limit:g} min of {word[1]}" for word, limit, share in rows)
    worst = towns.worst(3).index
    zh, en = _with_estimates(answers, ("interchange", "station", "road"), zh, en)
    worst_zh, worst_en = "、".join(places.loc[worst, "name_zh"]), ", ".join(places.loc[worst, "name_en"])
    town_zh, town_en = town_words(answers.region)
    of_zh, of_en = mainland_words(answers.region)
    count = len(towns.table)
    far_zh, far_en = _off_the_roads(towns.table)
    return (
        f"{town_zh}{of_zh}通达（{count} 个{far_zh}）：{zh}；最不便：{worst_zh}。",
        f"{town_en.capitalize()}{of_en} ({count}{far_en}): {en}; worst connected: {worst_en}.",
    )


def _off_the_roads(places: pd.DataFrame) -> tuple[str, str]:
    """How many have no road within reach: their minutes nobody knows, and they count as not reached."""
    far = int((places["status"] == "too far").sum())
    return (f"，其中 {far} 个附近无路", f", {far} of them without a road within reach") if far else ("", "")
