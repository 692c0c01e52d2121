"""Connectivity equals loops over pairs, there and back apart, and keeps its bounds."""

from __future__ import annotations

import math
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.access.tables import amounts_for, long_of, named
from tests.network.build import along, points
from urbgeo.access.connectivity import by_direction, connectivity, own_minutes
from urbgeo.access.decay import power
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance

IDS = ["a", "b", "c"]
T = named([[0, 30, 100], [60, 0, 200], [math.inf, 90, 0]], destinations="abc")
MASS = pd.Series([1.0, 20.0, 300.0], index=IDS, name="people")
SPOTS = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 0, 1e4], [0, 1e4, 0]), index=IDS, crs=32649)

pytestmark = pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")


@st.composite
def squares(draw: st.DrawFn) -> pd.DataFrame:
    n = draw(st.integers(2, 6))
    cell = st.one_of(st.just(math.inf), st.integers(0, 60).map(float))
    rows = draw(st.lists(st.lists(cell, min_size=n, max_size=n), min_size=n, max_size=n))
    return named(rows, destinations="abcdefgh")


@settings(deadline=None)
@given(squares(), squares(), st.data(), st.sampled_from(["from", "to"]))
def test_measures_equal_loops_by_mode_and_by_the_best(
    road: pd.DataFrame, rail: pd.DataFrame, data: st.DataObject, direction: str
) -> None:
    n = min(len(road), len(rail))
    road, rail = road.iloc[:n, :n], rail.iloc[:n, :n]
    mass = amounts_for(data.draw, road.index)
    own = pd.Series(5.0, index=mass.index)
    found = connectivity(
        {"road": road, "rail": long_of(rail)}, mass, minutes=[20, 40], decay=power(2), self_minutes=own,
        direction=direction,
    ).values  # fmt: skip
    for mode, table in {"road": road, "rail": rail, "best": np.minimum(road, rail)}.items():
        for i in mass.index:
            t = {j: table.loc[i, j] if direction == "to" else table.loc[j, i] for j in mass.index if j != i}
            total = sum(mass[j] for j in t)
            mean = sum(mass[j] * t[j] for j in t if mass[j]) / total if total else math.nan
            row = found.loc[i, mode]
            assert row["places 20"] == sum(t[j] <= 20 for j in t)
            assert row["mass 40"] == sum(mass[j] for j in t if t[j] <= 40)
            assert row["mean_minutes"] == pytest.approx(mean, nan_ok=True)
            pull = {j: max(t[j], 1.0) ** -2 for j in t if math.isfinite(t[j])}
            assert row["potential"] == pytest.approx(sum(mass[j] * pull[j] for j in pull) + mass[i] / 25)


def test_the_best_mode_is_never_worse_than_any() -> None:
    found = connectivity({"road": T, "rail": T.T.rename_axis(index="origin", columns="destination")}, MASS)
    table = found.values
    for mode in ("road", "rail"):
        assert (table["best", "mean_minutes"] <= table[mode, "mean_minutes"]).all()
        assert (table["best", "mass 180"] >= table[mode, "mass 180"]).all()


def test_an_asymmetric_table_gives_two_answers() -> None:
    away = connectivity(T, MASS, minutes=60).values["all"]
    towards = connectivity(T, MASS, minutes=60, direction="from").values["all"]
    assert away["mass 60"].tolist() == [20, 1, 0]
    assert away["places 60"].tolist() == [1, 1, 0]
    assert connectivity(T, MASS, minutes=95, direction="from").values["all", "mass 95"].tolist() == [
        20,
        301,
        0,
    ]
    assert away.loc["c", "mean_minutes"] == math.inf
    assert towards.loc["c", "mean_minutes"] == pytest.approx((100 + 20 * 200) / 21)
    assert away.loc["c", "mass_reached"] == pytest.approx(20 / 21)
    assert away.loc["a", "mean_minutes"] == pytest.approx((20 * 30 + 300 * 100) / 320)


def test_coefficients_of_finite_means_average_to_one() -> None:
    found = connectivity(T.replace(math.inf, 500), MASS).values["all"]
    assert found["coefficient"].mean() == pytest.approx(1)


def test_zones_are_means_by_mass() -> None:
    zone = pd.Series(["north", "north", "south"], index=IDS)
    found = connectivity(T, MASS, minutes=60, zone=zone)
    assert found.zones is not None
    assert found.zones.loc["north", ("all", "mass 60")] == pytest.approx((1 * 20 + 20 * 1) / 21)
    assert found.zones.loc["south", ("all", "mean_minutes")] == math.inf


def test_a_place_that_was_never_asked_is_kept_and_told() -> None:
    table = T.copy()
    table.loc["c"] = math.nan
    found = connectivity(table, MASS)
    assert found.status.tolist() == ["reached", "reached", "not asked"]
    assert found.values.index.tolist() == IDS


def test_own_minutes_are_half_a_radius() -> None:
    found = own_minutes(pd.Series({"a": math.pi * 100}), speed_kmh=30)
    assert found["a"] == pytest.approx(10)


def test_directions_are_compass_sectors_and_sum_to_the_contour() -> None:
    found = by_direction(T, SPOTS, mass=MASS, minutes=100)
    assert found.columns.tolist() == [0, 45, 90, 135, 180, 225, 270, 315]
    assert found.loc["a"].tolist() == [20, 0, 300, 0, 0, 0, 0, 0]
    assert found.loc["b", 180] == 1
    whole = connectivity(T, MASS, minutes=100).values["all", "mass 100"]
    assert found.sum(axis=1).tolist() == whole.tolist()
    back = by_direction(T, SPOTS, mass=MASS, minutes=100, direction="from")
    assert back.loc["c", 270] == 1
    assert found.loc["c", 270] == 0


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=6),
    st.integers(0, 10**6),
    st.integers(1, 9),
    st.sampled_from(["from", "to"]),
)
def test_sectors_equal_a_loop_over_all_pairs(
    spots: list[tuple[int, int]], seed: int, sectors: int, direction: str
) -> None:
    draw, ids = np.random.default_rng(seed), list("abcdef")[: len(spots)]
    minutes = draw.choice([5.0, 30.0, 60.0, 61.0, math.inf], (len(ids), len(ids)))
    table = pd.DataFrame(minutes, pd.Index(ids, name="origin"), pd.Index(ids, name="destination"))
    mass = pd.Series(draw.integers(1, 9, len(ids)).astype(float), index=ids)
    x, y = 500_000.0 + 1000.0 * np.array(spots).T[0], 3_000_000.0 + 1000.0 * np.array(spots).T[1]
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), index=ids, crs=32649)
    found = by_direction(table, places, mass=mass, minutes=60, sectors=sectors, direction=direction)
    width = 360.0 / sectors
    assert found.columns.tolist() == [width * k for k in range(sectors)]
    for here in ids:
        sums = dict.fromkeys(range(sectors), 0.0)
        for other in ids:
            time = table.loc[here, other] if direction == "to" else table.loc[other, here]
            east = spots[ids.index(other)][0] - spots[ids.index(here)][0]
            north = spots[ids.index(other)][1] - spots[ids.index(here)][1]
            if time > 60 or (east, north) == (0, 0):
                continue
            bearing = (90.0 - math.degrees(math.atan2(north, east))) % 360.0
            off = [min(abs(bearing - width * k), 360.0 - abs(bearing - width * k)) for k in range(sectors)]
            assume(sorted(off)[0] < width / 2 - 1e-9)  # a bearing on a border belongs to either
            sums[int(np.argmin(off))] += mass[other]
        assert found.loc[here].tolist() == pytest.approx(list(sums.values()))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: connectivity(T, MASS.iloc[:1]), "at least two places"),
        (lambda: connectivity(T, MASS.iloc[:2]), "not among the origins at c"),
        (lambda: connectivity(T, -MASS), "negative"),
        (lambda: connectivity(T, MASS, minutes=[60, 30]), "do not rise"),
        (lambda: connectivity(T, MASS, direction="both"), "direction"),
        (lambda: connectivity({"best": T}, MASS), "'best'"),
        (lambda: connectivity({}, MASS), "at least one mode"),
        (lambda: connectivity(T.rename_axis(index=None), MASS), "neither wide"),
        (lambda: connectivity(T.replace(30, -1), MASS), "negative minutes at a -> b"),
        (lambda: connectivity(T, MASS, self_minutes=MASS), "give a decay too"),
        (lambda: connectivity(T, MASS, decay=3), "decay"),
        (lambda: connectivity(T, MASS, decay=power(1), self_minutes=MASS.iloc[:2]), "other ids.* at c"),
        (lambda: connectivity(T, MASS, zone=pd.Series(["x"], index=["a"])), "zone"),
        (lambda: connectivity(T, MASS, zone=pd.Series(["x", None, "y"], index=IDS)), "missing at b"),
        (lambda: by_direction(T, SPOTS, mass=MASS.iloc[:2], minutes=60), "mass: no amount for c"),
        (lambda: by_direction(T, SPOTS, mass=MASS, minutes=60, sectors=0), "sectors"),
        (lambda: by_direction(T, SPOTS, mass=MASS, minutes=0), "minutes"),
        (lambda: by_direction(T, SPOTS.set_crs(None, allow_override=True), mass=MASS, minutes=9), "no CRS"),
        (lambda: own_minutes(MASS, speed_kmh=0), "speed_kmh"),
        (lambda: own_minutes(-MASS, speed_kmh=3), "negative"),
    ],
)
def test_bad_input_is_refused_by_name(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_coefficients_are_over_the_mean_of_the_places_that_reach_all_others() -> None:
    """a: (20 * 30 + 300 * 100) / 320 minutes; b: (60 + 300 * 200) / 301; c never reaches a."""
    found = connectivity(T, MASS).values["all"]
    usual = (95.625 + 60060 / 301) / 2
    assert found["coefficient"].tolist() == pytest.approx([95.625 / usual, 60060 / 301 / usual, math.inf])
    assert found["mass_reached"].tolist() == pytest.approx([1, 1, 20 / 21])
    apart = named([[0, math.inf], [math.inf, 0]], destinations="ab")
    assert connectivity(apart, MASS.iloc[:2]).values["all", "coefficient"].isna().all()


def test_a_place_without_others_that_weigh_has_no_mean() -> None:
    found = connectivity(T, pd.Series([5.0, 0.0, 0.0], IDS)).values["all"]
    assert found["mean_minutes"].tolist() == pytest.approx([math.nan, 60, math.inf], nan_ok=True)
    assert found["coefficient"].tolist() == pytest.approx([math.nan, 1, math.inf], nan_ok=True)
    assert found["mass_reached"].tolist() == [0, 1, 0]


def test_modes_lead_the_names_of_columns_and_what_was_asked_is_told() -> None:
    road, rail = (
        T.copy(),
        named([[0, math.inf, math.inf], [math.inf, 0, math.inf], [math.inf, 50, 0]], destinations="abc"),
    )
    road.loc["c"] = math.nan
    road.attrs["provenance"], rail.attrs["provenance"] = (
        Provenance(sources=one) for one in (("x", "y"), ("y", "z"))
    )
    asked = {"minutes": [60, 95], "direction": "to"}
    found = connectivity({"road": road, "rail": rail}, MASS, decay=power(2), self_minutes=MASS, **asked)
    measures = [
        "places 60",
        "mass 60",
        "places 95",
        "mass 95",
        "mean_minutes",
        "coefficient",
        "mass_reached",
        "potential",
    ]
    assert found.table.columns.tolist() == [
        f"{mode} {one}" for mode in ("road", "rail", "best") for one in measures
    ] + ["status"]
    assert found.status.tolist() == ["reached"] * 3, "by the better of the two"
    assert repr(found).startswith("<Connectivity of 3 places by road, rail, best>")
    assert found.values["best", "mass 60"].tolist() == [20, 1, 20]
    assert found.provenance.sources == ("x", "y", "z")
    told = {"minutes": (60, 95), "decay": "power 2 from 1", "self_potential": True, "direction": "to"}
    assert found.provenance.parameters == told
    plain = connectivity(road, MASS, direction="from")
    assert (
        plain.provenance.parameters["self_potential"] is False
        and plain.provenance.parameters["decay"] is None
    )
    assert connectivity(road, MASS).provenance.shares["places unreached"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("order", [1, -1])
def test_who_is_off_the_roads_is_too_far_whichever_mode_stands_first(order: int) -> None:
    towns = points([(0, 0), (30, 0), (0, 900)], list("abz")).assign(people=[1.0, 2.0, 4.0])
    modes = {"road": along(0, 30), "bus": pd.DataFrame({"from": ["a"], "to": ["b"], "minutes": [9.0]})}
    found = connectivity(dict(list(modes.items())[::order]), towns, mass="people", minutes=30)
    assert found.status.tolist() == ["reached", "reached", "too far"]
    assert found.values["best", "mass 30"].tolist() == [2, 1, 0]


def test_the_best_of_the_modes_counts_by_direction_and_what_was_asked_is_told() -> None:
    found = by_direction({"road": T, "rail": T / 2}, SPOTS, mass=MASS, minutes=50, sectors=4, direction="to")
    assert found.columns.tolist() == [0, 90, 180, 270]
    assert found.loc["a"].tolist() == [20, 300, 0, 0]
    told = {"minutes": 50, "sectors": 4, "direction": "to"}
    assert told.items() <= dict(found.attrs["provenance"].parameters).items()
