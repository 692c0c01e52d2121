"""A run writes all its files together or none, and the record of what it rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.regions.release import Release
from urbgeo.study import run
from urbgeo.study.answers import Answers


def test_an_interrupted_run_leaves_the_earlier_files_whole(
    hunan: Region, answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "load_region", lambda _: hunan)
    monkeypatch.setattr(run, "answer", lambda _: answers)
    first = run.run_study("hunan", folder=tmp_path)
    written = (first.map, first.report, first.page, first.record, first.geopackage, *first.tables)
    before = {one: one.read_bytes() for one in written}

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("pyogrio.write_dataframe", broken)
    with pytest.raises(OSError, match="disk full"):
        run.run_study("hunan", folder=tmp_path)
    assert {one: one.read_bytes() for one in before} == before
    assert {one.name for one in tmp_path.iterdir()} == {*(one.name for one in before), "manifest.json"}


def test_without_polygons_everything_that_needs_only_seats_still_runs(
    hunan: Region, hunan_network: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(hunan, zones=None, notes=("County polygons: install the extra.", *hunan.notes))
    monkeypatch.setattr(run, "load_region", lambda _: bare)
    done = run.run_study("hunan", folder=tmp_path)
    assert done.answers.circle.rule == "seat"
    assert list(done.answers.circle.rules.index) == ["seat"]
    assert "install the extra" in done.report.read_text(encoding="utf-8")
    assert done.map.stat().st_size > 100_000


@pytest.mark.parametrize(
    ("kind", "sensitive", "code", "shown"),
    [
        ("internal", ("roads",), "430100", True),
        ("public", (), "430100", True),
        ("public", ("roads",), "430100", False),
        ("internal", (), "own", False),
    ],
)
def test_targets_are_left_out_only_where_they_rest_on_what_a_public_release_withholds(
    kind: str, sensitive: tuple[str, ...], code: str, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "scorecard_on", lambda *_, **__: "the card")
    region = SimpleNamespace(
        release=Release(kind, sensitive=sensitive), prefectures=pd.DataFrame(index=[code])
    )
    found = run._card(SimpleNamespace(region=region, networks=None))  # type: ignore[arg-type]
    assert found == ("the card" if shown else None)
