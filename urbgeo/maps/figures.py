"""Any result as a figure for print: Chinese type, north arrow, scale bar, legend and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.arguments import check_titles
from urbgeo.checks import check_choice, check_crs
from urbgeo.crs import metric_crs
from urbgeo.errors import InputError, MissingExtraError
from urbgeo.files import written_whole
from urbgeo.maps.chart_paper import CHARTS, asked_chart, draw_chart
from urbgeo.maps.charts import Chart
from urbgeo.maps.classes import LegendRow, Painted, paint
from urbgeo.maps.drawing import Colour, Drawing, drawing_of
from urbgeo.maps.labels import field_of, text_of
from urbgeo.maps.type import chinese_families
from urbgeo.results import Result
from urbgeo.types import Floats

ENDINGS = (".png", ".svg", ".pdf")
MM_PER_INCH = 25.4
DPI = 300
SCREEN_DPI = 110
INK, PALE = "#2b3138", "#76808a"
FINENESS = 3000.0
"""Parts of a panel's width that a printed corner may be off by."""

MOST_LABELS = 160
"""Rows that are labelled by their names; more would be unreadable."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """The paper of a figure: size in millimetres, panels a row, whether rows are labelled by their names.

    ``under`` is drawn below everything, in pale grey: a base outline such as the counties of the region.
    """

    width_mm: float = 210.0
    height_mm: float = 148.0
    columns: int = 2
    labels: bool = True
    under: gpd.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        for name, least in (("width_mm", 50.0), ("height_mm", 40.0), ("columns", 1)):
            if not least <= getattr(self, name) <= 2000:
                raise InputError(f"{name}: {getattr(self, name)!r} is no size of a sheet.")
        if self.under is not None:
            check_crs(self.under, "under")


def plot_of(
    result: Result | Mapping[str, Result],
    *,
    by: str | Sequence[str] | None = None,
    colour: Colour | None = None,
    places: gpd.GeoDataFrame | None = None,
    title: str | tuple[str, str] | None = None,
    sheet: Sheet | None = None,
    kind: str = "map",
) -> Any:
    """A result as a static figure: a map, or a chart; several columns or results as small multiples.

    Parameters
    ----------
    result
        One result, or results by the title of their panel (years, scenarios): all panels share colours.
    by
        Column to colour by; a list of columns gives a panel each.
    colour, places, title
        As for :func:`urbgeo.maps.results.map_of`.
    sheet
        Paper, panels a row, labels and the outline below.
    kind
        ``"map"``, or a chart: ``"profile"`` (share of people by the minutes of ``by``), ``"lorenz"`` (of the
        amounts a head in ``by``), ``"rank"`` (cities by rank and people), ``"series"`` (a scorecard's rows by
        year). Several results, years or scenarios, stand on common axes.

    Returns
    -------
    matplotlib.figure.Figure
        For :func:`save_figure`, or ``.savefig``.

    Raises
    ------
    InputError
        Where there is nothing to draw.
    MissingExtraError
        Without matplotlib, or where no Chinese font is found or shipped.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from urbgeo.provenance import Provenance
    >>> from urbgeo.results import Result
    >>> class Found(Result):
    ...     table = gpd.GeoDataFrame(
    ...         {"minutes": [12.0, 75.0]}, geometry=gpd.points_from_xy([113, 114], [28, 27]), crs=4326
    ...     )
    ...     provenance = Provenance()
    >>> len(plot_of(Found(), by=["minutes", "minutes"]).axes)
    2
    """
    sheet = sheet or Sheet()
    check_choice(kind, "kind", ("map", *CHARTS))
    if kind != "map":
        titles = None if title is None else check_titles(title)
        return _chart_figure(asked_chart(result, kind, by, titles), sheet)
    panels = _panels(result, by, colour, places)
    colour = colour or _shared_colour([drawing for _, drawing in panels])
    first = panels[0][1]
    with _style():
        figure = _figure(sheet)
        _write_title(figure, first.titles if title is None else check_titles(title))
        _write_sources(figure, first.sources)
        painted = _draw_panels(figure, panels, colour, sheet)
        _write_legend(figure, painted, first.shown, colour)
    return figure


def _chart_figure(chart: Chart, sheet: Sheet) -> Any:
    """A chart on the same paper as a map."""
    with _style():
        figure = _figure(sheet)
        _write_title(figure, chart.title)
        draw_chart(figure.add_axes((0.09, 0.13, 0.86, 0.7)), chart)
    return figure


def save_figure(figure: Any, path: Path | str, *, dpi: int = DPI) -> Path:
    """Write a figure as PNG, SVG or PDF by the ending, at print size, whole or not at all.

    Raises
    ------
    InputError
        For another ending.
    """
    path = Path(path)
    check_choice(path.suffix.lower(), "ending", ENDINGS)
    with written_whole(path) as part, _style():
        figure.savefig(part, dpi=dpi)
    return path


def _style() -> Any:
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtraError("matplotlib", "figures", "Drawing figures") from error
    return matplotlib.rc_context(
        {
            "font.family": chinese_families(),
            "font.size": 8,
            "text.color": INK,
            "axes.unicode_minus": False,
            "svg.hashsalt": "urbgeo",
            "pdf.fonttype": 42,
        }
    )


@cache
def _showing_itself() -> Any:
    """Figures that Jupyter shows without pyplot, which alone would teach it how."""
    from matplotlib.figure import Figure

    class Printed(Figure):
        def _repr_png_(self) -> bytes:
            page = BytesIO()
            with _style():
                self.savefig(page, format="png", dpi=SCREEN_DPI, metadata={"Software": None})
            return page.getvalue()

    return Printed


def _figure(sheet: Sheet) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = _showing_itself()(
        figsize=(sheet.width_mm / MM_PER_INCH, sheet.height_mm / MM_PER_INCH), facecolor="white"
    )
    FigureCanvasAgg(figure)
    return figure


def _panels(
    result: Result | Mapping[str, Result],
    by: str | Sequence[str] | None,
    colour: Colour | None,
    places: gpd.GeoDataFrame | None,
) -> list[tuple[str, Drawing]]:
    if isinstance(result, Mapping):
        if not result:
            raise InputError("result: no results; give at least one, by the title of its panel.")
        one = by if isinstance(by, str) or by is None else by[0]
        return [
            (str(name), drawing_of(each, by=one, colour=colour, places=places))
            for name, each in result.items()
        ]
    if by is None or isinstance(by, str):
        return [("", drawing_of(result, by=by, colour=colour, places=places))]
    return [(text_of(field_of(one)), drawing_of(result, by=one, colour=None, places=places)) for one in by]


def _shared_colour(drawings: list[Drawing]) -> Colour:
    """The colours of all panels together: equal values look alike in each."""
    from urbgeo.maps.drawing import colours_of

    first = drawings[0]
    if len(drawings) == 1 or first.shown is None:
        return first.colour
    values = [frame[drawing.shown] for drawing in drawings for frame in drawing.frames.values()]
    return colours_of(pd.concat(values, ignore_index=True), first.shown)


def _draw_panels(
    figure: Any, panels: list[tuple[str, Drawing]], colour: Colour, sheet: Sheet
) -> list[Painted]:
    columns = min(sheet.columns, len(panels))
    rows = -(-len(panels) // columns)
    left, right, bottom, top = 0.03, 0.77, 0.08, 0.87
    width, height = (right - left) / columns, (top - bottom) / rows
    extent = _extent([drawing for _, drawing in panels], sheet)
    painted = []
    for at, (name, drawing) in enumerate(panels):
        row, column = divmod(at, columns)
        box = (left + column * width, top - (row + 1) * height, width * 0.97, height * (0.92 if name else 1))
        axes = figure.add_axes(box)
        painted += _draw(axes, drawing, colour, sheet, extent)
        if name:
            axes.set_title(name, fontsize=9, loc="left", pad=3, parse_math=False)
        if at == 0:
            _north_arrow(axes)
        _scale_bar(axes)
    return painted


def _extent(drawings: list[Drawing], sheet: Sheet) -> tuple[Any, Floats]:
    frames = [frame for drawing in drawings for frame in drawing.frames.values()]
    crs = metric_crs(gpd.GeoDataFrame(geometry=pd.concat([one.geometry.to_crs(4326) for one in frames])))
    each = np.array([one.to_crs(crs).total_bounds for one in frames])
    if sheet.under is not None:
        each = np.vstack([each, sheet.under.to_crs(crs).total_bounds])
    low, high = each[:, :2].min(axis=0), each[:, 2:].max(axis=0)
    margin = 0.04 * max(float((high - low).max()), 1000.0)
    return crs, np.concatenate([low - margin, high + margin])


def _draw(
    axes: Any, drawing: Drawing, colour: Colour, sheet: Sheet, extent: tuple[Any, Floats]
) -> list[Painted]:
    crs, (west, south, east, north) = extent
    axes.set_aspect("equal")
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_axis_off()
    if sheet.under is not None:
        under = _as_fine_as_print(sheet.under.geometry.to_crs(crs), (east - west) / FINENESS)
        under.plot(ax=axes, color="#f3f4f4", edgecolor="#c6cbd0", linewidth=0.35, aspect=None)
    all_painted = []
    for kind, frame in drawing.frames.items():
        column = frame[drawing.shown] if drawing.shown else pd.Series(0, frame.index)
        painted = paint(column.to_frame(getattr(colour, "by", "")), colour, "figure")
        shades = np.array(painted.colours)[painted.codes]
        flat = _as_fine_as_print(frame.geometry.to_crs(crs), (east - west) / FINENESS)
        if kind == "polygon":
            flat.plot(ax=axes, color=shades, edgecolor="white", linewidth=0.35, aspect=None)
        elif kind == "line":
            flat.plot(ax=axes, color=shades, linewidth=0.9, aspect=None)
        else:
            flat.plot(
                ax=axes, color=shades, edgecolor="white", linewidth=0.5, markersize=26, aspect=None, zorder=5
            )
        if sheet.labels:
            _write_labels(axes, frame, flat, points=kind == "point")
        all_painted.append(painted)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    return all_painted


def _as_fine_as_print(shapes: gpd.GeoSeries, tolerance_m: float) -> gpd.GeoSeries:
    """Shapes without the corners that no printer shows; borders that neighbours share stay shared."""
    held = shapes.to_numpy()
    if shapes.geom_type.isin(["Polygon", "MultiPolygon"]).all() and shapely.coverage_is_valid(held):
        held = shapely.coverage_simplify(held, tolerance_m)
    else:
        held = shapely.simplify(held, tolerance_m)
    return gpd.GeoSeries(held, index=shapes.index, crs=shapes.crs)


def _write_labels(axes: Any, frame: gpd.GeoDataFrame, flat: gpd.GeoSeries, *, points: bool) -> None:
    """Names beside their shapes, the largest shapes first; a name that would overlap another is left out."""
    named = next((one for one in ("name_zh", "name", "名称", "name_en") if one in frame), None)
    if named is None or len(frame) > MOST_LABELS or flat.geom_type.isin(["LineString"]).any():
        return
    renderer = axes.figure.canvas.get_renderer()
    spots = flat.representative_point()
    taken: list[Any] = []
    inside = axes.get_window_extent(renderer)
    for at in np.argsort(-flat.area.to_numpy(), kind="stable"):
        name = frame[named].iloc[at]
        if not isinstance(name, str):
            continue
        spot = spots.iloc[at]
        text = axes.annotate(
            name, (spot.x, spot.y), xytext=(4, 0) if points else (0, 0), textcoords="offset points",
            ha="left" if points else "center", va="center", fontsize=6.2, zorder=6,
            parse_math=False,
        )  # fmt: skip
        text.set_path_effects(_halo())
        box = text.get_window_extent(renderer)
        outside = box.x1 > inside.x1 + 2 or box.x0 < inside.x0 - 2
        if outside or any(box.overlaps(other) for other in taken):
            text.remove()
        else:
            taken.append(box)


def _halo() -> list[Any]:
    from matplotlib import patheffects

    return [patheffects.withStroke(linewidth=1.6, foreground="white")]


def _north_arrow(axes: Any) -> None:
    axes.annotate(
        "北 N", xy=(0.985, 0.995), xytext=(0.985, 0.90), xycoords="axes fraction", ha="center", va="top",
        fontsize=7.5, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2, "shrinkB": 0},
        zorder=9,
    )  # fmt: skip


def _scale_bar(axes: Any) -> None:
    """A bar of 1, 2 or 5 times a power of ten kilometres, about a fifth of the panel's width."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    about = (east - west) / 5.0
    power = 10.0 ** np.floor(np.log10(about))
    length = power * max(step for step in (1.0, 2.0, 5.0) if step * power <= about)
    x, y, high = west + 0.01 * (east - west), south + 0.012 * (north - south), 0.007 * (north - south)
    for part, shade in enumerate((INK, "white")):
        axes.add_patch(_rectangle((x + part * length / 2, y), length / 2, high, shade))
    said = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    for at, text in ((0.0, "0"), (length, said)):
        axes.text(
            x + at, y + 2 * high, text, ha="center" if at else "left", va="bottom", fontsize=6.5, zorder=9
        )


def _rectangle(corner: tuple[float, float], width: float, height: float, shade: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, facecolor=shade, edgecolor=INK, linewidth=0.5, zorder=9)


def _write_title(figure: Any, titles: tuple[str, str]) -> None:
    zh, en = titles
    figure.text(0.03, 0.965, zh, fontsize=13, fontweight="bold", va="top", parse_math=False)
    figure.text(0.03, 0.91, en, fontsize=8.5, color=PALE, va="top", parse_math=False)


def _write_sources(figure: Any, sources: Sequence[str]) -> None:
    if sources:
        text = "数据来源 Sources: " + "; ".join(sources)
        lines = _wrapped(text, 190)[:3]
        figure.text(0.03, 0.012, "\n".join(lines), fontsize=5.8, color=PALE, va="bottom", parse_math=False)


def _wrapped(text: str, wide: int) -> list[str]:
    """Lines of about so many Latin letters; a Chinese letter counts twice."""
    lines, line, used = [], "", 0
    for sign in text:
        used += 2 if ord(sign) > 0x2E7F else 1
        line += sign
        if used >= wide and (sign == " " or ord(sign) > 0x2E7F):
            lines.append(line.rstrip())
            line, used = "", 0
    return [*lines, line] if line else lines


def _write_legend(figure: Any, painted: list[Painted], shown: str | None, colour: Colour) -> None:
    head = text_of(field_of(getattr(colour, "by", shown) or "")) if shown else ""
    rows = _merged_rows(painted)
    y = 0.85
    for line in _wrapped(head, 26):
        figure.text(0.79, y, line, fontsize=8.5, fontweight="bold", va="top", parse_math=False)
        y -= 0.038
    y -= 0.012
    for row in rows:
        if row.text:
            figure.patches.append(_swatch(figure, row.colour, y))
            figure.text(0.82, y, f"{row.text}  ({row.count})", fontsize=7.2, va="center", parse_math=False)
            y -= 0.042
    note = next((" ".join(one.note) for one in painted if any(one.note)), "")
    for line in _wrapped(note, 26):
        figure.text(0.79, y, line, fontsize=6.2, color=PALE, va="top", parse_math=False)
        y -= 0.03


def _swatch(figure: Any, shade: str, y: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle(
        (0.79, y - 0.013), 0.022, 0.026, facecolor=shade, edgecolor="#b4bac0", linewidth=0.4,
        transform=figure.transFigure, figure=figure,
    )  # fmt: skip


def _merged_rows(painted: list[Painted]) -> list[LegendRow]:
    """One row a colour over all panels, in the order of the first that has it."""
    rows: dict[tuple[str, str, str], int] = {}
    for one in painted:
        for row in one.legend:
            named = (row.colour, row.zh, row.en)
            rows[named] = rows.get(named, 0) + row.count
    return [LegendRow(colour, zh, count, en) for (colour, zh, en), count in rows.items()]
