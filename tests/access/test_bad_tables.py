"""Every measure that takes a table of minutes refuses the same faulty tables, by name."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from importlib import import_module

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import urbgeo.access
from tests.access.tables import long_of, named
from tests.network.build import along, points
from urbgeo.access.catchments import catchments, compare_catchments
from urbgeo.access.connectivity import by_direction, connectivity
from urbgeo.access.coverage import coverage
from urbgeo.access.decay import linear
from urbgeo.access.living import emergency_response, living_circles, shelter_places
from urbgeo.access.nodes import node_gravity, node_nearest
from urbgeo.access.observed import beside_observed
from urbgeo.access.opportunities import cost_to_reach, cumulative, gravity, interval
from urbgeo.access.reading import read_minutes
from urbgeo.access.siting import marginal_coverage, maximal_covering, p_median
from urbgeo.access.towns import town_access
from urbgeo.access.travel import pairs
from urbgeo.access.uncertainty import over_bands
from urbgeo.checks import check_points
from urbgeo.errors import InputError, UrbgeoWarning

T = named([[0, 30, 100], [60, 0, 200], [70, 90, 0]], destinations="abc")
LONG = long_of(T)
A = pd.Series([1.0, 2.0, 3.0], index=list("abc"), name="amount")
SPOTS = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 0, 1e4], [0, 1e4, 0]), index=A.index, crs=32649)
KINDS = pd.Series("park", index=A.index)
SEEN = pd.DataFrame({"from_place": list("abc"), "to_place": list("bca"), "minutes": [20.0, 90.0, 70.0]})

MEASURES: dict[Callable[..., object], Callable[[object], object]] = {
    cumulative: lambda table: cumulative(table, A, minutes=30),
    interval: lambda table: interval(table, A, minutes=(10, 30)),
    gravity: lambda table: gravity(table, A, decay=linear(60)),
    cost_to_reach: lambda table: cost_to_reach(table, A),
    catchments: lambda table: catchments(table, A, A, minutes=60),
    compare_catchments: lambda table: compare_catchments(table, A, A, minutes=[30, 60]),
    connectivity: lambda table: connectivity(table, A),
    by_direction: lambda table: by_direction(table, SPOTS, mass=A, minutes=60),
    coverage: lambda table: coverage(table, A, weight=A),
    marginal_coverage: lambda table: marginal_coverage(table, A, minutes=60),
    maximal_covering: lambda table: maximal_covering(table, A, count=1, minutes=60),
    p_median: lambda table: p_median(table, A, count=1),
    living_circles: lambda table: living_circles(table, A, KINDS, services={"park": ("open", 5.0)}),
    emergency_response: lambda table: emergency_response(table, A),
    town_access: lambda table: town_access(table, A.to_frame(), nearest={"airport": A.index}),
    shelter_places: lambda table: shelter_places(table, A, A, minutes=60),
    beside_observed: lambda table: beside_observed(table, SPOTS, observed=SEEN),
}

BAD_TABLES: dict[str, tuple[object, str]] = {
    "no table": ([[1, 2], [3, 4]], "a DataFrame is needed"),
    "levels without names": (T.rename_axis(index=None, columns=None), "neither wide.*nor long"),
    "negative minutes": (T.replace(30, -1), "negative minutes at a -> b"),
    "a mark for unreachable": (T.replace(200, 4294967), "over 20160 minutes at b -> c"),
    "seconds among minutes": (LONG.assign(unit=["min"] * 8 + ["s"]), "mixed units: s"),
    "a pair twice": (pd.concat([LONG, LONG.iloc[[4]]]), "1 repeated pairs at b -> b"),
    "an id twice": (pd.concat([T, T.iloc[:1]]).rename_axis(index="origin"), "repeated or missing ids.* a"),
    "ids nobody knows": (
        pd.concat([LONG, pd.DataFrame({"from": ["y"], "to": ["z"], "minutes": [5.0]})]),
        "not among the (origins at y|destinations at z)",
    ),
    "an id missing": (LONG.assign(to=[None, *LONG["to"][1:]]), "to is missing"),
    "minutes as text": (LONG.assign(minutes=LONG["minutes"].astype(str)), "minutes are"),
}

pytestmark = pytest.mark.filterwarnings("ignore::urbgeo.errors.UrbgeoWarning")


@pytest.mark.parametrize("case", BAD_TABLES)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.__name__)
def test_faulty_tables_are_refused_by_every_measure(measure: Callable[..., object], case: str) -> None:
    table, message = BAD_TABLES[case]
    if measure in (by_direction, town_access, beside_observed) and case == "ids nobody knows":
        # Their places are a frame, which may ask for a part of the table.
        assert vars_of(MEASURES[measure](table)) == vars_of(MEASURES[measure](LONG))
        return
    with pytest.raises(InputError, match=message):
        MEASURES[measure](table)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.__name__)
def test_a_turned_table_is_read_by_its_names(measure: Callable[..., object]) -> None:
    for table in (T, LONG):
        MEASURES[measure](table)
    straight, turned = (pd.Series(vars_of(MEASURES[measure](table))) for table in (T, T.T))
    assert straight.equals(turned)


def vars_of(found: object) -> list[float]:
    """Every number of a result."""
    if isinstance(found, pd.DataFrame | pd.Series):
        return list(np.nan_to_num(pd.DataFrame(found).select_dtypes("number").to_numpy(float).ravel()))
    parts = [getattr(found, name) for name in ("table", "facilities", "access") if hasattr(found, name)]
    return [number for part in parts for number in vars_of(part)]


def test_no_measure_is_left_out() -> None:
    modules = [
        import_module(f"urbgeo.access.{one.name}") for one in pkgutil.iter_modules(urbgeo.access.__path__)
    ]
    takers = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_")
        and {"minutes_table", "travel"} & set(inspect.signature(function).parameters)
        and not function.__module__.endswith((".travel", ".reading", ".reach"))
    }
    assert takers == set(MEASURES)


@pytest.mark.parametrize("column", ["from", "to", "minutes"])
def test_a_column_that_comes_twice_is_named(column: str) -> None:
    for measure in MEASURES.values():
        with pytest.raises(InputError, match=f"minutes table: more than one column {column}"):
            measure(pd.concat([LONG, LONG[[column]]], axis=1))


def test_a_table_without_rows_answers_with_a_warning() -> None:
    with pytest.warns(UrbgeoWarning, match="minutes table: it has no rows"):
        found = coverage(LONG.iloc[:0], SPOTS, pd.Index(["a"]))
    assert (found.table["status"] == "not asked").all()


def test_columns_of_places_come_once() -> None:
    twice = gpd.GeoDataFrame(
        pd.concat([SPOTS.assign(name="x"), pd.DataFrame({"name": "y"}, SPOTS.index)], axis=1)
    )
    with pytest.raises(InputError, match="places: more than one column name"):
        coverage(LONG, twice, pd.Index(["a"]))
    with pytest.raises(InputError, match="places: more than one column name"):
        check_points(twice, "places")


def test_targets_need_names() -> None:
    for wrong in ({"nearest": SPOTS}, {"assigned": [SPOTS]}):
        with pytest.raises(InputError, match="gives no names"):
            town_access(LONG, SPOTS, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="give at least one target"):
        town_access(LONG, SPOTS)


BED = pd.Series([1.0, 2.0, 3.0], index=list("abc"))
NETWORK = along(0, 10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda wrong: compare_catchments(LONG, BED, BED, minutes=30, methods=wrong), "method: "),
        (lambda wrong: compare_catchments(LONG, BED, BED, decays=wrong), "decay: .* is none"),
        (lambda wrong: living_circles(LONG, BED, KINDS, services=wrong), "services: .* by name"),
        (
            lambda wrong: living_circles(LONG, BED, KINDS, services={"park": wrong}),
            "its category and minutes",
        ),
        (lambda wrong: living_circles(LONG, BED, KINDS, service=wrong), "service: facilities is no frame"),
        (
            lambda wrong: town_access(LONG, SPOTS, nearest={"airport": SPOTS}, minutes=wrong),
            "minutes: .*by name",
        ),
        (lambda wrong: read_minutes(LONG, provenance=wrong), "provenance: .* is none"),
        (lambda wrong: coverage(LONG, SPOTS, pd.Index(["a"]), direction=wrong), "direction: "),
        (lambda wrong: over_bands(NETWORK, lambda one: A, bands=wrong), "bands: .* by name"),
        (lambda wrong: over_bands(NETWORK, lambda one: A, bands={"x": wrong}), "bands.* by name"),
        (lambda wrong: node_nearest(NETWORK, points([(0, 0)]), count=wrong), "count: "),
        (lambda wrong: pairs(LONG, names=wrong), "names: "),
    ],
)
@pytest.mark.parametrize(
    "wrong",
    [True, 3.5, np.timedelta64(5, "m"), pd.NA, pd.Series([1.0]), b"x", object()],
    ids=lambda one: type(one).__name__,
)
def test_options_of_another_kind_are_refused_in_our_words(
    call: Callable[[object], object], message: str, wrong: object
) -> None:
    with pytest.raises(InputError, match=message):
        call(wrong)


def test_nodes_and_amounts_that_are_none_are_refused() -> None:
    weights = pd.Series(1.0, NETWORK.nodes.index)
    for wrong in (3.5, "A", pd.NA, pd.DataFrame({"a": [1]})):
        with pytest.raises(InputError, match=r"nodes: .* no list of ids"):
            node_gravity(NETWORK, weights, decay=linear(9), nodes=wrong)  # type: ignore[arg-type]
    few = node_gravity(NETWORK, weights, decay=linear(9), nodes=(one for one in ["A"]))  # type: ignore[arg-type]
    assert few.index.tolist() == ["A"]
    with pytest.raises(InputError, match="amount: none is given"):
        cost_to_reach(LONG, A, amount=[])
