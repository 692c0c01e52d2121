"""Options refuse what makes no sense; one thread is one thread, and only there."""

from __future__ import annotations

import threading

import pytest

from urbgeo.errors import InputError
from urbgeo.options import Options, one_thread, options, thread_count, with_progress


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
