"""Colours by class or by category: which row gets which, and how the legend explains it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from branca.colormap import LinearColormap, linear
from numpy.typing import NDArray

from urbgeo.checks import check_choice, check_columns
from urbgeo.errors import InputError, some_of
from urbgeo.maps.fields import NO_DATA, UNREACHABLE, number_text

ACCENT = "#c8452d"
"""Vermilion, for what needs attention: uncovered, unreachable."""

NO_DATA_COLOUR = "#cfd2d6"
OTHER_COLOUR = "#9aa0a6"

PALETTE = ("#3b6ea5", "#e0a030", "#4b9b7f", "#b5679a", "#86bfe0", "#8c6d46", "#5e5a9e", "#a9b34a")
"""For categories: after Okabe and Ito (2008), muted; told apart by colour-blind readers."""

RAMPS: dict[str, LinearColormap] = {
    name: getattr(linear, name if name == "viridis" else f"{name}_09")
    for name in ("YlGnBu", "YlOrBr", "PuBu", "viridis", "PuOr", "BrBG")
}
"""Colour ramps told apart by colour-blind readers; the last two diverge from a middle."""

_DIVERGING = ("PuOr", "BrBG")
_PALEST, _DARKEST = 0.14, 0.84


@dataclass(frozen=True)
class Classes:
    """Numbers in classes with closed upper bounds: ``breaks=(30, 60)`` gives <= 30, 30-60 and > 60.

    ``ramp`` is a name in ``RAMPS`` or one ``#rrggbb`` colour per class (one more than breaks);
    ``reverse`` turns it round. ``inf`` and NaN get colours of their own, named in the legend.

    Raises
    ------
    InputError
        When the breaks do not rise, or the ramp is unknown or has the wrong number of colours.
    """

    by: str
    breaks: Sequence[float]
    ramp: str | Sequence[str] = field(default="YlGnBu", kw_only=True)
    unit: str = field(default="", kw_only=True)
    reverse: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        breaks = np.asarray(self.breaks, dtype=float)
        if (
            breaks.ndim != 1
            or not len(breaks)
            or not np.isfinite(breaks).all()
            or (np.diff(breaks) <= 0).any()
        ):
            raise InputError(f"breaks: {self.breaks!r} must be finite numbers that rise, e.g. (30, 60, 90).")
        if isinstance(self.ramp, str):
            check_choice(self.ramp, "ramp", list(RAMPS))
            return
        if len(self.ramp) != len(breaks) + 1:
            raise InputError(
                f"ramp: {len(breaks)} breaks need {len(breaks) + 1} colours, not {len(self.ramp)}."
            )
        for colour in self.ramp:
            check_colour(colour, "ramp")

    @property
    def colours(self) -> list[str]:
        """One colour per class, lowest class first."""
        if isinstance(self.ramp, str):
            ends = (0.05, 0.95) if self.ramp in _DIVERGING else (_PALEST, _DARKEST)
            scale = RAMPS[self.ramp].scale(0, 1)
            found = [scale.rgb_hex_str(at) for at in np.linspace(*ends, len(self.breaks) + 1)]
        else:
            found = list(self.ramp)
        return found[::-1] if self.reverse else found

    @property
    def labels(self) -> list[str]:
        """One label per class, lowest class first, with the unit."""
        ends = [number_text(value, digits=_exact_digits(value)) for value in self.breaks]
        dash = "–" if min(self.breaks) >= 0 else " ~ "
        bounds = [
            f"≤ {ends[0]}",
            *(f"{low}{dash}{high}" for low, high in pairwise(ends)),
            f"> {ends[-1]}",
        ]
        return [f"{text} {self.unit}".rstrip() for text in bounds]


@dataclass(frozen=True)
class Categories:
    """One colour for each value of a column.

    ``items`` holds ``(value, colour, zh, en)`` in legend order; values not named there are drawn
    grey as "other". Without items the values found are coloured in turn (at most eight).

    Raises
    ------
    InputError
        When a colour is not ``#rrggbb``.
    """

    by: str
    items: Sequence[tuple[object, str, str, str]] = ()

    def __post_init__(self) -> None:
        for _, colour, _, _ in self.items:
            check_colour(colour, f"colour of a category of {self.by}")


@dataclass(frozen=True)
class LegendRow:
    """A colour, the text beside it (in both languages where it has two), and how many rows have it."""

    colour: str
    zh: str
    count: int
    en: str = ""

    @property
    def text(self) -> str:
        """Both names in one line."""
        return " ".join(dict.fromkeys(one for one in (self.zh, self.en) if one))


@dataclass(frozen=True, eq=False)
class Painted:
    """Colours of a layer: ``codes`` has one position in ``colours`` per row of the frame."""

    codes: NDArray[np.intp]
    colours: tuple[str, ...]
    legend: tuple[LegendRow, ...]
    note: tuple[str, str] = ("", "")


def paint(frame: pd.DataFrame, colour: str | Classes | Categories, name: str) -> Painted:
    """Give every row its colour.

    Raises
    ------
    InputError
        When the column is missing, is not numeric for Classes, or has too many values for Categories.
    """
    if isinstance(colour, Classes):
        return _paint_classes(frame, colour, name)
    if isinstance(colour, Categories):
        return _paint_categories(frame, colour, name)
    check_colour(colour, "colour")
    return Painted(np.zeros(len(frame), dtype=np.intp), (colour,), (LegendRow(colour, "", len(frame)),))


def check_colour(colour: str, name: str) -> None:
    """Refuse what is not a ``#rrggbb`` colour."""
    if not isinstance(colour, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise InputError(f"{name}: {colour!r} is no colour; write it as #rrggbb, e.g. {ACCENT}.")


def numbers_of(frame: pd.DataFrame, column: str, name: str) -> NDArray[np.float64]:
    """A column as floats with NaN where missing; refuse text, naming the rows."""
    check_columns(frame, name, [column])
    numbers = pd.to_numeric(frame[column], errors="coerce")
    wrong = numbers.isna() & frame[column].notna()
    if wrong.any():
        raise InputError(
            f"{name}: {column} is not a number at {some_of(frame.index[wrong])}; "
            "colour it by Categories or convert it."
        )
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)


def _paint_classes(frame: pd.DataFrame, classes: Classes, name: str) -> Painted:
    values = numbers_of(frame, classes.by, name)
    codes = np.searchsorted(np.asarray(classes.breaks, dtype=float), values, side="left")
    top = len(classes.breaks)
    codes[np.isposinf(values)] = top + 1
    codes[np.isnan(values)] = top + 2
    colours = (*classes.colours, ACCENT, NO_DATA_COLOUR)
    counts = np.bincount(codes, minlength=len(colours))
    texts = (*classes.labels, UNREACHABLE, NO_DATA)
    legend = tuple(
        LegendRow(colours[at], texts[at], int(counts[at]))
        for at in range(len(colours))
        if at < top or counts[at]
    )
    return Painted(codes, colours, legend, _direction(classes.colours))


def _paint_categories(frame: pd.DataFrame, categories: Categories, name: str) -> Painted:
    check_columns(frame, name, [categories.by])
    column = frame[categories.by]
    items = categories.items or _items_found(column, name)
    position = {value: at for at, (value, *_) in enumerate(items)}
    known = column.astype(object).map(position).to_numpy(dtype=np.float64)
    unlisted = np.where(column.isna(), len(items) + 1, len(items))
    codes = np.where(np.isnan(known), unlisted, known).astype(np.intp)
    colours = (*(colour for _, colour, _, _ in items), OTHER_COLOUR, NO_DATA_COLOUR)
    texts = (*((zh, en) for _, _, zh, en in items), ("其他 other", ""), (NO_DATA, ""))
    return Painted(codes, colours, _legend(codes, colours, texts, always=len(items)))


def _legend(
    codes: NDArray[np.intp], colours: Sequence[str], texts: Sequence[tuple[str, str]], *, always: int
) -> tuple[LegendRow, ...]:
    """One row for each of the first ``always`` colours, and for the others that occur."""
    counts = np.bincount(codes, minlength=len(colours)).tolist()
    rows = [LegendRow(one, zh, n, en) for one, (zh, en), n in zip(colours, texts, counts, strict=True)]
    return tuple(row for at, row in enumerate(rows) if at < always or row.count)


def _items_found(column: pd.Series, name: str) -> list[tuple[object, str, str, str]]:
    found = list(column.dropna().unique())
    if len(found) > len(PALETTE):
        raise InputError(
            f"{name}: {column.name} has {len(found)} values, more than the {len(PALETTE)} colours; "
            "name those that matter in items of Categories."
        )
    return [(value, colour, str(value), str(value)) for value, colour in zip(found, PALETTE, strict=False)]


def _direction(colours: Sequence[str]) -> tuple[str, str]:
    """What dark means, where the lightness runs one way."""
    steps = np.diff([_lightness(colour) for colour in colours])
    if (steps < 0).all():
        return "颜色越深数值越大", "darker = higher"
    return ("颜色越深数值越小", "darker = lower") if (steps > 0).all() else ("", "")


def _lightness(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _exact_digits(value: float) -> int:
    """Decimals a bound was written with."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])
