"""The results as tables: one GeoPackage with a layer per result, and CSV files."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.crs import WGS84
from urbgeo.files import written_whole
from urbgeo.geopackage import write_layers
from urbgeo.output import as_text
from urbgeo.results import bare
from urbgeo.study.answers import Answers


def result_layers(answers: Answers) -> dict[str, gpd.GeoDataFrame]:
    """Every result as a layer in WGS84, by name."""
    region = answers.region
    ground = region.zones if region.zones is not None else region.counties
    names = ["name_zh", "name_en", "geometry"]
    return {
        "isochrones": answers.circle.isochrone.reset_index(),
        "circle": _plain(ground[names].join(bare(answers.circle.table))),
        "county_access": _plain(ground[names].join(bare(answers.towns.table))),
        "airport_coverage_prefectures": _plain(
            region.prefectures[names].join(bare(answers.prefectures.table))
        ),
        "airport_coverage_counties": _plain(region.counties[names].join(bare(answers.counties.table))),
        "reach_cities": _plain(region.prefectures[names].join(bare(answers.reach.cities))),
        "reach_pairs": reach_pairs(answers),
        "airports": _plain(region.airports),
        "stations": _plain(region.stations),
        "roads": road_lines(answers),
        "railways": region.rail_sections,
    }


def reach_pairs(answers: Answers) -> gpd.GeoDataFrame:
    """Straight lines between prefecture seats, both directions, with the minutes of every mode."""
    seats = answers.region.prefectures
    tables = {mode: table.stack() for mode, table in answers.reach.minutes.items()}
    pairs = pd.DataFrame(tables).reset_index()
    pairs = pairs[pairs["origin"] != pairs["destination"]].reset_index(drop=True)
    return gpd.GeoDataFrame(
        pairs, geometry=_straight(seats, pairs["origin"], pairs["destination"]), crs=WGS84
    )


def road_lines(answers: Answers) -> gpd.GeoDataFrame:
    """The region's road links as straight lines between their nodes."""
    nodes, links = answers.region.road_nodes, answers.region.road_links
    lines = _straight(nodes, links["from_node"], links["to_node"])
    return gpd.GeoDataFrame(links, geometry=lines, crs=WGS84).reset_index(names="link")


def _straight(points: gpd.GeoDataFrame, start: pd.Series, end: pd.Series) -> NDArray[np.object_]:
    ends = [shapely.get_coordinates(points.geometry.loc[ids].to_numpy()) for ids in (start, end)]
    return shapely.linestrings(np.stack(ends, axis=1))


def write_geopackage(answers: Answers, path: Path) -> Path:
    """All layers in one file, written whole or not at all."""
    with written_whole(path) as part:
        write_layers(result_layers(answers), part)
    return path


def write_csvs(answers: Answers, folder: Path) -> list[Path]:
    """One CSV per table, UTF-8 with a mark so that spreadsheets show Chinese."""
    places = answers.region.places[["name_zh", "name_en"]]
    tables = {
        "circle": places.join(bare(answers.circle.table), how="right"),
        "airport_coverage_prefectures": places.join(bare(answers.prefectures.table), how="right"),
        "airport_coverage_counties": places.join(bare(answers.counties.table), how="right"),
        "county_access": places.join(bare(answers.towns.table), how="right"),
        "reach_cities": places.join(bare(answers.reach_hubs.cities), how="right"),
        **{f"reach_{mode}_minutes": table.round(1) for mode, table in answers.reach_hubs.minutes.items()},
        "known_trips": answers.trips,
    }
    return [_write_csv(table, folder / f"{name}.csv") for name, table in tables.items()]


def _write_csv(table: pd.DataFrame, path: Path) -> Path:
    with written_whole(path) as part:
        safe = as_text(table)
        safe.to_csv(part, encoding="utf-8-sig", float_format="%.3f", index=table.index.name is not None)
    return path


def _plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The index as a column, in WGS84."""
    return frame.reset_index().to_crs(WGS84)
