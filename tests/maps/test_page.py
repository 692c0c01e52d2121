"""What a reader does with a page: languages, opacity, one choropleth at a time, labels by zoom, paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser import opened
from tests.maps.pages import BOUNDS, halves
from urbgeo.errors import InputError
from urbgeo.maps import Classes, add_polygons, new_map, save_map


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


def centre_of_shape(seen: object, layer: int, at: int) -> tuple[float, float]:
    box = seen.page.locator(f".ug-layer-{layer}").nth(at).bounding_box()  # type: ignore[attr-defined]
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
