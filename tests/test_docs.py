"""The site shows every public verb under a question, and every block of its code runs as printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.catalogue.calls import verbs

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path for folder in ("guide", "zh") for path in (DOCS / folder).glob("*.md"))


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize("page", [one for one in PAGES if blocks(one)], ids=lambda page: page.name)
def test_code_of_the_guide_runs_as_printed(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for place, block in enumerate(blocks(page), 1):
        exec(compile(block, f"{page.name}, block {place}", "exec"), names)


def test_every_public_verb_is_found_in_the_reference_under_one_question() -> None:
    listed: list[str] = []
    for page in sorted((DOCS / "reference").glob("*.md")):
        listed += re.findall(r"automodule:: (\S+)", page.read_text(encoding="utf-8"))
    assert len(listed) == len(set(listed))
    missing = {name.rpartition(".")[0] for name in verbs()} - set(listed)
    assert not missing


def test_links_between_pages_lead_somewhere() -> None:
    for page in DOCS.rglob("*.md"):
        if "_build" in page.parts:
            continue
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
