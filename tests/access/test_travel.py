"""A network, a timetable and a table of minutes answer the same question alike, both ways."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.access.tables import long_of, wide_tables
from tests.network.build import QUICK, along, points
from urbgeo.access.table import MinutesTable
from urbgeo.access.travel import (
    GivesMinutes,
    by_mode,
    check_travel,
    frame_of,
    ids_of,
    layer_of,
    nearest,
    nearest_of,
    pairs,
    provenance_of,
    provenance_of_travel,
    with_names_of,
)
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.provenance import Provenance
from urbgeo.regions.region import Region


class Timetable:
    """Anything that tells minutes: those of a network, and what it rests on."""

    def __init__(self, network: TravelNetwork) -> None:
        self.network = network

    @property
    def provenance(self) -> Provenance:
        return Provenance(sources=("a timetable",))

    def minutes_table(self, origins: gpd.GeoDataFrame, destinations: gpd.GeoDataFrame) -> pd.DataFrame:
        return minutes_table(self.network, origins, destinations)


def uphill() -> TravelNetwork:
    """A road of 30 km that takes twice as long back, and a place far from it."""
    return along(0, 10, 20, 30, minutes=10.0, minutes_back=20.0)


PLACES = points([(0, 0), (10, 0), (20, 0), (0, 400)], ["p0", "p10", "p20", "far"])
SPOTS = points([(0, 0), (30, 0)], ["west", "east"])


def sources() -> list[tuple[str, Any, bool]]:
    """The same minutes from everything that gives some; whether direction turns it round."""
    network = uphill()
    return [("network", network, True), ("timetable", Timetable(network), True)]


@pytest.mark.parametrize(("direction", "minutes"), [("to", [0.0, 20.0, 10.0]), ("from", [0.0, 10.0, 20.0])])
def test_the_nearest_is_measured_the_way_that_is_travelled(direction: str, minutes: list[float]) -> None:
    """From 20 km it is 40 minutes down to the west and 10 up to the east; back 20 and 20."""
    wide = minutes_table(uphill(), PLACES.iloc[:3], SPOTS)
    back = minutes_table(uphill(), SPOTS, PLACES.iloc[:3])
    assert wide.loc["p20"].tolist() == [40.0, 10.0] and back["p20"].tolist() == [20.0, 20.0]
    table = wide if direction == "to" else back
    for _, travel, _ in [*sources(), ("table", table, True), ("long", long_of(table), True)]:
        asked = (PLACES.iloc[:3], SPOTS) if not isinstance(travel, pd.DataFrame) else (None, None)
        found = nearest(travel, *asked, direction=direction)
        assert found.loc[["p0", "p10", "p20"], "minutes"].tolist() == minutes
        assert found.loc["p20", "facility"] == ("east" if direction == "to" else "west"), (
            "the first of equals"
        )


@pytest.mark.parametrize("name", ["network", "timetable"])
def test_who_is_off_the_roads_is_too_far_and_has_no_minutes(name: str) -> None:
    travel = {one: given for one, given, _ in sources()}[name]
    found = nearest(travel, PLACES, SPOTS)
    assert found.loc["far", "status"] == "too far" and np.isnan(found.loc["far", "minutes"])
    assert found.loc["far", "facility"] is None or pd.isna(found.loc["far", "facility"])
    table = pairs(travel, PLACES, SPOTS)
    assert table.origin_status.to_dict() == dict.fromkeys(["p0", "p10", "p20"], "reached") | {
        "far": "too far"
    }


def test_the_cutoff_is_closed_and_beyond_it_nobody_is_near() -> None:
    for _, travel, _ in sources():
        for cutoff, status in ((20.0, "reached"), (19.999, "unreached")):
            found = nearest(travel, PLACES.loc[["p10"]], SPOTS, cutoff_min=cutoff)
            assert found["status"].tolist() == [status]
            assert pairs(travel, PLACES.loc[["p10"]], SPOTS, cutoff_min=cutoff).origin_status.tolist() == [
                status
            ]
            if status == "unreached":
                assert np.isinf(found["minutes"]).all()


@QUICK
@given(wide_tables(), st.sampled_from(["to", "from"]))
def test_the_nearest_of_a_table_is_its_least_cell(table: pd.DataFrame, direction: str) -> None:
    found = nearest(table, direction=direction)
    here = table if direction == "to" else table.T
    assert found.index.tolist() == here.index.tolist()
    for one, row in found.iterrows():
        least = here.loc[one].min()
        assert row["minutes"] == least
        if np.isfinite(least):
            assert row["facility"] == here.columns[(here.loc[one] == least).argmax()]
        else:
            assert row["status"] == "unreached"


def minutes_of(table: MinutesTable) -> dict[str, list[float]]:
    """Minutes by origin of a table that holds every pair."""
    assert table.whole and table.ends is None
    square = table.minutes.reshape(len(table.origins), len(table.destinations))
    return dict(zip(table.origins, square.tolist(), strict=True))


def test_pairs_back_still_have_a_row_for_everyone_who_asks() -> None:
    for _, travel, _ in sources():
        back = pairs(travel, PLACES.iloc[:3], SPOTS, direction="from")
        assert back.origins.tolist() == ["p0", "p10", "p20"] and back.destinations.tolist() == [
            "west",
            "east",
        ]
        assert minutes_of(back)["p20"] == [20.0, 20.0]
        assert minutes_of(pairs(travel, PLACES.iloc[:3], SPOTS))["p20"] == [40.0, 10.0]


def test_ids_that_a_table_does_not_hold_were_not_asked() -> None:
    table = pd.DataFrame({"from": ["a", "a"], "to": ["x", "y"], "minutes": [5.0, 3.0]})
    found = nearest(table, pd.DataFrame(index=["a", "b"]))
    assert found["status"].tolist() == ["reached", "not asked"] and np.isnan(found.loc["b", "minutes"])
    assert nearest_of(pairs(table)).loc["a", "facility"] == "y"


@pytest.mark.parametrize(
    ("travel", "said"),
    [
        (5, "int gives no minutes"), (None, "NoneType gives no minutes"),
        (PLACES, "GeoDataFrame gives no minutes"), ({"a": 1}, "dict gives no minutes"),
    ],
)  # fmt: skip
def test_what_gives_no_minutes_is_refused(travel: Any, said: str) -> None:
    for verb in (nearest, pairs, lambda one, *_: check_travel(one)):
        with pytest.raises(InputError, match=said):
            verb(travel, PLACES, SPOTS)


def test_a_region_is_asked_for_its_network_or_its_layers(hunan: Region) -> None:
    with pytest.raises(InputError, match="region_network"):
        check_travel(hunan)
    with pytest.raises(InputError, match=r"places: points are needed, not a Region; .*region\.counties"):
        layer_of(hunan, "places")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "points are needed to travel by a network"), (pd.Index(["a"]), "a GeoDataFrame is needed"),
        (PLACES.iloc[:0], "has no rows"), (uphill(), "not a TravelNetwork, which stands first"),
    ],
)  # fmt: skip
def test_a_network_needs_points(given: Any, said: str) -> None:
    with pytest.raises(InputError, match=f"facilities: .*{said}|facilities: {said}"):
        nearest(uphill(), PLACES, given)


def test_words_for_the_two_and_directions_are_checked() -> None:
    with pytest.raises(InputError, match="give two words"):
        pairs(uphill(), PLACES, SPOTS, names=("places",))  # type: ignore[arg-type]
    for verb in (nearest, pairs):
        with pytest.raises(InputError, match="direction"):
            verb(uphill(), PLACES, SPOTS, direction="both")
        with pytest.raises(InputError, match="cutoff_min"):
            verb(uphill(), PLACES, SPOTS, cutoff_min=0)


def test_ids_are_unique_and_there() -> None:
    assert ids_of(None, "places") is None
    assert ids_of(pd.Series([1], ["a"]), "places").tolist() == ["a"]  # type: ignore[union-attr]
    for ids, said in ((pd.Index(["a", "a"]), "repeated ids at a"), (pd.Index(["a", None]), "missing ids"),
                      (["a"], "not list")):  # fmt: skip
        with pytest.raises(InputError, match=f"places: .*{said}"):
            ids_of(ids, "places")


def test_modes_are_named_and_best_is_ours() -> None:
    table = pd.DataFrame({"from": ["a"], "to": ["x"], "minutes": [5.0]})
    assert by_mode(table).keys() == {"all"} and by_mode({"bus": table}).keys() == {"bus"}
    for wrong in ({}, {"best": table}):
        with pytest.raises(InputError, match="none of them called 'best'"):
            by_mode(wrong)
    with pytest.raises(InputError, match="gives no minutes"):
        by_mode({"bus": 3})  # type: ignore[dict-item]


def test_places_are_ids_for_tables_alone_and_points_as_soon_as_one_mode_needs_them() -> None:
    table = pd.DataFrame({"from": ["a"], "to": ["x"], "minutes": [5.0]})
    assert frame_of(pd.Index(["a", "b"]), "places", table).index.tolist() == ["a", "b"]
    named = pd.DataFrame({"name_zh": ["甲"]}, ["a"])
    assert frame_of(named, "places", {"bus": table}) is named
    with pytest.raises(InputError, match="places: a GeoDataFrame is needed"):
        frame_of(named, "places", {"bus": table, "car": uphill()})
    assert with_names_of(pd.DataFrame({"minutes": [1.0]}, ["a"]), named)["name_zh"].tolist() == ["甲"]
    plain = pd.DataFrame({"minutes": [1.0]}, ["a"])
    assert with_names_of(plain, named.index) is plain


def test_what_minutes_rest_on_comes_along() -> None:
    told, timetable = Provenance(sources=("mine",)), Timetable(uphill())
    table = pd.DataFrame({"from": ["a"], "to": ["x"], "minutes": [5.0]})
    assert not provenance_of_travel(table).sources
    table.attrs["provenance"] = told
    assert provenance_of_travel(table) is told
    assert isinstance(timetable, GivesMinutes) and provenance_of_travel(timetable).sources == ("a timetable",)
    assert nearest(timetable, PLACES, SPOTS).attrs["provenance"].sources == ("a timetable",)
    assert isinstance(pairs(timetable, PLACES, SPOTS), MinutesTable)
    found = {name: pd.DataFrame() for name in "ab"}
    found["a"].attrs["provenance"] = Provenance(sources=("x", "y"), speeds={"primary": 60.0})
    found["b"].attrs["provenance"] = Provenance(sources=("y", "z"))
    assert provenance_of(found).sources == ("x", "y", "z")
    assert dict(provenance_of(found).speeds) == {"primary": 60.0}, "speeds of the first"
