"""Audit of the control lines (三区三线): what a development boundary runs into, with areas and ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from urbgeo.checks import check_crs, check_quantity, check_whole
from urbgeo.errors import InputError, some_of
from urbgeo.land.layers import FAULT_COLUMNS, repair_layer, to_metric
from urbgeo.land.overlaps import overlaps
from urbgeo.land.rules import (
    FORBIDDEN,
    NOTED,
    NOTED_PAIRS,
    ZONES,
    extent_checks,
    geometry_checks,
    hole_checks,
    limit_of,
    new_land,
    new_land_checks,
    overlap_checks,
)
from urbgeo.provenance import Provenance
from urbgeo.rasters.stretch import measuring_crs
from urbgeo.results import Result
from urbgeo.standards import Standard, standard
from urbgeo.units import M2_PER_UNIT

SLIVER_WIDTH_M = 2.0
"""Overlaps narrower than this on average are drawing errors. A judgement, a parameter everywhere."""

SLIVER_AREA_M2 = 50.0
"""Overlaps smaller than this are drawing errors. A judgement, a parameter everywhere."""

WINDOW_COVER = 0.5
"""A hole in the boundary is a window (开天窗) when this share of it is farmland or ecological land."""


@dataclass(frozen=True, eq=False)
class ControlLines:
    """Polygon layers of one plan, any CRS each; all but ``boundary`` may be missing.

    ``boundary`` may have a column ``zone`` with :data:`ZONES`. ``units`` are the districts new land is
    counted by; with one column ``cap_km2``, ``cap_ha``, ``cap_mu`` or ``cap_wan_mu`` each is held to its own
    cap. ``new_land`` is new construction land; where it is missing, boundary (without special-use land) less
    built-up land stands for it.
    """

    boundary: gpd.GeoDataFrame
    farmland: gpd.GeoDataFrame | None = None
    redline: gpd.GeoDataFrame | None = None
    built_up: gpd.GeoDataFrame | None = None
    hazards: gpd.GeoDataFrame | None = None
    reserves: gpd.GeoDataFrame | None = None
    units: gpd.GeoDataFrame | None = None
    new_land: gpd.GeoDataFrame | None = None

    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """The layers that are there, by name."""
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: layer for name, layer in named.items() if layer is not None}


@dataclass(frozen=True, eq=False, repr=False)
class Audit(Result):
    """What an audit found.

    ``table``: one row per rule: ``rule_zh``, ``value``, ``unit``, ``limit``, ``passes`` (missing
    where there is no limit), ``source``, ``confirmed`` (whether the source's own text stands behind the
    limit). ``conflicts``: one layer of all overlaps: ``first_layer``, ``first_id``, ``second_layer``,
    ``second_id``, ``kind`` (``"conflict"``, ``"sliver"``, ``"noted"``, ``"in buffer"``), ``area_m2``,
    ``area_mu``, ``width_m``. ``holes``: holes of the boundary, ``kind`` ``"window"`` or ``"gap"``, with
    ``farmland_share``, ``redline_share`` and ``kept_share`` under either. ``faults``: what was wrong in the
    layers. ``units``: new construction land by unit.
    """

    table: pd.DataFrame
    conflicts: gpd.GeoDataFrame
    holes: gpd.GeoDataFrame
    faults: pd.DataFrame
    units: pd.DataFrame
    provenance: Provenance

    @property
    def summary(self) -> pd.DataFrame:
        """Rules that fail, with value and limit."""
        return self.table[self.table["passes"].eq(False)][["rule_zh", "value", "unit", "limit", "source"]]

    def _headline(self) -> str:
        held = int(self.table["passes"].eq(True).sum())
        return f"{held} rules hold, {len(self.summary)} fail, {len(self.conflicts)} overlaps"

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Also conflicts, holes, faults and units."""
        more = {name: getattr(self, name) for name in ("conflicts", "holes", "faults", "units")}
        return {**super().tables(), **{name: one for name, one in more.items() if len(one)}}


def audit_control_lines(
    lines: ControlLines,
    *,
    people: float | None = None,
    base_built_km2: float | None = None,
    new_land_cap_km2: float | Standard | None = None,
    expansion_multiple: float | Standard | None = None,
    redline_buffer_m: float = 0.0,
    sliver_width_m: float = SLIVER_WIDTH_M,
    sliver_area_m2: float = SLIVER_AREA_M2,
) -> Audit:
    """Hold a development boundary against the lines it must respect.

    Invalid polygons are repaired in a copy and listed, duplicates dropped and listed, overlaps inside a
    layer listed and counted once. An overlap is a sliver when its mean width ``2 A / P`` is below
    ``sliver_width_m`` or its area below ``sliver_area_m2``; slivers are listed, and do not fail a rule.

    Parameters
    ----------
    lines
        The layers.
    people
        Permanent urban population, for the share of elastic area allowed.
    base_built_km2
        Built-up land of the base year; the area of ``built_up`` when None.
    new_land_cap_km2
        Cap on new construction land: a number, or one with its source, e.g.
        ``standard("HUNAN_NEW_LAND_KM2")``. Without ``new_land`` and ``built_up``, the boundary (without
        special-use land) less ``base_built_km2`` is held against it.
    expansion_multiple
        Largest multiple of the base year's built-up land; ``standard("EXPANSION_MULTIPLE")`` when None.
    redline_buffer_m
        Boundary land this near to ecological land is listed as ``"in buffer"``; 0 for none.
    sliver_width_m, sliver_area_m2
        Overlaps narrower or smaller are slivers: listed, and not held against a rule.

    Returns
    -------
    Audit
        ``table`` has one row per rule.

    Raises
    ------
    InputError
        For layers without CRS, with repeated ids or other geometries than polygons, zones or caps that
        are none, and a cap on new land where nothing says what was built before.

    Examples
    --------
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 501_000, 3_001_000)], crs=4547)
    >>> field = gpd.GeoDataFrame(geometry=[shapely.box(500_900, 3_000_000, 502_000, 3_001_000)], crs=4547)
    >>> found = audit_control_lines(ControlLines(square, farmland=field), base_built_km2=0.8)
    >>> float(found.table.loc["boundary in farmland", "value"])
    0.1

    References
    ----------
    MNR, rules for delineating the three control lines (三区三线), 2019 and 2022, as widely quoted.
    """
    if not isinstance(lines, ControlLines):
        raise InputError(f"lines: ControlLines(boundary, ...) are needed, not {type(lines).__name__}.")
    check_quantity(redline_buffer_m, "redline_buffer_m", zero=True)
    check_quantity(sliver_width_m, "sliver_width_m", zero=True)
    check_quantity(sliver_area_m2, "sliver_area_m2", zero=True)
    if people is not None:
        check_quantity(people, "people", zero=True)
    if base_built_km2 is not None:
        check_quantity(base_built_km2, "base_built_km2")
    expansion = limit_of(expansion_multiple, "expansion_multiple") or standard("EXPANSION_MULTIPLE")
    cap = limit_of(new_land_cap_km2, "new_land_cap_km2")
    crs = _audit_crs(lines.boundary)
    layers, faults = _prepared(lines, crs)
    conflicts = _conflicts(layers, crs, sliver_width_m, sliver_area_m2, redline_buffer_m)
    unions = {name: layer.geometry.union_all() for name, layer in layers.items() if name in _UNIONED}
    holes = _holes(layers, unions["boundary"], crs)
    base = base_built_km2
    if base is None and "built_up" in unions and unions["built_up"].area > 0:
        base = unions["built_up"].area / 1e6
    units, new_km2 = new_land(layers, unions, crs, base_built_km2)
    if cap is not None and np.isnan(new_km2):
        raise InputError(
            "new_land_cap_km2: nothing says what is new; give new_land, built_up or base_built_km2 too."
        )
    checks = [
        *geometry_checks(faults),
        *overlap_checks(layers, conflicts),
        *hole_checks(holes),
        *extent_checks(layers, unions, people, base, expansion),
        *new_land_checks(units, new_km2, cap),
    ]
    parameters = {
        "people": people,
        "base_built_km2": base,
        "sliver_width_m": sliver_width_m,
        "sliver_area_m2": sliver_area_m2,
        "redline_buffer_m": redline_buffer_m,
        "new_land_cap_km2": None if cap is None else cap.value,
        "expansion_multiple": expansion.value,
        "crs": crs.name,
        "features": {name: len(layer) for name, layer in lines.layers().items()},
    }
    table = pd.DataFrame(checks, columns=_CHECK_COLUMNS).set_index("rule")
    return Audit(table, conflicts, holes, faults, units, Provenance(parameters=parameters))


def report_table(audit: Audit, *, digits: int = 3) -> pd.DataFrame:
    """The checks as a table for a report in Chinese: rounded, verdicts in words, sources beside them.

    Results in km2 get a twin in mu (亩). Where no limit applies the verdict is empty.

    Examples
    --------
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 501_000, 3_001_000)], crs=4547)
    >>> table = report_table(audit_control_lines(ControlLines(square), base_built_km2=0.5))
    >>> table.set_index("审查内容").loc["扩展倍数", "结论"]
    '不符合'
    """
    if not isinstance(audit, Audit):
        raise InputError(f"audit: what audit_control_lines() gives is needed, not {type(audit).__name__}.")
    check_whole(digits, "digits", 0)
    checks = audit.table.reset_index()
    units = {"km2": "km²", "count": "处", "share": "比例", "times": "倍"}
    verdict = checks["passes"].map({True: "符合", False: "不符合"}).fillna("")
    table = pd.DataFrame(
        {
            "审查内容": checks["rule_zh"],
            "结果": checks["value"].astype(float).round(digits),
            "单位": checks["unit"].map(units).fillna(checks["unit"]),
            "限值": checks["limit"].astype(float).round(digits),
            "结论": verdict,
            "依据": checks["source"],
            "依据原文已核": checks["confirmed"].map({True: "是", False: "否"}),
        }
    )
    mu = checks["value"].astype(float) * M2_PER_UNIT["km2"] / M2_PER_UNIT["mu"]
    table.insert(3, "折合亩", mu.where(checks["unit"] == "km2").round(1))
    return table


_UNIONED = ("boundary", "built_up", "new_land")
_CHECK_COLUMNS = ["rule", "rule_zh", "value", "unit", "limit", "passes", "source", "confirmed"]
_CONFLICT_COLUMNS = ["first_layer", "first_id", "second_layer", "second_id", "kind"]


def _audit_crs(boundary: gpd.GeoDataFrame) -> CRS:
    check_crs(boundary, "boundary")
    if boundary.empty:
        raise InputError("boundary: it has no rows; there is nothing to audit.")
    return measuring_crs(boundary)


def _prepared(lines: ControlLines, crs: CRS) -> tuple[dict[str, gpd.GeoDataFrame], pd.DataFrame]:
    layers, found = {}, []
    for name, layer in lines.layers().items():
        check_crs(layer, name)
        layers[name], faults = repair_layer(to_metric(layer, crs), name=name)
        found.append(faults)
    if "zone" in layers["boundary"]:
        wrong = ~layers["boundary"]["zone"].isin(ZONES)
        if wrong.any():
            ids = some_of(layers["boundary"].index[wrong])
            raise InputError(f"boundary: zone at {ids} is none of {', '.join(ZONES)}.")
    full = [one for one in found if len(one)]
    faults = pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=FAULT_COLUMNS)
    return layers, faults


def _conflicts(
    layers: Mapping[str, gpd.GeoDataFrame], crs: CRS, width_m: float, area_m2: float, buffer_m: float
) -> gpd.GeoDataFrame:
    found = []
    for first, second, _ in (*FORBIDDEN, *NOTED):
        if first in layers and second in layers:
            pairs = _named(overlaps(layers[first], layers[second]), layers, first, second)
            sliver = (pairs["width_m"] < width_m) | (pairs["area_m2"] < area_m2)
            kind = "noted" if (first, second) in NOTED_PAIRS else "conflict"
            found.append(pairs.assign(kind=np.where(sliver, "sliver", kind)))
    if buffer_m > 0 and "redline" in layers:
        found.append(_in_buffer(layers, buffer_m))
    full = [one for one in found if len(one)]
    if not full:
        empty = {name: pd.Series(dtype=object) for name in _CONFLICT_COLUMNS}
        numbers = {name: pd.Series(dtype=float) for name in ("area_m2", "area_mu", "width_m")}
        return gpd.GeoDataFrame(empty | numbers, geometry=gpd.GeoSeries([], crs=crs))
    every = pd.concat(full, ignore_index=True)
    return every[[*_CONFLICT_COLUMNS, "area_m2", "area_mu", "width_m", "geometry"]]


def _named(
    pairs: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame], first: str, second: str
) -> gpd.GeoDataFrame:
    length = pairs.length
    return pairs.assign(
        first_layer=first,
        first_id=layers[first].index[pairs["one"]].astype(object),
        second_layer=second,
        second_id=layers[second].index[pairs["other"]].astype(object),
        area_mu=pairs["area_m2"] / M2_PER_UNIT["mu"],
        width_m=2.0 * pairs["area_m2"] / length.where(length > 0, np.inf),
    ).drop(columns=["one", "other"])


def _in_buffer(layers: Mapping[str, gpd.GeoDataFrame], buffer_m: float) -> gpd.GeoDataFrame:
    """Boundary land near ecological land, that land itself taken off; each place counts once."""
    core = layers["redline"].geometry.union_all()
    ring = shapely.difference(shapely.buffer(core, buffer_m), core)
    belt = gpd.GeoDataFrame(geometry=[ring], index=[f"{buffer_m:g} m"], crs=layers["redline"].crs)
    pairs = overlaps(layers["boundary"], belt)
    named = _named(
        pairs, {"boundary": layers["boundary"], "redline buffer": belt}, "boundary", "redline buffer"
    )
    return named.assign(kind="in buffer")


def _holes(layers: Mapping[str, gpd.GeoDataFrame], boundary: shapely.Geometry, crs: CRS) -> gpd.GeoDataFrame:
    """Holes of the boundary as a whole, and how much of each is farmland or ecological land."""
    rings = [ring for part in shapely.get_parts(boundary) for ring in part.interiors]
    holes = gpd.GeoDataFrame(geometry=gpd.GeoSeries([shapely.Polygon(ring) for ring in rings], crs=crs))
    holes["area_m2"] = holes.area.astype(float)
    kept = np.full(len(holes), shapely.Polygon(), dtype=object)
    for name in ("farmland", "redline"):
        share = np.zeros(len(holes))
        if name in layers and len(holes):
            pairs = overlaps(holes, layers[name])
            for hole, some in pairs.groupby("one"):
                land = some.geometry.union_all()
                share[hole] = land.area / holes["area_m2"].iloc[hole]
                kept[hole] = shapely.union(kept[hole], land)
        holes[f"{name}_share"] = share
    holes["kept_share"] = shapely.area(kept) / holes["area_m2"]
    holes["kind"] = np.where(holes["kept_share"] >= WINDOW_COVER, "window", "gap")
    return holes[["kind", "area_m2", "farmland_share", "redline_share", "kept_share", "geometry"]]
