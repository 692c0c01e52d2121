"""Names of arrays mean what kernels are compiled for: their bytes and whether they hold signs."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from urbgeo import types


def kind(alias: object) -> np.dtype:
    (scalar,) = get_args(get_args(alias)[1])
    return np.dtype(scalar)


@pytest.mark.parametrize(
    ("name", "sort", "size"),
    [("Floats", "f", 8), ("Singles", "f", 4), ("Ints", "i", 8), ("Ints32", "i", 4), ("Bytes", "u", 1),
     ("Flags", "b", 1), ("Shapes", "O", 8)],
)  # fmt: skip
def test_each_name_is_an_array_of_one_kind(name: str, sort: str, size: int) -> None:
    found = kind(getattr(types, name))
    assert (found.kind, found.itemsize) == (sort, size)
