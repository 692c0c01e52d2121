"""Gravity, radiation, Huff, dominant flows, network shape, polycentricity and belts."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from urbgeo.cities.balancing import doubly_constrained
from urbgeo.cities.gravity import fit_gravity, gravity_links
from urbgeo.cities.interaction import (
    breaking_point,
    dominant_flows,
    field_strength,
    huff,
    radiation,
    urban_belt,
)
from urbgeo.cities.shape import morphological_polycentricity, network_shape, polycentricity
from urbgeo.errors import InputError, UrbgeoWarning
from urbgeo.network.model import build_network


def frame(values: object, names: str = "abcdefghij") -> pd.DataFrame:
    values = np.array(values, float)
    return pd.DataFrame(values, index=list(names[: len(values)]), columns=list(names[: values.shape[1]]))


def system(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series, pd.Series]:
    random = np.random.default_rng(seed)
    xy = random.random((n, 2)) * 100
    cost = frame(np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1)) + 5 * (1 - np.eye(n)) + 2 * np.eye(n))
    out, into = (pd.Series(random.integers(50, 5000, n).astype(float), cost.index) for _ in range(2))
    mean = np.outer(out, into) ** 0.8 * cost.to_numpy() ** -1.5
    flows = frame(random.poisson(mean / mean.max() * 200))
    return flows, cost, out, into


def dummy_poisson(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Textbook iteratively reweighted least squares with every dummy written out."""
    beta = np.linalg.lstsq(x, np.log(y + 0.5), rcond=None)[0]
    for _ in range(200):
        mean = np.exp(x @ beta)
        beta = beta + np.linalg.pinv(x.T @ (mean[:, None] * x)) @ x.T @ (y - mean)
    mean = np.exp(x @ beta)
    return beta, np.sqrt(np.diag(np.linalg.pinv(x.T @ (mean[:, None] * x))))


@pytest.mark.parametrize("constraint", ["none", "origin", "destination", "both"])
@pytest.mark.parametrize("decay", ["power", "exponential"])
def test_poisson_gravity_equals_a_regression_with_dummies(constraint: str, decay: str) -> None:
    flows, cost, out, into = system(8, 4)
    fit = fit_gravity(flows, cost, origin_mass=out, destination_mass=into, constraint=constraint, decay=decay)
    c = cost.to_numpy().ravel()
    columns = [np.log(c) if decay == "power" else c]
    i, j = (one.ravel() for one in np.indices((8, 8)))
    if constraint in ("none", "destination"):
        columns.insert(0, np.log(out.to_numpy())[i])
    if constraint in ("none", "origin"):
        columns.insert(len(columns) - 1, np.log(into.to_numpy())[j])
    dummies = {"none": [np.ones(64)], "origin": list(np.eye(8)[i].T), "destination": list(np.eye(8)[j].T)}
    dummies["both"] = dummies["origin"] + dummies["destination"][1:]
    x = np.stack([*columns, *dummies[constraint]], axis=1)
    beta, error = dummy_poisson(flows.to_numpy().ravel(), x)
    ours = fit.table.drop("constant", errors="ignore")
    np.testing.assert_allclose(ours["estimate"], beta[: len(columns)], rtol=1e-6)
    np.testing.assert_allclose(ours["std_error"], error[: len(columns)], rtol=1e-3)
    np.testing.assert_allclose(fit.flows.to_numpy().ravel(), np.exp(x @ beta), rtol=1e-5)
    if constraint == "none":
        assert fit.table.loc["constant", "estimate"] == pytest.approx(beta[3], rel=1e-6)
        assert fit.table.loc["constant", "std_error"] == pytest.approx(error[3], rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 9), st.integers(0, 2**32 - 1), st.sampled_from(["power", "exponential"]))
def test_doubly_constrained_flows_keep_both_margins(n: int, seed: int, decay: str) -> None:
    flows, cost, *_ = system(n, seed)
    origins, destinations = flows.sum(axis=1), flows.sum(axis=0)
    found = doubly_constrained(
        origins, destinations, cost, beta=0.7 if decay == "power" else 0.03, decay=decay
    )
    np.testing.assert_allclose(found.sum(axis=1), origins, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=0), destinations, rtol=1e-6, atol=1e-6)


def test_least_squares_finds_an_exact_law() -> None:
    _, cost, out, into = system(7, 1)
    exact = frame(3 * np.outer(out**0.9, into**1.1) * cost.to_numpy() ** -2.0)
    fit = fit_gravity(exact, cost, origin_mass=out, destination_mass=into, method="ols")
    expected = [np.log(3), 0.9, 1.1, -2.0]
    np.testing.assert_allclose(fit.table["estimate"], expected, rtol=1e-8)
    assert fit.r_squared == pytest.approx(1)


def test_asymmetric_flows_are_not_turned_round() -> None:
    flows = frame([[0, 100, 1], [1, 0, 1], [1, 1, 0]])
    cost = frame([[1, 2, 9], [9, 1, 9], [9, 9, 1]])
    fit = fit_gravity(
        flows, cost, constraint="origin", destination_mass=pd.Series([1.0, 2, 3], flows.columns)
    )
    assert fit.flows.loc["a", "b"] > fit.flows.loc["b", "a"]
    np.testing.assert_allclose(fit.flows.sum(axis=1), flows.sum(axis=1), rtol=1e-8)


def test_gravity_refuses_what_it_cannot_fit() -> None:
    flows, cost, out, into = system(5, 2)
    with pytest.raises(InputError, match="destination_mass"):
        fit_gravity(flows, cost, constraint="origin")
    with pytest.raises(InputError, match="negative numbers from a"):
        fit_gravity(flows - 1e6 * (flows.index == "a")[:, None], cost, constraint="both")
    with pytest.raises(InputError, match="a stand in one of the two only"):
        fit_gravity(flows, cost.drop("a"), constraint="both")
    with pytest.raises(InputError, match="no logarithm at a"):
        fit_gravity(flows, cost, origin_mass=out.where(out.index != "a", 0), destination_mass=into)
    with pytest.raises(InputError, match="origins sum to"):
        doubly_constrained(out, into, cost, beta=1)
    with pytest.raises(InputError, match="least squares"):
        fit_gravity(flows, cost, method="ols", constraint="both")


def test_gravity_links_follow_the_formula_and_share_one() -> None:
    links = gravity_links(
        pd.Series({"a": 4.0, "b": 9.0, "c": 1.0}), frame([[0, 2, np.inf], [3, 0, 1], [9, 1, 0]])
    )
    strength = links.set_index(["from_place", "to_place"])["strength"]
    assert strength["a", "b"] == 9
    assert strength["b", "a"] == 4
    assert strength["a", "c"] == 0
    assert links["share"].sum() == pytest.approx(1)
    with pytest.raises(InputError, match="0 between a-b"):
        gravity_links(pd.Series({"a": 1.0, "b": 1.0}), frame([[0, 0], [1, 0]]))


def test_radiation_equals_its_formula_by_loops() -> None:
    _, cost, out, into = system(6, 9)
    jobs = into[::-1].set_axis(into.index) / 3
    found = radiation(out, cost, trips=into, opportunities=jobs).to_numpy()
    m, n, d = out.to_numpy(), jobs.to_numpy(), cost.to_numpy()
    for i in range(6):
        for j in range(6):
            if i == j:
                assert found[i, j] == 0
                continue
            s = sum(n[k] for k in range(6) if k not in (i, j) and d[i, k] < d[i, j])
            whole = m[i] + n.sum() - n[i]
            expected = into.iloc[i] * m[i] * n[j] / ((m[i] + s) * (m[i] + s + n[j])) / (1 - m[i] / whole)
            assert found[i, j] == pytest.approx(expected)
    np.testing.assert_allclose(found.sum(axis=1), into)
    np.testing.assert_allclose(radiation(out, cost), radiation(out, cost, trips=out, opportunities=out))


def test_huff_shares_sum_to_one_and_a_place_at_a_centre_stays() -> None:
    cost = frame([[10, 20], [0, 5], [np.inf, np.inf]])
    share = huff(pd.Series({"a": 1.0, "b": 4.0}), cost, beta=2)
    assert share.iloc[0].tolist() == [0.5, 0.5]
    assert share.iloc[1].tolist() == [1, 0]
    assert share.iloc[2].isna().all()


def test_a_centre_without_attraction_draws_nobody_even_where_it_stands() -> None:
    share = huff(
        pd.Series({"a": 0.0, "b": 4.0, "c": 1.0}), frame([[0, 5, 10], [1, 0, 0], [2, np.inf, np.inf]])
    )
    assert share.iloc[0].tolist() == pytest.approx([0, 4 / 25 / (4 / 25 + 1 / 100), 1 / 17])
    assert share.iloc[1].tolist() == [0, 0.8, 0.2]
    assert share.iloc[2].isna().all(), "only a centre without attraction is in reach"
    with pytest.raises(InputError, match="negative numbers from b"):
        huff(pd.Series({"a": 1.0}), frame([[1], [-1]]))


def test_equal_pulls_go_to_the_first_name_whatever_the_order_of_columns() -> None:
    cost = pd.DataFrame({"B": [10.0, 0], "A": [10.0, 0]}, index=list("xy"))
    mass = pd.Series({"B": 5.0, "A": 5.0})
    for columns in (["A", "B"], ["B", "A"]):
        assert field_strength(mass, cost[columns])["city"].tolist() == ["A", "A"]
    with pytest.raises(InputError, match="negative numbers from y"):
        field_strength(mass, cost - 5)


def test_at_the_breaking_point_both_pull_alike() -> None:
    x = breaking_point(90, 400, 100)
    assert x == pytest.approx(60)
    assert 400 / x**2 == pytest.approx(100 / (90 - x) ** 2)
    with pytest.raises(InputError):
        breaking_point(0, 1, 1)


def test_field_strength_names_the_city_that_pulls_most() -> None:
    cost = pd.DataFrame({"A": [10.0, 1, np.inf], "B": [1.0, 2, np.nan]}, index=list("xyz"))
    found = field_strength(pd.Series({"A": 100.0, "B": 4.0}), cost)
    assert found["city"].tolist() == ["B", "A", None]
    assert found.loc["x", ["strength", "total"]].tolist() == [4, 5]
    assert found.loc["z", "status"] == "unreached"


def test_dominant_flows_form_a_hierarchy() -> None:
    flows = frame([[0, 5, 1, 0], [30, 0, 2, 0], [3, 20, 0, 0], [0, 0, 0, 0]])
    found = dominant_flows(flows)
    assert found["destination"].tolist() == ["b", "a", "b", None]
    assert found["status"].tolist() == ["independent", "dependent", "dependent", "no flow"]
    assert found["centre"].tolist() == ["a", "a", "a", "d"]
    shuffled = dominant_flows(flows.loc[list("dbca"), list("cabd")])
    assert shuffled.reindex(found.index).equals(found)


def test_places_of_equal_size_do_not_depend_on_each_other() -> None:
    flows = frame([[0, 9, 1], [9, 0, 1], [5, 5, 0]])
    found = dominant_flows(flows, size=pd.Series({"a": 7.0, "b": 7.0, "c": 1.0}))
    assert found["status"].tolist() == ["independent", "independent", "dependent"]
    assert found["destination"].tolist() == ["b", "a", "a"], "of equal flows to equal places the first id"
    assert found["centre"].tolist() == ["a", "b", "a"]


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_row_order_never_changes_the_hierarchy(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    flows = frame(random.choice([0.0, 0.1, 0.2, 0.3, 0.7], (n, n)))
    order = list(flows.index[random.permutation(n)])
    one, other = dominant_flows(flows), dominant_flows(flows.loc[order, order[::-1]])
    pd.testing.assert_frame_equal(other.loc[flows.index], one)
    inflow = {k: math.fsum(v for i, v in flows[k].items() if i != k) for k in flows}
    for place, row in one.iterrows():
        if row["status"] == "dependent":
            assert inflow[row["destination"]] > inflow[str(place)] - 1e-12
            assert one.loc[row["destination"], "centre"] == row["centre"]
        else:
            assert row["centre"] == place


def square_with_diagonal() -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    xy = np.array([(0, 0), (10, 0), (10, 10), (0, 10)]) * 1000
    points = gpd.points_from_xy(500_000 + xy[:, 0], 3_000_000 + xy[:, 1])
    places = gpd.GeoDataFrame(geometry=points, index=list("abcd"), crs=32649)
    links = pd.DataFrame(
        [
            ("a", "b", 10.0),
            ("b", "c", 10.0),
            ("c", "d", 10.0),
            ("d", "a", 10.0),
            ("a", "c", 20.0),
            ("c", "a", 25.0),
        ],
        columns=["from_place", "to_place", "length_km"],
    )
    return places, links


def test_network_shape_of_a_square_with_a_diagonal() -> None:
    places, links = square_with_diagonal()
    found = network_shape(places, links)
    assert found.indices[["nodes", "edges", "components"]].tolist() == [4, 5, 1]
    assert found.indices["alpha"] == pytest.approx(2 / 3)
    assert found.indices["beta"] == 1.25
    assert found.indices["gamma"] == pytest.approx(5 / 6)
    root = np.sqrt(2)
    assert found.indices["detour"] == pytest.approx((8 * 1 + 4 * root) / 12, rel=1e-3)
    assert found.table.loc["a", "straightness"] == pytest.approx((2 + 1 / root) / 3, rel=1e-3)
    graph = nx.Graph()
    graph.add_weighted_edges_from(links.iloc[:5].itertuples(index=False), weight="km")
    assert found.table["betweenness"].to_dict() == nx.betweenness_centrality(graph, weight="km")
    assert found.table["closeness"].tolist() == pytest.approx([3 / 40] * 4), "the diagonal is no shorter"
    assert found.table["degree"].tolist() == [3, 2, 3, 2]
    with pytest.raises(InputError, match="q are not among the places"):
        network_shape(places, links.assign(to_place="q"))


def test_network_shape_counts_components() -> None:
    """Two triangles of sides 3, 4 and 5 km: two circuits of at most two."""
    xy = np.array([(0, 0), (3, 0), (0, 4), (50, 0), (53, 0), (50, 4)]) * 1000
    points = gpd.points_from_xy(500_000 + xy[:, 0], 3_000_000 + xy[:, 1])
    places = gpd.GeoDataFrame(geometry=points, index=list("abcdef"), crs=32649)
    rows = [
        ("a", "b", 3.0),
        ("a", "c", 4.0),
        ("b", "c", 5.0),
        ("d", "e", 3.0),
        ("d", "f", 4.0),
        ("e", "f", 5.0),
    ]
    found = network_shape(places, pd.DataFrame(rows, columns=["from_place", "to_place", "length_km"]))
    assert found.indices[["nodes", "edges", "components"]].tolist() == [6, 6, 2]
    assert found.indices["alpha"] == pytest.approx(2 / 2)
    assert found.indices["gamma"] == pytest.approx(6 / 12)
    assert found.table.loc["a", "closeness"] == pytest.approx(2 / 7 * 2 / 5), "reached over sum, times share"
    assert found.table.loc["a", "straightness"] == pytest.approx(1, rel=1e-3)
    one = network_shape(
        places.iloc[:3], pd.DataFrame(rows[:3], columns=["from_place", "to_place", "length_km"])
    )
    assert one.indices["alpha"] == pytest.approx(1)


def test_alpha_is_a_share_of_circuits_component_by_component() -> None:
    """A ring of eight with three chords and three places alone: 4 circuits of at most 11."""
    angle = np.arange(8) * np.pi / 4
    x = 500_000 + np.append(1000 * np.cos(angle), [5000, 6000, 7000])
    y = 3_000_000 + np.append(1000 * np.sin(angle), [0, 0, 0])
    at = gpd.points_from_xy(x, y)
    places = gpd.GeoDataFrame(geometry=at, index=list("abcdefghxyz"), crs=32649)
    pairs = [*zip("abcdefgh", "bcdefgha", strict=True), ("a", "c"), ("a", "d"), ("a", "e")]
    links = pd.DataFrame(pairs, columns=["from_place", "to_place"]).assign(length_km=1.0)
    assert network_shape(places, links).indices["alpha"] == pytest.approx(4 / 11)
    whole = pd.DataFrame(itertools.combinations("abcdefgh", 2), columns=["from_place", "to_place"])
    crossing = network_shape(places.iloc[:8], whole.assign(length_km=1.0)).indices
    assert crossing[["alpha", "gamma"]].tolist() == [1.0, 1.0]


def test_polycentricity_runs_from_a_star_to_a_complete_graph() -> None:
    full = frame(1 - np.eye(4))
    assert polycentricity(full).tolist() == pytest.approx([1, 1, 1])
    star = np.zeros((4, 4))
    star[0, 1:] = 5
    found = polycentricity(frame(star))
    c = np.array([15, 5, 5, 5])
    assert found["special"] == pytest.approx(1 - c.std() / 7.5)
    assert found["density"] == pytest.approx(0.5)
    with pytest.raises(InputError, match="negative numbers from a"):
        polycentricity(frame([[0, -1], [1, 0]]))


def test_morphological_polycentricity_is_the_rank_size_slope() -> None:
    assert morphological_polycentricity(pd.Series(1e7 / np.arange(1, 9)))["slope"] == pytest.approx(-1)


def test_an_urban_belt_holds_the_places_near_its_stations() -> None:
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([500_000, 510_000, 530_000], [3_000_000] * 3),
        index=list("abc"),
        crs=32649,
    )
    links = pd.DataFrame(
        {"from_node": ["a", "b"], "to_node": ["b", "c"], "length_km": [10.0, 20.0], "class": "primary"}
    )
    network = build_network(nodes, links)
    far = gpd.GeoDataFrame(geometry=gpd.points_from_xy([900_000], [3_000_000]), index=["d"], crs=32649)
    places = pd.concat([nodes, far]).assign(people=[1.0, 2, 3, 4])
    cut = float(network.links["minutes"].iloc[0])
    found = urban_belt(network, places, nodes.loc[["a"]], minutes=cut, weight="people")
    assert found.table["inside"].tolist() == [True, True, False, False]
    assert found.table.loc["d", "status"] == "too far"
    assert found.shares.to_dict() == {"places": 0.5, "weighted": 0.3}
    assert "2 of 4 places" in repr(found)


def test_log_likelihood_and_aic_are_those_of_scipy() -> None:
    flows, cost, out, into = system(6, 3)
    counts = flows.round()
    for constraint, k in (("none", 4), ("origin", 2 + 6), ("destination", 2 + 6), ("both", 1 + 11)):
        fit = fit_gravity(counts, cost, constraint=constraint, origin_mass=out, destination_mass=into)
        used = np.isfinite(fit.flows.to_numpy())
        y, mean = counts.to_numpy()[used], fit.flows.to_numpy()[used]
        assert fit.log_likelihood == pytest.approx(stats.poisson.logpmf(y, mean).sum())
        assert fit.parameters == k, constraint
        assert fit.aic == pytest.approx(2 * k - 2 * fit.log_likelihood)
    plain = fit_gravity(counts + 1, cost, method="ols", origin_mass=out, destination_mass=into)
    used = np.isfinite(plain.flows.to_numpy())
    miss = np.log((counts + 1).to_numpy()[used] / plain.flows.to_numpy()[used])
    expected = stats.norm.logpdf(miss, scale=np.sqrt((miss**2).mean())).sum()
    assert plain.log_likelihood == pytest.approx(expected)
    assert plain.parameters == 5


PAIR = pd.DataFrame([[0.0, 10], [20, 0]], list("ab"), list("ab"))
TWO = pd.Series({"a": 50_000.0, "b": 60_000.0})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: huff(TWO, PAIR, beta=np.nan), "beta: nan; give a finite number >= 0"),
        (lambda: huff(TWO, PAIR, beta=-1), "beta: -1"),
        (lambda: huff(TWO, None), "cost: a table is needed, not NoneType"),
        (lambda: huff(PAIR, TWO), "cost: a table is needed, not Series"),
        (lambda: huff([1, 2], PAIR), "attraction: a Series by id is needed, not list"),
        (lambda: huff(TWO, PAIR.apply(pd.to_timedelta, unit="m")), "cost: a holds spans of time"),
        (lambda: gravity_links(TWO, PAIR, friction=np.inf), "friction: inf"),
        (lambda: gravity_links(TWO, PAIR, friction=True), "friction: True"),
        (lambda: gravity_links(TWO, PAIR, k=0), "k: 0; give a finite number > 0"),
        (
            lambda: gravity_links(TWO.astype("timedelta64[s]"), PAIR),
            "mass holds spans of time",
        ),
        (lambda: gravity_links(TWO > 0, PAIR), "mass holds True and False"),
        (lambda: gravity_links(None, PAIR), "mass: a Series by id is needed, not NoneType"),
        (lambda: field_strength(TWO, PAIR, friction=-2), "friction: -2"),
        (lambda: radiation(TWO, PAIR * -1), "cost: negative numbers from a, b"),
        (lambda: radiation(pd.concat([TWO, TWO]), PAIR), "population: repeated ids"),
        (lambda: radiation(TWO.set_axis(pd.MultiIndex.from_tuples([(1, 2), (1, 3)])), PAIR), "2 levels"),
        (lambda: radiation(TWO.astype("Float64").where([True, False]), PAIR), "missing or not a number at b"),
        (lambda: dominant_flows("x"), "flows: a table is needed, not str"),
        (lambda: doubly_constrained(TWO, TWO, PAIR, beta=np.nan), "beta: nan"),
        (lambda: breaking_point(np.nan, 1, 1), "distance: nan"),
        (lambda: polycentricity([[1]]), "flows: a table is needed, not list"),
        (lambda: network_shape(None, PAIR), "places: a GeoDataFrame is needed"),
    ],
)
def test_bad_objects_and_parameters_are_refused_by_name(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_belgian_flows_follow_a_doubly_constrained_law(shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "belgium/commuting_flows.csv.gz")
    matrix = table.pivot_table(
        index="NODE_2_CODE", columns="NODE_1_CODE", values="INCOMING_FLOW", fill_value=0.0
    )
    largest = matrix.sum().nlargest(300).index
    matrix = matrix.reindex(index=largest, columns=largest, fill_value=0.0)
    communes = gpd.read_file(shared_data / "belgium/communes.gpkg").dissolve("CODE_INS").to_crs(3812)
    xy = communes.geometry.centroid.get_coordinates().set_axis(communes.index.astype(int)).loc[matrix.index]
    km = np.hypot(*(xy.to_numpy()[:, None] - xy.to_numpy()).transpose(2, 0, 1)) / 1000
    area = communes.area.set_axis(communes.index.astype(int)).loc[matrix.index]
    np.fill_diagonal(km, np.sqrt(area.to_numpy() / np.pi) / 2000)
    cost = pd.DataFrame(km, index=matrix.index, columns=matrix.columns)
    fit = fit_gravity(matrix, cost, constraint="both")
    np.testing.assert_allclose(fit.flows.sum(axis=1), matrix.sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(fit.flows.sum(axis=0), matrix.sum(axis=0), rtol=1e-6)
    assert -3 < fit.table.loc["-beta", "estimate"] < -1
    assert fit.r_squared > 0.6


def test_tables_are_read_by_their_ids_in_whatever_order() -> None:
    flows, cost, out, into = system(5, 2)
    turned = cost.iloc[::-1, [2, 0, 1, 4, 3]]
    one, other = (fit_gravity(flows, table, constraint="both") for table in (cost, turned))
    assert other.table.equals(one.table)
    assert other.flows.equals(one.flows)
    into *= out.sum() / into.sum()
    straight = doubly_constrained(out, into, cost, beta=1)
    mixed = doubly_constrained(out[::-1], into[::-1], turned, beta=1)
    pd.testing.assert_frame_equal(mixed.reindex(index=cost.index, columns=cost.columns), straight)
    green = [polycentricity(table)["functional"] for table in (flows, flows.iloc[:, ::-1])]
    assert green[0] == pytest.approx(green[1])


def test_pairs_that_a_table_lacks_are_counted_and_named() -> None:
    cost = pd.DataFrame([[0.0, np.nan], [20, 0]], list("ab"), list("ab"))
    with pytest.warns(UrbgeoWarning, match="cost: 1 pairs are missing and count as without a path: a -> b"):
        links = gravity_links(TWO, cost)
    assert links["strength"].tolist() == [0.0, 50_000.0 * 60_000 / 400]
    with pytest.warns(UrbgeoWarning, match="1 pairs are missing"):
        assert huff(TWO, cost).loc["a"].tolist() == [1.0, 0.0]
