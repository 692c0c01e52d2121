"""A planner's tables of who commutes where, and of minutes that a map service gave, read for a region."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pandas as pd

from urbgeo.arguments import check_path
from urbgeo.checks import add_amount_faults, check_choice, check_columns, check_persons, check_whole
from urbgeo.cities.commuting_rings import RULES, apart_from_suppressed, said_bounds
from urbgeo.cities.flows import check_threshold
from urbgeo.errors import Faults, InputError, SourceError, some_of
from urbgeo.network.calibrate import read_observed
from urbgeo.regions.codes import join_codes
from urbgeo.regions.given import OUTSIDE, Commuters, ObservedTrips
from urbgeo.regions.nation import china_places
from urbgeo.sources.tables import PLAIN, plain_table
from urbgeo.study.findings import Findings
from urbgeo.study.places import asked_text

HEADS: Mapping[str, tuple[str, ...]] = {
    "home": (
        "居住地",
        "居住地代码",
        "居住区县",
        "居住地名称",
        "居住",
        "居住县区",
        "居住县",
        "origin",
        "from",
        "o",
    ),
    "work": (
        "工作地",
        "工作地代码",
        "就业地",
        "工作区县",
        "工作地名称",
        "工作",
        "就业区县",
        "就业县区",
        "工作县区",
        "工作县",
        "destination",
        "to",
        "d",
    ),
    "workers": ("人数", "通勤人数", "通勤人口", "人次", "count", "people"),
}
"""Other heads of the columns of a table of commuters."""

TOTALS = re.compile(r".*(合计|总计|小计|共计)|全[市省县区国]|(.* )?(sub|grand )?totals?|sum")
"""Ends of rows that add up others: counted, they would be commuters twice."""

LEAST_JOINED = 0.5
"""Share of the homes that must lie in the region: fewer are those of another region, or of other units."""


def read_commuters(
    given: Path | str | pd.DataFrame,
    places: pd.DataFrame,
    *,
    terms: Mapping[str, Any],
    findings: Findings,
) -> Commuters:
    """Read a table of homes and workplaces by codes or names of a region's units.

    - ``given``: CSV or Excel, or a frame: ``home``, ``work``, ``workers`` (or a head of ``HEADS``).
    - ``places``: Units to join to, by id: ``name_zh``.
    - ``terms``: ``least_count``, ``rates``, ``rule``.
    - ``findings``: Where it is noted what was joined and what was not.

    Raises
    ------
    InputError
        For missing columns and ends, homes that are mostly not in the region, suppressed cells without
        ``least_count``, and rates or rules that are none.
    SourceError
        For files that are missing or damaged.
    """
    rates = _rates(terms.get("rates"))
    rule = terms.get("rule") or "out"
    check_choice(rule, "flow_rule", RULES)
    table, name = _table(given)
    named = dict(terms.get("columns") or {})
    check_columns(table, name, list(named.values()))
    table = table.rename(columns={head: key for key, head in named.items()})
    held = list(table.columns)
    names = {other: column for column, others in HEADS.items() for other in others if column not in table}
    for head in table:
        if names.get(_bare(head)) == "workers":
            check_persons(head)
    table = table.rename(columns={head: names[_bare(head)] for head in table if _bare(head) in names})
    without = [one for one in HEADS if one not in table]
    if without:
        heads = "; ".join(f"{one}: {', '.join(HEADS[one])}" for one in without)
        raise InputError(
            f"{name}: no column of {some_of(without)} is found among {some_of(held, 30)}; call them by a "
            f"usual head ({heads}), or name them in study.toml under [columns.flows]."
        )
    twice = [column for column in HEADS if isinstance(table[column], pd.DataFrame)]
    if twice:
        raise InputError(f"{name}: several columns for {some_of(twice)}; keep the one with the codes.")
    table = _without_totals(table, name, findings)
    if table.empty:
        raise InputError(f"flows: {name} has no rows of two units; give workers by home and workplace.")
    ids, elsewhere, lost = _joined(table, places)
    homes = table["home"].map(ids).notna()
    if homes.mean() < LEAST_JOINED:
        raise InputError(
            f"flows: only {homes.sum()} of {len(table)} rows of {name} have a home in the region (not in it: "
            f"{some_of([*elsewhere, *lost])}); is it the table of another region, or of other units?"
        )
    shown, cells = apart_from_suppressed(table["workers"])
    least = _least_count(terms.get("least_count"), table["workers"], cells, name)
    flows = _flows(table.assign(workers=_numbers(shown, name), suppressed=cells), ids)
    findings.add("flows", "found", f"{name}: rows of commuters", count=len(table))
    twice = _again(table, ids)
    if len(twice):
        findings.add("flows", "suspicious", "rows whose pair has a count above already, added up", ids=twice)
    findings.add("flows", "joined", "units that have homes or workplaces", count=len(set(ids.values())))
    if elsewhere:
        findings.add("flows", "found", "units elsewhere: employed there, in no ring", ids=elsewhere)
    if lost:
        findings.add(
            "flows",
            "left over",
            "codes or names that are not known (≈ the nearest known), taken as elsewhere",
            ids=lost,
        )
    if cells.any():
        findings.add("flows", "found", f"suppressed cells, each below {least}", count=int(cells.sum()))
    without = places.index.difference(flows.loc[flows["workers"] > 0, "home"])
    if len(without):
        said = places.loc[without, "name_zh"]
        findings.add("flows", "suspicious", "units where nobody lives who works", ids=said)
    return Commuters(flows, least, rates, rule)


def read_trips(given: Path | str, *, datum: str, findings: Findings) -> ObservedTrips:
    """Read minutes of a map service: :func:`urbgeo.network.calibrate.read_observed`."""
    places, trips = read_observed(given, datum=datum)
    hours = f" at {trips['hour'].nunique()} hours of day" if "hour" in trips else ""
    findings.add("observed", "found", f"observed trips{hours}, degrees in {datum}", count=len(trips))
    return ObservedTrips(places, trips)


def _flows(table: pd.DataFrame, ids: Mapping[object, object]) -> pd.DataFrame:
    """Commuters and suppressed cells between units, those of no unit outside; pairs outside left out."""
    ends = {end: table[end].map(ids).fillna(OUTSIDE) for end in ("home", "work")}
    plain = pd.DataFrame({**ends, "workers": table["workers"], "suppressed": table["suppressed"]})
    plain = plain[(plain["home"] != OUTSIDE) | (plain["work"] != OUTSIDE)]
    return plain.groupby(["home", "work"], sort=False).sum().reset_index()


def _again(table: pd.DataFrame, ids: Mapping[object, object]) -> pd.Index:
    """Rows with a count for a pair of units that has one in a row above."""
    counted = table[apart_from_suppressed(table["workers"])[1] == 0]
    pairs = pd.DataFrame({end: counted[end].map(ids) for end in ("home", "work")})
    return counted.index[pairs.notna().all(axis=1) & pairs.duplicated()]


def _table(given: Path | str | pd.DataFrame) -> tuple[pd.DataFrame, str]:
    if isinstance(given, pd.DataFrame):
        return given.reset_index(drop=True), "flows"
    path = check_path(given, "flows")
    if path.suffix.lower() not in PLAIN:
        raise InputError(f"flows: {path.name} is no table; give one of {', '.join(PLAIN)}.")
    if not path.exists():
        raise SourceError(f"{path}: there is no such file.")
    table = plain_table(path)[0]
    table.index = pd.Index([f"row {number + 2}" for number in table.index])
    return table, path.name


def _without_totals(table: pd.DataFrame, name: str, findings: Findings) -> pd.DataFrame:
    """The rows of pairs: those of totals are left out and told, those without an end are refused."""
    faults, total = Faults(name), pd.Series(False, table.index)
    for end in ("home", "work"):
        said = table[end].astype("string").str.strip().fillna("")
        total |= said.map(lambda one: bool(TOTALS.fullmatch(_joined_up(one))))
        if (said == "").any():
            faults.add(
                f"{end} is missing", ids=table.index[said == ""], remedy="give both ends, or drop the row"
            )
    faults.raise_if_any()
    if total.any():
        findings.add("flows", "left over", "rows of totals, left out", count=int(total.sum()))
    return table[~total]


def _joined_up(text: str) -> str:
    """A text in lower case, its Chinese without the blanks that spread it: 总　计."""
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", normalize("NFKC", text).lower())


def _bare(head: object) -> str:
    return str(head).strip().lower().partition("（")[0].partition("(")[0]


def _joined(table: pd.DataFrame, places: pd.DataFrame) -> tuple[dict[object, object], list[str], list[str]]:
    """Ids of the ends by what stands in the table; what is elsewhere in China; and what is not known."""
    asked = pd.Series(pd.unique(pd.concat([table["home"], table["work"]]).dropna()))
    found = join_codes(asked, places["name_zh"])
    ids = {said: one for said, one in zip(asked, found["id"], strict=True) if pd.notna(one)}
    rest = found[found["id"].isna()]
    if rest.empty:
        return ids, [], []
    known = join_codes(rest["asked"], china_places()["name_zh"])["joined_by"] != "unknown"
    texts = [asked_text(row) for row in rest.itertuples()]
    marked = list(zip(texts, rest["asked"], known, strict=True))
    return ids, [asked for _, asked, far in marked if far], [text for text, _, far in marked if not far]


def _least_count(given: Any, workers: pd.Series, cells: pd.Series, name: str) -> int | None:
    said = said_bounds(workers)
    if given is None and len(said) and said.nunique() == 1:
        given = int(said.iloc[0])
    if given is None and cells.any():
        raise InputError(
            f"flows: {int(cells.sum())} cells of {name} are suppressed; give least_count, the least count "
            "that the table shows."
        )
    least = None if given is None else check_whole(given, "least_count", 2)
    if least is not None and (said != least).any():
        raise InputError(
            f"least_count: {least}, but {some_of(said.index[said != least])} say another; give that."
        )
    return least


def _numbers(shown: pd.Series, name: str) -> pd.Series:
    faults = Faults(name)
    numbers = add_amount_faults(faults, shown)
    faults.raise_if_any()
    return numbers


def _rates(given: Any) -> tuple[float, ...] | None:
    if not given:
        return None
    steps = tuple(check_threshold(one, "flow_rates") for one in given)
    if any(later >= one for one, later in pairwise(steps)):
        raise InputError(f"flow_rates: {list(steps)} do not fall; give each once, the highest first.")
    return steps
