"""What README shows works: its code runs as printed, its names exist, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import urbgeo

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "README.zh.md")


def code_of(page: str) -> list[str]:
    """The Python blocks of a page, in order."""
    return re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize("page", [*PAGES, "ARCHITECTURE.md"])
def test_code_runs_as_printed(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = code_of(page)
    assert blocks
    for place, block in enumerate(blocks, 1):
        exec(compile(block, f"{page}, block {place}", "exec"), names)


@pytest.mark.parametrize("page", [*PAGES, "ARCHITECTURE.md"])
def test_every_dotted_name_works_after_import_urbgeo(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    dotted = set(re.findall(r"\burbgeo(?:\.[A-Za-z_]\w*)+", text)) - {"urbgeo.toml"}
    assert dotted
    for name in sorted(dotted):
        found: object = urbgeo
        for part in name.split(".")[1:]:
            found = getattr(found, part)


@pytest.mark.parametrize("page", [*PAGES, "ARCHITECTURE.md", "CONTRIBUTING.md", "benchmarks/README.md"])
def test_links_to_files_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"


def test_the_front_door_is_grouped_in_the_architecture() -> None:
    """A name that is added at the door gets its place under a question."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    missing = [name for name in urbgeo.__all__ if f"`{name}`" not in text]
    assert not missing


def test_files_that_the_architecture_names_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.(?:py|csv))`", text))
    assert len(named) > 10
    assert not [
        name for name in named if not any((ROOT / place / name).exists() for place in ("urbgeo", "."))
    ]
