"""The band of a circle over named speeds, and the checks whether a circle may be one."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from tests.cities.squares import CORE, ROAD, SEATS, circle, grid, peopled
from tests.cities.test_circles import ROW
from tests.network.build import points
from urbgeo.cities.band import band_of, circle_band
from urbgeo.cities.circles import CircleRules
from urbgeo.cities.metropolises import metropolitan_circles
from urbgeo.cities.metropolitan_rules import MetropolitanRules
from urbgeo.errors import InputError
from urbgeo.language import in_chinese
from urbgeo.network.edits import with_speeds
from urbgeo.network.regional import region_network
from urbgeo.regions.region import Region

SLOW = with_speeds(ROAD, pd.Series(30.0, ROAD.link_table.index))
"""Twice the minutes a kilometre of ROAD; the five kilometres from the core to the road stay."""

SEAT = CircleRules(rule="seat", units_checked=True)


def test_the_band_counts_under_how_many_sets_a_zone_is_inside() -> None:
    """The seats lie 15 to 55 minutes away at 60 km/h, and 15 to 95 at 30."""
    found = circle_band({"quick": ROAD, "slow": SLOW}, CORE, peopled(SEATS), minutes=35, rules=SEAT)
    table = found.table
    assert table["quick_min"].round(6).tolist() == [15, 25, 35, 45, 55]
    assert table["slow_min"].round(6).tolist() == [15, 35, 55, 75, 95]
    assert table["band"].tolist() == ["always", "always", "sometimes", "never", "never"]
    assert table["inside"].tolist() == [2, 2, 1, 0, 0]
    assert set(table["sets"]) == {2}
    assert table["least_min"].equals(table["quick_min"].rename("least_min"))
    assert table["most_min"].equals(table["slow_min"].rename("most_min"))
    turned = circle_band({"slow": SLOW, "quick": ROAD}, CORE, peopled(SEATS), minutes=35, rules=SEAT).table
    assert turned["least_min"].equals(table["least_min"]) and turned["most_min"].equals(table["most_min"])
    assert found.always.tolist() == ["a", "b"]
    assert found.sometimes.tolist() == ["c"]
    assert found.summary["zones"].to_dict() == {"quick": 3, "slow": 2, "every set": 2, "any set": 3}
    assert found.summary["people"].tolist() == [300, 200, 200, 300]
    assert "2 zones under each of 2 sets of speeds, 3 under at least one" in repr(found)
    assert "probab" not in repr(found) + found._repr_html_()


def test_circles_of_other_zones_make_no_band() -> None:
    found = circle_band({"quick": ROAD}, CORE, peopled(SEATS), minutes=35, rules=SEAT)
    fewer = circle_band({"slow": SLOW}, CORE, peopled(SEATS.iloc[:3]), minutes=35, rules=SEAT)
    with pytest.raises(InputError, match="zones of slow are not those of the first set"):
        band_of({**found.circles, **fewer.circles})
    with pytest.raises(InputError, match="circles: at least one is needed"):
        band_of({})


def test_hunans_band_says_which_counties_come_and_go(hunan: Region) -> None:
    sets = ("accessibility literature", "technical standard", "peak")
    roads = {name: region_network(hunan, modes=("road",), speeds=name) for name in sets}
    core = hunan.places.loc[list(hunan.lists["core"])]
    found = circle_band(roads, core, hunan.counties, rules=CircleRules(rule="seat"))
    inside = pd.DataFrame({name: one.table["minutes"] <= 60 for name, one in found.circles.items()})
    inside.loc[found.table.index[found.circles["peak"].table["role"] == "core"]] = True
    assert found.table["inside"].tolist() == inside.sum(axis=1).tolist()
    assert found.always.tolist() == inside.index[inside.all(axis=1)].tolist()
    assert len(found.sometimes) > 0
    assert found.table.columns[:2].tolist() == ["name_zh", "name_en"]


@pytest.mark.parametrize(
    ("networks", "message"),
    [
        (ROAD, "networks: networks by the name of their speeds are needed first, not TravelNetwork"),
        ({}, "networks: networks by the name"),
        ({"quick": ROAD, "slow": SEATS}, "networks: slow are no TravelNetwork"),
    ],
)
def test_what_is_no_set_of_networks_is_refused(networks: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        circle_band(networks, CORE, peopled(SEATS), rules=SEAT)


def test_circles_that_ask_different_things_make_no_band() -> None:
    zones, usual = peopled(ROW), {"rule": "seat", "minutes": 35}
    first = circle(zones, **usual)
    assert len(band_of({"a": first, "b": circle(zones, **usual)}).table) == len(zones)
    for changed, message in (
        ({"minutes": 45}, "b asks for 45 minutes, the first for 35"),
        ({"rings": (20, 35)}, "b asks for rings at 20, 35 minutes, the first at 35, 60"),
        ({"direction": "from"}, "b asks for the direction from, the first for to"),
        ({"rule": "area"}, "b asks for zones by the rule area, the first by seat"),
        ({"core": SEATS.loc[["b"]]}, "b asks for a core of the zones b, the first of a"),
    ):
        with pytest.raises(InputError) as told:
            band_of({"a": first, "b": circle(zones, **usual | changed)})
        assert str(told.value) == f"circles: {message}; only the speeds may differ."
        assert not re.search("[a-z]{3,} [a-z]{3,}", in_chinese(told.value.english)), "said in Chinese"
    part, pin = (circle(zones, core=ROW.loc[["a"]], pin=one, **usual) for one in (False, True))
    for one, other, message in (
        (part, pin, "b asks for minutes from the pin of the core, the first from its nearest part"),
        (pin, part, "b asks for minutes from the nearest part of the core, the first from its pin"),
    ):
        with pytest.raises(InputError, match=f"^circles: {message}; only the speeds may differ.$"):
            band_of({"a": one, "b": other})


@pytest.mark.parametrize(
    ("people", "name", "result"),
    [
        (10_000_000, "超大城市", "holds"),
        (5_000_000, "特大城市", "holds"),
        (4_999_999, "Ⅰ型大城市", "to be argued"),
        (3_000_000, "Ⅰ型大城市", "to be argued"),
        (2_999_999, "Ⅱ型大城市", "fails"),
        (None, "", "not asked"),
    ],
)
def test_only_large_cities_found_a_circle(people: float | None, name: str, result: str) -> None:
    row = circle(peopled(ROW), rule="seat", core_population=people).checks.loc["class of the core"]
    assert row["value"] == name
    assert row["result"] == result


def test_a_circle_in_pieces_or_with_holes_fails_enclosure() -> None:
    zones, seats, network = grid(5)
    reached = ["22", "23", "24", "32", "34", "42", "43", "44", "00"]
    nowhere = points([(-500, 0)]).geometry.iloc[0]
    away = seats.set_geometry(seats.geometry.where(seats.index.isin(reached), nowhere))
    asked = {"seats": away, "minutes": 300, "rule": "seat", "core": seats.loc[["22"]]}
    mended = circle(zones, network, **asked).checks.loc["enclosure"]
    assert mended[["value", "result"]].tolist() == [0, "holds"]
    loose = circle(zones, network, contiguous=False, **asked).checks.loc["enclosure"]
    assert loose[["value", "result"]].tolist() == [2, "fails"]
    assert loose["says"] == "1 not joined to the core: 00; 1 enclosed but left out: 33"
    assert circle(peopled(SEATS), seats=None, rule="seat").checks.loc["enclosure", "result"] == "not asked"


def test_commuting_is_measured_where_flows_are_given_and_modelled_otherwise() -> None:
    rows = [("a", "a", 90), ("b", "a", 10), ("b", "b", 90), ("c", "a", 9), ("c", "c", 91), ("d", "d", 1)]
    flows = pd.DataFrame(rows, columns=["home", "work", "workers"])
    asked = {"rule": "seat", "rate": 0.10}
    seen = circle(peopled(ROW), flows=flows, **asked)
    assert seen.table["rate"].tolist() == pytest.approx([1, 0.1, 0.09, 0, 0])
    row = seen.checks.loc["commuting share"]
    assert row[["value", "result", "basis"]].tolist() == [0.09, "fails", "observed"]
    assert row["says"] == "1 of 2 members below: c"
    assert seen.members.tolist() == ["a", "b", "c"], "a check takes nobody out"
    modelled = circle(peopled(ROW), **asked)
    many = metropolitan_circles(
        ROAD, pd.Series({"a": "A"}), peopled(ROW), seats=SEATS, population="population", minutes=35,
        rules=MetropolitanRules(rate=0.1, units_checked=True),
    )  # fmt: skip
    both = list("abcd")  # the other verb tells no rate beyond every circle
    np.testing.assert_allclose(modelled.table.loc[both, "rate"], many.table.loc[both, "rate"])
    assert modelled.checks.loc["commuting share", "basis"] == "modelled"
    assert circle(peopled(ROW), rule="seat").checks.loc["commuting share", "result"] == "not asked"


@pytest.mark.parametrize(
    "field",
    [
        {"rate": 0.0},
        {"rate": np.nan},
        {"core_population": -1},
        {"majority": np.nan},
        {"resolution_km": np.inf},
        {"rings": (60, 30)},
    ],
)
def test_rules_out_of_range_are_refused(field: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(field))):
        CircleRules(**field)


def test_areas_are_summed_where_there_are_any() -> None:
    points_only = circle_band({"quick": ROAD, "slow": SLOW}, CORE, peopled(SEATS), minutes=35, rules=SEAT)
    assert points_only.summary["area_km2"].isna().all()
    found = band_of({"one": circle(peopled(ROW), rule="seat"), "two": circle(peopled(ROW), rule="seat")})
    assert found.summary["area_km2"].tolist() == pytest.approx([100 * 3] * 4, rel=1e-2)
    assert found.provenance.parameters["speed sets"] == ("one", "two")


def test_other_questions_are_told_in_words() -> None:
    zones = peopled(ROW, urban=[1.0] * 5).rename(columns={"urban_population": "at_seat"})
    first = circle(peopled(ROW), rule="area")
    for changed, message in (
        ({"majority": 0.25}, "b asks for a majority of 0.25, the first of 0.5"),
        ({"minutes": 45, "rings": (20, 60)}, "b asks for 45 minutes, the first for 35"),
    ):
        with pytest.raises(InputError, match=f"circles: {message}; only the speeds may differ"):
            band_of({"a": first, "b": circle(peopled(ROW), **{"rule": "area"} | changed)})
    urban = circle(zones, rule="area", urban_population="at_seat")
    with pytest.raises(InputError, match="b asks for urban people in at_seat, the first for none or others"):
        band_of({"a": circle(peopled(ROW), rule="area", urban_population=None), "b": urban})
    with pytest.raises(InputError, match="b asks for no urban people, the first for those in at_seat"):
        band_of({"a": urban, "b": circle(peopled(ROW), rule="area", urban_population=None)})
