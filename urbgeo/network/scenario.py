"""Scenarios: a network with links opened, closed or quickened, and any measure before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.checks import add_amount_faults, add_id_faults, check_columns, check_points, is_finite_number
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.model import (
    LINK_COLUMNS,
    TravelNetwork,
    build_network,
    check_link_minutes,
    lines_as_geometry,
)
from urbgeo.network.speeds import class_speeds
from urbgeo.provenance import Provenance
from urbgeo.regions.region import Region

Measure = Callable[[TravelNetwork], pd.Series | pd.DataFrame]

LAYERS = ("places", "airports", "stations")


def with_links(
    network: TravelNetwork,
    links: pd.DataFrame,
    *,
    nodes: gpd.GeoDataFrame | None = None,
    speeds: Mapping[str, float] | None = None,
) -> TravelNetwork:
    """The network with links added; the old one stays as it is, and its links keep their minutes.

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

    Raises
    ------
    InputError
        For ids that the network already has, unknown nodes or classes, unusable lengths, speeds, minutes.
    """
    check_columns(links, "links", LINK_COLUMNS)
    again = links.index[network.link_table.index.get_indexer(links.index) >= 0]
    if len(again):
        raise InputError(f"links: ids the network already has: {some_of(again)}; rename them or close those.")
    every = network.nodes if nodes is None else _more_nodes(network, nodes)
    given = pd.DataFrame(lines_as_geometry(links))
    if {"minutes_back", "speed_source"} <= set(given) and "oneway" not in given:
        # a compiled link says one-way by having no minutes back; a raw one that both are alike
        given = given.assign(oneway=given["minutes_back"].isna() & given["speed_source"].notna())
    given, by_class = _as_in(network, given, speeds or {})
    used = every.index.get_indexer(pd.Index(pd.concat([given["from_node"], given["to_node"]])))
    around = every.iloc[np.unique(used[used >= 0])] if len(given) else every
    check_points(around, "nodes")
    added = build_network(around.to_crs(network.crs), given)
    drawn = isinstance(network.link_table, gpd.GeoDataFrame) or "geometry" in given
    old, new = (one.links if drawn else one.link_table for one in (network, added))
    new = new.copy(deep=False)
    new["speed_source"] = new["speed_source"].mask(by_class, given["class"].map(_source_of(speeds or {})))
    if "speed_source" in given:
        new["speed_source"] = given["speed_source"].fillna(new["speed_source"])
    about = network.provenance.having(parameters={"links added": len(new)})
    return replace(network, nodes=every, link_table=pd.concat([old, new]), provenance=about)


def _as_in(
    network: TravelNetwork, links: pd.DataFrame, speeds: Mapping[str, float]
) -> tuple[pd.DataFrame, pd.Series]:
    """The links as fast and as joinable as their classes are in the network, and which are timed so."""
    known = {**class_speeds(), **network.provenance.speeds}
    faults = Faults("speeds")
    for name, kmh in speeds.items():
        if name not in known:
            faults.add(f"unknown class {name!r}", remedy=f"known are {', '.join(known)}")
        elif not is_finite_number(kmh) or kmh <= 0:
            faults.add(f"{name}: {kmh!r} km/h", remedy="give a finite speed > 0")
    faults.raise_if_any()
    by_class = pd.Series(True, links.index)
    for column in ("minutes", "speed_kmh"):
        if column in links:
            by_class &= links[column].isna()
    kmh = links["class"].map({**known, **speeds})
    by_class &= kmh.notna()
    own = links["speed_kmh"] if "speed_kmh" in links else pd.Series(np.nan, links.index)
    joins = links["class"].map(network.link_table.groupby("class", observed=True)["joinable"].any())
    given = links["joinable"] if "joinable" in links else pd.Series(None, links.index, dtype=object)
    return links.assign(
        speed_kmh=own.mask(by_class, kmh), joinable=given.astype(object).where(given.notna(), joins)
    ), by_class


def _source_of(speeds: Mapping[str, float]) -> Callable[[object], str]:
    return lambda name: "override" if name in speeds else "default"


def without_links(network: TravelNetwork, ids: Iterable[object]) -> TravelNetwork:
    """The network with links closed.

    Raises
    ------
    InputError
        Naming ids that the network does not have, or when no link would be left.
    """
    closed = pd.Index(list(ids))
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

    Raises
    ------
    InputError
        Naming unknown classes or ids and speeds that are not finite and > 0.
    """
    links = network.link_table
    classes = links["class"].astype(str)
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
    about = network.provenance
    named = {} if isinstance(speeds, pd.Series) else {name: float(speeds[name]) for name in speeds}
    about = Provenance(
        {**about.parameters, "links with other speeds": int(touched.sum())},
        {**about.speeds, **named},
        about.sources,
        about.shares,
        about.version,
    )
    return replace(network, link_table=changed, provenance=about)


def in_year(network: TravelNetwork, year: int, *, column: str = "opened") -> TravelNetwork:
    """The network of a year: links opened in it or before; links without a year have always been there.

    Raises
    ------
    InputError
        When the links have no such column, or none was open yet.
    """
    check_columns(network.link_table, "links", [column])
    opened = pd.to_numeric(network.link_table[column], errors="coerce")
    return without_links(network, network.link_table.index[opened > year])


def with_facilities(region: Region, layer: str, points: gpd.GeoDataFrame) -> Region:
    """The region with facilities added to its ``airports``, ``stations`` or ``places``.

    Raises
    ------
    InputError
        For an unknown layer, faulty points, and ids that the layer already has.
    """
    if layer not in LAYERS:
        raise InputError(f"layer: {layer!r} is unknown; choose one of {', '.join(map(repr, LAYERS))}.")
    check_points(points, "points")
    old: gpd.GeoDataFrame = getattr(region, layer)
    again = points.index[points.index.isin(old.index)]
    if len(again):
        raise InputError(f"points: ids that {layer} already has: {some_of(again)}.")
    both = gpd.GeoDataFrame(pd.concat([old, points.to_crs(old.crs)]), crs=old.crs)
    return replace(region, **{layer: both})


@dataclass(frozen=True, eq=False)
class Comparison:
    """A measure before and after.

    ``table`` has one row per row of the measure (per pair, where it is a table): ``before``, ``after``,
    ``change`` (after - before; 0 where both are ``inf``) and ``status``: ``"less"``, ``"more"``, ``"same"``,
    ``"opened"`` (``inf`` before), ``"closed"`` (``inf`` after), ``"unknown"`` (NaN).
    """

    table: pd.DataFrame
    before: Provenance
    after: Provenance

    def summary(self, *, weight: pd.Series | None = None, by: pd.Series | None = None) -> pd.DataFrame:
        """Rows (and weight, e.g. people) by status, for each group of ``by`` (e.g. the prefecture).

        Both Series are aligned on the index of ``table``; ``mean_change`` is over finite changes, weighted.
        """
        weights = pd.Series(1.0, self.table.index) if weight is None else weight.reindex(self.table.index)
        if weights.isna().any():
            raise InputError(f"weight: none for {some_of(self.table.index[weights.isna()])}.")
        finite = self.table["change"].where(np.isfinite(self.table["change"]))
        rows = pd.DataFrame(
            {
                "status": self.table["status"],
                "weight": weights,
                "moved": finite * weights,
                "counted": weights.where(finite.notna(), 0.0),
                "group": "all" if by is None else by.reindex(self.table.index),
            }
        )
        groups = rows.groupby(["group", "status"], dropna=False)
        sums = groups[["weight", "moved", "counted"]].sum().assign(rows=groups.size())
        sums["mean_change"] = sums["moved"] / sums["counted"].where(sums["counted"] > 0)
        return sums[["rows", "weight", "mean_change"]]


def compare(before: TravelNetwork, after: TravelNetwork, measure: Measure) -> Comparison:
    """Run a measure on two networks with every point attached alike.

    Points join only links that both networks have, so that a difference comes from travelling and not from
    where a point is attached: a new link is reached over its ends.

    Parameters
    ----------
    before, after
        E.g. a network and what :func:`with_links` makes of it.
    measure
        Takes a network, returns a Series or a DataFrame of numbers, e.g.
        ``lambda network: nearest_facility(network, places, airports)["minutes"]``.

    Raises
    ------
    InputError
        When the two answers do not have the same rows, or no link is common to both networks.
    """
    first, second = (_as_series(measure(one)) for one in attached_alike(before, after))
    if not first.index.equals(second.index):
        raise InputError("measure: its answers before and after have different rows; return the same index.")
    same = (first == second) | (first.isna() & second.isna())
    change = (second - first).mask(same & first.notna(), 0.0)
    status = np.select(
        [first.isna() | second.isna(), same, np.isinf(first), np.isinf(second), change < 0],
        ["unknown", "same", "opened", "closed", "less"],
        "more",
    )
    table = pd.DataFrame({"before": first, "after": second, "change": change, "status": status})
    return Comparison(table, before.provenance, after.provenance)


def attached_alike(before: TravelNetwork, after: TravelNetwork) -> tuple[TravelNetwork, TravelNetwork]:
    """Both networks with only those links joinable that are so in both."""
    had, have = (one.link_table.index[one.joinable_links] for one in (before, after))
    common = had.intersection(have)
    if common.empty:
        raise InputError("networks: no joinable link is common to both; compare edits of one network.")
    pair = [
        replace(
            one,
            link_table=one.link_table.assign(joinable=one.link_table.index.isin(common)),
            snapping=replace(before.snapping, component="any"),
        )
        for one in (before, after)
    ]
    return pair[0], pair[1]


def rank_projects(
    network: TravelNetwork,
    projects: pd.DataFrame,
    covered: Callable[[TravelNetwork], pd.Series],
    population: pd.Series,
    *,
    nodes: gpd.GeoDataFrame | None = None,
    speeds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Evaluate projects one by one and rank them by people gained per kilometre.

    Parameters
    ----------
    network
        Without any of the projects.
    projects
        Links as for :func:`with_links` with a column ``project``; optional ``opened`` (year).
    covered
        Takes a network, returns True for each place that is served, e.g.
        ``lambda network: coverage(network, places, airports).table["covered"]``.
    population
        People by place, on the index that ``covered`` returns.
    nodes, speeds
        As for :func:`with_links`.

    Returns
    -------
    pandas.DataFrame
        Index ``project``, best first: ``people_gained``, ``people_lost``, ``places_gained``, ``km``,
        ``people_per_km``, ``opened`` (latest year of its links, when given), ``rank``.

    Raises
    ------
    InputError
        For links without project, and whatever :func:`with_links` refuses.
    """
    check_columns(projects, "projects", ["project", "length_km"])
    faults = Faults("projects")
    if projects["project"].isna().any():
        faults.add("links without a project", ids=projects.index[projects["project"].isna()])
    add_amount_faults(faults, projects["length_km"])
    faults.raise_if_any()
    rows = []
    for name, links in projects.groupby("project", sort=False):
        after = with_links(network, links.drop(columns="project"), nodes=nodes, speeds=speeds)
        first, second = (covered(one).astype(bool) for one in attached_alike(network, after))
        people = population.reindex(first.index)
        if people.isna().any():
            raise InputError(f"population: none for {some_of(first.index[people.isna()])}.")
        km = float(links["length_km"].sum())
        gained = float(people[second & ~first].sum())
        row = {
            "project": name,
            "people_gained": gained,
            "people_lost": float(people[first & ~second].sum()),
            "places_gained": int((second & ~first).sum()),
            "km": km,
            "people_per_km": gained / km if km > 0 else np.nan,
        }
        rows.append(row | ({"opened": links["opened"].max()} if "opened" in links else {}))
    table = pd.DataFrame(rows).set_index("project")
    table = table.sort_values(["people_per_km", "people_gained"], ascending=False, kind="stable")
    return table.assign(rank=np.arange(1, len(table) + 1))


def _more_nodes(network: TravelNetwork, nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    check_points(nodes, "nodes")
    new = nodes[["geometry"]].to_crs(network.crs)
    again = new.index[new.index.isin(network.nodes.index)]
    if len(again):
        raise InputError(
            f"nodes: ids the network already has: {some_of(again)}; leave them out or rename them."
        )
    return gpd.GeoDataFrame(pd.concat([network.nodes[["geometry"]], new]), crs=network.crs)


def _as_series(answer: pd.Series | pd.DataFrame) -> pd.Series:
    if isinstance(answer, pd.DataFrame):
        pairs = pd.MultiIndex.from_product([answer.index, answer.columns])
        return pd.Series(answer.to_numpy(np.float64).ravel(), index=pairs)
    if not isinstance(answer, pd.Series):
        raise InputError(f"measure: it returned {type(answer).__name__}; return a Series or a DataFrame.")
    return answer.astype(float)
