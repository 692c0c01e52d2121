"""Two runs side by side: who moved, what changed, and what moved them, as far as two records can tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.study.conftest import SLOWER, run
from urbgeo import cli
from urbgeo.errors import InputError, SourceError
from urbgeo.study.diff import StudyDiff, diff, differs

DECIDED = '[overrides]\n"中宁县" = { circle = "in", reason = "x", by = "规划处", date = 2026-03-01 }\n'


def ran(folder: Path) -> Path:
    run(folder)
    return folder


def record_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "data/processed/ningxia/run.json").read_text("utf-8"))
    return found


def test_one_changed_speed_is_named_as_the_one_cause(moved: StudyDiff) -> None:
    assert moved.causes[["kind", "name", "before", "after"]].to_numpy().tolist() == [
        ["speed", "trunk", "75 km/h", "30 km/h"]
    ]
    assert moved.moved_by[1] == "One thing changed: speed trunk: 75 km/h → 30 km/h."
    follows = moved.inputs.set_index("name")["follows_from"]
    assert follows["speeds"] == "speed" and follows["network.links with other speeds"] == "speed"


def test_members_that_moved_are_those_of_the_two_tables(moved: StudyDiff, usual: Path, slower: Path) -> None:
    runs = [
        json.loads((one / "data/processed/ningxia/run.json").read_text("utf-8")) for one in (usual, slower)
    ]
    for answer, column in (("circle", "member"), ("airport_coverage_counties", "covered")):
        old, new = (one["units"][answer] for one in runs)
        expected = {unit for unit in old if old[unit][column] != new[unit][column]}
        rows = moved.table[moved.table["answer"] == answer]
        assert set(rows["unit"]) == expected and len(expected) > 0
        assert (rows["before"] == "in").all() and (rows["after"] == "out").all(), "slower lets nobody in"


def test_headlines_and_figures_are_told_before_and_after(moved: StudyDiff) -> None:
    figures = moved.figures.set_index("figure")
    assert figures.loc["circle.zones", "after"] < figures.loc["circle.zones", "before"]
    assert moved.headlines["before"].str.contains("One-hour").any()
    text = moved.text()
    assert "只有一处改动" in text and "通勤圈 commuting circle" in text and "circle.zones: " in text


def test_a_run_again_is_the_same(usual: Path, small_study: Callable[..., Path], tmp_path: Path) -> None:
    again = diff(usual, ran(small_study(tmp_path / "ningxia")))
    assert again.same and again.causes.empty and "Nothing that was found changed" in again.moved_by[1]
    assert again.inputs["follows_from"].str.contains("what it holds is the same").all()


def test_a_decision_moves_its_unit_alone(
    usual: Path, small_study: Callable[..., Path], tmp_path: Path
) -> None:
    found = diff(usual, ran(small_study(tmp_path / "ningxia", DECIDED)))
    assert found.table[["answer", "unit", "after"]].to_numpy().tolist() == [["circle", "640521", "in"]]
    assert found.table.loc[0, "why"] == "decision – → in (规划处)"
    assert found.causes["kind"].tolist() == ["decision"]


def test_several_changes_at_once_are_not_told_apart(
    usual: Path, small_study: Callable[..., Path], tmp_path: Path
) -> None:
    found = diff(usual, ran(small_study(tmp_path / "ningxia", SLOWER + DECIDED)))
    assert "2 things changed at once" in found.moved_by[1] and "同时改动了 2 处" in found.moved_by[0]


def changed(place: Path, to: Path, **parts: Any) -> Path:
    record = record_of(place)
    to.mkdir()
    (to / "run.json").write_text(json.dumps(record | parts), encoding="utf-8")
    return to


def test_other_files_and_versions_are_named(usual: Path, tmp_path: Path) -> None:
    record = record_of(usual)
    files = {"files": {"roads": [{"path": "data/raw/roads.gpkg", "sha256": "f" * 64, "bytes": 1}]}}
    layers = record["layers"] | {"roads": {"rows": 7, "digest": "e" * 64}}
    other = changed(
        usual, tmp_path / "other", made_of=record["made_of"] | files, layers=layers,
        versions=record["versions"] | {"scipy": "0.1"},
    )  # fmt: skip
    found = diff(usual, other)
    assert found.causes[["kind", "name"]].to_numpy().tolist() == [
        ["file", "roads data/raw/roads.gpkg"], ["version", "scipy"],
    ]  # fmt: skip
    assert found.inputs.set_index("kind").loc["layer", "follows_from"] == "file roads"


def test_a_layer_of_as_many_rows_that_hold_something_else_is_named(usual: Path, tmp_path: Path) -> None:
    layers = record_of(usual)["layers"]
    moved = layers | {"airports": layers["airports"] | {"digest": "e" * 64}}
    causes = diff(usual, changed(usual, tmp_path / "other", layers=moved)).causes
    assert causes[["kind", "name"]].to_numpy().tolist() == [["layer", "airports"]]


def test_results_that_differ_on_equal_inputs_are_said_to(usual: Path, tmp_path: Path) -> None:
    record = record_of(usual)
    other = changed(usual, tmp_path / "other", figures=record["figures"] | {"circle.zones": 99.0})
    assert "the cause lies outside" in diff(usual, other).moved_by[1]


@pytest.mark.parametrize(
    ("before", "after", "apart"),
    [
        (100.0, 100.0 + 0.9e-4, False),
        (100.0, 100.0 + 1.1e-4, True),
        (-100.0, -100.0 - 1.1e-4, True),
        (0.0, 0.9e-9, False),
        (0.0, 1.1e-9, True),
        (14, 15, True),
        ("in", "out", True),
        (None, 0.0, True),
        (None, None, False),
    ],
)
def test_figures_differ_beyond_a_millionth_of_the_larger(before: object, after: object, apart: bool) -> None:
    assert differs(before, after) is apart and differs(after, before) is apart


def test_what_is_no_run_is_refused(usual: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no record of a run; run the study"):
        diff(usual, tmp_path)
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match="no valid record"):
        diff(usual, tmp_path)
    (tmp_path / "run.json").write_text('{"format": 1, "units": 3}', encoding="utf-8")
    with pytest.raises(SourceError, match="the record lacks region"):
        diff(usual, tmp_path)
    units = {"circle": {"x": {"member": True}}}
    with pytest.raises(InputError, match="share no unit"):
        diff(usual, changed(usual, tmp_path / "else", units=units))


def test_from_a_shell(usual: Path, slower: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["diff", str(usual), str(slower), "--out", str(tmp_path / "diff.xlsx")]) == 0
    told = capsys.readouterr().out
    assert "One thing changed: speed trunk" in told and "threshold 60" in told
    assert (tmp_path / "diff.xlsx").stat().st_size > 4000
    assert cli.main(["diff", str(usual), str(tmp_path)]) == 1
    assert "run the study" in capsys.readouterr().err


def test_a_comparison_says_how_much_moved_and_what_moved_it(moved: StudyDiff) -> None:
    line = repr(moved).splitlines()[0]
    assert line == (
        f"<StudyDiff {len(moved.table)} units moved, {len(moved.inputs)} inputs changed. "
        "One thing changed: speed trunk: 75 km/h → 30 km/h.>"
    )
    counted = {(row.answer, row.what): row.moved for row in moved.summary.itertuples()}
    pairs = list(zip(moved.table["answer"], moved.table["what"], strict=True))
    assert counted == {pair: pairs.count(pair) for pair in pairs}
    assert sum(counted.values()) == len(moved.table) > 0
