"""A network written to one file comes back whole, or is refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.network.build import along, points, road
from urbgeo import build_network, minutes_table, open_network, save_network
from urbgeo.engine import store
from urbgeo.errors import InputError, UrbgeoError
from urbgeo.network import saved
from urbgeo.network.edits import with_speeds
from urbgeo.network.model import Snapping, TravelNetwork
from urbgeo.network.regional import region_network
from urbgeo.regions.load import load_region


@pytest.fixture
def town() -> TravelNetwork:
    """Two modes, a one-way, a bent line, ids of several kinds, columns of every kind."""
    nodes = points([(0, 0), (5, 0), (9, 4), (0, 7)], [1, "乙", ("c", 3), 2.5])
    ids = list(nodes.index)
    links = road(*[(ids[i], ids[(i + 1) % 4], 5.0 + i) for i in range(4)])
    links.index = pd.Index(["a", "b", "c", "d"], name="link")
    spots = shapely.get_coordinates(nodes.geometry.to_numpy())
    bent = shapely.LineString([spots[0], spots[0] + [900.0, 80.0], spots[1]])
    links = links.assign(
        mode=["road", "road", "rail", "road"],
        oneway=[False, True, False, False],
        minutes=[np.nan, 3.0, 4.0, np.nan],
        kind=pd.Categorical(["x", None, "y", "x"], ["y", "x"], ordered=True),
        opened=pd.to_datetime(["2001-02-03", None, "2020-01-01", "1999-12-31"]),
        lanes=np.array([1, 2, 3, 4], np.int8),
        tags=[{"name": "长沙"}, None, [1, 2.5], ("t", True)],
        text=["甲", None, "b", "甲"],
        gaps=np.array([pd.NA, pd.NaT, None, 1.5], object),
        geometry=[bent, None, None, None],
    )
    snapping = Snapping(max_snap_km=3.0, component="largest")
    return build_network(nodes, links, speeds={"primary": 72.0}, snapping=snapping, sources=["a survey"])


def assert_same(one: TravelNetwork, other: TravelNetwork) -> None:
    for before, after in ((one.nodes, other.nodes), (one.links, other.links)):
        assert after.crs == before.crs
        pd.testing.assert_frame_equal(
            pd.DataFrame(after.drop(columns="geometry")), pd.DataFrame(before.drop(columns="geometry"))
        )
        assert shapely.equals_identical(after.geometry.to_numpy(), before.geometry.to_numpy()).all()
    assert other.snapping == one.snapping
    pd.testing.assert_frame_equal(other.provenance.table(), one.provenance.table())
    assert other.modes == one.modes


def test_a_network_comes_back_whole(town: TravelNetwork, tmp_path: Path) -> None:
    about = town.provenance.having(parameters={"terms": {"cap": 0.5, "by": ("a", 2)}, "none": None})
    town = replace(town, provenance=about)
    again = open_network(save_network(town, tmp_path / "made" / "town.urbgeo"))
    assert_same(town, again)
    gaps = again.link_table["gaps"].tolist()
    assert gaps[0] is pd.NA and gaps[1] is pd.NaT and gaps[2:] == [None, 1.5], "each kind of none is its own"
    assert again.hierarchy_state == "customised"
    for name, array in town.hierarchy.__dict__.items():
        np.testing.assert_array_equal(getattr(again.hierarchy, name), array)
    np.testing.assert_array_equal(again.graph.into.arcs, town.graph.into.arcs)
    some = town.nodes.iloc[:3]
    pd.testing.assert_frame_equal(minutes_table(again, some, some), minutes_table(town, some, some))
    pd.testing.assert_frame_equal(
        minutes_table(with_speeds(again, {"primary": 30.0}), some, some),
        minutes_table(with_speeds(town, {"primary": 30.0}), some, some),
    )


def test_the_embedded_region_comes_back_whole(tmp_path: Path) -> None:
    network = region_network(load_region("hunan"))
    again = open_network(save_network(network, tmp_path / "hunan", hierarchy=False))
    assert_same(network, again)
    assert "hierarchy" not in again.__dict__


def test_an_opened_network_is_fitted_anew_without_being_prepared(
    town: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_network(town, tmp_path / "town")
    monkeypatch.setattr(store, "CACHED_FROM_NODES", 0)
    monkeypatch.setenv("URBGEO_CACHE", str(tmp_path / "another machine"))
    quicker = with_speeds(open_network(path), {"primary": 100.0})
    monkeypatch.setattr(store, "prepare", lambda graph: pytest.fail("prepared again"))
    assert quicker.hierarchy_state == "prepared"
    expected = with_speeds(town, {"primary": 100.0})
    for name, array in expected.hierarchy.__dict__.items():
        np.testing.assert_array_equal(getattr(quicker.hierarchy, name), array)


def test_straight_links_are_saved_without_lines(tmp_path: Path) -> None:
    network = along(0, 1, 2)
    again = open_network(save_network(network, tmp_path / "straight"))
    assert "geometry" not in again.link_table
    assert_same(network, again)


def test_a_file_is_written_whole_or_not_at_all(
    town: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_network(town, tmp_path / "town")
    before = path.read_bytes()
    monkeypatch.setattr(store, "_padded", lambda size: size // 0)
    with pytest.raises(ZeroDivisionError):
        save_network(town, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.98])
def test_a_damaged_file_is_refused(town: TravelNetwork, tmp_path: Path, share: float) -> None:
    path = save_network(town, tmp_path / "town")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match="town: "):
        open_network(path)
    save_network(town, path)
    for known in (town.graph.out.arcs.tobytes(), b"3.0"):
        spot = whole.index(known)
        path.write_bytes(whole[:spot] + bytes([whole[spot] ^ 1]) + whole[spot + 1 :])
        with pytest.raises(InputError, match=r"its bytes were changed\); write it again"):
            open_network(path)


def test_other_files_are_refused(
    town: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="missing"):
        open_network(tmp_path / "missing")
    with pytest.raises(InputError, match="no file of urbgeo arrays"):
        open_network(Path(__file__))
    with pytest.raises(InputError, match="holds a graph, not a network"):
        open_network(store.write_graph(tmp_path / "graph", town.graph))
    monkeypatch.setattr(saved, "FORMAT", 4)
    later = save_network(town, tmp_path / "later")
    monkeypatch.undo()
    with pytest.raises(InputError, match=r"format 4 cannot be read .* save the network anew"):
        open_network(later)


def test_what_cannot_be_saved_is_named(tmp_path: Path) -> None:
    network = along(0, 1, 2, owner=[object(), object()])
    with pytest.raises(InputError, match="links: column 'owner': object cannot be saved"):
        save_network(network, tmp_path / "odd")
    levels = network.links.drop(columns="owner").set_axis(pd.MultiIndex.from_tuples([(0, 1), (1, 2)]))
    with pytest.raises(InputError, match="several levels"):
        save_network(replace(network, link_table=levels), tmp_path / "odd")
    assert list(tmp_path.iterdir()) == []
    assert issubclass(InputError, UrbgeoError)
    assert isinstance(network.nodes, gpd.GeoDataFrame)


def spoil(name: str, at: int, value: float) -> Callable[[store.Arrays, dict], None]:
    """Put a value into an array of the file."""

    def change(arrays: store.Arrays, told: dict) -> None:
        spoilt = arrays[name].copy()
        field = spoilt["head"] if name.endswith("_arcs") and isinstance(value, int) else spoilt
        field = spoilt["minutes"] if name.endswith("_arcs") and isinstance(value, float) else field
        field.reshape(-1)[at] = value
        arrays[name] = spoilt

    return change


def swap(name: str, i: int, j: int) -> Callable[[store.Arrays, dict], None]:
    def change(arrays: store.Arrays, told: dict) -> None:
        spoilt = arrays[name].copy()
        spoilt[[i, j]] = spoilt[[j, i]]
        arrays[name] = spoilt

    return change


def tell(change: Callable[[dict], object]) -> Callable[[store.Arrays, dict], None]:
    return lambda arrays, told: (change(told), None)[1]


def cut(name: str, by: int) -> Callable[[store.Arrays, dict], None]:
    return lambda arrays, told: arrays.update({name: arrays[name][:-by].copy()})


TAMPERED = {
    "a head beyond the nodes": spoil("graph/out_arcs", 3, 2**31 - 1),
    "a head before the nodes": spoil("graph/into_arcs", 3, -7),
    "another head": spoil("graph/out_arcs", 0, 1),
    "minutes below nothing": spoil("graph/out_arcs", 3, -5.0),
    "minutes that are none": spoil("graph/into_arcs", 3, np.nan),
    "other minutes one way": spoil("graph/into_arcs", 3, 0.5),
    "a start that falls": spoil("graph/out_start", 2, 2**30),
    "a rank twice": spoil("graph/rank", 0, 1),
    "a rank beyond": spoil("graph/rank", 0, 2**30),
    "an order of another": swap("graph/order", 0, 1),
    "arcs cut off": cut("graph/into_arcs", 1),
    "longest arc of nothing": tell(lambda told: told["graph"].update(longest=0.0)),
    "a topology head beyond": spoil("topology/heads", 0, 2**31 - 1),
    "a topology head below": spoil("topology/heads", -1, 0),
    "a topology without a joint": spoil("topology/start", 1, 0),
    "a topology of another order": swap("topology/rank", 0, 1),
    "parts beyond the ranks": spoil("topology/parts", 0, 2**40),
    "a top beyond the ranks": tell(lambda told: told["topology"].update(top=2**40)),
    "a parent that goes round": spoil("hierarchy/parent", 0, 5),
    "a place beyond": spoil("hierarchy/up_place", 0, 2**31 - 1),
    "a place that is no ancestor": spoil("hierarchy/down_place", -1, -3),
    "no minutes in the hierarchy": spoil("hierarchy/up_minutes", 0, np.nan),
    "a hierarchy start beyond": spoil("hierarchy/down_start", 2, 2**40),
    "an end that is no node": tell(lambda told: told["links"]["columns"].pop(0)),
    "another kind of column": tell(lambda told: told["links"]["columns"][0].update({"as": "odd"})),
    "snapping of nowhere": tell(lambda told: told["snapping"].update(max_snap_km=-1)),
    "lines of another kind": tell(lambda told: told["nodes"]["columns"][0].update(kind=3)),
    "no coordinate system": tell(lambda told: told.update(crs="{}")),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_network_that_was_altered_is_refused_and_nothing_of_it_kept(
    how: str, town: TravelNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CACHED_FROM_NODES", 0)
    monkeypatch.setenv("URBGEO_CACHE", str(tmp_path / "cache"))
    arrays, told = store.read_arrays(save_network(town, tmp_path / "town"))
    arrays = dict(arrays)
    TAMPERED[how](arrays, told)
    path = store.write_arrays(tmp_path / "altered", arrays, **told)  # with a digest that fits
    before = sorted((tmp_path / "cache").glob("*"))
    with pytest.raises(InputError, match="altered"):
        open_network(path)
    assert sorted((tmp_path / "cache").glob("*")) == before


def test_contents_that_name_no_place_in_the_file_are_refused(town: TravelNetwork, tmp_path: Path) -> None:
    path = save_network(town, tmp_path / "town", hierarchy=False)
    whole = path.read_bytes()
    for known, other in ((b'"offset": 0}', b'"offset":-1}'), (b'"shape": [', b'"shape":[-')):
        assert len(known) == len(other) and known in whole
        path.write_bytes(whole.replace(known, other, 1))
        with pytest.raises(InputError, match="town: cannot be read"):
            open_network(path)
