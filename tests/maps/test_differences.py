"""Before and after on one map: counties by what they save, what was built or closed, both sides to switch."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import EAST, NORTH, UTM, along, points, squares
from urbgeo.errors import InputError
from urbgeo.indicators.what_if import TARGETS, WhatIf
from urbgeo.maps.classes import ACCENT
from urbgeo.maps.differences import BREAKS, RAMP, _most, map_of_differences
from urbgeo.provenance import Provenance

GAINS = [-20.0, -15.0, 0.0, 0.5, 40.0, np.nan]
EVIL = "<script>alert(1)</script>"


def changes(*what: str) -> gpd.GeoDataFrame:
    line = shapely.LineString([(EAST, NORTH), (EAST + 3e4, NORTH)])
    shapes = [shapely.Point(EAST, NORTH) if one == "new airport" else line for one in what]
    return gpd.GeoDataFrame({"what": list(what), "name_zh": EVIL}, geometry=shapes, crs=UTM)


def changed(*what: str, as_points: bool = False) -> WhatIf:
    """Six counties; their minutes to an airport move by so much, to the capital by a tenth of it."""
    land = squares(*((10.0 * at, 0.0) for at in range(6)))
    if as_points:
        land = points([(10.0 * at, 0.0) for at in range(6)], list("abcdef"))
    gains = np.array(GAINS)
    table = land.assign(
        name_zh=[*"甲乙丙丁戊", EVIL], gain_min=gains, before_airport=100.0, after_airport=100.0 - gains,
        gain_airport=gains, before_capital=50.0, after_capital=50.0 - gains / 10, gain_capital=gains / 10,
    )  # fmt: skip
    road = along(0, 10)
    return WhatIf(
        table=table, summary_table=pd.DataFrame(), indicators=pd.DataFrame(), before=road, after=road,
        changes=changes(*what), titles=("县", "county"), provenance=Provenance(sources=("mine",)),
    )  # fmt: skip


def layers(result: WhatIf, **how: Any) -> tuple[str, dict[str, dict[str, Any]]]:
    """The page, and its layers by English name."""
    page = map_of_differences(result, **how).get_root().render()
    drawn = [json.loads(one) for one in re.findall(r"urbgeo\.layer\([^,]+, (\{.*?\})\);\n", page, re.DOTALL)]
    return page, {str(one["name"]): one for one in drawn}


def named(found: dict[str, dict[str, Any]], word: str) -> dict[str, Any]:
    (one,) = (layer for name, layer in found.items() if word in name)
    return one


def test_losses_are_brown_gains_blue_nothing_grey_and_bounds_closed_on_one_side() -> None:
    _, found = layers(changed())
    layer = named(found, "Minutes saved")
    colours = [layer["colours"][one["properties"]["c"]] for one in layer["features"]]
    assert len(RAMP) == len(BREAKS) + 1 and len(colours) == 6
    steps = [int(np.searchsorted(BREAKS, gain, side="left")) for gain in GAINS[:5]]
    assert colours[:5] == [RAMP[one] for one in steps], "a county just at a bound is below it"
    assert colours[2] == "#d6dade" and colours[5] not in RAMP


def test_minutes_before_and_after_are_those_of_the_target_that_moves_most() -> None:
    result = changed()
    assert _most(result, ["capital", "airport"]) == "airport"
    _, found = layers(result)
    assert sorted(name for name in found if "before" in name or "after" in name) == sorted(
        name for name in found if TARGETS["airport"][1] in name
    )
    assert len([name for name in found if TARGETS["airport"][1] in name]) == 2
    _, asked = layers(result, by="gain_capital")
    assert len([name for name in asked if TARGETS["capital"][1] in name]) == 2, "the one that is asked"
    bare = replace(result, table=result.table.drop(columns=["before_airport", "before_capital"]))
    assert not [name for name in layers(bare)[1] if "before" in name]


def test_each_kind_of_change_is_a_layer_and_none_is_drawn_that_was_not_made() -> None:
    _, found = layers(changed("new road", "closed", "new road"))
    assert len(named(found, "New roads")["features"]) == 2 and len(named(found, "Closed")["features"]) == 1
    assert not [name for name in found if "airports" in name and "New" in name]
    new, closed = named(found, "New roads"), named(found, "Closed")
    assert ACCENT in json.dumps(new) and ACCENT not in json.dumps(closed)
    _, found = layers(changed("new airport"))
    assert len(named(found, "New airports")["features"]) == 1 and "New roads" not in " ".join(found)


def test_seats_stand_where_there_are_no_polygons() -> None:
    _, found = layers(changed(as_points=True))
    assert len(named(found, "Minutes saved")["features"]) == 6 and len(found) == 1


def test_names_are_text_and_titles_stand_in_both_languages() -> None:
    page, _ = layers(changed("new road"))
    assert "<script>alert" not in page and "alert(1)" in page
    assert (
        "县：情景前后节省的分钟" in page and "county: minutes saved by the change" in page and "mine" in page
    )


def test_what_is_no_change_or_no_column_is_refused() -> None:
    with pytest.raises(InputError, match=r"result.*what_if\(\) gives one"):
        map_of_differences(changed().table)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="gain_airprt"):
        map_of_differences(changed(as_points=True), by="gain_airprt")
    with pytest.raises(InputError):
        map_of_differences(changed(), basemap="nowhere")
