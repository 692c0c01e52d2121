"""Functional urban areas and labour-market areas: hand-made flows, invariants, and Belgium's."""

from __future__ import annotations

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.cities.degurba import degree_of_urbanisation
from urbgeo.cities.degurba_units import classify_units
from urbgeo.cities.flows import borders, read_flows
from urbgeo.cities.functional import cities_of_centres, functional_areas
from urbgeo.cities.grids import RasterGrid
from urbgeo.cities.labour import LabourRules, labour_market_areas
from urbgeo.errors import InputError


def flow_table(matrix: object, names: str = "abcdefghij") -> pd.DataFrame:
    values = np.array(matrix, float)
    rows, columns = np.nonzero(values)
    ids = np.array(list(names))
    return pd.DataFrame({"home": ids[rows], "work": ids[columns], "workers": values[rows, columns]})


def cities(**named: str) -> pd.Series:
    return pd.Series({zone: named.get(zone) for zone in "abcde"}, dtype=object)


#        a    b   c   d   e      a and b are cities; c sends 15 % to a, d 14 %, e nobody
FLOWS = [[90, 10, 0, 0, 0], [5, 95, 0, 0, 0], [15, 5, 80, 0, 0], [14, 13, 0, 73, 0], [0, 0, 0, 0, 50]]


def test_fifteen_percent_is_a_closed_bound() -> None:
    found = functional_areas(flow_table(FLOWS), cities(a="A", b="B")).zones
    assert found["area"].tolist() == ["A", "B", "A", None, None]
    assert found["role"].tolist() == ["city", "city", "commuting zone", "outside", "outside"]
    assert found.loc["d", "share"] == pytest.approx(0.14)
    assert found["status"].tolist() == ["assigned"] * 3 + ["below the threshold"] * 2


def test_cities_with_strong_links_merge_and_then_share_their_commuters() -> None:
    found = functional_areas(flow_table(FLOWS), cities(a="A", b="B"), merge_threshold=0.10).zones
    assert found["area"].tolist() == ["A", "A", "A", "A", None]
    assert found.loc["d", "share"] == pytest.approx(0.27)


def test_two_way_rules_count_what_comes_back() -> None:
    flows = [[90, 0, 10, 0, 0], [0, 1, 0, 0, 0], [10, 0, 90, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]
    table = flow_table(flows)
    shares = {
        rule: functional_areas(table, cities(a="A"), rule=rule).zones.loc["c", "share"]
        for rule in ("out", "interchange", "pooled")
    }
    assert shares == pytest.approx({"out": 0.1, "interchange": 0.2, "pooled": 0.1})


def test_two_way_rules_divide_by_residents_one_way_and_jobs_the_other() -> None:
    """c: 100 employed residents, of whom 10 work in a; 150 jobs, of which 60 are held from a."""
    table = flow_table([[140, 0, 60], [0, 1, 0], [10, 0, 90]], "abc")
    places = pd.Series({"a": "A", "b": None, "c": None}, dtype=object)
    shares = {
        rule: functional_areas(table, places, rule=rule).zones.loc["c", "share"]
        for rule in ("out", "interchange", "pooled")
    }
    assert shares == pytest.approx({"out": 10 / 100, "interchange": 10 / 100 + 60 / 150, "pooled": 70 / 250})


def test_a_small_city_joins_a_large_one_by_its_own_residents() -> None:
    """b sends 20 of its 50 to a; a sends 20 of its 500 to b: only b's share reaches 15 %."""
    both = pd.Series({"a": "A", "b": "B"}, dtype=object)
    merged = functional_areas(flow_table([[480, 20], [20, 30]], "ab"), both).zones
    assert merged["area"].tolist() == ["A", "A"]
    apart = functional_areas(flow_table([[480, 20], [7, 43]], "ab"), both).zones
    assert apart["area"].tolist() == ["A", "B"]


def test_flows_are_read_from_home_to_work() -> None:
    one_way = flow_table([[100, 0], [60, 40]], "ab")
    forth = functional_areas(one_way, pd.Series({"a": "A", "b": None}, dtype=object)).zones
    back = functional_areas(one_way, pd.Series({"a": None, "b": "B"}, dtype=object)).zones
    assert forth.loc["b", "area"] == "A"
    assert back.loc["a", "area"] is None


def test_exclaves_are_dropped_and_enclaves_added() -> None:
    flows = [[100, 0, 0, 0, 0], [20, 80, 0, 0, 0], [20, 0, 80, 0, 0], [0, 0, 0, 100, 0], [0, 0, 0, 0, 100]]
    near = pd.DataFrame(
        [("a", "b"), ("b", "d"), ("a", "d"), ("e", "c"), ("e", "b")], columns=["zone", "neighbour"]
    )
    found = functional_areas(flow_table(flows), cities(a="A"), neighbours=near).zones
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


def test_neighbours_share_a_border_not_a_corner() -> None:
    boxes = gpd.GeoDataFrame(
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)],
        index=list("abc"), crs=32631,
    )  # fmt: skip
    boxes.geometry = boxes.geometry.affine_transform([1000, 0, 0, 1000, 500_000, 5_600_000])
    pairs = {(row.zone, row.neighbour) for row in borders(boxes).itertuples()}
    assert pairs == {("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")}
    assert borders(boxes)["border_km"].tolist() == pytest.approx([1, 1, 1, 1], rel=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"home": ["a", "q"]}, "home not among the zones at q"),
        ({"workers": [1, -2]}, "negative"),
        ({"home": ["a", "a"], "work": ["b", "b"]}, "pairs given twice at a->b"),
        ({"workers": [1, np.nan]}, "missing"),
    ],
)
def test_faulty_flows_are_refused(change: dict[str, list[object]], message: str) -> None:
    table = pd.DataFrame({"home": ["a", "b"], "work": ["b", "a"], "workers": [1.0, 2.0]} | change)
    with pytest.raises(InputError, match=message):
        read_flows(table, list("abc"))


def test_all_faults_of_flows_come_at_once_and_zones_must_not_repeat() -> None:
    table = pd.DataFrame({"home": ["q", "b"], "work": ["b", "r"], "workers": [-1.0, 2.0]})
    with pytest.raises(InputError, match=r"home not among.*work not among.*negative"):
        read_flows(table, list("ab"))
    with pytest.raises(InputError, match="repeated ids at a"):
        read_flows(table, list("aab"))
    with pytest.raises(InputError, match="no zone belongs to a city"):
        functional_areas(flow_table(FLOWS), cities())
    with pytest.raises(InputError, match="threshold"):
        functional_areas(flow_table(FLOWS), cities(a="A"), threshold=15)


matrices = st.integers(3, 8).flatmap(
    lambda n: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 5, 20, 100]), min_size=n, max_size=n), min_size=n, max_size=n
    )
)


@settings(max_examples=50, deadline=None)
@given(matrices, st.randoms())
def test_row_order_never_changes_the_areas(matrix: list[list[int]], random: object) -> None:
    table = flow_table(matrix)
    names = list("abcdefghij"[: len(matrix)])
    core = pd.Series({zone: zone.upper() if zone in "ab" else None for zone in names}, dtype=object)
    order = list(range(len(table)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled_names = list(names)
    random.shuffle(shuffled_names)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(
        functional_areas(table, core).zones,
        functional_areas(table.iloc[order], core.reindex(shuffled_names)).zones.reindex(names),
    )
    rules = LabourRules(min_size=10, target_size=200)
    pd.testing.assert_frame_equal(
        labour_market_areas(table, pd.Index(names), rules=rules).zones,
        labour_market_areas(table.iloc[order], pd.Index(shuffled_names), rules=rules).zones.reindex(names),
    )


@settings(max_examples=50, deadline=None)
@given(matrices)
def test_a_zone_that_nobody_leaves_is_its_own_area(matrix: list[list[int]]) -> None:
    values = np.array(matrix)
    values[0, :] = 0
    values[0, 0] = 50
    names = list("abcdefghij"[: len(values)])
    core = pd.Series({zone: "B" if zone == "b" else None for zone in names}, dtype=object)
    functional = functional_areas(flow_table(values), core).zones
    assert functional.loc["a", "area"] is None
    assert functional.loc["a", "share"] == 0
    areas = labour_market_areas(
        flow_table(values), pd.Index(names), rules=LabourRules(min_size=10, target_size=99)
    )
    assert areas.zones.loc["a", "area"] == "a"
    assert areas.zones.loc["a", "status"] == "own area"
    values[:, 0] = [50] + [0] * (len(values) - 1)
    alone = labour_market_areas(flow_table(values), pd.Index(names)).zones["area"]
    assert (alone == "a").sum() == 1


@settings(max_examples=50, deadline=None)
@given(matrices)
def test_labour_areas_meet_the_rules_or_have_nowhere_to_go(matrix: list[list[int]]) -> None:
    names = pd.Index(list("abcdefghij"[: len(matrix)]))
    rules = LabourRules(min_size=20, target_size=200)
    found = labour_market_areas(flow_table(matrix), names, rules=rules)
    group = found.zones["area"]
    values = np.array(matrix, float)
    assert found.areas["zones"].sum() == len(names)
    for area, row in found.areas.iterrows():
        inside = (group == area).to_numpy()
        linked = values[np.ix_(inside, ~inside)].sum() + values[np.ix_(~inside, inside)].sum() > 0
        stays = (found.zones.loc[inside, "status"] == "own area").any()
        if linked and not stays and len(found.areas) > 1:
            assert row["self_containment"] >= rules.min_containment - 1e-9
            assert row["employed"] >= rules.min_size


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
    brussels = found.zones.loc["21004", "area"]
    members = found.zones.index[found.zones["area"] == brussels]
    assert {"23088", "25072", "23002"} <= set(members), "Vilvoorde, Nivelles and Asse commute to Brussels"
    assert found.zones.loc["11002", "area"] not in (None, brussels), "Antwerp is an area of its own"
    assert found.zones.loc["44021", "area"] not in (None, brussels), "so is Ghent"
    assert found.areas["self_containment"].loc[brussels] > 0.7
    markets = labour_market_areas(flows, units.index)
    assert markets.areas["zones"].sum() == 589
    valid = markets.areas["self_containment"] >= LabourRules().min_containment - 1e-9
    assert valid.all()
    assert 8 < len(markets.areas) < 60
