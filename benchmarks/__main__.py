"""``python -m benchmarks`` runs the engine against its peers."""

import sys

from benchmarks.engine import main

main(sys.argv[1:] or ["wuhan", "40000", "250000", "1500000"])
