"""The living map: click a place for its minutes, slide the circle, draw a link; one page, no network."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import MacroElement

from urbgeo.access.coverage import coverage
from urbgeo.checks import check_columns
from urbgeo.cities.circles import CircleRules, commuting_circle
from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError
from urbgeo.maps.base import figure_of, new_map, packaged, page_of, parent_name, plain_text, script_json
from urbgeo.maps.classes import Classes
from urbgeo.maps.fields import Field
from urbgeo.maps.layers import add_lines, add_points
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.regions.region import Region
from urbgeo.types import Floats

TICK_MIN = 0.02
"""Minutes are kept in steps of this: two columns and a link stay within a tenth of a minute."""

NEVER = 65_535
BREAKS = (15.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0)
STEPS_MIN = tuple(float(one) for one in range(15, 125, 5))
SIMPLIFY_M = 400.0
DETOUR = 1.2
DIGITS = 4


def living_map(
    region: Region,
    *,
    network: TravelNetwork | None = None,
    minutes: Sequence[float] = STEPS_MIN,
    basemap: str | None = None,
    key: str | None = None,
) -> folium.Map:
    """A map of county units that answers clicks.

    A click shows minutes to or from the place; a slider shows the circle around the core cities and the share
    of county seats within the same minutes of an airport, step by step as the package computed them; a link
    drawn between two places shows what it does to every minute.

    Parameters
    ----------
    region
        With county polygons and the list ``core``.
    network
        Roads; compiled from the region by default.
    minutes
        Steps of the slider, rising.
    basemap, key
        As for :func:`urbgeo.maps.new_map`.

    Returns
    -------
    folium.Map
        For :func:`urbgeo.maps.save_map`; works with the network unplugged.

    Raises
    ------
    InputError
        Without polygons or core, for steps that do not rise.

    Examples
    --------
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan")
    >>> type(living_map(hunan, minutes=[60])).__name__
    'Map'
    """
    zones = region.zones
    if zones is None or not region.lists.get("core"):
        raise InputError("region: the living map needs county polygons and the list 'core'.")
    check_columns(region.counties, "counties", ["name_zh", "name_en", "population"])
    steps = [float(one) for one in minutes]
    if not steps or (np.diff(steps) <= 0).any() or not steps[0] > 0:
        raise InputError(f"minutes: {minutes!r} must be steps > 0 that rise.")
    road = network or region_network(region, modes=("road",))
    counties = region.counties.loc[zones.index]
    fmap = new_map(
        f"{region.title_zh}：点选县市看时间",
        f"{region.title_en}: click a place for its minutes",
        bounds=zones.to_crs(WGS84).total_bounds.tolist(),
        sources=region.sources,
        basemap=basemap,
        key=key,
    )
    fmap.add_child(_Living(_data(region, road, counties, steps, page_of(fmap).shown_at)))
    borders = zones[["prefecture", zones.geometry.name]].dissolve("prefecture").boundary.to_frame("geometry")
    add_lines(
        fmap, borders, name_zh="地级界", name_en="Prefecture borders", colour="#5f6b76", width_px=1.0,
        simplify_m=SIMPLIFY_M,
    )  # fmt: skip
    add_points(
        fmap, region.airports, name_zh="运输机场", name_en="Airports", colour="#333333", radius_px=4.0,
        label="name_zh", hover=[Field("name_zh", "名称", "Name"), Field("name_en", "英文名", "Name (en)")],
    )  # fmt: skip
    seats = region.prefectures
    add_points(
        fmap, seats, name_zh="地级中心", name_en="Prefecture seats", colour="#ffffff", outline="#2b3138",
        radius_px=3.0, label="name_zh",
    )  # fmt: skip
    return fmap


class _Living(MacroElement):
    """Script and data of the living map."""

    def __init__(self, data: dict[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "UrbgeoLiving"
        self.json = script_json(data)

    def render(self, **kwargs: object) -> str:
        """Style and script into the head, the data into the page's own script."""
        figure = figure_of(self)
        figure.header.add_child(
            plain_text(f"<style>{packaged('living.css')}</style>"), name="urbgeo_living_css"
        )
        script = f"{packaged('living.js')}\nurbgeo.living({parent_name(self)}, {self.json});"
        figure.script.add_child(plain_text(script), name="urbgeo_zliving")
        return ""


def _data(
    region: Region, road: TravelNetwork, counties: gpd.GeoDataFrame, steps: list[float], shown_at: object
) -> dict[str, object]:
    table = minutes_table(road, counties, counties).to_numpy()
    scale = Classes("minutes", BREAKS, ramp="YlGnBu", reverse=True, unit="min")
    seats = shown_at(shapely.get_coordinates(counties.to_crs(WGS84).geometry.to_numpy()))  # type: ignore[operator]
    core = str(region.lists["core"][0])
    start = next((at for at, one in enumerate(counties["prefecture"]) if one == core), 0)
    return {
        "zh": counties["name_zh"].astype(str).tolist(),
        "en": counties["name_en"].astype(str).tolist(),
        "seats": np.round(seats, DIGITS).tolist(),
        "features": _features(region.zones, shown_at),
        "matrix": quantised(table),
        "tick": TICK_MIN,
        "detour": DETOUR,
        "kmh": ROAD_CLASSES["expressway"].speed_kmh,
        "breaks": list(BREAKS),
        "colours": scale.colours,
        "labels": scale.labels,
        "steps": _steps(region, road, counties, steps),
        "first": int(np.argmin(np.abs(np.asarray(steps) - 60.0))),
        "start": start,
    }


def quantised(table: Floats) -> str:
    """A matrix of minutes as 16-bit ticks in base64; what has no way is the largest number.

    Raises
    ------
    InputError
        Where a trip is too long for the page.
    """
    finite = np.isfinite(table)
    ticks = np.full(table.shape, NEVER, dtype=np.uint16)
    held = np.rint(np.where(finite, table, 0.0) / TICK_MIN)
    if held.max(initial=0.0) >= NEVER:
        raise InputError(f"minutes: trips beyond {NEVER * TICK_MIN:.0f} minutes do not fit the page.")
    ticks[finite] = held[finite].astype(np.uint16)
    return base64.b64encode(ticks.astype("<u2").tobytes()).decode("ascii")


def _steps(
    region: Region, road: TravelNetwork, counties: gpd.GeoDataFrame, steps: list[float]
) -> list[dict[str, object]]:
    """Circle and coverage by the package's own rules, one entry a step."""
    core = region.core
    people = counties["population"].astype(float)
    found = []
    for limit in steps:
        member = circle_members(road, core, counties, limit)
        covered = coverage(road, counties, region.airports, minutes=limit)
        found.append(
            {
                "minutes": limit,
                "members": [int(at) for at in np.flatnonzero(member.to_numpy())],
                "people": float(people[member].sum()),
                "covered": float(covered.share),
            }
        )
    return found


def circle_members(
    road: TravelNetwork, core: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, limit: float
) -> pd.Series:
    """Whose seat lies within the minutes of the core: :func:`urbgeo.commuting_circle` on seats."""
    table = commuting_circle(road, core, counties, minutes=limit, rules=CircleRules(rule="seat")).table
    return table["member"].astype(bool).reindex(counties.index)


def _features(zones: gpd.GeoDataFrame | None, shown_at: object) -> list[dict[str, object]]:
    assert zones is not None
    flat = zones.to_crs(metric_crs(zones))
    simple = shapely.coverage_simplify(flat.geometry.to_numpy(), SIMPLIFY_M)
    shapes = gpd.GeoSeries(simple, crs=flat.crs).to_crs(WGS84).to_numpy()
    rounded = shapely.transform(shapes, lambda xy: np.round(shown_at(xy), DIGITS))  # type: ignore[operator]
    return [
        {"type": "Feature", "properties": {"at": at}, "geometry": json.loads(text)}
        for at, text in enumerate(shapely.to_geojson(rounded))
    ]
