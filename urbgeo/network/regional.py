"""One network of road and rail from the tables of a region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import geopandas as gpd
import pandas as pd
import shapely
from shapely.ops import substring

from urbgeo.arguments import check_object, check_several
from urbgeo.checks import check_choice
from urbgeo.errors import InputError, some_of
from urbgeo.network.attach import attach
from urbgeo.network.edits import with_speeds
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.rail import RailTerms, rail_tables
from urbgeo.network.speeds import (
    LITERATURE,
    ROAD_CLASSES,
    by_class,
    class_speeds,
    default_hour,
    links_timed_by,
    speed_set,
)
from urbgeo.provenance import Provenance
from urbgeo.regions.region import Region

MODES = ("road", "rail")

ALONG_DECIMALS = 6
"""Stations that meet a road this near each other (as a fraction of the link) share a junction."""


def region_network(
    region: Region,
    *,
    modes: Sequence[str] = MODES,
    speeds: Mapping[str, float] | str | None = None,
    hour: str | None = None,
    rail_terms: RailTerms | None = None,
    snapping: Snapping | None = None,
) -> TravelNetwork:
    """Compile a region's roads, or its roads and trains, to one TravelNetwork.

    Stations are joined to the road network like any other point: to their nearest link that can be
    joined, with the straight stretch timed off the network. One with no road within ``max_snap_km`` is
    ridden through but boarded by nobody; the provenance gives their share.

    Parameters
    ----------
    region
        Its ``road_nodes``, ``road_links``, ``stations`` and ``rail_stops`` are used.
    modes
        ``("road",)`` or ``("road", "rail")``.
    speeds
        The name of a set (``"accessibility literature"``, the default, ``"technical standard"``, ``"peak"``;
        see :func:`urbgeo.speed_sets`), or road speeds in km/h by class that replace those of the default on
        any terrain.
    hour
        ``"free flow"``, ``"morning"``, ``"evening"`` or ``"holiday"``: what the hour adds to driving; by
        default what the set says, for most free flow.
    rail_terms
        Minutes of boarding, waiting, changing and leaving.
    snapping
        How points are attached.

    Returns
    -------
    TravelNetwork
        In a metric CRS; its provenance says which speeds hold and which share of stations has no road.

    Raises
    ------
    InputError
        For unknown modes or classes, or faulty tables.

    Examples
    --------
    >>> import urbgeo
    >>> region_network(urbgeo.load_region("hunan", zones=False), modes=("road",)).modes
    ('road',)
    """
    check_object(region, "region", Region, "load_region or a Region of your own layers gives one")
    for mode in check_several(modes, "modes", "('road', 'rail')"):
        check_choice(mode, "modes", MODES)
    if "road" not in modes:
        raise InputError(
            "modes: a region's network needs 'road'; for trains alone use network.only(('rail',))."
        )
    road = (
        _roads(region, speeds, hour, snapping)
        if region.network is None
        else _own(region, speeds, hour, snapping)
    )
    if "rail" not in modes or region.rail_stops.empty:
        return road
    return with_trains(road, region.stations, region.rail_stops, terms=rail_terms)


def own_classes(network: TravelNetwork) -> bool:
    """Whether its links are of the classes that named sets of speeds know."""
    return bool(network.link_table["class"].isin(list(ROAD_CLASSES)).all())


def _own(
    region: Region, speeds: Mapping[str, float] | str | None, hour: str | None, snapping: Snapping | None
) -> TravelNetwork:
    """The network that the region brings, as fast as it says, or as a set does on open plain land."""
    network = region.network
    if not isinstance(network, TravelNetwork):
        raise InputError(f"region: its network is a {type(network).__name__}, no TravelNetwork.")
    network = network if snapping is None else replace(network, snapping=snapping)
    if speeds is not None or hour is not None:
        if not own_classes(network):
            raise InputError(
                "speeds: the region's network has classes of its own (OpenStreetMap's, or estimated); sets "
                "of speeds are of road classes. Give speeds where the network is read."
            )
        chosen = speed_set(speeds if isinstance(speeds, str) else LITERATURE, hour=hour)
        kmh = {name: by_terrain[0] / chosen.factor(name) for name, by_terrain in chosen.kmh.items()}
        fixed = {} if speeds is None or isinstance(speeds, str) else by_class(speeds)
        used = set(network.link_table["class"])
        network = with_speeds(network, {name: one for name, one in {**kmh, **fixed}.items() if name in used})
    return replace(network, provenance=network.provenance.having(parameters=asdict(network.snapping)))


def _roads(
    region: Region, speeds: Mapping[str, float] | str | None, hour: str | None, snapping: Snapping | None
) -> TravelNetwork:
    """The roads, each link as fast as its class, terrain and built-up stretch allow at the hour."""
    named = speeds if isinstance(speeds, str) else LITERATURE
    fixed = {} if speeds is None or isinstance(speeds, str) else by_class(speeds)
    chosen, overall = speed_set(named, hour=hour), class_speeds(fixed)
    if region.road_links.empty:
        raise InputError(
            "region: none of its roads is open; take a later year, or give roads= where the region is made."
        )
    links = links_timed_by(region.road_links, chosen, {name: overall[name] for name in fixed})
    road = build_network(region.road_nodes, links, snapping=snapping, sources=region.sources)
    # The tables carry speeds by now; the links remember whose these are.
    own = pd.Series(False, links.index)
    for column in ("minutes", "speed_kmh"):
        own |= region.road_links[column].notna() if column in region.road_links else False
    by_set = links["class"].map(lambda name: "override" if name in fixed else "default")
    source = by_set.where(~own, road.link_table["speed_source"].astype(object))
    shares = {f"links timed by {one}": float(n) for one, n in source.value_counts(normalize=True).items()}
    used = set(links["class"])
    about = Provenance(
        {**asdict(road.snapping), "speeds": named, "hour": hour or default_hour(named)},
        {name: fixed.get(name, kmh[0]) for name, kmh in chosen.kmh.items() if name in used},
        road.provenance.sources,
        shares,
    )
    return replace(road, link_table=road.link_table.assign(speed_source=source), provenance=about)


def with_trains(
    network: TravelNetwork,
    stations: gpd.GeoDataFrame,
    stops: pd.DataFrame,
    *,
    terms: RailTerms | None = None,
) -> TravelNetwork:
    """The network with trains: stations joined to its roads or footways, and every service between them.

    Parameters
    ----------
    network
        To travel to and from the stations; its ``snapping`` says how far they may lie from a link.
    stations, stops
        As for :func:`urbgeo.network.rail.rail_tables`, e.g. of
        :func:`urbgeo.network.timetable_lines.lines_of`.
    terms
        Minutes of boarding, waiting, changing and leaving.

    Returns
    -------
    TravelNetwork
        The provenance gives the share of served stations that no link is near enough to.

    Raises
    ------
    InputError
        For faulty tables, and ids that the network already has.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> stops = pd.DataFrame({"service": 1, "seq": [1, 2], "station": ["A", "B"], "minutes": [None, 9.0]})
    >>> stops["trains_per_day"] = 20
    >>> stations = gpd.GeoDataFrame(index=["A station", "B station"], geometry=spots, crs=4326)
    >>> with_trains(network, stations, stops.assign(station=stations.index)).modes
    ('rail', 'road')
    """
    terms = terms or RailTerms()
    nodes, rail = rail_tables(stations, stops, terms=terms)
    served = stations[stations.index.isin(stops["station"])]
    joint_nodes, joint = with_stations(network, served)
    clash = nodes.index[nodes.index.isin(joint_nodes.index)]
    if len(clash):
        raise InputError(f"stations: ids the network already has: {some_of(clash)}; rename them.")
    joined = build_network(
        gpd.GeoDataFrame(pd.concat([joint_nodes, nodes.to_crs(network.crs)]), crs=network.crs),
        pd.concat([joint, rail]),
        snapping=network.snapping,
    )
    # The tables carry minutes by now; the links remember where these came from.
    source = joint["speed_source"].astype(object).reindex(joined.link_table.index).fillna("minutes")
    unjoined = 1.0 - joint["class"].eq("station access").sum() / len(served)
    about = network.provenance.having(parameters=asdict(terms), shares={"stations without a road": unjoined})
    return replace(joined, link_table=joined.link_table.assign(speed_source=source), provenance=about)


def with_stations(road: TravelNetwork, stations: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The road tables with a junction on the nearest road of each station, and the way between the two.

    A road with stations along it is cut at their junctions, so that nobody drives past one and back.

    Returns
    -------
    nodes, links
        Nodes with the junctions added (``at <station>``); link rows with all their columns, which carry
        their minutes. Stations farther from any road than ``max_snap_km`` get no way to it.
    """
    meets = _junctions(road, stations)
    inner = meets[(meets["along"] > 0) & (meets["along"] < 1)].drop_duplicates("node")
    lines = road.links.geometry.to_numpy()[inner["link"]]
    spots = shapely.line_interpolate_point(lines, inner["along"].to_numpy(), normalized=True)
    nodes = gpd.GeoDataFrame(
        geometry=pd.concat([road.nodes.geometry, gpd.GeoSeries(spots, index=inner["node"], crs=road.crs)])
    )
    whole = road.links.drop(index=road.links.index[inner["link"].unique()])
    links = pd.concat([whole, _cut(road, inner), _access(meets)])
    return nodes, links.assign(oneway=links["minutes_back"].isna())


def _junctions(road: TravelNetwork, stations: gpd.GeoDataFrame) -> pd.DataFrame:
    """Where each station meets its road: ``link``, ``along``, and the ``node`` there (its end, or new)."""
    joint = attach(road, stations, name="stations")
    meets = pd.DataFrame(
        {
            "station": joint.index,
            "link": joint.link,
            "along": joint.along,
            "spot": joint.along.round(ALONG_DECIMALS),
            "off_km": joint.off_km,
            "off_minutes": joint.off_minutes,
        }
    )[joint.attached]
    ends = road.link_table.iloc[meets["link"]]
    first = meets.groupby(["link", "spot"])[["along", "station"]].transform("first")
    at_start, at_end = meets["spot"] == 0, meets["spot"] == 1
    meets["along"] = first["along"].mask(at_start, 0.0).mask(at_end, 1.0)
    new = "at " + first["station"].astype(str)
    meets["mode"] = ends["mode"].astype(object).to_numpy()
    meets["node"] = new.mask(at_start, ends["from_node"].to_numpy()).mask(at_end, ends["to_node"].to_numpy())
    return meets


def _cut(road: TravelNetwork, junctions: pd.DataFrame) -> pd.DataFrame:
    """The stretches of the links that have junctions on them: one up to each, and one behind the last."""
    stops = junctions[["link", "along", "node"]].sort_values(["link", "along"])
    by_link = stops.groupby("link")
    upto = stops.assign(since=by_link["along"].shift(fill_value=0.0), before=by_link["node"].shift())
    last = by_link.tail(1)
    behind = last.assign(since=last["along"], before=last["node"], along=1.0, node=None)
    parts = pd.concat([upto, behind]).sort_values(["link", "since"], ignore_index=True)
    pieces = road.links.iloc[parts["link"]]
    number = parts.groupby("link").cumcount() + 1
    share = (parts["along"] - parts["since"]).to_numpy()
    lines = [
        substring(line, start, end, normalized=True)
        for line, start, end in zip(pieces.geometry, parts["since"], parts["along"], strict=True)
    ]
    pieces = pieces.assign(
        from_node=parts["before"].to_numpy(),
        to_node=parts["node"].to_numpy(),
        geometry=lines,
        **{column: pieces[column] * share for column in ("length_km", "minutes", "minutes_back")},
    )
    ends = road.link_table.iloc[parts["link"]]
    pieces["from_node"] = pieces["from_node"].astype(object).fillna(ends["from_node"])
    pieces["to_node"] = pieces["to_node"].astype(object).fillna(ends["to_node"])
    return pieces.set_axis(pieces.index.astype(str) + " part " + number.astype(str).to_numpy())


def _access(meets: pd.DataFrame) -> pd.DataFrame:
    """The straight ways between stations and their junctions."""
    return pd.DataFrame(
        {
            "from_node": meets["station"].to_numpy(),
            "to_node": meets["node"].to_numpy(),
            "length_km": meets["off_km"].to_numpy(),
            "minutes": meets["off_minutes"].to_numpy(),
            "minutes_back": meets["off_minutes"].to_numpy(),
            "mode": meets["mode"].to_numpy(),
            "joinable": False,
            "class": "station access",
            "speed_source": "minutes",
        },
        index=pd.Index("access " + meets["station"].astype(str)),
    )
