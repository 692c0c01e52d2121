"""How many trains ran on each service in other years, where the tables say it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, check_columns
from urbgeo.errors import Faults

COLUMNS = ("service", "year", "trains_per_day")


def services_of(stops: pd.DataFrame, services: pd.DataFrame, year: float) -> pd.DataFrame:
    """The stops with the trains a day of the state nearest to a year; services that had none are gone.

    Parameters
    ----------
    stops
        Trains as they run today, ``year`` saying of when they are.
    services
        Trains a day in other years: ``service``, ``year``, ``trains_per_day``, ``basis``, ``source``. A
        service that is not among them has run as it does today, one that no stop knows is passed over. Of two
        states as near the later holds.
    year
        The year asked.

    Returns
    -------
    pandas.DataFrame
        Rows of ``stops``; those of another state with its ``trains_per_day``, ``basis``, ``source`` and
        ``year``.

    Raises
    ------
    InputError
        For years and counts that are no numbers, and two counts of one year.

    Examples
    --------
    >>> stops = pd.DataFrame({"service": ["G", "G"], "trains_per_day": 30, "year": 2024})
    >>> then = pd.DataFrame({"service": ["G"], "year": [2016], "trains_per_day": [20]})
    >>> services_of(stops, then, 2018)["trains_per_day"].tolist()
    [20, 20]
    """
    if services.empty:
        return stops
    _check(services)
    today = stops["year"] if "year" in stops else pd.Series(np.inf, stops.index)
    now = today.groupby(stops["service"]).max()
    states = services.assign(apart=(services["year"] - year).abs())
    states = states.sort_values(["apart", "year"], ascending=[True, False], kind="stable")
    nearest = states.drop_duplicates("service").set_index("service")
    standing = (now.reindex(nearest.index) - year).abs()
    nearest = nearest[nearest["apart"] < standing]
    changed = stops["service"].isin(nearest.index)
    if not changed.any():
        return stops
    found = stops.copy()
    for column in ("trains_per_day", "basis", "source", "year"):
        if column in found and column in nearest:
            then = found.loc[changed, "service"].map(nearest[column])
            found[column] = found[column].mask(changed, then.reindex(found.index))
    found = found[found["trains_per_day"] > 0]
    return found.astype({"trains_per_day": stops["trains_per_day"].dtype})


def _check(services: pd.DataFrame) -> None:
    check_columns(services, "rail_services", COLUMNS)
    faults = Faults("rail_services")
    for column in ("year", "trains_per_day"):
        add_amount_faults(faults, services[column])
    twice = services.duplicated(["service", "year"])
    if twice.any():
        faults.add("two counts of one year", ids=services.loc[twice, "service"], remedy="keep one")
    faults.raise_if_any()
