"""``make bench``: every benchmark in turn."""

from benchmarks import degree_of_urbanisation, engine, hunan, land_audit, land_surface

engine.main(engine.at_hand())
for topic in (hunan, degree_of_urbanisation, land_audit, land_surface):
    topic.main()
