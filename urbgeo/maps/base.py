"""The page around a map: title, sources, scale, layer panel, base map, and the file it is saved to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium.map import Layer

from urbgeo.arguments import check_path, check_several, check_text
from urbgeo.checks import check_choice, check_crs, check_quantity, is_finite_number
from urbgeo.crs import WGS84, metric_crs
from urbgeo.errors import InputError, UrbgeoError
from urbgeo.files import write_text
from urbgeo.language import in_both
from urbgeo.maps.fields import SPOKEN
from urbgeo.regions.release import Release
from urbgeo.types import Floats

BASEMAPS = {
    "osm": ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
    "tianditu": tuple(
        "https://t{s}.tianditu.gov.cn/"
        + layer
        + "_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER="
        + layer
        + "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk="
        for layer in ("vec", "cva")
    ),
    "amap": (
        "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",
    ),
}
"""Tile addresses of the online base maps; none is asked unless the planner names one."""

_TILE_HOSTS = {
    "osm": "https://tile.openstreetmap.org",
    "tianditu": "https://*.tianditu.gov.cn",
    "amap": "https://*.is.autonavi.com",
}
_CREDITS = {
    "osm": "© OpenStreetMap contributors",
    "tianditu": "天地图 Tianditu, 国家地理信息公共服务平台",
    "amap": "高德地图 Amap (GCJ-02)",
}
_SUBDOMAINS = {"osm": "a", "tianditu": "01234567", "amap": "1234"}
_MOST_ZOOM = 18

MOST_FEATURES = 20_000
"""Above this many features a page is drawn by MapLibre GL: what Leaflet takes is measured in benchmarks."""

GROUND_M = 500.0
"""Tolerance of the outline under the layers, in metres."""

GROUND_DIGITS = 4

_HERE = Path(__file__).parent

COORDINATE_DIGITS = 5
"""Decimals of degrees on a page: about a metre."""


def new_map(
    title_zh: str,
    title_en: str,
    *,
    bounds: Sequence[float],
    sources: Sequence[str] = (),
    basemap: str | None = None,
    key: str | None = None,
    ground: gpd.GeoDataFrame | None = None,
    release: Release | None = None,
) -> folium.Map:
    """An empty bilingual map; layers are put on it by ``add_polygons``, ``add_lines``, ``add_points``.

    Without a base map the page asks nothing of any network, on screen, on disk and in Jupyter;
    the browser itself is told to refuse outside requests.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees (WGS84), e.g. ``frame.to_crs(4326).total_bounds``.
    title_zh, title_en
        Titles in Chinese and in English, shown above the map.
    sources
        Where the data come from, one text each; shown below the map.
    basemap
        None, or an online one: ``"osm"``, ``"tianditu"`` (needs ``key``) or ``"amap"``, on which
        layers are shifted to GCJ-02.
    key
        The Tianditu key. It is written into the page and can be read there.
    ground
        Polygons whose outline lies under every layer, so that points and lines do not float.
    release
        For whom the page is: a public one rounds every coordinate; its line stands at the head of the footer.

    Returns
    -------
    folium.Map
        Without layers; for :func:`save_map`.

    Raises
    ------
    InputError
        When bounds are no rectangle in degrees, the base map is unknown or lacks its key.
    UrbgeoError
        When Leaflet is missing from the installed package.

    Examples
    --------
    >>> type(new_map("湖南", "Hunan", bounds=[109, 24, 114, 30])).__name__
    'Map'
    """
    title_zh, title_en = check_text(title_zh, "title_zh"), check_text(title_en, "title_en")
    release = Release() if release is None else release
    decimals = COORDINATE_DIGITS if release.digits is None else release.digits
    west, south, east, north = np.round(_checked_bounds(bounds), decimals).tolist()
    _check_basemap(basemap, key)
    sources = [check_text(one, "sources") for one in check_several(sources, "sources", "['census 2020']")]
    fmap = folium.Map(
        location=(round((south + north) / 2, decimals), round((west + east) / 2, decimals)),
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        min_zoom=2,
        max_zoom=_MOST_ZOOM,
        zoom_snap=1 if basemap else 0.25,
    )
    fmap.default_js, fmap.default_css = [], []
    figure_of(fmap).title = escape(f"{title_zh} {title_en}".strip())
    for url in BASEMAPS.get(basemap or "", ()):
        folium.TileLayer(
            url + (key or "" if basemap == "tianditu" else ""),
            attr=_CREDITS[basemap or ""],
            subdomains=_SUBDOMAINS[basemap or ""],
            max_zoom=_MOST_ZOOM,
            control=False,
        ).add_to(fmap)
    page = _Page((title_zh, title_en), (west, south, east, north), tuple(sources), basemap)
    page.decimals, page.marking = decimals, release.line
    if ground is not None:
        page.ground = _outline(ground, page.shown_at)
    fmap.add_child(page, name="urbgeo_page")
    return fmap


def save_map(fmap: folium.Map, path: Path | str, *, max_mb: float = 5.0) -> Path:
    """Write the map as one HTML file, whole or not at all.

    Parameters
    ----------
    fmap
        Of ``new_map`` or of any verb that draws one.
    path
        Of the page, ``.html``.
    max_mb
        Most megabytes (10^6 bytes) that the page may have.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    InputError
        When the page is larger than ``max_mb`` megabytes (10^6 bytes; the largest layers are named),
        or something on the map would load a script or a style from a network.
    OSError
        When the file cannot be written; an earlier file stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> fmap = new_map("湖南", "Hunan", bounds=[109, 24, 114, 30])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_map(fmap, Path(folder) / "hunan.html").name
    'hunan.html'
    """
    page, path = page_of(fmap), check_path(path)
    check_quantity(max_mb, "max_mb")
    figure = figure_of(fmap)
    html = figure.render()
    linked = [
        item.url for item in figure.header._children.values() if isinstance(item, JavascriptLink | CssLink)
    ]
    if linked:
        raise InputError(
            f"the map loads {', '.join(linked)} and would not work offline; "
            "draw with urbgeo.maps.add_polygons, add_lines or add_points instead."
        )
    size_mb = len(html.encode()) / 1e6
    if size_mb > max_mb:
        largest = sorted(page.layer_bytes.items(), key=lambda item: -item[1])[:3]
        named = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in largest)
        raise InputError(
            f"{path}: the page has {size_mb:.1f} MB, more than max_mb={max_mb:g}. Largest layers: "
            f"{named or 'none'}. Simplify them (simplify_m=...), hover over fewer columns, or clip them."
        )
    return write_text(path, html)


class _Text(Element):
    """Text that goes into the page as it is; branca would read it as a Jinja template otherwise."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: object) -> str:
        """The text."""
        return self.text


class _Page(MacroElement):
    """Everything on the page that is not a layer."""

    def __init__(
        self,
        title: tuple[str, str],
        bounds: tuple[float, float, float, float],
        sources: tuple[str, ...],
        basemap: str | None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "UrbgeoPage"
        self.title = title
        self.decimals = COORDINATE_DIGITS
        self.marking = ""
        self.bounds = bounds
        self.sources = sources
        self.told: list[tuple[str, str]] = []  # more of the footer, in Chinese and English
        self.basemap = basemap
        self.layer_bytes: dict[str, int] = {}
        self.ground: object = None
        self.features = 0
        self.leaflet_js, self.leaflet_css = _leaflet()

    @property
    def many(self) -> bool:
        """Whether the page has more features than Leaflet draws without freezing."""
        return self.features > MOST_FEATURES

    def shown_at(self, lonlat: Floats) -> Floats:
        """WGS84 degrees, shape (n, 2), as degrees on the base map, rounded to the decimals of the page."""
        if self.basemap == "amap":
            from urbgeo.crs import wgs84_to_gcj02

            lonlat = np.column_stack(wgs84_to_gcj02(lonlat[:, 0], lonlat[:, 1]))
        return np.round(lonlat, self.decimals)

    def render(self, **kwargs: object) -> str:
        """Put styles and scripts into the head, the footer below the map, the controls onto it."""
        figure, fmap = figure_of(self), parent_name(self)
        for name, text in self._head().items():
            figure.header.add_child(_Text(text), name=f"urbgeo_{name}")
        figure.html.add_child(_Text(self._footer()), name="urbgeo_footer")
        corners = self.shown_at(np.reshape(self.bounds, (2, 2)))
        options = {
            "title": self.title,
            "bounds": [[lat, lon] for lon, lat in corners.tolist()],
            "words": dict(SPOKEN),
            "ground": self.ground,
            "many": self.many,
        }
        script = f"urbgeo.page({fmap}, {script_json(options)});"
        figure.script.add_child(_Text(script), name="urbgeo_page")
        return ""

    def _head(self) -> dict[str, str]:
        images = f"data: {_TILE_HOSTS[self.basemap]}" if self.basemap else "data:"
        # MapLibre works in a worker that it makes from its own text
        workers = "; worker-src blob:; child-src blob:" if self.many else ""
        inline = "script-src 'unsafe-inline'; style-src 'unsafe-inline'"
        policy = f"default-src 'none'; {inline}; img-src {images}{workers}"
        large = f"{_maplibre()}\n" if self.many else ""
        script = f"{self.leaflet_js}\n{large}{packaged('page.js')}\n{packaged('gl.js') if self.many else ''}"
        return {
            "policy": f'<meta http-equiv="Content-Security-Policy" content="{policy}" />',
            "css": f"<style>{self.leaflet_css}\n{packaged('page.css')}</style>",
            "js": f"<script>{script}</script>",
        }

    def _footer(self) -> str:
        credit = (_CREDITS[self.basemap],) if self.basemap else ()
        texts = "；".join(_in_both(*one) for one in (*map(in_both, (*self.sources, *credit)), *self.told))
        head = '<b lang="zh">数据来源</b> <b lang="en">Sources</b>'
        named = f"{head} {texts}" if texts else ""
        if self.marking:
            named = f'<strong class="ug-marking">{escape(self.marking)}</strong> {named}'
        drawn = f"urbgeo · Leaflet{' · MapLibre' * self.many}"
        return f'<footer class="ug-footer"><span>{named}</span><span>{drawn}</span></footer>'


def _in_both(zh: str, en: str) -> str:
    """A source in the language that the page is switched to."""
    if zh == en:
        return escape(zh)
    return f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>'


class DataLayer(Layer):
    """Features drawn by page.js; ``data`` is the object its ``urbgeo.layer`` takes."""

    def __init__(self, name: str, data: dict[str, object], *, shown: bool) -> None:
        super().__init__(name=name, overlay=True, control=False, show=shown)
        self._name = "UrbgeoLayer"
        self.json = script_json(data)

    def render(self, **kwargs: object) -> str:
        """Write the layer into the page script, and switch it on if it is shown."""
        figure, fmap = figure_of(self), parent_name(self)
        name = self.get_name()
        script = f"var {name} = urbgeo.layer({fmap}, {self.json});"
        if self.show:
            script += f"\n{name}.addTo({fmap});"
        figure.script.add_child(_Text(script), name=name)
        return ""


def page_of(fmap: folium.Map) -> _Page:
    """The page a map was made with; refuse maps that ``new_map`` did not make."""
    page = fmap._children.get("urbgeo_page") if isinstance(fmap, folium.Map) else None
    if not isinstance(page, _Page):
        if callable(getattr(fmap, "map", None)):
            raise InputError("save_map(map, path): this is a result, no map; give its map: result.map().")
        raise InputError(
            "save_map(map, path): the map was not made by urbgeo; start with result.map() or new_map(...)."
        )
    return page


def script_json(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def plain_text(text: str) -> Element:
    """Text for a part of the page, as it is."""
    return _Text(text)


def figure_of(element: Element) -> Figure:
    """The page that an element of a map stands on."""
    root = element.get_root()
    assert isinstance(root, Figure)
    return root


def parent_name(element: Element) -> str:
    """What the map that an element stands on is called in the page's script."""
    assert element._parent is not None
    return element._parent.get_name()


def _outline(ground: gpd.GeoDataFrame, shown_at: Callable[[Floats], Floats]) -> object:
    """The land as one simplified shape; small parts of it are kept."""
    check_crs(ground, "ground")
    metric = ground.to_crs(metric_crs(ground))
    whole = shapely.union_all(shapely.make_valid(metric.geometry.to_numpy()))
    # without the slivers between neighbours that were drawn apart
    rings = shapely.get_exterior_ring(shapely.get_parts(shapely.simplify(whole, GROUND_M)))
    outline = shapely.multipolygons(shapely.polygons(rings))
    degrees = gpd.GeoSeries([outline], crs=metric.crs).to_crs(WGS84).to_numpy()
    rounded = shapely.transform(degrees, lambda xy: np.round(shown_at(xy), GROUND_DIGITS))
    return json.loads(shapely.to_geojson(rounded)[0])


def _leaflet() -> tuple[str, str]:
    """Leaflet's script and style, without the addresses and images they would lead to."""
    try:
        script, style = packaged("assets/leaflet.js"), packaged("assets/leaflet.css")
    except FileNotFoundError as error:
        raise UrbgeoError(
            f"Leaflet is missing from the installed package ({error.filename}); reinstall urbgeo, "
            "in a checkout with: pip install -e ."
        ) from error
    script = script.replace("https://leafletjs.com", "").replace("//# sourceMappingURL=leaflet.js.map", "")
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return script, re.sub(r"url\([^)]*\)", "none", style)


def _maplibre() -> str:
    """MapLibre GL's script without the addresses it leads to; nothing where the build could not fetch it."""
    try:
        script = packaged("assets/maplibre-gl.js")
    except FileNotFoundError:
        return ""
    return script.replace("//# sourceMappingURL=maplibre-gl.js.map", "").replace("https://maplibre.org/", "")


def packaged(name: str) -> str:
    """A style, a script or a template that comes with the package."""
    return (_HERE / name).read_text(encoding="utf-8")


def _checked_bounds(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    given = list(bounds) if isinstance(bounds, Sequence | np.ndarray) else []
    values = np.asarray([one if is_finite_number(one) else np.nan for one in given])
    if values.shape == (4,) and np.isfinite(values).all():
        west, south, east, north = values.tolist()
        if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
            return west, south, east, north
    raise InputError(
        f"bounds: {bounds!r} is no rectangle; give west, south, east, north in degrees, "
        "e.g. frame.to_crs(4326).total_bounds."
    )


def _check_basemap(basemap: str | None, key: str | None) -> None:
    if basemap is None:
        return
    check_choice(basemap, "basemap", list(BASEMAPS))
    if basemap == "tianditu" and not re.fullmatch(r"[0-9A-Za-z]+", key or ""):
        raise InputError("basemap: Tianditu needs its key (letters and digits): new_map(..., key='...').")
