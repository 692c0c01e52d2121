"""The embedded region is what it says: complete, connected, near the official lengths and populations."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from tests.conftest import shared_data
from urbgeo.errors import InputError
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import TravelNetwork
from urbgeo.network.paths import quickest_paths
from urbgeo.network.regional import region_network
from urbgeo.regions import load
from urbgeo.regions.region import Region

CENSUS_2020 = 66_444_864
EXPRESSWAY_KM_2020 = 6_951
HIGH_SPEED_KM_2020 = 1_986
TOLERANCE = 0.10


def great_circle_km(start: gpd.GeoSeries, end: gpd.GeoSeries) -> np.ndarray:
    _, _, metres = Geod(ellps="WGS84").inv(start.x, start.y, end.x, end.y)
    return np.asarray(metres) / 1000.0


def ends(links: pd.DataFrame, points: gpd.GeoDataFrame, names: tuple[str, str]) -> list[gpd.GeoSeries]:
    return [points.geometry.loc[links[name]] for name in names]


def test_all_seats_are_there(hunan: Region) -> None:
    assert (len(hunan.prefectures), len(hunan.counties)) == (14, 122)
    assert hunan.counties["prefecture"].isin(hunan.prefectures.index).all()
    assert {"420100", "360100", "440100", "520100", "500100", "450300"} <= set(hunan.hubs.index)


def test_populations_sum_to_the_census(hunan: Region) -> None:
    assert hunan.counties["population"].sum() == pytest.approx(CENSUS_2020, rel=0.001)
    by_prefecture = hunan.counties.groupby("prefecture")["population"].sum()
    np.testing.assert_allclose(
        by_prefecture, hunan.prefectures["population"].loc[by_prefecture.index], rtol=0.001
    )
    assert (hunan.places["urban_population"] <= hunan.places["population"]).all()


def test_every_seat_lies_in_its_own_county(hunan: Region) -> None:
    assert hunan.zones is not None
    outside = hunan.counties.index[
        ~hunan.counties.geometry.within(hunan.zones.geometry.loc[hunan.counties.index])
    ]
    assert not len(outside), outside.tolist()


def test_counties_do_not_overlap_and_fill_the_province(hunan: Region) -> None:
    land = hunan.zones.to_crs("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=m")
    assert land.area.sum() / 1e6 == pytest.approx(211_800, rel=0.01)
    assert land.union_all().area == pytest.approx(land.area.sum(), rel=1e-3)


def test_expressways_are_as_long_as_the_official_figure(hunan: Region) -> None:
    links = hunan.road_links
    old = links[(links["class"] == "expressway") & (links["opened"] <= 2020)]
    assert old["km_inside"].sum() == pytest.approx(EXPRESSWAY_KM_2020, rel=TOLERANCE)


def test_high_speed_rail_is_as_long_as_the_official_figure(hunan: Region) -> None:
    rail = hunan.rail_sections
    old = rail[rail["class"].isin(["hsr", "intercity"]) & (rail["opened"] <= 2020)]
    assert old["km_inside"].sum() == pytest.approx(HIGH_SPEED_KM_2020, rel=TOLERANCE)


def test_no_link_is_shorter_than_the_great_circle_or_oddly_long(hunan: Region) -> None:
    links = hunan.road_links
    straight = great_circle_km(*ends(links, hunan.road_nodes, ("from_node", "to_node")))
    length = links["length_km"].to_numpy()
    assert not links.index[length < straight * 0.999].tolist()
    assert not links.index[(length > 2.0 * straight) & links["note"].isna()].tolist()
    rail = hunan.rail_sections
    straight = great_circle_km(*ends(rail, hunan.stations, ("from_station", "to_station")))
    assert (rail["length_km"] >= straight * 0.999).all()
    assert not rail.index[(rail["length_km"] > 2.0 * straight) & rail["note"].isna()].tolist()


def test_every_row_names_its_source_and_year(hunan: Region) -> None:
    for table in (hunan.road_links, hunan.rail_sections, hunan.rail_stops, hunan.stations, hunan.airports):
        assert table["source"].str.len().gt(3).all()
        assert table["year"].between(1990, 2026).all()
    for column in ("coord_source", "population_source"):
        assert hunan.places[column].str.len().gt(3).all()


def test_the_road_network_is_strongly_connected(hunan_network: TravelNetwork) -> None:
    road = hunan_network.only(("road",))
    used = np.unique(road.link_ends)
    assert (road.component[used] == 0).all()


def test_county_seats_are_near_an_interchange_and_the_farthest_is_in_the_mountains(
    hunan: Region, hunan_network: TravelNetwork
) -> None:
    found = nearest_facility(hunan_network.only(("road",)), hunan.counties, hunan.interchanges)
    assert (found["minutes"] <= 30).mean() > 0.97
    assert found["minutes"].max() < 35


def test_every_seat_has_two_ways_out_by_ordinary_road(hunan: Region) -> None:
    ordinary = hunan.road_links[~hunan.road_links["class"].isin(["expressway", "connector"])]
    graph = nx.Graph(list(zip(ordinary["from_node"], ordinary["to_node"], strict=True)))
    seats = [*hunan.counties.index, *hunan.prefectures.index]
    assert not [seat for seat in seats if seat not in graph or graph.degree[seat] < 2]


def test_nobody_joins_an_expressway_except_at_interchanges(hunan: Region) -> None:
    """Junctions of expressways touch expressways only; every interchange in use has a way to a town."""
    links = hunan.road_links
    ordinary = links[links["class"] != "expressway"]
    joined = set(ordinary["from_node"]) | set(ordinary["to_node"])
    junctions = hunan.road_nodes.index[hunan.road_nodes["kind"] == "junction"]
    on_expressway = links[links["class"] == "expressway"]
    crossing = set(on_expressway["from_node"]) | set(on_expressway["to_node"])
    assert not [one for one in junctions if one in crossing and one in joined]


def test_trains_are_plausible(hunan: Region) -> None:
    stops = hunan.rail_stops.sort_values(["service", "seq"])
    before = stops.groupby("service")["station"].shift()
    rides = stops[before.notna()].assign(before=before.dropna())
    km = great_circle_km(*ends(rides, hunan.stations, ("before", "station")))
    kmh = km / rides["minutes"].to_numpy() * 60
    assert ((kmh > 25) & (kmh < 320)).all()


def test_airports_are_where_their_codes_say(hunan: Region) -> None:
    inside = hunan.airports[hunan.airports["province_zh"] == "湖南省"]
    assert set(inside.index) == {"CSX", "DYG", "CGD", "HJJ", "LLF", "HNY", "YYA", "WGN", "HCZ", "DXJ"}
    province = hunan.zones.union_all()
    assert inside.geometry.within(province).all()
    assert {"TEN", "KWL"} <= set(hunan.airports.index)
    assert not {"KWE", "CKG"} & set(hunan.airports.index), "too far to serve anybody here"


def test_the_approved_circle_has_its_published_area(hunan: Region, hunan_network: TravelNetwork) -> None:
    members = hunan.zones.loc[list(hunan.lists["circle"])]
    area = members.to_crs("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=m").area.sum() / 1e6
    assert area == pytest.approx(18_900, rel=0.01)


def test_without_the_polygons_the_region_loads_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("urbgeo.sources.china.files", missing)
    region = load.load_region("hunan")
    assert region.zones is None
    assert 'pip install "urbgeo[china]"' in region.notes[0]


def test_an_unknown_region_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'atlantis' is not embedded, 'hunan' is; .*urbgeo.region"):
        load.load_region("atlantis")


def test_seats_and_populations_agree_with_an_independent_table(hunan: Region) -> None:
    """Positions within 10 km, populations within 11 %, most far closer."""
    folder = shared_data() / "hunan"
    seats = pd.read_csv(folder / "hunan_county_seats_amap2020.csv", dtype={"adcode": str}).set_index("adcode")
    shared = hunan.counties.index.intersection(seats.index)
    assert len(shared) >= 120
    other = gpd.GeoSeries(gpd.points_from_xy(seats.lon_wgs84, seats.lat_wgs84), index=seats.index).loc[shared]
    apart = great_circle_km(hunan.counties.geometry.loc[shared], other)
    assert np.median(apart) < 2.5
    assert (apart < 10).all(), shared[apart >= 10].tolist()
    census = gpd.read_file(folder / "hunan_counties_2021_wgs84_census2020.gpkg").groupby("CODE")["POPU"].sum()
    ratio = hunan.counties["population"] / census.reindex(hunan.counties.index)
    # that table lists development zones (codes xxxx7x) apart from the districts and counties that hold them
    with_zones = set(census.index.difference(hunan.counties.index).str[:4])
    assert ratio[~ratio.index.str[:4].isin(with_zones)].between(0.89, 1.05).all()
    assert (ratio > 0.89).all()
    ours = hunan.counties["population"].groupby(hunan.counties.index.str[:4]).sum()
    np.testing.assert_allclose(ours, census.groupby(census.index.str[:4]).sum(), rtol=0.001)


def test_zhangjiajie_leaves_for_jishou_by_its_west_exit(hunan: Region) -> None:
    """A missing exit sent the trip round by the junction east of the city: 182 km."""
    road = region_network(hunan, modes=("road",))
    ends = hunan.places.loc[["430800"]], hunan.places.loc[["433100"]]
    steps = quickest_paths(road, *ends).steps.dropna(subset="link")
    km = road.link_table["length_km"].reindex(steps["link"]).to_numpy()
    assert (km * (steps["until"] - steps["since"]).abs().to_numpy()).sum() == pytest.approx(154, abs=3)
    assert not steps["link"].str.contains("JC_Yanghuping").any()
