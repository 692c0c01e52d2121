"""What the verbs and rules of this room assume where nothing is said: decisions, each of them."""

from __future__ import annotations

from tests.defaults import defaults_of

INF = float("inf")

DEFAULTS = {
    "connectivity.by_direction": {"sectors": 8},
    "connectivity.connectivity": {"minutes": 180.0},
    "coverage.coverage": {"minutes": 60.0},
    "decay.Decay": {"cutoff_min": INF, "by_formula": False},
    "decay.power": {"least_min": 1.0},
    "equity.fgt": {"alpha": 0.0},
    "isochrones.isochrones": {"minutes": (15.0, 30.0, 60.0, 120.0)},
    "lattice.Lattice": {"beyond_m": 0.0},
    "living.emergency_response": {"minutes": 5.0},
    "nodes.node_nearest": {"count": 1},
    "opportunities.cost_to_reach": {"amount": 1.0},
    "opportunities.interval": {"step_min": 1.0},
    "rail_trips.RailTrips": {"max_access_min": 45.0, "ride_share": 0.5},
    "reach.reach": {"minutes": 120.0},
    "reading.table_of": {"some": False},
    "siting.maximal_covering": {"longest_s": 60.0},
    "siting.p_median": {"longest_s": 60.0},
    "table.for_ids": {"some": False},
    "uncertainty.over_draws": {"spread": 0.15, "count": 50, "level": 0.9, "seed": 0},
}


def test_defaults_are_those_decided() -> None:
    assert defaults_of("access") == DEFAULTS
