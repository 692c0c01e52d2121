"""What went into two runs and changed, and what of it only followed from something else."""

from __future__ import annotations

from typing import Any

from urbgeo.study.causes import causes_of, consequences


def record(**more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "speeds": {}, "parameters": {}, "made_of": {}, "lists": {}, "decisions": {}, "layers": {},
        "versions": {}, "release": {},
    }  # fmt: skip
    return empty | more


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    table = consequences(causes_of(before, after))
    return {
        f"{row.kind} {row.name}": (row.before, row.after, row.follows_from)
        for row in table.itertuples(index=False)
    }


def test_equal_records_have_no_causes() -> None:
    assert causes_of(record(versions={"urbgeo": "1"}), record(versions={"urbgeo": "1"})).empty


def test_a_speed_is_told_and_what_follows_from_it_says_so() -> None:
    before = record(speeds={"headlines": {"trunk": 60.0}}, made_of={"settings": {"speeds": {"trunk": 60}}})
    after = record(speeds={"headlines": {"trunk": 50.0}}, made_of={"settings": {"speeds": {"trunk": 50}}})
    found = changed(before, after)
    assert found["speed trunk"] == ("60 km/h", "50 km/h", "")
    assert found["setting speeds"][2] == "speed"


def test_a_file_whose_layer_is_the_same_changed_its_bytes_alone() -> None:
    def of(digest: str, layer: str) -> dict[str, Any]:
        files = {"roads": [{"path": "roads.gpkg", "sha256": digest}]}
        return record(made_of={"files": files}, layers={"roads": {"rows": 5, "digest": layer}})

    same = changed(of("a" * 64, "x"), of("b" * 64, "x"))
    assert same == {
        "file roads roads.gpkg": ("a" * 12, "b" * 12, "its bytes alone: what it holds is the same")
    }
    other = changed(of("a" * 64, "x"), of("b" * 64, "y"))
    assert other["file roads roads.gpkg"][2] == ""
    assert other["layer roads"][2] == "file roads"


def test_what_is_there_on_one_side_only_is_told() -> None:
    found = changed(record(lists={"circle": ["1", "2"]}), record(lists={"circle": ["1"], "沿江": ["3"]}))
    assert found == {"list circle": ("1, 2", "1", ""), "list 沿江": ("–", "3", "")}


def test_a_setting_that_is_empty_is_as_good_as_none() -> None:
    empty: tuple[Any, ...] = ({}, [], None)
    for one in empty:
        assert changed(record(made_of={"settings": {"lists": one}}), record()) == {}
    told = changed(record(made_of={"settings": {"lists": {}}}), record(made_of={"settings": {"lists": [1]}}))
    assert told == {"setting lists": ("–", "[1]", "")}


def test_a_layer_follows_from_the_margin_only_where_that_changed() -> None:
    def of(margin: float, digest: str) -> dict[str, Any]:
        settings = {"margin_km": margin}
        return record(made_of={"settings": settings}, layers={"roads": {"rows": 5, "digest": digest}})

    assert changed(of(50.0, "x"), of(60.0, "y"))["layer roads"][2] == "margin_km"
    assert changed(of(50.0, "x"), of(50.0, "y")) == {"layer roads": ("5 rows, x", "5 rows, y", "")}


def test_lists_as_a_setting_follow_from_the_list_that_changed() -> None:
    before = record(lists={"沿江": ["1"]}, made_of={"settings": {"lists": {"沿江": ["甲"]}}})
    after = record(lists={"沿江": ["2"]}, made_of={"settings": {"lists": {"沿江": ["乙"]}}})
    found = changed(before, after)
    assert found["list 沿江"] == ("1", "2", "") and found["setting lists"][2] == "list"
    spelled = record(lists={"沿江": ["1"]}, made_of={"settings": {"lists": {"沿江": ["丙"]}}})
    assert changed(before, spelled)["setting lists"][2] == "", "spelled in another way alone"
