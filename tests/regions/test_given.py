"""What others counted: read-only, with the usual terms, and a word for everywhere beyond the region."""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, fields

import pandas as pd
import pytest

from tests.network.build import points
from urbgeo.cities.commuting_rings import commuting_rings
from urbgeo.regions.codes import join_codes
from urbgeo.regions.given import OUTSIDE, Commuters, ObservedTrips
from urbgeo.regions.nation import china_places


def test_terms_that_are_not_said_are_those_of_the_rings() -> None:
    found = Commuters(pd.DataFrame())
    usual = inspect.signature(commuting_rings).parameters
    assert found.rule == usual["rule"].default and found.least_count is usual["least_count"].default
    assert found.rates is None, "the rings' own"
    assert {one.name for one in fields(found)} - {"flows"} <= set(usual)


def test_the_word_for_everywhere_else_is_no_place() -> None:
    names = china_places()["name_zh"]
    assert join_codes(pd.Series([OUTSIDE]), names)["joined_by"].tolist() == ["unknown"]


def test_who_works_outside_is_counted_at_home_and_joins_no_zone() -> None:
    """Of a hundred residents of b sixty work in a, and thirty beyond the region: 60 %, not 86 %."""
    zones = points([(0, 0), (9, 0)], ["a", "b"])
    zones = zones.set_geometry(zones.buffer(4600.0))
    flows = pd.DataFrame(
        {"home": ["b", "b", "b", "a"], "work": ["a", "b", OUTSIDE, "a"], "workers": [60, 10, 30, 5],
         "suppressed": 0}
    )  # fmt: skip
    table = commuting_rings(Commuters(flows).flows, zones, core_zones=["a"], outside=OUTSIDE).table
    assert table.loc["b", "rate"] == pytest.approx(0.6) and OUTSIDE not in table.index


def test_nothing_of_it_can_be_changed_in_place() -> None:
    for one in (Commuters(pd.DataFrame()), ObservedTrips(points([(0, 0)]), pd.DataFrame())):
        with pytest.raises(FrozenInstanceError):
            one.flows = None  # type: ignore[union-attr,assignment,misc]
