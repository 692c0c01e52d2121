"""``make bench``: every benchmark in turn."""

from benchmarks import hunan

hunan.main()
