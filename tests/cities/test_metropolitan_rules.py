"""How zones are given to metropolises: rings, contests, commuting rates, borders."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from tests.cities.squares import circle, grid
from tests.network.build import EAST, NORTH
from urbgeo.cities.metropolises import metropolitan_circles
from urbgeo.cities.metropolitan_rules import MetropolitanRules
from urbgeo.errors import InputError

CORE_22 = pd.Series({"22": "A"})


def test_both_verbs_drop_exclaves_and_add_enclaves_alike() -> None:
    zones, seats, network = grid(5)
    reached = ["22", "23", "24", "32", "34", "42", "43", "44", "00"]
    away = seats.assign(geometry=[
        at if name in reached else shapely.Point(EAST - 500e3, NORTH) for name, at in seats.geometry.items()
    ])  # fmt: skip
    asked = {"seats": away, "minutes": 300}
    one = circle(zones, network, core=seats.loc[["22"]], rule="seat", **asked)
    many = metropolitan_circles(network, CORE_22, zones, **asked)
    assert one.table["role"].tolist() == many.table["role"].tolist()
    assert one.table.loc[["00", "33", "22", "23"], "role"].tolist() == [
        "exclave",
        "enclave",
        "core",
        "circle",
    ]
    loose = circle(
        zones, network, seats=away, core=seats.loc[["22"]], minutes=300, rule="seat", contiguous=False
    )
    assert loose.table.loc[["00", "33"], "role"].tolist() == ["circle", "outside"]
    rules = MetropolitanRules(contiguous=False)
    scattered = metropolitan_circles(
        network, pd.Series({"22": "A"}), zones, minutes=300, seats=away, rules=rules
    )
    assert scattered.table["role"].tolist() == loose.table["role"].tolist()


@pytest.mark.parametrize(
    "wrong",
    [
        {"contested": "people"}, {"rate_rule": "in"}, {"model": "huff"}, {"friction": -1.0}, {"rate": 0.0},
        {"rate": 1.1}, {"rings": (60, 30)}, {"contested": "flow"},
    ],
)  # fmt: skip
def test_rules_without_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="flows" if wrong == {"contested": "flow"} else next(iter(wrong))):
        MetropolitanRules(**wrong)


def test_rules_are_kept_as_tuples_and_their_bounds_are_closed() -> None:
    rules = MetropolitanRules(rings=[20, 40], coast=["a"], rate=1.0, friction=0.0)
    assert (rules.rings, rules.coast, rules.rate, rules.friction) == ((20.0, 40.0), ("a",), 1.0, 0.0)
    assert MetropolitanRules().contiguous is True and MetropolitanRules().units_checked is False
