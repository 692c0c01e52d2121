"""A pack holds all that a run rests on; run again elsewhere it agrees, and an altered one is refused."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from urbgeo import cli
from urbgeo.errors import InputError, SourceError
from urbgeo.study import unpack as unpacking
from urbgeo.study.config import read_config
from urbgeo.study.diff import diff
from urbgeo.study.pack import CONTENTS, Packed, pack
from urbgeo.study.run import run_study, study_region
from urbgeo.study.unpack import unpack
from urbgeo.study.verify import _same_cells, verify

MORE = """population = "data/raw/people.csv"

[speeds]
trunk = 60

[lists]
circle = ["兴庆区", "金凤区"]

[overrides]
"中宁县" = { circle = "in", reason = "纪要 \\"三\\"", by = "规划处", date = 2026-03-01 }
"""


def run(folder: Path) -> None:
    config = read_config(folder)
    run_study(study_region(config), folder=config.results)


@pytest.fixture(scope="module", name="folder")
def a_study(small_study: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose roads are a shapefile of several files."""
    folder = small_study(tmp_path_factory.mktemp("packed") / "ningxia")
    raw = folder / "data" / "raw"
    gpd.read_file(raw / "roads.gpkg").to_file(raw / "roads.shp", encoding="utf-8")
    people = pd.DataFrame({"代码": ["640104", "640105", "640106"], "常住人口": [801_234, 500_321, 700_111]})
    people.to_csv(raw / "people.csv", index=False)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('roads = "data/raw/roads.gpkg"\n', f'roads = "data/raw/roads.shp"\n{MORE}')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    run(folder)
    return folder


@pytest.fixture(scope="module", name="packed")
def a_pack(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    return pack(folder, path=tmp_path_factory.mktemp("archive") / "x.pack.zip")


def altered(packed: Packed, to: Path, change: Callable[[dict[str, bytes]], None], *, honest: bool) -> Path:
    """The pack with other files; ``honest``: listed with their new sizes and digests."""
    with zipfile.ZipFile(packed.path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if honest:
        told = json.loads(files[CONTENTS])
        told["files"] = {
            name: {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text)}
            for name, text in files.items()
            if name != CONTENTS
        }
        files[CONTENTS] = json.dumps(told).encode()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return to


def test_a_pack_holds_inputs_by_digest_settings_and_results(packed: Packed, folder: Path) -> None:
    with zipfile.ZipFile(packed.path) as archive:
        names = archive.namelist()
        text = archive.read("study.toml").decode()
        told = json.loads(archive.read(CONTENTS))["files"]
    assert len([one for one in names if one.startswith("inputs/") and "/roads." in one]) >= 4
    digest = hashlib.sha256((folder / "data/raw/people.csv").read_bytes()).hexdigest()
    assert f"inputs/{digest}/people.csv" in names and f"inputs/{digest}/people.csv" in text
    assert {"results/run.json", "results/map.html", "results/circle.csv"} <= set(names)
    assert str(folder) not in text and set(told) == set(names) - {CONTENTS}
    assert not [one for one in names if one.startswith("/") or ".." in one]


def test_two_packs_of_one_run_are_the_same_bytes(packed: Packed, folder: Path, tmp_path: Path) -> None:
    assert pack(folder, path=tmp_path / "y.pack.zip").digest == packed.digest


def test_run_again_elsewhere_it_agrees(
    packed: Packed, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = tmp_path / "elsewhere" / "got.zip"
    away.parent.mkdir()
    shutil.copy(packed.path, away)
    hidden = folder.with_name("hidden")
    folder.rename(hidden)  # what it was made of is not at hand
    try:
        found = verify(away, folder=tmp_path / "work", digest=packed.digest.upper())
    finally:
        hidden.rename(folder)
    assert found.agrees, found.text()
    kinds = found.summary.set_index("kind")["compared"]
    assert kinds["figure"] > 5 and kinds["units"] == 5 and kinds["table"] >= 7 and kinds["input"] >= 4
    assert "复核一致" in found.text() and found.difference.same
    record = json.loads((tmp_path / "work" / "rerun" / "run.json").read_text("utf-8"))
    assert record["decisions"]["640521"]["reason"] == '纪要 "三"' and record["lists"]["circle"]


def test_results_that_the_inputs_do_not_give_are_found_out(
    packed: Packed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def nicer(files: dict[str, bytes]) -> None:
        record = json.loads(files["results/run.json"])
        record["units"]["circle"]["640522"]["member"] = True
        record["figures"]["airport.prefectures"] = 1.0
        files["results/run.json"] = json.dumps(record).encode()
        files["results/circle.csv"] = files["results/circle.csv"].replace(b"False", b"True")

    def more(files: dict[str, bytes]) -> None:
        record = json.loads(files["results/run.json"])
        record["headlines"].append({"zh": "全部达标", "en": "All is met."})
        files["results/run.json"] = json.dumps(record).encode()

    added = verify(altered(packed, tmp_path / "more.zip", more, honest=True))
    assert not added.agrees
    assert added.table.loc[~added.table["agrees"], ["kind", "packed", "rerun"]].values.tolist() == [
        ["headline", "All is met.", "–"]
    ]
    other = altered(packed, tmp_path / "nicer.zip", nicer, honest=True)
    assert cli.main(["verify", str(other)]) == 1
    told = capsys.readouterr().out
    assert "THE RERUN DISAGREES" in told and "figure airport.prefectures: 1 →" in told
    assert "units circle" in told and "table circle.csv: cells → other cells" in told


def refused(archive: Path, said: str) -> None:
    with tempfile.TemporaryDirectory() as place, pytest.raises(SourceError, match=said):
        unpack(archive, Path(place))


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


def zipped(name: str, text: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, text)
    return made.getvalue()


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


def test_a_name_that_leads_out_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('[region]\nname = "../../x"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"line 2: name = '../../x' names a folder"):
        read_config(tmp_path)


def test_what_changed_since_the_run_is_not_packed(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ningxia"
    shutil.copytree(folder, copy)
    (copy / "data/raw/people.csv").write_text("代码,常住人口\n640104,5\n", encoding="utf-8")
    (copy / "data/processed/ningxia/report.md").write_text("x", encoding="utf-8")
    with pytest.raises(InputError) as told:
        pack(copy)
    assert "files of population changed" in str(told.value) and "report.md" in str(told.value)
    (copy / "data/processed/ningxia/manifest.json").unlink()
    with pytest.raises(SourceError, match="not whole"):
        pack(copy)


def test_a_file_that_leads_to_others_cannot_be_packed(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ningxia"
    shutil.copytree(folder, copy)
    (copy / "data/raw/people.vrt").write_text('<?xml version="1.0"?><VRTDataset/>', encoding="utf-8")
    text = (copy / "study.toml").read_text(encoding="utf-8")
    (copy / "study.toml").write_text(text.replace("raw/people.csv", "raw/people.vrt"), encoding="utf-8")
    with pytest.raises(InputError, match=r"population: people\.vrt only leads to other files; save what"):
        pack(copy)


def test_a_database_cannot_be_packed(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "ningxia"
    shutil.copytree(folder, copy)
    text = (copy / "study.toml").read_text(encoding="utf-8")
    text = text.replace('"data/raw/roads.shp"', '"postgresql://me:secret@host/db#roads"')
    (copy / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="roads is no file that can be packed") as told:
        pack(copy)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("nothing", [None, 7, ["x"], ""])
def test_what_names_no_file_is_refused(packed: Packed, folder: Path, nothing: object) -> None:
    with pytest.raises(InputError, match=r"archive: .* names no file"):
        verify(nothing)  # type: ignore[arg-type]
    if nothing is not None:
        with pytest.raises(InputError, match="names no file"):
            pack(folder, path=nothing)  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"folder: .* names no file"):
            verify(packed.path, folder=nothing)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="is a file"):
        verify(packed.path, folder=packed.path)


def test_from_a_shell(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "z.pack.zip"
    assert cli.main(["pack", str(folder), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "SHA-256" in told and out.is_file()
    assert cli.main(["verify", str(out), "--digest", "0" * 64]) == 1
    assert "another than the one given" in capsys.readouterr().err
    busy = tmp_path
    assert cli.main(["verify", str(out), "--folder", str(busy)]) == 1
    assert "not empty" in capsys.readouterr().err
    assert diff(folder, folder).same


def test_cells_of_tables_are_the_same_within_one_unit_of_their_last_decimal() -> None:
    old = pd.DataFrame({"share": ["0.786"], "name": ["a"]})
    for share, same in (("0.786", True), ("0.787", True), ("0.788", False), ("0.784", False)):
        assert _same_cells(old, old.assign(share=share)) is same, share
    assert not _same_cells(old, old.assign(name="b"))
