"""Who takes a zone that several metropolises reach, and what each of them holds in the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from urbgeo.cities.circle_rules import ring_of
from urbgeo.cities.metropolitan_rules import MetropolitanRules
from urbgeo.types import Flags, Floats, Ints


def nearest(table: pd.DataFrame) -> Floats:
    """Least minutes of each row; NaN only where every entry is."""
    values = table.to_numpy(float)
    least = np.where(np.isnan(values), np.inf, values).min(axis=1)
    return np.where(np.isnan(values).all(axis=1), np.nan, least)


def preference(
    how: MetropolitanRules,
    apart: Floats,
    share: Floats,
    people: pd.Series | None,
    core: pd.Series,
    names: pd.Index,
    index: pd.Index,
) -> Floats:
    """What each metropolis offers each zone; the largest wins."""
    if how.contested == "minutes":
        return -np.where(np.isnan(apart), np.inf, apart)
    if how.contested == "flow":
        return share
    held = np.zeros(len(index)) if people is None else people.to_numpy(float)
    mass = np.array([held[index.get_indexer(core.index[core == name])].sum() for name in names])
    with np.errstate(divide="ignore", invalid="ignore"):
        pull: Floats = mass / np.where(np.isnan(apart), np.inf, apart) ** how.friction
    return np.where(mass > 0, pull, 0.0)


def chosen_by(wins: Floats, apart: Floats) -> Ints:
    """The metropolis with the largest offer, then the fewest minutes, then the first; -1 for none."""
    near = np.where(np.isnan(apart), np.inf, apart)
    best = wins.max(axis=1, keepdims=True)
    tied = np.where(wins == best, near, np.inf)
    pick = tied.argmin(axis=1)
    possible = np.isfinite(near) & (wins > -np.inf)
    return np.where(possible.any(axis=1), pick, -1)


def zone_frame(
    index: pd.Index,
    names: pd.Index,
    chosen: Ints,
    apart: Floats,
    reached: Flags,
    bounds: Sequence[float],
) -> pd.DataFrame:
    """Metropolis, minutes, status, ring and contest of each zone."""
    least = np.where(np.isnan(apart), np.inf, apart).min(axis=1)
    least = np.where(np.isnan(apart).all(axis=1), np.nan, least)
    own = apart[np.arange(len(chosen)), np.maximum(chosen, 0)]
    minutes = np.where(chosen >= 0, own, least)
    metropolis = np.full(len(index), None, dtype=object)
    metropolis[chosen >= 0] = names.to_numpy(object)[chosen[chosen >= 0]]
    return pd.DataFrame(
        {
            "metropolis": pd.Series(metropolis, index=index, dtype=object),
            "minutes": minutes,
            "status": np.select([np.isnan(minutes), np.isinf(minutes)], ["lost", "unreached"], "reached"),
            "ring": ring_of(minutes, bounds),
            "contested": reached.sum(axis=1),
        },
        index=index,
    )


def sums(frame: pd.DataFrame, names: pd.Index) -> pd.DataFrame:
    """Zones and people of each metropolis."""
    grouped = frame.groupby("metropolis")
    table = pd.DataFrame({"zones": grouped.size().reindex(names, fill_value=0)})
    if "people" in frame:
        table["people"] = grouped["people"].sum().reindex(names, fill_value=0.0)
    return table.rename_axis("metropolis")


def ring_sums(
    apart: Floats,
    home: Ints,
    chosen: Ints,
    names: pd.Index,
    bounds: Sequence[float],
    people: pd.Series | None,
) -> pd.DataFrame:
    """What lies within each bound of each metropolis, nearer to it than to any other."""
    near = np.where(np.isnan(apart), np.inf, apart)
    owner = np.where(chosen >= 0, chosen, near.argmin(axis=1))
    rows = []
    for k, name in enumerate(names):
        for bound in bounds:
            inside = (owner == k) & ((near[:, k] <= bound) | (home == k))
            row = {"metropolis": name, "ring": bound, "zones": int(inside.sum())}
            rows.append(row if people is None else row | {"people": float(people[inside].sum())})
    return pd.DataFrame(rows).set_index(["metropolis", "ring"])
