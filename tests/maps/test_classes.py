"""Colours by class or by category: which row gets which, and how the legend explains it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.maps import RAMPS, Categories, Classes
from urbgeo.maps.classes import NO_DATA, NO_DATA_COLOUR, PALETTE, _lightness, paint


def test_a_bound_belongs_to_the_class_below_it() -> None:
    frame = pd.DataFrame({"x": [30.0, np.nextafter(30.0, 31.0), 60.0, 60.1, np.inf, np.nan, -np.inf]})
    painted = paint(frame, Classes("x", (30, 60)), "frame")
    assert painted.codes.tolist() == [0, 1, 1, 2, 3, 4, 0]
    assert [row.count for row in painted.legend] == [2, 2, 1, 1, 1]


def test_the_legend_leaves_out_what_does_not_occur_above_the_last_break() -> None:
    painted = paint(pd.DataFrame({"x": [70.0]}), Classes("x", (30, 60, 90), unit="min"), "frame")
    assert [row.text for row in painted.legend] == ["≤ 30 min", "30–60 min", "60–90 min"]


def test_labels_keep_the_decimals_and_signs_of_the_breaks() -> None:
    assert Classes("x", (-10, 0.25, 1500)).labels == ["≤ -10", "-10 ~ 0.25", "0.25 ~ 1,500", "> 1,500"]


def test_a_ramp_of_ones_own_has_a_colour_more_than_breaks() -> None:
    shades = ["#111111", "#222222", "#333333", "#444444"]
    assert Classes("x", (30, 60), ramp=shades[:3]).colours == shades[:3]
    assert Classes("x", (30, 60), ramp=shades[:3], reverse=True).colours == shades[2::-1]
    for wrong in (shades[:2], shades):
        with pytest.raises(InputError, match=f"2 breaks need 3 colours, not {len(wrong)}"):
            Classes("x", (30, 60), ramp=wrong)


@pytest.mark.parametrize("ramp", RAMPS)
@pytest.mark.parametrize("breaks", [(1,), (1, 2, 3, 4, 5, 6, 7)])
def test_every_class_has_a_colour_of_its_own(ramp: str, breaks: tuple[float, ...]) -> None:
    there, back = Classes("x", breaks, ramp=ramp), Classes("x", breaks, ramp=ramp, reverse=True)
    assert len(set(there.colours)) == len(breaks) + 1
    assert there.colours == back.colours[::-1]


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ({}, "darker = higher"),
        ({"reverse": True}, "darker = lower"),
        ({"ramp": "viridis"}, "darker = lower"),
        ({"ramp": "PuOr"}, None),
    ],
)
def test_the_legend_says_what_dark_means(options: dict[str, object], note: str | None) -> None:
    said = paint(pd.DataFrame({"x": [1.0]}), Classes("x", (1, 2, 3, 4), **options), "frame").note
    assert said[1] == (note or "")


def test_values_without_a_category_are_counted_as_other_and_missing_ones_as_no_data() -> None:
    kinds = pd.Series(["G", "S", "X", None], dtype="category")
    items = [("S", "#112233", "省道", "S"), ("G", "#445566", "国道", "G"), ("Q", "#778899", "其余", "Q")]
    painted = paint(pd.DataFrame({"kind": kinds}), Categories("kind", items), "roads")
    assert painted.codes.tolist() == [1, 0, 3, 4]
    assert [row.count for row in painted.legend] == [1, 1, 0, 1, 1]


def test_too_many_values_for_the_palette_are_refused() -> None:
    with pytest.raises(InputError, match="9 values, more than the 8 colours"):
        paint(pd.DataFrame({"kind": list("abcdefghi")}), Categories("kind"), "roads")


def test_breaks_are_finite_numbers_that_rise() -> None:
    for wrong in ((30, np.inf), (np.nan, 30), (-np.inf, 30), (30, 30), ()):
        with pytest.raises(InputError, match="breaks"):
            Classes("x", wrong)


def test_numbers_written_as_text_are_read_and_others_named() -> None:
    frame = pd.DataFrame({"x": ["30", None, "61"]}, index=list("abc"))
    assert paint(frame, Classes("x", (30, 60)), "frame").codes.tolist() == [0, 4, 2]
    with pytest.raises(InputError, match="frame: x is not a number at b;"):
        paint(frame.assign(x=["30", "much", None]), Classes("x", (30, 60)), "frame")
    plain = paint(frame, "#123456", "frame")
    assert plain.codes.tolist() == [0, 0, 0] and [row.count for row in plain.legend] == [3]


def test_lightness_counts_green_most_and_blue_least() -> None:
    """The weights of BT.709."""
    assert _lightness("#ff0000") == pytest.approx(0.2126 * 255) and _lightness("#00ff00") == pytest.approx(
        0.7152 * 255
    )
    assert _lightness("#0000ff") == pytest.approx(0.0722 * 255) and _lightness("#102030") == pytest.approx(
        0.2126 * 16 + 0.7152 * 32 + 0.0722 * 48
    )


def test_values_found_are_coloured_in_turn_and_named_as_they_are() -> None:
    painted = paint(pd.DataFrame({"k": ["b", "a", None, "b"]}), Categories("k"), "frame")
    assert painted.codes.tolist() == [0, 1, 3, 0]
    assert [(row.colour, row.text, row.count) for row in painted.legend] == [
        (PALETTE[0], "b", 2), (PALETTE[1], "a", 1), (NO_DATA_COLOUR, NO_DATA, 1)
    ]  # fmt: skip
    eight = paint(pd.DataFrame({"k": list("abcdefgh")}), Categories("k"), "frame")
    assert len(eight.legend) == 8
