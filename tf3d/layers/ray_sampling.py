"""Voxels sampled at points along the rays of a camera."""

from __future__ import annotations

import itertools
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


def level_points(azimuth_radians: Any, size: int) -> tuple[Any, Any]:
    """Where the level rays of an orthographic camera meet planes across them.

    Args:
      azimuth_radians: `[batch]`.
      size: voxels along each axis; also planes and columns.

    Returns:
      x, y in units of the grid, each `[batch, planes, columns]`, as in `ray_points`.
    """
    azimuth = ops.reshape(azimuth_radians, (-1, 1, 1))
    middle = (size - 1) / 2
    right = ops.convert_to_tensor(np.arange(size) - middle, dtype=azimuth.dtype)
    towards = -right[:, None]
    x = towards * ops.cos(azimuth) - right * ops.sin(azimuth) + middle
    y = towards * ops.sin(azimuth) + right * ops.cos(azimuth) + middle
    return x, y


def sample_grid(grid: Any, points: tuple[Any, ...], sampling: str = "trilinear") -> Any:
    """Values of a grid at points; outside the grid they are 0.

    Args:
      grid: `[batch, n_1, ..., n_d, values]`.
      points: d coordinates in units of the grid, each `[batch, ...]`.
      sampling: "trilinear" (bilinear for d = 2) or "nearest".

    Returns:
      `[batch, ..., values]`.
    """
    sizes = grid.shape[1:-1]
    # A border of zeros, where all that lies outside is sampled.
    grid = ops.pad(grid, [(0, 0), *[(1, 1)] * len(sizes), (0, 0)])
    if sampling == "nearest":
        index = [ops.clip(ops.round(p), -1, n) for p, n in zip(points, sizes)]
        return _take(grid, index, [0])[0]
    points = [ops.clip(p, -1, n) for p, n in zip(points, sizes)]
    index = [ops.clip(ops.floor(p), -1, n - 1) for p, n in zip(points, sizes)]
    # A look-up for each corner: cells that hold their corners side by side need fewer,
    # but their gradient takes three times as long in TensorFlow on CPU.
    strides = [math.prod(grid.shape[axis + 2 : -1]) for axis in range(len(sizes))]
    corners = itertools.product(*((0, stride) for stride in strides))
    values = _take(grid, index, [sum(corner) for corner in corners])
    for p, low in reversed(list(zip(points, index))):
        part = ops.expand_dims(p - low, -1)
        values = [a + part * (b - a) for a, b in zip(values[::2], values[1::2])]
    return values[0]


def _take(grid: Any, index: list[Any], offsets: list[int]) -> list[Any]:
    """Looks a grid up at indices that count from -1, and at offsets from there."""
    batch = ops.arange(ops.shape(grid)[0], dtype="int32")
    flat = ops.reshape(batch, (-1, *[1] * (len(index[0].shape) - 1)))
    for size, i in zip(grid.shape[1:-1], index):
        flat = flat * size + ops.cast(i, "int32") + 1
    values = ops.reshape(grid, (-1, grid.shape[-1]))
    return [ops.take(values, flat + offset, axis=0) for offset in offsets]
