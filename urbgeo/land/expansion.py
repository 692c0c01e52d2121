"""How a city grew between two dates, and how dense its roads are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.checks import check_columns, check_lines, check_polygons, check_quantity, is_finite_number
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.rasters.stretch import local_crs
from urbgeo.results import with_names
from urbgeo.words import BOTH, directions

LEI_BUFFER_M = 1.0
"""Width of the belt around a new patch; Liu et al. 2010 take 1 m."""

INFILL_ABOVE = 50.0
"""A landscape expansion index above this is infill, above 0 edge expansion, 0 leapfrog (Liu et al. 2010)."""

DUAL_GAP_M = 40.0
DUAL_ANGLE_DEG = 20.0
PIECE_M = 25.0
"""Two one-way lines closer than the gap and that nearly parallel are one dual carriageway. A judgement."""

UNCOUNTED_ROADS = ("service", "footway", "track", "path", "cycleway", "steps", "pedestrian")
"""Classes that road density leaves out."""


def expansion_types(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, buffer_m: float = LEI_BUFFER_M
) -> pd.DataFrame:
    """Landscape expansion index of each new patch: infill, edge expansion or leapfrog.

    ``LEI = 100 A_o / (A_o + A_v)``, with the belt of ``buffer_m`` around the patch divided into old built-up
    land A_o and land that was vacant A_v (other new patches count as vacant).

    Parameters
    ----------
    old, new
        Built-up polygons of the first date, and patches built since; any CRS, ``new`` with unique index.
    buffer_m
        Width of the belt around a new patch.

    Returns
    -------
    pandas.DataFrame
        On the index of ``new``: its name columns, ``area_km2``, ``lei`` (0 to 100), ``kind``, geometry.
        ``attrs["provenance"]`` tells the width of the belt.

    Raises
    ------
    InputError
        For faulty polygons, naming ids, or a belt that is no width.

    Examples
    --------
    >>> old = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 501_000, 3_001_000)], crs=4547)
    >>> boxes = [shapely.box(501_000, 3_000_000, 501_500, 3_000_500), shapely.box(505_000, 0, 505_100, 100)]
    >>> new = gpd.GeoDataFrame(geometry=boxes[:1], crs=4547)
    >>> expansion_types(old, new)["kind"].tolist()
    ['edge']

    References
    ----------
    Liu, X. et al. (2010), A new landscape index for quantifying urban expansion.
    """
    check_polygons(old, "old")
    check_polygons(new, "new")
    check_quantity(buffer_m, "buffer_m")
    metres = local_crs(new)
    before = old.geometry.to_crs(metres).to_numpy()
    patches = new.geometry.to_crs(metres).to_numpy()
    belt = shapely.difference(shapely.buffer(patches, buffer_m), patches)
    tree = shapely.STRtree(before)
    patch, stood = tree.query(belt, predicate="intersects")
    touched = np.zeros(len(patches))
    for one in np.unique(patch):
        # Old polygons may overlap one another: their union, so that nothing counts twice.
        touched[one] = shapely.area(
            shapely.intersection(belt[one], shapely.union_all(before[stood[patch == one]]))
        )
    index = np.clip(100.0 * touched / shapely.area(belt), 0.0, 100.0)
    index[index < 1e-9] = 0.0
    kind = np.where(index > INFILL_ABOVE, "infill", np.where(index > 0, "edge", "leapfrog"))
    table = pd.DataFrame(
        {"area_km2": shapely.area(patches) / 1e6, "lei": index, "kind": kind}, index=new.index
    )
    found = with_names(table, new)
    found.attrs["provenance"] = Provenance({"buffer_m": buffer_m})
    return found


def land_per_growth(
    *, built_start_km2: float, built_end_km2: float, people_start: float, people_end: float, years: float
) -> pd.Series:
    """SDG indicator 11.3.1: land consumption rate over population growth rate.

    ``LCR = (V2 - V1) / V1 / T``, ``PGR = ln(P2 / P1) / T``, ``ratio = LCR / PGR``; NaN when the population
    did not change. Also ``per_person_start_m2`` and ``per_person_end_m2``.

    Raises
    ------
    InputError
        When an amount is not a number > 0.

    Examples
    --------
    >>> given = {"built_start_km2": 100, "built_end_km2": 120, "people_start": 1e6, "people_end": 1.1e6}
    >>> round(float(land_per_growth(**given, years=10)["ratio"]), 2)
    2.1

    References
    ----------
    UN-Habitat, SDG indicator metadata 11.3.1 (2021).
    """
    amounts = {
        "built_start_km2": built_start_km2,
        "built_end_km2": built_end_km2,
        "people_start": people_start,
        "people_end": people_end,
        "years": years,
    }
    wrong = [name for name, value in amounts.items() if not is_finite_number(value) or value <= 0]
    if wrong:
        raise InputError(f"{', '.join(wrong)}: give finite numbers > 0.")
    land = (built_end_km2 - built_start_km2) / built_start_km2 / years
    people = np.log(people_end / people_start) / years
    return pd.Series(
        {
            "land_rate": land,
            "people_rate": people,
            "ratio": land / people if people else np.nan,
            "per_person_start_m2": built_start_km2 * 1e6 / people_start,
            "per_person_end_m2": built_end_km2 * 1e6 / people_end,
        }
    )


def road_density(
    roads: gpd.GeoDataFrame,
    built: gpd.GeoDataFrame,
    *,
    class_column: str | None = "class",
    oneway_column: str | None = "oneway",
    dual_gap_m: float = DUAL_GAP_M,
) -> pd.Series:
    """Kilometres of road per square kilometre of built-up land, dual carriageways counted once.

    A dual carriageway is drawn as two one-way lines; each piece of a one-way line that has another running
    the other way within ``dual_gap_m`` counts half.

    Parameters
    ----------
    roads
        Lines. Classes in :data:`UNCOUNTED_ROADS` are left out when there is a class column.
    built
        Polygons; overlaps count once.
    class_column, oneway_column
        Columns of ``roads`` with the road class (None: every line counts) and the one-way mark (None: every
        line counts in full).
    dual_gap_m
        How near two one-way lines are one dual carriageway.

    Returns
    -------
    pandas.Series
        ``km_per_km2``, ``length_km``, ``drawn_km`` (each line in full), ``built_km2``, ``dual_share`` of the
        drawn length; ``attrs["provenance"]``.

    Raises
    ------
    InputError
        For roads that are no lines, naming ids, or a column that is not there.

    Examples
    --------
    >>> road = shapely.LineString([(500_000, 3_000_500), (501_000, 3_000_500)])
    >>> roads = gpd.GeoDataFrame({"class": ["primary"], "oneway": [False]}, geometry=[road], crs=4547)
    >>> built = gpd.GeoDataFrame(geometry=[shapely.box(500_000, 3_000_000, 501_000, 3_001_000)], crs=4547)
    >>> round(float(road_density(roads, built)["km_per_km2"]), 6)
    1.0
    """
    check_lines(roads, "roads")
    check_polygons(built, "built")
    check_quantity(dual_gap_m, "dual_gap_m", zero=True)
    columns = [name for name in (class_column, oneway_column) if name is not None]
    check_columns(roads, "roads", columns)
    metres = local_crs(built)
    area = built.geometry.to_crs(metres).union_all()
    # A frame of our own: the caller's geometry column may have any name.
    lines = gpd.GeoDataFrame(
        roads[columns].copy(), geometry=roads.geometry.to_crs(metres).to_numpy(), crs=metres
    )
    if oneway_column is not None:
        lines[oneway_column] = directions(roads, "roads", oneway_column, missing=BOTH) != BOTH
    if class_column is not None:
        lines = lines[~lines[class_column].isin(UNCOUNTED_ROADS)]
    lines = lines.assign(geometry=lines.geometry.intersection(area)).explode(ignore_index=True)
    lines = lines[lines.geom_type == "LineString"]
    drawn = float(lines.length.sum())
    twice = 0.0
    if oneway_column is not None:
        twice = _dual_length(lines[lines[oneway_column]], dual_gap_m)
    found = pd.Series(
        {
            "km_per_km2": (drawn - twice / 2) / 1e3 / (area.area / 1e6),
            "length_km": (drawn - twice / 2) / 1e3,
            "drawn_km": drawn / 1e3,
            "built_km2": area.area / 1e6,
            "dual_share": twice / drawn if drawn else 0.0,
        },
        name="road density",
    )
    found.attrs["provenance"] = Provenance({"dual_gap_m": dual_gap_m, "classes": class_column or "all"})
    return found


def _dual_length(oneway: gpd.GeoDataFrame, gap_m: float) -> float:
    """Metres of one-way line that another runs beside the other way."""
    if oneway.empty:
        return 0.0
    cut = shapely.segmentize(oneway.geometry.to_numpy(), PIECE_M)
    xy, line = shapely.get_coordinates(cut, return_index=True)
    same = line[1:] == line[:-1]
    start, end, owner = xy[:-1][same], xy[1:][same], line[:-1][same]
    ahead = end - start
    length = np.hypot(*ahead.T)
    pieces = shapely.linestrings(np.stack([start, end], axis=1))
    middle = shapely.points((start + end) / 2)
    one, other = shapely.STRtree(pieces).query(middle, predicate="dwithin", distance=gap_m)
    turned = (ahead[one] * ahead[other]).sum(axis=1) / (length[one] * length[other])
    beside = (turned <= -np.cos(np.radians(DUAL_ANGLE_DEG))) & (owner[one] != owner[other])
    return float(length[np.unique(one[beside])].sum())
