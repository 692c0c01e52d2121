"""Sections of the report on trains, known figures, bands and standards."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from urbgeo.access.rail_trips import TRIP_PARTS
from urbgeo.access.reach import READINGS
from urbgeo.network.speeds import PEAK
from urbgeo.output import markdown_text
from urbgeo.study.absent import told
from urbgeo.study.answers import Answers
from urbgeo.study.bands import SetAnswers
from urbgeo.study.called import prefecture_words
from urbgeo.study.markdown import bullets, md_table, names, number
from urbgeo.study.page_trips import BASES, KNOWN_SAID, MODES, pairs_said, rail_said
from urbgeo.study.series import FIGURES, SAID, spark
from urbgeo.study.targets import OUTLINE, ROADS_SAID
from urbgeo.study.trips import PART_SOURCES, trips_apart


def groups(answers: Answers) -> Iterator[tuple[str, list[object]]]:
    """Title and cities of every group that reach is answered for, the whole region first."""
    yield " ".join(prefecture_words(answers.region)), list(answers.reach.cities.index)
    for name, (zh, en) in answers.region.list_titles.items():
        inside: list[object] = [
            one for one in answers.region.lists[name] if one in answers.reach.cities.index
        ]
        if len(inside) > 1:
            yield f"{zh} {en}", inside


def reach_section(answers: Answers) -> str:
    """Every reading for every group, with its band over the sets of speeds."""
    rows = []
    for title, cities in groups(answers):
        title, usual = markdown_text(title), answers.reach.among(cities)
        by_set = {name: one.reach.among(cities) for name, one in answers.bands.by_set.items()}
        for reading, row in usual.iterrows():
            shares = [table.loc[reading, "share"] for table in by_set.values()]
            rows.append(
                [
                    title,
                    " ".join(READINGS[str(reading)]),
                    _pairs(row),
                    f"{row['share']:.1%}",
                    _band(shares, 1),
                    _percent(row["weighted_share"]),
                ]
            )
            if reading == "road" and PEAK in by_set:
                rows.append(_peak_row(title, by_set[PEAK].loc[reading]))
    around = told(lambda: answers.reach_hubs.summary, lambda _: usual.iloc[:0])
    for reading, row in around.iterrows():
        pairs = _pairs(row)
        where = "加周边枢纽 with hubs around"
        every = [one.reach_hubs.summary.loc[reading, "share"] for one in answers.bands.by_set.values()]
        band = _band(every, 1)
        cells = [f"{row['share']:.1%}", band, _percent(row["weighted_share"])]
        rows.append([where, " ".join(READINGS[str(reading)]), pairs, *cells])
    heads = [
        "范围 among", "口径 reading", "城市对 pairs", "占比 share", "速度组间 band", "人口加权 by people",
    ]  # fmt: skip
    said = ["\n".join(both) for both in rail_said(answers.reach.provenance.parameters)]
    return "\n\n".join([*said, md_table(heads, rows)])


def _peak_row(title: str, row: pd.Series) -> list[str]:
    """By road at the evening peak, beside free flow."""
    pairs = _pairs(row)
    weighted = _percent(row["weighted_share"])
    return [title, "公路晚高峰 by road at the evening peak", pairs, f"{row['share']:.1%}", "–", weighted]


def _pairs(row: pd.Series) -> str:
    return " ".join(dict.fromkeys(pairs_said(row)))


def _percent(share: float) -> str:
    return "–" if pd.isna(share) else f"{share:.1%}"


def trips_section(answers: Answers) -> str:
    """Named rail trips, part by part, and where each part comes from."""
    apart = trips_apart(answers.region, answers.reach)
    if apart.empty:
        return "（无 none）"
    stations = answers.region.stations["name_zh"]
    rows = []
    for (origin, destination), trip in apart.iterrows():
        parts = [number(trip[name], 0) for name in TRIP_PARTS]
        ends = "–".join(markdown_text(stations.get(trip[end], "")) for end in ("station_from", "station_to"))
        total = number(trip["rail_min"], 0) if trip["status"] == "reached" else str(trip["status"])
        daily, delay = number(trip["trains_per_day"], 0), number(trip["schedule_delay_min"], 0)
        named = f"{names(answers, [origin])} – {names(answers, [destination])}"
        rows.append([named, ends, *parts, total, number(trip["road_min"], 0), daily, delay])
    heads = ["行程 trip", "车站 stations"]
    heads += [f"{PART_SOURCES[name].name_zh} {PART_SOURCES[name].name_en}" for name in TRIP_PARTS]
    heads += ["合计 total", "全程驾车 by road", "每日车次 trains a day", "候班 schedule delay"]
    sources = bullets(f"{one.name_zh} {one.name_en}: {one.source}" for one in PART_SOURCES.values())
    return md_table(heads, rows) + "\n\n" + sources


def known_section(answers: Answers) -> str:
    """Modelled minutes beside known ones; a percentage only where a document was opened."""
    rows = []
    for trip in answers.trips.itertuples():
        how = " ".join(MODES[trip.mode])
        deviation = "–" if pd.isna(trip.deviation) else f"{trip.deviation:+.0%}"
        ends = f"{names(answers, [trip.from_place])} – {names(answers, [trip.to_place])}"
        minutes = [f"{trip.minutes:.0f}", f"{trip.modelled:.0f}", deviation]
        rows.append(
            [ends, how, *minutes, " ".join(BASES[trip.basis]), markdown_text(f"{trip.source} ({trip.year})")]
        )
    heads = ["行程 trip", "方式 mode", "外部 known", "计算 modelled", "偏差", "依据 basis", "来源 source"]
    return "\n".join(KNOWN_SAID) + "\n\n" + md_table(heads, rows)


_CHECKS = {
    "class of the core": "核心城市等级 class of the core",
    "enclosure": "是否连片 enclosure",
    "commuting share": "通勤联系 commuting share",
}
_RESULTS = {
    "holds": "满足 holds",
    "to be argued": "待论证 to be argued",
    "fails": "不满足 fails",
    "not asked": "未问 not asked",
}
_BASES = {
    "given": "给定 given",
    "geometry": "几何 geometry",
    "observed": "观测 observed",
    "modelled": "模型 modelled",
}


def checks_section(answers: Answers) -> str:
    """May the circle be one: class of its core, enclosure, commuting, with what each rests on."""
    circle = answers.circle
    core = answers.region.core
    rows = []
    for check, row in circle.checks.iterrows():
        value = f"{row['value']:.1%}" if isinstance(row["value"], float) else str(row["value"])
        bound = f"≥ {row['bound']:.0%}" if isinstance(row["bound"], float) else str(row["bound"])
        bound = "–" if pd.isna(row["bound"]) else bound
        basis = _BASES.get(row["basis"], "–")
        says = _named(answers, str(row["says"]))
        if check == "class of the core":
            says = "; ".join([says, *_core_sources(answers)])
        says = markdown_text(says)
        rows.append([_CHECKS[str(check)], value or "–", bound, _RESULTS[row["result"]], basis, says])
    seats = markdown_text("、".join(core["name_zh"]))
    counted = circle.checks["basis"].eq("observed").any()
    zh = "按给定的通勤表" if counted else "由重力模型推算，不是观测"
    en = "by the table of commuters given" if counted else "modelled, not observed"
    said = (
        f"核心取 {len(core)} 个驻地中最近的一个（{seats}）。通勤比例没有国家标准，"
        f"10 % 是国外都市区的取值，只作参考，不影响成员；此处{zh}。\n"
        f"The core is entered at the nearest of {len(core)} seats. No national standard sets a commuting "
        f"rate; 10 % is that of metropolitan areas abroad, takes nobody out, and is {en}."
    )
    heads = ["条件 condition", "数值 value", "界限 bound", "结果 result", "依据 basis", "说明 says"]
    return said + "\n\n" + md_table(heads, rows)


def _core_sources(answers: Answers) -> list[str]:
    """Where the people of the core's urban districts come from."""
    places = answers.region.places
    if "city_population_source" not in places:
        return []
    return [
        str(one) for one in places.loc[list(answers.region.lists["core"]), "city_population_source"].dropna()
    ]


def _named(answers: Answers, text: str) -> str:
    """The text with the names of places for their ids."""
    known = answers.region.places["name_zh"]
    return re.sub(r"\w+", lambda found: str(known.get(found.group(), found.group())), text)


def _band(shares: Sequence[float], digits: int) -> str:
    """From the least to the most over the sets of speeds; one set has no band."""
    return f"{min(shares):.{digits}%} – {max(shares):.{digits}%}" if len(shares) > 1 else "–"


def bands_section(answers: Answers) -> str:
    """The circle's members that stay and those that come and go; coverage under every set."""
    bands = answers.bands
    sets = list(bands.by_set)
    if len(sets) == 1:
        return (
            "路网自带速度，只有一组，无变动可列。\n"
            "The roads bring speeds of their own: there is one set, and no band to show."
        )
    rows = []
    for zone, row in bands.sometimes.iterrows():
        marks = [f"{'✓' if row[f'member {one}'] else '–'} {number(row[f'{one}_min'], 1)}" for one in sets]
        rows.append([names(answers, [zone]), *marks, f"{row['inside']} / {len(sets)}"])
    asked: dict[str, Callable[[SetAnswers], float]] = {
        "通勤圈单元 counties of the circle": lambda one: len(one.circle.members),
        "通勤圈万人 its people, 10⁴": _people,
        "机场覆盖地级中心 airport, prefecture seats, %": lambda one: one.prefectures.share * 100,
        "机场覆盖县城 airport, county seats, %": lambda one: one.counties.share * 100,
    }
    nothing = pd.Series(np.nan, sets)
    figures = {title: told(partial(bands.of, figure), lambda _: nothing) for title, figure in asked.items()}
    table = [[title, *(number(values[one], 0) for one in sets)] for title, values in figures.items()]
    return "\n\n".join(
        [
            f"各速度组下都在圈内 {len(bands.always)} 个；时进时出 {len(bands.sometimes)} 个，"
            "列出它在几个速度组下在圈内（不是概率）与各组的分钟。\n"
            f"{len(bands.always)} counties are inside under every set; {len(bands.sometimes)} come and go, "
            "with the number of sets they are inside under (no probability) and the minutes under each.",
            md_table(["县级单元 county", *sets, "组数 sets"], rows),
            md_table(["数字 figure", *sets], table),
        ]
    )


def _people(one: SetAnswers) -> float:
    """People of the circle, in ten thousands; missing where the region knows none."""
    people = float(one.circle.table["people"].sum())
    return float(one.circle.table.loc[one.circle.members, "people"].sum() / 1e4) if people > 0 else np.nan


def series_section(answers: Answers) -> str:
    """The headlines of every year, with a chart of one line each."""
    table = answers.series
    if table.empty:
        return "（道路与铁路表中没有开通年份 the tables of roads and railways say no years of opening）"
    rows = []
    for column, (zh, en, scale) in FIGURES.items():
        values = table[column] * scale
        shown = [number(value, 0) for value in values]
        rows.append([f"{zh} {en}", *shown, spark(values)])
    return "\n".join(SAID) + "\n\n" + md_table(["数字 figure", *map(str, table.index), ""], rows)


def planned_section(answers: Answers) -> str:
    """Named projects of the policy texts, with their year where one is stated."""
    rows = []
    for project in answers.region.planned.itertuples():
        opens = "未说明 not stated" if pd.isna(project.opens) else f"{project.opens:.0f}"
        length = number(project.length_km, 0)
        cells = [f"{project.name_zh} {project.name_en}", project.stage, length, opens, project.document]
        rows.append([markdown_text(one) for one in (*cells, project.source)])
    heads = ["项目 project", "阶段 stage", "km", "开通 opens", "文件 document", "来源 source"]
    return md_table(heads, rows)


def standards_section(answers: Answers) -> str:
    """The outline's thresholds, a row each."""
    by_set = {name: one.targets for name, one in answers.bands.by_set.items()}
    usual = next(iter(by_set.values()))
    rows = []
    for target, row in usual.iterrows():
        shares = [table.loc[target, "share"] for table in by_set.values()]
        rows.append(
            [
                f"{row['name_zh']} {row['name_en']}",
                f"{row['minutes']:g}",
                f"{row['within']} / {row['seats']} ({row['share']:.0%})",
                _band(shares, 0),
                f"{number(row['farthest_min'], 0)} {names(answers, [row['farthest']])}",
            ]
        )
    heads = ["目标 target", "分钟 min", "达到 within", "速度组间 band", "最远 farthest, min"]
    roads = "\n".join(ROADS_SAID) if "road" in usual.index else ""
    return "\n\n".join(filter(None, [f"{OUTLINE}.", roads, md_table(heads, rows)]))
