"""The site shows every public verb under a question, and every block of its code runs as printed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import urbgeo
from tests.browser import opened
from tests.catalogue.calls import verbs
from tests.conftest import ROOT

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


GALLERY = dict(
    re.findall(
        r"^!\[[^\]]*\]\(gallery/(\w+)\.png\)\n.*?^```python\n(.*?)^```",
        (DOCS / "gallery.md").read_text(encoding="utf-8"),
        re.M | re.S,
    )
)
MOST_LINES, LARGEST_BYTES = 16, 60_000


@pytest.mark.parametrize("name", GALLERY)
def test_code_below_a_picture_of_the_gallery_makes_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(GALLERY[name], f"gallery, {name}", "exec"), names)
    picture = names["picture"]
    if isinstance(picture, Path):
        assert picture.stat().st_size > 10_000
    else:
        assert picture.axes


def test_the_gallery_shows_each_picture_it_has_and_few_lines_for_each() -> None:
    pictures = {path.stem: path.stat().st_size for path in (DOCS / "gallery").glob("*.png")}
    assert set(pictures) == set(GALLERY)
    assert max(pictures.values()) <= LARGEST_BYTES
    lines = {
        name: len([line for line in code.splitlines() if line.strip()]) for name, code in GALLERY.items()
    }
    assert not {name: count for name, count in lines.items() if count > MOST_LINES}


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_every_dotted_name_of_a_page_works_after_import_urbgeo(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in sorted(set(re.findall(r"\burbgeo(?:\.[A-Za-z_]\w*)+", text)) - {"urbgeo.toml"}):
        found: object = urbgeo
        for part in name.split(".")[1:]:
            found = getattr(found, part)


QUESTIONS = {
    "circle", "coverage", "reach", "county_towns", "living", "clusters", "urbanisation", "boundary",
    "scenarios", "scorecard", "large", "data", "first_hour", "your_region", "results", "install", "find",
}  # fmt: skip
CORE_ZH = {"first_hour", "your_region", "answers", "scorecard", "results", "install"}


@pytest.mark.parametrize(("folder", "index", "wanted"), [("guide", ".", QUESTIONS), ("zh", "zh", CORE_ZH)])
def test_every_question_has_its_page_and_stands_in_the_menu(
    folder: str, index: str, wanted: set[str]
) -> None:
    assert wanted <= {path.stem for path in (DOCS / folder).glob("*.md")}
    menu = (DOCS / index / "index.md").read_text(encoding="utf-8")
    start = f"{folder}/" if index == "." else ""
    assert not [name for name in wanted if f"\n{start}{name}\n" not in menu]


FOUND = "#search-results ul.search li a"


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two Chinese pages, built as the site is."""
    folder = tmp_path_factory.mktemp("site")
    source = folder / "source"
    source.mkdir()
    (source / "index.md").write_text("# Pages\n\n```{toctree}\nanswers\nscorecard\n```\n", encoding="utf-8")
    for name in ("answers", "scorecard"):
        shutil.copy(DOCS / "zh" / f"{name}.md", source)
    words = [sys.executable, "-m", "sphinx", "-q", "-c", str(DOCS), "-b", "html", str(source)]
    done = subprocess.run(
        [*words, str(folder / "pages")], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return folder / "pages"


@pytest.mark.parametrize(
    ("word", "page"),
    [("通勤圈", "answers"), ("县城", "answers"), ("黄灯", "scorecard"), ("reach", "answers")],
)
def test_the_search_finds_words_from_the_disk(small_site: Path, word: str, page: str) -> None:
    with opened(small_site / "search.html", ready="body") as seen:
        seen.page.goto(f"{(small_site / 'search.html').as_uri()}?q={word}")
        seen.page.wait_for_selector(FOUND, timeout=20_000)
        targets = [one.get_attribute("href") for one in seen.page.locator(FOUND).all()]
        assert any(f"{page}.html" in target for target in targets)
        assert not [one for one in seen.complaints if "not defined" in one]
