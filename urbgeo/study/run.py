"""Run the main job on a region and write its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from urbgeo.arguments import check_path
from urbgeo.files import write_text, written_together
from urbgeo.indicators.scorecard import Scorecard, scorecard_on
from urbgeo.maps import save_map
from urbgeo.regions.load import load_region
from urbgeo.regions.region import Region, check_region
from urbgeo.study.answers import Answers, answer
from urbgeo.study.build import build_region
from urbgeo.study.config import StudyConfig
from urbgeo.study.digests import layer_digests
from urbgeo.study.inputs import Inputs, on_invented_roads
from urbgeo.study.map import study_map
from urbgeo.study.page import report_page
from urbgeo.study.record import FILE as RECORD
from urbgeo.study.record import write_record
from urbgeo.study.released import released
from urbgeo.study.report import report_text
from urbgeo.study.series import YEARS
from urbgeo.study.tables import write_csvs, write_geopackage

NATION = "china"
"""Name of the region of all embedded seats, on estimated minutes."""


@dataclass(frozen=True, eq=False)
class StudyFiles:
    """What a study wrote, and the answers it wrote: ``report`` is Markdown, ``page`` the same with maps."""

    answers: Answers
    map: Path
    report: Path
    page: Path
    geopackage: Path
    record: Path
    tables: tuple[Path, ...]

    def __repr__(self) -> str:
        """The region and what was written where, one line each."""
        written = {name: getattr(self, name) for name in ("map", "page", "report", "geopackage", "record")}
        lines = [f"  {name:<10} {path}" for name, path in written.items()]
        tables = f"  {'tables':<10} {len(self.tables)} beside them: .tables"
        return "\n".join([f"<StudyFiles {self.answers.region.name}>", *lines, tables])


def run_study(
    region: str | Region,
    *,
    folder: Path | str | None = None,
    basemap: str | None = None,
    key: str | None = None,
) -> StudyFiles:
    """Answer the four questions on a region and write map, reports, GeoPackage, CSV tables and a record.

    Parameters
    ----------
    region
        Name of an embedded one, see :func:`urbgeo.load_region` (``"china"``: the nation), or one of your
        own, see :func:`urbgeo.region`. What its layers do not allow is left out by name.
    folder
        Where to write; ``data/processed/<region>`` below the working folder by default. All files
        appear together, ``manifest.json`` last; those of an earlier run stay until the new ones are complete.
        What the region's release withholds stands in none of them.
    basemap, key
        An online base map under the layers, see :func:`urbgeo.maps.new_map`; by default none, and the map
        needs no network.

    Returns
    -------
    StudyFiles
        The ``answers``, and the paths of ``map``, ``report`` (Markdown), ``page`` (the same with maps, charts
        and the scorecard: HTML that opens offline and prints), ``geopackage``, ``record`` (what the run rests
        on and found, for machines) and ``tables``.

    Raises
    ------
    InputError
        For an unknown region or base map.
    OSError
        When the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> import urbgeo
    >>> small = urbgeo.region("石嘴山市", roads="estimated", zones=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run_study(small, folder=folder).map.name
    'map.html'
    """
    asked = _named(region) if isinstance(region, str) else region
    check_region(asked)
    place = check_path(folder, "folder") if folder is not None else Path("data") / "processed" / asked.name
    answers = answer(asked)
    shown = released(answers)
    page, text = study_map(shown, basemap=basemap, key=key), report_text(shown)
    paper = report_page(shown, _card(answers))
    with written_together(place) as work:
        save_map(page, work / "map.html")
        write_text(work / "report.md", text)
        write_text(work / "report.html", paper)
        write_geopackage(shown, work / f"{asked.name}.gpkg")
        write_record(shown, work / RECORD, layers=layer_digests(asked))
        tables = tuple(place / one.name for one in write_csvs(shown, work))
    return StudyFiles(
        answers=answers,
        map=place / "map.html",
        report=place / "report.md",
        page=place / "report.html",
        geopackage=place / f"{asked.name}.gpkg",
        record=place / RECORD,
        tables=tables,
    )


def _card(answers: Answers) -> Scorecard | None:
    """The targets of the last year; none where places have no codes of China, whose targets they are."""
    if answers.region.release.public and answers.region.release.sensitive:
        return None  # its rows rest on whatever is withheld
    codes = answers.region.prefectures.index.astype(str)
    if not len(codes) or not codes.str.fullmatch(r"\d{6}").all():
        return None
    return scorecard_on(answers.region, answers.networks, year=YEARS[-1])


def study_region(config: StudyConfig) -> Region:
    """The region of a study's file, marked where its roads are made up."""
    region = build_region(config.inputs)[0]
    return on_invented_roads(region) if config.invented_roads else region


def _named(name: str) -> Region:
    """An embedded region; the nation from its embedded seats and airports."""
    if name != NATION:
        return load_region(name)
    return build_region(Inputs("中国", zones=False, name=NATION))[0]
