"""How a result was made: parameters, speeds, sources, shares, version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

LONGEST_VALUE = 40
"""Letters of a parameter that the line shows."""

LONGEST_LINE = 160
"""Letters of the line: shares first, then parameters as far as they go; all stand in the table."""


@lru_cache(maxsize=1)
def package_version() -> str:
    """The installed version of urbgeo."""
    try:
        return version("urbgeo")
    except PackageNotFoundError:
        return "unknown (not installed)"


@dataclass(frozen=True, eq=False)
class Provenance(dict[str, Any]):
    """What a result rests on.

    ``parameters`` are the named arguments used; ``speeds`` km/h by road class; ``sources`` one line per
    data source; ``shares`` fractions between 0 and 1, e.g. of imputed speeds or unreached places.

    Bare tables carry it in ``attrs["provenance"]``. pandas copies ``attrs`` at every step and writes them
    to Parquet as JSON: so it is its own copy, and a dict of what JSON can hold.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    speeds: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    version: str = field(default_factory=package_version)

    def __post_init__(self) -> None:
        for name in ("parameters", "speeds", "shares"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        self.update({one.name: _as_json(getattr(self, one.name)) for one in fields(self)})

    __eq__ = object.__eq__
    __ne__ = object.__ne__

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

    def __copy__(self) -> Provenance:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Provenance:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        plain = (dict(self.parameters), dict(self.speeds), self.sources, dict(self.shares), self.version)
        return type(self), plain

    def having(
        self, *, parameters: Mapping[str, Any], shares: Mapping[str, float] | None = None
    ) -> Provenance:
        """The same with more parameters and shares: how a measure adds its own to the network's."""
        return Provenance(
            {**self.parameters, **parameters},
            self.speeds,
            self.sources,
            {**self.shares, **(shares or {})},
            self.version,
        )

    def line(self) -> str:
        """Parameters, shares and version in one line, for the second line of a result."""
        said = [f"{name}={_short(value)}" for name, value in self.parameters.items() if value is not None]
        counted = [f"{name} {share:.1%}" for name, share in self.shares.items() if share]
        line = "; ".join([*counted, *said])
        short = line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
        return "; ".join(filter(None, [short, f"urbgeo {self.version}"]))

    def table(self) -> pd.DataFrame:
        """Everything as rows of ``kind``, ``name``, ``value`` (text)."""
        groups = {"parameter": self.parameters, "speed_kmh": self.speeds, "share": self.shares}
        rows = [
            (kind, str(name), str(value)) for kind, held in groups.items() for name, value in held.items()
        ]
        rows += [("source", "", source) for source in self.sources] + [("version", "urbgeo", self.version)]
        return pd.DataFrame(rows, columns=["kind", "name", "value"])


def _as_json(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _as_json(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_as_json(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _short(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
