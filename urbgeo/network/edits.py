"""Edits of a network: links opened, closed or quickened; each gives a new network and leaves the old one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import add_id_faults, check_columns, check_mapping, check_points, is_finite_number, listed
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.link_table import (
    LINK_COLUMNS,
    add_end_faults,
    check_link_minutes,
    lines_as_geometry,
    road_words_read,
)
from urbgeo.network.model import ADDED, TravelNetwork, build_network, check_network
from urbgeo.network.speeds import by_class, class_speeds


def with_links(
    network: TravelNetwork,
    links: pd.DataFrame,
    *,
    nodes: gpd.GeoDataFrame | None = None,
    speeds: Mapping[str, float] | None = None,
) -> TravelNetwork:
    """The network with links added; the old one stays as it is, and its links keep their minutes.

    No trip gets longer: points keep the links that they joined before, and may use the new ones too. Links
    that were closed and come back from ``network.links`` are no new ones: all is then as it was.

    Parameters
    ----------
    network
        To add to.
    links
        As for :func:`urbgeo.network.model.build_network`, with ids of their own; rows that come from
        ``network.links`` carry their minutes and directions back exactly.
    nodes
        New nodes that the links use, any CRS.
    speeds
        Km/h by class for these links; by default a class is as fast, and as joinable, as it is in the
        network.

    Returns
    -------
    TravelNetwork
        A new one; ids, minutes and attachments of the old links hold in it.

    Raises
    ------
    InputError
        For ids that the network already has, unknown nodes (naming them) or classes, unusable lengths,
        speeds, minutes.

    Examples
    --------
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = build_network(nodes, pd.DataFrame([row], index=["old"]))
    >>> with_links(network, pd.DataFrame([row | {"class": "trunk"}], index=["new"]))
    <TravelNetwork 2 nodes, 2 links, modes road, 1 part>
    """
    check_network(network)
    check_columns(links, "links", LINK_COLUMNS)
    kmh = by_class(speeds or {}, network.provenance.speeds)
    again = links.index[network.link_table.index.get_indexer(links.index) >= 0]
    if len(again):
        raise InputError(f"links: ids the network already has: {some_of(again)}; rename them or close those.")
    every = network.nodes if nodes is None else _more_nodes(network, nodes)
    given = pd.DataFrame(lines_as_geometry(links))
    if {"minutes_back", "speed_source"} <= set(given) and "oneway" not in given:
        # a compiled link says one-way by having no minutes back; a raw one that both are alike
        given = given.assign(oneway=given["minutes_back"].isna() & given["speed_source"].notna())
    given, untimed = _as_in(network, given, kmh)
    faults = Faults("links")
    add_end_faults(faults, given, every.index)
    faults.raise_if_any()
    # Only the nodes that the new links touch are compiled again, however large the network.
    used = every.index.get_indexer(pd.Index(pd.concat([given["from_node"], given["to_node"]])))
    around = every.iloc[np.unique(used)] if len(given) else every
    added = build_network(around.to_crs(network.crs), given)
    drawn = isinstance(network.drawn_table, gpd.GeoDataFrame) or "geometry" in given
    old, new = (one.links if drawn else one.link_table for one in (network, added))
    # A few nodes may be best measured in another CRS than all of them.
    new = new.to_crs(network.crs) if drawn else new.copy(deep=False)
    new["speed_source"] = new["speed_source"].mask(untimed, given["class"].map(_source_of(kmh)))
    if "speed_source" in given:
        new["speed_source"] = given["speed_source"].fillna(new["speed_source"])
    old, new = _numbered(old, new, given)
    about = network.provenance.having(parameters={"links added": len(new)})
    return replace(network, nodes=every, link_table=pd.concat([old, new]), provenance=about)


def _numbered(old: pd.DataFrame, new: pd.DataFrame, given: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Old and new links with the number of the edit that added them, where any of them was added."""
    zero = [pd.Series(0, one.index, dtype=np.int64) for one in (old, new)]
    before = old[ADDED] if ADDED in old else zero[0]
    back = given["speed_source"].notna() if "speed_source" in given else pd.Series(False, given.index)
    own = (new[ADDED] if ADDED in new else zero[1]).fillna(0)
    number = own.where(back, before.max() + 1).astype(np.int64)
    if ADDED not in old and not number.any():
        return old, new.drop(columns=ADDED, errors="ignore")
    return old.assign(**{ADDED: before}), new.assign(**{ADDED: number})


def _as_in(
    network: TravelNetwork, links: pd.DataFrame, speeds: Mapping[str, float]
) -> tuple[pd.DataFrame, pd.Series]:
    """The links as fast and as joinable as their classes are in the network, and which are timed so."""
    known = {**class_speeds(), **network.provenance.speeds}
    links = links.assign(**{"class": road_words_read(links)})
    faults = Faults("speeds")
    for name, kmh in speeds.items():
        if name not in known:
            faults.add(f"unknown class {name!r}", remedy=f"known are {', '.join(known)}")
        elif not is_finite_number(kmh) or kmh <= 0:
            faults.add(f"{name}: {kmh!r} km/h", remedy="give a finite speed > 0")
    faults.raise_if_any()
    untimed = pd.Series(True, links.index)
    for column in ("minutes", "speed_kmh"):
        if column in links:
            untimed &= links[column].isna()
    kmh = links["class"].map({**known, **speeds})
    untimed &= kmh.notna()
    own = links["speed_kmh"] if "speed_kmh" in links else pd.Series(np.nan, links.index)
    joins = links["class"].map(network.link_table.groupby("class", observed=True)["joinable"].any())
    given = links["joinable"] if "joinable" in links else pd.Series(None, links.index, dtype=object)
    return links.assign(
        speed_kmh=own.mask(untimed, kmh), joinable=given.astype(object).where(given.notna(), joins)
    ), untimed


def _source_of(speeds: Mapping[str, float]) -> Callable[[object], str]:
    return lambda name: "override" if name in speeds else "default"


def without_links(network: TravelNetwork, ids: Iterable[object]) -> TravelNetwork:
    """The network with links closed.

    Raises
    ------
    InputError
        Naming ids that the network does not have, or when no link would be left.
    """
    check_network(network)
    closed = pd.Index(listed(ids))
    unknown = closed[~closed.isin(network.link_table.index)]
    if len(unknown):
        raise InputError(f"ids: no such links: {some_of(unknown)}; take them from network.links.index.")
    left = network.link_table[~network.link_table.index.isin(closed)]
    if left.empty:
        raise InputError("ids: no link would be left.")
    about = network.provenance.having(parameters={"links closed": len(closed)})
    return replace(network, link_table=left, provenance=about)


def with_speeds(network: TravelNetwork, speeds: Mapping[str, float] | pd.Series) -> TravelNetwork:
    """The network with other speeds, both ways.

    Parameters
    ----------
    network
        To change.
    speeds
        Km/h by class of link, or a Series of km/h by link id.

    Returns
    -------
    TravelNetwork
        A new one; minutes of links not named are as they were.

    Raises
    ------
    InputError
        Naming unknown classes or ids and speeds that are not finite and > 0.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> with_speeds(network, {"primary": 120}).link_table["minutes"].tolist()
    [5.0]
    """
    check_network(network)
    links = network.link_table
    classes = links["class"].astype(str)
    if not isinstance(speeds, pd.Series):
        check_mapping(speeds, "speeds", "{'primary': 60.0}")
        speeds = by_class(speeds, set(classes))
    given = pd.Series(speeds, dtype=object)
    given = given.mask(given.map(lambda one: isinstance(one, bool)))
    values = pd.to_numeric(given, errors="coerce").astype(float)
    faults = Faults("speeds")
    add_id_faults(faults, values.index)
    faults.raise_if_any()
    if isinstance(speeds, pd.Series):
        unknown, kmh = values.index.difference(links.index), values.reindex(links.index)
    else:
        unknown, kmh = pd.Index(sorted(set(speeds) - set(classes))), classes.map(values).astype(float)
    if len(unknown):
        faults.add(
            "no such class or link", ids=unknown, remedy=f"classes are {some_of(sorted(set(classes)))}"
        )
    wrong = values.index[~((values > 0) & np.isfinite(values))]
    if len(wrong):
        faults.add(
            "speeds that are not finite and > 0", ids=wrong, remedy="to close a link use without_links"
        )
    faults.raise_if_any()
    touched = kmh.notna()
    minutes = (links["length_km"] * 60.0 / kmh).where(touched, links["minutes"])
    back = minutes.where(touched & links["minutes_back"].notna(), links["minutes_back"])
    changed = links.assign(
        minutes=minutes,
        minutes_back=back,
        speed_kmh=kmh.where(touched, links["speed_kmh"]),
        speed_source=links["speed_source"].mask(touched, "override"),
    )
    check_link_minutes(changed)
    about = network.provenance.having(parameters={"links with other speeds": int(touched.sum())})
    named = {} if isinstance(speeds, pd.Series) else {name: float(speeds[name]) for name in speeds}
    about = replace(about, speeds={**about.speeds, **named})
    return replace(network, link_table=changed, provenance=about)


def _more_nodes(network: TravelNetwork, nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    check_points(nodes, "nodes")
    new = gpd.GeoDataFrame(geometry=nodes.geometry.to_crs(network.crs).rename("geometry"))
    again = new.index[new.index.isin(network.nodes.index)]
    if len(again):
        raise InputError(
            f"nodes: ids the network already has: {some_of(again)}; leave them out or rename them."
        )
    return gpd.GeoDataFrame(pd.concat([network.nodes[["geometry"]], new]), crs=network.crs)
