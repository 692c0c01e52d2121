"""The units of China that ship with urbgeo: seats, airports, changed codes, and finding them by name."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from itertools import takewhile

import geopandas as gpd
import pandas as pd

from urbgeo.arguments import check_year
from urbgeo.checks import listed
from urbgeo.crs import WGS84
from urbgeo.errors import InputError, some_of
from urbgeo.language import catalogued
from urbgeo.sources import airports as airport_source
from urbgeo.sources.names import normalise_name, short_form

SHOWN = 10
"""Unknown units that a message names."""

WHOLE = "000000"
PROVINCE_DIGITS, PREFECTURE_DIGITS = 2, 4
"""First digits of a code that tell its province, and its prefecture."""

NATION = ("中国", "全国", "中华人民共和国", "china")

PLACES_SOURCE = catalogued(
    "Seats: administrative codes of 2021; positions of Amap's district centres (2020, GCJ-02, as listed in "
    "the MIT-licensed package Rh-s-PyTool), converted to WGS84 and held against the county polygons"
)
POPULATION_SOURCE = catalogued(
    "Prefecture populations: seventh national census, 1 November 2020, bulletins of the provinces; they sum "
    "to each province's published total"
)
URBAN_SOURCE = catalogued(
    "Urban-district population (城区常住人口): National Bureau of Statistics, seventh census, super-large "
    "and very large cities (Qiushi, 2021); 21 cities, in units of 10,000 people"
)
CODES_SOURCE = catalogued(
    "Changed codes 2000-2025: Ministry of Civil Affairs, changes of units at county level and above; GB/T "
    "2260 lists year by year (MIT-licensed table real-china-division; BSD-licensed GB2260), held against "
    "each other"
)
AIRPORT_YEARS = catalogued(
    "Airport years: publicly reported openings of the present site; missing where not sure"
)

_POSITIONS = {
    "amap": "Amap district centre, 2020, GCJ-02 converted to WGS84",
    "amap near": "Amap centre of the prefecture it is the seat of, 2020",
    "inside": "a point inside the county polygon; the seat itself is not in the list of 2020",
    "estimated": "estimated from the address of the seat",
}
_TEXT = ("adcode", "prefecture", "iata", "old", "new")


@dataclass(frozen=True, eq=False)
class Units:
    """What a study is about: ``counties`` and ``prefectures`` (codes), and the titles of the whole."""

    name: str
    title_zh: str
    title_en: str
    prefectures: tuple[str, ...]
    counties: tuple[str, ...]


def china_places() -> gpd.GeoDataFrame:
    """All seats of China's mainland: 337 of prefecture level (four are municipalities), and of counties.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in WGS84 by ``adcode`` of 2021: ``name_zh``, ``name_en`` (pinyin), ``level``, ``prefecture``
        (empty where a province governs the county itself), ``coord_source`` (where the point comes from),
        ``year``, ``population`` (2020 census, persons; prefectures and directly governed counties only),
        ``population_note``, ``urban_district_population`` (persons, where published).

    Examples
    --------
    >>> import urbgeo
    >>> seats = urbgeo.regions.nation.china_places()
    >>> int((seats["level"] == "prefecture").sum())
    337
    """
    table = _places().copy()
    table["coord_source"] = table["coord_source"].map(_POSITIONS)
    return table


@lru_cache(maxsize=1)
def _places() -> gpd.GeoDataFrame:
    table = _table("places").set_index("adcode")
    points = gpd.points_from_xy(table.pop("lon"), table.pop("lat"))
    return gpd.GeoDataFrame(table, geometry=points, crs=WGS84)


def china_airports(*, year: int | None = None) -> gpd.GeoDataFrame:
    """Transport airports of China's mainland.

    Parameters
    ----------
    year
        Those open at the end of that year: opened by then, or at a former site (``replaced``) before. An
        airport whose year is missing counts as open in every year; ``attrs["unknown_years"]`` counts them.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in WGS84 by ``iata``: ``name_zh``, ``name_en``, ``adcode`` of the county it lies in, ``opened``
        (year of the present site, missing where not sure), ``status``, ``replaced`` (the closed site),
        ``correction`` (why the packaged position is not used), ``position_from``.

    Raises
    ------
    InputError
        For what is no year, and where a table of the package names an airport that nothing locates.

    Examples
    --------
    >>> import urbgeo
    >>> len(urbgeo.regions.nation.china_airports(year=2000)) < len(urbgeo.regions.nation.china_airports())
    True
    """
    table = airport_source.airports(_table("airports").set_index("iata"))
    unknown = table["opened"].isna()
    if year is not None:
        year = check_year(year)
        table = table[unknown | (table["opened"] <= year) | table["replaced"].ne("")]
    table.attrs["unknown_years"] = int(unknown.reindex(table.index).sum())
    return table


@lru_cache(maxsize=1)
def _changed() -> pd.DataFrame:
    return _table("changed_codes")


def changed_codes() -> pd.DataFrame:
    """Changes of codes and names, 2000 to 2025.

    Returns
    -------
    pandas.DataFrame
        ``year``, ``kind`` (``renamed``, ``recoded``, ``upgraded``, ``merged``, ``split``, ``moved``,
        ``created``, ``abolished``, ``reassigned``: the code went to another unit), ``old``, ``old_name``,
        ``new``, ``new_name``, ``source``.
    """
    return _changed().copy()


def find_units(asked: str | Iterable[str]) -> Units:
    """The units of a province, a prefecture, the nation, or of a list of codes or names.

    Parameters
    ----------
    asked
        ``"安徽省"``, ``"安徽"``, ``"合肥市"``, ``"Anhui"``, ``"340000"``, ``"中国"``, or several of these.

    Returns
    -------
    Units
        Codes of the prefectures and counties in them, and titles of the whole in Chinese and English.

    Raises
    ------
    InputError
        For names that are not there (with the nearest ones), that stand for several units, and for an empty
        list.

    Examples
    --------
    >>> import urbgeo
    >>> urbgeo.regions.nation.find_units("安徽").title_en
    'Anhui'
    """
    names = [str(one) for one in listed(asked)]
    if not names:
        raise InputError("region: an empty list; give a province, a prefecture, or codes.")
    found = [_unit(name) for name in names]
    lost = [name for name, code in zip(names, found, strict=True) if code is None]
    if lost:
        rest_hint = f"; {len(lost) - SHOWN} other words are none either" if len(lost) > SHOWN else ""
        raise InputError("region: " + "; ".join(map(_unknown, lost[:SHOWN])) + f"{rest_hint}.")
    codes = [code for code in found if code is not None]
    places = _places()
    stems = ["" if code == WHOLE else code.removesuffix("00").removesuffix("00") for code in codes]
    members = places.index[pd.Series(places.index).map(lambda code: any(map(code.startswith, stems)))]
    level = places["level"].reindex(members)
    titles = [_titles(code) for code in codes]
    return Units(
        name="-".join(codes[:3]),
        title_zh="、".join(zh for zh, _ in titles[:4]) + ("等" if len(titles) > 4 else ""),
        title_en=", ".join(en for _, en in titles[:4]) + (" and others" if len(titles) > 4 else ""),
        prefectures=tuple(members[level == "prefecture"]),
        counties=tuple(members[level == "county"]),
    )


def nearest_names(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names most like one that was not found, by their letters after normalising."""
    plain = {normalise_name(one): one for one in known}
    return [plain[one] for one in get_close_matches(normalise_name(name), plain, n=count, cutoff=0.4)]


def nearest_codes(code: str, known: Sequence[str], count: int = 2) -> list[str]:
    """The known codes next to one that was not found, of the same prefecture, or province, only.

    - ``known``: Codes as text, sorted.
    """
    at = bisect(known, code)
    around = known[max(at - count, 0) : at + count]
    shared = {one: _same_digits(one, code) for one in around}
    best = max(shared.values(), default=0)
    if best < PROVINCE_DIGITS:
        return []
    least = PREFECTURE_DIGITS if best >= PREFECTURE_DIGITS else PROVINCE_DIGITS
    near = [one for one in around if shared[one] >= least]

    def apart(one: str) -> int:
        return abs(int(one.ljust(12, "0")) - int(code.ljust(12, "0")))

    return sorted(near, key=lambda one: (-shared[one], apart(one)))[:count]


def _same_digits(one: str, other: str) -> int:
    """How many first digits two codes share."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def province_codes() -> pd.Series:
    """Names of the provinces by code (``340000``: 安徽省)."""
    return pd.Series({code: zh for code, (zh, _) in _PROVINCES.items()}, name="name_zh")


def _unit(name: str) -> str | None:
    plain = normalise_name(name)
    if plain.lower() in NATION:
        return WHOLE
    if plain.isdigit():
        known = plain in _PROVINCES or plain in _places().index
        return plain if known else None
    return _by_name().get(plain.lower())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    """Codes by full, bare and English name; a province before a prefecture before a county."""
    found: dict[str, str] = {}
    places = _places()
    several: set[str] = set()
    for level in ("county", "prefecture"):
        rows = places[places["level"] == level]
        own: dict[str, str] = {}
        for code, zh, en in zip(rows.index, rows["name_zh"], rows["name_en"], strict=True):
            forms = {zh, en.lower(), short_form(zh)}
            forms |= {zh.removesuffix("市")} if level == "prefecture" else set()
            for form in forms:
                several |= {form} if own.get(form, code) != code else set()
                own[form] = code
        found.update(own)
        for form in several & own.keys():
            del found[form]
        several = set()
    for code, (zh, en) in _PROVINCES.items():
        found.update({zh: code, _stem(zh): code, en.lower(): code, zh.removesuffix("省"): code})
    return found


def _unknown(name: str) -> str:
    known = [*(zh for zh, _ in _PROVINCES.values()), *_places()["name_zh"]]
    asked, places = normalise_name(name), _places()
    same = places[(places["name_zh"] == asked) | (places["name_en"].str.lower() == asked.lower())]
    if len(same) > 1:
        options = [f"{code} {_province_of(code)} {zh}" for code, zh in same["name_zh"].items()]
        return f"{name!r} is the name of several units; give the code: {some_of(options)}"
    stems = {_stem(zh): zh for zh, _ in _PROVINCES.values()}
    english = {en.lower(): zh for zh, en in _PROVINCES.values()}
    english |= dict(zip(_places()["name_en"].str.lower(), _places()["name_zh"], strict=True))
    if name.isdigit():
        table = _places()["name_zh"]
        nearest = [f"{code} {table[code]}" for code in nearest_codes(name, sorted(table.index))]
        return f"{name!r} is no unit of China" + (f"; nearest are {', '.join(nearest)}" if nearest else "")
    near = [stems[one] for one in nearest_names(name, stems, 1)] + nearest_names(name, known)
    near += [english[one] for one in get_close_matches(name.lower(), english, n=3, cutoff=0.7)]
    near = list(dict.fromkeys(near))
    return f"{name!r} is no unit of China" + (f"; nearest are {', '.join(near)}" if near else "")


def _province_of(code: str) -> str:
    return _PROVINCES[code[:2] + "0000"][0]


def _titles(code: str) -> tuple[str, str]:
    if code == WHOLE:
        return "中国", "China"
    if code in _PROVINCES:
        return _PROVINCES[code]
    row = _places().loc[code]
    return str(row["name_zh"]), str(row["name_en"])


def _stem(province: str) -> str:
    return province[: 3 if province[:3] in ("内蒙古", "黑龙江") else 2]


def _table(name: str) -> pd.DataFrame:
    with files("urbgeo.regions").joinpath("china", f"{name}.csv").open(encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype=dict.fromkeys(_TEXT, "object"))
    words = [column for column in table.columns if column in _WORDS]
    return table.fillna(dict.fromkeys(words, ""))


_WORDS = ("prefecture", "replaced", "correction", "population_note", "old", "new", "old_name", "new_name")

_PROVINCES: dict[str, tuple[str, str]] = {
    "110000": ("北京市", "Beijing"),
    "120000": ("天津市", "Tianjin"),
    "130000": ("河北省", "Hebei"),
    "140000": ("山西省", "Shanxi"),
    "150000": ("内蒙古自治区", "Inner Mongolia"),
    "210000": ("辽宁省", "Liaoning"),
    "220000": ("吉林省", "Jilin"),
    "230000": ("黑龙江省", "Heilongjiang"),
    "310000": ("上海市", "Shanghai"),
    "320000": ("江苏省", "Jiangsu"),
    "330000": ("浙江省", "Zhejiang"),
    "340000": ("安徽省", "Anhui"),
    "350000": ("福建省", "Fujian"),
    "360000": ("江西省", "Jiangxi"),
    "370000": ("山东省", "Shandong"),
    "410000": ("河南省", "Henan"),
    "420000": ("湖北省", "Hubei"),
    "430000": ("湖南省", "Hunan"),
    "440000": ("广东省", "Guangdong"),
    "450000": ("广西壮族自治区", "Guangxi"),
    "460000": ("海南省", "Hainan"),
    "500000": ("重庆市", "Chongqing"),
    "510000": ("四川省", "Sichuan"),
    "520000": ("贵州省", "Guizhou"),
    "530000": ("云南省", "Yunnan"),
    "540000": ("西藏自治区", "Tibet"),
    "610000": ("陕西省", "Shaanxi"),
    "620000": ("甘肃省", "Gansu"),
    "630000": ("青海省", "Qinghai"),
    "640000": ("宁夏回族自治区", "Ningxia"),
    "650000": ("新疆维吾尔自治区", "Xinjiang"),
}
