"""Rail trips taken apart, and modelled minutes beside what is known from outside."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.network.test_journeys import STOPS
from tests.network.test_rail import STATIONS, TERMS
from urbgeo.access.rail_trips import TRIP_PARTS
from urbgeo.network.model import build_network
from urbgeo.network.rail import rail_tables
from urbgeo.regions.region import Region
from urbgeo.study.answers import Answers
from urbgeo.study.report import report_text
from urbgeo.study.trips import known_trips, trips_apart


def test_modelled_minutes_are_near_what_is_known_from_outside(answers: Answers) -> None:
    """Changsha to Zhuzhou, Xiangtan, Yueyang, Hengyang, Huaihua, by road and ride by ride."""
    assert {"430200", "430300", "430600", "430400", "431200"} <= set(answers.trips["to_place"])
    alone = answers.trips["source"].str.contains("from gate to gate")  # the press times the expressway alone
    trips = answers.trips[~alone]
    assert alone.sum() == 2
    assert (trips["modelled"] / trips["minutes"] - 1).abs().max() < 0.23


def test_a_known_ride_with_a_change_is_held_against_riding_waiting_and_changing() -> None:
    """25 and 40 minutes aboard, 7 for the change, 20 of waiting; no buffer before, no way out behind."""
    rail = build_network(*rail_tables(STATIONS, STOPS, terms=TERMS))
    known = pd.DataFrame(
        {"mode": "rail", "from_place": "u", "to_place": "v", "station_from": "U", "station_to": "V",
         "minutes": [80.0, 46.0], "basis": ["document", "general knowledge"]}
    )  # fmt: skip
    found = known_trips(SimpleNamespace(known_trips=known), rail)  # type: ignore[arg-type]
    assert found["modelled"].tolist() == [92.0, 92.0]
    assert found["deviation"].iloc[0] == pytest.approx(0.15) and np.isnan(found["deviation"].iloc[1])


def test_general_knowledge_is_never_printed_as_proof(answers: Answers) -> None:
    known = answers.trips["basis"] == "general knowledge"
    assert known.any() and not known.all()
    assert answers.trips.loc[known, "deviation"].isna().all()
    assert answers.trips.loc[~known, "deviation"].notna().all()
    for line in report_text(answers).splitlines():
        assert "general knowledge |" not in line or "%" not in line


def test_five_rail_trips_are_taken_apart_and_add_up(answers: Answers, hunan: Region) -> None:
    apart = trips_apart(hunan, answers.reach)
    assert len(apart) == 5
    assert (apart["status"] == "reached").all()
    np.testing.assert_allclose(apart[list(TRIP_PARTS)].sum(axis=1), apart["rail_min"])
    assert (apart[["drive_to_min", "drive_from_min"]] <= 45).all(axis=None)
    assert apart["buffer_min"].eq(30).all()
    text = report_text(answers)
    for name in ("发车前缓冲 buffer", "usual advice of stations", "长沙南–岳阳东"):
        assert name in text
