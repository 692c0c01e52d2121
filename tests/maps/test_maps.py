"""Maps open offline, show what they say, escape what data say, and refuse what they cannot draw."""

from __future__ import annotations

from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from folium.plugins import HeatMap

from tests.browser import SIZES, opened, overlapping
from urbgeo.crs import wgs84_to_gcj02
from urbgeo.errors import InputError, UrbgeoError, UrbgeoWarning
from urbgeo.maps import (
    Categories,
    Classes,
    Field,
    Sizes,
    add_lines,
    add_points,
    add_polygons,
    new_map,
    save_map,
)
from urbgeo.maps.fields import column_text
from urbgeo.maps.styles import AreaStyle, LineStyle, PointStyle

EVIL = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    'O\'Brien "x" \\ back',
)
BOUNDS = (112.0, 27.0, 114.0, 29.0)
HOVER = [("name", "名称", "Name"), ("minutes", "分钟", "Minutes", "min")]


PANEL = (
    "县域", "Counties", "≤ 30 min", "30–60 min", "> 60 min", "无法到达 unreachable", "no data",
    "已覆盖 covered", "城市", "Cities",
)  # fmt: skip


def cells() -> gpd.GeoDataFrame:
    west, south = np.meshgrid(np.arange(112.0, 114.0, 0.5), np.arange(27.0, 29.0, 0.5))
    boxes = shapely.box(west.ravel(), south.ravel(), west.ravel() + 0.5, south.ravel() + 0.5)
    minutes = [*np.linspace(5, 150, 14), np.inf, np.nan]
    names = [*EVIL, *(f"县{number}" for number in range(12))]
    return gpd.GeoDataFrame({"name": names, "minutes": minutes}, geometry=boxes, crs=4326)


def seats() -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([112.94, 113.13, 112.91], [28.23, 27.83, 27.87])
    table = {"name": ["长沙", "株洲", EVIL[0]], "people": [1e7, 4e6, np.nan], "covered": [True, False, True]}
    return gpd.GeoDataFrame(table, geometry=points, crs=4326)


def roads() -> gpd.GeoDataFrame:
    lines = [shapely.LineString([(112.2, 27.2 + step), (113.8, 28.6 - step)]) for step in (0.0, 0.3, 0.6)]
    return gpd.GeoDataFrame({"kind": ["G", "S", "G"]}, geometry=lines, crs=4326)


def sample(**options: str) -> folium.Map:
    titles = (f"标题 {EVIL[0]}", f"Title {EVIL[1]}")
    fmap = new_map(*titles, bounds=BOUNDS, sources=["来源 <b>x</b>"], **options)
    minutes = Classes("minutes", (30, 60), unit="min")
    add_polygons(fmap, cells(), name_zh="县域", name_en="Counties", colour=minutes, hover=HOVER)
    add_lines(
        fmap,
        roads(),
        name_zh="道路",
        name_en="Roads",
        colour=Categories("kind"),
        style=LineStyle(shown=False),
    )
    items = [(True, "#2a9d55", "已覆盖", "covered"), (False, "#d7263d", "未覆盖", "left out")]
    add_points(
        fmap,
        seats(),
        name_zh="城市",
        name_en="Cities",
        colour=Categories("covered", items),
        hover=[("name", "名称", "Name"), Field("people", "人口", "People")],
        style=PointStyle(radius_px=Sizes("people")),
        label="name",
    )
    return fmap


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_map(sample(), tmp_path_factory.mktemp("地图") / "map.html")


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_the_page_opens_without_network_and_shows_its_layers(saved: Path, size: str) -> None:
    with opened(saved, size) as seen:
        assert (seen.shapes(1), seen.shapes(2), seen.shapes(3)) == (16, 0, 3)
        assert seen.requests == [saved.resolve().as_uri()]
        assert not seen.complaints
        assert not overlapping(seen.boxes())
        panel = seen.page.locator(".leaflet-control-layers").inner_text()
        for text in PANEL:
            assert text in panel


@pytest.mark.browser
def test_data_are_shown_as_text_and_never_run(saved: Path) -> None:
    with opened(saved) as seen:
        assert EVIL[0] in seen.page.locator(".ug-title").inner_text()
        assert EVIL[1] in seen.page.locator(".ug-title").inner_text()
        assert "<b>x</b>" in seen.page.locator(".ug-footer").inner_text()
        assert EVIL[0] in seen.page.locator(".ug-label").all_text_contents()
        for at, name in enumerate(EVIL):
            seen.page.locator(".ug-layer-1").nth(at).hover(force=True, position={"x": 6, "y": 40})
            tip = seen.page.locator(".leaflet-tooltip").last.inner_text()
            assert name in tip
            assert "名称" in tip
            assert "Minutes" in tip
        assert seen.page.locator("img").count() == 0
        assert not seen.complaints


@pytest.mark.browser
def test_a_layer_and_its_legend_come_and_go_together(saved: Path) -> None:
    with opened(saved) as seen:
        legend = seen.page.locator(".ug-legend")
        assert not legend.nth(1).is_visible()
        seen.toggle(2)
        assert seen.shapes(2) == 2  # without hover, one shape per colour
        assert legend.nth(1).is_visible()
        seen.toggle(1)
        assert seen.shapes(1) == 0
        assert not legend.nth(0).is_visible()


def test_the_file_names_no_outside_host(saved: Path) -> None:
    text = saved.read_text(encoding="utf-8")
    found = {piece.split('"')[0].split("'")[0].split("/")[0] for piece in text.split("://")[1:]}
    assert found <= {"www.w3.org"}, found
    assert saved.stat().st_size < 5e6


def test_a_notebook_shows_the_same_page() -> None:
    shown = sample()._repr_html_()
    assert "cdn" not in shown
    assert "jquery" not in shown.lower()


def test_base_maps_are_asked_for_only_when_named(tmp_path: Path) -> None:
    text = save_map(sample(basemap="osm"), tmp_path / "osm.html").read_text(encoding="utf-8")
    assert "https://tile.openstreetmap.org/{z}/{x}/{y}.png" in text
    tianditu = save_map(sample(basemap="tianditu", key="abc123"), tmp_path / "t.html").read_text(
        encoding="utf-8"
    )
    assert "tk=abc123" in tianditu
    for options, message in (
        ({"basemap": "bing"}, "'bing' is unknown"),
        ({"basemap": "tianditu"}, "Tianditu needs its key"),
        ({"basemap": "tianditu", "key": '"><script>'}, "Tianditu needs its key"),
    ):
        with pytest.raises(InputError, match=message):
            new_map("题", "t", bounds=BOUNDS, **options)


def test_on_amap_the_layers_are_shifted_to_its_datum(tmp_path: Path) -> None:
    text = save_map(sample(basemap="amap"), tmp_path / "amap.html").read_text(encoding="utf-8")
    lon, lat = wgs84_to_gcj02(112.94, 28.23)
    assert f"[{float(lon):.5f},{float(lat):.5f}]" in text
    assert "[112.94,28.23]" not in text


def test_numbers_read_well_and_never_cross_a_class() -> None:
    frame = gpd.pd.Series([62.4, 60.3, 1234567.0, np.inf, np.nan])
    field = Field("x", "分钟", "Minutes", "min")
    assert column_text(frame, field, breaks=(60,)) == [
        "62 min", "60.3 min", "1,234,567 min", "无法到达 unreachable", "– 无数据 no data",
    ]  # fmt: skip


def test_a_failed_save_leaves_the_earlier_map(tmp_path: Path) -> None:
    target = save_map(sample(), tmp_path / "map.html")
    before = target.read_bytes()
    with pytest.raises(InputError, match=r"more than max_mb=0\.01.*Largest layers: .*Counties"):
        save_map(sample(), target, max_mb=0.01)
    assert target.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["map.html"]


def test_anything_that_would_load_from_a_network_is_refused(tmp_path: Path) -> None:
    fmap = sample()
    HeatMap([[28.0, 113.0]]).add_to(fmap)
    with pytest.raises(InputError, match="would not work offline"):
        save_map(fmap, tmp_path / "map.html")
    with pytest.raises(InputError, match="was not made by urbgeo"):
        save_map(folium.Map(), tmp_path / "map.html")


def test_missing_leaflet_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("urbgeo.maps.base._HERE", tmp_path)
    with pytest.raises(UrbgeoError, match="reinstall urbgeo"):
        new_map("题", "t", bounds=BOUNDS)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda frame: frame.set_crs(None, allow_override=True), "no CRS"),
        (lambda frame: frame.drop(columns="name"), "no column name"),
        (lambda frame: frame.drop(columns="minutes"), "minutes"),
        (lambda frame: frame.assign(minutes="a"), "minutes"),
        (lambda frame: frame.set_geometry(frame.centroid), "Point cannot be drawn as polygons"),
    ],
)
@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_frames_that_cannot_be_drawn_are_refused(spoil: object, message: str) -> None:
    fmap = new_map("题", "t", bounds=BOUNDS)
    with pytest.raises(InputError, match=message):
        add_polygons(fmap, spoil(cells()), name_zh="县", name_en="Counties",
                     colour=Classes("minutes", (30, 60)), hover=HOVER)  # fmt: skip


def test_rows_without_geometry_are_counted_not_hidden() -> None:
    frame = cells()
    frame.loc[3, "geometry"] = None
    with pytest.warns(UrbgeoWarning, match="1 of 16 rows have no geometry"):
        add_polygons(new_map("题", "t", bounds=BOUNDS), frame, name_zh="县", name_en="Counties")


@pytest.mark.parametrize("breaks", [(), (60, 30), (30, 30), (30, np.nan)])
def test_breaks_must_rise(breaks: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="breaks"):
        Classes("minutes", breaks)


@pytest.mark.parametrize("bounds", [(112, 27, 111, 29), (112, 27, np.nan, 29), (1e6, 2e6, 3e6, 4e6), (1, 2)])
def test_bounds_must_be_a_rectangle_in_degrees(bounds: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="bounds"):
        new_map("题", "t", bounds=bounds)


def test_the_callers_frame_is_not_changed() -> None:
    frame, before = cells(), cells()
    add_polygons(
        new_map("题", "t", bounds=BOUNDS), frame, name_zh="县", name_en="C", style=AreaStyle(simplify_m=500)
    )
    assert frame.equals(before)
