"""A chart of one line of text."""

from __future__ import annotations

import pandas as pd
import pytest

from urbgeo.study.series import BARS, FIGURES, spark


@pytest.mark.parametrize(
    ("values", "bars"),
    [([0.0, 50.0, 100.0], BARS[0] + BARS[4] + BARS[7]), ([0.0, 0.0], BARS[0] * 2), ([5.0], BARS[7])],
)
def test_a_chart_spans_from_nothing_to_the_highest(values: list[float], bars: str) -> None:
    assert spark(pd.Series(values)) == bars


def test_every_figure_has_two_names_and_shares_are_shown_in_per_cent() -> None:
    for zh, en, factor in FIGURES.values():
        assert zh and en
        assert (factor == 100.0) == zh.endswith("%") == en.endswith("%")
