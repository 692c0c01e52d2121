"""What the layer panel says of a layer: its names, the colours with their counts, what was left out."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import folium
import geopandas as gpd
import pytest
import shapely

from tests.browser import opened
from tests.maps.pages import BOUNDS
from urbgeo.maps import Categories, add_polygons, new_map, save_map
from urbgeo.maps.classes import LegendRow
from urbgeo.maps.legend import filled_row, stroked_row

LONG = 60
"""Rows of a legend that no screen holds at once."""


def long_legend() -> folium.Map:
    lines = shapely.box(
        [112 + at / 30 for at in range(LONG)], 27, [112 + (at + 1) / 30 for at in range(LONG)], 29
    )
    frame = gpd.GeoDataFrame({"kind": [f"类{at}" for at in range(LONG)]}, geometry=list(lines), crs=4326)
    items = [(f"类{at}", "#3b6ea5", f"类别{at:02d}", f"kind {at:02d}") for at in range(LONG)]
    fmap = new_map("长图例", "A long legend", bounds=BOUNDS)
    return add_polygons(fmap, frame, name_zh="地类", name_en="Land", colour=Categories("kind", items))


def test_a_row_has_the_colour_as_opaque_as_the_map_both_names_and_the_count() -> None:
    row = LegendRow("#2a7f62", "县", 1234, "county")
    for opacity, last in ((0.0, "00"), (0.5, "80"), (0.8, "cc"), (1.0, "ff")):
        assert f"background:#2a7f62{last};" in filled_row(row, "", opacity)
    assert "opacity:0.8;" in stroked_row(row, "", 0.8)
    for text in ('<span lang="zh">县</span>', '<span lang="en">county</span>', "<em>1,234</em>"):
        assert text in filled_row(row, "", 0.8)


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
