"""The same work done by urbgeo and by its peers in one run; nothing here is installed with the package."""
