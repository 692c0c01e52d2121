"""How kernels are compiled: kept on disk where some folder can be written to, told once in the log.

Compiled code is kept beside the package when that can be written to, else in the user's own cache folder
(``NUMBA_CACHE_DIR`` names another). Where neither can be written to, everything works and is compiled anew
in each process; what is damaged there is compiled and kept anew. Where numba itself cannot be imported, a
kernel runs as it is written, or gives way to another function (:func:`without_numba`), or names what it is
needed for (:func:`only_compiled`).
"""

from __future__ import annotations

import functools
import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from urbgeo.errors import MissingExtraError, UrbgeoWarning
from urbgeo.options import log

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Any], Any]

try:
    import numba
    from numba.core import event, serialize
    from numba.core.caching import FunctionCache, IndexDataCacheFile
except (ImportError, OSError, SystemError, AttributeError) as error:
    # Beside missing, numba may be too old for Python or numpy, or its libraries not fit for the machine.
    COMPILED = False
    warnings.warn(
        f"numba cannot be imported ({error}): searches run on scipy and are slower. "
        "To mend it: pip install numba",
        UrbgeoWarning,
        stacklevel=2,
    )
else:
    COMPILED = True

    # What a kernel returns is wrapped by a function in Python, its first step since the call: there an
    # interruption that waits would be raised, and become a SystemError. A cache written in C takes no step.
    serialize._numba_unpickle = functools.cache(serialize._numba_unpickle)

    class _CheckedFiles(IndexDataCacheFile):
        """Files that end with a digest of what is before it: damaged machine code would end the process."""

        def _dump(self, obj: Any) -> bytes:
            data: bytes = super()._dump(obj)  # type: ignore[no-untyped-call]
            return data + _digest(data)

        def _load_data(self, name: str) -> Any:
            data = Path(self._data_path(name)).read_bytes()  # type: ignore[no-untyped-call]
            if _digest(data[:-_DIGEST_BYTES]) != data[-_DIGEST_BYTES:]:
                raise OSError(f"{name} is damaged")  # as if it were gone: it is made and kept anew
            return super()._load_data(name)  # type: ignore[no-untyped-call]

        def _load_index(self) -> dict[Any, Any]:
            try:
                return dict(super()._load_index())  # type: ignore[no-untyped-call]
            except Exception as error:  # noqa: BLE001, damaged bytes raise whatever they happen to say
                log.info("the list of compiled searches is damaged and begun anew: %s", error)
                return {}

    class _Kept(FunctionCache):
        """What cannot be written is compiled anew in each process: no run fails for it."""

        def __init__(self, function: Any) -> None:
            super().__init__(function)  # type: ignore[no-untyped-call]
            self._cache_file = _CheckedFiles(  # type: ignore[no-untyped-call]
                self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp()
            )

        def save_overload(self, sig: Any, data: Any) -> None:
            try:
                super().save_overload(sig, data)  # type: ignore[no-untyped-call]
            except OSError as error:
                log.info("compiled searches cannot be kept on disk: %s", error)


_DIGEST_BYTES = 16


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()


def kernel(**options: Any) -> Decorator:
    """Decorator: compile without the interpreter lock, and keep the result where that is possible."""

    def compiled(function: Any) -> Any:
        if not COMPILED:
            return function
        found = numba.njit(nogil=True, **options)(function)
        try:
            found._cache = _Kept(function)
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            log.info("compiled searches cannot be kept on disk: %s", error)
        return found

    return compiled


def only_compiled(job: str) -> Callable[..., Decorator]:
    """:func:`kernel` for loops that would take for ever as they are written: an error that names the job.

    Raises
    ------
    MissingExtraError
        When such a kernel is called without numba.
    """

    def refused(*_: Any, **__: Any) -> None:
        raise MissingExtraError("numba", None, job)

    return kernel if COMPILED else lambda **options: lambda function: refused


def without_numba(other: Function) -> Callable[[Function], Function]:
    """Decorator: the function itself where kernels are compiled, the other one where they are not."""
    return lambda function: function if COMPILED else other


def _tell_what_is_compiled() -> None:
    """Say it in the log, since the first call of a kind takes seconds."""

    class Teller(event.Listener):
        def on_start(self, event: Any) -> None:
            dispatcher = event.data["dispatcher"]
            if getattr(dispatcher, "__module__", "").startswith("urbgeo."):
                log.info("compiling %s; later calls start at once", dispatcher.__name__)

        def on_end(self, event: Any) -> None:
            """Nothing to tell."""

    event.register("numba:compile", Teller())  # type: ignore[no-untyped-call]


if COMPILED:
    _tell_what_is_compiled()
