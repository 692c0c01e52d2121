"""Functional urban areas and labour-market areas: hand-made flows, invariants, and Belgium's."""

from __future__ import annotations

import time
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.cities.flow_tables import flow_table, matrices
from urbgeo.cities.degurba import degree_of_urbanisation
from urbgeo.cities.degurba_units import classify_units
from urbgeo.cities.flows import borders, read_flows
from urbgeo.cities.functional import cities_of_centres, functional_areas
from urbgeo.cities.labour import LabourRules, labour_market_areas
from urbgeo.errors import InputError
from urbgeo.rasters.layers import RasterGrid


def cities(**named: str) -> pd.Series:
    return pd.Series({zone: named.get(zone) for zone in "abcde"}, dtype=object)


#        a    b   c   d   e      a and b are cities; c sends 15 % to a, d 14 %, e nobody
FLOWS = [[90, 10, 0, 0, 0], [5, 95, 0, 0, 0], [15, 5, 80, 0, 0], [14, 13, 0, 73, 0], [0, 0, 0, 0, 50]]


def test_fifteen_percent_is_a_closed_bound() -> None:
    found = functional_areas(flow_table(FLOWS), cities(a="A", b="B")).table
    assert found["area"].tolist() == ["A", "B", "A", None, None]
    assert found["role"].tolist() == ["city", "city", "commuting zone", "outside", "outside"]
    assert found.loc["d", "share"] == pytest.approx(0.14)
    assert found["status"].tolist() == ["assigned"] * 3 + ["below the threshold"] * 2


def test_cities_with_strong_links_merge_and_then_share_their_commuters() -> None:
    found = functional_areas(flow_table(FLOWS), cities(a="A", b="B"), merge_share=0.10).table
    assert found["area"].tolist() == ["A", "A", "A", "A", None]
    assert found.loc["d", "share"] == pytest.approx(0.27)


def test_two_way_rules_count_what_comes_back() -> None:
    flows = [[90, 0, 10, 0, 0], [0, 1, 0, 0, 0], [10, 0, 90, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]
    table = flow_table(flows)
    shares = {
        rule: functional_areas(table, cities(a="A"), rule=rule).table.loc["c", "share"]
        for rule in ("out", "interchange", "pooled")
    }
    assert shares == pytest.approx({"out": 0.1, "interchange": 0.2, "pooled": 0.1})


def test_two_way_rules_divide_by_residents_one_way_and_jobs_the_other() -> None:
    """c: 100 employed residents, of whom 10 work in a; 150 jobs, of which 60 are held from a."""
    table = flow_table([[140, 0, 60], [0, 1, 0], [10, 0, 90]], "abc")
    places = pd.Series({"a": "A", "b": None, "c": None}, dtype=object)
    shares = {
        rule: functional_areas(table, places, rule=rule).table.loc["c", "share"]
        for rule in ("out", "interchange", "pooled")
    }
    assert shares == pytest.approx({"out": 10 / 100, "interchange": 10 / 100 + 60 / 150, "pooled": 70 / 250})


def test_a_small_city_joins_a_large_one_by_its_own_residents() -> None:
    """b sends 20 of its 50 to a; a sends 20 of its 500 to b: only b's share reaches 15 %."""
    both = pd.Series({"a": "A", "b": "B"}, dtype=object)
    merged = functional_areas(flow_table([[480, 20], [20, 30]], "ab"), both).table
    assert merged["area"].tolist() == ["A", "A"]
    apart = functional_areas(flow_table([[480, 20], [7, 43]], "ab"), both).table
    assert apart["area"].tolist() == ["A", "B"]


def test_flows_are_read_from_home_to_work() -> None:
    one_way = flow_table([[100, 0], [60, 40]], "ab")
    forth = functional_areas(one_way, pd.Series({"a": "A", "b": None}, dtype=object)).table
    back = functional_areas(one_way, pd.Series({"a": None, "b": "B"}, dtype=object)).table
    assert forth.loc["b", "area"] == "A"
    assert back.loc["a", "area"] is None


def test_exclaves_are_dropped_and_enclaves_added() -> None:
    flows = [[100, 0, 0, 0, 0], [20, 80, 0, 0, 0], [20, 0, 80, 0, 0], [0, 0, 0, 100, 0], [0, 0, 0, 0, 100]]
    near = pd.DataFrame(
        [("a", "b"), ("b", "d"), ("a", "d"), ("e", "c"), ("e", "b")], columns=["zone", "neighbour"]
    )
    found = functional_areas(flow_table(flows), cities(a="A"), neighbours=near).table
    assert found["area"].tolist() == ["A", "A", None, "A", None]
    assert found.loc["c", "status"] == "exclave dropped"
    assert found.loc["d", "role"] == "enclave"


def test_the_area_table_adds_up() -> None:
    areas = functional_areas(flow_table(FLOWS), cities(a="A", b="B")).areas
    assert areas.loc["A", ["zones", "employed", "jobs"]].tolist() == [2, 200, 204]
    assert areas.loc["A", "self_containment"] == pytest.approx(185 / 204)


def test_cities_need_half_of_their_people_in_the_centre() -> None:
    people = pd.DataFrame({1: [500.0, 499, 0, 0], 2: [0, 0, 100.0, 30]}, index=list("wxyz"))
    total = pd.Series([1000.0, 1000, 150, 1000], index=list("wxyz"))
    kept = cities_of_centres(people, total, centre_in_city=0.5)
    assert kept["city"].tolist() == [1, None, 2, None]
    strict = cities_of_centres(people, total)
    assert strict["status"].tolist() == ["city too thin", "no city", "city", "no city"]


def test_a_city_holds_three_quarters_of_its_centre_and_lives_in_it() -> None:
    total = pd.Series([100.0, 100.0], index=["in", "out"])
    for outside, kept in ((25.0, True), (25.1, False)):
        people = pd.DataFrame({1: [75.0, outside]}, index=total.index)
        assert cities_of_centres(people, total)["city"].notna().any() == kept, (
            "75 of 100 people of the centre"
        )
    people = pd.DataFrame({1: [80.0, 60.0]}, index=total.index)
    for bound, kept in ((0.7, True), (0.701, False)):
        found = cities_of_centres(people, total, city_in_centre=bound)
        assert (found["status"] == "city").all() == kept, "140 of the city's 200 people live in the centre"
    alone = cities_of_centres(people, total, centre_population=pd.Series({1: 187.0}))
    assert alone["status"].tolist() == ["city too thin"] * 2, "140 of 187 is below three quarters"


def board(size: int) -> pd.DataFrame:
    """Neighbours of a chessboard of zones x * size + y, with the rim told."""
    zones = gpd.GeoDataFrame(
        geometry=[shapely.box(x, y, x + 1, y + 1) for x in range(size) for y in range(size)], crs=32631
    )
    zones.geometry = zones.geometry.affine_transform([1000, 0, 0, 1000, 500_000, 5_600_000])
    return borders(zones)


def areas_of(assigned: str, size: int, neighbours: pd.DataFrame, **options: object) -> list[str | None]:
    """Areas of a chessboard on which the zones of each letter are a city, before enclaves a dot."""
    core = pd.Series([None if one == "." else one for one in assigned], dtype=object)
    flows = pd.DataFrame({"home": core.index, "work": core.index, "workers": 1.0})
    return functional_areas(flows, core, neighbours=neighbours, **options).table["area"].tolist()


def shown(areas: list[str | None]) -> str:
    return "".join(one or "." for one in areas)


def test_several_zones_enclosed_together_join_the_area_around_them() -> None:
    table = board(5)
    ring = "..AAA" "..A.A" "..A.A" "..AAA" "....."  # fmt: skip
    assert shown(areas_of(ring, 5, table)) == "..AAA..AAA..AAA..AAA....."
    two = "..AAA" "..A.B" "..A.B" "..AAA" "....."  # fmt: skip
    assert shown(areas_of(two, 5, table)) == two, "their border is with two areas"
    bay = "..AAA" "..A.." "..A.A" "..AAA" "....."  # fmt: skip
    assert shown(areas_of(bay, 5, table)) == bay, "the bay lies at the rim, which is land beyond"
    assert shown(areas_of(bay, 5, table, coast=[9])) == "..AAA..AAA..AAA..AAA....."
    pairs = table.dropna()
    assert shown(areas_of(ring, 5, pairs)) == ring, "without the rim nothing says which side is inside"
    one = "..AAA" "..A.A" "..AAA" "....." "....."  # fmt: skip
    assert shown(areas_of(one, 5, pairs)) == "..AAA..AAA..AAA.........."
    with pytest.raises(InputError, match="neighbours and coast: not among the zones at 99"):
        areas_of(ring, 5, table, coast=[99])


def test_a_zone_at_the_rim_with_one_neighbouring_area_is_no_enclave() -> None:
    """Like Knokke-Heist: all its Belgian neighbours in one area, but land of another country beyond."""
    corner = "AAA" "AA." "AAA"  # fmt: skip
    assert shown(areas_of(corner, 3, board(3))) == corner
    assert shown(areas_of(corner, 3, board(3), coast=[5])) == "AAAAAAAAA"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("AB..."), min_size=25, max_size=25).filter(lambda cells: "A" in cells))
def test_enclaves_equal_a_flood_fill(cells: list[str]) -> None:
    graph = nx.grid_2d_graph(5, 5)
    free = [node for node in graph if cells[node[0] * 5 + node[1]] == "."]
    expected = list(cells)
    for part in nx.connected_components(graph.subgraph(free)):
        around = {cells[x * 5 + y] for node in part for x, y in graph[node]} - {"."}
        if len(around) == 1 and not any(0 in node or 4 in node for node in part):
            for x, y in part:
                expected[x * 5 + y] = next(iter(around))
    assert shown(areas_of("".join(cells), 5, BOARD)) == "".join(expected)


BOARD = board(5)


def test_all_faults_of_flows_come_at_once_and_zones_must_not_repeat() -> None:
    table = pd.DataFrame({"home": ["q", "b"], "work": ["b", "r"], "workers": [-1.0, 2.0]})
    with pytest.raises(InputError, match=r"home not among.*work not among.*negative"):
        read_flows(table, list("ab"))
    with pytest.raises(InputError, match="repeated ids at a"):
        read_flows(table, list("aab"))
    with pytest.raises(InputError, match="no zone belongs to a city"):
        functional_areas(flow_table(FLOWS), cities())
    with pytest.raises(InputError, match="min_share"):
        functional_areas(flow_table(FLOWS), cities(a="A"), min_share=15)


@settings(max_examples=50, deadline=None)
@given(matrices, st.randoms())
def test_row_order_never_changes_the_areas(matrix: list[list[int]], random: object) -> None:
    assume(np.any(matrix))
    table = flow_table(matrix)
    names = list("abcdefghij"[: len(matrix)])
    core = pd.Series({zone: zone.upper() if zone in "ab" else None for zone in names}, dtype=object)
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled_names = list(names)
    random.shuffle(shuffled_names)
    pd.testing.assert_frame_equal(
        functional_areas(table, core).table,
        functional_areas(table.iloc[order], core.reindex(shuffled_names)).table.reindex(names),
    )
    rules = LabourRules(min_size=10, target_size=200)
    pd.testing.assert_frame_equal(
        labour_market_areas(table, pd.Index(names), rules=rules).table,
        labour_market_areas(table.iloc[order], pd.Index(shuffled_names), rules=rules).table.reindex(names),
    )


@settings(max_examples=50, deadline=None)
@given(matrices)
def test_a_zone_that_nobody_leaves_is_its_own_area(matrix: list[list[int]]) -> None:
    values = np.array(matrix)
    values[0, :] = 0
    values[0, 0] = 50
    names = list("abcdefghij"[: len(values)])
    core = pd.Series({zone: "B" if zone == "b" else None for zone in names}, dtype=object)
    functional = functional_areas(flow_table(values), core).table
    assert functional.loc["a", "area"] is None
    assert functional.loc["a", "share"] == 0
    areas = labour_market_areas(
        flow_table(values), pd.Index(names), rules=LabourRules(min_size=10, target_size=99)
    )
    assert areas.table.loc["a", "area"] == "a"
    assert areas.table.loc["a", "status"] == "own area"
    values[:, 0] = [50] + [0] * (len(values) - 1)
    alone = labour_market_areas(flow_table(values), pd.Index(names)).table["area"]
    assert (alone == "a").sum() == 1


def belgian_flows(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "commuting_flows.csv.gz")
    return pd.DataFrame(
        {
            "home": table["NODE_2_CODE"].astype(str),
            "work": table["NODE_1_CODE"].astype(str),
            "workers": table["INCOMING_FLOW"],
        }
    )


def test_belgium_has_functional_areas_from_its_flows(shared_data: Path) -> None:
    folder = shared_data / "belgium"
    flows = belgian_flows(folder)
    assert len(flows) == 123_201
    units = gpd.read_file(folder / "communes.gpkg").dissolve("CODE_INS")
    grid = RasterGrid(folder / "POP.tif", folder / "LAND.tif", folder / "BUILT_S.tif")
    began = time.process_time()
    urban = degree_of_urbanisation(grid)
    shares = classify_units(units, urban, grid)
    core = cities_of_centres(
        shares.centre_people, shares.table["population"], centre_population=urban.centres["population"]
    )
    found = functional_areas(flows, core["city"], neighbours=borders(units))
    assert time.process_time() - began < 5, "seconds of processor time"
    brussels = found.table.loc["21004", "area"]
    members = found.table.index[found.table["area"] == brussels]
    assert {"23088", "25072", "23002"} <= set(members), "Vilvoorde, Nivelles and Asse commute to Brussels"
    assert found.table.loc["11002", "area"] not in (None, brussels), "Antwerp is an area of its own"
    assert found.table.loc["44021", "area"] not in (None, brussels), "so is Ghent"
    assert found.areas["self_containment"].loc[brussels] > 0.7
    markets = labour_market_areas(flows, units.index)
    assert markets.areas["zones"].sum() == 589
    valid = markets.areas["self_containment"] >= LabourRules().min_containment - 1e-9
    assert valid.all()
    assert 8 < len(markets.areas) < 60


def test_either_way_may_reach_the_threshold() -> None:
    """b sends 10 of 100 to the city but takes 40 of its own 100 jobs from there."""
    table = flow_table([[400, 40], [10, 60]], "ab").assign()
    city = pd.Series({"a": "A", "b": None}, dtype=object)
    out = functional_areas(table, city, min_share=0.30).table.loc["b"]
    either = functional_areas(table, city, min_share=0.40, rule="either").table.loc["b"]
    assert out["share"] == pytest.approx(10 / 70)
    assert out["role"] == "outside"
    assert either["share"] == pytest.approx(40 / 100)
    assert either["role"] == "commuting zone", "the bound is closed"


def test_merging_is_turned_off_by_name_and_falls_back_on_the_threshold() -> None:
    """Survivors: the merge threshold is that of the zones, and the larger in jobs gives its name."""
    both = pd.Series({"a": "A", "b": "B"}, dtype=object)
    table = flow_table([[30, 20], [10, 490]], "ab")
    assert functional_areas(table, both, min_share=0.40).table["area"].tolist() == ["B", "B"]
    assert functional_areas(table, both, min_share=0.41).table["area"].tolist() == ["A", "B"]
    loose = functional_areas(table, both, min_share=0.41, merge_share=0.2)
    assert loose.table["area"].tolist() == ["B", "B"]
    # more workers live in A, more work in B
    jobs = functional_areas(flow_table([[40, 60], [10, 60]], "ab"), both, min_share=0.40)
    assert jobs.table["area"].tolist() == ["B", "B"]
    off = functional_areas(table, both, min_share=0.10, merge=False)
    assert off.table["area"].tolist() == ["A", "B"]
    assert off.provenance.parameters["merge_share"] == "no merging"
    with pytest.raises(InputError, match="merge=False no city is merged"):
        functional_areas(table, both, merge=False, merge_share=0.2)
    with pytest.raises(InputError, match="merge: 'no'"):
        functional_areas(table, both, merge="no")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t, c: functional_areas(c, t), "cities: a Series of city by zone is needed, not DataFrame"),
        (lambda t, c: functional_areas(None, c), "flows: a table is needed, not NoneType"),
        (
            lambda t, c: functional_areas(t.assign(workers=t["workers"] > 1), c),
            "workers holds True",
        ),
        (
            lambda t, c: functional_areas(t.assign(workers=pd.to_timedelta(t["workers"], unit="s")), c),
            "workers holds spans of time",
        ),
        (lambda t, c: labour_market_areas(t, None), "zones: the ids of all zones are needed, not NoneType"),
        (lambda t, c: LabourRules(min_size=np.nan), "min_size: nan"),
        (lambda t, c: cities_of_centres([1], c), "population"),
    ],
)
def test_wrong_objects_are_refused_by_name(call: object, message: str) -> None:
    table = flow_table([[30, 20], [10, 490]], "ab")
    with pytest.raises(InputError, match=message):
        call(table, pd.Series({"a": "A", "b": None}, dtype=object))


def test_shares_statuses_and_what_was_asked_are_told() -> None:
    """e has no employed residents; c is a commuting zone of A; of five zones two are in no area."""
    flows = [[90, 10, 0, 0, 0], [5, 95, 0, 0, 0], [15, 5, 80, 0, 0], [1, 3, 0, 96, 0], [0, 0, 0, 0, 0]]
    found = functional_areas(flow_table(flows), cities(a="A", b="B"))
    assert found.table["status"].tolist() == ["assigned"] * 3 + [
        "below the threshold",
        "no employed residents",
    ]
    assert found.table["strongest"].tolist() == ["A", "B", "A", "B", None]
    assert found.table["share"].tolist() == pytest.approx([0.9, 0.95, 0.15, 0.03, 0])
    assert found.provenance.shares["zones in no area"] == 0.4
    assert found.provenance.parameters == {"min_share": 0.15, "merge_share": 0.15, "rule": "out"}
    assert "2 areas of 3 zones" in repr(found) and found.summary is found.areas
    assert found.areas.loc["B"].tolist() == [1, 100, 113, pytest.approx(95 / 113)]
    none = functional_areas(
        flow_table([[9, 1], [0, 0]], "ab"), pd.Series({"a": None, "b": "B"}, dtype=object)
    )
    assert none.areas.loc["B", "self_containment"] == 0 and none.areas.loc["B", "jobs"] == 1


def test_a_centre_without_units_and_a_unit_without_people_make_no_city() -> None:
    people = pd.DataFrame({1: [90.0, 0, 0], 2: [0.0, 0, 5]}, index=list("xyz"))
    found = cities_of_centres(people, pd.Series([100.0, 0, 100], list("xyz")))
    assert found["share"].tolist() == [0.9, 0, 0.05]
    assert found["city"].tolist() == [1, None, None]
    assert found["status"].tolist() == ["city", "no city", "no city"]
    half = cities_of_centres(people, pd.Series([180.0, 0, 100], list("xyz")))
    assert half["status"].tolist()[0] == "city", "half of its people are enough"
    nowhere = cities_of_centres(people[[]], pd.Series([100.0, 0, 100], list("xyz")))
    assert nowhere["status"].tolist() == ["no city"] * 3 and nowhere["share"].tolist() == [0] * 3
    assert nowhere["city"].isna().all()
