"""Thresholds of the outline: closed, over the right seats, and only where their layer is there."""

from __future__ import annotations

from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.study.answers import Answers


def test_the_outlines_thresholds_have_a_row_each(answers: Answers, hunan_network: TravelNetwork) -> None:
    targets = answers.bands.by_set["accessibility literature"].targets
    assert targets["minutes"].tolist() == [45, 60, 15, 30, 60]
    assert targets["seats"].tolist() == [14, 14, 122, 122, 122]
    road = hunan_network.only(("road",))
    region = answers.region
    found = nearest_facility(road, region.counties, region.interchanges)["minutes"]
    assert targets.loc["expressway", "within"] == (found <= 30).sum()
