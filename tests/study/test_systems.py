"""Which city clusters, belts and town groups of the documents lie in a region."""

from __future__ import annotations

import urbgeo
from urbgeo.study.systems import systems_of


def test_the_19_clusters_of_the_nation_and_the_groups_of_hunan() -> None:
    hunan = urbgeo.load_region("hunan", zones=False)
    titles = systems_of(hunan, urbgeo.region_network(hunan))
    belts, groups = (found.table for _, found in titles)
    assert {"京广城镇发展带", "“3+5”城市群"} <= set(belts.index)
    assert (groups["kind"] == "Hunan town group").sum() == 11
    assert groups.loc["津澧融城", "most_min"] < 20 and groups.loc["湘赣边城镇群", "most_min"] > 200
    assert belts.loc["“3+5”城市群", "population"] == hunan.prefectures.loc[
        list(hunan.lists["cluster_3_5"]), "population"
    ].sum()  # fmt: skip
