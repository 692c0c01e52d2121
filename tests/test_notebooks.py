"""Every notebook runs from top to bottom, and is committed without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

ELSEWHERE = {"03_access", "04_cities", "05_land"}
"""Notebooks that a test of their room runs, on more than one input."""

NOTEBOOKS = [path for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if path.stem not in ELSEWHERE]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs(path: Path, tmp_path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    assert not [cell for cell in book.cells if cell.get("outputs")], "clear the outputs before committing"
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    spoken = "".join(one.text for one in shown if one.output_type == "stream" and one.name == "stderr")
    assert "arning" not in spoken
    page = "".join(one["data"].get("text/html", "") for one in shown if "data" in one)
    assert "leaflet" in page.lower()
