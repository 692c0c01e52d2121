"""Which links cost most when they close, and in which order to build.

The links are found by refitting only what a link touches: closing a link of the tree of quickest ways changes
the minutes of the nodes beyond it and of no others, so that only that branch is searched again, from its rim
(Ramalingam and Reps 1996, An incremental algorithm for a generalization of the shortest-path problem; here
for single deletions from one tree of many seeds).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import ClassVar

import geopandas as gpd
import numpy as np
import pandas as pd

from urbgeo.amounts import amount_of
from urbgeo.arguments import check_year
from urbgeo.checks import check_columns, check_points, check_quantity, check_rows
from urbgeo.errors import InputError
from urbgeo.network.attach import Attachment, attach, attach_some
from urbgeo.network.edits import with_links
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork, check_network
from urbgeo.network.scenario import attached_alike
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.types import Floats

Arcs = list[list[tuple[int, float, int]]]
"""By node: neighbours with minutes and the link between."""


@dataclass(frozen=True, eq=False, repr=False)
class CriticalLinks(Result):
    """Links by what their closing costs.

    ``table``: one row per link on somebody's quickest way, the dearest first: ``name_zh`` and ``route`` where
    the links have them, ``class``, ``length_km``, ``person_minutes`` (added a trip each), ``people`` (who
    lose time), ``people_cut`` (who lose every way), ``places`` (names or ids, the worst first),
    ``worst_min`` (most added), ``rank``, geometry.
    """

    table: gpd.GeoDataFrame
    provenance: Provenance
    _shown: ClassVar[str | None] = "person_minutes"
    _titles: ClassVar[tuple[str, str]] = ("关键路段", "Critical links")

    def _headline(self) -> str:
        worst = "" if self.table.empty else f"; most {self.table['person_minutes'].max():,.0f} person-minutes"
        return f"{len(self.table)} links on quickest ways{worst}"


def critical_links(
    network: TravelNetwork,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    population: str | pd.Series = "population",
) -> CriticalLinks:
    """What the closing of each link costs the people on their way to the nearest facility.

    A closed link is closed to through traffic: who lives on it still leaves by either end.

    Parameters
    ----------
    network
        Travel times are taken from it, towards the facilities.
    places, facilities
        Points with unique index, any CRS.
    population
        People: a column of ``places`` or a Series on its index.

    Returns
    -------
    CriticalLinks
        All links that anybody's quickest way uses.

    Raises
    ------
    InputError
        For faulty points or amounts, and where no facility can be attached.

    Examples
    --------
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame({"population": 100.0}, index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> critical_links(network, nodes[:1], nodes[1:]).table.index.tolist()
    ['road']

    References
    ----------
    Jenelius, Petersen and Mattsson (2006), Importance and exposure in road network vulnerability analysis.
    """
    check_network(network)
    check_points(places, "places")
    people = amount_of(population, places, name="population", frame_name="places").to_numpy(float)
    here, there = attach(network, places, name="places"), attach_some(network, facilities, "facilities")
    away = _Tree(network, there)
    known = nearest_facility(network, here, there)["minutes"].to_numpy()
    first = _through(here, away.best)
    # Who shares a link with a facility does not leave it; nothing that closes elsewhere concerns them.
    moving = np.isfinite(first) & ~(known < first - 1e-9)
    named = next((one for one in ("name_zh", "name") if one in places), None)
    names = places[named].astype(str).to_numpy() if named else places.index.astype(str).to_numpy()
    rows = {}
    for link, branch in away.branches():
        second = _through(here, away.without(link, branch))
        added = np.zeros(len(first))
        added[moving] = second[moving] - first[moving]
        hit = added > 1e-6
        if not hit.any():
            continue
        cut = hit & ~np.isfinite(added)
        order = np.argsort(-np.where(hit, added, -1.0), kind="stable")[: int(hit.sum())]
        rows[link] = {
            "person_minutes": float((people * np.where(hit & ~cut, added, 0.0)).sum()),
            "people": float(people[hit].sum()),
            "people_cut": float(people[cut].sum()),
            "places": "、".join(names[order[:5]]) + ("…" if len(order) > 5 else ""),
            "worst_min": float(added[order[0]]),
        }
    return CriticalLinks(
        _ranked(network, rows),
        network.provenance.having(
            parameters={"population": population if isinstance(population, str) else "given"},
            shares={"places not attached": float((~here.attached).mean())},
        ),
    )


class _Tree:
    """Quickest ways of all nodes to their nearest seed, and the branches that hang on each link."""

    def __init__(self, network: TravelNetwork, seeds: Attachment) -> None:
        table = network.link_table
        ends = [network.nodes.index.get_indexer(table[end]) for end in ("from_node", "to_node")]
        count = len(network.nodes)
        self.out: Arcs = [[] for _ in range(count)]
        self.into: Arcs = [[] for _ in range(count)]
        there, back = table["minutes"].to_numpy(float), table["minutes_back"].to_numpy(float)
        for link, (a, b) in enumerate(zip(*ends, strict=True)):
            for start, end, minutes in ((a, b, there[link]), (b, a, back[link])):
                if minutes == minutes:
                    self.out[start].append((int(end), float(minutes), link))
                    self.into[end].append((int(start), float(minutes), link))
        self.seed = np.full(count, np.inf)
        rows = np.flatnonzero(seeds.attached)
        np.minimum.at(self.seed, seeds.ends[rows].ravel(), _from_own_end(seeds, seeds.to_legs)[rows].ravel())
        self.best = self.seed.copy()
        self.by = np.full(count, -1)
        self.next = np.full(count, -1)
        heap = [(float(self.best[node]), int(node)) for node in np.flatnonzero(np.isfinite(self.best))]
        heap.sort()
        self._search(heap, self.best, None, record=True)

    def branches(self) -> list[tuple[int, list[int]]]:
        """Each link of the tree with the nodes whose quickest way uses it."""
        children: list[list[int]] = [[] for _ in self.out]
        for node, after in enumerate(self.next.tolist()):
            if after >= 0:
                children[after].append(node)
        found: dict[int, list[int]] = {}
        for node in np.flatnonzero(self.by >= 0).tolist():
            branch, stack = [], [int(node)]
            while stack:
                one = stack.pop()
                branch.append(one)
                stack.extend(children[one])
            found.setdefault(int(self.by[node]), []).extend(branch)
        return list(found.items())

    def without(self, closed: int, branch: list[int]) -> Floats:
        """Minutes of all nodes with a link closed; only its branch is searched again."""
        inside = set(branch)
        best = self.best.copy()
        heap: list[tuple[float, int]] = []
        for node in inside:
            value = float(self.seed[node])
            for other, minutes, link in self.out[node]:
                if link != closed and other not in inside:
                    value = min(value, minutes + float(best[other]))
            best[node] = value
            if value < np.inf:
                heappush(heap, (value, node))
        self._search(heap, best, inside, closed=closed)
        return best

    def _search(
        self,
        heap: list[tuple[float, int]],
        best: Floats,
        inside: set[int] | None,
        *,
        closed: int = -1,
        record: bool = False,
    ) -> None:
        while heap:
            minutes, node = heappop(heap)
            if minutes > best[node]:
                continue
            for before, step, link in self.into[node]:
                if link == closed or (inside is not None and before not in inside):
                    continue
                if minutes + step < best[before]:
                    best[before] = minutes + step
                    heappush(heap, (minutes + step, before))
                    if record:
                        self.by[before], self.next[before] = link, node


def _through(places: Attachment, best: Floats) -> Floats:
    """Minutes of places by the better of their link's ends."""
    minutes = (_from_own_end(places, places.from_legs) + best[np.maximum(places.ends, 0)]).min(axis=1)
    return np.where(places.attached, minutes, np.nan)


def _from_own_end(points: Attachment, legs: Floats) -> Floats:
    """Minutes to the ends of each link; a point at a node stands there, not on the link it was joined to."""
    along = np.stack([one.along for one in points.joins], axis=1)
    beyond = np.stack([along >= 1.0, along <= 0.0], axis=2).reshape(legs.shape)
    return np.where(beyond, np.inf, legs)


def _ranked(network: TravelNetwork, rows: dict[int, dict[str, object]]) -> gpd.GeoDataFrame:
    links = network.links.iloc[list(rows)]
    kept = [one for one in ("name_zh", "route", "class", "length_km") if one in links]
    table = pd.DataFrame(list(rows.values()), index=links.index)
    if table.empty:
        table = pd.DataFrame(columns=["person_minutes", "people", "people_cut", "places", "worst_min"])
    whole = gpd.GeoDataFrame(
        pd.concat([links[kept], table], axis=1), geometry=links.geometry, crs=network.crs
    )
    whole = whole.sort_values(["people_cut", "person_minutes"], ascending=False, kind="stable")
    whole["rank"] = np.arange(1, len(whole) + 1)
    return whole


def stage_projects(
    network: TravelNetwork,
    projects: pd.DataFrame,
    places: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    km_per_year: float,
    first_year: int = 2026,
    population: str | pd.Series = "population",
) -> pd.DataFrame:
    """An order of building: year by year what saves most person-minutes a kilometre, given what stands.

    Parameters
    ----------
    network
        Without any of the projects.
    projects
        Links as for :func:`urbgeo.network.edits.with_links` with a column ``project`` (a name).
    places, facilities
        Who travels, to the nearest of what.
    km_per_year
        Kilometres that can be built a year; what is left over is carried to the next.
    first_year
        In which building starts.
    population
        People: a column of ``places`` or a Series on its index.

    Returns
    -------
    pandas.DataFrame
        One row per ``project`` in order: ``opens`` (year), ``km``, ``person_minutes_saved`` (a trip each,
        given those before it), ``people_gaining``, ``places_gaining`` (names, most first), ``share_saved``
        (of what all of them save, summed up).

    Raises
    ------
    InputError
        For a yearly length that is not > 0, links without project, and what ``with_links`` refuses.

    Examples
    --------
    >>> import urbgeo
    >>> spots = gpd.points_from_xy([112, 112.1], [28, 28])
    >>> nodes = gpd.GeoDataFrame({"population": 100.0}, index=["A", "B"], geometry=spots, crs=4326)
    >>> row = {"from_node": "A", "to_node": "B", "length_km": 10.0, "class": "primary"}
    >>> network = urbgeo.build_network(nodes, pd.DataFrame([row], index=["road"]))
    >>> new = pd.DataFrame([row | {"class": "expressway", "project": "east"}], index=["new"])
    >>> stage_projects(network, new, nodes[:1], nodes[1:], km_per_year=10.0)["opens"].tolist()
    [2026]
    """
    check_network(network)
    check_points(places, "places")
    check_rows(projects, "projects", "stage_projects(network, projects, places, facilities, km_per_year=...)")
    check_columns(projects, "projects", ["project"])
    km_of_links = amount_of("length_km", projects, name="length_km", frame_name="projects")
    projects = projects.assign(length_km=km_of_links)
    km_per_year, first_year = check_quantity(km_per_year, "km_per_year"), check_year(first_year, "first_year")
    if projects["project"].isna().any():
        raise InputError("projects: links without a project; name each.")
    people = amount_of(population, places, name="population", frame_name="places")
    left = {
        str(name): links.drop(columns="project")
        for name, links in projects.groupby("project", sort=False, observed=True)
    }
    # every state joins places by the same links, those of the network without projects
    start, _ = attached_alike(network, network)
    now, minutes = start, nearest_facility(start, places, facilities)["minutes"]
    rows, built_km = [], 0.0
    while left:
        tried = {}
        for name, links in left.items():
            after = with_links(now, links.assign(joinable=False))
            then = nearest_facility(after, places, facilities)["minutes"]
            saved = (minutes - then).where(np.isfinite(minutes) & np.isfinite(then), 0.0)
            tried[name] = (float((saved * people).sum()), after, then, saved)
        km = {name: float(links["length_km"].sum()) for name, links in left.items()}
        best = max(left, key=lambda name: tried[name][0] / max(km[name], 1e-9))
        total, now, minutes, saved = tried[best]
        built_km += km[best]
        rows.append(_stage(best, km[best], built_km, km_per_year, first_year, total, saved, people, places))
        del left[best]
    table = pd.DataFrame(rows).set_index("project")
    whole = table["person_minutes_saved"].sum()
    table["share_saved"] = table["person_minutes_saved"].cumsum() / whole if whole > 0 else np.nan
    return table


def _stage(
    name: str,
    km: float,
    built_km: float,
    km_per_year: float,
    first_year: int,
    total: float,
    saved: pd.Series,
    people: pd.Series,
    places: gpd.GeoDataFrame,
) -> dict[str, object]:
    named = next((one for one in ("name_zh", "name") if one in places), None)
    most = saved[saved >= 0.5].sort_values(ascending=False, kind="stable").index[:5]
    return {
        "project": name,
        "opens": first_year + int(np.ceil(built_km / km_per_year - 1e-9)) - 1,
        "km": km,
        "person_minutes_saved": total,
        "people_gaining": float(people[saved >= 0.5].sum()),
        "places_gaining": "、".join(str(places.at[one, named]) if named else str(one) for one in most),
    }
