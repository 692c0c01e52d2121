"""Rings by commuting rate: known rates, and bounds for every count that a suppressed cell could be."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.cities.commuting_rings import commuting_rings
from urbgeo.errors import InputError

IDS = list("abcde")
ZONES = gpd.GeoDataFrame(
    {"name": list("甲乙丙丁戊")},
    geometry=[shapely.box(112 + i, 28, 113 + i, 29) for i in range(5)],
    index=IDS,
    crs=4326,
)


def flows(**workers: object) -> pd.DataFrame:
    """``ab=40``: forty that live in a and work in b."""
    rows = [(pair[0], pair[1], count) for pair, count in workers.items()]
    return pd.DataFrame(rows, columns=["home", "work", "workers"]).astype({"workers": object})


def test_rings_of_a_line_of_zones() -> None:
    """b sends 30 of 100 to a (exactly the bound), c 10, d 5, e 4: nothing suppressed, all certain."""
    table = flows(aa=500, ba=30, bb=70, ca=10, cc=90, da=5, dd=95, ea=4, ee=96)
    found = commuting_rings(table, ZONES, core_zones=["a"])
    assert found.table["ring"].tolist() == [0.3, 0.3, 0.1, 0.05, 0.0]
    assert found.table["certain"].all() and found.table["rate"].tolist()[1:] == [0.3, 0.1, 0.05, 0.04]
    assert found.rings["zones"].to_dict() == {0.3: 2, 0.1: 3, 0.05: 4}
    assert found.table["role"].tolist() == ["core", "circle", "circle", "circle", "outside"]


def test_land_decides_too() -> None:
    """c lies between b and d and is enclosed by nobody: d is an exclave while c is out; both ends join it."""
    table = flows(aa=500, ba=30, bb=70, ca=1, cc=99, da=40, dd=60)
    found = commuting_rings(table, ZONES.loc[list("abcd")], core_zones=["a"], rates=[0.1])
    assert found.table["role"].to_dict() == {"a": "core", "b": "circle", "c": "outside", "d": "exclave"}
    assert found.rings.loc[0.1, ["zones", "certain", "possible"]].tolist() == [2, 2, 3]


def test_either_counts_who_comes_from_the_core() -> None:
    table = flows(aa=500, ab=40, bb=60, ba=1)
    assert commuting_rings(table, ZONES, core_zones=["a"]).table.loc["b", "ring"] == 0.0
    both = commuting_rings(table, ZONES, core_zones=["a"], rule="either").table
    assert both.loc["b", "rate"] == 0.4 and both.loc["b", "ring"] == 0.3


def test_suppressed_cells_are_counted_and_bound_every_rate() -> None:
    """Of b nine may go to a at most: 0 of 91 or 9 of 100."""
    for mark in ("<10", " < 10 ", "＜10", "*", None, np.nan, "-"):
        found = commuting_rings(flows(aa=50, ba=mark, bb=91), ZONES, core_zones=["a"], least_count=10)
        row = found.table.loc["b"]
        assert (row["rate"], row["rate_low"], row["rate_high"]) == (0.0, 0.0, 0.09)
        assert row["ring"] == 0.0 and not row["certain"]
        assert found.provenance.shares["pairs suppressed"] == pytest.approx(1 / 3)
        assert found.rings.loc[0.05, ["zones", "certain", "possible"]].tolist() == [1, 1, 2]


def test_beside_the_circle_by_time() -> None:
    found = commuting_rings(flows(aa=500, ba=30, bb=70, ca=10, cc=90), ZONES, core_zones=["a"])
    held = found.beside(["a", "b", "d"])
    assert held.comparison.loc[0.1].to_dict() == {
        "both": ("a", "b"),
        "only_rate": ("c",),
        "only_time": ("d",),
    }
    assert held.table["in_time"].tolist() == [True, True, False, True, False]
    assert found.comparison is None and "in_time" not in found.table
    with pytest.raises(InputError, match="x"):
        found.beside(["x"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"least_count": None}, "suppressed at .*give least_count"),
        ({"least_count": 5}, "least_count: 5, but 1 say another"),
        ({"core_zones": []}, "no zone is the core"),
        ({"core_zones": ["x"]}, "x"),
        ({"rates": (0.1, 0.3)}, "do not fall"),
        ({"rates": (30, 10)}, "no share"),
        ({"rule": "pooled"}, "choose one of"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, object], said: str) -> None:
    asked = {"core_zones": ["a"], "least_count": 10, **change}
    with pytest.raises(InputError, match=said):
        commuting_rings(flows(aa=50, ba="<10", bb=91), ZONES, **asked)


def test_counts_that_are_none_are_refused() -> None:
    for wrong in ("soon", -1, np.inf):
        with pytest.raises(InputError, match="workers"):
            commuting_rings(flows(aa=50, ba=wrong), ZONES, core_zones=["a"])


@settings(max_examples=60)
@given(st.data())
def test_bounds_hold_for_all_that_suppressed_cells_could_be(data: st.DataObject) -> None:
    least = data.draw(st.integers(2, 6))
    counts = {
        f"{one}{other}": data.draw(st.one_of(st.just("*"), st.integers(least, 40), st.just(0)))
        for one in IDS for other in IDS
    }  # fmt: skip
    rule = data.draw(st.sampled_from(["out", "either"]))
    found = commuting_rings(flows(**counts), ZONES, core_zones=["a", "b"], rule=rule, least_count=least).table
    for _ in range(4):
        true = {
            pair: data.draw(st.integers(0, least - 1)) if count == "*" else count
            for pair, count in counts.items()
        }
        for zone in IDS:
            employed, jobs = (sum(true[pair] for pair in true if pair[end] == zone) for end in (0, 1))
            out = true[zone + "a"] + true[zone + "b"]
            back = true["a" + zone] + true["b" + zone]
            rate = out / employed if employed else 0.0
            if rule == "either":
                rate = max(rate, back / jobs if jobs else 0.0)
            low, high = found.loc[zone, ["rate_low", "rate_high"]]
            assert low - 1e-12 <= rate <= high + 1e-12


def test_who_works_beyond_the_zones_is_employed_too_and_what_was_asked_is_told() -> None:
    """Of b's hundred, ten go to a and fifty abroad: 10 %, and not 20."""
    table = flows(aa=500, ba=10, bb=40, bx=50)
    with pytest.raises(InputError, match="work not among the zones at x"):
        commuting_rings(table, ZONES, core_zones=["a"])
    found = commuting_rings(table, ZONES, core_zones=["a"], outside="x", rates=[0.3, 0.1], least_count=2)
    assert found.table.index.tolist() == IDS and found.table["name"].tolist() == list("甲乙丙丁戊")
    assert found.table["employed"].tolist() == [500, 100, 0, 0, 0]
    assert found.table["rate"].tolist() == [1.0, 0.1, 0, 0, 0]
    assert found.provenance.parameters == {"rates": [0.3, 0.1], "rule": "out", "least_count": 2}
    assert found.provenance.shares["pairs suppressed"] == 0
    assert "zones tied to the core: 1 at 30%, 2 at 10%" in repr(found) and found.summary is found.rings


def test_a_column_may_say_what_is_suppressed_and_one_is_the_least_that_can_be() -> None:
    table = flows(aa=50, ba=0, bb=98)
    marked = table.assign(suppressed=[0, 2, 0])
    row = commuting_rings(marked, ZONES, core_zones=["a"], least_count=2).table.loc["b"]
    assert (row["rate"], row["rate_high"]) == (0.0, 2 / 100), "two cells of one worker each at most"
    with pytest.raises(InputError, match="least_count"):
        commuting_rings(marked, ZONES, core_zones=["a"], least_count=1)
    for wrong in (None, "a"):
        with pytest.raises(InputError, match="no zone is the core"):
            commuting_rings(table, ZONES, core_zones=wrong)  # type: ignore[arg-type]


def test_a_ring_is_certain_where_both_bounds_lie_in_it() -> None:
    """c sends 10 of 100, and nine cells more may go elsewhere (10 of 109) or to a (19 of 109)."""
    sure = commuting_rings(
        flows(aa=50, ca=20, cc=71, cd="*"), ZONES, core_zones=["a"], rates=[0.3, 0.1], least_count=10
    )
    assert sure.table.loc["c", ["rate_low", "rate_high"]].tolist() == [0.2, pytest.approx(20 / 91)]
    assert sure.table["certain"].all() and sure.rings["possible"].tolist() == [1, 2]
    unsure = commuting_rings(flows(aa=50, ba=10, bb=90, bc="*"), ZONES, core_zones=["a"], least_count=10)
    assert unsure.table.loc["b", ["ring", "certain"]].tolist() == [0.1, False]
    assert unsure.rings["certain"].tolist() == [1, 1, 2] and unsure.rings["zones"].tolist() == [1, 2, 2]
