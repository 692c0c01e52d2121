"""``make bench``: every benchmark that fits in twenty minutes in turn, then the page of all."""

from benchmarks import degree_of_urbanisation, engine, hunan, land_audit, land_surface, page

engine.main(engine.at_hand())
for topic in (hunan, degree_of_urbanisation, land_audit, land_surface):
    topic.main()
page.write()
