"""Values and gaps in words, Chinese and English."""

from __future__ import annotations

import math

from urbgeo.indicators.lights import Aim, gap_of
from urbgeo.indicators.measured import Measured

MOST_NAMES = 3
_WAN = 1e4

UNITS_ZH = {
    "%": "%", "persons": "万人", "count": "个", "km": "公里", "km2": "平方公里", "min": "分钟", "ratio": "",
    "index": "", "m2/person": "平方米/人", "km/km2": "公里/平方公里", "ha": "公顷",
    "km/100 km2": "公里/百平方公里",
    "points": "点", "per km": "每公里", "class": "级", "m2/100 households": "平方米/百户",
}  # fmt: skip
UNITS_EN = {
    "persons": "million people",
    "count": "",
    "ratio": "",
    "index": "",
    "km2": "km²",
    "km/km2": "km/km²",
}


def value_in_words(value: float, unit: str) -> tuple[str, str]:
    """A value with its unit as planners write it: people in 万 and in millions.

    >>> value_in_words(13_000_000, "persons")
    ('1,300 万人', '13.00 million people')
    """
    if math.isnan(value):
        return "–", "–"
    if unit == "persons":
        return f"{value / _WAN:,.0f} 万人", f"{value / 1e6:,.2f} million people"
    text = number(value, unit)
    zh, en = UNITS_ZH.get(unit, unit), UNITS_EN.get(unit, unit)
    close = "" if unit == "%" else " "
    return f"{text}{close}{zh}".strip(), f"{text}{close}{en}".strip()


def number(value: float, unit: str) -> str:
    """A number with the digits its unit deserves."""
    if unit in ("count",):
        return f"{value:,.0f}"
    if unit in ("km", "km2") and abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if unit in ("%", "min", "points", "m2/person") else f"{value:,.2f}"


def gap_in_words(aim: Aim, unit: str, found: Measured) -> tuple[str, str]:
    """What lacks, and who: ``差 1.4 点 = 1 市：益阳 67 分钟``."""
    gap = gap_of(aim, found.value)
    if math.isnan(gap):
        return _who(found, MOST_NAMES)
    if gap == 0:
        return "达标", "met"
    needed = _needed(aim, unit, found)
    if unit == "%":
        zh, en = f"差 {gap:.1f} 点", f"{gap:.1f} points short"
    elif unit == "count" and needed:
        zh, en = "", ""
    else:
        said = value_in_words(gap, unit)
        zh, en = f"差 {said[0]}", f"{said[1]} short"
        if aim.direction == "<=":
            zh, en = f"超出 {said[0]}", f"{said[1]} above"
    if not needed:
        return zh, en
    noun_zh, noun_en = found.noun
    many = (
        f"{needed} {noun_en}{'' if needed == 1 else 's'}"
        if noun_en != "county"
        else (f"{needed} {'county' if needed == 1 else 'counties'}")
    )
    head_zh = f"{zh} = {needed} {noun_zh}" if zh else f"差 {needed} {noun_zh}"
    head_en = f"{en} = {many}" if en else f"{many} short"
    who = _who(found, min(needed, MOST_NAMES))
    rest = "等" if needed > MOST_NAMES else ""
    return (f"{head_zh}：{who[0]}{rest}", f"{head_en}: {who[1]}{' …' if rest else ''}") if who[0] else (
        head_zh, head_en,
    )  # fmt: skip


def _needed(aim: Aim, unit: str, found: Measured) -> int:
    """How many more it takes, where the value counts alike; 0 where it does not."""
    if not found.count or not found.left or aim.direction not in (">=", "="):
        return 0
    inside = found.count - len(found.left)
    if unit == "%" and math.isclose(found.value, 100.0 * inside / found.count, abs_tol=1e-6):
        return max(math.ceil(aim.value / 100.0 * found.count - 1e-9) - inside, 0)
    if unit == "count" and math.isclose(found.value, inside, abs_tol=1e-6):
        return max(math.ceil(aim.value - 1e-9) - inside, 0)
    return 0


def _who(found: Measured, most: int) -> tuple[str, str]:
    unit_zh, unit_en = found.left_unit
    if not unit_zh:  # who is out without a number to tell
        return "、".join(zh for zh, _, _ in found.left[:most]), ", ".join(
            en for _, en, _ in found.left[:most]
        )
    zh, en = [], []
    for name_zh, name_en, value in found.left[:most]:
        finite = math.isfinite(value)
        # what lies beyond a limit never reads as the limit
        fine = found.left_unit[0] == "点" or (finite and round(value) <= found.limit < value)
        said = f"{value:.1f}" if fine else f"{value:.0f}"
        zh.append(f"{name_zh} {said} {unit_zh}" if finite else f"{name_zh} 不可达")
        en.append(f"{name_en} {said} {unit_en}" if finite else f"{name_en} unreached")
    return "、".join(zh), ", ".join(en)
