"""Audit of the control lines (三区三线): what a development boundary runs into, with areas and ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from urbgeo.checks import check_crs
from urbgeo.errors import InputError, some_of
from urbgeo.land.layers import FAULT_COLUMNS, repair_layer, to_metric
from urbgeo.land.limits import EXPANSION_MULTIPLE, SLIVER_AREA_M2, SLIVER_WIDTH_M, Limit, elastic_share
from urbgeo.land.overlaps import overlaps
from urbgeo.provenance import Provenance
from urbgeo.rasters.stretch import measuring_crs
from urbgeo.units import M2_PER_UNIT

ZONES = ("concentrated", "elastic", "special")
"""集中建设区, 弹性发展区, 特别用途区."""

FORBIDDEN: tuple[tuple[str, str, str], ...] = (
    ("boundary", "farmland", "城镇开发边界不占永久基本农田"),
    ("boundary", "redline", "城镇开发边界不占生态保护红线"),
    ("boundary", "hazards", "城镇开发边界避让灾害高风险区"),
    ("boundary", "reserves", "城镇开发边界避让自然保护地"),
    ("farmland", "redline", "永久基本农田与生态保护红线不重叠"),
    ("built_up", "farmland", "建成区不占永久基本农田"),
    ("built_up", "redline", "建成区不占生态保护红线"),
)
"""Pairs of layers that may not overlap, and the rule in Chinese."""

NOTED: tuple[tuple[str, str, str], ...] = (
    ("built_up", "hazards", "建成区内的灾害高风险区"),
    ("built_up", "reserves", "建成区内的自然保护地"),
    ("farmland", "hazards", "永久基本农田内的灾害高风险区"),
    ("farmland", "reserves", "永久基本农田内的自然保护地"),
    ("redline", "hazards", "生态保护红线内的灾害高风险区"),
    ("redline", "reserves", "生态保护红线内的自然保护地"),
    ("hazards", "reserves", "自然保护地内的灾害高风险区"),
)
"""The other pairs: their overlaps are listed with area and ids, and fail no rule."""

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


@dataclass(frozen=True, eq=False)
class Audit:
    """What an audit found.

    ``checks``: one row per rule: ``rule``, ``rule_zh``, ``value``, ``unit``, ``limit``, ``passes`` (missing
    where there is no limit), ``source``, ``confirmed`` (whether the source's own text stands behind the
    limit). ``conflicts``: one layer of all overlaps: ``first_layer``, ``first_id``, ``second_layer``,
    ``second_id``, ``kind`` (``"conflict"``, ``"sliver"``, ``"noted"``, ``"in buffer"``), ``area_m2``,
    ``area_mu``, ``width_m``. ``holes``: holes of the boundary, ``kind`` ``"window"`` or ``"gap"``, with
    ``farmland_share``, ``redline_share`` and ``kept_share`` under either. ``faults``: what was wrong in the
    layers. ``units``: new construction land by unit.
    """

    checks: pd.DataFrame
    conflicts: gpd.GeoDataFrame
    holes: gpd.GeoDataFrame
    faults: pd.DataFrame
    units: pd.DataFrame
    provenance: Provenance = field(repr=False)


def audit_control_lines(
    lines: ControlLines,
    *,
    people: float | None = None,
    base_built_km2: float | None = None,
    new_land_cap: Limit | None = None,
    expansion_limit: Limit = EXPANSION_MULTIPLE,
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
    new_land_cap
        Cap on new construction land, e.g. :data:`urbgeo.land.limits.HUNAN_NEW_LAND`.
    expansion_limit
        Largest multiple of the base year's built-up land.
    redline_buffer_m
        Boundary land this near to ecological land is listed as ``"in buffer"``; 0 for none.

    Raises
    ------
    InputError
        For layers without CRS, with repeated ids or other geometries than polygons, zones or caps that
        are none.
    """
    if not (0 <= redline_buffer_m < np.inf and 0 <= sliver_width_m < np.inf and 0 <= sliver_area_m2 < np.inf):
        raise InputError("redline_buffer_m, sliver_width_m, sliver_area_m2: give finite numbers >= 0.")
    crs = _audit_crs(lines.boundary)
    layers, faults = _prepared(lines, crs)
    conflicts = _conflicts(layers, crs, sliver_width_m, sliver_area_m2, redline_buffer_m)
    unions = {name: layer.geometry.union_all() for name, layer in layers.items() if name in _UNIONED}
    holes = _holes(layers, unions["boundary"], crs)
    base = base_built_km2
    if base is None and "built_up" in unions:
        base = unions["built_up"].area / 1e6
    units, new_km2 = _new_land(layers, unions, crs)
    checks = [
        *_geometry_checks(faults),
        *_overlap_checks(layers, conflicts),
        *_hole_checks(holes),
        *_extent_checks(layers, unions, people, base, expansion_limit),
        *_new_land_checks(units, new_km2, new_land_cap),
    ]
    parameters = {
        "people": people,
        "base_built_km2": base,
        "sliver_width_m": sliver_width_m,
        "sliver_area_m2": sliver_area_m2,
        "redline_buffer_m": redline_buffer_m,
        "crs": crs.name,
        "features": {name: len(layer) for name, layer in lines.layers().items()},
    }
    columns = ["rule", "rule_zh", "value", "unit", "limit", "passes", "source", "confirmed"]
    table = pd.DataFrame(checks, columns=columns)
    return Audit(table, conflicts, holes, faults, units, Provenance(parameters=parameters))


def report_table(audit: Audit, *, digits: int = 3) -> pd.DataFrame:
    """The checks as a table for a report in Chinese: rounded, verdicts in words, sources beside them.

    Results in km2 get a twin in mu (亩). Where no limit applies the verdict is empty.
    """
    checks = audit.checks
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


_ROUNDING = 1e-9
_NOTED_PAIRS = {(first, second) for first, second, _ in NOTED}
_UNIONED = ("boundary", "built_up", "new_land")
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
            kind = "noted" if (first, second) in _NOTED_PAIRS else "conflict"
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


Check = tuple[str, str, float, str, float, object, str, bool]


def _check(
    rule: str, zh: str, value: float, unit: str, limit: Limit | float | None = None, source: str = ""
) -> Check:
    if limit is None:
        return rule, zh, value, unit, np.nan, None, source, True
    if isinstance(limit, Limit):
        return rule, zh, value, unit, limit.value, _within(value, limit.value), limit.source, limit.confirmed
    return rule, zh, value, unit, limit, _within(value, limit), source, True


def _within(value: float, limit: float) -> bool:
    """At most the limit; what arithmetic adds in the last digits does not fail a plan."""
    return bool(value <= limit * (1.0 + _ROUNDING))


def _geometry_checks(faults: pd.DataFrame) -> list[Check]:
    kinds = faults["fault"].astype(str)
    return [
        _check(
            "invalid or empty polygons",
            "无效图形",
            float(kinds.str.startswith(("invalid", "empty")).sum()),
            "count",
            0.0,
        ),
        _check("duplicate polygons", "重复图形", float((kinds == "duplicate").sum()), "count", 0.0),
        _check("overlaps within a layer", "层内重叠", float((kinds == "overlaps").sum()), "count", 0.0),
    ]


def _overlap_checks(layers: Mapping[str, gpd.GeoDataFrame], conflicts: gpd.GeoDataFrame) -> list[Check]:
    checks = []
    for first, second, zh in (*FORBIDDEN, *NOTED):
        if first not in layers or second not in layers:
            continue
        if (first, second) in _NOTED_PAIRS:
            pair = (conflicts["first_layer"] == first) & (conflicts["second_layer"] == second)
            value = once_counted_m2(conflicts[pair]) / 1e6
            checks.append(_check(f"{first} in {second}", zh, value, "km2"))
            continue
        pair = (conflicts["first_layer"] == first) & (conflicts["second_layer"] == second)
        real = conflicts[pair & (conflicts["kind"] == "conflict")]
        value = once_counted_m2(real) / 1e6
        checks.append(_check(f"{first} in {second}", zh, value, "km2", 0.0, "control lines do not overlap"))
        slivers = int((pair & (conflicts["kind"] == "sliver")).sum())
        checks.append(_check(f"slivers of {first} in {second}", f"{zh}(碎片)", float(slivers), "count"))
    near = conflicts[conflicts["kind"] == "in buffer"]
    if len(near):
        checks.append(_check("boundary near redline", "边界临近生态红线", once_counted_m2(near) / 1e6, "km2"))
    return checks


def _hole_checks(holes: gpd.GeoDataFrame) -> list[Check]:
    checks = []
    for kind, zh in (("window", "开天窗"), ("gap", "边界内空隙")):
        some = holes[holes["kind"] == kind]
        checks.append(_check(f"{kind}s in the boundary", zh, float(len(some)), "count"))
        checks.append(_check(f"{kind} area", f"{zh}面积", float(some["area_m2"].sum()) / 1e6, "km2"))
    return checks


def once_counted_m2(conflicts: gpd.GeoDataFrame) -> float:
    """Area of some conflicts, land that lies in several of them counted once."""
    shapes = conflicts.geometry.to_numpy()
    total = float(conflicts["area_m2"].sum())
    if len(shapes) < 2:
        return total
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    if shapely.touches(shapes[one], shapes[other]).all():
        return total
    return float(shapely.union_all(shapes).area)


def _extent_checks(
    layers: Mapping[str, gpd.GeoDataFrame],
    unions: Mapping[str, shapely.Geometry],
    people: float | None,
    base_km2: float | None,
    expansion: Limit,
) -> list[Check]:
    boundary = unions["boundary"]
    checks = [_check("boundary", "城镇开发边界面积", boundary.area / 1e6, "km2")]
    if "built_up" in unions and unions["built_up"].area > 0:
        inside = shapely.area(shapely.intersection(boundary, unions["built_up"])) / unions["built_up"].area
        checks.append(_check("built-up land inside", "建成区位于边界内的比例", float(inside), "share"))
    if "zone" in layers["boundary"]:
        by_zone = {
            zone: layers["boundary"][layers["boundary"]["zone"] == zone].geometry.union_all().area / 1e6
            for zone in ZONES
        }
        names = {"concentrated": "集中建设区", "elastic": "弹性发展区", "special": "特别用途区"}
        checks += [_check(f"{zone} area", names[zone], value, "km2") for zone, value in by_zone.items()]
        if by_zone["concentrated"] > 0:
            limit = None if people is None else elastic_share(people)
            ratio = by_zone["elastic"] / by_zone["concentrated"]
            checks.append(
                _check("elastic over concentrated area", "弹性发展区占集中建设区比例", ratio, "share", limit)
            )
    if base_km2 is not None:
        if not 0 < base_km2 < np.inf:
            raise InputError(f"base_built_km2: {base_km2!r}; give km2 > 0.")
        multiple = boundary.area / 1e6 / base_km2
        checks.append(_check("expansion multiple", "扩展倍数", multiple, "times", expansion))
    return checks


def _new_land(
    layers: Mapping[str, gpd.GeoDataFrame], unions: Mapping[str, shapely.Geometry], crs: CRS
) -> tuple[pd.DataFrame, float]:
    """New construction land, in all and by unit; NaN when neither it nor built-up land is known."""
    columns = ["new_land_km2", "cap_km2", "passes"]
    if "new_land" in unions:
        shape = unions["new_land"]
    elif "built_up" in unions:
        zones = layers["boundary"]
        if "zone" in zones:
            zones = zones[zones["zone"] != "special"]
        shape = shapely.difference(zones.geometry.union_all(), unions["built_up"])
    else:
        return pd.DataFrame(columns=columns), np.nan
    total = float(shape.area / 1e6)
    if "units" not in layers:
        return pd.DataFrame(columns=columns), total
    units = layers["units"]
    pairs = overlaps(units, gpd.GeoDataFrame(geometry=[shape], crs=crs))
    by_unit = pairs.groupby("one")["area_m2"].sum().reindex(range(len(units)), fill_value=0.0) / 1e6
    table = pd.DataFrame({"new_land_km2": by_unit.to_numpy()}, index=units.index)
    table.attrs["outside_km2"] = total - shapely.intersection(shape, units.geometry.union_all()).area / 1e6
    caps = _caps_km2(units)
    if caps is not None:
        table["cap_km2"] = caps
        table["passes"] = [_within(*pair) for pair in zip(table["new_land_km2"], caps, strict=True)]
    return table, total


def _caps_km2(units: gpd.GeoDataFrame) -> pd.Series | None:
    """The caps of the units, from the one column that names its unit of area."""
    named = [f"cap_{unit}" for unit in M2_PER_UNIT if f"cap_{unit}" in units]
    if len(named) > 1:
        raise InputError(f"units: {', '.join(named)} all give caps; keep one of them.")
    if not named:
        return None
    caps = pd.to_numeric(units[named[0]], errors="coerce")
    wrong = ~(np.isfinite(caps) & (caps >= 0))
    if wrong.any():
        raise InputError(f"units: {named[0]} is no area at {some_of(units.index[wrong])}.")
    return caps * M2_PER_UNIT[named[0].removeprefix("cap_")] / M2_PER_UNIT["km2"]


def _new_land_checks(units: pd.DataFrame, new_km2: float, cap: Limit | None) -> list[Check]:
    checks = []
    if np.isfinite(new_km2):
        checks.append(_check("new construction land", "新增建设用地", new_km2, "km2", cap))
    if len(units):
        outside = float(units.attrs["outside_km2"])
        checks.append(
            _check("new construction land outside every unit", "单元外新增建设用地", outside, "km2")
        )
    if "passes" in units and len(units):
        over = float((~units["passes"].astype(bool)).sum())
        checks.append(_check("units over their cap", "超出指标的单元", over, "count", 0.0))
    return checks
