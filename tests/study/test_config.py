from __future__ import annotations

import re
from pathlib import Path

import pytest

import urbgeo
from urbgeo.errors import InputError, SourceError
from urbgeo.language import in_chinese
from urbgeo.study.config import FILE, KEYS, new_study, read_config


def study(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def test_a_new_study_reads_back_as_it_was_made(tmp_path: Path) -> None:
    folder = new_study(tmp_path / "安徽", "安徽")
    config = read_config(folder)
    assert (config.inputs.units, config.inputs.name, config.inputs.margin_km) == ("安徽", "安徽", 100.0)
    assert config.inputs.roads is None
    assert config.results == folder / "data" / "processed" / "安徽"
    assert "安徽省" in (folder / "data" / "raw" / "README.md").read_text(encoding="utf-8")


def test_every_option_in_the_template_is_one_that_is_read(tmp_path: Path) -> None:
    folder = new_study(tmp_path / "a", "340000")
    text = (folder / FILE).read_text(encoding="utf-8")
    opened = [line[2:] if line.startswith("# ") and " = " in line else line for line in text.splitlines()]
    config = read_config(study(folder, "\n".join(opened)))
    assert config.inputs.roads == folder / "data" / "raw" / "roads.osm.pbf"
    assert config.inputs.population_unit == "万" and config.inputs.train_day == "2016-03-10"
    assert config.inputs.lists == {"core": ["合肥市"], "circle": [], "core 芜湖": ["芜湖市"]}
    assert set(config.inputs.columns) == {"zones", "flows"} and config.inputs.datums == {"airports": "gcj02"}


def test_an_older_study_is_never_overwritten(tmp_path: Path) -> None:
    new_study(tmp_path, "安徽")
    with pytest.raises(InputError, match="already"):
        new_study(tmp_path, "湖北")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[region]\nunits = "安徽"\nmargin = 5\n',
            r"line 3: no key 'margin' in \[region\]; the nearest is 'margin_km'",
        ),
        ('[regoin]\nunits = "安徽"\n', r"line 1: no section \[regoin\]; the nearest is 'region'"),
        ('[region]\n\nunits = "安微"\n', "line 3: '安微' is no unit of China; nearest are 安徽省"),
        ("[region]\nunits = 34\n", "line 2: units = 34 is no text or list of texts"),
        ('[region]\nmargin_km = "far"\n', "line 2: margin_km = 'far' is no number"),
        ("[region]\nmargin_km = true\n", "line 2: margin_km = True is no number"),
        ("[region]\nmargin_km = -1\n", "line 2: margin_km = -1 is negative"),
        ('[population]\nunit = "万元"\n', "line 2: unit = '万元'; it is one of persons, 百, 千, 万"),
        ('[study]\nrelease = "open"\n', "line 2: release = 'open'; it is one of internal, public"),
        ("[speeds]\ntrunk = 0\n", "line 2: trunk = 0 is no speed; give km/h > 0"),
        ("[speeds]\ntrunk = -5\n", "line 2: trunk = -5 is no speed; give km/h > 0"),
        ("[region]\nname = 5\n", "line 2: name = 5 is no text in quotes"),
        ('[region]\nname = "a/b"\n', "line 2: name = 'a/b' names a folder and files; write it without"),
        ("[region]\nzzzzz = 1\n", r"no key 'zzzzz' in \[region\]; there are units, name, margin_km"),
        ('[flows]\nrates = "x"\n', "line 2: rates = 'x' is no list of numbers"),
        ('[flows]\nrates = [0.1, "x"]\n', r"line 2: rates = \[0.1, 'x'\] is no list of numbers"),
        ('[flows]\nrule = "both"\n', "line 2: rule = 'both'; it is one of out, either"),
        ('[observed]\ndatum = "bd09"\n', "line 2: datum = 'bd09'; it is one of gcj02, wgs84"),
        ('[columns]\nzones = "x"\n', "line 2: zones = 'x' is no table of heads, code = '...'"),
        ("[columns.zones]\ncode = 5\n", "line 1: zones = {'code': 5} is no table of heads"),
        ('[lists]\ncore = "合肥市"\n', "line 2: core = '合肥市' is no list of texts"),
        ('[lists]\ncore = ["合肥市", 5]\n', r"line 2: core = \['合肥市', 5\] is no list of texts"),
        ("[files]\ntrains = [1]\n", r"line 2: trains = \[1\] is no text or list of texts"),
        (
            '[roads]\nnode_at = "middle"\n',
            "line 2: node_at = 'middle'; it is one of ends, touches, crossings",
        ),
        (
            '[datums]\nseats = "gcj"\n',
            "line 2: seats = 'gcj'; it is one of .*gcj02.*, for one of zones, seats",
        ),
        ('units = "安徽"\n', r"line 1: no section \[units\]"),
        ('[region]\nunits = "安徽\n', "no valid TOML.*line 2"),
    ],
)
def test_every_fault_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_config(study(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[files]\nairports = "data\\raw\\机场.csv"\n', "write paths with /"),
        ("[files]\nairports = “data/raw/机场.csv”\n", "plain ones of the keyboard"),
        ('[region]\nname = "a"\nname = "b"\n', "each section and key stands once"),
        ("[region]\nname = anhui\n", "texts stand in quotes"),
    ],
)
def test_what_people_write_in_toml_by_mistake_is_told_with_a_remedy(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no valid TOML") as told:
        read_config(tmp_path)
    assert said in told.value.english


def test_a_file_saved_in_gb18030_is_read_and_one_in_no_encoding_refused(tmp_path: Path) -> None:
    text = '[region]\nunits = "安徽"\n'
    (tmp_path / "study.toml").write_bytes(text.encode("gb18030"))
    assert read_config(tmp_path).inputs.units == "安徽"
    (tmp_path / "study.toml").write_bytes(b'[region]\nunits = "\xff\xff"\n')
    with pytest.raises(InputError, match="neither UTF-8 nor GB18030"):
        read_config(tmp_path)


def test_faults_of_a_study_are_said_in_chinese_line_by_line(tmp_path: Path) -> None:
    text = '[road]\nx = "y"\n[speeds]\n"国道" = "快"\n[overrides]\n"肥西县" = { circle = "yes" }\n'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_config(tmp_path)
    said = in_chinese(told.value.english)
    assert "第 1 行：没有 [road] 这一节" in said and "第 4 行：国道 = '快' 不是数字" in said
    assert "没有写理由" in said and "没有写决定人" in said and "不是日期" in said
    assert not re.search(r"\b(line|is no|nearest|one of|nobody)\b", said), said


def test_columns_and_datums_are_named_by_layer(tmp_path: Path) -> None:
    text = '[columns.zones]\ncode = "县级代码"\n[datums]\nairports = "gcj02"\n'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    inputs = read_config(tmp_path).inputs
    assert inputs.columns == {"zones": {"code": "县级代码"}} and inputs.datums == {"airports": "gcj02"}
    wrong = '[columns.zone]\na = "b"\n[columns.seats]\nopened = "c"\n[datums]\nroads = "gcj02"\n'
    (tmp_path / "study.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_config(tmp_path)
    assert "line 1: columns.zone: columns are named for zones, seats" in told.value.english
    assert "line 3: columns.seats: no column opened" in told.value.english
    assert "line 6: roads = 'gcj02'" in told.value.english


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        read_config(study(tmp_path, '[region]\nunit = "x"\n[files]\nroad = "y"\n'))
    assert "line 2" in str(told.value) and "line 4" in str(told.value)


def test_paths_are_seen_from_the_folder_and_urls_are_kept(tmp_path: Path) -> None:
    text = '[files]\nroads = "postgresql://a/b#roads"\ntrains = ["a.zip", "b.zip"]\nseats = "x/y.csv"\n'
    inputs = read_config(study(tmp_path, text) / FILE).inputs
    assert inputs.roads == "postgresql://a/b#roads"
    assert inputs.trains == [tmp_path / "a.zip", tmp_path / "b.zip"]
    assert inputs.seats == tmp_path / "x" / "y.csv"


def test_a_folder_without_a_study_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="urbgeo new"):
        read_config(tmp_path)


def test_sections_are_those_of_the_template(tmp_path: Path) -> None:
    text = (new_study(tmp_path / "a", "安徽") / FILE).read_text(encoding="utf-8")
    assert [f"[{name}]" in text for name in KEYS] == [True] * len(KEYS)


def test_names_of_devices_and_paths_are_no_names_of_studies(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="device of Windows"):
        new_study(tmp_path / "CON", "宁夏")
    assert not (tmp_path / "CON").exists()
    with pytest.raises(InputError, match="names a folder and files"):
        urbgeo.region("宁夏", zones=False, name="../elsewhere")


def test_what_a_study_says_is_what_is_read_and_the_rest_is_usual(tmp_path: Path) -> None:
    text = """
[region]
name = "a"
margin_km = 50
[files]
flows = "f.csv"
roads = ""
[population]
column = "人口"
[roads]
classes = ["trunk"]
node_at = "touches"
[road_classes]
"机耕路" = "none"
[flows]
least_count = 10
rates = [0.3, 0.1]
rule = "either"
[observed]
datum = "wgs84"
[speeds]
trunk = 70
[study]
invented_roads = "演示"
release = "public"
decimals = 2
sensitive = ["stations"]
marking = "审图号"
"""
    config = read_config(study(tmp_path, text))
    found = config.inputs
    assert (found.name, found.margin_km, found.units, found.roads) == ("a", 50.0, None, None)
    assert (found.population_column, found.population_unit, found.train_day) == ("人口", None, None)
    assert found.road_classes == ("trunk",)
    assert found.road_lines is not None and found.road_lines.node_at == "touches"
    assert found.road_lines.class_names == {"机耕路": "none"}
    assert (found.least_count, found.flow_rates, found.flow_rule) == (10, (0.3, 0.1), "either")
    assert found.observed_datum == "wgs84" and found.speeds == {"trunk": 70.0}
    said = found.release
    assert (said.kind, said.decimals, said.sensitive, said.marking) == ("public", 2, ("stations",), "审图号")
    assert config.invented_roads == "演示" and config.lines[("flows", "rule")] == 18
    usual = read_config(study(tmp_path, "")).inputs
    assert (usual.name, usual.margin_km) == (tmp_path.name, 100.0)
    assert (usual.flow_rates, usual.flow_rule, usual.least_count, usual.road_lines) == (
        None,
        None,
        None,
        None,
    )
    assert usual.observed_datum == "gcj02" and usual.release.kind == "internal"
    only_words = read_config(study(tmp_path, '[road_classes]\n"x" = "none"\n')).inputs
    assert only_words.road_lines is not None


def test_a_study_elsewhere_names_no_units_and_asks_for_zones(tmp_path: Path) -> None:
    config = read_config(new_study(tmp_path / "porto", None))
    assert config.inputs.units is None
    assert config.inputs.zones == tmp_path / "porto" / "data" / "raw" / "zones.gpkg"


def test_bounds_and_empty_words_of_a_study_are_no_faults(tmp_path: Path) -> None:
    text = '[region]\nunits = ""\nmargin_km = 0\n[population]\nunit = ""\n[roads]\nnode_at = ""\n'
    found = read_config(study(tmp_path, text)).inputs
    assert (found.units, found.margin_km, found.population_unit, found.road_lines) == (None, 0.0, None, None)
    assert read_config(study(tmp_path, "[flows]\nrates = []\n")).inputs.flow_rates is None


def test_the_name_is_that_of_the_folder_unless_one_is_given(tmp_path: Path) -> None:
    folder = tmp_path / "沿江"
    folder.mkdir()
    config = read_config(study(folder, ""))
    assert config.inputs.name == "沿江" and config.folder == folder
    assert config.results == folder / "data" / "processed" / "沿江"
    named = read_config(study(folder, '[region]\nname = "b"\n'))
    assert named.results == folder / "data" / "processed" / "b"
