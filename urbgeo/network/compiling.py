"""How the searches are compiled: kept on disk where some folder can be written to, told once in the log.

Compiled code is kept beside the package when that can be written to, else in the user's own cache folder
(``NUMBA_CACHE_DIR`` names another). Where neither can be written to, everything works and is compiled anew
in each process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from numba.core import event

from urbgeo.options import log


def kernel(**options: Any) -> Callable[[Any], Any]:
    """Decorator: compile without the interpreter lock, and keep the result where that is possible."""

    def compiled(function: Any) -> Any:
        try:
            return numba.njit(cache=True, nogil=True, **options)(function)
        except RuntimeError as error:
            if "cannot cache" not in str(error):
                raise
            log.info("compiled searches cannot be kept on disk: %s", error)
            return numba.njit(nogil=True, **options)(function)

    return compiled


class _Teller(event.Listener):
    """Says in the log what is being compiled, since the first call of a kind takes seconds."""

    def on_start(self, event: Any) -> None:
        dispatcher = event.data["dispatcher"]
        if getattr(dispatcher, "__module__", "").startswith("urbgeo."):
            log.info("compiling %s; later calls start at once", dispatcher.__name__)

    def on_end(self, event: Any) -> None:
        """Nothing to tell."""


event.register("numba:compile", _Teller())  # type: ignore[no-untyped-call]
