"""What became of points when they were joined to a network: distances, minutes, components, refusals."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd

from urbgeo.network.attach import Points, attach
from urbgeo.network.model import TravelNetwork


def snap_report(network: TravelNetwork, points: Points) -> pd.DataFrame:
    """How each point joins the network, and why where it does not.

    Parameters
    ----------
    network
        Its ``snapping`` says how far, how fast, and to which component.
    points
        Points with unique index, any CRS.

    Returns
    -------
    pandas.DataFrame
        One row per point: ``status`` (``"attached"``, ``"island"``, ``"too far"``), ``link`` (id, missing
        when none), ``link_class``, ``off_km``, ``off_minutes``, ``component`` (0 = the largest strongly
        connected one, -1 = none), ``component_nodes`` (how many nodes it has), ``reason`` (empty when all
        is well).

    ``attrs["provenance"]`` of the table holds the shares by status.

    Raises
    ------
    InputError
        Naming every faulty id: no CRS, missing or empty geometry, other kinds than points, repeated ids.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> snap_report(network, nodes)["status"].tolist()
    ['attached', 'attached']
    """
    joined = attach(network, points)
    got = joined.attached
    rows = joined.link[got]
    link = np.full(len(got), None, dtype=object)
    link[got] = network.link_table.index.to_numpy()[rows]
    link_class = np.full(len(got), None, dtype=object)
    link_class[got] = network.link_table["class"].astype(str).to_numpy()[rows]
    component = np.full(len(got), -1, np.int64)
    component[got] = network.component[joined.nearest.ends[got]].max(axis=1)
    sizes = np.bincount(network.component)
    nodes = np.where(got, sizes[np.maximum(component, 0)], 0)
    frame = joined.report().assign(
        link=link, link_class=link_class, component=component, component_nodes=nodes
    )
    frame["reason"] = _reasons(network, frame)
    shares = {f"points {name}": float((frame["status"] == name).mean()) for name in ("island", "too far")}
    frame.attrs["provenance"] = network.provenance.having(parameters=asdict(network.snapping), shares=shares)
    return frame


def _reasons(network: TravelNetwork, frame: pd.DataFrame) -> list[str]:
    limit = network.snapping.max_snap_km
    which = "link of the largest component" if network.snapping.component == "largest" else "joinable link"
    words = {
        "attached": "",
        "too far": f"no {which} within {limit:g} km",
    }
    island = "its link belongs to a part of {} nodes from which the rest cannot be reached and come back"
    return [
        island.format(row.component_nodes) if row.status == "island" else words[str(row.status)]
        for row in frame.itertuples()
    ]
