"""Made once for the tests of this room."""

from __future__ import annotations

import pytest

from tests.access.two_cities import NODES, ROADS
from tests.network.build import points
from tests.network.test_rail import TERMS
from tests.network.test_regional import region
from urbgeo.network.model import TravelNetwork
from urbgeo.network.regional import region_network


@pytest.fixture(scope="session")
def micro() -> TravelNetwork:
    """150 km of road, with trains (30 and 15 minutes) from its start past its middle to its end."""
    return region_network(
        region(points([(0, 0), (60, 0), (150, 0)], ["S", "T", "V"]), ROADS, NODES), rail_terms=TERMS
    )
