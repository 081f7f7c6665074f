"""Pictures of voxels: one minus the share of light that comes through."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.layers.camera import CameraLayer, check_camera, check_inputs
from tf3d.layers.ray_sampling import ray_points, sample_grid
from tf3d.layers.rotation_weights import rotation_weights


def project_voxels(
    voxels: Any,
    azimuth_radians: Any,
    elevation_radians: Any = None,
    *,
    gain: float = 1.0,
    sampling: str = "trilinear",
    camera: str = "orthographic",
    distance: float = 2.0,
    field_of_view: float = 30.0,
) -> Any:
    """Projects voxels along the rays of a camera: 1 - exp(-gain · sum along the ray).

    The grid fills the cube [-1/2, 1/2]³, its outermost voxels centred on the faces.
    Seen from azimuth 0 rays run along x, columns along +y and rows along -z. The
    azimuth grows counter-clockwise seen from above, the elevation upwards: from azimuth
    a one sees what azimuth 0 would show of the grid turned by -a. Each ray is sampled
    at as many points as the grid is wide, and empty outside the grid (voxel paper, with
    trilinear samples in place of the nearest, so that angles have gradients).

    From an orthographic camera at elevation None, the sum along all rays is one product
    with a matrix per image; otherwise the points are looked up one by one, which takes
    several times as long.

    Args:
      voxels: `[batch, n, n, n, channels]` on the world axes x, y, z.
      azimuth_radians: `[batch]`.
      elevation_radians: `[batch]`, or None for 0.
      gain: absorption of a full voxel.
      sampling: "trilinear", or "nearest", through which angles have no gradient.
      camera: "orthographic", whose pixels are as far apart as voxels, or "perspective",
        with the intrinsics of `tf3d.geometry.intrinsics(n, field_of_view)`.
      distance: of the perspective camera from the origin, world units, above 1/2.
      field_of_view: of the perspective camera, full angle in degrees.

    Returns:
      `[batch, n rows, n columns, channels]`, in [0, 1) for voxels not below 0. At least
      float32, whatever the precision of the voxels.

    Raises:
      ValueError: if a shape or a setting is none of these.
    """
    check_camera(gain, sampling, camera, distance, field_of_view)
    voxels, azimuth, elevation = check_inputs(
        voxels, azimuth_radians, elevation_radians
    )
    size, channels = voxels.shape[1], voxels.shape[-1]
    if elevation is None and camera == "orthographic":
        weights = rotation_weights(azimuth, size, sampling)
        depths = ops.matmul(
            ops.reshape(weights, (-1, size, size * size)),
            ops.reshape(voxels, (-1, size * size, size * channels)),
        )
        depths = ops.reshape(depths, (-1, size, size, channels))
        depths = ops.flip(ops.transpose(depths, (0, 2, 1, 3)), 1)
    else:
        if elevation is None:
            elevation = ops.zeros_like(azimuth)
        points = ray_points(azimuth, elevation, size, camera, distance, field_of_view)
        depths = ops.sum(sample_grid(voxels, points, sampling), axis=1)
    return 1 - ops.exp(-gain * depths)


@keras.saving.register_keras_serializable(package="tf3d")
class Projection(CameraLayer):
    """`project_voxels` as a layer without weights, in float32 at every policy.

    Args:
      gain: absorption of a full voxel.
      sampling: "trilinear" or "nearest".
      camera: "orthographic" or "perspective".
      distance: of the perspective camera from the origin, world units.
      field_of_view: of the perspective camera, full angle in degrees.

    Input: voxels `[batch, n, n, n, channels]`, azimuth in radians `[batch]`, and
    optionally elevation in radians `[batch]`.

    Output shape: `[batch, n, n, channels]`.

    Example:

    >>> voxels = keras.ops.ones((2, 4, 4, 4, 1))
    >>> tuple(Projection()(voxels, keras.ops.zeros(2)).shape)
    (2, 4, 4, 1)
    """

    def call(
        self, voxels: Any, azimuth_radians: Any, elevation_radians: Any = None
    ) -> Any:
        return project_voxels(voxels, azimuth_radians, elevation_radians, **self.view)
