"""Voxels sampled at points along the rays of a camera."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import ops

CAMERAS = ("orthographic", "perspective")


def ray_points(
    azimuth_radians: Any,
    elevation_radians: Any,
    size: int,
    camera: str = "orthographic",
    distance: float = 2.0,
    field_of_view: float = 30.0,
) -> tuple[Any, Any, Any]:
    """Where the rays of each pixel meet `size` planes across the direction of view.

    The planes stand at equal steps from the near to the far face of the cube
    [-1/2, 1/2]³ turned towards the camera.

    Args:
      azimuth_radians: `[batch]`.
      elevation_radians: `[batch]`.
      size: voxels along each axis; also planes, rows and columns.
      camera: "orthographic": rows and columns as far apart as voxels. "perspective":
        `tf3d.geometry.intrinsics(size, field_of_view)`.
      distance: of the perspective camera from the cube's middle, world units.
      field_of_view: of the perspective camera, full angle in degrees.

    Returns:
      x, y, z in units of the grid, each `[batch, planes, rows, columns]`, 0 at the
      first voxel. The planes come from near to far.
    """
    dtype = azimuth_radians.dtype
    azimuth = ops.reshape(azimuth_radians, (-1, 1, 1, 1))
    elevation = ops.reshape(elevation_radians, (-1, 1, 1, 1))
    middle = (size - 1) / 2
    towards = np.reshape(middle - np.arange(size), (1, size, 1, 1))
    right = np.reshape(np.arange(size) - middle, (1, 1, 1, size))
    if camera == "perspective":
        focal = size / (2 * math.tan(math.radians(field_of_view) / 2))
        right = right / focal * (distance * (size - 1) - towards)
    up = -np.swapaxes(right, 2, 3)
    towards, right, up = (
        ops.convert_to_tensor(a, dtype=dtype) for a in (towards, right, up)
    )
    level = towards * ops.cos(elevation) - up * ops.sin(elevation)
    x = level * ops.cos(azimuth) - right * ops.sin(azimuth) + middle
    y = level * ops.sin(azimuth) + right * ops.cos(azimuth) + middle
    z = towards * ops.sin(elevation) + up * ops.cos(elevation) + middle
    return x, y, ops.broadcast_to(z, ops.shape(x))


def sample_voxels(
    voxels: Any, points: tuple[Any, Any, Any], sampling: str = "trilinear"
) -> Any:
    """Values of voxels at points; outside the grid they are 0.

    Args:
      voxels: `[batch, x, y, z, channels]`.
      points: x, y, z in units of the grid, each `[batch, ...]`.
      sampling: "trilinear" or "nearest".

    Returns:
      `[batch, ..., channels]`.
    """
    sizes, channels = voxels.shape[1:4], voxels.shape[-1]
    # A border of zeros, where all that lies outside is sampled.
    padded = ops.pad(voxels, [(0, 0), (1, 1), (1, 1), (1, 1), (0, 0)])
    if sampling == "nearest":
        rounded = [ops.clip(ops.round(p), -1, n) for p, n in zip(points, sizes)]
        return _take(padded, rounded)
    points = [ops.clip(p, -1, n) for p, n in zip(points, sizes)]
    lower = [ops.clip(ops.floor(p), -1, n - 1) for p, n in zip(points, sizes)]
    # Each cell holds its eight corners, so that one look-up finds them side by side.
    cells = padded
    for axis in (3, 2, 1):
        head, tail = (
            ops.take(cells, ops.arange(start, start + sizes[axis - 1] + 1), axis=axis)
            for start in (0, 1)
        )
        cells = ops.concatenate([head, tail], axis=-1)
    corners = _take(cells, lower)
    for p, low in zip(points, lower):
        part = ops.expand_dims(p - low, -1)
        half = corners.shape[-1] // 2
        head, tail = corners[..., :half], corners[..., half:]
        corners = head + part * (tail - head)
    assert corners.shape[-1] == channels
    return corners


def _take(grid: Any, index: list[Any]) -> Any:
    """Looks `grid` `[batch, x, y, z, values]` up at indices that count from -1."""
    shape = ops.shape(grid)
    x, y, z = (ops.cast(i, "int32") + 1 for i in index)
    batch = ops.reshape(ops.arange(shape[0], dtype="int32"), (-1, *[1] * (x.ndim - 1)))
    flat = ((batch * grid.shape[1] + x) * grid.shape[2] + y) * grid.shape[3] + z
    values = ops.reshape(grid, (-1, grid.shape[-1]))
    return ops.take(values, flat, axis=0)
