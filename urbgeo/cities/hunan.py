"""Two tables of Hunan's plan for new urbanisation: its towns by size class, and its fourteen centres."""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from urbgeo.cities.sizes import SIZE_CLASSES


def hunan_box7() -> pd.DataFrame:
    """The 98 towns of box 7 with the size class planned for 2025.

    Returns
    -------
    pandas.DataFrame
        Index ``town``: ``size_class`` (ordered categorical), ``adcodes`` (county or prefecture codes joined
        by ``;``: 津澧融城 is two counties), ``quirk`` (why a join may go wrong, else empty), ``source``.

    Examples
    --------
    >>> len(hunan_box7())
    98

    References
    ----------
    湖南省“十四五”新型城镇化规划 (HNPR-2021-02036, 2021), 专栏7.
    """
    table = _read("hunan_box7.csv").set_index("town")
    names = [one.name for one in SIZE_CLASSES]
    table["size_class"] = pd.Categorical(table["size_class"], categories=names, ordered=True)
    return table


def hunan_box8() -> pd.DataFrame:
    """The fourteen regional centres of box 8.

    Returns
    -------
    pandas.DataFrame
        Index ``centre``: ``adcode``, ``town_in_box7`` (湘西自治州 stands there as 吉首市),
        ``urbanisation_2025`` (share), ``population_2025`` (persons in the central urban district),
        ``quirk``, ``source``.

    Examples
    --------
    >>> len(hunan_box8())
    14

    References
    ----------
    湖南省“十四五”新型城镇化规划 (HNPR-2021-02036, 2021), 专栏8.
    """
    table = _read("hunan_box8.csv").set_index("centre")
    percent = table.pop("urbanisation_2025_percent").astype(float)
    table.insert(2, "urbanisation_2025", percent / 100)
    table.insert(3, "population_2025", table.pop("population_2025_wan").astype(float) * 10_000)
    return table


def _read(name: str) -> pd.DataFrame:
    with files("urbgeo.cities").joinpath("data", name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)
