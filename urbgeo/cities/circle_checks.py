"""May this circle be one: class of its core, one enclosed piece of land, commuting to the core."""

from __future__ import annotations

from typing import TypeAlias

import pandas as pd

from urbgeo.cities.circle_rules import MEMBERS
from urbgeo.cities.sizes import class_of
from urbgeo.errors import some_of
from urbgeo.standards import CIRCLE_FOUNDER, CIRCLE_FOUNDER_ARGUED

Check: TypeAlias = tuple[object, object, str, str, str]
"""Value, bound, result, basis, and what is said of it."""

RESULTS = ("holds", "to be argued", "fails", "not asked")


def circle_checks(
    table: pd.DataFrame, role: pd.Series, *, core_population: float | None, rate: float | None, source: str
) -> pd.DataFrame:
    """One row per condition: ``value``, ``bound``, ``result`` (one of :data:`RESULTS`), ``basis``, ``says``.

    ``role`` is that of every zone after contiguity was looked at, whether or not it was asked for.
    """
    rows = {
        "class of the core": _class_row(core_population),
        "enclosure": _enclosure_row(role, table),
        "commuting share": _share_row(table, rate, source),
    }
    index = pd.Index(list(rows), name="check")
    return pd.DataFrame(
        list(rows.values()), index, ["value", "bound", "result", "basis", "says"], dtype=object
    )


def _class_row(core_population: float | None) -> Check:
    bound = "特大城市, 超大城市, or a strong Ⅰ型大城市"
    if core_population is None:
        return ("", bound, "not asked", "", "give the core's 城区常住人口 as core_population")
    name = class_of(core_population)
    argued = "to be argued" if core_population >= CIRCLE_FOUNDER_ARGUED else "fails"
    result = "holds" if core_population >= CIRCLE_FOUNDER else argued
    says = {
        "holds": "may found a circle",
        "to be argued": "may found one if its pull on the region is shown to be strong",
        "fails": "too small to found a circle",
    }[result]
    return (name, bound, result, "given", f"{core_population:,.0f} people: {says}")


def _enclosure_row(role: pd.Series, table: pd.DataFrame) -> Check:
    if "area_share" not in table:
        return ("", "one piece", "not asked", "", "points have no borders; give polygons")
    apart = role.index[(role == "exclave") & table["member"]]
    holes = role.index[(role == "enclave") & ~table["member"]]
    says = "; ".join(
        f"{len(ids)} {word}: {some_of(ids)}"
        for word, ids in (("not joined to the core", apart), ("enclosed but left out", holes))
        if len(ids)
    )
    broken = len(apart) + len(holes)
    return (
        broken,
        "one piece",
        "fails" if broken else "holds",
        "geometry",
        says or "one piece without holes",
    )


def _share_row(table: pd.DataFrame, rate: float | None, source: str) -> Check:
    if "rate" not in table:
        return ("", rate, "not asked", "", "give a rate, and flows where there are any")
    ring = table["rate"][table["role"].isin(MEMBERS) & (table["role"] != "core")]
    if ring.empty:
        return ("", rate, "not asked", "", "the circle has no members beside its core")
    below = ring.index[ring < rate] if rate is not None else ring.index[:0]
    least = float(ring.min())
    says = f"{len(below)} of {len(ring)} members below" + (
        f": {', '.join(map(str, below[:10]))}" if len(below) else ""
    )
    basis = "observed" if source == "flows" else "modelled"
    return (least, rate, "fails" if len(below) else "holds", basis, says)
