"""What a rail trip is, trips part by part, and minutes beside figures from outside, on the report's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from urbgeo.access.rail_trips import TRIP_PARTS
from urbgeo.maps.charts import Both
from urbgeo.maps.report_page import Grid
from urbgeo.study.answers import Answers
from urbgeo.study.trips import DOCUMENT, PART_SOURCES, trips_apart

KNOWN_SAID: Both = (
    "分钟。只有读过文件的数字才给出偏差；常识不作证明。铁路只比乘车时间，两边都不含本模型的缓冲或驾车。",
    "Minutes. A deviation is given only where a document was opened; general knowledge proves nothing. "
    "Rail compares rides alone, so that no term of this model stands on both sides.",
)

BASES: Mapping[str, Both] = {
    DOCUMENT: ("文件", "document"),
    "general knowledge": ("常识", "general knowledge"),
}

MODES: Mapping[str, Both] = {"road": ("公路", "road"), "rail": ("铁路乘车", "rail ride")}


NAMES = ("name_zh", "name_en")


def rail_said(rule: Mapping[str, Any]) -> list[Both]:
    """What a rail trip is and what official claims count, where there are trains."""
    if "max_access_min" not in rule:
        return []
    zh = (
        "官方的“两小时高铁圈”一般按最快列车站到站计；本报告的主数字为中心到中心。铁路出行的条件："
        f"到站、离站驾车各不超过 {rule['max_access_min']:g} 分钟，乘车直线距离不少于两地的 "
        f"{rule['ride_share']:.0%}，驾车之和短于全程驾车。"
    )
    en = (
        'Official "two-hour circles" usually mean the quickest train from station to station; the headline '
        "here is centre to centre. A rail trip has drives to and from stations of at most "
        f"{rule['max_access_min']:g} minutes each, a ride of at least {rule['ride_share']:.0%} of the "
        "straight way, and drives that together are shorter than driving all the way."
    )
    return [(zh, en)]


def trip_grids(answers: Answers) -> list[Grid]:
    """Named rail trips part by part, and what each part rests on."""
    apart = trips_apart(answers.region, answers.reach)
    if apart.empty:
        return []
    stations, parts = answers.region.stations["name_zh"], list(TRIP_PARTS)
    rows: list[list[str | Both]] = []
    for (origin, destination), trip in apart.iterrows():
        ends = "–".join(str(stations.get(trip[end], "")) for end in ("station_from", "station_to"))
        total = _whole(trip["rail_min"]) if trip["status"] == "reached" else str(trip["status"])
        figures = [*(_whole(trip[name]) for name in parts), total]
        figures += [_whole(trip[name]) for name in ("road_min", "trains_per_day", "schedule_delay_min")]
        rows.append([_pair(answers, origin, destination), ends, *figures])
    heads: list[Both] = [("行程", "Trip"), ("车站", "Stations")]
    heads += [(PART_SOURCES[name].name_zh, PART_SOURCES[name].name_en) for name in parts]
    heads += [
        ("合计", "total"), ("全程驾车", "by road"), ("每日车次", "trains a day"), ("候班", "schedule delay"),
    ]  # fmt: skip
    sources: list[list[str | Both]] = [
        [(one.name_zh, one.name_en), (one.source_zh, one.source)] for one in PART_SOURCES.values()
    ]
    caption = "铁路出行逐段拆开，分钟", "Rail trips taken apart, minutes"
    rests = "各段的依据", "What each part rests on"
    return [
        Grid(heads, rows, frozenset(range(2, len(heads))), caption),
        Grid([("段", "Part"), ("依据", "Basis")], sources, caption=rests),
    ]


def known_grids(answers: Answers) -> list[Grid]:
    """Modelled minutes beside figures from outside the model."""
    rows: list[list[str | Both]] = [
        [
            _pair(answers, trip.from_place, trip.to_place),
            MODES[str(trip.mode)],
            _whole(trip.minutes),
            _whole(trip.modelled),
            "–" if pd.isna(trip.deviation) else f"{trip.deviation:+.0%}",
            BASES[str(trip.basis)],
            f"{trip.source} ({trip.year})",
        ]
        for trip in answers.trips.itertuples()
    ]
    heads: Sequence[Both] = [
        ("行程", "Trip"), ("方式", "Mode"), ("外部", "known"), ("计算", "modelled"), ("偏差", "deviation"),
        ("依据", "basis"), ("来源", "source"),
    ]  # fmt: skip
    return [Grid(heads, rows, frozenset({2, 3, 4}))] if rows else []


def _pair(answers: Answers, origin: object, destination: object) -> Both:
    places = answers.region.places
    zh, en = (" – ".join(str(places.at[one, name]) for one in (origin, destination)) for name in NAMES)
    return zh, en


def _whole(minutes: float) -> str:
    return "–" if pd.isna(minutes) else f"{minutes:,.0f}"


def pairs_said(row: pd.Series) -> Both:
    """Pairs within of all, and how many of these nobody knows."""
    of, far = f"{row['within']:.0f} / {row['pairs']:.0f}", f"{row['unknown']:.0f}"
    if not row["unknown"]:
        return of, of
    return f"{of}（{far} 对有一端附近无路）", f"{of} ({far} with an end without a road)"
