"""Answers that cannot be given say why to whoever asks, and survive a copy."""

from __future__ import annotations

import copy

import pytest

from urbgeo.study.absent import Absent, LeftOutError, attempt, told, why_absent


def test_an_absent_answer_says_why_to_whoever_asks() -> None:
    gone = attempt("reach", "one city", lambda: 1)
    assert isinstance(gone, Absent) and why_absent(gone) == "one city" and why_absent(5) == ""
    with pytest.raises(LeftOutError, match="reach is left out: one city"):
        _ = gone.table
    assert told(lambda: gone.summary, lambda error: error.why) == "one city"
    assert attempt("x", "", lambda: 1) == 1
    assert "one city" in repr(gone)


def test_it_can_be_copied_and_python_asks_it_for_nothing() -> None:
    gone = copy.copy(Absent("reach", "one city"))
    assert why_absent(gone) == "one city"
    assert not hasattr(gone, "__len__")
    error = copy.copy(LeftOutError("reach", "one city"))
    assert (error.name, error.why) == ("reach", "one city")
