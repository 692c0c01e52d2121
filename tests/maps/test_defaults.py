"""What maps, charts and pages assume where nothing is said, and the numbers they decide by."""

from __future__ import annotations

from tests.defaults import constants_of, defaults_of

EVERY_FIVE = tuple(float(one) for one in range(15, 125, 5))

DEFAULTS = {
    "base.save_map": {"max_mb": 5.0},
    "charts.Chart": {"log": False},
    "charts.profile_chart": {"marks": (60.0,)},
    "classes.Classes": {"reverse": False},
    "fields.Field": {"grouped": True},
    "fields.number_text": {"grouped": True},
    "figures.Sheet": {"width_mm": 210.0, "height_mm": 148.0, "columns": 2, "labels": True},
    "figures.save_figure": {"dpi": 300},
    "labels.fields_of": {"most": 12},
    "living.living_map": {"minutes": EVERY_FIVE},
    "pictures.Layer": {"size": 1.2, "names": False, "shared": False},
    "styles.Sizes": {"max_px": 18.0},
    "styles.AreaStyle": {"shown": True, "opacity": 0.8, "outline_px": 0.8},
    "styles.LineStyle": {"shown": True, "opacity": 0.9, "width_px": 2.0, "dashed": False},
    "styles.PointStyle": {"shown": True, "opacity": 0.9, "radius_px": 5.0},
    "styles.Labels": {"from_zoom": 0.0},
    "systems.add_systems": {"shown": True},
}

DECIDED = {
    "base.MOST_FEATURES": 20000,
    "base.GROUND_M": 500.0,
    "base.GROUND_DIGITS": 4,
    "base.COORDINATE_DIGITS": 5,
    "chart_paper.TAGS_MOST": 12,
    "chart_svg.WIDE": 480.0,
    "chart_svg.HIGH": 290.0,
    "chart_svg.LEFT": 50.0,
    "chart_svg.RIGHT": 14.0,
    "chart_svg.TOP": 20.0,
    "chart_svg.BOTTOM": 46.0,
    "chart_svg.TAGS_MOST": 6,
    "charts.MOST_MIN": 180.0,
    "charts.LINES_MOST": 8,
    "charts.SMALLEST_SHARE": 0.01,
    "differences.BREAKS": (-15.0, -5.0, -0.5, 0.5, 5.0, 15.0, 30.0),
    "differences.SIMPLIFY_M": 200.0,
    "drawing.MINUTE_BREAKS": (15.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0),
    "drawing.SHARE_BREAKS": (0.2, 0.4, 0.6, 0.8),
    "drawing.CLASSES": 5,
    "figures.MM_PER_INCH": 25.4,
    "figures.DPI": 300,
    "figures.SCREEN_DPI": 110,
    "figures.FINENESS": 3000.0,
    "figures.MOST_LABELS": 160,
    "living.TICK_MIN": 0.02,
    "living.NEVER": 65535,
    "living.BREAKS": (15.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0),
    "living.STEPS_MIN": EVERY_FIVE,
    "living.SIMPLIFY_M": 400.0,
    "living.DIGITS": 4,
    "living.OPACITY": 0.92,
    "living.COUNTY_ZOOM": 8.5,
    "pictures.WIDE": 1000.0,
    "pictures.SHAPE": 1.3,
    "pictures.FINE": 1.2,
    "pictures.TYPE": 19.0,
    "report_page.MOST_BYTES": 12000000,
    "results.SIMPLIFY_M": 150.0,
    "scorecard_page.MAP_BREAKS": (20.0, 40.0, 60.0, 80.0),
    "scorecard_page.MAPS_MOST": 18,
    "systems.BREAKS": (30.0, 60.0, 120.0, 180.0),
    "systems.SIMPLIFY_M": 250.0,
    "word.ROWS_MOST": 30,
    "word.COLUMNS_MOST": 8,
    "word.FIGURE_CM": 15.5,
}


def test_defaults_are_those_decided() -> None:
    assert defaults_of("maps") == DEFAULTS


def test_numbers_are_those_decided() -> None:
    assert constants_of("maps") == DECIDED
