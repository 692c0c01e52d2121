"""What a measure hands back, the register of measures, and the shares most of them are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from urbgeo.indicators.ground import Ground

NO_NUMBER = ("", "")
"""The unit of those who are left out by name alone: in or out, with no distance between."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One value of one year.

    ``left`` names who is left out with a number in ``left_unit``, nearest to being in first; ``noun`` is what
    they are (市, 县, 对); ``count`` how many there are in all; ``limit``
    is what ``left`` exceeds; ``units`` the value by prefecture.
    """

    value: float
    basis: str = "modelled"
    estimated_share: float = 0.0
    left: tuple[tuple[str, str, float], ...] = ()
    left_unit: tuple[str, str] = ("分钟", "min")
    noun: tuple[str, str] = ("", "")
    count: int = 0
    limit: float = math.nan
    units: pd.Series | None = field(default=None)


@dataclass(frozen=True)
class Measure:
    """A function of the ground, and of which years it can tell: ``any`` year, the ``census``, or ``now``.

    ``on``: the parts of a region it stands on, of :data:`urbgeo.indicators.ground.PARTS`.
    """

    name: str
    work: Callable[[Ground], Measured | None]
    when: str
    by_speed: bool
    on: tuple[str, ...] = ()


MEASURES: dict[str, Measure] = {}
"""By the name that targets call them by."""


def measure(
    name: str, *, when: str = "any", by_speed: bool = False, on: tuple[str, ...] = ()
) -> Callable[[Callable[[Ground], Measured | None]], Callable[[Ground], Measured | None]]:
    """Register what measures a target. ``by_speed``: the value hangs on road speeds and gets a band."""

    def note(work: Callable[[Ground], Measured | None]) -> Callable[[Ground], Measured | None]:
        MEASURES[name] = Measure(name, work, when, by_speed, on)
        return work

    return note


def share_within(
    ground: Ground,
    places: gpd.GeoDataFrame,
    minutes: pd.Series,
    limit: float,
    *,
    noun: tuple[str, str],
    weight: pd.Series | None = None,
) -> Measured:
    """Per cent of places (or of a weight) with at most so many minutes."""
    inside = minutes <= limit
    weights = pd.Series(1.0, places.index) if weight is None else weight.astype(float)
    out = minutes[~inside].fillna(np.inf).sort_values(kind="stable")
    return Measured(
        percent(inside, weights),
        estimated_share=ground.estimated_road_share,
        left=named(places, out),
        noun=noun,
        count=len(places),
        limit=limit,
        units=by_prefecture(places, inside.astype(float), weights) * 100.0,
    )


def percent(inside: pd.Series, weights: pd.Series) -> float:
    """A weighted share in per cent; NaN where nothing weighs."""
    total = float(weights.sum())
    return 100.0 * float(weights[inside].sum()) / total if total > 0 else math.nan


def by_prefecture(places: pd.DataFrame, values: pd.Series, weights: pd.Series) -> pd.Series:
    """Weighted mean by prefecture; empty where places name none."""
    if "prefecture" not in places:
        return pd.Series(dtype=float)
    of = places["prefecture"]
    return (values * weights).groupby(of).sum() / weights.groupby(of).sum()


def named(places: pd.DataFrame, values: pd.Series) -> tuple[tuple[str, str, float], ...]:
    """Names of ids with a number each, in both languages."""
    columns = [one if one in places else None for one in ("name_zh", "name_en")]
    found = []
    for one, value in values.items():
        zh, en = (str(places.at[one, column]) if column else str(one) for column in columns)
        found.append((zh, en, float(value)))
    return tuple(found)


def plain(value: float, **more: Any) -> Measured:
    """A value from published tables: nothing modelled."""
    return replace(Measured(float(value), basis="observed"), **more)
