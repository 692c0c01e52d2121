"""A made town of some thousand nodes, large enough for the hierarchy."""

from __future__ import annotations

import numpy as np

UTM = 32649


NODES = 25_000


MIDDLE = np.array([NODES // 2])
