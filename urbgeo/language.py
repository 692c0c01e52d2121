"""What urbgeo says, in the planner's language.

Messages stand in the code in English, as f-strings. A gettext catalogue holds their templates, with a name in
braces for each value, and the Chinese beside them. When a message is shown, the template it was made from is
found again by its fixed words, and the Chinese one is filled with the same values: no line that raises an
error knows of it. A message without a Chinese template stays English.
"""

from __future__ import annotations

import gettext
import locale
import os
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("zh", "en")

CATALOGUE = Path(__file__).parent / "locale" / "zh" / "LC_MESSAGES" / "urbgeo.mo"

_VALUE = re.compile(r"\{(\w+)\}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MORE = re.compile(r" and (\d+) more")
"""The rest of a list of ids, wherever it stands."""

_AT_LINE = re.compile(r"(\S+: )?line (\d+): (.*)")
"""Faults of a study's file, each with its line."""

_NEXT_LINE = re.compile(r"; (?=line \d+: )")

_ROW = re.compile(r"\brow (\d+)\b")
"""A row of a file, wherever it stands."""

_DEEPEST = 8
"""Messages stand within messages no deeper than this: subject, line, faults one by one, remedy, ids, their
rest."""

_spoken: list[str] = []


def speak(language: str) -> None:
    """Say everything in this language from now on; in that of the locale where it is empty."""
    _spoken[:] = [language] if language else []


def spoken() -> str:
    """The language in use: the one asked for, else that of the locale."""
    if not _spoken:
        _spoken.append("zh" if _of_the_locale().lower().startswith(("zh", "chinese")) else "en")
    return _spoken[0]


def translated(message: str) -> str:
    """A message in the language in use."""
    return in_chinese(message) if spoken() == "zh" else message


def in_chinese(message: str) -> str:
    """A message in Chinese, whatever the language in use; as it was where no Chinese is known."""
    return list_in_chinese(_in_chinese(message, 0))


def catalogued(line: str) -> str:
    """A source or a note as it stands; the catalogue holds its Chinese too, for pages in both languages."""
    return line


def in_both(line: str) -> tuple[str, str]:
    """A source or a note in Chinese and English; alike where it is Chinese, or no Chinese is known."""
    return (line if _CHINESE.match(line) else in_chinese(line)), line


def list_in_chinese(ids: str, *, english: bool = False) -> str:
    """A list of ids, the rest of it counted in Chinese, and in English after it where asked."""
    said = _MORE.sub(r" 等，另有 \1 个" + r"\g<0>" * english, ids)
    return said if english else _ROW.sub(r"第 \1 行", said)


def fixed_words(template: str) -> int:
    """How many letters of a template are its own; too few, and it would be found in everything."""
    return len(re.sub(r"\W|\d", "", _VALUE.sub("", template)))


@dataclass(frozen=True)
class _Template:
    """One message: what it looks like in English, and how it is said in Chinese."""

    look: re.Pattern[str]
    fixed: tuple[str, ...]
    chinese: str


def _of_the_locale() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name]
    if sys.platform == "win32":
        import ctypes

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return ""


def _in_chinese(message: str, depth: int) -> str:
    if depth > _DEEPEST or not re.search("[A-Za-z]", message):
        return message
    if at := _AT_LINE.fullmatch(message):
        first, *rest = _NEXT_LINE.split(at[3])
        file = (at[1] or "").replace(": ", "：")
        said = f"{file}第 {at[2]} 行：{_in_chinese(first, depth + 1)}"
        return "；".join([said, *(_in_chinese(one, depth) for one in rest)])
    for template in _templates():
        if all(part in message for part in template.fixed):
            found = template.look.fullmatch(message)
            if found:
                return _filled(template.chinese, found.groupdict(), depth + 1)
    return _taken_apart(message, depth)


def _filled(chinese: str, values: dict[str, str], depth: int) -> str:
    return _VALUE.sub(lambda one: _in_chinese(values[one[1]], depth), chinese)


def _taken_apart(message: str, depth: int) -> str:
    """``subject: fault at ids; remedy; and fault.`` piece by piece; as it was where no piece is known."""
    subject, colon, rest = message.partition(": ")
    if colon and " " not in subject and rest:
        said = _in_chinese(rest, depth + 1)
        return message if said == rest else f"{subject}：{said}"
    for between, said_as in (("; and ", "；另外，"), ("; ", "；")):
        if between in message:
            head, _, tail = message.partition(between)
            both = _in_chinese(head, depth + 1), _in_chinese(tail, depth + 1)
            return message if both == (head, tail) else said_as.join(both)
    head, at, ids = message.rpartition(" at ")
    if at:
        said = _in_chinese(head, depth + 1)
        if said != head:
            return f"{said}（{_in_chinese(ids.rstrip('.'), depth + 1)}）" + "。" * message.endswith(".")
    if message.endswith("."):
        said = _in_chinese(message[:-1], depth + 1)
        return message if said == message[:-1] else said + "。"
    return message


@lru_cache(1)
def _templates() -> tuple[_Template, ...]:
    """Those with most words of their own first, so that the closest one is taken."""
    with CATALOGUE.open("rb") as file:
        known = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    pairs = [(one, said) for one, said in known.items() if one and said]
    closest = sorted(pairs, key=lambda pair: (-fixed_words(pair[0]), -len(pair[0])))
    return tuple(_template(*pair) for pair in closest)


def _template(english: str, chinese: str) -> _Template:
    parts = _VALUE.split(english)
    fixed, names = parts[::2], parts[1::2]
    look = re.escape(fixed[0])
    for name, after in zip(names, fixed[1:], strict=True):
        look += f"(?P<{name}>.*?)" + re.escape(after)
    return _Template(re.compile(look, re.DOTALL), tuple(part for part in fixed if part), chinese)
