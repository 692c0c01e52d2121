"""Trains a day of past years: today's patterns in the mix nearest to them that carries published counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, check_columns
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.types import Floats, Ints

COUNT_COLUMNS = ("from_station", "to_station", "year", "trains_per_day")

ENDS = COUNT_COLUMNS[:2]

FAST = ("hsr", "intercity")
"""Classes of track that fast trains need; other trains run on conventional track."""

ROUNDS = 1000
"""Mixes on the verge of what the counts allow are neared slowly; so many rounds bring them near enough."""

CLOSE = 1e-9
"""Counts hold when no factor is farther from 1."""

APART = 1e-2
"""A share of a count that is missed after all rounds: it contradicts others. Rounding moves one less."""


def counts_of_year(
    stops: pd.DataFrame, today: pd.DataFrame, counts: pd.DataFrame, year: float
) -> pd.DataFrame:
    """Counts as they stand in a year: those told before it, and one of the year for each pair served then.

    A count tells how many fast trains a day and direction call at both of two stations. Between the years
    that are told, today's the last of them, counts are interpolated; before the first nothing is known.
    Asked of a region taken back already they give the same again.

    - ``stops``: Of the year, cut to what was open; ``today``: of the whole region, with ``year``.
    - ``counts``: :data:`COUNT_COLUMNS`, one row a pair and year.
    """
    if counts.empty or "year" not in today:
        return counts
    counts = _checked(counts, today)
    now = float(today["year"].max())
    counts = counts[counts["year"] < now]
    if year >= now:
        return counts
    then, latest = _Calls(stops), _Calls(today)
    found = []
    for _, told in counts.groupby(_pairs(counts), sort=False):
        told = told.sort_values("year")
        start, end = told[list(ENDS)].iloc[0]
        before = told[told["year"] <= year]
        if before.empty or not len(then.at_both(start, end)):
            continue
        years = [*told["year"], now]
        known = [*told["trains_per_day"], latest.trains.to_numpy()[latest.at_both(start, end)].sum()]
        of_year = before.iloc[[-1]].assign(year=year, trains_per_day=np.interp(year, years, known))
        if "basis" in counts and before["year"].iloc[-1] != year:
            of_year["basis"] = "interpolated"
        found += [before[before["year"] < year], of_year]
    return pd.concat(found, ignore_index=True) if found else counts.iloc[:0]


def as_counted(stops: pd.DataFrame, counts: pd.DataFrame, year: float) -> pd.DataFrame:
    """Stops of a past year with as many fast trains as the counts of the year tell (:func:`counts_of_year`).

    Every service is multiplied by one factor for each count it belongs to, in turn until all hold, which is
    the most likely mix that carries them (Van Zuylen and Willumsen 1980). Services of no count stay as they
    are, those counted as none are gone. Counts that no mix can carry together are refused by their stations.
    """
    if counts.empty or not (counts["year"] == year).any():
        return stops
    then, told = _Calls(stops), counts[counts["year"] == year]
    held = [
        (then.at_both(row.from_station, row.to_station), float(row.trains_per_day))
        for row in told.itertuples()
    ]
    run = _balanced(then.trains.to_numpy(np.float64, copy=True), held)
    # where no train calls at both, there is none to multiply
    missed = [
        len(serving) > 0 and abs(run[serving].sum() - wanted) > APART * wanted for serving, wanted in held
    ]
    if any(missed):
        raise InputError(
            f"rail_counts: no mix of the trains of {year:g} carries the counts of "
            f"{some_of(_said(told[missed]))} together; mend one of them."
        )
    trains = pd.Series(run, then.trains.index)
    found = stops["service"].map(trains).fillna(stops["trains_per_day"])
    return stops.assign(trains_per_day=found)[found > 0]


def still_served(counts: pd.DataFrame, stops: pd.DataFrame) -> pd.DataFrame:
    """Counts of pairs at which trains of the stops still call."""
    if counts.empty:
        return counts
    return counts[counts[list(ENDS)].isin(set(stops["station"])).all(axis=1)]


class _Calls:
    """Where the fast trains of a table call, and how many run."""

    def __init__(self, stops: pd.DataFrame) -> None:
        fast = stops[stops["class"].isin(FAST)].groupby("service", sort=False)
        self.trains = fast["trains_per_day"].first()
        self.stations = fast["station"].agg(frozenset)

    def at_both(self, start: object, end: object) -> Ints:
        """Rows of the services that call at two stations."""
        return np.array([row for row, at in enumerate(self.stations) if start in at and end in at], np.int64)


def _pairs(counts: pd.DataFrame) -> pd.Series:
    """What each row counts: trains that call at both stations are the same either way round."""
    ends = zip(*(counts[end].astype(str) for end in ENDS), strict=True)
    return pd.Series([" – ".join(sorted(both)) for both in ends], counts.index, dtype=object)


def _said(counts: pd.DataFrame) -> list[str]:
    rows = zip(*(counts[name] for name in COUNT_COLUMNS), strict=True)
    return [f"{start} – {end} in {year:g} ({trains:g})" for start, end, year, trains in rows]


def _balanced(trains: Floats, held: list[tuple[Ints, float]]) -> Floats:
    for _ in range(ROUNDS):
        worst = 0.0
        for serving, wanted in held:
            run = trains[serving].sum()
            factor = wanted / run if run > 0 else 1.0
            trains[serving] *= factor
            worst = max(worst, abs(factor - 1.0))
        if worst < CLOSE:
            break
    return trains


def _checked(counts: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
    """The counts, their numbers read."""
    check_columns(counts, "rail_counts", COUNT_COLUMNS)
    faults = Faults("rail_counts")
    counts = counts.assign(
        **{column: add_amount_faults(faults, counts[column]) for column in ("year", "trains_per_day")}
    )
    for column in ("from_station", "to_station"):
        strange = ~counts[column].isin(today["station"])
        if strange.any():
            ids = counts.loc[strange, column]
            faults.add("no train calls there", ids=ids, remedy="name stations of rail_stops")
    twice = pd.DataFrame({"pair": _pairs(counts), "year": counts["year"]}).duplicated(keep=False)
    if twice.any():
        faults.add(
            "two counts of one year, whichever end stands first", ids=_said(counts[twice]), remedy="keep one"
        )
    faults.raise_if_any()
    return counts
