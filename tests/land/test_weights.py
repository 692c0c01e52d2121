"""Weights of criteria: from pairwise judgements, or from the information in the layers."""

from __future__ import annotations

from dataclasses import replace

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


def test_judgements_must_be_a_square_of_named_criteria() -> None:
    square = judgements([1, 2], [0.5, 1])
    for asked, message in (
        (None, "judgements: a square DataFrame is needed, not NoneType"),
        (square.iloc[:, ::-1], "index and columns must name the same criteria"),
        (square.iloc[:1], "index and columns must name the same criteria"),
        (square.iloc[:0, :0], "index and columns must name the same criteria"),
        (square.set_axis(["a", "a"]).set_axis(["a", "a"], axis=1), "index and columns must name the same"),
        (square.replace({0.5: "half"}), "not finite and > 0"),
        (pd.DataFrame(np.ones((12, 12))), "12 criteria; the random index is known up to 11; group them"),
    ):
        with pytest.raises(InputError, match=message):
            ahp_weights(asked)
    assert ahp_weights(pd.DataFrame(np.ones((11, 11)))).weights.tolist() == pytest.approx([1 / 11] * 11)
    alone = ahp_weights(judgements([1]))
    assert (alone.weights.tolist(), alone.index, alone.ratio) == ([1.0], 0.0, 0.0) and alone.consistent
    bound = ahp_weights(judgements([1, 2], [0.5, 1]))
    assert not replace(bound, ratio=0.1).consistent and replace(bound, ratio=0.0999).consistent
    rounded = judgements([1, 3, 3], [0.33, 1, 1], [0.34, 1, 1])
    with pytest.raises(InputError, match="not reciprocal at a/c; entry"):
        ahp_weights(rounded)
    assert ahp_weights(rounded.replace({0.34: 0.33})).weights.sum() == pytest.approx(1.0)


def test_layers_that_say_nothing_have_no_weights() -> None:
    one, void = grid([[1.0, np.nan]]), grid([[0.0, 0.0]])
    for asked, message in (
        ({}, "scores: give grids by name"),
        ([one], "scores: give grids by name"),
        ({"a": one}, "fewer than two cells have a value in every layer"),
        ({"a": grid([[1.0, -0.1]])}, "'a' is negative somewhere, or zero everywhere"),
        ({"a": grid([[1.0, 2.0]]), "b": void}, "'b' is negative somewhere, or zero everywhere"),
        ({"a": grid([[1.0, 2.0]]), "b": grid([[1.0]])}, "has other cells"),
    ):
        with pytest.raises(InputError, match=message):
            entropy_weights(asked)
    # Where one layer has no value the others count not: 1 and 3 of a remain.
    gaps = entropy_weights({"a": grid([[1.0, 3.0, 500.0]]), "b": grid([[3.0, 1.0, np.nan]])})
    assert gaps.tolist() == pytest.approx([0.5, 0.5])
    # All in one cell tells 1; a quarter and three quarters tell 1 - 0.8113 (binary entropy of 1/4).
    told = entropy_weights({"a": grid([[0.0, 4.0]]), "b": grid([[1.0, 3.0]])})
    assert told.tolist() == pytest.approx([1 / 1.188722, 0.188722 / 1.188722], rel=1e-5)
