"""Delineation of an urban development boundary (城镇开发边界): whole pieces drawn along lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.checks import check_amounts, check_points, check_quantity, check_share, is_whole_number
from urbgeo.errors import Faults, InputError
from urbgeo.land.growing import Growing, adjoining, grown, joined, towns_of, whole_pieces
from urbgeo.land.outline import lines_across, outline_along
from urbgeo.land.patches import cells_of
from urbgeo.land.zones import (
    CONCENTRATED,
    ELASTIC,
    SPECIAL,
    figures_of,
    left_out_of,
    pieces_of,
    zone_polygons,
)
from urbgeo.parallel import let_go
from urbgeo.provenance import Provenance
from urbgeo.rasters.grid import Grid, check_bools, check_metric, check_same_grid
from urbgeo.results import Result
from urbgeo.standards import ELASTIC_SHARE, EXPANSION_MULTIPLE, SMALLEST_PIECE_HA
from urbgeo.types import Flags, Floats, Shapes

FILL_SHARE = 0.5
"""Joining pieces takes at most this share of the new land; else only narrower gaps are joined."""


@dataclass(frozen=True)
class BoundaryRules:
    """How a boundary is drawn.

    Attributes
    ----------
    elastic_share
        Elastic over concentrated area, see :func:`urbgeo.standards.elastic_share`.
    expansion_multiple, base_built_km2
        The whole boundary may have at most so many times the base year's built-up land (the built grid when
        None); the elastic area is cut back to it.
    smallest_piece_ha, fill_holes_ha
        Smaller pieces are left out and listed; smaller holes without an exclusion in them are filled.
    gap_m
        Pieces nearer than this are joined where nothing forbids it.
    radius_cells, neighbour_power
        Neighbourhood, and how strongly it counts (0: by score alone).
    along_m
        How far the outline may move to follow a line of ``along``.
    special_reach_m
        How far from the boundary special-use land is taken; None for whole patches.
    special_counts
        Whether the special-use zone counts in the expansion multiple; the rule's text was not at hand.
    smooth
        Round the stairs of the cells off where no lines are given; the area stays within 1 %.

    Raises
    ------
    InputError
        For a number out of its range.
    """

    elastic_share: float = ELASTIC_SHARE
    expansion_multiple: float = EXPANSION_MULTIPLE
    base_built_km2: float | None = None
    smallest_piece_ha: float = SMALLEST_PIECE_HA
    fill_holes_ha: float = 1.0
    gap_m: float = 200.0
    radius_cells: int = 2
    neighbour_power: float = 1.0
    along_m: float = 200.0
    special_reach_m: float | None = None
    special_counts: bool = True
    smooth: bool = True

    def __post_init__(self) -> None:
        check_share(self.elastic_share, "elastic_share")
        check_quantity(self.expansion_multiple, "expansion_multiple")
        for name in ("smallest_piece_ha", "fill_holes_ha", "gap_m", "neighbour_power"):
            check_quantity(getattr(self, name), name, zero=True)
        check_quantity(self.along_m, "along_m")
        for name in ("special_reach_m", "base_built_km2"):
            if getattr(self, name) is not None:
                check_quantity(getattr(self, name), name)
        radius = self.radius_cells
        if not is_whole_number(radius, 1):
            raise InputError(f"radius_cells: {radius!r}; give a whole number of cells >= 1.")


DEFAULT_RULES = BoundaryRules()


@dataclass(frozen=True, eq=False, repr=False)
class Boundary(Result):
    """A development boundary.

    ``table``: one row per piece, the largest first: ``town`` (nearest of ``towns``), ``area_km2``,
    ``built_km2``, ``new_km2``, ``elastic_km2``, ``special_km2``, ``why``, geometry. ``polygons``: one row per
    zone with ``zone``, ``area_km2``, ``cells_km2``, ``polsby_popper``, ``smoothed``. ``zones``: 0 outside, 1
    concentrated, 2 elastic, 3 special use. ``figures``: areas and ratios. ``left_out``: built-up land
    outside, one row per patch with ``area_ha`` and ``why``; ``left_out_cells`` the same on the grid.
    """

    table: gpd.GeoDataFrame
    polygons: gpd.GeoDataFrame
    zones: Grid
    figures: pd.Series
    left_out: gpd.GeoDataFrame
    left_out_cells: Grid
    provenance: Provenance
    _shown = "area_km2"
    _titles = ("城镇开发边界", "Development boundary")

    @property
    def summary(self) -> pd.DataFrame:
        """The figures, one row."""
        return self.figures.to_frame().T

    def _headline(self) -> str:
        return (
            f"{len(self.table)} pieces, {self.figures['boundary_km2']:,.1f} km2, "
            f"{self.figures['expansion_multiple']:.2f} times the built-up land"
        )

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Also zones and what is left out."""
        return {**super().tables(), "zones": self.polygons, "left_out": self.left_out}


def delineate_boundary(
    built: Grid,
    score: Grid,
    excluded: Grid,
    *,
    demand_km2: float,
    special: Grid | Mapping[str, Grid] | None = None,
    along: gpd.GeoDataFrame | None = None,
    towns: gpd.GeoDataFrame | None = None,
    rules: BoundaryRules = DEFAULT_RULES,
) -> Boundary:
    """Draw a development boundary around existing built-up land.

    Built-up pieces are joined over short gaps; crumbs are left out and listed. The concentrated area grows
    from the rest by ``score`` times the share of chosen cells around, best cell first, each town on its own
    land by its share, until built-up and new land meet the demand to the cell; the elastic area grows on from
    there. No cell of an exclusion is taken, and no polygon touches one. With ``along`` the outline follows
    these lines where they run near, with few vertices, and the area of the whole is that of the cells within
    1 % where exclusions leave any choice.

    Parameters
    ----------
    built, excluded
        bool grids. Built-up land in an exclusion is left out and reported.
    score
        Suitability; cells with a score <= 0 or NaN are never taken.
    demand_km2
        Land of the concentrated area, built-up land included (:func:`urbgeo.units.convert_area` for mu).
    special
        bool grid, or several by name, of parks, heritage and the like. Nothing grows there; patches that
        adjoin the boundary become the special-use zone.
    along
        Lines to follow, any CRS: roads, river banks, administrative borders.
    towns
        Points that share the growth, any CRS; by their column ``demand_km2`` (new land of each, used as
        shares) where there is one, else by the built-up land nearest to each. Without towns every piece
        that stands grows by its size.
    rules
        Shares, smallest piece, gaps, tolerances.

    Returns
    -------
    Boundary
        ``table`` has one row per piece with why it is in.

    Raises
    ------
    InputError
        For layers on other cells, masks that are no bool, demand below the built-up land, above the
        multiple (with its special-use land), or above the suitable land (telling how much is missing), a
        smallest piece above the demand, lines that run nowhere near.

    Examples
    --------
    >>> from affine import Affine
    >>> place = Affine(100, 0, 500_000, 0, -100, 3_000_000)
    >>> town = np.zeros((12, 12), bool)
    >>> town[4:8, 4:8] = True
    >>> built, score = Grid(town, place, 4547), Grid(np.ones((12, 12)), place, 4547)
    >>> drawn = delineate_boundary(built, score, Grid(~np.ones((12, 12), bool), place, 4547), demand_km2=0.18)
    >>> float(drawn.figures["new_km2"]), drawn.table["why"].tolist()
    (0.02, ['built-up land and growth around it'])

    References
    ----------
    MNR, guide to municipal territorial master plans, appendix on the boundary, as widely quoted; Boykov, Y.
    and Kolmogorov, V. (2003), Computing geodesics and minimal surfaces via graph cuts, for the outline.
    """
    if not isinstance(rules, BoundaryRules):
        raise InputError(f"rules: BoundaryRules(...) are needed, not {type(rules).__name__}.")
    check_quantity(demand_km2, "demand_km2")
    parks = {} if special is None else {"special": special} if isinstance(special, Grid) else dict(special)
    _check_masks(built, score, excluded, parks)
    lines = None if along is None else lines_across(along, built)
    shares = None if towns is None else _shares_of(towns)
    cell_km2 = built.cell_km2
    wanted = round(demand_km2 / cell_km2)
    base = float(built.values.sum()) * cell_km2 if rules.base_built_km2 is None else rules.base_built_km2
    most = int(np.floor(base * rules.expansion_multiple / cell_km2 + 1e-9))
    ground = _ground(built, score, excluded, parks, wanted, rules)
    _check_demand(wanted, ground, most, cell_km2, rules)
    how = Growing(
        ground.suitable, excluded.values, ground.small, cells_of(rules.fill_holes_ha / 100.0, cell_km2),
        rules.radius_cells, rules.neighbour_power, towns_of(ground.start, built, towns, shares),
    )  # fmt: skip
    core = let_go(partial(grown, ground.start, ground.free, wanted, how))
    _check_met(core, wanted, cell_km2, rules)
    zones = _zones(core, ground, wanted, most, how, rules, built)
    grid = built.having(zones, source="urbgeo development boundary")
    outline = None if lines is None else _outline(grid, excluded, ground, lines, rules)
    polygons = zone_polygons(grid, excluded, smooth=rules.smooth, outline=outline)
    lost = built.having(built.values & (zones == 0), source="built-up land left out")
    asked = {
        "demand_km2": wanted * cell_km2, **asdict(rules), "base_built_km2": base, "special": tuple(parks),
        "towns": None if towns is None else len(towns), "along": None if along is None else len(along),
    }  # fmt: skip
    return Boundary(
        table=pieces_of(polygons, grid, ground.inside, towns),
        polygons=polygons,
        zones=grid,
        figures=figures_of(zones, ground.inside, built.values, excluded.values, base, cell_km2, parks),
        left_out=left_out_of(lost, excluded.values),
        left_out_cells=lost,
        provenance=Provenance(
            parameters=asked,
            sources=tuple(one.source for one in (built, score, excluded) if one.source),
            shares={"built-up land left out": float(lost.values.sum() / built.values.sum())},
        ),
    )


@dataclass(frozen=True, eq=False)
class _Ground:
    """Where growth may start and go: ``start`` are the pieces that stand, ``inside`` their built-up cells;
    ``free`` cells may be taken, by how ``suitable`` they are; ``park`` is special-use land beside them.
    ``small``: cells of the smallest piece."""

    start: Flags
    inside: Flags
    free: Flags
    suitable: Floats
    park: Flags
    small: int


def _ground(
    built: Grid, score: Grid, excluded: Grid, parks: Mapping[str, Grid], wanted: int, rules: BoundaryRules
) -> _Ground:
    """Built-up land outside the exclusions, joined over short gaps and without crumbs, and what is around."""
    park = np.logical_or.reduce([np.zeros(built.shape, bool), *(grid.values for grid in parks.values())])
    buildable = built.values & ~excluded.values
    suitable = np.where(park & ~buildable, 0.0, np.nan_to_num(score.values, nan=0.0).astype(float))
    usable = ~excluded.values & (suitable > 0) & ~buildable
    gap = int(rules.gap_m / min(built.cell_m))
    budget = int(FILL_SHARE * max(wanted - int(buildable.sum()), 0))
    small = cells_of(rules.smallest_piece_ha / 100.0, built.cell_km2)
    start = whole_pieces(joined(buildable, usable, gap, budget), small)
    park &= ~excluded.values & ~start
    return _Ground(start, start & buildable, usable & ~start, suitable, park, small)


def _zones(
    core: Flags, ground: _Ground, wanted: int, most: int, how: Growing, rules: BoundaryRules, like: Grid
) -> Flags:
    """Concentrated, elastic and special-use cells; the elastic ones are cut back to the multiple."""
    more = min(int(np.floor(wanted * rules.elastic_share + 1e-9)), most - wanted)
    reach = np.inf if rules.special_reach_m is None else rules.special_reach_m
    while True:
        whole = let_go(partial(grown, core, ground.free & ~core, wanted + more, how))
        beside = adjoining(ground.park & ~whole, whole, reach, like.cell_m)
        over = int(whole.sum() + beside.sum()) - most if rules.special_counts else 0
        if over <= 0 or not beside.any():
            break
        if not more:
            raise InputError(
                f"special: with the special-use land beside it the boundary is {over * like.cell_km2:.2f} "
                f"km2 above {rules.expansion_multiple:g} times the base year's built-up land; lower the "
                "demand or special_reach_m, or give special_counts=False."
            )
        more = max(more - over, 0)
    zones: Any = np.zeros(core.shape, np.uint8)
    zones[whole], zones[core], zones[beside] = ELASTIC, CONCENTRATED, SPECIAL
    return zones


def _outline(
    zones: Grid, excluded: Grid, ground: _Ground, lines: Shapes, rules: BoundaryRules
) -> shapely.Geometry:
    """The outline of the whole, on lines where they run near."""
    whole, least = zones.having(zones.values > 0), 1e6 * zones.cell_km2 * ground.small
    return outline_along(
        whole, excluded.values, ground.inside, lines, reach_m=rules.along_m, smallest_m2=least
    )


def _shares_of(towns: gpd.GeoDataFrame) -> Floats | None:
    check_points(towns, "towns")
    if "demand_km2" not in towns:
        return None
    amounts = check_amounts(towns, "towns", ["demand_km2"])["demand_km2"].to_numpy(float)
    if not amounts.sum() > 0:
        raise InputError("towns: demand_km2 is 0 everywhere; give the new land of each town.")
    return np.asarray(amounts / amounts.sum())


def _check_masks(built: Grid, score: Grid, excluded: Grid, parks: Mapping[str, Grid]) -> None:
    masks = {"built": built, "excluded": excluded} | dict(parks)
    check_same_grid({**masks, "score": score})
    check_metric(built, "built")
    check_bools(masks)
    faults = Faults("boundary")
    if not built.values.any():
        faults.add("no cell is built-up", remedy="a boundary grows from existing built-up land")
    if score.missing.all():
        faults.add("score is nodata everywhere")
    faults.raise_if_any()


def _check_demand(wanted: int, ground: _Ground, most: int, cell_km2: float, rules: BoundaryRules) -> None:
    demand, stands, room = wanted * cell_km2, int(ground.start.sum()), int(ground.free.sum())
    if ground.small > wanted:
        raise InputError(
            f"smallest_piece_ha: {rules.smallest_piece_ha:g} ha is larger than the demand, {demand:.2f} km2."
        )
    if not stands:
        raise InputError(
            f"built: no built-up piece outside the exclusions has {rules.smallest_piece_ha:g} ha; lower "
            "smallest_piece_ha."
        )
    if wanted < stands:
        raise InputError(
            f"demand_km2: {demand:.2f} km2 is less than the built-up land of {stands * cell_km2:.2f} km2 the "
            "boundary starts from."
        )
    if wanted > stands + room:
        raise InputError(
            f"demand_km2: {demand:.2f} km2 is above built-up and suitable land together; "
            f"{(wanted - stands - room) * cell_km2:.2f} km2 are missing. Lower the demand, or review the "
            "exclusions."
        )
    if wanted > most:
        raise InputError(
            f"demand_km2: {demand:.2f} km2 is above {rules.expansion_multiple:g} times the base year's "
            f"built-up land, {(wanted - most) * cell_km2:.2f} km2 too much."
        )


def _check_met(core: Flags, wanted: int, cell_km2: float, rules: BoundaryRules) -> None:
    if core.sum() < wanted:
        missing = (wanted - core.sum()) * cell_km2
        raise InputError(
            f"demand_km2: {missing:.2f} km2 are missing; the suitable land left is in pieces below "
            f"{rules.smallest_piece_ha:g} ha. Lower smallest_piece_ha or the demand, or review the "
            "exclusions."
        )
