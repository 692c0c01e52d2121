"""How layers look: sizes, labels, and the styles of areas, lines and points."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from urbgeo.errors import InputError
from urbgeo.maps import add_lines, new_map
from urbgeo.maps.styles import LineStyle

BOUNDS = (112.0, 27.0, 114.0, 29.0)


def lines(kinds: pd.Series) -> gpd.GeoDataFrame:
    shapes = [shapely.LineString([(112.2, 27.2 + at), (113.8, 27.4 + at)]) for at in range(len(kinds))]
    return gpd.GeoDataFrame({"kind": kinds}, geometry=shapes, crs=4326)


@pytest.mark.parametrize("colour", ["red", "#12345", "#123456;x:url(//a.b)", None])
def test_only_plain_colours_are_taken(colour: str) -> None:
    frame = lines(pd.Series(["G"]))
    with pytest.raises(InputError, match="is no colour"):
        add_lines(new_map("题", "t", bounds=BOUNDS), frame, name_zh="路", name_en="Roads", colour=colour)


@pytest.mark.parametrize("opacity", [-0.1, 1.01, np.nan])
def test_opacity_lies_between_0_and_1(opacity: float) -> None:
    frame = lines(pd.Series(["G"]))
    with pytest.raises(InputError, match="opacity"):
        add_lines(
            new_map("题", "t", bounds=BOUNDS),
            frame,
            name_zh="路",
            name_en="Roads",
            style=LineStyle(opacity=opacity),
        )
