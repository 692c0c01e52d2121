"""Files are written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path | str) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends without error.

    An earlier file at ``path`` stays as it was until then, and for good if the block fails. The folder
    is made if it is missing.

    Raises
    ------
    OSError
        When the folder cannot be made or written to.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".urbgeo-") as folder:
        part = Path(folder) / path.name
        yield part
        part.replace(path)


def write_text(path: Path | str, text: str) -> Path:
    """Write UTF-8 text whole; return the path."""
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")
    return Path(path)
