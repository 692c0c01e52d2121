"""All measures, registered: whoever needs :data:`MEASURES` takes them from here."""

from __future__ import annotations

from urbgeo.indicators import access, layered, lines, people
from urbgeo.indicators.measured import MEASURES

__all__ = ["MEASURES", "access", "layered", "lines", "people"]
