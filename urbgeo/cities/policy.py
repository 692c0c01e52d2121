"""Policy geographies as tables of adcodes: city clusters, axes, belts, town groups, metropolitan circles."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.resources import files

import pandas as pd

from urbgeo.errors import InputError, UrbgeoWarning, some_of

UNKNOWN = "unknown"
"""Role of the one row of a geography whose members no published list tells."""


def policy_geographies() -> pd.DataFrame:
    """All geographies there are: index ``geography``; ``kind``, ``tier``, ``members``, ``source``, ``note``.

    ``published_area_km2`` and ``published_people`` are what was read of them (NaN where nothing was), by
    ``published_by``; ``why_apart`` says why the dissolved counties differ from it.

    Kinds: ``"city cluster"`` (19, in three tiers), ``"axis"`` (two across, three down), ``"Hunan circle"``,
    ``"Hunan cluster"``, ``"Hunan belt"``, ``"Hunan town group"`` (11), ``"Shandong circle"``, ``"Zhejiang
    circle"``, ``"approved circle"``. A ``note`` says where a list is not from the plan itself; ``members`` is
    0 where none is known, and the note says why.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> policy_geographies().loc["成都都市圈", ["kind", "tier"]].tolist()
    ['approved circle', '国家批复']
    """
    table = read_table("policy_members.csv")
    grouped = table.assign(known=table["role"] != UNKNOWN).groupby("geography", sort=False)
    facts = grouped[["kind", "tier", "source", "note"]].first()
    facts.insert(2, "members", grouped["known"].sum())
    return facts.join(_published())


def _published() -> pd.DataFrame:
    """Areas and people that were read of geographies."""
    table = read_table("policy_published.csv").set_index("geography")
    return pd.DataFrame(
        {
            "published_area_km2": pd.to_numeric(table["area_km2"]),
            "published_people": pd.to_numeric(table["people"]),
            "published_by": table["source"],
            "why_apart": table["why_apart"],
        }
    )


def policy_members(
    geographies: str | Sequence[str] | None = None, *, kind: str | None = None
) -> pd.DataFrame:
    """The members of geographies, by name or by kind.

    Returns
    -------
    pandas.DataFrame
        One row per member: ``geography``, ``kind``, ``tier``, ``adcode`` (six digits; ``0000`` at the end
        stands for a province, ``00`` for a prefecture), ``name``, ``role`` (``"member"``, ``"part"``,
        ``"excluded"`` from a larger member, ``"node"`` of an axis), ``source``, ``note``.

    Raises
    ------
    InputError
        For a geography or a kind that is not there, and for a geography whose members are not known.

    Examples
    --------
    >>> policy_members("“3+5”城市群")["name"].tolist()[:3]
    ['长沙', '株洲', '湘潭']

    Warns
    -----
    UrbgeoWarning
        When geographies of the kind (or of the whole table) are left out because their members are not known.
    """
    table = read_table("policy_members.csv")
    if kind is not None:
        if kind not in set(table["kind"]):
            raise InputError(f"kind: {kind!r} is unknown; there are {some_of(table['kind'].unique(), 20)}.")
        table = table[table["kind"] == kind]
    if geographies is not None:
        names = [geographies] if isinstance(geographies, str) else list(geographies)
        lost = [name for name in names if name not in set(table["geography"])]
        if lost:
            raise InputError(
                f"geographies: {some_of(lost)} not there; see policy_geographies() for their names."
            )
        table = table[table["geography"].isin(names)]
    known = table["role"] != UNKNOWN
    if geographies is not None and not known.all():
        why = "; ".join(f"{row.geography}: {row.note}" for row in table[~known].itertuples())
        raise InputError(f"geographies: members not known of {why}; give a table of your own.")
    if not known.all():
        warnings.warn(
            f"left out, for their members are not known: {some_of(table.loc[~known, 'geography'])}; "
            "policy_geographies() says why.",
            UrbgeoWarning,
            stacklevel=2,
        )
    return table[known].reset_index(drop=True)


def read_table(name: str) -> pd.DataFrame:
    """A table of this room's data, all text."""
    with files("urbgeo.cities").joinpath("data", name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)
