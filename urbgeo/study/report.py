"""The short report: headline figures, what they rest on, and how they compare with known trips."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pandas as pd

from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.output import markdown_text
from urbgeo.study.answers import Answers
from urbgeo.study.headlines import headlines


def report_text(answers: Answers) -> str:
    """The report as Markdown, Chinese beside English."""
    region = answers.region
    parts = [
        f"# {region.title_zh} {region.title_en}",
        _headlines(answers),
        "## 通勤圈 Commuting circle",
        "三种纳入规则并列。Three rules of inclusion side by side.",
        _circle(answers),
        _disagreement(answers),
        "## 机场覆盖 Airport coverage",
        "未覆盖的地级行政中心。Prefecture seats left out.",
        _uncovered(answers),
        "## 两小时通达 Two-hour reach",
        _reach(answers),
        "## 县城通达 County towns",
        _towns(answers),
        "综合得分最低的十个。The ten worst by mean percentile.",
        _worst(answers),
        "## 与出行者所知相比 Beside what travellers know",
        "分钟；铁路为门到门，含到发站驾车与站内时间。"
        "Minutes; rail is door to door, with the drives and terminal time.",
        _trips(answers),
        "## 依据 What this rests on",
        "以下时间均为模型计算值，不是观测值。All minutes are modelled, none is observed.",
        _basis(answers),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _headlines(answers: Answers) -> str:
    return "\n".join(f"- {zh}\n  {en}" for zh, en in headlines(answers))


def _circle(answers: Answers) -> str:
    rules = answers.circle.rules
    words = {"seat": "驻地 seat", "area": "面积 ≥ 50 % area", "population": "人口 ≥ 50 % population"}
    rows = [
        [
            words[name],
            f"{row['zones']}",
            f"{row['people'] / 1e4:,.1f}",
            _number(row["area_km2"], 0),
            _number(row["people_per_km2"], 0),
            _names(answers, row["exclaves"]),
            _names(answers, row["enclaves"]),
        ]
        for name, row in rules.iterrows()
    ]
    heads = [
        "规则 rule",
        "县级单元 counties",
        "万人 10⁴ people",
        "km²",
        "人/km²",
        "飞地剔除 exclaves",
        "飞地纳入 enclaves",
    ]
    return _table(heads, rows)


def _disagreement(answers: Answers) -> str:
    comparison = answers.circle.comparison
    if comparison is None:
        return ""
    row = comparison.loc[answers.circle.rule].to_dict()
    return (
        f"与批复范围相比 Against the approved circle: 一致 both {len(row['both'])}；"
        f"仅计算 only here: {_names(answers, row['only_circle'])}；"
        f"仅批复 only approved: {_names(answers, row['only_official'])}。"
    )


def _uncovered(answers: Answers) -> str:
    left = answers.prefectures.uncovered
    airports = answers.region.airports
    rows = [
        [_names(answers, [seat]), _bilingual(airports, row["facility"]), _number(row["minutes"], 0)]
        for seat, row in left.iterrows()
    ]
    return _table(["城市 seat", "最近机场 nearest airport", "分钟 min"], rows)


def _reach(answers: Answers) -> str:
    words = {"road": "公路 road", "rail": "铁路门到门 rail door to door", "best": "取快者 better of both"}
    among = (
        ("地级中心 prefecture seats", answers.reach),
        ("加周边枢纽 with hubs around", answers.reach_hubs),
    )
    rows = []
    for where, found in among:
        for mode, row in found.summary.iterrows():
            pairs = f"{row['within']:.0f} / {row['pairs']:.0f}"
            rows.append([where, words[mode], pairs, f"{row['share']:.1%}", f"{row['weighted_share']:.1%}"])
    return _table(["范围 among", "方式 mode", "城市对 pairs", "占比 share", "人口加权 by people"], rows)


def _towns(answers: Answers) -> str:
    words = {
        "prefecture": "地级中心 prefecture seat",
        "capital": "省会 capital",
        "interchange": "高速互通 interchange",
        "station": "高铁站 high-speed station",
        "airport": "机场 airport",
    }
    rows = [
        [
            words.get(name, name),
            f"{row['threshold_min']:g}",
            f"{row['within']} ({row['share']:.0%})",
            _number(row["median_min"], 0),
            f"{_number(row['worst_min'], 0)} {_names(answers, [row['worst']])}",
        ]
        for name, row in answers.towns.summary.iterrows()
    ]  # fmt: skip
    return _table(
        ["目标 target", "阈值 threshold, min", "达到 within", "中位 median, min", "最差 worst, min"], rows
    )


def _worst(answers: Answers) -> str:
    targets = list(answers.towns.summary.index)
    rows = [
        [
            _names(answers, [town]),
            *(_number(row[f"minutes_{name}"], 0) for name in targets),
            _number(row["score"], 0),
        ]
        for town, row in answers.towns.worst().iterrows()
    ]
    return _table(["县城 town", *targets, "得分 score"], rows)


def _trips(answers: Answers) -> str:
    rows = [
        [
            f"{_names(answers, [trip.from_place])} – {_names(answers, [trip.to_place])}",
            f"{trip.road_known:.0f}", f"{trip.road_modelled:.0f}", f"{trip.road_deviation:+.0%}",
            f"{trip.rail_known:.0f}", f"{trip.rail_modelled:.0f}", f"{trip.rail_deviation:+.0%}",
        ]
        for trip in answers.trips.itertuples()
    ]  # fmt: skip
    heads = [
        "行程 trip",
        "公路已知 road known",
        "计算 modelled",
        "偏差",
        "铁路已知 rail known",
        "计算 modelled",
        "偏差",
    ]
    return _table(heads, rows)


def _basis(answers: Answers) -> str:
    about = answers.network.provenance
    own = answers.prefectures.provenance.shares
    shares = {**own, **about.shares}
    roads = [(ROAD_CLASSES[name], kmh) for name, kmh in about.speeds.items()]
    speeds = [
        [f"{road.name_zh} {road.name_en}", f"{kmh:g}", f"{road.source} ({road.year})"] for road, kmh in roads
    ]
    return "\n\n".join(
        [
            _table(["道路等级 class", "km/h", "来源 source"], speeds),
            "参数 Parameters\n\n"
            + _list(f"`{name}` = {_text(value)}" for name, value in about.parameters.items()),
            "占比 Shares\n\n" + _list(f"{name}: {share:.1%}" for name, share in shares.items()),
            "来源 Sources\n\n" + _list(answers.region.sources),
            "说明 Notes\n\n" + _list(answers.region.notes),
            f"urbgeo {about.version}",
        ]
    )


_PIPE = re.compile(r"(?<!\\)\|")
"""A bar that would end a cell; names come escaped."""


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return "（无 none）"
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_PIPE.sub(r"\|", cell) for cell in line) + " |" for line in lines)


def _number(value: float, digits: int) -> str:
    if pd.isna(value):
        return "–"
    return "无法到达 unreached" if value == float("inf") else f"{value:,.{digits}f}"


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _names(answers: Answers, ids: Iterable[object]) -> str:
    return "、".join(_bilingual(answers.region.places, one) for one in ids) or "–"


def _bilingual(frame: pd.DataFrame, one: object) -> str:
    if one not in frame.index:
        return "–"
    row: Mapping[str, str] = frame.loc[one, ["name_zh", "name_en"]].to_dict()
    return markdown_text(f"{row['name_zh']} {row['name_en']}")
