"""The closed list of statuses: each with a Chinese word of its own, and the one used at each place."""

from __future__ import annotations

import re
from pathlib import Path

from urbgeo.status import STATUSES

PACKAGE = Path(__file__).parents[1] / "urbgeo"


def test_every_status_has_its_own_chinese_word_and_a_meaning() -> None:
    words = [zh for zh, _ in STATUSES.values()]
    assert len(set(words)) == len(words)
    assert all(re.search(r"[\u4e00-\u9fff]", zh) and meaning for zh, meaning in STATUSES.values())


def test_every_status_is_written_somewhere_in_the_package() -> None:
    """A word that nothing can say any more leaves the list."""
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if path.name != "status.py"
    )
    assert not [word for word in STATUSES if f'"{word}"' not in code]
