"""What in tables, layers and headlines is estimated: populations and positions, row by row and as shares."""

from __future__ import annotations

import pandas as pd

from urbgeo.regions.region import Region

ESTIMATED, STATED, SILENT = "estimated", "stated", "not said"
"""Basis of a figure: an estimate by its own source, taken from a source, or without a source."""

_WORDS = "estimated|approximate|not measured|general knowledge|map reading"

_COLUMNS = {
    "population_basis": ("population_source", "population_note"),
    "position_basis": ("coord_source", "source"),
}


def basis_of(source: pd.Series) -> pd.Series:
    """``estimated``, ``stated`` or ``not said`` of what each source says of itself."""
    text = source.astype("string")
    guessed = text.str.contains(_WORDS, case=False, na=False)
    basis = guessed.map({True: ESTIMATED, False: STATED}).astype(object)
    return basis.mask(text.isna() | (text.str.strip() == ""), SILENT)


def disclosed(layer: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The layer with ``population_basis`` and ``position_basis`` of its rows, as far as ``places`` say."""
    found = {
        column: basis_of(places[source].reindex(layer.index))
        for column, sources in _COLUMNS.items()
        for source in [next((one for one in sources if one in places), None)]
        if source is not None
    }
    return layer.assign(**found)


def estimated_shares(region: Region) -> pd.Series:
    """Share of rows that are estimates: county populations and seats, interchanges, stations."""
    frames = {
        "population": disclosed(region.counties, region.counties).get("population_basis"),
        "seat": disclosed(region.counties, region.counties).get("position_basis"),
        "interchange": disclosed(region.interchanges, region.interchanges).get("position_basis"),
        "station": disclosed(region.stations, region.stations).get("position_basis"),
    }
    return pd.Series(
        {name: float("nan") if one is None else (one == ESTIMATED).mean() for name, one in frames.items()}
    )
