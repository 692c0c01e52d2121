"""Base calls of verbs whose examples need a server (a database, an earlier download) or a study."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from tests.catalogue.calls import Call
from tests.study.conftest import small_study
from urbgeo.network.download import _kept_at, download
from urbgeo.sources.postgis import read_postgis, write_postgis
from urbgeo.study.config import read_config
from urbgeo.study.pack import pack
from urbgeo.study.run import run_study, study_region
from urbgeo.study.verify import verify

TOWNS = gpd.GeoDataFrame(
    {"people": [3.0, 4.0]},
    index=["a", "b"],
    geometry=gpd.points_from_xy([112.9, 113.0], [28.2, 28.3]),
    crs=4490,
)


def _called(verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Call:
    bound = inspect.signature(verb).bind(*args, **kwargs)
    return Call(verb, dict(bound.arguments), verb(*args, **kwargs))


def _written(request: pytest.FixtureRequest) -> Call:
    url = request.getfixturevalue("database")
    return _called(write_postgis, TOWNS, url, "catalogue_written", schema="public", replace=True)


def _read(request: pytest.FixtureRequest) -> Call:
    url = request.getfixturevalue("database")
    write_postgis(TOWNS.rename_axis("town"), url, "catalogue_read", replace=True)
    return _called(read_postgis, url, "catalogue_read", index="town", schema="public")


def _downloaded(request: pytest.FixtureRequest) -> Call:
    import networkx as nx
    import osmnx

    folder: Path = request.getfixturevalue("tmp_path")
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for node, lon in ((1, 112.90), (2, 112.91)):
        graph.add_node(node, x=lon, y=28.20)
    graph.add_edge(1, 2, length=982.0, highway="primary", osmid=7)
    osmnx.save_graphml(graph, _kept_at(folder, "某镇", "drive", None, None))
    request.getfixturevalue("monkeypatch").setattr("urbgeo.network.download.fetch_streets", _no_server)
    return _called(download, "某镇", mode="drive", folder=folder, refresh=False, timeout_s=60.0)


def _no_server(*_: Any, **__: Any) -> None:
    from urbgeo.errors import SourceError

    raise SourceError("there is no server in the tests.")


def _study(request: pytest.FixtureRequest) -> Path:
    """A small study that was run."""
    config = read_config(small_study(request.getfixturevalue("tmp_path") / "ningxia"))
    run_study(study_region(config), folder=config.results)
    return config.folder


def _packed(request: pytest.FixtureRequest) -> Call:
    return _called(pack, str(_study(request)))


def _verified(request: pytest.FixtureRequest) -> Call:
    made = pack(_study(request))
    return _called(verify, str(made.path), digest=made.digest)


CALLS: dict[str, Callable[[pytest.FixtureRequest], Call]] = {
    "urbgeo.network.download.download": _downloaded,
    "urbgeo.sources.postgis.read_postgis": _read,
    "urbgeo.sources.postgis.write_postgis": _written,
    "urbgeo.study.pack.pack": _packed,
    "urbgeo.study.verify.verify": _verified,
}
