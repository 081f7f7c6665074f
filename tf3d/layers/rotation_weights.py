"""A rotation about the vertical axis and the sum along rays as one matrix."""

from __future__ import annotations

from typing import Any

from keras import ops

from tf3d.layers.ray_sampling import level_points

SAMPLINGS = ("trilinear", "nearest")


def axis_weights(position: Any, size: int, sampling: str) -> Any:
    """How much each grid point of an axis counts at some positions.

    Args:
      position: in units of the grid, 0 at its first point; any shape.
      size: number of grid points.
      sampling: "trilinear" for max(0, 1 - distance), "nearest" for 1 at the nearest.

    Returns:
      The shape of `position` with an axis of `size` appended.
    """
    position = ops.expand_dims(position, -1)
    points = ops.arange(size, dtype=position.dtype)
    if sampling == "nearest":
        return ops.cast(ops.equal(ops.round(position), points), position.dtype)
    return ops.relu(1 - ops.abs(position - points))


def rotation_weights(
    azimuth_radians: Any, size: int, sampling: str = "trilinear"
) -> Any:
    """Each voxel's weight in the sum along each ray of a horizontal slice.

    A rotation about Z moves points only within a slice. The ray of column a meets the
    slice at the rotated positions (u, w), sampled there with the weights of
    `axis_weights`, and W[a, x, y] is the sum over the ray of hat(u - x) hat(w - y).
    Positions outside the grid have no weight.

    Args:
      azimuth_radians: `[batch]`.
      size: voxels along each axis.
      sampling: "trilinear" or "nearest".

    Returns:
      `[batch, columns, x, y]`, each axis of length `size`.
    """
    u, w = (ops.transpose(p, (0, 2, 1)) for p in level_points(azimuth_radians, size))
    # The middle of the grid is a centre of symmetry: half the columns tell the rest.
    half = (size + 1) // 2
    x = ops.transpose(axis_weights(u[:, :half], size, sampling), (0, 1, 3, 2))
    y = axis_weights(w[:, :half], size, sampling)
    weights = ops.matmul(x, y)
    mirrored = ops.flip(weights[:, : size // 2], (1, 2, 3))
    return ops.concatenate([weights, mirrored], axis=1)
