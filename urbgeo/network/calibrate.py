"""Calibration: factors on the minutes of link classes that fit observed trips."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.arguments import check_path
from urbgeo.checks import (
    add_amount_faults,
    check_choice,
    check_columns,
    check_points,
    check_rows,
    check_whole,
    numbers_of,
)
from urbgeo.coordinates import add_coordinate_faults
from urbgeo.crs import WGS84, gcj02_to_wgs84
from urbgeo.errors import Faults, InputError, SourceError, some_of
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.sources.tables import PLAIN, plain_table

FACTOR_BOUNDS = (0.25, 4.0)
"""Factors are kept between a quarter and four times the minutes: beyond, the network itself is wrong."""


@dataclass(frozen=True, eq=False, repr=False)
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

    def __repr__(self) -> str:
        errors = f"{self.error_before:.1f} min before, {self.error_after:.1f} after, "
        errors += f"{self.error_held_out:.1f} held out"
        fits = ", ".join(f"{name} {factor:.2f}" for name, factor in self.factors.items())
        return f"<Calibration of {len(self.residuals)} trips: {errors}>\n{fits}"


def calibrate(
    network: TravelNetwork,
    places: gpd.GeoDataFrame,
    *,
    observed: pd.DataFrame,
    hour: object | None = None,
    folds: int = 5,
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
        ``from_place``, ``to_place``, ``minutes``, optional ``hour``; as :func:`read_observed` gives them.
        What is fitted on is no proof of the fit: hold results against other trips, or the error held out.
    hour
        Value of the column ``hour`` to fit to; needed where there are several, for hours differ.
    folds
        Parts that the trips are dealt into, in turn.

    Returns
    -------
    Calibration
        ``factors`` by class, the ``network`` with them applied, ``residuals`` by trip, and the errors before,
        after and held out (root mean squares, minutes).

    Raises
    ------
    InputError
        For several hours when none is asked, or one that no trip has; unknown places, minutes that are no
        finite numbers > 0, trips that have no path, and fewer trips than classes or folds.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> observed = pd.DataFrame({"from_place": ["A", "B"], "to_place": ["B", "A"], "minutes": [15.0, 15.0]})
    >>> found = calibrate(network, nodes, observed=observed, folds=2)
    >>> found.factors.index.tolist()
    ['primary']
    """
    check_network(network)
    check_points(places, "places")
    check_rows(observed, "observed", "calibrate(network, places, observed=trips)")
    check_whole(folds, "folds", 2)
    observed = _of_hour(observed, hour)
    classes = sorted(network.link_table["class"].astype(str).unique())
    observed = observed.assign(minutes=_checked_minutes(places, observed, classes, folds))
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
    error = {
        "calibrated on trips": len(observed),
        "calibrated for hour": hour,
        "error before, min": round(_rms(before - wanted), 2),
        "error held out, min": round(_rms(held), 2),
    }
    fitted = replace(fitted, provenance=fitted.provenance.having(parameters=error))
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


def read_observed(path: Path | str, *, datum: str = "gcj02") -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Minutes between places as a map service gave them, for :func:`calibrate`.

    Parameters
    ----------
    path
        CSV or Excel with ``from_lon``, ``from_lat``, ``to_lon``, ``to_lat`` (degrees), ``minutes``, optional
        ``hour``.
    datum
        Of the degrees: ``"gcj02"`` as Chinese services use, or ``"wgs84"``.

    Returns
    -------
    places, observed
        Points in WGS84, one for each different end; and trips with ``from_place``, ``to_place``, ``minutes``
        and ``hour``.

    Raises
    ------
    SourceError
        When the file is missing, or its text is in no known encoding.
    InputError
        For another kind of file, missing columns, another datum, degrees or minutes that are missing or no
        numbers, by row.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "trips.csv"
    ...     text = "from_lon,from_lat,to_lon,to_lat,minutes|112.9,28.2,113.1,27.8,55"
    ...     _ = path.write_text(text.replace("|", chr(10)))
    ...     places, observed = read_observed(path)
    >>> len(places), observed["minutes"].tolist()
    (2, [55.0])
    """
    check_choice(datum, "datum", ("gcj02", "wgs84"))
    path = check_path(path)
    if path.suffix.lower() not in PLAIN:
        raise InputError(f"path: {path.name} is no table; give one of {', '.join(PLAIN)}.")
    if not path.exists():
        raise SourceError(f"{path}: there is no such file.")
    table, _ = plain_table(path)
    ends = ["from_lon", "from_lat", "to_lon", "to_lat"]
    check_columns(table, "observed", [*ends, "minutes"])
    table.index = pd.Index([f"row {number + 2}" for number in table.index])
    faults = Faults("observed")
    for column in ends:
        table[column] = numbers_of(faults, table[column], allow_missing=False)
    table["minutes"] = add_amount_faults(faults, table["minutes"])
    faults.raise_if_any()
    spots = {}
    for end in ("from", "to"):
        lon, lat = table[f"{end}_lon"].to_numpy(float), table[f"{end}_lat"].to_numpy(float)
        add_coordinate_faults(faults, gpd.GeoSeries.from_xy(lon, lat, index=table.index, crs=WGS84))
        faults.raise_if_any()
        spots[end] = gcj02_to_wgs84(lon, lat) if datum == "gcj02" else (lon, lat)
    names = {end: [f"{x:.5f},{y:.5f}" for x, y in zip(*spots[end], strict=True)] for end in spots}
    every = pd.DataFrame(
        {"lon": np.concatenate([spots["from"][0], spots["to"][0]]),
         "lat": np.concatenate([spots["from"][1], spots["to"][1]])},
        index=[*names["from"], *names["to"]],
    )  # fmt: skip
    every = every[~every.index.duplicated()]
    places = gpd.GeoDataFrame(
        index=every.index, geometry=gpd.points_from_xy(every["lon"], every["lat"]), crs=WGS84
    )
    kept = [column for column in ("minutes", "hour") if column in table]
    return places, table[kept].assign(from_place=names["from"], to_place=names["to"])


def _of_hour(observed: pd.DataFrame, hour: object | None) -> pd.DataFrame:
    if "hour" not in observed:
        if hour is not None:
            raise InputError("observed: no column hour; leave hour out, or say when each trip was.")
        return observed
    hours = observed["hour"].unique()
    if hour is None:
        if len(hours) > 1:
            raise InputError(f"observed: several hours ({some_of(hours)}); ask for one with hour=.")
        return observed
    if hour not in hours:
        raise InputError(f"hour: no trip at {hour!r}; there are {some_of(hours)}.")
    return observed[observed["hour"] == hour]


def trips_read(observed: pd.DataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Observed trips with ``minutes`` as numbers; ends that are no places are refused."""
    check_columns(observed, "observed", ["from_place", "to_place", "minutes"])
    faults = Faults("observed")
    for end in ("from_place", "to_place"):
        unknown = ~observed[end].isin(places.index)
        if unknown.any():
            faults.add(f"{end} not among the places", ids=observed.index[unknown])
    read = {
        column: add_amount_faults(faults, observed[column])
        for column in ("minutes", "hour")
        if column in observed
    }
    faults.raise_if_any()
    return observed.assign(minutes=read["minutes"])  # hours keep the form they were given in


def _checked_minutes(
    places: gpd.GeoDataFrame, observed: pd.DataFrame, classes: list[str], folds: int
) -> pd.Series:
    minutes = trips_read(observed.drop(columns="hour", errors="ignore"), places)["minutes"]
    least = max(len(classes) + 1, folds)
    if len(observed) < least:
        raise InputError(f"observed: {len(observed)} trips for {len(classes)} classes; give {least} or more.")
    return minutes


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
    from scipy.optimize import least_squares

    found = least_squares(misses, np.ones(len(classes)), bounds=bounds, diff_step=1e-3, max_nfev=30)
    return np.asarray(np.exp(found.x - 1.0), np.float64)


def _rms(errors: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(errors**2)))
