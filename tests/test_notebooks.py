"""Every notebook asks one question in few short cells, runs on what ships, and shows what is stored in it."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.conftest import ROOT
from tools.notebooks import LARGEST_MB, run

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CELLS, MOST_LINES, WIDEST = 12, 12, 100
SWITCHES = re.compile(r"environ|getenv|is_dir\(|exists\(|^\s*(?:if|try)\b", re.M)
"""What would make one notebook into several."""

NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?")


def book_of(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def shown(book: Any) -> list[list[str]]:
    """For each cell of code what it shows, one text an output; pictures and maps by their kind alone."""
    return [[said(one) for one in cell.outputs] for cell in book.cells if cell.cell_type == "code"]


def said(output: Any) -> str:
    data = output.get("data", {})
    html = data.get("text/html", "")
    if "image/png" in data:
        return "a picture"
    if "<iframe" in html:
        return "a map"
    text = unescape(re.sub(r"<[^>]+>", " ", html)) or data.get("text/plain", "") or output.get("text", "")
    text = re.sub(r"urbgeo \d+\.\d+\S*", "urbgeo", text.replace("\\", "/"))
    return " ".join(re.sub(r"\b\d+(\.\d+)? m?s\b", "some time", text).split())


def differs(one: str, other: str) -> bool:
    """Whether two texts say other words, or numbers further apart than one unit of the last digit shown."""
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return True
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return any(abs(value(a) - value(b)) > 1.01 * unit(a) for a, b in pairs if a != b)


def value(number: str) -> float:
    return float(number.replace(",", ""))


def unit(number: str) -> float:
    """One unit of the last digit; whole numbers are counts and must agree."""
    digits, _, power = number.replace(",", "").partition("e")
    decimals = digits.partition(".")[2]
    return 10.0 ** (int(power or 0) - len(decimals)) if decimals else 0.0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_shows_what_is_stored(path: Path, tmp_path: Path) -> None:
    stored, found = shown(book_of(path)), shown(run(path, tmp_path))
    assert any("a picture" in cell or "a map" in cell for cell in stored)
    for number, (was, now) in enumerate(zip(stored, found, strict=True), 1):
        assert len(was) == len(now), f"cell {number} shows {now}, stored is {was}; make notebooks"
        for a, b in zip(was, now, strict=True):
            assert not differs(a, b), f"cell {number} shows\n{b}\nstored is\n{a}\nmake notebooks"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_short_plain_and_in_both_languages(path: Path) -> None:
    book = book_of(path)
    assert len(book.cells) <= MOST_CELLS
    assert path.stat().st_size < LARGEST_MB * 1e6
    for number, cell in enumerate(book.cells, 1):
        lines = cell.source.split("\n")
        assert max(map(len, lines)) <= WIDEST, f"cell {number} is too wide"
        if cell.cell_type == "code":
            assert sum(map(bool, lines)) <= MOST_LINES, f"cell {number} is too long"
            assert not SWITCHES.findall(cell.source), f"cell {number} does one thing here, another there"
            assert not [one for one in cell.outputs if one.output_type == "error"]
            assert not [one for one in cell.outputs if one.get("name") == "stderr"], f"cell {number} warns"
        else:
            text = re.sub(r"`[^`]*`", "", cell.source)
            assert re.search(r"[\u4e00-\u9fff]", text), f"cell {number} has no Chinese"
            assert re.search(r"[A-Za-z]{3}", text), f"cell {number} has no English"
    assert "your own file here" in [c for c in book.cells if c.cell_type == "markdown"][-1].source.lower()


def test_notebooks_are_numbered_without_a_gap() -> None:
    numbers = [int(path.stem[:2]) for path in NOTEBOOKS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_every_notebook_is_listed(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    listed = set(re.findall(r"notebooks/(\w+)\.ipynb", text))
    assert listed == {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("20 zones, 0.786", "20 zones, 0.787", False),
        ("20 zones, 0.786", "21 zones, 0.786", True),
        ("20 zones, 0.786", "20 zones, 0.788", True),
        ("1,234,567.8 people", "1,234,567.9 people", False),
        ("reached", "unreached", True),
        ("1.2e+03", "1.3e+03", False),
    ],
)
def test_texts_are_told_apart_by_words_counts_and_digits(one: str, other: str, apart: bool) -> None:
    assert differs(one, other) is apart


HOSTS = re.compile(r"<(?:script|link|img|iframe|image)\b[^>]*?(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.I)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_shows_loads_nothing_from_elsewhere(path: Path) -> None:
    """A map of plain Folium asks four hosts and is empty without a connection."""
    book = book_of(path)
    for number, cell in enumerate(book.cells, 1):
        assert "folium" not in cell.source.lower() or cell.cell_type != "code", (
            f"cell {number} draws on its own"
        )
        for output in cell.get("outputs", []):
            html = unescape(unescape(output.get("data", {}).get("text/html", "")))
            assert not HOSTS.search(html), f"cell {number} asks another host"
