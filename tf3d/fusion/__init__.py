"""Depth maps to points, points and depth maps to closed coloured surfaces, to files."""

from tf3d.fusion.fuse import DEFAULT_METHOD, METHODS, fuse, fusion_viewpoints
from tf3d.fusion.records import PointCloud, Surface

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "PointCloud",
    "Surface",
    "fuse",
    "fusion_viewpoints",
]
