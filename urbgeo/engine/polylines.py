"""Lines kept as bare coordinates until somebody looks at them: as objects they take four times the room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbgeo.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class Polylines:
    """Line ``index[i]`` runs through ``xy[start[i]:start[i + 1]]``."""

    index: pd.Index
    start: Ints
    xy: Floats

    def of(self, ids: pd.Index) -> NDArray[np.object_]:
        """The lines of some ids, in their order; ``KeyError`` for an id that has none."""
        rows = self.index.get_indexer(ids)
        if (rows < 0).any():
            raise KeyError(ids[rows < 0][0])
        lengths = np.diff(self.start)[rows]
        line = np.repeat(np.arange(len(rows), dtype=np.int32), lengths)
        # where each point of the chosen lines stands among all
        first = np.repeat(self.start[rows] - np.cumsum(lengths) + lengths, lengths)
        return np.asarray(shapely.linestrings(self.xy[first + np.arange(len(line))], indices=line), object)
