"""The table of links as a caller gives it: all faults at once, minutes by the nearest of four sources."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import points, road
from urbgeo.errors import InputError
from urbgeo.network.link_table import checked_links, drawn_lines, lines_as_geometry, timed_links

NODES = points([(0, 0), (10, 0)], ["A", "B"])


def checked(**columns: object) -> pd.DataFrame:
    return checked_links(NODES, road(("A", "B", 10.0), ("A", "B", 20.0), **columns).set_axis(["x", "y"]))


def timed(**columns: object) -> pd.DataFrame:
    return timed_links(checked(**columns), {"primary": 60.0}, set())


def test_minutes_come_from_the_link_then_its_speed_then_its_class() -> None:
    table = timed(minutes=[7.0, np.nan], speed_kmh=[30.0, 40.0])
    assert table["minutes"].tolist() == [7.0, 30.0]
    assert table["speed_source"].tolist() == ["minutes", "link"]
    assert table["speed_kmh"].tolist() == [pytest.approx(10 / 7 * 60), 40.0]  # what its minutes say
    assert timed()["minutes"].tolist() == [10.0, 20.0]
    assert timed()["speed_source"].tolist() == ["default"] * 2
    by_name = timed_links(checked(), {"primary": 60.0}, {"primary"})
    assert by_name["speed_source"].tolist() == ["override"] * 2


@pytest.mark.parametrize("mode", [["rail", None], ["rail", "rail"], [None, None]])
def test_missing_modes_are_roads_also_among_categories_without_them(mode: list[str | None]) -> None:
    table = timed(mode=pd.Categorical(mode, ["rail", "walk"]))
    assert table["mode"].tolist() == [one or "road" for one in mode]


def test_a_way_back_takes_as_long_unless_told_and_a_one_way_has_none() -> None:
    table = timed(minutes_back=[11.0, np.nan], oneway=[False, True])
    assert table["minutes_back"].tolist()[0] == 11.0
    assert np.isnan(table["minutes_back"].iloc[1])
    assert timed()["minutes_back"].tolist() == [10.0, 20.0]


def test_a_link_travelled_from_its_end_only_is_turned_round() -> None:
    table = checked(oneway=["反向", "双向"])
    assert table.loc["x", ["from_node", "to_node"]].tolist() == ["B", "A"]
    assert table["oneway"].tolist() == [True, False]
    told = {"minutes_back": [9.0, 9.0], "oneway": ["反向", "正向"]}
    assert timed(minutes=[5.0, 5.0], **told)["minutes"].tolist() == [9.0, 5.0], (
        "those of the way it is travelled"
    )
    assert timed(**told)["minutes"].tolist() == [9.0, 20.0]
    assert timed(minutes=[5.0, 5.0], **told)["minutes_back"].isna().all()
    unsaid = timed(minutes=[5.0, 5.0], minutes_back=[np.nan, 9.0], oneway=["反向", "双向"])
    assert unsaid[["minutes", "minutes_back"]].fillna(0).to_numpy().tolist() == [[5, 0], [5, 9]]


def test_all_faults_come_at_once_with_their_links() -> None:
    links = (
        road(("A", "C", 10.0), ("A", "B", -1.0))
        .set_axis(["x", "y"])
        .assign(**{"class": ["primary", "alley"]})
    )
    with pytest.raises(InputError) as raised:
        checked_links(NODES, links.assign(joinable=["yes", "perhaps"], speed_kmh=[0.0, np.nan]))
    for said in (
        "to_node not among the nodes at x",
        "speed_kmh is 0 at x",
        "unknown class alley at y",
        "perhaps",
    ):
        assert said in str(raised.value)


def test_a_class_that_nobody_knows_is_taken_where_minutes_are_told() -> None:
    assert checked(**{"class": "alley"}, minutes=5.0)["minutes"].tolist() == [5.0, 5.0]
    with pytest.raises(InputError, match="unknown class alley"):
        checked(**{"class": "alley"}, minutes=[5.0, np.nan])


def test_lines_run_from_the_from_node_and_missing_ones_are_straight() -> None:
    at = NODES.geometry
    back = shapely.LineString([at["B"], shapely.Point(505_000, 3_004_000), at["A"]])
    links = gpd.GeoDataFrame(checked(), geometry=[back, None], crs=NODES.crs)
    lines = drawn_lines(NODES, links, NODES.crs)
    assert lines["x"].equals(shapely.reverse(back))
    assert lines["y"].equals(shapely.LineString([at["A"], at["B"]]))


@pytest.mark.parametrize("turn", [1, -1])
def test_a_ring_stays_the_way_round_it_is_drawn(turn: int) -> None:
    """Both ends lie at one place: neither way round fits better, and a one-way ring must not be turned."""
    at = NODES.geometry["A"]
    corners = [(0, 0), (900, 0), (900, 500), (0, 0)][::turn]
    ring = shapely.LineString([(at.x + x, at.y + y) for x, y in corners])
    links = road(("A", "A", 2.4)).set_axis(["x"])
    lines = drawn_lines(NODES, gpd.GeoDataFrame(links, geometry=[ring], crs=NODES.crs), NODES.crs)
    assert shapely.get_coordinates(lines["x"]).tolist() == shapely.get_coordinates(ring).tolist()


def test_an_active_geometry_of_another_name_is_the_geometry() -> None:
    lines = gpd.GeoDataFrame({"road": [shapely.LineString([(0, 0), (1, 1)])]}, geometry="road", crs=32649)
    assert list(lines_as_geometry(lines).columns) == ["geometry"]
