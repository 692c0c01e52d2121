"""Where a page freezes: Leaflet as shapes, Leaflet on one canvas, MapLibre GL, by number of features.

Run with ``python -m benchmarks.pages``; needs Chromium. Waits are those of a reader who drags the
map twice; MapLibre has no graphics card here, so its figures are the slowest it can be.
"""

from __future__ import annotations

import datetime
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

import geopandas as gpd
import numpy as np
import shapely

from urbgeo.maps import Classes, add_polygons, new_map, save_map
from urbgeo.maps.styles import AreaStyle

RESULT = Path(__file__).parent / "results" / "pages.md"
COUNTS = (5_000, 10_000, 20_000, 40_000)
MOST_FOR_WEBGL = 20_000
AS_IF_FAST = """const own = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, given) {
    return own.call(this, kind, Object.assign({}, given, { failIfMajorPerformanceCaveat: false })); };"""
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
WAYS = {
    "Leaflet, shapes of the page": (10**9, ["--disable-gpu"], ""),
    "Leaflet, one canvas": (0, ["--disable-gpu", "--disable-3d-apis"], ""),
    "MapLibre GL, imitated": (0, ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"], AS_IF_FAST),
}

READING = """
What it means: up to some 20,000 features Leaflet's shapes follow a drag in a second or two on this
loaded machine, at 40,000 they no longer do, and the page takes longest to stand. So pages above
20,000 leave them. WebGL that the processor imitates is slower than Leaflet's canvas, so pages use
MapLibre GL only where the browser says that its WebGL is real; that was not measured, for want of a
graphics card.
"""


def page_of(count: int, most: int, path: Path) -> Path:
    """A page of hexagon-like cells, coloured in classes, with hover boxes."""
    side = int(np.ceil(count**0.5))
    west, south = np.meshgrid(*(np.linspace(low, low + 2, side, endpoint=False) for low in (112.0, 27.0)))
    centres = shapely.points(west.ravel()[:count], south.ravel()[:count])
    cells = gpd.GeoDataFrame(geometry=shapely.buffer(centres, 1 / side, quad_segs=2), crs=4326)
    cells["minutes"] = np.hypot(west.ravel()[:count] - 113, south.ravel()[:count] - 28) * 90
    with mock.patch("urbgeo.maps.base.MOST_FEATURES", most):
        fmap = new_map("格网", "Cells", bounds=(112, 27, 114, 29))
        add_polygons(
            fmap,
            cells,
            name_zh="格网",
            name_en="Cells",
            colour=Classes("minutes", (15, 30, 45, 60)),
            hover=[("minutes", "分钟", "Minutes", "min")],
            style=AreaStyle(outline_px=0.5),
        )
        return save_map(fmap, path, max_mb=200.0)


def waits(path: Path, flags: list[str], script: str) -> tuple[float, float]:
    """Seconds until the page stands, and of the slower of two drags until the map has followed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", *flags]
        )
        page = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True).new_page()
        page.set_default_timeout(300_000)
        if script:
            page.add_init_script(script)
        began = time.perf_counter()
        page.goto(path.as_uri())
        _drawn(page)
        stands = time.perf_counter() - began
        drags = [_drag(page) for _ in range(2)]
        browser.close()
    return stands, max(drags)


def _drawn(page: Any) -> None:
    while not page.evaluate("urbgeo.painter ? urbgeo.painter.gl.loaded() : true"):
        page.wait_for_timeout(50)
    page.evaluate(NEXT_FRAME)


def _drag(page: Any) -> float:
    began = time.perf_counter()
    page.mouse.move(500, 400)
    page.mouse.down()
    page.mouse.move(600, 450, steps=4)
    page.mouse.up()
    page.evaluate(NEXT_FRAME)
    return time.perf_counter() - began


def main() -> None:
    """Write ``results/pages.md``."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in COUNTS:
            cells = [f"| {count:,} "]
            for name, (most, flags, script) in WAYS.items():
                if "MapLibre" in name and count > MOST_FOR_WEBGL:
                    cells.append("| – ")
                    continue
                path = page_of(count, most, Path(folder) / "page.html")
                stands, drag = waits(path, flags, script)
                cells.append(f"| {stands:.1f} / {drag:.1f} ")
                print(count, name, f"{stands:.1f} {drag:.1f}", flush=True)
            rows.append("".join(cells) + "|")
    head = f"| features | {' | '.join(WAYS)} |\n|---|{'---|' * len(WAYS)}"
    RESULT.write_text(
        "# Pages of many features\n\n"
        f"{datetime.date.today()}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, no graphics card, "
        f"Python {platform.python_version()}. Run by `python -m benchmarks.pages`.\n\n"
        "Seconds until the page stands / of the slower of two drags, until the map has followed.\n\n"
        f"{head}\n" + "\n".join(rows) + "\n" + READING,
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
