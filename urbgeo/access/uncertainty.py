"""Uncertainty: a measure over speeds that are not known exactly, as intervals instead of a yes or no."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from urbgeo.amounts import amount_of
from urbgeo.checks import check_mapping, check_quantity, check_share, check_whole
from urbgeo.errors import Faults, InputError
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.network.speeds import by_class
from urbgeo.provenance import Provenance
from urbgeo.results import Result

SPEED_BANDS: Mapping[str, Mapping[str, float]] = {
    "free": {},
    "usual": {"*": 0.8},
    "peak": {"*": 0.6},
}
"""Factor on the speed of each road class by band; ``"*"`` stands for all classes not named. Judgement."""


@dataclass(frozen=True, eq=False, repr=False)
class Interval(Result):
    """A measure over many versions of a network.

    Attributes
    ----------
    table
        One row per id: ``low``, ``middle``, ``high`` (quantiles over the versions; ``inf`` stays ``inf``);
        for a measure that is true or false ``share``, the share of versions in which it is true.
    draws
        (ids, versions): the measure in each.
    total
        For a measure that is true or false: ``low``, ``middle``, ``high`` of the share of ids for which it
        is true, weighted when weights were given; else empty.
    provenance
        Level, seed, bands or spread.
    """

    table: pd.DataFrame
    draws: pd.DataFrame
    total: Mapping[str, float]
    provenance: Provenance
    _titles: ClassVar[tuple[str, str]] = ("不确定区间", "Interval over speeds")

    @property
    def summary(self) -> pd.DataFrame:
        """``total`` as one row, where there is one; else the ends of the intervals described."""
        return pd.DataFrame(dict(self.total), index=["all"]) if self.total else super().summary

    def _headline(self) -> str:
        whole = f", {self.total['low']:.0%}-{self.total['high']:.0%} of cases" if self.total else ""
        return f"of {len(self.table)} ids over {self.draws.shape[1]} versions{whole}"


def scaled(network: TravelNetwork, factors: Mapping[str, float]) -> TravelNetwork:
    """The network with the speed of each class multiplied by its factor; ``"*"`` for all others.

    Raises
    ------
    InputError
        For classes that are not in the network, factors that are not > 0.

    Examples
    --------
    >>> import urbgeo
    >>> network = urbgeo.region_network(urbgeo.load_region("hunan", zones=False))
    >>> slow = scaled(network, {"*": 0.5})
    >>> bool((slow.link_table["minutes"] == 2 * network.link_table["minutes"]).all())
    True
    """
    check_mapping(factors, "factors", "{'*': 0.6}")
    classes = network.link_table["class"]
    factors = by_class(factors, {"*", *classes})
    faults = Faults("factors")
    unknown = [name for name in factors if name != "*" and name not in set(classes)]
    if unknown:
        faults.add("classes that are not in the network", ids=unknown, remedy="rename or drop them")
    faults.raise_if_any()
    by_name = {name: check_quantity(value, f"factors[{name!r}]") for name, value in factors.items()}
    factor = classes.map({one: by_name.get(one, by_name.get("*", 1.0)) for one in classes.unique()})
    links = network.link_table.assign(
        minutes=network.link_table["minutes"] / factor,
        minutes_back=network.link_table["minutes_back"] / factor,
        speed_kmh=network.link_table["speed_kmh"] * factor,
    )
    return replace(
        network, link_table=links, provenance=network.provenance.having(parameters={"factors": by_name})
    )


def over_bands(
    network: TravelNetwork,
    measure: Callable[[TravelNetwork], pd.Series],
    *,
    bands: Mapping[str, Mapping[str, float]] = SPEED_BANDS,
    weight: pd.Series | None = None,
) -> Interval:
    """A measure in each speed band; the interval runs from the least to the most of them.

    Parameters
    ----------
    network
        With the speeds that factor 1 stands for.
    measure
        From a network to a Series by id: minutes, sums, or True and False.
    bands
        Factors on speeds by band, see :func:`scaled`.
    weight
        Amount by id of the measure, for the total of one that is true or false.

    Returns
    -------
    Interval
        ``table`` has one row per id of the measure.

    Raises
    ------
    InputError
        For bands as in :func:`scaled`, a measure that gives no Series, other ids in another version, faulty
        weights (naming ids), or a weight for a measure that is not true or false.

    Examples
    --------
    >>> import urbgeo
    >>> from urbgeo.network.minutes import minutes_table
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> core, towns = hunan.prefectures.loc[["430100"]], hunan.prefectures.iloc[:4]
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> found = over_bands(network, lambda one: minutes_table(one, towns, core)["430100"] <= 60)
    >>> found.table["share"].round(2).to_dict()
    {'430100': 1.0, '430200': 0.33, '430300': 0.33, '430400': 0.0}
    """
    _check_asked(network, measure)
    check_mapping(bands, "bands", "{'peak': {'*': 0.6}}")
    for name, factors in bands.items():
        check_mapping(factors, f"bands[{name!r}]", "{'*': 0.6}")
    if not bands:
        raise InputError("bands: give at least one.")
    draws = _measured(measure, {name: scaled(network, one) for name, one in bands.items()})
    return _interval(draws, 1.0, weight, network, {"bands": {name: dict(one) for name, one in bands.items()}})


def over_draws(
    network: TravelNetwork,
    measure: Callable[[TravelNetwork], pd.Series],
    *,
    spread: float | Mapping[str, float] = 0.15,
    count: int = 50,
    level: float = 0.9,
    seed: int = 0,
    weight: pd.Series | None = None,
) -> Interval:
    """A measure over random speeds: each class gets a log-normal factor with median 1, drawn anew each time.

    Parameters
    ----------
    network, measure, weight
        As for :func:`over_bands`.
    spread
        Standard deviation of the logarithm of the factor, for all classes or by class (others 0).
    count
        Number of draws.
    level
        Share of the draws between ``low`` and ``high``.
    seed
        The same seed gives the same draws, whatever the order of the links.

    Returns
    -------
    Interval
        ``table`` has one row per id of the measure.

    Raises
    ------
    InputError
        As for :func:`over_bands`; a spread below 0 or for unknown classes, a count below 2, a level outside
        0..1, a seed that is no whole number >= 0.

    Examples
    --------
    >>> import urbgeo
    >>> from urbgeo.network.minutes import minutes_table
    >>> hunan = urbgeo.load_region("hunan", zones=False)
    >>> core, towns = hunan.prefectures.loc[["430100"]], hunan.prefectures.iloc[:4]
    >>> network = urbgeo.region_network(hunan, modes=("road",))
    >>> found = over_draws(network, lambda one: minutes_table(one, towns, core)["430100"], count=4, level=0.8)
    >>> bool((found.table["low"] <= found.table["high"]).all())
    True
    """
    _check_asked(network, measure)
    for value, name, least in ((count, "count", 2), (seed, "seed", 0)):
        check_whole(value, name, least)
    check_share(level, "level")
    classes = sorted(network.link_table["class"].astype(str).unique())
    given = spread if isinstance(spread, Mapping) else dict.fromkeys(classes, spread)
    widths = {name: check_quantity(value, f"spread[{name!r}]", zero=True) for name, value in given.items()}
    unknown = sorted(set(widths) - set(classes))
    if unknown:
        raise InputError(
            f"spread: no class {', '.join(unknown)} in the network; it has {', '.join(classes)}."
        )
    logs = np.random.default_rng(seed).standard_normal((count, len(classes)))
    factors = [
        {name: float(np.exp(widths.get(name, 0.0) * z)) for name, z in zip(classes, row, strict=True)}
        for row in logs
    ]
    draws = _measured(measure, {str(k): scaled(network, one) for k, one in enumerate(factors)})
    parameters = {"spread": widths, "count": count, "level": level, "seed": seed}
    return _interval(draws, level, weight, network, parameters)


def _check_asked(network: object, measure: object) -> None:
    check_network(network)
    if not callable(measure):
        raise InputError(
            f"measure: {type(measure).__name__} is no function from a network to a Series "
            "by id; it stands second."
        )


def _measured(
    measure: Callable[[TravelNetwork], pd.Series], versions: Mapping[str, TravelNetwork]
) -> pd.DataFrame:
    found: dict[str, pd.Series] = {}
    for name, version in versions.items():
        values = measure(version)
        if not isinstance(values, pd.Series):
            raise InputError(f"measure: it gives {type(values).__name__}; let it give a Series by id.")
        first: Sequence[object] = list(next(iter(found.values())).index) if found else list(values.index)
        if list(values.index) != first:
            raise InputError(f"measure: version {name} has other ids than the first; keep every id.")
        found[name] = values
    return pd.DataFrame(found)


def _interval(
    draws: pd.DataFrame,
    level: float,
    weight: pd.Series | None,
    network: TravelNetwork,
    parameters: Mapping[str, object],
) -> Interval:
    edges = [(1.0 - level) / 2.0, 0.5, (1.0 + level) / 2.0]
    yes_or_no = all(pd.api.types.is_bool_dtype(kind) for kind in draws.dtypes)
    if weight is not None and not yes_or_no:
        raise InputError("weight: the measure is not true or false, so that it has no total; leave it out.")
    values = draws.to_numpy(np.float64)
    # Values between two draws are not made up, so that inf never mixes with minutes.
    ends = np.quantile(values, edges, axis=1, method="inverted_cdf")
    table = pd.DataFrame(dict(zip(("low", "middle", "high"), ends, strict=True)), index=draws.index)
    total: dict[str, float] = {}
    if yes_or_no:
        table = pd.DataFrame({"share": values.mean(axis=1)}, index=draws.index)
        weights = np.ones(len(draws))
        if weight is not None:
            weights = amount_of(weight, draws, name="weight", frame_name="the measure").to_numpy()
            if not weights.sum() > 0:
                raise InputError("weight: all of it is 0; shares of nothing have no meaning.")
        shares = np.quantile(weights @ values / weights.sum(), edges, method="inverted_cdf")
        total = dict(zip(("low", "middle", "high"), (float(one) for one in shares), strict=True))
    return Interval(table, draws, total, network.provenance.having(parameters=parameters))
