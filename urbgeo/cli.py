"""The same verbs from a shell: ``urbgeo demo``, and ``new``, ``check``, ``run``, ``diff`` of a study."""

from __future__ import annotations

import argparse
import codecs
import os
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from urbgeo.errors import InputError, UrbgeoError, UrbgeoWarning
from urbgeo.language import list_in_chinese, spoken
from urbgeo.provenance import package_version

if TYPE_CHECKING:
    from urbgeo.study.run import StudyFiles


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code (0 done, 1 refused with a reason, 130 interrupted)."""
    if arguments is None:
        _speak_utf8()
        _speak_plainly()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not speak UTF-8 by itself
            stream.reconfigure(encoding="utf-8", errors="replace")
    asked = _parser().parse_args(arguments)
    try:
        return _verbs()[asked.verb](asked) or 0
    except (UrbgeoError, OSError) as error:
        print(f"urbgeo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("urbgeo: interrupted; files of earlier runs are untouched.", file=sys.stderr)
        return 130


def _speak_utf8() -> None:
    """Start anew in UTF-8 mode where Python names files in ASCII (``LC_ALL=C PYTHONUTF8=0``).

    Readers of geodata take paths as UTF-8 only; half-decoded Chinese ones would end in a traceback.
    """
    if os.name == "posix" and codecs.lookup(sys.getfilesystemencoding()).name == "ascii":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", "-m", "urbgeo", *sys.argv[1:]])


def _speak_plainly() -> None:
    """In a shell a warning is one line, without the code that gave it; no bars are drawn into a file."""
    from urbgeo.options import options

    usual = warnings.showwarning

    def told(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, UrbgeoWarning):
            print(f"urbgeo: {message}", file=sys.stderr)
        else:
            usual(message, category, *where, **more)

    warnings.showwarning = told
    if not sys.stderr.isatty():
        options.progress = False


def _verbs() -> Mapping[str, Callable[[argparse.Namespace], int | None]]:
    return {
        "demo": _demo,
        "new": _new,
        "check": _check,
        "run": _run,
        "diff": _diff,
        "pack": _pack,
        "verify": _verify,
        "fetch": _fetch,
        "doctor": _doctor,
    }


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
    new = verbs.add_parser("new", help="a folder for a study of your own 新建研究文件夹")
    new.add_argument("folder", type=Path, help="where, e.g. anhui")
    new.add_argument(
        "--units",
        "--province",
        help="province, prefecture or code, e.g. 安徽 省、市名或代码; none for places elsewhere 国外不写",
    )
    look = verbs.add_parser(
        "check", help="what a study's files hold, before anything is computed 检查研究资料"
    )
    look.add_argument("folder", type=Path, help="folder of the study, or its study.toml")
    run = verbs.add_parser("run", help="the answers of a study, its tables, map and report 运行研究")
    run.add_argument("folder", type=Path, help="folder of the study, or its study.toml")
    compare = verbs.add_parser("diff", help="what changed between two runs, and what moved it 比较两次运行")
    compare.add_argument("old", type=Path, help="folder of a study or of its results")
    compare.add_argument("new", type=Path, help="the other one")
    compare.add_argument("--out", type=Path, help="write the tables too, e.g. diff.xlsx")
    keep = verbs.add_parser("pack", help="one archive of a study, its inputs and results 打包研究")
    keep.add_argument("folder", type=Path, help="folder of a study that was run")
    keep.add_argument("--out", type=Path, help="the archive (default: NAME.pack.zip in the folder)")
    again = verbs.add_parser("verify", help="run a pack again elsewhere and compare 复核打包的研究")
    again.add_argument("archive", type=Path, help="made by urbgeo pack")
    again.add_argument("--folder", type=Path, help="an empty folder to run in, which stays")
    again.add_argument("--digest", help="SHA-256 that pack told; another archive is refused")
    fetch = verbs.add_parser("fetch", help="OpenStreetMap extracts of the study's provinces 下载道路")
    fetch.add_argument("folder", type=Path, help="folder of the study")
    fetch.add_argument("--from", dest="server", help="folder of another server, e.g. a mirror")
    fetch.add_argument("--refresh", action="store_true", help="again, although the file is there")
    verbs.add_parser("doctor", help="versions, extras, fonts, caches: one block to paste 诊断信息")
    return parser


def _doctor(asked: argparse.Namespace) -> None:
    from urbgeo.doctor import diagnosis

    print(diagnosis())


def _fetch(asked: argparse.Namespace) -> None:
    from urbgeo.sources.fetch import GEOFABRIK, fetch_extract
    from urbgeo.study.config import read_config
    from urbgeo.study.units import units_of

    config = read_config(asked.folder)
    if config.inputs.units is None:
        raise InputError("units: the study names none of China; extracts are fetched by province.")
    units = units_of(config.inputs.units)
    provinces = dict.fromkeys(f"{code[:2]}0000" for code in (*units.prefectures, *units.counties))
    for province in provinces:
        path = fetch_extract(
            province, config.folder / "data" / "raw", base_url=asked.server or GEOFABRIK,
            refresh=asked.refresh, progress=_show_bytes,
        )  # fmt: skip
        print(f"\n{path}  ({path.stat().st_size / 1e6:,.1f} MB)")
        print(f'study.toml, [files]:  roads = "data/raw/{path.name}"')
    if len(provinces) > 1:
        print("道路只用一个文件；merge several extracts to one file first (osmium merge).")


def _show_bytes(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done / 1e6:,.1f} / {total / 1e6:,.1f} MB", end="", file=sys.stderr, flush=True)


def _run(asked: argparse.Namespace) -> None:
    start = time.perf_counter()
    from urbgeo.study.config import read_config
    from urbgeo.study.run import run_study, study_region

    config = read_config(asked.folder)
    _tell(run_study(study_region(config), folder=config.results))
    print(f"{time.perf_counter() - start:.1f} s")


def _diff(asked: argparse.Namespace) -> None:
    from urbgeo.study.diff import diff

    found = diff(asked.old, asked.new)
    print(found.text(), end="")
    if asked.out is not None:
        print(f"\n表格 tables  {found.save(asked.out)}")


def _pack(asked: argparse.Namespace) -> None:
    from urbgeo.study.pack import pack

    made = pack(asked.folder, path=asked.out)
    print(f"打包 pack    {made.path}  ({made.path.stat().st_size / 1e6:,.1f} MB, {len(made.files)} files)")
    print(f"摘要 SHA-256 {made.digest}")
    print(f"复核 verify  urbgeo verify {made.path.name} --digest {made.digest}")


def _verify(asked: argparse.Namespace) -> int:
    from urbgeo.study.verify import verify

    found = verify(asked.archive, folder=asked.folder, digest=asked.digest)
    print(found.text(), end="")
    return 0 if found.agrees else 1


def _new(asked: argparse.Namespace) -> None:
    from urbgeo.study.config import FILE, new_study

    folder = new_study(asked.folder, asked.units or None)
    print(f"配置 study   {folder / FILE}")
    print(f"资料 files   {folder / 'data' / 'raw'}  (README.md says what goes there 其中说明放什么)")
    print(f"下一步 next  urbgeo check {folder}")


def _check(asked: argparse.Namespace) -> int:
    from urbgeo.study.check import check
    from urbgeo.study.config import read_config
    from urbgeo.study.findings import layer_zh

    config = read_config(asked.folder)
    found = check(config)
    page, table = found.write(config.results)
    print(found.title)
    zh = spoken() == "zh"
    for row in found.table.itertuples():
        what, do = (row.what_zh, row.do_zh) if zh else (row.what, row.do)
        ids = list_in_chinese(row.which) if zh else row.which
        which = f": {ids}" if ids else ""
        what_to_do = f"  → {do}" if do else ""
        layer = layer_zh(row.layer) if zh else row.layer
        counted = f"{row.finding_zh} {row.finding:<10} {layer:<12} {row.count:>6,}"
        print(f"  {counted}  {what}{which}{what_to_do}")
    print(f"\n页面 page    {page}\n表格 table   {table}")
    print(found.verdict)
    return 0 if found.can_run else 1


def _demo(asked: argparse.Namespace) -> None:
    start = time.perf_counter()
    print(
        "Loading, compiling and measuring; the first run also compiles the search. 首次运行需编译。",
        flush=True,
    )
    from urbgeo.study.run import run_study

    files = run_study(asked.region, folder=asked.out, basemap=asked.basemap, key=asked.key)
    _tell(files)
    print(f"{time.perf_counter() - start:.1f} s")


def _tell(files: StudyFiles) -> None:
    """Headlines, notes, and where the files are."""
    from urbgeo.study.headlines import headlines

    print()
    for zh, en in headlines(files.answers):
        print(f"• {zh}\n  {en}")
    for note in files.answers.region.notes:
        print(f"  ({note})")
    print(f"\n地图 map     {files.map}")
    print(f"报告 report  {files.report}")
    print(f"     page    {files.page}")
    print(f"图层 layers  {files.geopackage}")
    print(f"表格 tables  {files.map.parent / '*.csv'} ({len(files.tables)})")
