"""The living map: click a place for its minutes, slide the circle, draw a link; one page, no network."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import MacroElement

from urbgeo.access.coverage import coverage
from urbgeo.checks import check_columns, check_thresholds
from urbgeo.cities.circles import CircleRules, commuting_circle
from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError, some_of
from urbgeo.indicators.what_if import DETOUR
from urbgeo.maps.base import figure_of, new_map, packaged, page_of, parent_name, plain_text, script_json
from urbgeo.maps.classes import Classes
from urbgeo.maps.differences import BREAKS as GAIN_BREAKS
from urbgeo.maps.differences import RAMP as GAIN_RAMP
from urbgeo.maps.fields import Field
from urbgeo.maps.layers import add_lines, add_points
from urbgeo.maps.legend import legend_html
from urbgeo.maps.styles import Labels, LineStyle, PointStyle
from urbgeo.network.minutes import minutes_table, nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.network.scenario import attached_alike
from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.regions.region import Region, check_region
from urbgeo.standards import CIRCLE_MIN
from urbgeo.types import Floats

TICK_MIN = 0.02
"""Minutes are kept in steps of this: two columns and a link stay within a tenth of a minute."""

NEVER = 65_535
BREAKS = (15.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0)
STEPS_MIN = tuple(float(one) for one in range(15, 125, 5))
SIMPLIFY_M = 400.0
DIGITS = 4
OPACITY = 0.92

COUNTY_ZOOM = 8.5
"""Counties are named from this zoom on: before, there is no room for them."""


def living_map(
    region: Region,
    *,
    network: TravelNetwork | None = None,
    after: TravelNetwork | None = None,
    minutes: Sequence[float] = STEPS_MIN,
    basemap: str | None = None,
    key: str | None = None,
) -> folium.Map:
    """A map of county units that answers clicks.

    A click shows minutes to or from the place, a button minutes to the nearest airport; a slider shows the
    circle around the core cities and the share of county seats within the same minutes of an airport, step by
    step as the package computed them. Lines drawn from seat to seat and stations set at a seat show what they
    do to every minute: before, after, what is saved, or both under a bar to drag.

    Parameters
    ----------
    region
        With county polygons and the list ``core``. Where its release is public, coordinates are rounded; of
        airports marked sensitive neither points nor minutes nor coverage are on the page.
    network
        Roads; compiled from the region by default.
    after
        The same network after a change, such as ``what_if(...).after``: the page opens with before and after.
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
        Without polygons or core, for steps that do not rise, for a public page of a sensitive circle.

    Examples
    --------
    >>> import urbgeo
    >>> people = {"county": ["大武口区", "惠农区", "平罗县"], "population": [299e3, 176e3, 276e3]}
    >>> people = pd.DataFrame(people)
    >>> core = {"core": ["石嘴山市"]}
    >>> small = urbgeo.region("石嘴山市", roads="estimated", population=people, lists=core)
    >>> type(living_map(small, minutes=[60])).__name__
    'Map'
    """
    check_region(region)
    zones = region.zones
    if zones is None or not region.lists.get("core"):
        raise InputError("region: the living map needs county polygons and the list 'core'.")
    release = region.release
    if not release.shows("circle"):
        raise InputError("release: the living map shows the circle, which is marked sensitive.")
    check_columns(region.towns, "counties", ["name_zh", "name_en", "population"])
    steps = check_thresholds(minutes)
    counties = region.towns.reindex(zones.index)
    if counties.geometry.isna().any():
        lost = some_of(zones.index[counties.geometry.isna()])
        raise InputError(f"region: no seat has the code of the zones {lost}; mend the codes of the zones.")
    road = network or region_network(region, modes=("road",))
    pair = [road] if after is None else list(attached_alike(road, after))
    fmap = new_map(
        f"{region.title_zh}：点选县市看时间",
        f"{region.title_en}: click a place for its minutes",
        bounds=zones.to_crs(WGS84).total_bounds.tolist(),
        sources=[release.text(one) for one in region.sources],
        basemap=basemap,
        key=key,
        ground=zones,
        release=release,
    )
    fmap.add_child(_Living(_data(region, pair, counties, steps, page_of(fmap).shown_at)))
    _add_borders(fmap, zones)
    _add_seats(fmap, region, counties)
    return fmap


def _add_borders(fmap: folium.Map, zones: gpd.GeoDataFrame) -> None:
    """Of the prefectures, over the counties."""
    borders = zones[["prefecture", zones.geometry.name]].dissolve("prefecture").boundary.to_frame("geometry")
    add_lines(
        fmap,
        borders,
        name_zh="地级界",
        name_en="Prefecture borders",
        colour="#5f6b76",
        style=LineStyle(width_px=1.0, simplify_m=SIMPLIFY_M),
    )


def _add_seats(fmap: folium.Map, region: Region, counties: gpd.GeoDataFrame) -> None:
    """Of counties and prefectures, and the airports where they may be shown."""
    add_points(
        fmap,
        counties,
        name_zh="县级驻地",
        name_en="County seats",
        colour="#5f6b76",
        style=PointStyle(radius_px=1.5),
        label=Labels("name_zh", COUNTY_ZOOM),
    )
    if len(_airports(region)):
        _add_airports(fmap, _airports(region))
    add_points(
        fmap,
        region.prefectures,
        name_zh="地级中心",
        name_en="Prefecture seats",
        colour="#ffffff",
        style=PointStyle(outline="#2b3138", radius_px=3.0),
        label="name_zh",
    )


def _add_airports(fmap: folium.Map, airports: gpd.GeoDataFrame) -> None:
    add_points(
        fmap,
        airports,
        name_zh="运输机场",
        name_en="Airports",
        colour="#333333",
        style=PointStyle(radius_px=4.0),
        label="name_zh",
        hover=[Field("name_zh", "名称", "Name"), Field("name_en", "英文名", "Name (en)")],
    )


FACILITY = ("最近机场", "Airport", "到最近的机场或所设的站", "To the nearest airport or the station set")
NO_FACILITY = ("所设的站", "Station set", "到最近的所设的站", "To the nearest station set")


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
    region: Region,
    pair: Sequence[TravelNetwork],
    counties: gpd.GeoDataFrame,
    steps: list[float],
    shown_at: Callable[[Floats], Floats],
) -> dict[str, object]:
    scale = Classes("minutes", BREAKS, ramp="YlGnBu", reverse=True, unit="min")
    gain = Classes("gain_min", GAIN_BREAKS, ramp=GAIN_RAMP, unit="min")
    seats = shown_at(shapely.get_coordinates(counties.to_crs(WGS84).geometry.to_numpy()))
    assert region.zones is not None
    core = str(region.lists["core"][0])
    start = next((at for at, one in enumerate(counties["prefecture"]) if one == core), 0)
    return {
        "zh": counties["name_zh"].astype(str).tolist(),
        "en": counties["name_en"].astype(str).tolist(),
        "seats": np.round(seats, DIGITS).tolist(),
        "features": _features(region.release.layer(region.zones), shown_at),
        "name": legend_html(("县市着色", "Counties, coloured"), [], [], opacity=OPACITY),
        "classed": True,
        "style": {"fillOpacity": OPACITY},
        "tick": TICK_MIN,
        "kmh": ROAD_CLASSES["expressway"].speed_kmh,
        "scale": {"breaks": list(BREAKS), "colours": scale.colours, "labels": scale.labels},
        "gain": {"breaks": list(GAIN_BREAKS), "colours": gain.colours, "labels": gain.labels},
        "facility": list(FACILITY if len(_airports(region)) else NO_FACILITY),
        "steps": _steps(region, pair[0], counties, steps),
        "first": int(np.argmin(np.abs(np.asarray(steps) - CIRCLE_MIN))),
        "start": start,
        **_matrices(region, pair, counties),
    }


def _matrices(region: Region, pair: Sequence[TravelNetwork], counties: gpd.GeoDataFrame) -> dict[str, object]:
    """Minutes between all places and to the nearest airport, before and after; kilometres of links drawn."""
    found: dict[str, object] = {}
    for network, table, near in zip(pair, ("matrix", "after"), ("nearest", "nearestAfter"), strict=False):
        found[table] = quantised(minutes_table(network, counties, counties).to_numpy())
        found[near] = quantised(_to_airports(region, network, counties))
    # Distances to the metre would give away what a public page rounds.
    spots = shapely.get_coordinates(
        region.release.layer(counties).to_crs(pair[0].nodes.crs).geometry.to_numpy()
    )
    apart = np.hypot(*(spots[:, None, axis] - spots[None, :, axis] for axis in (0, 1)))
    km = apart / 1000.0 * DETOUR
    tick = float(km.max(initial=1.0)) / (NEVER - 1)
    return {**found, "km": _packed(np.rint(km / tick)), "kmTick": tick}


def _airports(region: Region) -> gpd.GeoDataFrame:
    """The airports that the page may know."""
    return region.airports if region.release.shows("airports") else region.airports.iloc[:0]


def _to_airports(region: Region, network: TravelNetwork, counties: gpd.GeoDataFrame) -> Floats:
    """Minutes to the nearest airport; no way where there is none to know."""
    airports = _airports(region)
    if airports.empty:
        return np.full(len(counties), np.inf)
    return nearest_facility(network, counties, airports)["minutes"].reindex(counties.index).to_numpy()


def quantised(table: Floats) -> str:
    """A matrix of minutes as 16-bit ticks in base64; what has no way is the largest number.

    Raises
    ------
    InputError
        Where a trip is too long for the page.
    """
    finite = np.isfinite(table)
    held = np.rint(np.where(finite, table, 0.0) / TICK_MIN)
    if held.max(initial=0.0) >= NEVER:
        raise InputError(f"minutes: trips beyond {NEVER * TICK_MIN:.0f} minutes do not fit the page.")
    return _packed(np.where(finite, held, NEVER))


def _packed(ticks: Floats) -> str:
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
        airports = _airports(region)
        share = float(coverage(road, counties, airports, minutes=limit).share) if len(airports) else None
        found.append(
            {
                "minutes": limit,
                "members": [int(at) for at in np.flatnonzero(member.to_numpy())],
                "people": float(people[member].sum()),
                "covered": share,
            }
        )
    return found


def circle_members(
    road: TravelNetwork, core: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, limit: float
) -> pd.Series:
    """Whose seat lies within the minutes of the core: :func:`urbgeo.commuting_circle` on seats."""
    table = commuting_circle(road, core, counties, minutes=limit, rules=CircleRules(rule="seat")).table
    return table["member"].astype(bool).reindex(counties.index)


def _features(zones: gpd.GeoDataFrame, shown_at: Callable[[Floats], Floats]) -> list[dict[str, object]]:
    flat = zones.to_crs(metric_crs(zones))
    simple = shapely.coverage_simplify(flat.geometry.to_numpy(), SIMPLIFY_M)
    shapes = gpd.GeoSeries(simple, crs=flat.crs).to_crs(WGS84).to_numpy()
    rounded = shapely.transform(shapes, lambda xy: np.round(shown_at(xy), DIGITS))
    return [
        {"type": "Feature", "properties": {"at": at}, "geometry": json.loads(text)}
        for at, text in enumerate(shapely.to_geojson(rounded))
    ]
