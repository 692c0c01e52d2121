"""How kernels are compiled: kept on disk where some folder can be written to, told once in the log.

Compiled code is kept beside the package when that can be written to, else in the user's own cache folder
(``NUMBA_CACHE_DIR`` names another). Where neither can be written to, everything works and is compiled anew
in each process; what is damaged there is compiled and kept anew. Where numba itself cannot be imported, a
kernel runs as it is written, or gives way to another function (:func:`without_numba`), or names what it is
needed for (:func:`only_compiled`).
"""

from __future__ import annotations

import functools
import glob
import hashlib
import warnings
from collections.abc import Callable
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeVar

from urbgeo.errors import MissingExtraError, UrbgeoWarning
from urbgeo.options import log

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Any], Any]

try:
    import numba
    from numba.core import event, serialize
    from numba.core.caching import FunctionCache, IndexDataCacheFile
    from numba.core.dispatcher import Dispatcher
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

    class _OwnFiles(IndexDataCacheFile):
        """One file for each signature, named by all that decides what its machine code does.

        A list of numbered files, as numba keeps it, names a file before it is written: until then another
        process that starts finds there what an older text or another numba has left, and runs it. Each
        ends with a digest of what is before it: damaged machine code would end the process.
        """

        def __init__(self, function: Any, path: str, base: str, stamp: Any) -> None:
            super().__init__(path, base, stamp)  # type: ignore[no-untyped-call]
            self._function, self._base = function, base

        @functools.cached_property
        def _edition(self) -> str:
            told = (numba.__version__, self._source_stamp, _text_of(self._function))
            return f"{self._base}.{_digest(repr(told).encode())[:6].hex()}."

        def _file_of(self, key: Any) -> str:
            return f"{self._edition}{_digest(repr(key).encode()).hex()}.nbc"

        def load(self, key: Any) -> Any:
            name = self._file_of(key)
            try:
                data = Path(self._data_path(name)).read_bytes()  # type: ignore[no-untyped-call]
            except OSError:
                return None
            if _digest(data[:-_DIGEST_BYTES]) != data[-_DIGEST_BYTES:]:
                log.info("%s is damaged: compiled and kept anew", name)
                return None
            return super()._load_data(name)  # type: ignore[no-untyped-call]

        def save(self, key: Any, data: Any) -> None:
            for one in Path(self._cache_path).glob(f"{glob.escape(self._base)}.*"):
                if not one.name.startswith(self._edition):
                    one.unlink(missing_ok=True)
            self._save_data(self._file_of(key), data)  # type: ignore[no-untyped-call]

        def _dump(self, obj: Any) -> bytes:
            data: bytes = super()._dump(obj)  # type: ignore[no-untyped-call]
            return data + _digest(data)

    class _Kept(FunctionCache):
        """What cannot be written is compiled anew in each process: no run fails for it."""

        def __init__(self, function: Any) -> None:
            super().__init__(function)  # type: ignore[no-untyped-call]
            stamp = self._impl.locator.get_source_stamp()
            self._cache_file = _OwnFiles(function, self._cache_path, self._impl.filename_base, stamp)

        def save_overload(self, sig: Any, data: Any) -> None:
            try:
                super().save_overload(sig, data)  # type: ignore[no-untyped-call]
            except OSError as error:
                log.info("compiled searches cannot be kept on disk: %s", error)

    def _text_of(function: Any) -> list[Any]:
        """What a kernel and all kernels that it calls say, in whatever file: steps, constants, options."""
        told: list[Any] = []
        codes = [(function.__code__, function.__globals__)]
        for code, known in codes:  # grows as it is gone through
            told.append((code.co_name, code.co_code, code.co_names))
            for one in (*code.co_consts, *(known.get(name) for name in code.co_names)):
                if isinstance(one, CodeType):
                    codes.append((one, known))
                elif isinstance(one, Dispatcher):
                    told.append((one.targetoptions, one.py_func.__defaults__))
                    if all(one.py_func.__code__ is not other for other, _ in codes):
                        codes.append((one.py_func.__code__, one.py_func.__globals__))
                elif not isinstance(one, ModuleType):
                    told.append(one)
        return told


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
