"""What a scorecard is asked with: layers and given values, looked at before anything is measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.checks import is_finite_number
from urbgeo.errors import Faults, InputError
from urbgeo.indicators.targets import layer_names

MAY_FALL = ("%", "points", "index")
"""Units whose values may lie below nothing: growth, shares of change, indices."""


def check_layers(layers: Mapping[str, Any]) -> None:
    """Refuse layers that no measure asks for.

    Raises
    ------
    InputError
        Naming them, and those there are.
    """
    known = layer_names().index
    unknown = [one for one in layers if one not in known]
    if unknown:
        raise InputError(
            f"layers: no measure asks for {', '.join(map(str, unknown))}; there are {', '.join(known)}."
        )


def check_given(given: Mapping[str, Mapping[int, float]], targets: pd.DataFrame) -> None:
    """Ids known, years whole, numbers that fit the unit: a share in per cent is no fraction."""
    faults = Faults("given")
    unknown = [one for one in given if one not in targets.index]
    if unknown:
        faults.add("no such target", ids=unknown, remedy="take ids from policy_targets()")
    for name in given:
        if name in unknown:
            continue
        if not isinstance(given[name], Mapping):
            faults.add(f"{name}: give values by year", remedy="e.g. {2020: 35.7}")
            continue
        for year, value in given[name].items():
            if not isinstance(year, int | np.integer) or not 1900 <= year <= 2200:
                faults.add(f"{name}: {year!r} is no year")
            _check_value(faults, name, value, targets.loc[name])
    faults.raise_if_any()


def _check_value(faults: Faults, name: str, value: object, target: pd.Series) -> None:
    if not is_finite_number(value):
        faults.add(f"{name}: {value!r} is no finite number")
        return
    number = float(value)  # type: ignore[arg-type]
    if target["unit"] == "%" and 0 < abs(number) <= 1 and target["target_value"] != 0:
        faults.add(f"{name}: {value!r} reads as a fraction", remedy=f"write per cent, {100 * number:g}")
    elif target["unit"] == "%" and abs(number) > 100:
        faults.add(f"{name}: {value!r} is no per cent", remedy="give a number up to 100")
    elif number < 0 and target["unit"] not in MAY_FALL:
        faults.add(f"{name}: {value!r} {target['unit']}", remedy="give no negative number")
    elif target["unit"] == "persons" and 0 < number < 10_000:
        faults.add(f"{name}: {value!r} persons", remedy=f"in persons, not 万: {1e4 * number:g}")
