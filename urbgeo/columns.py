"""What the columns of results are called in Chinese and English, and their units: in heads and legends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

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
"""Units by the ending of a column's name."""


@dataclass(frozen=True)
class ColumnName:
    """Names and unit of a column; ``en`` is empty where only the column's own name is known."""

    zh: str
    en: str
    unit: str

    def both(self) -> str:
        """Both names and the unit in one line.

        >>> column_name("area_km2").both()
        '面积 Area (km²)'
        """
        unit = f" ({self.unit})" if self.unit else ""
        return " ".join(dict.fromkeys(one for one in (self.zh, self.en) if one)) + unit


_NAMES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "accessibility literature": ("可达性文献车速", "accessibility literature", ""),
        "technical standard": ("技术标准车速", "technical standard", ""),
        "peak": ("高峰车速", "peak", ""),
        "name": ("名称", "Name", ""),
        "name_zh": ("名称", "Name (zh)", ""),
        "name_en": ("英文名", "Name (en)", ""),
        "minutes": ("分钟", "Minutes", "min"),
        "seat_minutes": ("驻地分钟", "Minutes from the seat", "min"),
        "minutes_prefecture": ("到地级中心", "To the prefecture seat", "min"),
        "minutes_capital": ("到省会", "To the capital", "min"),
        "minutes_interchange": ("到高速互通", "To an interchange", "min"),
        "minutes_station": ("到高铁站", "To a high-speed station", "min"),
        "minutes_airport": ("到机场", "To an airport", "min"),
        "covered": ("已覆盖", "Covered", ""),
        "facility": ("最近设施", "Nearest facility", ""),
        "facility_name": ("设施名称", "Name of the facility", ""),
        "facility_name_zh": ("设施名称", "Name of the facility (zh)", ""),
        "facility_name_en": ("设施英文名", "Name of the facility (en)", ""),
        "band": ("区间", "Band", ""),
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
        "role": ("角色", "Role", ""),
        "person_minutes": ("人·分钟", "Person-minutes", ""),
        "people_cut": ("断绝人口", "People cut off", "人"),
        "worst_min": ("最多增加", "Most added", "min"),
        "demand": ("需求", "Demand", ""),
        "access": ("可达性", "Access", ""),
    }
)


def column_name(column: object) -> ColumnName:
    """Names and unit of a column: known ones from the list, others by themselves and their ending.

    >>> column_name("minutes_airport").unit, column_name("own_km").unit
    ('min', 'km')
    """
    name = str(column)
    if name in _NAMES:
        return ColumnName(*_NAMES[name])
    if name.startswith("minutes_"):
        what = name.removeprefix("minutes_")
        return ColumnName(f"分钟 {what}", f"Minutes {what}", "min")
    ending = next((end for end in UNITS if name.endswith(end)), "")
    return ColumnName(name, "", UNITS.get(ending, ""))
