"""The main job: a region in, the four answers, tables, a report and a map out."""
