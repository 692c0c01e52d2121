"""Labour-market areas: zones grouped until each area holds enough workers who both live and work in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from urbgeo.checks import check_quantity
from urbgeo.cities.flows import Flows, check_threshold, read_flows
from urbgeo.cities.functional import FunctionalAreas, area_table
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.standards import LABOUR_CONTAINMENT, LABOUR_SIZE
from urbgeo.types import Floats, Ints


@dataclass(frozen=True)
class LabourRules:
    """What an area must reach: the larger it is, the less self-contained it may be.

    An area of ``target_size`` employed residents needs ``min_containment``, one of ``min_size`` needs
    ``target_containment``; smaller or less self-contained areas are dissolved.
    """

    min_containment: float = LABOUR_CONTAINMENT[0]
    target_containment: float = LABOUR_CONTAINMENT[1]
    min_size: float = LABOUR_SIZE[0]
    target_size: float = LABOUR_SIZE[1]

    def __post_init__(self) -> None:
        check_threshold(self.min_containment, "min_containment")
        check_threshold(self.target_containment, "target_containment")
        check_quantity(self.min_size, "min_size", zero=True)
        check_quantity(self.target_size, "target_size")
        if not self.min_containment <= self.target_containment or not 0 <= self.min_size < self.target_size:
            raise InputError(
                "labour rules: min_containment must not exceed target_containment, nor min_size target_size."
            )


def labour_market_areas(
    flows: pd.DataFrame, zones: Sequence[object] | pd.Index, *, rules: LabourRules | None = None
) -> FunctionalAreas:
    """Labour-market areas by the trade-off between size and self-containment.

    Every zone starts as an area. While the worst area fails the rules, it is dissolved and each of its zones
    joins the area it interacts with most: ``T_ij^2 / (E_i J_j) + T_ji^2 / (E_j J_i)`` (E employed residents,
    J jobs). A zone none of whose workers leave it stays its own area; others may join it.

    Parameters
    ----------
    flows
        ``home``, ``work``, ``workers``; with the flows of zones to themselves.
    zones
        All zone ids.
    rules
        Defaults of :class:`LabourRules`.

    Returns
    -------
    FunctionalAreas
        Areas carry the id of their zone with most jobs. ``role`` is ``"city"`` for that zone and
        ``"commuting zone"`` for the rest; ``status`` is ``"assigned"``, ``"own area"`` (nobody leaves) or
        ``"no link"``; ``share`` the part of employed residents who work in the area.

    Examples
    --------
    >>> flows = pd.DataFrame({"home": ["a", "b"], "work": ["a", "a"], "workers": [9_000, 1_000]})
    >>> labour_market_areas(flows, ["a", "b"]).table["area"].tolist()
    ['a', 'a']

    Raises
    ------
    InputError
        For faulty flows or rules that contradict themselves.

    References
    ----------
    Coombes and Bond (2007), Travel-to-Work Areas: the 2007 review; Smart (1974).
    """
    rules = rules or LabourRules()
    table = read_flows(flows, zones)
    matrix = table.matrix
    own = matrix.diagonal()
    stays = (table.employed - own <= 0) & (table.employed > 0)
    group = _grouped(table, rules, stays)
    kept, area = np.unique(group, return_inverse=True)
    area = area.astype(np.int64)
    order = np.lexsort((np.arange(len(area)), -table.jobs))
    head: dict[int, int] = {}
    for zone in order:
        if not stays[zone]:
            head.setdefault(int(area[zone]), int(zone))
    for zone in np.flatnonzero(stays):
        head[int(area[zone])] = int(zone)
    heads = np.array([head[k] for k in range(len(kept))])
    names = table.zones[heads]
    inside = csr_array(matrix).multiply(area[:, None] == area[None, :]).sum(axis=1)
    linked = (table.employed - own > 0) | (table.jobs - own > 0)
    frame = pd.DataFrame(
        {
            "area": names[area],
            "role": np.where(heads[area] == np.arange(len(area)), "city", "commuting zone"),
            "share": np.divide(inside, table.employed, out=np.zeros(len(area)), where=table.employed > 0),
            "strongest": names[area],
            "status": np.select([stays, ~linked], ["own area", "no link"], "assigned"),
        },
        index=table.zones,
    )
    about = Provenance({name: getattr(rules, name) for name in rules.__dataclass_fields__})
    return FunctionalAreas(frame.reindex(pd.Index(zones)), area_table(table, area, names), about)


def _grouped(flows: Flows, rules: LabourRules, stays: NDArray[np.bool_]) -> Ints:
    """Group of each zone; groups are numbered by one of their zones."""
    state = _State(flows)
    settled = stays.copy()
    while True:
        validity = _validity(state.employed, state.jobs, state.inner, rules)
        validity[~state.alive | settled] = np.inf
        worst = int(validity.argmin())
        if validity[worst] >= rules.min_containment / rules.target_containment:
            return state.group
        members = np.flatnonzero(state.group == worst)
        state.alive[worst] = False
        moved = [state.move(zone) for zone in members[np.lexsort((members, -flows.employed[members]))]]
        if not all(moved):
            state.restore(worst)
            settled[worst] = not any(moved)


class _State:
    """Groups of zones under way. Sums of a group only ever grow, or are made anew, so none drifts."""

    def __init__(self, flows: Flows) -> None:
        self.matrix = flows.matrix.toarray()
        self.zone_employed, self.zone_jobs = flows.employed, flows.jobs
        self.employed, self.jobs = flows.employed.copy(), flows.jobs.copy()
        self.inner = self.matrix.diagonal().copy()
        self.to_group, self.from_group = self.matrix.copy(), self.matrix.T.copy()
        self.group = np.arange(len(self.jobs))
        self.alive = np.ones(len(self.jobs), bool)

    def move(self, zone: int) -> bool:
        """Put a zone into the living group it is tied to most; False when it is tied to none."""
        out = _ratio(self.to_group[zone] ** 2, self.zone_employed[zone] * self.jobs, self.alive)
        back = _ratio(self.from_group[zone] ** 2, self.zone_jobs[zone] * self.employed, self.alive)
        target = int((out + back).argmax())
        if out[target] + back[target] <= 0:
            return False
        self.group[zone] = target
        self.employed[target] += self.zone_employed[zone]
        self.jobs[target] += self.zone_jobs[zone]
        both_ways = self.to_group[zone, target] + self.from_group[zone, target]
        self.inner[target] += both_ways + self.matrix[zone, zone]
        self.to_group[:, target] += self.matrix[:, zone]
        self.from_group[:, target] += self.matrix[zone, :]
        return True

    def restore(self, group: int) -> None:
        """Bring back a dissolved group with the zones that found no other."""
        left = np.flatnonzero(self.group == group)
        self.alive[group] = True
        self.employed[group] = self.zone_employed[left].sum()
        self.jobs[group] = self.zone_jobs[left].sum()
        self.inner[group] = self.matrix[np.ix_(left, left)].sum()
        self.to_group[:, group] = self.matrix[:, left].sum(axis=1)
        self.from_group[:, group] = self.matrix[left, :].sum(axis=0)


def _ratio(part: Floats, whole: Floats, where: NDArray[np.bool_]) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=where & (whole > 0))


def _validity(employed: Floats, jobs: Floats, inner: Floats, rules: LabourRules) -> Floats:
    """Coombes and Bond's measure: at least min / target containment for a valid area."""
    most = np.maximum(employed, jobs)
    contained = np.divide(inner, most, out=np.zeros_like(inner), where=most > 0)
    lack = np.maximum((rules.target_size - employed) / (rules.target_size - rules.min_size), 0)
    size = 1 - (1 - rules.min_containment / rules.target_containment) * lack
    return size * np.minimum(contained / rules.target_containment, 1)
