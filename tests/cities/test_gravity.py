"""Gravity: links between cities, and flow models from unconstrained to doubly constrained."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from tests.cities.systems_made import frame, system
from urbgeo.cities.balancing import doubly_constrained
from urbgeo.cities.gravity import fit_gravity, gravity_links
from urbgeo.errors import InputError


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


def test_deviance_and_fit_are_those_of_scipy_and_pairs_left_out_are_a_share() -> None:
    flows, cost, out, into = system(6, 3)
    cost.iloc[0, 1] = cost.iloc[4, 2] = np.inf
    fit = fit_gravity(flows.round(), cost, origin_mass=out, destination_mass=into)
    used = np.isfinite(cost.to_numpy())
    y, mean = flows.round().to_numpy()[used], fit.flows.to_numpy()[used]
    own = stats.poisson.logpmf(y, np.maximum(y, 1e-300)).sum()
    assert fit.deviance == pytest.approx(2 * (own - stats.poisson.logpmf(y, mean).sum()))
    assert fit.r_squared == pytest.approx(stats.pearsonr(y, mean).statistic ** 2)
    assert fit.n == 34 and fit.provenance.shares["pairs left out"] == pytest.approx(2 / 36)
    assert fit.provenance.parameters == {"method": "poisson", "constraint": "none", "decay": "power"}
    assert fit.flows.isna().sum().sum() == 2
    assert fit.summary.loc["aic", "value"] == fit.aic and "34 pairs" in repr(fit)


@pytest.mark.parametrize("decay", ["power", "exponential"])
def test_errors_of_least_squares_are_those_of_scipy(decay: str) -> None:
    flows, cost, out, into = system(6, 3)
    fit = fit_gravity(flows, cost, origin_mass=out, destination_mass=into, method="ols", decay=decay)
    i, j = np.nonzero(flows.to_numpy() > 0)
    apart = cost.to_numpy()[i, j]
    x = np.stack(
        [np.log(out.to_numpy()[i]), np.log(into.to_numpy()[j]), np.log(apart) if decay == "power" else apart]
    )

    def plane(at: np.ndarray, *b: float) -> np.ndarray:
        return b[0] + b[1] * at[0] + b[2] * at[1] + b[3] * at[2]

    best, covariance = optimize.curve_fit(plane, x, np.log(flows.to_numpy()[i, j]), p0=np.zeros(4))
    np.testing.assert_allclose(fit.table["estimate"], best, rtol=1e-5)
    np.testing.assert_allclose(fit.table["std_error"], np.sqrt(np.diag(covariance)), rtol=1e-4)
    assert fit.table.index.tolist() == ["constant", "ln origin mass", "ln destination mass", "-beta"]
    assert fit.n == len(i), "flows of 0 have no logarithm"


def test_a_way_of_no_length_counts_only_where_costs_are_not_logged() -> None:
    flows, cost, out, into = system(4, 3)
    cost.iloc[0, 0] = 0.0
    given = {"origin_mass": out, "destination_mass": into}
    assert fit_gravity(flows, cost, **given).n == 15
    assert fit_gravity(flows, cost, decay="exponential", **given).n == 16
    cost.iloc[:] = np.inf
    cost.iloc[0, 1] = cost.iloc[1, 0] = 5.0
    with pytest.raises(InputError, match="flows: 2 pairs can be used; a fit needs three"):
        fit_gravity(flows, cost, **given)


def test_links_are_scaled_and_say_how() -> None:
    mass, cost = pd.Series({"a": 4.0, "b": 9.0}), frame([[0, 2], [3, 0]])
    links = gravity_links(mass, cost, friction=1, k=10)
    assert links["strength"].tolist() == [180, 120] and links["share"].tolist() == [0.6, 0.4]
    assert links.attrs["provenance"].parameters == {"friction": 1, "k": 10}
    assert gravity_links(mass * 0, cost)["share"].isna().all()


@pytest.mark.parametrize("friction", [-2.0, -1.0, 0.0, 1.0, 3.0])
def test_a_friction_far_from_the_first_guess_is_found_on_either_side(friction: float) -> None:
    """In units of one over the spread of costs; where ways are sought for their length it is above 0."""
    _, cost, out, into = system(6, 5)
    apart = cost.to_numpy()
    exact = frame(np.outer(out, into) * np.exp(friction * (apart - apart.mean()) / apart.std()))
    fit = fit_gravity(exact, cost, constraint="both", decay="exponential")
    assert fit.table.loc["-beta", "estimate"] == pytest.approx(friction / apart.std(), rel=1e-6, abs=1e-9)
    np.testing.assert_allclose(fit.flows, exact, rtol=1e-5)


@pytest.mark.parametrize("constraint", ["none", "origin", "destination", "both"])
@pytest.mark.parametrize("decay", ["power", "exponential"])
def test_flows_that_all_go_the_least_way_tell_no_friction_and_are_refused(
    constraint: str, decay: str
) -> None:
    """Any friction that is strong enough would do, none is the best."""
    mass = pd.Series([1.0, 2.0, 3.0, 4.0], list("abcd"))
    cost = frame(5 + 10 * (1 - np.eye(4)))
    with pytest.raises(InputError, match=r"^flows: (no friction gives|the fit does not converge)"):
        fit_gravity(
            frame(np.eye(4) * 100), cost, constraint=constraint, decay=decay, origin_mass=mass,
            destination_mass=mass,
        )  # fmt: skip


@pytest.mark.parametrize("constraint", ["none", "origin", "both"])
def test_costs_that_are_all_alike_tell_no_friction(constraint: str) -> None:
    flows, cost, out, into = system(5, 2)
    asked = {"origin_mass": out, "destination_mass": into}
    with pytest.raises(InputError, match=r"^flows: (no friction gives|the fit does not converge)"):
        fit_gravity(flows, cost * 0 + 7, constraint=constraint, **asked)
    with pytest.raises(InputError, match="masses or costs do not vary enough"):
        fit_gravity(flows + 1, cost * 0 + 7, method="ols", **asked)
    with pytest.raises(InputError, match="masses or costs do not vary enough"):
        fit_gravity(flows + 1, cost, method="ols", **asked | {"origin_mass": out * 0 + 9})
