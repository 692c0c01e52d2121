"""The 19 city clusters in three tiers: people, area, density and links, beside published totals.

Counties of 2021 with the census of 2020, dissolved by the plans' own lists; links by roads *estimated* from
straight lines. Prints a table in Markdown, and which units would make the published share of the land.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd

import urbgeo
from urbgeo.cities.dissolve import Dissolved, dissolve_members
from urbgeo.cities.member_links import member_links
from urbgeo.cities.policy import policy_members
from urbgeo.network.regional import region_network

NATION_KM2 = 9.6e6
"""Land of the nation that published shares are of."""

PUBLISHED_SHARE = 0.385


def main(data: Path) -> None:
    """Print the table and the shares."""
    urbgeo.options.progress = False
    warnings.simplefilter("ignore")
    counties = gpd.read_file(data / "china/counties_2021_census2020.gpkg").set_index("CODE")
    counties["POPU"] = counties["POPU"].fillna(0.0)
    members = policy_members(kind="city cluster")
    found = dissolve_members(members, counties, population="POPU", include_parts=True, repair=True)
    nation = urbgeo.region("中国", roads="estimated", zones=False)
    road = region_network(nation, modes=("road",))
    several = _with_two(members, nation.prefectures.index)
    links = member_links(road, several, nation.prefectures, population="population").links
    table = found.table.join(links).join(_whole(found))
    print(_markdown(table, found))
    print(_shares(found, members))


def _with_two(members: pd.DataFrame, seats: pd.Index) -> pd.DataFrame:
    """Members of the clusters that hold two prefecture seats or more."""
    stems = members["adcode"].str.replace(r"(00)+$", "", regex=True)
    held = stems.map(lambda stem: int(seats.str.startswith(stem).sum()))
    enough = held[members["role"] != "part"].groupby(members["geography"]).sum() > 1
    return members[members["geography"].map(enough).fillna(False).astype(bool)]


def _whole(found: Dissolved) -> pd.DataFrame:
    """Area with every prefecture that a cluster touches taken whole."""
    area = found.land["area_km2"].groupby(found.land.index.str[:4]).sum()
    touched = found.counties.assign(prefecture=found.counties["county"].str[:4])
    once = touched.drop_duplicates(["geography", "prefecture"])
    return once["prefecture"].map(area).groupby(once["geography"]).sum().rename("whole_km2").to_frame()


def _markdown(table: pd.DataFrame, found: Dissolved) -> str:
    lines = [
        "| tier | cluster | counties | people, M | area, 10³ km² | published | off | people/km² | "
        "whole prefectures, 10³ km² | links: pairs | within 2 h, % | median, min |",
        "|" + "---|" * 12,
    ]
    for name, row in table.iterrows():
        told = pd.notna(row["published_area_km2"])
        linked = pd.notna(row["pairs"])
        lines.append(
            f"| {row['tier']} | {name} | {row['counties']} | {row['people'] / 1e6:.1f} | "
            f"{row['area_km2'] / 1e3:.1f} | "
            + (
                f"{row['published_area_km2'] / 1e3:.1f} | {row['area_off']:+.1%} | "
                if told
                else "not read | – | "
            )
            + f"{row['people_per_km2']:.0f} | {row['whole_km2'] / 1e3:.1f} | "
            + (
                f"{row['pairs']:.0f} | {row['share_within']:.0%} | {row['median_min']:.0f} |"
                if linked
                else "– | – | – |"
            )
        )
    for (kind, tier), row in found.summary.iterrows():
        lines.append(
            f"| **{tier or kind}** | {row['geographies']:.0f} clusters | {row['counties']:.0f} | "
            f"{row['people'] / 1e6:.1f} | {row['area_km2'] / 1e3:.1f} | – | – | "
            f"{row['people_per_km2']:.0f} | – | – | – | – |"
        )
    return "\n".join(lines)


def _shares(found: Dissolved, members: pd.DataFrame) -> str:
    """Shares of the nation's land under several readings of what a cluster is."""
    land = found.land["area_km2"]
    inside = set(found.counties["county"])
    parts = members[members["role"] == "part"]["adcode"].str.replace(r"(00)+$", "", regex=True)
    less = {one for one in inside if not any(one.startswith(stem) for stem in parts)}
    prefectures = {one[:4] for one in inside}
    whole = {one for one in land.index if one[:4] in prefectures}
    provinces = {
        "长三角 as its four provinces": ("31", "32", "33", "34"),
        "长江中游 as its three provinces": ("42", "43", "36"),
        "成渝 as Chongqing and Sichuan": ("50", "51"),
        "天山北坡 with Hami and Turpan": ("6504", "6505"),
        "关中平原 with all of Shaanxi": ("61",),
    }
    readings = {"members, parts left out": less, "members, parts whole": inside, "whole prefectures": whole}
    for name, stems in provinces.items():
        readings[f"whole prefectures, {name}"] = whole | {one for one in land.index if one.startswith(stems)}
    lines = [
        f"{name}: {land[list(held)].sum() / 1e6:.2f} million km2, {land[list(held)].sum() / NATION_KM2:.1%}"
        for name, held in readings.items()
    ]
    return "\n".join([f"published {PUBLISHED_SHARE:.1%} of {NATION_KM2 / 1e6:.1f} million km2", *lines])


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"))
