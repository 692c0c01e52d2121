"""People from a census or yearbook table as it comes: title rows, merged heads, codes or names, 万."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from urbgeo.amounts import warn
from urbgeo.arguments import check_path
from urbgeo.checks import amount_in, check_choice, check_columns, check_ids
from urbgeo.errors import InputError, SourceError, some_of
from urbgeo.magnitude import LARGEST_CITY_WAN
from urbgeo.regions.codes import JOINED, join_codes
from urbgeo.regions.nation import nearest_names
from urbgeo.regions.region import ZONE
from urbgeo.sources.cells import separator_of
from urbgeo.sources.names import normalise_name
from urbgeo.sources.tables import BOOKS, decoded, sheet_of
from urbgeo.words import PEOPLE_UNITS, people_unit

HEADS = (
    "常住人口数",
    "常住人口",
    "常住总人口",
    "人口数",
    "总人口",
    "人口",
    "合计",
    "population",
    "people",
    "popu",
)
"""Heads of a column of people, the first that a table has wins; brackets with a unit may follow."""

TWICE = "given twice"
"""``joined_by`` of a row whose place stood in an earlier row already; it is not counted again."""

SUMS = ("合计", "总计", "total")
_PEOPLE = re.compile("人口|人数|population|people")
_NO_PEOPLE = re.compile("密度|率|比重|占比|户数|density|rate|share")
_SAME_PEOPLE = re.compile(
    r"(\d{4}年?|年末|年底|年|末|全[国省市县区州]|各?[省市县区州]|地区|第?[一二三四五六七八]次?(全国)?人口普查|"
    rf"[五六七]普|普查|常住|实有|{'|'.join(HEADS)}|\W|_)*"
)
"""What may stand before the head of a column of people, and still all people are meant."""

_BRACKETS = re.compile(r"[（(\[【].*?[）)\]】]")
_FOOTNOTE = re.compile(r"(注|备注|说明|资料来源|数据来源|本表)")
_SMALLEST_IN_PERSONS = 20_000
_SMALLEST_OF_TOWNSHIPS = 1_000
"""Of townships no whole number is so large in 万."""
_LEAST_ROWS = 3


@dataclass(frozen=True, eq=False)
class People:
    """People of a table, by the codes they joined.

    ``amounts``: persons by code, merged parts summed. ``joined``: one row per row of the table: what was
    asked, the ``id`` found and how (:func:`urbgeo.regions.codes.join_codes`), ``people``. ``unit``, ``head``:
    what was read. ``unread``: cells of the column that are no numbers, by row of the file.
    """

    amounts: pd.Series
    joined: pd.DataFrame
    unit: str
    head: str
    unread: tuple[str, ...]
    source: str

    @property
    def left_over(self) -> pd.DataFrame:
        """Rows that joined nothing, or a place that an earlier row had."""
        return self.joined[~self.joined["joined_by"].isin(JOINED)]


def read_people(
    given: Path | str | pd.DataFrame,
    places: pd.DataFrame,
    *,
    column: str | None = None,
    unit: str | None = None,
    sheet: str | None = None,
) -> People:
    """Read people by code or name from a table.

    The column of ids is the one whose cells are six-digit codes or names of ``places``; the column of people
    is ``column``, or one whose head is in ``HEADS``. Neither is guessed among several.

    Parameters
    ----------
    given
        Workbook or ``.csv`` as it comes, or a DataFrame.
    places
        Index = code; ``name_zh``, and ``prefecture`` or ``county``: places of one name are told apart by the
        row of their prefecture or county above them.
    column
        Head of the column of people.
    unit
        ``"persons"``, ``"千"``, ``"万"``, ...; by default what a cell, the head or a title says, or persons
        where numbers are whole and large. What could be either is refused.
    sheet
        Of a workbook.

    Returns
    -------
    People
        ``amounts`` in persons by code; ``joined``, how each row of the table was found; ``unit`` and
        ``head``, what was read; ``unread`` cells.

    Raises
    ------
    SourceError
        When the file is missing or damaged.
    InputError
        When no column holds codes or names, none or several hold people, the unit cannot be told or rows are
        in another, and when most places stand in several rows.

    Examples
    --------
    >>> import pandas as pd
    >>> names = ["肥西县", "肥东县", "长丰县"]
    >>> places = pd.DataFrame({"name_zh": names}, index=["340123", "340122", "340121"])
    >>> table = pd.DataFrame({"县": ["肥西", "肥东县", "长丰"], "常住人口（万人）": [96.7, 88.5, 78.2]})
    >>> float(read_people(table, places).amounts["340123"])
    967000.0
    """
    check_columns(places, "places", ["name_zh"])
    check_ids(places.index, "places")
    if places.empty:
        raise InputError("places: it has no rows; give at least one place to join to.")
    rows = _rows(given, sheet)
    name = Path(given).name if isinstance(given, str | Path) else "population"
    ids = _id_column(rows, places, name)
    body = _body(rows, ids, places)
    heads = _heads(rows, body[0])
    at = _people_column(heads, column, ids, name)
    numbers, own, unread = _numbers(rows, body, at)
    title = " ".join(cell for row in rows[: body[0]] for cell in row if "单位" in cell)
    if numbers.isna().all():
        raise InputError(
            f"{name}: {heads[at]!r} holds no number of people in any row "
            f"({some_of(unread, 3) or 'all empty'}); give the head of another column."
        )
    if lost := int(numbers.isna().sum()):
        warn(
            f"{name}: {lost} of {len(body)} cells of {heads[at]!r} are empty or no number of people and are "
            f"left out ({some_of(unread, 5) or 'empty'})."
        )
    small = "level" in places and bool((places["level"] == ZONE).any())
    least = _SMALLEST_OF_TOWNSHIPS if small else _SMALLEST_IN_PERSONS
    told = _unit(unit, heads[at], title, numbers[~own], name, least)
    asked = pd.Series([rows[row][ids] for row in body], index=body)
    joined = _with_parents(join_codes(asked, places["name_zh"]), places)
    joined = _with_nearest_by_name(joined, rows, ids, places)
    _check_size(numbers[~own & joined["id"].notna()], heads[at], told, name, least, said=unit is not None)
    joined["people"] = numbers.where(own, numbers * PEOPLE_UNITS[told])
    found = joined["id"].notna() & joined["people"].notna()
    whole = joined["joined_by"].isin(("same code", "name", "short name")) & found
    again = whole & joined["id"].where(whole).duplicated()
    _look_at_repeated(joined[whole], name)
    joined.loc[again, "joined_by"] = TWICE
    found &= ~again
    amounts = joined.loc[found, "people"].groupby(joined.loc[found, "id"]).sum()
    if (amounts == 0).any():
        warn(
            f"{name}: {int((amounts == 0).sum())} of {len(amounts)} places have 0 people: "
            f"{some_of(amounts.index[amounts == 0])}; leave cells empty where people are not known."
        )
    return People(amounts, joined, told, heads[at], tuple(unread), name)


def _check_size(numbers: pd.Series, head: str, unit: str, name: str, least: float, *, said: bool) -> None:
    """Refuse rows in another unit than the column: no place has so many 万, no count parts of a person.

    Modelled people have parts: where persons are ``said``, such rows are told and taken so.
    """
    numbers = numbers.dropna()
    wrong = numbers.iloc[:0]
    if unit == "万":
        wrong = numbers[numbers >= least]
    elif unit == "persons" and numbers.median() >= least:
        wrong = numbers[(numbers % 1 != 0) & (numbers < LARGEST_CITY_WAN)]
    if wrong.empty:
        return
    rows = some_of([f"row {row + 1}: {value:g}" for row, value in wrong.items()])
    if said and unit == "persons":
        warn(
            f"{name}: {len(wrong)} of {len(numbers)} rows are taken as persons, as population_unit says, "
            f"though they are small and no whole numbers ({rows}); see that they are not in 万."
        )
        return
    raise InputError(
        f"{name}: {head!r} is in {unit}, which {len(wrong)} of {len(numbers)} rows cannot be ({rows}); "
        "bring all rows to one unit, or say it with population_unit."
    )


def _look_at_repeated(joined: pd.DataFrame, name: str) -> None:
    """Places of several rows with different people: of several years or groups, or told and counted."""
    several = joined.groupby("id")["people"].nunique()
    twice = several.index[several > 1]
    if len(twice) > 1 and 2 * len(twice) >= len(several):
        raise InputError(
            f"{name}: {len(twice)} of {len(several)} places stand in several rows with different people "
            f"({some_of(twice)}); of several years, or men and women? Keep one row for each place."
        )
    if len(twice):
        warn(
            f"{name}: {len(twice)} of {len(several)} places stand in several rows with different people, "
            f"the first counts: {some_of(twice)}."
        )


def _rows(given: Path | str | pd.DataFrame, sheet: str | None) -> list[list[str]]:
    """Every cell as text, title rows and heads included."""
    if isinstance(given, pd.DataFrame):
        head = [str(one) for one in given.columns]
        body = given.astype(object).where(given.notna(), "").to_numpy().tolist()
        named = given.index.name is not None or not isinstance(given.index, pd.RangeIndex)
        index = [str(one) for one in given.index] if named else []
        cells = [[index[row], *line] if named else line for row, line in enumerate(body)]
        return [["id", *head] if named else head, *([_cell(one) for one in line] for line in cells)]
    path = check_path(given, "given")
    if not path.exists():
        raise SourceError(f"{path}: there is no such file.")
    if path.suffix.lower() in (".csv", ".txt", ".tsv"):
        text = decoded(path)[0]
        lines: list[list[Any]] = list(csv.reader(io.StringIO(text), delimiter=separator_of(text)))
    elif path.suffix.lower() in BOOKS:
        table = sheet_of(path, sheet, None)
        lines = table.astype(object).where(table.notna(), "").to_numpy().tolist()
    else:
        raise InputError(f"{path.name}: people are read from .xlsx and .csv; save it as one of these.")
    width = max(map(len, lines), default=0)
    return [[_cell(one) for one in line] + [""] * (width - len(line)) for line in lines]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _id_column(rows: list[list[str]], places: pd.DataFrame, name: str) -> int:
    """The column with the most codes or names of the places; codes win over names beside them."""
    if not rows or not rows[0]:
        raise InputError(f"{name}: it has no rows.")
    codes = [sum(_is_code(row[at], places) for row in rows) for at in range(len(rows[0]))]
    least = max(min(_LEAST_ROWS, len(places), len(rows) - 1), 1)
    if max(codes) >= least:
        return int(np.argmax(codes))
    known = _known_names(places)
    names = [sum(normalise_name(row[at]) in known for row in rows) for at in range(len(rows[0]))]
    if max(names) < least:
        raise InputError(
            f"{name}: no column holds codes or names of this region's {len(places)} places "
            f"(e.g. {some_of(places['name_zh'], 3)}); is it the table of another region?"
        )
    return int(np.argmax(names))


def _is_code(cell: str, places: pd.DataFrame) -> bool:
    """A code of a place of this part of the nation, or an id of one's own that is no serial number."""
    text = cell.removesuffix(".0")
    if not text.isdigit():
        return text in places.index
    return len(text) in (6, 9, 12) and any(text[:2] == str(one)[:2] for one in places.index[:50])


def _with_nearest_by_name(
    joined: pd.DataFrame, rows: list[list[str]], ids: int, places: pd.DataFrame
) -> pd.DataFrame:
    """Of codes that are unknown the nearest places by name, where the table has names beside the codes."""
    lost = joined.index[(joined["joined_by"] == "unknown") & joined["asked"].str.isdigit()]
    if lost.empty:
        return joined
    known = _known_names(places)
    body = [rows[row] for row in joined.index]
    named = [sum(normalise_name(row[at]) in known for row in body) for at in range(len(rows[0]))]
    named[ids] = 0
    at = int(np.argmax(named))
    if not named[at]:
        return joined
    codes = places.groupby("name_zh").groups
    near = joined["nearest"].copy()
    for row in lost:
        names = nearest_names(rows[row][at], places["name_zh"], 1)
        told = [f"{code} {name}" for name in names for code in codes[name]]
        near[row] = ", ".join(told) or near[row]
    return joined.assign(nearest=near)


def _known_names(places: pd.DataFrame) -> set[str]:
    names = {normalise_name(str(one)) for one in places["name_zh"]}
    return names | {one[:-1] for one in names if len(one) > 2}


def _body(rows: list[list[str]], ids: int, places: pd.DataFrame) -> list[int]:
    """Rows below the head that name something."""
    known = _known_names(places)
    first = next(
        row
        for row, cells in enumerate(rows)
        if _is_code(cells[ids], places) or normalise_name(cells[ids]) in known
    )
    asked = [row for row in range(first, len(rows)) if rows[row][ids]]
    return [row for row in asked if not (_FOOTNOTE.match(rows[row][ids]) and sum(map(bool, rows[row])) == 1)]


def _heads(rows: list[list[str]], body: int) -> list[str]:
    """Heads from the rows above the body; merged cells reach to the right, titles are left out."""
    heads = [""] * len(rows[0])
    # Neither titles nor rows of figures above the first place, of the whole province say.
    named = [row for row in rows[:body] if sum(map(bool, row)) > 1 and not any(map(_is_amount, row))]
    for row in named:
        seen, lowest = "", row is named[-1]
        for at, cell in enumerate(row):
            seen = cell if cell or lowest else seen
            heads[at] = f"{heads[at]} {seen}".strip()
    return heads


def _is_amount(cell: str) -> bool:
    """Whether a cell is a figure rather than a head; a bare year is a head."""
    try:
        value = float(cell.replace(",", "").replace("，", ""))
    except ValueError:
        return False
    return not (value.is_integer() and 1900 <= value <= 2100)


def _people_column(heads: list[str], column: str | None, ids: int, name: str) -> int:
    if column is not None:
        hits = [at for at, head in enumerate(heads) if head == column]
        hits = hits or [at for at, head in enumerate(heads) if column in head]
        if len(hits) != 1:
            raise InputError(
                f"{name}: {'several columns' if hits else 'no column'} called {column!r}; it has "
                f"{some_of([head for head in heads if head], 30)}."
            )
        return hits[0]
    bare = [_BRACKETS.sub("", head).replace(" ", "").lower() for head in heads]
    for word in HEADS:
        whole = [at for at, head in enumerate(bare) if at != ids and head == word]
        hits = whole or [at for at, head in enumerate(bare) if at != ids and _ends_in(head, word)]
        if len(hits) == 1:
            _look_at_head(heads[hits[0]], bare[hits[0]].removesuffix(word), name)
            return hits[0]
        if hits:
            break
    raise InputError(
        f"{name}: no single column of people among {some_of([head for head in heads if head], 30)}; "
        "say which with population_column, in study.toml column under [population]."
    )


def _ends_in(head: str, word: str) -> bool:
    """Whether a head ends in a word for people; a sum must be one of people."""
    before = head.removesuffix(word)
    people = word not in SUMS or bool(_PEOPLE.search(before)) or bool(_SAME_PEOPLE.fullmatch(before))
    return head.endswith(word) and people and not _NO_PEOPLE.search(head)


def _look_at_head(head: str, before: str, name: str) -> None:
    """Tell where a column may count a part of the people only: 城镇人口, 户籍人口."""
    if not _SAME_PEOPLE.fullmatch(before):
        warn(
            f"{name}: people are taken from {head!r}, the only column of people; if it does not count all "
            "residents, give another table or name another column."
        )


def _numbers(rows: list[list[str]], body: Sequence[int], at: int) -> tuple[pd.Series, pd.Series, list[str]]:
    """The numbers of a column; whether their cells say their unit, so that they are persons; unread cells."""
    cells = pd.Series([rows[row][at] for row in body], index=list(body))
    read = cells.map(lambda cell: amount_in(cell) or (np.nan, False))
    numbers, own = read.str[0].astype(np.float64), read.str[1].astype(bool)
    wrong = numbers.isna() | ~np.isfinite(numbers) | (numbers < 0)
    unread = [f"row {row + 1}: {cells[row]!r}" for row in cells.index[wrong & (cells != "")]]
    return numbers.mask(wrong), own, unread


def _unit(given: str | None, head: str, title: str, numbers: pd.Series, name: str, least: float) -> str:
    if given is not None:
        check_choice(given, "population_unit", tuple(PEOPLE_UNITS))
        return given
    for text in (head, title):
        if told := people_unit(text):
            return told
    if numbers.notna().sum() == 0:
        return "persons"  # every cell says its unit
    if (numbers.dropna() % 1 == 0).all() and numbers.median() >= least:
        return "persons"
    raise InputError(
        f"{name}: {head!r} may be in persons or in 万 (median {numbers.median():g}); say which with "
        "population_unit, in study.toml unit under [population]."
    )


def _with_parents(joined: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Places of one name told apart by the row of their prefecture, or of their county, above them."""
    above = [one for one in ("county", "prefecture") if one in places]
    if not above or not (joined["joined_by"] == "ambiguous").any():
        return joined
    names = places["name_zh"].map(normalise_name)
    parents = pd.unique(places[above].to_numpy().ravel())
    parent: object = None
    for row in joined.index:
        found = joined.at[row, "id"]
        if isinstance(found, str) and found in parents:
            parent = found
        elif joined.at[row, "joined_by"] == "ambiguous" and parent is not None:
            asked = normalise_name(str(joined.at[row, "asked"]))
            hits = places.index[(names == asked) & (places[above] == parent).any(axis=1)]
            if len(hits) == 1:
                joined.loc[row, ["id", "joined_by", "nearest"]] = [hits[0], "name", ""]
    return joined
