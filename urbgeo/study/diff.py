"""Two runs of a study side by side: which members, headlines and inputs changed, and what moved them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

from urbgeo.arguments import check_path
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.study.causes import causes_of, consequences
from urbgeo.study.config import FILE as STUDY
from urbgeo.study.config import read_config
from urbgeo.study.record import read_record
from urbgeo.study.why import moved_units

CLOSE = 1e-6
"""Relative; figures nearer than this are the same."""

TITLES: Mapping[str, tuple[str, str]] = {
    "circle": ("通勤圈", "commuting circle"),
    "airport_coverage_prefectures": ("机场覆盖：地级中心", "airport coverage of prefecture seats"),
    "airport_coverage_counties": ("机场覆盖：县城", "airport coverage of county seats"),
    "reach_cities": ("两小时通达", "two-hour reach"),
    "county_access": ("县城通达", "county towns"),
}


@dataclass(frozen=True, eq=False, repr=False)
class StudyDiff(Result):
    """What changed between two runs.

    Attributes
    ----------
    table
        One row per unit and answer that moved: ``answer``, ``unit``, names, ``what`` (the column),
        ``before``, ``after``, ``minutes_before``, ``minutes_after``, ``threshold_min``, ``why_zh``, ``why``.
    figures
        Figures of the headlines that changed: ``figure``, ``before``, ``after``.
    headlines
        Lines that read otherwise: ``before_zh``, ``after_zh``, ``before``, ``after``.
    inputs
        What went in and changed: ``kind`` (``speed``, ``parameter``, ``setting``, ``file``, ``layer``,
        ``list``, ``version``, ``decision``, ``release``), ``name``, ``before``, ``after``, and
        ``follows_from`` (empty for what was changed by itself).
    provenance
        The two runs.
    """

    table: pd.DataFrame
    figures: pd.DataFrame
    headlines: pd.DataFrame
    inputs: pd.DataFrame
    provenance: Provenance
    _titles: ClassVar[tuple[str, str]] = ("两次运行之间的变化", "What changed between two runs")

    @property
    def causes(self) -> pd.DataFrame:
        """Inputs that changed by themselves; releases move nothing."""
        own = (self.inputs["follows_from"] == "") & (self.inputs["kind"] != "release")
        return self.inputs[own]

    @property
    def same(self) -> bool:
        """Whether nothing that was found changed."""
        return self.table.empty and self.figures.empty and self.headlines.empty

    @property
    def summary(self) -> pd.DataFrame:
        """Units that moved by answer."""
        return self.table.groupby(["answer", "what"], sort=False).size().rename("moved").reset_index()

    @property
    def moved_by(self) -> tuple[str, str]:
        """What moved them, in Chinese and English, as far as two records can tell."""
        said = [f"{row.kind} {row.name_}: {row.before} → {row.after}" for row in _rows(self.causes)]
        if self.same:
            return "结果没有变化。", "Nothing that was found changed."
        if not said:
            return (
                "两份记录的输入相同，结果却不同：程序之外另有原因。",
                "The records name the same inputs, yet results differ: the cause lies outside of them.",
            )
        if len(said) == 1:
            return f"只有一处改动：{said[0]}。", f"One thing changed: {said[0]}."
        listed = "; ".join(said)
        return (
            f"同时改动了 {len(said)} 处，各自的作用两份记录分不开，请逐一改动再运行：{listed}。",
            f"{len(said)} things changed at once, whose shares two records cannot tell apart; change one "
            f"at a time: {listed}.",
        )

    def _headline(self) -> str:
        return f"{len(self.table)} units moved, {len(self.inputs)} inputs changed. {self.moved_by[1]}"

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """What :meth:`save` writes."""
        return {
            "table": self.table,
            "figures": self.figures,
            "headlines": self.headlines,
            "inputs": self.inputs,
            "provenance": self.provenance.table(),
        }

    def text(self) -> str:
        """All of it as lines of text, Chinese beside English."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "\n  ".join(self.moved_by)
        if len(self.inputs):
            yield "\n输入 inputs"
        for row in _rows(self.inputs):
            follows = f"  (follows from {row.follows_from})" if row.follows_from else ""
            yield f"  {row.kind} {row.name_}: {row.before} → {row.after}{follows}"
        for answer, rows in self.table.groupby("answer", sort=False):
            yield "\n" + " ".join(TITLES[str(answer)])
            for row in rows.itertuples():
                name = f"{row.name_zh} {row.name_en}".strip()
                yield f"  {name} ({row.unit}), {row.what}: {row.before} → {row.after}"
                yield f"      {row.why_zh}\n      {row.why}"
        if len(self.figures):
            yield "\n数字 figures"
        for row in self.figures.itertuples():
            yield f"  {row.figure}: {row.before:,.6g} → {row.after:,.6g}"
        for row in self.headlines.itertuples():
            yield f"\n- {row.before_zh}\n+ {row.after_zh}\n- {row.before}\n+ {row.after}"


def diff(old: Path | str, new: Path | str) -> StudyDiff:
    """Hold two runs of a study side by side.

    Parameters
    ----------
    old, new
        Folders that runs were written to, the ``run.json`` in them, or folders of studies.

    Returns
    -------
    StudyDiff
        ``table`` has one row per unit that moved, with what decided on it before and after; ``inputs`` what
        went in and changed; ``moved_by`` what moved them.

    Raises
    ------
    SourceError
        Where there is no record of a run, or it is damaged.
    InputError
        For runs of two regions that share no unit.

    Examples
    --------
    >>> import tempfile
    >>> import urbgeo
    >>> ningxia = urbgeo.region("宁夏", roads="estimated", zones=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = urbgeo.run_study(ningxia, folder=folder)
    ...     diff(run.record, folder).same
    True
    """
    old, new = check_path(old, "old"), check_path(new, "new")
    before, after = read_record(run_place(old)), read_record(run_place(new))
    _check_same_region(before, after)
    about = {"old": before["region"].get("name"), "new": after["region"].get("name")}
    return StudyDiff(
        table=moved_units(before, after),
        figures=_figures(before["figures"], after["figures"]),
        headlines=_headlines(before["headlines"], after["headlines"]),
        inputs=consequences(causes_of(before, after)),
        provenance=Provenance(about),
    )


def run_place(place: Path | str) -> Path:
    """Where a run was written: of a study's folder its results, else the place itself."""
    path = Path(place)
    if (path / STUDY).is_file():
        return read_config(path).results
    return path


def differs(before: Any, after: Any) -> bool:
    """Whether two figures differ by more than rounding."""
    if isinstance(before, int | float) and isinstance(after, int | float):
        return abs(before - after) > CLOSE * max(abs(before), abs(after), 1e-3)
    return bool(before != after)


def _check_same_region(before: dict[str, Any], after: dict[str, Any]) -> None:
    units = [{unit for rows in one["units"].values() for unit in rows} for one in (before, after)]
    if all(units) and not units[0] & units[1]:
        names = [one["region"].get("title_en") for one in (before, after)]
        raise InputError(f"old, new: {names[0]} and {names[1]} share no unit; give two runs of one region.")


def _figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> pd.DataFrame:
    rows = [
        (name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if differs(before.get(name), after.get(name))
    ]
    table = pd.DataFrame(rows, columns=["figure", "before", "after"])
    return table.astype({"before": float, "after": float})


def _headlines(before: list[Any], after: list[Any]) -> pd.DataFrame:
    empty = {"zh": "", "en": ""}
    count = max(len(before), len(after))
    pairs = [(dict(one[at]) if at < len(one) else empty) for at in range(count) for one in (before, after)]
    rows = [
        (old.get("zh", ""), new.get("zh", ""), old.get("en", ""), new.get("en", ""))
        for old, new in zip(pairs[::2], pairs[1::2], strict=True)
        if old != new
    ]
    return pd.DataFrame(rows, columns=["before_zh", "after_zh", "before", "after"])


def _rows(table: pd.DataFrame) -> Any:
    return table.rename(columns={"name": "name_"}).itertuples()
