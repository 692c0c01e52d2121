"""Trains a day of past years: today's patterns in the mix nearest to them that carries published counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, check_columns
from urbgeo.errors import Faults
from urbgeo.types import Floats, Ints

COUNT_COLUMNS = ("from_station", "to_station", "year", "trains_per_day")

FAST = ("hsr", "intercity")
"""Classes of track that fast trains need; other trains run on conventional track."""

ROUNDS = 1000
"""Counts that contradict each other are left where this many rounds bring them."""

CLOSE = 1e-9
"""Counts hold when no factor is farther from 1."""


def as_counted(stops: pd.DataFrame, today: pd.DataFrame, counts: pd.DataFrame, year: float) -> pd.DataFrame:
    """Stops of a past year with as many fast trains as were counted then.

    A count tells how many fast trains a day and direction call at both of two stations. Between the years
    that are told, today's the last of them, counts are interpolated; before the first nothing is known and
    services run as today. Every service is multiplied by one factor for each count it belongs to, in turn
    until all hold, which is the most likely mix that carries them (Van Zuylen and Willumsen 1980). Services
    of no count stay as they are, those counted as none are gone.

    - ``stops``: Of the year, cut to what was open; ``today``: of the whole region, with ``year``.
    - ``counts``: :data:`COUNT_COLUMNS`, one row a pair and year.
    """
    if counts.empty or "year" not in today:
        return stops
    _check_counts(counts, today)
    now = float(today["year"].max())
    if year >= now:
        return stops
    then, latest = _Calls(stops), _Calls(today)
    held = []
    for (start, end), told in counts.groupby(["from_station", "to_station"], sort=False):
        told = told[told["year"] < now].sort_values("year")
        serving = then.at_both(start, end)
        if len(serving) and len(told) and year >= told["year"].iloc[0]:
            years = [*told["year"], now]
            known = [*told["trains_per_day"], latest.trains.to_numpy()[latest.at_both(start, end)].sum()]
            held.append((serving, float(np.interp(year, years, known))))
    if not held:
        return stops
    trains = pd.Series(_balanced(then.trains.to_numpy(np.float64, copy=True), held), then.trains.index)
    found = stops["service"].map(trains).fillna(stops["trains_per_day"])
    return stops.assign(trains_per_day=found)[found > 0]


class _Calls:
    """Where the fast trains of a table call, and how many run."""

    def __init__(self, stops: pd.DataFrame) -> None:
        fast = stops[stops["class"].isin(FAST)].groupby("service", sort=False)
        self.trains = fast["trains_per_day"].first()
        self.stations = fast["station"].agg(frozenset)

    def at_both(self, start: object, end: object) -> Ints:
        """Rows of the services that call at two stations."""
        return np.array([row for row, at in enumerate(self.stations) if start in at and end in at], np.int64)


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


def _check_counts(counts: pd.DataFrame, today: pd.DataFrame) -> None:
    check_columns(counts, "rail_counts", COUNT_COLUMNS)
    faults = Faults("rail_counts")
    for column in ("year", "trains_per_day"):
        add_amount_faults(faults, counts[column])
    for column in ("from_station", "to_station"):
        strange = ~counts[column].isin(today["station"])
        if strange.any():
            ids = counts.loc[strange, column]
            faults.add("no train calls there", ids=ids, remedy="name stations of rail_stops")
    twice = counts.duplicated(["from_station", "to_station", "year"])
    if twice.any():
        faults.add("two counts of one year", ids=counts.loc[twice, "from_station"], remedy="keep one")
    faults.raise_if_any()
