"""A pack holds all that a run rests on; run again elsewhere it agrees, and an altered one is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
import zipfile
from pathlib import Path

import pytest

from urbgeo import cli
from urbgeo.errors import InputError, SourceError
from urbgeo.study.config import read_config
from urbgeo.study.diff import diff
from urbgeo.study.pack import CONTENTS, Packed, _group, _value, pack


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


def test_a_folder_is_packed_under_its_name_with_all_its_files(tmp_path: Path) -> None:
    feed = tmp_path / "feed"
    (feed / "more").mkdir(parents=True)
    (feed / "stops.txt").write_text("a", encoding="utf-8")
    (feed / "more" / "x.txt").write_text("b", encoding="utf-8")
    found = _group(feed)
    digest = found.named.split("/")[1]
    assert found.named == f"inputs/{digest}/feed" and len(digest) == 64
    assert dict(found.members) == {
        f"inputs/{digest}/feed/stops.txt": feed / "stops.txt",
        f"inputs/{digest}/feed/more/x.txt": feed / "more" / "x.txt",
    }
    alone = _group(feed / "stops.txt")
    assert alone.named == f"inputs/{hashlib.sha256(b'a').hexdigest()}/stops.txt"
    assert dict(alone.members) == {alone.named: feed / "stops.txt"}


def test_inputs_that_are_gone_are_all_named(packed_study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ningxia"
    shutil.copytree(packed_study, copy)
    (copy / "data/raw/people.csv").unlink()
    (copy / "data/raw/roads.shp").unlink()
    with pytest.raises(
        InputError, match=r"pack: .*: people.csv is gone; and |pack: roads: roads.shp is gone; and"
    ):
        pack(copy)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"), (False, "false"), (5, "5"), (0.25, "0.25"), ('a "b" \\', r'"a \"b\" \\"'),
        (["a", 1], '["a", 1]'), ((), "[]"), ({"k": [True], "长沙": 2}, '{ "k" = [true], "长沙" = 2 }'),
    ],
)  # fmt: skip
def test_values_of_a_packed_study_are_toml_that_reads_back(value: object, text: str) -> None:
    assert _value(value) == text
    assert tomllib.loads(f"x = {text}")["x"] == (list(value) if isinstance(value, tuple) else value)
