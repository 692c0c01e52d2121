"""``make bench``: every benchmark in turn."""

from benchmarks import degree_of_urbanisation, hunan, land_audit, land_surface

for topic in (hunan, degree_of_urbanisation, land_audit, land_surface):
    topic.main()
