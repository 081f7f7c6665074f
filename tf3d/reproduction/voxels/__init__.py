"""Figures and claims of the voxel paper."""
