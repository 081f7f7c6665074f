"""Pinhole cameras that look at the origin, in OpenCV axes: x right, y down, z forward.

Pixel (row i, column j) has its centre at (j + 0.5, i + 0.5); the principal point is the
middle of the picture. Depth is planar z, never ray length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tf3d.geometry.viewpoints import as_viewpoints, camera_position

IMAGE_SIZE = 128
FIELD_OF_VIEW = 30.0  # degrees; the multi-view authors' renderer leaves this default


def intrinsics(
    size: int = IMAGE_SIZE, field_of_view: float = FIELD_OF_VIEW
) -> np.ndarray:
    """The camera matrix of a square picture.

    Args:
      size: width and height in pixels.
      field_of_view: full angle in degrees.

    Returns:
      `[3, 3]`; f = size / (2 tan(field_of_view / 2)), 238.85 px at 128 px and 30°.

    Raises:
      ValueError: if the size is less than 1 or the angle is outside (0, 180).
    """
    if size < 1:
        raise ValueError(f"Expected a size of at least 1 pixel. Received: size={size}")
    if not 0 < field_of_view < 180:
        raise ValueError(
            "Expected a field of view between 0 and 180 degrees. "
            f"Received: field_of_view={field_of_view}"
        )
    focal = size / (2 * np.tan(np.radians(field_of_view) / 2))
    centre = size / 2
    return np.array([[focal, 0, centre], [0, focal, centre], [0, 0, 1.0]])


def extrinsics(viewpoints: ArrayLike) -> np.ndarray:
    """World-to-camera matrices.

    Args:
      viewpoints: `[..., 3]` azimuth and elevation in degrees, distance.

    Returns:
      `[..., 4, 4]`. At elevation ±90 the picture's right stays that of the azimuth.
    """
    viewpoints = as_viewpoints(viewpoints)
    position = camera_position(viewpoints)
    azimuth = np.radians(viewpoints[..., 0])
    forward = -position / viewpoints[..., 2:]
    right = np.stack(
        [-np.sin(azimuth), np.cos(azimuth), np.zeros_like(azimuth)], axis=-1
    )
    down = np.cross(forward, right)
    rotation = np.stack([right, down, forward], axis=-2)
    matrix = np.zeros((*viewpoints.shape[:-1], 4, 4))
    matrix[..., :3, :3] = rotation
    matrix[..., :3, 3] = -np.einsum("...ij,...j->...i", rotation, position)
    matrix[..., 3, 3] = 1
    return matrix


def camera_to_world(viewpoints: ArrayLike) -> np.ndarray:
    """The inverse of `extrinsics`: camera-to-world matrices `[..., 4, 4]`."""
    return np.linalg.inv(extrinsics(viewpoints))


def project(
    points: ArrayLike,
    viewpoint: ArrayLike,
    size: int = IMAGE_SIZE,
    field_of_view: float = FIELD_OF_VIEW,
) -> tuple[np.ndarray, np.ndarray]:
    """Projects world points into one view.

    Args:
      points: `[..., 3]` world coordinates.
      viewpoint: `[3]`.
      size: width and height of the picture.
      field_of_view: degrees.

    Returns:
      pixels `[..., 2]` (x, y) and planar depth `[...]`.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim == 0 or points.shape[-1] != 3:
        raise ValueError(
            f"Expected points of shape [..., 3]. Received: shape={points.shape}"
        )
    matrix = extrinsics(viewpoint)
    camera = points @ matrix[:3, :3].T + matrix[:3, 3]
    depth = camera[..., 2]
    homogeneous = camera @ intrinsics(size, field_of_view).T
    return homogeneous[..., :2] / depth[..., None], depth


def unproject(
    depth: ArrayLike,
    viewpoint: ArrayLike,
    field_of_view: float = FIELD_OF_VIEW,
) -> np.ndarray:
    """World points of every pixel of a depth map.

    Args:
      depth: `[size, size]` planar depth in world units.
      viewpoint: `[3]`.
      field_of_view: degrees.

    Returns:
      World coordinates `[size, size, 3]`; meaningless where the depth is.

    Raises:
      ValueError: if the depth map is not square.
    """
    depth = np.asarray(depth, dtype=np.float64)
    if depth.ndim != 2 or depth.shape[0] != depth.shape[1]:
        raise ValueError(
            f"Expected a square depth map [size, size]. Received: shape={depth.shape}"
        )
    size = depth.shape[0]
    matrix = intrinsics(size, field_of_view)
    pixel = np.arange(size) + 0.5
    x = (pixel[None, :] - matrix[0, 2]) / matrix[0, 0] * depth
    y = (pixel[:, None] - matrix[1, 2]) / matrix[1, 1] * depth
    camera = np.stack([x, y, depth], axis=-1)
    pose = camera_to_world(viewpoint)
    return camera @ pose[:3, :3].T + pose[:3, 3]
