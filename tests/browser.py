"""A headless Chromium without network, for the tests that look at a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES = {"wide": (1280, 800), "small": (1024, 700)}


@dataclass
class Seen:
    """A page on screen, with what it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def shapes(self, layer: int) -> int:
        """How many shapes of a layer (from 1) are drawn on screen."""
        return int(
            self.page.evaluate(
                """id => [...document.querySelectorAll('.ug-layer-' + id)].filter(one => {
                    const box = one.getBoundingClientRect();
                    return box.width + box.height > 0;
                }).length""",
                layer,
            )
        )

    def wait_until_drawn(self) -> None:
        """Wait for MapLibre; the policy of the page lets no text be evaluated, so it is asked repeatedly."""
        for _ in range(int(DRAWN_S * 10)):
            if self.page.evaluate("urbgeo.painter.gl.loaded()"):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("MapLibre did not finish")

    def toggle(self, layer: int) -> None:
        """Click a layer's box in the panel (from 1)."""
        self.page.locator(".leaflet-control-layers-selector").nth(layer - 1).click()

    def boxes(self) -> dict[str, dict[str, float]]:
        """Where the panels stand."""
        panels = {
            "title": ".ug-title", "panel": ".leaflet-control-layers", "zoom": ".leaflet-control-zoom",
            "scale": ".leaflet-control-scale", "footer": ".ug-footer",
        }  # fmt: skip
        return {name: self.page.locator(css).bounding_box() for name, css in panels.items()}


def overlapping(boxes: dict[str, dict[str, float]]) -> list[tuple[str, str]]:
    """Pairs of panels that lie over each other."""
    names = sorted(boxes)
    return [
        (one, other)
        for at, one in enumerate(names)
        for other in names[at + 1 :]
        if boxes[one]["x"] < boxes[other]["x"] + boxes[other]["width"]
        and boxes[other]["x"] < boxes[one]["x"] + boxes[one]["width"]
        and boxes[one]["y"] < boxes[other]["y"] + boxes[other]["height"]
        and boxes[other]["y"] < boxes[one]["y"] + boxes[one]["height"]
    ]


DRAWN_S = 60.0
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
NO_WEBGL = ("--disable-gpu", "--disable-3d-apis")
AS_IF_FAST = """const own = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, given) {
    return own.call(this, kind, Object.assign({}, given, { failIfMajorPerformanceCaveat: false })); };"""
"""A machine without graphics imitates WebGL; the page is told that it has the real one."""


@contextmanager
def opened(
    path: Path, size: str = "wide", *, ready: str = ".leaflet-control-layers", webgl: bool | None = None
) -> Iterator[Seen]:
    """Open a file in Chromium with the network off; skip where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium fonts-noto-cjk)")
    from playwright.sync_api import sync_playwright

    width, height = SIZES[size]
    flags = [one for one in FLAGS if not (webgl and one == "--disable-gpu")]
    flags += {None: (), True: WEBGL, False: NO_WEBGL}[webgl]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=flags)
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        if webgl:
            context.add_init_script(AS_IF_FAST)
        seen = Seen(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: (seen.complaints.append("dialog"), dialog.dismiss()))
        seen.page.goto(path.resolve().as_uri())
        seen.page.wait_for_selector(ready)
        try:
            yield seen
        finally:
            browser.close()
