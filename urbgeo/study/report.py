"""The short report: headline figures, what they rest on, and how they compare with known trips."""

from __future__ import annotations

from collections.abc import Callable

from urbgeo.language import in_both
from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.output import markdown_text
from urbgeo.study.absent import LeftOutError, told
from urbgeo.study.answers import Answers
from urbgeo.study.beside_pages import modelled_said, observed_section, rings_section
from urbgeo.study.called import governed_by_the_province, target_words, town_words, unit_words
from urbgeo.study.decided import decisions_section
from urbgeo.study.estimated import on_estimated_roads
from urbgeo.study.findings import chinese
from urbgeo.study.headlines import headlines
from urbgeo.study.markdown import bilingual, bullets, md_table, names, number, value_text
from urbgeo.study.metropolises_pages import metropolises_section
from urbgeo.study.nation import YEAR_HEADS, is_national, national_lines, year_rows
from urbgeo.study.sections import (
    bands_section,
    checks_section,
    known_section,
    planned_section,
    reach_section,
    series_section,
    standards_section,
    trips_section,
)
from urbgeo.study.tables import left_out


def report_text(answers: Answers) -> str:
    """The report as Markdown, Chinese beside English."""
    region = answers.region
    zh, en = modelled_said(answers)
    town_zh, town_en = town_words(region)
    parts = [
        f"# {markdown_text(region.title_zh)} {markdown_text(region.title_en)}",
        f"**{markdown_text(region.release.line)}**" if region.release.line else "",
        _said(_headlines, answers),
        "## 通勤圈 Commuting circle",
        "各种纳入规则并列。Rules of inclusion side by side.",
        _said(_circle, answers),
        _said(_disagreement, answers),
        _said(decisions_section, answers),
        "### 按通勤率 By commuting rate",
        _said(rings_section, answers),
        told(lambda: metropolises_section(answers.metropolises), lambda _: ""),
        "### 能否设圈 May it be one",
        _said(checks_section, answers),
        "## 机场覆盖 Airport coverage",
        "未覆盖的地级行政中心。Prefecture seats left out.",
        _said(_uncovered, answers),
        "## 两小时通达 Two-hour reach",
        _said(reach_section, answers),
        "### 五次铁路出行逐段拆开 Rail trips taken apart",
        _said(trips_section, answers),
        f"## {town_zh}通达 {town_en.capitalize()}",
        _said(_towns, answers),
        "综合得分最低的十个。The ten worst by mean percentile.",
        _said(_worst, answers),
        "## 与模型之外的数字相比 Beside figures from outside the model",
        _said(known_section, answers),
        "### 地图服务的时间 Minutes of a map service",
        _said(observed_section, answers),
        "## 速度组之间的变动 The band over named sets of speeds",
        _said(bands_section, answers),
        "## 逐年 Year by year",
        _said(series_section, answers),
        "## 规划标准 Standards that planners are held to",
        _said(standards_section, answers),
        "## 规划项目 Planned projects",
        _said(planned_section, answers),
        *_national(answers),
        "## 依据 What this rests on",
        f"{zh}。{en.capitalize()}.",
        _said(_basis, answers),
    ]
    return region.release.text("\n\n".join(part for part in parts if part) + "\n")


def _national(answers: Answers) -> list[str]:
    """Of the nation alone: the headline against the target with its band, and its years."""
    region = answers.region
    if not is_national(region):
        return []
    estimated = on_estimated_roads(answers.network)
    said = national_lines(answers.national, len(region.prefectures), estimated=estimated)
    heads = [" ".join(both) for both in YEAR_HEADS]
    lines = "\n".join(f"- {zh}\n  {en}" for zh, en in said)
    return ["## 全国机场覆盖 Airports of the nation", lines, md_table(heads, year_rows(answers.national))]


def _said(section: Callable[[Answers], str], answers: Answers) -> str:
    """A section, or that and why it is left out."""
    return told(lambda: section(answers), _left_out)


def _left_out(error: LeftOutError) -> str:
    why_zh, why = markdown_text(chinese(error.why)), markdown_text(error.why)
    return f"未给出（{why_zh}）。Left out: {error.name} ({why})."


def _headlines(answers: Answers) -> str:
    return "\n".join(f"- {markdown_text(zh)}\n  {markdown_text(en)}" for zh, en in headlines(answers))


def _circle(answers: Answers) -> str:
    rules = answers.circle.rules
    words = {"seat": "驻地 seat", "area": "面积 ≥ 50 % area", "population": "人口 ≥ 50 % population"}
    rows = [
        [
            words[name],
            f"{row['zones']}",
            number(row["people"] / 1e4 if row["people"] > 0 else float("nan"), 1),
            number(row["area_km2"], 0),
            number(row["people_per_km2"] if row["people"] > 0 else float("nan"), 0),
            names(answers, row["exclaves"]),
            names(answers, row["enclaves"]),
        ]
        for name, row in rules.iterrows()
        if name != "population" or row["people"] > 0
    ]
    heads = [
        "规则 rule",
        " ".join(unit_words(answers.region)),
        "万人 10⁴ people",
        "km²",
        "人/km²",
        "飞地剔除 exclaves",
        "飞地纳入 enclaves",
    ]
    return md_table(heads, rows)


def _disagreement(answers: Answers) -> str:
    comparison = answers.circle.comparison
    if comparison is None:
        return ""
    row = comparison.loc[answers.circle.rule].to_dict()
    return (
        f"与批复范围相比 Against the approved circle: 一致 both {len(row['both'])}；"
        f"仅计算 only here: {names(answers, row['only_circle'])}；"
        f"仅批复 only approved: {names(answers, row['only_official'])}。"
    )


def _uncovered(answers: Answers) -> str:
    left = answers.prefectures.uncovered
    airports = answers.region.airports
    rows = [
        [names(answers, [seat]), bilingual(airports, row["facility"]), number(row["minutes"], 0)]
        for seat, row in left.iterrows()
    ]
    return md_table(["城市 seat", "最近机场 nearest airport", "分钟 min"], rows)


def _towns(answers: Answers) -> str:
    words = {name: markdown_text(" ".join(said)) for name, said in target_words(answers.region).items()}
    rows = [
        [
            words.get(name, name),
            f"{row['threshold_min']:g}",
            f"{row['within']} ({row['share']:.0%})",
            number(row["median_min"], 0),
            f"{number(row['worst_min'], 0)} {names(answers, [row['worst']])}",
        ]
        for name, row in answers.towns.summary.iterrows()
    ]  # fmt: skip
    heads = ["目标 target", "阈值 threshold, min", "达到 within", "中位 median, min", "最差 worst, min"]
    alone = governed_by_the_province(answers.region)
    return md_table(heads, rows) + ("\n\n" + "\n".join(map(markdown_text, alone)) if alone else "")


def _worst(answers: Answers) -> str:
    targets = list(answers.towns.summary.index)
    rows = [
        [
            names(answers, [town]),
            *(number(row[f"minutes_{name}"], 0) for name in targets),
            number(row["score"], 0),
        ]
        for town, row in answers.towns.worst().iterrows()
    ]
    return md_table([" ".join(town_words(answers.region)), *targets, "得分 score"], rows)


def _basis(answers: Answers) -> str:
    about = answers.network.provenance
    own = told(lambda: answers.prefectures.provenance.shares, lambda _: {})
    shares = {**own, **about.shares}
    speeds = [_speed_row(name, kmh) for name, kmh in about.speeds.items()]
    return "\n\n".join(
        [
            md_table(["道路等级 class", "km/h", "来源 source"], speeds),
            "参数 Parameters\n\n"
            + bullets(
                f"`{name}` = {markdown_text(value_text(value))}" for name, value in about.parameters.items()
            ),
            "占比 Shares\n\n" + bullets(f"{name}: {share:.1%}" for name, share in shares.items()),
            "来源 Sources\n\n" + bullets(map(_both, answers.region.sources)),
            "说明 Notes\n\n" + bullets(map(_both, answers.region.notes)),
            "未给出 Left out\n\n" + (bullets(_reasons(answers)) or "（无 none）"),
            f"urbgeo {about.version}",
        ]
    )


def _both(line: str) -> str:
    """A source or a note, Chinese before English where both are known."""
    return markdown_text(" ".join(dict.fromkeys(in_both(line))))


def _speed_row(name: str, kmh: float) -> list[str]:
    """A class of road with its speed; classes of OpenStreetMap have no entry of ours."""
    road = ROAD_CLASSES.get(name)
    if road is None:
        return [name, f"{kmh:g}", "OpenStreetMap class"]
    return [f"{road.name_zh} {road.name_en}", f"{kmh:g}", f"{road.source} ({road.year})"]


def _reasons(answers: Answers) -> list[str]:
    return [
        f"{markdown_text(row.left_out_zh)}（{markdown_text(row.why_zh)}） "
        f"{markdown_text(row.left_out)}: {markdown_text(row.why)}"
        for row in left_out(answers).itertuples()
    ]
