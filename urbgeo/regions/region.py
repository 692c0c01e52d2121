"""Region: everything one study needs, under one name, with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from urbgeo.arguments import check_object
from urbgeo.regions.decisions import Decision
from urbgeo.regions.given import Commuters, ObservedTrips
from urbgeo.regions.release import Release

ZONE = "zone"
"""Level of places that stand for zones smaller than counties."""


@dataclass(frozen=True, eq=False)
class Region:
    """The layers of a study area; nothing in it is changed by any function.

    Attributes
    ----------
    name, title_zh, title_en
        Identifier and titles.
    places
        Points by adcode: ``name_zh``, ``name_en``, ``level`` (``prefecture``, ``county``, ``hub``; ``zone``:
        a point inside a zone smaller than a county, whose code is ``county``), ``prefecture`` (adcode),
        ``population`` and ``urban_population`` (persons); optional
        ``city_population``: of the urban district (城区常住人口), which sets a city's size class.
    zones
        Polygons of counties by adcode, or of townships or cells of one's own, with the names and populations
        of their places; None when the package that holds them is not installed (``notes`` says so).
    airports, stations
        Points that serve, by IATA code and station id.
    road_nodes, road_links
        Points by node id (``kind``: seat, interchange, junction, town, border) and stretches of road:
        ``from_node``, ``to_node``, ``length_km``, ``class``, ``route``, ``opened`` (year).
    rail_sections
        Stretches of track between stations in order, for lengths and maps.
    rail_stops
        Usual trains: stops in order with minutes from the stop before and trains per day.
    rail_services
        How many trains ran on a service in other years: ``service``, ``year``, ``trains_per_day``, ``basis``,
        ``source``; a service that is not there ran as it does in ``rail_stops``.
    rail_counts
        How many fast trains a day and direction called at both of two stations in past years:
        ``from_station``, ``to_station``, ``year``, ``trains_per_day``, ``source``.
    lists
        Named lists of adcodes from planning documents, e.g. ``circle``: the approved metropolitan circle;
        ``core``: the cities at its centre; ``core_districts``: their central districts, whose seats stand for
        the built-up core.
    known_trips
        Figures from outside the model to hold it against: ``from_place``, ``to_place``, ``mode`` (``road``:
        the drive; ``rail``: the ride from ``station_from`` to ``station_to``), ``minutes``, ``basis``
        (``document`` that was opened, or ``general knowledge``, which proves nothing), ``source``, ``year``.
    list_titles
        Chinese and English title of those lists that are groups of cities to answer for.
    planned
        Named projects of the policy texts, one row each: names, ``kind`` (``rail``, ``expressway``,
        ``airport``), ends, ``length_km``, ``opens`` (year, where one is stated), ``stage``,
        ``document``, ``source``.
    sources, notes
        One line per source; what is missing or estimated.
    network
        A road network compiled already (of a PBF, a graph, lines), instead of road tables.
    left_out
        What the region has no layers for, by the name of the layer, and why.
    decisions
        Units in or out of the circle by decision, by id, which stand beside what the rule says.
    commuters
        Who commutes where, as counted by others; None where no table is given.
    observed
        Minutes that a map service gave, a check beside the model; likewise.
    release
        For whom pages and files are: internal, or public with rounded coordinates.
    made_of
        ``settings`` and ``files`` (paths with digests) that the region was put together from.
    """

    name: str
    title_zh: str
    title_en: str
    places: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None
    airports: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    road_nodes: gpd.GeoDataFrame
    road_links: pd.DataFrame
    rail_sections: gpd.GeoDataFrame
    rail_stops: pd.DataFrame
    lists: Mapping[str, tuple[str, ...]]
    known_trips: pd.DataFrame
    list_titles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    planned: pd.DataFrame = field(default_factory=pd.DataFrame)
    rail_services: pd.DataFrame = field(default_factory=pd.DataFrame)
    rail_counts: pd.DataFrame = field(default_factory=pd.DataFrame)
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    network: object | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    commuters: Commuters | None = None
    observed: ObservedTrips | None = None
    release: Release = field(default_factory=Release)
    made_of: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        zones = "no zones" if self.zones is None else f"{len(self.zones)} zones"
        roads = f"{len(self.road_links)} road links" if self.network is None else repr(self.network)
        return f"<Region {self.name}: {len(self.places)} places, {zones}, {roads}>"

    @property
    def prefectures(self) -> gpd.GeoDataFrame:
        """Prefecture seats."""
        return self._level("prefecture")

    @property
    def counties(self) -> gpd.GeoDataFrame:
        """County-level seats, and the prefectures that have no counties (东莞)."""
        own = self.places["prefecture"].where(self.places["level"] == "county")
        alone = (self.places["level"] == "prefecture") & ~self.places.index.isin(own)
        return self.places[(self.places["level"] == "county") | alone]

    @property
    def small_zones(self) -> gpd.GeoDataFrame:
        """Points inside the zones that are smaller than counties; none where counties are the zones."""
        return self._level(ZONE)

    @property
    def towns(self) -> gpd.GeoDataFrame:
        """Whose access is measured: county seats, or points inside the zones where these are smaller."""
        small, counties = self.small_zones, self.counties
        if small.empty or self.zones is None:
            return counties
        return gpd.GeoDataFrame(pd.concat([counties[counties.index.isin(self.zones.index)], small]))

    @property
    def hubs(self) -> gpd.GeoDataFrame:
        """Cities around the region that reach is measured to."""
        return self._level("hub")

    @property
    def core(self) -> gpd.GeoDataFrame:
        """Where the core is entered: the seats of its central districts, or of its cities.

        By the lists ``core_districts`` or ``core``. A core of many districts is no pin: travel to it ends at
        the nearest of their seats.
        """
        return self.places.loc[list(self.lists.get("core_districts", ()) or self.lists.get("core", ()))]

    @property
    def interchanges(self) -> gpd.GeoDataFrame:
        """Where an expressway can be joined."""
        return self.road_nodes[self.road_nodes["kind"] == "interchange"]

    def _level(self, level: str) -> gpd.GeoDataFrame:
        return self.places[self.places["level"] == level]


def check_region(region: object) -> None:
    """Refuse what is no region."""
    check_object(region, "region", Region, "load_region gives an embedded one, urbgeo.region one of your own")
