"""The map of the main job: every answer as a layer, on one page that needs no network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.crs import WGS84
from urbgeo.errors import MissingExtraError
from urbgeo.maps import Categories, Classes, Field, add_lines, add_points, add_polygons, new_map
from urbgeo.maps.base import page_of
from urbgeo.maps.styles import AreaStyle, LineStyle, PointStyle
from urbgeo.maps.systems import add_systems
from urbgeo.network.model import TravelNetwork
from urbgeo.results import bare
from urbgeo.study.absent import told, why_absent
from urbgeo.study.answers import Answers
from urbgeo.study.beside_pages import add_rings
from urbgeo.study.boundary import APPROVAL, EXTENT, national_boundary
from urbgeo.study.called import Both, access_words, mainland_words, prefecture_words, target_words
from urbgeo.study.decided import BY_DECISION, CHANGES
from urbgeo.study.disclosure import disclosed, with_basis
from urbgeo.study.metropolises_pages import add_metropolises
from urbgeo.study.nation import is_national
from urbgeo.study.places import prefecture_borders
from urbgeo.study.tables import circle_table, left_out, road_lines

SCORE_BREAKS = (20.0, 40.0, 60.0, 80.0)
SIMPLIFY_M = 250.0
MOST_NAMED = 4
"""Seats of the core that a layer's title names; of more it gives the number."""

_BASIS = [
    Field("population_basis", "人口依据", "Population is"),
    Field("position_basis", "位置依据", "Position is"),
]
_DECIDED = [
    Field("member_by_rule", "按规则在圈内", "Inside by the rule"),
    Field("decision", "决定", "Decision"),
    Field("decision_reason", "理由", "Reason"),
    Field("decided_by", "决定人", "Decided by"),
    Field("decided_on", "决定日期", "Decided on"),
]
_APPROVED = [
    ("both", "#1b6b5f", "两者一致", "in both"),
    ("circle", "#e08214", "仅计算", "only here"),
    ("official", "#8073ac", "仅批复", "only approved"),
]
_NAMES = [Field("name_zh", "名称", "Name (zh)"), Field("name_en", "英文名", "Name (en)")]


def study_map(answers: Answers, *, basemap: str | None = None, key: str | None = None) -> folium.Map:
    """All results on one map.

    - ``answers``: From :func:`urbgeo.study.answers.answer`.
    - ``basemap``, ``key``: An online base map and its key, see :func:`urbgeo.maps.new_map`; none by
      default.
    """
    region, release = answers.region, answers.region.release
    shown_zh, shown_en = _shown(answers)
    ground = region.zones if region.zones is not None else region.counties
    fmap = new_map(
        f"{region.title_zh}：{shown_zh}",
        f"{region.title_en}: {shown_en}",
        bounds=EXTENT if is_national(region) else ground.to_crs(WGS84).total_bounds,
        sources=(
            *([APPROVAL] if is_national(region) else []),
            *region.sources,
        ),
        basemap=basemap,
        key=key,
        ground=region.zones,
        release=release,
    )
    page_of(fmap).told += _left_out(answers)
    steps: tuple[Callable[[], None], ...] = (
        lambda: _add_access(fmap, answers, ground),
        lambda: _add_circle(fmap, answers, ground),
        lambda: add_rings(fmap, answers, ground, SIMPLIFY_M),
        lambda: add_metropolises(fmap, answers.metropolises, ground, SIMPLIFY_M),
        lambda: _add_isochrones(fmap, answers) if release.shows("isochrones") else None,
        lambda: _add_borders(fmap, region.zones),
        lambda: _add_roads(fmap, answers) if release.shows("roads") else None,
        lambda: _add_railways(fmap, answers),
        lambda: _add_reach(fmap, answers),
        lambda: _add_airports(fmap, answers),
        lambda: _add_covered(fmap, answers),
        lambda: _add_systems(fmap, answers),
    )
    if is_national(region):
        _add_nation(fmap)
    for step in steps:
        told(step, lambda _: None)
    return fmap


def _shown(answers: Answers) -> Both:
    """The answers that the map shows; one that was left out is in no title."""
    every = (
        (answers.circle, "一小时通勤圈", "commuting circle"),
        (answers.prefectures, f"机场覆盖{mainland_words(answers.region)[0]}",
         f"airport coverage{mainland_words(answers.region)[1]}"),
        (answers.reach, "两小时通达", "two-hour reach"),
        (answers.towns, *access_words(answers.region)),
    )  # fmt: skip
    there = [words for answer, *words in every if not why_absent(answer)]
    zh = [one for one, _ in there]
    return "与".join(filter(None, ("、".join(zh[:-1]), *zh[-1:]))), ", ".join(en for _, en in there)


def _add_nation(fmap: folium.Map) -> None:
    """The complete boundary; without the package that holds it none is drawn, never a part of one."""
    try:
        lines = national_boundary()
    except MissingExtraError:
        return
    add_lines(
        fmap,
        lines,
        name_zh="国界与南海断续线",
        name_en="Boundary of the nation",
        colour="#8b3a62",
        style=LineStyle(width_px=1.2),
    )


def _left_out(answers: Answers) -> list[tuple[str, str]]:
    """What the map does not show, and why, in Chinese and English."""
    rows = list(left_out(answers).itertuples())
    if not rows:
        return []
    text = answers.region.release.text
    zh = "；".join(f"{row.left_out_zh}（{row.why_zh}）" for row in rows)
    en = "; ".join(f"{row.left_out} ({row.why})" for row in rows)
    return [(text(f"未给出：{zh}"), text(f"left out: {en}"))]


def _counties(answers: Answers) -> gpd.GeoDataFrame:
    """Where it says what of the counties, or of smaller zones, is estimated."""
    return answers.region.towns


def _add_access(fmap: folium.Map, answers: Answers, ground: gpd.GeoDataFrame) -> None:
    """Counties coloured by how well their towns are connected; seats where there are no polygons."""
    access_zh, access_en = access_words(answers.region)
    layer = gpd.GeoDataFrame(
        disclosed(
            ground[["name_zh", "name_en", "geometry"]].join(bare(answers.towns.table)), _counties(answers)
        )
    )
    add = _adder(answers, opacity=0.65)
    add(
        fmap,
        layer,
        name_zh=f"{access_zh}得分（100 最好）",
        name_en=f"{access_en.capitalize()} score (100 = best)",
        colour=Classes("score", SCORE_BREAKS, ramp="YlGnBu"),
        hover=[
            *_NAMES,
            Field("score", "得分", "Score", digits=0),
            *(
                Field(f"minutes_{name}", f"到{zh}", f"to {en}", "min")
                for name, (zh, en) in target_words(answers.region).items()
                if f"minutes_{name}" in layer
            ),
            *(one for one in _BASIS if one.column in layer),
        ],
    )


def _adder(answers: Answers, *, opacity: float, shown: bool = True) -> Callable[..., folium.Map]:
    """Draws counties where there are polygons, and their seats where there are none."""
    if answers.region.zones is None:
        return partial(add_points, style=PointStyle(opacity=opacity, shown=shown))
    return partial(add_polygons, style=AreaStyle(opacity=opacity, shown=shown, simplify_m=SIMPLIFY_M))


def _add_circle(fmap: folium.Map, answers: Answers, ground: gpd.GeoDataFrame) -> None:
    """Members of the circle, told apart by whether the approved plan has them too, and by decision."""
    table = circle_table(answers)
    compared = "official" in table
    official = table.get("official", table["member"])
    changed = table.get("decision_effect", pd.Series("", table.index)) == CHANGES
    part = np.select(
        [changed & table["member"], changed, table["member"] & official, table["member"], official],
        ["decided in", "decided out", "both", "circle", "official"],
        "outside",
    )
    inside = bare(table).assign(part=part)
    layer = gpd.GeoDataFrame(
        disclosed(ground[["name_zh", "name_en", "geometry"]].join(inside), _counties(answers))
    )
    layer = layer[layer["part"] != "outside"]
    add = _adder(answers, opacity=0.55, shown=False)
    shown = [
        Field("minutes", "驻地到核心", "Seat to core", "min"),
        Field("area_share", "圈内面积占比", "Share of area inside", digits=2),
        Field("population_share", "圈内人口占比", "Share of people inside", digits=2),
        Field("people", "常住人口", "People"),
        Field("sets_inside", "几个速度组下在圈内", "Inside under speed sets"),
        Field("least_min", "各速度组最短", "Least over the sets", "min"),
        Field("most_min", "各速度组最长", "Most over the sets", "min"),
        *_DECIDED,
        *_BASIS,
    ]
    add(
        fmap,
        layer,
        name_zh="一小时通勤圈与批复范围" if compared else "一小时通勤圈",
        name_en="One-hour circle and the approved one" if compared else "One-hour circle",
        colour=Categories(
            "part",
            [
                *(_APPROVED if compared else [("both", "#1b6b5f", "圈内", "inside")]),
                *(one for one in BY_DECISION if (part == one[0]).any()),
            ],
        ),
        hover=[*_NAMES, *(one for one in shown if one.column in layer)],
    )


def _add_isochrones(fmap: folium.Map, answers: Answers) -> None:
    """Rings between thresholds, so that the colours do not lie over each other."""
    land = answers.circle.isochrone.reset_index()
    inner = land.geometry.shift()
    more = land.geometry.difference(inner.fillna(land.geometry), align=False)
    rings = land.set_geometry(land.geometry.where(inner.isna(), more.map(_land_of)))
    rings = rings[~rings.geometry.is_empty]  # a network that ends before the last threshold has no more land
    core = answers.region.core
    several = len(core) > MOST_NAMED
    of_zh = f"{len(core)} 个中心城区" if several else core["name_zh"].str.cat(sep="、")
    of_en = f"{len(core)} central districts" if several else core["name_en"].str.cat(sep=", ")
    colours = ("#54278f", "#8078b8", "#74a9cf", "#b7d2e8")
    items = [
        (limit, colour, f"≤ {limit:g} 分钟", f"within {limit:g} min")
        for limit, colour in zip(land["minutes"], colours, strict=True)
    ]
    add_polygons(
        fmap,
        rings,
        name_zh=f"距核心（{of_zh}）的等时圈",
        name_en=f"Isochrones from the core ({of_en})",
        colour=Categories("minutes", items),
        hover=[
            Field("minutes", "分钟以内", "Within", "min"),
            Field("area_km2", "累计面积", "Area in all", "km²"),
        ],
        style=AreaStyle(opacity=0.5, outline_px=0.5, shown=False, simplify_m=SIMPLIFY_M),
    )


def _land_of(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of what a difference leaves, which may have slivers of lines beside them."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([one for one in parts if isinstance(one, shapely.Polygon)])


def _add_borders(fmap: folium.Map, zones: gpd.GeoDataFrame | None) -> None:
    """Prefecture borders, so that the other layers can be placed when the counties are hidden."""
    lines = prefecture_borders(zones)
    if lines is None:
        return
    add_lines(
        fmap,
        lines,
        name_zh="地级界",
        name_en="Prefecture borders",
        colour="#5f6b76",
        style=LineStyle(width_px=0.9, simplify_m=SIMPLIFY_M),
    )


def _add_systems(fmap: folium.Map, answers: Answers) -> None:
    """City clusters, belts and town groups of the documents, hidden until asked for."""
    for (zh, en), found in answers.systems:
        add_systems(fmap, found, shown=False, what=(zh, en))


def _add_roads(fmap: folium.Map, answers: Answers) -> None:
    roads = road_lines(answers)
    drawn = isinstance(answers.region.network, TravelNetwork)
    how_zh, how_en = ("", "") if drawn else ("（示意）", " (schematic)")
    between_zh, between_en = ("", "") if drawn else ("（互通间示意）", " (straight between interchanges)")
    _add_some(
        fmap,
        roads[roads["class"].isin(["trunk", "primary"])],
        name_zh=f"国道与省道{how_zh}",
        name_en=f"National and provincial roads{how_en}",
        colour="#b9b2a6",
        width_px=0.8,
        shown=False,
    )
    _add_some(
        fmap,
        roads[roads["class"].isin(["expressway", "motorway"])],
        name_zh=f"高速公路{between_zh}",
        name_en=f"Expressways{between_en}",
        colour="#c8553d",
        width_px=1.4,
    )


def _add_railways(fmap: folium.Map, answers: Answers) -> None:
    rail = answers.region.rail_sections
    _add_some(
        fmap,
        rail,
        name_zh="铁路（站间示意）",
        name_en="Railways (straight between stations)",
        colour=Categories(
            "class",
            [
                ("hsr", "#1f4e8c", "高速铁路", "high-speed"),
                ("intercity", "#5b9bd5", "城际铁路", "intercity"),
                ("conventional", "#8a8f98", "普速铁路", "conventional"),
            ],
        ),
        width_px=1.6,
        shown=False,
    )


def _add_some(
    fmap: folium.Map, lines: gpd.GeoDataFrame, *, width_px: float, shown: bool = True, **how: Any
) -> None:
    """Lines, where there are any."""
    if len(lines):
        look = LineStyle(width_px=width_px, shown=shown, simplify_m=SIMPLIFY_M / 2.0)
        add_lines(fmap, lines, style=look, **how)


def _add_reach(fmap: folium.Map, answers: Answers) -> None:
    """Cities sized by how many others they reach."""
    cities = bare(answers.reach.cities)
    seats = answers.region.places.loc[cities.index, ["name_zh", "name_en", "population", "geometry"]]
    layer = gpd.GeoDataFrame(disclosed(seats.join(cities), answers.region.places))
    whole = seats.index.equals(answers.region.prefectures.index)
    shown = [
        Field("cities_road", "公路可达城市", "Cities by road"),
        Field("cities_rail_station", "铁路站到站可达城市", "By rail, station to station"),
        Field("cities_rail", "铁路中心到中心可达城市", "By rail, centre to centre"),
        Field("cities_rail_delay", "铁路含候班可达城市", "By rail with schedule delay"),
        Field("cities_best", "取快者", "By the better"),
        Field("people_best", "可达人口", "People reached"),
        *_BASIS,
    ]
    add_points(
        fmap,
        layer,
        name_zh=f"两小时内到达的{'地级中心' if whole else '县级驻地'}数",
        name_en=f"{'Prefecture' if whole else 'County'} seats reached in two hours",
        colour=Classes(
            "cities_best" if "cities_best" in layer else "cities_road", (1.0, 3.0, 5.0, 7.0), ramp="YlOrBr"
        ),
        hover=[
            *_NAMES,
            *(one for one in shown if one.column in layer),
        ],
        style=PointStyle(radius_px=9.0, shown=False),
    )


def _add_airports(fmap: folium.Map, answers: Answers) -> None:
    """Where one can fly from."""
    airports = gpd.GeoDataFrame(with_basis(answers.region.airports))
    if airports.empty:
        return
    shown = [*_NAMES, Field("opened", "通航年份", "Opened", grouped=False), *_BASIS]
    add_points(
        fmap,
        airports,
        name_zh="运输机场",
        name_en="Airports",
        colour="#333333",
        hover=[one for one in shown if one.column in airports],
        style=PointStyle(radius_px=4.0),
        label="name_zh",
    )


def _add_covered(fmap: folium.Map, answers: Answers) -> None:
    """Which prefecture seats an airport covers."""
    limit = answers.prefectures.provenance.parameters["minutes"]
    seats_zh, seats_en = prefecture_words(answers.region)
    layer = gpd.GeoDataFrame(disclosed(answers.prefectures.table, answers.region.places))
    add_points(
        fmap,
        layer,
        name_zh=f"{seats_zh}机场 {limit:g} 分钟覆盖",
        name_en=f"{seats_en.capitalize()} within {limit:g} min of an airport",
        colour=Categories(
            "covered", [(True, "#2a9d55", "已覆盖", "covered"), (False, "#d7263d", "未覆盖", "left out")]
        ),
        hover=[
            *_NAMES,
            Field("facility_name_zh", "最近机场", "Nearest (zh)"),
            Field("facility_name_en", "机场英文名", "Nearest airport"),
            Field("minutes", "分钟", "Minutes", "min"),
            *(one for one in _BASIS if one.column in layer),
        ],
        style=PointStyle(radius_px=6.0),
        label="name_zh",
    )
