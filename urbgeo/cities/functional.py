"""Functional urban areas: cities with an urban centre and the zones that send commuters to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from urbgeo.checks import check_choice, check_ids, check_share
from urbgeo.cities.contiguity import contiguous
from urbgeo.cities.flows import RULES, Flows, check_threshold, in_order, read_flows, tied_share
from urbgeo.cities.matrices import counts_of, numbers_by_id
from urbgeo.errors import Faults, InputError
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.standards import CENTRE_IN_CITY, CITY_IN_CENTRE, COMMUTING_SHARE, UNIT_IN_CENTRE
from urbgeo.types import Floats, Ints


@dataclass(frozen=True, eq=False, repr=False)
class FunctionalAreas(Result):
    """Functional areas.

    ``table``: on the index of the zones, ``area`` (missing for none), ``role`` (``"city"``, ``"commuting
    zone"``, ``"enclave"``, ``"outside"``), ``share`` (of the strongest city), ``strongest`` (that city) and
    ``status`` (``"assigned"``, ``"below the threshold"``, ``"exclave dropped"``, ``"no employed
    residents"``).
    ``areas``: ``zones``, ``employed``, ``jobs``, ``self_containment`` by area.
    """

    table: pd.DataFrame
    areas: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)

    _shown: ClassVar[str | None] = "role"
    _titles: ClassVar[tuple[str, str]] = ("功能区", "Functional areas")

    @property
    def summary(self) -> pd.DataFrame:
        """Zones, workers, jobs and self-containment by area."""
        return self.areas

    def _headline(self) -> str:
        return f"{len(self.areas)} areas of {int(self.table['area'].notna().sum())} zones"


def cities_of_centres(
    centre_people: pd.DataFrame,
    population: pd.Series,
    *,
    unit_in_centre: float = UNIT_IN_CENTRE,
    city_in_centre: float = CITY_IN_CENTRE,
    centre_in_city: float = CENTRE_IN_CITY,
    centre_population: pd.Series | None = None,
) -> pd.DataFrame:
    """The city of each urban centre: the units that have half of their people in it.

    Parameters
    ----------
    centre_people
        Persons of each unit (rows) in each urban centre (columns), as in
        :class:`~urbgeo.cities.degurba_units.UnitClasses`.
    population
        Persons of each unit.
    unit_in_centre, city_in_centre, centre_in_city
        Shares explained in :func:`~urbgeo.standards.standards_table` under the same names.
    centre_population
        All persons of each centre, when some of them live outside the units.

    Returns
    -------
    pandas.DataFrame
        On the units: ``city`` (the centre, missing for none), ``share`` (of the unit's people in its
        strongest centre), ``status`` (``"city"``, ``"no city"``, ``"city too thin"``).

    Raises
    ------
    InputError
        For ids that differ, people that are no numbers, shares that are none.

    Examples
    --------
    >>> inside = pd.DataFrame({1: [60_000.0, 1_000.0]}, index=["a", "b"])
    >>> cities_of_centres(inside, pd.Series({"a": 80_000.0, "b": 20_000.0}))["status"].tolist()
    ['city', 'no city']
    """
    population = numbers_by_id(population, "population", call="cities_of_centres(centre_people, population)")
    call = "cities_of_centres(centre_people, population)"
    held = counts_of(centre_people, "centre_people", call)
    for name, share in (
        ("unit_in_centre", unit_in_centre),
        ("city_in_centre", city_in_centre),
        ("centre_in_city", centre_in_city),
    ):
        check_share(share, name)
    lost = population.index.symmetric_difference(centre_people.index)
    if len(lost):
        faults = Faults("centre_people and population")
        faults.add("units of one of the two only", ids=lost, remedy="align them")
        faults.raise_if_any()
    people = held[centre_people.index.get_indexer(population.index)]
    total = population.to_numpy(float)
    inside = people.sum(axis=0)
    if centre_population is not None:
        inside = numbers_by_id(centre_population, "centre_population", centre_people.columns).to_numpy(float)
    if not people.shape[1]:
        nothing = pd.Series(None, index=population.index, dtype=object)
        return pd.DataFrame({"city": nothing, "share": 0.0, "status": "no city"})
    best = people.argmax(axis=1)
    rows = np.arange(len(total))
    share = np.divide(people[rows, best], total, out=np.zeros_like(total), where=total > 0)
    member = np.where(share >= unit_in_centre, best, -1)
    kept = np.zeros(people.shape[1], bool)
    for centre in range(people.shape[1]):
        units = member == centre
        held = people[units, centre].sum()
        kept[centre] = (
            units.any()
            and held >= city_in_centre * total[units].sum()
            and held >= centre_in_city * inside[centre]
        )
    city = member >= 0
    good = city & kept[np.maximum(member, 0)]
    names = pd.Series(
        np.where(good, centre_people.columns.to_numpy(object)[best], None), population.index, dtype=object
    )
    status = np.select([good, city], ["city", "city too thin"], "no city")
    return pd.DataFrame({"city": names, "share": share, "status": status}, index=population.index)


def functional_areas(
    flows: pd.DataFrame,
    cities: pd.Series,
    *,
    neighbours: pd.DataFrame | None = None,
    coast: Iterable[object] = (),
    min_share: float = COMMUTING_SHARE,
    merge: bool = True,
    merge_share: float | None = None,
    rule: str = "out",
) -> FunctionalAreas:
    """Functional urban areas from commuting flows.

    Cities that send at least ``merge_share`` of their employed residents to another are merged into one
    (polycentric) city. A zone belongs to the commuting zone of the city with the largest share, if that share
    reaches ``min_share``. With ``neighbours``, zones not connected to their city are dropped; then zones,
    alone or several together, whose whole land border is with one area are added. A border on nothing in
    the table is taken for land (another country) and keeps a zone out, unless ``coast`` says it is water.
    Where the table tells no such borders, only single zones can be known to be enclosed.

    Shares of zone i to city C, with f the flows: ``"out"``: f(i, C) / employed(i); ``"either"``: the larger
    of f(i, C) / employed(i) and f(C, i) / jobs(i), so that either may reach the threshold, as official
    commuting areas of several countries have it; ``"interchange"``:
    f(i, C) / employed(i) + f(C, i) / jobs(i) (share out plus share in); ``"pooled"``:
    (f(i, C) + f(C, i)) / (employed(i) + jobs(i)).

    Parameters
    ----------
    flows
        ``home``, ``work``, ``workers``; with the flows of zones to themselves.
    cities
        City of each zone, missing for none; index = all zones.
    neighbours
        ``zone``, ``neighbour`` pairs, e.g. from :func:`~urbgeo.cities.flows.borders`; a missing
        ``neighbour`` stands for what lies beyond all zones.
    coast
        Zones that border on nothing but water beyond the zones of the table.
    min_share
        Closed lower bound of the share.
    merge
        Whether cities tied to each other become one.
    merge_share
        At what share they do; the same as ``min_share`` when None.
    rule
        See above.

    Returns
    -------
    FunctionalAreas

    Examples
    --------
    >>> ends = {"home": ["a", "b", "b", "c"], "work": ["a", "a", "b", "c"]}
    >>> flows = pd.DataFrame({**ends, "workers": [90, 20, 80, 9]})
    >>> functional_areas(flows, pd.Series({"a": "A", "b": None, "c": None})).table["role"].tolist()
    ['city', 'commuting zone', 'outside']

    Raises
    ------
    InputError
        For faulty flows, no city at all, unknown neighbours or coast, an unknown rule, or a share not in
        (0, 1].

    References
    ----------
    Dijkstra, Poelman and Veneri (2019), The EU-OECD definition of a functional urban area.
    """
    check_choice(rule, "rule", RULES)
    check_threshold(min_share, "min_share")
    merge_at = check_threshold(min_share if merge_share is None else merge_share, "merge_share")
    if not isinstance(merge, bool | np.bool_):
        raise InputError(f"merge: {merge!r}; give True or False.")
    if not merge and merge_share is not None:
        raise InputError("merge_share: with merge=False no city is merged; leave it out.")
    if not isinstance(cities, pd.Series):
        raise InputError(
            f"cities: a Series of city by zone is needed, not {type(cities).__name__}; the call is "
            "functional_areas(flows, cities)."
        )
    check_ids(cities.index, "cities")
    table = read_flows(flows, cities.index)
    core, names = _numbered(cities.reindex(table.zones))
    if merge:
        merged, names = _merged_cities(table, core, names, merge_at, rule)
        core = np.where(core >= 0, merged[core], -1)
    shares = _shares(table, core, len(names), rule)
    strongest = shares.argmax(axis=1)
    share = shares[np.arange(len(core)), strongest]
    area = np.where(core >= 0, core, np.where(share >= min_share, strongest, -1))
    status = np.where(area >= 0, "assigned", "below the threshold").astype(object)
    status[(area < 0) & (table.employed == 0)] = "no employed residents"
    role = np.select([core >= 0, area >= 0], ["city", "commuting zone"], "outside").astype(object)
    lost, closed = contiguous(neighbours, table.zones, coast, core, area)
    role[lost], status[lost] = "outside", "exclave dropped"
    role[closed], status[closed] = "enclave", "assigned"
    zones = pd.DataFrame(
        {
            "area": _named(names, area, table.zones),
            "role": role,
            "share": share,
            "strongest": _named(names, np.where(share > 0, strongest, -1), table.zones),
            "status": status,
        },
        index=table.zones,
    )
    about = Provenance(
        {"min_share": min_share, "merge_share": merge_at if merge else "no merging", "rule": rule},
        shares={"zones in no area": float((area < 0).mean())},
    )
    return FunctionalAreas(zones.reindex(cities.index), area_table(table, area, names), about)


def _numbered(cities: pd.Series) -> tuple[Ints, pd.Index]:
    """The number of each zone's city (-1: none), and the cities' names."""
    if cities.notna().sum() == 0:
        raise InputError("cities: no zone belongs to a city; give each core zone the name of its city.")
    names = in_order(cities.dropna())
    return np.where(cities.notna(), names.get_indexer(pd.Index(cities)), -1).astype(np.int64), names


def area_table(flows: Flows, area: Ints, names: pd.Index) -> pd.DataFrame:
    """Zones, employed residents, jobs and self-containment of each area.

    ``self_containment`` is the lower of the shares of residents who work, and of workers who live, inside.
    """
    n = len(names)
    inside = flows.between(area, n).diagonal()
    in_area = area >= 0
    employed = np.bincount(area[in_area], weights=flows.employed[in_area], minlength=n)
    jobs = np.bincount(area[in_area], weights=flows.jobs[in_area], minlength=n)
    most = np.maximum(employed, jobs)
    return pd.DataFrame(
        {
            "zones": np.bincount(area[in_area], minlength=n),
            "employed": employed,
            "jobs": jobs,
            "self_containment": np.divide(inside, most, out=np.full(n, np.nan), where=most > 0),
        },
        index=names.rename("area"),
    )


def _merged_cities(
    flows: Flows, core: Ints, names: pd.Index, threshold: float, rule: str
) -> tuple[Ints, pd.Index]:
    """Number of the merged city of each city, and the names of the merged ones (of the largest in jobs)."""
    n = len(names)
    between = flows.between(core, n).toarray()
    inside = core >= 0
    employed: Floats = np.bincount(core[inside], flows.employed[inside], n).astype(np.float64)
    jobs: Floats = np.bincount(core[inside], flows.jobs[inside], n).astype(np.float64)
    share = tied_share(between, between.T, employed[:, None], jobs[:, None], rule)
    np.fill_diagonal(share, 0.0)
    _, group = connected_components(coo_array(share >= threshold))
    order = np.lexsort((np.arange(n), -jobs))
    heads: dict[int, int] = {}
    for city in order:
        heads.setdefault(int(group[city]), int(city))
    head = np.array([heads[int(one)] for one in group])
    kept, number = np.unique(head, return_inverse=True)
    return number.astype(np.int64), names[kept]


def _shares(flows: Flows, core: Ints, n: int, rule: str) -> Floats:
    zones = np.flatnonzero(core >= 0)
    member = coo_array((np.ones(len(zones)), (zones, core[zones])), shape=(len(core), n)).tocsr()
    out = (flows.matrix @ member).toarray()
    back = (flows.matrix.T @ member).toarray()
    return tied_share(out, back, flows.employed[:, None], flows.jobs[:, None], rule)


def _named(names: pd.Index, number: Ints, index: pd.Index) -> pd.Series:
    found = np.full(len(number), None, dtype=object)
    found[number >= 0] = names.to_numpy(object)[number[number >= 0]]
    return pd.Series(found, index=index, dtype=object)
