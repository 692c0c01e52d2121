"""The same answers under every named set of speeds, side by side."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from urbgeo.study.absent import Absent, LeftOutError, why_absent
from urbgeo.study.answers import Answers
from urbgeo.study.bands import Bands, bands_of
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


def under(members: list[str], share: float) -> Any:
    """Answers under one set: who is in, and a share."""
    table = pd.DataFrame(
        {"member": [one in members for one in "abc"], "minutes": [10.0, 50.0, 61.0]}, list("abc")
    )
    circle = SimpleNamespace(table=table, members=pd.Index(members))
    return SimpleNamespace(circle=circle, prefectures=SimpleNamespace(share=share))


def test_a_figure_is_told_under_every_set_in_their_order() -> None:
    bands = Bands({"slow": under(["a"], 0.25), "fast": under(["a", "b"], 0.75)}, None)  # type: ignore[arg-type]
    assert bands.of(lambda one: len(one.circle.members)).to_dict() == {"slow": 1.0, "fast": 2.0}
    assert bands.of(lambda one: one.prefectures.share).index.tolist() == ["slow", "fast"]


def test_without_a_circle_under_one_set_its_band_is_absent_with_that_reason() -> None:
    gone: Any = SimpleNamespace(circle=Absent("circle", "no core"))
    bands = bands_of({"slow": under(["a"], 0.5), "fast": gone})
    assert why_absent(bands.circle) == "no core" and list(bands.by_set) == ["slow", "fast"]
    with pytest.raises(LeftOutError, match="no core"):
        _ = bands.always
    with pytest.raises(LeftOutError, match="no core"):
        _ = bands.sometimes


def test_zones_that_come_and_go_stand_those_in_under_most_sets_first(answers: Answers) -> None:
    some = answers.bands.sometimes
    assert some["inside"].is_monotonic_decreasing and some["inside"].between(1, 2).all()
    assert not set(some.index) & set(answers.bands.always)
