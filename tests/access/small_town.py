"""Made for tests: a town of few roads and points about it."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from tests.network.build import points, road
from urbgeo.network.model import Snapping, TravelNetwork, build_network

ROADS: list[dict[str, object]] = [
    {},
    {"oneway": [True] * 4 + [False] * 2},
    {"minutes": 30.0, "minutes_back": 3.0},
]


STARTS = st.lists(st.tuples(st.floats(-2.5, 22.5), st.floats(-2.5, 2.5)), min_size=1, max_size=4)


def town(seed: int) -> TravelNetwork:
    """Streets of some 100 m, crooked, one in five missing; walked at 4.8 km/h."""
    draw = np.random.default_rng(seed)
    side = 26
    row, column = np.divmod(np.arange(side * side), side)
    xy = 0.1 * np.stack([column, row], axis=1) + draw.normal(0, 0.02, (side * side, 2))
    nodes = points([tuple(one) for one in xy], [f"n{k}" for k in range(side * side)])
    pairs = [(k, k + 1) for k in range(side * side) if k % side < side - 1]
    pairs += [(k, k + side) for k in range(side * (side - 1))]
    kept = [pair for pair in pairs if draw.uniform() > 0.2]
    km = [float(np.hypot(*(xy[a] - xy[b]))) for a, b in kept]
    streets = road(*((f"n{a}", f"n{b}", one) for (a, b), one in zip(kept, km, strict=True)), speed_kmh=4.8)
    return build_network(nodes, streets, snapping=Snapping(max_snap_km=0.3, off_network_kmh=4.8))
