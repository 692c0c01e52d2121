"""Accessibility: isochrones, coverage, reach, county-town access."""
