"""Before any computing: what was found, joined, left over and suspicious in a study's files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import geopandas as gpd
import pandas as pd

from urbgeo.errors import InputError, UrbgeoError
from urbgeo.files import write_text
from urbgeo.language import list_in_chinese
from urbgeo.network.attach import attach
from urbgeo.network.model import TravelNetwork
from urbgeo.network.speeds import ROAD_CLASSES
from urbgeo.provenance import Provenance
from urbgeo.regions.region import Region
from urbgeo.results import Result
from urbgeo.study.build import build_region
from urbgeo.study.config import StudyConfig, read_config
from urbgeo.study.findings import KINDS, Findings, layer_zh
from urbgeo.study.inputs import Inputs, on_invented_roads
from urbgeo.study.places import counties_of, named_ids

WHOLE_SHARE = 0.95
"""A largest part with less of the links than this is suspicious."""

ROAD_NEAR_HINT = "points with a road within reach"
"""What is said of points that join the roads, and how many."""

SEATS = ("seats", "prefecture seats")
"""Layers of seats, one of which at least must join the roads."""

COLOURS = {
    "found": "#2a6f97",
    "joined": "#2a9d55",
    "left over": "#c97c10",
    "suspicious": "#c0392b",
    "refused": "#7b1e3a",
    "missing": "#6c757d",
}


@dataclass(frozen=True, eq=False, repr=False)
class StudyCheck(Result):
    """What was found in the files of a study.

    ``table``: one row a finding: ``layer``, ``finding`` (``found``, ``joined``, ``left over``,
    ``suspicious``,
    ``refused``, ``missing``), ``finding_zh``, ``what``, ``what_zh``, ``count``, ``which``, ``do``,
    ``do_zh``. ``region``: what the
    files make. ``can_run``: whether a study would answer anything.
    """

    table: pd.DataFrame
    region: Region
    title: str
    provenance: Provenance
    _shown: ClassVar[str | None] = "finding"
    _titles: ClassVar[tuple[str, str]] = ("Check of a study's files", "研究资料检查")

    @property
    def can_run(self) -> bool:
        """Roads are there and lead to some seat, so that something can be answered; no file is refused."""
        return self.region.network is not None and not self.refused and not self.off_the_roads

    @property
    def refused(self) -> tuple[str, ...]:
        """Layers whose files cannot be used; a study with one does not run."""
        return tuple(self.table.loc[self.table["finding"] == "refused", "layer"].unique())

    @property
    def off_the_roads(self) -> bool:
        """Whether no seat at all has a road within reach."""
        joined = self.table[self.table["what"].eq(ROAD_NEAR_HINT) & self.table["layer"].isin(SEATS)]
        return len(joined) > 0 and not joined["count"].any()

    @property
    def verdict(self) -> str:
        """One line: ready, or what is in the way."""
        if self.refused:
            said = ", ".join(self.refused)
            return f"尚不能运行 not ready: 先改正或删去 mend or drop {said}"
        if self.region.network is None:
            return "尚不能运行 not ready: 缺道路 no roads that can be used"
        if self.off_the_roads:
            return "尚不能运行 not ready: 驻地附近都没有道路 no seat has a road near: CRS, place?"
        return "可以运行 ready: urbgeo run"

    @property
    def summary(self) -> pd.DataFrame:
        """Findings by layer and kind."""
        counts = self.table.groupby(["layer", "finding"], sort=False).size().unstack(fill_value=0)
        return counts.reindex(columns=[kind for kind in KINDS if kind in counts])

    def _headline(self) -> str:
        counts = self.table["finding"].value_counts()
        said = ", ".join(f"{counts[kind]} {kind}" for kind in KINDS if kind in counts)
        return f"{self.title}: {said}"

    def page(self) -> str:
        """One HTML page, offline, Chinese beside English."""
        rows = "".join(_row(row) for row in self.table.itertuples())
        return _PAGE.format(
            title=escape(self.title),
            rows=rows,
            verdict=escape(self.verdict),
            about=escape(self.provenance.line()),
            marking=escape(self.region.release.line),
        )

    def write(self, folder: Path | str) -> tuple[Path, Path]:
        """Write ``check.html`` and ``check.csv``; their paths are returned."""
        folder = Path(folder)
        page = write_text(folder / "check.html", self.page())
        return page, self.save(folder / "check.csv")


def check(study: Path | str | StudyConfig | Inputs) -> StudyCheck:
    """Read everything a study names and say what was found, before anything is computed.

    Layers that cannot be used are noted as refused, with the reason, and the rest is looked at all the same.

    Parameters
    ----------
    study
        Folder or file of a study, its configuration, or the inputs themselves.

    Returns
    -------
    StudyCheck
        ``table`` has one row a finding (``found``, ``joined``, ``left over``, ``suspicious``, ``refused``,
        ``missing``) with what to do; ``can_run`` says whether a study would answer anything.

    Raises
    ------
    InputError, SourceError
        For a ``study.toml`` that cannot be read, and where there are no places at all.

    Examples
    --------
    >>> from urbgeo.study.inputs import Inputs, on_invented_roads
    >>> found = check(Inputs("安徽省", zones=False))
    >>> found.can_run, int(found.summary.loc["seats", "found"])
    (False, 3)
    """
    if isinstance(study, str | Path):
        study = read_config(study)
    inputs = study.inputs if isinstance(study, StudyConfig) else study
    if not isinstance(inputs, Inputs):
        raise InputError(f"study: a folder, a StudyConfig or Inputs are needed, not {type(inputs).__name__}.")
    region, findings = build_region(replace(inputs, strict=False))
    if isinstance(region.network, TravelNetwork):
        _look_at_network(region, region.network, findings)
    if isinstance(study, StudyConfig) and study.invented_roads:
        region = on_invented_roads(region)
    title = f"{region.title_zh} {region.title_en}"
    about = Provenance({"units": inputs.units, "margin_km": inputs.margin_km}, sources=region.sources)
    shown = region.release.table(findings.table())
    shown = shown[shown["layer"].map(region.release.shows)].reset_index(drop=True)
    return StudyCheck(shown, region, title, about)


def _look_at_network(region: Region, network: TravelNetwork, findings: Findings) -> None:
    links = network.link_table
    findings.add("roads", "found", "links of the network", count=len(links))
    for name, rows in links.groupby("class", observed=True):
        about = ROAD_CLASSES.get(str(name))
        word = f" ({about.name_zh})" if about else ""
        speed = rows["speed_kmh"].median()
        findings.add("roads", "found", f"{name}{word}, {rows['length_km'].sum():,.0f} km at {speed:.0f} km/h",
                     count=len(rows))  # fmt: skip
    read = network.provenance.parameters
    if "class_column" in read:
        findings.add(
            "roads", "found",
            f"classes of column {read['class_column']}, directions of column {read['oneway_column']}, "
            f"lines meet at {read['node_at']}", count=len(links),
        )  # fmt: skip
    inside = (network.component[network.link_ends] == 0).all(axis=1)
    parts = int(network.component.max()) + 1
    kind = "suspicious" if inside.mean() < WHOLE_SHARE else "found"
    findings.add(
        "roads", kind, f"largest part that hangs together: {inside.mean():.1%} of the links", count=parts,
        do="missing nodes at crossings (node_at), wrong one-way marks?" if kind == "suspicious" else "",
    )  # fmt: skip
    own = region.places[region.places["level"] != "hub"]
    rest = own[(own["level"] == "prefecture") & ~own.index.isin(counties_of(own).index)]
    _look_at_points(network, counties_of(own), "seats", findings)
    _look_at_points(network, rest, "prefecture seats", findings)
    _look_at_points(network, region.small_zones, "zones", findings)
    _look_at_points(network, region.airports, "airports", findings)
    if len(region.stations):
        _look_at_points(network, region.stations, "stations", findings)
    if region.road_nodes.empty:
        findings.add("roads", "suspicious", "no interchange: no motorway that other roads join")


def _look_at_points(network: TravelNetwork, points: gpd.GeoDataFrame, layer: str, findings: Findings) -> None:
    if points.empty:
        return
    try:
        joint = attach(network, points, name=layer)
    except UrbgeoError as error:
        findings.add(layer, "suspicious", f"cannot be joined to the roads: {error}")
        return
    far = points[~joint.attached]
    findings.add(layer, "joined", ROAD_NEAR_HINT, count=int(joint.attached.sum()))
    if len(far):
        findings.add(
            layer, "suspicious", f"points without a road within {network.snapping.max_snap_km:g} km",
            ids=named_ids(far) if "name_zh" in far else far.index,
            do="roads missing there, or a wrong position",
        )  # fmt: skip
    ends = network.link_ends[joint.link[joint.attached]]
    islands = points[joint.attached][(network.component[ends] != 0).any(axis=1)]
    if len(islands):
        ids = named_ids(islands) if "name_zh" in islands else islands.index
        findings.add(layer, "suspicious", "points on roads that the largest part does not reach", ids=ids)


def _row(row: Any) -> str:
    kind = str(row.finding)
    said = [
        _both(layer_zh(row.layer), row.layer),
        _both(row.what_zh, row.what),
        f"{row.count:,}",
        list_in_chinese(escape(str(row.which)), english=True),
        _both(row.do_zh, row.do),
    ]
    mark = f'<td style="color:{COLOURS[kind]}"><b>{KINDS[kind]}</b> {kind}</td>'
    layer, *rest = (f"<td>{cell}</td>" for cell in said)
    return f"<tr>{layer}{mark}{''.join(rest)}</tr>\n"


def _both(zh: str, en: str) -> str:
    """Chinese over English; once where they are alike."""
    return escape(zh) if zh == en else f"{escape(zh)}<br><small>{escape(en)}</small>"


_PAGE = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 2em auto; max-width: 75em;
  padding: 0 1em; color: #222; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ border-bottom: 1px solid #ddd; padding: .35em .6em; text-align: left; vertical-align: top; }}
th {{ background: #f3f5f7; position: sticky; top: 0; }}
small {{ color: #666; }}
td:nth-child(2) {{ white-space: nowrap; }} td:nth-child(4) {{ text-align: right; }}
</style></head><body>
<h1>{title}</h1>
<p><strong>{marking}</strong></p>
<p><b>研究资料检查 Check of the study's files.</b> {verdict}</p>
<table><thead><tr><th>层 layer</th><th>结果 finding</th><th>内容 what</th><th>数量 count</th><th>哪些
which</th> <th>处理 what to do</th></tr></thead>
<tbody>
{rows}</tbody></table>
<p><small>{about}</small></p>
</body></html>
"""
