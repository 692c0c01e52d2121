"""Isochrones by origin, as service areas, as rings and clipped: parts that make up the whole."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given as given_case
from hypothesis import strategies as st

from tests.access.test_isochrones import ring_road
from tests.network.build import QUICK, points
from urbgeo.access.isochrones import Isochrones, isochrones
from urbgeo.errors import InputError
from urbgeo.network.minutes import nearest_facility
from urbgeo.network.model import Snapping, TravelNetwork, build_network

CRS = 32649


def spots(*xy: tuple[float, float]) -> gpd.GeoDataFrame:
    x, y = 1000.0 * np.array(xy).T
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), index=list("ABCDEF")[: len(xy)], crs=CRS)


@pytest.fixture(scope="module")
def network() -> TravelNetwork:
    """A road west to east, quicker eastwards."""
    nodes = spots((0, 0), (20, 0), (40, 0))
    links = pd.DataFrame(
        {"from_node": ["A", "B"], "to_node": ["B", "C"], "length_km": 20.0, "class": "primary"}
    ).assign(minutes=20.0, minutes_back=40.0)
    return build_network(nodes, links, snapping=Snapping(max_snap_km=3.0, off_network_kmh=20.0))


@pytest.fixture(scope="module")
def ends(network: TravelNetwork) -> gpd.GeoDataFrame:
    return network.nodes.loc[["A", "C"]]


def metric(found: Isochrones) -> gpd.GeoSeries:
    return found.table.geometry.to_crs(CRS)


def test_each_origin_alone_makes_up_the_union(network: TravelNetwork, ends: gpd.GeoDataFrame) -> None:
    whole = metric(isochrones(network, ends, minutes=(10, 15), resolution_km=0.2))
    each = metric(isochrones(network, ends, minutes=(10, 15), resolution_km=0.2, by="origin"))
    assert each.index.tolist() == [("A", 10.0), ("A", 15.0), ("C", 10.0), ("C", 15.0)]
    for limit in (10.0, 15.0):
        together = each.xs(limit, level="minutes").union_all()
        assert together.symmetric_difference(whole[limit]).area < 0.03 * whole[limit].area
    for end in "AC":
        alone = metric(isochrones(network, ends.loc[[end]], minutes=(15,), resolution_km=0.2)).iloc[0]
        assert each[end, 15.0].equals_exact(alone, 1e-6)


def test_service_areas_divide_the_union_by_the_nearest_in_time(
    network: TravelNetwork, ends: gpd.GeoDataFrame
) -> None:
    draw = np.random.default_rng(1)
    probes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(draw.uniform(-2e3, 42e3, 300), draw.uniform(-2e3, 2e3, 300)), crs=CRS
    )
    for direction in ("from", "to"):
        given = {"minutes": (15, 50), "resolution_km": 0.2, "direction": direction}
        whole = metric(isochrones(network, ends, **given))
        each = metric(isochrones(network, ends, by="nearest", **given))
        a, c = each["A", 50.0], each["C", 50.0]
        assert a.intersection(c).area < 1.0
        assert a.union(c).area == pytest.approx(whole[50.0].area, rel=0.01)
        who = nearest_facility(network, probes, ends, direction=direction)
        clear = whole[50.0].buffer(-600).contains(probes.geometry)
        border = shapely.distance(a.intersection(c.buffer(1)), probes.geometry.to_numpy()) > 600
        checked = np.flatnonzero(clear & border)
        assert len(checked) > 100
        for row in checked:
            owner = a if who["facility"].iloc[row] == "A" else c
            assert owner.buffer(1).contains(probes.geometry.iloc[row])


def test_rings_do_not_overlap_and_make_up_the_disc(network: TravelNetwork, ends: gpd.GeoDataFrame) -> None:
    given = {"minutes": (5, 10, 15), "resolution_km": 0.2}
    discs = metric(isochrones(network, ends, **given))
    rings = metric(isochrones(network, ends, kind="ring", **given))
    assert rings.area.sum() == pytest.approx(discs.area.iloc[-1], rel=1e-6)
    assert rings.area.tolist() == pytest.approx([discs.area.iloc[0], *np.diff(discs.area)], rel=1e-6)
    assert rings.iloc[1].intersection(rings.iloc[2]).area < 1.0


def test_clipped_land_stays_inside_and_the_default_area_is_near_a_fine_one(
    network: TravelNetwork, ends: gpd.GeoDataFrame
) -> None:
    half = gpd.GeoDataFrame(geometry=[shapely.box(-9e3, 0, 60e3, 9e3)], crs=CRS)
    whole = metric(isochrones(network, ends, minutes=(15,)))
    cut = metric(isochrones(network, ends, minutes=(15,), clip=half))
    assert cut.area.iloc[0] == pytest.approx(whole.area.iloc[0] / 2, rel=0.02)
    assert half.geometry.iloc[0].buffer(1).contains(cut.iloc[0])
    fine = metric(isochrones(network, ends, minutes=(15,), resolution_km=0.04))
    assert whole.area.iloc[0] == pytest.approx(fine.area.iloc[0], rel=0.01)


def clear(mask: np.ndarray) -> np.ndarray:
    """Points whose neighbours out to two rows and columns are all as they are: outlines pass elsewhere."""
    padded = np.pad(mask, 2, mode="edge")
    around = [padded[i : i + mask.shape[0], j : j + mask.shape[1]] for i in range(5) for j in range(5)]
    return np.all([one == mask for one in around], axis=0)


@QUICK
@given_case(
    st.lists(st.tuples(st.floats(-2, 22), st.floats(-2, 2)), min_size=2, max_size=3, unique=True),
    st.sampled_from(["from", "to"]),
    st.sampled_from(["union", "origin", "nearest"]),
    st.sampled_from(["disc", "ring"]),
    st.booleans(),
)
def test_every_kind_of_isochrone_is_the_minutes_of_a_grid_of_points(
    starts: list[tuple[float, float]], direction: str, by: str, kind: str, clipped: bool
) -> None:
    """A ring of roads around empty land, ten times quicker one way round: holes and islands are kept."""
    roads, origins, limits, step = ring_road(minutes=30.0, minutes_back=3.0), points(starts), (8.0, 20.0), 0.4
    land = gpd.GeoDataFrame(geometry=[shapely.Point(508e3, 3006e3).buffer(9e3)], crs=roads.crs)
    shapes = metric(isochrones(roads, origins, minutes=limits, resolution_km=step, direction=direction,
                               by=by, kind=kind, clip=land if clipped else None))  # fmt: skip
    x, y = (corner + 1000 * np.arange(-6, 27, step) for corner in (500_000.0, 3_000_000.0))
    xy = [one.ravel() for one in np.meshgrid(x, y)]
    spots = gpd.GeoDataFrame(geometry=shapely.points(*xy), crs=roads.crs)
    inland = shapely.contains_xy(land.geometry.iloc[0], *xy) if clipped else np.ones(len(spots), bool)

    def time(which: gpd.GeoDataFrame) -> pd.DataFrame:
        return nearest_facility(roads, spots, which, direction=direction)

    whole = time(origins)
    for name in ["all"] if by == "union" else origins.index:
        alone = time(origins.loc[[name]]) if by == "origin" else whole
        mine = (alone["facility"] == name).to_numpy() if by == "nearest" else np.ones(len(spots), bool)
        reached, before = alone["minutes"].to_numpy(), -1.0
        for limit in limits:
            mask = (reached <= limit) & (reached > before) & mine & inland
            shape = shapes[limit] if by == "union" else shapes[name, limit]
            same = shapely.contains_xy(shape, *xy) == mask
            assert same[clear(mask.reshape(len(y), len(x))).ravel()].all()
            before = limit if kind == "ring" else -1.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"by": "each"}, "by: 'each'"),
        ({"kind": "donut"}, "kind: 'donut'"),
        ({"clip": gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=CRS)}, "clip: .*Point"),
        ({"clip": gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)])}, "no CRS"),
    ],
)
def test_bad_input_is_refused_by_name(
    network: TravelNetwork, ends: gpd.GeoDataFrame, given: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        isochrones(network, ends, minutes=(10,), **given)
