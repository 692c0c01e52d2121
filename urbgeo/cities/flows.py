"""Commuting flows between zones: checked once, held as a matrix of homes by workplaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from urbgeo.checks import (
    add_amount_faults,
    check_columns,
    check_ids,
    check_polygons,
    check_rows,
    is_finite_number,
)
from urbgeo.crs import lengths_km
from urbgeo.errors import Faults, InputError
from urbgeo.types import Floats

FLOW_COLUMNS = ("home", "work", "workers")

RULES = ("out", "either", "interchange", "pooled")
"""Ways to say how strongly a zone is tied to a city, see :func:`tied_share`."""

RIM_SHARE = 1e-3
"""A zone with no more of its outline open than this has slivers between its borders, not a rim."""


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

    Returns
    -------
    Flows

    Examples
    --------
    >>> flows = pd.DataFrame({"home": ["a", "b"], "work": ["a", "a"], "workers": [9, 1]})
    >>> read_flows(flows, ["a", "b"]).jobs.tolist()
    [10.0, 0.0]

    Raises
    ------
    InputError
        Listing missing columns, unknown zones, repeated zones or pairs, and counts that are missing,
        negative or infinite.
    """
    if zones is None or isinstance(zones, str | pd.DataFrame):
        raise InputError(f"zones: the ids of all zones are needed, not {type(zones).__name__}.")
    index = pd.Index(zones)
    check_ids(index, "zones")
    check_rows(flows, "flows", "read_flows(flows, zones)")
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
    numbers = add_amount_faults(faults, flows["workers"])
    faults.raise_if_any()
    ordered = index.sort_values()
    ends = tuple(ordered.get_indexer(pd.Index(flows[end])) for end in ("home", "work"))
    workers = numbers.to_numpy(np.float64)
    n = len(ordered)
    return Flows(ordered, csr_array(coo_array((workers, ends), shape=(n, n))))


def tied_share(out: Floats, back: Floats, employed: Floats, jobs: Floats, rule: str) -> Floats:
    """Share of a zone's workers tied to a city, by one of four rules.

    With ``out`` the workers that go to the city and ``back`` those that come from it: ``"out"``:
    out / employed; ``"either"``: the larger of out / employed and back / jobs, so that either of the two may
    reach a threshold (as official commuting areas have it); ``"interchange"``: out / employed + back / jobs
    (share out plus share in);
    ``"pooled"``: (out + back) / (employed + jobs). Nobody at all gives 0.
    """
    if rule == "out":
        return _over(out, employed)
    if rule == "either":
        return np.maximum(_over(out, employed), _over(back, jobs))
    if rule == "interchange":
        return _over(out, employed) + _over(back, jobs)
    return _over(out + back, employed + jobs)


def check_threshold(value: float, name: str) -> float:
    """A share that something must reach, as a float; refuse what is not in (0, 1]."""
    if not is_finite_number(value) or not 0 < value <= 1:
        raise InputError(f"{name}: {value!r} is no share; give a number above 0 and at most 1.")
    return float(value)


def in_order(names: Iterable[object]) -> pd.Index:
    """Each name once, sorted by kind and value: ties settled by it do not depend on the order of rows."""
    once = list(dict.fromkeys(names))
    return pd.Index(sorted(once, key=lambda one: (str(type(one)), one)))


def _over(part: Floats, whole: Floats) -> Floats:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros_like(part, dtype=float), where=whole > 0)


def borders(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Which zones share a border, how long it is, and which zones lie at the rim of the layer.

    Parameters
    ----------
    zones
        Polygons with unique index, any CRS.

    Returns
    -------
    pandas.DataFrame
        One row per ordered pair: ``zone``, ``neighbour``, ``border_km``; zones that touch in a point only
        are not neighbours. Then one row with a missing ``neighbour`` for each zone that borders on nothing
        in the layer with more than a thousandth of its outline (coast, or land beyond).

    Raises
    ------
    InputError
        For faulty polygons.

    Examples
    --------
    >>> shapes = [shapely.box(112, 28, 113, 29), shapely.box(113, 28, 114, 29)]
    >>> zones = gpd.GeoDataFrame(geometry=shapes, index=["a", "b"], crs=4326)
    >>> borders(zones)["neighbour"].dropna().tolist()
    ['b', 'a']
    """
    check_polygons(zones, "zones")
    shapes = zones.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    # in their own CRS, for only there do borders coincide that share no corners
    shared = shapely.intersection(shapely.boundary(shapes[left]), shapes[right])
    # measured in one way, for what is open is their difference
    km, _ = lengths_km(gpd.GeoSeries([*shared, *shapely.boundary(shapes)], crs=zones.crs))
    length, outline = km[: len(shared)], km[len(shared) :]
    real = length > 0
    left, right, length = left[real], right[real], length[real]
    open_km = outline - np.bincount(left, length, len(shapes)) - np.bincount(right, length, len(shapes))
    rim = np.flatnonzero(open_km > RIM_SHARE * outline)
    ids = zones.index.to_numpy(object)
    return pd.DataFrame(
        {
            "zone": np.concatenate([ids[left], ids[right], ids[rim]]),
            "neighbour": np.concatenate([ids[right], ids[left], np.full(len(rim), None)]),
            "border_km": np.concatenate([length, length, open_km[rim]]),
        }
    )
