"""A pack run again elsewhere agrees with what it says, or says where it does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.study.packs import altered
from urbgeo import cli
from urbgeo.errors import InputError
from urbgeo.study.pack import Packed, pack
from urbgeo.study.verify import _same_cells, verify


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
