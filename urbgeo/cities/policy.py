"""Policy geographies as tables of adcodes: city clusters, axes, belts, town groups, metropolitan circles."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import geopandas as gpd
import pandas as pd
import shapely

from urbgeo.checks import check_crs, check_ids, check_polygons
from urbgeo.errors import InputError, UrbgeoWarning, some_of
from urbgeo.provenance import Provenance

ADCODE_DIGITS = 6
UNKNOWN = "unknown"
"""Role of the one row of a geography whose members no published list tells."""


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
    circle"``, ``"approved circle"``. A ``note`` says where a list is not from the plan itself; ``members`` is
    0 where none is known, and the note says why.
    """
    table = _read("policy_members.csv")
    grouped = table.assign(known=table["role"] != UNKNOWN).groupby("geography", sort=False)
    facts = grouped[["kind", "tier", "source", "note"]].first()
    facts.insert(2, "members", grouped["known"].sum())
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
        For a geography or a kind that is not there, and for a geography whose members are not known.

    Warns
    -----
    UrbgeoWarning
        When geographies of the kind (or of the whole table) are left out because their members are not known.
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
    known = table["role"] != UNKNOWN
    if geographies is not None and not known.all():
        why = "; ".join(f"{row.geography}: {row.note}" for row in table[~known].itertuples())
        raise InputError(f"geographies: members not known of {why}; give a table of your own.")
    if not known.all():
        warnings.warn(
            f"left out, for their members are not known: {some_of(table.loc[~known, 'geography'])}; "
            "policy_geographies() says why.",
            UrbgeoWarning,
            stacklevel=2,
        )
    return table[known].reset_index(drop=True)


def dissolve_members(
    members: pd.DataFrame,
    counties: gpd.GeoDataFrame,
    *,
    include_parts: bool = True,
    repair: bool = False,
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
    repair
        Make invalid polygons valid, and keep the polygons of shapes that hold lines or points beside them.

    Raises
    ------
    InputError
        For faulty polygons (those that cannot be repaired, when asked), codes that are not six digits, or
        when nothing at all matches.

    Warns
    -----
    UrbgeoWarning
        Naming and counting the counties that were repaired.
    """
    counties, repaired = _repaired(counties) if repair else (counties, 0)
    try:
        check_polygons(counties, "counties")
    except InputError as error:
        raise InputError(f"{error}" + ("" if repair else " Or pass repair=True.")) from None
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
        {"include_parts": include_parts, "counties repaired": repaired},
        sources=tuple(table["source"].unique()) if "source" in table else (),
        shares={"members unknown": float((report["status"] == "unknown").mean())},
    )
    return Dissolved(polygons, report, pairs, about)


def _repaired(counties: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """Valid polygons of every county, and how many had to be repaired."""
    check_crs(counties, "counties")
    shapes = counties.geometry
    faulty = shapes.notna() & (~shapes.is_valid | ~shapes.geom_type.isin(["Polygon", "MultiPolygon"]))
    if not faulty.any():
        return counties, 0
    parts = shapes[faulty].make_valid().explode(index_parts=False).explode(index_parts=False)
    areal = parts[parts.geom_type == "Polygon"]
    whole = areal.groupby(level=0, sort=False).agg(lambda polygons: shapely.union_all(polygons.to_numpy()))
    mended = shapes.where(~shapes.index.isin(whole.index), whole.reindex(shapes.index))
    warnings.warn(
        f"counties: {len(whole)} repaired, their areal parts kept: {some_of(whole.index)}.",
        UrbgeoWarning,
        stacklevel=3,
    )
    return counties.set_geometry(gpd.GeoSeries(mended, crs=counties.crs)), len(whole)


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
