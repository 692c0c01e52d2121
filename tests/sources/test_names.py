"""Place names made comparable: traditional characters, spaces and the short forms of counties."""

from __future__ import annotations

import pandas as pd
import pytest

from urbgeo.errors import UrbgeoWarning
from urbgeo.sources.names import match_names, normalise_name, short_form


def test_names_in_traditional_characters_match_and_stems_never_do() -> None:
    known = pd.Series({"430100": "长沙市", "430121": "长沙县", "431224": "溆浦县"})
    asked = pd.Series(["長沙縣", "長 沙市", "漵浦縣", "长沙", "衡陽縣"])
    found = match_names(asked, known)
    assert found["id"].tolist() == ["430121", "430100", "431224", None, None]
    assert found["status"].tolist() == ["exact"] * 3 + ["unknown"] * 2


def test_a_name_of_two_places_is_neither_and_the_whole_name_goes_before_the_short_form() -> None:
    known = pd.Series(
        {
            "320106": "鼓楼区",
            "320302": "鼓楼区",
            "1": "靖州苗族侗族自治县",
            "2": "城步苗族自治县",
            "3": "城步侗族自治县",
            "4": "通道县",
            "5": "通道侗族自治县",
        }
    )
    found = match_names(pd.Series(["鼓楼区", "靖州县", "城步县", "通道县", "通道侗族自治县"]), known)
    assert found["id"].tolist() == [None, "1", None, "4", "5"]
    assert found["status"].tolist() == ["ambiguous", "short form", "ambiguous", "exact", "exact"]


def test_one_to_many_characters_fall_together() -> None:
    assert normalise_name("裏耶鎮") == normalise_name("里耶镇") == normalise_name("裡耶鎮")
    assert normalise_name("乾縣") == "乾县"


def test_spaces_dots_and_wide_letters_do_not_part_a_name_but_its_suffix_does() -> None:
    assert normalise_name(" 塔什库尔干·塔吉克•自治县 ") == "塔什库尔干塔吉克自治县"
    assert normalise_name("Ａ．１ 区") == "A1区"
    assert short_form("塔什库尔干塔吉克自治县") == "塔什库尔干县"
    assert short_form("双江拉祜族佤族布朗族傣族自治县") == "双江县"
    assert short_form("鄂温克族自治旗") == "旗" and short_form("恩施土家族苗族自治州") == "恩施州"
    assert short_form("内蒙古自治区") == "内蒙古自治区", "only counties, banners and prefectures have one"


@pytest.mark.parametrize("empty", ["asked", "known"])
def test_no_names_match_nothing_and_are_told(empty: str) -> None:
    names = {"asked": pd.Series(["长沙市"]), "known": pd.Series({"1": "长沙市"})}
    names[empty] = names[empty].iloc[:0]
    with pytest.warns(UrbgeoWarning, match=f"{empty}: it has no rows; no name is matched"):
        found = match_names(**names)
    assert found["status"].tolist() == (["unknown"] if empty == "known" else [])
    assert list(found.columns) == ["id", "status"]
