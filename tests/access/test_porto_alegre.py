"""Schools and health care of Porto Alegre on foot and by timetable, from the files to who is left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.integrate import trapezoid

import urbgeo
from urbgeo.access.catchments import compare_catchments
from urbgeo.access.decay import logistic
from urbgeo.access.equity import concentration_index, gini, lorenz
from urbgeo.network.model import Snapping
from urbgeo.network.osm import RoadReading
from urbgeo.network.timetable import TransitMinutes, TransitTerms, build_timetable, transit_minutes
from urbgeo.sources.gtfs import read_gtfs

CENTRE = gpd.GeoSeries.from_xy([-51.2278], [-30.0276], crs=4326)


@dataclass(frozen=True, eq=False)
class City:
    homes: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    found: TransitMinutes


@pytest.fixture(scope="module")
def city(shared_data: Path) -> City:
    urbgeo.options.progress = False
    folder = shared_data / "porto_alegre"
    table = pd.read_csv(folder / "poa_hexgrid.csv", index_col="id")
    homes = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
    sites = homes.loc[(homes["schools"] > 0) | (homes["healthcare"] > 0)]
    snapping = Snapping(max_snap_km=1.0, off_network_kmh=3.6, component="largest")
    reading = RoadReading(region="world", snapping=snapping)
    walking = urbgeo.from_pbf(folder / "poa_osm.pbf", mode="walk", reading=reading)
    feeds = [read_gtfs(folder / f"poa_{name}.zip") for name in ("eptc", "trensurb")]
    found = transit_minutes(
        build_timetable(feeds, day="2019-05-15"),
        walking,
        homes,
        sites,
        window=("14:00", "15:00"),
        every_min=20,
        quantiles=(),
        terms=TransitTerms(longest_min=90),
    )
    return City(homes, sites, found)


def test_the_city_is_read_whole_and_transit_never_takes_longer_than_walking(city: City) -> None:
    assert len(city.homes) == 1227
    assert city.homes["population"].sum() == 812_935
    walking, median = city.found.walking.to_numpy(), city.found.median.to_numpy()
    asked = walking <= 90  # the longest trip
    assert (median[asked] <= walking[asked] + 1e-6).all()
    assert np.isfinite(median[~asked]).any(), "by bus one gets where nobody walks in that time"
    assert (median[asked] < walking[asked] - 1).mean() > 0.3


def test_more_schools_are_near_by_transit_and_sums_equal_the_table(city: City) -> None:
    schools = city.sites["schools"].astype(float)
    seen = {}
    for mode, minutes in {"foot": city.found.walking, "transit": city.found.median}.items():
        values = urbgeo.cumulative(minutes, schools, minutes=[30]).values.iloc[:, 0]
        by_hand = (minutes <= 30).to_numpy() @ schools[minutes.columns].to_numpy()
        np.testing.assert_array_equal(values.loc[minutes.index].to_numpy(), by_hand)
        seen[mode] = np.average(values, weights=city.homes["population"].loc[values.index])
    assert seen["transit"] > 1.2 * seen["foot"] > 0


@pytest.mark.filterwarnings("ignore:capacity")
def test_every_method_of_catchments_hands_out_no_more_than_there_is(city: City) -> None:
    care = city.sites["healthcare"].astype(float)
    clinics, people = care[care > 0], city.homes["population"].astype(float)
    methods = ["2sfca", "e2sfca", "gaussian", "3sfca", "m2sfca"]
    table = city.found.median[clinics.index]
    found = compare_catchments(
        table, people, clinics, methods=methods, minutes=[30], decays=[logistic(25, 8)]
    )
    balance = found.balance
    assert (balance["given"] <= balance["capacity"] + 1e-6).all()
    conserving = balance[balance.index.get_level_values(0) != "m2sfca"]
    reached = clinics[(table <= 30).any()].sum()
    np.testing.assert_allclose(conserving["given"] + conserving["lost"], reached, rtol=0.02)
    assert (balance["unserved"] < 0.5 * people.sum()).all()


def test_those_at_the_centre_reach_more_health_care(city: City) -> None:
    care, people = city.sites["healthcare"].astype(float), city.homes["population"].astype(float)
    access = urbgeo.cumulative(city.found.median, care, minutes=[60]).values.iloc[:, 0]
    metric = city.homes.to_crs(32722)
    central = 1 / (1 + metric.distance(CENTRE.to_crs(32722).iloc[0]) / 1000)
    assert concentration_index(access, people, central) > 0
    curve = lorenz(access, people)
    area = trapezoid(curve["access"], curve["people"])
    assert gini(access, people) == pytest.approx(1 - 2 * area, abs=1e-9)


def test_living_circles_on_foot_are_those_of_the_table(city: City) -> None:
    kinds = pd.concat(
        [
            pd.Series("primary school", city.sites.index[city.sites["schools"] > 0] + " school"),
            pd.Series("health", city.sites.index[city.sites["healthcare"] > 0] + " clinic"),
        ]
    )
    site = kinds.index.str.rsplit(" ", n=1).str[0]
    walks = city.found.walking.reindex(columns=site).set_axis(kinds.index.rename("destination"), axis=1)
    people = city.homes["population"].astype(float)
    due = {"primary school": ("education", 10.0), "health": ("care", 15.0)}
    circles = urbgeo.living_circles(walks, people, kinds, services=due)
    both = (walks.loc[:, (kinds == "primary school").to_numpy()].min(axis=1) <= 10) & (
        walks.loc[:, (kinds == "health").to_numpy()].min(axis=1) <= 15
    )
    assert circles.share_complete == pytest.approx(people[both[both].index].sum() / people.sum())
    assert 0.2 < circles.share_complete < 0.9
