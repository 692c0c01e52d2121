"""The results as tables: one GeoPackage with a layer per result, and CSV files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.crs import WGS84
from urbgeo.files import written_whole
from urbgeo.geopackage import write_layers
from urbgeo.network.model import TravelNetwork
from urbgeo.output import as_text
from urbgeo.regions.region import Region
from urbgeo.regions.release import Release
from urbgeo.results import bare
from urbgeo.study.absent import told, why_absent
from urbgeo.study.answers import Answers
from urbgeo.study.beside import observed_lines
from urbgeo.study.decided import decided_circle
from urbgeo.study.disclosure import disclosed, with_basis
from urbgeo.study.findings import chinese, layer_zh
from urbgeo.study.released import shown_table

DRAWN = ("expressway", "motorway", "trunk", "primary")
"""Classes of a compiled network that are drawn; a province has too many small roads for one page."""

MODELLED = "modelled"
"""Basis of minutes between places: none is observed."""


def result_layers(answers: Answers) -> dict[str, gpd.GeoDataFrame]:
    """Every result as a layer in WGS84, by name."""
    region = answers.region
    ground = region.zones if region.zones is not None else region.counties
    names = ["name_zh", "name_en", "geometry"]

    def told_of(table: pd.DataFrame, shape: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        whole = shape[names].join(bare(table))
        return _plain(gpd.GeoDataFrame(disclosed(whole, region.places)))

    made: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "isochrones": lambda: answers.circle.isochrone.reset_index().assign(minutes_basis=MODELLED),
        "circle": lambda: told_of(circle_table(answers), ground),
        "county_access": lambda: told_of(answers.towns.table, ground),
        "airport_coverage_prefectures": lambda: told_of(answers.prefectures.table, region.prefectures),
        "airport_coverage_counties": lambda: told_of(answers.counties.table, region.counties),
        "reach_cities": lambda: told_of(
            answers.reach.cities, _places(answers).loc[answers.reach.cities.index]
        ),
        "reach_pairs": lambda: reach_pairs(answers),
        "commuting_rings": lambda: told_of(answers.rings.table, ground),
        "metropolitan_circles": lambda: told_of(answers.metropolises.table, ground),
        "observed_trips": lambda: observed_lines(region, answers.observed),
        "airports": lambda: _plain(gpd.GeoDataFrame(with_basis(region.airports))),
        "stations": lambda: _plain(gpd.GeoDataFrame(with_basis(region.stations))),
        "interchanges": lambda: _plain(gpd.GeoDataFrame(with_basis(region.interchanges))),
        "roads": lambda: road_lines(answers),
        "railways": lambda: region.rail_sections,
    }
    release = region.release
    layers = {name: told(step, lambda _: None) for name, step in made.items() if release.shows(name)}
    return {name: release.layer(layer) for name, layer in layers.items() if layer is not None and len(layer)}


def left_out(answers: Answers) -> pd.DataFrame:
    """What is left out, and why: answers and layers by name."""
    rows = dict(answers.region.left_out)
    for name in (
        "circle",
        "prefectures",
        "counties",
        "reach",
        "reach_hubs",
        "towns",
        "trips",
        "rings",
        "observed",
    ):
        if why := why_absent(getattr(answers, name)):
            rows[name] = why
    if answers.region.decisions and why_absent(answers.circle):
        rows["decisions"] = "the circle is left out, so that nothing is in or out of it"
    table = pd.DataFrame({"left_out": list(rows), "why": list(rows.values())})
    return table.assign(left_out_zh=table["left_out"].map(layer_zh), why_zh=table["why"].map(chinese))


def _places(answers: Answers) -> gpd.GeoDataFrame:
    return answers.region.places


def circle_table(answers: Answers) -> pd.DataFrame:
    """The circle with its decisions, and the number of speed sets each zone is inside under."""
    table = decided_circle(answers)
    band = answers.bands.circle.table
    return table.assign(
        band=band["band"],
        sets_inside=band["inside"],
        **{name: band[name] for name in ("least_min", "most_min") if name in band},
    )


def reach_pairs(answers: Answers) -> gpd.GeoDataFrame:
    """Straight lines between prefecture seats, both directions, with the minutes of every mode."""
    seats = answers.region.places
    tables = {mode: table.stack() for mode, table in answers.reach.minutes.items()}
    pairs = pd.DataFrame(tables).reset_index()
    pairs = pairs[pairs["origin"] != pairs["destination"]].reset_index(drop=True)
    return gpd.GeoDataFrame(
        pairs.assign(minutes_basis=MODELLED),
        geometry=_straight(seats, pairs["origin"], pairs["destination"]),
        crs=WGS84,
    )


def road_lines(answers: Answers) -> gpd.GeoDataFrame:
    """The region's road links as they are drawn; as straight lines where only their ends are known."""
    region = answers.region
    lines = _road_lines(region)
    return region.release.layer(lines if region.release.shows("roads") else lines.iloc[:0])


def _road_lines(region: Region) -> gpd.GeoDataFrame:
    network = region.network
    if isinstance(network, TravelNetwork):
        drawn = network.links[["class", "length_km", "minutes", "geometry"]]
        return drawn[drawn["class"].isin(DRAWN)].to_crs(WGS84).reset_index(names="link")
    nodes, links = region.road_nodes, region.road_links
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
    wide = answers.reach if why_absent(answers.reach_hubs) else answers.reach_hubs
    release = answers.region.release

    def told_of(table: pd.DataFrame) -> pd.DataFrame:
        return disclosed(places.join(bare(table), how="right"), answers.region.places)

    made: dict[str, Callable[[], pd.DataFrame | None]] = {
        "circle": lambda: told_of(circle_table(answers)),
        "airport_coverage_prefectures": lambda: told_of(answers.prefectures.table),
        "airport_coverage_counties": lambda: told_of(answers.counties.table),
        "county_access": lambda: told_of(answers.towns.table),
        "reach_cities": lambda: told_of(wide.cities),
        "rail_trips": lambda: _rail_trips(answers.reach.table),
        "series": lambda: answers.series.reset_index(),
        "known_trips": lambda: answers.trips.head(len(answers.trips.index)),
        "commuting_rings": lambda: told_of(answers.rings.table),
        "metropolitan_circles": lambda: told_of(answers.metropolises.table),
        "observed_trips": lambda: answers.observed.table.reset_index(drop=True),
        "observed_by_hour": lambda: answers.observed.by_hour,
        "left_out": lambda: _with_marking(left_out(answers), release),
    }
    tables = {name: told(step, lambda _: None) for name, step in made.items()}
    minutes = told(lambda: dict(wide.minutes), lambda _: {})
    tables |= {f"reach_{mode}_minutes": table.round(1) for mode, table in minutes.items()}
    return [
        _write_csv(release.table(table), folder / f"{name}.csv")
        for name, table in tables.items()
        if table is not None and shown_table(name, release)
    ]


def _rail_trips(pairs: pd.DataFrame) -> pd.DataFrame | None:
    """All pairs with what their trip by rail is made of; none without trains, as roads have a table."""
    return pairs.reset_index() if "rail_min" in pairs else None


def _with_marking(table: pd.DataFrame, release: Release) -> pd.DataFrame:
    """What is left out, led by the marking line."""
    if not release.line:
        return table
    return pd.concat([pd.DataFrame({"left_out": ["release"], "why": [release.line]}), table])


def _write_csv(table: pd.DataFrame, path: Path) -> Path:
    if table.index.name is None and not isinstance(table.index, pd.RangeIndex):
        table = table.rename_axis("id")
    with written_whole(path) as part:
        safe = as_text(table)
        safe.to_csv(part, encoding="utf-8-sig", float_format="%.3f", index=table.index.name is not None)
    return path


def _plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The index as a column, in WGS84; instead of one that the ids were read from and that has their head."""
    if frame.index.name in frame.columns:
        frame = frame.drop(columns=frame.index.name)
    return frame.reset_index().to_crs(WGS84)
