"""Airports from the package airportsdata, completed and corrected by a table of one's own."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from urbgeo.checks import check_columns, check_ids
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, some_of

SOURCE = "Airport positions: airportsdata, completed and corrected by the region's own table"


def airports(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Airport points by IATA code.

    Parameters
    ----------
    table
        Index = IATA code; ``lon`` and ``lat`` in WGS84 degrees where the table corrects or completes the
        package, NaN where the package's position is to be used. Other columns are kept.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in WGS84, index ``iata``, with ``position_from`` = ``"airportsdata"`` or ``"table"``.

    Raises
    ------
    InputError
        Naming repeated codes, and those that neither the table nor the package locates.
    """
    import airportsdata

    check_columns(table, "airports", ("lon", "lat"))
    check_ids(table.index, "airports")
    known = airportsdata.load("IATA")
    own = table["lon"].notna() & table["lat"].notna()
    lost = [code for code in table.index[~own] if code not in known]
    if lost:
        raise InputError(f"airports: {some_of(lost)} unknown to airportsdata; give lon and lat in the table.")
    packaged = pd.DataFrame.from_dict(
        {code: known[code] for code in map(str, table.index) if code in known}, "index"
    )
    packaged = packaged.reindex(index=table.index, columns=["lon", "lat"])
    lon, lat = (table[axis].where(own, packaged[axis]) for axis in ("lon", "lat"))
    return gpd.GeoDataFrame(
        table.drop(columns=["lon", "lat"]).assign(
            position_from=own.map({True: "table", False: "airportsdata"})
        ),
        geometry=gpd.points_from_xy(lon, lat),
        crs=WGS84,
    )
