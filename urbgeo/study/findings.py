"""What is found while a region is put together: found, joined, left over, suspicious, refused, missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from urbgeo.errors import some_of
from urbgeo.language import in_chinese, list_in_chinese

KINDS = {
    "found": "找到",
    "joined": "已连接",
    "left over": "未用",
    "suspicious": "可疑",
    "refused": "拒绝",
    "missing": "未提供",
}
"""Kinds of findings and their Chinese words."""

LAYERS = {
    "seats": "驻地",
    "prefecture seats": "地级中心",
    "zones": "分区",
    "population": "人口",
    "airports": "机场",
    "roads": "道路",
    "interchanges": "高速互通",
    "national roads": "国道",
    "trains": "列车",
    "stations": "车站",
    "rails": "铁路线",
    "lists": "名单",
    "core": "核心",
    "official circle": "批复范围",
    "overrides": "决定",
    "flows": "通勤表",
    "observed": "实测时间",
    "circle": "通勤圈",
    "prefectures": "地级中心机场覆盖",
    "counties": "县城机场覆盖",
    "reach": "两小时通达",
    "reach_hubs": "与周边城市的通达",
    "towns": "县城通达",
    "trips": "已知行程",
    "rings": "通勤率圈层",
    "decisions": "按决定调整",
    "release": "发布",
    "columns": "列",
}
"""Chinese names of layers, and of the answers that rest on them."""

_VALUES = {
    "same code": "代码相同",
    "changed code": "已变更代码",
    "older code": "旧代码",
    "former name": "曾用名",
    "short name": "简称",
    "given twice": "重复给出",
    "ambiguous": "有歧义",
    "unknown": "未知",
    "name": "名称",
    "persons": "人",
    "estimated": "估算",
    "none, both ways": "无，均为双向",
    "crossings": "相交处",
    "touches": "端点在线上处",
    "ends": "端点",
}
"""Words that stand as values in what is found, the longer before those they hold."""

SHOWN = 12
"""Ids that a finding lists, unless it is asked for more."""

LISTED = 60
"""Codes and names that joined nothing, listed in table and page."""


@dataclass
class Findings:
    """Rows of what was found, in the order it was looked at."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(
        self,
        layer: str,
        kind: str,
        what: str,
        *,
        count: int | None = None,
        ids: Iterable[object] = (),
        shown: int = SHOWN,
        do: str = "",
    ) -> None:
        """Note one thing: which layer, which kind, what, how many, which ones, and what to do.

        The first ``shown`` ids stand in table and page with a count of the rest, fewer in the notes.
        """
        if kind not in KINDS:
            raise KeyError(kind)
        listed = [str(one) for one in ids]
        self.rows.append(
            {
                "layer": layer,
                "finding": kind,
                "finding_zh": KINDS[kind],
                "what": what,
                "what_zh": chinese(what),
                "count": len(listed) if count is None else count,
                "which": some_of(listed, shown),
                "few": some_of(listed, SHOWN),
                "do": do,
                "do_zh": chinese(do),
            }
        )

    def table(self) -> pd.DataFrame:
        """One row a finding."""
        columns = ["layer", "finding", "finding_zh", "what", "what_zh", "count", "which", "do", "do_zh"]
        return pd.DataFrame(self.rows, columns=columns)

    def lines(self, *kinds: str) -> tuple[str, ...]:
        """Findings of some kinds as notes for a region, Chinese beside English."""
        return tuple(_note(row) for row in self.rows if row["finding"] in kinds)


def layer_zh(name: str) -> str:
    """A layer in Chinese; lists of one's own keep their name."""
    first, _, rest = name.partition(" ")
    return LAYERS.get(name) or (f"名单 {rest}" if first == "list" else name)


def chinese(text: str) -> str:
    """What was found or is to be done, in Chinese, the words that stand as values too."""
    said = in_chinese(text)
    if said == text:
        return text
    for word, zh in _VALUES.items():
        said = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", zh, said)
    return said


def _note(row: dict[str, object]) -> str:
    zh, en = f"{layer_zh(str(row['layer']))}：{row['what_zh']}", f"{row['layer']}: {row['what']}"
    if row["few"]:
        few = str(row["few"])
        zh, en = f"{zh}（{list_in_chinese(few)}）", f"{en} ({few})"
    return en if row["what"] == row["what_zh"] else f"{zh} {en}"
