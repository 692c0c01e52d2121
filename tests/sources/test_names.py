"""Place names made comparable: traditional characters, spaces and the short forms of counties."""

from __future__ import annotations

import pandas as pd

from urbgeo.sources.names import match_names, normalise_name


def test_names_in_traditional_characters_match_and_stems_never_do() -> None:
    known = pd.Series({"430100": "长沙市", "430121": "长沙县", "431224": "溆浦县"})
    asked = pd.Series(["長沙縣", "長 沙市", "漵浦縣", "长沙", "衡陽縣"])
    found = match_names(asked, known)
    assert found["id"].tolist() == ["430121", "430100", "431224", None, None]
    assert found["status"].tolist() == ["exact"] * 3 + ["unknown"] * 2


def test_one_to_many_characters_fall_together() -> None:
    assert normalise_name("裏耶鎮") == normalise_name("里耶镇") == normalise_name("裡耶鎮")
    assert normalise_name("乾縣") == "乾县"
