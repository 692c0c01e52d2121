"""A nation's train table as a network: rides are those of the table, to the minute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from urbgeo.crs import gcj02_to_bd09, wgs84_to_gcj02
from urbgeo.network.rail import direct_rides
from urbgeo.sources.train_tables import placed_of
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


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_stations_of_a_sheet_stand_where_their_datum_says(datum: str) -> None:
    lon, lat = np.array([113.065]), np.array([28.146])
    if datum != "wgs84":
        lon, lat = wgs84_to_gcj02(lon, lat)
    if datum == "bd09":
        lon, lat = gcj02_to_bd09(lon, lat)
    sheet = pd.DataFrame([["站名", "经度", "纬度"], ["长沙南站", str(lon[0]), str(lat[0])]])
    spot = placed_of({"stations": sheet}, datum, "trains.xlsx").geometry.loc["长沙南"]
    assert (spot.x, spot.y) == pytest.approx((113.065, 28.146), abs=1e-6)
