"""The notebook of this room runs from top to bottom, on Porto Alegre and on the embedded region."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import ROOT

PATH = ROOT / "notebooks/03_access.ipynb"


@pytest.mark.parametrize("which", ["Porto Alegre", "Hunan"])
def test_the_notebook_runs(
    which: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = request.getfixturevalue("shared_data").parent if which == "Porto Alegre" else tmp_path
    monkeypatch.setenv("URBGEO_SHARED", str(shared))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # the kernel works in another folder
    book = nbformat.read(PATH, as_version=4)
    assert not [cell for cell in book.cells if cell.get("outputs")], "clear the outputs before committing"
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output for cell in book.cells for output in cell.get("outputs", [])]
    spoken = {
        name: "".join(one.text for one in shown if one.output_type == "stream" and one.name == name)
        for name in ("stdout", "stderr")
    }
    assert ("812,935 people in 1227 hexagons" if which == "Porto Alegre" else "122 counties") in spoken[
        "stdout"
    ]
    assert "arning" not in spoken["stderr"]
    page = "".join(one["data"].get("text/html", "") for one in shown if "data" in one)
    assert page.lower().count("leaflet") > 1
    assert all(word in page for word in ("m2sfca", "concentration at the centre", "primary school"))
