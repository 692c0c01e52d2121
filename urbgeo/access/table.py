"""The table of minutes between origins and destinations in the form that measures compute on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from urbgeo.checks import add_id_faults
from urbgeo.engine.pairs import (
    add_columns,
    add_columns_within,
    add_rows,
    add_rows_within,
    add_weighted,
    levels_at,
    rearranged,
)
from urbgeo.errors import Faults
from urbgeo.provenance import Provenance
from urbgeo.types import Flags, Floats, Ints, Ints32

STATUS = ("reached", "unreached", "not asked", "too far")


@dataclass(frozen=True, eq=False)
class MinutesTable:
    """Finite minutes between origins and destinations, in the form the measures compute on.

    Attributes
    ----------
    origins, destinations
        Unique ids.
    minutes
        One entry per pair that can be travelled, finite and >= 0.
    ends
        Positions of every pair in ``origins`` and in ``destinations``; None when the pairs are all there
        are, origins in turn and all destinations for each, so that none need be written down.
    origin_asked, destination_asked
        False where every minute of an id is NaN or its row is missing from a long table.
    origin_reached, destination_reached
        Whether an id has any pair that can be travelled.
    whole
        The table held every pair (wide), so that an id it lacks is a mistake rather than out of reach.
    far
        Status of an id that was not asked: ``"not asked"``, or ``"too far"`` when the minutes come from a
        network that it could not be attached to.
    provenance
        What the minutes rest on.
    """

    origins: pd.Index
    destinations: pd.Index
    minutes: Floats
    ends: tuple[Ints32, Ints32] | None
    origin_asked: Flags
    destination_asked: Flags
    origin_reached: Flags
    destination_reached: Flags
    whole: bool
    far: str = "not asked"
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def shape(self) -> tuple[int, int]:
        """Origins and destinations."""
        return len(self.origins), len(self.destinations)

    @property
    def origin_status(self) -> pd.Series:
        """By origin ``"reached"`` (a pair can be travelled), ``"unreached"``, or ``far``."""
        return status_of(self.origins, self.origin_asked, self.origin_reached, self.far)

    @property
    def destination_status(self) -> pd.Series:
        """The same by destination."""
        return status_of(self.destinations, self.destination_asked, self.destination_reached, self.far)

    @cached_property
    def origin(self) -> Ints32:
        """Position in ``origins`` of each pair."""
        if self.ends is not None:
            return self.ends[0]
        return np.repeat(np.arange(len(self.origins), dtype=np.int32), len(self.destinations))

    @cached_property
    def destination(self) -> Ints32:
        """Position in ``destinations`` of each pair."""
        if self.ends is not None:
            return self.ends[1]
        return np.tile(np.arange(len(self.destinations), dtype=np.int32), len(self.origins))

    def at_origins(self, values: Floats) -> Floats:
        """The value of every pair's origin."""
        return np.repeat(values, len(self.destinations)) if self.ends is None else values[self.ends[0]]

    def at_destinations(self, values: Floats) -> Floats:
        """The value of every pair's destination."""
        return np.tile(values, len(self.origins)) if self.ends is None else values[self.ends[1]]

    def total_at_origins(self, weights: Floats, amounts: Floats) -> Floats:
        """By origin, the sum of its pairs' weights times the amounts at their destinations; 0 for none."""
        sums = np.zeros(len(self.origins))
        if self.ends is None:
            add_rows(weights.reshape(self.shape), amounts, sums)
        else:
            add_weighted(*self.ends, weights, amounts, sums)
        return sums

    def total_at_destinations(self, weights: Floats, amounts: Floats) -> Floats:
        """By destination, the sum of its pairs' weights times the amounts at their origins; 0 for none."""
        sums = np.zeros(len(self.destinations))
        if self.ends is None:
            add_columns(weights.reshape(self.shape), amounts, sums)
        else:
            add_weighted(*self.ends[::-1], weights, amounts, sums)
        return sums

    def within_at_origins(self, limit: float, amounts: Floats) -> Floats:
        """By origin, the sum of the amounts at destinations within the limit; 0 for none."""
        sums = np.zeros(len(self.origins))
        if self.ends is None:
            add_rows_within(self.minutes.reshape(self.shape), limit, amounts, sums)
        else:
            add_weighted(*self.ends, self._within(limit), amounts, sums)
        return sums

    def within_at_destinations(self, limit: float, amounts: Floats) -> Floats:
        """By destination, the sum of the amounts at origins within the limit; 0 for none."""
        sums = np.zeros(len(self.destinations))
        if self.ends is None:
            add_columns_within(self.minutes.reshape(self.shape), limit, amounts, sums)
        else:
            add_weighted(*self.ends[::-1], self._within(limit), amounts, sums)
        return sums

    def turned(self) -> MinutesTable:
        """The same pairs seen from the destinations, which become the origins."""
        minutes, ends = self.minutes, self.ends
        if ends is None:
            minutes = np.ascontiguousarray(minutes.reshape(self.shape).T).ravel()
        return MinutesTable(
            self.destinations,
            self.origins,
            minutes,
            None if ends is None else ends[::-1],
            self.destination_asked,
            self.origin_asked,
            self.destination_reached,
            self.origin_reached,
            self.whole,
            self.far,
            self.provenance,
        )

    def within(self, limit: float) -> MinutesTable:
        """The pairs of at most so many minutes; the others count as without a path."""
        near = self.minutes <= limit
        if near.all():
            return self
        i, j = self.origin[near], self.destination[near]
        return replace(
            self,
            minutes=self.minutes[near],
            ends=(i, j),
            origin_reached=_reached((i, j), 0, len(self.origins)),
            destination_reached=_reached((i, j), 1, len(self.destinations)),
        )

    def _within(self, limit: float) -> Floats:
        return levels_at(self.minutes, np.array([limit]), np.array([1.0, 0.0]))

    def __repr__(self) -> str:
        return (
            f"<MinutesTable {len(self.origins)} origins, {len(self.destinations)} destinations, "
            f"{len(self.minutes)} pairs reached>"
        )


def wide(table: MinutesTable) -> pd.DataFrame:
    """Minutes of all pairs, origins in rows: ``inf`` = no path, ``NaN`` = one of the two was not asked."""
    values = np.full(table.shape, np.inf)
    values[table.origin, table.destination] = table.minutes
    values[~table.origin_asked] = np.nan
    values[:, ~table.destination_asked] = np.nan
    return pd.DataFrame(values, index=table.origins, columns=table.destinations)


def status_of(ids: pd.Index, asked: Flags, has: Flags, far: str = "not asked") -> pd.Series:
    """``"reached"`` for ids that have a pair, ``"unreached"`` without, ``far`` where none was asked."""
    words = pd.array(STATUS, dtype="str").take(np.where(has, 0, np.where(asked, 1, STATUS.index(far))))
    return pd.Series(words, index=ids, name="status")


def nearest_pairs(table: MinutesTable, among: Flags | None = None) -> tuple[Floats, Ints]:
    """Minutes to the nearest destination (``among`` those marked) and its position, by origin.

    Equal times go to the destination that comes first; ``inf`` and -1 where there is none.
    """
    minutes, which = np.full(len(table.origins), np.inf), np.full(len(table.origins), -1, np.int64)
    i, j, t = table.origin, table.destination, table.minutes
    if among is not None:
        kept = among[j]
        i, j, t = i[kept], j[kept], t[kept]
    order = np.lexsort((j, t, i))
    rows, first = np.unique(i[order], return_index=True)
    minutes[rows], which[rows] = t[order][first], j[order][first]
    return minutes, which


def for_ids(
    table: MinutesTable, origins: pd.Index | None, destinations: pd.Index | None, *, some: bool = False
) -> MinutesTable:
    """The same for the ids asked, in their order; with ``some`` the table may hold more than these."""
    same_start = origins is None or origins.equals(table.origins)
    same_end = destinations is None or destinations.equals(table.destinations)
    start = table.origins if origins is None else origins
    end = table.destinations if destinations is None else destinations
    if same_start and same_end:
        return replace(table, origins=start, destinations=end)  # named as the caller's ids are
    faults = Faults("minutes table")
    for had, asked, side in ((table.origins, start, "origins"), (table.destinations, end, "destinations")):
        add_id_faults(faults, asked)
        strange, lacking = had.difference(asked, sort=False), asked.difference(had, sort=False)
        # More ids are a choice of the caller's; other ids are more likely written in another way.
        if len(strange) and (not some or len(lacking) == len(asked)):
            faults.add(
                f"ids that are not among the {side}",
                ids=strange,
                remedy=f"give these {side} an amount (0 if they have none) or drop them from the table",
            )
        if len(lacking) and table.whole:
            faults.add(
                f"it has none of the {side}", ids=lacking, remedy="drop them, or ask for their minutes"
            )
    faults.raise_if_any()
    return _moved(table, start, end)


def _moved(table: MinutesTable, start: pd.Index, end: pd.Index) -> MinutesTable:
    to_start, to_end = start.get_indexer(table.origins), end.get_indexer(table.destinations)
    minutes, ends = table.minutes, None
    kept_start, kept_end = to_start >= 0, to_end >= 0
    every = bool(kept_start.all() and kept_end.all())
    if table.ends is None and every and (len(start), len(end)) == table.shape:
        square = minutes.reshape(table.shape)
        minutes = rearranged(square, np.argsort(to_start), np.argsort(to_end)).ravel()
    else:
        ends = to_start.astype(np.int32)[table.origin], to_end.astype(np.int32)[table.destination]
        if not every:
            pairs = (ends[0] >= 0) & (ends[1] >= 0)
            minutes, ends = minutes[pairs], (ends[0][pairs], ends[1][pairs])
    return replace(
        table,
        origins=start,
        destinations=end,
        minutes=minutes,
        ends=ends,
        origin_asked=_spread(table.origin_asked[kept_start], to_start[kept_start], len(start)),
        destination_asked=_spread(table.destination_asked[kept_end], to_end[kept_end], len(end)),
        origin_reached=_reached(ends, 0, len(start)),
        destination_reached=_reached(ends, 1, len(end)),
    )


def _spread(marks: Flags, to: Ints, count: int) -> Flags:
    found = np.zeros(count, np.bool_)
    found[to] = marks
    return found


def _reached(ends: tuple[Ints32, Ints32] | None, side: int, count: int) -> Flags:
    """Which ids have a pair; all have where every pair can be travelled."""
    found = np.ones(count, np.bool_)
    if ends is not None:
        found[:] = np.bincount(ends[side], minlength=count) > 0
    return found
