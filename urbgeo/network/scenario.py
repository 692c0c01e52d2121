"""Scenarios: a network with links opened, closed or quickened, and any measure before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.amounts import series_of
from urbgeo.arguments import check_call, check_object
from urbgeo.checks import (
    add_amount_faults,
    check_columns,
    check_ids,
    check_points,
    check_rows,
    is_finite_number,
)
from urbgeo.errors import Faults, InputError, some_of
from urbgeo.network.edits import with_links, without_links
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.provenance import Provenance
from urbgeo.regions.region import Region
from urbgeo.results import Result
from urbgeo.words import years

Measure = Callable[[TravelNetwork], pd.Series | pd.DataFrame]

LAYERS = ("places", "airports", "stations")


def in_year(network: TravelNetwork, year: int, *, column: str = "opened") -> TravelNetwork:
    """The network of a year: links opened in it or before; links without a year have always been there.

    Interchanges, stations and airports open with their year too: places of a later one are told where they
    join it, and :func:`urbgeo.regions.years.region_in_year` takes a whole region back.

    Raises
    ------
    InputError
        When the links have no such column, none was open yet, or one says what is no year (在建).
    """
    if not is_finite_number(year):
        raise InputError(f"year: {year!r} is no year; give a number such as 2024.")
    check_columns(network.link_table, "links", [column])
    opened = years(network.link_table, "links", column)
    then = without_links(network, network.link_table.index[opened > year])
    return replace(then, provenance=then.provenance.having(parameters={"year": int(year)}))


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


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Result):
    """A measure before and after.

    Attributes
    ----------
    table
        One row per row of the measure (per pair, where it is a table): ``before``, ``after``, ``change``
        (after - before; 0 where both are ``inf``) and ``status``: ``"less"``, ``"more"``, ``"same"``,
        ``"opened"`` (``inf`` before), ``"closed"`` (``inf`` after), ``"unknown"`` (NaN).
    before, after
        What each of the two networks rests on.
    provenance
        That of the network after, with both names.
    """

    table: pd.DataFrame
    before: Provenance
    after: Provenance
    provenance: Provenance

    _shown = "change"
    _titles = ("变化", "Change")

    @property
    def summary(self) -> pd.DataFrame:
        """Rows by status, and their mean change where it is finite."""
        return self.summary_by().droplevel("group").drop(columns="weight")

    def summary_by(self, groups: pd.Series | None = None, *, weight: pd.Series | None = None) -> pd.DataFrame:
        """Rows (and weight, e.g. people) by status, for each of the groups (e.g. the prefecture).

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
                "group": "all" if groups is None else groups.reindex(self.table.index),
            }
        )
        grouped = rows.groupby(["group", "status"], dropna=False)
        sums = grouped[["weight", "moved", "counted"]].sum().assign(rows=grouped.size())
        sums["mean_change"] = sums["moved"] / sums["counted"].where(sums["counted"] > 0)
        return sums[["rows", "weight", "mean_change"]]

    def _headline(self) -> str:
        counts = self.table["status"].value_counts()
        return f"{len(self.table)} rows: " + ", ".join(f"{count} {name}" for name, count in counts.items())


def compare(before: TravelNetwork, after: TravelNetwork, measure: Measure) -> Comparison:
    """Run a measure on two networks with every point attached alike.

    Points join only links that both networks have, so that a difference comes from travelling and not from
    where a point is attached: a new link is reached over its ends.

    Parameters
    ----------
    before, after
        E.g. a network and what :func:`urbgeo.network.edits.with_links` makes of it.
    measure
        Takes a network, returns a Series or a DataFrame of numbers, e.g.
        ``lambda network: nearest_facility(network, places, airports)["minutes"]``.

    Returns
    -------
    Comparison
        ``table`` on the rows of the answers: ``before``, ``after``, ``change`` and ``status`` (``"less"``,
        ``"more"``, ``"same"``, ``"opened"``, ``"closed"``, ``"unknown"``); ``summary`` by status.

    Raises
    ------
    InputError
        When the two answers do not have the same rows, or no link is common to both networks.

    Examples
    --------
    >>> import urbgeo
    >>> from urbgeo.network.edits import with_speeds
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> slow = urbgeo.build_network(nodes, pd.DataFrame([row]))
    >>> quick = with_speeds(slow, {"primary": 120})
    >>> found = compare(slow, quick, lambda network: urbgeo.minutes_table(network, nodes, nodes))
    >>> found.summary["mean_change"]
    status
    less   -5.0
    same    0.0
    Name: mean_change, dtype: float64
    """
    check_network(before, "before")
    check_network(after, "after")
    check_call(measure, "measure", "lambda network: minutes_table(network, places, seats)")
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
    shares = {f"rows {name}": float((status == name).mean()) for name in ("unknown", "opened", "closed")}
    about = after.provenance.having(parameters={"compared": "before and after"}, shares=shares)
    return Comparison(table, before.provenance, after.provenance, about)


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
    *,
    covered: Callable[[TravelNetwork], pd.Series],
    population: pd.Series,
    names: pd.Series | None = None,
    nodes: gpd.GeoDataFrame | None = None,
    speeds: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Evaluate projects one by one and rank them by people gained per kilometre.

    Parameters
    ----------
    network
        Without any of the projects.
    projects
        Links as for :func:`urbgeo.network.edits.with_links` with a column ``project``;
        optional ``opened`` (year).
    covered
        Takes a network, returns True for each place that is served, e.g.
        ``lambda network: coverage(network, places, airports).table["covered"]``.
    population
        People by place, on the index that ``covered`` returns.
    names
        Names by place, such as ``places["name_zh"]``; ids without.
    nodes, speeds
        As for :func:`urbgeo.network.edits.with_links`.

    Returns
    -------
    pandas.DataFrame
        Index ``project``, best first: ``people_gained``, ``people_lost``, ``places_gained``, ``gained`` and
        ``lost`` (tuples of names, most people first), ``km``, ``people_per_km``, ``opened`` (latest year of
        its links, when given), ``rank``; ``attrs["provenance"]``.

    Raises
    ------
    InputError
        For links without project, places without people or a name, and whatever
        :func:`urbgeo.network.edits.with_links` refuses.

    Examples
    --------
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1, 112.2], [28, 28, 28])
    >>> nodes = gpd.GeoDataFrame(index=["A", "B", "C"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> east = {"from_node": "B", "to_node": "C"}
    >>> round_about = row | east | {"length_km": 60.0}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row, round_about], index=["a", "b"]))
    >>> new = row | east | {"project": "east"}
    >>> def covered(network):
    ...     return urbgeo.minutes_table(network, nodes, nodes[2:])["C"].le(30)
    >>> people = pd.Series(100.0, nodes.index)
    >>> new, names = pd.DataFrame([new], index=["new"]), pd.Series(["甲", "乙", "丙"], nodes.index)
    >>> ranking = rank_projects(network, new, covered=covered, population=people, names=names)
    >>> ranking["gained"].tolist()
    [('甲', '乙')]
    """
    check_network(network)
    check_rows(projects, "projects", "rank_projects(network, projects, covered=..., population=...)")
    check_columns(projects, "projects", ["project", "length_km"])
    check_call(covered, "covered", "lambda network: coverage(network, places, airports).table['covered']")
    people_of = series_of(population, "population")
    if names is not None:
        check_object(names, "names", pd.Series, 'give names by place, such as places["name_zh"]')
        check_ids(names.index, "names")
    faults = Faults("projects")
    if projects["project"].isna().any():
        faults.add("links without a project", ids=projects.index[projects["project"].isna()])
    projects = projects.assign(length_km=add_amount_faults(faults, projects["length_km"]))
    faults.raise_if_any()
    rows = []
    for name, links in projects.groupby("project", sort=False, observed=True):
        after = with_links(network, links.drop(columns="project"), nodes=nodes, speeds=speeds)
        first, second = (covered(one).astype(bool) for one in attached_alike(network, after))
        km = float(links["length_km"].sum())
        row = {"project": name, **_gains(first, second, people_of, names)}
        row |= {"km": km, "people_per_km": row["people_gained"] / km if km > 0 else np.nan}
        rows.append(row | ({"opened": links["opened"].max()} if "opened" in links else {}))
    table = pd.DataFrame(rows).set_index("project")
    table = table.sort_values(["people_per_km", "people_gained"], ascending=False, kind="stable")
    ranking = table.assign(rank=np.arange(1, len(table) + 1))
    ranking.attrs["provenance"] = network.provenance.having(parameters={"projects": len(table)})
    return ranking


def _gains(
    first: pd.Series, second: pd.Series, people_of: pd.Series, names: pd.Series | None
) -> dict[str, Any]:
    """Who is served after and was not before, and who no longer is: people, places, names."""
    people = people_of.reindex(first.index)
    if people.isna().any():
        raise InputError(f"population: none for {some_of(first.index[people.isna()])}.")
    named = first.index.to_series() if names is None else names.reindex(first.index)
    if named.isna().any():
        raise InputError(f"names: none for {some_of(first.index[named.isna()])}.")
    ordered = people.sort_values(ascending=False, kind="stable").index
    gained, lost = ((one & ~other).reindex(ordered) for one, other in ((second, first), (first, second)))
    return {
        "people_gained": float(people[gained.index[gained]].sum()),
        "people_lost": float(people[lost.index[lost]].sum()),
        "places_gained": int(gained.sum()),
        "gained": tuple(named[gained.index[gained]].astype(str)),
        "lost": tuple(named[lost.index[lost]].astype(str)),
    }


def _as_series(answer: pd.Series | pd.DataFrame) -> pd.Series:
    if isinstance(answer, pd.DataFrame):
        pairs = pd.MultiIndex.from_product([answer.index, answer.columns])
        return pd.Series(answer.to_numpy(np.float64).ravel(), index=pairs)
    if not isinstance(answer, pd.Series):
        raise InputError(f"measure: it returned {type(answer).__name__}; return a Series or a DataFrame.")
    return answer.astype(float)
