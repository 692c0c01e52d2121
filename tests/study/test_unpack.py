"""A pack taken apart with suspicion: nothing lands outside, nothing altered passes."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.study.packs import altered, refused, zipped
from urbgeo.errors import SourceError, StorageError
from urbgeo.study import unpack as unpacking
from urbgeo.study.pack import CONTENTS, Packed
from urbgeo.study.unpack import unpack
from urbgeo.study.verify import verify


def test_an_altered_pack_is_refused(packed: Packed, tmp_path: Path) -> None:
    def swap(files: dict[str, bytes]) -> None:
        name = next(one for one in files if one.endswith("people.csv"))
        files[name] = files[name].replace(b"801234", b"801235")

    refused(altered(packed, tmp_path / "a.zip", swap, honest=False), "altered: .*people.csv is not what")
    refused(
        altered(packed, tmp_path / "b.zip", lambda files: files.update(extra=b"x"), honest=False),
        "altered: extra is not what",
    )
    refused(
        altered(packed, tmp_path / "c.zip", lambda files: files.pop("results/map.html"), honest=False),
        "altered: results/map.html",
    )
    longer = altered(
        packed, tmp_path / "d.zip", lambda files: files.update({"study.toml": b"x"}), honest=False
    )
    refused(longer, "study.toml has another size")
    whole = packed.path.read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.zip", "no whole pack")
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 0xFF
    (tmp_path / "bit.zip").write_bytes(bytes(broken))
    refused(tmp_path / "bit.zip", "no whole pack|altered")
    with pytest.raises(SourceError, match="its digest is another"):
        verify(altered(packed, tmp_path / "e.zip", swap, honest=True), digest=packed.digest)


@pytest.mark.parametrize(
    "name",
    ["../out.txt", "/etc/out.txt", "a/../../out.txt", "C:\\out.txt", "a\\..\\out.txt", "a//b", "./x", "x.",
     "a/", "nul\x01l"],
)  # fmt: skip
def test_nothing_lands_outside_the_folder(packed: Packed, tmp_path: Path, name: str) -> None:
    evil = tmp_path / "evil.zip"
    altered(packed, evil, lambda files: files.update({name: b"x"}), honest=True)
    place = tmp_path / "deep" / "place"
    place.mkdir(parents=True)
    with pytest.raises(SourceError, match=r"names that lead out|altered"):
        unpack(evil, place)
    assert not list(place.iterdir()) and sorted(one.name for one in tmp_path.iterdir()) == [
        "deep",
        "evil.zip",
    ]


def test_links_and_doubled_names_are_refused(packed: Packed, tmp_path: Path) -> None:
    def add(to: Path, info: zipfile.ZipInfo) -> Path:
        shutil.copy(packed.path, to)
        with zipfile.ZipFile(to, "a") as archive:
            archive.writestr(info, "/etc/passwd")
        return to

    link = zipfile.ZipInfo("inputs/link")
    link.external_attr = 0o120777 << 16
    refused(add(tmp_path / "a.zip", link), "no plain files: inputs/link")
    refused(add(tmp_path / "b.zip", zipfile.ZipInfo("STUDY.toml")), "given twice")


def test_sizes_are_bounded(packed: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(SourceError, match="bytes unpacked; 1,000 at most"):
        unpack(packed.path, place, most_bytes=1000)
    monkeypatch.setattr(unpacking, "MOST_FILES", 3)
    with pytest.raises(SourceError, match="3 at most"):
        unpack(packed.path, place)
    assert not list(place.iterdir())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('roads = "/etc/passwd"', "its roads lie outside of the pack"),
        ('roads = "inputs/../../../x.shp"', "its roads lie outside"),
        ('roads = "postgresql://host/db#roads"', "its roads lie outside"),
        ('roads = "inputs/none.gpkg"', "its roads are missing"),
    ],
)
def test_no_input_outside_of_the_pack_is_opened(packed: Packed, tmp_path: Path, line: str, said: str) -> None:
    def lead(files: dict[str, bytes]) -> None:
        rows = files["study.toml"].decode().splitlines()
        files["study.toml"] = "\n".join(line if row.startswith('"roads"') else row for row in rows).encode()

    refused(altered(packed, tmp_path / "lead.zip", lead, honest=True), said)


def test_pickles_and_files_that_lead_elsewhere_are_refused(packed: Packed, tmp_path: Path) -> None:
    vrt = b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>"
    for name, text, said in (
        ("inputs/x/net.pkl", b"x", "pickled files"),
        ("inputs/x/roads.gpkg", vrt, "only leads to other files"),
        ("inputs/x/roads.geojson", b'<?xml version="1.0"?><!-- roads -->' + vrt, "only leads to other files"),
        ("inputs/x/roads.zip", zipped("a.gml", b"<!-- -->" + vrt), "only leads to other files"),
        ("inputs/x/people.tif", b"<vrtDataset/>", "only leads to other files"),
        ("inputs/x/roads.json", b'{"type": "gdal_streamed_alg"}', "only leads to other files"),
        ("inputs", b"x", "no whole pack"),
    ):
        made = altered(packed, tmp_path / "p.zip", lambda files: files.update({name: text}), honest=True)  # noqa: B023
        refused(made, said)


def told_otherwise(packed: Packed, to: Path, text: bytes) -> Path:
    return altered(packed, to, lambda files: files.update({CONTENTS: text}), honest=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", "pack.json cannot be read: "),
        (b"[" * 100_000, "pack.json cannot be read: "),
        (b"[]", r"pack.json is of no format that this version reads \(1\)"),
        (b'{"format": 1, "files": []}', "is of no format"),
        (b'{"format": 2, "files": {}}', "is of no format"),
        (b'{"files": {}}', "is of no format"),
        (b'{"format": 1, "files": {"a": 5}}', "does not say size and digest of a"),
        (b'{"format": 1, "files": {"a": {"bytes": 1}}}', "does not say size and digest of a"),
        (b'{"format": 1, "files": {"a": {"sha256": 5, "bytes": 1}}}', "does not say size and digest of a"),
        (b'{"format": 1, "files": {"a": {"sha256": "x"}}}', "does not say size and digest of a"),
        (b'{"format": 1, "files": {"a": {"sha256": "x", "bytes": "1"}}}', "does not say size and digest"),
        (b'{"format": 1, "files": {"a": {"sha256": "x", "bytes": -1}}}', "does not say size and digest of a"),
        (b'{"format": 1, "files": {"a": {"sha256": "x", "bytes": 0}}}', "altered: a, .* is not what"),
    ],
)
def test_contents_that_say_nothing_sound_are_refused(
    packed: Packed, tmp_path: Path, text: bytes, said: str
) -> None:
    refused(told_otherwise(packed, tmp_path / "a.zip", text), said)


def test_what_a_pack_must_hold_is_named_where_it_is_missing(
    packed: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bare.zip").write_bytes(zipped("study.toml", b""))
    refused(tmp_path / "bare.zip", "bare.zip is refused: no pack.json; make one with urbgeo pack")
    for name in ("study.toml", "results/run.json"):
        without = altered(packed, tmp_path / "w.zip", lambda files: files.pop(name), honest=True)  # noqa: B023
        refused(without, f"no {name}")
    with pytest.raises(SourceError, match="there is no such pack"):
        unpack(tmp_path / "nowhere.zip", tmp_path)
    with monkeypatch.context() as small:
        small.setattr(unpacking, "MOST_CONTENTS", 10)
        refused(packed.path, "pack.json is too large")
    size = len(zipfile.ZipFile(packed.path).read(CONTENTS))
    monkeypatch.setattr(unpacking, "MOST_CONTENTS", size)
    monkeypatch.setattr(unpacking, "MOST_FILES", len(packed.files) + 1)
    whole = sum(one.file_size for one in zipfile.ZipFile(packed.path).infolist()) - size
    place = tmp_path / "place"
    place.mkdir()
    assert unpack(packed.path, place, most_bytes=whole).inputs.name == "ningxia", "bounds themselves are met"
    with pytest.raises(SourceError, match="bytes unpacked"):
        unpack(packed.path, tmp_path, most_bytes=whole - 1)


def test_a_pack_is_unpacked_where_there_is_just_room_for_it(
    packed: Packed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(packed.path) as held:
        needed = sum(one.file_size for one in held.infolist() if one.filename != CONTENTS)
    free = SimpleNamespace(free=needed - 1)
    monkeypatch.setattr(unpacking.shutil, "disk_usage", lambda folder: free)
    with pytest.raises(StorageError, match="no room to unpack it in"):
        unpack(packed.path, tmp_path)
    assert not list(tmp_path.iterdir())
    free.free = needed
    assert unpack(packed.path, tmp_path).folder == tmp_path


def test_an_archive_among_the_inputs_that_leads_nowhere_passes(packed: Packed, tmp_path: Path) -> None:
    plain = {"inputs/x/a.zip": zipped("a.gml", b"<gml/>"), "inputs/x/b.txt": b"", "results/more.vrt": b"<x/>"}
    made = altered(packed, tmp_path / "p.zip", lambda files: files.update(plain), honest=True)
    place = tmp_path / "place"
    place.mkdir()
    unpack(made, place)
    assert {name: (place / name).read_bytes() for name in plain} == plain


def test_a_name_may_be_as_long_as_a_path_and_no_longer(packed: Packed, tmp_path: Path) -> None:
    for length, said in ((399, ""), (400, "names that lead out of its folder")):
        name = "inputs/" + "/".join(["b" * 99] * 4)
        name = name[: length - 1] + "c"
        made = altered(packed, tmp_path / "p.zip", lambda files: files.update({name: b"x"}), honest=True)  # noqa: B023
        if said:
            refused(made, said)
        else:
            place = tmp_path / "place"
            place.mkdir()
            unpack(made, place)
            assert (place / name).read_bytes() == b"x"
