"""Zones between two metropolises, for tests of their circles."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd

from urbgeo.cities.metropolises import MetropolitanCircles, metropolitan_circles
from urbgeo.cities.metropolitan_rules import MetropolitanRules

ZONES = pd.DataFrame({"people": [900.0, 50, 40, 30, 100, 10]}, index=list("abcdef"))


CORES = pd.Series({"a": "A", "e": "E"})


RULES = {one.name for one in fields(MetropolitanRules)}


def circles(travel: object, zones: object, cores: object, **given: object) -> MetropolitanCircles:
    """Metropolitan circles with the rules among the other options; the little towns here are persons."""
    rules = MetropolitanRules(units_checked=True) if not given.pop("units", False) else MetropolitanRules()
    rules = replace(rules, **{name: given.pop(name) for name in RULES & set(given)})
    return metropolitan_circles(travel, cores, zones, rules=rules, **given)


#                          to a   to e
MINUTES = pd.DataFrame(
    {"a": [0.0, 30, 60, 90, 120, np.nan], "e": [120.0, 61, 40, 20, 0, np.nan]}, index=list("abcdef")
)
