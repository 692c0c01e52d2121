"""The page of a scorecard: its lines of one target over the years."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from urbgeo.maps.scorecard_page import _spark


def test_more_is_drawn_higher_and_later_farther_right_with_the_target_on_the_same_scale() -> None:
    row = pd.Series({"target": 30.0, "target_year": 2035.0})
    svg = _spark(pd.Series({2015: 10.0, 2020: np.nan, 2025: 20.0}), row)
    line = re.search(r'polyline points="([^"]+)"', svg)
    assert line is not None
    (x, y), (later, higher) = (map(float, one.split(",")) for one in line[1].split(" "))
    assert x < later and higher < y, "down is more in a picture"
    aim = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="3"', svg)
    assert [tuple(map(float, one)) for one in aim] == [(2 * later - x, 2 * higher - y)]
    assert "2015: 10, 2025: 20" in svg
