"""Raster travel surfaces: minutes to or from sources over a friction grid, in memory or in files."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from numpy.typing import NDArray
from rasterio.windows import Window

from urbgeo.arguments import check_path
from urbgeo.checks import check_choice, check_minutes, check_points
from urbgeo.errors import InputError
from urbgeo.files import written_whole
from urbgeo.options import check_memory, fits_memory
from urbgeo.provenance import Provenance
from urbgeo.rasters.files import RasterFile, opened, profile_of
from urbgeo.rasters.grid import Grid, check_lengths, check_same_grid, float_kind, same_grid
from urbgeo.results import with_names
from urbgeo.surface.blocks import (
    Block,
    MemoryStore,
    Seeds,
    Store,
    Walk,
    blocks_of,
)
from urbgeo.surface.marching import source_discs
from urbgeo.surface.motorways import MotorwayRamps
from urbgeo.surface.results import DEFAULT_RULES, LEAST_BLOCK, SurfaceFiles, SurfaceRules, TravelSurface
from urbgeo.surface.solve import solve, write_links
from urbgeo.surface.steps import NO_LINK
from urbgeo.types import Values

NO_SOURCE = -1
"""Allocation of a cell that no source reaches."""

FILE_BLOCK = 2048
"""Cells on a side of the blocks a file is worked in: about 100 MB at a time."""

SMALLEST_BLOCK = 256
"""Blocks are made no smaller than this to keep to ``options.memory_gb``."""

BYTES_PER_CELL, BYTES_PER_CELL_IN_BLOCKS = 40, 24
"""Of a surface solved at once, and of one solved block by block, beside its block."""

_TILE = 256
_MOST_CELLS_AT_ONCE = 2**31 - 2**20
"""Cells of a block, its border included, are numbered in 32 bits."""

_NO_HEIGHT = "elevation: every cell is nodata; leave it out, or give heights where no road runs."


def travel_surface(
    friction: Grid,
    sources: gpd.GeoDataFrame,
    *,
    elevation: Grid | None = None,
    motorways: MotorwayRamps | None = None,
    direction: str = "from",
    cutoff_min: float | None = None,
    rules: SurfaceRules = DEFAULT_RULES,
) -> TravelSurface:
    """Least minutes between every cell and its nearest source over a friction grid.

    A step costs its metres times the mean friction of the cells it crosses: two for the eight near
    neighbours, four for a knight's step of 16. Ways along a ray that is no step are too long by at most
    8.2 % with 8 neighbours and 2.8 % with 16 on open ground, however small the cells. With ``marching`` the
    minutes between two neighbours are linear, so a front crosses open ground in every direction and the
    error falls with the size of the cells; roads one cell wide keep their steps.

    Parameters
    ----------
    friction
        Minutes per metre, in a metric CRS. NaN and inf are barriers.
    sources
        Points with unique index, any CRS; equal minutes go to the source that comes first.
    elevation
        Metres, on the cells of ``friction``. Steps then take Tobler's time for their slope over his time
        on the flat, so uphill and downhill differ; a cell without a height (NaN: a road one drives on)
        takes no slope.
    motorways
        From :func:`urbgeo.surface.motorways.compile_motorways`.
    direction
        ``"from"`` the sources to the cells or from these ``"to"`` the sources; differs with ``elevation``
        and one-way motorways.
    cutoff_min
        Where the search stops, a closed bound; cells beyond stay ``inf``.
    rules
        Neighbours, marching front, corners, blocks.

    Returns
    -------
    TravelSurface
        ``minutes`` by cell; ``table`` has one row per source with its ``status``.

    Raises
    ------
    InputError
        For a friction that is nowhere a number or anywhere <= 0, layers on other cells, a grid in degrees,
        marching with slopes, or when no source can be used.

    Examples
    --------
    >>> from affine import Affine
    >>> even = Grid(np.full((1, 4), 0.01), Affine(100, 0, 500_000, 0, -100, 3_000_100), 4547)
    >>> start = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_050], [3_000_050]), crs=4547)
    >>> travel_surface(even, start).minutes.values.tolist()
    [[0.0, 1.0, 2.0, 3.0]]

    References
    ----------
    Sethian, J. A. (1996), A fast marching level set method for monotonically advancing fronts.
    Tobler, W. (1993), Three presentations on geographical analysis and modeling: the hiking function.
    """
    layers = {"friction": friction} | ({} if elevation is None else {"elevation": elevation})
    check_same_grid(layers)
    _check_friction(friction)
    sloped = elevation is not None
    if elevation is not None and elevation.missing.all():
        raise InputError(_NO_HEIGHT)
    walk = _walk(friction, rules, direction, cutoff_min, sloped=sloped)
    size = max(*friction.shape, LEAST_BLOCK) if rules.block_cells is None else int(rules.block_cells)
    if rules.block_cells is None and friction.values.size > _MOST_CELLS_AT_ONCE:
        size = FILE_BLOCK
    size = _within_budget(friction.values.size, size, rules)
    nowhere = np.broadcast_to(np.inf, friction.shape)
    arrays: dict[str, NDArray[Any]] = {
        "friction": friction.values,
        # The one block of a whole grid brings its own array; a grid in blocks is written piece by piece.
        "minutes": nowhere if size >= max(friction.shape) else nowhere.copy(),
    }
    if rules.with_allocation:
        arrays["allocation"] = np.full(friction.shape, NO_SOURCE, np.int32)
    if rules.with_back_links:
        arrays["back_links"] = np.full(friction.shape, NO_LINK, np.uint8)
    if elevation is not None:
        arrays["height"] = elevation.values.astype(np.float32, copy=False)
    store = MemoryStore(arrays)
    table, shares = _solved(store, sources, friction, walk, size, motorways)
    made = {
        name: friction.having(arrays[name], source=f"urbgeo travel surface, {name}")
        for name in ("minutes", "allocation", "back_links")
        if name in arrays
    }
    return TravelSurface(
        table,
        made["minutes"],
        made.get("allocation"),
        made.get("back_links"),
        _provenance(walk, shares, direction, sloped, friction.source),
    )


def _within_budget(cells: int, size: int, rules: SurfaceRules) -> int:
    """The side of a block for which the surface fits ``options.memory_gb``; as given where none is asked."""

    def needed(side: int) -> float:
        if side * side >= cells:
            return cells * BYTES_PER_CELL
        return cells * BYTES_PER_CELL_IN_BLOCKS + side * side * BYTES_PER_CELL

    if rules.block_cells is None:
        while size > SMALLEST_BLOCK and not fits_memory(needed(size)):
            size = min(size // 2, FILE_BLOCK)
    check_memory(
        needed(size), "travel_surface", "Use travel_surface_files, which works by blocks from file to file"
    )
    return size


def travel_surface_files(
    friction: Path | str,
    sources: gpd.GeoDataFrame,
    folder: Path | str,
    *,
    elevation: Path | str | None = None,
    motorways: MotorwayRamps | None = None,
    direction: str = "from",
    cutoff_min: float | None = None,
    rules: SurfaceRules = DEFAULT_RULES,
) -> SurfaceFiles:
    """:func:`travel_surface` for grids larger than memory, from GeoTIFF to GeoTIFF by blocks.

    Parameters
    ----------
    friction, elevation
        Raster files on the same cells.
    sources
        Points with unique index, any CRS.
    folder
        Where ``minutes.tif``, ``allocation.tif`` and ``back_links.tif`` are written, whole or not at all.
    motorways, direction, cutoff_min, rules
        As for :func:`travel_surface`.

    Returns
    -------
    SurfaceFiles
        The values are the same to the last bit as those of :func:`travel_surface`.

    Raises
    ------
    InputError
        As :func:`travel_surface`, and for a raster without CRS.
    SourceError
        For a file that cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from affine import Affine
    >>> from urbgeo.rasters.files import read_grid, write_grid
    >>> even = Grid(np.full((1, 4), 0.01), Affine(100, 0, 500_000, 0, -100, 3_000_100), 4547)
    >>> start = gpd.GeoDataFrame(geometry=gpd.points_from_xy([500_050], [3_000_050]), crs=4547)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = travel_surface_files(write_grid(even, Path(folder) / "f.tif"), start, folder)
    ...     read_grid(files.minutes).values.tolist()
    [[0.0, 1.0, 2.0, 3.0]]
    """
    folder, friction = check_path(folder, "folder"), check_path(friction, "friction")
    size = FILE_BLOCK if rules.block_cells is None else int(rules.block_cells)
    asked = {"minutes": True, "allocation": rules.with_allocation, "back_links": rules.with_back_links}
    paths = {name: folder / f"{name}.tif" for name, wanted in asked.items() if wanted}
    kinds: dict[str, tuple[str, float]] = {
        "minutes": ("float64", np.nan), "allocation": ("int32", NO_SOURCE), "back_links": ("uint8", NO_LINK)
    }  # fmt: skip
    made: dict[str, Any] = {}
    with ExitStack() as stack:
        given = {"friction": stack.enter_context(opened(friction))}
        if elevation is not None:
            given["height"] = stack.enter_context(opened(elevation))
        frame = _frame_of(given)
        walk = _walk(frame, rules, direction, cutoff_min, sloped=elevation is not None)
        for name, path in paths.items():
            part = stack.enter_context(written_whole(path))
            made[name] = stack.enter_context(_new_file(part, frame, *kinds[name]))
        store = _FileStore(given, made)
        _start_blocks(store, size)
        table, shares = _solved(store, sources, frame, walk, size, motorways, rules.client)
    source = f"friction {Path(friction).name}"
    about = _provenance(walk, shares, direction, elevation is not None, source)
    return SurfaceFiles(table, paths["minutes"], paths.get("allocation"), paths.get("back_links"), about)


@dataclass(frozen=True)
class _FileStore:
    """Layers as open raster files: friction and height as given, the results as they are made."""

    given: dict[str, RasterFile]
    made: dict[str, Any]

    @property
    def shape(self) -> tuple[int, int]:
        return self.given["friction"].shape

    def has(self, layer: str) -> bool:
        return layer in self.given or layer in self.made

    def read(self, layer: str, block: Block) -> Values:
        if layer in self.made:
            return self.made[layer].read(1, window=_window(block))
        values = self.given[layer].read(_window(block))
        return values.astype(np.float32 if layer == "height" else float_kind(values.dtype), copy=False)

    def write(self, layer: str, block: Block, values: Values) -> None:
        self.made[layer].write(values, 1, window=_window(block))


def _window(block: Block) -> Window:
    return Window(block.left, block.top, block.right - block.left, block.bottom - block.top)


def _frame_of(files: dict[str, RasterFile]) -> Grid:
    """Shape and place of the friction file as a grid without values of its own."""
    grids = {
        name: Grid(np.broadcast_to(np.float32(1), one.shape), one.transform, one.crs)
        for name, one in files.items()
    }
    check_same_grid(grids)
    return grids["friction"]


def _new_file(path: Path, like: Grid, dtype: str, nodata: float) -> Any:
    profile = profile_of(like.shape, like.transform, like.crs, dtype, nodata)
    profile |= {"tiled": True, "blockxsize": _TILE, "blockysize": _TILE, "BIGTIFF": "YES", "compress": "none"}
    return rasterio.open(path, "w+", **profile)


def _start_blocks(store: _FileStore, size: int) -> None:
    """Check the friction and fill the results with their first values, block by block."""
    passable, high = False, not store.has("height")
    for block in blocks_of(store.shape, size):
        friction = store.read("friction", block)
        passable |= _any_passable(friction)
        high = high or bool(np.isfinite(store.read("height", block)).any())
        store.write("minutes", block, np.full(friction.shape, np.inf))
        if store.has("allocation"):
            store.write("allocation", block, np.full(friction.shape, NO_SOURCE, np.int32))
    _refuse_no_way(passable)
    if not high:
        raise InputError(_NO_HEIGHT)


def _check_friction(friction: Grid) -> None:
    if not np.issubdtype(friction.values.dtype, np.floating):
        raise InputError(f"friction: minutes per metre are needed, not {friction.values.dtype}.")
    _refuse_no_way(_any_passable(friction.values))


def _any_passable(friction: NDArray[Any]) -> bool:
    if np.nanmin(friction, initial=np.inf) <= 0:
        raise InputError(
            f"friction: {int((friction <= 0).sum())} cells are <= 0 minutes per metre; give a cost > 0, or "
            "NaN for a barrier."
        )
    return bool(np.isfinite(friction).any())


def _refuse_no_way(passable: bool) -> None:
    if not passable:
        raise InputError("friction: every cell is nodata or a barrier; nothing can be crossed.")


def _walk(
    friction: Grid, rules: SurfaceRules, direction: str, cutoff_min: float | None, *, sloped: bool
) -> Walk:
    if not isinstance(rules, SurfaceRules):
        raise InputError(f"rules: SurfaceRules(...) are needed, not {type(rules).__name__}.")
    check_choice(direction, "direction", ("from", "to"))
    check_lengths(friction, "friction")
    if rules.marching and sloped:
        raise InputError(
            "marching, elevation: a front is as quick in every direction and cannot follow slopes; give "
            "neighbours=16 instead."
        )
    limit = np.inf if cutoff_min is None else check_minutes(cutoff_min, "cutoff_min")
    uphill = 1.0 if direction == "from" else -1.0
    return Walk(
        rules.neighbours,
        friction.cell_m,
        uphill,
        rules.through_corners,
        limit,
        rules.marching,
        rules.source_disc_m if rules.marching else None,
    )


def _solved(
    store: Store,
    sources: gpd.GeoDataFrame,
    frame: Grid,
    walk: Walk,
    size: int,
    motorways: MotorwayRamps | None,
    client: Any = None,
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Fill the store; the table of sources, and the share of sources and ramps that were used."""
    shares = {}
    if motorways is not None:
        every, motorways = len(motorways.nodes), _open_ramps(motorways, frame, store)
        shares["ramps_used"] = len(motorways.nodes) / every
    table, seeds = _seeds(sources, frame, store)
    planted = source_discs(store, seeds, walk) if walk.marching else seeds
    solve(store, planted, walk, block_cells=size, ramps=motorways, client=client)
    write_links(store, seeds, walk, block_cells=size, client=client)
    return table, shares | {"sources_used": float((table["status"] == "on the grid").mean())}


def _open_ramps(motorways: MotorwayRamps, frame: Grid, store: Store) -> MotorwayRamps:
    """Those ramps that stand on land one can cross."""
    if not same_grid(motorways.frame, frame):
        raise InputError("motorways: compiled for other cells; compile them with like=friction.")
    cells = zip(motorways.rows.tolist(), motorways.columns.tolist(), strict=True)
    free = np.array([np.isfinite(store.read("friction", Block(r, r + 1, c, c + 1))[0, 0]) for r, c in cells])
    if not free.any():
        raise InputError("motorways: every interchange lies on a barrier; burn in the roads that lead there.")
    return replace(
        motorways, nodes=motorways.nodes[free], rows=motorways.rows[free], columns=motorways.columns[free]
    )


def _seeds(sources: gpd.GeoDataFrame, frame: Grid, store: Store) -> tuple[pd.DataFrame, Seeds]:
    """Where each source stands and whether it can be used."""
    check_points(sources, "sources")
    rows, columns = frame.rows_columns(sources)
    status = np.where(rows < 0, "outside the grid", "on the grid").astype(object)
    for i in np.flatnonzero(rows >= 0):
        row, column = int(rows[i]), int(columns[i])
        if not np.isfinite(store.read("friction", Block(row, row + 1, column, column + 1))[0, 0]):
            status[i] = "on a barrier"
    used = np.flatnonzero(status == "on the grid")
    if not len(used):
        raise InputError(
            f"sources: none can be used ({', '.join(sorted(set(status)))}); check their CRS, or move them "
            "off barriers."
        )
    table = pd.DataFrame({"row": rows, "column": columns, "status": status}, index=sources.index)
    return with_names(table, sources), Seeds(
        rows[used], columns[used], np.zeros(len(used)), used.astype(np.int64), np.zeros(len(used), np.int64)
    )


def _provenance(
    walk: Walk, shares: dict[str, float], direction: str, sloped: bool, source: str
) -> Provenance:
    return Provenance(
        parameters={
            "neighbours": walk.neighbours,
            "marching": walk.marching,
            "source_disc_m": walk.disc_m,
            "direction": direction,
            "through_corners": walk.through_corners,
            "cutoff_min": walk.limit,
            "slope": "Tobler 1993" if sloped else "none",
            "motorways": "ramps_used" in shares,
        },
        sources=(source,) if source else (),
        shares=shares,
    )
