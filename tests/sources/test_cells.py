"""What separates the cells of a text, and which of them are numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from urbgeo.sources.cells import numbered, separator_of


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a,b\n1,2\n3,4", ","),
        ("a;b;c\n1,5;2,5;x\n3,0;4,0;y", ";"),
        ("a\tb\n1,234\t5\n6,789\t1", "\t"),
        ("a|b\n1|2", "|"),
        ("人口，单位：人\n县;人口\n甲;1\n乙;2", ";"),
        ("alone\n1\n2", "\t"),
    ],
)
def test_the_sign_that_stands_alike_in_most_lines_separates(text: str, sign: str) -> None:
    assert separator_of(text) == sign


def test_decimal_commas_are_points_where_one_cell_can_be_nothing_else() -> None:
    given = pd.DataFrame({"people": ["1.234", "5.678"], "share": ["0,25", "0,5"], "code": ["0731", "0732"]})
    found = numbered(given.copy(), decimal_commas=True)
    assert found["people"].tolist() == [1234, 5678] and found["share"].tolist() == [0.25, 0.5]
    assert found["code"].tolist() == ["0731", "0732"]
    plain = numbered(given[["people"]].copy(), decimal_commas=True)
    assert plain["people"].tolist() == [1.234, 5.678]
