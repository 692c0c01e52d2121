"""The same work done by urbgeo and by its peers, in one run."""
