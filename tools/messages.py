"""The catalogue of messages: ``make messages`` brings the templates in the code and their Chinese together.

Reads every error and warning of the package, writes new templates into ``urbgeo.po`` (their Chinese empty),
drops those that no code holds any more, compiles ``urbgeo.mo``, and prints how many are translated.
"""

from __future__ import annotations

import ast
import io
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from urbgeo.language import CATALOGUE, fixed_words

ROOT = Path(__file__).parents[1]
PO = CATALOGUE.with_suffix(".po")

SAID_BY = {
    *("warn", "add", "refuse", "missing", "_hold", "check_budget", "check_object", "attempt"),
    "catalogued",
}
"""What a message is given to, beside errors; and what marks sources and notes."""

SAID_AS = ("remedy", "fault", "unknown", "hint", "forms", "why_no")
"""Words in the names of what holds a piece of a message: a value, or what a function returns."""

FEWEST_WORDS = 5
"""Letters of its own that a template must have to be found again."""

MOST_VARIANTS = 16
"""Ways to read a message with optional pieces; beyond that its pieces stand by themselves."""

Place = tuple[str, int]


def templates() -> dict[str, list[Place]]:
    """Every template of the package with the places it stands at."""
    found: dict[str, list[Place]] = {}
    for path in sorted((ROOT / "urbgeo").rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        for text, line in _messages(ast.parse(path.read_text(encoding="utf-8"))):
            if fixed_words(text) >= FEWEST_WORDS and " " in text.strip():
                found.setdefault(text, []).append((where, line))
    return _one_a_skeleton(found)


def _messages(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_said(node.func):
            for given in [*node.args, *(one.value for one in node.keywords)]:
                for text in _variants(given):
                    yield text, node.lineno
                for text in _phrases(given):
                    yield text, node.lineno
    for given in _pieces_said(tree):
        for text in _variants(given):
            yield text, given.lineno


def _pieces_said(tree: ast.Module) -> Iterator[ast.expr]:
    """Pieces of messages that are put together before they are given to an error."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if any(word in node.targets[0].id.lower() for word in SAID_AS):
                yield node.value
        elif isinstance(node, ast.FunctionDef) and any(word in node.name for word in SAID_AS):
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)


def _is_said(func: ast.expr) -> bool:
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    in_class = name == "__init__" and isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call)
    return name in SAID_BY or name.endswith("Error") or in_class


def _variants(given: ast.expr) -> list[str]:
    """The templates an expression can become, one for each choice of its optional pieces."""
    pieces = _pieces(given)
    if not pieces or len(pieces) > MOST_VARIANTS:
        return []
    return [_named(one) for one in pieces if any(isinstance(part, str) for part in one)]


Pieces = tuple["str | ast.expr", ...]


def _pieces(node: ast.expr) -> list[Pieces] | None:
    """Every way to read an expression as fixed text and values; None where it is no text."""
    if isinstance(node, ast.Constant):
        return [(node.value,)] if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [_pieces(one) if isinstance(one, ast.Constant) else [_value(one)] for one in node.values]
        return [sum(choice, ()) for choice in itertools.product(*(one or [()] for one in parts))]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [_pieces(one) or [(one,)] for one in (node.left, node.right)]
        return [left + right for left, right in itertools.product(*sides)]
    if isinstance(node, ast.IfExp):
        return [way for one in (node.body, node.orelse) for way in (_pieces(one) or [(one,)])]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        text = _pieces(node.left)
        return None if text is None else [*text, ("",)]
    return None


def _value(node: ast.expr) -> Pieces:
    return (node.value if isinstance(node, ast.FormattedValue) else node,)


def _phrases(given: ast.expr) -> Iterator[str]:
    """Pieces of English inside the values of a message: the two sides of a choice."""
    for node in ast.walk(given):
        if isinstance(node, ast.FormattedValue):
            for choice in ast.walk(node.value):
                if isinstance(choice, ast.IfExp):
                    for side in (choice.body, choice.orelse):
                        yield from _variants(side)


def _named(pieces: Pieces) -> str:
    text, used = "", dict[str, int]()
    for part in pieces:
        if isinstance(part, str):
            text += part
        else:
            name = _name(part)
            used[name] = used.get(name, 0) + 1
            text += "{" + name + (str(used[name]) if used[name] > 1 else "") + "}"
    return text


def _name(node: ast.expr) -> str:
    """A short name for a value: the last one that its expression holds."""
    if isinstance(node, ast.Attribute):
        return "type" if node.attr == "__name__" else node.attr.strip("_")
    if isinstance(node, ast.Call) and node.args:
        return _name(node.args[0])
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Subscript | ast.Starred):
        return _name(node.value)
    return node.id.strip("_") if isinstance(node, ast.Name) and node.id.strip("_") else "value"


def _one_a_skeleton(found: dict[str, list[Place]]) -> dict[str, list[Place]]:
    """Templates that differ by the names of their values only are one."""
    kept: dict[str, str] = {}
    for text in found:
        kept.setdefault(re.sub(r"\{\w+\}", "{}", text), text)
    return {text: found[text] for text in kept.values()}


def catalogue() -> Catalog:
    """The templates of the code with the Chinese that is known for them."""
    old = read_po(io.BytesIO(PO.read_bytes())) if PO.exists() else Catalog()
    said = {re.sub(r"\{\w+\}", "{}", str(one.id)): one for one in old if one.id}
    new = Catalog(locale="zh", project="urbgeo", fuzzy=False)
    for text, places in templates().items():
        former = said.get(re.sub(r"\{\w+\}", "{}", text))
        chinese = str(former.string) if former and former.id == text else ""
        new.add(text, chinese, locations=[(where, None) for where in dict.fromkeys(one for one, _ in places)])
    return new


def written(known: Catalog) -> bytes:
    """The text of ``urbgeo.po``."""
    po = io.BytesIO()
    write_po(po, known, width=110, omit_header=True, sort_output=True, include_lineno=False)
    return po.getvalue()


def compiled(po: bytes) -> bytes:
    """What ``urbgeo.mo`` must hold."""
    known, mo = read_po(io.BytesIO(po), locale="zh"), io.BytesIO()
    known.creation_date = known.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same bytes on any day
    write_mo(mo, known)
    return mo.getvalue()


def main() -> None:
    """Bring both files up to the code."""
    known = catalogue()
    PO.write_bytes(written(known))
    CATALOGUE.write_bytes(compiled(PO.read_bytes()))
    entries = [one for one in known if one.id]
    print(f"{sum(bool(one.string) for one in entries)} of {len(entries)} messages are said in Chinese.")


if __name__ == "__main__":
    main()
