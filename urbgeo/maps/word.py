"""Results as a Word report: headings, figures, tables, captions, and what every figure rests on."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from urbgeo.arguments import check_object, check_path, check_text
from urbgeo.checks import check_mapping
from urbgeo.columns import column_name
from urbgeo.errors import InputError, MissingExtraError, SourceError
from urbgeo.files import written_whole
from urbgeo.indicators.scorecard import Scorecard
from urbgeo.indicators.words import value_in_words
from urbgeo.language import in_both
from urbgeo.maps.figures import DPI, Sheet, plot_of
from urbgeo.output import cell_text, without_geometry
from urbgeo.results import Result

ROWS_MOST, COLUMNS_MOST = 30, 8
FONT = "宋体"
FIGURE_CM = 15.5


def write_word(
    results: Mapping[str, Result],
    path: Path | str,
    *,
    title: str,
    template: Path | str | None = None,
    places: Any = None,
) -> Path:
    """Write results as a Word document, whole or not at all.

    Every result gets a heading, its figure where it can be drawn, its table (the first thirty rows),
    captions, and a line on what it rests on.

    Parameters
    ----------
    results
        By heading.
    path
        Ending in ``.docx``.
    title
        On the first page.
    template
        The institute's own ``.docx``: its styles, header and footer stay.
    places
        Points or polygons for results whose table has no geometry.

    Returns
    -------
    pathlib.Path
        The path.

    Raises
    ------
    InputError
        For another ending or no results.
    SourceError
        When the template cannot be read.
    MissingExtraError
        Without python-docx or matplotlib.

    Examples
    --------
    >>> import tempfile
    >>> import urbgeo
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> found = urbgeo.coverage(network, hunan.prefectures, hunan.airports, minutes=60)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_word({"机场覆盖": found}, Path(folder) / "plan.docx", title="湖南").name
    'plan.docx'
    """
    path, title = check_path(path), check_text(title, "title")
    check_mapping(results, "results", "{'机场覆盖': coverage(...)}")
    for heading, result in results.items():
        check_text(heading, "results")
        check_object(result, f"results: {heading}", Result, "take what a verb of urbgeo gives")
    if path.suffix.lower() != ".docx" or not results:
        raise InputError(f"{path.name}: give results, and a path that ends in .docx.")
    document = _opened(template)
    document.add_heading(title, level=0)
    counts = {"图": 0, "表": 0}
    for heading, result in results.items():
        document.add_heading(heading, level=1)
        document.add_paragraph(result._headline())
        _add_figure(document, heading, result, counts, places)
        _add_table(document, heading, _shown_table(result), counts)
        _add_basis(document, result)
    with written_whole(path) as part:
        document.save(str(part))
    return path


def _opened(template: Path | str | None) -> Any:
    try:
        import docx
        from docx.oxml.ns import qn
    except ImportError as error:
        raise MissingExtraError("python-docx", "reports", "Writing Word") from error
    try:
        document = docx.Document(str(template)) if template else docx.Document()
    except Exception as error:
        raise SourceError(f"{template}: no Word document that can be read ({error}).") from error
    if template is None:
        for name in ("Normal", "Title", "Heading 1", "Caption"):
            fonts = document.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
            fonts.set(qn("w:eastAsia"), FONT)
    return document


def _add_figure(document: Any, heading: str, result: Result, counts: dict[str, int], places: Any) -> None:
    """The figure and its caption, or nothing where the result has no place on a map."""
    try:
        located = getattr(result.table, "_geometry_column_name", None) in result.table.columns
        figure = plot_of(
            result, places=None if located else places, title=(heading, ""), sheet=Sheet(180.0, 125.0)
        )
    except InputError:
        return
    from docx.shared import Cm

    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=DPI * 2 // 3)
    held.seek(0)
    document.add_picture(held, width=Cm(FIGURE_CM))
    _add_caption(document, "图", heading, counts)


def _add_table(document: Any, heading: str, table: pd.DataFrame, counts: dict[str, int]) -> None:
    from docx.shared import Pt

    _add_caption(document, "表", heading, counts)
    shown = table.iloc[:ROWS_MOST]
    grid = document.add_table(rows=1, cols=len(shown.columns))
    grid.style = next((one for one in document.styles if one.name == "Table Grid"), grid.style)
    for cell, column in zip(grid.rows[0].cells, shown.columns, strict=True):
        cell.text = str(column)
    for values in shown.itertuples(index=False):
        for cell, value in zip(grid.add_row().cells, values, strict=True):
            cell.text = cell_text(value)
    for row in grid.rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(8)
    if len(table) > len(shown):
        document.add_paragraph(
            f"共 {len(table)} 行，列出前 {len(shown)} 行。 First {len(shown)} of {len(table)} rows."
        )


def _shown_table(result: Result) -> pd.DataFrame:
    """Columns a reader wants, under their names and units."""
    if isinstance(result, Scorecard):
        return _scorecard_table(result)
    plain = without_geometry(result.table)
    geometry = getattr(result.table, "_geometry_column_name", None)
    plain = plain.drop(columns=[one for one in (geometry,) if one in plain])
    named = [one for one in plain if str(one).startswith("name")]
    rest = [one for one in plain if one not in named]
    kept = [*named, *rest][:COLUMNS_MOST]
    return plain[kept].rename(columns={one: column_name(one).both() for one in kept})


def _scorecard_table(card: Scorecard) -> pd.DataFrame:
    from urbgeo.indicators.lights import LIGHTS

    rows = card.measured
    value, target = (
        [value_in_words(one, unit)[0] for one, unit in zip(rows[column], rows["unit"], strict=True)]
        for column in ("value", "target")
    )
    return pd.DataFrame(
        {
            "指标 Indicator": rows["name_zh"],
            "现值 Value": value,
            "年份 Year": rows["year"].astype(str),
            "目标 Target": target,
            "状态 Status": [LIGHTS[one][0] for one in rows["light"]],
            "差距 Gap": rows["gap_in_words"],
            "依据 Basis": rows["document_zh"] + " " + rows["clause"],
        }
    )


def _add_caption(document: Any, kind: str, heading: str, counts: dict[str, int]) -> None:
    counts[kind] += 1
    style = next((one for one in document.styles if one.name == "Caption"), None)
    document.add_paragraph(f"{kind} {counts[kind]}  {heading}", style=style)


def _add_basis(document: Any, result: Result) -> None:
    sources = "; ".join(" ".join(dict.fromkeys(in_both(one))) for one in result.provenance.sources)
    document.add_paragraph(f"依据 Basis: {result.provenance.line()}. {sources}")
