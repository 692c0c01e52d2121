"""Airports from the package airportsdata, completed and corrected by a table of one's own."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from urbgeo.checks import check_columns, check_ids
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, some_of

SOURCE = "Airport positions: airportsdata, completed and corrected by the region's own table"


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
        Points in WGS84, index ``iata``, with ``position_from`` = ``"airportsdata"`` or ``"table"``.

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
    import airportsdata

    check_columns(codes, "airports", ("lon", "lat"))
    check_ids(codes.index, "airports")
    known = airportsdata.load("IATA")
    own = codes["lon"].notna() & codes["lat"].notna()
    lost = [code for code in codes.index[~own] if code not in known]
    if lost:
        raise InputError(f"airports: {some_of(lost)} unknown to airportsdata; give lon and lat in the table.")
    packaged = pd.DataFrame.from_dict(
        {code: known[code] for code in map(str, codes.index) if code in known}, "index"
    )
    packaged = packaged.reindex(index=codes.index, columns=["lon", "lat"])
    lon, lat = (codes[axis].where(own, packaged[axis]) for axis in ("lon", "lat"))
    return gpd.GeoDataFrame(
        codes.drop(columns=["lon", "lat"]).assign(
            position_from=own.map({True: "table", False: "airportsdata"})
        ),
        geometry=gpd.points_from_xy(lon, lat),
        crs=WGS84,
    )
