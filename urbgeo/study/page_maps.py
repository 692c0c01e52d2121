"""The maps and charts of a study's report."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.cities.systems import CitySystems
from urbgeo.maps.chart_svg import chart_picture
from urbgeo.maps.charts import Both, lorenz_chart, profile_chart, rank_chart, series_chart
from urbgeo.maps.classes import ACCENT, Categories, Classes
from urbgeo.maps.pictures import Layer, Picture, Plane, picture
from urbgeo.network.model import TravelNetwork
from urbgeo.results import bare
from urbgeo.standards import CLUSTER_MIN
from urbgeo.study.answers import Answers
from urbgeo.study.boundary import national_boundary
from urbgeo.study.called import access_words, prefecture_words, town_seat_words, town_words
from urbgeo.study.decided import BY_DECISION, CHANGES
from urbgeo.study.nation import is_national
from urbgeo.study.places import prefecture_borders
from urbgeo.study.series import FIGURES
from urbgeo.study.tables import circle_table, road_lines

MAINLAND = (73.0, 17.5, 136.0, 54.5)
"""West, south, east, north of a map of the nation; what lies south of it is in the inset."""

SOUTH_SEA = (106.0, 2.5, 123.5, 24.5)
"""The South China Sea with its islands."""

SCORE_BREAKS = (20.0, 40.0, 60.0, 80.0)
NEAR_BREAKS = (30.0, 60.0, 90.0, 120.0)
GROUND, EDGE = "#f1f2f3", "#c9ced3"
NAMES_MOST = 40
"""Places that are named on one map."""

MOST_LINES = 600
"""Pairs of cities drawn on one map, the quickest first."""


class Atlas:
    """The plane all maps of a report share, and what lies under every one."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        region = answers.region
        self.national = is_national(region)
        self.ground = region.zones if region.zones is not None else region.counties
        bounds = MAINLAND if self.national else None
        self.plane = Plane.around(self.ground[["geometry"]], bounds)
        self.areal = bool(self.plane.shared)
        self.dot = 2.5 if self.national else 6.0
        self._under = self._base()
        self.borders = self._borders()

    def map(self, layers: list[Layer], caption: Both, *, note: Both = ("", "")) -> Picture:
        """A map on the common plane."""
        inset = SOUTH_SEA if self.national else None
        return picture(self.plane, [*self._under, *layers], caption, note=note, inset=inset)

    def areas(self, table: pd.DataFrame, how: Classes | Categories, title: Both, **also: object) -> Layer:
        """Counties, or their seats, coloured by a column."""
        frame = gpd.GeoDataFrame(
            self.ground[["name_zh", "name_en", "geometry"]].join(bare(table), how="inner")
        )
        size = 0.8 if self.areal else (2.2 if self.national else 5.0)
        return Layer(frame, how, title, size=size, shared=self.areal, **also)  # type: ignore[arg-type]

    def _borders(self) -> list[Layer]:
        """Prefecture borders, over what is coloured."""
        zones, thin = self.answers.region.zones, self.plane.thin
        if zones is None or thin is None:
            return []
        lines = prefecture_borders(zones.set_geometry(thin))
        if lines is None:
            return []
        return [Layer(lines.reset_index(drop=True), "#5f6b76", size=1.3)]

    def seats(self, *, names: bool = True) -> Layer:
        """Prefecture seats with their names, the largest first."""
        seats = self.answers.region.prefectures
        return Layer(
            self.by_size(seats),
            "#2b3138",
            prefecture_words(self.answers.region),
            size=self.dot,
            names=names,
        )

    def by_size(self, seats: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """The largest first, who are named first; of many only the largest have names."""
        if "population" in self.answers.region.places:
            people = self.answers.region.places["population"].reindex(seats.index)
            seats = seats.loc[people.sort_values(ascending=False, kind="stable").index]
        names = [one for one in ("name_zh", "name_en") if one in seats]
        return seats.assign(**{one: seats[one].where(np.arange(len(seats)) < NAMES_MOST) for one in names})

    def _base(self) -> list[Layer]:
        if not self.national:
            return (
                [Layer(self.ground[["geometry"]], GROUND, size=0.8, outline=EDGE, shared=True)]
                if self.areal
                else []
            )
        try:
            lines = national_boundary()
        except ImportError:
            return []
        return [
            Layer(lines[["geometry"]], "#8b3a62", ("国界与南海断续线", "boundary of the nation"), size=1.6)
        ]


def circle_maps(atlas: Atlas) -> list[Picture]:
    """The circle in its region, and from near with the names of its counties."""
    answers = atlas.answers
    rows, colour = _parts(answers)
    inside = atlas.areas(rows, colour, ("通勤圈", "circle"), hover="minutes", unit="min")
    hour = answers.circle.isochrone.reset_index()
    limit = answers.circle.provenance.parameters["minutes"]
    hour = hour[hour["minutes"] == limit]
    outline = gpd.GeoDataFrame(geometry=hour.geometry.boundary, crs=hour.crs)
    line = Layer(outline, "#54278f", (f"{limit:g} 分钟等时线", f"{limit:g}-minute isochrone"), size=2.4)
    wide = atlas.map(
        [inside, *atlas.borders, line, atlas.seats()], ("一小时通勤圈", "One-hour commuting circle")
    )
    if rows.empty:
        return [wide]
    near = gpd.GeoDataFrame(
        geometry=pd.concat([inside.frame.geometry, hour.geometry.to_crs(inside.frame.crs)])
    )
    plane = Plane.around(near, near.total_bounds.tolist())
    seats = answers.region.towns
    around = atlas.ground[atlas.ground.intersects(shapely.box(*near.total_bounds))]
    ground = [Layer(around[["geometry"]], GROUND, size=1.0, outline=EDGE)] if atlas.areal else []
    named = Layer(
        atlas.by_size(seats[seats.index.isin(rows.index)]), "#2b3138", town_seat_words(answers.region),
        size=4.0, names=True,
    )  # fmt: skip
    members = replace(inside, shared=False, size=1.6 if atlas.areal else 7.0)
    close = picture(plane, [*ground, members, line, named], ("圈内各单元", "The counties of the circle"))
    return [wide, close]


def _parts(answers: Answers) -> tuple[pd.DataFrame, Categories]:
    """Members against the approved circle, and those that come and go with the set of speeds."""
    table = circle_table(answers)
    sets = len(answers.bands.by_set)
    has_official = "official" in table
    known = table["official"].astype(bool) if has_official else pd.Series(False, table.index)
    some = (table["sets_inside"] > 0) & (table["sets_inside"] < sets)
    changed = table.get("decision_effect", pd.Series("", table.index)) == CHANGES
    part = np.select(
        [changed & table["member"], changed, some, table["member"] & known, table["member"], known],
        ["decided in", "decided out", "some", "both", "circle", "official"],
        "outside",
    )
    items = [
        *BY_DECISION,
        ("both", "#1b6b5f", "与批复一致", "in the approved one too"),
        ("circle", "#e08214", "仅计算", "only here")
        if has_official
        else ("circle", "#1b6b5f", "圈内", "inside"),
        ("official", "#8073ac", "仅批复", "only approved"),
        ("some", "#e9c46a", "随速度组进出", "comes and goes with the speeds"),
    ]
    rows = pd.DataFrame({"part": part, "minutes": table["minutes"]}, index=table.index)
    return rows[part != "outside"], Categories("part", [one for one in items if one[0] in set(part)])


def airport_map(atlas: Atlas) -> Picture:
    """Minutes of county seats to an airport, airports, and which prefecture seats are covered."""
    answers = atlas.answers
    near = Classes("minutes", NEAR_BREAKS, ramp="YlGnBu", unit="min", reverse=True)
    table = answers.counties.table[["minutes"]]
    if len(answers.region.small_zones):
        table = answers.towns.table[["minutes_airport"]].set_axis(["minutes"], axis=1)
    town_zh, town_en = town_words(answers.region)
    layers = [
        atlas.areas(
            table, near, (f"{town_zh}到机场", f"{town_en} to an airport"), hover="minutes", unit="min",
        ),
        *atlas.borders,
        Layer(answers.region.airports, "#111111", ("运输机场", "airports"), size=atlas.dot + 1.0),
    ]  # fmt: skip
    seats = atlas.by_size(answers.prefectures.table)
    covered = Categories(
        "covered", [(True, "#2a9d55", "已覆盖", "covered"), (False, ACCENT, "未覆盖", "left out")]
    )
    layers.append(
        Layer(
            seats,
            covered,
            prefecture_words(answers.region),
            size=atlas.dot,
            names=True,
            hover="minutes",
            unit="min",
        )
    )
    return atlas.map(layers, ("到最近运输机场的时间", "Minutes to the nearest airport"))


def reach_map(atlas: Atlas) -> Picture:
    """City pairs within two hours by the quicker of road and rail."""
    answers = atlas.answers
    how = "best" if "best" in answers.reach.minutes else "road"
    table = answers.reach.minutes[how]
    longer = np.maximum(table.to_numpy(float), table.to_numpy(float).T)
    left, right = np.nonzero(np.triu(longer <= CLUSTER_MIN, 1))
    order = np.argsort(longer[left, right], kind="stable")[:MOST_LINES][::-1]
    left, right = left[order], right[order]
    places = answers.region.places
    at = shapely.get_coordinates(places.geometry.loc[table.index].to_numpy())
    lines = shapely.linestrings(np.stack([at[left], at[right]], axis=1))
    frame = gpd.GeoDataFrame({"minutes": longer[left, right]}, geometry=lines, crs=places.crs)
    colour = Classes("minutes", (60.0, 90.0), ramp=("#08306b", "#2a7fb8", "#9ecae1"), unit="min")
    words = {"best": ("取公路、铁路较快者", "by the quicker of road and rail"), "road": ("公路", "by road")}
    drawn = (
        [Layer(frame, colour, ("城市对", "pairs"), size=1.0 if atlas.national else 2.6)] if len(frame) else []
    )
    note = ("两个方向都在两小时内；最慢的先画。", "Both directions within two hours; the quickest on top.")
    caption = (f"两小时通达的城市对（{words[how][0]}）", f"City pairs within two hours, {words[how][1]}")
    return atlas.map([*drawn, atlas.seats()], caption, note=note)


def towns_map(atlas: Atlas) -> Picture:
    """How well county towns are connected."""
    access_zh, access_en = access_words(atlas.answers.region)
    colour = Classes("score", SCORE_BREAKS, ramp="YlGnBu")
    areas = atlas.areas(atlas.answers.towns.table[["score"]], colour, ("综合得分", "score"), hover="score")
    note = (
        "到各目标分钟数的百分位平均，100 最好。",
        "Mean percentile of the minutes to all targets, 100 best.",
    )
    return atlas.map(
        [areas, *atlas.borders, atlas.seats()],
        (f"{access_zh}得分", f"{access_en.capitalize()} score"),
        note=note,
    )


def network_map(atlas: Atlas) -> Picture:
    """What the minutes rest on: expressways, railways, stations' sections."""
    answers = atlas.answers
    roads = road_lines(answers)
    layers = []
    if not answers.region.release.shows("roads"):
        roads = roads.iloc[:0]
    fast = roads[roads["class"].isin(["expressway", "motorway"])]
    other = roads[roads["class"].isin(["trunk", "primary"])]
    if not atlas.national and len(other):
        layers.append(
            Layer(other[["geometry"]], "#c9c2b5", ("国道与省道", "national and provincial roads"), size=1.0)
        )
    if len(fast):
        layers.append(Layer(fast[["geometry"]], "#c8553d", ("高速公路", "expressways"), size=2.0))
    rail = answers.region.rail_sections
    if len(rail):
        quick = rail["class"].isin(["hsr", "intercity"])
        layers += [
            Layer(rail.loc[~quick, ["geometry"]], "#8a8f98", ("普速铁路", "conventional railways"), size=1.4),
            Layer(
                rail.loc[quick, ["geometry"]], "#1f4e8c", ("高铁与城际", "high-speed and intercity"), size=2.4
            ),
        ]
    drawn = isinstance(answers.region.network, TravelNetwork)
    note = ("", "") if drawn else ("线路为节点间示意直线。", "Lines are straight between nodes: schematic.")
    return atlas.map([*layers, atlas.seats()], ("路网", "The networks"), note=note)


def systems_map(atlas: Atlas, title: Both, found: CitySystems) -> Picture:
    """Land, links and hubs of city systems; they may overlap, so that land is drawn as outlines."""
    land = found.table.to_crs(4326)
    edge = gpd.GeoDataFrame({"most_min": land["most_min"]}, geometry=land.boundary, crs=4326)
    bold = ("#08306b", "#2a7fb8", "#74add1", "#a8adb3")
    how = Classes("minutes", (30.0, 60.0, 120.0), ramp=bold, unit="min")
    spokes = found.links.sort_values("minutes", ascending=False, kind="stable")
    layers = [
        Layer(edge, "#8073ac", ("范围", "their land"), size=1.4 if atlas.national else 2.0),
        Layer(
            spokes,
            how,
            ("中心到成员", "hub to member"),
            size=1.4 if atlas.national else 3.0,
            hover="minutes",
            unit="min",
        ),
        Layer(found.hubs, "#5e3c99", ("中心城市", "hubs"), size=atlas.dot + 1.0, names=True),
    ]
    return atlas.map(layers, title)


def access_profile(answers: Answers) -> Picture:
    """Share of people by the minutes of their county seat to every target."""
    table = answers.towns.table
    columns = [one for one in table if str(one).startswith("minutes_")]
    people = _people(answers.region.towns)
    town_zh, town_en = town_words(answers.region)
    title = (f"{town_zh}到各类目标的时间", f"Minutes of {town_en} to what they need")
    chart = profile_chart(table[columns], people, title=title, marks=(30.0, 60.0))
    note = ("", "") if people is None else ("人口计在各自驻地。", "People stand at their seat.")
    return chart_picture(chart, note=note)


def airport_profile(answers: Answers) -> Picture:
    """Share of people by minutes to an airport, under every set of speeds."""
    held = {name: one.counties.table["minutes"] for name, one in answers.bands.by_set.items()}
    title = ("到机场的时间，按速度组", "Minutes to an airport under every set of speeds")
    return chart_picture(profile_chart(pd.DataFrame(held), _people(answers.region.counties), title=title))


def rank_picture(answers: Answers) -> Picture | None:
    """Prefectures by rank and urban people."""
    seats = answers.region.prefectures
    column = next(
        (one for one in ("urban_population", "population") if one in seats and seats[one].notna().all()), None
    )
    if column is None or (seats[column] > 0).sum() < 3:
        return None
    words = (
        ("市州城镇人口", "urban people of prefectures")
        if column == "urban_population"
        else ("市州人口", "people")
    )
    title = (f"位序—规模：{words[0]}", f"Rank and size: {words[1]}")
    return chart_picture(rank_chart(seats[column].astype(float), seats["name_zh"], title=title))


def lorenz_picture(answers: Answers) -> Picture | None:
    """How evenly what is reached in two hours is spread over the people of the cities."""
    cities = answers.reach.cities
    people = answers.region.places["population"].reindex(cities.index).astype(float)
    words = {
        "people_road": ("公路可达人口", "people reached by road"),
        "people_best": ("取快者可达人口", "people reached by the better"),
    }
    held = {words[one]: cities[one] for one in words if one in cities and cities[one].sum() > 0}
    if not held or people.isna().any() or not people.sum() > 0:
        return None
    title = ("两小时可达人口的洛伦兹曲线", "Lorenz curve of people reached within two hours")
    return chart_picture(lorenz_chart(held, people, title=title))


def series_pictures(answers: Answers) -> list[Picture]:
    """The headlines by year: lengths, shares, and members of the circle."""
    table = answers.series
    if len(table) < 2:
        return []
    sets = (
        (("里程，km", "Length, km"), ("expressway_km", "fast_rail_km"), "km"),
        (("占比，%", "Shares, %"), ("interchange", "airport", "road", "rail_station", "rail"), "%"),
    )
    found = []
    for title, columns, unit in sets:
        rows = {
            (FIGURES[one][0].split("，")[0].split(", ")[0], FIGURES[one][1].split(", ")[0]): table[one]
            * FIGURES[one][2]
            for one in columns
        }
        found.append(chart_picture(series_chart(rows, title=title, unit=unit)))
    return found


def _people(places: pd.DataFrame) -> pd.Series | None:
    """People of the places, where all have some count of them."""
    counted = "population" in places and bool(places["population"].notna().all())
    if not counted or not places["population"].sum() > 0:
        return None
    return pd.Series(places["population"].astype(float))
