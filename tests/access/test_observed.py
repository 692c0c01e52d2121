"""A model held against observed trips: known ratios by hour, nothing fitted, faults named."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from urbgeo.access.observed import beside_observed
from urbgeo.errors import InputError
from urbgeo.network.model import TravelNetwork, build_network


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    at = gpd.points_from_xy([112.0, 112.1, 112.2, 112.9], [28.0] * 4)
    return gpd.GeoDataFrame(index=list("abcd"), geometry=at, crs=4326)


@pytest.fixture(scope="module")
def road(places: gpd.GeoDataFrame) -> TravelNetwork:
    """Ten minutes from a to b and back in thirty; b to c twenty each way; d stands alone."""
    links = pd.DataFrame(
        {"from_node": ["a", "b", "d"], "to_node": ["b", "c", "d2"], "length_km": 10.0, "class": "primary"}
    )
    links = links.assign(minutes=[10.0, 20, 5], minutes_back=[30.0, 20, 5])
    extra = gpd.GeoDataFrame(index=["d2"], geometry=gpd.points_from_xy([113.0], [28.0]), crs=4326)
    return build_network(pd.concat([places, extra]), links)


def trips(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["from_place", "to_place", "minutes", "hour"])


def test_ratios_by_hour_and_direction(road: TravelNetwork, places: gpd.GeoDataFrame) -> None:
    observed = trips([("a", "b", 10.0, 6), ("b", "a", 40.0, 6), ("a", "c", 60.0, 18), ("a", "d", 50.0, 18)])
    found = beside_observed(road, places, observed=observed)
    assert found.table["ratio"].round(6).tolist()[:3] == [1.0, 0.75, 0.5]
    assert found.table["status"].tolist() == ["reached", "reached", "reached", "unreached"]
    assert found.by_hour.loc[6, ["trips", "median_ratio", "within", "unreached"]].tolist() == [
        2,
        0.875,
        0.5,
        0,
    ]
    assert found.by_hour.loc[18, ["trips", "median_ratio", "within", "unreached"]].tolist() == [
        2,
        0.5,
        0.0,
        1,
    ]
    assert found.by_hour.loc["all", "median_ratio"] == 0.75
    assert "3" not in repr(found).split("trips")[0] and "4 trips" in repr(found)


def test_a_table_of_minutes_is_held_alike(road: TravelNetwork, places: gpd.GeoDataFrame) -> None:
    long = pd.DataFrame({"from": ["a", "b"], "to": ["b", "a"], "minutes": [10.0, 30.0]})
    observed = trips([("a", "b", 10.0, 6), ("b", "a", 40.0, 6)])
    pd.testing.assert_frame_equal(
        beside_observed(long, places, observed=observed).by_hour,
        beside_observed(road, places, observed=observed).by_hour,
    )


def test_minutes_written_with_commas_are_read(road: TravelNetwork, places: gpd.GeoDataFrame) -> None:
    observed = trips([("a", "b", "1,000", 6)])
    assert beside_observed(road, places, observed=observed).table["ratio"].tolist() == [0.01]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("a", "x", 10.0, 6), "to_place not among the places at 1"),
        (("a", "b", 0.0, 6), "not above 0 at 1"),
        (("a", "b", np.nan, 6), "minutes is missing"),
        (("a", "b", -3.0, 6), "negative"),
    ],
)
def test_faults_are_named(
    road: TravelNetwork, places: gpd.GeoDataFrame, row: tuple[object, ...], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        beside_observed(road, places, observed=trips([("a", "b", 10.0, 6), row]))


def test_fifteen_percent_off_either_way_is_close_and_tenths_of_the_ratios_are_told(
    places: gpd.GeoDataFrame,
) -> None:
    table = pd.DataFrame({"from": list("abcd"), "to": list("bcda"), "minutes": [8.5, 11.5, 8.4, 11.6]})
    observed = pd.DataFrame({"from_place": list("abcd"), "to_place": list("bcda"), "minutes": 10.0})
    found = beside_observed(table, places, observed=observed)
    assert found.by_hour.index.tolist() == ["all"], "no hours, no rows of hours"
    assert found.by_hour.loc["all"].to_dict() == pytest.approx(
        {"trips": 4, "median_ratio": 1.0, "within": 0.5, "p10": 0.843, "p90": 1.157, "unreached": 0}
    )
    slow = beside_observed(table.assign(minutes=[10.0, 20.0, 90.0, 30.0]), places, observed=observed)
    assert slow.by_hour.loc["all", ["median_ratio", "within"]].tolist() == [2.5, 0.25], "of 1, 2, 3 and 9"
    assert "50% within 15%" in repr(found) and found.summary is found.by_hour


def test_trips_that_the_model_cannot_make_have_no_ratio(places: gpd.GeoDataFrame) -> None:
    table = pd.DataFrame(
        [[np.inf, 5.0], [np.nan, np.nan]],
        index=pd.Index(["a", "b"], name="origin"),
        columns=pd.Index(["b", "c"], name="destination"),
    )
    observed = trips([("a", "b", 10.0, 6), ("b", "c", 10.0, 6)])
    found = beside_observed(table, places, observed=observed)
    assert found.table["status"].tolist() == ["unreached", "too far"]
    assert found.table["ratio"].isna().all()
    row = found.by_hour.loc[6]
    assert (row["trips"], row["unreached"]) == (2, 2) and np.isnan(row["within"])
