"""Figures of the check-up that stand on a layer of one's own: streets, land use, units, commuting, rings."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.amounts import amount_of, warn
from urbgeo.arguments import check_object, check_year
from urbgeo.checks import (
    check_amounts,
    check_columns,
    check_crs,
    check_ids,
    check_lines,
    check_points,
    check_polygons,
    check_quantity,
    check_range,
    check_share,
    numbers_of,
)
from urbgeo.crs import metric_crs
from urbgeo.errors import Faults, InputError
from urbgeo.standards import COMMUTE_MIN

NODE_M = 1.0
"""Ends of streets this near each other meet."""

LIMIT_SHARE = 0.85
"""Share of urban residents that a path levels off at, unless another is given."""


def share_holding(zones: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame) -> pd.Series:
    """Which units hold at least one facility; its mean is the share of units.

    Parameters
    ----------
    zones, facilities
        Polygons, and points in any CRS; a point on a border belongs to both sides.

    Returns
    -------
    pandas.Series
        Number of facilities by zone, 0 where none.

    Raises
    ------
    InputError
        For layers without CRS, and geometry other than polygons and points, naming ids.

    Examples
    --------
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=32650)
    >>> points = gpd.GeoDataFrame(geometry=[shapely.Point(0.5, 0.5)], crs=32650)
    >>> (share_holding(zones, points) > 0).mean().item()
    0.5
    """
    check_polygons(zones, "zones")
    check_points(facilities, "facilities", allow_empty=True)
    if facilities.empty:
        warn(f"facilities: it has no rows; none of the {len(zones)} zones holds one.")
    tree = shapely.STRtree(facilities.to_crs(zones.crs).geometry.to_numpy())
    zone, _ = tree.query(zones.geometry.to_numpy(), predicate="intersects")
    return pd.Series(np.bincount(zone, minlength=len(zones)), zones.index, name="facilities")


def share_near(
    places: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, *, within_m: float, population: str | None = None
) -> float:
    """Share of places (or of their people) with a facility within so many metres in a straight line.

    Parameters
    ----------
    places, facilities
        Points, lines or polygons, one kind a layer, with a CRS; of places the middles are taken.
    within_m
        Closed upper bound of the distance.
    population
        Column of ``places``; None: every place counts alike.

    Returns
    -------
    float
        Between 0 and 1; 0 without a facility, NaN where nobody lives.

    Raises
    ------
    InputError
        For layers without CRS, shapes that are missing or of several kinds, places without rows, a distance
        that is not finite and > 0, and people that are no amounts.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([5e5, 5.006e5], [3e6, 3e6]), crs=32650)
    >>> share_near(places, places.iloc[:1], within_m=500.0)
    0.5
    """
    _check_one_kind(places, "places")
    if not (isinstance(facilities, gpd.GeoDataFrame) and facilities.empty):
        _check_one_kind(facilities, "facilities")
    within_m = check_quantity(within_m, "within_m")
    crs = metric_crs(places)
    here = places.geometry.to_crs(crs)
    weights = (
        pd.Series(1.0, places.index)
        if population is None
        else amount_of(population, places, name="population", frame_name="places")
    )
    if facilities.empty or weights.sum() <= 0:
        return 0.0 if weights.sum() > 0 else math.nan
    tree = shapely.STRtree(facilities.geometry.to_crs(crs).to_numpy())
    near = np.zeros(len(here), bool)
    near[tree.query(here.centroid.to_numpy(), predicate="dwithin", distance=within_m)[0]] = True
    return float(weights[near].sum() / weights.sum())


def _check_one_kind(layer: gpd.GeoDataFrame, name: str) -> None:
    """Refuse anything but points, lines or polygons, of the kind that the first shape is."""
    check_crs(layer, name)
    kinds = layer.geom_type.dropna()
    first = str(kinds.iloc[0]) if len(kinds) else "Point"
    check = check_lines if "Line" in first else check_polygons if "Polygon" in first else check_points
    check(layer, name)


def street_pattern(streets: gpd.GeoDataFrame) -> pd.Series:
    """Dead ends, blocks and grades of a street network.

    Parameters
    ----------
    streets
        Lines; a column ``class`` for the grades.

    Returns
    -------
    pandas.Series
        ``length_km``, ``dead_end_share`` (of the ends and crossings where streets meet or end),
        ``crossings`` (three ways or more), ``block_ha`` (mean area of what streets enclose; NaN without a
        block), ``share <class>`` (of the length).

    Raises
    ------
    InputError
        For a layer without CRS, and geometry other than lines.

    Examples
    --------
    >>> square = shapely.box(5e5, 3e6, 5.001e5, 3.0001e6).exterior
    >>> tail = shapely.LineString([(5e5, 3e6), (4.999e5, 3e6)])
    >>> pattern = street_pattern(gpd.GeoDataFrame(geometry=[square, tail], crs=32650))
    >>> round(float(pattern["block_ha"]), 2), float(pattern["dead_end_share"])
    (1.0, 0.5)
    """
    import networkx as nx

    check_lines(streets, "streets")
    flat = streets.to_crs(metric_crs(streets))
    noded = shapely.get_parts(shapely.union_all(shapely.set_precision(flat.geometry.to_numpy(), NODE_M / 10)))
    graph = nx.MultiGraph()
    for line in noded:
        ends = shapely.get_coordinates(line)[[0, -1]].round(0)
        graph.add_edge(tuple(ends[0]), tuple(ends[1]))
    degree = np.array([number for _, number in graph.degree()])
    telling = degree[degree != 2]
    blocks = shapely.area(shapely.get_parts(shapely.polygonize(noded)))
    length = shapely.length(flat.geometry.to_numpy()) / 1000.0
    found = {
        "length_km": float(length.sum()),
        "dead_end_share": float((telling == 1).mean()) if len(telling) else 0.0,
        "crossings": float((degree >= 3).sum()),
        "block_ha": float(blocks.mean() / 1e4) if len(blocks) else math.nan,
    }
    if "class" in streets:
        by_class = pd.Series(length, streets["class"].astype(str)).groupby(level=0).sum() / length.sum()
        found |= {f"share {name}": float(share) for name, share in by_class.items()}
    return pd.Series(found)


def mixed_use(land_use: gpd.GeoDataFrame, column: str = "use") -> float:
    """Mix of land uses by area: Shannon's entropy over its most, 0 = one use, 1 = all in equal parts.

    Examples
    --------
    >>> parts = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    >>> uses = gpd.GeoDataFrame({"use": ["a", "b"]}, geometry=parts, crs=32650)
    >>> round(mixed_use(uses), 6)
    1.0
    """
    check_polygons(land_use, "land_use")
    check_columns(land_use, "land_use", [column])
    area = land_use.to_crs(metric_crs(land_use)).area.groupby(land_use[column], observed=True).sum()
    shares = area[area > 0] / area.sum()
    return float(-(shares * np.log(shares)).sum() / np.log(len(shares))) if len(shares) > 1 else 0.0


def commuting_measures(flows: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """What flows of workers with their minutes say.

    Parameters
    ----------
    flows
        ``from_zone`` (lives), ``to_zone`` (works), ``workers``, ``minutes``.

    Returns
    -------
    overall : pandas.Series
        ``workers``, ``mean_min``, ``share_45``, ``share_60``, ``self_containment`` (work where they live).
    zones : pandas.DataFrame
        By zone: ``workers`` (who live there), ``jobs``, ``jobs_per_worker``, ``self_containment``.

    Raises
    ------
    InputError
        For missing columns, workers or minutes that are missing or negative, and where nobody works.

    Examples
    --------
    >>> flows = pd.DataFrame({"from_zone": ["a", "a"], "to_zone": ["a", "b"]})
    >>> flows = flows.assign(workers=[3, 1], minutes=[10, 50])
    >>> overall, zones = commuting_measures(flows)
    >>> float(overall["mean_min"]), float(overall["share_45"]), float(zones.at["b", "jobs"])
    (20.0, 0.75, 1.0)
    """
    check_columns(flows, "flows", ["from_zone", "to_zone", "workers", "minutes"])
    read = check_amounts(flows, "flows", ["workers", "minutes"])
    workers, minutes = read["workers"], read["minutes"]
    if workers.sum() <= 0:
        raise InputError("flows: no workers at all; check the column.")
    stay = flows["from_zone"] == flows["to_zone"]
    lives = workers.groupby(flows["from_zone"]).sum()
    zones = pd.DataFrame({"workers": lives, "jobs": workers.groupby(flows["to_zone"]).sum()}).fillna(0.0)
    own = workers[stay].groupby(flows["from_zone"][stay]).sum().reindex(zones.index, fill_value=0.0)
    zones["jobs_per_worker"] = zones["jobs"] / zones["workers"].where(zones["workers"] > 0)
    zones["self_containment"] = own / zones["workers"].where(zones["workers"] > 0)
    overall = pd.Series(
        {
            "workers": workers.sum(),
            "mean_min": (workers * minutes).sum() / workers.sum(),
            "share_45": workers[minutes <= COMMUTE_MIN].sum() / workers.sum(),
            "share_60": workers[minutes <= 60.0].sum() / workers.sum(),
            "self_containment": workers[stay].sum() / workers.sum(),
        }
    )
    return overall, zones.rename_axis("zone")


def spacing_along(line: shapely.LineString, points: gpd.GeoSeries) -> pd.Series:
    """Kilometres between neighbouring points along a line (service areas along an expressway), ends included.

    - ``line``: In a metric CRS, that of the points.
    - ``points``: Each counts where it is nearest to the line.

    Examples
    --------
    >>> way = shapely.LineString([(0, 0), (100_000, 0)])
    >>> spacing_along(way, gpd.GeoSeries([shapely.Point(30_000, 5)], crs=32650)).tolist()
    [30.0, 70.0]
    """
    along = np.sort(shapely.line_locate_point(line, points.to_numpy()))
    stops = np.concatenate([[0.0], along, [line.length]])
    return pd.Series(np.diff(stops) / 1000.0, name="gap_km")


def closed_rings(lines: gpd.GeoDataFrame, seats: gpd.GeoDataFrame) -> pd.Series:
    """Which seats lie inside a closed ring of lines: dykes round a town, expressways round a city.

    Examples
    --------
    >>> ring = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 2, 2).exterior], crs=32650)
    >>> seats = gpd.GeoDataFrame(geometry=gpd.points_from_xy([1, 5], [1, 5]), crs=32650)
    >>> closed_rings(ring, seats).tolist()
    [True, False]
    """
    check_crs(lines, "lines")
    check_points(seats, "seats")
    noded = shapely.get_parts(shapely.union_all(lines.to_crs(seats.crs).geometry.to_numpy()))
    inside = shapely.union_all(shapely.get_parts(shapely.polygonize(noded)))
    return pd.Series(shapely.contains(inside, seats.geometry.to_numpy()), seats.index, name="closed")


def land_quota(growth: pd.Series, total_km2: float, *, floor_share: float = 0.0) -> pd.Series:
    """A quota of new land shared out by the growth of urban people; who shrinks gets the floor only.

    Parameters
    ----------
    growth
        Additional urban people by unit, persons; negative where they leave.
    total_km2
        To be shared out.
    floor_share
        Part of it that all units get alike.

    Returns
    -------
    pandas.Series
        km² on the index of ``growth``, together ``total_km2``; equal parts where no unit grows.

    Raises
    ------
    InputError
        For growth that is not finite, a negative total, and a floor outside 0 to 1.

    Examples
    --------
    >>> land_quota(pd.Series({"a": 300.0, "b": 100.0, "c": -50.0}), 8.0).tolist()
    [6.0, 2.0, 0.0]
    """
    total_km2 = check_quantity(total_km2, "total_km2", zero=True)
    floor_share = check_share(floor_share, "floor_share")
    values = _growth(growth)
    gain = values.clip(lower=0.0)
    floor = total_km2 * floor_share / len(values)
    if gain.sum() == 0:
        return pd.Series(total_km2 / len(values), values.index)
    return floor + total_km2 * (1.0 - floor_share) * gain / gain.sum()


def _growth(growth: pd.Series) -> pd.Series:
    """People more or fewer by unit, as floats."""
    check_object(growth, "growth", pd.Series, "give people by the ids of the units")
    check_ids(growth.index, "growth")
    if growth.empty:
        raise InputError("growth: it has no rows; give at least one unit.")
    faults = Faults("growth")
    values = numbers_of(faults, growth.rename("growth"), allow_missing=False)
    if values is not None and np.isinf(values).any():
        faults.add("infinite", ids=values.index[np.isinf(values)], remedy="give finite numbers")
    faults.raise_if_any()
    assert values is not None
    return values


def urbanisation_path(
    base: tuple[int, float], target: tuple[int, float], *, limit: float = LIMIT_SHARE
) -> pd.Series:
    """A path of the urban share that meets a target and slows: the logistic curve through both points.

    Parameters
    ----------
    base, target
        Year and share (0 to 1).
    limit
        Share that the curve levels off at.

    Returns
    -------
    pandas.Series
        Share by year, from base to target.

    Raises
    ------
    InputError
        For years that do not rise, and shares that do not lie between 0 and ``limit``.

    Examples
    --------
    >>> path = urbanisation_path((2020, 0.5876), (2035, 0.72))
    >>> round(float(path[2035]), 4), bool(path.diff().iloc[-1] < path.diff().iloc[1])
    (0.72, True)
    """
    (start, first), (end, last) = _year_and_share(base, "base"), _year_and_share(target, "target")
    limit = check_range(limit, "limit", 0.0, 1.0, open_low=True)
    if not start < end or not all(0 < one < limit for one in (first, last)):
        raise InputError(f"urbanisation_path: years must rise and shares lie between 0 and limit={limit:g}.")
    odds = [math.log(one / (limit - one)) for one in (first, last)]
    years = np.arange(start, end + 1)
    logit = odds[0] + (odds[1] - odds[0]) * (years - start) / (end - start)
    return pd.Series(limit / (1.0 + np.exp(-logit)), pd.Index(years, name="year"), name="urban_share")


def _year_and_share(given: object, name: str) -> tuple[int, float]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise InputError(f"{name}: {given!r}; give a year and a share, e.g. (2020, 0.59).")
    return check_year(given[0], name), check_share(given[1], name)
