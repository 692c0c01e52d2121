"""Systems of cities: size classes and ranks, degree of urbanisation, functional areas, clusters, links."""
