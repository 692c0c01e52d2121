"""``make bench``: every benchmark in turn."""

from benchmarks import degree_of_urbanisation, hunan

for topic in (hunan, degree_of_urbanisation):
    topic.main()
