"""The same verbs from a shell: ``urbgeo demo``."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from urbgeo.errors import UrbgeoError
from urbgeo.provenance import package_version


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (0 done, 1 refused with a reason, 130 interrupted)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not speak UTF-8 by itself
            stream.reconfigure(encoding="utf-8", errors="replace")
    asked = _parser().parse_args(arguments)
    try:
        _demo(asked)
    except (UrbgeoError, OSError) as error:
        print(f"urbgeo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("urbgeo: interrupted; files of earlier runs are untouched.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="urbgeo", description="Study a system of cities. 城市体系研究。")
    parser.add_argument("--version", action="version", version=f"urbgeo {package_version()}")
    verbs = parser.add_subparsers(dest="verb", required=True)
    demo = verbs.add_parser(
        "demo", help="the four answers on the embedded region, offline 内置区域，离线运行"
    )
    demo.add_argument("--region", default="hunan", help="name of the region (default: hunan)")
    demo.add_argument("--out", type=Path, help="folder for the results (default: data/processed/REGION)")
    demo.add_argument(
        "--basemap", choices=("osm", "tianditu", "amap"), help="an online base map (default: none)"
    )
    demo.add_argument("--key", help="the key that Tianditu asks for")
    return parser


def _demo(asked: argparse.Namespace) -> None:
    start = time.perf_counter()
    print(
        "Loading, compiling and measuring; the first run also compiles the search. 首次运行需编译。",
        flush=True,
    )
    from urbgeo.study.headlines import headlines
    from urbgeo.study.run import run_study

    files = run_study(asked.region, folder=asked.out, basemap=asked.basemap, key=asked.key)
    print()
    for zh, en in headlines(files.answers):
        print(f"• {zh}\n  {en}")
    for note in files.answers.region.notes:
        print(f"  ({note})")
    print(f"\n地图 map     {files.map}")
    print(f"报告 report  {files.report}")
    print(f"图层 layers  {files.geopackage}")
    print(f"表格 tables  {files.map.parent / '*.csv'} ({len(files.tables)})")
    print(f"{time.perf_counter() - start:.1f} s")
