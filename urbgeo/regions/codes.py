"""Joining a table of any year to places of any year: by code, by changed code, by name, and saying which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

import pandas as pd

from urbgeo.arguments import check_object
from urbgeo.checks import check_ids
from urbgeo.errors import InputError
from urbgeo.regions.nation import changed_codes, nearest_codes, nearest_names
from urbgeo.sources.names import match_names, normalise_name

JOINED = ("same code", "changed code", "older code", "name", "short name", "former name")
"""Values of ``joined_by`` that mean an id was found."""

BY_CHANGE = ("changed code", "older code", "former name")
"""Those that rest on the table of changed codes."""

SUFFIXES = ("市", "县", "区", "旗")


def join_codes(asked: pd.Series, known: pd.Series) -> pd.DataFrame:
    """Find the place of each code or name of a table.

    A code joins as it is; else the code it became (``changed code``), or the only one it was made of
    (``older code``). A name joins when it is a known one after normalising, the short form of an autonomous
    county, a bare name (合肥) that only one place has, or a former name.

    Parameters
    ----------
    asked
        Codes of six digits (counties), nine (townships) or twelve, ids of one's own as ``known`` has them,
        or names; any unique index.
    known
        Names of the places to join to, index = code.

    Returns
    -------
    pandas.DataFrame
        On the index of ``asked``: ``asked``, ``id`` (missing where not joined), ``joined_by`` (one of
        ``JOINED``, ``"ambiguous"``, ``"unknown"``), ``year`` and ``kind`` of the change, ``nearest`` (names
        most like one that is unknown; of an unknown code the next one of its prefecture or province, with its
        name). Several rows with one id are parts that were merged: sum them.

    Raises
    ------
    InputError
        For what is no Series or has no rows, and repeated ids.

    Examples
    --------
    >>> import pandas as pd
    >>> known = pd.Series({"430182": "宁乡市", "430181": "浏阳市"})
    >>> join_codes(pd.Series(["430124", "浏阳", "宁乡县"]), known)["joined_by"].tolist()
    ['changed code', 'name', 'former name']
    """
    for name, given in (("asked", asked), ("known", known)):
        check_object(given, name, pd.Series, "e.g. places['name_zh']")
        check_ids(given.index, name)
        if given.empty:
            raise InputError(f"{name}: it has no rows; give at least one code or name.")
    texts = asked.map(_as_text)
    # ids of one's own, such as A7, are codes too
    coded = texts.str.fullmatch(r"\d{6}|\d{9}|\d{12}") | texts.isin(known.index)
    rows = {row: _by_code(code, known.index) for row, code in texts[coded].items()}
    near = _next_codes({texts[row] for row, found in rows.items() if found[1] == "unknown"}, known)
    rows = {row: (*found[:4], near.get(texts[row], found[4])) for row, found in rows.items()}
    rows.update(_by_names(texts[~coded], known))
    columns = ["id", "joined_by", "year", "kind", "nearest"]
    table = pd.DataFrame([rows[row] for row in asked.index], index=asked.index, columns=columns)
    table.insert(0, "asked", texts)
    # Not as pandas has it: beside one that is not found, whole numbers would become 1.0, 2.0.
    table["id"] = pd.Series([rows[row][0] for row in asked.index], asked.index, dtype=object)
    return table


def _next_codes(lost: set[str], known: pd.Series) -> dict[str, str]:
    """The known codes next to those that were not found, with their names."""
    names = {one: name for one, name in known.items() if isinstance(one, str) and one.isdigit()}
    ordered = sorted(names) if lost else []
    return {
        code: ", ".join(f"{one} {names[one]}" for one in nearest_codes(code, ordered, 1)) for code in lost
    }


def join_amounts(joined: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Amounts by joined id, parts that were merged summed; those that were not joined are left out.

    Raises
    ------
    InputError
        When ``values`` is not on the index of ``joined``.
    """
    if not values.index.equals(joined.index):
        raise InputError("values: give them on the index of the joined table.")
    found = joined["id"].notna()
    return values[found].groupby(joined.loc[found, "id"]).sum(min_count=1)


def _as_text(value: object) -> str:
    """Codes as spreadsheets give them (340104.0, 340104000000) cut to what tells; names as they are."""
    text = str(value).strip()
    text = text.removesuffix(".0")
    if text.isdigit() and len(text) in (9, 12) and set(text[6:]) == {"0"}:
        return text[:6]
    return text[:9] if text.isdigit() and len(text) == 12 and text.endswith("000") else text


@lru_cache(maxsize=1)
def _edges() -> tuple[Mapping[str, list[tuple[int, str, str]]], Mapping[str, list[tuple[int, str, str]]]]:
    """What each code became, and what each was made of: (year, kind, other code), in order of years."""
    table = changed_codes()
    moves = table[(table["old"] != "") & (table["new"] != "") & (table["old"] != table["new"])]
    there: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    back: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for row in moves.sort_values("year").itertuples():
        there[row.old].append((row.year, row.kind, row.new))
        back[row.new].append((row.year, row.kind, row.old))
    return there, back


def _by_code(code: str, known: pd.Index) -> tuple[object, str, object, object, str]:
    if code in known:
        return code, "same code", None, None, ""
    for how, edges in zip(("changed code", "older code"), _edges(), strict=True):
        hits = _follow(code, known, edges)
        if len(hits) == 1:
            ((one, (year, kind)),) = hits.items()
            return one, how, year, kind, ""
        if hits:
            return None, "ambiguous", None, None, ", ".join(hits)
    return None, "unknown", None, None, ""


def _follow(
    code: str, known: pd.Index, edges: Mapping[str, list[tuple[int, str, str]]]
) -> dict[str, tuple[int, str]]:
    """The known codes that a code leads to, each with the last change on the way."""
    hits: dict[str, tuple[int, str]] = {}
    seen, front = {code}, [code]
    while front:
        here = front.pop()
        for year, kind, other in edges.get(here, ()):
            if other in known:
                hits[other] = year, kind
            elif other not in seen:
                seen.add(other)
                front.append(other)
    return hits


def _by_names(names: pd.Series, known: pd.Series) -> dict[object, tuple[object, str, object, object, str]]:
    if names.empty:
        return {}
    matched = match_names(names, known)
    bare, former = _bare(known), _former(known)
    rows: dict[object, tuple[object, str, object, object, str]] = {}
    for row, name in names.items():
        one, status = matched.at[row, "id"], matched.at[row, "status"]
        plain = normalise_name(name)
        if status in ("exact", "short form"):
            rows[row] = one, "name" if status == "exact" else "short name", None, None, ""
        elif len(bare.get(plain, ())) == 1:
            rows[row] = bare[plain][0], "name", None, None, ""
        elif len(former.get(plain, ())) == 1:
            ((one, year, kind),) = former[plain]
            rows[row] = one, "former name", year, kind, ""
        else:
            several = status == "ambiguous" or len(bare.get(plain, ())) > 1 or plain in former
            near = ", ".join(nearest_names(name, known))
            rows[row] = None, "ambiguous" if several else "unknown", None, None, near
    return rows


def _bare(known: pd.Series) -> dict[str, list[object]]:
    """Places by their name without the administrative suffix; names of two letters keep it (乾县)."""
    found: dict[str, list[object]] = defaultdict(list)
    for one, name in known.items():
        plain = normalise_name(str(name))
        if len(plain) > 2 and plain.endswith(SUFFIXES):
            found[plain[:-1]].append(one)
    return found


def _former(known: pd.Series) -> dict[str, list[tuple[object, int, str]]]:
    """Places by the names that they, or what became them, had before."""
    found: dict[str, dict[object, tuple[object, int, str]]] = defaultdict(dict)
    table = changed_codes()
    for row in table[table["old_name"] != ""].itertuples():
        targets: Iterable[str] = (
            [row.new] if row.new in known.index else _follow(row.old, known.index, _edges()[0])
        )
        for one in targets:
            found[normalise_name(row.old_name)][one] = one, row.year, row.kind
    return {name: list(hits.values()) for name, hits in found.items()}
