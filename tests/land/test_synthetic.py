"""A synthetic landscape for teaching and tests: everything in it is made up, and says so."""

from __future__ import annotations

import numpy as np

from urbgeo.land.synthetic import LABEL, Landscape, synthetic_landscape


def test_everything_synthetic_says_so(landscape: Landscape) -> None:
    grids = [landscape.elevation, landscape.cover, landscape.people, *landscape.built.values()]
    assert all(LABEL in one.source for one in grids)
    frames = [landscape.roads, landscape.motorways, landscape.farmland, landscape.redline, landscape.hazards]
    assert all(frame["source"].str.contains(LABEL).all() and len(frame) for frame in frames)
    assert landscape.provenance.shares["synthetic"] == 1.0
    again = synthetic_landscape(seed=7, cells=120)
    np.testing.assert_array_equal(again.elevation.values, landscape.elevation.values)
    assert again.farmland.geom_equals(landscape.farmland).all()
    other = synthetic_landscape(seed=8, cells=120)
    assert not np.array_equal(other.elevation.values, landscape.elevation.values)
