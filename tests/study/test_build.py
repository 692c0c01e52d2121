"""A region from one call: what is asked for is known or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

import urbgeo
from urbgeo.errors import InputError, SourceError
from urbgeo.study.build import build_region
from urbgeo.study.check import check
from urbgeo.study.inputs import Inputs


def test_inputs_of_no_kind_are_refused() -> None:
    with pytest.raises(InputError, match="name units of China"):
        urbgeo.region(None)
    with pytest.raises(InputError, match="no argument poplation"):
        urbgeo.region("安徽", poplation="x")
    with pytest.raises(InputError, match="StudyConfig"):
        check(5)  # type: ignore[arg-type]


def test_a_study_stops_at_a_layer_that_a_check_only_notes(tmp_path: Path) -> None:
    faulty = Inputs("宁夏", roads=tmp_path / "nowhere.gpkg", zones=False)
    with pytest.raises(SourceError, match="no such file"):
        build_region(faulty)
    found = check(faulty).table
    assert found.loc[found["finding"] == "refused", "layer"].tolist() == ["roads"]


def test_an_argument_like_no_other_is_refused_with_where_they_are_listed() -> None:
    with pytest.raises(InputError, match=r"no argument xyzzy; see urbgeo.region for what there is"):
        urbgeo.region("宁夏", xyzzy=1)
