"""The circle by commuting rate: rings of zones by the share of their workers tied to the core.

From tables as a mobile operator or a census gives them, in which small counts are suppressed. A suppressed
cell is a count that nobody may know, between none and one below the least that is shown: it is counted, never
filled, and every rate carries what the suppressed cells could make of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import check_choice, check_columns, check_polygons, check_rows, check_whole
from urbgeo.cities.circle_rules import MEMBERS, land_borders, refuse_unknown, roles_of
from urbgeo.cities.flows import FLOW_COLUMNS, Flows, check_threshold, read_flows, tied_share
from urbgeo.errors import InputError, some_of
from urbgeo.provenance import Provenance
from urbgeo.results import Result, with_names
from urbgeo.types import Flags, Floats

RATES = (0.30, 0.10, 0.05)
"""Rings that Chinese studies of commuting draw; no standard sets them."""

RULES = ("out", "either")

SUPPRESSED = r"[<＜]\s*\d+|\*+|…|-|"
"""What stands in a cell whose count is kept back."""


@dataclass(frozen=True, eq=False, repr=False)
class CommutingRings(Result):
    """Zones by the share of their workers that is tied to the core.

    Attributes
    ----------
    table
        One row per zone, with its name columns and geometry: ``rate`` of the counts that are shown,
        ``rate_low`` and ``rate_high`` with what the suppressed ones could be, ``ring`` (the highest rate
        reached, 0 below all), ``certain`` (the same ring at both ends), ``employed`` (shown), ``role`` by the
        lowest rate (``core``, ``circle``, ``enclave``, ``exclave``, ``outside``), and ``in_time`` once held
        against a circle by time.
    rings
        One row per rate: ``zones`` that reach it, once exclaves are dropped and enclaves added, ``certain``
        among them, and ``possible``: zones that could.
    provenance
        Parameters; the share of pairs that are suppressed.
    comparison
        Of :meth:`beside`: one row per rate; None before.
    """

    table: pd.DataFrame
    rings: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)
    comparison: pd.DataFrame | None = None

    _shown: ClassVar[str | None] = "ring"
    _titles: ClassVar[tuple[str, str]] = ("通勤率圈层", "Rings by commuting rate")

    @property
    def summary(self) -> pd.DataFrame:
        """``rings``: how many zones each rate holds."""
        return self.rings

    def _headline(self) -> str:
        said = ", ".join(f"{row.zones} at {rate:.0%}" for rate, row in self.rings.iterrows())
        return f"zones tied to the core: {said}"

    def beside(self, members: Iterable[object]) -> CommutingRings:
        """The same beside a circle by time: which zones both hold, and which only one of them.

        Parameters
        ----------
        members
            Ids of the circle by time, such as ``commuting_circle(...).members``.

        Returns
        -------
        CommutingRings
            With a column ``in_time`` and a ``comparison``: ``both``, ``only_rate``, ``only_time`` by rate.

        Raises
        ------
        InputError
            For ids that are not among the zones.
        """
        ids = list(members)
        refuse_unknown(ids, self.table.index, "members")
        in_time = pd.Series(self.table.index.isin(ids), self.table.index)
        rows = {
            rate: {
                "both": tuple(inside.index[inside & in_time]),
                "only_rate": tuple(inside.index[inside & ~in_time]),
                "only_time": tuple(inside.index[~inside & in_time]),
            }
            for rate, inside in self._inside.items()
        }
        comparison = pd.DataFrame.from_dict(rows, orient="index").rename_axis("rate")
        table = self.table.copy()
        table.insert(table.columns.get_loc("ring"), "in_time", in_time)
        return CommutingRings(table, self.rings, self.provenance, comparison)

    @property
    def _inside(self) -> dict[float, pd.Series]:
        return {rate: self.table[_inside_name(rate)] for rate in self.rings.index}


def commuting_rings(
    flows: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    *,
    core_zones: Iterable[object],
    rates: Sequence[float] = RATES,
    rule: str = "out",
    least_count: int | None = None,
    outside: object = None,
) -> CommutingRings:
    """Rings around a core by commuting rate, from an origin-destination table with suppressed cells.

    The circle by time (:func:`urbgeo.commuting_circle`) says who could commute, this one who does; in
    practice a 都市圈 is argued by both. :meth:`CommutingRings.beside` holds them against each other.

    Parameters
    ----------
    flows
        One row per pair: ``home``, ``work`` (zone ids), ``workers``; in a suppressed cell a missing value, or
        a text such as ``"<10"`` or ``"*"``. Pairs that have no row count as none. Where cells were summed
        already, an optional ``suppressed`` counts the cells kept back in each row, ``workers`` those shown.
    zones
        Polygons by id, any CRS.
    core_zones
        Ids of the zones that are the core.
    rates
        Shares that a ring begins at, falling.
    rule
        ``"out"``: share of a zone's employed residents that work in the core; ``"either"``: that, or the
        share of its jobs held by people of the core, whichever is larger.
    least_count
        The least count that the table shows (10 where it says ``"<10"``); needed when cells are suppressed.
    outside
        What stands in ``home`` or ``work`` for everywhere beyond the zones: who works there is employed, and
        no ring holds it. Without it ends that are not among the zones are refused.

    Returns
    -------
    CommutingRings

    Raises
    ------
    InputError
        For faulty zones, ids not among them, pairs given twice, counts that are none, suppressed cells
        without ``least_count``, rates that do not fall.

    References
    ----------
    Urban employment areas (Kanemoto and Tokuoka, 2002) draw 10 and 5 %; contiguity and enclaves follow the
    definition of functional urban areas (OECD 2012).

    Examples
    --------
    >>> import shapely
    >>> shapes = [shapely.box(112 + i, 28, 113 + i, 29) for i in range(3)]
    >>> zones = gpd.GeoDataFrame({"name": list("甲乙丙")}, geometry=shapes, index=list("abc"), crs=4326)
    >>> flows = pd.DataFrame({"home": list("aabbcc"), "work": list("abbacb"),
    ...                       "workers": [90, 5, 60, 40, 99, "<10"]})
    >>> found = commuting_rings(flows, zones, core_zones=["a"], least_count=10)
    >>> found.table["ring"].tolist(), found.table["certain"].tolist()
    ([0.3, 0.3, 0.0], [True, True, True])
    """
    check_polygons(zones, "zones")
    check_choice(rule, "rule", RULES)
    steps = _falling(rates)
    first = [] if core_zones is None or isinstance(core_zones, str) else list(core_zones)
    if not first:
        raise InputError("core_zones: no zone is the core; give a list of one id or more.")
    refuse_unknown(first, zones.index, "core_zones")
    every = zones.index if outside is None else zones.index.append(pd.Index([outside]))
    shown, hidden, suppressed = _shown_and_hidden(flows, every, least_count)
    ids = shown.zones
    core = ids.isin(first)
    share, low, high = (
        pd.Series(one, ids).reindex(zones.index) for one in _bounds(shown, hidden, core, rule)
    )
    table = pd.DataFrame({"rate": share, "rate_low": low, "rate_high": high}, index=zones.index)
    table["employed"] = pd.Series(shown.employed, ids).reindex(zones.index)
    neighbours = land_borders(zones)
    home = zones.index.isin(first)
    inside = {rate: roles_of(table["rate"] >= rate, first, neighbours) for rate in steps}
    least = inside[steps[-1]]
    table["role"] = least
    table["ring"] = np.where(home, steps[0], _ring(table["rate"], steps))
    table["certain"] = home | (_ring(table["rate_low"], steps) == _ring(table["rate_high"], steps))
    for rate, role in inside.items():
        table[_inside_name(rate)] = role.isin(MEMBERS)
    rings = pd.DataFrame(
        {
            "zones": [int(table[_inside_name(rate)].sum()) for rate in steps],
            "certain": [
                int((table[_inside_name(rate)] & (home | (table["rate_low"] >= rate))).sum())
                for rate in steps
            ],
            "possible": [int((home | (table["rate_high"] >= rate)).sum()) for rate in steps],
        },
        index=pd.Index(steps, name="rate"),
    )
    about = Provenance(
        parameters={"rates": steps, "rule": rule, "least_count": least_count},
        sources=("origin-destination table given",),
        shares={"pairs suppressed": suppressed},
    )
    return CommutingRings(with_names(table, zones), rings, about)


def _inside_name(rate: float) -> str:
    return f"inside_{rate * 100:g}"


def _falling(rates: Sequence[float]) -> list[float]:
    steps = [check_threshold(one, "rates") for one in rates]
    if not steps or any(later >= one for one, later in pairwise(steps)):
        raise InputError(f"rates: {steps} do not fall; give each once, the highest first.")
    return steps


def _shown_and_hidden(
    flows: pd.DataFrame, zones: pd.Index, least_count: int | None
) -> tuple[Flows, Flows, float]:
    """Counts that are shown, the most that the suppressed ones could be, and the share of rows that are."""
    check_rows(flows, "flows", "commuting_rings(flows, zones, core_zones=[...])")
    check_columns(flows, "flows", FLOW_COLUMNS)
    workers, cells = apart_from_suppressed(flows["workers"])
    if "suppressed" in flows:
        cells = flows["suppressed"]
    hidden = cells > 0
    if hidden.any() and least_count is None:
        raise InputError(
            f"flows: workers are suppressed at {some_of(flows.index[hidden])}; give least_count, the least "
            "count that the table shows."
        )
    most = 0 if least_count is None else check_whole(least_count, "least_count", 2) - 1
    said = said_bounds(flows["workers"][hidden])
    if (said != most + 1).any():
        raise InputError(
            f"least_count: {least_count}, but {some_of(said.index[said != most + 1])} say another; give that."
        )
    known = read_flows(flows.assign(workers=workers), zones)
    could = read_flows(flows.assign(workers=cells * float(most)), zones)
    return known, could, float(hidden.mean())


def apart_from_suppressed(workers: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Counts with 0 where they are suppressed, as they came elsewhere; and 1 where they are, else 0."""
    texts = workers.astype(str).str.strip()
    marked = texts.str.fullmatch(SUPPRESSED) & workers.map(lambda one: isinstance(one, str))
    hidden = workers.isna() | marked
    return workers.where(~hidden, 0), hidden.astype(int)


def said_bounds(workers: pd.Series) -> pd.Series:
    """The bounds that cells such as ``"<10"`` say themselves; other cells are left out."""
    texts = pd.Series(
        [one.strip() if isinstance(one, str) else "" for one in workers], workers.index, dtype=object
    )
    said = texts[texts.str.fullmatch(SUPPRESSED).astype(bool)].str.extract(r"(\d+)")[0]
    return pd.to_numeric(said).dropna()


def _bounds(shown: Flows, hidden: Flows, core: Flags, rule: str) -> tuple[Floats, Floats, Floats]:
    """The rate of what is shown, and its least and most over all counts that the suppressed cells could be.

    A share (a + x) / (a + x + b + y) rises with x and falls with y, so both ends lie at corners.
    """
    out, back = (
        np.asarray(one) for one in (shown.matrix[:, core].sum(axis=1), shown.matrix[core].sum(axis=0))
    )
    out_x, back_x = (
        np.asarray(one) for one in (hidden.matrix[:, core].sum(axis=1), hidden.matrix[core].sum(axis=0))
    )
    employed, jobs = shown.employed, shown.jobs
    employed_y, jobs_y = hidden.employed - out_x, hidden.jobs - back_x
    share = tied_share(out, back, employed, jobs, rule)
    low = tied_share(out, back, employed + employed_y, jobs + jobs_y, rule)
    high = tied_share(out + out_x, back + back_x, employed + out_x, jobs + back_x, rule)
    return share, low, high


def _ring(rate: pd.Series, steps: Sequence[float]) -> pd.Series:
    return rate.map(lambda one: next((step for step in steps if one >= step), 0.0))
