"""Pages of very many features: MapLibre GL draws, Leaflet keeps panel, hover box and labels, or draws all."""

from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from tests.browser import Seen, opened
from urbgeo.maps import Classes, add_lines, add_points, add_polygons, new_map, save_map
from urbgeo.maps.styles import AreaStyle, LineStyle

BOUNDS = (112.0, 27.0, 114.0, 29.0)
EVIL = "<img src=x onerror=alert(1)>"
SIDE = 8
CENTRE, WEST = (113.12, 28.12), (112.12, 28.12)
"""Inside cells: one of the lowest class, one of the highest."""


def cells() -> gpd.GeoDataFrame:
    west, south = np.meshgrid(*(np.linspace(low, low + 2, SIDE, endpoint=False) for low in (112.0, 27.0)))
    boxes = shapely.box(west.ravel(), south.ravel(), west.ravel() + 2 / SIDE, south.ravel() + 2 / SIDE)
    minutes = np.abs(west.ravel() + 1 / SIDE - 113) * 90
    return gpd.GeoDataFrame({"name": [EVIL] * SIDE**2, "minutes": minutes}, geometry=boxes, crs=4326)


def large(path: Path) -> Path:
    fmap = new_map("格网", "Grid", bounds=BOUNDS, sources=["年鉴"])
    hover = [("name", "名称", "Name"), ("minutes", "分钟", "Minutes", "min")]
    colour = Classes("minutes", (30, 60), ramp=("#ff0000", "#00ff00", "#0000ff"), unit="min")
    add_polygons(
        fmap,
        cells(),
        name_zh="格网",
        name_en="Cells",
        colour=colour,
        hover=hover,
        style=AreaStyle(opacity=1.0, outline_px=0.0),
    )
    road = gpd.GeoDataFrame(geometry=[shapely.LineString([(112, 27), (114, 27)])], crs=4326)
    add_lines(fmap, road, name_zh="路", name_en="Road", style=LineStyle(dashed=True))
    towns = gpd.GeoDataFrame(
        {"name_zh": ["长沙", "株洲"], "name_en": ["Changsha", "Zhuzhou"]},
        geometry=gpd.points_from_xy([112.5, 113.5], [28.7, 28.7]),
        crs=4326,
    )
    add_points(fmap, towns, name_zh="城镇", name_en="Towns", label="name_zh")
    return save_map(fmap, path)


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr("urbgeo.maps.base.MOST_FEATURES", 50)
    return large(tmp_path / "large.html")


def spot(seen: Seen, lonlat: tuple[float, float]) -> tuple[float, float]:
    x, y = seen.page.evaluate(
        """([lon, lat]) => { const map = Object.values(window).find(one => one instanceof L.Map);
        const box = map.getContainer().getBoundingClientRect(), at = map.latLngToContainerPoint([lat, lon]);
        return [box.left + at.x, box.top + at.y]; }""",
        list(lonlat),
    )
    return x, y


def colour_at(seen: Seen, lonlat: tuple[float, float]) -> tuple[int, ...]:
    """What stands on the screen there."""
    from PIL import Image

    shot = Image.open(io.BytesIO(seen.page.screenshot())).convert("RGB")
    return tuple(shot.getpixel(tuple(round(one) for one in spot(seen, lonlat))))


def hold_to_the_page(seen: Seen) -> None:
    """What a page must do whoever draws it."""
    assert colour_at(seen, CENTRE) == (255, 0, 0)
    assert colour_at(seen, WEST) == (0, 0, 255)
    x, y = spot(seen, WEST)
    seen.page.mouse.move(x - 3, y)
    seen.page.mouse.move(x, y)
    tip = seen.page.locator(".leaflet-tooltip")
    tip.wait_for()
    for text in (EVIL, "名称", "Minutes", "79 min"):
        assert text in tip.inner_text()
    assert seen.page.locator("img").count() == 0
    assert "长沙" in seen.page.locator(".ug-label").all_text_contents()[0]
    assert "30–60 min" in seen.page.locator(".leaflet-control-layers").inner_text()
    slider = seen.page.locator(".ug-fade input")
    slider.fill("0")
    seen.page.mouse.move(5, 400)
    seen.page.wait_for_timeout(500)
    assert colour_at(seen, CENTRE) != (255, 0, 0)
    slider.fill("100")
    seen.page.wait_for_timeout(500)
    assert colour_at(seen, CENTRE) == (255, 0, 0)
    seen.toggle(1)
    seen.page.wait_for_timeout(500)
    assert colour_at(seen, CENTRE) != (255, 0, 0)
    seen.page.get_by_role("button", name="EN", exact=True).click()
    assert "Cells" in seen.page.locator(".leaflet-control-layers").inner_text()
    assert seen.page.locator(".ug-label").first.inner_text() == "Changsha"
    assert not seen.complaints
    assert not [one for one in seen.requests if not one.startswith(("file:", "blob:"))]


@pytest.mark.browser
def test_maplibre_draws_what_leaflet_would(saved: Path) -> None:
    with opened(saved, webgl=True) as seen:
        assert seen.page.evaluate("urbgeo.drawnBy") == "maplibre"
        seen.wait_until_drawn()
        hold_to_the_page(seen)


@pytest.mark.browser
def test_maplibre_follows_leaflet_when_the_map_moves(saved: Path) -> None:
    with opened(saved, webgl=True) as seen:
        seen.wait_until_drawn()
        x, y = spot(seen, CENTRE)
        seen.page.mouse.move(x, y)
        seen.page.mouse.down()
        seen.page.mouse.move(x - 120, y + 40, steps=4)
        seen.page.mouse.up()
        seen.page.mouse.move(5, 400)
        seen.page.wait_for_timeout(1500)
        moved = spot(seen, CENTRE)
        assert abs(moved[0] - (x - 120)) < 40
        assert colour_at(seen, CENTRE) == (255, 0, 0)
        assert colour_at(seen, WEST) == (0, 0, 255)


@pytest.mark.browser
def test_without_webgl_leaflet_draws_on_a_canvas(saved: Path) -> None:
    with opened(saved, webgl=False) as seen:
        assert seen.page.evaluate("urbgeo.drawnBy") == "canvas"
        hold_to_the_page(seen)


def test_only_large_pages_carry_maplibre(
    saved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = saved.read_text(encoding="utf-8")
    assert "MapLibre GL JS" in text
    assert "worker-src blob:" in text
    assert "https://maplibre.org" not in text
    monkeypatch.setattr("urbgeo.maps.base.MOST_FEATURES", SIDE**2 + 3)  # exactly as many as there are
    small = large(tmp_path / "small.html").read_text(encoding="utf-8")
    assert "MapLibre GL JS" not in small
    assert "worker-src" not in small


def test_a_build_without_maplibre_leaves_large_pages_to_leaflet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import urbgeo.maps.base as base

    whole = base.packaged

    def without(name: str) -> str:
        if name == "assets/maplibre-gl.js":
            raise FileNotFoundError(name)
        return whole(name)

    monkeypatch.setattr(base, "packaged", without)
    monkeypatch.setattr(base, "MOST_FEATURES", 50)
    text = large(tmp_path / "large.html").read_text(encoding="utf-8")
    assert "MapLibre GL JS" not in text
    assert '"many":true' in text
