"""Pictures of coloured voxels that emit and absorb light."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.layers.camera import CameraLayer, check_camera, check_inputs
from tf3d.layers.ray_sampling import level_points, ray_points, sample_grid


def emission_absorption(
    voxels: Any,
    azimuth_radians: Any,
    elevation_radians: Any = None,
    *,
    background: Any = 0.5,
    gain: float = 1.0,
    sampling: str = "trilinear",
    camera: str = "orthographic",
    distance: float = 2.0,
    field_of_view: float = 30.0,
) -> Any:
    """Pictures of colour and density: near voxels hide what is behind them.

    With density σ and colour c at the samples k of a ray, from near to far, a pixel is
    Σ_k T_k (1 - exp(-gain σ_k)) c_k + T_end · background, T_k the product of
    exp(-gain σ) over the samples before k. So 1 - T_end is `project_voxels` of the
    density. Views are those of `project_voxels`. Between voxels colours are averaged in
    proportion to density: those of empty voxels do not show.

    Args:
      voxels: `[batch, n, n, n, 4]`: red, green, blue and density.
      azimuth_radians: `[batch]`.
      elevation_radians: `[batch]`, or None for 0.
      background: what is seen through the voxels; a number, or an array that broadcasts
        to the pictures.
      gain: absorption of a voxel of density 1.
      sampling: "trilinear", or "nearest", through which angles have no gradient.
      camera: "orthographic" or "perspective".
      distance: of the perspective camera from the origin, world units.
      field_of_view: of the perspective camera, full angle in degrees.

    Returns:
      `[batch, n rows, n columns, 3]`.

    Raises:
      ValueError: if a shape or a setting is none of these.
    """
    check_camera(gain, sampling, camera, distance, field_of_view)
    voxels, azimuth, elevation = check_inputs(
        voxels, azimuth_radians, elevation_radians
    )
    if voxels.shape[-1] != 4:
        raise ValueError(
            "Expected voxels of shape [batch, n, n, n, 4], red, green, blue and "
            f"density. Received: voxels.shape={tuple(voxels.shape)}"
        )
    size = voxels.shape[1]
    emitted = ops.concatenate([voxels[..., :3] * voxels[..., 3:], voxels[..., 3:]], -1)
    if elevation is None and camera == "orthographic":
        # Rays stay within horizontal slices: whole columns of voxels are looked up.
        emitted = ops.reshape(emitted, (-1, size, size, size * 4))
        samples = sample_grid(emitted, level_points(azimuth, size), sampling)
        samples = ops.reshape(samples, (-1, size, size, size, 4))
        samples = ops.flip(ops.transpose(samples, (0, 1, 3, 2, 4)), 2)
    else:
        if elevation is None:
            elevation = ops.zeros_like(azimuth)
        points = ray_points(azimuth, elevation, size, camera, distance, field_of_view)
        samples = sample_grid(emitted, points, sampling)
    density = samples[..., 3:]
    color = samples[..., :3] / ops.maximum(density, 1e-6)
    absorbed = gain * density
    through = ops.cumsum(absorbed, axis=1)
    share = ops.exp(absorbed - through) * (1 - ops.exp(-absorbed))
    background = ops.cast(ops.convert_to_tensor(background), samples.dtype)
    return ops.sum(share * color, axis=1) + ops.exp(-through[:, -1]) * background


@keras.saving.register_keras_serializable(package="tf3d")
class EmissionAbsorption(CameraLayer):
    """`emission_absorption` as a layer without weights, in float32 at every policy.

    Args:
      background: grey value or colour seen through the voxels.
      **kwargs: gain, sampling, camera, distance and field_of_view, as
        `emission_absorption` takes them; else of a Keras layer.

    Input: voxels `[batch, n, n, n, 4]`, azimuth in radians `[batch]`, and optionally
    elevation in radians `[batch]`.

    Output shape: `[batch, n, n, 3]`.

    Example:

    >>> voxels = keras.ops.ones((2, 4, 4, 4, 4))
    >>> tuple(EmissionAbsorption()(voxels, keras.ops.zeros(2)).shape)
    (2, 4, 4, 3)
    """

    def __init__(
        self, background: float | tuple[float, float, float] = 0.5, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.background = background

    def call(
        self, voxels: Any, azimuth_radians: Any, elevation_radians: Any = None
    ) -> Any:
        return emission_absorption(
            voxels,
            azimuth_radians,
            elevation_radians,
            background=self.background,
            **self.view,
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "background": self.background}
