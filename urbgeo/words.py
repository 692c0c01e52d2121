"""One reader each for the words that planners write: yes and no."""

from __future__ import annotations

import numpy as np
import pandas as pd

from urbgeo.errors import InputError, some_of
from urbgeo.types import Flags


def yes_no(frame: pd.DataFrame, name: str, column: str) -> Flags:
    """A column of True and False; missing is False, anything else (a "no" would read as True) is refused."""
    values = frame[column]
    plain = values.isna() | values.isin([True, False])
    if not plain.all():
        raise InputError(
            f"{name}: {column} is neither True nor False at {some_of(frame.index[~plain])} "
            f"({some_of(values[~plain].unique(), 3)}); compare it with what means yes."
        )
    return np.asarray(values.eq(True).fillna(False), bool)
