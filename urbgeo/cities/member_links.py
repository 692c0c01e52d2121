"""How closely the members of a city cluster are linked: minutes between them, and gravity by their people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from urbgeo.access.travel import Places, Travel
from urbgeo.amounts import amount_of, without_noise
from urbgeo.checks import check_columns, check_ids, check_minutes, check_range
from urbgeo.cities.between import minutes_between
from urbgeo.cities.dissolve import members_among
from urbgeo.cities.gravity import FRICTION
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.results import Result
from urbgeo.standards import CLUSTER_MIN
from urbgeo.types import Floats


@dataclass(frozen=True, eq=False, repr=False)
class MemberLinks(Result):
    """Links between the places of each geography.

    Attributes
    ----------
    table
        One row per ordered pair of two places of one geography: ``geography``, ``from_place``, ``to_place``,
        ``minutes``, ``within``, ``status`` (``"reached"``, ``"unreached"``, ``"not asked"``: no minutes at
        all in a table, ``"too far"`` from the network); with people ``strength`` and ``share`` (of all links
        of the geography).
    links
        By geography: ``places``, ``pairs``, ``within`` (pairs), ``share_within``, ``median_min``,
        ``most_min`` (``inf`` where a pair has no path) and with people ``strength`` and ``strongest`` (the
        two places).
    """

    table: pd.DataFrame
    links: pd.DataFrame
    provenance: Provenance = field(default_factory=Provenance)

    _titles: ClassVar[tuple[str, str]] = ("城市群内部联系", "Links between members")

    @property
    def summary(self) -> pd.DataFrame:
        """Links by geography."""
        return self.links

    def _headline(self) -> str:
        whole = int((self.links["share_within"] == 1).sum())
        return f"{len(self.links)} geographies, {whole} with every pair within the time"


def member_links(
    travel: Travel,
    members: pd.DataFrame,
    places: Places,
    *,
    minutes: float = CLUSTER_MIN,
    population: str | pd.Series | None = None,
    friction: float = FRICTION,
) -> MemberLinks:
    """Minutes between the places of each city cluster, and how strongly they are tied.

    Parameters
    ----------
    travel
        What minutes come from: a network, a timetable with its walking network, or a table.
    members
        ``geography`` and ``adcode``, optionally ``role``: a table of
        :func:`~urbgeo.cities.policy.policy_members` or one of your own. A prefecture or province code takes
        all places whose code starts with it; members that belong in part only are left out.
    places
        Points by six-digit adcode (seats of prefectures or counties); beside a table of minutes any frame by
        that id.
    minutes
        Closed upper bound: two hours between the cities of a cluster.
    population
        Column of ``places``, or a Series on its index, persons; the strength is
        ``P_i P_j / T_ij ** friction``.
    friction
        Exponent of the minutes.

    Returns
    -------
    MemberLinks

    Raises
    ------
    InputError
        For what gives no minutes, codes that are not six digits, and geographies that none of the places
        belongs to twice: a link needs two.

    Examples
    --------
    >>> members = pd.DataFrame({"geography": "A", "adcode": ["430100", "430200", "430300"]})
    >>> places = pd.DataFrame(index=members["adcode"])
    >>> rows = [[0, 50, 130], [50, 0, 60], [140, 60, 0]]
    >>> travel = pd.DataFrame(rows, index=places.index, columns=list(places.index))
    >>> member_links(travel, members, places).summary.loc["A", ["pairs", "within"]].tolist()
    [6, 4]

    References
    ----------
    National comprehensive transport network outline (2021): two hours between the cities of a cluster.
    """
    limit = check_minutes(minutes)
    check_range(friction, "friction", 0.0)
    frame = _frame(places)
    check_columns(members, "members", ("geography", "adcode"))
    pairs = members_among(members, frame.index)
    apart, far, base = minutes_between(travel, places, "member_links(travel, members, places)")
    people = None
    if population is not None:
        people = amount_of(population, frame, name="population", frame_name="places")
    parts = [
        _pairs_of(str(name), pd.Index(held), apart, far)
        for name, held in pairs.groupby("geography", sort=False)["county"]
        if len(held) > 1
    ]
    if not parts:
        raise InputError("places: no geography has two of them; compare the codes of both tables.")
    table = pd.concat(parts, ignore_index=True)
    table["within"] = table["minutes"] <= limit
    if people is not None:
        table["strength"] = _strength(table, people, friction)
        whole = table.groupby("geography")["strength"].transform("sum")
        table["share"] = table["strength"] / whole.where(whole > 0)
    about = base.having(
        parameters={"minutes": limit, "friction": friction if people is not None else None},
        shares={"pairs not reached": float((table["status"] != "reached").mean())},
    )
    return MemberLinks(table, _by_geography(table), about)


def _frame(places: object) -> pd.DataFrame:
    if not isinstance(places, pd.DataFrame):
        raise InputError(
            f"places: a frame by adcode is needed, not {type(places).__name__}; the call is "
            "member_links(travel, members, places)."
        )
    check_ids(places.index, "places")
    return places


def _pairs_of(name: str, held: pd.Index, apart: pd.DataFrame, far: str) -> pd.DataFrame:
    """Every ordered pair of two places of one geography."""
    values = apart.loc[held, held].to_numpy(float)
    i, j = np.nonzero(~np.eye(len(held), dtype=bool))
    found = values[i, j]
    status = np.select([np.isnan(found), np.isinf(found)], [far, "unreached"], "reached")
    ends = {"from_place": held.to_numpy()[i], "to_place": held.to_numpy()[j]}
    return pd.DataFrame({"geography": name, **ends, "minutes": found, "status": status})


def _strength(table: pd.DataFrame, people: pd.Series, friction: float) -> Floats:
    near = table["minutes"].to_numpy(float)
    if (near == 0).any():
        lost = table.loc[near == 0, "from_place"].astype(str) + " -> " + table.loc[near == 0, "to_place"]
        raise InputError(f"travel: 0 minutes between {lost.iloc[0]}; two places lie apart.")
    mass = people.loc[table["from_place"]].to_numpy() * people.loc[table["to_place"]].to_numpy()
    pull: Floats = mass / np.where(np.isnan(near), np.inf, near) ** friction
    return pull


def _by_geography(table: pd.DataFrame) -> pd.DataFrame:
    grouped = table.assign(minutes=table["minutes"].fillna(np.inf)).groupby("geography", sort=False)
    found = pd.DataFrame({"places": grouped["from_place"].nunique(), "pairs": grouped.size()})
    found["within"] = grouped["within"].sum()
    found["share_within"] = found["within"] / found["pairs"]
    found["median_min"], found["most_min"] = grouped["minutes"].median(), grouped["minutes"].max()
    if "strength" in table:
        found["strength"] = grouped["strength"].sum()
        # Ties go to the lesser codes, whatever the order of the rows: both ways of a pair are often alike.
        pull = table.sort_values(["from_place", "to_place"], kind="stable")
        pull = pull.assign(strength=without_noise(pull["strength"])).groupby("geography", sort=False)
        best = table.loc[pull["strength"].idxmax().reindex(found.index)]
        ends = zip(best["from_place"], best["to_place"], strict=True)
        found["strongest"] = pd.Series(list(ends), index=best["geography"].to_numpy(), dtype=object)
    return found
