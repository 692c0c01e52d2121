"""City clusters and town groups on one map: their land, the links of their hubs, and the hubs by name."""

from __future__ import annotations

import folium

from urbgeo.arguments import check_object
from urbgeo.cities.systems import CitySystems
from urbgeo.maps.base import new_map
from urbgeo.maps.classes import Classes
from urbgeo.maps.fields import Field
from urbgeo.maps.layers import add_lines, add_points, add_polygons
from urbgeo.maps.styles import AreaStyle, LineStyle, PointStyle

BREAKS = (30.0, 60.0, 120.0, 180.0)
SIMPLIFY_M = 250.0

OF_SYSTEM = (
    Field("name_zh", "名称", "Name"),
    Field("tier", "层级", "Tier"),
    Field("places", "城市数", "Places"),
    Field("population", "人口", "People", "人"),
    Field("hub_zh", "中心", "Hub (zh)"),
    Field("hub_en", "中心英文名", "Hub"),
    Field("share_within", "时限内城市对占比", "Pairs within the time", digits=2),
    Field("median_min", "中位", "Median", "min"),
    Field("most_min", "最远", "Farthest", "min"),
)
OF_LINK = (
    Field("name_zh", "联系", "Link (zh)"),
    Field("name_en", "英文名", "Link"),
    Field("minutes", "分钟", "Minutes", "min"),
)
OF_HUB = (
    Field("geography", "所属", "Of"),
    Field("name_zh", "名称", "Name (zh)"),
    Field("name_en", "英文名", "Name"),
    Field("population", "人口", "People", "人"),
)
"""What the pointer shows of a system, a link and a hub, of the columns that are there."""


def map_of_systems(result: CitySystems, *, basemap: str | None = None, key: str | None = None) -> folium.Map:
    """Systems coloured by the longest way between two members, with links and hubs on top.

    Parameters
    ----------
    result
        Of :func:`urbgeo.cities.systems.city_systems`.
    basemap, key
        As for :func:`urbgeo.maps.new_map`.

    Returns
    -------
    folium.Map
        Offline, unless a base map is named.

    Raises
    ------
    InputError
        For what is no such result, and a base map that is unknown or lacks its key.

    Examples
    --------
    >>> import urbgeo
    >>> from urbgeo.cities.policy import policy_members
    >>> from urbgeo.cities.systems import city_systems
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> road = urbgeo.region_network(hunan, modes=("road",))
    >>> found = city_systems(road, policy_members(kind="Hunan belt"), hunan.prefectures)
    >>> type(map_of_systems(found)).__name__
    'Map'
    """
    check_object(result, "result", CitySystems, "city_systems() gives one")
    zh, en = result._titles
    bounds = result.table.to_crs(4326).total_bounds.tolist()
    fmap = new_map(zh, en, bounds=bounds, sources=result.provenance.sources, basemap=basemap, key=key)
    add_systems(fmap, result)
    return fmap


def add_systems(
    fmap: folium.Map, result: CitySystems, *, shown: bool = True, what: tuple[str, str] = ("", "")
) -> None:
    """Three layers on a map: land, links, hubs; ``what`` is written before their names."""
    lead_zh, lead_en = (f"{what[0]}：", f"{what[1]}: ") if any(what) else ("", "")
    colour = Classes("most_min", BREAKS, ramp="YlGnBu", unit="min", reverse=True)
    add_polygons(
        fmap,
        result.table,
        name_zh=f"{lead_zh}最远两城",
        name_en=f"{lead_en}farthest pair",
        colour=colour,
        hover=[one for one in OF_SYSTEM if one.column in result.table],
        style=AreaStyle(opacity=0.4, shown=shown, simplify_m=SIMPLIFY_M),
    )
    add_lines(
        fmap,
        result.links,
        name_zh=f"{lead_zh}中心联系",
        name_en=f"{lead_en}links of hubs",
        colour=Classes("minutes", BREAKS, ramp="YlGnBu", unit="min", reverse=True),
        style=LineStyle(width_px=1.8, shown=shown),
        hover=OF_LINK,
    )
    add_points(
        fmap,
        result.hubs,
        name_zh=f"{lead_zh}中心城市",
        name_en=f"{lead_en}hubs",
        colour="#5e5a9e",
        style=PointStyle(radius_px=5.0, shown=shown),
        hover=OF_HUB,
        label="name_zh",
    )
