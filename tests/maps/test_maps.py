"""Maps open offline, show what they say, escape what data say, and refuse what they cannot draw."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import SIZES, opened, overlapping
from tests.maps.samples import EVIL, sample
from urbgeo.maps import (
    save_map,
)

PANEL = (
    "县域", "Counties", "≤ 30 min", "30–60 min", "> 60 min", "无法到达 unreachable", "no data",
    "已覆盖 covered", "城市", "Cities",
)  # fmt: skip


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
