"""Airports from the package airportsdata, completed and corrected by a table of one's own."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import geopandas as gpd
import pandas as pd

from urbgeo.checks import check_columns, check_points, check_rows, numbers_of
from urbgeo.crs import WGS84
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.language import catalogued

SOURCE = catalogued("Airport positions: airportsdata, completed and corrected by the region's own table")


def airports(codes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Airport points by IATA code.

    Parameters
    ----------
    codes
        A table, index = IATA code; ``lon`` and ``lat`` in WGS84 degrees where it corrects or completes the
        package, NaN where the package's position is to be used. Other columns are kept.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in WGS84 on the index of ``codes``, with ``position_from`` = ``"airportsdata"`` or ``"table"``.

    Raises
    ------
    InputError
        Naming repeated codes, and those that neither the table nor the package locates.

    Examples
    --------
    >>> own = pd.DataFrame({"lon": [float("nan")], "lat": [float("nan")]}, index=["CSX"])
    >>> airports(own)["position_from"].loc["CSX"]
    'airportsdata'
    """
    check_rows(codes, "airports", "airports(codes)")
    check_columns(codes, "airports", ("lon", "lat"))
    known = _packaged()
    faults = Faults("airports")
    given = {axis: numbers_of(faults, codes[axis]) for axis in ("lon", "lat")}
    faults.raise_if_any()
    places = pd.DataFrame(given)
    own = places.notna().all(axis=1)
    lost = [code for code in codes.index[~own] if code not in known]
    if lost:
        raise InputError(f"airports: {some_of(lost)} unknown to airportsdata; give lon and lat in the table.")
    half = codes.index[places.notna().any(axis=1) & ~own]
    if len(half):
        raise InputError(f"airports: {some_of(half)} have lon or lat, but not both; give both or neither.")
    packaged = pd.DataFrame.from_dict(
        {code: known[code] for code in map(str, codes.index) if code in known}, "index"
    )
    packaged = packaged.reindex(index=codes.index, columns=["lon", "lat"])
    lon, lat = (places[axis].where(own, packaged[axis]) for axis in ("lon", "lat"))
    found = gpd.GeoDataFrame(
        codes.drop(columns=["lon", "lat"]).assign(
            position_from=own.map({True: "table", False: "airportsdata"})
        ),
        geometry=gpd.points_from_xy(lon, lat),
        crs=WGS84,
    )
    check_points(found, "airports")
    return found


@lru_cache(maxsize=1)
def _packaged() -> dict[str, Any]:
    """The package's airports by code; its file of all the world is read once."""
    import airportsdata

    known: dict[str, Any] = airportsdata.load("IATA")
    return known
