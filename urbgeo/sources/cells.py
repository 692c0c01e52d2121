"""Cells of a table of text: what separates them, and which of them are numbers."""

from __future__ import annotations

from collections import Counter

import pandas as pd

SEPARATORS = ("\t", ";", "|", ",")
"""Commas last: they stand in numbers too."""

_DECIMAL_COMMA = r"-?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"
_SURE_COMMA = r"-?\d+,(\d{1,2}|\d{4,})|-?\d{1,3}(\.\d{3})+,\d+"


def separator_of(text: str) -> str:
    """The one of :data:`SEPARATORS` that stands equally often in most lines; titles above have none."""
    lines = [line for line in text.splitlines() if line.strip()]
    alike = {
        sign: max(Counter(count for line in lines if (count := line.count(sign))).values(), default=0)
        for sign in SEPARATORS
    }
    return max(SEPARATORS, key=lambda sign: alike[sign])


def numbered(table: pd.DataFrame, *, decimal_commas: bool) -> pd.DataFrame:
    """A table of texts with numbers where a whole column is plainly such.

    With ``decimal_commas`` 1,5 is a number too, if one cell of the table can be nothing else.
    """
    columns = [table.iloc[:, place] for place in range(table.shape[1])]
    commas = decimal_commas and any(_says(one, _DECIMAL_COMMA, _SURE_COMMA) for one in columns)
    for place, values in enumerate(columns):
        table.isetitem(place, _numbers(_with_points(values) if commas else values))
    return table


def _says(values: pd.Series, form: str, surely: str) -> bool:
    """Whether all texts are of a form, and one can be nothing else."""
    said = values.dropna().str.strip()
    return bool(said.str.fullmatch(form).all() and said.str.fullmatch(surely).any())


def _with_points(values: pd.Series) -> pd.Series:
    """A column of a table with decimal commas as others write it: 1.234 is a thousand there."""
    said = values.dropna().str.strip()
    if not said.str.fullmatch(_DECIMAL_COMMA).all() or said.str.fullmatch(r"-?\d{1,3},\d{3}").any():
        return values
    return values.str.strip().str.replace(".", "").str.replace(",", ".")


def _numbers(values: pd.Series) -> pd.Series:
    """The column as numbers where every text is one; 0731 is a code and stays text."""
    said = values.dropna().str.strip()
    if said.empty or not said.str.fullmatch(r"-?(0|[1-9]\d{0,14})(\.\d+)?([eE][+-]?\d+)?").all():
        return values
    return pd.to_numeric(values.str.strip())
