"""A region in another year: what was open then, from interchanges to trains."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from urbgeo.arguments import check_year
from urbgeo.checks import add_amount_faults, check_columns
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.language import catalogued
from urbgeo.regions.counts import FAST, as_counted, counts_of_year, still_served
from urbgeo.regions.region import Region, check_region
from urbgeo.words import years

POINTS = ("stations", "airports")
"""Layers that may hold what is only planned; a road or a section of track that is not there is no link."""

SERVICE_COLUMNS = ("service", "year", "trains_per_day")


def region_in_year(region: Region, year: int) -> Region:
    """The whole region as it was open in a year.

    Roads, sections of railway, stations and airports that opened later are left out; what has no year has
    always been there. An interchange is one while an expressway through it is open, a station while a
    section of track leads to it, and a train runs on those parts of its way whose stations are joined by
    open track of its kind, past stations that were not open yet, as often as in the nearest year that
    ``rail_services`` tells of and as ``rail_counts`` has it (:func:`urbgeo.regions.counts.as_counted`).
    People and places stay those of the census. Stations and airports that are only planned (``opened`` is
    规划, 在建, "planned") are left out, and counted in the notes.

    Parameters
    ----------
    region
        With years in the column ``opened`` of its tables.
    year
        All that opened in it or before is open.

    Returns
    -------
    Region
        Of the same name; ``notes`` say the year.

    Raises
    ------
    InputError
        For what is no year, a year without any road, years that are no numbers, and a section of track that
        opened after a station it serves had closed (column ``closed`` of the stations).

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> then = region_in_year(hunan, 2005)
    >>> bool(len(then.interchanges) < len(hunan.interchanges))
    True
    """
    check_region(region)
    year = check_year(year)
    _check_years(region)
    roads = region.road_links[open_in(region.road_links, year, "road_links")]
    if roads.empty:
        first = years(region.road_links, "road_links", "opened").min()
        raise InputError(f"year: no road was open in {year}; the first opened in {first:g}.")
    sections = region.rail_sections[open_in(region.rail_sections, year, "rail_sections")]
    on_track = pd.unique(sections[["from_station", "to_station"]].to_numpy().ravel())
    stations = region.stations[
        open_in(region.stations, year, "stations") & region.stations.index.isin(on_track)
    ]
    trains = _trains(_services_of(region.rail_stops, region.rail_services, year), sections, stations)
    counts = counts_of_year(trains, region.rail_stops, region.rail_counts, year)
    trains = as_counted(trains, counts, year)
    return replace(
        region,
        airports=region.airports[open_in(region.airports, year, "airports")],
        stations=stations,
        road_nodes=_nodes(region.road_nodes, roads),
        road_links=roads,
        rail_sections=sections,
        rail_stops=trains,
        rail_counts=still_served(counts, trains),
        notes=(
            catalogued(f"As open in {year:g}; people and places of the census."),
            *_planned(region),
            *region.notes,
        ),
    )


def same_layers(region: Region, then: Region) -> bool:
    """Whether all that a network is compiled of, and the airports, are alike in two states of a region."""
    layers = ("airports", "stations", "road_nodes", "road_links", "rail_stops")
    pairs = ((getattr(region, name), getattr(then, name)) for name in layers)
    return all(len(now) == len(before) and now.equals(before) for now, before in pairs)


def open_in(table: pd.DataFrame, year: float, name: str) -> pd.Series:
    """Which rows of a layer (by its name in the region) were open in a year; none of those only planned.

    Raises
    ------
    InputError
        Naming the rows whose ``opened`` or ``closed`` is no year.
    """
    opened = years(table, name, "opened", planned=name in POINTS)
    shut = years(table, name, "closed") if "closed" in table else np.full(len(table), np.nan)
    return pd.Series(~(opened > year) & ~(shut <= year), table.index)


def _planned(region: Region) -> list[str]:
    """How many points of each layer are only planned, and which first."""
    said = []
    for name in POINTS:
        layer = getattr(region, name)
        ids = layer.index[years(layer, name, "opened", planned=True) == np.inf]
        if len(ids):
            said.append(catalogued(f"{name}: {len(ids)} only planned are left out ({some_of(ids, 5)})."))
    return said


def _check_years(region: Region) -> None:
    faults = Faults("region")
    tables = {
        "road_links": region.road_links,
        "rail_sections": region.rail_sections,
        "stations": region.stations,
        "airports": region.airports,
    }
    for name, table in tables.items():
        if "opened" not in table:
            faults.add(f"{name} has no column opened", remedy="give the year each opened, or leave it empty")
            continue
        try:
            open_in(table, 0.0, name)
        except InputError as error:
            faults.lines.append(error.english.removesuffix("."))
    faults.raise_if_any()
    if "closed" not in region.stations:
        return
    closed = pd.Series(years(region.stations, "stations", "closed"), region.stations.index)
    for end in ("from_station", "to_station"):
        gone = region.rail_sections[end].map(closed).to_numpy(np.float64)
        late = years(region.rail_sections, "rail_sections", "opened") > gone
        if late.any():
            ids = region.rail_sections[end][late].unique()
            faults.add(
                "a section opened after this station had closed", ids=ids, remedy="mend one of the years"
            )
    faults.raise_if_any()


def _services_of(stops: pd.DataFrame, services: pd.DataFrame, year: float) -> pd.DataFrame:
    """The stops with the trains a day of the state nearest to a year; services that had none are gone.

    A service that is not among ``services`` has run as it does today, one that no stop knows is passed over.
    Of two states as near the later holds.
    """
    if services.empty:
        return stops
    _check_services(services)
    today = stops["year"] if "year" in stops else pd.Series(np.inf, stops.index)
    now = today.groupby(stops["service"]).max()
    states = services.assign(apart=(services["year"] - year).abs())
    states = states.sort_values(["apart", "year"], ascending=[True, False], kind="stable")
    nearest = states.drop_duplicates("service").set_index("service")
    standing = (now.reindex(nearest.index) - year).abs()
    nearest = nearest[nearest["apart"] < standing]
    changed = stops["service"].isin(nearest.index)
    if not changed.any():
        return stops
    found = stops.copy()
    for column in ("trains_per_day", "basis", "source", "year"):
        if column in found and column in nearest:
            then = stops["service"].map(nearest[column])
            kept = np.where(changed, then.astype(object), found[column].astype(object))
            found[column] = pd.Series(kept, found.index).infer_objects()
    found = found[found["trains_per_day"] > 0]
    return found.astype({"trains_per_day": stops["trains_per_day"].dtype})


def _check_services(services: pd.DataFrame) -> None:
    check_columns(services, "rail_services", SERVICE_COLUMNS)
    faults = Faults("rail_services")
    for column in ("year", "trains_per_day"):
        add_amount_faults(faults, services[column])
    twice = services.duplicated(["service", "year"])
    if twice.any():
        faults.add("two counts of one year", ids=services.loc[twice, "service"], remedy="keep one")
    faults.raise_if_any()


def _nodes(nodes: gpd.GeoDataFrame, roads: pd.DataFrame) -> gpd.GeoDataFrame:
    """Nodes that open roads lead to; an interchange without an open expressway is a junction like others."""
    used = pd.unique(roads[["from_node", "to_node"]].to_numpy().ravel())
    fast = roads[roads["class"] == "expressway"]
    joined = pd.unique(fast[["from_node", "to_node"]].to_numpy().ravel())
    left = nodes[nodes.index.isin(used) | (nodes["kind"] == "seat")]
    idle = (left["kind"] == "interchange") & ~left.index.isin(joined)
    return left.assign(kind=left["kind"].mask(idle, "junction"))


def _trains(stops: pd.DataFrame, sections: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    """The parts of every service whose stations are joined by open track of its kind."""
    ordered = stops.sort_values(["service", "seq"], kind="stable")
    place = ordered["station"]
    part = pd.Series(-1, ordered.index)
    for fast in (True, False):
        mine = ordered["class"].isin(FAST) == fast
        kinds = sections["class"].isin(FAST) if fast else ~sections["class"].isin(FAST)
        # A fast train may go on along conventional track, another may not take a high-speed line.
        track = sections if fast else sections[kinds]
        part[mine] = place[mine].map(_parts(track)).fillna(-1).astype(int)
    shut = (part >= 0) & ~place.isin(stations.index)
    ordered, part = _passing(ordered, shut), part[~shut]
    before = part.groupby(ordered["service"]).shift()
    piece = ((part != before) | (part < 0)).groupby(ordered["service"]).cumsum()
    named = ordered.assign(piece=piece)[part >= 0]
    size = named.groupby(["service", "piece"])["seq"].transform("size")
    named = named[size > 1]
    several = named.groupby("service")["piece"].transform("nunique") > 1
    number = named["service"].astype(str) + " part " + named["piece"].astype(str)
    return (
        named.assign(service=named["service"].mask(several, number))
        .drop(columns="piece")
        .loc[[one for one in stops.index if one in named.index]]
    )


def _passing(ordered: pd.DataFrame, shut: pd.Series) -> pd.DataFrame:
    """Without the stops at stations that had not opened yet: trains passed them, and did not stand there."""
    if not shut.any():
        return ordered
    service = ordered["service"]
    stood = ordered["dwell_min"].where(shut, 0.0) if "dwell_min" in ordered else 0.0 * shut
    clock = (ordered["minutes"].fillna(0.0) - stood.groupby(service).shift(fill_value=0.0)).groupby(service)
    kept = ordered.assign(clock=clock.cumsum())[~shut]
    ridden = kept.groupby("service")["clock"].diff().fillna(kept["minutes"])
    return kept.assign(minutes=ridden).drop(columns="clock")


def _parts(track: pd.DataFrame) -> dict[object, int]:
    """The number of the connected part of the track that each of the stations along it lies in."""
    along = pd.Index(pd.unique(track[["from_station", "to_station"]].to_numpy().ravel()))
    ends = [along.get_indexer(pd.Index(track[end])) for end in ("from_station", "to_station")]
    joined = coo_array((np.ones(len(track), np.int8), (ends[0], ends[1])), shape=(len(along), len(along)))
    return dict(zip(along, connected_components(joined, directed=False)[1].tolist(), strict=True))
