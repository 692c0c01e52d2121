"""Counties dissolved to the polygons of policy geographies, and held against published areas and people."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

import geopandas as gpd
import pandas as pd
import shapely

from urbgeo.amounts import amount_of
from urbgeo.checks import check_columns, check_crs, check_polygons
from urbgeo.cities.policy import policy_geographies, read_table
from urbgeo.crs import equal_area_crs
from urbgeo.errors import InputError, UrbgeoWarning, some_of
from urbgeo.magnitude import check_unit
from urbgeo.provenance import Provenance
from urbgeo.results import Result

ADCODE_DIGITS = 6

ROLES = ("member", "part", "excluded", "node")


@dataclass(frozen=True, eq=False, repr=False)
class Dissolved(Result):
    """Policy geographies as polygons.

    Attributes
    ----------
    table
        One row per geography, with geometry: ``kind``, ``tier``, ``counties``, ``parts left out`` (names),
        ``area_km2``, with people ``people`` and ``people_per_km2``, and for those of
        :func:`~urbgeo.cities.policy.policy_geographies` ``published_area_km2``, ``area_off`` (relative),
        ``published_people``, ``people_off`` and ``why_apart``.
    members
        The table asked, with ``counties`` matched and ``status``: ``"matched"``, ``"renamed"`` (found under
        another code, in ``code_used``), ``"left out"`` (belongs in part only), ``"unknown"``.
    counties
        Geography of each county, one row per pair.
    """

    table: gpd.GeoDataFrame
    members: pd.DataFrame
    counties: pd.DataFrame
    land: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "tier"
    _titles: ClassVar[tuple[str, str]] = ("政策地理", "Policy geographies")

    @property
    def summary(self) -> pd.DataFrame:
        """By kind and tier, and over all: ``geographies``, ``counties``, ``area_km2``, ``share_of_land`` of
        the counties given, and people alike; a county of two geographies counts once."""
        pairs = self.counties.merge(self.land, left_on="county", right_index=True)
        facts = [column for column in ("kind", "tier") if column in self.table]
        labels = pd.DataFrame(self.table[facts]).reindex(pairs["geography"]).set_axis(pairs.index)
        pairs = pd.concat([pairs, labels], axis=1)
        groups = [(("all", ""), pairs)]
        if len(facts) == 2:
            groups = [*pairs.groupby(facts, sort=False), *groups]
        rows = [_sums(group, self.land) for _, group in groups]
        index = pd.MultiIndex.from_tuples([name for name, _ in groups], names=["kind", "tier"])
        return pd.DataFrame(rows, index=index)

    def _headline(self) -> str:
        return f"{len(self.table)} geographies of {self.counties['county'].nunique()} counties"


def _sums(group: pd.DataFrame, land: pd.DataFrame) -> dict[str, float]:
    once = group.drop_duplicates("county")
    row = {"geographies": group["geography"].nunique(), "counties": len(once)}
    for column in land:
        row[str(column)] = once[column].sum()
    row["share_of_land"] = once["area_km2"].sum() / land["area_km2"].sum()
    if "people" in land:
        row["people_per_km2"] = row["people"] / row["area_km2"]
        row["share_of_people"] = row["people"] / land["people"].sum()
    return row


def dissolve_members(
    members: pd.DataFrame,
    counties: gpd.GeoDataFrame,
    *,
    include_parts: bool = False,
    population: str | pd.Series | None = None,
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
        True takes members that belong only in part whole; otherwise they are left out, and named.
    population
        Column of ``counties``, or a Series on its index, persons.
    repair
        Make invalid polygons valid, and keep the polygons of shapes that hold lines or points beside them.

    Returns
    -------
    Dissolved

    Raises
    ------
    InputError
        For faulty polygons (those that cannot be repaired, when asked), codes that are not six digits, or
        when nothing at all matches.

    Warns
    -----
    UrbgeoWarning
        Naming and counting the counties that were repaired, and the members left out.

    Examples
    --------
    >>> from shapely import box
    >>> counties = gpd.GeoDataFrame(geometry=[box(112, 28, 112.1, 28.1), box(112.1, 28, 112.2, 28.1)],
    ...                             index=["430102", "430201"], crs=4326)
    >>> members = pd.DataFrame({"geography": ["A", "A"], "adcode": ["430100", "430200"]})
    >>> dissolve_members(members, counties).table["counties"].tolist()
    [2]
    """
    counties, repaired = _repaired(counties) if repair else (counties, 0)
    try:
        check_polygons(counties, "counties")
    except InputError as error:
        raise InputError(f"{error}" + ("" if repair else " Or pass repair=True.")) from None
    codes = _checked_codes(pd.Series(counties.index, index=counties.index), "counties")
    if not isinstance(members, pd.DataFrame):
        raise InputError(
            f"members: a table with geography and adcode is needed, not {type(members).__name__}; the call "
            "is dissolve_members(members, counties)."
        )
    check_columns(members, "members", ("geography", "adcode"))
    table = members.reset_index(drop=True)
    table["adcode"] = _checked_codes(table["adcode"], "members")
    if "role" not in table:
        table["role"] = "member"
    strange = table.loc[~table["role"].isin(ROLES), "role"].unique()
    if len(strange):
        raise InputError(f"members: unknown roles {some_of(strange)}; use {some_of(ROLES)}.")
    parts = (table["role"] == "part") & (not include_parts)
    found = [_counties_of(code, codes) for code in table["adcode"]]
    report = table.assign(
        code_used=[code for code, _ in found],
        counties=[len(hit) for _, hit in found],
        status=[
            _status(asked, code, len(hit), part)
            for asked, (code, hit), part in zip(table["adcode"], found, parts, strict=True)
        ],
    )
    # A part inside a larger member is taken out of it too.
    roles = table["role"].mask(parts, "excluded")
    pairs = _pairs(table["geography"], roles, [hit for _, hit in found])
    if pairs.empty:
        raise InputError("members: none of the adcodes is among the counties; compare the two kinds of code.")
    if parts.any():
        _warn_parts(table[parts])
    land = _land(counties, population)
    about = Provenance(
        {"include_parts": include_parts, "counties repaired": repaired, "parts left out": int(parts.sum())},
        sources=tuple(table["source"].unique()) if "source" in table else (),
        shares={"members unknown": float((report["status"] == "unknown").mean())},
    )
    polygons = _against_published(_polygons(pairs, counties, table, land, parts))
    return Dissolved(polygons, report, pairs, land, about)


def members_among(members: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """Which places (or counties) belong to which geography: ``geography``, ``county``.

    Members that belong in part only are left out, and taken out of larger ones.

    Raises
    ------
    InputError
        For codes that are not six digits, or when nothing matches.
    """
    codes = _checked_codes(pd.Series(ids, index=ids), "places")
    asked = _checked_codes(members["adcode"].reset_index(drop=True), "members")
    roles = members["role"] if "role" in members else pd.Series("member", members.index)
    roles = roles.reset_index(drop=True).replace("part", "excluded")
    found = [_counties_of(code, codes)[1] for code in asked]
    pairs = _pairs(members["geography"].reset_index(drop=True), roles, found)
    if pairs.empty:
        raise InputError("members: none of the adcodes is among the places; compare the two kinds of code.")
    return pairs


def _status(asked: str, used: str, counties: int, part: bool) -> str:
    if not counties:
        return "unknown"
    if part:
        return "left out"
    return "matched" if used == asked else "renamed"


def _warn_parts(parts: pd.DataFrame) -> None:
    named = parts["name"] if "name" in parts else parts["adcode"]
    shown = [f"{one} ({geography})" for one, geography in zip(named, parts["geography"], strict=True)]
    warnings.warn(
        f"members: {len(parts)} belong in part only and are left out: {some_of(shown)}; include_parts=True "
        "takes them whole.",
        UrbgeoWarning,
        stacklevel=3,
    )


def _land(counties: gpd.GeoDataFrame, population: str | pd.Series | None) -> pd.DataFrame:
    """Area of every county, and its people."""
    land = pd.DataFrame({"area_km2": counties.to_crs(equal_area_crs(counties)).area / 1e6})
    if population is not None:
        people = amount_of(population, counties, name="population", frame_name="counties")
        check_unit(people, "counties")
        land["people"] = people
    return land


def _against_published(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """With published areas and people beside the sums, where some were read."""
    facts = policy_geographies()
    ours = facts.reindex(polygons.index)
    if not polygons.index.isin(facts.index).any():
        return polygons
    shape = polygons.pop("geometry")
    polygons["published_area_km2"] = ours["published_area_km2"]
    polygons["area_off"] = polygons["area_km2"] / ours["published_area_km2"] - 1.0
    if "people" in polygons:
        polygons["published_people"] = ours["published_people"]
        polygons["people_off"] = polygons["people"] / ours["published_people"] - 1.0
    polygons["why_apart"] = ours["why_apart"].fillna("")
    return gpd.GeoDataFrame(polygons, geometry=shape)


def _repaired(counties: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
    """Valid polygons of every county, and how many had to be repaired."""
    check_crs(counties, "counties")
    shapes = counties.geometry
    faulty = shapes.notna() & (~shapes.is_valid | ~shapes.geom_type.isin(["Polygon", "MultiPolygon"]))
    if not faulty.any():
        return counties, 0
    parts = shapes[faulty].make_valid().explode().explode()
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


@lru_cache(maxsize=1)
def _renamed() -> tuple[tuple[str, str], ...]:
    """Pairs of an old and a new code."""
    table = read_table("renamed_adcodes.csv")
    return tuple(zip(table["old"], table["new"], strict=True))


def _other_codes(code: str) -> list[str]:
    newer = [new for old, new in _renamed() if old == code]
    return [*newer, *(old for old, new in _renamed() if new == code)]


def _pairs(geographies: pd.Series, roles: pd.Series, found: list[pd.Index]) -> pd.DataFrame:
    """Which county belongs to which geography, exclusions taken out."""
    rows = [
        (geography, county, role == "excluded")
        for geography, role, hit in zip(geographies, roles, found, strict=True)
        for county in hit
    ]
    table = pd.DataFrame(rows, columns=["geography", "county", "excluded"])
    out = table.groupby(["geography", "county"], sort=False)["excluded"].any()
    return out[~out].reset_index()[["geography", "county"]]


def _polygons(
    pairs: pd.DataFrame, counties: gpd.GeoDataFrame, table: pd.DataFrame, land: pd.DataFrame, parts: pd.Series
) -> gpd.GeoDataFrame:
    shapes = gpd.GeoDataFrame(
        pairs[["geography"]], geometry=counties.geometry.loc[pairs["county"]].to_numpy(), crs=counties.crs
    )
    dissolved = shapes.dissolve("geography", sort=False)
    facts = table.groupby("geography", sort=False).first()
    for column in ("tier", "kind"):
        if column in facts:
            dissolved.insert(0, column, facts[column])
    named = table["name"] if "name" in table else table["adcode"]
    left_out = named[parts].groupby(table["geography"][parts]).agg("、".join)
    columns = {"counties": pairs.groupby("geography").size(), "parts left out": left_out}
    sums = land.loc[pairs["county"]].groupby(pairs["geography"].to_numpy()).sum()
    columns |= {str(column): sums[column] for column in sums}
    if "people" in sums:
        columns["people_per_km2"] = sums["people"] / sums["area_km2"]
    for name, values in columns.items():
        dissolved.insert(len(dissolved.columns) - 1, name, values.reindex(dissolved.index))
    dissolved["parts left out"] = dissolved["parts left out"].fillna("")
    return dissolved


def _checked_codes(codes: pd.Series, name: str) -> pd.Series:
    text = codes.astype(str)
    wrong = text[~text.str.fullmatch(rf"\d{{{ADCODE_DIGITS}}}")]
    if len(wrong):
        raise InputError(
            f"{name}: {some_of(wrong.unique())} are no adcodes of six digits; pad shorter ones with zeros."
        )
    return text
