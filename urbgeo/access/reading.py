"""Reading tables of minutes, wide or long, checked once and the same way for every measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.access.ids import columns_at_first, goes_on_in_order, keyed
from urbgeo.access.table import MinutesTable, for_ids
from urbgeo.amounts import warn
from urbgeo.checks import check_columns, other_forms
from urbgeo.engine.pairs import fill_square, find_places, read_pairs, sum_square
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.parallel import each_of
from urbgeo.provenance import Provenance
from urbgeo.types import Flags, Floats, Ints, Ints32

LONGEST_MIN = 14 * 24 * 60.0
"""No trip takes two weeks: longer minutes are a mark for "unreachable" or another unit, and refused."""

LOPSIDED = 30.0
"""Trips from an id that take so many times as long as those to it suggest seconds mixed with minutes."""

DENSE_PAIRS = 200_000_000
"""Up to so many possible pairs, doubles are found by counting marks in a table, beyond by hashing."""

LONG = ("from", "to", "minutes", "unit")
"""Columns of a long table; the last may be missing."""

UNITS = ("min", "minute", "minutes")


def read_minutes(
    travel: pd.DataFrame | MinutesTable,
    *,
    origins: pd.Index | None = None,
    destinations: pd.Index | None = None,
    provenance: Provenance | None = None,
) -> MinutesTable:
    """Read a table of travel minutes, wide or long.

    Wide: origins by destinations, the index named ``"origin"`` and the columns ``"destination"``, as
    :func:`urbgeo.network.minutes.minutes_table` gives it; turned round it is read by the same names. Long:
    columns ``from``, ``to``, ``minutes``, one row per pair; pairs that are not in it are out of reach.
    ``inf`` = no path, ``NaN`` = not asked or not attached.

    Parameters
    ----------
    travel
        Wide or long, minutes >= 0. A MinutesTable comes back as it is, for the ids asked.
    origins, destinations
        Ids asked; all are kept, with or without pairs. By default those of the table, in its order.
    provenance
        What the minutes rest on, e.g. ``network.provenance``.

    Returns
    -------
    MinutesTable
        Finite minutes by pair, ``origins`` and ``destinations`` in the order asked, and by id
        ``origin_status`` and ``destination_status`` (``"reached"``, ``"unreached"``, ``"not asked"``).

    Raises
    ------
    InputError
        Naming what is wrong: levels without names, columns missing or repeated, repeated ids or pairs,
        negative minutes, minutes over two weeks (a mark for unreachable), another unit, ids of the table
        that were not asked for, ids asked that a wide table lacks.

    Warns
    -----
    UrbgeoWarning
        When trips from an id take on average 30 times as long as those to it, and for a table without rows.

    Examples
    --------
    >>> travel = pd.DataFrame({"from": ["a", "b"], "to": ["x", "x"], "minutes": [30.0, np.inf]})
    >>> read_minutes(travel).origin_status.to_dict()
    {'a': 'reached', 'b': 'unreached'}
    """
    if provenance is not None and not isinstance(provenance, Provenance):
        raise InputError(f"provenance: {type(provenance).__name__} is none; give e.g. network.provenance.")
    found = table_of(travel, origins=origins, destinations=destinations)
    if found is not travel:
        # A table in order is read where it lies; what is kept must not change with it.
        found = replace(found, minutes=found.minutes.copy())
    return found if provenance is None else replace(found, provenance=provenance)


def table_of(
    travel: pd.DataFrame | MinutesTable,
    *,
    origins: pd.Index | None = None,
    destinations: pd.Index | None = None,
    some: bool = False,
) -> MinutesTable:
    """:func:`read_minutes` for one measure: its minutes may still be those of the table.

    With ``some`` the table may hold more ids than those asked; what it holds of others is left out.
    """
    if isinstance(travel, MinutesTable):
        return for_ids(travel, origins, destinations, some=some)
    try:
        found = _read(travel, origins, destinations, some)
    except InputError:
        if isinstance(travel, pd.DataFrame) and travel.columns.is_unique:
            _refuse_other_forms_of(travel, origins, destinations)
        raise
    about = travel.attrs.get("provenance")
    return replace(found, provenance=about) if isinstance(about, Provenance) else found


def _read(
    table: pd.DataFrame, origins: pd.Index | None, destinations: pd.Index | None, some: bool
) -> MinutesTable:
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            f"travel: {type(table).__name__} is no table of minutes; a DataFrame is needed, wide or long."
        )
    if {"from", "to", "minutes"} <= set(table.columns):
        check_columns(table, "minutes table", [one for one in LONG if one in table.columns])
        found = _read_in_order(table, origins, destinations)
        if found is not None:
            return found
        return _read_long(_rows_of(table, origins, destinations) if some else table, origins, destinations)
    if {table.index.name, table.columns.name} == {"origin", "destination"}:
        straight = table if table.index.name == "origin" else table.T
        if some:
            straight = _part_of(straight, origins, destinations)
        return for_ids(_read_wide(straight), origins, destinations)
    raise InputError(
        "minutes table: neither wide, with the index named 'origin' and the columns 'destination' "
        "(name them with table.rename_axis(index='origin', columns='destination') after checking which "
        "is which), nor long with columns from, to, minutes; it has index "
        f"{table.index.name!r} and columns {some_of(table.columns)}."
    )


def _rows_of(table: pd.DataFrame, origins: pd.Index | None, destinations: pd.Index | None) -> pd.DataFrame:
    """The pairs between ids asked; all where a side has none of them, so that the fault is named."""
    kept = np.ones(len(table), np.bool_)
    for name, asked in (("from", origins), ("to", destinations)):
        known = None if asked is None else (table[name].isin(asked) | table[name].isna()).to_numpy()
        if known is None or known.all():
            continue
        _refuse_other_forms(asked, pd.Index(table[name].dropna().unique()), name)
        if known.any():
            kept &= known
    return table if kept.all() else table[kept]


def _refuse_other_forms_of(
    table: pd.DataFrame, origins: pd.Index | None, destinations: pd.Index | None
) -> None:
    """Say of a table that is refused anyhow whether its ids are those asked for in another form."""
    if {"from", "to", "minutes"} <= set(table.columns):
        sides = [(name, pd.Index(table[name].dropna().unique())) for name in ("from", "to")]
    else:
        sides = [("origin", table.index), ("destination", table.columns)]
    for (name, had), asked in zip(sides, (origins, destinations), strict=True):
        _refuse_other_forms(asked, had, name)


def _refuse_other_forms(asked: pd.Index | None, had: pd.Index, name: str) -> None:
    """Ids that the table has in another form (blanks, full width, 430100.0) are not simply left out."""
    if asked is None:
        return
    lost, left = asked[~asked.isin(had)], had[~had.isin(asked)]
    hint = other_forms(lost, left) if len(lost) and len(left) else ""
    if hint:
        raise InputError(f"minutes table: {name}: {hint}.")


def _part_of(table: pd.DataFrame, origins: pd.Index | None, destinations: pd.Index | None) -> pd.DataFrame:
    """The same of a wide table."""
    kept = []
    for had, asked in ((table.index, origins), (table.columns, destinations)):
        known = np.ones(len(had), np.bool_) if asked is None else had.isin(asked)
        _refuse_other_forms(asked, had, str(had.name))
        kept.append(known if known.any() else ~known)
    return table if all(one.all() for one in kept) else table.loc[kept[0], kept[1]]


def _read_wide(table: pd.DataFrame) -> MinutesTable:
    faults = Faults("minutes table")
    for ids, side in ((table.index, "origins"), (table.columns, "destinations")):
        repeated = ids[ids.duplicated()].unique()
        if len(repeated) or ids.hasnans:
            faults.add(f"repeated or missing ids of {side}", ids=repeated, remedy="keep one row per id")
    kinds = [column for column, kind in table.dtypes.items() if kind.kind not in "fiu"]
    if kinds:
        faults.add("columns that are no numbers of minutes", ids=kinds, remedy="convert them to minutes")
        faults.raise_if_any()
    values = table.to_numpy(np.float64)
    _add_minutes_faults(faults, values.ravel(), lambda rows: _pair_names(table, rows))
    faults.raise_if_any()
    finite, never = np.isfinite(values), np.isinf(values)
    minutes = np.where(finite, values, 0.0)
    out, home = (
        np.stack([one.sum(axis=axis, dtype=np.float64) for one in (finite, minutes, never)], axis=1)
        for axis in (1, 0)
    )
    _warn_lopsided(table.index, table.columns, out, home)
    ends = None
    if not finite.all():
        origin, destination = np.nonzero(finite)
        ends = origin.astype(np.int32), destination.astype(np.int32)
    return _table(table.index, table.columns, ends, values[finite], out, home, whole=True)


def _table(
    origins: pd.Index,
    destinations: pd.Index,
    ends: tuple[Ints32, Ints32] | None,
    minutes: Floats,
    out: Floats,
    home: Floats,
    *,
    whole: bool,
) -> MinutesTable:
    """``out`` and ``home`` (ids, 3): pairs reached, sum of their minutes, pairs without a path."""
    return MinutesTable(
        origins,
        destinations,
        minutes,
        ends,
        out[:, 0] + out[:, 2] > 0,
        home[:, 0] + home[:, 2] > 0,
        out[:, 0] > 0,
        home[:, 0] > 0,
        whole=whole,
    )


def _pair_names(table: pd.DataFrame, cells: Ints) -> list[str]:
    rows, columns = np.divmod(cells, len(table.columns))
    return [f"{table.index[i]} -> {table.columns[j]}" for i, j in zip(rows, columns, strict=True)]


def _read_long(table: pd.DataFrame, origins: pd.Index | None, destinations: pd.Index | None) -> MinutesTable:
    faults = Faults("minutes table")
    if table.empty:
        warn("minutes table: it has no rows; no pair can be travelled.")
    minutes = table["minutes"]
    if minutes.dtype.kind not in "fiu":
        faults.add(f"minutes are {minutes.dtype}", remedy="convert them to numbers of minutes")
        faults.raise_if_any()
    other = _other_units(table)
    if other.any():
        found = some_of(table["unit"][other].astype(str).unique())
        faults.add(f"mixed units: {found}", ids=table.index[other], remedy="convert them to minutes")
    values = np.ascontiguousarray(minutes, np.float64)
    start = keyed(table["from"], origins, faults)
    end = keyed(table["to"], destinations, faults)
    faults.raise_if_any()
    (i, lost), (j, strange) = (find_places(one.keys, one.low, one.lookup) for one in (start, end))
    rows, columns = len(start.ids), len(end.ids)
    if lost + strange == 0 and len(values) == rows * columns:
        square = np.full(len(values), np.nan)
        fill_square(i, j, values, columns, square)
        # A pair that comes twice leaves another without minutes.
        sums = _sums_of(square.reshape(rows, columns))
        if sums is not None:
            return _square(start.ids, end.ids, square, sums)
    seen = np.zeros(rows * columns if rows * columns <= DENSE_PAIRS else 0, np.bool_)
    out, home = np.zeros((rows, 3)), np.zeros((columns, 3))
    known = lost + strange == 0
    wrong = read_pairs(i, j, values, LONGEST_MIN, seen, out, home) if known else 1
    if wrong or np.count_nonzero(seen) < len(values):
        _add_pair_faults(faults, table, i, j, values, columns)
    faults.raise_if_any()
    _warn_lopsided(start.ids, end.ids, out, home)
    if out[:, 0].sum() < len(values):
        finite = np.isfinite(values)
        i, j, values = i[finite], j[finite], values[finite]
    return _table(start.ids, end.ids, (i, j), values, out, home, whole=False)


def _other_units(table: pd.DataFrame) -> Flags:
    """Rows whose minutes are told in another unit."""
    if "unit" not in table:
        return np.zeros(len(table), np.bool_)
    return ~table["unit"].isin(UNITS).to_numpy()


def _read_in_order(
    table: pd.DataFrame, origins: pd.Index | None, destinations: pd.Index | None
) -> MinutesTable | None:
    """A sound table of every pair asked, origins in turn and the same destinations for each; None for others.

    Most tables are written so; comparing neighbouring rows then does for looking up every id.
    """
    start, end, minutes = table["from"], table["to"], table["minutes"]
    columns = columns_at_first(start, end)
    if columns == 0 or minutes.dtype.kind not in "fiu" or _other_units(table).any():
        return None
    values = np.ascontiguousarray(minutes, np.float64)
    # Ids and minutes are read at the same time.
    jobs: list[Callable[[], Any]] = [
        lambda: goes_on_in_order(start, end, columns),
        lambda: _sums_of(values.reshape(-1, columns)),
    ]
    ordered, sums = each_of(jobs, lambda job: job())
    if not ordered or sums is None:
        return None
    asked = (pd.Index(start.array[::columns]), origins), (pd.Index(end.array[:columns]), destinations)
    for found, wanted in asked:
        if not found.is_unique or not (wanted is None or found.equals(wanted)):
            return None
    start_ids, end_ids = (found if wanted is None else wanted for found, wanted in asked)
    return _square(start_ids, end_ids, values, sums)


def _sums_of(square: Floats) -> tuple[Floats, Floats] | None:
    """Sums of rows and columns; None when some minutes are missing, without end or out of bounds."""
    out, home = (np.zeros(size) for size in square.shape)
    return (out, home) if sum_square(square, LONGEST_MIN, out, home) else None


def _square(
    origins: pd.Index, destinations: pd.Index, values: Floats, sums: tuple[Floats, Floats]
) -> MinutesTable:
    """Every pair, origins in turn."""
    rows, columns = len(origins), len(destinations)
    out, home = np.zeros((rows, 3)), np.zeros((columns, 3))
    out[:, 0], out[:, 1], home[:, 0], home[:, 1] = columns, sums[0], rows, sums[1]
    _warn_lopsided(origins, destinations, out, home)
    return _table(origins, destinations, None, values, out, home, whole=False)


def _add_pair_faults(
    faults: Faults, table: pd.DataFrame, i: Ints32, j: Ints32, values: Floats, columns: int
) -> None:
    """Name what the quick pass found; this takes longer."""

    def named(rows: Ints) -> list[str]:
        return [f"{table['from'].iloc[row]} -> {table['to'].iloc[row]}" for row in rows]

    for name, side, positions in (("from", "origins", i), ("to", "destinations", j)):
        missing = table[name].isna().to_numpy()
        if missing.any():
            faults.add(f"{name} is missing", ids=table.index[missing], remedy="fill or drop these rows")
        strange = (positions < 0) & ~missing
        if strange.any():
            faults.add(
                f"{name} ids that are not among the {side}",
                ids=table[name][strange].astype(str).unique(),
                remedy=f"give these {side} an amount (0 if they have none) or drop their pairs",
            )
    _add_minutes_faults(faults, values, named)
    doubles = np.flatnonzero(
        pd.Series(i.astype(np.int64) * columns + j).duplicated().to_numpy() & (i >= 0) & (j >= 0)
    )
    if len(doubles):
        faults.add(
            f"{len(doubles)} repeated pairs",
            ids=named(doubles),
            remedy='keep the least: table.groupby(["from", "to"], as_index=False)["minutes"].min()',
        )


def _add_minutes_faults(faults: Faults, values: Floats, named: Callable[[Ints], list[str]]) -> None:
    if np.fmin.reduce(values, initial=0.0) < 0:
        faults.add(
            "negative minutes",
            ids=named(np.flatnonzero(values < 0)),
            remedy="mark pairs without a path with inf, not -1",
        )
    over = np.flatnonzero((values > LONGEST_MIN) & (values < np.inf))
    if len(over):
        faults.add(
            f"{len(over)} pairs over {LONGEST_MIN:g} minutes",
            ids=named(over[:11]),
            remedy="mark pairs without a path with inf, and convert seconds to minutes",
        )


def _warn_lopsided(origins: pd.Index, destinations: pd.Index, out: Floats, home: Floats) -> None:
    """Warn of ids whose trips out take many times as long as those in: two units in one table.

    ``out`` and ``home`` as for :func:`_table`.
    """
    back = destinations.get_indexer(origins)
    if (back < 0).all():
        return
    away, towards = (each[:, 1] / np.maximum(each[:, 0], 1.0) for each in (out, home))
    less, more = np.minimum(away, towards[back]), np.maximum(away, towards[back])
    odd = (back >= 0) & (less > 0) & (more > LOPSIDED * less)
    if odd.any():
        warn(
            f"minutes table: trips from {odd.sum()} ids take on average over {LOPSIDED:g} times as long as "
            f"trips to them, or the other way round: {some_of(origins[odd])}; are seconds mixed with minutes?"
        )
