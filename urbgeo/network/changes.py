"""Changing between vehicles: where it may be done, how long it takes, and who stays aboard.

A rule may hold for some trips only. So that the scan need not know any rule, a stop at which rules look at
trips is taken apart: one place to leave vehicles, and one to board them, for every group of runs that the
same rules name. Between these places lies a table of seconds; the scan walks through it as through footways.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array

from urbgeo.sources.feed_transfers import ENDS, FORBIDDEN, IN_SEAT, MINIMUM, NOT_IN_SEAT, TIMED, no_transfers
from urbgeo.types import Floats, Ints, Ints32

DAY_S = 86_400


def no_rules() -> pd.DataFrame:
    """A timetable without rules of changing."""
    return no_transfers().assign(feed="", from_stop=np.int64(), to_stop=np.int64())


def no_stays() -> pd.DataFrame:
    """A timetable in which every run ends where its trip does."""
    return pd.DataFrame({"run": np.empty(0, np.int64), "next_run": np.empty(0, np.int64)})


@dataclass(frozen=True, eq=False)
class Changes:
    """Places to leave and to board vehicles at, and the seconds between them.

    ``leaves_at`` and ``boards_at`` give each connection its place; ``stop_left`` and ``stop_boarded`` each
    place its stop; ``seconds`` (places left, places boarded) what a change takes, all told.
    """

    leaves_at: Ints32
    boards_at: Ints32
    stop_left: Ints
    stop_boarded: Ints
    seconds: csr_array


def changes_of(
    connections: pd.DataFrame, runs: pd.DataFrame, rules: pd.DataFrame, walks: csr_array, change_s: float
) -> Changes:
    """Rules put over what walking between stops says.

    ``rules`` stand in rising order of rank: ``from_stop``, ``to_stop`` (positions), ``feed``, the ids of
    routes and trips (empty = any), ``kind``, ``min_s``. ``walks`` are seconds on foot between stops (CSR).
    """
    stops = walks.shape[0]
    rules = rules[~rules["kind"].isin([IN_SEAT, NOT_IN_SEAT])].reset_index(drop=True)
    left = _places(connections["to_stop"], connections["run"], runs, rules, "from", stops)
    boarded = _places(connections["from_stop"], connections["run"], runs, rules, "to", stops)
    plain = _plain_changes(walks, change_s)
    pairs = plain.merge(left.of_stop, on="from_stop").merge(boarded.of_stop, on="to_stop")
    ruled = _ruled(rules, left, boarded)
    both = pairs.merge(ruled, on=["left", "boarded"], how="outer")
    seconds = _seconds(both)
    stands = np.isfinite(seconds)
    shape = (len(left.stop), len(boarded.stop))
    place = both.loc[stands, "left"].to_numpy(np.int64), both.loc[stands, "boarded"].to_numpy(np.int64)
    table = coo_array((seconds[stands], place), shape=shape).tocsr()
    return Changes(left.of_connection, boarded.of_connection, left.stop, boarded.stop, table)


@dataclass(frozen=True, eq=False)
class _Places:
    """One side: the place of every connection, the stop of every place, the places of every rule."""

    of_connection: Ints32
    stop: Ints
    of_stop: pd.DataFrame
    of_rule: pd.DataFrame


def _places(
    at: pd.Series, run: pd.Series, runs: pd.DataFrame, rules: pd.DataFrame, end: str, stops: int
) -> _Places:
    name = "left" if end == "from" else "boarded"
    stop_column = f"{end}_stop"
    named = rules[[f"{end}_trip_id", f"{end}_route_id"]].ne("").any(axis=1)
    here = np.asarray(at, np.int64), np.asarray(run, np.int64)
    calls = pd.DataFrame({"stop": here[0], "run": here[1]}).drop_duplicates()
    fits = _fitting(calls, runs, rules[named], end)
    # runs that the same rules name, at one stop, share a place
    groups = fits.groupby(["stop", "run"])["rule"].agg(tuple).reset_index()
    alike = groups.groupby(["stop", "rule"], sort=False)
    place = stops + alike.ngroup().to_numpy(np.int64)
    by_call = pd.Series(place, pd.MultiIndex.from_frame(groups[["stop", "run"]]), dtype=np.int64)
    asked = pd.MultiIndex.from_arrays(here)
    at_place = by_call.reindex(asked).to_numpy()
    of_connection = np.where(np.isnan(at_place), here[0], at_place).astype(np.int32)
    stop = np.concatenate([np.arange(stops), alike.head(1)["stop"].to_numpy(np.int64)])
    of_stop = pd.DataFrame({stop_column: stop, name: np.arange(len(stop))})
    some = pd.DataFrame({"rule": groups["rule"], name: place}).explode("rule").drop_duplicates()
    anyone = rules[~named][[stop_column]].rename_axis("rule").reset_index().merge(of_stop, on=stop_column)
    of_rule = pd.concat([some, anyone[["rule", name]]]).astype({"rule": np.int64, name: np.int64})
    return _Places(of_connection, stop, of_stop, of_rule)


def _fitting(calls: pd.DataFrame, runs: pd.DataFrame, rules: pd.DataFrame, end: str) -> pd.DataFrame:
    """Every call (stop, run) with every rule that names its trip, or its route and no trip."""
    about = runs[["feed", "trip_id", "route_id"]].rename_axis("run").reset_index()
    mine = rules.rename_axis("rule").reset_index()
    mine = mine[["rule", "feed", f"{end}_stop", f"{end}_trip_id", f"{end}_route_id"]]
    mine.columns = pd.Index(["rule", "feed", "stop", "trip", "route"])
    both = calls.merge(about, on="run").merge(mine, on=["feed", "stop"])
    fits = both["trip"].eq(both["trip_id"]) | (both["trip"].eq("") & both["route"].eq(both["route_id"]))
    return both.loc[fits, ["stop", "run", "rule"]].sort_values(["stop", "run", "rule"])


def _plain_changes(walks: csr_array, change_s: float) -> pd.DataFrame:
    """Seconds of changes that no rule speaks of: on foot, or at the stop itself, and what a change takes."""
    found = walks.tocoo()
    there = np.arange(walks.shape[0])
    apart = found.row != found.col
    return pd.DataFrame(
        {
            "from_stop": np.concatenate([there, found.row[apart]]),
            "to_stop": np.concatenate([there, found.col[apart]]),
            "walk_s": np.concatenate([np.zeros(len(there)), found.data[apart]]),
            "change_s": change_s,
        }
    )


def _ruled(rules: pd.DataFrame, left: _Places, boarded: _Places) -> pd.DataFrame:
    """For each pair of places the most special rule."""
    pairs = left.of_rule.merge(boarded.of_rule, on="rule").sort_values("rule", kind="stable")
    pairs = pairs.drop_duplicates(["left", "boarded"], keep="last")
    said = rules.loc[pairs["rule"], ["kind", "min_s"]].set_axis(pairs.index)
    return pd.concat([pairs[["left", "boarded"]], said], axis=1)


def _seconds(both: pd.DataFrame) -> Floats:
    """What a change takes: by its rule where it has one; ``inf`` where there is none, or it is forbidden."""
    kind, least = both["kind"].to_numpy(float), both["min_s"].to_numpy(float)
    walk = both["walk_s"].fillna(np.inf).to_numpy(float)
    usual = walk + both["change_s"].fillna(0.0).to_numpy(float)
    stated = np.where(np.isfinite(usual), np.fmax(usual, least), np.where(np.isnan(least), np.inf, least))
    return np.select([kind == FORBIDDEN, kind == TIMED, kind == MINIMUM], [np.inf, walk, stated], usual)


def stays(calls: pd.DataFrame, runs: pd.DataFrame, rules: pd.DataFrame) -> pd.DataFrame:
    """Runs whose passengers may stay aboard as they become another: ``run``, ``next_run``.

    A vehicle goes on as the next trip of its block on the same day, from the stop where it ended; two trips
    linked by transfers.txt go on where the file says so, and do not where it forbids it. ``calls`` has one
    row a run: ``first_stop``, ``last_stop``, ``departs``, ``arrives``, by run; ``runs`` its ``feed``,
    ``trip_id``, ``block_id``, ``days``, and whether it is the only run of its trip that day (``single``).
    """
    table = runs[["feed", "trip_id", "block_id", "days", "single"]].join(calls)
    table = table[table["single"]].rename_axis("run").reset_index()
    blocks = table[table["block_id"].ne("")].sort_values(["feed", "days", "block_id", "departs", "arrives"])
    same = blocks[["feed", "days", "block_id"]]
    follows = (same == same.shift(-1)).all(axis=1) & blocks["last_stop"].eq(blocks["first_stop"].shift(-1))
    follows &= blocks["arrives"] <= blocks["departs"].shift(-1)
    by_block = pd.DataFrame(
        {"run": blocks.loc[follows, "run"], "next_run": blocks["run"].shift(-1)[follows]}
    ).astype(np.int64)
    linked = _linked(table, rules, IN_SEAT)
    near = linked[linked["wait"].between(0, DAY_S - 1)].sort_values("wait", kind="stable")
    near = near.drop_duplicates(
        ["run", "to_trip_id"]
    )  # the next run of the other trip, not those of later days
    both = pd.concat([by_block, near[["run", "next_run"]]]).drop_duplicates()
    barred = _linked(table, rules, NOT_IN_SEAT)[["run", "next_run"]].assign(barred=True)
    both = both.merge(barred.drop_duplicates(), on=["run", "next_run"], how="left")
    return both.loc[both["barred"].isna(), ["run", "next_run"]].reset_index(drop=True)


def _linked(table: pd.DataFrame, rules: pd.DataFrame, kind: int) -> pd.DataFrame:
    """Pairs of runs whose trips a rule of a kind links, with the seconds between them."""
    named = rules.loc[rules["kind"].eq(kind), ["feed", *(f"{end}_trip_id" for end in ENDS)]].drop_duplicates()
    before = table[["feed", "run", "trip_id", "arrives"]].rename(columns={"trip_id": "from_trip_id"})
    after = table[["feed", "run", "trip_id", "departs"]]
    after = after.rename(columns={"trip_id": "to_trip_id", "run": "next_run"})
    both = named.merge(before, on=["feed", "from_trip_id"]).merge(after, on=["feed", "to_trip_id"])
    return both.assign(wait=both["departs"] - both["arrives"])
