"""Streets on a plane, for tests of percolation and of boxes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

UTM = 32649


def places_at(xy: object, people: object = 1.0) -> gpd.GeoDataFrame:
    x, y = np.array(xy, float).T
    names = [f"p{k}" for k in range(len(x))]
    return gpd.GeoDataFrame(
        {"people": people}, geometry=gpd.points_from_xy(x + 500_000, y + 3_000_000), index=names, crs=UTM
    )


def minutes(values: object) -> pd.DataFrame:
    values = np.array(values, float)
    names = [f"p{k}" for k in range(len(values))]
    return pd.DataFrame(
        values, index=pd.Index(names, name="origin"), columns=pd.Index(names, name="destination")
    )
