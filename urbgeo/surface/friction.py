"""Friction grids: land-cover speeds, slopes, roads burnt in; each speed with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from urbgeo.checks import check_columns, check_lines, check_mapping, is_finite_number
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.speeds import ROAD_CLASSES, class_speeds, read_classes
from urbgeo.rasters.align import burnt
from urbgeo.rasters.grid import Grid, check_grid
from urbgeo.surface.steps import TOBLER_RATE, TOBLER_SHIFT
from urbgeo.words import known_roads

TOBLER_TOP_KMH = 6.0
"""Walking speed at the best slope, Tobler (1993)."""

OFF_PATH = 0.6
"""Tobler (1993): off a path one walks at 0.6 of the speed on it."""

_WEISS = "Weiss et al. 2018 land-cover speeds, as published in World Bank accessibility tools"


@dataclass(frozen=True)
class CoverSpeed:
    """How fast a land cover is crossed on foot; None is a barrier."""

    speed_kmh: float | None
    name_zh: str
    source: str
    year: int


COVER_SPEEDS: Mapping[str, CoverSpeed] = {
    "evergreen_needleleaf": CoverSpeed(3.24, "常绿针叶林", _WEISS, 2018),
    "evergreen_broadleaf": CoverSpeed(1.62, "常绿阔叶林", _WEISS, 2018),
    "deciduous_broadleaf": CoverSpeed(4.00, "落叶阔叶林", _WEISS, 2018),
    "mixed_forest": CoverSpeed(3.24, "混交林", _WEISS, 2018),
    "shrub": CoverSpeed(3.00, "灌木", _WEISS, 2018),
    "grass": CoverSpeed(4.20, "草地", _WEISS, 2018),
    "wetland": CoverSpeed(2.00, "湿地", _WEISS, 2018),
    "bare": CoverSpeed(4.86, "裸地", _WEISS, 2018),
    "crop": CoverSpeed(2.50, "耕地", _WEISS, 2018),
    "urban": CoverSpeed(5.00, "建设用地", _WEISS, 2018),
    "snow": CoverSpeed(1.62, "冰雪", _WEISS, 2018),
    "water": CoverSpeed(None, "水域", "urbgeo default: water is a barrier where no bridge is burnt in", 2024),
}
"""Walking speeds by land cover; the published table lets water be crossed at 0.5 km/h."""


def tobler_kmh(slope: ArrayLike, *, on_path: bool = True) -> NDArray[np.float64]:
    """Walking speed on a slope, ``6 exp(-3.5 |slope + 0.05|)`` km/h; ``slope`` is rise over run, signed.

    >>> round(float(tobler_kmh(0.0)), 3)
    5.037

    References
    ----------
    Tobler, W. (1993), Three presentations on geographical analysis and modeling.
    """
    rise = np.asarray(slope, dtype=np.float64)
    speed = TOBLER_TOP_KMH * np.exp(-TOBLER_RATE * np.abs(rise + TOBLER_SHIFT))
    return np.asarray(speed if on_path else OFF_PATH * speed)


def cover_friction(
    cover: Grid, legend: Mapping[int, str], *, speeds_kmh: Mapping[str, float | None] | None = None
) -> Grid:
    """Minutes per metre over a land-cover grid.

    Parameters
    ----------
    cover
        Class codes; NaN is nodata and becomes a barrier.
    legend
        Name in :data:`COVER_SPEEDS` (or in ``speeds_kmh``) of every code.
    speeds_kmh
        Speeds that replace or add to the table; None is a barrier.

    Returns
    -------
    Grid
        float32, ``60 / (1000 km/h)``; NaN where nothing can pass.

    Raises
    ------
    InputError
        Naming codes without a name, names without a speed, and speeds that are not > 0.

    Examples
    --------
    >>> from affine import Affine
    >>> cover = Grid(np.array([[1.0, 2.0]]), Affine(100, 0, 500_000, 0, -100, 3_000_000), 4547)
    >>> cover_friction(cover, {1: "urban", 2: "water"}).values.round(4).tolist()
    [[0.012000000104308128, nan]]
    """
    check_grid(cover, "cover")
    check_mapping(legend, "legend", "{1: 'crop', 2: 'water'}")
    if speeds_kmh is not None:
        check_mapping(speeds_kmh, "speeds_kmh", "{'crop': 2.5}")
    table = {name: row.speed_kmh for name, row in COVER_SPEEDS.items()} | dict(speeds_kmh or {})
    codes = np.unique(cover.values[~cover.missing])
    faults = Faults("cover")
    if not len(codes):
        faults.add("every cell is nodata")
    if unnamed := [code for code in codes.tolist() if code not in legend]:
        faults.add("codes without a name in the legend", ids=unnamed)
    if unknown := sorted({legend[code] for code in codes.tolist() if code in legend} - set(table)):
        faults.add("no speed for", ids=unknown, remedy=f"known are {', '.join(table)}")
    given = {name: speed for name, speed in table.items() if speed is not None}
    wrong = [name for name, speed in given.items() if not is_finite_number(speed) or speed <= 0]
    if wrong:
        faults.add("speed is not a number > 0", ids=wrong, remedy="give km/h, or None for a barrier")
    faults.raise_if_any()
    friction = np.full(cover.shape, np.nan, np.float32)
    for code in codes.tolist():
        speed = table[legend[code]]
        if speed is not None:
            friction[cover.values == code] = 60.0 / (1000.0 * speed)
    return cover.having(friction, source=f"friction on foot over {cover.source or 'land cover'}")


def burn_roads(
    friction: Grid,
    roads: gpd.GeoDataFrame,
    *,
    class_column: str = "class",
    speeds_kmh: Mapping[str, float] | None = None,
) -> tuple[Grid, Grid]:
    """Roads burnt into a friction grid, the quickest road of a cell counting; bridges open barriers.

    Classes that are joined at their ends only (motorways) are left out: give them to
    :func:`urbgeo.surface.motorways.compile_motorways`.

    Parameters
    ----------
    friction
        Minutes per metre.
    roads
        Lines with a road class of :data:`urbgeo.network.speeds.ROAD_CLASSES`, or a word or number (国道, G4).
    class_column
        The column of ``roads`` with the class.
    speeds_kmh
        Running speeds that replace those of the table.

    Returns
    -------
    tuple
        The friction with roads, and a bool grid of the cells that carry one (where a slope does not count).

    Raises
    ------
    InputError
        For a missing column, unknown classes, or lines without geometry, naming ids.

    Examples
    --------
    >>> from affine import Affine
    >>> import shapely
    >>> land = Grid(np.full((1, 2), 0.012), Affine(100, 0, 500_000, 0, -100, 3_000_100), 4547)
    >>> street = shapely.LineString([(500_010, 3_000_050), (500_090, 3_000_050)])
    >>> roads = gpd.GeoDataFrame({"class": ["primary"]}, geometry=[street], crs=4547)
    >>> burn_roads(land, roads)[1].values.tolist()
    [[True, False]]
    """
    check_grid(friction, "friction")
    check_lines(roads, "roads")
    check_columns(roads, "roads", [class_column])
    if not np.issubdtype(friction.values.dtype, np.floating):
        raise InputError(f"friction: minutes per metre are needed, not {friction.values.dtype}.")
    classes = read_classes(roads[class_column])
    if classes.isna().any():
        raise InputError(f"roads: no class at {', '.join(map(str, classes.index[classes.isna()][:10]))}.")
    unknown = ~classes.isin(list(ROAD_CLASSES))
    if unknown.any():
        raise InputError(
            f"roads: unknown class {some_of(sorted(classes[unknown].unique()))} at "
            f"{some_of(roads.index[unknown])}; known are {', '.join(ROAD_CLASSES)}, {known_roads()}."
        )
    speeds = class_speeds(speeds_kmh)
    enters = classes.map(lambda name: ROAD_CLASSES[name].joinable).astype(bool)
    joinable = roads[enters]
    cost = 60.0 / (1000.0 * classes[enters].map(speeds).astype(float))
    paved = burnt(joinable, friction, values=cost).values
    carries = ~np.isnan(paved)
    values = np.where(carries, np.fmin(paved, friction.values), friction.values)
    kind = friction.values.dtype
    made = friction.having(values.astype(kind), source=f"{friction.source} with {len(joinable)} roads")
    return made, friction.having(carries, source="cells with a road")


def speed_table() -> pd.DataFrame:
    """All speeds of this module and of the road classes, one row each, with source and year.

    >>> float(speed_table().set_index("name").loc["crop", "speed_kmh"])
    2.5
    """
    rows = [("cover", name, row.speed_kmh, row.source, row.year) for name, row in COVER_SPEEDS.items()]
    rows += [("road", name, row.speed_kmh, row.source, row.year) for name, row in ROAD_CLASSES.items()]
    return pd.DataFrame(rows, columns=["kind", "name", "speed_kmh", "source", "year"])
