"""Links between the members of city clusters: pairs by hand, any travel, Hunan's eight cities."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import urbgeo
from urbgeo.cities.member_links import member_links
from urbgeo.cities.policy import policy_members
from urbgeo.errors import InputError
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import build_network

CODES = ["430100", "430200", "430300", "440100"]
MEMBERS = pd.DataFrame(
    {
        "geography": ["A", "A", "A", "A", "B", "B"],
        "adcode": ["430000", "430300", "440100", "440200", "430100", "430200"],
        "role": ["member", "part", "member", "member", "member", "member"],
    }
)
PLACES = pd.DataFrame({"people": [100.0, 50, 10, 20]}, index=CODES)
MINUTES = pd.DataFrame(
    [[0.0, 120, 5, 200], [121, 0, 5, np.inf], [5, 5, 0, 5], [100, 120, 5, 0]], index=CODES, columns=CODES
)


def test_every_ordered_pair_of_a_geography_is_held_against_the_closed_bound() -> None:
    found = member_links(MINUTES, MEMBERS, PLACES, population="people")
    pairs = found.table.set_index(["geography", "from_place", "to_place"])
    assert set(pairs.loc["A"].index) == set(itertools.permutations(["430100", "430200", "440100"], 2))
    assert pairs.loc[("B", "430100", "430200"), ["minutes", "within"]].tolist() == [120.0, True]
    assert pairs.loc[("B", "430200", "430100"), ["minutes", "within"]].tolist() == [121.0, False]
    assert pairs.loc[("A", "430200", "440100"), ["status", "strength"]].tolist() == ["unreached", 0.0]
    assert pairs.loc[("A", "440100", "430100"), "strength"] == 20 * 100 / 100**2
    assert pairs["share"].groupby("geography").sum().tolist() == pytest.approx([1, 1])
    table = found.summary
    assert table["places"].to_dict() == {"A": 3, "B": 2}
    assert table["within"].to_dict() == {"A": 3, "B": 1}
    assert table.loc["A", "share_within"] == 0.5
    assert table.loc["A", "median_min"] == (120 + 121) / 2
    assert np.isinf(table.loc["A", "most_min"])
    assert table.loc["A", "strongest"] == ("430100", "430200")
    assert found.provenance.shares["pairs not reached"] == 1 / 8


def test_a_network_and_a_long_table_give_the_same_links() -> None:
    at = gpd.points_from_xy(500_000 + np.arange(4) * 20_000, [3_000_000] * 4)
    seats = gpd.GeoDataFrame(PLACES, geometry=at, crs=32649)
    links = {"from_node": CODES[:3], "to_node": CODES[1:], "length_km": 20.0, "class": "primary"}
    road = build_network(seats, pd.DataFrame({**links, "minutes": 50.0, "minutes_back": 70.0}))
    by_road = member_links(road, MEMBERS, seats).table
    wide = minutes_table(road, seats, seats)
    long = wide.stack().rename("minutes").rename_axis(["from", "to"]).reset_index()
    pd.testing.assert_frame_equal(member_links(long, MEMBERS, seats).table, by_road)
    assert by_road.loc[by_road["geography"] == "B", "minutes"].tolist() == [50.0, 70.0]


def test_the_cities_of_hunans_cluster_are_linked_on_its_roads() -> None:
    hunan = urbgeo.load_region("hunan")
    road = urbgeo.region_network(hunan, modes=("road",))
    members = policy_members("“3+5”城市群")
    found = member_links(road, members, hunan.prefectures, population="urban_population")
    row = found.summary.iloc[0]
    assert (row["places"], row["pairs"]) == (8, 56)
    straight = minutes_table(road, hunan.prefectures, hunan.prefectures)
    inside = list(dict.fromkeys(found.table["from_place"]))
    values = straight.loc[inside, inside].to_numpy()[~np.eye(8, dtype=bool)]
    assert row["within"] == (values <= 120).sum()
    assert set(row["strongest"]) <= {"430100", "430200", "430300"}


def test_links_that_cannot_be_are_refused() -> None:
    for call, message in (
        (lambda: member_links(MINUTES, MEMBERS, CODES), "a frame by adcode is needed, not list"),
        (lambda: member_links(None, MEMBERS, PLACES), "NoneType gives no minutes"),
        (lambda: member_links(MINUTES, MEMBERS[:0], PLACES), "none of the adcodes"),
        (lambda: member_links(MINUTES, MEMBERS.iloc[[2]], PLACES), "no geography has two"),
        (lambda: member_links(MINUTES * 0, MEMBERS, PLACES, population="people"), "0 minutes between"),
        (lambda: member_links(MINUTES, MEMBERS, PLACES.set_axis(list("abcd"))), "no adcodes of six digits"),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_geographies_keep_the_order_of_the_members_and_all_figures_are_told() -> None:
    """B before A; both ways of B within two hours, of A one of two; strengths are m m / t^2."""
    members = pd.DataFrame(
        {"geography": ["B", "B", "A", "A"], "adcode": ["440100", "430300", "430200", "430100"]}
    )
    found = member_links(MINUTES.replace(np.inf, 7), members, PLACES, population="people")
    assert found.links.index.tolist() == ["B", "A"]
    assert found.links["share_within"].tolist() == [1.0, 0.5] and found.links["pairs"].tolist() == [2, 2]
    assert found.links["most_min"].tolist() == [5, 121]
    assert found.links["strength"].tolist() == pytest.approx(
        [2 * 10 * 20 / 25, 100 * 50 / 120**2 + 100 * 50 / 121**2]
    )
    assert found.links["strongest"].tolist() == [("430300", "440100"), ("430100", "430200")]
    assert "2 geographies, 1 with every pair within the time" in repr(found)
    assert {"minutes": 120.0, "friction": 2.0}.items() <= dict(found.provenance.parameters).items()
    plain = member_links(MINUTES, members, PLACES, minutes=5, friction=3)
    assert plain.provenance.parameters["friction"] is None and "strength" not in plain.links
    gentle = member_links(MINUTES, members, PLACES, population="people", friction=0)
    assert gentle.links["strength"].tolist() == [400, 10_000]
    nobody = member_links(MINUTES, members, PLACES * 0, population="people").table["share"]
    assert nobody.isna().all()
