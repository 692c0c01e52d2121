"""Minutes by timetable from a cluster are the bits of one machine, also when a worker is killed."""

from __future__ import annotations

import time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.cluster import client, kill_one  # noqa: F401, a fixture
from tests.network.test_transit import feed, travel  # noqa: F401, fixtures
from urbgeo.engine import timetable_cluster
from urbgeo.errors import InputError
from urbgeo.network.transit import Transit


def along(count: int) -> gpd.GeoDataFrame:
    """Points along the street, one of them far from it."""
    lon = np.append(112 + np.linspace(0, 0.12, count - 1), 100.0)
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, [28.0] * count), crs=4326)


def test_two_workers_give_the_same_bits(travel: Transit, client: Any) -> None:  # noqa: F811
    here, there = (travel.minutes_table(along(40), along(7), client=one) for one in (None, client))
    pd.testing.assert_frame_equal(here, there, check_exact=True)
    assert here.iloc[-1].isna().all() and len(np.unique(here.iloc[:-1, :-1])) > 50


def test_a_killed_worker_costs_time_not_rows(
    travel: Transit,  # noqa: F811
    client: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timetable_cluster, "ORIGINS_PER_TASK", 4)
    often = Transit(travel.timetable, travel.walking, every_min=1 / 60, terms=travel.terms)
    start, end = along(600), along(30)
    here = often.minutes_table(start, end)
    killed = kill_one(client, "transit-minutes", 0.1)
    there = often.minutes_table(start, end, client=client)
    assert killed and time.perf_counter() > killed[0], "the worker was killed before the end"
    assert here.to_numpy().tobytes() == there.to_numpy().tobytes()


def test_what_is_no_client_is_refused(travel: Transit) -> None:  # noqa: F811
    with pytest.raises(InputError, match=r"client: a dask\.distributed\.Client is needed, not str"):
        travel.minutes_table(along(3), along(3), client="tcp://somewhere")
