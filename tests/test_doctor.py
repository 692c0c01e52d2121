"""The block to paste into a report: what is there, what is missing, in any folder."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from urbgeo import doctor
from urbgeo.errors import MissingExtraError


def test_versions_extras_and_data_stand_one_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "人口.xlsx").write_bytes(b"")
    lines = doctor.diagnosis().splitlines()
    assert lines[0].startswith("urbgeo ") and lines[1].startswith("Python ")
    assert any(line.startswith("extra china: ") for line in lines)
    assert not any(line.startswith(("extra lint", "extra test")) for line in lines)
    assert lines[-1].endswith("人口.xlsx")


def test_what_is_missing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", absent)
    assert "folium MISSING 未安装" in doctor.diagnosis()


def test_an_empty_folder_has_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert doctor.diagnosis().splitlines()[-1].endswith("nothing 无")


def test_the_cache_is_counted_in_files_and_megabytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBGEO_CACHE", str(tmp_path / "cache"))
    assert "0 files, 0 MB" in doctor.diagnosis()
    (tmp_path / "cache" / "deep").mkdir(parents=True)
    (tmp_path / "cache" / "deep" / "a").write_bytes(bytes(2_600_000))
    (tmp_path / "cache" / "b").write_bytes(b"")
    assert f"cache 缓存: {tmp_path / 'cache'}, 2 files, 3 MB" in doctor.diagnosis()


def test_type_that_cannot_be_looked_for_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> list[str]:
        raise MissingExtraError("matplotlib", "figures", "Drawing figures")

    monkeypatch.setattr("urbgeo.maps.type.chinese_families", missing)
    assert "urbgeo[figures]" in doctor._type()
    monkeypatch.setattr("urbgeo.maps.type.chinese_families", lambda: list("abcd"))
    assert doctor._type() == "a, b, c"
    monkeypatch.setattr("urbgeo.maps.type.chinese_families", list)
    assert doctor._type() == "none 无"
