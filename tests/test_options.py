"""Options refuse what makes no sense; one thread is one thread, and only there."""

from __future__ import annotations

import threading

import pytest

from urbgeo.errors import InputError
from urbgeo.options import (
    Options,
    check_memory,
    fits_memory,
    one_thread,
    options,
    progress_bar,
    thread_count,
    with_progress,
)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("bars", True, "no option 'bars'; there are progress, threads, memory_gb, language"),
        ("threads", -1, "not a int that makes sense"),
        ("threads", 2.0, "not a int"),
        ("progress", 1, "not a bool"),
        ("memory_gb", "8", "not a float"),
        ("memory_gb", -1.0, "-1.0 is not a float that makes sense"),
        ("memory_gb", float("nan"), "nan is not a float that makes sense"),
        ("memory_gb", float("inf"), "inf is not a float that makes sense"),
        ("language", "fr", "'fr' is not spoken; give en or zh|give zh or en"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(name: str, value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        setattr(Options(), name, value)


def test_one_thread_holds_for_its_own_thread_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "threads", 3)
    seen: list[int] = []
    with one_thread():
        assert thread_count() == 1
        with one_thread():
            pass
        assert thread_count() == 1  # the inner one leaves the outer one standing
        other = threading.Thread(target=lambda: seen.append(thread_count()))
        other.start()
        other.join()
    assert (thread_count(), seen) == (3, [3])


def test_progress_changes_no_item() -> None:
    assert list(with_progress(range(3), total=3, what="counting")) == [0, 1, 2]


def test_the_options_are_those_that_are_told() -> None:
    mine = Options()
    assert (mine.progress, mine.threads, mine.memory_gb, mine.language) == (True, 0, 0.0, "")
    mine.threads, mine.memory_gb = 0, 0.5
    assert (mine.threads, mine.memory_gb) == (0, 0.5)


def test_memory_has_a_closed_bound_in_gigabytes_and_none_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "memory_gb", 2.0)
    assert fits_memory(2e9) and not fits_memory(2e9 + 1)
    check_memory(2e9, "a table", "Take less")
    with pytest.raises(
        InputError, match=r"a table: about 2\.5 GB are needed .* allows 2\. Take less, or raise"
    ):
        check_memory(2.5e9, "a table", "Take less")
    monkeypatch.setattr(options, "memory_gb", 0.0)
    assert fits_memory(1e18)


def test_bars_wait_a_second_and_none_is_shown_alone_or_where_they_are_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(options, "progress", True)
    for bar in (progress_bar(total=3, what="x"), with_progress(range(3), total=3, what="x")):
        assert not bar.disable and bar.delay == 1.0 and bar.total == 3 and not bar.leave
    with one_thread():
        assert progress_bar(total=3, what="x").disable
    monkeypatch.setattr(options, "progress", False)
    assert progress_bar(total=3, what="x").disable and with_progress([1], total=1, what="x").disable
