"""What the verbs and rules of this room assume where nothing is said: decisions, each of them."""

from __future__ import annotations

from tests.defaults import defaults_of

DEFAULTS = {
    "band.circle_band": {"minutes": 60.0},
    "circles.CircleRules": {
        "majority": 0.5,
        "rings": (30.0, 60.0, 90.0, 120.0),
        "contiguous": True,
        "pin": False,
        "units_checked": False,
    },
    "circles.commuting_circle": {"minutes": 60.0},
    "clusters.city_clusters": {"min_population": 0.0, "min_density": 0.0, "units_checked": False},
    "clusters.clusters_by_minutes": {"units_checked": False},
    "communities.communities": {"resolution": 1.0, "seed": 0},
    "commuting_rings.commuting_rings": {"rates": (0.3, 0.1, 0.05)},
    "cores.land_entries": {"pin": False},
    "degurba.degree_of_urbanisation": {"level": 1, "block_rows": 1024},
    "degurba.dense_built_share": {"block_rows": 1024},
    "degurba_rules.UrbanRules": {
        "centre_density": 1500.0,
        "centre_population": 50000.0,
        "centre_queen": False,
        "dense_population": 5000.0,
        "cluster_density": 300.0,
        "cluster_population": 5000.0,
        "cluster_queen": True,
        "village_population": 500.0,
        "low_density": 50.0,
        "hole_km2": 15.0,
        "water_land": 0.5,
        "dense_queen": False,
        "smoothed": True,
        "water_people": 0.0,
        "water_built": 0.0,
        "centre_window": 1,
        "cluster_window": 1,
    },
    "dissolve.dissolve_members": {"include_parts": False, "repair": False},
    "functional.cities_of_centres": {"unit_in_centre": 0.5, "city_in_centre": 0.5, "centre_in_city": 0.75},
    "functional.functional_areas": {"min_share": 0.15, "merge": True},
    "gravity.gravity_links": {"friction": 2.0, "k": 1.0},
    "interaction.field_strength": {"friction": 2.0},
    "interaction.huff": {"beta": 2.0},
    "interaction.radiation": {"units_checked": False},
    "labour.LabourRules": {
        "min_containment": 0.6667,
        "target_containment": 0.75,
        "min_size": 3500.0,
        "target_size": 25000.0,
    },
    "member_links.member_links": {"minutes": 120.0, "friction": 2.0},
    "metropolises.metropolitan_circles": {"minutes": 60.0},
    "metropolitan_rules.MetropolitanRules": {
        "rings": (30.0, 60.0, 90.0, 120.0),
        "friction": 2.0,
        "contiguous": True,
        "units_checked": False,
    },
    "official.circles_over_years": {"minutes": 60.0},
    "ranks.concentration": {"units_checked": False},
    "ranks.rank_size": {"min_population": 0.0, "units_checked": False},
    "shape.morphological_polycentricity": {"units_checked": False},
    "sizes.class_changes": {"units_checked": False},
    "sizes.project_urbanisation": {"saturation": 1.0, "confidence": 0.95},
    "sizes.shrinking_cities": {"tolerance": 0.0, "units_checked": False},
    "sizes.size_classes": {"units_checked": False},
    "sizes.urbanisation_rate": {"units_checked": False},
    "systems.city_systems": {"minutes": 120.0},
}


def test_defaults_are_those_decided() -> None:
    assert defaults_of("cities") == DEFAULTS
