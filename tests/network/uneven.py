"""Where points lie about a network whose links differ by direction."""

from __future__ import annotations

from tests.network.build import points

PLACES = points([(1, 1), (9, 4), (11, 8), (4, 7)], list("pqrs"))
