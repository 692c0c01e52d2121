"""The record of a run says what was found as JSON can hold it, alike for equal runs; others are refused."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from urbgeo.errors import SourceError
from urbgeo.study import record
from urbgeo.study.headlines import headlines
from urbgeo.study.record import FILE, UNITS, _json, read_record, record_of, versions, write_record
from urbgeo.study.run import StudyFiles


@pytest.fixture(scope="module")
def written(ningxia: StudyFiles) -> dict[str, Any]:
    return read_record(ningxia.record)


def test_values_are_plain_minutes_without_end_are_text_and_missing_ones_null() -> None:
    given = {
        1: np.inf, "nan": np.nan, "na": pd.NA, "nat": pd.NaT, "bool": np.bool_(True), "int": np.int64(7),
        "digits": 1 / 3, "many": (1, [np.float64(2.5)]), "path": Path("x"), "none": None,
    }  # fmt: skip
    found = _json(given)
    assert found == {
        "1": "inf", "nan": None, "na": None, "nat": None, "bool": True, "int": 7, "digits": 0.333333333,
        "many": [1, [2.5]], "path": "x", "none": None,
    }  # fmt: skip
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["bool"] is True and isinstance(found["int"], int)


def test_figures_and_headlines_are_those_of_the_answers(ningxia: StudyFiles, written: dict[str, Any]) -> None:
    answers, figures = ningxia.answers, written["figures"]
    assert figures["circle.zones"] == len(answers.circle.members)
    covered = answers.prefectures.table["covered"]
    assert figures["airport.prefectures"] == pytest.approx(covered.sum() / len(covered), abs=1e-9)
    assert figures["reach.road"] == pytest.approx(answers.reach.summary.at["road", "share"], abs=1e-9)
    for name, one in answers.bands.by_set.items():
        assert figures[f"circle.zones under {name}"] == len(one.circle.members)
    assert not [name for name in figures if name.startswith("circle_with_decisions")], "nothing was decided"
    assert written["headlines"] == [{"zh": zh, "en": en} for zh, en in headlines(answers)]


def test_units_hold_what_decided_on_them_and_no_other_column(
    ningxia: StudyFiles, written: dict[str, Any]
) -> None:
    answers, units = ningxia.answers, written["units"]
    assert set(units) == set(UNITS)
    members = {unit for unit, row in units["circle"].items() if row["member"]}
    assert members == set(answers.circle.members) and len(units["circle"]) == len(answers.circle.table)
    towns = answers.towns.table
    for unit, row in units["county_access"].items():
        assert row["name_zh"] == answers.region.places.at[unit, "name_zh"]
        assert row["score"] == pytest.approx(towns.at[unit, "score"], abs=1e-9)
        assert {one.partition("_")[0] for one in row} == {"name", "within", "minutes", "score"}
    assert all("geometry" not in row for table in units.values() for row in table.values())


def test_thresholds_are_those_that_verdicts_are_held_against(written: dict[str, Any]) -> None:
    limits = written["thresholds"]
    assert limits["circle"] == {"rule": written["parameters"]["circle.rule"], "minutes": 60.0, "share": 0.5}
    for answer in ("airport_coverage_prefectures", "airport_coverage_counties"):
        limit = limits[answer]["minutes"]
        for row in written["units"][answer].values():
            minutes = row["minutes"]
            assert row["covered"] == (minutes not in (None, "inf") and minutes <= limit)
    for name, limit in limits["county_access"].items():
        inside = name.replace("minutes_", "within_")
        for row in written["units"]["county_access"].values():
            assert row[inside] == (row[name] not in (None, "inf") and row[name] <= limit)


def test_speeds_are_told_by_set_the_headlines_first_set_once(written: dict[str, Any]) -> None:
    assert set(written["speeds"]) == {"headlines", "technical standard", "peak"}
    assert written["speeds"]["headlines"]["trunk"] == 75 > written["speeds"]["peak"]["trunk"]


def test_records_of_one_run_are_the_same_bytes_and_come_back(ningxia: StudyFiles, tmp_path: Path) -> None:
    one, two = (write_record(ningxia.answers, tmp_path / name) for name in ("a.json", FILE))
    assert one.read_bytes() == two.read_bytes()
    found = read_record(tmp_path)
    assert found == _json(record_of(ningxia.answers)) and "贺兰县" in one.read_text("utf-8")
    told = record_of(ningxia.answers, layers={"roads": {"rows": 3}})
    assert told["layers"] == {"roads": {"rows": 3}}


def test_versions_name_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "numba":
            raise PackageNotFoundError(name)
        return f"{name} 1"

    monkeypatch.setattr(record, "version", version)
    found = versions()
    assert (found["numba"], found["scipy"]) == ("not installed", "scipy 1")
    assert set(found) == {"urbgeo", "python", *record.PACKAGES}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda whole: [whole], "no record of a run that this version reads"),
        (lambda whole: whole | {"format": 2}, r"reads \(format 1\)"),
        (lambda whole: {name: one for name, one in whole.items() if name != "units"}, "lacks units"),
        (lambda whole: whole | {"headlines": {}, "lists": []}, "lacks lists, headlines"),
    ],
)
def test_what_is_no_record_is_refused_with_what_it_lacks(
    written: dict[str, Any], tmp_path: Path, change: Any, said: str
) -> None:
    (tmp_path / FILE).write_text(json.dumps(change(written)), encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        read_record(tmp_path)


def test_a_file_that_is_absent_damaged_nested_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / FILE
    with pytest.raises(SourceError, match="no record of a run; run the study"):
        read_record(tmp_path)
    for text in (b"{", b"\xff\xfe", b"[" * 200_000):
        path.write_bytes(text)
        with pytest.raises(SourceError, match="no valid record"):
            read_record(path)
    monkeypatch.setattr(record, "MOST_BYTES", 5)
    with pytest.raises(SourceError, match="too large"):
        read_record(path)
