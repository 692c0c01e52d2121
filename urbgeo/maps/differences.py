"""Before and after on one map: counties by minutes saved, new and closed roads, new airports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import folium

from urbgeo.arguments import check_object
from urbgeo.indicators.what_if import TARGETS, WhatIf
from urbgeo.maps.base import new_map
from urbgeo.maps.classes import ACCENT, Classes
from urbgeo.maps.drawing import MINUTE_BREAKS
from urbgeo.maps.fields import Field
from urbgeo.maps.layers import add_lines, add_points, add_polygons, simplified
from urbgeo.maps.styles import AreaStyle, LineStyle, PointStyle

BREAKS = (-15.0, -5.0, -0.5, 0.5, 5.0, 15.0, 30.0)
RAMP = ("#7f3b08", "#c9730f", "#f6c986", "#d6dade", "#c7dcef", "#86b4dc", "#3b7dbb", "#0b4a8f")
"""Losses in brown, gains in blue, nothing in grey."""

SIMPLIFY_M = 200.0
_NAMES = {
    "new road": ("新建道路", "New roads"),
    "closed": ("关闭道路", "Closed roads"),
    "new airport": ("新建机场", "New airports"),
}


def map_of_differences(
    result: WhatIf, *, by: str = "gain_min", basemap: str | None = None, key: str | None = None
) -> folium.Map:
    """Counties by minutes saved (``by`` a column of gains), and the changes on top.

    Parameters
    ----------
    result
        Of :func:`urbgeo.indicators.what_if.what_if`.
    by
        A column of ``result.table`` in minutes saved.
    basemap, key
        As for :func:`urbgeo.maps.new_map`.

    Returns
    -------
    folium.Map
        Offline, unless a base map is named.

    Raises
    ------
    InputError
        For a column that is not there, a base map that is unknown or lacks its key.

    Examples
    --------
    >>> import urbgeo
    >>> from urbgeo.indicators.what_if import what_if
    >>> import pandas as pd
    >>> people = {"county": ["大武口区", "惠农区", "平罗县"], "population": [299e3, 176e3, 276e3]}
    >>> people = pd.DataFrame(people)
    >>> small = urbgeo.region("石嘴山市", roads="estimated", population=people, zones=False)
    >>> found = what_if(small, speeds={"estimated": 90.0})
    >>> type(map_of_differences(found)).__name__
    'Map'
    """
    check_object(result, "result", WhatIf, "what_if() gives one")
    zh, en = result.titles
    polygons = result.table.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    if polygons:
        # once for all layers of the page
        result = replace(result, table=simplified(result.table, "polygon", SIMPLIFY_M, "what_if"))
    fmap = new_map(
        f"{zh}：情景前后节省的分钟",
        f"{en}: minutes saved by the change",
        bounds=result.table.to_crs(4326).total_bounds.tolist(),
        sources=result.provenance.sources,
        basemap=basemap,
        key=key,
        ground=result.table if polygons else None,
    )
    targets = [
        one.removeprefix("gain_") for one in result.table if one.startswith("gain_") and one != "gain_min"
    ]
    if polygons:
        asked = by.removeprefix("gain_") if by != "gain_min" else _most(result, targets)
        _before_and_after(fmap, result, asked)
    _add_gains(fmap, result, by, targets, polygons=polygons)
    _add_changes(fmap, result)
    return fmap


def _add_gains(fmap: folium.Map, result: WhatIf, by: str, targets: list[str], *, polygons: bool) -> None:
    """Counties by the minutes they save, as areas or as points."""
    hover = [Field("name_zh", "名称", "Name"), Field("gain_min", "最多节省", "Most saved", "min", digits=1)]
    hover += [Field(f"gain_{one}", f"节省 {one}", f"Saved {one}", "min", digits=1) for one in targets]
    shown: dict[str, Any] = {
        "name_zh": "节省分钟（负为增加）",
        "name_en": "Minutes saved (negative: lost)",
        "colour": Classes(by, BREAKS, ramp=RAMP, unit="min"),
        "hover": hover,
    }
    if polygons:
        add_polygons(fmap, result.table, **shown, style=AreaStyle(opacity=0.9))
    else:
        add_points(fmap, result.table, **shown, style=PointStyle(radius_px=7.0))


def _add_changes(fmap: folium.Map, result: WhatIf) -> None:
    """What is built or closed, one layer a kind of change."""
    for what, (name_zh, name_en) in _NAMES.items():
        part = result.changes[result.changes["what"] == what]
        if part.empty:
            continue
        shown: dict[str, Any] = {
            "name_zh": name_zh,
            "name_en": name_en,
            "hover": [Field("name_zh", "名称", "Name")],
        }
        if what == "new airport":
            point = PointStyle(radius_px=7.0)
            add_points(fmap, part, **shown, colour=ACCENT, style=point, label="name_zh")
        else:
            colour = ACCENT if what == "new road" else "#2b3138"
            add_lines(
                fmap, part, **shown, colour=colour, style=LineStyle(width_px=3.5, dashed=what == "closed")
            )


def _most(result: WhatIf, targets: list[str]) -> str:
    """The target whose minutes change most."""
    return max(targets, key=lambda one: float(result.table[f"gain_{one}"].abs().max()))


def _before_and_after(fmap: folium.Map, result: WhatIf, target: str) -> None:
    """Minutes before and after, to switch between: the page shows one choropleth at a time."""
    if f"before_{target}" not in result.table:
        return
    for side, zh, en in (("before", "此前", "before"), ("after", "此后", "after")):
        column = f"{side}_{target}"
        to_zh, to_en, _ = TARGETS[target]
        add_polygons(
            fmap,
            result.table,
            name_zh=f"{zh}：{to_zh}的分钟",
            name_en=f"Minutes {to_en}, {en}",
            colour=Classes(column, MINUTE_BREAKS, reverse=True, unit="min"),
            hover=[Field("name_zh", "名称", "Name"), Field(column, zh, en, "min", digits=1)],
            style=AreaStyle(shown=False, opacity=0.9),
        )
