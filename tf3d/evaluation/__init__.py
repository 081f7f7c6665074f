"""Metrics, the nearest-neighbour baseline and the tables of `tf3d evaluate`."""
