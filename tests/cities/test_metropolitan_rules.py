"""How zones are given to metropolises: rings, contests, commuting rates, borders."""

from __future__ import annotations

import pandas as pd
import shapely

from tests.cities.squares import circle, grid
from tests.network.build import EAST, NORTH
from urbgeo.cities.metropolises import metropolitan_circles
from urbgeo.cities.metropolitan_rules import MetropolitanRules

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
