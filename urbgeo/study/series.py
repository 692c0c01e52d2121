"""Headlines year by year, each with the roads, railways, interchanges, stations and airports open then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from urbgeo.regions.counts import FAST
from urbgeo.regions.region import Region
from urbgeo.regions.years import region_in_year
from urbgeo.study.bands import SetAnswers

YEARS = (2005, 2010, 2015, 2020, 2025)

IN_SERIES = ("expressway",)
"""Targets of the national outline that the series shows."""

BARS = "▁▂▃▄▅▆▇█"

FIGURES: Mapping[str, tuple[str, str, float]] = {
    "expressway_km": ("高速公路里程, km", "expressways, km", 1.0),
    "fast_rail_km": ("高铁与城际里程, km", "high-speed and intercity track, km", 1.0),
    "circle_counties": ("一小时圈县级单元", "counties of the one-hour circle", 1.0),
    "interchange": ("县城 30 分钟到高速互通, %", "county seats within 30 min of an interchange, %", 100.0),
    "airport": ("地级中心 60 分钟到机场, %", "prefecture seats within 60 min of an airport, %", 100.0),
    "road": ("两小时公路通达, %", "pairs within two hours by road, %", 100.0),
    "rail_station": ("两小时铁路站到站, %", "by rail, station to station, %", 100.0),
    "rail": ("两小时铁路中心到中心, %", "by rail, centre to centre, %", 100.0),
}  # fmt: skip
"""Columns of the series: names and by what they are multiplied to be shown."""


SAID = (
    "各年只计当年已开通的高速、互通、铁路、车站与机场；普通公路几乎都早于 2005 年，各年都按今天的车速计，"
    "所以早年的公路时间偏短、通勤圈变化偏小；人口与驻地为普查口径。",
    "Expressways, interchanges, railways, stations and airports as open in each year; nearly all ordinary "
    "roads are older than the series and keep today's speeds in every year, so that early drives are rather "
    "too short and the circle changes too little; people and places are those of the census.",
)
"""What the series shows and what it does not, in both languages."""


def series(
    region: Region, asked: Callable[[Region], SetAnswers], *, years: Sequence[int] = YEARS
) -> pd.DataFrame:
    """The headlines of every year.

    Nearly all ordinary roads of an embedded region carry a year of the 1990s: the series is one of
    expressways, railways and airports. People and places are those of the census throughout.

    - ``region``: With the column ``opened`` in its tables; without it the series has no rows.
    - ``asked``: Answers a region, as :func:`urbgeo.study.answers.answer` does.
    - ``years``: Rising.

    Returns
    -------
    pandas.DataFrame
        One row per year, the columns of :data:`FIGURES`.
    """
    if any("opened" not in one for one in (region.road_links, region.rail_sections, region.stations)):
        return pd.DataFrame(columns=list(FIGURES), index=pd.Index([], name="year"), dtype=float)
    rows = {}
    for year in years:
        then = region_in_year(region, year)
        rows[year] = _row(then, asked(then))
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(FIGURES)).rename_axis("year")


def _row(then: Region, found: SetAnswers) -> dict[str, float]:
    km = "km_inside" if "km_inside" in then.road_links else "length_km"
    roads, track = then.road_links, then.rail_sections
    shares = found.reach.summary["share"]
    return {
        "expressway_km": float(roads.loc[roads["class"] == "expressway", km].sum()),
        "fast_rail_km": float(track.loc[track["class"].isin(FAST), km].sum()),
        "circle_counties": float(len(found.circle.members)),
        "interchange": float(found.targets.loc["expressway", "share"]),
        "airport": float(found.prefectures.share),
        **{name: float(shares.get(name, 0.0)) for name in ("road", "rail_station", "rail")},
    }


def spark(values: pd.Series) -> str:
    """A chart of one line of text, from nothing to the highest."""
    top = values.max()
    steps = (values / top * (len(BARS) - 1)).round().astype(int) if top > 0 else values.astype(int) * 0
    return "".join(BARS[step] for step in steps)
