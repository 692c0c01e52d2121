"""The same answers under every named set of speeds, side by side."""

from __future__ import annotations

from urbgeo.study.answers import Answers
from urbgeo.study.report import report_text


def test_the_band_says_who_comes_and_goes(answers: Answers) -> None:
    bands = answers.bands
    assert list(bands.by_set) == ["accessibility literature", "technical standard", "peak"]
    assert set(bands.always) | set(bands.sometimes.index) == {
        zone for one in bands.by_set.values() for zone in one.circle.members
    }
    assert "430903" in bands.sometimes.index  # Heshan stands at the threshold
    assert "430181" in bands.always, "Liuyang, once the core is its districts and no pin"
    table = bands.circle.table
    assert (table["inside"] == sum(table[f"member {name}"].astype(int) for name in bands.by_set)).all()
    assert set(bands.by_set["peak"].circle.members) <= set(bands.by_set["technical standard"].circle.members)
    assert "probability" in report_text(answers)
