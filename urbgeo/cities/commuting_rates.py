"""How strongly zones are tied to cores by commuting: from observed flows, or from a model and marked so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from urbgeo.cities.flows import read_flows, tied_share
from urbgeo.cities.interaction import huff, radiation
from urbgeo.types import Floats

MODELS = ("gravity", "radiation")


def rates(
    core: pd.Series,
    table: pd.DataFrame,
    people: pd.Series,
    *,
    flows: pd.DataFrame | None,
    rule: str,
    model: str,
    friction: float,
    beyond: Sequence[object] = (),
) -> tuple[pd.DataFrame, str]:
    """Share of each zone's workers tied to each core, and where it comes from.

    ``core`` has the metropolis of each core zone, ``table`` minutes from zone to zone, ``people`` those of
    every zone; with ``flows`` the two are not looked at, and ``beyond`` has the ids in them that
    are no zones but count among workplaces. Zones in rows, metropolises (sorted) in columns;
    then ``"flows"`` or ``"modelled"``.
    """
    zones = people.index
    if flows is not None:
        compiled = read_flows(flows, [*zones, *beyond])
        matrix = pd.DataFrame(compiled.matrix.toarray(), index=compiled.zones, columns=compiled.zones)
        values = matrix.reindex(index=zones, columns=zones).to_numpy(float)
        employed = matrix.reindex(index=zones).sum(axis=1).to_numpy(float)
        jobs = matrix.reindex(columns=zones).sum(axis=0).to_numpy(float)
        source = "flows"
    else:
        values = _modelled(people, table, model, friction)
        employed = jobs = people.to_numpy(float)
        source = "modelled"
    shares = {}
    for name in dict.fromkeys(core):
        at = zones.get_indexer(core.index[core == name])
        out, back = values[:, at].sum(axis=1), values[at, :].sum(axis=0)
        shares[name] = tied_share(out, back, employed, jobs, rule)
    return pd.DataFrame(shares, index=zones), source


def _modelled(workers: pd.Series, table: pd.DataFrame, model: str, friction: float) -> Floats:
    """Flows between all zones where none were observed."""
    if model == "radiation":
        return radiation(workers, table, units_checked=True).to_numpy(float)
    cost = np.where(np.isnan(table.to_numpy(float)), np.inf, table.to_numpy(float))
    np.fill_diagonal(cost, np.inf)
    np.fill_diagonal(cost, cost.min(axis=1) / 2)
    share = huff(workers, pd.DataFrame(cost, table.index, table.columns), beta=friction)
    flows: Floats = share.fillna(0.0).to_numpy(float) * workers.to_numpy(float)[:, None]
    return flows
