"""Numbers of documents: each with its source and year, under the name of its constant."""

from __future__ import annotations

import pytest

from urbgeo import standards
from urbgeo.errors import InputError


def test_every_number_has_a_source_a_plausible_year_and_the_name_of_its_constant() -> None:
    table = standards.standards_table()
    assert table.index.is_unique and len(table) > 50
    assert table["source"].str.len().gt(3).all()
    assert table["year"].between(1980, 2026).all()
    constants = [name for name in table.index if hasattr(standards, name)]
    for name in constants:
        value = getattr(standards, name)
        if isinstance(value, float | int):
            assert value == table.at[name, "value"], name
    assert len(constants) > 0.5 * len(table)  # others are members of tuples


def test_a_number_that_was_not_read_says_so() -> None:
    assert not standards.standard("EXPANSION_MULTIPLE").confirmed
    assert standards.standard("AIRPORT_MIN").confirmed


def test_an_unknown_name_is_refused_with_where_to_look() -> None:
    with pytest.raises(InputError, match=r"'AIRPORT' is unknown; standards_table\(\) lists all"):
        standards.standard("AIRPORT")
