"""Answers that a region's layers do not allow: named, with the reason, wherever they would stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from urbgeo.errors import UrbgeoError

T = TypeVar("T")


class LeftOutError(UrbgeoError):
    """An answer that was left out is asked for; ``name`` is what it is called, ``why`` the reason."""

    def __init__(self, name: str, why: str) -> None:
        self.name, self.why = name, why
        super().__init__(f"{name} is left out: {why}")

    def __reduce__(self) -> tuple[type[LeftOutError], tuple[str, str]]:
        """As errors travel home from other processes."""
        return type(self), (self.name, self.why)


class Absent:
    """Stands where an answer would: whatever is asked of it raises :class:`LeftOutError`."""

    def __init__(self, name: str, why: str) -> None:
        self._told = name, why

    def __getattr__(self, asked: str) -> NoReturn:
        """Nothing can be asked; Python's own names are not there at all."""
        if asked.startswith("__") or asked == "_told":
            raise AttributeError(asked)
        raise LeftOutError(*self._told)

    def __repr__(self) -> str:
        return f"<left out: {self._told[0]}, {self._told[1]}>"


def attempt(name: str, why_not: str, step: Callable[[], Any]) -> Any:
    """The answer of a step, or :class:`Absent` where there is a reason why not."""
    return Absent(name, why_not) if why_not else step()


def why_absent(answer: object) -> str:
    """Why an answer is left out; nothing where it is there."""
    return answer._told[1] if isinstance(answer, Absent) else ""


def told(step: Callable[[], T], otherwise: Callable[[LeftOutError], T]) -> T:
    """What a step says, or what is said instead where it rests on an answer that was left out."""
    try:
        return step()
    except LeftOutError as error:
        return otherwise(error)
