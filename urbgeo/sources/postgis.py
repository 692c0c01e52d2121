"""Layers from and to PostGIS, by SQLAlchemy URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, unquote_plus

import geopandas as gpd

from urbgeo.arguments import check_text
from urbgeo.checks import add_id_faults, check_columns, check_crs, check_flag, check_ids
from urbgeo.coordinates import add_coordinate_faults
from urbgeo.errors import Faults, InputError, MissingExtraError, SourceError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select


def read_postgis(
    url: str, layer: str, *, index: str | None = None, schema: str = "public"
) -> gpd.GeoDataFrame:
    """Read a table with a geometry column.

    Parameters
    ----------
    url
        E.g. ``"postgresql+psycopg://planner@localhost/region"``.
    layer, schema
        Name of the table, and where it is.
    index
        Column to use as ids.

    Returns
    -------
    geopandas.GeoDataFrame
        All columns; the geometry column is called ``geometry``.

    Raises
    ------
    SourceError
        When the database cannot be reached or has no such table; the message shows no password.
    InputError
        When the table has no single geometry column, no CRS or no such column, or ids that repeat.

    Examples
    --------
    >>> read_postgis("postgresql+psycopg://planner@localhost/region", "roads")  # doctest: +SKIP
    """
    for name, given in (("layer", layer), ("schema", schema)):
        check_text(given, name)
    with _connected(url) as link:
        from sqlalchemy import text

        found = link.execute(
            text(
                "select f_geometry_column, srid from geometry_columns "
                "where f_table_schema = :schema and f_table_name = :table"
            ),
            {"schema": schema, "table": layer},
        ).all()
        if not found:
            raise SourceError(f"{schema}.{layer}: the database has no such table with a geometry.")
        if len(found) > 1:
            raise InputError(f"{schema}.{layer}: it has {len(found)} geometry columns; make a view with one.")
        column, srid = found[0]
        if srid == 0:
            raise InputError(f"{schema}.{layer}: {column} has no CRS; set it with UpdateGeometrySRID.")
        frame = gpd.read_postgis(_all_of(schema, layer), link, geom_col=column, crs=srid)
    if column != "geometry":
        frame = frame.rename_geometry("geometry")
    if index is None:
        return frame
    check_columns(frame, layer, [index])
    frame = frame.set_index(index)
    check_ids(frame.index, layer)
    return frame


def write_postgis(
    frame: gpd.GeoDataFrame, url: str, layer: str, *, schema: str = "public", replace: bool = False
) -> None:
    """Write a layer, its ids as a column, in one transaction: whole or not at all.

    Parameters
    ----------
    frame
        With unique ids and a CRS that has an EPSG code.
    url, layer, schema
        Where to: database, name of the table, schema.
    replace
        Replace a table of this name; without it an existing one is an error.

    Returns
    -------
    None
        The table stands in the database.

    Raises
    ------
    SourceError
        When the database cannot be reached or the table is there already.
    InputError
        Without CRS, with one that PostGIS has no number for, with coordinates that cannot be meant in it, or
        with repeated ids.

    Examples
    --------
    >>> write_postgis(zones, "postgresql+psycopg://planner@localhost/region", "zones")  # doctest: +SKIP
    """
    for name, given in (("layer", layer), ("schema", schema)):
        check_text(given, name)
    check_flag(replace, "replace")
    check_crs(frame, "frame")
    faults = Faults("frame")
    add_id_faults(faults, frame.index)
    shapes = frame.geometry
    add_coordinate_faults(faults, shapes[~(shapes.isna() | shapes.is_empty)])
    faults.raise_if_any()
    if frame.crs.to_epsg() is None:
        raise InputError(
            f"frame: PostGIS has no number for its CRS {frame.crs.name}; convert it, e.g. to 4490."
        )
    label = frame.index.name or "id"
    # The driver would write these with a second percent sign, or not at all.
    percent = [one for one in (schema, layer, label, *frame.columns) if "%" in str(one)]
    if percent:
        raise InputError(f"frame: {', '.join(map(str, percent))}: no name with % is written; rename it.")
    with _connected(url) as link:
        frame.to_postgis(
            layer,
            link,
            schema=schema,
            if_exists="replace" if replace else "fail",
            index=True,
            index_label=label,
        )


def _all_of(schema: str, layer: str) -> Select[Any]:
    """Every row of a table, whose name the dialect quotes: a name may hold ``%`` and ``:``."""
    from sqlalchemy import literal_column, select, table

    return select(literal_column("*")).select_from(table(layer, schema=schema))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        import geoalchemy2  # noqa: F401  geopandas writes through it
        from sqlalchemy import create_engine
        from sqlalchemy.exc import ArgumentError, SQLAlchemyError
    except ImportError as error:
        raise MissingExtraError("sqlalchemy, psycopg and geoalchemy2", "postgis", "PostGIS") from error
    check_text(url, "url")
    try:
        engine: Any = create_engine(url)
    except (ArgumentError, ImportError) as error:
        raise InputError("url: it is no SQLAlchemy URL of a database with an installed driver.") from error
    shown = _masked(engine.url.render_as_string(hide_password=True), url)
    try:
        with engine.begin() as link:
            yield link
    except (SourceError, InputError):
        raise
    except (SQLAlchemyError, ValueError) as error:
        # The driver's own error, which may hold the password, stays out of the traceback.
        raise SourceError(f"{shown}: {_masked(str(error).splitlines()[0], url)}") from None
    finally:
        engine.dispose()


def _masked(text: str, url: str) -> str:
    """The text without the passwords of a URL, before its host or in its query."""
    secrets = re.findall(r"password=([^&\s]+)", url) + re.findall(r"://[^:/@]*:([^@]+)@", url)
    for secret in {form for one in secrets for form in (one, unquote_plus(one), quote_plus(one))}:
        text = text.replace(secret, "***")
    return text
