"""How a result was made: parameters, speeds, sources, shares, version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any


@lru_cache(maxsize=1)
def package_version() -> str:
    """The installed version of urbgeo."""
    try:
        return version("urbgeo")
    except PackageNotFoundError:
        return "unknown (not installed)"


@dataclass(frozen=True)
class Provenance:
    """What a result rests on.

    ``parameters`` are the named arguments used; ``speeds`` km/h by road class; ``sources`` one line per
    data source; ``shares`` fractions between 0 and 1, e.g. of imputed speeds or unreached places.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    speeds: Mapping[str, float] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    version: str = field(default_factory=package_version)

    def __post_init__(self) -> None:
        for name in ("parameters", "speeds", "shares"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

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
