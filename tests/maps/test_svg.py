"""Figures as SVG open in LibreOffice and look as they do in print, Chinese letters too."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

import urbgeo
from urbgeo.maps.figures import Sheet, save_figure
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region


def ink(path: Path, boxes: int = 40) -> np.ndarray:
    """How dark each box of the upper fifth of a picture is, where the title stands."""
    grey = imread(path)[..., :3].mean(axis=2)
    top = grey[: len(grey) // 5]
    rows = np.array_split(top, boxes // 4, axis=0)
    return 1.0 - np.array([[box.mean() for box in np.array_split(row, boxes, axis=1)] for row in rows])


def can_draw() -> bool:
    """Whether LibreOffice is here with the part that draws."""
    office = shutil.which("soffice")
    return office is not None and (Path(office).resolve().parent / "libsdlo.so").exists()


@pytest.mark.skipif(not can_draw(), reason="needs LibreOffice Draw (Debian: libreoffice-draw-nogui)")
def test_libreoffice_draws_the_svg_as_it_is_printed(
    hunan: Region, hunan_network: TravelNetwork, tmp_path: Path
) -> None:
    found = urbgeo.coverage(hunan_network, hunan.prefectures, hunan.airports, minutes=60)
    figure = found.plot(title=("地级中心机场覆盖情况评估", ""), sheet=Sheet(under=hunan.zones))
    drawn, printed = (
        save_figure(figure, tmp_path / "图.svg"),
        save_figure(figure, tmp_path / "b.png", dpi=100),
    )
    assert drawn.stat().st_size < 1_500_000
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    order = ["soffice", home, "--headless", "--convert-to", "png", "--outdir", str(tmp_path), str(drawn)]
    subprocess.run(order, check=True, capture_output=True, timeout=240)
    ours, theirs = ink(printed), ink(tmp_path / "图.png")
    assert ours.max() > 0.1
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9
