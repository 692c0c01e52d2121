"""One network of road and rail from the tables of a region."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.ops

from urbgeo.checks import check_choice
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment, attach
from urbgeo.network.model import Snapping, TravelNetwork, build_network
from urbgeo.network.rail import RailTerms, rail_tables
from urbgeo.regions.region import Region

MODES = ("road", "rail")


def region_network(
    region: Region,
    *,
    modes: Sequence[str] = MODES,
    speeds: Mapping[str, float] | None = None,
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
        Road speeds in km/h by class that replace the documented defaults.
    rail_terms
        Minutes of boarding, waiting, changing and leaving.
    snapping
        How points are attached.

    Raises
    ------
    InputError
        For unknown modes or classes, or faulty tables.
    """
    for mode in modes:
        check_choice(mode, "modes", MODES)
    if "road" not in modes:
        raise InputError(
            "modes: a region's network needs 'road'; for trains alone use network.only(('rail',))."
        )
    road = build_network(
        region.road_nodes, region.road_links, speeds=speeds, snapping=snapping, sources=region.sources
    )
    road = replace(road, provenance=road.provenance.having(parameters=asdict(road.snapping)))
    if "rail" not in modes:
        return road
    terms = rail_terms or RailTerms()
    nodes, links = rail_tables(region.stations, region.rail_stops, terms=terms)
    served = region.stations[region.stations.index.isin(region.rail_stops["station"])]
    joint_nodes, joint_links = with_stations(road, served)
    joined = build_network(
        gpd.GeoDataFrame(pd.concat([joint_nodes, nodes.to_crs(road.crs)]), crs=road.crs),
        pd.concat([joint_links, links]),
        snapping=snapping,
    )
    unjoined = 1.0 - joint_links["class"].eq("station access").sum() / len(served)
    about = road.provenance.having(parameters=asdict(terms), shares={"stations without a road": unjoined})
    return replace(joined, provenance=about)


def with_stations(road: TravelNetwork, stations: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The road tables with a junction on the nearest road of each station, and the way between the two.

    A road with stations along it is cut at their junctions, so that nobody drives past one and back.

    Returns
    -------
    nodes, links
        Nodes with the junctions added (``at <station>``); link rows that carry their minutes.

    Stations farther from any road than ``max_snap_km`` are passed through by trains but boarded by nobody.
    """
    joint = attach(road, stations)
    stations, joint = stations[joint.attached], attach(road, stations[joint.attached])
    cuts = _junctions(road, joint)
    inner = cuts.drop_duplicates("node").query("0 < along < 1")
    lines = road.links.geometry.to_numpy()[inner["link"]]
    spots = shapely.line_interpolate_point(lines, inner["along"].to_numpy(), normalized=True)
    nodes = gpd.GeoDataFrame(
        geometry=pd.concat([road.nodes.geometry, gpd.GeoSeries(spots, index=inner["node"], crs=road.crs)])
    )
    pieces = [_cut(road.links.iloc[link], group) for link, group in inner.groupby("link")]
    whole = road.links.drop(index=road.links.index[inner["link"].unique()])
    access = pd.DataFrame(
        {
            "from_node": stations.index.to_numpy(),
            "to_node": cuts["node"].to_numpy(),
            "length_km": joint.off_km,
            "minutes": joint.off_minutes,
            "mode": "road",
            "joinable": False,
            "class": "station access",
        },
        index=pd.Index("access " + stations.index.astype(str)),
    )
    columns = [
        "from_node",
        "to_node",
        "length_km",
        "class",
        "mode",
        "joinable",
        "minutes",
        "minutes_back",
        "geometry",
    ]
    kept = pd.concat([whole[columns], *pieces])
    kept["oneway"] = kept["minutes_back"].isna()
    return nodes, pd.concat([kept, access])


def _junctions(road: TravelNetwork, joint: Attachment) -> pd.DataFrame:
    """Where each station meets its road: ``link``, ``along``, and the node there (an end of it, or new)."""
    cuts = pd.DataFrame({"link": joint.link, "along": joint.along.round(6), "station": joint.index})
    ends = road.links.iloc[joint.link]
    new = "at " + cuts.groupby(["link", "along"])["station"].transform("first").astype(str)
    at_start, at_end = cuts["along"] == 0, cuts["along"] == 1
    cuts["node"] = new.mask(at_start, ends["from_node"].to_numpy()).mask(at_end, ends["to_node"].to_numpy())
    return cuts


def _cut(link: pd.Series, stops: pd.DataFrame) -> pd.DataFrame:
    """One link cut into the stretches between its ends and the junctions on it."""
    stops = stops.sort_values("along", kind="stable")
    ends = [link["from_node"], *stops["node"], link["to_node"]]
    along = np.array([0.0, *stops["along"], 1.0])
    share = np.diff(along)
    pieces = pd.DataFrame({"from_node": ends[:-1], "to_node": ends[1:]})
    for column in ("length_km", "minutes", "minutes_back"):
        pieces[column] = link[column] * share
    for column in ("class", "mode", "joinable"):
        pieces[column] = link[column]
    pieces["geometry"] = [
        shapely.ops.substring(link["geometry"], a, b, normalized=True) for a, b in itertools.pairwise(along)
    ]
    pieces.index = pd.Index([f"{link.name} part {part}" for part in range(1, len(pieces) + 1)])
    return pieces
