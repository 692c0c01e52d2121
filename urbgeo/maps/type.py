"""Chinese type for figures: found on this machine, or shipped by a dependency."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from urbgeo.errors import MissingExtraError

PREFERRED = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "Microsoft YaHei",
    "PingFang SC", "Hiragino Sans GB", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Noto Sans CJK JP", "Noto Sans CJK TC", "Arial Unicode MS", "SimSun",
)  # fmt: skip
"""Families with Chinese letters, the plainest first."""

PACKAGE = "cvttf_NotoSansCJK_Regular"
"""A package that ships Noto Sans CJK (SIL Open Font License)."""


@lru_cache(maxsize=1)
def chinese_families() -> list[str]:
    """Font families for a figure: the Chinese one first, matplotlib's own for what it lacks.

    Raises
    ------
    MissingExtraError
        When this machine has no Chinese font and the package that ships one is not installed.
    """
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    found = next((name for name in PREFERRED if name in known), None)
    return [found or _shipped(), "DejaVu Sans"]


def _shipped() -> str:
    from matplotlib import font_manager

    spec = find_spec(PACKAGE)
    folders = [Path(one) for one in (spec.submodule_search_locations or ())] if spec else []
    files = [file for folder in folders for file in sorted(folder.glob("*.otf"))]
    if not files:
        raise MissingExtraError("cvttf-notosanscjk-regular", "figures", "Chinese type in figures")
    font_manager.fontManager.addfont(files[0])
    return str(font_manager.FontProperties(fname=files[0]).get_name())
