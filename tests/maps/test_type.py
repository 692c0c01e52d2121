"""Chinese type for figures: the plainest on this machine, or one that is shipped, or the remedy."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import urbgeo.maps.type as chinese
from urbgeo.errors import MissingExtraError


def pixels(text: str, families: list[str]) -> np.ndarray:
    """A text drawn in black on white."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1), dpi=80)
    canvas = FigureCanvasAgg(figure)
    figure.text(0.1, 0.4, text, fontsize=24, family=families)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., 0]


def test_without_any_chinese_font_the_shipped_one_draws_glyphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chinese, "PREFERRED", ("No Such Family",))
    chinese.chinese_families.cache_clear()
    try:
        families = chinese.chinese_families()
        drawn = [pixels(sign, families) for sign in "湘潭州"]
    finally:
        chinese.chinese_families.cache_clear()
    assert families[0].startswith("Noto Sans CJK")
    blank = [(one < 128).sum() for one in drawn]
    assert min(blank) > 100
    # a font that lacks them draws one and the same box for all
    assert (drawn[0] != drawn[1]).any() and (drawn[1] != drawn[2]).any()


def test_without_font_and_package_the_error_names_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chinese, "PREFERRED", ("No Such Family",))
    monkeypatch.setattr(chinese, "PACKAGE", "no_such_package")
    chinese.chinese_families.cache_clear()
    try:
        with pytest.raises(MissingExtraError, match=r"urbgeo\[figures\]"):
            chinese.chinese_families()
    finally:
        chinese.chinese_families.cache_clear()


def test_the_plainest_of_the_fonts_that_are_here_stands_first(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import font_manager

    here = [SimpleNamespace(name=one) for one in ("SimSun", "DejaVu Sans", "SimHei", "PingFang SC")]
    monkeypatch.setattr(font_manager, "fontManager", SimpleNamespace(ttflist=here))
    chinese.chinese_families.cache_clear()
    try:
        assert chinese.chinese_families() == ["PingFang SC", "DejaVu Sans"]
    finally:
        chinese.chinese_families.cache_clear()
