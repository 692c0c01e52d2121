"""Communities of intercity links, from the finest level to the coarsest, by Louvain or Leiden."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from urbgeo.cities.communities import communities
from urbgeo.errors import InputError, MissingExtraError


def test_cliques_with_weak_bridges_are_the_communities() -> None:
    rows = [(f"{t}{a}", f"{t}{b}", 10.0) for t in "xyz" for a, b in itertools.combinations(range(5), 2)]
    rows += [("x0", "y0", 1.0), ("y1", "z1", 1.0)]
    links = pd.DataFrame(rows, columns=["from_place", "to_place", "strength"])
    for method in ("louvain", "leiden"):
        if method == "leiden":
            pytest.importorskip("graspologic_native")
        found = communities(links, method=method)
        last = found.table.iloc[:, -1]
        assert last.groupby(last.index.str[0]).nunique().tolist() == [1, 1, 1]
        assert last.nunique() == 3
        shuffled = communities(links.sample(frac=1, random_state=3), method=method)
        assert found.table.equals(shuffled.table)
    with pytest.raises(InputError, match="negative"):
        communities(links.assign(strength=-1.0))
    with pytest.raises(InputError, match="unknown"):
        communities(links, method="infomap")


@pytest.mark.parametrize("method", ["louvain", "leiden"])
def test_communities_form_a_tree_from_the_finest_to_the_coarsest(method: str) -> None:
    """Cliques of four in pairs: strong links in a clique, weaker in a pair, weak from pair to pair."""
    if method == "leiden":
        pytest.importorskip("graspologic_native")
    rows = []
    for a, b in itertools.combinations(range(64), 2):
        weight = (
            100.0 if a // 4 == b // 4 else 6.0 if a // 8 == b // 8 else 0.5 if a // 32 == b // 32 else 0.01
        )
        rows.append((a, b, weight))
    links = pd.DataFrame(rows, columns=["from_place", "to_place", "strength"])
    found = communities(links, method=method)
    assert len(found.table.columns) >= 2
    for fine, coarse in itertools.pairwise(found.table):
        assert (found.table.groupby(fine)[coarse].nunique() == 1).all()
        assert found.table[fine].nunique() > found.table[coarse].nunique()
    last = found.table.iloc[:, -1]
    assert (last.groupby(np.arange(64) // 32).nunique() < last.nunique()).all()
    for level, name in enumerate(found.table, start=1):
        assert (
            found.tree.loc[level, "places"].tolist() == found.table[name].value_counts().sort_index().tolist()
        )
    parents = found.tree.loc[1, "parent"]
    assert (found.table["level_1"].map(parents) == found.table["level_2"]).all()
    assert found.tree.loc[len(found.table.columns), "parent"].isna().all()
    smaller = communities(links, method=method, resolution=30.0).table.iloc[:, -1]
    assert smaller.nunique() > last.nunique()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["louvain", "leiden"]))
def test_row_order_never_changes_communities(seed: int, method: str) -> None:
    """Nor do parallel links, whose sums depend on their order in the last digit, nor numbers among names."""
    if method == "leiden":
        pytest.importorskip("graspologic_native")
    random = np.random.default_rng(seed)
    names = np.array([*range(8), *"abcdef"], dtype=object)
    ends = names[random.integers(0, 14, (40, 2))]
    links = pd.DataFrame({"from_place": ends[:, 0], "to_place": ends[:, 1], "strength": random.random(40)})
    links = pd.concat([links, links.assign(strength=0.1), links.assign(strength=0.2)], ignore_index=True)
    turned = links.rename(columns={"from_place": "to_place", "to_place": "from_place"})
    one = communities(links, method=method)
    for other in (links.sample(frac=1, random_state=seed % 1000), turned):
        again = communities(other, method=method)
        assert one.table.equals(again.table)
        assert one.modularity.equals(again.modularity), "to the last digit"
    assert one.modularity.between(-0.5, 1).all()


@pytest.mark.parametrize("method", ["louvain", "leiden"])
def test_two_pairs_have_the_modularity_of_the_textbook(method: str) -> None:
    """Each holds half of all strength: 2 (1/2 - (1/2)^2); three of 2, 1 and 1: 1 - (4 + 1 + 1) / 16."""
    if method == "leiden":
        pytest.importorskip("graspologic_native")
    rows = [("a", "b", 1.0), ("d", "c", 1.0), ("e", "e", 0.0)]
    links = pd.DataFrame(rows, columns=["from_place", "to_place", "trips"])
    found = communities(links, strength="trips", method=method)
    assert found.table["level_1"].to_dict() == {"a": 1, "b": 1, "c": 2, "d": 2, "e": 3}
    assert found.summary.loc["level_1"].tolist() == pytest.approx([3, 0.5])
    assert found.provenance.parameters == {"method": method, "resolution": 1.0, "seed": 0}
    more = pd.concat(
        [links, links.iloc[:1], pd.DataFrame([("f", "g", 1.0)], columns=links.columns)], ignore_index=True
    )
    assert communities(more, strength="trips", method=method).modularity.tolist() == pytest.approx(
        [1 - 6 / 16]
    )
    assert "5 places in 3 communities" in repr(found)
    with pytest.raises(InputError, match="no link has a strength above 0"):
        communities(links.assign(trips=0.0), strength="trips", method=method)
    with pytest.raises(InputError, match="missing ends"):
        communities(links.replace("b", None), strength="trips", method=method)


def test_leiden_without_its_library_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graspologic_native", None)
    links = pd.DataFrame([("a", "b", 1.0)], columns=["from_place", "to_place", "strength"])
    with pytest.raises(MissingExtraError, match=r"(?s)Leiden .*graspologic-native.*urbgeo\[leiden\]"):
        communities(links, method="leiden")
