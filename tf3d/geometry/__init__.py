"""Viewpoints, cameras and the record of predicted or rendered views. NumPy only."""

from tf3d.geometry.cameras import (
    FIELD_OF_VIEW,
    IMAGE_SIZE,
    camera_to_world,
    extrinsics,
    intrinsics,
    project,
    unproject,
)
from tf3d.geometry.viewpoints import (
    VIEWPOINT_RANGES,
    as_viewpoints,
    camera_position,
    orbit,
    random_viewpoints,
    ring_of_viewpoints,
)
from tf3d.geometry.views import FAINT, SHOWN, Views

__all__ = [
    "FAINT",
    "FIELD_OF_VIEW",
    "IMAGE_SIZE",
    "SHOWN",
    "VIEWPOINT_RANGES",
    "Views",
    "as_viewpoints",
    "camera_position",
    "camera_to_world",
    "extrinsics",
    "intrinsics",
    "orbit",
    "project",
    "random_viewpoints",
    "ring_of_viewpoints",
    "unproject",
]
