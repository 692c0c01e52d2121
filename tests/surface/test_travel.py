"""Travel surfaces agree with a published grid, scikit-image and networkx, and with themselves in blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import rasterio
import rasterio.transform
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import Point

from tests.surface.ways import UTM, at, grid, travel_surface, travel_surface_files
from urbgeo.errors import InputError
from urbgeo.rasters.align import align
from urbgeo.rasters.files import read_grid, write_grid
from urbgeo.rasters.grid import Grid
from urbgeo.surface import travel
from urbgeo.surface.friction import tobler_kmh
from urbgeo.surface.results import TravelSurface
from urbgeo.surface.steps import STEPS_16

Floats = NDArray[np.float64]


ESRI_COST = [
    [1, 3, 4, 4, 3, 2],
    [4, 6, 2, 3, 7, 6],
    [5, 8, 7, 5, 6, 6],
    [1, 4, 5, np.nan, 5, 1],
    [4, 7, 5, np.nan, 2, 6],
    [1, 2, 2, 1, 3, 4],
]
ESRI_SOURCES = [(0, 1), (0, 2), (1, 2), (5, 0)]
ESRI_ANSWER = [
    [2.0, 0, 0, 4.0, 6.7, 9.2],
    [4.5, 4.0, 0, 2.5, 7.5, 13.1],
    [8.0, 7.1, 4.5, 4.9, 8.9, 12.7],
    [5.0, 7.5, 10.5, np.nan, 10.6, 9.2],
    [2.5, 5.7, 6.4, np.nan, 7.1, 11.1],
    [0, 1.5, 3.5, 5.0, 7.0, 10.5],
]
"""The illustration of cost distance in the ArcGIS help, to one decimal."""


def test_the_published_cost_distance_grid_comes_out() -> None:
    cost = grid(ESRI_COST)
    found = travel_surface(cost, at(cost, *ESRI_SOURCES)).minutes.values
    np.testing.assert_allclose(found, ESRI_ANSWER, atol=0.051)
    assert found[5, 5] == pytest.approx(10.5)


def oracle(
    cost: Floats, sources: list[tuple[int, int]], neighbours: int, height: Floats | None, uphill: float
) -> tuple[Floats, dict[int, Floats]]:
    """Least minutes by networkx on the explicit graph: of all sources, and of each."""
    rows, columns = cost.shape
    graph = nx.DiGraph()
    graph.add_nodes_from(np.ndindex(rows, columns))
    for r, c in np.ndindex(rows, columns):
        for down, right in STEPS_16[:neighbours]:
            to = r + down, c + right
            if not (0 <= to[0] < rows and 0 <= to[1] < columns):
                continue
            crossed = [cost[r, c], cost[to]]
            if abs(down) == 2:
                crossed += [cost[r + down // 2, c], cost[r + down // 2, c + right]]
            if abs(right) == 2:
                crossed += [cost[r, c + right // 2], cost[r + down, c + right // 2]]
            metres = np.hypot(down, right)
            minutes = metres * np.mean(crossed)
            if height is not None:
                slope = uphill * (height[to] - height[r, c]) / metres
                minutes *= tobler_kmh(0.0) / tobler_kmh(slope)
            if np.isfinite(minutes):
                graph.add_edge((r, c), to, weight=minutes)
    each = {}
    for number, source in enumerate(sources):
        lengths = nx.single_source_dijkstra_path_length(graph, source)
        each[number] = np.array([[lengths.get((r, c), np.inf) for c in range(columns)] for r in range(rows)])
    return np.minimum.reduce(list(each.values())), each


@st.composite
def landscapes(draw: st.DrawFn) -> tuple[Floats, list[tuple[int, int]], Floats]:
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["smooth", "steps", "wide"]))
    if kind == "smooth":
        cost = rng.uniform(1, 5, (rows, columns))
    elif kind == "steps":
        cost = rng.integers(1, 3, (rows, columns)).astype(float)
    else:
        cost = 10.0 ** rng.uniform(-4, 4, (rows, columns))
    cost[rng.random(cost.shape) < draw(st.sampled_from([0.0, 0.3]))] = np.nan
    open_cells = [tuple(cell) for cell in np.argwhere(np.isfinite(cost)).tolist()]
    if not open_cells:
        cost[0, 0], open_cells = 1.0, [(0, 0)]
    picks = rng.choice(len(open_cells), min(3, len(open_cells)), replace=False)
    return cost, [open_cells[i] for i in picks], rng.uniform(0, 1, (rows, columns))


@settings(max_examples=120, deadline=None)
@given(landscapes(), st.sampled_from([8, 16]), st.sampled_from(["flat", "from", "to"]))
def test_minutes_and_allocation_equal_networkx(
    case: tuple[Floats, list[tuple[int, int]], Floats], neighbours: int, slope: str
) -> None:
    cost, sources, height = case
    like = grid(cost)
    surface = travel_surface(
        like,
        at(like, *sources),
        neighbours=neighbours,
        elevation=None if slope == "flat" else grid(height.astype(np.float32)),
        direction="to" if slope == "to" else "from",
    )
    heights = None if slope == "flat" else height.astype(np.float32).astype(float)
    assert surface.allocation is not None
    expected, each = oracle(cost, sources, neighbours, heights, -1.0 if slope == "to" else 1.0)
    found = surface.minutes.values
    assert (np.isnan(found) == np.isnan(cost)).all()
    np.testing.assert_allclose(found[~np.isnan(cost)], expected[~np.isnan(cost)], rtol=1e-6)
    for r, c in np.argwhere(np.isfinite(found)).tolist():
        assert each[int(surface.allocation.values[r, c])][r, c] == pytest.approx(found[r, c], rel=1e-6)
    assert (surface.allocation.values[~np.isfinite(found)] == -1).all()


@settings(max_examples=45, deadline=None)
@given(
    landscapes(),
    st.sampled_from([8, 16, "marching"]),
    st.sampled_from([4, 5, 9]),
    st.booleans(),
    st.booleans(),
)
def test_blocks_of_any_size_give_the_same_bits(
    case: tuple[Floats, list[tuple[int, int]], Floats],
    way: int | str,
    size: int,
    corners: bool,
    sloped: bool,
) -> None:
    sloped = sloped and way != "marching"
    cost, sources, height = case
    cost, height = np.kron(cost, np.ones((3, 3))), np.kron(height, np.ones((3, 3)))
    like = grid(cost)
    points = at(like, *[(3 * r, 3 * c) for r, c in sources])
    how = {
        "neighbours": 8 if way == "marching" else way,
        "marching": way == "marching",
        "through_corners": corners,
        "elevation": grid(height) if sloped else None,
    }
    whole = travel_surface(like, points, **how)
    cut = travel_surface(like, points, block_cells=size, **how)
    for name in ("minutes", "allocation", "back_links"):
        np.testing.assert_array_equal(getattr(whole, name).values, getattr(cut, name).values)


@pytest.mark.parametrize("size", [60, 211])
def test_minutes_equal_scikit_image_on_random_grids(size: int) -> None:
    graph = pytest.importorskip("skimage.graph", reason="scikit-image is the oracle here")
    rng = np.random.default_rng(size)
    cost = rng.uniform(0.5, 20, (size, size + 7))
    cost[rng.random(cost.shape) < 0.2] = np.inf
    cells = [tuple(cell) for cell in np.argwhere(np.isfinite(cost))[:: size * 20].tolist()]
    expected, _ = graph.MCP_Geometric(np.where(np.isfinite(cost), cost, -1)).find_costs(cells)
    like = grid(np.where(np.isfinite(cost), cost, np.nan))
    found = travel_surface(like, at(like, *cells)).minutes.values
    np.testing.assert_allclose(found[np.isfinite(cost)], expected[np.isfinite(cost)], rtol=1e-12)


def excess_over_the_straight_line(cells: int, neighbours: int) -> Floats:
    """Share by which a surface on open ground is longer than the straight line, beyond ten cells."""
    like = grid(np.ones((cells, cells), np.float32))
    middle = cells // 2
    found = travel_surface(like, at(like, (middle, middle)), neighbours=neighbours).minutes.values
    straight = np.hypot(*(np.indices(found.shape) - middle))
    far = (straight > 10) & (straight <= middle)
    return found[far] / straight[far] - 1.0


def test_sixteen_neighbours_come_within_three_percent_of_the_circle() -> None:
    eight, sixteen = excess_over_the_straight_line(401, 8), excess_over_the_straight_line(401, 16)
    assert eight.max() == pytest.approx(1 / np.cos(np.radians(22.5)) - 1, abs=2e-4)
    half_gap = (np.arctan2(1, 1) - np.arctan2(1, 2)) / 2, np.arctan2(1, 2) / 2
    assert sixteen.max() == pytest.approx(1 / np.cos(max(half_gap)) - 1, abs=2e-4)
    assert sixteen.min() >= -1e-9
    assert sixteen.max() < 0.028 < 0.08 < eight.max()
    coarse = excess_over_the_straight_line(51, 16)
    assert sixteen.mean() == pytest.approx(coarse.mean(), abs=0.002), "smaller cells do not help"


def way_back(surface: TravelSurface, row: int, column: int) -> list[tuple[int, int]]:
    assert surface.back_links is not None
    way = [(row, column)]
    while (link := int(surface.back_links.values[way[-1]])) != 0:
        down, right = STEPS_16[link - 1]
        way.append((way[-1][0] - down, way[-1][1] - right))
    return way


def test_back_links_lead_to_the_allocated_source_with_falling_minutes() -> None:
    rng = np.random.default_rng(5)
    like = grid(rng.uniform(1, 9, (40, 30)))
    points = at(like, (3, 4), (30, 20), ids=["north", "south"])
    surface = travel_surface(like, points, neighbours=16)
    for row, column in [(0, 29), (39, 0), (20, 15), (39, 29)]:
        way = way_back(surface, row, column)
        minutes = [surface.minutes.values[cell] for cell in way]
        assert minutes == sorted(minutes, reverse=True)
        number = surface.allocation.values[row, column]
        assert way[-1] == tuple(surface.table.iloc[number][["row", "column"]])


def test_a_wall_is_gone_round_and_a_closed_ring_is_never_entered() -> None:
    cost = np.ones((9, 9))
    cost[2:7, 2:7] = np.nan
    cost[4, 4] = 1.0
    surface = travel_surface(grid(cost), at(grid(cost), (4, 0)))
    assert np.isinf(surface.minutes.values[4, 4])
    assert surface.back_links.values[4, 4] == 255
    assert np.isnan(surface.minutes.values[3, 3])
    assert surface.minutes.values[4, 8] > 8.0


def test_a_diagonal_river_leaks_only_through_open_corners() -> None:
    cost = np.where(np.eye(7, dtype=bool), np.nan, 1.0)
    like = grid(cost)
    source = at(like, (6, 0))
    assert np.isfinite(travel_surface(like, source).minutes.values[0, 6])
    closed = travel_surface(like, source, through_corners=False).minutes.values
    assert np.isinf(closed[0, 6])
    sixteen = travel_surface(like, source, neighbours=16, through_corners=False).minutes.values
    assert np.isinf(sixteen[0, 6])


def test_a_cell_without_a_height_takes_no_slope() -> None:
    heights = np.array([[0.0, 50.0, 100.0], [0.0, 50.0, 100.0]])
    road = np.array([[np.nan, np.nan, np.nan], [0.0, 50.0, 100.0]])
    like = grid(np.ones((2, 3)))
    steep = travel_surface(like, at(like, (0, 0)), elevation=grid(heights)).minutes.values[0, 2]
    assert travel_surface(like, at(like, (0, 0)), elevation=grid(road)).minutes.values[0, 2] == 2.0 < steep


def test_files_hold_the_same_bits_as_memory(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    cost = rng.uniform(0.01, 0.05, (150, 130)).astype(np.float32)
    cost[rng.random(cost.shape) < 0.1] = np.nan
    like = grid(cost, 100.0)
    open_cells = np.argwhere(np.isfinite(cost))
    points = at(like, *[tuple(open_cells[i]) for i in (10, 5000, 15000)])
    path = write_grid(like, tmp_path / "friction.tif")
    files = travel_surface_files(path, points, tmp_path / "out", neighbours=16, block_cells=64)
    whole = travel_surface(like, points, neighbours=16)
    for name in ("minutes", "allocation", "back_links"):
        with rasterio.open(getattr(files, name)) as file:
            np.testing.assert_array_equal(file.read(1), getattr(whole, name).values)
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "allocation.tif", "back_links.tif", "minutes.tif"
    ]  # fmt: skip
    limit = float(np.nanmedian(whole.minutes.values))
    near = travel_surface_files(
        path, points, tmp_path / "near", neighbours=16, block_cells=64, cutoff_min=limit
    )
    with rasterio.open(near.minutes) as file:
        held = whole.minutes.values
        np.testing.assert_array_equal(file.read(1), np.where(held > limit, np.inf, held))


def test_files_are_read_with_their_scale_and_offset(tmp_path: Path) -> None:
    like = grid(np.random.default_rng(3).integers(1, 90, (40, 30)).astype(np.int16), 100.0)
    path = write_grid(like, tmp_path / "friction.tif")
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets, file.nodata = (0.001,), (0.002,), 7
    points = at(like, (3, 4), (30, 20))
    files = travel_surface_files(path, points, tmp_path / "out", block_cells=16)
    by_hand = np.where(like.values == 7, np.nan, like.values * 0.001 + 0.002)
    whole = travel_surface(grid(by_hand, 100.0), points)
    with rasterio.open(files.minutes) as file:
        np.testing.assert_array_equal(file.read(1), whole.minutes.values)


def test_minutes_alone_are_the_same(tmp_path: Path) -> None:
    like = grid(np.random.default_rng(2).uniform(1, 5, (40, 50)).astype(np.float32))
    points = at(like, (3, 3), (30, 40))
    alone = travel_surface(like, points, with_allocation=False, with_back_links=False)
    np.testing.assert_array_equal(alone.minutes.values, travel_surface(like, points).minutes.values)
    assert alone.allocation is None
    assert alone.back_links is None


def test_failed_work_leaves_no_file_behind(tmp_path: Path) -> None:
    like = grid(np.full((8, 8), np.nan, np.float32))
    path = write_grid(like, tmp_path / "friction.tif")
    with pytest.raises(InputError, match="every cell is nodata"):
        travel_surface_files(path, at(like, (0, 0)), tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_the_limit_is_a_closed_bound() -> None:
    like = grid(np.ones((1, 6)))
    found = travel_surface(like, at(like, (0, 0)), cutoff_min=3).minutes.values[0]
    assert found.tolist() == [0, 1, 2, 3, np.inf, np.inf]


def test_sources_that_cannot_be_used_are_told_apart() -> None:
    cost = np.ones((3, 3))
    cost[1, 1] = np.nan
    like = grid(cost)
    points = pd.concat(
        [
            at(like, (0, 0), (1, 1), ids=["ok", "wall"]),
            gpd.GeoDataFrame(geometry=[Point(0, 0)], index=["off"], crs=UTM),
        ]
    )
    surface = travel_surface(like, points)
    assert surface.table["status"].to_dict() == {
        "ok": "on the grid", "wall": "on a barrier", "off": "outside the grid"
    }  # fmt: skip
    assert surface.provenance.shares["sources_used"] == pytest.approx(1 / 3)
    with pytest.raises(InputError, match="none can be used"):
        travel_surface(like, points.drop("ok"))


def test_nothing_given_is_changed() -> None:
    like = grid(np.ones((5, 5)))
    before = like.values.copy()
    travel_surface(like, at(like, (0, 0)))
    np.testing.assert_array_equal(like.values, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"marching": True, "neighbours": 16}, "leave neighbours=8"),
        ({"marching": True, "elevation": grid(np.ones((5, 5)))}, "cannot follow slopes"),
        ({"marching": True, "source_disc_m": -1.0}, "source_disc_m"),
        ({"source_disc_m": 5.0}, "marching=True"),
        ({"values": np.full((5, 5), np.nan)}, "every cell is nodata"),
        ({"values": np.zeros((5, 5))}, "25 cells are <= 0"),
        ({"values": np.ones((5, 5), int)}, "minutes per metre"),
        ({"crs": 4326}, "not metres"),
        ({"neighbours": 4}, "choose 8 or 16"),
        ({"direction": "back"}, "'from', 'to'"),
        ({"cutoff_min": 0}, "cutoff_min"),
        ({"block_cells": 3}, "block_cells: 3; give a whole number of cells >= 4"),
        ({"block_cells": 4.5}, "block_cells"),
        ({"elevation": grid(np.ones((4, 4)))}, "has other cells than 'friction'"),
    ],
)
def test_what_cannot_be_worked_with_is_refused(change: dict[str, object], message: str) -> None:
    parts: dict[str, object] = {"values": np.ones((5, 5)), "crs": UTM} | change
    values, crs = parts.pop("values"), parts.pop("crs")
    transform = Affine(0.1, 0, 112, 0, -0.1, 28) if crs == 4326 else grid(np.ones((1, 1))).transform
    like = Grid(np.asarray(values), transform, crs)
    with pytest.raises(InputError, match=message):
        travel_surface(like, at(like, (0, 0)), **parts)


def test_rules_are_given_as_rules_and_a_block_has_four_cells_or_more() -> None:
    even = grid(np.full((1, 5), 0.25))
    table: Any = {"neighbours": 8}
    with pytest.raises(InputError, match=r"rules: SurfaceRules\(...\) are needed, not dict"):
        travel.travel_surface(even, at(even, (0, 0)), rules=table)
    assert travel_surface(even, at(even, (0, 0)), block_cells=4).minutes.values.tolist() == [
        [0.0, 0.25, 0.5, 0.75, 1.0]
    ]


def test_walking_over_the_hills_of_porto_alegre(shared_data: Path) -> None:
    degrees = read_grid(shared_data / "porto_alegre" / "poa_elevation.tif")
    box = gpd.GeoSeries([shapely.box(*rasterio.transform.array_bounds(*degrees.shape, degrees.transform))])
    west, _, _, north = box.set_crs(degrees.crs).to_crs(32722).total_bounds
    frame = Grid(np.zeros((200, 150)), Affine(100, 0, west, 0, -100, north), 32722)
    heights = align(degrees, frame, resampling="bilinear")
    pace = np.where(np.isnan(heights.values), np.nan, 60.0 / (1000.0 * float(tobler_kmh(0.0))))
    source = at(frame, (100, 75))
    out = travel_surface(frame.having(pace), source, elevation=heights, neighbours=16)
    back = travel_surface(frame.having(pace), source, elevation=heights, neighbours=16, direction="to")
    reached = np.isfinite(out.minutes.values)
    straight_km = np.hypot(*((np.indices(frame.shape).T - [100, 75]).T)) * 0.1
    assert reached.sum() > 10_000
    assert (out.minutes.values >= straight_km / 6.0 * 60 * 0.999)[reached].all()
    assert np.abs(out.minutes.values - back.minutes.values)[reached].max() > 1.0
