"""Grids of cells: held, read, written, cut, resampled, summed over shapes."""
