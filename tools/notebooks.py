"""Run the notebooks from top to bottom and store what they show: `make notebooks`, or some of them by name.

What is stored is what a reader sees without running anything: tables, texts, pictures and small maps. The
tests run the same and compare.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from PIL import Image

ROOT = Path(__file__).parents[1]
BOOKS = ROOT / "notebooks"
LONGEST_S = 180
LARGEST_MB = 1.2
"""Of a stored notebook; larger maps are saved to a file beside the study, and drawn."""

_STYLE = re.compile(r"<style scoped>.*?</style>\s*", re.S)


def run(path: Path, folder: Path) -> Any:
    """A notebook executed in a folder of its own, without what differs from machine to machine."""
    book = nbformat.read(path, as_version=4)
    os.environ["PYTHONPATH"] = str(ROOT)  # the kernel works elsewhere and imports this tree
    NotebookClient(
        book,
        timeout=LONGEST_S,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    book.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for cell in book.cells:
        cell.metadata = {}
        for output in cell.get("outputs", ()):
            shown = output.get("data", {})
            if "metadata" in output:
                output.metadata = {}
            if "text/html" in shown:
                shown["text/html"] = _STYLE.sub("", shown["text/html"])
            if "image/png" in shown:
                shown["image/png"] = _smaller(shown["image/png"])
    return book


def _smaller(picture: str) -> str:
    """The picture in 128 colours, which maps and charts do not exceed to the eye."""
    whole = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB")
    page = io.BytesIO()
    whole.quantize(128, dither=Image.Dither.NONE).save(page, "PNG", optimize=True)
    return base64.b64encode(page.getvalue()).decode()


def main() -> None:
    """Run all notebooks, or those whose name begins as given, and store them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only notebooks whose name begins so, as 01")
    words = parser.parse_args().words
    for path in sorted(BOOKS.glob("*.ipynb")):
        if words and not path.stem.startswith(tuple(words)):
            continue
        with tempfile.TemporaryDirectory() as folder:
            book = run(path, Path(folder))
        text = nbformat.writes(book) + "\n"
        if len(text.encode()) > LARGEST_MB * 1e6:
            raise SystemExit(f"{path.name}: {len(text.encode()) / 1e6:.1f} MB; save large maps to a file.")
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {len(text.encode()) / 1e3:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
