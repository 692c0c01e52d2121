"""Weights of criteria: from pairwise judgements, or from the information in the layers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.errors import InputError
from urbgeo.land.suitability import suitability
from urbgeo.land.weights import ahp_weights, entropy_weights
from urbgeo.rasters.grid import Grid

UTM = 32649


def grid(values: object, cell: float = 100.0, crs: int = UTM) -> Grid:
    return Grid(np.asarray(values, dtype=None), Affine(cell, 0, 500_000, 0, -cell, 3_000_000), crs)


def judgements(*rows: list[float]) -> pd.DataFrame:
    names = list("abcdefgh")[: len(rows)]
    return pd.DataFrame(list(rows), names, names)


def test_weights_of_a_textbook_matrix() -> None:
    found = ahp_weights(judgements([1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]))
    assert found.weights.to_list() == pytest.approx([0.6370, 0.2583, 0.1047], abs=5e-5)
    assert found.largest_eigenvalue == pytest.approx(3.0385, abs=5e-5)
    assert found.ratio == pytest.approx(0.0332, abs=5e-5)
    assert found.consistent


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=8))
def test_consistent_judgements_give_their_weights_back(raw: list[float]) -> None:
    weights = np.array(raw) / np.sum(raw)
    found = ahp_weights(judgements(*(weights[:, None] / weights[None, :]).tolist()))
    np.testing.assert_allclose(found.weights, weights, rtol=1e-8)
    assert abs(found.ratio) < 1e-9


def test_contradicting_judgements_are_refused() -> None:
    circle = ahp_weights(judgements([1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]))
    assert not circle.consistent
    layers = {"a": grid([[1.0]]), "b": grid([[1.0]]), "c": grid([[1.0]])}
    grades = pd.DataFrame({"layer": list("abc"), "from": 0.0, "to": 2.0, "score": 50.0})
    with pytest.raises(InputError, match="contradict each other"):
        suitability(layers, weights=circle, grades=grades)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1, 2], [2, 1]], "not reciprocal at a/b"),
        ([[1, -2], [-0.5, 1]], "not finite and > 0"),
    ],
)
def test_matrices_that_are_no_judgements_are_refused(rows: list[list[float]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ahp_weights(judgements(*rows))


def test_entropy_weights_by_hand() -> None:
    a, b = np.array([[1.0, 3.0]]), np.array([[2.0, 2.0]])
    share = a.ravel() / 4
    told = 1 + (share * np.log(share)).sum() / np.log(2)
    assert told > 0
    assert entropy_weights({"a": grid(a), "b": grid(b)}).to_dict() == pytest.approx({"a": 1.0, "b": 0.0})
    both = entropy_weights({"a": grid(a), "b": grid(a[:, ::-1].copy())})
    assert both.to_list() == pytest.approx([0.5, 0.5])
    with pytest.raises(InputError, match="same everywhere"):
        entropy_weights({"b": grid(b)})
