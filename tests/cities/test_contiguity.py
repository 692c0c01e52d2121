"""Areas made of one piece: what is cut off leaves, what is wholly enclosed joins."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.network.build import QUICK
from urbgeo.cities.contiguity import contiguous
from urbgeo.errors import InputError

ROW = pd.Index(list("abcde"))
ALONG = pd.DataFrame({"zone": list("abcd"), "neighbour": list("bcde")})


def asked(
    pairs: pd.DataFrame, area: list[int], core: list[int], coast: str = ""
) -> tuple[list[int], str, str]:
    """The areas after both steps, and the ids dropped and added."""
    held = np.array(area)
    lost, added = contiguous(pairs, ROW, list(coast), np.array(core), held)
    return held.tolist(), "".join(ROW[lost]), "".join(ROW[added])


def test_a_zone_cut_off_from_the_core_leaves_and_its_neighbours_stay() -> None:
    assert asked(ALONG, [0, 0, -1, 0, -1], [0, -1, -1, -1, -1]) == ([0, 0, -1, -1, -1], "d", "")


def test_a_zone_between_two_of_one_area_joins_it_and_between_two_areas_does_not() -> None:
    cores = [0, -1, 0, -1, 1]
    assert asked(ALONG, [0, -1, 0, -1, 1], cores) == ([0, 0, 0, -1, 1], "", "b")


def test_a_border_on_land_beyond_the_table_keeps_a_zone_out_unless_it_is_a_coast() -> None:
    """e borders on d alone among the zones; with a rim told at e it borders on land beyond too."""
    told = pd.concat([ALONG, pd.DataFrame({"zone": ["e"], "neighbour": [None]})], ignore_index=True)
    area, core = [0, 0, 0, 0, -1], [0, -1, -1, -1, -1]
    assert asked(told, area, core) == ([0, 0, 0, 0, -1], "", "")
    assert asked(told, area, core, coast="e") == ([0, 0, 0, 0, 0], "", "e")


def test_without_a_rim_only_single_zones_join() -> None:
    """Two zones side by side may be all that lies outside; where the rim is told, they are inside."""
    cores = [0, -1, -1, -1, 0]
    assert asked(ALONG, [0, -1, -1, 0, 0], cores)[2] == ""
    ring = pd.concat(
        [ALONG, pd.DataFrame({"zone": ["a", "e"], "neighbour": [None, None]})], ignore_index=True
    )
    assert asked(ring, [0, -1, -1, 0, 0], cores)[2] == "bc"


@QUICK
@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), max_size=8),
    st.lists(st.sampled_from([-1, 0, 1]), min_size=5, max_size=5),
)
def test_what_stays_is_what_a_walk_from_the_cores_reaches(
    pairs: list[tuple[str, str]], area: list[int]
) -> None:
    core = [0 if area[0] == 0 else -1, -1, -1, -1, 1 if area[4] == 1 else -1]
    walk = nx.Graph((a, b) for a, b in pairs if area[ROW.get_loc(a)] == area[ROW.get_loc(b)] >= 0)
    walk.add_nodes_from(ROW)
    reached = {
        at for k, zone in enumerate(ROW) if core[k] >= 0 for at in nx.node_connected_component(walk, zone)
    }
    frame = pd.DataFrame(pairs, columns=["zone", "neighbour"], dtype=object)
    dropped = set(asked(frame, area, core)[1])
    assert dropped == {zone for k, zone in enumerate(ROW) if area[k] >= 0} - reached


def test_borders_of_unknown_zones_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="x"):
        asked(pd.DataFrame({"zone": ["a"], "neighbour": ["x"]}), [0] * 5, [0] * 5)
    with pytest.raises(InputError, match=r"coast.*z"):
        asked(ALONG, [0] * 5, [0] * 5, coast="z")
