"""The report of a study as one page: what the four questions found, the targets, and what it all rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from markupsafe import Markup

from urbgeo.access.reach import READINGS
from urbgeo.columns import column_name
from urbgeo.indicators.scorecard import Scorecard
from urbgeo.language import in_both
from urbgeo.maps.charts import Both
from urbgeo.maps.report_page import Grid, Page, Section, report_html
from urbgeo.maps.scorecard_page import chapters_html
from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.study.absent import LeftOutError, told
from urbgeo.study.answers import Answers
from urbgeo.study.beside_pages import modelled_said, observed_page, rings_grid
from urbgeo.study.called import (
    governed_by_the_province,
    prefecture_words,
    target_words,
    town_words,
    unit_words,
)
from urbgeo.study.decided import decided_circle
from urbgeo.study.estimated import on_estimated_roads
from urbgeo.study.findings import chinese
from urbgeo.study.headlines import headlines
from urbgeo.study.markdown import value_text
from urbgeo.study.metropolises_pages import metropolises_grid
from urbgeo.study.nation import YEAR_HEADS, is_national, national_lines, year_rows
from urbgeo.study.page_maps import (
    Atlas,
    access_profile,
    airport_map,
    airport_profile,
    circle_maps,
    lorenz_picture,
    network_map,
    rank_picture,
    reach_map,
    series_pictures,
    systems_map,
    towns_map,
)
from urbgeo.study.page_trips import KNOWN_SAID, known_grids, pairs_said, rail_said, trip_grids
from urbgeo.study.series import FIGURES, SAID
from urbgeo.study.tables import left_out

ROWS_MOST = 24
"""Rows of one table of the report; the rest is in the files beside it."""


KNOWN_TITLE: Both = ("与模型之外的数字相比", "Beside figures from outside the model")


def report_page(answers: Answers, card: Scorecard | None = None) -> str:
    """The report as one HTML file that asks nothing of any network."""
    region, atlas = answers.region, Atlas(answers)
    town_zh, town_en = town_words(region)
    made: list[tuple[Both, Callable[[], Section]]] = [
        (("一小时通勤圈", "Commuting circle"), lambda: _circle(atlas)),
        (("机场覆盖", "Airport coverage"), lambda: _airports(atlas)),
        (("两小时通达", "Two-hour reach"), lambda: _reach(atlas)),
        ((f"{town_zh}通达", town_en.capitalize()), lambda: _towns(atlas)),
        (KNOWN_TITLE, lambda: _known(answers)),
        (("与实测时间对照", "Beside observed minutes"), lambda: observed_page(answers)),
        (("城市体系", "The system of cities"), lambda: _systems(atlas)),
        (("逐年变化", "Year by year"), lambda: _series(answers)),
    ]
    line = region.release.line
    marking: list[Both] = [(line, line)] if line else []
    sections = [Section(("主要结论", "Headlines"), lines=[*marking, *headlines(answers)])]
    sections += [told(step, _absent(title)) for title, step in made]
    if card is not None:
        sections.append(_scorecard(card))
    if is_national(region):
        sections.append(_nation(answers))
    sections.append(_basis(atlas))
    zh, en = modelled_said(answers)
    return report_html(
        Page(
            title=(f"{region.title_zh}：研究报告", f"{region.title_en}: report of the study"),
            sub=(
                f"通勤圈、机场覆盖、两小时通达、县城通达与规划指标；{zh}。",
                f"Circle, airport coverage, two-hour reach, county towns and targets; {en}.",
            ),
            sections=sections,
            footer=[*marking, (f"urbgeo {answers.network.provenance.version}",) * 2],
            defs=atlas.plane.defs,
        )
    )


def _absent(title: Both) -> Callable[[LeftOutError], Section]:
    return lambda error: Section(
        title, lines=[(f"未给出（{chinese(error.why)}）。", f"Left out: {error.name} ({error.why}).")]
    )


def _names(answers: Answers, ids: Sequence[object]) -> Both:
    places = answers.region.places
    held = places.loc[[one for one in ids if one in places.index]]
    return "、".join(held["name_zh"]) or "–", ", ".join(held["name_en"]) or "–"


def _number(value: float, digits: int = 0) -> str | Both:
    if pd.isna(value):
        return "–"
    return ("无法到达", "unreached") if value == float("inf") else f"{value:,.{digits}f}"


def _circle(atlas: Atlas) -> Section:
    answers = atlas.answers
    grids = [_rules_grid(answers)]
    if len(answers.bands.by_set) > 1:
        grids.append(_sets_grid(answers))
    if answers.region.decisions:
        grids.append(_decisions(answers))
    grids += told(lambda: [rings_grid(answers)], lambda _: [])
    grids += told(lambda: [metropolises_grid(answers.metropolises)], lambda _: [])
    lines: list[Both] = []
    circle = answers.circle
    if circle.comparison is not None:
        row = circle.comparison.loc[circle.rule].to_dict()
        only, approved = (_names(answers, row[one]) for one in ("only_circle", "only_official"))
        lines.append(
            (
                f"与批复范围相比：一致 {len(row['both'])} 个；仅计算：{only[0]}；仅批复：{approved[0]}。",
                f"Against the approved circle: {len(row['both'])} in both; only here: {only[1]}; "
                f"only approved: {approved[1]}.",
            )
        )
    return Section(("一小时通勤圈", "Commuting circle"), lines, circle_maps(atlas), grids)


def _rules_grid(answers: Answers) -> Grid:
    """Size of the circle by each rule; without people that by people says nothing."""
    words = {
        "seat": ("驻地", "by seat"),
        "area": ("面积过半", "by area"),
        "population": ("人口过半", "by people"),
    }
    rows = [
        [
            words[str(name)],
            f"{row['zones']}",
            _number(row["people"] / 1e4 if row["people"] > 0 else float("nan"), 1),
            _number(row["area_km2"]),
        ]
        for name, row in answers.circle.rules.iterrows()
        if name != "population" or row["people"] > 0
    ]
    unit_zh, unit_en = unit_words(answers.region)
    heads = [
        ("纳入规则", "Rule"),
        (unit_zh, unit_en.capitalize()),
        ("万人", "People, 10 000"),
        ("km²", "km²"),
    ]
    return Grid(heads, rows, frozenset({1, 2, 3}), ("各种纳入规则", "Rules of inclusion side by side"))


def _sets_grid(answers: Answers) -> Grid:
    """Units that are in under one set of speeds and out under another."""
    sets = list(answers.bands.by_set)
    rows: list[list[str | Both]] = [
        [
            _names(answers, [zone]),
            *(_marked(row[f"member {one}"], row[f"{one}_min"]) for one in sets),
        ]
        for zone, row in answers.bands.sometimes.iterrows()
    ]
    said = ("随速度组进出的单元，分钟", "Counties that come and go with the set of speeds, minutes")
    heads = [("单元", "County"), *((column_name(one).zh, column_name(one).en or one) for one in sets)]
    return Grid(heads, rows, caption=said)


def _marked(inside: bool, minutes: float) -> str | Both:
    mark, number = "✓" if inside else "–", _number(minutes)
    return f"{mark} {number}" if isinstance(number, str) else (f"{mark} {number[0]}", f"{mark} {number[1]}")


def _decisions(answers: Answers) -> Grid:
    """What was decided beside what the rule says."""
    table = decided_circle(answers)
    said = {True: ("圈内", "in"), False: ("圈外", "out"), "in": ("纳入", "in"), "out": ("剔除", "out")}
    rows: list[list[str | Both]] = [
        [
            _names(answers, [unit]), said[bool(row["member_by_rule"])], said[row["decision"]],
            *(str(row[one]) for one in ("decision_reason", "decided_by", "decided_on")),
        ]
        for unit, row in table[table["decision"] != ""].iterrows()
    ]  # fmt: skip
    heads = [
        ("单元", "Unit"), ("规则", "The rule"), ("决定", "Decision"), ("理由", "Reason"), ("决定人", "By"),
        ("日期", "Date"),
    ]  # fmt: skip
    return Grid(heads, rows, caption=("按决定调整", "By decision"))


def _airports(atlas: Atlas) -> Section:
    answers = atlas.answers
    left = answers.prefectures.uncovered
    airports = answers.region.airports
    rows = [
        [_names(answers, [seat]), _named(airports, row["facility"]), _number(row["minutes"])]
        for seat, row in left.sort_values("minutes", kind="stable").head(ROWS_MOST).iterrows()
    ]
    heads = [("城市", "Seat"), ("最近机场", "Nearest airport"), ("分钟", "Minutes")]
    more = f"（{len(left)} 个中最近的 {len(rows)} 个）", f" (the nearest {len(rows)} of {len(left)})"
    said = "未覆盖的地级中心", "Prefecture seats left out"
    caption = (said[0] + more[0], said[1] + more[1]) if len(rows) < len(left) else said
    grid = Grid(heads, rows, frozenset({2}), caption)
    return Section(
        ("机场覆盖", "Airport coverage"),
        pictures=[airport_map(atlas), airport_profile(answers)],
        grids=[grid],
    )


def _named(frame: pd.DataFrame, one: object) -> str | Both:
    if one not in frame.index:
        return "–"
    return str(frame.at[one, "name_zh"]), str(frame.at[one, "name_en"])


def _reach(atlas: Atlas) -> Section:
    answers = atlas.answers
    rows: list[list[str | Both]] = []
    for title, cities in _groups(answers):
        usual = answers.reach.among(cities)
        by_set = [one.reach.among(cities) for one in answers.bands.by_set.values()]
        for reading, row in usual.iterrows():
            shares = [table.loc[reading, "share"] for table in by_set]
            rows.append(
                [
                    title,
                    READINGS[str(reading)],
                    pairs_said(row),
                    f"{row['share']:.1%}",
                    f"{min(shares):.1%} – {max(shares):.1%}",
                    "–" if pd.isna(row["weighted_share"]) else f"{row['weighted_share']:.1%}",
                ]
            )
    heads = [
        ("范围", "Among"), ("口径", "Reading"), ("城市对", "Pairs"), ("占比", "Share"),
        ("速度组间", "Band over speeds"), ("按人口", "By people"),
    ]  # fmt: skip
    pictures = [one for one in (reach_map(atlas), lorenz_picture(answers)) if one is not None]
    return Section(
        ("两小时通达", "Two-hour reach"),
        rail_said(answers.reach.provenance.parameters),
        pictures,
        [Grid(heads, rows, frozenset({2, 3, 4, 5})), *told(lambda: trip_grids(answers), lambda _: [])],
    )


def _groups(answers: Answers) -> list[tuple[Both, list[object]]]:
    every = list(answers.reach.cities.index)
    whole = len(every) == len(answers.region.prefectures)
    zh, en = prefecture_words(answers.region)
    found: list[tuple[Both, list[object]]] = [
        ((f"全部{zh}", f"all {en}") if whole else ("全部县级驻地", "all county seats"), every)
    ]
    for name, title in answers.region.list_titles.items():
        inside: list[object] = [one for one in answers.region.lists[name] if one in every]
        if len(inside) > 1:
            found.append((title, inside))
    return found


def _towns(atlas: Atlas) -> Section:
    answers = atlas.answers
    words = target_words(answers.region)
    town_zh, town_en = town_words(answers.region)
    rows: list[list[str | Both]] = [
        [
            words.get(str(name), (str(name), str(name))),
            f"{row['threshold_min']:g}",
            f"{row['within']} ({row['share']:.0%})",
            _number(row["median_min"]),
            _number(row["worst_min"]),
            _names(answers, [row["worst"]]),
        ]
        for name, row in answers.towns.summary.iterrows()
    ]
    heads = [
        ("目标", "Target"), ("阈值，分钟", "Threshold, min"), ("达到", "Within"), ("中位", "Median"),
        ("最差", "Worst"), (f"最差{town_zh}", "Which"),
    ]  # fmt: skip
    return Section(
        (f"{town_zh}通达", town_en.capitalize()),
        lines=[line] if (line := governed_by_the_province(answers.region)) else [],
        pictures=[towns_map(atlas), access_profile(answers)],
        grids=[Grid(heads, rows, frozenset({1, 2, 3, 4})), _worst_towns(answers)],
    )


def _worst_towns(answers: Answers) -> Grid:
    words, (town_zh, town_en) = target_words(answers.region), town_words(answers.region)
    targets = list(answers.towns.summary.index)
    rows: list[list[str | Both]] = [
        [
            _names(answers, [town]),
            *(_number(row[f"minutes_{name}"]) for name in targets),
            _number(row["score"]),
        ]
        for town, row in answers.towns.worst().iterrows()
    ]
    heads = [
        (town_zh, town_en.capitalize()),
        *(words.get(str(one), (str(one), str(one))) for one in targets),
        ("得分", "Score"),
    ]
    caption = (f"最不便的十个{town_zh}，分钟", "The ten worst, minutes")
    return Grid(heads, rows, frozenset(range(1, len(heads))), caption)


def _systems(atlas: Atlas) -> Section:
    answers = atlas.answers
    pictures = [systems_map(atlas, title, found) for title, found in answers.systems]
    rank = rank_picture(answers)
    pictures += [] if rank is None else [rank]
    grids = []
    for title, found in answers.systems:
        limit = found.provenance.parameters["minutes"]
        heads = [
            ("名称", "Name"),
            ("层级", "Tier"),
            ("单元", "Places"),
            ("万人", "People, 10 000"),
            ("占全域", "Share"),
            ("中心", "Hub"),
            (f"{limit:g} 分钟内城市对", f"Pairs within {limit:g} min"),
            ("中位", "Median, min"),
            ("最远", "Farthest, min"),
        ]
        rows: list[list[str | Both]] = [
            [
                str(row["name_zh"]),
                str(row["tier"]),
                f"{row['places']:.0f}",
                _number(row["population"] / 1e4),
                f"{row['population_share']:.1%}",
                (str(row["hub_zh"]), str(row["hub_en"])),
                f"{row['share_within']:.0%}",
                _number(row["median_min"]),
                _number(row["most_min"]),
            ]
            for _, row in found.table.iterrows()
        ]
        grids.append(Grid(heads, rows, frozenset({2, 3, 4, 6, 7, 8}), title))
    said = (
        "成员按规划文件；一半以上成员在本区域内的才列出。时间为公路。",
        "Members as the documents list them; systems with half their members or more in the region. By road.",
    )
    part = (
        "只有部分县列入的市按整市计。",
        "A prefecture of which only some counties are listed counts whole.",
    )
    lines = [said, part] if atlas.national else [said]
    return Section(("城市体系", "The system of cities"), lines if grids else [], pictures, grids)


def _known(answers: Answers) -> Section:
    grids = known_grids(answers)
    return Section(KNOWN_TITLE, [KNOWN_SAID] if grids else [], grids=grids)


def _series(answers: Answers) -> Section:
    table = answers.series
    if table.empty:
        said = (
            "道路与铁路表中没有开通年份，不给出逐年结果。",
            "The tables of roads and railways say no years of opening: no series.",
        )
        return Section(("逐年变化", "Year by year"), lines=[said])
    rows: list[list[str | Both]] = [
        [(zh, en), *(_number(value) for value in table[column] * scale)]
        for column, (zh, en, scale) in FIGURES.items()
    ]
    heads: list[Both] = [("数字", "Figure"), *((str(year), str(year)) for year in table.index)]
    grid = Grid(heads, rows, frozenset(range(1, len(heads))))
    return Section(("逐年变化", "Year by year"), [SAID], series_pictures(answers), [grid])


def _nation(answers: Answers) -> Section:
    """Of the nation alone: the headline against the target with its band, and its years."""
    estimated = on_estimated_roads(answers.network)
    lines = national_lines(answers.national, len(answers.region.prefectures), estimated=estimated)
    rows: list[list[str | Both]] = [list(row) for row in year_rows(answers.national)]
    grid = Grid(list(YEAR_HEADS), rows, frozenset(range(1, len(YEAR_HEADS))))
    return Section(("全国机场覆盖", "Airports of the nation"), lines, grids=[grid])


def _scorecard(card: Scorecard) -> Section:
    return Section(("规划指标评估", "Scorecard of policy targets"), html=Markup(chapters_html(card)))


def _basis(atlas: Atlas) -> Section:
    answers = atlas.answers
    about = answers.network.provenance
    speeds: list[list[str | Both]] = []
    for name, kmh in about.speeds.items():
        road = ROAD_CLASSES.get(name)
        if road is None:
            speeds.append([str(name), f"{kmh:g}", "OpenStreetMap class"])
        else:
            speeds.append([(road.name_zh, road.name_en), f"{kmh:g}", f"{road.source} ({road.year})"])
    shares = {**told(lambda: answers.prefectures.provenance.shares, lambda _: {}), **about.shares}
    figures = [[name, f"{share:.1%}"] for name, share in shares.items()]
    parameters = [[name, value_text(value)] for name, value in about.parameters.items()]
    missing: list[list[str | Both]] = [
        [(row.left_out_zh, row.left_out), (row.why_zh, row.why)] for row in left_out(answers).itertuples()
    ]
    heads = [("名称", "Name"), ("值", "Value")]
    grids = [
        Grid(
            [("道路等级", "Class of road"), ("km/h", "km/h"), ("来源", "Source")],
            speeds,
            frozenset({1}),
            ("速度", "Speeds"),
        ),
        Grid(heads, parameters, caption=("参数", "Parameters")),
        Grid(heads, figures, frozenset({1}), ("估算与缺省的占比", "Shares that are estimated or defaults")),
    ]
    if missing:
        grids.append(Grid([("未给出", "Left out"), ("原因", "Why")], missing, caption=("未给出", "Left out")))
    notes = [in_both(one) for one in (*answers.region.sources, *answers.region.notes)]
    return Section(
        ("依据", "What everything rests on"), pictures=[network_map(atlas)], grids=grids, notes=notes
    )
