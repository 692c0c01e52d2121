"""The notebook of this room runs from top to bottom, on Belgium and on its made-up country."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

PATH = ROOT / "notebooks/04_cities.ipynb"


@pytest.fixture(autouse=True)
def this_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel works in another folder; it must import the package under test all the same."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def run(folder: Path) -> tuple[str, str, str]:
    """Printed text, warnings and HTML of an execution."""
    book = nbformat.read(PATH, as_version=4)
    assert not [cell for cell in book.cells if cell.get("outputs")], "clear the outputs before committing"
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    streams = [one for one in shown if one.output_type == "stream"]
    html = "".join(one["data"].get("text/html", "") for one in shown if "data" in one)
    return (
        "".join(one.text for one in streams if one.name == "stdout"),
        "".join(one.text for one in streams if one.name == "stderr"),
        html,
    )


def test_the_notebook_studies_belgium(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBGEO_SHARED", str(shared_data.parent))
    text, spoken, html = run(tmp_path)
    assert "589 communes, 123,201 flows" in text
    assert "arning" not in spoken
    assert "leaflet" in html
    assert float(re.search(r"took (\d+\.\d) s", text)[1]) > 0


def test_the_notebook_runs_without_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBGEO_SHARED", str(tmp_path))
    text, spoken, html = run(tmp_path)
    assert "100 communes" in text
    assert "arning" not in spoken
    assert "leaflet" in html
