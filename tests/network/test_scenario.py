"""What is opened never harms, what is closed and opened again changes nothing, and projects are ranked."""

from __future__ import annotations

import warnings
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import urbgeo
from tests.network.build import along, road
from tests.network.river import points, river, towns
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.edits import with_links, with_speeds, without_links
from urbgeo.network.minutes import minutes_table, nearest_facility
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.scenario import attached_alike, compare, in_year, rank_projects, with_facilities
from urbgeo.regions.region import Region

BRIDGE = pd.DataFrame(
    {"from_node": ["B"], "to_node": ["D"], "length_km": 1.0, "class": "primary"}, index=["bridge"]
)


def test_a_bridge_shortens_the_way_across_and_nothing_else() -> None:
    before = river()
    after = with_links(before, BRIDGE)
    found = compare(before, after, lambda network: minutes_table(network, before.nodes, before.nodes))
    assert found.table.loc[("B", "D")].tolist() == [41.0, 1.0, -40.0, "less"]
    assert found.table.loc[("A", "C"), "status"] == "same"
    assert len(before.links) == 3
    assert found.summary.loc["less"].tolist() == [2, -40.0]
    people = pd.Series(1.0, found.table.index)
    people.loc[("B", "D")] = 3.0
    by_origin = found.summary_by(
        pd.Series(found.table.index.get_level_values(0), found.table.index), weight=people
    )
    assert by_origin.loc[("B", "less")].tolist() == [1, 3.0, -40.0]
    assert repr(found).startswith("<Comparison 16 rows: 14 same, 2 less>")


@settings(max_examples=120, deadline=None)
@given(towns())
def test_a_new_bridge_never_lengthens_a_trip(
    case: tuple[TravelNetwork, gpd.GeoDataFrame, pd.DataFrame],
) -> None:
    before, places, new = case
    found = compare(before, with_links(before, new), lambda network: minutes_table(network, places, places))
    assert set(found.table["status"]) <= {"same", "less", "opened", "unknown"}


@settings(max_examples=60, deadline=None)
@given(towns())
def test_closing_never_shortens_and_quicker_links_never_lengthen(
    case: tuple[TravelNetwork, gpd.GeoDataFrame, pd.DataFrame],
) -> None:
    network, places, _ = case
    closed = compare(
        network, without_links(network, ["old0"]), lambda one: minutes_table(one, places, places)
    )
    assert set(closed.table["status"]) <= {"same", "more", "closed", "unknown"}
    quick = compare(
        network,
        with_speeds(network, pd.Series({"old0": 90.0})),
        lambda one: minutes_table(one, places, places),
    )
    assert (quick.table["after"] <= quick.table["before"] + 1e-6)[quick.table["before"].notna()].all()


def test_points_stay_where_they_were_attached() -> None:
    before = river()
    after = with_links(before, BRIDGE)
    one, two = attached_alike(before, after)
    assert set(two.links.index[two.joinable_links]) == set(one.links.index[one.joinable_links]) == {
        "south", "north", "old bridge"
    }  # fmt: skip
    closed = replace(before, link_table=before.link_table.assign(joinable=False))
    with pytest.raises(
        InputError, match="networks: no joinable link is common to both; compare edits of one"
    ):
        attached_alike(before, closed)


def test_projects_are_ranked_by_people_gained_per_kilometre() -> None:
    before = river()
    people = pd.Series({"B": 100.0, "D": 50.0})
    projects = pd.DataFrame(
        {
            "project": ["bridge", "tunnel", "idle"], "from_node": ["B", "B", "A"], "to_node": ["D", "D", "C"],
            "length_km": [1.0, 2.0, 1.0], "class": "primary", "opened": [2028, 2027, 2026],
        }, index=["b", "t", "i"],
    )  # fmt: skip

    def covered(network: TravelNetwork) -> pd.Series:
        hospital = before.nodes.loc[["D"]]
        return nearest_facility(network, before.nodes.loc[["B", "D"]], hospital)["minutes"] <= 30

    ranking = rank_projects(before, projects, covered=covered, population=people)
    assert ranking.index.tolist() == ["bridge", "tunnel", "idle"]
    assert ranking["people_per_km"].tolist() == [100.0, 50.0, 0.0]
    assert ranking["opened"].tolist() == [2028, 2027, 2026]
    assert ranking["gained"].tolist() == [("B",), ("B",), ()] and set(ranking["lost"]) == {()}
    all_of_them = with_links(before, projects.drop(columns="project"))
    assert [len(in_year(all_of_them, year).links) for year in (2025, 2026, 2028)] == [3, 4, 6]


def test_a_ranking_names_who_gains_and_who_loses_the_most_people_first() -> None:
    before = river()
    people = pd.Series({"A": 10.0, "B": 100.0, "C": 70.0, "D": 50.0})
    names = pd.Series({"D": "丁", "C": "丙", "B": "乙", "A": "甲"})
    project = BRIDGE.assign(project="bridge")

    def covered(network: TravelNetwork) -> pd.Series:
        built = "bridge" in network.link_table.index
        served = ["A", "B", "D"] if built else ["C"]
        return pd.Series([one in served for one in "ABCD"], list("ABCD"))

    row = rank_projects(before, project, covered=covered, population=people, names=names).loc["bridge"]
    assert (row["gained"], row["lost"]) == (("乙", "丁", "甲"), ("丙",))
    assert (row["people_gained"], row["people_lost"], row["places_gained"]) == (160.0, 70.0, 3)
    with pytest.raises(InputError, match="names: none for C"):
        rank_projects(before, project, covered=covered, population=people, names=names.drop("C"))


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda one: with_links(one, BRIDGE.set_axis(["south"])), "already has: south"),
        (lambda one: with_links(one, BRIDGE.assign(to_node="Z")), "to_node not among the nodes at bridge"),
        (
            lambda one: with_links(one, BRIDGE.assign(from_node="Y", to_node="Z")),
            "from_node not among the nodes at bridge; unknown are Y.*to_node .*; unknown are Z: add",
        ),
        (
            lambda one: with_links(one, BRIDGE.assign(from_node=1, to_node=2)),
            "unknown are 1; those of the nodes are string, these integer: add",
        ),
        (lambda one: with_links(pd.DataFrame(), BRIDGE), "network: a TravelNetwork is needed, not DataFrame"),
        (lambda one: with_links(one, BRIDGE.assign(length_km=np.nan)), "length_km.*bridge"),
        (lambda one: with_links(one, BRIDGE.assign(**{"class": "rope"})), "unknown class rope"),
        (
            lambda one: with_links(one, BRIDGE, nodes=points([(1, 1)], ["A"])),
            "nodes: ids the network already has: A",
        ),
        (lambda one: without_links(one, ["x"]), "no such links: x"),
        (lambda one: without_links(one, one.links.index), "no link would be left"),
        (
            lambda one: with_speeds(one, {"canal": 3.0, "primary": np.nan}),
            "class or link at canal.*> 0 at primary",
        ),
        (lambda one: with_speeds(one, pd.Series({"moon": 3.0})), "class or link at moon"),
        (lambda one: in_year(one, 2030), "no column opened"),
        (lambda one: compare(one, one, lambda _: 3), "returned int"),
        (lambda one: compare(one, one, lambda net: pd.Series(1.0, [id(net)])), "different rows"),
    ],
)
def test_edits_that_make_no_sense_are_refused(edit, message: str) -> None:
    with pytest.raises(InputError, match=message):
        edit(river())


def test_a_new_airport_adds_to_the_coverage_of_hunan(hunan: Region, hunan_network: TravelNetwork) -> None:
    road = hunan_network.only(("road",))
    first = urbgeo.coverage(road, hunan.counties, hunan.airports, minutes=60)
    where = hunan.counties.loc[first.uncovered.index[:1], ["geometry"]].set_axis(["NEW"])
    more = with_facilities(hunan, "airports", where)
    second = urbgeo.coverage(road, hunan.counties, more.airports, minutes=60)
    assert second.share > first.share and len(more.airports) == len(hunan.airports) + 1
    with pytest.raises(InputError, match="already has: NEW"):
        with_facilities(more, "airports", where)
    with pytest.raises(InputError, match="layer"):
        with_facilities(hunan, "harbours", where)


def test_a_year_is_read_in_every_dress_and_refused_where_it_is_none() -> None:
    network = along(0.0, 1.0, 2.0, 3.0, opened=["2004年", "2006-05-01", None])
    assert in_year(network, 2005).link_table.index.tolist() == [0, 2]
    assert in_year(network, 2006).link_table.index.tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="links: opened says '在建' at 1"):
        in_year(along(0.0, 1.0, 2.0, opened=[2004, "在建"]), 2005)
    with pytest.raises(InputError, match="year: nan"):
        in_year(network, np.nan)


def test_a_station_of_a_later_year_is_told_where_it_joins_an_earlier_network() -> None:
    nodes = points([(0, 0), (9, 0)], ["A", "B"])
    network = in_year(build_network(nodes, road(("A", "B", 9.0), opened=1990)), 2005)
    stations = nodes.assign(opened=[2000, 2009])
    with pytest.warns(UrbgeoWarning, match="facilities: 1 open after 2005, .*e.g. B; leave"):
        assert nearest_facility(network, nodes, stations)["minutes"].tolist() == [0.0, 0.0]
    with pytest.warns(UrbgeoWarning, match="facilities: 1 are only planned .*, e.g. A, .* of 2005; leave"):
        nearest_facility(network, nodes, nodes.assign(opened=["规划", 2005]))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UrbgeoWarning)
        nearest_facility(network, nodes, stations.iloc[:1])
        nearest_facility(build_network(nodes, road(("A", "B", 9.0))), nodes, stations)


def test_a_project_of_several_links_has_their_length_and_the_year_of_the_last() -> None:
    before = river()
    projects = pd.DataFrame(
        {
            "project": ["ring", "ring", "spur", "gate"], "from_node": ["B", "A", "B", "B"],
            "to_node": ["D", "C", "D", "D"], "length_km": [1.0, 1.5, 2.0, 0.0], "class": "primary",
            "opened": [2028, 2026, 2027, 2025], "minutes": [1.0, 1.5, 2.0, 1.0],
        }, index=list("abcd"),
    )  # fmt: skip

    def covered(network: TravelNetwork) -> pd.Series:
        spots = before.nodes.loc[["B", "D"]]
        return nearest_facility(network, spots, before.nodes.loc[["D"]])["minutes"] <= 30

    found = rank_projects(before, projects, covered=covered, population=pd.Series({"B": 100.0, "D": 50.0}))
    assert found["km"].to_dict() == {"spur": 2.0, "ring": 2.5, "gate": 0.0}
    assert found["people_per_km"].tolist() == pytest.approx([50, 40, np.nan], nan_ok=True)
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["opened"].to_dict() == {"spur": 2027, "ring": 2028, "gate": 2025}
    assert found.attrs["provenance"].parameters["projects"] == 3
    with pytest.raises(InputError, match="population: none for D"):
        rank_projects(before, projects, covered=covered, population=pd.Series({"B": 100.0}))
    with pytest.raises(InputError, match="links without a project at a"):
        lost = projects.assign(project=[None, "ring", "spur", "gate"])
        rank_projects(before, lost, covered=covered, population=pd.Series({"B": 100.0, "D": 50.0}))


def test_every_kind_of_change_is_told_and_weighed() -> None:
    """One more, one less, one opened, one closed, one unknown, two alike: of these the mean where finite."""
    inf, nan = np.inf, np.nan
    answers = iter([[5.0, 9.0, inf, 4.0, nan, 7.0, inf], [8.0, 5.0, 3.0, inf, 1.0, 7.0, inf]])
    found = compare(river(), river(), lambda _: pd.Series(next(answers), list("abcdefg")))
    assert found.table["status"].tolist() == ["more", "less", "opened", "closed", "unknown", "same", "same"]
    assert found.table["change"].tolist() == pytest.approx([3, -4, -inf, inf, nan, 0, 0], nan_ok=True)
    shares = {"rows unknown": 1 / 7, "rows opened": 1 / 7, "rows closed": 1 / 7}
    assert shares.items() <= dict(found.provenance.shares).items()
    weight = pd.Series([1.0, 2, 3, 4, 5, 6, 7], list("abcdefg"))
    group = pd.Series(["x", "x", "y", "y", "y", "x", "y"], list("abcdefg"))
    by_group = found.summary_by(group, weight=weight)
    assert by_group.loc[("y", "same")].tolist() == [1, 7, 0] and by_group.loc[("x", "same")].tolist() == [
        1,
        6,
        0,
    ]
    assert by_group.loc[("y", "opened")].tolist() == pytest.approx([1, 3, nan], nan_ok=True)
    assert found.summary.loc["same"].tolist() == [2, 0] and found.summary.loc["more"].tolist() == [1, 3]
    with pytest.raises(InputError, match="weight: none for g"):
        found.summary_by(weight=weight.iloc[:6])


def test_a_mean_change_is_weighed_by_those_who_have_one() -> None:
    answers = iter([[5.0, 9.0], [8.0, 19.0]])
    found = compare(river(), river(), lambda _: pd.Series(next(answers), list("ab")))
    assert found.summary_by(weight=pd.Series({"b": 1.0, "a": 3.0})).loc[("all", "more")].tolist() == (
        pytest.approx([2, 4, (3 * 3 + 10) / 4])
    )
    assert in_year(along(0.0, 1.0, 2.0, opened=2004), 2005).provenance.parameters["year"] == 2005


def test_a_project_of_several_links_has_all_their_kilometres_and_opens_with_the_last() -> None:
    before = river()
    codes = {"A": 430101, "B": 430102, "C": 430103, "D": 430104}
    projects = pd.DataFrame(
        {
            "project": ["ring", "step", "ring"], "from_node": ["B", "A", "A"], "to_node": ["D", "C", "C"],
            "length_km": [1.0, 0.0, 1.5], "class": "primary", "opened": [2030, 2026, 2027],
        }, index=["b", "s", "c"],
    )  # fmt: skip

    def covered(network: TravelNetwork) -> pd.Series:
        built = "b" in network.link_table.index, "s" in network.link_table.index
        return pd.Series([built[0], built[0], built[1], False], [codes[one] for one in "ABCD"])

    people = pd.Series(50.0, list(codes.values()))
    found = rank_projects(before, projects, covered=covered, population=people)
    assert found.index.tolist() == ["ring", "step"] and found["rank"].tolist() == [1, 2]
    assert found["km"].tolist() == [2.5, 0.0] and found["opened"].tolist() == [2030, 2026]
    assert found["people_per_km"].tolist() == pytest.approx([40.0, np.nan], nan_ok=True)
    assert found["gained"].tolist() == [("430101", "430102"), ("430103",)], "of equal size as they come"
    assert found["people_gained"].tolist() == [100.0, 50.0] and found["places_gained"].tolist() == [2, 1]
