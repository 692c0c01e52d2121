"""The page around a map: title, sources, scale, layer panel, base map, and the file it is saved to."""

from __future__ import annotations

import json
from pathlib import Path

import folium
import numpy as np
import pytest
from folium.plugins import HeatMap

from tests.maps.samples import BOUNDS, sample
from urbgeo.crs import wgs84_to_gcj02
from urbgeo.errors import InputError, UrbgeoError
from urbgeo.maps import (
    new_map,
    save_map,
)
from urbgeo.maps.base import page_of, script_json


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


def test_sources_stand_in_the_language_the_page_is_switched_to(tmp_path: Path) -> None:
    fmap = new_map("题", "t", bounds=BOUNDS, sources=["Commuters: the table given as flows", "年鉴 2020"])
    page_of(fmap).told.append(("未给出：<b>", "left out: <b>"))
    text = save_map(fmap, tmp_path / "map.html").read_text(encoding="utf-8")
    foot = text[text.index('<footer class="ug-footer">') :]
    assert '<span lang="en">Commuters: the table given as flows</span>' in foot
    assert '<span lang="zh">通勤者：' in foot and foot.count("年鉴 2020") == 1
    assert '<span lang="zh">未给出：&lt;b&gt;</span><span lang="en">left out: &lt;b&gt;</span>' in foot


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


@pytest.mark.parametrize("bounds", [(112, 27, 111, 29), (112, 27, np.nan, 29), (1e6, 2e6, 3e6, 4e6), (1, 2)])
def test_bounds_must_be_a_rectangle_in_degrees(bounds: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="bounds"):
        new_map("题", "t", bounds=bounds)


def test_what_is_no_number_stands_in_no_script_and_no_text_ends_it() -> None:
    for nothing in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not JSON compliant"):
            script_json({"x": nothing})
    said = script_json({"名": ["</script>", "a&b"]})
    assert "<" not in said and "&" not in said and json.loads(said) == {"名": ["</script>", "a&b"]}
