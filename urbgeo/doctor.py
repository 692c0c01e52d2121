"""What this installation has and lacks, as one block to paste into a report: ``urbgeo doctor``."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from urbgeo.engine.store import cache_folder
from urbgeo.errors import UrbgeoError
from urbgeo.provenance import package_version

DEVELOPMENT = ("docs", "lint", "test")
"""Extras that only those need who work on the package."""


def diagnosis() -> str:
    """Versions, extras, Chinese type, cache and data at hand, one a line.

    >>> diagnosis().splitlines()[0].startswith("urbgeo ")
    True
    """
    return "\n".join(
        [
            f"urbgeo {package_version()} in {Path(__file__).parent}",
            f"Python {platform.python_version()} on {platform.platform()}, {sys.stdout.encoding}",
            *_packages(),
            f"Chinese type 中文字体: {_type()}",
            f"cache 缓存: {_cache()}",
            f"data 数据: {_data()}",
        ]
    )


def _packages() -> Iterator[str]:
    """One line for what is always needed, and one per extra."""
    groups: dict[str, list[str]] = {}
    for line in requires("urbgeo") or []:
        name = re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0]
        marked = re.search(r"extra == ['\"](\w+)['\"]", line)
        groups.setdefault(marked[1] if marked else "", []).append(name)
    for extra, names in groups.items():
        if extra not in DEVELOPMENT:
            yield f"{f'extra {extra}' if extra else 'packages'}: {', '.join(map(_found, names))}"


def _found(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} MISSING 未安装"


def _type() -> str:
    try:
        from urbgeo.maps.type import chinese_families

        return ", ".join(chinese_families()[:3]) or "none 无"
    except (UrbgeoError, ImportError) as error:
        return str(error)


def _cache() -> str:
    folder = cache_folder()
    files = [one for one in folder.rglob("*") if one.is_file()] if folder.exists() else []
    return f"{folder}, {len(files)} files, {sum(one.stat().st_size for one in files) / 1e6:.0f} MB"


def _data() -> str:
    raw = Path("data/raw")
    named = sorted(one.name for one in raw.iterdir()) if raw.is_dir() else []
    return f"{raw.resolve()}: {', '.join(named) or 'nothing 无'}"
