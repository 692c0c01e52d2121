from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urbgeo.errors import InputError
from urbgeo.regions.codes import JOINED, join_amounts, join_codes
from urbgeo.regions.nation import changed_codes, china_places

PLACES = china_places()
COUNTIES = PLACES.loc[PLACES["level"] == "county", "name_zh"]


@pytest.mark.parametrize(
    ("asked", "found", "how", "kind"),
    [
        ("340104", "340104", "same code", None),
        ("340104.0", "340104", "same code", None),
        ("340104000000", "340104", "same code", None),
        ("430124", "430182", "changed code", "upgraded"),
        ("330103", "330105", "changed code", "merged"),
        ("522423", "520581", "changed code", "upgraded"),
        ("450181", "450127", "older code", "upgraded"),
        ("肥西", "340123", "name", None),
        ("蕭 縣", "341322", "name", None),
        ("靖州县", "431229", "short name", None),
        ("萧山市", "330109", "former name", "upgraded"),
        ("株洲县", "430212", "former name", "merged"),
    ],
)
def test_codes_and_names_of_any_year_join_and_say_how(
    asked: str, found: str, how: str, kind: str | None
) -> None:
    row = join_codes(pd.Series([asked]), COUNTIES).iloc[0]
    assert (row["id"], row["joined_by"]) == (found, how)
    assert row["kind"] == kind or (kind is None and pd.isna(row["kind"]))


def test_ids_of_ones_own_join_as_they_are_before_any_name() -> None:
    known = pd.Series({"A7": "甲", "zone 2": "A7", "1": "乙"})
    found = join_codes(pd.Series(["A7", "zone 2", "1", "乙", "A8"]), known)
    assert found["id"].fillna("").tolist() == ["A7", "zone 2", "1", "1", ""]
    assert found["joined_by"].tolist() == ["same code"] * 3 + ["name", "unknown"]


def test_what_cannot_be_told_is_ambiguous_or_unknown_never_guessed() -> None:
    table = join_codes(pd.Series(["330104", "朝阳区", "鼓楼区", "999999", "肥东具"]), COUNTIES)
    assert table["joined_by"].tolist() == ["ambiguous"] * 3 + ["unknown"] * 2
    assert table["id"].isna().all()
    assert "330102" in table["nearest"][0] and "肥东县" in table["nearest"][4]


def test_an_unknown_code_is_told_the_next_of_its_prefecture_or_province_and_none_beyond() -> None:
    known = pd.Series({"340102": "瑶海区", "340122": "肥东县", "340202": "镜湖区", "990101": "甲区"})
    table = join_codes(pd.Series(["340103", "340121", "340299", "341999", "350101"]), known)
    assert table["joined_by"].tolist() == ["unknown"] * 5
    assert table["nearest"].tolist() == [
        "340102 瑶海区",
        "340122 肥东县",
        "340202 镜湖区",
        "340202 镜湖区",
        "",
    ]


def test_a_newer_unit_does_not_join_one_of_the_two_it_was_made_of() -> None:
    old = pd.Series({"330105": "拱墅区", "330103": "下城区"})
    assert join_codes(pd.Series(["330105"]), old)["joined_by"].tolist() == ["same code"]
    older = pd.Series({"140402": "城区", "140411": "郊区"})
    assert join_codes(pd.Series(["140403"]), older)["joined_by"].tolist() == ["ambiguous"]


def test_amounts_of_merged_parts_are_summed_and_unjoined_ones_left_out() -> None:
    codes = pd.Series(["330103", "330105", "999999"])
    people = join_amounts(join_codes(codes, COUNTIES), pd.Series([10.0, 5.0, 99.0]))
    assert people.to_dict() == {"330105": 15.0}
    with pytest.raises(InputError, match="index"):
        join_amounts(join_codes(codes, COUNTIES), pd.Series([1.0]))


@given(st.sampled_from([str(code) for code in COUNTIES.index]))
def test_an_own_code_always_joins_itself(code: str) -> None:
    assert join_codes(pd.Series([code]), COUNTIES)["id"].tolist() == [code]


def test_a_table_of_2000_joins_almost_whole() -> None:
    """Every unit that a change of 2001 or later names as old is found, or is named as split or abolished."""
    changes = changed_codes()
    later = changes[(changes["year"] > 2000) & (changes["old"].str[4:] != "00") & (changes["old"] != "")]
    codes = pd.Series(later["old"].unique())
    table = join_codes(codes, COUNTIES)
    left = table[~table["joined_by"].isin(JOINED)]
    assert len(codes) > 600 and len(left) / len(codes) < 0.03, left


def test_repeated_ids_are_refused() -> None:
    with pytest.raises(InputError, match="repeated"):
        join_codes(pd.Series(["a", "b"], index=[1, 1]), COUNTIES)


def test_whole_numbers_as_ids_stay_whole_beside_one_that_is_not_found() -> None:
    known = pd.Series({1: "甲区", 2: "乙区"})
    found = join_codes(pd.Series(["甲区", "丙区", "乙区"]), known)
    assert found["id"].tolist() == [1, None, 2] and type(found["id"].iloc[0]) is int
    assert join_amounts(found, pd.Series([5.0, 7.0, 6.0])).index.tolist() == [1, 2]


def test_what_is_no_series_or_has_no_rows_is_refused_by_name() -> None:
    some, none = pd.Series(["340104"]), pd.Series([], dtype=object)
    for asked, known, name in ((None, COUNTIES, "asked"), (some, ["a"], "known")):
        with pytest.raises(InputError, match=f"{name}: "):
            join_codes(asked, known)
    for asked, known, name in ((none, COUNTIES, "asked"), (some, none, "known")):
        with pytest.raises(InputError, match=f"{name}: it has no rows; give at least one"):
            join_codes(asked, known)
    with pytest.raises(InputError, match=r"known: .*repeated"):
        join_codes(some, pd.Series(["a", "b"], index=["1", "1"]))
