"""Tables of a mobile operator and of a map service: answered beside the model, or left out by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import urbgeo
from urbgeo.errors import InputError
from urbgeo.regions.given import OUTSIDE
from urbgeo.regions.nation import china_places
from urbgeo.study.answers import Answers, answer
from urbgeo.study.check import check
from urbgeo.study.commuters import read_commuters
from urbgeo.study.config import read_config
from urbgeo.study.findings import Findings
from urbgeo.study.map import study_map
from urbgeo.study.page import report_page
from urbgeo.study.report import report_text
from urbgeo.study.run import run_study, study_region
from urbgeo.study.tables import left_out, result_layers

Maker = Callable[..., gpd.GeoDataFrame]
NINGXIA = china_places().loc[lambda places: places.index.str.startswith("64")]
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


@pytest.fixture(scope="module", name="folder")
def study_folder(small_study: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
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


@pytest.fixture(scope="module", name="answers")
def the_answers(folder: Path) -> Answers:
    return answer(study_region(read_config(folder)), sets=(), years=())


def test_the_circle_by_rate_stands_beside_the_one_by_time(answers: Answers) -> None:
    table = answers.rings.table.set_index("name_zh")
    assert table.loc[["贺兰县", "西夏区", "永宁县"], "ring"].tolist() == [0.3, 0.1, 0.0]
    # 9 of 109 at most: 5 % would be reached, so that its ring is not certain
    assert table.loc["永宁县", "rate_high"] == pytest.approx(9 / 109) and not table.loc["永宁县", "certain"]
    assert table.loc["贺兰县", "certain"] and table.loc["灵武市", "rate"] == 0.0
    inside = set(answers.rings.table.index[answers.rings.table["in_time"]])
    assert inside == set(answers.circle.members)
    assert answers.rings.comparison is not None


def test_who_works_beyond_the_region_is_employed_and_in_no_ring(answers: Answers) -> None:
    table = answers.rings.table.set_index("name_zh")
    assert table.loc[HOME, "employed"] == 107.0 and OUTSIDE not in answers.rings.table.index


def test_observed_minutes_are_told_by_hour(answers: Answers) -> None:
    ratio = answers.observed.by_hour["median_ratio"]
    assert ratio[6] == pytest.approx(2 * ratio[8]) and set(ratio.index) == {6, 8, "all"}


def test_tables_map_and_reports_carry_both(answers: Answers) -> None:
    layers = result_layers(answers)
    assert {"commuting_rings", "observed_trips"} <= set(layers)
    assert len(layers["observed_trips"]) == 2 and layers["commuting_rings"]["ring"].max() == 0.3
    assert "通勤率圈层" in study_map(answers).get_root().render()
    text, page = report_text(answers), report_page(answers)
    assert "按通勤率 By commuting rate" in text and "| 30% |" in text and "8 时 hour 8" in text
    assert "By rate only" in page and "Beside observed minutes" in page
    for one in (text, page):
        assert "none is observed" not in one and "but those of a map service" in one
    assert not {"rings", "observed", "flows"} & set(left_out(answers)["left_out"])


def test_a_public_release_rounds_the_ends_of_trips(answers: Answers, folder: Path, tmp_path: Path) -> None:
    text = (folder / "study.toml").read_text("utf-8") + '\n[study]\nrelease = "public"\ndecimals = 1\n'
    (folder / "study.toml").write_text(text, "utf-8")
    done = run_study(study_region(read_config(folder)), folder=tmp_path)
    table = pd.read_csv(next(one for one in done.tables if one.name == "observed_trips.csv"))
    assert all(len(one.split(",")[0].partition(".")[2]) <= 1 for one in table["from_place"])


def test_a_check_names_what_the_table_of_commuters_joined(folder: Path) -> None:
    table = check(folder).table
    told = table[table["layer"] == "flows"].set_index("finding")["which"]
    assert "合肥市" in " ".join(told["found"]) and "left over" not in told


def test_without_tables_both_are_left_out_by_name(invented_roads: Maker) -> None:
    region = urbgeo.region("宁夏", roads=invented_roads(NINGXIA), zones=False)
    assert {"flows", "observed"} <= set(region.left_out)
    bare = answer(region, sets=(), years=())
    assert {"rings", "observed"} <= set(left_out(bare)["left_out"])
    assert "no table of commuters is given" in report_text(bare) and "none is observed" in report_text(bare)


def test_codes_that_were_merged_are_summed_with_what_is_kept_back() -> None:
    """340104 and its longer spellings are one; shown and suppressed cells of a pair stand together."""
    known = pd.DataFrame({"name_zh": ["蜀山区", "肥西县"]}, index=["340104", "340123"])
    table = pd.DataFrame(
        {"home": ["340123", 340123000, "340123", "340104"],
         "work": ["340104", "340104", "340104000000", 340104],
         "workers": [20, 5, "*", 50]}
    )  # fmt: skip
    found = read_commuters(table, known, terms={"least_count": 4}, findings=Findings()).flows
    row = found[(found["home"] == "340123") & (found["work"] == "340104")]
    assert row[["workers", "suppressed"]].to_numpy().tolist() == [[25, 1]]


def test_rows_of_totals_are_no_commuters() -> None:
    known = pd.DataFrame({"name_zh": ["蜀山区", "肥西县"]}, index=["340104", "340123"])
    pairs = [
        ("肥西县", "蜀山区", 30),
        ("肥西县", "肥西县", 70),
        ("肥西县", "合计", 100),
        (" 合计", "蜀山区", 30),
    ]
    findings = Findings()
    table = pd.DataFrame(pairs, columns=["home", "work", "workers"])
    found = read_commuters(table, known, terms={}, findings=findings).flows
    assert found["workers"].tolist() == [30, 70] and set(found["work"]) == {"340104", "340123"}
    told = findings.table()
    assert told.loc[told["finding"] == "left over", "count"].tolist() == [2]


@pytest.mark.parametrize(
    ("change", "terms", "match"),
    [
        ({"work": None}, {}, "work"),
        ({"home": ["杭州市"] * 3}, {"least_count": 10}, "another region"),
        ({}, {}, "give least_count"),
        ({"workers": ["<5", 1, 2]}, {"least_count": 10}, "say another"),
        ({}, {"least_count": 10, "rates": [0.1, 0.3]}, "do not fall"),
        ({}, {"least_count": 10, "rule": "all"}, "rule"),
        ({"workers": [-1, 1, 2]}, {}, "workers|negative"),
        ({"work": ["蜀山区", "", "合肥"]}, {"least_count": 10}, "work is missing at 1; give both ends"),
    ],
)
def test_faulty_tables_of_commuters_are_refused(change: dict, terms: dict, match: str) -> None:
    known = pd.DataFrame({"name_zh": ["蜀山区", "肥西县"]}, index=["340104", "340123"])
    table = pd.DataFrame(
        {"home": ["肥西县"] * 3, "work": ["蜀山区", "肥西县", "合肥"], "workers": ["*", 3, 4]}
    )
    table = table.assign(**change).dropna(axis=1)
    with pytest.raises(InputError, match=match):
        read_commuters(table, known, terms=terms, findings=Findings())
