"""The list of mutants names code that is there: one that fits nothing proves nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
MUTANTS = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8"))["mutant"]


def test_every_mutant_changes_a_text_that_stands_once_in_its_file() -> None:
    lost = []
    for one in MUTANTS:
        text = (ROOT / one["file"]).read_text(encoding="utf-8")
        if text.count(one["find"]) != 1 or one["find"] == one["replace"]:
            lost.append(f"{one['file']}: {one['find']}")
    assert not lost, lost


def test_every_mutant_names_a_test_that_is_there() -> None:
    lost = []
    for one in MUTANTS:
        files, _, word = one["tests"].partition(" -k ")
        for asked in files.split():
            path, _, name = asked.partition("::")
            text = (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).exists() else ""
            if not text or (name.partition("[")[0] or word) not in text:
                lost.append(one["tests"])
    assert not lost, lost
