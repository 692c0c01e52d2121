"""Calibration finds the factors that trips were made with, and says how well it does on others."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import urbgeo
from tests.conftest import shared_data
from tests.network.build import along
from urbgeo.crs import wgs84_to_gcj02
from urbgeo.errors import InputError, SourceError
from urbgeo.network.calibrate import calibrate, read_observed
from urbgeo.network.edits import with_speeds
from urbgeo.network.model import TravelNetwork, build_network
from urbgeo.network.osm import from_pbf
from urbgeo.network.osm_speeds import CHINA, WORLD, RoadReading


def grid() -> TravelNetwork:
    spots = [(column, row) for row in range(5) for column in range(5)]
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*(np.array(spots).T * 10_000.0 + 500_000)), crs=32649
    )
    rows = [(5 * y + x, 5 * y + x + 1, "primary" if y % 2 else "local") for y in range(5) for x in range(4)]
    rows += [(5 * y + x, 5 * y + x + 5, "secondary") for y in range(4) for x in range(5)]
    return build_network(
        nodes, pd.DataFrame(rows, columns=["from_node", "to_node", "class"]).assign(length_km=10.0)
    )


def trips(network: TravelNetwork, noise: float = 0.0) -> pd.DataFrame:
    random = np.random.default_rng(1)
    pairs = random.permutation([(a, b) for a in range(25) for b in range(25) if a != b])[:60]
    table = urbgeo.minutes_table(network, network.nodes, network.nodes).to_numpy()
    frame = pd.DataFrame(pairs, columns=["from_place", "to_place"])
    return frame.assign(minutes=table[pairs[:, 0], pairs[:, 1]] * (1 + noise * random.standard_normal(60)))


def test_the_factors_behind_the_trips_are_found() -> None:
    network = grid()
    truth = with_speeds(network, {"local": 20 / 1.2, "primary": 60 / 1.5, "secondary": 40 / 0.8})
    found = calibrate(network, network.nodes, observed=trips(truth))
    assert found.factors[["primary", "secondary"]].tolist() == pytest.approx([1.5, 0.8], rel=0.02)
    assert found.error_after < 0.1 < found.error_before
    assert found.error_held_out < 1.0
    assert network.links["minutes"].min() == 10.0, "the network given stays as it is"


def test_noise_is_seen_in_the_error_on_trips_left_out() -> None:
    network = grid()
    noisy = calibrate(network, network.nodes, observed=trips(network, noise=0.1))
    assert noisy.error_held_out >= noisy.error_after > 1.0
    assert noisy.residuals["error"].to_numpy() == pytest.approx(
        noisy.residuals["after"] - noisy.residuals["observed"]
    )


def test_trips_that_cannot_be_used_are_named() -> None:
    network = grid()
    good = trips(network)
    with pytest.raises(InputError, match=r"to_place not among the places at 3.*minutes is missing.* at 5"):
        bad = good.assign(to_place=good["to_place"].where(good.index != 3, 99))
        calibrate(network, network.nodes, observed=bad.assign(minutes=good["minutes"].where(good.index != 5)))
    for few, folds, least in ((3, 2, 4), (4, 5, 5)):  # a trip more than classes, and one for each fold
        with pytest.raises(InputError, match=f"{few} trips for 3 classes; give {least} or more"):
            calibrate(network, network.nodes, observed=good.iloc[:few], folds=folds)
    far = pd.concat(
        [
            network.nodes,
            network.nodes.loc[[0]].set_geometry(network.nodes.loc[[0]].translate(-9e5)).set_axis([25]),
        ]
    )
    with pytest.raises(
        InputError, match=r"no path, or an end that cannot be attached at 7; drop these trips"
    ):
        calibrate(network, far, observed=good.assign(to_place=good["to_place"].where(good.index != 7, 25)))
    with pytest.raises(InputError, match=r"observed: no column hour; leave hour out"):
        calibrate(network, network.nodes, observed=good, hour="morning")
    with pytest.raises(InputError, match="2 trips for 3 classes"):
        calibrate(network, network.nodes, observed=good.iloc[:2])


def test_the_step_between_two_speed_tables_is_found_on_the_roads_of_porto_alegre() -> None:
    """Trips timed by one published table, fitted by a network timed by another."""
    path = shared_data() / "porto_alegre/poa_osm.pbf"
    classes = ["primary", "secondary", "tertiary"]
    model, truth = (
        from_pbf(path, classes=classes, reading=RoadReading(region=region, use_maxspeed=False))
        for region in ("world", "china")
    )
    random = np.random.default_rng(4)
    inner = model.nodes.index[model.component == 0]
    pairs = pd.DataFrame(random.choice(inner, (40, 2)), columns=["from_place", "to_place"])
    starts, ends = (pd.Index(pairs[name].unique()) for name in pairs)
    table = urbgeo.minutes_table(truth, truth.nodes.loc[starts], truth.nodes.loc[ends]).to_numpy()
    minutes = table[starts.get_indexer(pairs["from_place"]), ends.get_indexer(pairs["to_place"])]
    found = calibrate(model, model.nodes, observed=pairs.assign(minutes=minutes), folds=2)
    expected = {name: WORLD.kmh[name] / CHINA.kmh[name] for name in classes}
    assert found.factors.to_dict() == pytest.approx(expected, rel=0.05)
    assert found.error_after < 0.05 * found.error_before
    assert found.error_held_out < 0.2 * found.error_before


def test_minutes_of_a_map_service_are_read_in_their_datum_and_fitted_hour_by_hour(tmp_path: Path) -> None:
    network = grid()
    slow = with_speeds(network, {"local": 20 / 1.5, "primary": 60 / 1.5, "secondary": 40 / 1.5})
    ends = network.nodes.to_crs(4326).geometry
    lon, lat = wgs84_to_gcj02(ends.x.to_numpy(), ends.y.to_numpy())
    rows = []
    for hour, one in (("morning", slow), ("night", network)):
        for trip in trips(one).itertuples():
            a, b = trip.from_place, trip.to_place
            rows.append((lon[a], lat[a], lon[b], lat[b], trip.minutes, hour))
    columns = ["from_lon", "from_lat", "to_lon", "to_lat", "minutes", "hour"]
    path = tmp_path / "observed.csv"
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    places, observed = read_observed(path)
    assert len(places) <= 25 and len(observed) == 120
    apart = places.to_crs(network.crs).sindex.nearest(network.nodes.geometry, return_distance=True)[1]
    assert apart.max() < 2.0, "metres; half a kilometre were GCJ-02 taken for WGS84"
    with pytest.raises(InputError, match="several hours"):
        calibrate(network, places, observed=observed)
    with pytest.raises(InputError, match="no trip at 'noon'"):
        calibrate(network, places, observed=observed, hour="noon")
    night = observed[observed["hour"] == "night"]
    assert calibrate(network, places, observed=night).factors.to_numpy() == pytest.approx(1.0, abs=0.02)
    found = calibrate(network, places, observed=observed, hour="morning")
    assert found.factors[["primary", "secondary"]].tolist() == pytest.approx([1.5, 1.5], rel=0.02)
    assert found.network.provenance.parameters["error held out, min"] < 1.0
    assert "held out" in repr(found)


def test_faulty_observations_are_named_by_row(tmp_path: Path) -> None:
    path = tmp_path / "observed.csv"
    path.write_text("from_lon,from_lat,to_lon,to_lat,minutes\n112,28,113,28,60\n112,28,113,28,soon\n")
    with pytest.raises(InputError, match="minutes is missing or not a number at row 3"):
        read_observed(path)
    with pytest.raises(InputError, match="datum"):
        read_observed(path, datum="bd09")


def test_observed_minutes_that_are_spans_of_time_are_refused() -> None:
    network = grid()
    seen = trips(network)
    timed = seen.assign(minutes=pd.to_timedelta(seen["minutes"], unit="m"))
    with pytest.raises(InputError, match="minutes holds spans of time"):
        calibrate(network, network.nodes, observed=timed)


def test_errors_are_roots_of_mean_squares_and_speeds_follow_the_factors() -> None:
    network = grid()
    found = calibrate(network, network.nodes, observed=trips(network, noise=0.1))
    apart = found.residuals
    for error, column in ((found.error_before, "before"), (found.error_after, "after")):
        miss = (apart[column] - apart["observed"]).to_numpy()
        assert error == pytest.approx(math.sqrt(math.fsum(miss**2) / len(miss)))
    links = found.network.link_table
    assert (links["length_km"] / links["speed_kmh"] * 60).tolist() == pytest.approx(links["minutes"].tolist())
    assert links["minutes_back"].tolist() == pytest.approx(links["minutes"].tolist())
    told = found.network.provenance.parameters
    assert (told["calibrated on trips"], told["calibrated for hour"]) == (60, None)
    assert told["error before, min"] == round(found.error_before, 2)
    assert told["minutes multiplied by class"] == pytest.approx(found.factors.to_dict())
    assert f"{found.error_before:.1f} min before" in repr(found)


def test_a_factor_stays_between_a_quarter_and_four() -> None:
    network = along(0, 10, 30)
    seen = pd.DataFrame({"from_place": list("ABAB"), "to_place": list("BCCA")})
    for minutes, factor in (([100.0, 200, 300, 100], 4.0), ([1.0, 2, 3, 1], 0.25)):
        found = calibrate(network, network.nodes, observed=seen.assign(minutes=minutes), folds=2)
        assert found.factors.tolist() == pytest.approx([factor], rel=1e-4)


def test_coordinates_already_in_wgs84_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "observed.csv"
    path.write_text("from_lon,from_lat,to_lon,to_lat,minutes\n112,28,113,28.5,60\n113,28.5,112,28,70\n")
    places, observed = read_observed(path, datum="wgs84")
    assert places.index.tolist() == ["112.00000,28.00000", "113.00000,28.50000"]
    assert places.geometry.x.tolist() == [112, 113] and places.geometry.y.tolist() == [28, 28.5]
    assert observed["from_place"].tolist() == places.index.tolist()
    assert observed["to_place"].tolist() == places.index.tolist()[::-1]
    assert observed.index.tolist() == ["row 2", "row 3"] and observed["minutes"].tolist() == [60, 70]
    with pytest.raises(InputError, match="is no table"):
        read_observed(tmp_path / "observed.png")
    with pytest.raises(SourceError, match="no such file"):
        read_observed(tmp_path / "other.csv")


def test_trips_of_the_western_and_southern_halves_are_read_and_swapped_degrees_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "trips.csv"
    head = "from_lon,from_lat,to_lon,to_lat,minutes\n"
    path.write_text(f"{head}-51.2,-30.1,-51.1,-30.0,25\n", encoding="utf-8")
    places, _ = read_observed(path, datum="wgs84")
    assert places.geometry.x.tolist() == [-51.2, -51.1] and places.geometry.y.tolist() == [-30.1, -30.0]
    path.write_text(f"{head}31.8,117.2,31.9,117.3,25\n", encoding="utf-8")
    for datum in ("wgs84", "gcj02"):
        with pytest.raises(
            InputError, match="observed: degrees beyond 180/90 at row 2; lon and lat look swapped"
        ):
            read_observed(path, datum=datum)
