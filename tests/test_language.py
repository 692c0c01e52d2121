"""Errors and warnings in the planner's language, from one catalogue."""

from __future__ import annotations

import io
import os
import pickle
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from babel.messages.mofile import read_mo

import urbgeo
from urbgeo import language
from urbgeo.amounts import amount_of
from urbgeo.checks import check_columns, check_points
from urbgeo.errors import Faults, InputError, UrbgeoWarning

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import messages  # the tool that keeps the catalogue

VALUE = re.compile(r"\{(\w+)\}")
KNOWN = {str(one.id): str(one.string) for one in messages.catalogue() if one.id}
SAID = {english: chinese for english, chinese in KNOWN.items() if chinese}

SHARE_SAID = 0.9
"""What must be said in Chinese at any time; a new message may wait for the next ``make messages``."""


@pytest.fixture(autouse=True)
def in_english_again() -> Iterator[None]:
    yield
    urbgeo.options.language = "en"


def filled(template: str) -> str:
    """A template with a value of its own for every name."""
    return VALUE.sub(lambda one: f"<{one[1]}7>", template)


def test_nearly_all_messages_are_said_in_chinese() -> None:
    left = sorted(set(KNOWN) - set(SAID))
    told = f"{len(SAID)} of {len(KNOWN)} messages are said in Chinese; run make messages, then say {left[:5]}"
    assert len(SAID) >= SHARE_SAID * len(KNOWN), told


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    stored, made = (
        [(one.id, one.string) for one in read_mo(io.BytesIO(mo)) if one.id]  # not which Babel wrote it
        for mo in (language.CATALOGUE.read_bytes(), messages.compiled(messages.PO.read_bytes()))
    )
    assert stored == made


@pytest.mark.parametrize("english", SAID)
def test_every_message_is_found_again_with_its_values(english: str) -> None:
    urbgeo.options.language = "zh"
    assert language.translated(filled(english)) == filled(SAID[english])


def test_the_chinese_names_no_value_that_the_english_has_not() -> None:
    for english, chinese in SAID.items():
        assert set(VALUE.findall(chinese)) <= set(VALUE.findall(english)), english
        assert re.search("[\u4e00-\u9fff]", chinese), english


def test_one_switch() -> None:
    def refused() -> str:
        with pytest.raises(InputError) as caught:
            check_columns(pd.DataFrame({"人口": [1]}), "zones", ["population"])
        return str(caught.value)

    urbgeo.options.language = "en"
    assert refused() == "zones: no column population; it has 人口."
    urbgeo.options.language = "zh"
    assert refused() == "zones：没有列 population；现有列：人口。"
    with pytest.raises(InputError, match="fr"):
        urbgeo.options.language = "fr"


def test_all_faults_of_one_input_are_said() -> None:
    urbgeo.options.language = "zh"
    faults = Faults("links")
    faults.add("length_km is negative or infinite", ids=range(12), remedy="give finite numbers >= 0")
    faults.add("repeated ids", ids=["a"])
    with pytest.raises(InputError) as caught:
        faults.raise_if_any()
    assert str(caught.value) == (
        "links：length_km 为负数或无穷大（0, 1, 2, 3, 4, 5, 6, 7, 8, 9 等，另有 2 个）；"
        "请给不小于 0 的有限数；另外，编号重复（a）。"
    )


def test_the_english_stays_at_hand() -> None:
    urbgeo.options.language = "zh"
    with pytest.raises(InputError) as caught:
        check_points(gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([1], [2])), "places")
    assert caught.value.english.startswith("places: it has no CRS")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - made one line above
    assert (
        str(again)
        == str(caught.value)
        == "places：没有坐标系；请写明数据所用的坐标系，例如 places.set_crs(4326)。"
    )


def test_what_no_template_knows_stays_as_it_is() -> None:
    urbgeo.options.language = "zh"
    assert str(InputError("quite another thing.")) == "quite another thing."
    assert str(InputError("长沙")) == "长沙"
    assert str(InputError()) == ""


def test_warnings_speak_too() -> None:
    urbgeo.options.language = "zh"
    with pytest.warns(UrbgeoWarning) as caught:
        warnings.warn(
            "链: missing or empty geometry; drop or locate these rows.", UrbgeoWarning, stacklevel=1
        )
    assert str(caught[0].message) == "链：图形缺失或为空；请删去这些行或补上位置。"


@pytest.mark.parametrize(
    ("locale", "said"), [("zh_CN.UTF-8", "没有选项"), ("C", "no option"), ("en_GB.UTF-8", "no option")]
)
def test_the_locale_decides_where_nobody_asked(locale: str, said: str) -> None:
    code = "import urbgeo\ntry: urbgeo.options.x = 1\nexcept urbgeo.errors.InputError as error: print(error)"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    environment = {**plain, "LANG": locale, "PYTHONIOENCODING": "utf-8"}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8", check=True
    )
    assert said in told.stdout


def test_a_message_inside_of_another_is_said_in_chinese_too() -> None:
    urbgeo.options.language = "zh"
    with pytest.raises(InputError) as told:
        amount_of(
            pd.Series({430100.0: 1.0}), pd.DataFrame(index=["430100"]), name="people", frame_name="towns"
        )
    assert "bring both to one form" in told.value.english
    assert "430100.0" in str(told.value) and not re.search(r"[a-z]{3,} [a-z]{3,}", str(told.value))


def test_the_first_of_three_variables_that_is_set_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    if sys.platform != "win32":
        assert language._of_the_locale() == ""
    for name in reversed(names):
        monkeypatch.setenv(name, f"of {name}")
        assert language._of_the_locale() == f"of {name}"
    monkeypatch.setenv("LC_ALL", "")
    assert language._of_the_locale() == "of LC_MESSAGES"
