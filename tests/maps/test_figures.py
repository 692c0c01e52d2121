"""Static figures: Chinese type even without Chinese fonts, one scale of colours, whole files."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.maps.shown import Found, seats, table
from urbgeo.errors import InputError
from urbgeo.maps.classes import LegendRow, Painted
from urbgeo.maps.figures import Sheet, _as_fine_as_print, _merged_rows, _wrapped, plot_of, save_figure

matplotlib = pytest.importorskip("matplotlib")


@pytest.mark.filterwarnings("error:Glyph")
@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_every_format_is_written_at_print_size(tmp_path: Path, ending: str) -> None:
    figure = Found(table()).plot(places=seats())
    path = save_figure(figure, tmp_path / f"图.{ending}", dpi=100)
    start = path.read_bytes()[:300]
    assert {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending] in start
    if ending == "png":
        width = int.from_bytes(start[16:20], "big")
        assert abs(width - 210 / 25.4 * 100) <= 1


def test_other_endings_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ending"):
        save_figure(Found(table()).plot(places=seats()), tmp_path / "map.tiff")
    assert not list(tmp_path.iterdir())


def texts(figure: matplotlib.figure.Figure) -> str:
    return " ".join(one.get_text() for one in figure.findobj(matplotlib.text.Text))


def test_legend_scale_north_and_sources_are_there() -> None:
    said = texts(Found(table()).plot(places=seats()))
    for text in ("到机场", "To airports", "45–60 min", "无法到达", "a census", "北 N", "km", "甲"):
        assert text in said, text


def test_panels_share_one_scale() -> None:
    slow = table().assign(minutes=[20.0, 200.0, np.inf])
    figure = plot_of({"2010": Found(slow), "2020": Found(table())}, places=seats())
    panels = [axes for axes in figure.axes if axes.collections]
    shades = [axes.collections[-1].get_facecolor()[0].tolist() for axes in panels]
    assert len(panels) == 2 and shades[0] == shades[1]  # 20 minutes look alike in both
    assert "2010" in texts(figure) and "2020" in texts(figure)


@pytest.mark.parametrize(
    ("degrees", "metres", "said"),
    [(1.0, 20_000, "20 km"), (2.5, 50_000, "50 km"), (0.5, 10_000, "10 km"), (0.025, 500, "500 m")],
)
def test_a_scale_bar_is_as_long_as_it_says(degrees: float, metres: float, said: str) -> None:
    points = gpd.points_from_xy([112.0, 112.0 + degrees], [28.0, 28.0])
    line = gpd.GeoDataFrame({"minutes": [1.0, 2.0]}, geometry=points, crs=4326)
    axes = Found(line).plot().axes[0]
    bar = sum(patch.get_width() for patch in axes.patches)
    west, east = axes.get_xlim()
    # one degree of longitude at 28 degrees north is 98.4 km, the panel has 4 % of margin on both sides
    assert abs((east - west) / 98_300 / degrees - 1.08) < 0.02
    assert bar == pytest.approx(metres)
    assert said in [one.get_text() for one in axes.texts]


@pytest.mark.parametrize("wrong", [{"width_mm": 0}, {"columns": 0}, {"height_mm": float("nan")}])
def test_sheets_without_size_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="no size"):
        Sheet(**wrong)


def test_panels_stand_side_by_side_and_then_below_without_lying_over_each_other() -> None:
    figure = plot_of({str(one): Found(table()) for one in range(4)}, places=seats(), sheet=Sheet(columns=3))
    boxes = [axes.get_position() for axes in figure.axes if axes.collections]
    assert [round(box.y0, 3) for box in boxes[:3]] == [round(boxes[0].y0, 3)] * 3
    assert boxes[0].x0 == boxes[3].x0
    assert boxes[0].x1 < boxes[1].x0 < boxes[1].x1 < boxes[2].x0 and boxes[3].y1 < boxes[0].y0
    assert all(0 < box.x0 < box.x1 < 0.8 and 0 < box.y0 < box.y1 < 0.9 for box in boxes)


def test_an_outline_below_lends_its_extent() -> None:
    far = gpd.GeoDataFrame(geometry=seats().buffer(3), crs=4326)
    wide = Found(table()).plot(places=seats(), sheet=Sheet(under=far)).axes[0].get_xlim()
    near = Found(table()).plot(places=seats()).axes[0].get_xlim()
    assert wide[1] - wide[0] > 2 * (near[1] - near[0])


def test_no_results_are_refused() -> None:
    with pytest.raises(InputError, match="no results"):
        plot_of({})
    with pytest.raises(InputError, match="no geometry"):
        plot_of(Found(pd.DataFrame({"minutes": [1.0]})))


def test_jupyter_shows_a_figure_without_pyplot() -> None:
    picture = plot_of(Found(table()), places=seats())._repr_png_()
    assert picture.startswith(b"\x89PNG")
    wide, high = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert 1.40 < wide / high < 1.43  # as A5 lies, at about a thousand pixels
    assert 800 < wide < 1100


def test_a_sheet_is_a5_lying_two_panels_a_row_with_names() -> None:
    assert (Sheet().width_mm, Sheet().height_mm, Sheet().columns, Sheet().labels) == (210.0, 148.0, 2, True)
    assert Sheet().under is None
    figure = plot_of(Found(table()), places=seats(), sheet=Sheet(width_mm=100.0, height_mm=80.0))
    assert figure.get_size_inches() == pytest.approx([100 / 25.4, 80 / 25.4])
    for name, least, below in (("width_mm", 50.0, 49.9), ("height_mm", 40.0, 39.9), ("columns", 1, 0)):
        Sheet(**{name: least}), Sheet(**{name: 2000})
        for wrong in (below, 2001):
            with pytest.raises(InputError, match=f"{name}: .* is no size"):
                Sheet(**{name: wrong})
    with pytest.raises(InputError, match=r"under: .*CRS"):
        Sheet(under=seats().set_crs(None, allow_override=True))


def test_a_legend_counts_over_all_panels_a_row_a_colour_in_the_order_of_the_first() -> None:
    def painted(*rows: LegendRow) -> Painted:
        return Painted(np.zeros(0, np.intp), (), rows)

    red, blue, other = (
        LegendRow("#ff0000", "红", 2, "red"),
        LegendRow("#0000ff", "蓝", 1),
        LegendRow("#ff0000", "火", 4),
    )
    found = _merged_rows([painted(red, blue), painted(blue, red, other)])
    assert [(one.colour, one.zh, one.en, one.count) for one in found] == [
        ("#ff0000", "红", "red", 4), ("#0000ff", "蓝", "", 2), ("#ff0000", "火", "", 4)
    ]  # fmt: skip


def test_swatches_stand_below_each_other_in_the_colours_of_the_map() -> None:
    figure = plot_of(Found(table()), places=seats())
    swatches = [one for one in figure.patches if isinstance(one, matplotlib.patches.Rectangle)]
    words = [one for one in figure.texts if re.search(r"\(\d+\)$", one.get_text())]
    assert [one.get_text() for one in words] == [
        "≤ 15 min  (0)", "15–30 min  (1)", "30–45 min  (0)", "45–60 min  (1)", "无法到达 unreachable  (1)"
    ]  # fmt: skip
    assert len(swatches) >= len(words)
    for swatch, word in zip(swatches[-len(words) :], words, strict=True):
        assert swatch.get_y() + swatch.get_height() / 2 == pytest.approx(word.get_position()[1])
        assert swatch.get_x() + swatch.get_width() < word.get_position()[0]
    heights = [one.get_position()[1] for one in words]
    assert np.diff(heights) == pytest.approx(-0.042) and heights[0] < 0.85
    panel = figure.axes[0].collections[-1].get_facecolor()
    shades = [tuple(one.get_facecolor()) for one in swatches[-len(words) :]]
    assert [tuple(one) for one in panel] == [shades[1], shades[3], shades[4]]


def test_titles_stand_at_the_head_sources_at_the_foot_and_an_arrow_in_the_first_panel_only() -> None:
    figure = plot_of({"a": Found(table()), "b": Found(table())}, places=seats(), title=("题", "Title"))
    at = {one.get_text(): one.get_position() for one in figure.texts}
    assert at["题"] == (0.03, 0.965) and at["Title"] == (0.03, 0.91)
    assert at["数据来源 Sources: a census"] == (0.03, 0.012)
    panels = [axes for axes in figure.axes if axes.collections]
    arrows = [sum("北 N" in one.get_text() for one in axes.texts) for axes in panels]
    bars = [sum(one.get_text().endswith("km") for one in axes.texts) for axes in panels]
    assert (arrows, bars) == ([1, 0], [1, 1])
    assert [axes.get_title(loc="left") for axes in panels] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("aaaa bbbb cccc", ["aaaa bbbb", "cccc"]),
        ("一二三四五", ["一二三", "四五"]),
        ("", [""]),
        ("aaaa", ["aaaa"]),
    ],
)
def test_lines_break_at_blanks_and_a_chinese_letter_counts_twice(text: str, lines: list[str]) -> None:
    assert _wrapped(text, 6) == lines or text == ""


def test_names_stand_beside_points_the_largest_shapes_first_and_none_over_another() -> None:
    boxes = [
        shapely.box(112, 27, 112.2, 27.2),
        shapely.box(113, 27, 115, 29),
        shapely.box(112.05, 27.05, 112.1, 27.1),
    ]
    rows = gpd.GeoDataFrame(
        {"name_zh": ["小", "大", None], "minutes": [5.0, 20.0, 40.0]}, geometry=boxes, crs=4326
    )
    (axes,) = (one for one in Found(rows).plot().axes if one.collections)
    named = [one for one in axes.texts if one.get_text() in ("小", "大")]
    assert [one.get_text() for one in named] == ["大", "小"]
    assert all(one.get_ha() == "center" and one.get_position() == (0, 0) for one in named)
    twins = seats().assign(name_zh=["先", "后", "远"], minutes=[5.0, 20.0, 40.0])
    twins = twins.set_geometry(gpd.points_from_xy([112, 112, 113], [27, 27, 28], crs=4326))
    (axes,) = (one for one in Found(twins).plot().axes if one.collections)
    named = [one for one in axes.texts if one.get_text() in ("先", "后", "远")]
    assert [one.get_text() for one in named] == ["先", "远"]
    assert all(one.get_ha() == "left" and one.get_position() == (4, 0) for one in named)
    bare = plot_of(Found(twins), sheet=Sheet(labels=False))
    assert "先" not in texts(bare)
    many = gpd.GeoDataFrame(
        {"name_zh": [f"县{at}" for at in range(161)], "minutes": 5.0},
        geometry=gpd.points_from_xy(112 + np.arange(161) / 20, [28.0] * 161), crs=4326,
    )  # fmt: skip
    assert "县" not in texts(Found(many).plot()) and "县0" in texts(Found(many.iloc[:160]).plot())


def test_shapes_are_as_fine_as_print_and_neighbours_stay_neighbours() -> None:
    bump = shapely.Polygon([(0, 0), (50, 3), (100, 0), (100, 100), (0, 100)])
    beside = shapely.Polygon([(0, 0), (50, 3), (100, 0), (100, -100), (0, -100)])
    flat = _as_fine_as_print(gpd.GeoSeries([bump, beside], index=["a", "b"], crs=32649), 20.0)
    assert flat.index.tolist() == ["a", "b"] and [len(one.exterior.coords) for one in flat] == [5, 5]
    assert flat.intersection(flat.loc["a"]).area["b"] == pytest.approx(0.0)
    road = gpd.GeoSeries([shapely.LineString([(0, 0), (50, 3), (100, 0)])], crs=32649)
    assert [len(_as_fine_as_print(road, most).iloc[0].coords) for most in (2.0, 4.0)] == [3, 2]


def test_several_columns_are_panels_with_one_scale_of_colours() -> None:
    rows = seats().assign(minutes_a=[10.0, 20.0, 130.0], minutes_b=[20.0, 10.0, 10.0])
    figure = plot_of(Found(rows), by=["minutes_a", "minutes_b"])
    panels = [axes for axes in figure.axes if axes.collections]
    shades = [[tuple(one) for one in axes.collections[-1].get_facecolor()] for axes in panels]
    assert shades[0][0] == shades[1][1] == shades[1][2] and shades[0][1] == shades[1][0]
    assert len({axes.get_title(loc="left") for axes in panels}) == 2
