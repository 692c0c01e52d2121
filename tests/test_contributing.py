"""The worked examples of CONTRIBUTING run as printed: what they assert holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from urbgeo.indicators.catalogue import MEASURES

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)


def test_a_measure_a_source_and_an_indicator_are_added_as_the_examples_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = dict(MEASURES)
    # dataclasses look their module up by name
    names: dict[str, object] = {"__name__": "tests.test_contributing"}
    try:
        for place, block in enumerate(BLOCKS, 1):
            exec(compile(block, f"CONTRIBUTING.md, block {place}", "exec"), names)
        assert set(MEASURES) - set(before) == {"airport_half_hour"}
    finally:
        MEASURES.clear()
        MEASURES.update(before)
    assert {"Shortfall", "shortfall", "read_hospitals", "airport_half_hour"} <= set(names)


@pytest.mark.parametrize("wrong", ["clip(upper=0)", "clip(lower=1)"])
def test_the_known_answer_of_the_measure_tells_a_broken_one(wrong: str) -> None:
    broken = BLOCKS[0].replace("clip(lower=0)", wrong)
    assert broken != BLOCKS[0]
    names: dict[str, object] = {"__name__": "tests.test_contributing"}
    exec(broken, names)
    with pytest.raises(AssertionError):
        exec(BLOCKS[1], names)
