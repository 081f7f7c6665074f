"""Depth maps to points, points and depth maps to closed coloured surfaces, to files."""

from tf3d.fusion.cloud import point_cloud
from tf3d.fusion.fuse import DEFAULT_METHOD, METHODS, fuse, fusion_viewpoints
from tf3d.fusion.records import PointCloud, Surface
from tf3d.fusion.writers import (
    check_cloud_path,
    check_surface_path,
    write_cloud,
    write_surface,
)

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "PointCloud",
    "Surface",
    "check_cloud_path",
    "check_surface_path",
    "fuse",
    "fusion_viewpoints",
    "point_cloud",
    "write_cloud",
    "write_surface",
]
