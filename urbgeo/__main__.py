"""``python -m urbgeo`` is the command line."""

import sys

from urbgeo.cli import main

sys.exit(main())
