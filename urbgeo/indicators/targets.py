"""Policy targets as data: what a document asks for, by when, in which unit, and what measures it."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import numpy as np
import pandas as pd

from urbgeo.errors import InputError

NATION = "100000"
DIRECTIONS = (">=", "<=", "=", "up", "down", "none")
"""At least, at most, exactly; to rise or fall without a number; a list or a rule."""

_NUMBERS = ("base_year", "base_value", "target_year", "target_value")


def policy_targets(*, scope: str | None = None) -> pd.DataFrame:
    """Targets that hold for a place.

    Parameters
    ----------
    scope
        Six-digit code of a province or prefecture, e.g. ``"430000"``: its own targets, those of the nation
        and of the prefectures in it; of a prefecture, its own and those of its province and the nation. None
        for all there are.

    Returns
    -------
    pandas.DataFrame
        Index ``id``: ``row`` (of the policy review), ``chapter``, ``name_zh``, ``name_en`` (what is measured;
        not the wording of the document), ``document``, ``document_zh``, ``document_en``, ``clause``,
        ``scope``, ``unit``, ``base_year``, ``base_value``, ``target_year``, ``target_value``,
        ``direction`` (of :data:`DIRECTIONS`), ``kind`` (``"binding"``, ``"expected"``),
        ``measure`` (empty: none yet), ``needs`` (layers beyond those of a region, a tuple), ``mark``
        (``"core"``, ``"extended"``, ``"no"``: not spatial), ``confirmed`` (read in the document's own
        text), ``note``.

    Raises
    ------
    InputError
        For a scope that is no six-digit code.

    Examples
    --------
    >>> targets = policy_targets(scope="430000")
    >>> float(targets.at["airport60.prefectures", "target_value"])
    80.0
    """
    table = _targets()
    if scope is None:
        return table.copy()
    if not (isinstance(scope, str) and scope.isdigit() and len(scope) == 6):
        raise InputError(f"scope: {scope!r} is no six-digit code; give one such as '430000'.")
    return table[[_holds(str(own), scope) for own in table["scope"]]].copy()


def layer_names() -> pd.DataFrame:
    """Layers that measures need beyond a region's own: index ``layer``; ``file``, ``name_zh``, ``name_en``.

    >>> layer_names().loc["built", "file"]
    'built_up.gpkg'
    """
    return _read("layers.csv").set_index("layer")


def documents() -> pd.DataFrame:
    """The documents that targets come from: index ``document``; names, ``year``, ``confirmed``, ``note``.

    >>> int(documents().loc["S2", "year"])
    2021
    """
    table = _read("documents.csv").set_index("document")
    table["year"] = table["year"].astype(int)
    table["confirmed"] = table["confirmed"] == "yes"
    return table


@lru_cache(maxsize=1)
def _targets() -> pd.DataFrame:
    table = _read("targets.csv").set_index("id")
    for column in _NUMBERS:
        table[column] = pd.to_numeric(table[column].replace("", np.nan))
    table["confirmed"] = table["confirmed"] == "yes"
    table["needs"] = [tuple(one.split(",")) if one else () for one in table["needs"]]
    named = documents()
    for language in ("zh", "en"):
        table.insert(5, f"document_{language}", table["document"].map(named[f"name_{language}"]))
    return table


def _holds(own: str, asked: str) -> bool:
    """Whether a target of one scope says something about a place: above it, the same, or inside it."""
    if own in (NATION, asked):
        return True
    stem = asked.rstrip("0") if asked.endswith("0000") else asked[:4]
    inside = own.startswith(stem[:2] if asked.endswith("0000") else asked[:4])
    return inside or own == f"{asked[:2]}0000"


def _read(name: str) -> pd.DataFrame:
    with files("urbgeo.indicators").joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)
