"""The error and warning tree: every message says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from urbgeo.language import translated


class UrbgeoError(Exception):
    """Base of all errors raised on purpose by urbgeo.

    Shown in the language of ``urbgeo.options.language``; ``english`` is the message as the code has it.
    """

    @property
    def english(self) -> str:
        """The message as it stands in the code."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        return translated(self.english)


class InputError(UrbgeoError, ValueError):
    """An argument or a table cannot be used as it is; the message lists every fault found."""


class SourceError(UrbgeoError, OSError):
    """A file or a service cannot be read, or is not what its name says."""


class StorageError(UrbgeoError, OSError):
    """A file cannot be written for want of room; what stood there before is as it was."""


class MissingExtraError(UrbgeoError, ImportError):
    """A dependency is not installed; the message names the extra that brings it, if it is one."""

    def __init__(self, package: str, extra: str | None, purpose: str) -> None:
        wanted = package if extra is None else f'"urbgeo[{extra}]"'
        self.told = package, extra, purpose
        super().__init__(f"{purpose} needs the package {package!r}. Install it with: pip install {wanted}")

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str | None, str]]:
        """As errors travel home from other processes."""
        return type(self), self.told


class UrbgeoWarning(UserWarning):
    """Something was counted and set aside; the result says how many."""

    def __str__(self) -> str:
        return translated(str(self.args[0]) if self.args else "")


class Faults:
    """Collects the faults of one input, so that all are reported at once.

    >>> faults = Faults("links")
    >>> faults.add("negative length", ids=["a", "b"], remedy="give kilometres > 0")
    >>> bool(faults)
    True
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.lines: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.lines)

    def add(self, what: str, *, ids: Iterable[object] = (), remedy: str = "") -> None:
        """Note one fault, the ids it touches and how to mend it."""
        where = some_of(ids)
        self.lines.append(what + (f" at {where}" if where else "") + (f"; {remedy}" if remedy else ""))

    def raise_if_any(self) -> None:
        """Raise one InputError with all faults, or do nothing."""
        if self.lines:
            raise InputError(f"{self.subject}: " + "; and ".join(self.lines) + ".")


def some_of(ids: Iterable[object], limit: int = 10) -> str:
    """The first ids as text, with a count of the rest."""
    named = [str(one) for one in ids]
    rest = f" and {len(named) - limit} more" if len(named) > limit else ""
    return ", ".join(named[:limit]) + rest
