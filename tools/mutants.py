"""Break the code on purpose, one change of meaning at a time, and see whether a test falls: `make mutants`.

``tests/mutants.toml`` lists the changes: ``file``, ``find`` (a text that stands there once), ``replace``, and
``tests`` (what pytest is asked to run). The tree itself is never touched: the work is done in a copy.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = ROOT / "tests" / "mutants.toml"
COPIED = (
    "urbgeo",
    "tests",
    "notebooks",
    "tools",
    "benchmarks",
    "pyproject.toml",
    "environment.yml",
    "requirements.lock",
)
LONGEST_S = 600


def copied(folder: Path) -> Path:
    """A copy of the tree, compiled caches included, beside whatever stands beside the original."""
    tree = folder / "tree"
    tree.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, copy_function=shutil.copy2)
        else:
            shutil.copy2(source, tree / name)
    shared = ROOT.parent / "shared"
    if shared.exists():
        (folder / "shared").symlink_to(shared.resolve())
    return tree


def falls(tree: Path, mutant: dict[str, str]) -> str:
    """``killed``, ``survived``, ``gone`` (its text stands there no more) or ``slow``."""
    path = tree / mutant["file"]
    text = path.read_text(encoding="utf-8")
    if text.count(mutant["find"]) != 1:
        return "gone"
    path.write_text(text.replace(mutant["find"], mutant["replace"]), encoding="utf-8")
    try:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            *mutant["tests"].split(),
        ]
        # What a test starts by itself is to be the broken code too, not what is installed.
        broken = os.environ | {"PYTHONPATH": str(tree)}
        done = subprocess.run(
            command, cwd=tree, env=broken, capture_output=True, timeout=LONGEST_S, check=False
        )
        # Compiled code led astray may end the interpreter itself: no run of tests would pass with it.
        fell = done.returncode == 1 or done.returncode < 0
        return "killed" if fell else f"survived ({done.returncode})"
    except subprocess.TimeoutExpired:
        return "slow"
    finally:
        path.write_text(text, encoding="utf-8")


def main() -> None:
    """Run all mutants, or those whose file or name holds the words given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose file or text holds one of these")
    asked = parser.parse_args().words
    mutants = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]
    chosen = [one for one in mutants if not asked or any(word in one["file"] + one["find"] for word in asked)]
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="urbgeo-mutants-") as folder:
        tree = copied(Path(folder))
        for mutant in chosen:
            became = falls(tree, mutant)
            counts[became.split()[0]] = counts.get(became.split()[0], 0) + 1
            print(f"{became:14} {mutant['file']}: {mutant['find']!r} -> {mutant['replace']!r}", flush=True)
    print(counts)
    sys.exit(0 if set(counts) <= {"killed"} else 1)


if __name__ == "__main__":
    main()
