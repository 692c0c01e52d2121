"""What a reader does with a page: languages, opacity, one choropleth at a time, labels by zoom, paper."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from shutil import which

import folium
import geopandas as gpd
import pytest
import shapely

from tests.browser import opened
from urbgeo.errors import InputError
from urbgeo.maps import Categories, Classes, Field, Labels, add_points, add_polygons, new_map, save_map

BOUNDS = (112.0, 27.0, 114.0, 29.0)
LONG = 60
"""Rows of a legend that no screen holds at once."""


def halves(value: float, west: float = 112.0) -> gpd.GeoDataFrame:
    boxes = shapely.box([west, west + 1], 27, [west + 1, west + 2], 29)
    return gpd.GeoDataFrame({"minutes": [value, None]}, geometry=list(boxes), crs=4326)


def towns() -> gpd.GeoDataFrame:
    names = {"name_zh": ["长沙", "株洲"], "name_en": ["Changsha", "Zhuzhou"]}
    return gpd.GeoDataFrame(names, geometry=gpd.points_from_xy([112.5, 113.5], [28, 28.5]), crs=4326)


def page() -> folium.Map:
    whole = gpd.GeoDataFrame(geometry=[shapely.box(*BOUNDS)], crs=4326)
    fmap = new_map("两图", "Two maps", bounds=BOUNDS, sources=["年鉴"], ground=whole)
    for at, (zh, en) in enumerate((("此前", "Before"), ("此后", "After"))):
        colour = Classes("minutes", (30, 60), ramp="YlGnBu" if at else "YlOrBr", unit="min")
        hover = [Field("minutes", "分钟", "Minutes", "min")]
        add_polygons(fmap, halves(20.0 + 30 * at), name_zh=zh, name_en=en, colour=colour, hover=hover)
    labels = Labels("name_zh", from_zoom=10)
    add_points(fmap, towns(), name_zh="城镇", name_en="Towns", label=labels)
    return fmap


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_map(page(), tmp_path_factory.mktemp("page") / "page.html")


@pytest.mark.browser
def test_showing_one_choropleth_hides_the_other(saved: Path) -> None:
    with opened(saved) as seen:
        assert (seen.shapes(1), seen.shapes(2), seen.shapes(3)) == (0, 2, 2)
        seen.toggle(1)
        assert (seen.shapes(1), seen.shapes(2), seen.shapes(3)) == (2, 0, 2)
        boxes = seen.page.locator(".leaflet-control-layers-selector")
        assert [boxes.nth(at).is_checked() for at in range(3)] == [True, False, True]
        seen.toggle(2)
        assert (seen.shapes(1), seen.shapes(2)) == (0, 2)


@pytest.mark.browser
def test_choropleths_that_stand_apart_stay_both(tmp_path: Path) -> None:
    fmap = new_map("题", "t", bounds=(112, 27, 120, 29))
    for west in (112.0, 116.0):
        add_polygons(fmap, halves(20.0, west), name_zh="县", name_en="C", colour=Classes("minutes", (30,)))
    with opened(save_map(fmap, tmp_path / "map.html")) as seen:
        assert (seen.shapes(1), seen.shapes(2)) == (2, 2)


@pytest.mark.browser
def test_the_switch_leaves_one_language_everywhere(saved: Path) -> None:
    with opened(saved) as seen:
        panel = seen.page.locator(".leaflet-control-layers")
        seen.page.get_by_role("button", name="EN", exact=True).click()
        assert not re.search("[一-鿿]", panel.inner_text())
        assert {"Before", "After", "Towns"} <= set(panel.inner_text().split())
        assert not seen.page.locator(".ug-title h1").is_visible()
        assert seen.page.locator(".ug-title h2").inner_text() == "Two maps"
        seen.page.mouse.move(*centre_of_shape(seen, 2, 1))
        tip = seen.page.locator(".leaflet-tooltip").inner_text()
        assert not re.search("[一-鿿]", tip)
        assert "no data" in tip
        assert "Minutes" in tip
        seen.page.get_by_role("button", name="中文", exact=True).click()
        words = panel.inner_text().replace("min", "")
        assert not re.search("[A-Za-z]{3}", words), words
        assert "无数据" in words
        assert not seen.page.locator(".ug-title h2").is_visible()
        assert seen.page.evaluate("document.documentElement.lang") == "zh"
        assert not seen.complaints


@pytest.mark.browser
def test_labels_wait_for_their_zoom_and_speak_the_readers_language(saved: Path) -> None:
    with opened(saved) as seen:
        label = seen.page.locator(".ug-label > span").first
        assert not label.is_visible()
        seen.page.evaluate(
            "() => Object.values(window).find(one => one instanceof L.Map).setView([28, 112.5], 11)"
        )
        label.wait_for(state="visible")
        assert label.inner_text() == "长沙"
        seen.page.get_by_role("button", name="EN", exact=True).click()
        assert label.inner_text() == "Changsha"


@pytest.mark.browser
def test_opacity_fades_shapes_and_legend_alike_and_stays(saved: Path) -> None:
    with opened(saved) as seen:
        slider = seen.page.locator(".ug-fade input").nth(1)
        box = slider.bounding_box()
        seen.page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + box["height"] / 2)
        value = int(slider.input_value()) / 100
        assert 0.1 <= value <= 0.4
        fill = "[...document.querySelectorAll('.ug-layer-2')].map(one => +one.getAttribute('fill-opacity'))"
        assert seen.page.evaluate(fill) == [value, value]
        swatch = (
            "getComputedStyle(document.querySelectorAll('.ug-legend')[1].querySelector('s')).backgroundColor"
        )
        assert f"{value:g}" in seen.page.evaluate(swatch)
        seen.page.mouse.move(*centre_of_shape(seen, 2, 0))
        seen.page.mouse.move(5, 5)
        seen.toggle(3)  # the panel is written anew
        assert seen.page.evaluate(fill) == [value, value]
        assert int(slider.input_value()) / 100 == value


@pytest.mark.browser
def test_the_land_lies_under_every_layer_and_north_is_up(saved: Path) -> None:
    with opened(saved) as seen:
        assert seen.page.locator(".leaflet-ug-ground-pane path").count() == 1
        assert "N" in seen.page.locator(".ug-north").inner_text()
    with pytest.raises(InputError, match="no CRS"):
        new_map("题", "t", bounds=BOUNDS, ground=halves(1.0).set_crs(None, allow_override=True))


def long_legend() -> folium.Map:
    lines = shapely.box(
        [112 + at / 30 for at in range(LONG)], 27, [112 + (at + 1) / 30 for at in range(LONG)], 29
    )
    frame = gpd.GeoDataFrame({"kind": [f"类{at}" for at in range(LONG)]}, geometry=list(lines), crs=4326)
    items = [(f"类{at}", "#3b6ea5", f"类别{at:02d}", f"kind {at:02d}") for at in range(LONG)]
    fmap = new_map("长图例", "A long legend", bounds=BOUNDS)
    return add_polygons(fmap, frame, name_zh="地类", name_en="Land", colour=Categories("kind", items))


@pytest.mark.browser
def test_a_long_legend_scrolls_on_screen_and_is_whole_on_paper(tmp_path: Path) -> None:
    saved = save_map(long_legend(), tmp_path / "long.html")
    with opened(saved) as seen:
        for width, height in ((1280, 800), (390, 700)):
            seen.page.set_viewport_size({"width": width, "height": height})
            panel = seen.page.locator(".leaflet-control-layers").bounding_box()
            assert panel["x"] >= 0
            assert panel["x"] + panel["width"] <= width
            assert panel["y"] + panel["height"] <= height
            last = seen.page.locator(".ug-legend .ug-row").nth(LONG - 1)
            last.scroll_into_view_if_needed()
            assert last.is_visible()
        seen.page.set_viewport_size({"width": 1280, "height": 800})
        paper = seen.page.pdf(path=tmp_path / "long.pdf", prefer_css_page_size=True)
        assert paper.startswith(b"%PDF")
        # back on screen as before
        assert seen.page.locator(".leaflet-control-layers").is_visible()
    if which("pdftotext") is None:
        pytest.skip("needs pdftotext (Debian: poppler-utils)")
    text = subprocess.run(
        ["pdftotext", str(tmp_path / "long.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    assert "长图例" in text
    assert all(f"类别{at:02d}" in text for at in range(LONG))


def centre_of_shape(seen: object, layer: int, at: int) -> tuple[float, float]:
    box = seen.page.locator(f".ug-layer-{layer}").nth(at).bounding_box()  # type: ignore[attr-defined]
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
