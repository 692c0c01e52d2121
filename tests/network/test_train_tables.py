"""A nation's train table as a network: rides are those of the table, to the minute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from urbgeo.network.rail import direct_rides
from urbgeo.sources.trains import direct_minutes, read_trains, train_lines


@pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")
def test_every_direct_ride_of_the_network_is_the_quickest_of_the_table(shared_data: Path) -> None:
    trains = read_trains(shared_data / "china" / "trains_2016.xlsx")
    stations, lines = train_lines(trains, day="2016-03-10")
    rides = direct_rides(stations, lines).set_index(["from_station", "to_station"])
    table = direct_minutes(trains, day="2016-03-10").set_index(["from_station", "to_station"])
    around = set(trains.stations.cx[108.5:114.6, 24.3:30.9].index)
    both = [pair for pair in table.index if pair[0] in around and pair[1] in around]
    assert len(both) >= 1020
    assert np.allclose(rides.loc[both, "ride_min"], table.loc[both, "minutes"], atol=1e-9)
    assert (rides.loc[both, "trains_per_day"] == table.loc[both, "trains"]).mean() > 0.99
