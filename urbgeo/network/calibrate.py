"""Calibration: factors on the minutes of link classes that fit observed trips."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from urbgeo.checks import add_amount_faults, check_columns
from urbgeo.errors import Faults, InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork

FACTOR_BOUNDS = (0.25, 4.0)
"""Factors are kept between a quarter and four times the minutes: beyond, the network itself is wrong."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What fits the observed trips.

    ``factors`` multiply the minutes of each class; ``network`` has them applied; ``residuals`` has one row
    per trip: ``observed``, ``before``, ``after`` (minutes) and ``error`` (after - observed). ``error_before``
    and ``error_after`` are root mean squares on the trips fitted, ``error_held_out`` that on trips left out
    in turn.
    """

    factors: pd.Series
    network: TravelNetwork
    residuals: pd.DataFrame
    error_before: float
    error_after: float
    error_held_out: float


def calibrate(
    network: TravelNetwork, places: gpd.GeoDataFrame, observed: pd.DataFrame, *, folds: int = 5
) -> Calibration:
    """Fit a factor on the minutes of each class to observed origin-destination minutes.

    Least squares of modelled less observed minutes, routes being chosen anew for every trial. The
    out-of-sample error fits ``folds`` times, each time on the other trips.

    Parameters
    ----------
    network
        Its classes are fitted; classes that no trip uses keep a factor near 1.
    places
        Ends of the trips, by id.
    observed
        ``from_place``, ``to_place``, ``minutes``.
    folds
        Parts that the trips are dealt into, in turn.

    Raises
    ------
    InputError
        For unknown places, minutes that are no finite numbers > 0, trips that have no path, and fewer trips
        than classes or folds.
    """
    classes = sorted(network.link_table["class"].astype(str).unique())
    _check(network, places, observed, classes, folds)
    wanted = observed["minutes"].to_numpy(np.float64)
    before = _modelled(network, places, observed)
    lost = observed.index[~np.isfinite(before)]
    if len(lost):
        faults = Faults("observed")
        faults.add("no path, or an end that cannot be attached", ids=lost, remedy="drop these trips")
        faults.raise_if_any()
    factors = _fitted(network, places, observed, classes)
    fitted = _scaled(network, classes, factors)
    after = _modelled(fitted, places, observed)
    held = np.empty(len(observed))
    for fold in range(folds):
        out = np.arange(len(observed)) % folds == fold
        other = _scaled(network, classes, _fitted(network, places, observed[~out], classes))
        held[out] = _modelled(other, places, observed[out]) - wanted[out]
    residuals = observed[["from_place", "to_place"]].assign(
        observed=wanted, before=before, after=after, error=after - wanted
    )
    return Calibration(
        pd.Series(factors, index=pd.Index(classes, name="class"), name="factor"),
        fitted,
        residuals,
        _rms(before - wanted),
        _rms(after - wanted),
        _rms(held),
    )


def _check(
    network: TravelNetwork, places: gpd.GeoDataFrame, observed: pd.DataFrame, classes: list[str], folds: int
) -> None:
    check_columns(observed, "observed", ["from_place", "to_place", "minutes"])
    faults = Faults("observed")
    for end in ("from_place", "to_place"):
        unknown = ~observed[end].isin(places.index)
        if unknown.any():
            faults.add(f"{end} not among the places", ids=observed.index[unknown])
    add_amount_faults(faults, observed["minutes"])
    faults.raise_if_any()
    least = max(len(classes) + 1, folds)
    if folds < 2 or len(observed) < least:
        raise InputError(f"observed: {len(observed)} trips for {len(classes)} classes; give {least} or more.")


def _modelled(network: TravelNetwork, places: gpd.GeoDataFrame, trips: pd.DataFrame) -> NDArray[np.float64]:
    starts, ends = pd.Index(trips["from_place"].unique()), pd.Index(trips["to_place"].unique())
    table = minutes_table(network, places.loc[starts], places.loc[ends]).to_numpy()
    rows, columns = starts.get_indexer(trips["from_place"]), ends.get_indexer(trips["to_place"])
    return np.asarray(table[rows, columns], np.float64)


def _scaled(network: TravelNetwork, classes: list[str], factors: NDArray[np.float64]) -> TravelNetwork:
    links = network.link_table
    factor = links["class"].astype(str).map(dict(zip(classes, factors, strict=True))).to_numpy(float)
    scaled = links.assign(
        minutes=links["minutes"] * factor,
        minutes_back=links["minutes_back"] * factor,
        speed_kmh=links["speed_kmh"] / factor,
    )
    fitted = {name: float(one) for name, one in zip(classes, factors, strict=True)}
    about = network.provenance.having(parameters={"minutes multiplied by class": fitted})
    return replace(network, link_table=scaled, provenance=about)


def _fitted(
    network: TravelNetwork, places: gpd.GeoDataFrame, trips: pd.DataFrame, classes: list[str]
) -> NDArray[np.float64]:
    wanted = trips["minutes"].to_numpy(np.float64)

    # Counted from 1, since scipy takes its steps relative to where it stands: from 0 they would be so small
    # that minutes, told to a millionth, do not move.
    def misses(logs: NDArray[np.float64]) -> NDArray[np.float64]:
        return _modelled(_scaled(network, classes, np.exp(logs - 1.0)), places, trips) - wanted

    bounds = tuple(np.log(FACTOR_BOUNDS) + 1.0)
    found = least_squares(misses, np.ones(len(classes)), bounds=bounds, diff_step=1e-3, max_nfev=30)
    return np.asarray(np.exp(found.x - 1.0), np.float64)


def _rms(errors: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(errors**2)))
