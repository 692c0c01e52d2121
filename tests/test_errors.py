"""Errors say what is wrong, where, and what to do; all faults of one input at once."""

from __future__ import annotations

import copy

import pytest

from urbgeo.errors import (
    Faults,
    InputError,
    MissingExtraError,
    SourceError,
    StorageError,
    UrbgeoError,
    some_of,
)


def test_faults_come_together_with_their_ids_and_remedies() -> None:
    faults = Faults("links")
    faults.raise_if_any()  # nothing noted, nothing raised
    faults.add("negative length", ids=["a", "b"], remedy="give kilometres > 0")
    faults.add("no class")
    with pytest.raises(InputError) as raised:
        faults.raise_if_any()
    assert raised.value.english == "links: negative length at a, b; give kilometres > 0; and no class."


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, ""),
        (2, "0, 1"),
        (10, "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
        (12, "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"),
    ],
)
def test_ten_ids_are_named_and_the_rest_counted(count: int, text: str) -> None:
    assert some_of(range(count)) == text


def test_a_missing_extra_names_it_and_survives_another_process() -> None:
    error = MissingExtraError("matplotlib", "figures", "Drawing")
    assert 'pip install "urbgeo[figures]"' in error.english
    again = copy.copy(error)  # by way of __reduce__, as between processes
    assert (type(again), again.english) == (MissingExtraError, error.english)
    assert "pip install numba" in MissingExtraError("numba", None, "Searching").english


def test_ours_are_also_what_a_program_expects_to_catch() -> None:
    assert issubclass(InputError, ValueError)
    assert issubclass(SourceError, OSError) and issubclass(StorageError, OSError)
    assert issubclass(MissingExtraError, ImportError)
    assert all(
        issubclass(one, UrbgeoError) for one in (InputError, SourceError, StorageError, MissingExtraError)
    )
