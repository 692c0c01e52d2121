"""Policy geographies as tables of adcodes: city clusters, axes, belts, town groups, metropolitan circles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import geopandas as gpd
import pandas as pd

from urbgeo.checks import check_ids, check_polygons
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance

ADCODE_DIGITS = 6


@dataclass(frozen=True, eq=False)
class Dissolved:
    """Policy geographies as polygons.

    ``polygons``: one row per geography: ``kind``, ``tier``, ``counties`` and the geometry. ``members``: the
    table asked, with ``counties`` matched and ``status``: ``"matched"``, ``"renamed"`` (found under another
    code, in ``code_used``), ``"unknown"``. ``counties``: geography of each county, one row per pair.
    """

    polygons: gpd.GeoDataFrame
    members: pd.DataFrame
    counties: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)


def policy_geographies() -> pd.DataFrame:
    """All geographies there are: index ``geography``; ``kind``, ``tier``, ``members``, ``source``, ``note``.

    Kinds: ``"city cluster"`` (19, in three tiers), ``"axis"`` (two across, three down), ``"Hunan circle"``,
    ``"Hunan cluster"``, ``"Hunan belt"``, ``"Hunan town group"`` (11), ``"Shandong circle"``, ``"Zhejiang
    circle"``, ``"approved circle"``. A ``note`` says where a list is not from the plan itself.
    """
    table = _read("policy_members.csv")
    grouped = table.groupby("geography", sort=False)
    facts = grouped[["kind", "tier", "source", "note"]].first()
    facts.insert(2, "members", grouped.size())
    return facts


def policy_members(
    geographies: str | Sequence[str] | None = None, *, kind: str | None = None
) -> pd.DataFrame:
    """The members of geographies, by name or by kind.

    Returns
    -------
    pandas.DataFrame
        One row per member: ``geography``, ``kind``, ``tier``, ``adcode`` (six digits; ``0000`` at the end
        stands for a province, ``00`` for a prefecture), ``name``, ``role`` (``"member"``, ``"part"``,
        ``"excluded"`` from a larger member, ``"node"`` of an axis), ``source``, ``note``.

    Raises
    ------
    InputError
        For a geography or a kind that is not there.
    """
    table = _read("policy_members.csv")
    if kind is not None:
        if kind not in set(table["kind"]):
            raise InputError(f"kind: {kind!r} is unknown; there are {some_of(table['kind'].unique(), 20)}.")
        table = table[table["kind"] == kind]
    if geographies is not None:
        names = [geographies] if isinstance(geographies, str) else list(geographies)
        lost = [name for name in names if name not in set(table["geography"])]
        if lost:
            raise InputError(
                f"geographies: {some_of(lost)} not there; see policy_geographies() for their names."
            )
        table = table[table["geography"].isin(names)]
    return table.reset_index(drop=True)


def dissolve_members(
    members: pd.DataFrame, counties: gpd.GeoDataFrame, *, include_parts: bool = True
) -> Dissolved:
    """Dissolve counties to the polygons of policy geographies.

    A prefecture or province code takes all counties whose code starts with it. A code that no county has is
    looked up under its older and newer codes; what still is not found is reported, never dropped in silence.

    Parameters
    ----------
    members
        ``geography``, ``adcode`` and optionally ``role``, ``kind``, ``tier``: a table of
        :func:`policy_members` or one of your own.
    counties
        Polygons, index = six-digit adcode as text.
    include_parts
        Whether members that belong only in part are taken whole or left out.

    Raises
    ------
    InputError
        For faulty polygons, codes that are not six digits, or when nothing at all matches.
    """
    check_polygons(counties, "counties")
    codes = _checked_codes(pd.Series(counties.index, index=counties.index), "counties")
    table = members.reset_index(drop=True)
    lost = [column for column in ("geography", "adcode") if column not in table]
    if lost:
        raise InputError(f"members: no column {some_of(lost)}.")
    table["adcode"] = _checked_codes(table["adcode"], "members")
    if "role" not in table:
        table["role"] = "member"
    used = table[table["role"] != "part"] if not include_parts else table
    found = [_counties_of(code, codes) for code in used["adcode"]]
    report = used.assign(
        code_used=[code for code, _ in found],
        counties=[len(hit) for _, hit in found],
        status=[
            "unknown" if not len(hit) else ("matched" if code == asked else "renamed")
            for asked, (code, hit) in zip(used["adcode"], found, strict=True)
        ],
    )
    pairs = _pairs(used, [hit for _, hit in found])
    if pairs.empty:
        raise InputError("members: none of the adcodes is among the counties; compare the two kinds of code.")
    polygons = _polygons(pairs, counties, table)
    about = Provenance(
        {"include_parts": include_parts},
        sources=tuple(table["source"].unique()) if "source" in table else (),
        shares={"members unknown": float((report["status"] == "unknown").mean())},
    )
    return Dissolved(polygons, report, pairs, about)


def _counties_of(code: str, codes: pd.Series) -> tuple[str, pd.Index]:
    """The code under which something was found, and the counties it holds."""
    for candidate in (code, *_other_codes(code)):
        stem = candidate.removesuffix("00").removesuffix("00")
        hit = codes.index[codes.str.startswith(stem)]
        if len(hit):
            return candidate, hit
    return code, codes.index[:0]


def _other_codes(code: str) -> list[str]:
    renamed = _read("renamed_adcodes.csv")
    return [
        *renamed.loc[renamed["old"] == code, "new"],
        *renamed.loc[renamed["new"] == code, "old"],
    ]


def _pairs(used: pd.DataFrame, found: list[pd.Index]) -> pd.DataFrame:
    """Which county belongs to which geography, exclusions taken out."""
    rows = [
        (geography, county, role == "excluded")
        for geography, role, hit in zip(used["geography"], used["role"], found, strict=True)
        for county in hit
    ]
    table = pd.DataFrame(rows, columns=["geography", "county", "excluded"])
    out = table.groupby(["geography", "county"], sort=False)["excluded"].any()
    return out[~out].reset_index()[["geography", "county"]]


def _polygons(pairs: pd.DataFrame, counties: gpd.GeoDataFrame, table: pd.DataFrame) -> gpd.GeoDataFrame:
    shapes = gpd.GeoDataFrame(
        pairs[["geography"]], geometry=counties.geometry.loc[pairs["county"]].to_numpy(), crs=counties.crs
    )
    dissolved = shapes.dissolve("geography", sort=False)
    facts = table.groupby("geography", sort=False).first()
    for column in ("tier", "kind"):
        if column in facts:
            dissolved.insert(0, column, facts[column])
    dissolved.insert(len(dissolved.columns) - 1, "counties", pairs.groupby("geography").size())
    return dissolved


def _checked_codes(codes: pd.Series, name: str) -> pd.Series:
    if name == "counties":
        check_ids(codes.index, name)
    text = codes.astype(str)
    wrong = text[~text.str.fullmatch(rf"\d{{{ADCODE_DIGITS}}}")]
    if len(wrong):
        raise InputError(
            f"{name}: {some_of(wrong.unique())} are no adcodes of six digits; pad shorter ones with zeros."
        )
    return text


def _read(name: str) -> pd.DataFrame:
    with files("urbgeo.cities").joinpath("data", name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)
