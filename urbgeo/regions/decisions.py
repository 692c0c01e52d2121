"""Units in or out of the circle by decision: who decided, when and why, beside what the rule says."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from urbgeo.errors import Faults
from urbgeo.regions.codes import join_codes

WORDS: Mapping[str, bool] = {"in": True, "out": False, "纳入": True, "剔除": False}
"""What ``circle`` may say of a unit."""

KEYS = ("circle", "reason", "by", "date")


@dataclass(frozen=True)
class Decision:
    """One unit in (``inside``) or out of the circle: ``reason``, ``by`` whom, ``date`` (ISO)."""

    unit: str
    inside: bool
    reason: str
    by: str
    date: str

    @property
    def word(self) -> str:
        """``"in"`` or ``"out"``."""
        return "in" if self.inside else "out"


def decision_fault(given: Any) -> str:
    """What is wrong with one decision as a file has it; nothing where it can be read."""
    if not isinstance(given, Mapping):
        return 'no decision; write { circle = "in", reason = "…", by = "…", date = 2026-03-01 }'
    faults = [_key_fault(key) for key in given if key not in KEYS]
    if str(given.get("circle")) not in WORDS:
        circle_fault = f"circle = {given.get('circle')!r}; it is one of {', '.join(WORDS)}"
        faults.append(circle_fault)
    reason_fault = "no reason is given"
    by_fault = "nobody who decided (by)"
    for key, what in (("reason", reason_fault), ("by", by_fault)):
        if not isinstance(given.get(key), str) or not str(given.get(key)).strip():
            faults.append(what)
    if _date(given.get("date")) is None:
        date_fault = f"date = {given.get('date')!r} is no date such as 2026-03-01"
        faults.append(date_fault)
    return "; ".join(faults)


def _key_fault(key: object) -> str:
    return f"no key {key!r} in a decision (there are {', '.join(KEYS)})"


def read_decisions(
    given: Mapping[str, Any], units: pd.DataFrame, *, core: tuple[str, ...] = ()
) -> dict[str, Decision]:
    """Decisions by the id of their unit.

    - ``given``: Mappings with ``circle``, ``reason``, ``by``, ``date``, by code or name of a unit.
    - ``units``: What can be in or out, with ``name_zh``.
    - ``core``: Ids whose unit is the core, which no decision takes out.

    Raises
    ------
    InputError
        With all faults at once: unknown units (nearest names), no reason, nobody, no date, a unit twice, the
        core out.
    """
    faults, found = Faults("overrides"), dict[str, Decision]()
    ids = _ids(list(given), units, faults)
    by_unit: dict[str, str] = {}
    for asked, one in given.items():
        wrong = decision_fault(one)
        if wrong:
            faults.add(f"{asked}: {wrong}")
        if asked not in ids:
            continue
        unit = ids[asked]
        if unit in by_unit:
            faults.add(f"{unit} is decided twice, as {by_unit[unit]} and as {asked}")
        by_unit.setdefault(unit, asked)
        if wrong:
            continue
        made = Decision(unit, WORDS[one["circle"]], one["reason"].strip(), one["by"].strip(),
                        str(_date(one["date"])))  # fmt: skip
        if unit in core and not made.inside:
            faults.add(f"{asked} is the core, which cannot be decided out; change the list core")
        found[unit] = made
    faults.raise_if_any()
    return found


def _ids(asked: list[str], units: pd.DataFrame, faults: Faults) -> dict[str, str]:
    """The unit of each code or name; the unknown are faults with the nearest names."""
    exact = {one: one for one in asked if one in units.index}
    rest = [one for one in asked if one not in exact]
    if not rest:
        return exact
    joined = join_codes(pd.Series(rest), units["name_zh"])
    for name, row in zip(rest, joined.itertuples(), strict=True):
        if pd.isna(row.id):
            near = f"; nearest are {row.nearest}" if row.nearest else ""
            faults.add(f"{name} is {row.joined_by} among the units of the circle{near}")
        else:
            exact[name] = str(row.id)
    return exact


def _date(given: Any) -> datetime.date | None:
    """A date, or text that is one."""
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    try:
        return datetime.date.fromisoformat(given)
    except (TypeError, ValueError):
        return None
