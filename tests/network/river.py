"""Two towns on either bank of a river, for tests of edits."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import strategies as st

from urbgeo.network.model import TravelNetwork, build_network

UTM = 32649


def points(xy: list[tuple[float, float]], ids: list[object]) -> gpd.GeoDataFrame:
    x, y = np.array(xy, dtype=float).T
    return gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(500_000 + 1000 * x, 3_000_000 + 1000 * y), index=ids, crs=UTM
    )


def river() -> TravelNetwork:
    """Two banks, 20 km long, 1 km apart, joined at one end only."""
    nodes = points([(0, 0), (20, 0), (0, 1), (20, 1)], list("ABCD"))
    links = pd.DataFrame(
        {
            "from_node": list("ACA"),
            "to_node": list("BDC"),
            "length_km": [20.0, 20.0, 1.0],
            "class": "primary",
        },
        index=["south", "north", "old bridge"],
    )
    return build_network(nodes, links)


@st.composite
def towns(draw: st.DrawFn) -> tuple[TravelNetwork, gpd.GeoDataFrame, pd.DataFrame]:
    n = draw(st.integers(3, 8))
    spot = st.tuples(st.integers(0, 30), st.integers(0, 30))
    nodes = points(draw(st.lists(spot, min_size=n, max_size=n, unique=True)), list(range(n)))
    node = st.integers(0, n - 1)
    link = st.tuples(node, node, st.integers(1, 40), st.booleans())
    rows = draw(st.lists(link, min_size=2, max_size=12))
    places = points(draw(st.lists(spot, min_size=1, max_size=5)), None)
    new = draw(st.lists(link, min_size=1, max_size=3))

    def table(some: list[tuple[int, int, int, bool]], name: str) -> pd.DataFrame:
        frame = pd.DataFrame(some, columns=["from_node", "to_node", "length_km", "oneway"])
        ends = [nodes.geometry.reindex(frame[end]).reset_index(drop=True) for end in ("from_node", "to_node")]
        frame["length_km"] += np.ceil(ends[0].distance(ends[1], align=False) / 1000.0)
        return frame.assign(**{"class": "primary"}).set_axis([f"{name}{i}" for i in range(len(some))])

    return build_network(nodes, table(rows, "old")), places, table(new, "new")
