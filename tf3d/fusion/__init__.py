"""Depth maps to points, points and depth maps to closed coloured surfaces, to files."""

from tf3d.fusion.cloud import point_cloud
from tf3d.fusion.fuse import DEFAULT_METHOD, METHODS, fuse, fusion_viewpoints
from tf3d.fusion.records import PointCloud, Surface
from tf3d.fusion.voxel_files import VOXEL_SUFFIXES, write_voxels
from tf3d.fusion.voxel_surface import THRESHOLD, voxel_surface
from tf3d.fusion.writers import (
    check_cloud_path,
    check_surface_path,
    write_cloud,
    write_surface,
)

__all__ = [
    "DEFAULT_METHOD",
    "METHODS",
    "THRESHOLD",
    "VOXEL_SUFFIXES",
    "PointCloud",
    "Surface",
    "check_cloud_path",
    "check_surface_path",
    "fuse",
    "fusion_viewpoints",
    "point_cloud",
    "voxel_surface",
    "write_cloud",
    "write_surface",
    "write_voxels",
]
