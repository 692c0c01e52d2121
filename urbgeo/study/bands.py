"""The band of every headline: the same answers under each named set of speeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import pandas as pd

from urbgeo.access.coverage import Coverage
from urbgeo.access.reach import Reach
from urbgeo.access.towns import TownAccess
from urbgeo.cities.band import CircleBand, band_of
from urbgeo.cities.circles import CommutingCircle
from urbgeo.study.absent import why_absent


@dataclass(frozen=True, eq=False)
class SetAnswers:
    """What depends on speeds, under one named set."""

    circle: CommutingCircle
    prefectures: Coverage
    counties: Coverage
    reach: Reach
    reach_hubs: Reach
    towns: TownAccess
    targets: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Bands:
    """Answers by set of speeds, the default first; ``circle`` is the band of the circle over the sets."""

    by_set: Mapping[str, SetAnswers]
    circle: CircleBand

    @property
    def always(self) -> pd.Index:
        """Zones inside under every set."""
        return self.circle.always

    @property
    def sometimes(self) -> pd.DataFrame:
        """Zones that come and go, those inside under most sets first."""
        some = self.circle.table.loc[self.circle.sometimes]
        return some.sort_values("inside", ascending=False, kind="stable")

    def of(self, figure: Callable[[SetAnswers], float]) -> pd.Series:
        """A figure under every set."""
        return pd.Series({name: float(figure(one)) for name, one in self.by_set.items()})


def bands_of(by_set: Mapping[str, SetAnswers]) -> Bands:
    """Set the circles of all speed sets side by side."""
    without = next((one.circle for one in by_set.values() if why_absent(one.circle)), None)
    if without is not None:
        return Bands(by_set, cast(CircleBand, without))
    return Bands(by_set, band_of({name: one.circle for name, one in by_set.items()}))
