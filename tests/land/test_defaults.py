"""What plans of land and growth assume where nothing is said, and the numbers they decide by."""

from __future__ import annotations

from tests.defaults import constants_of, defaults_of

DEFAULTS = {
    "audit.audit_control_lines": {"redline_buffer_m": 0.0, "sliver_width_m": 2.0, "sliver_area_m2": 50.0},
    "audit.report_table": {"digits": 3},
    "boundary.BoundaryRules": {
        "elastic_share": 0.15,
        "expansion_multiple": 1.3,
        "smallest_piece_ha": 10.0,
        "fill_holes_ha": 1.0,
        "gap_m": 200.0,
        "radius_cells": 2,
        "neighbour_power": 1.0,
        "along_m": 200.0,
        "special_counts": True,
        "smooth": True,
    },
    "demand.land_demand": {"growth_per_year": 0.0, "years": 0.0, "per_capita_m2": 105.0},
    "expansion.expansion_types": {"buffer_m": 1.0},
    "expansion.road_density": {"dual_gap_m": 40.0},
    "form.density_rings": {"ring_km": 1.0, "reach_km": 30.0},
    "form.park_access": {"within_m": 300.0, "smallest_park_m2": 400.0, "minutes": 5.0},
    "form.infill_potential": {"radius_m": 300.0, "built_share": 0.5},
    "growth.fit_growth": {"seed": 0},
    "growth.simulate_growth": {"seed": 0},
    "land_uses.fit_land_uses": {"seed": 0},
    "layers.subdivided": {"vertices": 256},
    "learning.Learning": {"trees": 100, "leaf_cells": 5, "rounds": 100, "rate": 0.08},
    "learning.GrowthRules": {"neighbour_factor": 1.0, "chance": 0.0, "radius_cells": 2, "steps": 1},
    "learning.LearnedRules": {"patch_pull": 0.0, "neighbour_factor": 1.0, "chance": 0.0, "steps": 1},
    "patches.built_up": {"least_share": 0.5, "close_cells": 0, "smallest_ha": 0.0},
    "scenarios.Scenario": {"land_factor": 1.0, "neighbour_factor": 1.0, "chance_factor": 1.0, "seed": 0},
    "synthetic.synthetic_landscape": {"cells": 200, "cell_m": 100.0},
    "zones.zone_polygons": {"smooth": True},
}

DECIDED = {
    "audit.SLIVER_WIDTH_M": 2.0,
    "audit.SLIVER_AREA_M2": 50.0,
    "audit.WINDOW_COVER": 0.5,
    "boundary.FILL_SHARE": 0.5,
    "expansion.LEI_BUFFER_M": 1.0,
    "expansion.INFILL_ABOVE": 50.0,
    "expansion.DUAL_GAP_M": 40.0,
    "expansion.DUAL_ANGLE_DEG": 20.0,
    "expansion.PIECE_M": 25.0,
    "form.INFILL_RADIUS_M": 300.0,
    "form.INFILL_BUILT_SHARE": 0.5,
    "growth.TRIED_STEPS": (1, 2, 5),
    "growth.TRIED_CHANCES": (0.0, 0.5, 1.0),
    "growth.PATCH_TOLERANCE": 0.2,
    "growth.MOST_USES": 12,
    "handin.FIRST_ZONE": 25,
    "handin.LAST_ZONE": 45,
    "handin.AREA_TOLERANCE": 0.001,
    "learning.BUILT_RADII": (1, 2, 3, 5, 8, 13, 21, 34, 55),
    "learning.USE_RADII": (2, 5, 13, 34),
    "learning.SURROUNDINGS": (5, 15),
    "outline.ON_LINE": 0.02,
    "outline.AREA_COST": 0.15,
    "outline.BUILT_COST": 2.0,
    "outline.ON_LINE_M": 0.5,
    "outline.STRAIGHTER": 0.75,
    "overlaps.ROUNDING_M2": 1e-09,
    "scenarios.COMPACT_LAND": 0.7,
    "scenarios.COMPACT_NEIGHBOURS": 2.0,
    "scenarios.ECOLOGICAL_LAND": 0.8,
    "suitability.WEIGHT_TOLERANCE": 1e-06,
    "synthetic.YEARS": (2010, 2015, 2020),
    "synthetic.DENSITY_PER_KM2": 6000.0,
    "validation.TOC_STEPS": 200,
    "weights.RANDOM_INDEX": (0.0, 0.0, 0.58, 0.9, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51),
    "weights.MAX_CONSISTENCY_RATIO": 0.1,
    "zones.CONCENTRATED": 1,
    "zones.ELASTIC": 2,
    "zones.SPECIAL": 3,
    "zones.AREA_TOLERANCE": 0.01,
}


def test_defaults_are_those_decided() -> None:
    assert defaults_of("land") == DEFAULTS


def test_numbers_are_those_decided() -> None:
    assert constants_of("land") == DECIDED
