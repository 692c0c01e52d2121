"""The command line does the main job, and refuses with a reason."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.study.conftest import small_study_maker  # noqa: F401, a fixture
from urbgeo import cli
from urbgeo.errors import UrbgeoWarning
from urbgeo.options import options
from urbgeo.regions.region import Region
from urbgeo.sources.fetch import GEOFABRIK


def test_demo_prints_the_headlines_and_where_the_files_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "结果"
    assert cli.main(["demo", "--out", str(out)]) == 0
    text = capsys.readouterr().out
    for part in (
        "一小时通勤圈",
        "One-hour commuting circle",
        "Airport within 60 min",
        "within 2 hours",
        "County towns",
    ):
        assert part in text
    for name in ("map.html", "report.md", "hunan.gpkg", "circle.csv"):
        assert (out / name).is_file()
    assert str(out / "map.html") in text


def test_an_unknown_region_is_refused_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--region", "atlantis"]) == 1
    assert "'atlantis' is not embedded, 'hunan' is" in capsys.readouterr().err


def test_an_interrupt_ends_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_demo", interrupted)
    assert cli.main(["demo"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_a_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, hunan: Region
) -> None:
    monkeypatch.setattr("urbgeo.study.run.load_region", lambda _: hunan)
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert cli.main(["demo", "--out", str(blocked / "sub")]) == 1
    assert str(blocked) in capsys.readouterr().err


def test_doctor_tells_versions_extras_type_and_data_in_one_block(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("urbgeo ") and "geopandas " in told and "extra china: " in told
    assert all(word in told for word in ("Chinese type", "cache", "data"))
    assert "extra test" not in told


@pytest.mark.skipif(os.name != "posix", reason="a locale of ASCII names")
def test_a_chinese_path_works_under_the_c_locale_without_utf8_mode(
    small_study: Callable[..., Path], tmp_path: Path
) -> None:
    folder = small_study(tmp_path / "宁夏 研究")
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    named = [sys.executable, "-c", "import sys; print(sys.getfilesystemencoding())"]
    assert subprocess.run(named, env=plain, capture_output=True, check=True).stdout.strip() == b"ascii"
    for verb in ("run", "pack"):
        command = [sys.executable, "-m", "urbgeo", verb, str(folder)]
        done = subprocess.run(command, env=plain, capture_output=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert str(folder) in done.stdout.decode("utf-8")
    assert (folder / "data/processed/ningxia/circle.csv").is_file()
    assert list(folder.glob("*.pack.zip"))


def test_a_warning_in_a_shell_is_one_line_without_code(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        "代码,常住人口（万人）\n640104,—\n640105,38.6\n640106,72.4\n640121,31.8\n", encoding="utf-8"
    )
    text = '[region]\nunits = "银川"\n[files]\npopulation = "people.csv"\n'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "urbgeo", "check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    told = done.stderr.decode("utf-8").splitlines()
    assert told and all(line.startswith("urbgeo: ") for line in told), told
    assert any("row 2" in line or "第 2 行" in line for line in told)


def study(folder: Path, text: str) -> Path:
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


def test_extracts_are_fetched_for_every_province_once_and_only_for_units_of_china(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, Path, str, bool]] = []

    def fetch(province: str, folder: Path, *, base_url: str, refresh: bool, progress: object) -> Path:
        asked.append((province, folder, base_url, refresh))
        path = tmp_path / f"{province}.osm.pbf"
        path.write_bytes(b"x" * 1_250_000)
        return path

    monkeypatch.setattr("urbgeo.sources.fetch.fetch_extract", fetch)
    assert cli.main(["fetch", str(study(tmp_path, "[region]\n"))]) == 1
    assert "units: the study names none of China" in capsys.readouterr().err and not asked
    study(tmp_path, '[region]\nunits = "宁夏"\n')
    assert cli.main(["fetch", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert f"{tmp_path / '640000.osm.pbf'}  (1.2 MB)" in told and "osmium" not in told
    assert 'roads = "data/raw/640000.osm.pbf"' in told
    study(tmp_path, '[region]\nunits = ["银川市", "石嘴山市", "合肥市"]\n')
    assert cli.main(["fetch", str(tmp_path), "--from", "https://mirror.example/", "--refresh"]) == 0
    assert "merge several extracts to one file first" in capsys.readouterr().out
    raw = tmp_path / "data" / "raw"
    assert asked == [
        ("640000", raw, GEOFABRIK, False),
        ("340000", raw, "https://mirror.example/", True),
        ("640000", raw, "https://mirror.example/", True),
    ]


@pytest.mark.parametrize(("terminal", "shown"), [(True, "\r1.5 / 3,000.0 MB"), (False, "")])
def test_bytes_are_counted_in_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool, shown: str
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    cli._show_bytes(1_500_000, 3_000_000_000)
    assert capsys.readouterr().err == shown


def test_warnings_of_others_are_shown_as_they_always_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    others: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *more, **rest: others.append(str(message)))
    progress = options.progress
    cli._speak_plainly()
    try:
        warnings.showwarning(UrbgeoWarning("ours"), UrbgeoWarning, "file", 1)
        warnings.showwarning(UserWarning("another's"), UserWarning, "file", 1)
        assert options.progress is False, "no bars are drawn into a file"
    finally:
        options.progress = progress
    assert capsys.readouterr().err == "urbgeo: ours\n" and others == ["another's"]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere Python names files in Unicode")
@pytest.mark.parametrize(("encoding", "anew"), [("ascii", True), ("ANSI_X3.4-1968", True), ("utf-8", False)])
def test_a_shell_in_ascii_is_left_for_one_in_utf8(
    monkeypatch: pytest.MonkeyPatch, encoding: str, anew: bool
) -> None:
    begun: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, arguments: begun.append(arguments))
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: encoding)
    monkeypatch.setattr(sys, "argv", ["urbgeo", "run", "长沙"])
    cli._speak_utf8()
    assert begun == ([[sys.executable, "-X", "utf8", "-m", "urbgeo", "run", "长沙"]] if anew else [])
