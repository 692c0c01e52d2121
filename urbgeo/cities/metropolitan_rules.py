"""How zones are given to metropolises: rings, contests, commuting rates, borders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from urbgeo.checks import check_choice, check_quantity, check_thresholds
from urbgeo.cities.circle_rules import RINGS
from urbgeo.cities.commuting_rates import MODELS
from urbgeo.cities.flows import RULES, check_threshold
from urbgeo.cities.gravity import FRICTION
from urbgeo.errors import InputError

CONTESTS = ("minutes", "flow", "potential")


@dataclass(frozen=True, eq=False)
class MetropolitanRules:
    """How zones are given to metropolises.

    Attributes
    ----------
    rings
        Rising closed upper bounds of the nested rings, minutes.
    contested
        Who takes a zone that several reach: ``"minutes"`` the nearest in time; ``"flow"`` the one its
        workers are tied to most, by ``rate_rule``; ``"potential"`` the one with the largest
        ``P / T ** friction``, P the people of its core.
    friction
        Exponent of the minutes in the potential and in the gravity model.
    rate
        Closed lower bound of the commuting rate; None for no test.
    rate_rule
        ``"out"``, ``"either"``, ``"interchange"`` or ``"pooled"``, as in ``functional_areas``.
    flows
        ``home``, ``work``, ``workers``; needed for ``contested="flow"``.
    model
        ``"gravity"`` or ``"radiation"``: what the rate is estimated by without flows.
    contiguous
        Whether exclaves are dropped and enclaves added, where borders are known: from polygons, or from
    neighbours, coast
        which zones border on which (:func:`~urbgeo.cities.flows.borders`), and those with nothing but water
        beyond.
    units_checked
        True when populations that look like 万 really are persons.
    """

    rings: Sequence[float] = RINGS
    contested: str = "minutes"
    friction: float = FRICTION
    rate: float | None = None
    rate_rule: str = "out"
    flows: pd.DataFrame | None = None
    model: str = "gravity"
    contiguous: bool = True
    neighbours: pd.DataFrame | None = None
    coast: Iterable[object] = ()
    units_checked: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "rings", tuple(check_thresholds(self.rings, "rings")))
        object.__setattr__(self, "coast", tuple(self.coast))
        check_choice(self.contested, "contested", CONTESTS)
        check_choice(self.rate_rule, "rate_rule", RULES)
        check_choice(self.model, "model", MODELS)
        check_quantity(self.friction, "friction", zero=True)
        if self.rate is not None:
            check_threshold(self.rate, "rate")
        if self.contested == "flow" and self.flows is None:
            raise InputError("flows: contested='flow' needs a table of flows.")
