"""The worked case runs from its first cell to its last, with open rasters and without."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "05_land.ipynb"


def run(monkeypatch: pytest.MonkeyPatch, data: Path) -> str:
    """Everything the notebook prints."""
    monkeypatch.setenv("URBGEO_DATA", str(data))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    book = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(book, timeout=180, resources={"metadata": {"path": str(NOTEBOOK.parent)}}).execute()
    outputs = [one for cell in book.cells for one in cell.get("outputs", [])]
    assert sum("image/png" in one.get("data", {}) for one in outputs) >= 7
    return "".join(one.get("text", "") for one in outputs)


def test_the_notebook_is_committed_without_outputs() -> None:
    book = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in book.cells)


def test_the_notebook_runs_with_open_rasters_or_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = os.environ.get("URBGEO_SHARED")
    data = (Path(given) if given else NOTEBOOK.parents[2] / "shared") / "data"
    if not (data / "belgium").is_dir():
        assert "this part is skipped" in run(monkeypatch, tmp_path)
        return
    text = run(monkeypatch, data)
    assert "Belgium" in text
    assert "Porto Alegre" in text
