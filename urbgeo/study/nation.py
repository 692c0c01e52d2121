"""The nation: airport coverage of prefecture seats with its band and its years, on estimated minutes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from urbgeo.access.coverage import coverage
from urbgeo.arguments import check_years
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.regions.nation import WHOLE, china_airports
from urbgeo.regions.region import Region, check_region
from urbgeo.standards import AIRPORT_MIN, AIRPORT_TARGET
from urbgeo.study.estimated import calibration

YEARS = (2000, 2005, 2010, 2015, 2020, 2024)
"""Years of the series; the embedded airports end with 2024."""


def is_national(region: Region) -> bool:
    """Whether this is the whole nation."""
    return region.name in (WHOLE, "china")


def coverage_band(
    minutes: pd.Series, low: float, high: float, limit: float = AIRPORT_MIN
) -> tuple[float, float]:
    """Share of places within a limit if all minutes were ``high`` or ``low`` times what they are."""
    return float((minutes * high <= limit).mean()), float((minutes * low <= limit).mean())


def airport_years(
    region: Region, *, network: TravelNetwork | None = None, years: Sequence[int] = YEARS
) -> pd.DataFrame:
    """Airport coverage of prefecture and county seats by the airports open at the end of each year.

    Parameters
    ----------
    region
        With airports of the package.
    network
        Compiled from the region by default.
    years
        Rising.

    Returns
    -------
    pandas.DataFrame
        One row per year: ``airports`` in and around the region, ``unknown_years`` (airports whose year is
        missing, counted as open), ``prefectures`` and ``counties`` (shares within 60 minutes), ``low`` and
        ``high``: the share of prefectures under Hunan's spread of true over estimated minutes.

    Raises
    ------
    InputError
        For a region without roads, and airports that are no points.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> airport_years(hunan, years=(2024,)).index.tolist()
    [2024]
    """
    check_region(region)
    years = check_years(years)
    road = (network or region_network(region, modes=("road",))).only(("road",))
    fitted = calibration()
    rows = {}
    for year in years:
        open_then = china_airports(year=year)
        airports = region.airports[region.airports.index.isin(open_then.index)]
        seats = coverage(road, region.prefectures, airports, minutes=AIRPORT_MIN, target=AIRPORT_TARGET)
        towns = coverage(road, region.counties, airports, minutes=AIRPORT_MIN)
        low, high = coverage_band(seats.table["minutes"].fillna(np.inf), fitted.low, fitted.high)
        rows[year] = {
            "airports": len(airports),
            "unknown_years": int(airports["opened"].isna().sum()),
            "prefectures": seats.share,
            "counties": towns.share,
            "low": low,
            "high": high,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")


def national_lines(series: pd.DataFrame, seats: int, *, estimated: bool = True) -> list[tuple[str, str]]:
    """The headline against the target, and how it grew, in Chinese and English."""
    last = series.iloc[-1]
    year = series.index[-1]
    grown_zh = "，".join(f"{when} 年 {row['prefectures']:.0%}" for when, row in series.iterrows())
    grown_en = ", ".join(f"{when} {row['prefectures']:.0%}" for when, row in series.iterrows())
    share, target = f"{last['prefectures']:.1%}", f"{AIRPORT_TARGET:.0%}"
    told_zh, told_en = ("（时间为估算）", ", minutes estimated") if estimated else ("", "")
    zh = f"{year} 年底开通的机场{told_zh}：{seats} 个地级行政中心（不含港澳台）中 {share} 在 "
    zh += f"{AIRPORT_MIN:g} 分钟内，目标 {target}"
    en = f"Airports open by {year}{told_en}: {share} of {seats} prefecture-level seats (mainland) "
    en += f"within {AIRPORT_MIN:g} min against {target}"
    if estimated:
        band_zh, band_en = band_said(last["low"], last["high"])
        zh, en = f"{zh}；{band_zh}", f"{en}; {band_en}"
    return [(f"{zh}。", f"{en}."), (f"逐年：{grown_zh}。", f"Year by year: {grown_en}.")]


def band_said(low: float, high: float) -> tuple[str, str]:
    """A share under Hunan's spread of true over estimated minutes."""
    return (
        f"按湖南残差幅度为 {low:.0%}–{high:.0%}（不是全国的区间）",
        f"{low:.0%} to {high:.0%} under Hunan's spread (no national band)",
    )


YEAR_HEADS = (
    ("年", "year"),
    ("机场", "airports"),
    ("其中年份不明", "year unknown"),
    ("地级中心", "prefecture seats"),
    ("县城", "county seats"),
)
"""Columns of the table year by year."""


def year_rows(series: pd.DataFrame) -> list[list[str]]:
    """The table year by year, as it is printed."""
    return [
        [f"{year}", f"{row['airports']:.0f}", f"{row['unknown_years']:.0f}", f"{row['prefectures']:.1%}",
         f"{row['counties']:.1%}"]
        for year, row in series.iterrows()
    ]  # fmt: skip
