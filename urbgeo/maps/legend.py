"""What the layer panel says of a layer: its names, the colours with their counts, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from urbgeo.maps.classes import LegendRow
from urbgeo.maps.fields import SPOKEN, number_text


def both(zh: str, en: str, *, tag: str = "span") -> str:
    """Two names side by side, of which the page's language switch can hide one."""
    if zh == en or not zh or not en:
        return f"<{tag}>{escape(zh or en)}</{tag}>"
    return f'<{tag} lang="zh">{escape(zh)}</{tag}> <span lang="en">{escape(en)}</span>'


def legend_html(
    names: tuple[str, str], rows: Sequence[str], notes: Sequence[tuple[str, str]], *, opacity: float | None
) -> str:
    """A layer's entry in the panel; what explains it is hidden with it. ``opacity`` adds a slider for it."""
    below = [*rows, *(f'<div class="ug-note">{both(*note)}</div>' for note in notes)]
    if opacity is not None:
        below.append(
            f'<div class="ug-fade">{both("不透明度", "Opacity")} <input type="range" min="0" max="100" '
            f'step="5" value="{100 * opacity:.0f}" aria-label="不透明度 Opacity" /></div>'
        )
    head = f'<span class="ug-name">{both(*names, tag="b")}</span>'
    return f'{head}<div class="ug-legend">{"".join(below)}</div>'


def filled_row(row: LegendRow, style: str, opacity: float) -> str:
    """A row whose swatch is as transparent as the shapes."""
    shade = f"background:{row.colour}{round(255 * opacity):02x};{style}"
    return _row(shade, row, f' data-c="{row.colour}"')


def stroked_row(row: LegendRow, style: str, opacity: float) -> str:
    """A row whose swatch is a line."""
    return _row(f"opacity:{opacity:g};{style} {row.colour}", row)


def size_row(text: str, style: str) -> str:
    """A row that explains the size of circles."""
    return f'<div class="ug-row"><i><s style="{style}"></s></i><span>{escape(text)}</span></div>'


def legend_outline(outline: str) -> str:
    """White outlines vanish on the white panel; there they are drawn grey."""
    return "#b4bac0" if outline.lower() == "#ffffff" else outline


def _row(style: str, row: LegendRow, data: str = "") -> str:
    zh, en = (row.zh, row.en) if row.en else SPOKEN.get(row.zh, (row.zh, row.zh))
    return (
        f'<div class="ug-row"><i><s style="{style}"{data}></s></i><span>{both(zh, en)}</span>'
        f"<em>{number_text(row.count)}</em></div>"
    )
