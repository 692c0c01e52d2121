"""The map of the main job, opened in Chromium with the network off."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import SIZES, opened, overlapping
from urbgeo.maps import save_map
from urbgeo.study.answers import Answers
from urbgeo.study.map import study_map

LAYERS = (
    "County-town access score", "One-hour circle and the approved one", "Isochrones from the core",
    "Prefecture borders", "National and provincial roads", "Expressways", "Railways",
    "Prefecture seats reached in two hours", "Airports", "Prefecture seats within 60 min of an airport",
)  # fmt: skip


@pytest.fixture(scope="module")
def saved(answers: Answers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_map(study_map(answers), tmp_path_factory.mktemp("map") / "map.html")


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_every_layer_draws_its_shapes_and_its_legend(saved: Path, size: str) -> None:
    with opened(saved, size) as seen:
        names = seen.page.locator(".ug-name").all_inner_texts()
        # then land, links and hubs of city clusters, and of town groups
        assert len(names) == len(LAYERS) + 6
        assert "links of hubs" in names[11] and "Town groups" in names[14]
        for layer, name in enumerate(LAYERS, start=1):
            assert name in names[layer - 1]
            if not seen.page.locator(".leaflet-control-layers-selector").nth(layer - 1).is_checked():
                assert seen.shapes(layer) == 0
                seen.toggle(layer)
            assert seen.shapes(layer) > 0, name
            assert seen.page.locator(".ug-legend").nth(layer - 1).locator(".ug-row").count() > 0
            if layer == 1:
                assert seen.shapes(1) == 122
        # one choropleth at a time: the last one switched on
        assert (seen.shapes(1), seen.shapes(2), seen.shapes(3)) == (0, 0, 4)
        assert seen.shapes(10) == 14
        assert seen.requests == [saved.resolve().as_uri()]
        assert not seen.complaints
        assert not overlapping(seen.boxes())


@pytest.mark.browser
def test_hover_tells_minutes_in_both_languages(saved: Path) -> None:
    with opened(saved) as seen:
        seen.page.locator(".ug-layer-10").first.hover(force=True)
        tip = seen.page.locator(".leaflet-tooltip").inner_text()
        for text in ("长沙市", "Changsha", "最近机场", "Nearest airport", "长沙黄花国际机场", "min"):
            assert text in tip


def test_the_file_is_below_five_megabytes(saved: Path) -> None:
    assert 0.3e6 < saved.stat().st_size < 5e6
