"""Static figures: Chinese type even without Chinese fonts, one scale of colours, whole files."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.maps.shown import Found, seats, table
from urbgeo.errors import InputError
from urbgeo.maps.figures import Sheet, plot_of, save_figure

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
