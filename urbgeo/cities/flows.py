"""Commuting flows between zones: checked once, held as a matrix of homes by workplaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from urbgeo.checks import add_amount_faults, check_columns, check_ids, check_polygons
from urbgeo.crs import equal_area_crs
from urbgeo.errors import Faults

FLOW_COLUMNS = ("home", "work", "workers")


@dataclass(frozen=True, eq=False)
class Flows:
    """Workers by zone of residence (rows) and of work (columns), in the sorted order of ``zones``."""

    zones: pd.Index
    matrix: csr_array

    @property
    def employed(self) -> NDArray[np.float64]:
        """Employed residents of each zone: all that live there, wherever they work."""
        return np.asarray(self.matrix.sum(axis=1), dtype=np.float64)

    @property
    def jobs(self) -> NDArray[np.float64]:
        """Jobs in each zone."""
        return np.asarray(self.matrix.sum(axis=0), dtype=np.float64)

    def between(self, group: NDArray[np.int64], n: int) -> csr_array:
        """Flows between ``n`` groups of zones; zones of group -1 are left out."""
        kept = np.flatnonzero(group >= 0)
        member = csr_array((np.ones(len(kept)), (kept, group[kept])), shape=(len(group), n))
        return csr_array(member.T @ self.matrix @ member)


def read_flows(flows: pd.DataFrame, zones: Sequence[object] | pd.Index) -> Flows:
    """Check a table of flows against the zones and compile it.

    Parameters
    ----------
    flows
        One row per pair: ``home``, ``work`` (zone ids), ``workers``. The flow of a zone to itself belongs in
        it: without it every share of commuters is wrong.
    zones
        All zone ids.

    Raises
    ------
    InputError
        Listing missing columns, unknown zones, repeated zones or pairs, and counts that are missing,
        negative or infinite.
    """
    index = pd.Index(zones)
    check_ids(index, "zones")
    check_columns(flows, "flows", FLOW_COLUMNS)
    faults = Faults("flows")
    for end in ("home", "work"):
        lost = flows.loc[~flows[end].isin(index), end].unique()
        if len(lost):
            faults.add(
                f"{end} not among the zones",
                ids=lost,
                remedy="add these zones or mend the ids and their type",
            )
    twice = flows.duplicated(["home", "work"])
    if twice.any():
        pairs = flows.loc[twice, ["home", "work"]].itertuples(index=False)
        faults.add(
            "pairs given twice", ids=[f"{home}->{work}" for home, work in pairs], remedy="sum them first"
        )
    add_amount_faults(faults, flows["workers"])
    faults.raise_if_any()
    ordered = index.sort_values()
    ends = tuple(ordered.get_indexer(pd.Index(flows[end])) for end in ("home", "work"))
    workers = flows["workers"].to_numpy(np.float64)
    n = len(ordered)
    return Flows(ordered, csr_array(coo_array((workers, ends), shape=(n, n))))


def borders(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Which zones share a border, and how long it is.

    Returns
    -------
    pandas.DataFrame
        One row per ordered pair: ``zone``, ``neighbour``, ``border_km``; zones that touch in a point only
        are not neighbours.

    Raises
    ------
    InputError
        For faulty polygons.
    """
    check_polygons(zones, "zones")
    shapes = zones.geometry.to_crs(equal_area_crs(zones)).to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.intersection(shapely.boundary(shapes[left]), shapes[right])
    length = shapely.length(shared) / 1000.0
    real = length > 0
    left, right, length = left[real], right[real], length[real]
    ids = zones.index
    return pd.DataFrame(
        {
            "zone": ids[np.concatenate([left, right])],
            "neighbour": ids[np.concatenate([right, left])],
            "border_km": np.concatenate([length, length]),
        }
    )
