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
