"""What columns of results are called on maps and figures, in Chinese and English, with their units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from urbgeo.maps.fields import Field

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "_min": "min",
        "_kmh": "km/h",
        "_km2": "km²",
        "_km": "km",
        "_m2": "m²",
        "_ha": "ha",
        "_m": "m",
    }
)
"""Units by the ending of a column's name, longest first where one ends another."""

_NAMES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "name": ("名称", "Name", ""),
        "name_zh": ("名称", "Name (zh)", ""),
        "name_en": ("英文名", "Name (en)", ""),
        "minutes": ("分钟", "Minutes", "min"),
        "seat_minutes": ("驻地分钟", "Minutes from the seat", "min"),
        "covered": ("已覆盖", "Covered", ""),
        "facility": ("最近设施", "Nearest facility", ""),
        "status": ("状态", "Status", ""),
        "member": ("圈内", "In the circle", ""),
        "official": ("批复范围", "In the approved circle", ""),
        "metropolis": ("中心城市", "Metropolis", ""),
        "ring": ("圈层", "Ring", "min"),
        "people": ("人口", "People", "人"),
        "population": ("常住人口", "Population", "人"),
        "weight": ("权重", "Weight", ""),
        "score": ("得分", "Score", ""),
        "rank": ("位次", "Rank", ""),
        "share": ("占比", "Share", ""),
        "area_share": ("面积占比", "Share of area", ""),
        "population_share": ("人口占比", "Share of people", ""),
        "area_km2": ("面积", "Area", "km²"),
        "length_km": ("长度", "Length", "km"),
        "cluster": ("组群", "Cluster", ""),
        "class": ("类别", "Class", ""),
        "size_class": ("规模等级", "Size class", ""),
        "before": ("之前", "Before", ""),
        "after": ("之后", "After", ""),
        "change": ("变化", "Change", ""),
        "gain_min": ("节省", "Saved", "min"),
        "origin": ("起点", "From", ""),
        "destination": ("终点", "To", ""),
        "opened": ("开通年", "Opened", ""),
        "mode": ("方式", "Mode", ""),
        "cities": ("城市数", "Cities", ""),
        "pairs": ("城市对", "Pairs", ""),
        "value": ("数值", "Value", ""),
        "light": ("亮灯", "Light", ""),
        "supply": ("供给", "Supply", ""),
        "demand": ("需求", "Demand", ""),
        "access": ("可达性", "Access", ""),
    }
)

_YEARS = ("opened", "year")


def field_of(column: object) -> Field:
    """Names and unit of a column: known ones by this table, others by themselves and their ending.

    >>> field_of("minutes_airport").unit, field_of("area_km2").zh
    ('min', '面积')
    """
    name = str(column)
    if name in _NAMES:
        zh, en, unit = _NAMES[name]
        return Field(name, zh, en, unit, grouped=name not in _YEARS)
    if name.startswith("minutes_"):
        return Field(name, f"分钟 {name.removeprefix('minutes_')}", "Minutes", "min")
    ending = next((end for end in UNITS if name.endswith(end)), "")
    return Field(name, name, "", UNITS.get(ending, ""))


def fields_of(table: pd.DataFrame, leave_out: Iterable[object] = (), *, most: int = 12) -> list[Field]:
    """The first columns of a table as lines of a hover box."""
    left = set(leave_out)
    return [field_of(column) for column in table.columns if column not in left][:most]


def is_minutes(column: str) -> bool:
    """Whether a column holds minutes."""
    return column == "ring" or field_of(column).unit == "min"


def text_of(field: Field) -> str:
    """Both names and the unit, for a legend's head."""
    unit = f" ({field.unit})" if field.unit else ""
    return " ".join(dict.fromkeys(one for one in (field.zh, field.en) if one)) + unit
