"""transfers.txt of a feed: where one may change, how long that takes, and where one stays aboard.

By the reference of GTFS Schedule: a rule for trips goes before one for routes, that before one for stops;
what is said of a station holds for its platforms.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from urbgeo.errors import Faults

RECOMMENDED, TIMED, MINIMUM, FORBIDDEN, IN_SEAT, NOT_IN_SEAT = range(6)
"""``transfer_type``, in the order of its numbers."""

ENDS = ("from", "to")
KEYS = tuple(f"{end}_{what}_id" for what in ("stop", "route", "trip") for end in ENDS)

RANKS = {("trip", "trip"): 5, ("trip", "route"): 4, ("trip", ""): 3, ("route", "route"): 2, ("route", ""): 1}
"""How special a rule is, by what its two ends name beside stops; the most special one that fits is taken."""


def no_transfers() -> pd.DataFrame:
    """A feed without rules."""
    forms = {**dict.fromkeys(KEYS, object), "kind": np.int64, "min_s": np.float64, "rank": np.int64}
    return pd.DataFrame({name: pd.Series(dtype=form) for name, form in forms.items()})


def transfer_rules(table: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, int]:
    """The rules between stops called at, in rising order of rank; and how many rows name what is not there.

    Columns: the six ids (empty = any), ``kind``, ``min_s`` (NaN = not said), ``rank``.
    """
    if table.empty:
        return no_transfers(), 0
    table = table.reindex(columns=[*KEYS, "transfer_type", "min_transfer_time"], fill_value="")
    table = table.apply(lambda column: column.str.strip())
    _check(table)
    known = {
        what: set(tables[f"{what}s"][f"{what}_id"].str.strip()) | {""} for what in ("stop", "route", "trip")
    }
    there = np.all([table[key].isin(known[key.split("_")[1]]) for key in KEYS], axis=0)
    rules = table[there].assign(
        kind=pd.to_numeric(table["transfer_type"].replace("", "0")),
        min_s=pd.to_numeric(table["min_transfer_time"].replace("", None)).astype(np.float64),
        rank=_rank(table),
    )
    for end in ENDS:
        rules = _platforms(rules, f"{end}_stop_id", tables)
    rules = rules.sort_values("rank", kind="stable", ignore_index=True)
    return rules[[*KEYS, "kind", "min_s", "rank"]], int((~there).sum())


def _check(table: pd.DataFrame) -> None:
    faults = Faults("transfers.txt")

    def refuse(wrong: pd.Series, what: str, remedy: str) -> None:
        if wrong.any():
            faults.add(what, ids=[f"row {row + 2}" for row in np.flatnonzero(wrong)], remedy=remedy)

    kind, seconds = table["transfer_type"], table["min_transfer_time"]
    refuse(~kind.isin(["", *"012345"]), "transfer_type is none", "give 0 to 5, or nothing")
    refuse(~seconds.str.fullmatch(r"\d*"), "min_transfer_time is no number of seconds", "give whole seconds")
    aboard = kind.isin([str(IN_SEAT), str(NOT_IN_SEAT)])
    refuse(
        aboard & (table["from_trip_id"].eq("") | table["to_trip_id"].eq("")),
        "transfers in the seat without two trips",
        "give from_trip_id and to_trip_id",
    )
    refuse(
        ~aboard & (table["from_stop_id"].eq("") | table["to_stop_id"].eq("")),
        "changes without two stops",
        "give from_stop_id and to_stop_id",
    )
    faults.raise_if_any()


def _rank(table: pd.DataFrame) -> pd.Series:
    ends = [
        np.where(
            table[f"{end}_trip_id"].ne(""), "trip", np.where(table[f"{end}_route_id"].ne(""), "route", "")
        )
        for end in ENDS
    ]
    both = [tuple(sorted(pair, reverse=True)) for pair in zip(*ends, strict=True)]
    return pd.Series([RANKS.get(pair, 0) * 3 for pair in both], table.index, dtype=np.int64)


def _platforms(rules: pd.DataFrame, key: str, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A rule of a station for each of its stops; among equals one of a stop itself goes before it."""
    stops = tables["stops"]
    parent = stops["parent_station"].str.strip() if "parent_station" in stops else pd.Series("", stops.index)
    called = stops["stop_id"].isin(tables["stop_times"]["stop_id"])
    members = pd.concat(
        [
            pd.DataFrame({key: stops["stop_id"], "stop": stops["stop_id"], "own": 1})[called],
            pd.DataFrame({key: parent, "stop": stops["stop_id"], "own": 0})[called & parent.ne("")],
            pd.DataFrame({key: [""], "stop": [""], "own": [0]}),
        ]
    )
    found = rules.assign(row=np.arange(len(rules))).merge(members, on=key).sort_values("row", kind="stable")
    return found.assign(**{key: found["stop"], "rank": found["rank"] + found["own"]}).drop(
        columns=["stop", "own", "row"]
    )
