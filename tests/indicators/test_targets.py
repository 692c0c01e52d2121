"""Targets as data: complete, consistent, never in a garbled text's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from urbgeo.errors import InputError
from urbgeo.indicators.catalogue import MEASURES
from urbgeo.indicators.targets import DIRECTIONS, documents, layer_names, policy_targets

ALL = policy_targets()


def test_every_row_of_the_review_is_there() -> None:
    rows = set(ALL["row"])
    assert {str(one) for one in range(1, 110)} <= rows
    assert {f"m{one}" for one in range(1, 18)} <= rows


def test_ids_are_unique_and_columns_are_sound() -> None:
    assert ALL.index.is_unique
    assert set(ALL["direction"]) <= set(DIRECTIONS)
    assert ALL[["document_zh", "document_en"]].notna().all(axis=None), "every document is listed"
    assert set(ALL["kind"]) == {"binding", "expected"}
    assert set(ALL["mark"]) == {"core", "extended", "no"}
    assert ALL["scope"].str.fullmatch(r"\d{6}").all()
    with_number = ALL[ALL["direction"].isin([">=", "<=", "="])]
    assert with_number["target_value"].notna().all() and with_number["target_year"].notna().all()
    assert ALL.loc[ALL["direction"].isin(["up", "down"]), "target_value"].isna().all()
    assert (ALL["base_value"].notna() == ALL["base_year"].notna()).all()
    assert (ALL["base_year"].dropna() <= ALL.loc[ALL["base_year"].notna(), "target_year"]).all()


def test_measures_and_layers_that_targets_name_exist_or_the_layer_is_named() -> None:
    known = set(layer_names().index)
    needed = {one for needs in ALL["needs"] for one in needs}
    assert needed <= known
    unmeasured = ALL[(ALL["measure"] == "") & (ALL["needs"].str.len() == 0) & (ALL["mark"] == "core")]
    assert unmeasured.empty, unmeasured.index.tolist()
    lost = set(ALL["measure"]) - set(MEASURES) - {"", "met_share", "measured_share"}
    assert not lost


def test_the_reworded_document_is_marked_and_not_quoted() -> None:
    assert not documents().loc["S1", "confirmed"]
    assert not ALL.loc[ALL["document"] == "S1", "confirmed"].any()
    text = " ".join(ALL["name_zh"]) + " ".join(ALL["note"])
    for spun in ("互联网化", "要点", "建议", "wén"):
        assert spun not in text.replace("工作要点", "")
    assert not re.search(r"[（(][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü\s]+[)）]", text)


def test_a_scope_holds_its_own_the_nations_and_its_prefectures_targets() -> None:
    hunan = policy_targets(scope="430000")
    assert set(hunan["scope"].str[:2]) == {"10", "43"}
    assert "urbanisation.430100" in hunan.index
    yueyang = policy_targets(scope="430600")
    assert {"prefecture60.430600", "urbanisation.2025", "airport60.prefectures"} <= set(yueyang.index)
    assert "urbanisation.430100" not in yueyang.index
    assert set(policy_targets(scope="330000")["scope"]) == {"100000", "330000"}


@pytest.mark.parametrize("wrong", ["hunan", "43", 430000, ""])
def test_scopes_that_are_no_codes_are_refused(wrong: object) -> None:
    with pytest.raises(InputError, match="six-digit"):
        policy_targets(scope=wrong)  # type: ignore[arg-type]


def test_what_is_handed_out_can_be_changed_without_harm() -> None:
    mine = policy_targets()
    mine.loc[:, "target_value"] = 0.0
    pd.testing.assert_frame_equal(policy_targets(), ALL)


def test_the_tables_are_clean_text() -> None:
    folder = Path(__file__).parents[2] / "urbgeo" / "indicators"
    for name in ("targets.csv", "layers.csv", "documents.csv"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        assert all(line == line.strip() for line in lines)


def test_the_count_in_the_readme_is_true() -> None:
    counts = {"region": 0, "layer": 0, "waits": 0}
    known = {*MEASURES, "met_share", "measured_share"}
    for _, rows in ALL[ALL["mark"] == "core"].groupby("row"):
        measured = rows[rows["measure"].isin(known)]
        kind = (
            "waits" if measured.empty else "region" if (measured["needs"].str.len() == 0).any() else "layer"
        )
        counts[kind] += 1
    text = " ".join((Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").split())
    total = sum(counts.values())
    assert f"Of the {total} core rows of policy targets, {counts['region']} are measured" in text
    assert f"{counts['layer']} from one layer more, and {counts['waits']} name the file" in text
