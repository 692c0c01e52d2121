"""A report as one page: everything at its place in both languages, text as text, not too large."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from urbgeo.errors import InputError
from urbgeo.maps import report_page
from urbgeo.maps.pictures import Key, Picture
from urbgeo.maps.report_page import Grid, Page, Section, report_html

EVIL = '<script>alert(1)</script>"&'


def page(*sections: Section, **more: object) -> str:
    return report_html(Page(("题", "Title"), ("副", "Sub"), list(sections), **more))  # type: ignore[arg-type]


def both(zh: str, en: str) -> str:
    return f'<span lang="zh">{zh}</span><span lang="en">{en}</span>'


def test_every_section_is_found_from_the_head_of_the_page() -> None:
    text = page(
        Section(("一", "one")), Section(("二", "two"), lines=[("说", "said")], notes=[("注", "note")])
    )
    assert f'<a href="#s1">{both("一", "one")}</a><a href="#s2">' in text
    second = text.split('<section id="s2">')[1].split("</section>")[0]
    assert both("说", "said") in second and f"<li>{both('注', 'note')}</li>" in second
    assert "<title>题 Title</title>" in text and text.index(both("副", "Sub")) < text.index("<nav>")


def test_cells_stand_under_their_heads_and_numbers_are_marked() -> None:
    grid = Grid(
        [("名", "Name"), ("数", "Count")], [["甲", "3"], [("乙", "B"), "–"]], frozenset({1}), ("表", "Table")
    )
    text = page(Section(("一", "one"), grids=[grid]))
    table = re.sub(r">\s+<", "><", text.split("<table")[1].split("</table>")[0])
    assert f"<caption>{both('表', 'Table')}</caption>" in table
    assert f'<th>{both("名", "Name")}</th><th class="n">{both("数", "Count")}</th>' in table
    rows = table.split("<tbody>")[1]
    assert rows.startswith('<tr><td>甲</td><td class="n">3</td></tr>')
    assert f'<tr><td>{both("乙", "B")}</td><td class="n">–</td></tr>' in rows


def test_a_table_without_rows_says_so_and_one_without_caption_has_none() -> None:
    text = page(Section(("一", "one"), grids=[Grid([("a", "a"), ("b", "b")], [])]))
    assert f'<td colspan="2">{both("无", "none")}</td>' in text and "<caption>" not in text


def test_pictures_bring_caption_legend_and_note() -> None:
    keys = [Key("#ff0000", ("近", "near"), 3, "area"), Key("#00ff00", ("远", "far"), 0, "line")]
    drawn = Picture(
        Markup("<svg id='x'></svg>"), ("图", "Map"), [(("分钟", "Minutes"), keys)], ("说明", "Note")
    )
    text = page(Section(("一", "one"), pictures=[drawn]))
    figure = text.split("<figure>")[1].split("</figure>")[0]
    assert "<svg id='x'></svg>" in figure and both("图", "Map") in figure and both("说明", "Note") in figure
    assert f"<em>{both('分钟', 'Minutes')}</em>" in figure and "<small>3</small>" in figure
    assert figure.count("<small>") == 1, "none of a kind is not counted"
    assert '<div class="pictures one">' in text


def test_text_from_data_is_text_wherever_it_stands() -> None:
    name = (EVIL, EVIL)
    drawn = Picture(Markup("<svg></svg>"), name, [(name, [Key("#1", name, 1, "area")] * 2)], name)
    grid = Grid([name], [[EVIL], [name]], caption=name)
    part = Section(name, lines=[name], pictures=[drawn], grids=[grid], notes=[name])
    text = report_html(Page(name, name, [part], footer=[name]))
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 33


def test_markup_that_is_ours_stays() -> None:
    text = page(Section(("一", "one"), html=Markup("<b>bold</b>")), defs=Markup('<path id="z0"/>'))
    assert "<b>bold</b>" in text and '<defs><path id="z0"/></defs>' in text


def test_the_page_asks_nothing_of_any_network() -> None:
    text = page(Section(("一", "one")))
    assert "default-src 'none'" in text and not re.findall(r"(?:src|href)=\"(?!#)", text)


def test_the_bound_of_its_size_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(page(Section(("一", "one"))).encode())
    monkeypatch.setattr(report_page, "MOST_BYTES", size)
    page(Section(("一", "one")))
    monkeypatch.setattr(report_page, "MOST_BYTES", size - 1)
    with pytest.raises(InputError, match=r"report: [\d.]+ MB, more than .* leave out"):
        page(Section(("一", "one")))
