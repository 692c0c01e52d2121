"""A report as one page: words, pictures and tables; offline, in two languages, for the screen and for A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from urbgeo.errors import InputError
from urbgeo.maps.base import packaged
from urbgeo.maps.charts import Both
from urbgeo.maps.pictures import Picture
from urbgeo.maps.scorecard_page import SWITCH

MOST_BYTES = 12_000_000
"""A larger page is refused: browsers and mail no longer take it."""


@dataclass(frozen=True, eq=False)
class Grid:
    """A table: heads and cells in one language or two, the columns that hold numbers, a caption."""

    heads: Sequence[Both]
    rows: Sequence[Sequence[str | Both]]
    numbers: frozenset[int] = frozenset()
    caption: Both = ("", "")


@dataclass(frozen=True, eq=False)
class Section:
    """One question: what was found in words, pictures, tables, notes; ``html`` is markup that is safe."""

    title: Both
    lines: Sequence[Both] = ()
    pictures: Sequence[Picture] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[Both] = ()
    html: Markup = Markup()  # noqa: RUF009


@dataclass(frozen=True, eq=False)
class Page:
    """The report; ``defs`` are shapes that its maps share."""

    title: Both
    sub: Both
    sections: Sequence[Section]
    footer: Sequence[Both] = ()
    defs: Markup = Markup()  # noqa: RUF009


def report_html(page: Page) -> str:
    """The page as text; names that hold markup are shown as they are written.

    Raises
    ------
    InputError
        When it grows over :data:`MOST_BYTES`.
    """
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    text = made.from_string(packaged("report.html")).render(
        page=page,
        style=Markup(packaged("scorecard.css") + packaged("report.css")),
        script=Markup(SWITCH),
    )
    size = len(text.encode())
    if size > MOST_BYTES:
        raise InputError(
            f"report: {size / 1e6:.1f} MB, more than the {MOST_BYTES / 1e6:g} MB a page may have; leave out "
            "units or layers, or hand in the GeoPackage beside it."
        )
    return text
