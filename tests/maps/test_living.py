"""The living map in a browser without network: clicks, slider and a drawn link say what the package says."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import urbgeo
from tests.browser import opened, overlapping
from urbgeo.cities.circles import CircleRules, commuting_circle
from urbgeo.errors import InputError
from urbgeo.maps import save_map
from urbgeo.maps.living import NEVER, TICK_MIN, living_map, quantised
from urbgeo.network.edits import with_links
from urbgeo.network.minutes import minutes_table
from urbgeo.network.model import TravelNetwork
from urbgeo.network.scenario import attached_alike
from urbgeo.regions.region import Region

STEPS = (30.0, 60.0, 90.0)


@pytest.fixture(scope="module")
def road() -> TravelNetwork:
    return urbgeo.region_network(urbgeo.load_region("hunan"), modes=("road",))


@pytest.fixture(scope="module")
def saved(road: TravelNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = living_map(urbgeo.load_region("hunan"), network=road, minutes=STEPS)
    return save_map(page, tmp_path_factory.mktemp("living") / "living.html", max_mb=3.0)


@pytest.mark.browser
def test_a_click_colours_by_minutes_to_the_place(saved: Path, hunan: Region, road: TravelNetwork) -> None:
    assert saved.stat().st_size < 3e6
    table = minutes_table(road, hunan.counties, hunan.counties).loc[hunan.zones.index, hunan.zones.index]
    target = int(table.index.get_loc("430682"))
    with opened(saved) as seen:
        before = seen.page.evaluate("[...Array(122).keys()].map(urbgeoLiving.colour)")
        # the shape of the county, as Leaflet drew it
        seen.page.evaluate(
            """at => { const map = Object.values(window).find(one => one instanceof L.Map); let hit = null;
            map.eachLayer(one => { if (one.feature && one.feature.properties.at === at) hit = one; });
            hit.fire('click'); }""",
            target,
        )
        after = seen.page.evaluate("[...Array(122).keys()].map(urbgeoLiving.colour)")
        values = seen.page.evaluate("[...Array(122).keys()].map(urbgeoLiving.value)")
        seen.page.get_by_role("button", name="自此 From").click()
        back = seen.page.evaluate("[...Array(122).keys()].map(urbgeoLiving.value)")
        assert "临湘市" in seen.page.locator(".ug-living-said").inner_text()
        assert before != after
        assert np.abs(np.array(values) - table.iloc[:, target]).max() <= TICK_MIN
        assert np.abs(np.array(back) - table.iloc[target]).max() <= TICK_MIN
        assert seen.requests == [saved.resolve().as_uri()] and not seen.complaints
        boxes = seen.boxes() | {"living": seen.page.locator(".ug-living").bounding_box()}
        assert not overlapping(boxes)


@pytest.mark.browser
def test_the_slider_counts_the_members_that_the_package_finds(
    saved: Path, hunan: Region, road: TravelNetwork
) -> None:
    core = hunan.places.loc[list(hunan.lists["core"])]
    with opened(saved) as seen:
        slider = seen.page.locator(".ug-living input[type=range]")
        for at, limit in enumerate(STEPS):
            slider.fill(str(at))
            circle = commuting_circle(
                road, core, hunan.counties, minutes=limit, rules=CircleRules(rule="seat")
            ).table
            assert seen.page.locator(".ug-count").inner_text() == str(int(circle["member"].sum()))
            green = seen.page.evaluate(
                "[...Array(122).keys()].filter(at => urbgeoLiving.colour(at) === '#2a7f62').length"
            )
            assert green == circle["member"].sum()


@pytest.mark.browser
def test_a_drawn_link_does_what_the_network_says(saved: Path, hunan: Region, road: TravelNetwork) -> None:
    ids = hunan.zones.index
    first, second, minutes = "430923", "431322", 31.0
    link = pd.DataFrame(
        {
            "from_node": [first],
            "to_node": [second],
            "length_km": 80.0,
            "class": "primary",
            "minutes": minutes,
        },
        index=["drawn"],
    )
    _, after = attached_alike(road, with_links(road, link.assign(joinable=False)))
    expected = minutes_table(after, hunan.counties, hunan.counties).loc[ids, ids]
    with opened(saved) as seen:
        a, b = (int(ids.get_loc(one)) for one in (first, second))
        seen.page.evaluate("([a, b, min]) => urbgeoLiving.join(a, b, min)", [a, b, minutes])
        for place in (first, "430100"):
            at = int(ids.get_loc(place)) if place in ids else 0
            seen.page.evaluate(
                "at => Object.assign(urbgeoLiving.state, {place: at, direction: 'to'})",
                at,
            )
            values = seen.page.evaluate("[...Array(122).keys()].map(urbgeoLiving.value)")
            assert np.abs(np.array(values) - expected.iloc[:, at]).max() <= 0.1
        assert not seen.complaints


def test_ticks_keep_minutes_and_what_has_no_way() -> None:
    table = np.array([[0.0, 61.234], [np.inf, 1309.0]])
    held = np.frombuffer(base64.b64decode(quantised(table)), "<u2").reshape(2, 2)
    assert held[1, 0] == NEVER
    assert np.abs(held[0] * TICK_MIN - table[0]).max() <= TICK_MIN / 2
    with pytest.raises(InputError, match="do not fit"):
        quantised(np.array([[2000.0]]))


@pytest.mark.parametrize("minutes", [(), (60.0, 30.0), (0.0, 30.0)])
def test_steps_must_rise(hunan: Region, minutes: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="steps > 0 that rise"):
        living_map(hunan, minutes=minutes)


def test_without_polygons_the_map_says_what_it_needs(hunan: Region) -> None:
    with pytest.raises(InputError, match="needs county polygons"):
        living_map(replace(hunan, zones=None))
