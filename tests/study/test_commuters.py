"""Tables of a mobile operator and of a map service: answered beside the model, or left out by name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import urbgeo
from urbgeo.errors import InputError
from urbgeo.regions.nation import china_places
from urbgeo.study.check import check
from urbgeo.study.commuters import read_commuters
from urbgeo.study.config import read_config
from urbgeo.study.findings import Findings
from urbgeo.study.run import run_study, study_region

Maker = Callable[..., gpd.GeoDataFrame]
NINGXIA = china_places().loc[lambda places: places.index.str.startswith("64")]


@pytest.mark.parametrize("datum", [None, "gcj02", "wgs84"])
def test_ends_of_observed_trips_are_in_gcj02_unless_another_datum_is_told(
    datum: str | None, tmp_path: Path
) -> None:
    """By the file of a study and by the call alike: the services that give minutes move their degrees."""
    told = pd.DataFrame({"from_lon": [106.2], "from_lat": [38.4], "to_lon": [106.3], "to_lat": [38.5]})
    told.assign(minutes=20.0).to_csv(tmp_path / "observed.csv", index=False)
    more = "" if datum is None else f'[observed]\ndatum = "{datum}"\n'
    text = f'[region]\nunits = "宁夏"\n[files]\nobserved = "observed.csv"\n{more}'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    asked = {} if datum is None else {"observed_datum": datum}
    called = urbgeo.region("宁夏", zones=False, observed=tmp_path / "observed.csv", **asked)
    for region in (study_region(read_config(tmp_path)), called):
        ends = shapely.get_coordinates(region.observed.places.geometry.to_numpy())
        east, north = 1e5 * (np.array([[106.2, 38.4], [106.3, 38.5]]) - ends).T
        if datum == "wgs84":
            assert (abs(east) < 1e-6).all() and (abs(north) < 1e-6).all()
        else:
            assert (east > 300).all() and (abs(north) < 400).all(), "GCJ-02 lies east of WGS84 here"


def test_a_public_release_rounds_the_ends_of_trips(given_study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(given_study, folder)
    text = (folder / "study.toml").read_text("utf-8") + '\n[study]\nrelease = "public"\ndecimals = 1\n'
    (folder / "study.toml").write_text(text, "utf-8")
    done = run_study(study_region(read_config(folder)), folder=tmp_path / "out")
    table = pd.read_csv(next(one for one in done.tables if one.name == "observed_trips.csv"))
    assert all(len(one.split(",")[0].partition(".")[2]) <= 1 for one in table["from_place"])


def test_a_check_names_what_the_table_of_commuters_joined(given_study: Path) -> None:
    table = check(given_study).table
    told = table[table["layer"] == "flows"].set_index("finding")["which"]
    assert "合肥市" in " ".join(told["found"]) and "left over" not in told


def test_codes_that_were_merged_are_summed_with_what_is_kept_back() -> None:
    """340104 and its longer spellings are one; shown and suppressed cells of a pair stand together."""
    known = pd.DataFrame({"name_zh": ["蜀山区", "肥西县"]}, index=["340104", "340123"])
    table = pd.DataFrame(
        {"home": ["340123", 340123000, "340123", "340104"],
         "work": ["340104", "340104", "340104000000", 340104],
         "workers": [20, 5, "*", 50]}
    )  # fmt: skip
    findings = Findings()
    found = read_commuters(table, known, terms={"least_count": 4}, findings=findings).flows
    row = found[(found["home"] == "340123") & (found["work"] == "340104")]
    assert row[["workers", "suppressed"]].to_numpy().tolist() == [[25, 1]]
    told = [one for one in findings.rows if one["what"].startswith("rows whose pair has a count above")]
    assert [(one["count"], one["which"]) for one in told] == [(1, "1")], "a suppressed cell is no count"
    once = Findings()
    read_commuters(table.drop(index=1), known, terms={"least_count": 4}, findings=once)
    assert not any("count above" in one["what"] for one in once.rows)


@pytest.mark.parametrize("word", ["总　计", "全市合计", "肥西县小计", "全国", "Grand Total", "subtotal"])
def test_totals_are_known_by_the_end_of_their_words(word: str) -> None:
    known = pd.DataFrame({"name_zh": ["蜀山区", "肥西县"]}, index=["340104", "340123"])
    pairs = [("肥西县", "蜀山区", 30), ("肥西县", "肥西县", 70), ("肥西县", word, 100)]
    table = pd.DataFrame(pairs, columns=["home", "work", "workers"])
    assert read_commuters(table, known, terms={}, findings=Findings()).flows["workers"].sum() == 100


def test_commuters_in_ten_thousands_are_refused() -> None:
    known = pd.DataFrame({"name_zh": ["蜀山区", "肥西县"]}, index=["340104", "340123"])
    table = pd.DataFrame({"居住地": ["蜀山区"], "工作地": ["肥西县"], "人数（万人）": [1.5]})
    with pytest.raises(InputError, match="stands for 10,000; give persons"):
        read_commuters(table, known, terms={}, findings=Findings())


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
    with pytest.raises(InputError, match=r"flows: .* has no rows of two units; give workers by home"):
        read_commuters(table.iloc[2:], known, terms={}, findings=Findings())


@pytest.mark.parametrize(
    ("change", "terms", "match"),
    [
        ({"work": None}, {}, "work"),
        ({"home": ["杭州市"] * 3}, {"least_count": 10}, "another region"),
        ({}, {}, "give least_count"),
        ({"workers": ["<5", 1, 2]}, {"least_count": 10}, "say another"),
        ({}, {"least_count": 10, "rates": [0.1, 0.3]}, "do not fall"),
        ({}, {"least_count": 10, "rates": [0.3, 0.1, 0.1]}, "do not fall"),
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
