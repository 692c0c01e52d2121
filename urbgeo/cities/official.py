"""Computed circles held against official lists, and circles over the years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from urbgeo.access.travel import Travel
from urbgeo.checks import check_amounts, check_ids
from urbgeo.cities.circle_rules import compared
from urbgeo.cities.circles import CommutingCircle
from urbgeo.cities.metropolises import MetropolitanCircles, metropolitan_circles
from urbgeo.cities.metropolitan_rules import MetropolitanRules
from urbgeo.errors import InputError, some_of
from urbgeo.standards import CIRCLE_MIN


def compare_with_official(
    circles: CommutingCircle | MetropolitanCircles,
    official: Iterable[object] | Mapping[object, Iterable[object]],
    *,
    zones: pd.DataFrame | None = None,
    weights: Sequence[str] = (),
) -> pd.DataFrame:
    """How far computed circles and official lists of zones agree.

    Parameters
    ----------
    circles
        Result of ``commuting_circle`` or ``metropolitan_circles``.
    official
        Zone ids on the official list; for many metropolises, such a list by name.
    zones
        The zones, with the columns of ``weights``; by default the table of the circles itself.
    weights
        Columns to compare besides the count of zones, e.g. ``people`` and ``area_km2``.

    Returns
    -------
    pandas.DataFrame
        Index ``rule`` or ``metropolis``: ``both``, ``only_circle``, ``only_official`` (ids), ``unknown``
        (official ids that are no zones), ``precision`` (share of the computed that is official), ``recall``
        (share of the official that is computed), and for each weight the sums ``<w>_circle``,
        ``<w>_official`` and ``<w>_both``.

    Raises
    ------
    InputError
        For a metropolis without a circle, repeated ids of zones, or weights that are missing or negative.

    Examples
    --------
    >>> zones = pd.DataFrame(index=["a", "b", "c"])
    >>> minutes = pd.DataFrame({"a": [0, 30, 70]}, index=zones.index)
    >>> found = metropolitan_circles(minutes, pd.Series({"a": "A"}), zones)
    >>> table = compare_with_official(found, {"A": ["a", "c"]})
    >>> table.loc["A", ["both", "only_circle", "only_official"]].tolist()
    [('a',), ('b',), ('c',)]
    """
    frame = getattr(circles, "table", None) if zones is None else zones
    if not isinstance(circles, CommutingCircle | MetropolitanCircles) or not isinstance(frame, pd.DataFrame):
        raise InputError(
            f"circles: {type(circles).__name__} is no result of commuting_circle or metropolitan_circles; "
            "the call is compare_with_official(circles, official, zones=...)."
        )
    check_ids(frame.index, "zones")
    frame = frame.copy(deep=False)
    frame[list(weights)] = check_amounts(frame, "zones", list(weights))
    lost = circles.table.index[~circles.table.index.isin(frame.index)]
    if len(lost):
        raise InputError(f"zones: {some_of(lost)} of the circles are missing; give all of their zones.")
    if isinstance(circles, CommutingCircle):
        if isinstance(official, Mapping | str):
            raise InputError("official: give the ids of one list, e.g. ['430102', '430103'].")
        ids, by_rule = list(official), circles.members_by_rule
        return compared(by_rule, dict.fromkeys(by_rule, ids), frame, weights, name="rule")
    if not isinstance(official, Mapping):
        raise InputError("official: give the ids by metropolis, e.g. {'长沙': ['430102', '430103']}.")
    lost = [name for name in official if name not in circles.circles.index]
    if lost:
        known = some_of(circles.circles.index)
        raise InputError(f"official: no circle was computed for {some_of(lost)}; there are {known}.")
    table = circles.table
    ours = {name: table.index[table["metropolis"] == name] for name in official}
    return compared(ours, official, frame, weights, name="metropolis")


def circles_over_years(
    travel: Mapping[int, Travel],
    cores: pd.Series,
    zones: pd.DataFrame,
    *,
    minutes: float = CIRCLE_MIN,
    direction: str = "to",
    population: str | pd.Series | None = None,
    rules: MetropolitanRules | None = None,
) -> pd.DataFrame:
    """How the circles grow as the network opens year by year.

    Parameters
    ----------
    travel
        What minutes come from by year.
    cores, zones, minutes, direction, population, rules
        As in :func:`~urbgeo.cities.metropolises.metropolitan_circles`.

    Returns
    -------
    pandas.DataFrame
        Index (``year``, ``metropolis``): ``zones``, ``people`` (when asked), ``joined`` and ``left``
        (ids since the year before, as tuples; empty in the first year); the provenance of the last year in
        ``attrs``.

    Raises
    ------
    InputError
        As there, or when no year is given.

    Examples
    --------
    >>> zones = pd.DataFrame(index=["a", "b"])
    >>> years = {2020: pd.DataFrame({"a": [0, 70]}, index=zones.index),
    ...          2025: pd.DataFrame({"a": [0, 50]}, index=zones.index)}
    >>> circles_over_years(years, pd.Series({"a": "A"}), zones).loc[(2025, "A"), "joined"]
    ('b',)
    """
    if not isinstance(travel, Mapping) or not travel:
        raise InputError("travel: give a table or a network for at least one year, by year.")
    parts, before = [], None
    for year in sorted(travel):
        found = metropolitan_circles(
            travel[year],
            cores,
            zones,
            minutes=minutes,
            direction=direction,
            population=population,
            rules=rules,
        )
        table = found.circles.copy()
        taken = found.table["metropolis"]
        members = {name: set(taken.index[taken == name]) for name in table.index}
        earlier = members if before is None else before
        for column, gone, come in (("joined", earlier, members), ("left", members, earlier)):
            sets = [_in_order(zones.index, come[name] - gone[name]) for name in table.index]
            table[column] = pd.Series(sets, index=table.index, dtype=object)
        parts.append(pd.concat({year: table}, names=["year"]))
        before = members
    whole = pd.concat(parts)
    whole.attrs["provenance"] = found.provenance
    return whole


def _in_order(index: pd.Index, ids: set[object]) -> tuple[object, ...]:
    return tuple(one for one in index if one in ids)
