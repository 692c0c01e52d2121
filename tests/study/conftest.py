"""Made once for the tests of this room: Hunan answered; a small study on invented roads, run and packed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import Delaunay

from urbgeo.network.model import TravelNetwork
from urbgeo.regions.nation import china_places
from urbgeo.regions.region import Region
from urbgeo.study.answers import Answers, answer
from urbgeo.study.config import read_config
from urbgeo.study.diff import StudyDiff, diff
from urbgeo.study.pack import Packed, pack
from urbgeo.study.run import StudyFiles, run_study, study_region


@pytest.fixture(scope="session", name="invented_roads")
def invented_roads_maker() -> Callable[..., gpd.GeoDataFrame]:
    """How to make them."""
    return invented_roads


def invented_roads(places: gpd.GeoDataFrame, crs: int = 4547) -> gpd.GeoDataFrame:
    """Straight roads between neighbouring seats: national roads, with motorways between prefectures."""
    at = places.to_crs(crs)
    xy = np.column_stack([at.geometry.x, at.geometry.y])
    sides = Delaunay(xy).simplices[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    pairs = np.unique(np.sort(sides, axis=1), axis=0)
    pairs = pairs[np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T) < 150_000.0]
    major = (places["level"] == "prefecture").to_numpy()
    words = np.where(major[pairs].all(axis=1), "高速公路", "国道")
    roads = pd.DataFrame({"等级": words, "a": places.index[pairs[:, 0]], "b": places.index[pairs[:, 1]]})
    return gpd.GeoDataFrame(roads, geometry=list(map(shapely.LineString, xy[pairs])), crs=crs)


NINGXIA = china_places().loc[lambda places: places.index.str.startswith("64")]
"""The smallest province: a study of it takes a second or two."""


@pytest.fixture(scope="session", name="small_study")
def small_study_maker() -> Callable[..., Path]:
    """How to make a folder of a small study on invented roads."""
    return small_study


def small_study(folder: Path, more: str = "", *, roads: gpd.GeoDataFrame | None = None) -> Path:
    """A folder with a study.toml and roads; ``more`` are its further lines."""
    (folder / "data" / "raw").mkdir(parents=True)
    (invented_roads(NINGXIA) if roads is None else roads).to_file(folder / "data" / "raw" / "roads.gpkg")
    text = f"""
[region]
units = "宁夏"
name = "ningxia"

[files]
roads = "data/raw/roads.gpkg"

{more}
"""
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def answers(hunan: Region, hunan_network: TravelNetwork) -> Answers:
    """Hunan, answered whole."""
    return answer(hunan, network=hunan_network)


@pytest.fixture(scope="session")
def ningxia(tmp_path_factory: pytest.TempPathFactory) -> StudyFiles:
    """The small study as it comes, run; nobody may write into its folder."""
    return run(small_study(tmp_path_factory.mktemp("usual") / "ningxia"))


@pytest.fixture(scope="session")
def usual(ningxia: StudyFiles) -> Path:
    """Its folder."""
    return ningxia.record.parents[3]


SLOWER = "[speeds]\ntrunk = 30\n"


@pytest.fixture(scope="session")
def slower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the same study at 30 km/h on national roads, run."""
    return run(small_study(tmp_path_factory.mktemp("slower") / "ningxia", SLOWER)).record.parents[3]


@pytest.fixture(scope="session")
def moved(usual: Path, slower: Path) -> StudyDiff:
    """What that changes."""
    return diff(usual, slower)


MORE = """population = "data/raw/people.csv"

[speeds]
trunk = 60

[lists]
circle = ["兴庆区", "金凤区"]

[overrides]
"中宁县" = { circle = "in", reason = "纪要 \\"三\\"", by = "规划处", date = 2026-03-01 }
"""


def run(folder: Path) -> StudyFiles:
    """Run the study of a folder, as the command line does."""
    config = read_config(folder)
    return run_study(study_region(config), folder=config.results)


@pytest.fixture(scope="session")
def packed_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose roads are a shapefile of several files."""
    folder = small_study(tmp_path_factory.mktemp("packed") / "ningxia")
    raw = folder / "data" / "raw"
    gpd.read_file(raw / "roads.gpkg").to_file(raw / "roads.shp", encoding="utf-8")
    people = pd.DataFrame({"代码": ["640104", "640105", "640106"], "常住人口": [801_234, 500_321, 700_111]})
    people.to_csv(raw / "people.csv", index=False)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('roads = "data/raw/roads.gpkg"\n', f'roads = "data/raw/roads.shp"\n{MORE}')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    run(folder)
    return folder


@pytest.fixture(scope="session")
def packed(packed_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    return pack(packed_study, path=tmp_path_factory.mktemp("archive") / "x.pack.zip")


COUNTIES = NINGXIA[NINGXIA["level"] == "county"]


HOME = "金凤区"
"""The district that holds the seat of the capital."""


def cells() -> gpd.GeoDataFrame:
    """A polygon a county: the land nearer to its seat than to others."""
    points = COUNTIES.geometry
    box = shapely.box(*points.total_bounds).buffer(0.3)
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(list(points)), extend_to=box))
    at = [next(part for part in parts if part.contains(point)) for point in points]
    return gpd.GeoDataFrame(geometry=[part.intersection(box) for part in at], index=points.index, crs=4326)


def commuters() -> pd.DataFrame:
    """All work at home, but 40 of 100 of 贺兰县 and 12 of 西夏区 in the core; 永宁县's are kept back."""
    rows = [[name, name, 100] for name in COUNTIES["name_zh"]]
    table = pd.DataFrame(rows, columns=["居住地", "工作地", "人数"]).astype({"人数": object})
    table.loc[table["居住地"] == "贺兰县", "人数"] = 60
    table.loc[table["居住地"] == "西夏区", "人数"] = 88
    more = [["贺兰县", HOME, 40], ["西夏区", HOME, 12], ["永宁县", HOME, "<10"], [HOME, "合肥市", 7]]
    return pd.concat([table, pd.DataFrame(more, columns=table.columns)])


@pytest.fixture(scope="session")
def given_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study with tables of commuters and of a map service's minutes."""
    folder = small_study(tmp_path_factory.mktemp("given") / "study", "[flows]\nleast_count = 10\n")
    raw = folder / "data" / "raw"
    gpd.GeoDataFrame(cells().reset_index()).to_file(raw / "zones.gpkg")
    commuters().to_excel(raw / "flows.xlsx", index=False)
    a, b = COUNTIES.geometry.iloc[0], COUNTIES.geometry.iloc[3]
    trips = pd.DataFrame(
        {"from_lon": [a.x] * 2, "from_lat": [a.y] * 2, "to_lon": [b.x] * 2, "to_lat": [b.y] * 2,
         "minutes": [30.0, 60.0], "hour": [6, 8]}
    )  # fmt: skip
    trips.to_csv(raw / "observed.csv", index=False)
    more = 'zones = "data/raw/zones.gpkg"\nflows = "data/raw/flows.xlsx"\nobserved = "data/raw/observed.csv"'
    text = (folder / "study.toml").read_text("utf-8").replace("[files]", f"[files]\n{more}")
    (folder / "study.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="session")
def given_answers(given_study: Path) -> Answers:
    """It, answered."""
    return answer(study_region(read_config(given_study)), sets=(), years=())


@pytest.fixture(scope="session")
def several(hunan: Region) -> Region:
    """Hunan with three metropolises."""
    more = {"core 衡阳": ("430400",), "core 岳阳": ("430600",)}
    return replace(hunan, lists={**hunan.lists, **more})


@pytest.fixture(scope="session")
def several_answers(several: Region, hunan_network: TravelNetwork) -> Answers:
    """It, answered."""
    return answer(several, network=hunan_network, sets=(), years=())
