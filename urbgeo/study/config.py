"""study.toml: what a study is made of, read with the line of every fault, and written with comments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from urbgeo.arguments import check_path
from urbgeo.checks import is_finite_number
from urbgeo.errors import InputError, SourceError
from urbgeo.files import NAME_REMEDY, is_file_name, write_text
from urbgeo.network.junctions import NODE_AT
from urbgeo.regions.decisions import decision_fault
from urbgeo.regions.release import DECIMALS, INTERNAL, Release, release_faults
from urbgeo.sources.dbase import sniffed
from urbgeo.study.inputs import MARGIN_KM, Inputs
from urbgeo.study.layers import COLUMNS, DATUMS
from urbgeo.study.roads import STUDY_CLASSES, RoadLines
from urbgeo.study.units import units_of
from urbgeo.words import PEOPLE_UNITS

FILE = "study.toml"
_TEXT, _NUMBER, _LIST, _EITHER = "text", "number", "list of texts", "text or list of texts"
_DECISION, _NUMBERS, _HEADS = "decision", "list of numbers", "table of heads"

KEYS: Mapping[str, Mapping[str, str]] = {
    "region": {"units": _EITHER, "name": _TEXT, "margin_km": _NUMBER},
    "files": {
        "roads": _TEXT,
        "population": _EITHER,
        "trains": _EITHER,
        "stations": _TEXT,
        "zones": _TEXT,
        "seats": _TEXT,
        "airports": _TEXT,
        "rails": _TEXT,
        "flows": _TEXT,
        "observed": _TEXT,
    },
    "population": {"column": _TEXT, "unit": _TEXT},
    "roads": {
        "classes": _LIST,
        "class_column": _TEXT,
        "oneway_column": _TEXT,
        "level_column": _TEXT,
        "node_at": _TEXT,
    },
    "road_classes": {"*": _TEXT},
    "trains": {"day": _TEXT},
    "flows": {"least_count": _NUMBER, "rates": _NUMBERS, "rule": _TEXT},
    "observed": {"datum": _TEXT},
    "columns": {"*": _HEADS},
    "datums": {"*": _TEXT},
    "speeds": {"*": _NUMBER},
    "lists": {"*": _LIST},
    "overrides": {"*": _DECISION},
    "study": {
        "invented_roads": _TEXT,
        "release": _TEXT,
        "decimals": _NUMBER,
        "sensitive": _LIST,
        "marking": _TEXT,
    },
}
"""Every section and key there is, and what it holds."""


@dataclass(frozen=True, eq=False)
class StudyConfig:
    """A study as its file has it: where it lies, and the inputs."""

    folder: Path
    inputs: Inputs
    invented_roads: str = ""
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def results(self) -> Path:
        """Where results are written."""
        return self.folder / "data" / "processed" / (self.inputs.name or self.folder.name)


def read_config(path: Path | str) -> StudyConfig:
    """Read a study's file; every fault is told with its line.

    Parameters
    ----------
    path
        The folder of the study, or its ``study.toml``. Paths in it are seen from the folder.

    Returns
    -------
    StudyConfig
        The folder and the inputs that the file names.

    Raises
    ------
    SourceError
        When there is no such file.
    InputError
        For what is no TOML, unknown sections and keys (with the nearest), and values of the wrong kind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = '[region]|units = "湖南"'.replace("|", chr(10))
    ...     _ = (Path(folder) / "study.toml").write_text(text, encoding="utf-8")
    ...     config = read_config(folder)
    >>> config.inputs.units
    '湖南'
    """
    path = check_path(path)
    path = path / FILE if path.is_dir() else path
    if not path.exists():
        raise SourceError(f"{path}: there is no such study; make one with urbgeo new.")
    text = _text_of(path)
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: no valid TOML: {error}; {_toml_remedy(text, str(error))}.") from error
    lines = _lines(text)
    faults = _faults(told, lines)
    if faults:
        raise InputError(f"{path.name}: " + "; ".join(faults) + ".")
    return _config(path, told, lines)


def _text_of(path: Path) -> str:
    """The file's text: UTF-8 as TOML has it, or GB18030 as older editors of Windows save it."""
    content = path.read_bytes()
    encoding = sniffed([content])
    if encoding is None:
        raise InputError(f"{path}: its text is neither UTF-8 nor GB18030; save it as UTF-8.")
    return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)


def _toml_remedy(text: str, error: str) -> str:
    """What to do about a line that is no TOML, by what people write in it."""
    at = re.search(r"line (\d+)", error)
    line = text.splitlines()[int(at[1]) - 1] if at and int(at[1]) <= len(text.splitlines()) else ""
    if "\\" in line:
        return "write paths with / instead of \\ between folders"
    if re.search("[“”‘’＂＇＝［］]", line):
        return "quotes, = and brackets are the plain ones of the keyboard, not those of Chinese text"
    if "overwrite" in error or "twice" in error:
        return "each section and key stands once"
    return 'texts stand in quotes, name = "anhui", and lists in brackets'


def _config(path: Path, told: dict[str, Any], lines: Mapping[tuple[str, str], int]) -> StudyConfig:
    folder = path.parent
    part = {name: told.get(name, {}) for name in KEYS}
    files = {key: _seen_from(folder, value) for key, value in part["files"].items() if value}
    classes = part["roads"].get("classes")
    inputs = Inputs(
        units=part["region"].get("units") or None,
        name=part["region"].get("name") or folder.resolve().name,
        margin_km=float(part["region"].get("margin_km", MARGIN_KM)),
        lists=dict(part["lists"]),
        population_column=part["population"].get("column") or None,
        population_unit=part["population"].get("unit") or None,
        road_classes=tuple(classes) if classes else STUDY_CLASSES,
        road_lines=_road_lines(part["roads"], part["road_classes"]),
        train_day=part["trains"].get("day") or None,
        least_count=part["flows"].get("least_count"),
        flow_rates=tuple(part["flows"].get("rates", ())) or None,
        flow_rule=part["flows"].get("rule") or None,
        columns=dict(part["columns"]),
        datums=dict(part["datums"]),
        observed_datum=part["observed"].get("datum") or "gcj02",
        speeds={name: float(kmh) for name, kmh in part["speeds"].items()},
        overrides=dict(part["overrides"]),
        release=_release(part["study"]),
        folder=folder,
        **files,
    )
    study = part["study"]
    return StudyConfig(folder, inputs, study.get("invented_roads", ""), lines)


def _road_lines(roads: Mapping[str, Any], names: Mapping[str, str]) -> RoadLines | None:
    told = {key: value for key, value in roads.items() if key != "classes" and value}
    return RoadLines(**told, class_names=dict(names)) if told or names else None


def _release(study: Mapping[str, Any]) -> Release:
    return Release(
        study.get("release", INTERNAL),
        study.get("decimals", DECIMALS),
        tuple(study.get("sensitive", ())),
        study.get("marking", ""),
    )


def _seen_from(folder: Path, value: Any) -> Any:
    """Paths as seen from the study's folder; URLs as they are."""
    if isinstance(value, list):
        return [_seen_from(folder, one) for one in value]
    return value if "://" in value else folder / value


def _lines(text: str) -> dict[tuple[str, str], int]:
    """The line of every section and key."""
    section, found = "", {}
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            section = head[1].strip("\"'")
            found[section, ""] = number
        elif key := re.match(r"\s*[\"']?([^#=\"']+?)[\"']?\s*=", line):
            found[section, key[1]] = number
    return found


def _faults(told: dict[str, Any], lines: Mapping[tuple[str, str], int]) -> list[str]:
    faults = []
    for section, keys in told.items():
        if section not in KEYS or not isinstance(keys, dict):
            at = lines.get((section, ""), lines.get(("", section), 0))
            unknown = f"no section [{section}]{_nearest_hint(section, KEYS)}"
            faults.append(f"line {at}: {unknown}")
            continue
        known = KEYS[section]
        for key, value in keys.items():
            table = lines.get((f"{section}.{key}", ""), lines.get((section, ""), 0))
            at = lines.get((section, key), table)
            kind = known.get(key, known.get("*"))
            if kind is None:
                unknown = f"no key {key!r} in [{section}]{_nearest_hint(key, known)}"
                faults.append(f"line {at}: {unknown}")
            elif not _fits(value, kind):
                faults.append(f"line {at}: {_kind_fault(key, value, kind)}")
            elif wrong := _value_fault(section, key, value):
                faults.append(f"line {at}: {wrong}")
    return faults


def _fits(value: Any, kind: str) -> bool:
    texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return {
        _TEXT: isinstance(value, str),
        _NUMBER: is_finite_number(value),
        _LIST: texts,
        _EITHER: isinstance(value, str) or texts,
        _DECISION: True,
        _HEADS: isinstance(value, dict) and all(isinstance(one, str) for one in value.values()),
        _NUMBERS: isinstance(value, list) and all(map(is_finite_number, value)),
    }[kind]


def _kind_fault(key: str, value: Any, kind: str) -> str:
    """What a value of another kind should be."""
    if kind == _TEXT:
        return f"{key} = {value!r} is no text in quotes"
    if kind == _NUMBER:
        return f"{key} = {value!r} is no number"
    if kind == _NUMBERS:
        return f"{key} = {value!r} is no list of numbers"
    if kind == _HEADS:
        return f"{key} = {value!r} is no table of heads, code = '...'"
    if kind == _EITHER:
        return f"{key} = {value!r} is no text or list of texts"
    return f"{key} = {value!r} is no list of texts"


def _value_fault(section: str, key: str, value: Any) -> str:
    """What is wrong with a value of the right kind."""
    if (section, key) == ("region", "units") and value:
        try:
            units_of(value)
        except InputError as error:
            return error.english.removeprefix("region: ").rstrip(".")
    if (section, key) == ("region", "name") and not is_file_name(value):
        return f"name = {value!r} names a folder and files; {NAME_REMEDY}"
    if (section, key) == ("population", "unit") and value and value not in PEOPLE_UNITS:
        return f"unit = {value!r}; it is one of {', '.join(PEOPLE_UNITS)}"
    if (section, key) == ("roads", "node_at") and value not in ("", *NODE_AT):
        return f"node_at = {value!r}; it is one of {', '.join(NODE_AT)}"
    if section == "overrides":
        return f"{key}: {fault}" if (fault := decision_fault(value)) else ""
    if section == "study" and key in ("release", "decimals", "sensitive"):
        part = {"release": INTERNAL, "decimals": DECIMALS, "sensitive": (), key: value}
        return "; ".join(release_faults(part["release"], part["decimals"], part["sensitive"]))
    if section in ("flows", "observed") and (choices := _CHOICES.get(key)) and value not in choices:
        return f"{key} = {value!r}; it is one of {', '.join(choices)}"
    if section == "columns":
        return _heads_fault(key, value)
    if section == "datums" and (key not in DATED or value not in DATUMS):
        return f"{key} = {value!r}; it is one of {', '.join(DATUMS)}, for one of {', '.join(DATED)}"
    if section == "speeds" and not value > 0:
        return f"{key} = {value!r} is no speed; give km/h > 0"
    if (section, key) == ("region", "margin_km") and value < 0:
        return f"margin_km = {value!r} is negative"
    return ""


def _heads_fault(layer: str, heads: Mapping[str, str]) -> str:
    """What is wrong with the columns that are named for a layer."""
    if layer not in COLUMNS:
        return f"columns.{layer}: columns are named for {', '.join(COLUMNS)}"
    unknown = [one for one in heads if one not in COLUMNS[layer]]
    known = ", ".join(COLUMNS[layer])
    return f"columns.{layer}: no column {', '.join(unknown)} is asked; there are {known}" if unknown else ""


DATED = ("zones", "seats", "airports", "stations", "rails")
"""Layers whose datum may be named."""

_CHOICES = {"rule": ("out", "either"), "datum": ("gcj02", "wgs84")}


def _nearest_hint(word: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(word, [one for one in known if one != "*"], n=1, cutoff=0.4)
    return f"; the nearest is {near[0]!r}" if near else f"; there are {', '.join(known)}"


def new_study(folder: Path | str, units: str | None) -> Path:
    """Make the folder of a study: a commented ``study.toml`` and ``data/raw/README.md`` that says what goes
    there. Without ``units`` it is one of places elsewhere, whose zones the planner brings.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        For units that are not known, and where a study is there already.
    """
    folder = Path(folder)
    found = None if units is None else units_of(units)
    if not is_file_name(name := folder.resolve().name):
        raise InputError(f"folder: {name!r} names files too; {NAME_REMEDY}.")
    if (folder / FILE).exists():
        raise InputError(f"{folder / FILE}: there is a study already; edit it, or choose another folder.")
    zh, en = (name, name) if found is None else (found.title_zh, found.title_en)
    text = _TEMPLATE.format(units=units, name=name, zh=zh)
    if units is None:
        own = 'zones = "data/raw/zones.gpkg"            '
        text = text.replace('units = "None"', '# units = "安徽"').replace(
            '# zones = "data/raw/counties.gpkg"', own
        )
    write_text(folder / FILE, text)
    write_text(folder / "data" / "raw" / "README.md", _RAW.format(zh=zh, en=en))
    (folder / "data" / "processed").mkdir(parents=True, exist_ok=True)
    return folder


_TEMPLATE = """\
# {zh}：研究配置。以 # 开头的行是说明或未启用的选项。
# The study's file. Lines that start with # are remarks, or options not in use.

[region]
units = "{units}"          # 省市县名或代码，可写成列表 ["合肥市", "340200"]；units, or a list of them
name = "{name}"
margin_km = 100            # 区域外一并读入的范围（公里）；kilometres around that are read too

[files]                    # 路径从本文件夹算起；没有的层删去。Paths from this folder
# roads = "data/raw/roads.osm.pbf"        # OSM PBF / XML / GraphML / shp / gpkg / postgresql://…#table
# population = "data/raw/population.xlsx" # 分县人口表，或人口栅格 .tif；table or raster
# trains = "data/raw/trains.xlsx"         # 列车时刻表（车次、站序、站名、到站时间、出发时间）或 GTFS zip
# stations = "data/raw/stations.csv"      # 车站坐标（时刻表里没有时）；if the table has none
# zones = "data/raw/counties.gpkg"        # 自有区划面；polygons of your own
# seats = "data/raw/seats.csv"            # 自有驻地点；seats of your own
# airports = "data/raw/airports.csv"      # 自有机场；airports of your own
# rails = "data/raw/rails.gpkg"           # 只用于制图的铁路线；lines to draw
# flows = "data/raw/flows.csv"            # 手机信令等通勤表：home、work、workers；who commutes where
# observed = "data/raw/observed.csv"      # 地图服务的出行时间，只作对照；minutes of a map service, a check

[columns]                  # 列名不是常用名时写明，按图层 columns of a layer that are not found by their heads
# zones = {{ code = "县级代码", name = "县级名称" }}   # 点图层还有 lon、lat，airports 还有 opened
# flows = {{ home = "居住县", work = "就业县", workers = "人数" }}

[datums]                   # 自有图层的坐标不是 WGS84 / CGCS2000 时；coordinates of map services
# airports = "gcj02"       # gcj02 高德、腾讯；bd09 百度；zones seats airports stations rails

[population]
# column = "常住人口"       # 人口列；the column of people
# unit = "万"              # persons 或 万

[roads]
# classes = ["motorway", "trunk", "primary", "secondary", "tertiary"]   # PBF 中保留的等级
# node_at = "crossings"    # 自有路网在何处相接：ends 端点（缺省）、touches 端点在线上、crossings 相交处
#                          # where lines of a survey meet; the columns below where not found by name
# class_column = "道路等级"  # 等级列 class of road
# oneway_column = "行车方向" # 方向列 directions: F, T, B; 单向 双向
# level_column = "桥隧"      # 桥隧或层级列，不同者不相接 lines that differ here pass over each other

[road_classes]             # 路网里不认识的等级词 words of your roads: a class, or "none" to leave them out
# "机耕路" = "local"        # expressway trunk primary secondary connector local urban；"" 为空白单元格

[trains]
# day = "2016-03-10"       # 某一天；缺省为全部日期的平均。One day; by default the mean over all dates.

[flows]
# least_count = 10         # 表中显示的最小人数（更小的已隐去）；the least count the table shows
# rates = [0.30, 0.10, 0.05]   # 通勤率圈层；rings by commuting rate
# rule = "out"             # out：外出通勤占比；either：双向取大；the larger of both directions

[observed]
# datum = "gcj02"          # 或 or "wgs84"

[speeds]                   # 改写某一等级的车速（公里/小时）；km/h of a class, instead of those read
# trunk = 70

[lists]                    # 代码或名称；codes or names
# core = ["合肥市"]         # 都市圈核心（缺省为省会）；by default the capital
# circle = []              # 批复范围；an approved circle to compare with
# "core 芜湖" = ["芜湖市"]   # 另一都市的核心，各圈一并划定；another metropolis

[overrides]                # 按决定纳入（in）或剔除（out）的单元，与规则的结论并列；decided, beside the rule
# "肥西县" = {{ circle = "in", reason = "市政府会议纪要", by = "规划处", date = 2026-03-01 }}

[study]
# invented_roads = "演示"   # 道路是虚构的，各页会注明；the roads are made up, and every page says so
# release = "public"       # 公开版：坐标取整，略去敏感图层；rounded, fewer layers. 缺省 default "internal"
# decimals = 3             # 公开版坐标的小数位数；decimals of degrees on public pages (3: about 110 m)
# sensitive = ["stations", "interchanges"]   # 公开版略去的图层；layers that the public does not get
# marking = "审图号：…"     # 每页都带的一行；a line that every page carries
"""

_RAW = """\
# data/raw：{zh}

把手头的文件放在这里，再在 study.toml 的 [files] 中写上路径。全部可选，缺哪一层，相应的答案会注明未给出。

| 文件 | 内容 | 来源 |
|---|---|---|
| roads.osm.pbf | 道路 | `urbgeo fetch`，或 download.geofabrik.de/asia/china 手工拷贝 |
| population.xlsx | 分县常住人口（代码或县名，人或万人） | 七普资料、统计年鉴 |
| trains.xlsx | 列车时刻（车次、站序、站名、到站时间、出发时间、运行日期） | 售票网站 |

Drop here what you have of {en} and name it under [files] in study.toml. Every file is optional; answers that
lack theirs are named as left out.
"""
