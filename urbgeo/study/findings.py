"""What is found while a region is put together: found, joined, left over, suspicious, refused, missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from urbgeo.errors import some_of

KINDS = {
    "found": "找到",
    "joined": "已连接",
    "left over": "未用",
    "suspicious": "可疑",
    "refused": "拒绝",
    "missing": "未提供",
}
"""Kinds of findings and their Chinese words."""

SHOWN = 12


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
        do: str = "",
    ) -> None:
        """Note one thing: which layer, which kind, what, how many, which ones, and what to do."""
        if kind not in KINDS:
            raise KeyError(kind)
        listed = [str(one) for one in ids]
        self.rows.append(
            {
                "layer": layer,
                "finding": kind,
                "finding_zh": KINDS[kind],
                "what": what,
                "count": len(listed) if count is None else count,
                "which": some_of(listed, SHOWN),
                "do": do,
            }
        )

    def table(self) -> pd.DataFrame:
        """One row a finding."""
        columns = ["layer", "finding", "finding_zh", "what", "count", "which", "do"]
        return pd.DataFrame(self.rows, columns=columns)

    def lines(self, *kinds: str) -> tuple[str, ...]:
        """Findings of some kinds as notes for a region."""
        return tuple(
            f"{row['layer']}: {row['what']}" + (f" ({row['which']})" if row["which"] else "")
            for row in self.rows
            if row["finding"] in kinds
        )
