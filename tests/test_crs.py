"""Metric CRS choice and the Chinese datums."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, box

from tests.conftest import shared_data
from urbgeo import crs
from urbgeo.checks import check_points
from urbgeo.cities.clusters import city_clusters
from urbgeo.errors import InputError
from urbgeo.network.lines import from_lines
from urbgeo.network.minutes import minutes_table
from urbgeo.regions.region import Region
from urbgeo.sources.osm.road_kernels import kilometres

IN_CHINA = (st.floats(75, 134), st.floats(18, 53))


def around(lon: float, lat: float, width: float = 0.5) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy([lon - width, lon + width], [lat, lat]), crs=4326)


def test_published_vectors_hold() -> None:
    """Three points of the eviltransform test set, WGS84 to GCJ-02."""
    golden = json.loads((shared_data().parent / "golden" / "known_answers.json").read_text())["gcj02"]
    for lat, lon, there_lat, there_lon in golden["lat_lon_wgs_to_gcj"]:
        found = crs.wgs84_to_gcj02(lon, lat)
        np.testing.assert_allclose(found, (there_lon, there_lat), atol=1e-12)


def test_changsha_is_moved_by_its_known_distance() -> None:
    """About 660 m at Changsha: half a fifteen-minute walk."""
    lon, lat = crs.wgs84_to_gcj02(112.94, 28.23)
    metres = np.hypot((lon - 112.94) * 111_320 * np.cos(np.radians(28.23)), (lat - 28.23) * 110_900)
    assert metres == pytest.approx(660, abs=15)


@given(*IN_CHINA)
def test_there_and_back_is_exact_to_a_millimetre(lon: float, lat: float) -> None:
    mm = 1e-3 / 111_320
    for there, back in ((crs.wgs84_to_gcj02, crs.gcj02_to_wgs84), (crs.gcj02_to_bd09, crs.bd09_to_gcj02)):
        found = back(*there(lon, lat))
        np.testing.assert_allclose(found, (lon, lat), atol=mm, rtol=0)


@pytest.mark.parametrize("place", [(2.35, 48.86), (-74.0, 40.7), (151.2, -33.9)])
def test_outside_china_nothing_moves(place: tuple[float, float]) -> None:
    assert tuple(map(float, crs.wgs84_to_gcj02(*place))) == place
    assert tuple(map(float, crs.gcj02_to_wgs84(*place))) == place


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (around(112.94, 28.2), 4547),  # Changsha: zone 38, central meridian 114 E
        (around(111.4, 27.2), 4546),
        (around(2.35, 48.86), 32631),
    ],
)
def test_a_metric_zone_is_chosen_for_the_place(frame: gpd.GeoDataFrame, code: int) -> None:
    assert crs.metric_crs(frame).to_epsg() == code


def test_wide_studies_in_china_use_albers_and_areas_are_equal() -> None:
    assert crs.metric_crs(around(105, 30, width=10)) == crs.CHINA_ALBERS
    assert crs.equal_area_crs(around(112.94, 28.2)) == crs.CHINA_ALBERS
    cell = gpd.GeoSeries.from_wkt(["POLYGON ((2 48, 3 48, 3 49, 2 49, 2 48))"], crs=4326).to_frame("geometry")
    area = cell.to_crs(crs.equal_area_crs(cell)).area.iloc[0] / 1e6
    assert area == pytest.approx(cell.to_crs("ESRI:54009").area.iloc[0] / 1e6, rel=1e-3)


def test_a_projected_frame_in_metres_keeps_its_crs_and_web_mercator_does_not() -> None:
    assert crs.metric_crs(around(112.94, 28.2).to_crs(32649)).to_epsg() == 32649
    assert crs.metric_crs(around(112.94, 28.2).to_crs(3857)).to_epsg() == 4547


def test_no_crs_is_an_error_that_tells_the_remedy() -> None:
    with pytest.raises(InputError, match=r"set_crs\(4326\)"):
        crs.metric_crs(gpd.GeoDataFrame(geometry=gpd.points_from_xy([1], [1])))


# Forty ways to write down where Changsha is: degrees, zones with and without their number in front, UTM,
# world and national projections in metres.
SYSTEMS = [
    4326, 4490, 4610, 4214, *range(4544, 4550), *range(4523, 4527), 4508, 4509, 4498, 4499, 2334, 2335,
    2380, 2381, 32648, 32649, 32650, 32651, "ESRI:54034",
    3857, 3395, 3832, 4087, 32662, 6933, 8857, "ESRI:54009", "ESRI:54012",
    "ESRI:54030", "ESRI:102025", "ESRI:102012", crs.CHINA_ALBERS, "+proj=laea +lat_0=28 +lon_0=113 +units=m",
    "+proj=eqdc +lat_1=25 +lat_2=47 +lon_0=105 +units=m",
]  # fmt: skip


def test_a_layer_in_any_of_forty_systems_gives_the_same_minutes() -> None:
    assert len(set(map(str, SYSTEMS))) >= 40
    spots = np.array([(112.9, 28.2), (113.1, 28.25), (113.2, 28.0), (112.95, 27.9)])
    rows = [LineString(spots[[0, 1]]), LineString(spots[[1, 2, 3]]), LineString(spots[[3, 0]])]
    roads = gpd.GeoDataFrame({"class": "primary"}, index=list("abc"), geometry=rows, crs=4326)
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T), index=list("pqrs"), crs=4326)
    truth = None
    for system in SYSTEMS:
        network = from_lines(roads.to_crs(system))
        minutes = minutes_table(network, places.to_crs(system), places.to_crs(system)).to_numpy()
        truth = minutes if truth is None else truth
        np.testing.assert_allclose(minutes, truth, rtol=1e-3, atol=0.01, err_msg=str(system))
    steps = crs._GEOD.inv(*spots[0], *spots[1])[2] / 1000
    assert truth is not None and truth[0, 1] == pytest.approx(steps, rel=1e-3)


def test_a_road_in_world_mercator_has_its_length_on_the_ground() -> None:
    """31.1 km near Harbin; 44.5 in the projection."""
    road = gpd.GeoDataFrame(
        {"class": ["primary"]}, geometry=[LineString([(126.6, 45.8), (127.0, 45.8)])], crs=4326
    )
    for system in (3395, 3857, "ESRI:54009", 32662):
        assert from_lines(road.to_crs(system)).links["length_km"].iloc[0] == pytest.approx(31.1, abs=0.02)


def test_wide_layers_are_measured_on_the_ellipsoid_and_the_result_says_so() -> None:
    across = LineString([(75 + i, 40) for i in range(46)])
    road = gpd.GeoDataFrame({"class": ["trunk"]}, geometry=[across], crs=4326)
    truth = sum(crs._GEOD.inv(75 + i, 40, 76 + i, 40)[2] for i in range(45)) / 1000
    for system in (4326, crs.CHINA_ALBERS, 3857, 4547):
        network = from_lines(road.to_crs(system) if system != 4547 else road)
        assert network.links["length_km"].iloc[0] == pytest.approx(truth, rel=1e-6)
        assert network.provenance.parameters["lengths"] == "geodesic"
    short = gpd.GeoDataFrame({"class": ["trunk"]}, geometry=[LineString([(113, 28), (113.1, 28)])], crs=4326)
    assert from_lines(short).provenance.parameters["lengths"] == "planar"


def test_the_gap_between_two_parts_of_a_line_is_not_measured() -> None:
    parts = MultiLineString([[(112, 28), (113, 28)], [(118, 28), (119, 28)]])
    for system in (4326, 3857):
        found, how = crs.lengths_km(gpd.GeoSeries([parts, parts.geoms[0]], crs=4326).to_crs(system))
        assert found.tolist() == pytest.approx([2 * found[1], 98.36], rel=1e-4) and how == "geodesic"


def layer(*xy: tuple[float, float], system: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*np.array(xy).T), index=list("abc")[: len(xy)], crs=system
    )


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (layer((113, 28.2), (113.5, 28.2), system=4547), "degrees, but CGCS2000 .* is in metres at a, b"),
        (layer((113, 28.2), system=3857), "degrees, but WGS 84 / Pseudo-Mercator is in metres at a"),
        (layer((38_500_000, 3_100_000), system=4547), "number 38 of the zone in front"),
        (layer((500_000, 3_100_000), system=4526), "lack the number of the zone"),
        (layer((500_000, 3_100_000), (3_100_000, 500_000), system=4547), "no place where .* at b; .*swapped"),
        (layer((39.47, 75.99), (37.1, 79.9), system=4326), "lon and lat look swapped"),
        (layer((39.47, 75.99), system=4490), "lon and lat look swapped"),
        (layer((28.2, 113.0), system=4326), "beyond 180/90 at a; lon and lat look swapped"),
        (layer((500_000, 3e8), system=4547), "no place where"),
    ],
)
def test_coordinates_that_cannot_be_meant_are_refused(frame: gpd.GeoDataFrame, message: str) -> None:
    with pytest.raises(InputError, match=f"places: .*{message}"):
        check_points(frame, "places")


def test_a_line_of_degrees_under_metres_is_refused_by_from_lines() -> None:
    road = gpd.GeoDataFrame(
        {"class": ["primary"]}, geometry=[LineString([(113, 28.2), (113.5, 28.2)])], crs=4547
    )
    with pytest.raises(InputError, match="lines: degrees, but CGCS2000"):
        from_lines(road)


def test_a_province_that_sticks_out_of_its_zone_is_ordinary_and_measured_right(hunan: Region) -> None:
    """Also all of Xinjiang in one zone of three degrees."""
    seats = hunan.places[hunan.places.index.astype(str).str.startswith("43")].to_crs(4547)
    assert seats.total_bounds[0] < 250_000
    check_points(seats, "places")
    assert crs.metric_crs(seats).to_epsg() == 4546, "the middle zone distorts less than the eastern one"
    check_points(layer((76.0, 39.5), (93.5, 42.8), system=4326).to_crs(4538), "places")
    with_number = layer((111, 28), (114, 27), system=4326).to_crs(4526)
    check_points(with_number, "places")


def test_distortion_is_that_of_the_scale_of_the_projection() -> None:
    """Mercator's is 1 / cos(latitude); a zone's grows with the square of the way from its middle."""
    flat = crs.distortion(crs.CRS.from_epsg(3395), (112.0, 0.0, 113.0, 60.0))
    sphere = 1 / np.cos(np.radians(60)) - 1
    assert flat == pytest.approx(sphere, rel=6e-3)
    zone = crs.distortion(crs.CRS.from_epsg(4547), (114.0, 28.0, 117.0, 28.0))
    assert zone == pytest.approx((np.radians(3) * np.cos(np.radians(28))) ** 2 / 2, rel=0.01)


def test_a_layer_moves_between_the_datums_whatever_it_is_made_of() -> None:
    square = gpd.GeoDataFrame({"name": ["长沙"]}, geometry=[box(112.9, 28.1, 113.0, 28.3)], crs=4490)
    square = square.rename_geometry("geom").to_crs(4547)
    there = crs.convert_datum(square, "wgs84", "bd09")
    assert (
        there.crs == square.crs
        and there.active_geometry_name == "geom"
        and there["name"].tolist() == ["长沙"]
    )
    truth = crs.gcj02_to_bd09(*crs.wgs84_to_gcj02(112.9, 28.1))
    corner = there.to_crs(4326).geometry.iloc[0]
    assert min(np.hypot(x - truth[0], y - truth[1]) for x, y in corner.exterior.coords) < 1e-8
    back = crs.convert_datum(there, "bd09", "wgs84")
    assert back.geometry.iloc[0].hausdorff_distance(square.geometry.iloc[0]) < 0.01
    assert square.to_crs(4490).geometry.iloc[0].equals_exact(box(112.9, 28.1, 113.0, 28.3), 1e-9)
    with pytest.raises(InputError, match="from_: 'cgcs' is unknown"):
        crs.convert_datum(square, "cgcs", "wgs84")


@pytest.mark.parametrize(("datum", "count", "found"), [("gcj02", 30, "gcj02"), ("bd09", 40, "bd09"),
                                                       ("gcj02", 29, None), ("wgs84", 60, None)])  # fmt: skip
def test_another_datum_is_suspected_where_undoing_it_halves_the_misfit(
    datum: str, count: int, found: str | None
) -> None:
    random = np.random.default_rng(4)
    true = gpd.GeoSeries(gpd.points_from_xy(*random.uniform((112, 27), (114, 29), (count, 2)).T), crs=4326)
    given_ = crs.convert_datum(true, "wgs84", datum)
    noisy = gpd.GeoSeries(gpd.points_from_xy(given_.x + random.normal(0, 1e-4, count), given_.y), crs=4326)
    assert crs.suspected_datum(noisy, lambda points: np.hypot(points.x - true.x, points.y - true.y)) == found


def test_the_way_between_two_points_is_the_published_one_and_all_lengths_agree_on_it() -> None:
    """The worked example of the Geocentric Datum of Australia's manual (GRS80): 54,972.271 m."""
    flinders = np.array([144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600)])
    buninyong = np.array([143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600)])
    assert crs.between_km(flinders, buninyong) == pytest.approx(54.972271, abs=1e-6)
    north = np.array([[112.0, 28.0], [112.0, 29.0]])
    assert crs.between_km(north[:1], north[1:]) == pytest.approx(
        111.132954 - 0.559822 * np.cos(np.radians(57)) + 0.001175 * np.cos(np.radians(114)), abs=1e-4
    )  # the meridian's series; a sphere says 111.195
    line = gpd.GeoSeries([LineString(north)], crs=4326)
    assert crs.lengths_km(line)[0] == pytest.approx(crs.between_km(north[:1], north[1:]), rel=1e-9)
    assert kilometres(*north[0], *north[1]) == pytest.approx(crs.between_km(north[0], north[1]), rel=2e-5)


def test_towns_of_a_wide_layer_are_as_far_apart_as_on_the_ground() -> None:
    """29 km near Harbin, whatever the layer is in and however far its other places lie."""
    towns = layer((126.6, 45.8), (126.973, 45.8), (80.0, 30.0), system=4326).assign(people=[2e5, 3e5, 4e5])
    for system in ("ESRI:54009", 3857, crs.CHINA_ALBERS, 4326):
        found = city_clusters(towns.to_crs(system), population="people", distance_km=30)
        label = found.table["cluster"]
        assert label["a"] == label["b"] != label["c"], system


def test_distortion_and_datum_refuse_what_has_no_projection() -> None:
    with pytest.raises(InputError, match="is not projected"):
        crs.distortion(crs.WGS84, (112.0, 28.0, 113.0, 29.0))
    with pytest.raises(InputError, match="points"):
        crs.suspected_datum(
            gpd.GeoSeries(gpd.points_from_xy([112.0], [28.0])), lambda here: here.x.to_numpy()
        )


def test_a_metric_system_far_from_its_meridian_is_not_measured_in() -> None:
    for lon, epsg in ((114.5, 4547), (118.6, 4549)):
        points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([lon, lon + 0.1], [30, 30.1]), crs=4326)
        assert crs.metric_crs(points.to_crs(4547)).to_epsg() == epsg


def test_no_plane_measures_a_wide_layer_true() -> None:
    wide = gpd.GeoSeries(gpd.points_from_xy([75.0, 135.0], [20.0, 50.0]), crs=4326)
    assert crs.true_crs(wide) is None
    near = gpd.GeoSeries(gpd.points_from_xy([113.0, 114.0], [28.0, 28.5]), crs=4326)
    assert crs.true_crs(near).to_epsg() == 4547


@pytest.mark.parametrize(
    ("undone", "datum"), [((5.0, 7.0), "gcj02"), ((5.01, 7.0), None), ((6.0, 4.9), "bd09")]
)
def test_a_shift_that_does_not_halve_the_misfit_is_not_suspected(
    undone: tuple[float, float], datum: str | None
) -> None:
    points = gpd.GeoSeries(gpd.points_from_xy(np.linspace(112, 113, 30), np.full(30, 28.0)), crs=4326)
    told = iter([10.0, *undone])
    assert crs.suspected_datum(points, lambda here: np.full(len(here), next(told))) == datum
    few = iter([10.0, 1.0, 1.0])
    assert crs.suspected_datum(points[1:], lambda here: np.full(len(here), next(few))) is None, (
        "29 are too few"
    )


def test_numbers_that_wrap_round_the_earth_are_no_place() -> None:
    """Their degrees lie in the zone, but those degrees have other metres."""
    spots = gpd.points_from_xy([840_968.989, 500_000.0], [84_657_791.337, 3_100_000.0])
    with pytest.raises(InputError, match=r"no place where .* is used at lost"):
        check_points(gpd.GeoDataFrame(geometry=spots, index=["lost", "seat"], crs=4547), "places")


def spread(west: float, east: float, lat: float = 30.0) -> gpd.GeoSeries:
    return gpd.GeoSeries.from_xy([west, east], [lat, lat], crs=4326)


@pytest.mark.parametrize(
    ("west", "east", "lat", "code"),
    [
        (72.4, 72.6, 35, 4534), (76.4, 76.6, 35, 4535), (134.4, 134.6, 45, 4554), (137.0, 137.2, 45, 4554),
        (112.4, 112.45, 28, 4546), (112.55, 112.6, 28, 4547), (101.5, 108.5, 30, 4544),
        (2.3, 2.4, 48, 32631), (2.3, 2.4, -33, 32731), (-180, -179.9, 10, 32601), (179.8, 180, 10, 32660),
        (5.9, 5.99, 50, 32631), (6.01, 6.1, 50, 32632), (10, 10.1, 0, 32632),
    ],
)  # fmt: skip
def test_zones_begin_and_end_where_they_do(west: float, east: float, lat: float, code: int) -> None:
    """Three degrees about a multiple of three in China, numbered 25 to 45; six from 180 west elsewhere."""
    assert crs.metric_crs(spread(west, east, lat)).to_epsg() == code


def test_seven_degrees_are_one_zone_and_a_wide_continent_has_its_own_middle() -> None:
    assert crs.metric_crs(spread(101.5, 108.5001)) == crs.CHINA_ALBERS
    wide = crs.metric_crs(spread(-5.0, 25.0, 50.0))
    assert "+proj=laea +lat_0=50 +lon_0=10 " in wide.to_proj4()
    nothing = gpd.GeoSeries([], crs=4326)
    assert (
        crs.metric_crs(nothing) == crs.CHINA_ALBERS
        and crs.metric_crs(nothing.set_crs(4547, allow_override=True)).to_epsg() == 4547
    )


@pytest.mark.parametrize(
    ("lon", "lat", "moved"),
    [(72.004, 30, True), (72.003, 30, False), (137.8347, 30, True), (137.8348, 30, False),
     (110, 0.8293, True), (110, 0.8292, False), (110, 55.8271, True), (110, 55.8272, False)],
)  # fmt: skip
def test_the_offset_ends_at_the_published_rectangle(lon: float, lat: float, moved: bool) -> None:
    there = crs.wgs84_to_gcj02(lon, lat)
    assert (float(there[0]) != lon) is moved and (float(there[1]) != lat) is moved


def test_pairs_have_a_closed_bound_on_the_plane_and_on_the_ellipsoid() -> None:
    near = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([500_000, 505_000, 500_000], [3e6, 3e6, 3_006_000]), crs=4547
    )
    for limit, pairs in ((5.0, [[0, 1]]), (4.999, []), (6.0, [[0, 1], [0, 2]])):
        found, how = crs.pairs_within_km(near, limit)
        assert np.sort(found, axis=1).tolist() in (pairs, pairs[::-1]) and how == "planar"
    table, how = crs.distances_km(near)
    np.testing.assert_allclose(table, [[0, 5, 6], [5, 0, np.sqrt(61)], [6, np.sqrt(61), 0]])
    assert how == "planar"
    wide = layer((75.0, 20.0), (75.5, 20.0), (135.0, 50.0), system=4326)
    apart = float(crs.between_km(np.array([75.0, 20.0]), np.array([75.5, 20.0])))
    assert crs.pairs_within_km(wide, apart)[0].tolist() == [[0, 1]]
    assert crs.pairs_within_km(wide, apart * (1 - 1e-6))[0].tolist() == []
    table, how = crs.distances_km(wide)
    assert how == "geodesic" == crs.pairs_within_km(wide, 1.0)[1]
    assert table[0, 1] == table[1, 0] == pytest.approx(apart) and table[2, 2] == 0 and table[0, 2] > 5000


def test_bounds_that_are_none_are_refused_and_no_misfit_is_no_suspicion() -> None:
    zone = crs.CRS.from_epsg(4547)
    for bounds in ((1, 2, 3), (1, 2, 3, np.inf), ("a", 2, 3, 4)):
        with pytest.raises(InputError, match="give west, south, east, north"):
            crs.distortion(zone, bounds)
    with pytest.raises(InputError, match="is no pyproj CRS"):
        crs.distortion(4547, (113, 28, 114, 29))
    at = gpd.GeoSeries(gpd.points_from_xy(np.linspace(112, 113, 30), np.full(30, 28.0)), crs=4326)
    assert crs.suspected_datum(at, lambda here: np.zeros(len(here))) is None
    assert not crs.is_metric(crs.CRS(3857)) and crs.is_metric(zone) and not crs.is_metric(crs.CRS(2263))
