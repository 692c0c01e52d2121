"""Every headline says what the tables say, in two languages, with what of it is estimated."""

from __future__ import annotations

import numpy as np

from urbgeo.study.answers import Answers
from urbgeo.study.headlines import headlines


def test_headline_figures_come_from_the_tables(answers: Answers) -> None:
    circle, airports, reached, towns = (en for _, en in headlines(answers))
    assert f"{answers.circle.table['member'].sum()} counties" in circle
    assert f"{answers.prefectures.table['covered'].sum()} of 14 prefecture seats" in airports
    minutes = answers.reach.minutes["best"].to_numpy()
    share = ((minutes <= 120) & ~np.eye(14, dtype=bool)).sum() / (14 * 13)
    assert f"by the better of road and rail, centre to centre {share:.1%}" in reached
    assert (
        f"{(answers.towns.table['minutes_interchange'] <= 30).mean():.0%} within 30 min of an interchange"
        in towns
    )
