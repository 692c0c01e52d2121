"""The rules of an audit: which layers may not overlap, which areas are held to which limits."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from urbgeo.checks import check_quantity
from urbgeo.errors import InputError, some_of
from urbgeo.land.overlaps import overlaps
from urbgeo.standards import Standard, elastic_share
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

_ROUNDING = 1e-9
NOTED_PAIRS = {(first, second) for first, second, _ in NOTED}


Check = tuple[str, str, float, str, float, object, str, bool]


def limit_of(given: float | Standard | None, name: str) -> Standard | None:
    """A number without a source becomes one that says it was given."""
    if given is None or isinstance(given, Standard):
        return given
    return Standard(name, check_quantity(given, name, zero=True), "", "given by the caller", 0)


def _check(
    rule: str, zh: str, value: float, unit: str, limit: Standard | float | None = None, source: str = ""
) -> Check:
    if limit is None:
        return rule, zh, value, unit, np.nan, None, source, True
    if isinstance(limit, Standard):
        return rule, zh, value, unit, limit.value, _within(value, limit.value), limit.source, limit.confirmed
    return rule, zh, value, unit, limit, _within(value, limit), source, True


def _within(value: float, limit: float) -> bool:
    """At most the limit; what arithmetic adds in the last digits does not fail a plan."""
    return bool(value <= limit * (1.0 + _ROUNDING))


def geometry_checks(faults: pd.DataFrame) -> list[Check]:
    """Invalid, duplicate and overlapping polygons within the layers."""
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


def overlap_checks(layers: Mapping[str, gpd.GeoDataFrame], conflicts: gpd.GeoDataFrame) -> list[Check]:
    """Overlaps of two layers, forbidden and noted ones."""
    checks = []
    for first, second, zh in (*FORBIDDEN, *NOTED):
        if first not in layers or second not in layers:
            continue
        if (first, second) in NOTED_PAIRS:
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


def hole_checks(holes: gpd.GeoDataFrame) -> list[Check]:
    """Windows and gaps in the boundary."""
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


def extent_checks(
    layers: Mapping[str, gpd.GeoDataFrame],
    unions: Mapping[str, shapely.Geometry],
    people: float | None,
    base_km2: float | None,
    expansion: Standard,
) -> list[Check]:
    """Area, zones, share of elastic land, and how many times the base year's built-up land it is."""
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
        multiple = boundary.area / 1e6 / base_km2
        checks.append(_check("expansion multiple", "扩展倍数", multiple, "times", expansion))
    return checks


def new_land(
    layers: Mapping[str, gpd.GeoDataFrame],
    unions: Mapping[str, shapely.Geometry],
    crs: CRS,
    base_km2: float | None,
) -> tuple[pd.DataFrame, float]:
    """New construction land, in all and by unit; NaN when nothing says what was built before."""
    columns = ["new_land_km2", "cap_km2", "passes"]
    if "new_land" in unions:
        shape = unions["new_land"]
    else:
        zones = layers["boundary"]
        if "zone" in zones:
            zones = zones[zones["zone"] != "special"]
        whole = zones.geometry.union_all()
        if "built_up" not in unions:
            lump = np.nan if base_km2 is None else max(whole.area / 1e6 - base_km2, 0.0)
            return pd.DataFrame(columns=columns), float(lump)
        shape = shapely.difference(whole, unions["built_up"])
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


def new_land_checks(units: pd.DataFrame, new_km2: float, cap: Standard | None) -> list[Check]:
    """New construction land in all, outside every unit, and units over their cap."""
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
