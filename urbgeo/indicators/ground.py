"""The ground a measure stands on: a region as it was in a year, at one set of speeds, with layers at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from urbgeo.network.minutes import minutes_table, nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import own_classes, region_network
from urbgeo.network.speeds import LITERATURE
from urbgeo.regions.region import Region
from urbgeo.regions.years import open_in

FAST_RAIL = ("hsr", "intercity")

PARTS: Mapping[str, tuple[str, str]] = {
    "prefectures": ("地级行政中心", "prefecture seats"),
    "people": ("各县人口", "people of every county"),
    "urban people": ("各市县城镇人口", "urban people of every county"),
    "airports": ("机场", "airports"),
    "stations": ("铁路车站", "railway stations"),
    "fast stations": ("高铁与城际车站", "high-speed stations"),
    "railways": ("铁路区段", "sections of railway"),
    "trains": ("列车时刻", "train tables"),
    "road tables": ("分等级公路表", "roads by class"),
    "interchanges": ("高速互通", "interchanges"),
    "national roads": ("国道", "national roads"),
}
"""Parts of a region that a measure may stand on: Chinese and English name."""


@dataclass(frozen=True, eq=False)
class Ground:
    """A region in a year.

    Roads, interchanges, stations and airports are those opened by then; people are the census's, whatever the
    year. ``networks`` replaces the compiled ones (``road``, ``both``), for scenarios.
    """

    region: Region
    year: int
    speeds: str = LITERATURE
    layers: Mapping[str, Any] = field(default_factory=dict)
    networks: Mapping[str, TravelNetwork] = field(default_factory=dict)

    @cached_property
    def then(self) -> Region:
        """The region's roads, stations and airports of the year."""
        region = self.region
        return replace(
            region,
            road_links=opened_by(region.road_links, self.year, "road_links"),
            stations=opened_by(region.stations, self.year, "stations"),
            airports=opened_by(region.airports, self.year, "airports"),
            rail_sections=opened_by(region.rail_sections, self.year, "rail_sections"),
        )

    @cached_property
    def road(self) -> TravelNetwork:
        """Roads of the year."""
        if "road" in self.networks:
            return self.networks["road"]
        return region_network(self.then, modes=("road",), speeds=self._set)

    @cached_property
    def both(self) -> TravelNetwork:
        """Roads and today's trains."""
        return self.networks.get("both") or region_network(self.region, speeds=self._set)

    @property
    def _set(self) -> str | None:
        """The set of speeds; none on roads that bring their own classes and are as fast as they say."""
        return self.speeds if sets_apply(self.region) else None

    @cached_property
    def prefectures(self) -> gpd.GeoDataFrame:
        """Prefecture seats."""
        return self.region.prefectures

    @cached_property
    def counties(self) -> gpd.GeoDataFrame:
        """County seats."""
        return self.region.counties

    @cached_property
    def core(self) -> gpd.GeoDataFrame:
        """Seats of the core cities; empty where the region names none."""
        return self.region.places.loc[list(self.region.lists.get("core", ()))]

    @cached_property
    def core_doors(self) -> gpd.GeoDataFrame:
        """Where the core is entered, as its circle is measured: the nearest of its central districts."""
        return self.region.core

    @cached_property
    def interchanges(self) -> gpd.GeoDataFrame:
        """Interchanges on an expressway that was open."""
        nodes = self.region.interchanges
        return nodes[nodes.index.isin(self._ends("expressway"))]

    @cached_property
    def fast_stations(self) -> gpd.GeoDataFrame:
        """High-speed and intercity stations."""
        stations = self.then.stations
        return stations[stations["kind"].isin(FAST_RAIL)]

    @cached_property
    def airports(self) -> gpd.GeoDataFrame:
        """Transport airports."""
        return self.then.airports

    @cached_property
    def stations(self) -> gpd.GeoDataFrame:
        """Railway stations of every kind."""
        return self.then.stations

    @cached_property
    def hubs(self) -> gpd.GeoDataFrame:
        """Cities around the region."""
        return self.region.hubs

    @cached_property
    def national_road(self) -> gpd.GeoDataFrame:
        """Places on a national road."""
        nodes = self.region.road_nodes
        return nodes[nodes.index.isin(self._ends("trunk"))]

    def _ends(self, road_class: str) -> set[object]:
        links = self.then.road_links
        of_class = links[links["class"] == road_class]
        return {*of_class["from_node"], *of_class["to_node"]}

    @cached_property
    def estimated_road_share(self) -> float:
        """Share of the length of roads that is estimated."""
        links = self.then.road_links
        if "km_basis" not in links or not len(links):
            return 0.0
        return float(
            links.loc[links["km_basis"] != "published", "length_km"].sum() / links["length_km"].sum()
        )

    def has(self, part: str) -> bool:
        """Whether the region has a part at all, in whatever year."""
        region = self.region
        links = region.road_links
        found: dict[str, Callable[[], bool]] = {
            "prefectures": lambda: len(region.prefectures) > 0,
            "people": lambda: _counted(region.counties, "population"),
            "urban people": lambda: (
                _counted(region.counties, "urban_population")
                and len(region.prefectures) > MOST_FEW
                and _counted(region.prefectures, "urban_population")
            ),
            "airports": lambda: len(region.airports) > 0,
            "stations": lambda: len(region.stations) > 0,
            "fast stations": lambda: bool(region.stations["kind"].isin(FAST_RAIL).any()),
            "railways": lambda: len(region.rail_sections) > 0,
            "trains": lambda: len(region.rail_stops) > 0,
            "road tables": lambda: len(links) > 0,
            "interchanges": lambda: (
                len(region.interchanges) > 0 and bool((links["class"] == "expressway").any())
            ),
            "national roads": lambda: len(region.road_nodes) > 0 and bool((links["class"] == "trunk").any()),
        }
        return found[part]()

    def nearest(self, places: str, facilities: str) -> pd.Series:
        """Minutes by road from each of ``places`` to its nearest of ``facilities``, both by name here."""
        key = f"{places} {facilities}"
        if key not in self._found:
            here, there = getattr(self, places), getattr(self, facilities)
            self._found[key] = (
                nearest_facility(self.road, here, there)["minutes"]
                if len(there)
                else pd.Series(float("inf"), here.index)
            )
        return self._found[key]

    def table(self, places: str, others: str, *, mode: str = "road") -> pd.DataFrame:
        """Minutes between points of two layers: by ``road``, or by the ``best`` of road and train."""
        key = f"{mode} {places} {others}"
        if key not in self._found:
            here, there = getattr(self, places), getattr(self, others)
            self._found[key] = minutes_table(self.both if mode == "best" else self.road, here, there)
        return self._found[key]

    def layer(self, name: str) -> Any:
        """A layer that was handed over; None where it was not."""
        return self.layers.get(name)

    @cached_property
    def _found(self) -> dict[str, Any]:
        return {}


MOST_FEW = 2
"""Cities whose sizes make no distribution yet."""


def _counted(places: pd.DataFrame, column: str) -> bool:
    return column in places and bool(places[column].notna().all() and places[column].sum() > 0)


def sets_apply(region: Region) -> bool:
    """Whether named sets of speeds say anything of the region's roads."""
    own = region.network
    return own is None or (isinstance(own, TravelNetwork) and own_classes(own))


def opened_by(table: pd.DataFrame, year: int, name: str) -> Any:
    """The rows of a layer that were open in a year; those without a year have always been there."""
    return table[open_in(table, year, name)] if "opened" in table else table
