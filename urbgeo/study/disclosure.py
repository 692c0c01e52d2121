"""What in tables, layers and headlines is estimated: populations and positions, row by row and as shares."""

from __future__ import annotations

import re

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
    distinct = source.astype(object).map(lambda one: "" if pd.isna(one) else str(one))
    told = {text: _basis(text) for text in distinct.unique()}  # few sources stand in many rows
    return distinct.map(told).astype(object)


def _basis(text: str) -> str:
    if not text.strip():
        return SILENT
    return ESTIMATED if re.search(_WORDS, text, re.IGNORECASE) else STATED


def disclosed(layer: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The layer with ``population_basis`` and ``position_basis`` of its rows, as far as ``places`` say."""
    found = {
        column: basis_of(places[source].reindex(layer.index))
        for column, sources in _COLUMNS.items()
        for source in [next((one for one in sources if one in places), None)]
        if source is not None
    }
    return layer.assign(**found)


def with_basis(table: pd.DataFrame) -> pd.DataFrame:
    """The table with ``position_basis`` by its own source, as airports and stations come."""
    return disclosed(table, table)


def estimated_shares(region: Region) -> pd.Series:
    """Share that is estimated: of county populations, of seats, interchanges, stations, airports, of road km.

    ``train``: of the stops of trains. Missing where the tables do not say.
    """
    counties = disclosed(region.counties, region.counties)
    shares = {
        "population": _share(counties.get("population_basis")),
        "seat": _share(counties.get("position_basis")),
        "interchange": _share(with_basis(region.interchanges).get("position_basis")),
        "station": _share(with_basis(region.stations).get("position_basis")),
        "airport": _share(with_basis(region.airports).get("position_basis")),
        "train": _share(region.rail_stops.get("basis")),
        "road": float("nan"),
    }
    roads = region.road_links
    if "km_basis" in roads and roads["length_km"].sum() > 0:
        guessed = roads["length_km"][roads["km_basis"] == ESTIMATED].sum()
        shares["road"] = float(guessed / roads["length_km"].sum())
    return pd.Series(shares)


def _share(basis: pd.Series | None) -> float:
    return float("nan") if basis is None else float((basis == ESTIMATED).mean())
