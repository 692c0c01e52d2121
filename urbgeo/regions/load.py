"""Regions that ship with urbgeo, read from their tables."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

import geopandas as gpd
import pandas as pd
import shapely

from urbgeo.checks import check_flag
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.language import catalogued
from urbgeo.regions.region import Region
from urbgeo.regions.roads import with_surroundings
from urbgeo.sources import airports as airport_source
from urbgeo.sources import china

EMBEDDED = ("hunan",)

_IDS = (
    "adcode",
    "prefecture",
    "node",
    "from_node",
    "to_node",
    "station",
    "from_station",
    "to_station",
    "iata",
    "from_place",
    "to_place",
    "station_from",
    "station_to",
)


_ROAD_TABLES = ("expressway", "road", "access")


LIST_TITLES = {
    "hunan": {
        "core": ("长株潭", "Changsha, Zhuzhou and Xiangtan"),
        "cluster_3_5": ("“3+5”城市群", 'the "3+5" cluster'),
    }
}
"""Lists of cities that reach is answered for beside the whole region."""


def load_region(name: str, *, zones: bool = True) -> Region:
    """An embedded region.

    Parameters
    ----------
    name
        ``"hunan"``: the province with its 14 prefecture seats, 122 county-level seats, hub cities around
        it, airports, railways and main roads.
    zones
        Load the county polygons too (needs the extra ``china``). Without the extra the region still loads:
        ``zones`` is None and ``notes`` says why.

    Returns
    -------
    Region
        Places, stations and airports as points in WGS84, tables of roads and trains, lists of cities,
        ``notes``.

    Raises
    ------
    InputError
        For an unknown name.

    Examples
    --------
    >>> hunan = load_region("hunan", zones=False)
    >>> len(hunan.prefectures), len(hunan.counties)
    (14, 122)
    """
    if name not in EMBEDDED:
        raise InputError(
            f"region: {name!r} is not embedded, {', '.join(map(repr, EMBEDDED))} is; one of your own: "
            "urbgeo.region('贵州省', roads=...), a folder of urbgeo new: urbgeo run FOLDER in a shell."
        )
    check_flag(zones, "zones")
    folder = files("urbgeo.regions").joinpath(name)
    places = _points(_table(folder, "places").set_index("adcode"))
    stations = _points(_table(folder, "stations").set_index("station"))
    airport_table = _table(folder, "airports").set_index("iata")
    nodes = _road_nodes(folder, places)
    terrain = _table(folder, "terrain").set_index("adcode")["terrain"]
    links = with_surroundings(_road_links(folder), nodes, places, terrain)
    polygons, notes = _zones(places) if zones else (None, ("County polygons were not asked for.",))
    return Region(
        name=name,
        title_zh="湖南省",
        title_en="Hunan province",
        places=places,
        zones=polygons,
        airports=airport_source.airports(airport_table[airport_table["serves_hunan"] == "yes"]),
        stations=stations,
        road_nodes=nodes,
        road_links=links,
        rail_sections=_rail_sections(folder, stations),
        rail_stops=_table(folder, "rail_stops"),
        lists=_lists(folder),
        known_trips=_table(folder, "known_trips"),
        rail_services=_table(folder, "rail_services"),
        rail_counts=_table(folder, "rail_counts"),
        planned=_table(folder, "planned").set_index("project"),
        list_titles=LIST_TITLES[name],
        sources=_sources(polygons is not None),
        notes=(*notes, *_estimates(places, links)),
    )


def _table(folder: Traversable, name: str) -> pd.DataFrame:
    with folder.joinpath(f"{name}.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, dtype=dict.fromkeys(_IDS, "object"))


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    place = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=place, crs=WGS84)


def _zones(places: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame | None, tuple[str, ...]]:
    counties = places[places["level"] == "county"]
    try:
        polygons = china.county_polygons(counties.index)
    except MissingExtraError as error:
        return None, (catalogued(f"{error} Until then results rest on seats alone."),)
    return polygons.join(counties.drop(columns="geometry")), ()


def _road_nodes(folder: Traversable, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Nodes of expressways, of ordinary roads and of the ways to stations and airports, and the seats."""
    own = [_points(_table(folder, f"{name}_nodes").set_index("node")) for name in _ROAD_TABLES]
    seats = places[["name_zh", "name_en", "geometry"]].assign(kind="seat").rename_axis("node")
    seats["source"] = places["coord_source"].to_numpy()
    columns = ["name_zh", "name_en", "kind", "source", "geometry"]
    return gpd.GeoDataFrame(pd.concat([seats[columns], *(table[columns] for table in own)]), crs=WGS84)


def _road_links(folder: Traversable) -> pd.DataFrame:
    links = pd.concat([_table(folder, f"{name}_links") for name in _ROAD_TABLES], ignore_index=True)
    links = links.rename(columns={"km": "length_km"})
    links.index = pd.Index(
        "road " + links["from_node"] + " - " + links["to_node"] + " (" + links["route"] + ")"
    )
    return links


def _rail_sections(folder: Traversable, stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    sections = _table(folder, "rail_sections").rename(columns={"km": "length_km"})
    ends = [stations.geometry.reindex(sections[end]).to_numpy() for end in ("from_station", "to_station")]
    lines = [shapely.LineString([a, b]) for a, b in zip(*ends, strict=True)]
    return gpd.GeoDataFrame(sections, geometry=lines, crs=WGS84)


def _lists(folder: Traversable) -> dict[str, tuple[str, ...]]:
    table = _table(folder, "lists")
    return {str(name): tuple(group) for name, group in table.groupby("list")["adcode"]}


def _sources(with_zones: bool) -> tuple[str, ...]:
    return (
        catalogued(
            "Population: seventh national census, 1 November 2020 (bulletins; basis of each row in the table)"
        ),
        catalogued(
            "Roads and railways: route tables of the embedded region; each row names its source, year and "
            "basis"
        ),
        airport_source.SOURCE,
        *((china.SOURCE,) if with_zones else ()),
    )


def _estimates(places: gpd.GeoDataFrame, links: pd.DataFrame) -> tuple[str, ...]:
    """What in the tables is estimated, and how much of it."""
    counties = places[places["level"] == "county"]
    guessed = counties["population_source"].str.startswith("estimated")
    urban = counties["urban_basis"] == "estimated"
    length = links["length_km"]
    published = length[links["km_basis"] == "published"].sum()
    return (
        catalogued(
            f"County populations: {int(guessed.sum())} of {len(counties)} are estimates that keep the "
            f"published prefecture totals; urban populations: {int(urban.sum())} of {len(counties)} likewise."
        ),
        catalogued(
            f"Road lengths: published for {published:,.0f} of {length.sum():,.0f} km; the rest are "
            "estimates, most of them totals of a route shared out over its stretches. Roads are drawn "
            "straight."
        ),
        catalogued(
            "National roads: those of old numbers and some of the new ones; the national plan of 2013 leads "
            "one to every county, so that the share of seats near one is a lower bound."
        ),
        catalogued(
            "Trains: usual patterns modelled from the timetable of 2024, alike in both directions; past "
            "years run them on the track open then, as often as published counts say (rail_counts), in "
            "between interpolated, and where none is told as in 2024."
        ),
    )
