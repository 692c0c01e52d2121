"""The report in Markdown: every section there or said to be left out, names as text."""

from __future__ import annotations

from urbgeo.study.answers import Answers
from urbgeo.study.report import report_text


def test_the_report_says_what_is_modelled_and_estimated(answers: Answers) -> None:
    text = report_text(answers)
    assert "All minutes are modelled, none is observed." in text
    assert "are estimates that keep the published" in text
    for speed in ("| 高速公路 expressway | 100 |", "`max_snap_km` = 15", "`buffer_min` = 30"):
        assert speed in text
    assert "湘阴县 Xiangyin" in text
