"""Minutes where no roads are at hand: straight lines between neighbours, always said to be estimated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

import urbgeo
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.regions.nation import china_places
from urbgeo.study.estimated import calibration, estimated_roads


def test_the_calibrated_speed_gives_the_median_of_hunans_drives() -> None:
    fitted = calibration()
    assert 40 < fitted.kmh < 90 and fitted.low < 1 < fitted.high and fitted.trips > 1000


def test_estimated_minutes_are_the_straight_line_at_the_speed_given() -> None:
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([112.0, 113.0, 112.5], [28.0, 28.0, 28.5]), index=list("abc"), crs=4326
    )
    network = estimated_roads(points, kmh=60.0)
    direct = minutes_table(network, points, points)
    assert direct.at["a", "b"] == pytest.approx(98.4, abs=0.2)
    assert set(network.link_table["class"]) == {"estimated"}
    assert network.provenance.parameters["roads"] == "estimated"
    with pytest.raises(InputError, match="three points"):
        estimated_roads(points.iloc[:2])


def test_no_road_leads_over_the_strait() -> None:
    coast = SEATS[SEATS.index.isin(["460100", "440800", "440825", "460200", "450500", "441900"])]
    minutes = minutes_table(estimated_roads(coast, kmh=60.0), coast, coast)
    assert np.isinf(minutes.at["460100", "440800"]) and np.isfinite(minutes.at["460100", "460200"])


def test_any_region_can_ask_for_estimated_roads(tmp_path: Path) -> None:
    region = urbgeo.region("宁夏", roads="estimated", zones=False)
    assert region.title_zh == "宁夏回族自治区（时间为估算）"
    assert any("ESTIMATED" in line for line in region.sources)
    answers = urbgeo.run_study(replace(region, name="nx"), folder=tmp_path).answers
    assert len(answers.prefectures.table) == 5


SEATS = china_places()


def test_the_calibration_rests_on_the_drives_of_20_to_150_km_between_seats() -> None:
    """Counted on a sphere, which is half a per cent off at most."""
    seats = urbgeo.load_region("hunan", zones=False).places
    seats = seats[seats["level"] != "hub"].to_crs(4326)
    lon, lat = np.radians(seats.geometry.x.to_numpy()), np.radians(seats.geometry.y.to_numpy())
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    apart = 2 * 6371.0 * np.arcsin(np.sqrt(half))
    assert calibration().trips == pytest.approx(int(((apart >= 20) & (apart <= 150)).sum()), rel=0.01)


def test_links_are_no_longer_than_400_km_and_points_that_coincide_are_joined() -> None:
    at = [112.0, 113.0, 112.5, 112.5, 118.0]
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(at, [28.0, 28.0, 28.5, 28.5, 28.2]), index=list("edcba"), crs=4326
    )
    table = estimated_roads(points, kmh=30.0).link_table
    assert table["length_km"].max() < 400 and not (table[["from_node", "to_node"]] == "a").any(axis=None)
    assert (table["minutes"] == 2 * table["length_km"]).all()
    twin = (
        table.loc[["estimated b - c"]] if "estimated b - c" in table.index else table.loc[["estimated c - b"]]
    )
    assert twin["length_km"].item() == 0.0
    line = gpd.points_from_xy([500_000, 510_000, 520_000], [3_000_000] * 3)
    with pytest.raises(InputError, match="no neighbours can be told"):
        estimated_roads(gpd.GeoDataFrame(geometry=line, index=list("abc"), crs=32649), kmh=30.0)
