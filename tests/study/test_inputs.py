"""What a region is made of, and how one on invented roads is marked."""

from __future__ import annotations

import urbgeo
from urbgeo.study.inputs import on_invented_roads


def test_a_region_on_invented_roads_says_so_in_both_titles() -> None:
    hunan = urbgeo.load_region("hunan", zones=False)
    marked = on_invented_roads(hunan)
    assert (marked.title_zh, marked.title_en) == (
        "湖南省（在虚构道路上）",
        "Hunan province (on invented roads)",
    )
    assert hunan.title_en == "Hunan province"
