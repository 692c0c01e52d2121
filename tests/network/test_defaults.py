"""What the verbs and rules of this room assume where nothing is said: decisions, each of them."""

from __future__ import annotations

from tests.defaults import defaults_of

DEFAULTS = {
    "air.AirTerms": {
        "check_in_min": 75.0,
        "leaving_min": 25.0,
        "taxi_min": 35.0,
        "cruise_kmh": 780.0,
        "shortest_flight_km": 250.0,
        "beyond_km": 100.0,
        "beyond_kmh": 50.0,
        "beyond_detour": 1.3,
    },
    "air.air_circle": {"minutes": 240.0},
    "calibrate.calibrate": {"folds": 5},
    "download.download": {"refresh": False, "timeout_s": 180.0},
    "lines.from_lines": {"same_place_m": 0.5},
    "minutes.minutes_table": {"explain": False},
    "model.Snapping": {"max_snap_km": 15.0, "off_network_kmh": 20.0},
    "osm.from_pbf": {"simplify": True},
    "osm_speeds.LineReading": {"peak": False, "use_maxspeed": True},
    "osm_speeds.RoadReading": {"peak": False, "use_maxspeed": True},
    "rail.RailTerms": {
        "buffer_min": 30.0,
        "access_min": 5.0,
        "egress_min": 8.0,
        "change_min": 15.0,
        "max_wait_min": 30.0,
        "service_hours": 17.0,
    },
    "report.near_misses": {"near_m": 20.0},
    "report.network_report": {"near_m": 20.0},
    "saved.save_network": {"hierarchy": True},
    "sums.node_sums": {"minutes": 30.0, "explain": False},
    "sums.sums_within": {"minutes": 30.0},
    "timetable.TransitTerms": {
        "walk_to_stop_min": 20.0,
        "walk_between_min": 8.0,
        "change_min": 1.0,
        "longest_min": 120.0,
    },
    "timetable.transit_minutes": {"every_min": 1.0, "quantiles": (0.1, 0.5, 0.9)},
    "transit.Transit": {"every_min": 5.0, "quantile": 0.5},
}


def test_defaults_are_those_decided() -> None:
    assert defaults_of("network") == DEFAULTS
