"""Minutes over a raster: friction, motorways, steps and marching fronts."""
