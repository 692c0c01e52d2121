"""A pack run again elsewhere agrees with what it says, or says where it does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.study.packs import altered
from urbgeo import cli
from urbgeo.errors import InputError
from urbgeo.provenance import Provenance
from urbgeo.study.diff import StudyDiff
from urbgeo.study.pack import Packed, pack
from urbgeo.study.verify import (
    _ALSO,
    COLUMNS,
    Verification,
    _apart,
    _records,
    _same_cells,
    _tables,
    _text,
    _units,
    verify,
)


def test_run_again_elsewhere_it_agrees(
    packed: Packed, packed_study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = tmp_path / "elsewhere" / "got.zip"
    away.parent.mkdir()
    shutil.copy(packed.path, away)
    hidden = packed_study.with_name("hidden")
    packed_study.rename(hidden)  # what it was made of is not at hand
    try:
        found = verify(away, folder=tmp_path / "work", digest=packed.digest.upper())
    finally:
        hidden.rename(packed_study)
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


def test_cells_of_tables_are_the_same_within_one_unit_of_their_last_decimal() -> None:
    old = pd.DataFrame({"share": ["0.786"], "name": ["a"]})
    for share, same in (("0.786", True), ("0.787", True), ("0.788", False), ("0.784", False)):
        assert _same_cells(old, old.assign(share=share)) is same, share
    assert not _same_cells(old, old.assign(name="b"))


@pytest.mark.parametrize("nothing", [None, 7, ["x"], ""])
def test_what_names_no_file_is_refused(packed: Packed, packed_study: Path, nothing: object) -> None:
    with pytest.raises(InputError, match=r"archive: .* names no file"):
        verify(nothing)  # type: ignore[arg-type]
    if nothing is not None:
        with pytest.raises(InputError, match="names no file"):
            pack(packed_study, path=nothing)  # type: ignore[arg-type]
        with pytest.raises(InputError, match=r"folder: .* names no file"):
            verify(packed.path, folder=nothing)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="is a file"):
        verify(packed.path, folder=packed.path)


def record(**parts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "versions": {}, "layers": {}, "figures": {}, "units": {}, "headlines": [],
        **{one: {} for one in _ALSO},
    }  # fmt: skip
    return empty | parts


def test_every_part_of_two_records_is_held_side_by_side() -> None:
    before = record(
        versions={"urbgeo": "1", "scipy": "2"},
        layers={"roads": {"digest": "a" * 64}, "seats": {"digest": "b" * 64}},
        figures={"share": 0.5, "zones": 3, "gone": None},
        units={"circle": {"x": {"member": True}, "y": {"member": False}}},
        headlines=[{"en": "one"}, {"en": "two"}], lists={"core": ["x"]},
    )  # fmt: skip
    after = record(
        versions={"urbgeo": "2"}, layers={"roads": {"digest": "a" * 64}, "rails": {"digest": "c" * 64}},
        figures={"share": 0.5 + 1e-9, "zones": 4, "gone": None},
        units={"circle": {"x": {"member": True}, "y": {"member": True}}, "towns": {"z": {}}},
        headlines=[{"en": "one"}, {"en": "other"}, {"en": "more"}], lists={"core": ["y"]},
    )  # fmt: skip
    rows = {(kind, name): rest for kind, name, *rest in _records(before, after)}
    assert rows[("version", "urbgeo")] == ["1", "2", True], "another version is told, and no fault"
    assert rows[("version", "scipy")] == ["2", "–", True]
    assert rows[("input", "roads")] == ["a" * 12, "a" * 12, True]
    assert rows[("input", "seats")] == ["b" * 12, "–", False]
    assert rows[("input", "rails")] == ["–", "c" * 12, False]
    assert rows[("setting", "lists")] == ["as packed", "another", False]
    assert all(rows[("setting", one)][2] for one in _ALSO if one != "lists")
    assert rows[("figure", "share")] == ["0.5", "0.500000001", True]
    assert rows[("figure", "zones")] == ["3", "4", False] and rows[("figure", "gone")] == ["–", "–", True]
    assert rows[("units", "circle")] == ["2 units", "1 others: y", False]
    assert rows[("units", "towns")] == ["0 units", "1 others: z", False]
    heads = [(name, old, new, same) for (kind, name), (old, new, same) in rows.items() if kind == "headline"]
    assert heads == [("1", "one", "one", True), ("2", "two", "other", False), ("3", "–", "more", False)]
    many = {f"u{at}": {"member": at} for at in range(9)}
    told = next(_records(record(units={"a": many}), record(units={"a": {}})))
    assert told == ("setting", _ALSO[0], "as packed", "as packed", True)


def test_units_are_apart_where_one_is_missing_has_other_columns_or_other_values() -> None:
    one = {"minutes": 60.0, "member": True}
    assert not _apart(one, dict(one)) and not _apart(one, {"minutes": 60.0 + 1e-8, "member": True})
    for other in (
        None,
        {"minutes": 60.0},
        {"minutes": 60.1, "member": True},
        {"minutes": 60.0, "member": False},
    ):
        assert _apart(one, other) and _apart(other, one)
    many = {f"u{at}": {"member": True} for at in range(9)}
    assert _units("circle", many, {}) == ("units", "circle", "9 units", "9 others: u0, u1, u2, u3, u4", False)
    assert _units("circle", many, dict(many)) == ("units", "circle", "9 units", "9 units", True)


def test_tables_are_compared_by_bytes_else_by_cells(tmp_path: Path) -> None:
    packed, rerun = tmp_path / "a", tmp_path / "b"
    for folder, share in ((packed, "0.786"), (rerun, "0.787")):
        folder.mkdir()
        (folder / "same.csv").write_text("id,n\nx,1\n")
        (folder / "near.csv").write_text(f"id,n\nx,{share}\n")
        (folder / "far.csv").write_text(f"id,n\n{share},1\n" if share == "0.786" else "id,n\nx,1\n")
        (folder / "note.txt").write_text(share)
    (packed / "old.csv").write_text("x")
    (rerun / "new.csv").write_text("x")
    assert list(_tables(packed, rerun)) == [
        ("table", "far.csv", "cells", "other cells", False),
        ("table", "near.csv", "cells", "same cells", True),
        ("table", "new.csv", "missing", "there", False), ("table", "old.csv", "there", "missing", False),
        ("table", "same.csv", "same bytes", "same bytes", True),
    ]  # fmt: skip


def test_cells_of_other_shapes_heads_or_gaps_are_others() -> None:
    old = pd.DataFrame({"a": ["1", None], "b": ["x", "y"]})
    assert _same_cells(old, old.copy()) and _same_cells(old, old.assign(a=["1.001", None]))
    for other in (old.iloc[:1], old.rename(columns={"a": "c"}), old[["b", "a"]], old.assign(a=["1", "2"])):
        assert not _same_cells(old, other)
    assert not _same_cells(old, old.assign(a=["1.001", None], b=["x", "z"])), "every column counts"


def test_figures_have_nine_digits() -> None:
    assert [_text(one) for one in (None, 1 / 3, 7, "x")] == ["–", "0.333333333", "7", "x"]


def test_a_verification_says_how_many_agree_and_what_does_not() -> None:
    rows = [
        ("version", "urbgeo", "1", "2", True), ("figure", "a", "1", "1", True),
        ("figure", "b", "2", "3", False),
    ]  # fmt: skip
    none = pd.DataFrame()
    same = StudyDiff(none, none, none, none, Provenance())
    found = Verification(pd.DataFrame(rows, columns=COLUMNS), same, Provenance())
    assert not found.agrees and repr(found).splitlines()[0] == "<Verification DISAGREES: 2 of 3 compared>"
    assert found.summary.to_dict("list") == {
        "kind": ["version", "figure"], "agree": [1, 1], "compared": [1, 2]
    }  # fmt: skip
    assert found.text().splitlines() == [
        "复核不一致 THE RERUN DISAGREES", "  version: 1 / 1", "  figure: 1 / 2", "  version urbgeo: 1 → 2",
        "  figure b: 2 → 3",
    ]  # fmt: skip
    fine = Verification(found.table.iloc[:2], same, Provenance())
    assert fine.agrees and repr(fine).splitlines()[0] == "<Verification agrees: 2 of 2 compared>"
    assert fine.text().startswith("复核一致 the rerun agrees\n")


def test_a_rerun_needs_an_empty_folder_of_its_own(packed: Packed, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"folder: .*file is a file; name a new folder"):
        verify(packed.path, folder=tmp_path / "file")
    with pytest.raises(InputError, match=r"folder: .* is not empty; name a new one"):
        verify(packed.path, folder=tmp_path)
    five: Any = 5
    with pytest.raises(InputError, match="digest: 5 is no text"):
        verify(packed.path, digest=five)
