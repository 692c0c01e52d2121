"""Lengths of links held against the straight lines between their ends."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.amounts import warn
from urbgeo.errors import InputError, some_of
from urbgeo.types import Floats

MOST = 100.0
"""A length above this multiple of the straight line is in metres."""

LEAST, LOST_KM = 0.5, 10.0
"""A length below this multiple of the straight line, and short of it by so many kilometres, is a mistake."""

SHORT = 0.95
"""A length below this multiple of the straight line is impossible, but for coarse positions; it is told."""

FROM_KM = 1.0
"""Straight lines shorter than this say nothing about a length."""

FASTEST_KMH, SLOWEST_KMH = 250.0, 2.5
"""No road is faster than the one; minutes that make most roads slower than the other are seconds."""

FEWEST = 6
"""Most of at least so many roads: three of four may be a ferry and its ramps."""


def check_lengths(links: pd.DataFrame, nodes: gpd.GeoDataFrame) -> None:
    """Refuse lengths that cannot be meant, count those that are shorter than the straight line.

    Links that bring their own minutes are not looked at, their lengths time nothing; roads that these make
    too fast or too slow are counted.

    Raises
    ------
    InputError
        Naming the links, and metres where that is what the lengths look like.
    """
    spots = nodes.geometry.to_numpy()
    ends = [spots[nodes.index.get_indexer(links[end])] for end in ("from_node", "to_node")]
    straight = shapely.distance(*ends) / 1000.0
    timed = links["speed_source"].ne("minutes").to_numpy(bool) & (straight >= FROM_KM)
    length = links["length_km"].to_numpy(np.float64)
    ratio = np.divide(length, straight, out=np.ones(len(length)), where=timed)
    wrong = (ratio > MOST) | ((ratio < LEAST) & (straight - length > LOST_KM))
    if wrong.any():
        metres = np.median(ratio[wrong]) > MOST
        said = some_of(length[wrong].round(3), 3)
        raise InputError(
            f"links: length_km of {some_of(links.index[wrong])} is {said} where "
            f"the straight line is {some_of(straight[wrong].round(3), 3)} km; "
            + ("are these metres? Divide by 1000." if metres else "give kilometres, and look at the ends.")
        )
    short = int((ratio < SHORT).sum())
    if short:
        warn(
            f"links: {short} of {len(links)} are shorter than the straight line between their ends (first: "
            f"{some_of(links.index[ratio < SHORT], 3)})."
        )
    _tell_speeds(links, straight, length)


def _tell_speeds(links: pd.DataFrame, straight: Floats, length: Floats) -> None:
    """Count roads whose given minutes or speeds cannot be meant: 0 for missing, hours, seconds."""
    given = links["speed_source"].isin(("minutes", "link")).to_numpy(bool) & (straight >= FROM_KM)
    given &= links["mode"].eq("road").to_numpy(bool)
    minutes = links["minutes"].to_numpy(np.float64)
    fast = given & (straight * 60.0 > FASTEST_KMH * minutes)
    slow = given & (length * 60.0 < SLOWEST_KMH * minutes)
    slow &= 2 * slow.sum() > max(given.sum(), FEWEST)
    if fast.any():
        warn(
            f"links: {int(fast.sum())} of {len(links)} roads are faster than {FASTEST_KMH:g} km/h (first: "
            f"{some_of(links.index[fast], 3)}); hours for minutes, or 0 for missing?"
        )
    if slow.any():
        warn(
            f"links: {int(slow.sum())} of {len(links)} roads are slower than {SLOWEST_KMH:g} km/h (first: "
            f"{some_of(links.index[slow], 3)}); seconds for minutes?"
        )
