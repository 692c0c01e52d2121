"""What is drawn of a result, on a page and on paper alike: which shapes, coloured by which column."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbgeo.arguments import check_object
from urbgeo.checks import check_columns, check_crs
from urbgeo.errors import InputError, some_of
from urbgeo.maps.classes import ACCENT, PALETTE, RAMPS, Categories, Classes
from urbgeo.maps.labels import is_minutes
from urbgeo.results import Result
from urbgeo.status import STATUSES
from urbgeo.types import Floats, Shapes

Colour = str | Classes | Categories

PLAIN = "#3b6ea5"
MINUTE_BREAKS = (15.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0)
SHARE_BREAKS = (0.2, 0.4, 0.6, 0.8)
CLASSES = 5
"""Classes of a column without bounds of its own: equal numbers of rows, bounds of two digits."""

_PREFERRED = (
    "covered", "member", "minutes", "best_min", "score", "light", "class", "cluster", "change", "share",
)  # fmt: skip
_LABELS = ("cluster", "community", "component", "centre", "area")
"""Columns whose numbers are names: no number of them is more than another."""

_PALE, _PALE_COLOUR = ("outside", "never", "none", "same", "too far"), "#d6dade"
"""What stands back on a map: neither inside nor changed."""

_ROLES = {
    "core": "核心", "circle": "圈内", "outside": "圈外", "enclave": "飞地纳入",
    "exclave": "飞地剔除", "same": "不变",
    "always": "各组皆在", "sometimes": "时进时出", "never": "各组皆不在",
}  # fmt: skip
_URBANISATION = {
    "city": ("#a50f15", "城市"),
    "dense town": ("#de2d26", "密集城镇"),
    "semi-dense town": ("#fb6a4a", "半密集城镇"),
    "town or semi-dense area": ("#fb6a4a", "城镇或半密集区"),
    "suburban or peri-urban area": ("#fcbba1", "郊区"),
    "village": ("#8fae63", "村庄"),
    "rural area": ("#c5d6a4", "乡村"),
    "dispersed rural area": ("#c5d6a4", "分散乡村"),
    "mostly uninhabited area": ("#eef1ea", "基本无人区"),
}
"""Classes of units by degree of urbanisation, from dense to empty."""

_PAIRS = ("origin", "destination")
_KINDS = {
    "Polygon": "polygon", "MultiPolygon": "polygon", "LineString": "line", "MultiLineString": "line",
    "LinearRing": "line", "Point": "point", "MultiPoint": "point",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Drawing:
    """Shapes of one result by kind (``polygon``, ``line``, ``point``), the column shown and its colours."""

    frames: dict[str, gpd.GeoDataFrame]
    shown: str | None
    colour: Colour
    titles: tuple[str, str]
    sources: tuple[str, ...]

    @property
    def bounds(self) -> Floats:
        """West, south, east, north in degrees over all shapes."""
        each = np.array([frame.to_crs(4326).total_bounds for frame in self.frames.values()])
        return np.array([*each[:, :2].min(axis=0), *each[:, 2:].max(axis=0)])


def drawing_of(
    result: Result,
    *,
    by: str | None = None,
    colour: Colour | None = None,
    places: gpd.GeoDataFrame | None = None,
) -> Drawing:
    """What to draw of a result.

    - ``result``: Its ``table`` holds geometry, or ids that ``places`` has.
    - ``by``: Column to colour by; the result's own by default.
    - ``colour``: Classes or categories of one's own, or one colour.
    - ``places``: Points or polygons by the ids of the table, instead of its own; pairs become lines.

    Raises
    ------
    InputError
        Where there is no geometry, an id is not among the places, or the column is not there.
    """
    check_object(result, "result", Result, "take what a verb of urbgeo gives")
    table = _with_level(_located(result, places), by or result._shown)
    rows = table[~(table.geometry.isna() | table.geometry.is_empty)]
    if rows.empty:
        raise InputError(f"{type(result).__name__}: no row has a geometry; there is nothing to draw.")
    shown = colour.by if isinstance(colour, Classes | Categories) else by or _shown(result, table)
    if shown is not None:
        check_columns(table, "table", [shown])
    if shown is not None and is_minutes(shown):
        rows = _without_overlap(rows, shown)
    painted = colour or (PLAIN if shown is None else colours_of(rows[shown], shown))
    if isinstance(painted, Categories) and not colour:
        rows, painted = _spoken(rows, painted)
    kinds = rows.geom_type.map(_KINDS)
    if kinds.isna().any():
        raise InputError(f"table: {some_of(rows.geom_type[kinds.isna()].unique())} cannot be drawn.")
    if shown is not None and is_minutes(shown) and (kinds == "line").all():
        # the quickest on top, where lines cross or run both ways
        rows = rows.sort_values(shown, ascending=False, kind="stable")
        kinds = kinds.loc[rows.index] if rows.index.is_unique else rows.geom_type.map(_KINDS)
    if not colour and isinstance(painted, Classes) and painted.ramp == "YlGnBu" and (kinds == "line").all():
        painted = replace(painted, ramp=_bold(len(painted.breaks) + 1))
    frames = {kind: rows[kinds == kind] for kind in ("polygon", "line", "point") if (kinds == kind).any()}
    titles = result._titles if any(result._titles) else (type(result).__name__, "")
    return Drawing(frames, shown, painted, titles, tuple(result.provenance.sources))


def colours_of(values: pd.Series, name: str) -> Colour:
    """Classes for numbers, categories for words and for yes and no."""
    present = values.dropna()
    if present.empty:
        return PLAIN
    if pd.api.types.is_bool_dtype(present) or set(present.unique()) <= {True, False}:
        return Categories(name, [(True, "#2a7f62", "是", "yes"), (False, ACCENT, "否", "no")])
    if name in _LABELS or not pd.api.types.is_numeric_dtype(present):
        return _categories(present, name)
    finite = present[np.isfinite(present.astype(float))].astype(float)
    if finite.empty:
        return PLAIN
    breaks = _breaks(finite, name)
    diverging = finite.min() < 0 < finite.max()
    if diverging:
        return Classes(name, _around_zero(finite), ramp="PuOr", unit=_unit(name))
    return Classes(name, breaks, ramp="YlGnBu", unit=_unit(name), reverse=is_minutes(name))


def _unit(name: str) -> str:
    return "min" if is_minutes(name) else ""


def _breaks(finite: pd.Series, name: str) -> tuple[float, ...]:
    low, high = finite.min(), finite.max()
    if is_minutes(name):
        inside = tuple(limit for limit in MINUTE_BREAKS if limit <= high)
        kept = inside[max(int(np.searchsorted(inside, low, side="left")) - 1, 0) :]
        return kept or (MINUTE_BREAKS[0],)
    if low >= 0 and high <= 1 and "share" in name:
        return SHARE_BREAKS
    return _rounded_quantiles(finite)


def _rounded_quantiles(finite: pd.Series) -> tuple[float, ...]:
    cuts = finite.quantile(np.arange(1, CLASSES) / CLASSES).to_numpy()
    rounded = sorted({_two_digits(float(cut)) for cut in cuts})
    inside = [cut for cut in rounded if finite.min() <= cut < finite.max()]
    return tuple(inside) or (float(finite.min()),)


def _around_zero(finite: pd.Series) -> tuple[float, ...]:
    """Bounds that lie alike on both sides of no change."""
    far = max(_two_digits(float(finite.abs().quantile(0.9))), 1e-9)
    near = _two_digits(far / 4)
    return (-far, -near, near, far)


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")


def _categories(present: pd.Series, name: str) -> Categories:
    """The most frequent values in turn; those beyond the palette are drawn as others."""
    found = list(present.value_counts().index)
    if set(found) <= set(_URBANISATION):
        return Categories(name, [(one, *said, one) for one, said in _URBANISATION.items() if one in found])
    if name in _LABELS:
        found = sorted(found, key=lambda one: (isinstance(one, str), one))  # the first are the largest
    telling = [one for one in found if one not in _PALE][: len(PALETTE)]
    shades = dict(zip(telling, PALETTE, strict=False)) | {one: _PALE_COLOUR for one in found if one in _PALE}
    if set(found) <= set(STATUSES):
        words = {one: STATUSES[one] for one in found}
    else:
        words = {one: (_ROLES.get(str(one), str(one)), str(one)) for one in found}
    return Categories(name, [(one, shade, *words[one]) for one, shade in shades.items()])


def _bold(count: int) -> tuple[str, ...]:
    """Colours of thin lines: none so pale that it vanishes on paper."""
    scale = RAMPS["YlGnBu"].scale(0, 1)
    return tuple(scale.rgb_hex_str(at) for at in np.linspace(0.4, 1.0, count))


def _spoken(rows: gpd.GeoDataFrame, colour: Categories) -> tuple[gpd.GeoDataFrame, Categories]:
    """Statuses say themselves in the hover box with their Chinese word."""
    if colour.by != "status":
        return rows, colour
    items = [(value, shade, zh, str(value)) for value, shade, zh, _ in colour.items]
    return rows, Categories(colour.by, items)


def _shown(result: Result, table: pd.DataFrame) -> str | None:
    if result._shown is not None:
        return result._shown if result._shown in table else None
    numbers = [str(column) for column in table.select_dtypes("number").columns]
    timed = [column for column in numbers if is_minutes(column)]
    named = [column for column in _PREFERRED if column in table]
    return next(iter([*named, *timed, *[one for one in ("status",) if one in table], *numbers]), None)


def _with_level(table: gpd.GeoDataFrame, name: str | None) -> gpd.GeoDataFrame:
    """The thresholds of isochrones stand in the index; a level is coloured by as a column is."""
    if name is None or name in table.columns or name not in table.index.names:
        return table
    return table.assign(**{name: table.index.get_level_values(name)})


def _located(result: Result, places: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    table = result.table
    if places is not None:
        check_crs(places, "places")
    if isinstance(table, gpd.GeoDataFrame) and table._geometry_column_name in table.columns:
        check_crs(table, "table")
        if places is None:
            return table
        table = pd.DataFrame(table.drop(columns=table._geometry_column_name))  # drawn where places say
    pairs = _pairs(table)
    if places is None:
        what = "the points its pairs run between" if pairs is not None else "points or polygons by its ids"
        raise InputError(
            f"{type(result).__name__}: its table has no geometry; give {what}, e.g. "
            f".map(places=region.counties)."
        )
    if pairs is not None:
        return _as_lines(table, pairs, places)
    return _joined(table, places)


def _pairs(table: pd.DataFrame) -> tuple[pd.Index, pd.Index] | None:
    """Origin and destination of every row, where the table is one of pairs."""
    index = table.index
    if isinstance(index, pd.MultiIndex) and index.nlevels == 2:
        return index.get_level_values(0), index.get_level_values(1)
    if set(_PAIRS) <= set(table.columns):
        return pd.Index(table["origin"]), pd.Index(table["destination"])
    return None


def _joined(table: pd.DataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    _check_known(table.index, places)
    shapes = places.geometry.loc[table.index]
    named = places[[one for one in ("name", "name_zh", "name_en") if one in places and one not in table]]
    rows = pd.concat([pd.DataFrame(named).loc[table.index], pd.DataFrame(table)], axis=1)
    return gpd.GeoDataFrame(rows, geometry=shapes.to_numpy(), crs=places.crs)


def _as_lines(
    table: pd.DataFrame, pairs: tuple[pd.Index, pd.Index], places: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    for ends in pairs:
        _check_known(ends, places)
    points = shapely.point_on_surface(places.to_crs(4326).geometry.to_numpy())
    ends = [shapely.get_coordinates(points[places.index.get_indexer(one)]) for one in pairs]
    lines: Shapes = shapely.linestrings(np.stack(ends, axis=1))
    rows = pd.DataFrame(table).reset_index(drop=isinstance(table.index, pd.RangeIndex))
    return gpd.GeoDataFrame(rows, geometry=lines, crs=4326)


def _check_known(ids: pd.Index, places: gpd.GeoDataFrame) -> None:
    if not places.index.is_unique:
        raise InputError("places: its ids repeat; make the index unique.")
    unknown = ids[~ids.isin(places.index)].unique()
    if len(unknown):
        raise InputError(
            f"places: no row for {some_of(unknown)}; its index needs the ids of the table, such as "
            f"{some_of(ids, 3)}."
        )


def _without_overlap(rows: gpd.GeoDataFrame, shown: str) -> gpd.GeoDataFrame:
    """Nested polygons as rings, the fewest minutes on top: colours that blend are in no legend."""
    shapes = rows.geometry.to_numpy()
    if not rows.geom_type.isin(["Polygon", "MultiPolygon"]).all() or len(rows) < 2:
        return rows
    valid = shapely.make_valid(shapes)
    if shapely.area(valid).sum() <= 1.001 * shapely.area(shapely.union_all(valid)):
        return rows
    inner, rings = shapely.Polygon(), shapes.copy()
    values = rows[shown].fillna(np.inf).to_numpy(float)
    for at in np.argsort(values, kind="stable"):
        rings[at] = shapely.difference(valid[at], inner)
        inner = shapely.union(inner, valid[at])
    left = rows.set_geometry(gpd.GeoSeries(rings, index=rows.index, crs=rows.crs))
    return left[~left.geometry.is_empty & left.geom_type.isin(["Polygon", "MultiPolygon"])]
