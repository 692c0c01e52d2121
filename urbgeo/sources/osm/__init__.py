"""OpenStreetMap: tags, PBF and XML files, roads, Overpass."""
