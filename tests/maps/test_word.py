"""Word reports: Chinese intact, tables, figures and captions; opened again by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import docx
import pytest

import urbgeo
from tests.maps.shown import Found, seats, table
from urbgeo.errors import InputError, MissingExtraError, SourceError
from urbgeo.indicators.scorecard import Scorecard, scorecard
from urbgeo.maps.word import write_word


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return scorecard(urbgeo.load_region("hunan"), years=(2025,))


def evil() -> Found:
    rows = table().assign(name_zh=["=1+1", "<b>乙</b>", "丙"])
    return Found(rows)


@pytest.fixture(scope="module")
def written(card: Scorecard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("word") / "报告.docx"
    return write_word({"指标评估": card, "到机场": evil()}, path, title="湖南省评估", places=seats())


def test_headings_tables_figures_and_captions_are_there(written: Path) -> None:
    document = docx.Document(str(written))
    texts = [one.text for one in document.paragraphs]
    assert texts[0] == "湖南省评估"
    assert "指标评估" in texts and "到机场" in texts
    assert "表 1  指标评估" in texts and "图 1  到机场" in texts and "表 2  到机场" in texts
    assert len(document.inline_shapes) == 1
    first = document.tables[0]
    assert [cell.text for cell in first.rows[1].cells][:2] == ["地级行政中心60分钟到运输机场覆盖率", "78.6%"]
    assert document.tables[1].cell(1, 0).text == "=1+1"
    assert document.tables[1].cell(2, 0).text == "<b>乙</b>"
    assert any("urbgeo" in one for one in texts)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice (Debian: libreoffice-writer)")
def test_libreoffice_opens_it_with_chinese_intact(written: Path, tmp_path: Path) -> None:
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path),
         str(written)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    text = (tmp_path / "报告.txt").read_text(encoding="utf-8-sig")
    assert "地级行政中心60分钟到运输机场覆盖率" in text and "差 1.4 点" in text


def test_an_own_template_keeps_its_styles(tmp_path: Path) -> None:
    own = docx.Document()
    own.sections[0].header.paragraphs[0].text = "某规划院"
    own.save(str(tmp_path / "own.docx"))
    path = write_word({"一": evil()}, tmp_path / "out.docx", title="题", template=tmp_path / "own.docx")
    assert docx.Document(str(path)).sections[0].header.paragraphs[0].text == "某规划院"
    (tmp_path / "bad.docx").write_text("no document")
    with pytest.raises(SourceError, match=r"bad\.docx: no Word document"):
        write_word({"一": evil()}, tmp_path / "out.docx", title="题", template=tmp_path / "bad.docx")


def test_other_endings_and_nothing_are_refused(tmp_path: Path) -> None:
    for results, name in (({"一": evil()}, "a.doc"), ({}, "a.docx")):
        with pytest.raises(InputError, match=r"\.docx"):
            write_word(results, tmp_path / name, title="题")


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingExtraError, match=r"urbgeo\[reports\]"):
        write_word({"一": evil()}, tmp_path / "out.docx", title="题")
    assert not list(tmp_path.iterdir())
