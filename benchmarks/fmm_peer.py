"""Marching fronts by scikit-fmm, in an environment of its own (its wheel is built from source).

``python fmm_peer.py FRICTION.npy OUT.npy ORDER`` lets a front go out from the cell in the middle, as the
manual has it: the contour lies half a cell away from it, whose minutes are added. Prints processor seconds.
"""

from __future__ import annotations

import sys
import time

import numpy as np


def main() -> None:
    """March, print, write."""
    import skfmm  # type: ignore[import-not-found]

    friction = np.load(sys.argv[1]).astype(float)
    middle = len(friction) // 2
    begun = time.process_time()
    source = np.ones(friction.shape)
    source[middle, middle] = -1.0
    minutes = skfmm.travel_time(source, 1.0 / friction, order=int(sys.argv[3]))
    minutes += friction[middle, middle] / 2.0
    print(time.process_time() - begun)
    minutes[middle, middle] = 0.0
    np.save(sys.argv[2], np.asarray(minutes))


if __name__ == "__main__":
    main()
