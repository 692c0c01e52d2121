"""Two cities, a road and a railway, for tests of reach and of rail trips."""

from __future__ import annotations

from tests.network.build import points, road

NODES = points([(0, 0), (60, 0), (150, 0)])


ROADS = road(("A", "B", 60.0), ("B", "C", 90.0))


CITIES = points([(0, 0), (60, 0), (150, 0), (60, 99)], list("pqrs")).assign(population=[1.0, 2.0, 3.0, 4.0])
