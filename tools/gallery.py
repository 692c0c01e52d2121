"""Draw the pictures of the gallery from the code below each: `python tools/gallery.py [NAME ...]`.

A section of `docs/gallery.md` shows one picture and the block that makes it; the block leaves a figure, or
the path of a page that Chromium then looks at, under the name ``picture``.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "gallery.md"
LARGEST_BYTES = 60_000
WIDTH = 800
COLOURS = (160, 96, 64)


def sections(text: str) -> dict[str, str]:
    """The code of each picture of the page, by the picture's name."""
    found = re.findall(r"^!\[[^\]]*\]\(gallery/(\w+)\.png\)\n.*?^```python\n(.*?)^```", text, re.M | re.S)
    return dict(found)


def made(name: str, code: str) -> Any:
    """What a section's code leaves under ``picture``."""
    names: dict[str, Any] = {}
    exec(compile(code, f"gallery: {name}", "exec"), names)
    return names["picture"]


def drawn(picture: Any) -> Image.Image:
    """A figure, or the top of a page, as an image."""
    if isinstance(picture, Path):
        return _looked_at(picture)
    page = io.BytesIO()
    picture.savefig(page, dpi=130, format="png")
    return Image.open(page).convert("RGB")


def small(image: Image.Image) -> bytes:
    """The image as PNG of as many colours as its bytes allow."""
    whole = image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.LANCZOS)
    for colours in COLOURS:
        page = io.BytesIO()
        whole.quantize(colours, kmeans=2, dither=Image.Dither.NONE).save(page, "PNG", optimize=True)
        if page.tell() <= LARGEST_BYTES:
            break
    return page.getvalue()


def _looked_at(page: Path) -> Image.Image:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        sheet = browser.new_page(viewport={"width": 1200, "height": 760})
        sheet.goto(page.resolve().as_uri())
        sheet.wait_for_timeout(2000)
        picture = sheet.screenshot()
        browser.close()
    return Image.open(io.BytesIO(picture)).convert("RGB")


def main() -> None:
    """Draw the named pictures, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="some of the pictures; all by default")
    wanted = parser.parse_args().names
    code = sections(PAGE.read_text(encoding="utf-8"))
    for name in wanted or code:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            content = small(drawn(made(name, code[name])))
            os.chdir(ROOT)
        (PAGE.parent / "gallery").mkdir(exist_ok=True)
        (PAGE.parent / "gallery" / f"{name}.png").write_bytes(content)
        print(f"{name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
