"""The living map in a browser without network: clicks, slider and a drawn link say what the package says."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import urbgeo
from tests.browser import Seen, opened, overlapping
from urbgeo.cities.circles import CircleRules, commuting_circle
from urbgeo.errors import InputError
from urbgeo.indicators.what_if import what_if
from urbgeo.maps import save_map
from urbgeo.maps.living import NEVER, TICK_MIN, living_map, quantised
from urbgeo.network.minutes import minutes_table, nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.region import Region
from urbgeo.types import Floats

STEPS = (30.0, 60.0, 90.0)
WATCH = """() => { document.addEventListener('click', () => { const began = performance.now();
    setTimeout(() => { window.took = performance.now() - began; }); }, { capture: true, once: true }); }"""
"""Tells how long the page took over the next click."""


@pytest.fixture(scope="module")
def road() -> TravelNetwork:
    return urbgeo.region_network(urbgeo.load_region("hunan"), modes=("road",))


@pytest.fixture(scope="module")
def saved(road: TravelNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = living_map(urbgeo.load_region("hunan"), network=road, minutes=STEPS)
    return save_map(page, tmp_path_factory.mktemp("living") / "living.html", max_mb=3.0)


class Living:
    """The living page under a mouse."""

    def __init__(self, seen: Seen) -> None:
        self.seen, self.page = seen, seen.page

    def spot(self, at: int) -> tuple[float, float]:
        """Where a county seat stands on the screen."""
        x, y = self.page.evaluate(
            """at => { const map = Object.values(window).find(one => one instanceof L.Map);
            const box = map.getContainer().getBoundingClientRect();
            const point = map.latLngToContainerPoint(urbgeoLiving.seat(at));
            return [box.left + point.x, box.top + point.y]; }""",
            at,
        )
        return x, y

    def click(self, at: int) -> None:
        self.page.mouse.click(*self.spot(at))

    def press(self, name: str) -> None:
        box = self.page.locator(f".ug-living button[name={name}]").bounding_box()
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def values(self) -> Floats:
        return np.array(
            self.page.evaluate("urbgeoLiving.state.after.map((_, at) => urbgeoLiving.value(at))"), dtype=float
        )

    def colours(self) -> list[str]:
        """What is painted on the screen, by place."""
        return list(
            self.page.evaluate(
                "[...document.querySelectorAll('.ug-living-after')].map(one => one.getAttribute('fill'))"
            )
        )


def place(hunan: Region, name: str) -> int:
    assert hunan.zones is not None
    return int(hunan.zones.index.get_loc(name))


@pytest.mark.browser
def test_a_click_colours_by_minutes_to_the_place(saved: Path, hunan: Region, road: TravelNetwork) -> None:
    assert saved.stat().st_size < 3e6
    table = minutes_table(road, hunan.counties, hunan.counties).loc[hunan.zones.index, hunan.zones.index]
    target = place(hunan, "430682")
    with opened(saved) as seen:
        living = Living(seen)
        before = living.colours()
        living.click(target)
        assert "临湘市" in seen.page.locator(".ug-living-said").inner_text()
        assert sorted(before) != sorted(living.colours())
        assert np.abs(living.values() - table.iloc[:, target]).max() <= TICK_MIN
        living.press("from")
        assert np.abs(living.values() - table.iloc[target]).max() <= TICK_MIN
        assert seen.requests == [saved.resolve().as_uri()]
        assert not seen.complaints
        boxes = seen.boxes() | {"living": seen.page.locator(".ug-living").bounding_box()}
        assert not overlapping(boxes)


@pytest.mark.browser
def test_the_slider_counts_the_members_that_the_package_finds(
    saved: Path, hunan: Region, road: TravelNetwork
) -> None:
    core = hunan.core
    with opened(saved) as seen:
        living, slider = Living(seen), seen.page.locator(".ug-living input[type=range]")
        box = slider.bounding_box()
        for at, limit in enumerate(STEPS):
            seen.page.mouse.click(
                box["x"] + 8 + (box["width"] - 16) * at / (len(STEPS) - 1), box["y"] + box["height"] / 2
            )
            circle = commuting_circle(
                road, core, hunan.counties, minutes=limit, rules=CircleRules(rule="seat")
            ).table
            assert seen.page.locator(".ug-limit").inner_text() == f"{limit:g}"
            assert seen.page.locator(".ug-count").inner_text() == str(int(circle["member"].sum()))
            assert living.colours().count("#2a7f62") == circle["member"].sum()


@pytest.mark.browser
def test_a_line_drawn_with_the_mouse_does_what_the_network_says(
    saved: Path, hunan: Region, road: TravelNetwork
) -> None:
    stops = ["430923", "431322", "431382"]  # 安化, 新化, 涟源
    new = pd.DataFrame({"from_node": stops[:-1], "to_node": stops[1:], "class": "expressway"})
    after = what_if(hunan, roads=new).after
    expected = minutes_table(after, hunan.counties, hunan.counties).loc[hunan.zones.index, hunan.zones.index]
    with opened(saved) as seen:
        living = Living(seen)
        living.click(place(hunan, "430923"))
        plain = living.values()
        living.press("line")
        for one in stops[:-1]:
            living.click(place(hunan, one))
        seen.page.evaluate(WATCH)
        living.click(place(hunan, stops[-1]))
        assert seen.page.evaluate("window.took") < 1000
        living.click(place(hunan, stops[-1]))  # the last stop again ends the line
        to = expected.iloc[:, place(hunan, "430923")]
        assert np.abs(living.values() - to).max() <= 0.1
        assert (plain - living.values()).max() > 20
        for one in ("430100", "430682", "431382"):
            if one not in hunan.zones.index:
                continue
            living.click(place(hunan, one))
            assert np.abs(living.values() - expected[one]).max() <= 0.1
            living.press("from")
            assert np.abs(living.values() - expected.loc[one]).max() <= 0.1
            living.press("to")
        assert seen.page.locator(".leaflet-ug-drawn-pane path").count() == 5  # two links, three stops
        living.press("clear")
        living.click(place(hunan, "430923"))
        assert np.array_equal(living.values(), plain)
        assert seen.requests == [saved.resolve().as_uri()]
        assert not seen.complaints


@pytest.mark.browser
def test_a_station_set_with_the_mouse_is_one_more_facility(
    saved: Path, hunan: Region, road: TravelNetwork
) -> None:
    counties = hunan.counties.loc[hunan.zones.index]
    first = nearest_facility(road, counties, hunan.airports)["minutes"]
    both = pd.concat([hunan.airports[["geometry"]], counties.loc[["430923"], ["geometry"]]])
    second = nearest_facility(road, counties, both)["minutes"]
    assert (first - second).max() > 20
    with opened(saved) as seen:
        living = Living(seen)
        living.press("nearest")
        assert np.abs(living.values() - first).max() <= TICK_MIN
        living.press("station")
        living.click(place(hunan, "430923"))
        assert np.abs(living.values() - second).max() <= 0.1
        gained = int(((first - second) > 0.1).sum())
        assert f"{gained} places gain" in seen.page.locator(".ug-effect").inner_text()


@pytest.mark.browser
def test_before_and_after_of_a_scenario_by_buttons_and_under_a_bar(
    hunan: Region, road: TravelNetwork, tmp_path: Path
) -> None:
    change = what_if(hunan, close=["G4"])
    saved = save_map(
        living_map(hunan, network=change.before, after=change.after, minutes=(60.0,)),
        tmp_path / "change.html",
        max_mb=3.0,
    )
    ids, target = hunan.zones.index, place(hunan, "430682")
    tables = [
        minutes_table(one, hunan.counties, hunan.counties).loc[ids, ids].iloc[:, target]
        for one in (change.before, change.after)
    ]
    assert (tables[1] - tables[0]).max() > 5
    with opened(saved) as seen:
        living = Living(seen)
        living.click(target)
        assert np.abs(living.values() - tables[1]).max() <= TICK_MIN
        after = living.colours()
        living.press("before")
        assert np.abs(living.values() - tables[0]).max() <= TICK_MIN
        before = living.colours()
        assert before != after
        living.press("gain")
        assert any(one in ("#7f3b08", "#c9730f") for one in living.colours())
        assert "> 30 min" in seen.page.locator(".ug-living-legend").inner_text()
        living.press("swipe")
        assert living.colours() == after
        clip = "name => document.querySelector(`.leaflet-ug-${name}-pane`).style.clip"
        at = seen.page.locator(".ug-swipe").bounding_box()["x"]
        left = seen.page.evaluate(clip, "before")
        seen.page.mouse.move(at + 1, 300)
        seen.page.mouse.down()
        seen.page.mouse.move(at - 200, 300, steps=4)
        seen.page.mouse.up()
        assert abs(seen.page.locator(".ug-swipe").bounding_box()["x"] - (at - 200)) < 3
        assert seen.page.evaluate(clip, "before") != left
        # what the one shows ends where the other begins
        right = [float(one) for one in re.findall(r"(-?[\d.]+)px", seen.page.evaluate(clip, "after"))]
        left = [float(one) for one in re.findall(r"(-?[\d.]+)px", seen.page.evaluate(clip, "before"))]
        assert abs(left[1] - right[3]) < 0.01
        assert not seen.complaints


@pytest.mark.browser
def test_the_living_page_speaks_one_language_and_fades(saved: Path) -> None:
    with opened(saved) as seen:
        seen.page.get_by_role("button", name="EN", exact=True).click()
        box = seen.page.locator(".ug-living")
        assert not re.search("[一-鿿]", box.inner_text())
        seen.page.get_by_role("button", name="中文", exact=True).click()
        assert "到此" in box.inner_text()
        assert "Circle" not in box.inner_text()
        slider = seen.page.locator(".ug-fade input").first
        at = slider.bounding_box()
        seen.page.mouse.click(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        opacity = seen.page.locator(".ug-living-after").first.get_attribute("fill-opacity")
        assert 0.4 <= float(opacity) <= 0.6


@pytest.mark.browser
def test_counties_are_named_when_there_is_room(saved: Path) -> None:
    with opened(saved) as seen:
        assert seen.page.get_by_text("长沙市", exact=True).first.is_visible()
        assert not seen.page.get_by_text("临湘市", exact=True).first.is_visible()
        assert seen.page.get_by_text("黎平机场").first.is_visible()
        x, y = Living(seen).spot(0)
        seen.page.mouse.move(x, y)
        for _ in range(6):
            seen.page.mouse.wheel(0, -300)
            seen.page.wait_for_timeout(250)
        labels = seen.page.locator(".ug-label > span")
        shown = [labels.nth(at) for at in range(labels.count()) if labels.nth(at).is_visible()]
        assert any("区" in one.inner_text() or "县" in one.inner_text() for one in shown)


@pytest.mark.browser
def test_drawn_links_keep_the_direction_of_trips(saved: Path) -> None:
    table = [[0, 10, 50, 60], [30, 0, 20, 60], [70, 40, 0, 60], [1, 100, 90, 0]]
    script = """table => urbgeoLiving.over([{ a: 0, b: 2, minutes: 5 }], table.map(row => row[1]),
        (i, j) => table[i][j])"""
    with opened(saved) as seen:
        assert seen.page.evaluate(script, table) == [10, 0, 15, 11]


def test_ticks_keep_minutes_and_what_has_no_way() -> None:
    table = np.array([[0.0, 61.234], [np.inf, 1309.0]])
    held = np.frombuffer(base64.b64decode(quantised(table)), "<u2").reshape(2, 2)
    assert held[1, 0] == NEVER
    assert np.abs(held[0] * TICK_MIN - table[0]).max() <= TICK_MIN / 2
    with pytest.raises(InputError, match="do not fit"):
        quantised(np.array([[2000.0]]))
    longest = (NEVER - 1) * TICK_MIN
    assert np.frombuffer(base64.b64decode(quantised(np.array([longest]))), "<u2") == NEVER - 1
    with pytest.raises(InputError, match="do not fit"):
        quantised(np.array([NEVER * TICK_MIN]))


@pytest.mark.parametrize("minutes", [(), (60.0, 30.0), (0.0, 30.0)])
def test_steps_must_rise(hunan: Region, minutes: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="minutes: "):
        living_map(hunan, minutes=minutes)


def test_without_polygons_the_map_says_what_it_needs(hunan: Region) -> None:
    with pytest.raises(InputError, match="needs county polygons"):
        living_map(replace(hunan, zones=None))


def test_zones_without_a_seat_are_named_before_anything_is_computed(hunan: Region) -> None:
    assert hunan.zones is not None
    strange = hunan.zones.rename(index={hunan.zones.index[3]: "999999"})
    with pytest.raises(InputError, match="no seat has the code of the zones 999999; mend the codes"):
        living_map(replace(hunan, zones=strange), minutes=[60])
