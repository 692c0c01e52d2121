"""A pack holds all that a run rests on; run again elsewhere it agrees, and an altered one is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from urbgeo import cli
from urbgeo.errors import InputError, SourceError
from urbgeo.study.config import read_config
from urbgeo.study.diff import diff
from urbgeo.study.pack import CONTENTS, Packed, pack


def test_a_pack_holds_inputs_by_digest_settings_and_results(packed: Packed, packed_study: Path) -> None:
    with zipfile.ZipFile(packed.path) as archive:
        names, dates = archive.namelist(), {one.date_time for one in archive.infolist()}
        text = archive.read("study.toml").decode()
        told = json.loads(archive.read(CONTENTS))["files"]
    assert len([one for one in names if one.startswith("inputs/") and "/roads." in one]) >= 4
    digest = hashlib.sha256((packed_study / "data/raw/people.csv").read_bytes()).hexdigest()
    assert f"inputs/{digest}/people.csv" in names and f"inputs/{digest}/people.csv" in text
    assert {"results/run.json", "results/map.html", "results/circle.csv"} <= set(names)
    assert dates == {(1980, 1, 1, 0, 0, 0)}, "no member tells when it was packed"
    assert str(packed_study) not in text and set(told) == set(names) - {CONTENTS}
    assert not [one for one in names if one.startswith("/") or ".." in one]


def test_two_packs_of_one_run_are_the_same_bytes(packed: Packed, packed_study: Path, tmp_path: Path) -> None:
    assert pack(packed_study, path=tmp_path / "y.pack.zip").digest == packed.digest


def test_a_name_that_leads_out_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('[region]\nname = "../../x"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"line 2: name = '../../x' names a folder"):
        read_config(tmp_path)


def test_what_changed_since_the_run_is_not_packed(packed_study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ningxia"
    shutil.copytree(packed_study, copy)
    (copy / "data/raw/people.csv").write_text("代码,常住人口\n640104,5\n", encoding="utf-8")
    (copy / "data/processed/ningxia/report.md").write_text("x", encoding="utf-8")
    with pytest.raises(InputError) as told:
        pack(copy)
    assert "files of population changed" in str(told.value) and "report.md" in str(told.value)
    (copy / "data/processed/ningxia/manifest.json").unlink()
    with pytest.raises(SourceError, match="not whole"):
        pack(copy)


def test_a_file_that_leads_to_others_cannot_be_packed(packed_study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ningxia"
    shutil.copytree(packed_study, copy)
    (copy / "data/raw/people.vrt").write_text('<?xml version="1.0"?><VRTDataset/>', encoding="utf-8")
    text = (copy / "study.toml").read_text(encoding="utf-8")
    (copy / "study.toml").write_text(text.replace("raw/people.csv", "raw/people.vrt"), encoding="utf-8")
    with pytest.raises(InputError, match=r"population: people\.vrt only leads to other files; save what"):
        pack(copy)


def test_a_database_cannot_be_packed(packed_study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ningxia"
    shutil.copytree(packed_study, copy)
    text = (copy / "study.toml").read_text(encoding="utf-8")
    text = text.replace('"data/raw/roads.shp"', '"postgresql://me:secret@host/db#roads"')
    (copy / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="roads is no file that can be packed") as told:
        pack(copy)
    assert "secret" not in str(told.value)


def test_from_a_shell(packed_study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "z.pack.zip"
    assert cli.main(["pack", str(packed_study), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "SHA-256" in told and out.is_file()
    assert cli.main(["verify", str(out), "--digest", "0" * 64]) == 1
    assert "another than the one given" in capsys.readouterr().err
    busy = tmp_path
    assert cli.main(["verify", str(out), "--folder", str(busy)]) == 1
    assert "not empty" in capsys.readouterr().err
    assert diff(packed_study, packed_study).same
