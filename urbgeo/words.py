"""One reader each for the words that planners write: yes and no, directions, classes of road, modes, years.

Every reader knows Chinese and English, any width of letters and blanks around them, and refuses what it does
not know with the rows and the list of what it does.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbgeo.errors import InputError, some_of
from urbgeo.types import Flags, Floats, Ints

YES = ("yes", "y", "true", "t", "1", "是", "有", "真", "对")
NO = ("no", "n", "false", "f", "0", "否", "无", "假", "非", "不是")

FORWARD, BACKWARD, BOTH = 1, -1, 0
"""The three directions of a line: as it is drawn, against that, both."""

DIRECTIONS: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "f",
            "ft",
            "forward",
            "1",
            "yes",
            "y",
            "true",
            "one-way",
            "是",
            "单行",
            "单向",
            "单行线",
            "单向通行",
            "正向",
            "顺向",
        ),
        FORWARD,
    ),
    **dict.fromkeys(
        ("t", "tf", "backward", "reverse", "-1", "逆向", "反向", "逆行", "反向通行", "逆向通行"), BACKWARD
    ),
    **dict.fromkeys(
        ("b", "both", "0", "no", "false", "two-way", "否", "双向", "双行", "双行线", "双向通行"), BOTH
    ),
}
"""What a column of directions may say: F, T, B of Geofabrik's files; 1, -1, 0; words."""

ROAD_WORDS: Mapping[str, tuple[str, str]] = {
    "高速公路": ("expressway", "motorway"),
    "高速": ("expressway", "motorway"),
    "国家高速": ("expressway", "motorway"),
    "国家高速公路": ("expressway", "motorway"),
    "省级高速": ("expressway", "motorway"),
    "省级高速公路": ("expressway", "motorway"),
    "高速连接线": ("connector", "motorway_link"),
    "匝道": ("connector", "motorway_link"),
    "国道": ("trunk", "trunk"),
    "省道": ("primary", "primary"),
    "县道": ("secondary", "secondary"),
    "乡道": ("local", "tertiary"),
    "村道": ("local", "unclassified"),
    "专用公路": ("local", "unclassified"),
    "乡村道路": ("local", "unclassified"),
    "快速路": ("trunk", "trunk"),
    "城市快速路": ("trunk", "trunk"),
    "主干路": ("secondary", "primary"),
    "主干道": ("secondary", "primary"),
    "城市主干路": ("secondary", "primary"),
    "城市主干道": ("secondary", "primary"),
    "次干路": ("urban", "secondary"),
    "城市次干路": ("urban", "secondary"),
    "城市次干道": ("urban", "secondary"),
    "次干道": ("urban", "secondary"),
    "支路": ("urban", "tertiary"),
    "城市支路": ("urban", "tertiary"),
    "城市道路": ("urban", "tertiary"),
    "national expressway": ("expressway", "motorway"),
    "motorway": ("expressway", "motorway"),
    "national road": ("trunk", "trunk"),
    "provincial road": ("primary", "primary"),
    "county road": ("secondary", "secondary"),
    "township road": ("local", "tertiary"),
    "village road": ("local", "unclassified"),
}
"""The class of road, and of OpenStreetMap way, that a planner's word means.

Streets take the class nearest to the design speeds of CJJ 37-2012 (快速路 60-100, 主干路 40-60, 次干路 30-50,
支路 20-40 km/h); give ``speeds`` or ``class_names`` where others are known.
"""

_NUMBERED = (
    # GB/T 917-2017: G and S with three figures are ordinary roads, with one, two or four expressways.
    (re.compile(r"[GS](\d{1,2}|\d{4})([EWNS]\d?)?"), "高速公路"),
    (re.compile(r"G\d{3}[A-Z]?"), "国道"),
    (re.compile(r"S\d{3}[A-Z]?"), "省道"),
    (re.compile(r"X\w?\d{2,4}[A-Z]?"), "县道"),
    (re.compile(r"Y\w?\d{2,4}[A-Z]?"), "乡道"),
    (re.compile(r"C\w?\d{2,4}[A-Z]?"), "村道"),
    (re.compile(r"Z\w?\d{2,4}[A-Z]?"), "专用公路"),
)
_WORD_AND_NUMBER = re.compile(r"([^\x00-\x7f]*)([A-Z]?\w{1,6}?)([^\x00-\x7f]*)", re.ASCII)
"""国道G107, S205省道, 107国道: a number with the word for it before or behind."""

_SEVERAL = re.compile(r"[;,/、;]")

MODES: Mapping[str, str] = {
    **dict.fromkeys(("road", "drive", "car", "公路", "道路", "驾车", "小汽车"), "road"),
    **dict.fromkeys(("rail", "train", "railway", "铁路", "高铁", "火车"), "rail"),
    **dict.fromkeys(("air", "flight", "航空", "飞机"), "air"),
    **dict.fromkeys(("walk", "foot", "步行"), "walk"),
    **dict.fromkeys(("cycle", "bicycle", "骑行", "自行车"), "cycle"),
}
"""The mode of a link that a word means."""

EARLIEST_YEAR, LATEST_YEAR = 1000, 2999
_WHOLE = re.compile(r"-?\d+\.0+")
_YEAR = re.compile(r"(\d{4})(\.0+|年.*|[-/.]\d{1,2}([-/.月]\d{1,2}.*)?)?")


def plain(value: object) -> str:
    """A word as it is compared: half-width, lower case, no blanks around it, whole numbers without a point.

    >>> plain(" Ｙｅｓ "), plain("-1.0")
    ('yes', '-1')
    """
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    word = unicodedata.normalize("NFKC", str(value)).strip().lower()
    return word.partition(".")[0] if _WHOLE.fullmatch(word) else word


def yes_no(frame: pd.DataFrame, name: str, column: str) -> Flags:
    """A column that says yes or no, as flags; missing is no.

    Raises
    ------
    InputError
        Naming the rows whose word means neither.

    Examples
    --------
    >>> yes_no(pd.DataFrame({"toll": ["是", "否", None, "Y"]}), "roads", "toll").tolist()
    [True, False, False, True]
    """

    def read(value: object) -> bool | None:
        word = plain(value)
        return True if word in YES else False if word in NO else None

    known = f"yes is {_list(YES)}; no is {_list(NO)}"
    return _each(frame[column], read, f"{name}: {column}", known, False).astype(np.bool_)


def directions(frame: pd.DataFrame, name: str, column: str, *, missing: int | None = None) -> Ints:
    """1 where a line is travelled as it is drawn only, -1 against that only, 0 both ways.

    ``missing`` is what an empty cell means; by default it is refused.

    Raises
    ------
    InputError
        Naming the rows with an unknown word or none, and where T and F stand without B: they may mean true
        and false.

    Examples
    --------
    >>> directions(pd.DataFrame({"oneway": ["F", "T", "B", "否"]}), "lines", "oneway").tolist()
    [1, -1, 0, 0]
    """
    known = "; ".join(
        f"{meaning} is {_list(word for word, sign in DIRECTIONS.items() if sign == wanted)}"
        for meaning, wanted in (("as drawn", FORWARD), ("against", BACKWARD), ("both ways", BOTH))
    )
    bare = frame[column].isna()
    if missing is None and bare.any():
        raise InputError(f"{name}: {column} is missing at {some_of(frame.index[bare])}; {known}.")
    if {plain(word) for word in frame[column].dropna().unique()} == {"t", "f"}:
        raise InputError(
            f"{name}: {column} says T and F, but never B: true and false, or the two directions? Write 1 (as "
            "drawn), -1 (against) or 0 (both ways)."
        )
    found = _each(
        frame[column], lambda value: DIRECTIONS.get(plain(value)), f"{name}: {column}", known, missing or BOTH
    )
    return found.astype(np.int64)


def road_classes(values: pd.Series, *, system: str = "road", known: tuple[str, ...] = ()) -> pd.Series:
    """The class of each road by the planner's word or number; what is not read stays as it is.

    - ``values``: Words (国道, 主干路, county road) or numbers of roads (G4, S50, X012); of several the
      highest counts.
    - ``system``: ``"road"`` or ``"osm"``: which classes are wanted.
    - ``known``: Words that are classes already.

    Returns
    -------
    pandas.Series
        On the index of ``values``.

    Raises
    ------
    TypeError
        For cells that are lists: a road has one word.

    Examples
    --------
    >>> road_classes(pd.Series(["国道", "G4", "G107", "S50;S202", "Y012", "dirt"])).tolist()
    ['trunk', 'expressway', 'trunk', 'expressway', 'local', 'dirt']
    """
    place = 0 if system == "road" else 1
    table = {word: _road_class(word, place, known) for word in values.unique()}
    return values.map(table)


def _road_class(value: Any, place: int, known: tuple[str, ...]) -> Any:
    word = plain(value)
    if value in known or word in known:
        return value if value in known else word
    if word in ROAD_WORDS:
        return ROAD_WORDS[word][place]
    ranks = [rank for part in _SEVERAL.split(word) if (rank := _rank(part.strip().upper())) is not None]
    return ROAD_WORDS[_NUMBERED[min(ranks)][1]][place] if ranks else value


def _rank(number: str) -> int | None:
    """The place among the forms of numbers; a word that stands with the number must not contradict it."""
    rank = next((rank for rank, (form, _) in enumerate(_NUMBERED) if form.fullmatch(number)), None)
    both = _WORD_AND_NUMBER.fullmatch(number) if rank is None else None
    words = [one for one in both.groups()[::2] if one] if both else []
    if both is None or len(words) != 1 or words[0] not in ROAD_WORDS:
        return rank
    named = next((place for place, (_, word) in enumerate(_NUMBERED) if word == words[0]), None)
    return named if both[2].isdigit() or _rank(both[2]) == named else None


def known_roads() -> str:
    """What :func:`road_classes` reads, for errors."""
    return f"{', '.join(word for word in ROAD_WORDS if not word.isascii())}; numbers such as G4, S205, X012"


def mode(value: object, name: str = "mode") -> str:
    """The mode of travel that a word means.

    Raises
    ------
    InputError
        For an unknown word, with the list of those known.

    Examples
    --------
    >>> mode("高铁")
    'rail'
    """
    word = plain(value)
    if word not in MODES:
        raise InputError(f"{name}: {value!r} is no mode of travel; known are {_list(MODES)}.")
    return MODES[word]


PEOPLE_UNITS: Mapping[str, float] = {
    "persons": 1.0, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8,
}  # fmt: skip
"""How many persons one of a unit is."""

_UNITS_ZH = "|".join(sorted((one for one in PEOPLE_UNITS if one != "persons"), key=len, reverse=True))
_COUNTED_ZH = re.compile(
    rf"(?<![十百千万亿])(?:({_UNITS_ZH})人(?![均/以])|[(/_ ]({_UNITS_ZH})$|\(({_UNITS_ZH})\))"
)
_HEADS_EN = r"\)?(?:$|\)|[ _]?(?:persons?|people|inhabitants|residents))"
_COUNTED_EN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("万", re.compile(rf"(?:10[ ,]?000(?=\)| ?[pir])|ten thousands?){_HEADS_EN}")),
    ("千", re.compile(rf"(?:(?<![0-9,])1[ ,]?000(?=\)| ?[pir])|[('’]000s?|(?<![a-z])thousands?){_HEADS_EN}")),
    ("百万", re.compile(rf"(?<![a-z])millions?{_HEADS_EN}")),
)
_PER = re.compile(r"每|(?<![a-z])per(?![a-z])")
_PERSONS = re.compile(r"[(/:,、 ]人(?:$|[),、; ])|^人$|person")


def people_unit(text: object) -> str | None:
    """The unit of :data:`PEOPLE_UNITS` that a head or title says people are counted in; None for none or two.

    Numbers per so many people are in no unit of people.

    >>> [people_unit(one) for one in ("人口（千人）", "pop_thousands", "单位：万元、人", "每千人床位")]
    ['千', '千', 'persons', None]
    """
    said = unicodedata.normalize("NFKC", str(text)).strip().lower()
    if _PER.search(said):
        return None
    units = {next(filter(None, one)) for one in _COUNTED_ZH.findall(said)}
    units |= set([name for name, form in _COUNTED_EN if form.search(said)][:1])
    if _PERSONS.search(said) and not (units and "person" in said):
        units.add("persons")
    return units.pop() if len(units) == 1 else None


PLANNED = (
    *("planned", "plan", "proposed", "future", "underconstruction", "construction"),
    *("规划", "规划中", "规划建设", "拟建", "待建", "在建", "建设中", "筹建"),
    *("未建", "未开通", "未通航", "未通车"),
)
"""What a column of years says of what is not there yet, without blanks."""


def years(frame: pd.DataFrame, name: str, column: str, *, planned: bool = False) -> Floats:
    """The year of each row, NaN where none is given: 2024, "2024", "2024年5月", dates.

    With ``planned`` what is only planned or being built (:data:`PLANNED`) opens after every year: ``inf``.

    Raises
    ------
    InputError
        Naming the rows that hold something else (``"在建"``).

    Examples
    --------
    >>> years(pd.DataFrame({"opened": [2024, "2024年", None]}), "links", "opened").tolist()
    [2024.0, 2024.0, nan]
    """
    values = frame[column]
    if values.dtype.kind == "m":
        raise InputError(f"{name}: {column} holds spans of time, no years; give 2024, 2024年 or a date.")
    known = "a year is 2024, 2024年 or a date; leave it empty where there is none"
    read = _year_or_planned if planned else _year
    return _each(values, read, f"{name}: {column}", known, np.nan).astype(np.float64)


def _year_or_planned(value: Any) -> float | None:
    if isinstance(value, str) and plain(value).replace(" ", "").replace("_", "") in PLANNED:
        return np.inf
    return _year(value)


def _year(value: Any) -> int | None:
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, datetime.date | np.datetime64):
        return int(pd.Timestamp(value).year)
    found = _YEAR.fullmatch(plain(value))
    year = int(found[1]) if found else 0
    return year if EARLIEST_YEAR <= year <= LATEST_YEAR else None


def _each(values: pd.Series, read: Callable[[Any], Any], said: str, known: str, missing: Any) -> NDArray[Any]:
    """What every value means, ``missing`` where it is; refuses those that mean nothing."""
    try:
        codes, words = pd.factorize(values, use_na_sentinel=True)
    except TypeError as error:
        raise InputError(f"{said} holds lists or the like; write one word a row.") from error
    meaning = [read(word) for word in words]
    lost = np.flatnonzero([one is None for one in meaning])
    wrong = np.isin(codes, lost)
    if wrong.any():
        raise InputError(
            f"{said} says {some_of([repr(str(words[one])) for one in lost], 5)} at "
            f"{some_of(values.index[wrong])}; {known}."
        )
    # The last place is what the code of a missing value, -1, finds.
    return np.array([*meaning, missing])[codes]


def _list(words: Any) -> str:
    return ", ".join(words)
